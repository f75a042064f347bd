/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall policy inspect`: what a bundle, a folder or a policy holds, as `opa inspect` tells it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "cmd/policy/policy.h"
#include "cmd/policy/rego_load.h"
#include "cmd/rows.h"
#include "doc/json.h"
#include "rego/parse.h"
#include "rego/types.h"

struct entry { /* of a namespace */
	struct sw_str name, file;
};

struct note { /* an annotation */
	const struct sw_rego_annotations *a;
	const struct sw_rego_module *m;
	const struct sw_rego_rule *rule; /* NULL: of the package */
	struct sw_rego_term *path;
	struct sw_rego_loc loc;
};

struct inspect {
	struct sw_cmd_ctx *ctx;
	struct sw_rego_load load;
	struct sw_rego_engine *engine;
	struct sw_error err;
	struct entry *entries;
	uint32_t n_entries;
	struct note *notes;
	uint32_t n_notes;
	bool bundle;
};

static struct sw_str ref_text(struct inspect *x, const struct sw_rego_term *t)
{
	sw_autobuf b;
	sw_buf_init(&b, 64 << 10);
	struct sw_rego_expr e = {.kind = SW_REGO_EXPR_TERM};
	struct sw_rego_term *copy = sw_rego_term_copy(x->ctx->arena, t);
	if (copy && sw_rego_engine_program(x->engine)) { /* the compiler renamed variables */
		e.terms = (struct sw_rego_terms){&copy, 1, 1};
		sw_rego_program_user_names(sw_rego_engine_program(x->engine), &e);
	}
	sw_rego_term_print(&b, copy ? copy : t);
	return sw_arena_str(x->ctx->arena, sw_buf_str(&b));
}

/* Without the `data` in front. */
static struct sw_str short_ref(struct inspect *x, const struct sw_rego_term *t)
{
	struct sw_rego_term ref = *t, head;
	if (t->items.n < 2)
		return (struct sw_str){0};
	ref.items.v = (struct sw_rego_term **)sw_arena_memdup(
		x->ctx->arena, t->items.v + 1, (t->items.n - 1) * sizeof(*t->items.v));
	ref.items.n = t->items.n - 1;
	head = *t->items.v[1];
	if (head.kind == SW_REGO_SCALAR && sw_is(head.value, SW_STRING)) {
		head.kind = SW_REGO_VAR;
		head.name = sw_value_str(head.value);
	}
	if (!ref.items.v)
		return (struct sw_str){0};
	ref.items.v[0] = &head;
	return ref_text(x, &ref);
}

/* ---- collecting ---- */

static int load(struct inspect *x)
{
	const struct sw_opts *o = &x->ctx->opts;
	const char *path = o->args[0];
	struct sw_rego_engine_opts opts = {
		.compile = {.print = true, .allow_undefined_funcs = true}, .annotations = true};
	x->bundle = !sw_str_ends(sw_str_from(path), SW_STR(".rego"));
	x->load.bundle = x->bundle;
	x->load.version = sw_opts_bool(o, "v0-compatible") ? SW_REGO_V0 : SW_REGO_V1;
	if (access(sw_rego_local_path(path), F_OK))
		return sw_error_set(&x->err, SW_EIO,
			"error reading \"%s\": stat %s: no such file or directory", path, path);
	sw_rego_load_paths(&x->load, &path, 1, &x->err);
	x->engine = sw_rego_engine_new(&opts);
	return sw_rego_load_modules(&x->load, x->engine, &x->err);
}

static void add_entry(struct inspect *x, struct sw_str name, struct sw_str file)
{
	while (sw_str_starts(file, SW_STR("./")))
		file = sw_str_sub(file, 2, file.n);
	x->entries[x->n_entries++] = (struct entry){name, file};
}

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = sw_str_cmp(x->name, y->name);
	return c ? c : sw_str_cmp(x->file, y->file);
}

static int namespaces(struct inspect *x)
{
	const struct sw_rego_program *p = sw_rego_engine_program(x->engine);
	uint32_t n = x->load.n_modules + x->load.n_data_files;
	x->entries = sw_arena_new_array(x->ctx->arena, n + 1, struct entry);
	if (!x->entries)
		return sw_error_set(&x->err, SW_ELIMIT, "too many files");
	for (uint32_t i = 0; p && i < p->n_modules; i++)
		add_entry(x, ref_text(x, p->modules[i]->package), p->modules[i]->file->name);
	for (uint32_t i = 0; i < x->load.n_data_files; i++) {
		const struct sw_rego_data_file *f = &x->load.data_files[i];
		sw_autobuf b;
		struct sw_str rest = f->prefix, part;
		sw_buf_init(&b, 64 << 10);
		sw_buf_addz(&b, "data");
		while (rest.n && sw_str_split(&rest, '/', &part))
			if (part.n)
				sw_buf_printf(&b, ".%.*s", SW_STR_ARG(part));
		add_entry(x, sw_arena_str(x->ctx->arena, sw_buf_str(&b)), f->name);
	}
	qsort(x->entries, x->n_entries, sizeof(*x->entries), by_name);
	return 0;
}

static struct note make_note(
	struct inspect *x, const struct sw_rego_module *m, const struct sw_rego_annotations *a)
{
	struct note n = {.a = a, .m = m, .path = m->package, .loc = m->package_loc};
	for (uint32_t i = 0; i < m->n_rules; i++)
		for (const struct sw_rego_rule *r = m->rules[i]; r; r = r->else_rule)
			if (a->target == r)
				n.rule = r;
	if (!n.rule)
		return n;
	n.loc = n.rule->loc;
	struct sw_rego_term *path = sw_rego_rule_path(x->ctx->arena, n.rule);
	if (path)
		n.path = path;
	return n;
}

static int by_path(const void *a, const void *b)
{
	const struct note *x = a, *y = b;
	for (uint32_t i = 0; i < x->path->items.n && i < y->path->items.n; i++) {
		const struct sw_rego_term *s = x->path->items.v[i], *t = y->path->items.v[i];
		int c = s->kind == SW_REGO_SCALAR && t->kind == SW_REGO_SCALAR
				? sw_value_cmp(s->value, t->value)
				: 0;
		if (c)
			return c;
	}
	if (x->path->items.n != y->path->items.n)
		return x->path->items.n < y->path->items.n ? -1 : 1;
	int c = sw_str_cmp(x->m->file->name, y->m->file->name);
	return c ? c : x->a->loc.row < y->a->loc.row ? -1 : x->a->loc.row > y->a->loc.row;
}

static int notes(struct inspect *x)
{
	const struct sw_rego_program *p = sw_rego_engine_program(x->engine);
	uint32_t n = 0;
	for (uint32_t i = 0; p && i < p->n_modules; i++)
		n += p->modules[i]->n_annotations;
	x->notes = sw_arena_new_array(x->ctx->arena, n + 1, struct note);
	if (!x->notes)
		return sw_error_set(&x->err, SW_ELIMIT, "too many annotations");
	for (uint32_t i = 0; p && i < p->n_modules; i++)
		for (uint32_t k = 0; k < p->modules[i]->n_annotations; k++) {
			for (uint32_t r = 0; r < p->modules[i]->n_rules; r++)
				for (struct sw_rego_rule *q = p->modules[i]->rules[r]; q;
					q = q->else_rule)
					q->module = p->modules[i];
			x->notes[x->n_notes++] =
				make_note(x, p->modules[i], p->modules[i]->annotations[k]);
		}
	qsort(x->notes, x->n_notes, sizeof(*x->notes), by_path);
	return 0;
}

/* ---- JSON ---- */

/* A value below a key, indented as its place wants. */
static void put_value(struct sw_jsonw *w, const char *key, struct sw_value v)
{
	sw_autobuf text;
	sw_buf_init(&text, 0);
	sw_json_write(&text, v, SW_JSON_PRETTY | SW_JSON_HTML_ESCAPE);
	struct sw_str rest = sw_buf_str(&text), line;
	bool first = true;
	sw_buf_addz(w->out, w->any[w->depth] ? ",\n" : "\n");
	w->any[w->depth] = true;
	sw_buf_pad(w->out, ' ', 2 * w->depth);
	if (key) {
		sw_json_write_str(w->out, sw_str_from(key), 0);
		sw_buf_addz(w->out, ": ");
	}
	while (sw_str_split(&rest, '\n', &line)) {
		if (!first) {
			sw_buf_addch(w->out, '\n');
			sw_buf_pad(w->out, ' ', 2 * w->depth);
		}
		sw_buf_addstr(w->out, line);
		first = false;
	}
}

static void put_manifest(struct sw_jsonw *w, struct inspect *x)
{
	static const char *const known[] = {
		"roots", "wasm", "rego_version", "file_rego_versions", "metadata"};
	struct sw_value m = x->load.manifest, revision = sw_object_gets(m, SW_STR("revision"));
	sw_jsonw_object(w, "manifest");
	sw_jsonw_str(w, "revision",
		sw_is(revision, SW_STRING) ? sw_value_str(revision) : (struct sw_str){0});
	for (size_t i = 0; i < SW_ARRAY_LEN(known); i++) {
		struct sw_value v = sw_object_gets(m, sw_str_from(known[i]));
		if (sw_defined(v))
			put_value(w, known[i], v);
		else if (i == 0) {
			sw_jsonw_array(w, "roots");
			sw_jsonw_str(w, NULL, SW_STR(""));
			sw_jsonw_end(w);
		}
	}
	sw_jsonw_end(w);
}

static void put_path(struct sw_jsonw *w, const struct sw_rego_term *path)
{
	sw_jsonw_array(w, "path");
	for (uint32_t i = 0; i < path->items.n; i++) {
		const struct sw_rego_term *t = path->items.v[i];
		static const char *const kinds[] = {[SW_NULL] = "null",
			[SW_BOOL] = "boolean",
			[SW_NUMBER] = "number",
			[SW_STRING] = "string"};
		sw_jsonw_object(w, NULL);
		if (t->kind == SW_REGO_SCALAR) {
			sw_jsonw_z(
				w, "type", t->value.type <= SW_STRING ? kinds[t->value.type] : "");
			put_value(w, "value", t->value);
		} else {
			sw_jsonw_z(w, "type", "var");
			sw_jsonw_str(w, "value", t->name);
		}
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
}

static void put_required(struct sw_jsonw *w, struct inspect *x)
{
	const struct sw_rego_program *p = sw_rego_engine_program(x->engine);
	bool v1 = false, templates = false;
	sw_jsonw_object(w, "capabilities");
	for (uint32_t i = 0; p && i < p->n_required; i++) {
		const struct sw_builtin *b = p->required[i];
		if (!i)
			sw_jsonw_array(w, "builtins");
		sw_policy_builtin_json(w, x->ctx->arena, b);
		templates |= strcmp(b->name, "internal.template_string") == 0;
	}
	if (p && p->n_required)
		sw_jsonw_end(w);
	for (uint32_t i = 0; p && i < p->n_modules; i++)
		v1 |= p->modules[i]->version != SW_REGO_V0;
	if (v1 || templates) {
		sw_jsonw_array(w, "features");
		if (v1)
			sw_jsonw_z(w, NULL, "rego_v1");
		if (templates)
			sw_jsonw_z(w, NULL, "template_strings");
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
}

static void write_json(struct inspect *x)
{
	struct sw_jsonw w;
	sw_jsonw_init(&w, x->ctx->out);
	w.html = true;
	sw_jsonw_object(&w, NULL);
	if (x->bundle)
		put_manifest(&w, x);
	put_value(&w, "signatures_config",
		sw_defined(x->load.signatures) ? x->load.signatures : sw_empty_object());
	for (uint32_t i = 0; i < x->n_entries; i++) {
		bool first = !i || !sw_str_eq(x->entries[i].name, x->entries[i - 1].name);
		sw_autobuf name;
		sw_buf_init(&name, 64 << 10);
		sw_buf_addstr(&name, x->entries[i].name);
		if (!i)
			sw_jsonw_object(&w, "namespaces");
		if (i && first)
			sw_jsonw_end(&w);
		if (first)
			sw_jsonw_array(&w, sw_buf_cstr(&name));
		sw_jsonw_str(&w, NULL, x->entries[i].file);
	}
	if (x->n_entries) {
		sw_jsonw_end(&w);
		sw_jsonw_end(&w);
	}
	for (uint32_t i = 0; i < x->n_notes; i++) {
		if (!i)
			sw_jsonw_array(&w, "annotations");
		sw_jsonw_object(&w, NULL);
		put_value(&w, "annotations", x->notes[i].a->json);
		sw_rego_location_json(&w, "location", &x->notes[i].loc, true);
		put_path(&w, x->notes[i].path);
		sw_jsonw_end(&w);
	}
	if (x->n_notes)
		sw_jsonw_end(&w);
	put_required(&w, x);
	sw_jsonw_end(&w);
}

/* ---- text ---- */

enum { CELL_MAX = 50, PAGE = 80 };

static struct sw_str cut(struct inspect *x, struct sw_str s, size_t max)
{
	return s.n < max ? s : sw_arena_printf(x->ctx->arena, "%.*s...", (int)max - 3, s.p);
}

static struct sw_str one_line(struct inspect *x, struct sw_value v)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	sw_json_write(&b, v, SW_JSON_HTML_ESCAPE);
	return sw_arena_str(x->ctx->arena, sw_buf_str(&b));
}

static void row(struct sw_policy_table *t, struct sw_str a, struct sw_str b)
{
	sw_policy_table_cell(t, a);
	sw_policy_table_cell(t, b);
}

static int by_text(const void *a, const void *b)
{
	return sw_value_cmp(*(const struct sw_value *)a, *(const struct sw_value *)b);
}

static void write_manifest(struct inspect *x)
{
	struct sw_value m = x->load.manifest, v;
	struct sw_policy_table t;
	sw_policy_table_init(&t, x->ctx->arena);
	sw_policy_table_head(&t, SW_STR("FIELD"));
	sw_policy_table_head(&t, SW_STR("VALUE"));
	uint32_t heads = t.n;
	if (sw_is(v = sw_object_gets(m, SW_STR("rego_version")), SW_NUMBER))
		row(&t, SW_STR("Rego Version"), one_line(x, v));
	if (sw_is(v = sw_object_gets(m, SW_STR("revision")), SW_STRING) && v.n)
		row(&t, SW_STR("Revision"), cut(x, sw_value_str(v), CELL_MAX));
	if (sw_is(v = sw_object_gets(m, SW_STR("roots")), SW_ARRAY)) {
		struct sw_value *all = (struct sw_value *)sw_arena_memdup(
			x->ctx->arena, v.u.a->v, v.n * sizeof(*all));
		if (all)
			qsort(all, v.n, sizeof(*all), by_text);
		for (uint32_t i = 0; all && i < v.n; i++)
			if (sw_is(all[i], SW_STRING) && (all[i].n || v.n > 1))
				row(&t, i ? (struct sw_str){0} : SW_STR("Roots"),
					cut(x, sw_value_str(all[i]), CELL_MAX));
	}
	if (sw_is(v = sw_object_gets(m, SW_STR("metadata")), SW_OBJECT) && v.n)
		row(&t, SW_STR("Metadata"), cut(x, one_line(x, v), CELL_MAX));
	if (t.n == heads)
		return;
	sw_buf_addz(x->ctx->out, "MANIFEST:\n");
	sw_policy_table_write(&t, x->ctx->out);
}

static void write_namespaces(struct inspect *x)
{
	struct sw_policy_table t;
	sw_policy_table_init(&t, x->ctx->arena);
	sw_policy_table_head(&t, SW_STR("NAMESPACE"));
	sw_policy_table_head(&t, SW_STR("FILE"));
	if (!x->n_entries)
		return;
	for (uint32_t i = 0; i < x->n_entries; i++) {
		bool same = i && sw_str_eq(x->entries[i].name, x->entries[i - 1].name);
		row(&t, same ? (struct sw_str){0} : x->entries[i].name,
			cut(x, x->entries[i].file, CELL_MAX));
	}
	sw_buf_addz(x->ctx->out, "NAMESPACES:\n");
	sw_policy_table_write(&t, x->ctx->out);
}

struct item {
	struct sw_str key, value;
};

static void write_list(struct inspect *x, const char *title, const struct item *v, uint32_t n,
	const char *separator)
{
	size_t width = 0;
	struct sw_buf *out = x->ctx->out;
	for (uint32_t i = 0; i < n; i++)
		width = v[i].key.n > width ? v[i].key.n : width;
	sw_buf_printf(out, "%s:\n", title);
	for (uint32_t i = 0; i < n; i++) {
		sw_autobuf line;
		sw_buf_init(&line, 1 << 20);
		sw_buf_printf(&line, " %.*s", SW_STR_ARG(v[i].key));
		if (v[i].value.n) {
			sw_buf_addz(&line, separator);
			sw_buf_pad(&line, ' ', width - v[i].key.n);
			sw_buf_addstr(&line, v[i].value);
		}
		sw_buf_addstr(out, cut(x, sw_buf_str(&line), PAGE));
		sw_buf_addch(out, '\n');
	}
	sw_buf_addch(out, '\n');
}

static struct sw_str text_of(struct sw_value o, const char *key)
{
	struct sw_value v = sw_object_gets(o, sw_str_from(key));
	return sw_is(v, SW_STRING) ? sw_value_str(v) : (struct sw_str){0};
}

static struct item author(struct inspect *x, struct sw_value v)
{
	struct sw_str name = text_of(v, "name"), mail = text_of(v, "email");
	if (!mail.n)
		return (struct item){.key = name};
	return (struct item){.key = sw_arena_printf(x->ctx->arena, "%.*s%s<%.*s>", SW_STR_ARG(name),
				     name.n ? " " : "", SW_STR_ARG(mail))};
}

/* input.b from a ref's JSON. */
static struct sw_str schema_ref(struct inspect *x, struct sw_value ref)
{
	sw_autobuf b;
	sw_buf_init(&b, 64 << 10);
	sw_array_foreach (t, ref) {
		sw_buf_addz(&b, b.n ? "." : "");
		sw_buf_addstr(&b, text_of(*t, "value"));
	}
	return sw_arena_str(x->ctx->arena, sw_buf_str(&b));
}

static struct item list_item(struct inspect *x, const char *kind, struct sw_value v)
{
	if (strcmp(kind, "authors") == 0)
		return author(x, v);
	if (strcmp(kind, "schemas") == 0) {
		struct sw_value schema = sw_object_gets(v, SW_STR("schema"));
		return (struct item){schema_ref(x, sw_object_gets(v, SW_STR("path"))),
			sw_defined(schema) ? schema_ref(x, schema)
					   : one_line(x, sw_object_gets(v, SW_STR("definition")))};
	}
	if (strcmp(kind, "related_resources") == 0)
		return (struct item){text_of(v, "ref"), text_of(v, "description")};
	return (struct item){.key = sw_is(v, SW_STRING) ? sw_value_str(v) : one_line(x, v)};
}

static void write_lists(struct inspect *x, struct sw_value a)
{
	static const struct {
		const char *key, *title, *separator;
	} kinds[] = {{"organizations", "Organizations", ""}, {"authors", "Authors", ""},
		{"schemas", "Schemas", ": "}, {"related_resources", "Related Resources", " "}};
	for (size_t k = 0; k < SW_ARRAY_LEN(kinds); k++) {
		struct sw_value v = sw_object_gets(a, sw_str_from(kinds[k].key));
		struct item *l = sw_is(v, SW_ARRAY) && v.n
					 ? sw_arena_new_array(x->ctx->arena, v.n, struct item)
					 : NULL;
		for (uint32_t i = 0; l && i < v.n; i++)
			l[i] = list_item(x, kinds[k].key, v.u.a->v[i]);
		if (l)
			write_list(x, kinds[k].title, l, v.n, kinds[k].separator);
	}
	struct sw_value custom = sw_object_gets(a, SW_STR("custom"));
	struct item *l = sw_is(custom, SW_OBJECT) && custom.n
				 ? sw_arena_new_array(x->ctx->arena, custom.n, struct item)
				 : NULL;
	for (uint32_t i = 0; l && i < custom.n; i++)
		l[i] = (struct item){
			sw_value_str(custom.u.o->m[i].k), one_line(x, custom.u.o->m[i].v)};
	if (l)
		write_list(x, "Custom", l, custom.n, ": ");
}

static void write_note(struct inspect *x, const struct note *n)
{
	struct sw_buf *out = x->ctx->out;
	struct sw_str title = sw_str_trim(text_of(n->a->json, "title"));
	struct sw_str about = text_of(n->a->json, "description");
	if (!title.n)
		title = short_ref(x, n->path);
	sw_buf_printf(out, "%.*s\n", SW_STR_ARG(title));
	for (size_t i = 0; i < title.n && i < PAGE; i++)
		sw_buf_addch(out, '=');
	sw_buf_addz(out, "\n\n");
	if (about.n)
		sw_buf_printf(out, "%.*s\n\n", SW_STR_ARG(about));
	struct sw_str package = short_ref(x, n->m->package);
	sw_buf_printf(out, "Package:  %.*s\n", SW_STR_ARG(package));
	if (n->rule) {
		struct sw_str rule = ref_text(x, n->rule->head->ref);
		sw_buf_printf(out, "Rule:     %.*s\n", SW_STR_ARG(rule));
	}
	sw_buf_printf(out, "Location: %.*s:%u\n", SW_STR_ARG(n->loc.file->name), n->loc.row);
	if (n->a->scope.n)
		sw_buf_printf(out, "Scope: %.*s\n", SW_STR_ARG(n->a->scope));
	if (n->a->entrypoint)
		sw_buf_addz(out, "Entrypoint: true\n");
	sw_buf_addch(out, '\n');
	write_lists(x, n->a->json);
}

static void write_text(struct inspect *x)
{
	if (sw_is(x->load.manifest, SW_OBJECT))
		write_manifest(x);
	write_namespaces(x);
	if (x->n_notes)
		sw_buf_addz(x->ctx->out, "ANNOTATIONS:\n");
	for (uint32_t i = 0; i < x->n_notes; i++)
		write_note(x, &x->notes[i]);
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct inspect x = {.ctx = ctx};
	sw_rego_load_init(&x.load, ctx->arena);
	int rc = load(&x);
	if (!rc)
		rc = namespaces(&x);
	if (!rc && sw_opts_bool(&ctx->opts, "annotations"))
		rc = notes(&x);
	if (!rc)
		rc = sw_rego_engine_compile(x.engine, &x.err);
	if (rc) {
		const struct sw_rego_diags *d = x.engine ? sw_rego_engine_diags(x.engine) : NULL;
		fputs("error: ", stderr);
		if (d && d->n)
			sw_rego_errors_text(strcmp(d->v[0].code, "rego_parse_error") == 0 ? " during loading" : "",
				d, &x.err);
		else
			fprintf(stderr, "%s\n", x.err.text);
		sw_rego_engine_free(x.engine);
		return SW_EXIT_FINDINGS;
	}
	if (strcmp(sw_opts_str(&ctx->opts, "format"), "json") == 0)
		write_json(&x);
	else
		write_text(&x);
	sw_rego_engine_free(x.engine);
	return SW_EXIT_CLEAN;
}

#define F SW_OPT_FLAG_ONLY
static const struct sw_opt opts[] = {
	{.name = "annotations",
		.letter = 'a',
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "list annotations"},
	{.name = "format",
		.letter = 'f',
		.type = SW_OPT_ENUM,
		.choices = "pretty|json",
		.def = "pretty",
		.flags = F,
		.help = "form of the output"},
	SW_ROW_V0(F),
	SW_ROW_V1(F),
};

const struct sw_cmd sw_cmd_policy_inspect = {
	.name = "policy inspect",
	.summary = "tell what a bundle of policies holds, as opa inspect does",
	.args = "PATH",
	.description =
		"Tells the packages, data, manifest, annotations and needed builtins of a bundle "
		"(a folder "
		"or a gzipped\n"
		"tar archive) or of one policy, as `opa inspect` does. Exit codes: 0, 1 on errors.",
	.examples = "  seawall policy inspect bundle.tar.gz\n"
		    "  seawall policy inspect -a -f json policy/\n",
	.group = "Policies",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = 1,
	.run = run,
	.own_exit_codes = true,
	.usage_code = 1,
};
