/* SPDX-License-Identifier: EUPL-1.2 */
/* The whole configuration, read once: etrier.yaml, then what it names. All
 * mistakes of all files come out of one load, so every step works with what
 * the former could read. It compiles no rules and no templates. */
#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/hmac_sha1.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/settings.h>
#include <etrier/source.h>
#include <etrier/str.h>

#include "settings_parts.h"
#include "source_exec.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *settings_default_file(void)
{
	const char *file = getenv("ETRIER_CONFIG");
	return str_is_empty(file) ? ETRIER_SYSCONFDIR "/etrier.yaml" : file;
}

static char *absolute(const char *file)
{
	char here[SCHEMA_PATH_MAX];
	if (!getcwd(here, sizeof(here)))
		str_copy(here, sizeof(here), "/");
	return schema_path(here, file);
}

static json_t *written_part(const struct schema *rows, const struct ynode *n,
			    const json_t *all);

static json_t *written_names(const struct schema *item, const struct ynode *n,
			     json_t *all)
{
	json_t *out = json_object();
	const char *name;
	const json_t *v;
	json_object_foreach(all, name, v)
	{
		const struct ynode *kid = ynode_get(n, name);
		json_object_set_new(out, name,
				    written_part(item->rows, kid, v));
	}
	return out;
}

/* The part of `all` that the file itself says. */
static json_t *written_part(const struct schema *rows, const struct ynode *n,
			    const json_t *all)
{
	json_t *out = json_object();
	for (const struct schema *row = rows; row->key; row++) {
		const struct ynode *kid = ynode_get(n, row->key);
		json_t *v = json_object_get(all, row->key);
		if (!kid || !v || ynode_is_null(kid))
			continue;
		if (row->type == SCHEMA_MAP)
			json_object_set_new(out, row->key,
					    written_part(row->rows, kid, v));
		else if (row->type == SCHEMA_NAMED &&
			 row->item->type == SCHEMA_MAP)
			json_object_set_new(out, row->key,
					    written_names(row->item, kid, v));
		else
			json_object_set(out, row->key, v);
	}
	return out;
}

static bool is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);
	return path && strncmp(path, folder, n) == 0 &&
	       (path[n] == '/' || folder[n - 1] == '/');
}

static void load_named(struct settings *s, const struct ynode *root,
		       const char *base_dir, struct diags *d)
{
	struct arena arena;
	arena_init(&arena);
	s->all = settings_read(root, base_dir, d);
	s->written = written_part(settings_schema, root, s->all);
	s->is_one_folder =
		is_below(settings_text(s->all, "paths.state"), base_dir) &&
		is_below(settings_text(s->all, "paths.run"), base_dir);
	settings_default(s->all, "security", "landlock",
			 mem_dup(s->is_one_folder ? "preferred" : "required"));
	struct settings_load l = {
		.arena = &arena, .s = s, .root = root, .diags = d};
	if (root->kind == YNODE_MAP) {
		settings_load_files(&l);
		settings_load_secrets(&l);
	}
	arena_clear(&arena);
}

int settings_load(const char *file, struct settings *out, struct diags *d)
{
	struct arena arena;
	size_t before = d->n_errors;
	arena_init(&arena);
	*out = (struct settings){.file = absolute(file)};
	char *base_dir = schema_path(out->file, "..");
	struct ynode *root = ynode_load_partly(&arena, file, d);
	if (root)
		load_named(out, root, base_dir, d);
	free(base_dir);
	arena_clear(&arena);
	return d->n_errors == before ? 0 : -1;
}

bool settings_has_programs(const struct settings *s)
{
	const char *name;
	json_t *v;
	json_object_foreach(s->sources, name, v)
	{
		if (source_is_exec(v) && js_bool(v, "enabled", true))
			return true;
	}
	return false;
}

bool settings_programs_differ(const struct settings *a,
			      const struct settings *b)
{
	json_t *x = settings_for_role(a, "runner");
	json_t *y = settings_for_role(b, "runner");
	bool differ = !json_equal(json_object_get(x, "sources"),
				  json_object_get(y, "sources"));
	json_decref(x);
	json_decref(y);
	return differ;
}

void settings_clear(struct settings *s)
{
	free(s->file);
	json_decref(s->all);
	json_decref(s->written);
	json_decref(s->sources);
	json_decref(s->lexicons);
	json_decref(s->delivery);
	json_decref(s->files);
	json_decref(s->secrets);
	*s = (struct settings){0};
}

struct restart_check {
	const struct settings *now, *next;
	struct diags *diags;
};

static void refuse_change(void *ctx, const char *path, const struct schema *row)
{
	struct restart_check *c = ctx;
	if (!(row->flags & SCHEMA_RESTART) || strstr(path, ".*."))
		return;
	const json_t *a = settings_at(c->now->all, path);
	const json_t *b = settings_at(c->next->all, path);
	if ((!a && !b) || json_equal(a, b))
		return;
	diag_add(c->diags, DIAG_ERROR, c->next->file, 0, 0,
		 "%s: a change takes effect at a restart only; put it back, or "
		 "restart",
		 path);
}

/* Those of one group ("mail."): their names say whose they are. */
static void add_secrets(json_t *to, const struct settings *s, const char *group)
{
	const char *name;
	json_t *v;
	json_object_foreach(s->secrets, name, v)
	{
		if (str_starts(name, group))
			json_object_set(to, name, v);
	}
}

static void refuse_new_key(const struct settings *now,
			   const struct settings *next, struct diags *d)
{
	/* Another key under the old name. What gateways gave us may change. */
	json_t *a = json_object(), *b = json_object();
	add_secrets(a, now, "security.");
	add_secrets(b, next, "security.");
	if (!json_equal(a, b))
		diag_add(d, DIAG_ERROR, next->file, 0, 0,
			 "security: the content of a key file has changed; a "
			 "change takes effect at a restart only");
	json_decref(a);
	json_decref(b);
}

void settings_refuse_restart(const struct settings *now,
			     const struct settings *next, struct diags *d)
{
	struct restart_check c = {.now = now, .next = next, .diags = d};
	schema_each(settings_schema, refuse_change, &c);
	refuse_new_key(now, next, d);
}

static void share(json_t *to, const char *key, json_t *v)
{
	if (v)
		json_object_set(to, key, v);
}

/* {"state": ..., "run": ...} of the paths named in a list. */
static void share_paths(json_t *to, const struct settings *s,
			const char *const *names)
{
	json_t *paths = json_object();
	const json_t *all = json_object_get(s->all, "paths");
	for (; *names; names++)
		share(paths, *names, json_object_get(all, *names));
	json_object_set_new(to, "paths", paths);
}

static void share_groups(json_t *to, const struct settings *s,
			 const char *const *names)
{
	for (; *names; names++)
		share(to, *names, json_object_get(s->all, *names));
}

static void for_engine(json_t *to, const struct settings *s)
{
	share_groups(to, s,
		     (const char *const[]){"agency_defaults", "origins",
					   "planner", "mail", "sms", "front",
					   "collector", "watch", "delivery",
					   NULL});
	share_paths(to, s,
		    (const char *const[]){"state", "run", "refdata", "transit",
					  "backup", "audit", NULL});
	share(to, "rules", json_object_get(s->files, "rules"));
	share(to, "advice", json_object_get(s->files, "advice"));
	share(to, "operators", s->delivery);
	json_t *secrets = json_object();
	add_secrets(secrets, s, "security.");
	json_object_set_new(to, "secrets", secrets);
	/* When to poll is the engine's business; how, with which key, is not.
	 */
	json_t *sources = json_object();
	const char *name;
	const json_t *v;
	json_object_foreach(s->sources, name, v)
	{
		json_object_set_new(sources, name, source_public(v));
	}
	json_object_set_new(to, "sources", sources);
}

/* Programs are run apart from everything that fetches. */
static void share_sources(json_t *to, const struct settings *s, bool is_exec)
{
	json_t *sources = json_object(), *v;
	const char *name;
	json_object_foreach(s->sources, name, v)
	{
		if (source_is_exec(v) == is_exec)
			json_object_set(sources, name, v);
	}
	json_object_set_new(to, "sources", sources);
}

static void for_collector(json_t *to, const struct settings *s)
{
	share_groups(to, s, (const char *const[]){"collector", NULL});
	json_t *bounces = settings_at(s->all, "mail.bounces");
	if (bounces) { /* of mail, what comes back */
		json_t *mail = json_object();
		share(mail, "bounces", bounces);
		json_object_set_new(to, "mail", mail);
	}
	share_paths(to, s, (const char *const[]){"refdata", NULL});
	share_sources(to, s, false);
	share(to, "lexicons", s->lexicons);
}

static void for_runner(json_t *to, const struct settings *s)
{
	share_groups(to, s, (const char *const[]){"collector", NULL});
	share_paths(to, s, (const char *const[]){"refdata", NULL});
	share_sources(to, s, true);
	share(to, "lexicons", s->lexicons);
}

static void for_courier(json_t *to, const struct settings *s)
{
	share_groups(to, s, (const char *const[]){"mail", "sms", NULL});
	json_t *secrets = json_object();
	add_secrets(secrets, s, "mail.");
	add_secrets(secrets, s, "sms.");
	if (json_object_size(secrets))
		json_object_set(to, "secrets", secrets);
	json_decref(secrets);
	share(to, "templates", json_object_get(s->files, "templates"));
	share(to, "sms_http", json_object_get(s->files, "sms_http"));
	char *url = settings_callback_url(s);
	js_put_str(to, "callback_url", url);
	free(url);
}

/* Twilio signs its call-backs with the token that we call it with. The front,
 * which strangers talk to, gets what checks a signature and not the token. */
static void put_signing_key(json_t *secrets, const struct settings *s)
{
	struct hmac_sha1_key key;
	char text[HMAC_SHA1_TEXT_SIZE];
	const char *token = js_str(s->secrets, "sms.key", NULL);
	if (!token || !str_eq(settings_text(s->all, "sms.gateway"), "twilio"))
		return;
	hmac_sha1_prepare(token, &key);
	hmac_sha1_write(&key, text);
	js_put_str(secrets, "sms.callback_hmac", text);
}

static void for_front(json_t *to, const struct settings *s)
{
	share_groups(to, s, (const char *const[]){"front", NULL});
	share(to, "templates", json_object_get(s->files, "templates"));
	/* Of the gateway no more than its name, and how it calls back. */
	const json_t *http = json_object_get(s->files, "sms_http");
	json_t *sms = json_object(), *secrets = json_object();
	share(sms, "gateway", settings_at(s->all, "sms.gateway"));
	share(sms, "profile", settings_at(s->all, "sms.profile"));
	share(sms, "receipt", json_object_get(http, "receipt"));
	json_object_set_new(to, "sms", sms);
	add_secrets(secrets, s, "sms.callback_secret");
	put_signing_key(secrets, s);
	if (json_object_size(secrets))
		json_object_set(to, "secrets", secrets);
	json_decref(secrets);
}

json_t *settings_for_role(const struct settings *s, const char *role)
{
	static const struct {
		const char *role;
		void (*fill)(json_t *to, const struct settings *s);
	} roles[] = {{"engine", for_engine},
		     {"collector", for_collector},
		     {"runner", for_runner},
		     {"courier", for_courier},
		     {"front", for_front}};
	json_t *shared = json_object(), *security = json_object();
	js_put_str(shared, "role", role);
	json_object_set_new(shared, "one_folder",
			    json_boolean(s->is_one_folder));
	share(shared, "log", json_object_get(s->all, "log"));
	share(security, "landlock", settings_at(s->all, "security.landlock"));
	json_object_set_new(shared, "security", security);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (str_eq(roles[i].role, role))
			roles[i].fill(shared, s);
	/* The role's object is its own: nobody's change reaches another. */
	json_t *own = json_deep_copy(shared);
	json_decref(shared);
	return own;
}
