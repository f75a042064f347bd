/* SPDX-License-Identifier: Apache-2.0 */
/* Writing values and strings as C: pools, each one large array. */
#include <inttypes.h>

#include "base/cleanup.h"
#include "rego/image.h"

enum { VALUE_DEPTH = 1000 };

void sw_rego_image_init(struct sw_rego_image_out *im)
{
	*im = (struct sw_rego_image_out){
		.known = g_hash_table_new_full((GHashFunc)g_bytes_hash, (GEqualFunc)g_bytes_equal,
			(GDestroyNotify)g_bytes_unref, NULL)};
	sw_buf_init(&im->strings, 0);
	sw_buf_init(&im->v, 0);
	sw_buf_init(&im->m, 0);
	sw_buf_init(&im->a, 0);
	sw_buf_init(&im->o, 0);
	sw_buf_init(&im->decls, 0);
	sw_buf_init(&im->tables, 0);
	sw_buf_init(&im->parts, 0);
	sw_buf_init(&im->rest, 0);
	sw_buf_addch(&im->strings, '\0'); /* offset 0 is no string */
}

void sw_rego_image_release(struct sw_rego_image_out *im)
{
	sw_buf_release(&im->strings);
	sw_buf_release(&im->v);
	sw_buf_release(&im->m);
	sw_buf_release(&im->a);
	sw_buf_release(&im->o);
	sw_buf_release(&im->decls);
	sw_buf_release(&im->tables);
	sw_buf_release(&im->parts);
	sw_buf_release(&im->rest);
	g_hash_table_destroy(im->known);
}

/* Where the string lies in the pool. Each ends in NUL, which no length counts. */
static size_t place_of(struct sw_rego_image_out *im, struct sw_str s)
{
	GBytes *key = g_bytes_new(s.p, s.n);
	size_t at = GPOINTER_TO_SIZE(g_hash_table_lookup(im->known, key));
	if (at) {
		g_bytes_unref(key);
		return at - 1;
	}
	at = im->strings.n;
	sw_buf_addstr(&im->strings, s);
	sw_buf_addch(&im->strings, '\0');
	g_hash_table_insert(im->known, key, GSIZE_TO_POINTER(at + 1));
	return at;
}

void sw_rego_image_str(struct sw_rego_image_out *im, struct sw_buf *out, struct sw_str s)
{
	if (s.p)
		sw_buf_printf(out, "{(char *)%zu,%zu}", place_of(im, s), s.n);
	else
		sw_buf_addz(out, "{0}");
}

static void scalar(struct sw_rego_image_out *im, struct sw_buf *out, struct sw_value v)
{
	bool text = v.type == SW_STRING || (v.type == SW_NUMBER && v.repr == SW_NUM_TEXT);
	if (text) {
		sw_buf_printf(out, "{%u,%u,%u,%u,{.s=(char *)%zu}}", v.type, v.repr, v.tag, v.n,
			place_of(im, sw_value_str(v)));
		return;
	}
	uint64_t bits = 0;
	if (v.type == SW_BOOL)
		bits = v.u.b;
	else if (v.type == SW_NUMBER)
		memcpy(&bits, &v.u, sizeof(bits));
	sw_buf_printf(out, "{%u,%u,0,0,{.i=(int64_t)0x%" PRIx64 "u}}", v.type, v.repr, bits);
}

static void value(struct sw_rego_image_out *im, struct sw_buf *out, struct sw_value v, int depth);

/* Children first: what they hold themselves must not lie between them. */
static void array(struct sw_rego_image_out *im, struct sw_buf *out, struct sw_value v, int depth)
{
	sw_autobuf children;
	sw_buf_init(&children, 0);
	sw_array_foreach (c, v) {
		value(im, &children, *c, depth + 1);
		sw_buf_addz(&children, ",\n");
	}
	sw_buf_addstr(&im->v, sw_buf_str(&children));
	sw_buf_printf(&im->a, "{P(V)+%u,0},\n", im->n_v);
	im->n_v += v.n;
	sw_buf_printf(out, "{%u,0,0,%u,{.a=P(A)+%u}}", v.type, v.n, im->n_a++);
}

static void object(struct sw_rego_image_out *im, struct sw_buf *out, struct sw_value v, int depth)
{
	sw_autobuf children;
	sw_buf_init(&children, 0);
	sw_object_foreach (c, v) {
		sw_buf_addch(&children, '{');
		value(im, &children, c->k, depth + 1);
		sw_buf_addch(&children, ',');
		value(im, &children, c->v, depth + 1);
		sw_buf_addz(&children, "},\n");
	}
	sw_buf_addstr(&im->m, sw_buf_str(&children));
	sw_buf_printf(&im->o, "{P(M)+%u,0,0x%" PRIx64 "u},\n", im->n_m, v.u.o->keys);
	im->n_m += v.n;
	sw_buf_printf(out, "{%u,0,0,%u,{.o=P(O)+%u}}", v.type, v.n, im->n_o++);
}

static void value(struct sw_rego_image_out *im, struct sw_buf *out, struct sw_value v, int depth)
{
	if (depth > VALUE_DEPTH)
		out->overflow = true; /* no program compiles to such a value */
	else if (v.type < SW_ARRAY)
		scalar(im, out, v);
	else if (v.type == SW_OBJECT && v.n)
		object(im, out, v, depth);
	else if (v.n)
		array(im, out, v, depth);
	else
		sw_buf_printf(out, "{%u,0,0,0,{0}}", v.type);
}

void sw_rego_image_value(struct sw_rego_image_out *im, struct sw_buf *out, struct sw_value v)
{
	value(im, out, v, 0);
}

/* ---- the file ---- */

static void literal(struct sw_buf *out, struct sw_str s)
{
	sw_buf_addz(out, "static const char S[] =\n\"");
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '?')
			sw_buf_printf(out, "\\%03o", c);
		else
			sw_buf_addch(out, (char)c);
		if (i % 100 == 99)
			sw_buf_addz(out, "\"\n\"");
	}
	sw_buf_addz(out, "\";\n");
}

void sw_rego_image_begin(
	struct sw_rego_image_out *im, const char *type, const char *name, const char *ops)
{
	im->type = sw_str_from(type);
	im->name = sw_str_from(name);
	im->ops = sw_str_from(ops);
	sw_buf_printf(&im->tables, "\t.%s = {\n", name);
}

void sw_rego_image_end(struct sw_rego_image_out *im, uint32_t n)
{
	struct sw_str rest = im->ops, op, field;
	uint32_t count = 0;
	sw_buf_addz(&im->tables, n ? "\t},\n" : "{0}},\n");
	sw_buf_printf(&im->decls, "\t%.*s %.*s[%u];\n", SW_STR_ARG(im->type), SW_STR_ARG(im->name),
		n ? n : 1);
	sw_autobuf ops;
	sw_buf_init(&ops, 0);
	while (sw_str_split(&rest, ' ', &op) && sw_str_split(&rest, ' ', &field)) {
		if (sw_str_is(field, "-"))
			sw_buf_printf(&ops, "{'%c',0},", op.p[0]);
		else
			sw_buf_printf(&ops, "{'%c',offsetof(%.*s, %.*s)},", op.p[0],
				SW_STR_ARG(im->type), SW_STR_ARG(field));
		count++;
	}
	sw_buf_printf(&im->parts, "\t{offsetof(struct tables, %.*s), %u, sizeof(%.*s), %u, {%.*s}},\n",
		SW_STR_ARG(im->name), n, SW_STR_ARG(im->type), count,
		SW_STR_ARG(sw_buf_str(&ops)));
	im->n_parts++;
}

static void pool(struct sw_rego_image_out *im, const char *type, const char *name, const char *ops,
	const struct sw_buf *rows, uint32_t n)
{
	sw_rego_image_begin(im, type, name, ops);
	sw_buf_addstr(&im->tables, sw_buf_str(rows));
	sw_rego_image_end(im, n);
}

void sw_rego_image_print(struct sw_rego_image_out *im, struct sw_buf *out)
{
	pool(im, "struct sw_value", "V", "v -", &im->v, im->n_v);
	pool(im, "struct sw_member", "M", "v k v v", &im->m, im->n_m);
	pool(im, "struct sw_array", "A", "p v", &im->a, im->n_a);
	pool(im, "struct sw_object", "O", "p m", &im->o, im->n_o);
	sw_buf_addz(out, "/* Made by tools/image.c. */\n#include <stddef.h>\n"
			 "#include \"rego/image.h\"\n");
	literal(out, sw_buf_str(&im->strings));
	sw_buf_printf(out, "struct tables {\n\tchar none[16];\n%.*s};\n",
		SW_STR_ARG(sw_buf_str(&im->decls)));
	sw_buf_addz(out, "#define P(f) ((__typeof__(&((struct tables *)0)->f[0]))"
			 "offsetof(struct tables, f))\n");
	sw_buf_printf(out, "static const struct tables tables = {\n%.*s};\n",
		SW_STR_ARG(sw_buf_str(&im->tables)));
	sw_buf_printf(out, "static const struct sw_rego_image_part parts[] = {\n%.*s};\n",
		SW_STR_ARG(sw_buf_str(&im->parts)));
	sw_buf_addstr(out, sw_buf_str(&im->rest));
	if (im->strings.overflow || im->v.overflow || im->m.overflow || im->a.overflow ||
		im->o.overflow || im->tables.overflow || im->decls.overflow ||
		im->parts.overflow || im->rest.overflow)
		out->overflow = true;
}
