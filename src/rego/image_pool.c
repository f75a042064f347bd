/* SPDX-License-Identifier: Apache-2.0 */
/* Writing values and strings as C: pools, each one large array. */
#include <inttypes.h>

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
	sw_buf_init(&im->tables, 0);
}

void sw_rego_image_release(struct sw_rego_image_out *im)
{
	sw_buf_release(&im->strings);
	sw_buf_release(&im->v);
	sw_buf_release(&im->m);
	sw_buf_release(&im->a);
	sw_buf_release(&im->o);
	sw_buf_release(&im->tables);
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
		sw_buf_printf(out, "{S+%zu,%zu}", place_of(im, s), s.n);
	else
		sw_buf_addz(out, "{0}");
}

static void scalar(struct sw_rego_image_out *im, struct sw_buf *out, struct sw_value v)
{
	bool text = v.type == SW_STRING || (v.type == SW_NUMBER && v.repr == SW_NUM_TEXT);
	if (text) {
		sw_buf_printf(out, "{%u,%u,%u,%u,{.s=S+%zu}}", v.type, v.repr, v.tag, v.n,
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
	sw_buf_printf(&im->a, "{V+%u,0},\n", im->n_v);
	im->n_v += v.n;
	sw_buf_printf(out, "{%u,0,0,%u,{.a=A+%u}}", v.type, v.n, im->n_a++);
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
	sw_buf_printf(&im->o, "{M+%u,0,0x%" PRIx64 "u},\n", im->n_m, v.u.o->keys);
	im->n_m += v.n;
	sw_buf_printf(out, "{%u,0,0,%u,{.o=O+%u}}", v.type, v.n, im->n_o++);
}

static void value(struct sw_rego_image_out *im, struct sw_buf *out, struct sw_value v, int depth)
{
	if (depth > VALUE_DEPTH)
		out->overflow = true; /* no program compiles to such a value */
	else if (v.type < SW_ARRAY)
		scalar(im, out, v);
	else if (v.type == SW_OBJECT && v.n)
		object(im, out, v, depth);
	else if (v.type == SW_OBJECT)
		sw_buf_printf(out, "{%u,0,0,0,{.o=&sw_object_empty}}", v.type);
	else if (v.n)
		array(im, out, v, depth);
	else
		sw_buf_printf(out, "{%u,0,0,0,{.a=&sw_array_empty}}", v.type);
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

static void pool(struct sw_buf *out, const char *type, const char *name, const struct sw_buf *rows)
{
	sw_buf_printf(out, "static const struct %s %s[] = {\n", type, name);
	sw_buf_addstr(out, sw_buf_str(rows));
	sw_buf_addz(out, "{0}};\n");
}

void sw_rego_image_print(const struct sw_rego_image_out *im, struct sw_buf *out)
{
	sw_buf_addz(out, "/* Made by tools/image.c. */\n#include \"rego/image.h\"\n");
	literal(out, sw_buf_str(&im->strings));
	/* The pools point into one another. */
	sw_buf_printf(out, "static const struct sw_array A[%u];\n", im->n_a + 1);
	sw_buf_printf(out, "static const struct sw_object O[%u];\n", im->n_o + 1);
	pool(out, "sw_value", "V", &im->v);
	pool(out, "sw_member", "M", &im->m);
	pool(out, "sw_array", "A", &im->a);
	pool(out, "sw_object", "O", &im->o);
	sw_buf_addstr(out, sw_buf_str(&im->tables));
	if (im->strings.overflow || im->v.overflow || im->m.overflow || im->a.overflow ||
		im->o.overflow || im->tables.overflow)
		out->overflow = true;
}
