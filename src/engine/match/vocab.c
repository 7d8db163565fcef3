/* SPDX-License-Identifier: EUPL-1.2 */
/* The words for decisions and states, as codes and as advisers read them. */
#include <etrier/match.h>

static const char *const decision_codes[] = {[DECISION_EXCLUDE] = "exclude",
					     [DECISION_CHECK] = "check",
					     [DECISION_SEND] = "send",
					     NULL};
static const char *const decision_labels[] = {[DECISION_EXCLUDE] = "écartée",
					      [DECISION_CHECK] = "à vérifier",
					      [DECISION_SEND] = "à proposer"};
const struct vocab vocab_decision = {"decision", decision_codes,
				     decision_labels, DECISION_SEND + 1};

static const char *const state_codes[] = {[GATE_PASS] = "pass",
					  [GATE_UNKNOWN] = "unknown",
					  [GATE_ASK] = "check",
					  [GATE_FAIL] = "fail",
					  NULL};
static const char *const state_labels[] = {[GATE_PASS] = "oui",
					   [GATE_UNKNOWN] = "non précisé",
					   [GATE_ASK] = "à vérifier",
					   [GATE_FAIL] = "non"};
const struct vocab vocab_gate_state = {"gate_state", state_codes, state_labels,
				       GATE_FAIL + 1};

static const char *const symbol_codes[] = {[SYMBOL_MISSED] = "missed",
					   [SYMBOL_UNKNOWN] = "unknown",
					   [SYMBOL_HIT] = "hit",
					   NULL};
static const char *const symbol_labels[] = {[SYMBOL_MISSED] = "non",
					    [SYMBOL_UNKNOWN] = "non précisé",
					    [SYMBOL_HIT] = "oui"};
const struct vocab vocab_symbol_state = {"symbol_state", symbol_codes,
					 symbol_labels, SYMBOL_HIT + 1};
