/* SPDX-License-Identifier: EUPL-1.2 */
/* Why it is somebody's turn or not, in French for advisers and in JSON. Of
 * others it tells how many, and of nobody anything private: order comes from
 * scores, waits and lots alone. */
#include <etrier/plan.h>

#include <etrier/buf.h>
#include <etrier/date.h>
#include <etrier/js.h>
#include <etrier/waves.h>

static void put_day(struct buf *b, const char *before, int64_t at,
		    const char *after)
{
	char day[11], minute[6];
	date_format_dmy(paris_date(at), day);
	minute_format(paris_minute(at), minute);
	buf_printf(b, "%s%s à %s%s", before, day, minute, after);
}

static void put_before(struct buf *b, const struct wave_reason *r)
{
	const struct {
		size_t n;
		const char *one, *more;
	} rows[] = {
		{r->n_first_turn, "n’a pas encore eu son tour",
		 "n’ont pas encore eu leur tour"},
		{r->n_score, "a un meilleur score", "ont un meilleur score"},
		{r->n_wait, "a un score voisin et attend depuis plus longtemps",
		 "ont un score voisin et attendent depuis plus longtemps"},
		{r->n_lot, "a été tirée au sort avant, à égalité",
		 "ont été tirées au sort avant, à égalité"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].n)
			buf_printf(b, "  avant : %zu personne%s qui %s\n",
				   rows[i].n, rows[i].n > 1 ? "s" : "",
				   rows[i].n > 1 ? rows[i].more : rows[i].one);
}

static void put_wait(struct buf *b, const struct wave_reason *r)
{
	buf_printf(b, "  attend son tour : place %zu sur %zu\n", r->place,
		   r->of);
	put_before(b, r);
	if (r->why == WAVE_ALL_TAKEN)
		buf_adds(b, "  chaque poste a une personne intéressée\n");
	if (r->next_at != INSTANT_NONE)
		put_day(b, "  prochaines places au plus tôt le ", r->next_at,
			"\n");
}

void plan_turn_text(const struct wave_reason *r, struct buf *b)
{
	buf_adds(b, "Tour\n");
	switch (r->why) {
	case WAVE_HAS_PLACE:
	case WAVE_HAD_TURN:
		if (r->number)
			buf_printf(b, "  vague %d", r->number);
		else
			buf_adds(b, "  proposée");
		put_day(b, r->number ? ", depuis le " : " le ", r->since, "");
		put_day(b,
			r->why == WAVE_HAS_PLACE ? " ; place tenue jusqu’au "
						 : " ; le tour a pris fin le ",
			r->until, "\n");
		break;
	case WAVE_WAITS:
	case WAVE_ALL_TAKEN:
		put_wait(b, r);
		break;
	case WAVE_PASSED_BY:
		buf_adds(b, "  a déjà autant d’offres en cours qu’on peut en "
			    "montrer ; son tour revient quand l’une d’elles "
			    "prend fin\n");
		break;
	case WAVE_SAID_NO:
		put_day(b, "  a répondu non le ", r->until, "\n");
		break;
	case WAVE_SAID_YES:
		put_day(b, "  s’est dite intéressée le ", r->until, "\n");
		break;
	case WAVE_OFFER_CLOSED:
		buf_adds(b, "  l’offre n’est plus proposée : trop ancienne, "
			    "retirée, ou une rencontre\n");
		break;
	case WAVE_NOT_CONCERNED:
	case WAVE_WHY_COUNT:
		buf_adds(b, "  pas de tour : l’offre ne convient pas, ou "
			    "personne ne la proposerait (mode de l’agence, "
			    "pas de conseiller)\n");
		break;
	}
}

static void put_instant(json_t *v, const char *key, int64_t at)
{
	char text[21];
	if (at == INSTANT_NONE)
		return;
	instant_format(at, text);
	js_put_str(v, key, text);
}

json_t *plan_turn_json(const struct wave_reason *r)
{
	json_t *v = json_object();
	js_put_str(v, "reason", wave_why_code(r->why));
	js_put_int(v, "wave", r->number, 0);
	put_instant(v, "since", r->since);
	put_instant(v, "until", r->until);
	put_instant(v, "next_at", r->next_at);
	if (r->place) {
		js_put_int(v, "place", (int64_t)r->place, -1);
		js_put_int(v, "of", (int64_t)r->of, -1);
		js_put_int(v, "before_first_turn", (int64_t)r->n_first_turn,
			   -1);
		js_put_int(v, "before_score", (int64_t)r->n_score, -1);
		js_put_int(v, "before_wait", (int64_t)r->n_wait, -1);
		js_put_int(v, "before_lot", (int64_t)r->n_lot, -1);
	}
	return v;
}
