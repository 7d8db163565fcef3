/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_H
#define ETRIER_COURIER_H

#include <etrier/buf.h>
#include <etrier/gsm7.h>

#include <jansson.h>
#include <stdbool.h>

struct diags;
struct err;

/* What the engine and a lane of the courier say to each other, and the
 * rendering of a message, which needs neither (etrierctl calls it too).
 *
 * engine -> lane: `deliver`, one message, one line (<= 256 KiB):
 *   id           int     message.id; the only name of it in a log
 *   channel      "email" | "sms"
 *   kind         "digest" (email) | "offer" "event" "call" (email, sms) |
 *                "stop" (sms) | "notice" (email)
 *   audience     "adviser" | "cfa" (digest) | "admin" (notice) | "youth"
 *   lang         of the texts: a folder of templates that has such a set
 *   preview      bool    true: into the maildir or file folder, whatever the
 *                        transport (agency mode `preview`)
 *   to           {address, name?}; sms: address is E.164, no name
 *   template_hash, template   see below; both may be null
 *   model        object, by kind: see below
 * email only:
 *   from         {address, name}
 *   reply_to     {address, name?} | null
 *   envelope_from  "b+TOKEN@bounce.domain"
 *   message_id   "<left@right>"          date  instant (int)
 *   boundary     [A-Za-z0-9_.=-]{1,60}
 *   unsubscribe  {url, mailto} | null, each may be null
 *   list_id, feedback_id  text | null
 * sms only:
 *   sms_sender   the name of the house: sms_sender.h
 * The same line gives the same bytes: date, ids and boundary come with it.
 *
 * lane -> engine:
 *   template  {lang, kind, channel, hash, text}: each text set in force, sent
 *             when work begins and after each reload. The engine keeps text
 *             under hash for as long as an unsettled message cites it, and
 *             writes the current hash into a message when it freezes it.
 *             `deliver` cites it as template_hash, and sends text as
 *             `template` when this lane's hash is another now. A lane that
 *             does not know a hash and got no text answers `retry` with
 *             reason "template".
 *   submitting {id}: written, and out of the process, just before the first
 *             byte of an SMS request. Death without it: nothing was sent.
 *   verdict   {id, result, reason, code, enhanced, text, retry_after_s,
 *              message_hash, template_hash}
 *     result  "sent" | "failed" (never again as it is) | "retry" (nothing
 *             wrong with the message: later, same bytes) | "uncertain" (an SMS
 *             whose answer was lost)
 *     reason  a word of enum courier_reason's names; of an SMS gateway
 *             besides: "dead" "filtered" "opted_out" (failed), "credit"
 *             "credentials" "quota" (retry: the account, not the message)
 *     code, enhanced  of SMTP, 0 and "" without one ("5.1.1" says that the
 *             address is dead; 5.7.x is our fault, never the person's)
 *     text    the other side's words, one line, <= 200 bytes, addresses and
 *             long numbers masked
 *     retry_after_s  0: the engine's own back-off
 *     of an SMS besides: gateway (word of sms.gateway), gateway_ref (its id,
 *             absent when it gave none), segments, cost (thousandths of a
 *             euro, absent when unknown)
 *     message_hash   of the bytes (mail) or the text (SMS); "" if not rendered
 *   blacklisted {id, numbers, end, error?}  to engine -> lane `blacklist {id}`:
 *             E.164 numbers that told the gateway to stop; more lines follow
 *             until end is true
 * A lane does one thing at a time; lines that wait are taken in order. */

/* The models. A member that is null, absent, "" or [] is left out of the text,
 * unless marked *. Texts are one line; the rendering cleans and cuts them
 * again. Money, dates and durations come as words ("_fr"), ready to read.
 *
 * digest (adviser, cfa), in the order of the mail; every `key` is what the
 * digest page and its acts call the item by:
 *   adviser {first_name*}    agency {name*, phone}    is_cfa bool
 *   date_fr*  "lundi 23 novembre"    date_short_fr*  "lundi 23 nov."
 *   todo_fr         "2 réponses à suivre, 1 urgence": what to do first
 *   standing_in_fr  "Sarah jusqu’au 30/11/2026": whom the reader stands in for
 *   rhythm_fr       "chaque jour"
 *   n_offers, n_people, n_new, n_new_people, n_answers, n_to_decide, n_urgent,
 *   n_items, minutes   counts; minutes to read it, 0: unsaid
 *   urgent_fr       the nearest deadline of all
 *   first bool      the first digest after going live
 *   heartbeat bool  nothing to say but that the service is well
 *   answers [{key "P.C", first_name, dossier, what_fr, word, calls bool, O}]
 *   replies [{key, first_name, dossier, what_fr}]     an SMS; what_fr absent:
 *                                                     it stays unsaid
 *   stops [{key "M", first_name, dossier, what_fr "partira à 14:00", O}]
 *   later [{key "P.C", first_name, dossier, O}]       put off until now
 *   deadlines [{key "P", first_name, dossier, what_fr}]   without new offers
 *   quiet [{key "P", first_name, dossier, wait_fr, what_fr}]   30 days of none
 *   follow [{key "P.E.STEP", first_name, dossier, word "J+40", what_fr}]
 *   contacts [{key "P", first_name, dossier, what_fr}]
 *   uncertain [{key "M", first_name, dossier, what_fr "SMS du 22/11 ..."}]
 *   events [{key "C", O}]       waiting [{key "P.C", first_name, dossier, O}]
 *   no_trade [{key "P", first_name, dossier}]
 *      O: title, employer, city, start_fr, url of an offer
 *   decide, urgent, people: new offers that wait for a decision (mode
 *      approval), that press, and the others, all of
 *      [{key "P", first_name, dossier, wait_fr, leaving_fr,
 *      deadline_fr "il reste 18 jours pour signer", is_minor bool,
 *      offers [{key "P.C", title, employer, city, contract, start_fr,
 *         travel "environ 25 min en transports", posted_fr, source,
 *         updated_fr "mise à jour le 20/11/2026", licence, licence_url,
 *         expires_fr "expire jeudi 26 novembre", school bool (it published as
 *         if it hired), inferred_fr "métier déduit du titre", notes [text] of
 *         the quality gate, url, contact, reasons [text], checks [text],
 *         sent_to_youth bool}],
 *      n_more}]            offers of this person that wait for tomorrow
 *   n_more_people, n_more_items   people and items that wait for tomorrow
 *   sources [text]         with licence and date, as each source demands
 *   page_url               the digest page with its buttons
 *   stop_url               the page that ends these mails
 * No family name, and no word of a private fact, may be in it.
 *
 * offer, event, call, stop (youth); only these members pass, whatever is sent:
 *   first_name  adviser {first_name*, phone}  agency {name*, short_name, phone}
 *               one of the two phones*: the number to call back
 *   job         our label of the trade, "apprenti boulanger"; job_short
 *   city  contract  travel  travel_min  start_fr "le mardi 1er décembre"
 *   start_short "01/12"  hour_fr "14 h" (event)  advice, one sentence
 *   tone_tu bool   stop_url   offer_url, answer_url: our pages
 * required besides: job, stop_url (offer); city, start_fr, stop_url (event).
 * A member that would tell of a need, in any model, makes the whole refused.
 *
 * notice (admin), in English like everything administrators read:
 *   host*  version   n_alarms   alarms [{code, text, since}]: none when all is
 *   over; of nobody young */

/* The same set of texts for all mails of a kind: subject, text and HTML, with
 * the partials (_*.mustache) of the language; for an SMS its one text. */
#define COURIER_SET_MAX ((size_t)96 * 1024) /* one set, as it travels */
/* Exit status of a lane that sat in connect(2) or a resolver too long. */
#define COURIER_EXIT_STUCK 75

struct templates;

/* Compile [{"name":"fr/digest.txt.mustache","text":"..."}]; every set is
 * compiled against its sample model. NULL when d got an error: file:line:col of
 * each mistake, and each text that is missing ("fr" must be whole; another
 * language may lack sets). The caller frees. */
struct templates *templates_new(const json_t *list, struct diags *d);
void templates_free(struct templates *t);
/* What compiling does not see: words of messages to young people (plain.h, one
 * action, who writes) and sentences of their pages, pages that fetch something
 * (always an error), language, roles, links, contrast. Each at file:line:col;
 * strict: all are errors, else what is only hard to read or see is a warning.
 */
void templates_lint(const json_t *list, bool is_strict, struct diags *d);
/* [{"lang","kind","channel","profile","hash","text"}], in a fixed order; new.
 * profile: "" but for the SMS that ask for replies, "reponse". */
json_t *templates_sets(const struct templates *t);
/* Is this set of templates_sets() in force under sms.profile? Of two for one
 * kind of SMS one is: *-reponse.sms for reponse and vln, *.sms for lien; a kind
 * with one text has it in force under all. */
bool templates_is_of(const json_t *set, const char *profile);
/* What an SMS may hold under sms.profile (lien, reponse, vln): errors in d,
 * file:line:col. list as for templates_new(). */
void templates_check_sms(const json_t *list, const char *profile,
			 struct diags *d);

struct mail {
	char *subject, *text, *html; /* html may be NULL: it grew too large */
	struct buf bytes;	     /* the whole mail, CRLF */
	char message_hash[33], template_hash[33];
};
/* Render and build. Needs no lane and no clock. -1: ERR_INPUT (the line lacks
 * or spoils something), ERR_UNKNOWN (template_hash not known and no text came,
 * or no such set), ERR_LIMIT. Clear *out only after success. */
int render_mail(const struct templates *t, const json_t *deliver,
		struct mail *out, struct err *err);
void mail_clear(struct mail *m);

struct sms {
	char *text; /* GSM-7 only, one line */
	struct gsm7_size size;
	const char *dropped; /* the optional parts left out, "" or
			      * "contract travel"; static */
	const char *profile; /* its template's: "lien" (a name, a link) or
			      * "reponse" (a number, replies); static */
	char message_hash[33], template_hash[33];
};
/* Render, transliterate and fit into max_segments: the optional parts of the
 * model go in a fixed order (contract, travel, start_fr, job for job_short,
 * city, first_name) until it fits; ERR_LIMIT says by how much it does not. */
int render_sms(const struct templates *t, const json_t *deliver,
	       int max_segments, struct sms *out, struct err *err);
void sms_clear(struct sms *s);

/* Whole `deliver` lines with invented people, for `templates check`, previews
 * and tests: "digest"+"email", "offer"+"email", "offer"+"sms". NULL: no such
 * pair. New reference. */
json_t *courier_sample(const char *kind, const char *channel);

#endif
