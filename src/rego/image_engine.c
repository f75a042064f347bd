/* SPDX-License-Identifier: Apache-2.0 */
/* Writing the code of an engine as C. */
#include "rego/image.h"

#include "base/cleanup.h"

struct writer {
	struct sw_rego_image_out *im;
	const struct sw_rego_engine *e;
	struct sw_buf *out;
	GHashTable *nodes; /* node -> number + 1 */
	GPtrArray *order;
	GHashTable *files; /* source text -> number + 1 */
};

/* A table without pointers stays where it is. */
static void begin(struct writer *w, const char *type, const char *name)
{
	w->out = &w->im->rest;
	sw_buf_printf(w->out, "static %s %s[] = {\n", type, name);
}

static void end(struct writer *w, uint32_t n)
{
	sw_buf_addz(w->out, n ? "};\n" : "{0}};\n");
	w->out = &w->im->tables;
}

static void open_table(struct writer *w, const char *type, const char *name, const char *ops)
{
	sw_rego_image_begin(w->im, type, name, ops);
}

static void close_table(struct writer *w, uint32_t n)
{
	sw_rego_image_end(w->im, n);
}

/* ---- the rule tree ---- */

static void number_nodes(struct writer *w, const struct sw_rego_node *n)
{
	g_ptr_array_add(w->order, (gpointer)n);
	g_hash_table_insert(w->nodes, (gpointer)n, GUINT_TO_POINTER(w->order->len));
	for (uint32_t i = 0; i < n->n_children; i++)
		number_nodes(w, n->children[i]);
}

static void node_ref(struct writer *w, const struct sw_rego_node *n)
{
	uint32_t at = GPOINTER_TO_UINT(g_hash_table_lookup(w->nodes, n));
	if (at)
		sw_buf_printf(w->out, "P(N)+%u", at - 1);
	else
		sw_buf_addch(w->out, '0');
}

/* Of a node's rules only what an evaluation asks: are there any, and of which kind. */
static void write_rules(struct writer *w)
{
	open_table(w, "struct sw_rego_rule", "rule_kinds", "");
	for (unsigned k = 0; k < 8; k++)
		sw_buf_printf(w->out, "{.kind=%u},", k);
	close_table(w, 8);
	open_table(w, "struct sw_rego_rule *", "rules_of", "p -");
	for (unsigned k = 0; k < 8; k++)
		sw_buf_printf(w->out, "P(rule_kinds)+%u,", k);
	close_table(w, 8);
}

static void write_nodes(struct writer *w)
{
	uint32_t at = 0;
	open_table(w, "struct sw_rego_node *", "children", "p -");
	for (guint i = 0; i < w->order->len; i++) {
		const struct sw_rego_node *n = g_ptr_array_index(w->order, i);
		for (uint32_t c = 0; c < n->n_children; c++, at++) {
			node_ref(w, n->children[c]);
			sw_buf_addch(w->out, ',');
		}
	}
	sw_buf_addz(w->out, "0");
	close_table(w, at + 1);
	at = 0;
	open_table(w, "struct sw_rego_node", "N", "v key p parent p children p rules");
	for (guint i = 0; i < w->order->len; i++) {
		const struct sw_rego_node *n = g_ptr_array_index(w->order, i);
		sw_buf_addz(w->out, "{.key=");
		sw_rego_image_value(w->im, w->out, n->key);
		sw_buf_addz(w->out, ",.parent=");
		node_ref(w, n->parent);
		sw_buf_printf(w->out, ",.children=P(children)+%u,.n_children=%u,.hide=%d", at,
			n->n_children, n->hide);
		if (n->n_rules)
			sw_buf_printf(
				w->out, ",.rules=P(rules_of)+%u,.n_rules=1", n->rules[0]->kind);
		sw_buf_printf(w->out, ",.plan=(void *)%zuu},\n", (size_t)(uintptr_t)n->plan);
		at += n->n_children;
	}
	close_table(w, w->order->len);
}

/* ---- instructions ---- */

static void write_code(struct writer *w)
{
	const struct vm_code *c = &w->e->code;
	begin(w, "const struct vm_ins", "ins");
	for (uint32_t i = 0; i < c->ins.n; i++) {
		const struct vm_ins *x = &c->ins.v[i];
		sw_buf_printf(
			w->out, "{%u,%u,%u,%u,%u,%u},\n", x->op, x->a, x->b, x->c, x->f, x->x);
	}
	end(w, c->ins.n);
	begin(w, "const uint32_t", "ins_loc");
	for (uint32_t i = 0; i < c->ins_loc.n; i++)
		sw_buf_printf(w->out, "%u,%s", c->ins_loc.v[i], i % 16 == 15 ? "\n" : "");
	end(w, c->ins_loc.n);
	open_table(w, "struct sw_value", "k", "v -");
	for (uint32_t i = 0; i < c->k.n; i++) {
		sw_rego_image_value(w->im, w->out, c->k.v[i]);
		sw_buf_addz(w->out, ",\n");
	}
	close_table(w, c->k.n);
}

static void write_fns(struct writer *w)
{
	const struct vm_code *c = &w->e->code;
	open_table(w, "struct vm_fn", "fns", "v path p node s name v constant");
	for (uint32_t i = 0; i < c->fns.n; i++) {
		const struct vm_fn *f = &c->fns.v[i];
		sw_buf_printf(w->out, "{%u,%u,%u,%u,", f->start, f->n_regs, f->n_args, f->flags);
		sw_rego_image_value(w->im, w->out, f->path);
		sw_buf_addch(w->out, ',');
		node_ref(w, f->node);
		sw_buf_addch(w->out, ',');
		sw_rego_image_str(w->im, w->out, f->name);
		sw_buf_addch(w->out, ',');
		sw_rego_image_value(w->im, w->out, f->constant);
		sw_buf_addz(w->out, "},\n");
	}
	close_table(w, c->fns.n);
	begin(w, "const char *const", "builtins");
	for (uint32_t i = 0; i < c->builtins.n; i++)
		sw_buf_printf(w->out, "\"%s\",", c->builtins.v[i]->name);
	end(w, c->builtins.n);
	begin(w, "const struct vm_query", "queries");
	for (uint32_t i = 0; i < c->queries.n; i++)
		sw_buf_printf(w->out, "{.fn=%u,.document=true},\n", c->queries.v[i].fn);
	end(w, c->queries.n);
}

static void write_locs(struct writer *w)
{
	const struct vm_code *c = &w->e->code;
	begin(w, "const struct vm_image_loc", "locs");
	for (uint32_t i = 0; i < c->locs.n; i++) {
		const struct sw_rego_loc *l = &c->locs.v[i];
		uint32_t file = l->file ? GPOINTER_TO_UINT(g_hash_table_lookup(
						  w->files, (gpointer)l->file->text.p))
					: 0;
		/* The place in a file that is none of the program: an entrypoint's own text. */
		if (!file || !l->text.n || l->text.p < l->file->text.p ||
			l->text.p + l->text.n > l->file->text.p + l->file->text.n)
			sw_buf_printf(
				w->out, "{%u,%u,%u,%u,0,0},\n", file, l->row, l->col, l->offset);
		else
			sw_buf_printf(w->out, "{%u,%u,%u,%u,%zu,%zu},\n", file, l->row, l->col,
				l->offset, (size_t)(l->text.p - l->file->text.p), l->text.n);
	}
	end(w, c->locs.n);
}

/* ---- side tables ---- */

static void write_paths(struct writer *w)
{
	const struct vm_code *c = &w->e->code;
	open_table(w, "struct vm_path", "paths", "v keys p node");
	for (uint32_t i = 0; i < c->paths.n; i++) {
		sw_buf_addch(w->out, '{');
		sw_rego_image_value(w->im, w->out, c->paths.v[i].keys);
		sw_buf_addch(w->out, ',');
		node_ref(w, c->paths.v[i].node);
		sw_buf_addz(w->out, "},\n");
	}
	close_table(w, c->paths.n);
	begin(w, "const struct vm_refadd", "refadds");
	for (uint32_t i = 0; i < c->refadds.n; i++)
		sw_buf_printf(w->out, "{%u,%d,%u},\n", c->refadds.v[i].n, c->refadds.v[i].set,
			c->refadds.v[i].loc);
	end(w, c->refadds.n);
	begin(w, "const struct vm_cindex", "cindexes");
	for (uint32_t i = 0; i < c->cindexes.n; i++)
		sw_buf_printf(w->out, "{%u,%u,%u,%u},\n", c->cindexes.v[i].id,
			c->cindexes.v[i].n_keys, c->cindexes.v[i].kind, c->cindexes.v[i].loc);
	end(w, c->cindexes.n);
	open_table(w, "struct vm_rule", "rules", "s name");
	for (uint32_t i = 0; i < c->rules.n; i++) {
		sw_buf_printf(w->out, "{%u,%u,", c->rules.v[i].loc, c->rules.v[i].last);
		sw_rego_image_str(w->im, w->out, c->rules.v[i].name);
		sw_buf_printf(w->out, ",%d},\n", c->rules.v[i].function);
	}
	close_table(w, c->rules.n);
}

static void write_switches(struct writer *w)
{
	const struct vm_code *c = &w->e->code;
	uint32_t at = 0;
	open_table(w, "struct vm_switch_case", "cases", "v key");
	for (uint32_t i = 0; i < c->switches.n; i++)
		for (uint32_t k = 0; k < c->switches.v[i].n; k++, at++) {
			sw_buf_addch(w->out, '{');
			sw_rego_image_value(w->im, w->out, c->switches.v[i].cases[k].key);
			sw_buf_printf(w->out, ",%u},\n", c->switches.v[i].cases[k].target);
		}
	close_table(w, at);
	at = 0;
	open_table(w, "struct vm_switch", "switches", "p cases");
	for (uint32_t i = 0; i < c->switches.n; i++) {
		sw_buf_printf(w->out, "{P(cases)+%u,%u,%u},\n", at, c->switches.v[i].n,
			c->switches.v[i].other);
		at += c->switches.v[i].n;
	}
	close_table(w, c->switches.n);
}

static void write_image(struct writer *w, uint32_t n_files)
{
	static const struct {
		const char *field, *type;
		bool table;
	} f[] = {{"ins", "struct vm_ins"}, {"ins_loc", "uint32_t"}, {"k", "struct sw_value", true},
		{"fns", "struct vm_fn", true}, {"paths", "struct vm_path", true},
		{"refadds", "struct vm_refadd"}, {"rules", "struct vm_rule", true},
		{"switches", "struct vm_switch", true}, {"cindexes", "struct vm_cindex"},
		{"queries", "struct vm_query"}};
	const struct vm_code *c = &w->e->code;
	struct sw_buf *out = &w->im->rest;
	const uint32_t n[] = {c->ins.n, c->ins_loc.n, c->k.n, c->fns.n, c->paths.n, c->refadds.n,
		c->rules.n, c->switches.n, c->cindexes.n, c->queries.n};
	sw_buf_addz(out, "static const struct sw_rego_image engine_image = {\n\t.code = {\n");
	for (size_t i = 0; i < SW_ARRAY_LEN(f); i++)
		sw_buf_printf(out, f[i].table ? "\t\t.%s = {(%s *)P(%s), %u, %u},\n"
					      : "\t\t.%s = {(%s *)%s, %u, %u},\n",
			f[i].field, f[i].type, f[i].field, n[i], n[i]);
	sw_buf_printf(out,
		"\t},\n\t.data = P(N), .tables = &tables, .n_bytes = sizeof(tables), .strings = S,\n"
		"\t.parts = parts, .n_parts = sizeof(parts) / sizeof(parts[0]),\n"
		"\t.builtins = builtins, .n_builtins = %u, .locs = locs,\n"
		"\t.n_locs = %u, .n_files = %u, .plain_ops = %d};\n",
		c->builtins.n, c->locs.n, n_files, w->e->plain_ops);
}

static int supported(const struct sw_rego_engine *e, struct sw_error *err)
{
	if (!e->compiled || e->from_image)
		return sw_error_set(err, SW_EUSAGE, "an image is made of a compiled program");
	if (e->code.withs.n || e->code.filters.n || e->code.exprs.n || e->opts.trace)
		return sw_error_set(err, SW_EUNSUPPORTED,
			"no image of programs that use `with`, count coverage or trace");
	for (uint32_t i = 0; i < e->code.queries.n; i++)
		if (!e->code.queries.v[i].document)
			return sw_error_set(
				err, SW_EUNSUPPORTED, "no image of queries, only of entrypoints");
	return 0;
}

int sw_rego_image_engine(struct sw_rego_image_out *im, const struct sw_rego_engine *e,
	const struct sw_embed *files, uint32_t n_files, struct sw_error *err)
{
	struct writer w = {.im = im, .e = e, .out = &im->tables};
	int r = supported(e, err);
	if (r)
		return r;
	w.nodes = g_hash_table_new(NULL, NULL);
	w.files = g_hash_table_new(NULL, NULL);
	w.order = g_ptr_array_new();
	for (uint32_t i = 0; i < n_files; i++)
		g_hash_table_insert(w.files, (gpointer)files[i].text.p, GUINT_TO_POINTER(i + 1));
	number_nodes(&w, e->program->data);
	write_rules(&w);
	write_nodes(&w);
	write_code(&w);
	write_fns(&w);
	write_paths(&w);
	write_switches(&w);
	write_locs(&w);
	write_image(&w, n_files);
	g_hash_table_destroy(w.nodes);
	g_hash_table_destroy(w.files);
	g_ptr_array_free(w.order, TRUE);
	return 0;
}
