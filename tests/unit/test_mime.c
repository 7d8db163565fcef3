/* SPDX-License-Identifier: EUPL-1.2 */
/* The MIME writer against Python's email package, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/mime.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LONG_URL                                                         \
	"https://offres.ml.example/u/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static struct mime_mail sound_mail(void)
{
	return (struct mime_mail){
		.from = {"offres@ml.example", "Mission Locale de Créteil"},
		.to = {"sarah@ml.example", "Sarah Invente"},
		.subject = "7 offres pour 5 jeunes – lundi 23 nov.",
		.date = 1795420800,
		.message_id = "<m.abcdef0123@ml.example>",
		.unsubscribe_url = LONG_URL,
		.unsubscribe_mailto = "mailto:stop@ml.example?subject=stop-X",
		.list_id = "Offres Missions Locales <offres.ml.example>",
		.feedback_id = "digest:ml12:etrier:example",
		.id = 42,
		.language = "fr",
		.boundary = "=_etrier.0123456789abcdef",
		.text = "Bonjour Sarah,\n",
		.html = "<p>Bonjour Sarah,</p>\n"};
}

static void put_box(json_t *expect, const char *key, const struct mime_box *b)
{
	if (b->address)
		json_object_set_new(expect, key,
				    json_pack("{s:s,s:s}", "address",
					      b->address, "name",
					      b->name ? b->name : ""));
}

/* The mail and what a reader should find in it, as a line of the file. */
static void add_case(FILE *f, const struct mime_mail *m)
{
	struct err err = {0};
	struct buf out, line;
	buf_init(&out, MIME_MAIL_MAX);
	buf_init(&line, 4 * MIME_MAIL_MAX);
	if (mime_write(m, &out, &err) < 0)
		fail_msg("%s", err.text);
	json_t *expect = json_object();
	put_box(expect, "From", &m->from);
	put_box(expect, "To", &m->to);
	put_box(expect, "Reply-To", &m->reply_to);
	js_put_str(expect, "Subject", m->subject);
	js_put_str(expect, "Message-ID", m->message_id);
	js_put_str(expect, "text", m->text);
	js_put_str(expect, "html", m->html);
	json_object_set_new(expect, "Auto-Submitted",
			    json_string("auto-generated"));
	if (m->unsubscribe_url && m->unsubscribe_mailto) {
		char *both = mem_printf("<%s>, <%s>", m->unsubscribe_url,
					m->unsubscribe_mailto);
		js_put_str(expect, "List-Unsubscribe", both);
		js_put_str(expect, "List-Unsubscribe-Post",
			   "List-Unsubscribe=One-Click");
		free(both);
	}
	js_put_str(expect, "List-Id", m->list_id);
	js_put_str(expect, "Feedback-ID", m->feedback_id);
	json_t *v = json_pack("{s:s,s:o}", "mail", out.data, "expect", expect);
	assert_non_null(v);
	js_write(v, &line);
	fprintf(f, "%s\n", line.data);
	json_decref(v);
	buf_clear(&out);
	buf_clear(&line);
}

/* Runs the oracle over the file; its words are shown when it is not content. */
static void ask_oracle(const char *path, int n_expected)
{
	if (access("/usr/bin/python3", X_OK) < 0) {
		printf("SKIP: mime: no /usr/bin/python3 to compare with\n");
		skip();
	}
	char *command = mem_printf("/usr/bin/python3 %s/tests/golden/mail/"
				   "oracle.py %s",
				   SOURCE_DIR, path);
	FILE *p = popen(command, "r");
	char line[4096], wanted[40];
	snprintf(wanted, sizeof wanted, "checked %d\n", n_expected);
	line[0] = '\0';
	while (fgets(line, sizeof line, p))
		if (!str_eq(line, wanted))
			printf("%s", line);
	assert_string_equal(line, wanted);
	assert_int_equal(pclose(p), 0);
	free(command);
	unlink(path);
}

static void test_python_reads_back_every_field(void **state)
{
	(void)state;
	static const char *const names[] = {
		"Sarah",
		"Zoé \"Zo\" O'Neil, née Müller",
		"Mission Locale (93)",
		"back\\slash; comma, <angle>",
		"=?utf-8?q?not_a_word?=",
		"Missions Locales d'Île-de-France — Étrier, le service des "
		"offres d'apprentissage pour les jeunes et leurs conseillers",
		"陳大文 先生 の 長い 名前 です とても 長い 名前 です",
		"  deux  blancs  ",
		"a@b.example",
		"J. R. Invente",
		"Étrier.",
		"Ligne:deux-points",
		"Un nom entierement en ASCII mais bien trop long pour tenir sur"
		" une seule ligne de soixante-dix-huit colonnes"};
	static const char *const texts[] = {
		"",
		"\n",
		".\n..\nFrom moi\n-- \n--=_etrier.0123456789abcdef\n",
		"trailing blank \nand tab\t\n  lead\n",
		"é\nœ = égal =3D\n€uro\n",
		"une très longue ligne sans aucun retour qui dépasse largement "
		"les soixante-seize colonnes et continue encore, et encore, et "
		"encore.............................................From où\n",
		"emoji 🙂 et 漢字\n"};
	char *path = mem_printf("%s/mime-fields.jsonl", BUILD_DIR);
	FILE *f = fopen(path, "w");
	int n = 0;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct mime_mail m = sound_mail();
		m.from.name = m.subject = names[i];
		m.reply_to = (struct mime_box){"r@ml.example", names[i]};
		add_case(f, &m);
		n++;
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct mime_mail m = sound_mail();
		m.text = texts[i];
		m.html = i % 2 ? texts[i] : NULL;
		m.to.name = NULL;
		add_case(f, &m);
		n++;
	}
	fclose(f);
	ask_oracle(path, n);
	free(path);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Random text, weighted towards what breaks writers. */
static void random_text(uint32_t *seed, char *out, size_t size, bool is_line)
{
	static const char nasty[] = " ..==??__\"\\,;:<>()@-From ";
	size_t target = next_random(seed) % (size - 5), n = 0;
	while (n < target) {
		uint32_t r = next_random(seed);
		switch (r % 8) {
		case 0:
			out[n++] = nasty[(r >> 8) % (sizeof nasty - 1)];
			break;
		case 1:
			n += utf8_put(0xe0 + (r >> 8) % 30, out + n);
			break;
		case 2:
			n += utf8_put(0x4e00 + (r >> 8) % 500, out + n);
			break;
		case 3:
			if (!is_line && r % 3 == 0)
				out[n++] = '\n';
			break;
		default:
			out[n++] = (char)('!' + (r >> 8) % 94);
		}
	}
	out[n] = '\0';
}

static void test_random_mails_survive_the_round_trip(void **state)
{
	(void)state;
	enum { N_MAILS = 400 };
	uint32_t seed = 20261123;
	char *path = mem_printf("%s/mime-random.jsonl", BUILD_DIR);
	FILE *f = fopen(path, "w");
	for (int i = 0; i < N_MAILS; i++) {
		static char subject[400], name[120], text[3000], html[3000];
		struct mime_mail m = sound_mail();
		subject[0] = name[0] = 'x';
		random_text(&seed, subject + 1, sizeof subject - 1, true);
		random_text(&seed, name + 1, sizeof name - 1, true);
		random_text(&seed, text, sizeof text - 1, false);
		random_text(&seed, html, sizeof html - 1, false);
		strcat(text, "\n"); /* a part ends with its last line's end */
		strcat(html, "\n");
		m.subject = subject;
		m.to.name = m.from.name = name;
		m.text = text;
		m.html = html;
		add_case(f, &m);
	}
	fclose(f);
	ask_oracle(path, N_MAILS);
	free(path);
}

static void test_the_same_struct_gives_the_same_bytes(void **state)
{
	(void)state;
	struct mime_mail m = sound_mail();
	struct buf a, b;
	buf_init(&a, MIME_MAIL_MAX);
	buf_init(&b, MIME_MAIL_MAX);
	assert_int_equal(mime_write(&m, &a, NULL), 0);
	assert_int_equal(mime_write(&m, &b, NULL), 0);
	assert_string_equal(a.data, b.data);
	buf_clear(&a);
	buf_clear(&b);
}

static void test_unsubscribe_is_never_encoded_nor_cut(void **state)
{
	(void)state;
	struct mime_mail m = sound_mail();
	struct buf out;
	buf_init(&out, MIME_MAIL_MAX);
	assert_int_equal(mime_write(&m, &out, NULL), 0);
	assert_non_null(strstr(out.data,
			       "\r\nList-Unsubscribe: <" LONG_URL ">,\r\n "
			       "<mailto:stop@ml.example?subject=stop-X>\r\n"));
	buf_clear(&out);
}

static void test_what_could_break_a_header_is_refused(void **state)
{
	(void)state;
	struct mime_mail m[14];
	for (size_t i = 0; i < ARRAY_LEN(m); i++)
		m[i] = sound_mail();
	m[0].subject = "two\r\nBcc: x@y.example";
	m[1].from.name = "x\ny";
	m[2].to.address = "a@b.example>\r\nRCPT TO:<c@d.example";
	m[3].message_id = "<no-at>";
	m[4].message_id = "<a@b> <c@d>";
	m[5].unsubscribe_url = "https://x.example/>,<https://y.example";
	m[6].unsubscribe_url = "javascript:alert(1)";
	m[7].boundary = "a b";
	m[8].subject = "bad \xff byte";
	m[9].text = "bad \xc3(";
	m[10].feedback_id = "a b";
	m[11].subject = "";
	m[12].list_id = "x\x01";
	m[13].reply_to.address = "no-at-sign";
	for (size_t i = 0; i < ARRAY_LEN(m); i++) {
		struct err err = {0};
		struct buf out;
		buf_init(&out, MIME_MAIL_MAX);
		if (mime_write(&m[i], &out, &err) == 0)
			fail_msg("case %zu was accepted", i);
		assert_int_equal(err.kind, ERR_INPUT);
		assert_true(err.text[0]);
		buf_clear(&out);
	}
}

static void test_a_mail_past_its_ceiling_is_an_error(void **state)
{
	(void)state;
	struct mime_mail m = sound_mail();
	struct err err;
	struct buf out;
	buf_init(&out, 300);
	assert_int_equal(mime_write(&m, &out, &err), -1);
	assert_int_equal(err.kind, ERR_LIMIT);
	buf_clear(&out);
}

static void test_addresses(void **state)
{
	(void)state;
	static const char *const good[] = {"a@b.example", "b+TOKEN@bounce.test",
					   "x.y_z=1@host"};
	static const char *const bad[] = {
		"",	      "a",	 "@b",	  "a@",		  "a@b@c",
		"a b@c.test", "a@b\r\n", "<a@b>", "\"q\"@b.test", "é@b.test",
		"a,b@c.test", "a@b\x7f"};
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_int_equal(mime_address_check(good[i], NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (mime_address_check(bad[i], NULL) == 0)
			fail_msg("accepted: %s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_python_reads_back_every_field),
		cmocka_unit_test(test_random_mails_survive_the_round_trip),
		cmocka_unit_test(test_the_same_struct_gives_the_same_bytes),
		cmocka_unit_test(test_unsubscribe_is_never_encoded_nor_cut),
		cmocka_unit_test(test_what_could_break_a_header_is_refused),
		cmocka_unit_test(test_a_mail_past_its_ceiling_is_an_error),
		cmocka_unit_test(test_addresses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
