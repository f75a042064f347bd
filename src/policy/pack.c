/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/pack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/embed.h"
#include "base/opt.h"
#include "policy/pack_impl.h"
#include "rego/parse.h"

#define FILE_MAX_BYTES ((size_t)4 << 20)
#define FOLDER_DEPTH 32
#define CHECKS_MAX 10000u

struct sw_packs {
	struct sw_arena arena; /* checks, and the texts of the user's files */
	struct sw_rego_engine *engine;
	struct sw_check *checks;
	uint32_t n, cap;
	struct sw_value settings;
	struct sw_str *texts; /* of the user's files */
	uint32_t n_texts, cap_texts;
};

static int no_memory(struct sw_error *err)
{
	return sw_error_set(err, SW_ELIMIT, "no memory left for checks");
}

static int add_check(struct sw_packs *p, const struct sw_check *c, struct sw_error *err)
{
	if (p->n == CHECKS_MAX)
		return sw_error_set(err, SW_ELIMIT, "more than %u checks", CHECKS_MAX);
	if (p->n == p->cap) {
		uint32_t cap = p->cap ? 2 * p->cap : 256;
		struct sw_check *v =
			sw_arena_grow(&p->arena, p->checks, p->n * sizeof(*v), cap * sizeof(*v));
		if (!v)
			return no_memory(err);
		p->checks = v;
		p->cap = cap;
	}
	p->checks[p->n++] = *c;
	return 0;
}

/* The first complaint of the parser, with its place. */
static int parse_error(const struct sw_rego_diags *diags, struct sw_str name, struct sw_error *err)
{
	if (!diags->n)
		return sw_error_set(err, SW_ESYNTAX, "cannot be parsed");
	const struct sw_rego_diag *d = &diags->v[0];
	sw_error_set(err, SW_ESYNTAX, "%s: %.*s", d->code, SW_STR_ARG(sw_str_sub(d->text, 0, 400)));
	return sw_error_at(err, name, d->loc.row, d->loc.col, d->loc.offset);
}

static int add_module(struct sw_packs *p, struct sw_str name, struct sw_str text, bool builtin,
	struct sw_error *err)
{
	struct sw_arena *a = sw_rego_engine_arena(p->engine);
	struct sw_source *source = sw_arena_new(&p->arena, struct sw_source);
	struct sw_rego_parse_opts opts = {.version = SW_REGO_V1, .annotations = true};
	struct sw_rego_module *m;
	struct sw_rego_diags diags;
	if (!source)
		return no_memory(err);
	*source = (struct sw_source){.name = name, .text = text};
	sw_rego_diags_init(&diags, a);
	if (sw_rego_parse_module(a, source, &opts, &m, &diags))
		return parse_error(&diags, name, err);
	struct sw_check c;
	bool is_check;
	int r = pack_read_check(&p->arena, m, builtin, &is_check, &c, err);
	if (!r)
		r = sw_rego_engine_add_module(p->engine, m, err);
	return r || !is_check ? r : add_check(p, &c, err);
}

static int add_builtin(struct sw_packs *p, bool checks, struct sw_error *err)
{
	int r = 0;
	for (unsigned i = 0; !r && i < sw_embed_content_n; i++) {
		const struct sw_embed *e = &sw_embed_content[i];
		struct sw_str name = sw_str_from(e->name);
		if (!checks && sw_str_starts(name, SW_STR("checks/")))
			continue;
		r = add_module(p, name, e->text, true, err);
	}
	return r;
}

/* ---- the user's folders ---- */

static bool room_for_text(struct sw_packs *p)
{
	if (p->n_texts < p->cap_texts)
		return true;
	uint32_t cap = p->cap_texts ? 2 * p->cap_texts : 16;
	struct sw_str *v = sw_arena_grow(&p->arena, p->texts, p->n_texts * sizeof(*v), cap * sizeof(*v));
	if (!v)
		return false;
	p->texts = v;
	p->cap_texts = cap;
	return true;
}

static int add_file(struct sw_packs *p, const char *path, struct sw_error *err)
{
	struct stat st;
	sw_autoclose fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st))
		return sw_error_errno(err, SW_EIO, errno, "cannot open %s", path);
	if (!S_ISREG(st.st_mode))
		return sw_error_set(err, SW_EIO, "%s is no regular file", path);
	if ((uint64_t)st.st_size > FILE_MAX_BYTES)
		return sw_error_set(
			err, SW_ELIMIT, "%s is larger than %zu bytes", path, FILE_MAX_BYTES);
	size_t n = (size_t)st.st_size, at = 0;
	char *text = sw_arena_alloc(&p->arena, n + 1);
	struct sw_str name = sw_arena_str(&p->arena, sw_str_from(path));
	if (!text || !name.p || !room_for_text(p))
		return no_memory(err);
	while (at < n) {
		ssize_t got = read(fd, text + at, n - at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return sw_error_errno(err, SW_EIO, errno, "cannot read %s", path);
		if (got == 0)
			break;
		at += (size_t)got;
	}
	p->texts[p->n_texts++] = sw_str_make(text, at);
	return add_module(p, name, sw_str_make(text, at), false, err);
}

static bool is_rego(const char *name)
{
	struct sw_str s = sw_str_from(name);
	return sw_str_ends(s, SW_STR(".rego")) && !sw_str_ends(s, SW_STR("_test.rego"));
}

static int add_path(
	struct sw_packs *p, const char *path, int depth, bool named, struct sw_error *err)
{
	struct stat st;
	if (stat(path, &st))
		return sw_error_errno(
			err, named ? SW_ENOENT : SW_EIO, errno, "cannot open %s", path);
	if (!S_ISDIR(st.st_mode))
		return named || is_rego(path) ? add_file(p, path, err) : 0;
	if (depth == FOLDER_DEPTH)
		return sw_error_set(
			err, SW_ELIMIT, "%s: more than %d folders deep", path, FOLDER_DEPTH);
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, alphasort), r = 0;
	if (n < 0)
		return sw_error_errno(err, SW_EIO, errno, "cannot list %s", path);
	for (int i = 0; i < n; i++) {
		if (!r && entries[i]->d_name[0] != '.') {
			g_autofree char *child = g_build_filename(path, entries[i]->d_name, NULL);
			r = add_path(p, child, depth + 1, false, err);
		}
		free(entries[i]);
	}
	free(entries);
	return r;
}

/* ---- after reading ---- */

static int by_id(const void *a, const void *b)
{
	const struct sw_check *x = a, *y = b;
	int c = sw_str_cmp(x->rule.id, y->rule.id);
	return c ? c : (int)x->builtin - (int)y->builtin; /* the user's first */
}

/* Of two checks with one id the user's counts; two of one origin are a mistake. */
static int settle_ids(struct sw_packs *p, struct sw_error *err)
{
	if (p->n)
		qsort(p->checks, p->n, sizeof(*p->checks), by_id);
	for (uint32_t i = 1; i < p->n; i++) {
		struct sw_check *first = &p->checks[i - 1], *c = &p->checks[i];
		if (!sw_str_eq(first->rule.id, c->rule.id))
			continue;
		if (first->builtin == c->builtin)
			return sw_error_set(err, SW_ECONFLICT,
				"two checks have the id %.*s: %.*s and %.*s",
				SW_STR_ARG(c->rule.id), SW_STR_ARG(first->package),
				SW_STR_ARG(c->package));
		c->off = true;
	}
	return 0;
}

static bool listed(const struct sw_str *ids, uint32_t n, struct sw_str id)
{
	for (uint32_t i = 0; i < n; i++)
		if (sw_str_ieq(ids[i], id))
			return true;
	return false;
}

static int unknown(struct sw_str id, struct sw_error *err)
{
	sw_error_set(err, SW_ENOENT, "there is no check \"%.*s\"", SW_STR_ARG(id));
	return sw_error_hint(err, "see `seawall list checks`");
}

static int all_known(
	const struct sw_packs *p, const struct sw_str *ids, uint32_t n, struct sw_error *err)
{
	for (uint32_t i = 0; i < n; i++)
		if (!sw_packs_find(p, ids[i]))
			return unknown(sw_str_sub(ids[i], 0, 80), err);
	return 0;
}

static int choose(struct sw_packs *p, const struct sw_packs_opts *o, struct sw_error *err)
{
	int r = all_known(p, o->disable, o->n_disable, err);
	if (!r)
		r = all_known(p, o->only, o->n_only, err);
	for (uint32_t i = 0; !r && i < p->n; i++) {
		struct sw_check *c = &p->checks[i];
		if (listed(o->disable, o->n_disable, c->rule.id) ||
			(o->n_only && !listed(o->only, o->n_only, c->rule.id)))
			c->off = true;
	}
	return r;
}

/* Has the package of a check this rule? */
static bool has_rule(const struct sw_packs *p, const struct sw_check *c, const char *name)
{
	const struct sw_rego_node *n = sw_rego_engine_program(p->engine)->data;
	struct sw_str rest = sw_str_sub(c->package, sizeof("data.") - 1, c->package.n), piece;
	while (n && sw_str_split(&rest, '.', &piece))
		n = sw_rego_node_child(n, sw_string(piece));
	n = n ? sw_rego_node_child(n, sw_string(sw_str_from(name))) : NULL;
	return n && n->n_rules;
}

static int make_queries(struct sw_packs *p, struct sw_error *err)
{
	int r = 0;
	for (uint32_t i = 0; !r && i < p->n; i++) {
		struct sw_check *c = &p->checks[i];
		if (c->off)
			continue;
		struct sw_str deny =
			sw_arena_printf(&p->arena, "%.*s.deny", SW_STR_ARG(c->package));
		struct sw_str unknown =
			sw_arena_printf(&p->arena, "%.*s.unknown", SW_STR_ARG(c->package));
		if (!deny.p || !unknown.p)
			return no_memory(err);
		c->has_unknown = has_rule(p, c, "unknown");
		if (!c->has_unknown && !has_rule(p, c, "deny"))
			return sw_error_set(err, SW_EINVALID,
				"the check %.*s (%.*s) has no rule deny", SW_STR_ARG(c->rule.id),
				SW_STR_ARG(c->package));
		r = sw_rego_engine_entrypoint(p->engine, deny, &c->deny, err);
		if (!r)
			r = sw_rego_engine_entrypoint(p->engine, unknown, &c->unknown, err);
	}
	return r;
}

/* ---- settings ---- */

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool has_word(struct sw_str text, struct sw_str word)
{
	for (size_t at = 0; (at = sw_str_find(text, word, at)) != SW_NPOS; at++) {
		size_t end = at + word.n;
		if ((at == 0 || !is_word(text.p[at - 1])) && (end == text.n || !is_word(text.p[end])))
			return true;
	}
	return false;
}

static bool reads(const struct sw_packs *p, struct sw_str key)
{
	for (uint32_t i = 0; i < p->n; i++)
		for (uint32_t k = 0; k < p->checks[i].n_settings; k++)
			if (sw_str_eq(p->checks[i].settings[k], key))
				return true;
	for (uint32_t i = 0; i < p->n_texts; i++)
		if (has_word(p->texts[i], key))
			return true;
	return false;
}

static int unread(struct sw_packs *p, struct sw_str key, struct sw_error *err)
{
	struct sw_nearest near;
	sw_autobuf all;
	sw_buf_init(&all, 4096);
	sw_nearest_init(&near, key);
	for (uint32_t i = 0; i < p->n; i++)
		for (uint32_t k = 0; k < p->checks[i].n_settings; k++) {
			struct sw_str name = p->checks[i].settings[k];
			sw_nearest_try(&near, sw_arena_cstr(&p->arena, name));
			sw_buf_printf(&all, "%s%.*s", all.n ? ", " : "", SW_STR_ARG(name));
		}
	sw_error_set(err, SW_ENOENT, "no check reads the setting \"%.*s\"", SW_STR_ARG(sw_str_sub(key, 0, 80)));
	if (!all.n)
		return -SW_ENOENT;
	return near.best ? sw_error_hint(err, "did you mean %s?", near.best)
			 : sw_error_hint(err, "the checks read %.*s", SW_STR_ARG(sw_buf_str(&all)));
}

/* A misspelt setting would leave its check without a say. */
static int all_read(struct sw_packs *p, struct sw_error *err)
{
	if (p->n)
		sw_object_foreach (it, p->settings) {
			struct sw_str key = sw_value_str(it->k);
			if (!sw_str_is(key, "kubernetes_version") && !reads(p, key))
				return unread(p, key, err);
		}
	return 0;
}

/* data.config is there for checks that need to be told what is right here. */
static int take_settings(struct sw_packs *p, const struct sw_packs_opts *o, struct sw_error *err)
{
	struct sw_map data;
	bool given = o->settings.type == SW_OBJECT;
	sw_map_init(&data, &p->arena);
	p->settings = given ? sw_value_copy(&p->arena, o->settings) : sw_empty_object();
	sw_map_adds(&data, "config", p->settings);
	struct sw_value root = sw_map_object(&data);
	if (!sw_defined(p->settings) || !sw_defined(root))
		return no_memory(err);
	sw_rego_engine_data(p->engine, root);
	return 0;
}

static int load_image(struct sw_packs *p, const struct sw_packs_opts *o, struct sw_error *err)
{
	int r = pack_image_take(&p->arena, &p->engine, &p->checks, &p->n, err);
	if (!r)
		r = take_settings(p, o, err);
	if (!r)
		r = all_read(p, err);
	return r ? r : choose(p, o, err);
}

static int load(struct sw_packs *p, const struct sw_packs_opts *o, struct sw_error *err)
{
	int r = take_settings(p, o, err);
	if (!r)
		r = add_builtin(p, !o->no_builtin, err);
	for (uint32_t i = 0; !r && i < o->n_dirs; i++)
		r = add_path(p, o->dirs[i], 0, true, err);
	if (!r)
		r = settle_ids(p, err);
	if (!r)
		r = all_read(p, err);
	if (!r)
		r = choose(p, o, err);
	if (!r)
		r = sw_rego_engine_compile(p->engine, err);
	return r ? r : make_queries(p, err);
}

int sw_packs_load(const struct sw_packs_opts *opts, struct sw_packs **ret, struct sw_error *err)
{
	struct sw_packs *p = g_new0(struct sw_packs, 1);
	static const struct sw_str unsafe[] = {SW_STR_INIT("http.send"),
		SW_STR_INIT("net.lookup_ip_addr"), SW_STR_INIT("opa.runtime"),
		SW_STR_INIT("time.now_ns"), SW_STR_INIT("rand.intn"), SW_STR_INIT("uuid.rfc4122")};
	struct sw_rego_engine_opts engine = {.annotations = true, .no_filter = true};
	/* A verdict is a function of the object alone. */
	engine.compile.unsafe = unsafe;
	engine.compile.n_unsafe = SW_ARRAY_LEN(unsafe);
	sw_arena_init(&p->arena, 0);
	bool image = pack_image_usable(opts);
	p->engine = image ? NULL : sw_rego_engine_new(&engine);
	int r = image ? load_image(p, opts, err) : load(p, opts, err);
	if (r)
		sw_packs_free(p);
	else
		*ret = p;
	return r;
}

void sw_packs_free(struct sw_packs *p)
{
	if (!p)
		return;
	sw_rego_engine_free(p->engine);
	sw_arena_release(&p->arena);
	g_free(p);
}

const struct sw_check *sw_packs_checks(const struct sw_packs *p, uint32_t *ret_n)
{
	*ret_n = p->n;
	return p->checks;
}

struct sw_value sw_packs_settings(const struct sw_packs *p)
{
	return p->settings;
}

const struct sw_rego_engine *sw_packs_engine(const struct sw_packs *p)
{
	return p->engine;
}

const struct sw_check *sw_packs_find(const struct sw_packs *p, struct sw_str id)
{
	const struct sw_check *found = NULL;
	for (uint32_t i = 0; i < p->n; i++)
		if (sw_str_ieq(p->checks[i].rule.id, id) && (!found || found->off))
			found = &p->checks[i];
	return found;
}

bool sw_check_kind_matches(const struct sw_check_kind *k, struct sw_str group, struct sw_str kind)
{
	return sw_str_eq(k->kind, kind) && (!k->group.p || sw_str_eq(k->group, group));
}
