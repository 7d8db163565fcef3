/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of sms: in etrier.yaml (see settings_table.c), and what each
 * gateway needs of it. A gateway that lacks something is told so before the
 * first message, not by the first refusal. */
#include <etrier/diag.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/settings.h>
#include <etrier/str.h>

#include "settings_parts.h"

#include <stdlib.h>
#include <string.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A price is thousandths of a euro; five euros a segment is no SMS. */
#define SEGMENT_COST_MAX 5000

static void check_number(const struct ynode *n, const json_t *v,
			 struct diags *d)
{
	const char *s = json_string_value(v);
	bool is_short = strlen(s) == 5 && *s == '3';
	bool is_long = str_starts(s, "+") && strlen(s) >= 9;
	if ((!is_short && !is_long) ||
	    s[is_long + strspn(s + is_long, "0123456789")])
		diag_add(d, DIAG_ERROR, n->file, n->line, n->col,
			 "write a short code (\"36111\") or a number in full "
			 "(\"+33639980000\"), in quotes");
}

const struct schema settings_sms_rows[] = {
	{.key = "gateway",
	 .type = SCHEMA_WORD,
	 .words = WORDS("none", "file", "kannel", "ovh", "brevo", "smsmode",
			"smsfactor", "octopush", "twilio", "http"),
	 .fallback = "none",
	 .help = "How SMS leave: not at all, one file each into a folder, or "
		 "by the gateway of this name; http is any other one, "
		 "described in sms.http_file."},
	{.key = "folder",
	 .type = SCHEMA_PATH,
	 .flags = SCHEMA_RESTART,
	 .help = "The folder for gateway file and for agencies in mode preview; "
		 "without it, sms in paths.state."},
	{.key = "lanes",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 16,
	 .fallback = "1",
	 .help = "Courier processes for SMS, each with one SMS in hand."},
	{.key = "max_segments",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 2,
	 .fallback = "1",
	 .help = "Segments an SMS may cost; optional parts are left out until "
		 "it fits."},
	{.key = "profile",
	 .type = SCHEMA_WORD,
	 .words = WORDS("lien", "reponse", "vln"),
	 .fallback = "lien",
	 .help = "lien: a name as sender and a link, no reply. reponse: a "
		 "short code and replies 1, 2, 3, no link (operators block "
		 "it). vln: a long number of your own, both."},
	{.key = "number",
	 .type = SCHEMA_STR,
	 .min = 5,
	 .max = 16,
	 .check = check_number,
	 .help = "For profile reponse and vln, the short code or the number "
		 "that messages come from and replies go to."},
	{.key = "account",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = 100,
	 .help = "Name of the account at the gateway: OVH's service, Twilio's "
		 "account SID, Octopush's login, the user of Kannel."},
	{.key = "url",
	 .type = SCHEMA_URL,
	 .help = "Where the gateway is called: needed for kannel "
		 "(http://127.0.0.1:13013/cgi-bin/sendsms); the others have "
		 "their own."},
	{.key = "key_file",
	 .type = SCHEMA_SECRET,
	 .help = "The gateway's key, token or password; of OVH the "
		 "application key."},
	{.key = "ovh_secret_file",
	 .type = SCHEMA_SECRET,
	 .help = "OVH's application secret."},
	{.key = "ovh_consumer_file",
	 .type = SCHEMA_SECRET,
	 .help = "OVH's consumer key."},
	{.key = "http_file",
	 .type = SCHEMA_PATH,
	 .help = "The description of the gateway http, as in "
		 "conf/examples/sms; see etrier.yaml(5)."},
	{.key = "callback_secret_file",
	 .type = SCHEMA_SECRET,
	 .help = "16 or more letters, digits, - and _: the last part of the "
		 "address at which the gateway tells receipts and replies, "
		 "front.base_url/cb/sms/GATEWAY/SECRET. Without it, none are "
		 "asked for."},
	{.key = "budget_month",
	 .type = SCHEMA_DECIMAL,
	 .min = 0,
	 .max = 1000000000,
	 .unit = "euros",
	 .help = "What the SMS of one agency may cost in a month; then they "
		 "wait for the next. An agency's own sms_budget wins; without "
		 "either, there is no limit."},
	{.key = "segment_cost",
	 .type = SCHEMA_DECIMAL,
	 .min = 0,
	 .max = SEGMENT_COST_MAX,
	 .unit = "euros",
	 .help = "Price of a segment, where the gateway's answers do not say "
		 "it."},
	{.key = "timeout_s",
	 .type = SCHEMA_INT,
	 .min = 2,
	 .max = 120,
	 .fallback = "20",
	 .unit = "s",
	 .help = "Longest wait for the gateway's answer; an SMS without one is "
		 "uncertain and is not sent again by itself."},
	{.key = "ca_file",
	 .type = SCHEMA_PATH,
	 .flags = SCHEMA_RESTART,
	 .help = "Certificates that are trusted, in PEM; without it, the "
		 "system's."},
	{0}};

enum { ACCOUNT = 1, KEY = 2, URL = 4, OVH = 8, HTTP = 16 };

static const struct {
	const char *gateway;
	unsigned needs;
} gateways[] = {
	{"kannel", ACCOUNT | KEY | URL},
	{"ovh", ACCOUNT | KEY | OVH},
	{"brevo", KEY},
	{"smsmode", KEY},
	{"smsfactor", KEY},
	{"octopush", ACCOUNT | KEY},
	{"twilio", ACCOUNT | KEY},
	{"http", HTTP},
};

static const struct {
	unsigned need;
	const char *path;
} needs[] = {{ACCOUNT, "sms.account"},
	     {KEY, "sms.key_file"},
	     {URL, "sms.url"},
	     {OVH, "sms.ovh_secret_file"},
	     {OVH, "sms.ovh_consumer_file"},
	     {HTTP, "sms.http_file"}};

static void tell(const struct ynode *root, struct diags *d,
		 enum diag_level level, const char *path, const char *what)
{
	const struct ynode *n = settings_node(root, path);
	diag_add(d, level, n->file, n->line, n->col, "%s: %s", path, what);
}

static void check_needs(const json_t *all, const struct ynode *root,
			const char *gateway, struct diags *d)
{
	unsigned wanted = 0;
	for (size_t i = 0; i < ARRAY_LEN(gateways); i++)
		if (str_eq(gateways[i].gateway, gateway))
			wanted = gateways[i].needs;
	for (size_t i = 0; i < ARRAY_LEN(needs); i++) {
		const char *path = needs[i].path;
		if (!(wanted & needs[i].need) || settings_at(all, path) ||
		    settings_is_written(root, path))
			continue;
		char *what = mem_printf("%s needs %s", gateway, path);
		tell(root, d, DIAG_ERROR, "sms.gateway", what);
		free(what);
	}
}

static void check_profile(const json_t *all, const struct ynode *root,
			  const char *gateway, struct diags *d)
{
	const char *profile = settings_text(all, "sms.profile");
	const char *number = settings_text(all, "sms.number");
	bool is_sent = !str_eq(gateway, "none") && !str_eq(gateway, "file");
	bool is_vln = str_eq(profile, "vln");
	if (str_eq(profile, "lien") || !is_sent ||
	    settings_is_written(root, "sms.number")) {
		if (is_vln && number && *number != '+')
			tell(root, d, DIAG_ERROR, "sms.number",
			     "profile vln wants a number in full; links from a "
			     "short code are blocked");
		return;
	}
	/* OVH lends its own short code (senderForResponse). */
	if (is_vln || !str_eq(gateway, "ovh"))
		tell(root, d, DIAG_ERROR, "sms.profile",
		     "replies need sms.number, the short code or number they "
		     "go to");
}

static void check_transfer(const json_t *all, const struct ynode *root,
			   const char *gateway, struct diags *d)
{
	const char *url = settings_text(all, "sms.url");
	if (url && str_starts(url, "http://") && !settings_is_loopback(url))
		tell(root, d, DIAG_ERROR, "sms.url",
		     "must be https (http is for this machine only): keys and "
		     "numbers would travel in the open");
	if (url && strpbrk(url, "?#"))
		tell(root, d, DIAG_ERROR, "sms.url", "must hold no ? and no #");
	if (str_eq(gateway, "twilio"))
		tell(root, d, DIAG_WARNING, "sms.gateway",
		     "a company of the United States: numbers and texts leave "
		     "the Union, which the register of processing must say");
	if (!str_eq(gateway, "file") && !str_eq(gateway, "none") &&
	    !settings_is_written(root, "sms.callback_secret_file"))
		tell(root, d, DIAG_WARNING, "sms.gateway",
		     "without sms.callback_secret_file nobody learns whether "
		     "an SMS arrived, and no reply is read");
}

void settings_check_sms(const json_t *all, const struct ynode *root,
			struct diags *d)
{
	const char *gateway = settings_text(all, "sms.gateway");
	if (!gateway)
		return; /* a refused word has been told already */
	check_needs(all, root, gateway, d);
	check_profile(all, root, gateway, d);
	check_transfer(all, root, gateway, d);
}

char *settings_callback_url(const struct settings *s)
{
	const char *base = settings_text(s->all, "front.base_url");
	const char *gateway = settings_text(s->all, "sms.gateway");
	const char *secret = js_str(s->secrets, "sms.callback_secret", NULL);
	if (!base || !secret || !gateway || str_eq(gateway, "none"))
		return NULL;
	return mem_printf("%s/cb/sms/%s/%s", base, gateway, secret);
}
