/* SPDX-License-Identifier: EUPL-1.2 */
/* SMS as files, for the demo, for `preview` and for whoever has a gateway of
 * his own that reads a folder. It sends nothing, so nothing is ever uncertain
 * here but what died between the file and the verdict. */
#include "smsfile.h"

#include "spool.h"

#include <etrier/courier.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/phone.h>
#include <etrier/sms_sender.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)16 * 1024)

int smsfile_check_number(const char *to, struct err *err)
{
	char normal[17];
	switch (phone_normalise(to ? to : "", normal)) {
	case PHONE_MOBILE:
	case PHONE_MOBILE_DOM:
	case PHONE_FICTION:
		break;
	default:
		return err_set(err, ERR_INPUT, "not a French mobile number");
	}
	if (!str_eq(to, normal))
		return err_set(err, ERR_INPUT, "number is not in E.164 form");
	return 0;
}

int smsfile_check_sender(const char *sender, struct err *err)
{
	const char *problem = sms_sender_problem(sender);
	return problem ? err_set(err, ERR_INPUT, "%s", problem) : 0;
}

int smsfile_put(const char *folder, int64_t id, const char *to,
		const char *sender, const struct sms *sms, struct err *err)
{
	json_t *v = json_pack("{s:I,s:s,s:s,s:s,s:i,s:i}", "id", (json_int_t)id,
			      "to", to, "sender", sender, "text", sms->text,
			      "units", sms->size.units, "segments",
			      sms->size.segments);
	BUG_ON(!v);
	char *name = mem_printf("sms-%lld.json", (long long)id);
	char *tmp = mem_printf("%s/.tmp", folder);
	struct buf out;
	buf_init(&out, FILE_MAX);
	js_write(v, &out);
	buf_addc(&out, '\n');
	int rc = out.too_big ? err_set(err, ERR_LIMIT, "SMS file too large")
			     : spool_make_folder(tmp, err);
	if (rc == 0)
		rc = spool_write(tmp, folder, name, out.data, out.len, err);
	buf_clear(&out);
	json_decref(v);
	free(name);
	free(tmp);
	return rc;
}
