/* SPDX-License-Identifier: EUPL-1.2 */
/* What young people write back: every spelling of stop that must be heard, and
 * the sentences that hold such a word and must not be taken for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <etrier/mem.h>
#include <etrier/sms_reply.h>

struct row {
	const char *text;
	enum sms_reply is;
};

static void check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enum sms_reply got = sms_reply_read(rows[i].text);
		if (got != rows[i].is)
			fail_msg("\"%s\" is %d, not %d", rows[i].text, got,
				 rows[i].is);
	}
}

static void stop_is_heard_in_all_its_spellings(void **state)
{
	(void)state;
	static const char *const heard[] = {"STOP",
					    "stop",
					    "Stop.",
					    " stop ",
					    "STOP!",
					    "«STOP»",
					    "stop sms",
					    "STOP SMS",
					    "STOPSMS",
					    "stop svp",
					    "Stop merci",
					    "STOP 36111",
					    "ARRET",
					    "ARRÊT",
					    "arret",
					    "Arrêt !",
					    "arrête",
					    "Arrêtez",
					    "arretez",
					    "arreter",
					    "STOPPE",
					    "stopper",
					    "Stoppez",
					    "DESABO",
					    "désabo",
					    "DÉSABONNER",
					    "desabonner",
					    "Désabonnement",
					    "desinscription",
					    "Me désabonner",
					    "NON MERCI",
					    "non merci",
					    "Non, merci.",
					    "non merci !",
					    "SOTP",
					    "STPO",
					    "STOPP",
					    "sttop",
					    "stopo",
					    "STIP",
					    "st0p",
					    "stpp",
					    "desabonnr",
					    "desabonnemnt",
					    "arrettez",
					    "Bonjour stop",
					    "svp stop",
					    "STOP je veux plus",
					    "stop les messages",
					    "arrêtez vos messages",
					    "S T O P",
					    "S.T.O.P",
					    "arrete de m'envoyer des sms",
					    "Stop\nLina",
					    "plus de sms svp",
					    "STOP STOP STOP",
					    "stóp"};
	for (size_t i = 0; i < ARRAY_LEN(heard); i++) {
		if (sms_reply_read(heard[i]) != SMS_REPLY_STOP)
			fail_msg("\"%s\" is not heard", heard[i]);
	}
}

static void a_sentence_with_such_a_word_is_no_stop(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"je m'arrête à 18h", SMS_REPLY_TEXT},
		{"je mârrete a 18h", SMS_REPLY_TEXT},
		{"arrêt de bus Pablo Picasso ?", SMS_REPLY_TEXT},
		{"Arrêt maladie jusqu'à lundi", SMS_REPLY_TEXT},
		{"arrêt du tram devant", SMS_REPLY_TEXT},
		{"j'ai arrêté le lycée", SMS_REPLY_TEXT},
		{"c'est non stop les horaires ?", SMS_REPLY_TEXT},
		{"le bus ne s'arrête pas la nuit", SMS_REPLY_TEXT},
		{"top merci", SMS_REPLY_TEXT},
		{"Top !", SMS_REPLY_TEXT},
		{"shop", SMS_REPLY_TEXT},
		{"stock", SMS_REPLY_TEXT},
		{"stage", SMS_REPLY_TEXT},
		{"step", SMS_REPLY_TEXT},
		{"arriver a quelle heure", SMS_REPLY_TEXT},
		{"plus de détails ?", SMS_REPLY_TEXT},
		{"non merci je préfère la boulangerie", SMS_REPLY_TEXT},
		{"ne pas oublier mon cv", SMS_REPLY_TEXT},
		{"", SMS_REPLY_TEXT},
		{"   ", SMS_REPLY_TEXT},
		{"?", SMS_REPLY_TEXT},
		{"\xff\xfe", SMS_REPLY_TEXT},
	};
	check(rows, ARRAY_LEN(rows));
}

static void the_three_answers(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"1", SMS_REPLY_YES},
		{"1.", SMS_REPLY_YES},
		{" 1 ", SMS_REPLY_YES},
		{"OUI", SMS_REPLY_YES},
		{"oui merci", SMS_REPLY_YES},
		{"1 oui", SMS_REPLY_YES},
		{"Oui ça m'intéresse", SMS_REPLY_YES},
		{"ok", SMS_REPLY_YES},
		{"2", SMS_REPLY_NO},
		{"non", SMS_REPLY_NO},
		{"Non.", SMS_REPLY_NO},
		{"3", SMS_REPLY_CALL},
		{"APPEL", SMS_REPLY_CALL},
		{"Appelle-moi", SMS_REPLY_CALL},
		{"appelez moi svp", SMS_REPLY_CALL},
		{"3 appelle moi", SMS_REPLY_CALL},
		{"oui mais c'est trop loin", SMS_REPLY_TEXT},
		{"1 ou 2", SMS_REPLY_TEXT},
		{"oui non", SMS_REPLY_TEXT},
		{"10", SMS_REPLY_TEXT},
		{"1h de trajet c'est trop", SMS_REPLY_TEXT},
		{"je suis en rdv", SMS_REPLY_TEXT},
		{"Non j'ai deja trouve un contrat", SMS_REPLY_TEXT},
		{"appelle ma mère", SMS_REPLY_TEXT},
	};
	check(rows, ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stop_is_heard_in_all_its_spellings),
		cmocka_unit_test(a_sentence_with_such_a_word_is_no_stop),
		cmocka_unit_test(the_three_answers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
