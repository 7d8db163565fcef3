/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CONF_SOURCE_ASK_H
#define ETRIER_CONF_SOURCE_ASK_H

#include <etrier/source.h>

/* How a source is asked: rows of `auth`, `paging`, `detail` and `pages` for
 * the schema of a source (source.c), and the checks that need several lines.
 *
 * In the object of source_read():
 *   query   {name: [text...]}           added to the address, in order
 *   form    {name: text}, or json {...} a POST with that body
 *   split   [{parameter, values[]}]     the address once per combination
 *   paging  {by, parameter, in, first, size, size_parameter, next, pages,
 *            max_pages}; no `by`: one request
 *   detail  {url}; no url: none         one offer by its ref
 *   pages   {from, match, max}; no from: the address is a page of offers
 *   oauth   {token_url, client_id, client_secret, scope} for kind oauth2; the
 *           other kinds of auth are lines of secret_headers
 *   departements, natures: lists of france_travail
 *   mode    search | export of labonnealternance */
extern const struct schema source_auth_rows[];
extern const struct schema source_paging_rows[];
extern const struct schema source_detail_rows[];
extern const struct schema source_pages_rows[];
extern const struct schema source_split_item;
extern const struct schema source_code_item;

#define SOURCE_SPLIT_MAX 400 /* requests that a split may make of one */

/* v: as schema_read() left it; what was written by hand is put into the shape
 * above. read_secret() reads one secret file (source.c). */
typedef char *source_secret_fn(const struct ynode *n, const char *value,
			       const char *base_dir, struct diags *d);
void source_ask_read(const struct ynode *root, json_t *v, const char *base_dir,
		     source_secret_fn *read_secret, struct diags *d);

#endif
