/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall policy build`: policies and data as a bundle, as `opa build` makes it. */
#include "cmd/policy/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cmd/policy/bundle.h"
#include "cmd/rows.h"
#include "doc/json.h"
#include "rego/format.h"
#include "rego/parse.h"

int sw_build_add(struct sw_build *b, struct sw_str name, struct sw_str text, enum sw_rego_version version,
	struct sw_error *err)
{
	struct sw_source *src = sw_arena_new(b->arena, struct sw_source);
	if (b->n_modules == b->cap_modules) {
		uint32_t cap = b->cap_modules ? b->cap_modules * 2 : 64;
		b->modules = sw_arena_grow(
			b->arena, b->modules, b->cap_modules * sizeof(*b->modules), cap * sizeof(*b->modules));
		b->cap_modules = b->modules ? cap : 0;
	}
	if (!b->modules || !src || !name.p || !text.p)
		return sw_error_set(err, SW_ELIMIT, "the bundle is too big");
	*src = (struct sw_source){.name = name, .text = text};
	b->modules[b->n_modules++] = (struct sw_build_module){.name = name, .src = src, .version = version};
	return 0;
}

static int by_name(const void *x, const void *y)
{
	return sw_str_cmp(((const struct sw_build_module *)x)->name, ((const struct sw_build_module *)y)->name);
}

void sw_build_sort(struct sw_build *b)
{
	if (b->n_modules)
		qsort(b->modules, b->n_modules, sizeof(*b->modules), by_name);
}

int sw_build_compile(struct sw_build *b, bool opa_names, struct sw_rego_engine **ret, struct sw_error *err)
{
	struct sw_rego_engine_opts opts = {
		.compile = {.caps = b->caps, .opa_names = opa_names}, .annotations = true};
	struct sw_rego_engine *e = *ret = sw_rego_engine_new(&opts);
	int rc = 0;
	for (uint32_t i = 0; !rc && i < b->n_modules; i++)
		rc = sw_rego_engine_add_text(
			e, b->modules[i].src->name, b->modules[i].src->text, b->modules[i].version, err);
	if (!rc) {
		sw_rego_engine_data(e, b->data);
		rc = sw_rego_engine_compile(e, err);
	}
	if (rc) { /* now: the texts go with the engine */
		sw_autobuf text;
		sw_buf_init(&text, 0);
		sw_rego_errors_format(&text, "", sw_rego_engine_diags(e), err);
		while (text.n && text.p[text.n - 1] == '\n')
			text.n--;
		b->told = sw_arena_str(b->arena, sw_buf_str(&text));
	}
	return rc;
}

/* ---- loading ---- */

static int load_error(struct sw_build *b, const struct sw_rego_load *l, const char *bundle, struct sw_error *err)
{
	sw_autobuf text;
	struct sw_error why = *err;
	char said[1600];
	sw_buf_init(&text, 0);
	if (l->alone)
		return -err->code;
	if (l->errors.n)
		sw_rego_errors_format(&text, bundle ? "" : " during loading", &l->errors, NULL);
	else if (bundle)
		sw_buf_addz(&text, sw_error_format(&why, said, sizeof(said)));
	else
		sw_rego_errors_format(&text, " during loading", NULL, &why);
	while (text.n && text.p[text.n - 1] == '\n')
		text.n--;
	b->told = sw_arena_printf(b->arena, "load error: %s%s%s%.*s", bundle ? "bundle " : "", bundle ? bundle : "",
		bundle ? ": " : "", SW_STR_ARG(sw_buf_str(&text)));
	return -why.code;
}

/* Parse errors are told where they are loaded. */
static int parse_all(struct sw_build *b, struct sw_rego_load *l, const char *bundle, struct sw_error *err)
{
	struct sw_rego_engine *e = sw_rego_engine_new(NULL);
	int rc = sw_rego_load_modules(l, e, err);
	if (rc)
		rc = load_error(b, l, bundle, err);
	sw_rego_engine_free(e);
	return rc;
}

static int add_modules(struct sw_build *b, const struct sw_rego_load *l, const char *archive, struct sw_error *err)
{
	int rc = 0;
	for (uint32_t i = 0; !rc && i < l->n_modules; i++) {
		struct sw_str name = l->modules[i]->name;
		if (archive)
			name = sw_arena_printf(b->arena, "%s/%.*s", archive, SW_STR_ARG(name));
		if (sw_opts_bool(&b->ctx->opts, "bundle"))
			name = sw_rego_clean_path(b->arena, name);
		rc = sw_build_add(b, name, l->modules[i]->text, sw_rego_load_version(l, i), err);
	}
	return rc;
}

static void load_init(struct sw_build *b, struct sw_rego_load *l)
{
	const struct sw_optval *ignore = sw_opts_get(&b->ctx->opts, "ignore");
	sw_rego_load_init(l, b->arena);
	l->ignore = ignore->v;
	l->n_ignore = ignore->n;
	l->told_as = SW_BUNDLE_BUILD;
	l->version = b->version ? SW_REGO_V1 : SW_REGO_V0;
}

static int load_files(struct sw_build *b, struct sw_error *err)
{
	struct sw_rego_load l;
	load_init(b, &l);
	int rc = sw_rego_load_paths(&l, b->ctx->opts.args, b->ctx->opts.n_args, err);
	if (l.fatal)
		return load_error(b, &l, NULL, err);
	rc = parse_all(b, &l, NULL, err);
	if (!rc)
		rc = add_modules(b, &l, NULL, err);
	sw_list_add(&b->roots, sw_string(SW_STR("")));
	b->data = l.data;
	sw_build_sort(b);
	return rc;
}

/* ---- bundles ---- */

static struct sw_bundle_key key_of(const struct sw_build *b, const char *option, const char *id)
{
	const struct sw_opts *o = &b->ctx->opts;
	return (struct sw_bundle_key){.key = sw_opts_str(o, option),
		.alg = sw_opts_str(o, "signing-alg"),
		.id = id,
		.scope = sw_opts_str(o, "scope") ? sw_opts_str(o, "scope") : "",
		.claims = sw_opts_str(o, "claims-file"),
		.exclude = sw_opts_get(o, "exclude-files-verify")->v,
		.n_exclude = sw_opts_get(o, "exclude-files-verify")->n};
}

/* Reads the bundle, once: what is verified is what is loaded. */
static int verify(struct sw_build *b, const char *path, struct sw_bundle_files *files, struct sw_error *err)
{
	struct sw_bundle_key key = key_of(b, "verification-key", sw_opts_str(&b->ctx->opts, "verification-key-id"));
	char text[1600];
	int rc = sw_bundle_files_read(files, path, err);
	if (rc) {
		b->told = sw_arena_printf(b->arena, "load error: %s", sw_error_format(err, text, sizeof(text)));
		return rc;
	}
	rc = sw_bundle_verify(files, &key, err);
	if (rc)
		b->told = sw_arena_printf(
			b->arena, "load error: bundle %s: %s", path, sw_error_format(err, text, sizeof(text)));
	return rc;
}

static bool is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void take_manifest(struct sw_build *b, const struct sw_rego_load *l, bool alone)
{
	if (sw_is(l->roots, SW_ARRAY))
		sw_array_foreach (r, l->roots)
			sw_list_add(&b->roots, *r);
	else
		sw_list_add(&b->roots, sw_string(SW_STR("")));
	int64_t version;
	if (!alone)
		return;
	b->revision = sw_value_getstr(l->manifest, "revision");
	b->metadata = sw_object_gets(l->manifest, SW_STR("metadata"));
	b->signatures = l->signatures;
	if (sw_value_int(sw_object_gets(l->manifest, SW_STR("rego_version")), &version))
		b->version = version;
}

/* Each by itself: what it holds is bounded by its own manifest. `all` gathers their data. */
static int load_bundle(struct sw_build *b, struct sw_rego_load *all, const char *path, struct sw_error *err)
{
	struct sw_rego_load l;
	struct sw_bundle_files files = {.arena = b->arena};
	load_init(b, &l);
	path = sw_rego_local_path(path);
	int rc = verify(b, path, &files, err);
	if (rc)
		return rc;
	rc = sw_rego_load_files(&l, path, &files, err);
	if (rc)
		return load_error(b, &l, path, err);
	take_manifest(b, &l, b->ctx->opts.n_args == 1);
	rc = parse_all(b, &l, path, err);
	if (!rc)
		rc = add_modules(b, &l, files.folder ? NULL : path, err);
	if (!rc)
		rc = sw_rego_bundles_join(all, &l, err);
	return rc;
}

static int by_text(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static int load_bundles(struct sw_build *b, struct sw_error *err)
{
	const struct sw_opts *o = &b->ctx->opts;
	struct sw_rego_load all;
	const char **paths = (const char **)sw_arena_memdup(b->arena, o->args, o->n_args * sizeof(*paths));
	int rc = paths ? 0 : sw_error_set(err, SW_ELIMIT, "out of memory");
	load_init(b, &all);
	if (paths)
		qsort(paths, o->n_args, sizeof(*paths), by_text);
	for (uint32_t i = 0; !rc && i < o->n_args; i++)
		if (!i || strcmp(paths[i - 1], paths[i]) != 0)
			rc = load_bundle(b, &all, paths[i], err);
	if (!rc)
		rc = sw_rego_load_overlap(&all, err);
	b->data = all.data;
	return rc;
}

/* ---- entrypoints ---- */

static int add_entrypoint(struct sw_build *b, struct sw_rego_term *ref, struct sw_error *err)
{
	struct sw_rego_terms *l = &b->entrypoints;
	for (uint32_t i = 0; i < l->n; i++)
		if (sw_rego_term_cmp(l->v[i], ref) == 0)
			return 0;
	if (l->n == l->cap) {
		uint32_t cap = l->cap ? l->cap * 2 : 8;
		l->v = sw_arena_grow(b->arena, l->v, l->cap * sizeof(*l->v), cap * sizeof(*l->v));
		l->cap = l->v ? cap : 0;
	}
	if (!l->v)
		return sw_error_set(err, SW_ELIMIT, "too many entrypoints");
	l->v[l->n++] = ref;
	return 0;
}

/* "a/b/c" as data.a.b.c. */
static struct sw_rego_term *entry_ref(struct sw_build *b, struct sw_str path)
{
	struct sw_rego_term *ref = sw_arena_new(b->arena, struct sw_rego_term);
	struct sw_rego_term *items = sw_arena_new_array(b->arena, path.n + 2, struct sw_rego_term);
	struct sw_rego_term **v = sw_arena_new_array(b->arena, path.n + 2, struct sw_rego_term *);
	struct sw_str part;
	uint32_t n = 1;
	if (!ref || !items || !v)
		return NULL;
	items[0] = (struct sw_rego_term){.kind = SW_REGO_VAR, .name = SW_STR("data")};
	if (sw_str_starts(path, SW_STR("/")))
		path = sw_str_sub(path, 1, path.n);
	while (path.n && sw_str_split(&path, '/', &part))
		items[n++] = (struct sw_rego_term){.kind = SW_REGO_SCALAR, .value = sw_string(part)};
	for (uint32_t i = 0; i < n; i++)
		v[i] = &items[i];
	*ref = (struct sw_rego_term){.kind = SW_REGO_REF, .items = {v, n, n}};
	return ref;
}

static int add_annotated(struct sw_build *b, const struct sw_rego_annotations *a, struct sw_error *err)
{
	struct sw_rego_term *ref = NULL;
	if (!a->entrypoint || !a->target)
		return 0;
	if (a->on == SW_REGO_ON_PACKAGE && sw_str_is(a->scope, "package")) {
		ref = sw_rego_term_copy(b->arena, a->target);
	} else if (a->on == SW_REGO_ON_RULE && sw_str_is(a->scope, "document")) {
		ref = sw_rego_rule_path(b->arena, a->target);
	}
	return ref ? add_entrypoint(b, ref, err) : 0;
}

static int by_ref(const void *x, const void *y)
{
	return sw_rego_term_cmp(*(struct sw_rego_term *const *)x, *(struct sw_rego_term *const *)y);
}

/* Those named first, in their order, and behind them those of annotations, by their paths. */
static int find_entrypoints(struct sw_build *b, struct sw_error *err)
{
	const struct sw_optval *named = sw_opts_get(&b->ctx->opts, "entrypoint");
	struct sw_rego_parse_opts opts = {.annotations = true};
	int rc = 0;
	for (uint32_t i = 0; !rc && i < named->n; i++) {
		struct sw_rego_term *ref = entry_ref(b, sw_str_from(named->v[i]));
		rc = ref ? add_entrypoint(b, ref, err) : sw_error_set(err, SW_ELIMIT, "out of memory");
	}
	uint32_t first = b->entrypoints.n;
	for (uint32_t i = 0; !rc && i < b->n_modules; i++) {
		struct sw_rego_module *m;
		struct sw_rego_diags d;
		sw_rego_diags_init(&d, b->arena);
		opts.version = b->modules[i].version;
		if (sw_rego_parse_module(b->arena, b->modules[i].src, &opts, &m, &d))
			continue; /* it was parsed before */
		for (uint32_t k = 0; k < m->n_rules; k++)
			m->rules[k]->module = m;
		for (uint32_t k = 0; !rc && k < m->n_annotations; k++)
			rc = add_annotated(b, m->annotations[k], err);
	}
	if (b->entrypoints.n > first)
		qsort(b->entrypoints.v + first, b->entrypoints.n - first, sizeof(*b->entrypoints.v), by_ref);
	return rc;
}

/* ---- the bundle ---- */

static int format(struct sw_build *b, const struct sw_build_module *m, struct sw_str *ret, struct sw_error *err)
{
	struct sw_rego_parse_opts opts = {.version = m->version};
	struct sw_rego_format_opts target = {.target = m->version};
	struct sw_rego_module *tree;
	sw_autobuf out;
	sw_buf_init(&out, SW_REGO_BUNDLE_BYTES);
	int rc = sw_rego_parse_module(b->arena, m->src, &opts, &tree, &b->errors);
	if (!rc)
		rc = sw_rego_format(b->arena, tree, &target, &out, &b->errors);
	if (rc)
		return sw_error_set(err, (enum sw_errcode)-rc, "%.*s cannot be written", SW_STR_ARG(m->name));
	*ret = sw_arena_str(b->arena, sw_buf_str(&out));
	return 0;
}

static struct sw_str manifest(struct sw_build *b)
{
	struct sw_map files;
	struct sw_value roots = sw_list_array(&b->roots);
	sw_autobuf out;
	sw_buf_init(&out, 0);
	sw_map_init(&files, b->arena);
	for (uint32_t i = 0; i < b->n_modules; i++) {
		int64_t v = b->modules[i].version == SW_REGO_V0 ? 0 : 1;
		struct sw_str path = sw_arena_printf(b->arena, "/%.*s", SW_STR_ARG(b->modules[i].name));
		if (v != b->version)
			sw_map_add(&files, sw_string(sw_rego_clean_path(b->arena, path)), sw_int(v));
	}
	struct sw_value versions = sw_map_object(&files);
	sw_buf_addz(&out, "{\"revision\":");
	sw_json_write_str(&out, b->revision, SW_JSON_HTML_ESCAPE);
	sw_buf_addz(&out, ",\"roots\":");
	sw_json_write(&out, roots, SW_JSON_HTML_ESCAPE);
	sw_buf_printf(&out, ",\"rego_version\":%d", (int)b->version);
	if (sw_is(versions, SW_OBJECT) && versions.n) {
		sw_buf_addz(&out, ",\"file_rego_versions\":");
		sw_json_write(&out, versions, SW_JSON_HTML_ESCAPE);
	}
	if (sw_is(b->metadata, SW_OBJECT) && b->metadata.n) {
		sw_buf_addz(&out, ",\"metadata\":");
		sw_json_write(&out, b->metadata, SW_JSON_HTML_ESCAPE);
	}
	sw_buf_addz(&out, "}\n");
	return sw_arena_str(b->arena, sw_buf_str(&out));
}

static int add_signed(struct sw_bundle_files *to, const struct sw_bundle_file *f, struct sw_error *err)
{
	return sw_bundle_files_add(to, sw_str_sub(f->name, 1, f->name.n), f->bytes, err);
}

/* What is signed has no slash in front; modules come before data and manifest. */
static int sign(struct sw_build *b, const struct sw_bundle_files *files, struct sw_str *ret, struct sw_error *err)
{
	const struct sw_opts *o = &b->ctx->opts;
	struct sw_bundle_key key = key_of(b, "signing-key",
		sw_opts_str(o, "claims-file") ? "" : sw_opts_str(o, "verification-key-id"));
	struct sw_bundle_files order = {.arena = b->arena};
	struct sw_str token;
	sw_autobuf text;
	int rc = 0;
	sw_buf_init(&text, 0);
	for (uint32_t i = 1; !rc && i + 1 < files->n; i++)
		rc = add_signed(&order, &files->v[i], err);
	if (!rc)
		rc = add_signed(&order, &files->v[0], err);
	if (!rc)
		rc = add_signed(&order, &files->v[files->n - 1], err);
	if (!rc)
		rc = sw_bundle_sign(&order, &key, &token, err);
	if (rc)
		return rc;
	sw_bundle_signatures(&text, token, SW_STR("_default"));
	*ret = sw_arena_str(b->arena, sw_buf_str(&text));
	return 0;
}

/* Those of the only bundle that was read, as opa keeps them, though its files may be others now. */
static struct sw_str old_signatures(struct sw_build *b)
{
	struct sw_value list = sw_object_gets(b->signatures, SW_STR("signatures"));
	sw_autobuf text;
	sw_buf_init(&text, 0);
	if (!sw_is(list, SW_ARRAY) || !list.n || !sw_is(list.u.a->v[0], SW_STRING))
		return (struct sw_str){0};
	sw_bundle_signatures(&text, sw_value_str(list.u.a->v[0]), sw_value_getstr(b->signatures, "plugin"));
	return sw_arena_str(b->arena, sw_buf_str(&text));
}

static int gather(struct sw_build *b, struct sw_bundle_files *files, struct sw_error *err)
{
	sw_autobuf data;
	sw_buf_init(&data, SW_REGO_BUNDLE_BYTES);
	sw_json_write(&data, b->data, SW_JSON_HTML_ESCAPE);
	sw_buf_addch(&data, '\n');
	int rc = sw_bundle_files_add(
		files, SW_STR("/data.json"), sw_arena_str(b->arena, sw_buf_str(&data)), err);
	for (uint32_t i = 0; !rc && i < b->n_modules; i++) {
		struct sw_str text, name = b->modules[i].name;
		text = b->modules[i].src->text;
		if (!b->modules[i].as_is)
			rc = format(b, &b->modules[i], &text, err);
		if (!rc && !sw_str_starts(name, SW_STR("/")))
			name = sw_arena_printf(b->arena, "/%.*s", SW_STR_ARG(name));
		if (!rc)
			rc = sw_bundle_files_add(files, name, text, err);
	}
	return rc;
}

static int write_bundle(struct sw_build *b, struct sw_error *err)
{
	const struct sw_opts *o = &b->ctx->opts;
	struct sw_bundle_files files = {.arena = b->arena};
	struct sw_str signatures = {0};
	sw_autobuf out;
	sw_buf_init(&out, SW_REGO_BUNDLE_BYTES);
	int rc = gather(b, &files, err);
	if (!rc)
		rc = sw_bundle_files_add(&files, SW_STR("/.manifest"), manifest(b), err);
	if (!rc && sw_opts_str(o, "signing-key"))
		rc = sign(b, &files, &signatures, err);
	else if (!rc && sw_defined(b->signatures))
		signatures = old_signatures(b);
	if (!rc && signatures.p) { /* before the manifest */
		struct sw_bundle_file last = files.v[files.n - 1];
		rc = sw_bundle_files_add(&files, last.name, last.bytes, err);
		if (!rc)
			files.v[files.n - 2] = (struct sw_bundle_file){SW_STR("/.signatures.json"), signatures};
	}
	if (!rc)
		rc = sw_bundle_pack(&files, &out, err);
	return rc ? rc : sw_cmd_write(sw_opts_str(o, "output"), sw_buf_str(&out), err);
}

/* ---- the command ---- */

static void warn_of_manifests(const struct sw_opts *o)
{
	for (uint32_t i = 0; i < o->n_args; i++) {
		sw_autobuf path;
		sw_buf_init(&path, 64 << 10);
		sw_buf_printf(&path, "%s/.manifest", o->args[i]);
		if (is_folder(o->args[i]) && access(sw_buf_cstr(&path), F_OK) == 0)
			fprintf(stderr,
				"Warning: .manifest file found in \"%s\" but -b flag not specified. Manifest will be "
				"ignored.\n",
				o->args[i]);
	}
}

static int agree(const struct sw_opts *o, struct sw_error *err)
{
	const char *target = sw_opts_str(o, "target");
	bool keys = sw_opts_str(o, "verification-key") || sw_opts_str(o, "signing-key");
	if (strcmp(target, "rego") != 0)
		return sw_error_set(err, SW_EUSAGE,
			"bundles of the target %s are not made here: only rego is, which OPA evaluates as it is", target);
	if (keys && !sw_opts_bool(o, "bundle"))
		return sw_error_set(err, SW_EUSAGE,
			"enable bundle mode (ie. --bundle) to verify or sign bundle files or directories");
	return 0;
}

static int build(struct sw_build *b, struct sw_error *err)
{
	const struct sw_opts *o = &b->ctx->opts;
	int level = (int)sw_opts_int(o, "optimize");
	struct sw_rego_engine *e = NULL;
	int rc = agree(o, err);
	if (!rc)
		rc = sw_policy_caps(b->arena, sw_opts_str(o, "capabilities"), &b->caps, err);
	if (rc)
		return rc;
	if (!sw_opts_bool(o, "bundle"))
		warn_of_manifests(o);
	rc = sw_opts_bool(o, "bundle") ? load_bundles(b, err) : load_files(b, err);
	if (!rc)
		rc = find_entrypoints(b, err);
	if (!rc && level > 0 && !b->entrypoints.n)
		return sw_error_set(
			err, SW_EINVALID, "bundle optimizations require at least one entrypoint");
	if (!rc && level > 0) {
		rc = sw_build_optimize(b, level, sw_opts_str(o, "partial-namespace"), err);
	} else if (!rc) {
		rc = sw_build_compile(b, false, &e, err);
		sw_rego_engine_free(e);
	}
	if (sw_opts_str(o, "revision"))
		b->revision = sw_str_from(sw_opts_str(o, "revision"));
	return rc ? rc : write_bundle(b, err);
}

/* On standard output, as opa tells it. */
static int tell(struct sw_build *b, const struct sw_error *err)
{
	char text[1600];
	sw_buf_addz(b->ctx->out, "error: ");
	if (b->told.p) {
		sw_buf_addstr(b->ctx->out, b->told);
		sw_buf_addch(b->ctx->out, '\n');
	} else if (b->errors.n) {
		sw_rego_errors_format(b->ctx->out, "", &b->errors, NULL);
	} else {
		sw_buf_printf(b->ctx->out, "%s\n", sw_error_format(err, text, sizeof(text)));
	}
	return 1;
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_build b = {.ctx = ctx,
		.arena = ctx->arena,
		.data = sw_empty_object(),
		.metadata = sw_undef(),
		.signatures = sw_undef(),
		.revision = SW_STR(""),
		.version = sw_opts_bool(&ctx->opts, "v0-compatible") ? 0 : 1};
	struct sw_error err = {0};
	if (sw_policy_agree(&ctx->opts, &err)) {
		sw_cmd_fail(&err);
		return 1;
	}
	sw_list_init(&b.roots, ctx->arena);
	sw_rego_diags_init(&b.errors, ctx->arena);
	return build(&b, &err) ? tell(&b, &err) : 0;
}

#define F SW_OPT_FLAG_ONLY
static const struct sw_opt opts[] = {
	{.name = "bundle",
		.letter = 'b',
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "the paths are bundles, which are merged"},
	SW_ROW_CAPABILITIES(F, NULL),
	SW_ROW_CLAIMS(F),
	{.name = "entrypoint",
		.letter = 'e',
		.metavar = "PATH",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.help = "a document that will be asked for, as PACKAGE/RULE; needed to optimize"},
	{.name = "exclude-files-verify",
		.metavar = "GLOB",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST | SW_OPT_COMMA,
		.help = "files that need not be as they were signed"},
	SW_ROW_IGNORE(F),
	{.name = "optimize",
		.letter = 'O',
		.metavar = "LEVEL",
		.type = SW_OPT_INT,
		.def = "0",
		.flags = F,
		.help = "evaluate what does not depend on the input: 1 keeps rules that do, 2 inlines them"},
	{.name = "output",
		.letter = 'o',
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.def = "bundle.tar.gz",
		.flags = F,
		.help = "the bundle; - is standard output",
		.complete = SW_COMPLETE_FILE},
	{.name = "partial-namespace",
		.metavar = "NAME",
		.type = SW_OPT_STRING,
		.def = "partial",
		.flags = F,
		.help = "package of rules that optimizing makes"},
	{.name = "prune-unused",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "of other targets than rego; has no effect"},
	{.name = "revision",
		.letter = 'r',
		.metavar = "TEXT",
		.type = SW_OPT_STRING,
		.flags = F,
		.help = "revision in the manifest"},
	{.name = "scope",
		.metavar = "TEXT",
		.type = SW_OPT_STRING,
		.flags = F,
		.help = "scope that the signature has to have"},
	SW_ROW_SIGNING_ALG(F),
	SW_ROW_SIGNING_KEY(F),
	{.name = "target",
		.letter = 't',
		.type = SW_OPT_ENUM,
		.choices = "rego|wasm|plan",
		.def = "rego",
		.flags = F,
		.help = "form of the policies; only rego is made"},
	SW_ROW_V0(F),
	SW_ROW_V1(F),
	{.name = "verification-key",
		.metavar = "KEY",
		.type = SW_OPT_STRING,
		.flags = F,
		.help = "secret (HMAC), or public key in PEM or its file: bundles must be signed with it",
		.complete = SW_COMPLETE_FILE},
	{.name = "verification-key-id",
		.metavar = "NAME",
		.type = SW_OPT_STRING,
		.def = "default",
		.flags = F,
		.help = "name of the key in the signature"},
};

const struct sw_cmd sw_cmd_policy_build = {
	.name = "policy build",
	.summary = "make a bundle of policies and data, as opa build does",
	.args = "PATH...",
	.description = "Writes a gzipped tar of formatted policies, data and a manifest, which OPA and this program "
		       "load (--bundle).\n"
		       "Entrypoints are those of --entrypoint and of annotations.",
	.group = "Policies",
	.since = "0.3",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = SW_CMD_ANY,
	.run = run,
	.own_exit_codes = true,
	.usage_code = 1,
};
