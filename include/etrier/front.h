/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_FRONT_H
#define ETRIER_FRONT_H

#include <jansson.h>

struct diags;

/* What the front asks the engine (view: look, act: do; `page` and `done` answer
 * {id, found, failed?, model}), and what is in the models. A member that is
 * absent has nothing to say. Dates, states and reasons come as words ("_fr").
 *
 * view {kind:"o"|"a"|"d"|"u", token}   view {kind:"method"}
 * act  {kind:"a", token, act}          act: interested not_interested call
 *                                      later (7 days of peace) pause (30)
 * act  {kind:"d", token, act, item, reason?, rhythm?, until?, substitute?}
 * act  {kind:"u", token}
 *
 * An act that is done has model.done (its word); one that cannot be has
 * model.refused true, for "d" with refused_fr. Everything else is as in a
 * view, and says how things stand after it.
 *
 * "o" the offer, "a" the answer (a young person): first_name, job, job_short,
 *   city, contract, travel, start_fr, advice, tone_tu, stop_url as in the
 *   message (courier.h), answer_url (of "o") or offer_url (of "a"),
 *   adviser {first_name, phone}, agency {name, phone}, is_live,
 *   answer + answer_fr + answered_fr "lundi 23 novembre" + is_<answer> true,
 *   paused_fr, done + done_<act> true
 * "d" a digest: adviser {first_name}, agency {name, phone}, is_cfa, date_fr,
 *   done_item, people [{item "P", first_name, dossier, status_fr, is_active,
 *     offers [{item "P.C", title, employer, city, contract, start_fr, url,
 *       is_live, state, state_fr, cfa_fr (the CFA set it aside),
 *       answer_fr, can_send, can_dismiss, can_later}],
 *     steps [{item "P.E.STEP", step_fr "J+40", due_fr, question_fr,
 *       can_answer, state_fr}],
 *     waiting [{item "M", channel_fr, when_fr}]   messages that can be stopped
 *     contacts [text]}],
 *   reasons [{code, label_fr, is_now}]   of dismiss
 *   rhythms [{code, label_fr, is_now}], away_until (ISO),
 *   colleagues [{ref, first_name, is_now}]   substitutes
 *   acts: send dismiss later (on P.C), placed absent (P, P.C), absent rupture
 *   ok (P.E.STEP), rupture contact_ok (P), stop (M), rhythm, away
 * "method": gates [{label_fr, text_fr}], criteria [{label_fr, text_fr,
 *   percent}], send_from, check_from (of 100), per_position, days (waves),
 *   per_day, per_week (messages), rules (id)
 * "u": agency (text), channel_fr, is_sms */

/* Compile the page templates (fr/page-*.html.mustache) of a configuration's
 * list [{"name","text"}] as the front will: what is missing or does not compile
 * is in d. For `etrierctl check` and `templates check`. */
void front_pages_check(const json_t *templates, struct diags *d);

#endif
