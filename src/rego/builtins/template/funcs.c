/* SPDX-License-Identifier: Apache-2.0 */
/* The predefined functions of text/template, and what Go's reflect tells of a value. */
#include "rego/builtins/template/template.h"

#include "base/cleanup.h"
#include "rego/builtins/arg.h"

/* ---- values ---- */

struct slot sw_slot_value(struct sw_value v, bool boxed)
{
	if (!sw_defined(v) || (v.type == SW_NULL && !boxed))
		return (struct slot){.kind = SLOT_INVALID};
	return (struct slot){.kind = SLOT_VALUE, .boxed = boxed, .v = v};
}

struct slot sw_slot_unboxed(struct slot s)
{
	return s.kind == SLOT_VALUE && s.boxed ? sw_slot_value(s.v, false) : s;
}

enum go_kind sw_slot_kind(struct slot s)
{
	static const enum go_kind kinds[SW_TYPE__COUNT] = {[SW_NULL] = GO_NIL, [SW_BOOL] = GO_BOOL,
		[SW_NUMBER] = GO_STRING /* a json.Number is one */, [SW_STRING] = GO_STRING, [SW_ARRAY] = GO_SLICE,
		[SW_OBJECT] = GO_MAP};
	switch (s.kind) {
	case SLOT_VALUE:
		return kinds[s.v.type];
	case SLOT_INT:
		return GO_INT;
	case SLOT_BYTE:
		return GO_UINT;
	case SLOT_FLOAT:
		return GO_FLOAT;
	default:
		return GO_INVALID;
	}
}

const char *sw_slot_type(struct slot s)
{
	static const char *const types[SW_TYPE__COUNT] = {[SW_NULL] = "interface {}", [SW_BOOL] = "bool",
		[SW_NUMBER] = "json.Number", [SW_STRING] = "string", [SW_ARRAY] = "[]interface {}",
		[SW_OBJECT] = "map[string]interface {}"};
	switch (s.kind) {
	case SLOT_VALUE:
		return types[s.v.type];
	case SLOT_INT:
		return "int";
	case SLOT_BYTE:
		return "uint8";
	case SLOT_FLOAT:
		return "float64";
	default:
		return "interface {}";
	}
}

bool sw_slot_truth(struct slot s)
{
	switch (sw_slot_kind(s)) {
	case GO_BOOL:
		return s.v.u.b;
	case GO_INT:
	case GO_UINT:
		return s.i != 0;
	case GO_FLOAT:
		return s.d != 0;
	case GO_STRING:
		return s.v.type == SW_NUMBER || s.v.n > 0;
	case GO_SLICE:
	case GO_MAP:
		return s.v.n > 0;
	default:
		return false;
	}
}

/* The bytes of a string or of a number's text. */
bool sw_slot_text(struct sw_arena *a, struct slot s, struct sw_str *ret)
{
	char tmp[SW_REGO_NUMTEXT_MAX];
	if (s.v.type == SW_STRING) {
		*ret = sw_value_str(s.v);
		return true;
	}
	*ret = sw_arena_str(a, sw_rego_number_text(s.v, tmp));
	return ret->p != NULL;
}

static bool value_arg(struct sw_arena *a, struct sw_value v, struct sw_gofmt_arg *ret)
{
	struct slot s = sw_slot_value(v, true);
	*ret = (struct sw_gofmt_arg){.type = sw_slot_type(s)};
	switch ((enum sw_type)v.type) {
	case SW_BOOL:
		ret->kind = SW_GOFMT_BOOL;
		ret->i = v.u.b;
		return true;
	case SW_NUMBER:
	case SW_STRING:
		ret->kind = SW_GOFMT_STRING;
		return sw_slot_text(a, s, &ret->s);
	case SW_ARRAY:
	case SW_OBJECT:
		break;
	default:
		*ret = (struct sw_gofmt_arg){.kind = SW_GOFMT_NIL};
		return true;
	}
	bool map = v.type == SW_OBJECT;
	struct sw_gofmt_arg *e = sw_arena_new_array(a, (size_t)(v.n ? v.n : 1) << map, struct sw_gofmt_arg);
	if (!e)
		return false;
	ret->kind = map ? SW_GOFMT_MAP : SW_GOFMT_LIST;
	ret->v = e;
	ret->n = v.n;
	if (map) {
		sw_object_foreach(m, v) {
			if (!value_arg(a, m->k, e++) || !value_arg(a, m->v, e++))
				return false;
		}
	} else {
		sw_array_foreach(x, v) {
			if (!value_arg(a, *x, e++))
				return false;
		}
	}
	return true;
}

bool sw_slot_arg(struct sw_arena *a, struct slot s, struct sw_gofmt_arg *ret)
{
	if (s.kind == SLOT_VALUE)
		return value_arg(a, s.v, ret);
	*ret = (struct sw_gofmt_arg){.kind = SW_GOFMT_NIL, .i = s.i, .d = s.d, .type = sw_slot_type(s)};
	if (s.kind == SLOT_INT || s.kind == SLOT_BYTE)
		ret->kind = SW_GOFMT_INT;
	else if (s.kind == SLOT_FLOAT)
		ret->kind = SW_GOFMT_FLOAT;
	else
		ret->type = NULL;
	return true;
}

/* ---- helpers ---- */

#define FN(name)                                                                                                  \
	static int name(struct template *t, const struct slot *v, uint32_t n, struct slot *ret, struct sw_str *err)

#define FAIL(...)                                                                                                 \
	({                                                                                                        \
		*err = sw_arena_printf(t->arena, __VA_ARGS__);                                                    \
		return -SW_EINVALID;                                                                              \
	})

static int full(struct template *t)
{
	return sw_builtin_limit(t->ctx, "the evaluation's memory budget is spent");
}

static int ret_text(struct template *t, const struct sw_buf *b, struct slot *ret)
{
	struct sw_value v = sw_string_copy(t->arena, sw_buf_str(b));
	if (b->overflow)
		return sw_builtin_limit(t->ctx, "string too long");
	if (!sw_defined(v))
		return full(t);
	*ret = sw_slot_value(v, false);
	return sw_builtin_steps(t->ctx, b->n / 16);
}

static struct slot ret_bool(bool b)
{
	return sw_slot_value(sw_bool(b), false);
}

/* Arguments for fmt; NULL: the arena is full. */
static struct sw_gofmt_arg *fmt_args(struct template *t, const struct slot *v, uint32_t n)
{
	struct sw_gofmt_arg *a = sw_arena_new_array(t->arena, n ? n : 1, struct sw_gofmt_arg);
	for (uint32_t i = 0; a && i < n; i++)
		if (!sw_slot_arg(t->arena, v[i], &a[i]))
			return NULL;
	return a;
}

/* What html, js and urlquery escape: a missing argument reads as in the text. */
static int sprint_shown(struct template *t, const struct slot *v, uint32_t n, struct sw_buf *out)
{
	struct sw_gofmt_arg *a = fmt_args(t, v, n);
	if (!a)
		return full(t);
	for (uint32_t i = 0; i < n; i++)
		if (a[i].kind == SW_GOFMT_NIL)
			a[i] = (struct sw_gofmt_arg){.kind = SW_GOFMT_STRING, .s = SW_STR("<no value>")};
	sw_gofmt_print(out, a, n, false);
	return out->overflow ? sw_builtin_limit(t->ctx, "string too long") : 0;
}

static int sprint(struct template *t, const struct slot *v, uint32_t n, bool line, struct sw_buf *out)
{
	struct sw_gofmt_arg *a = fmt_args(t, v, n);
	if (!a)
		return full(t);
	sw_gofmt_print(out, a, n, line);
	return out->overflow ? sw_builtin_limit(t->ctx, "string too long") : 0;
}

/* ---- text ---- */

FN(print)
{
	sw_autobuf b;
	sw_buf_init(&b, SW_BUILTIN_STR_MAX);
	int r = sprint(t, v, n, false, &b);
	return r < 0 ? r : ret_text(t, &b, ret);
}

FN(println)
{
	sw_autobuf b;
	sw_buf_init(&b, SW_BUILTIN_STR_MAX);
	int r = sprint(t, v, n, true, &b);
	return r < 0 ? r : ret_text(t, &b, ret);
}

FN(printf_)
{
	sw_autobuf b;
	sw_buf_init(&b, SW_BUILTIN_STR_MAX);
	struct sw_gofmt_arg *a = fmt_args(t, v + 1, n - 1);
	if (!a)
		return full(t);
	sw_gofmt(&b, sw_value_str(v[0].v), a, n - 1);
	return ret_text(t, &b, ret);
}

FN(html)
{
	sw_autobuf in, out;
	sw_buf_init(&in, SW_BUILTIN_STR_MAX);
	sw_buf_init(&out, SW_BUILTIN_STR_MAX);
	int r = sprint_shown(t, v, n, &in);
	if (r < 0)
		return r;
	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i];
		const char *e = c == '"'    ? "&#34;"
				: c == '\'' ? "&#39;"
				: c == '&'  ? "&amp;"
				: c == '<'  ? "&lt;"
				: c == '>'  ? "&gt;"
				: c == 0    ? "\xef\xbf\xbd"
					    : NULL;
		if (e)
			sw_buf_addz(&out, e);
		else
			sw_buf_addch(&out, c);
	}
	return ret_text(t, &out, ret);
}

FN(js)
{
	sw_autobuf in, out;
	sw_buf_init(&in, SW_BUILTIN_STR_MAX);
	sw_buf_init(&out, SW_BUILTIN_STR_MAX);
	int r = sprint_shown(t, v, n, &in);
	if (r < 0)
		return r;
	struct sw_str s = sw_buf_str(&in);
	for (size_t at = 0; at < s.n;) {
		size_t from = at;
		uint32_t c = sw_utf8_next(s, &at);
		if (c == '\\' || c == '\'' || c == '"') {
			sw_buf_addch(&out, '\\');
			sw_buf_addch(&out, (char)c);
		} else if (c < ' ' || c == '<' || c == '>' || c == '&' || c == '=' ||
			   (c >= 0x80 && !sw_gofmt_printable(c))) {
			sw_buf_printf(&out, "\\u%04X", c);
		} else {
			sw_buf_addstr(&out, sw_str_sub(s, from, at));
		}
	}
	return ret_text(t, &out, ret);
}

FN(urlquery)
{
	sw_autobuf in, out;
	sw_buf_init(&in, SW_BUILTIN_STR_MAX);
	sw_buf_init(&out, SW_BUILTIN_STR_MAX);
	int r = sprint_shown(t, v, n, &in);
	if (r < 0)
		return r;
	for (size_t i = 0; i < in.n; i++) {
		unsigned char c = (unsigned char)in.p[i];
		if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c && strchr("-_.~", c)))
			sw_buf_addch(&out, (char)c);
		else if (c == ' ')
			sw_buf_addch(&out, '+');
		else
			sw_buf_printf(&out, "%%%02X", c);
	}
	return ret_text(t, &out, ret);
}

/* ---- containers ---- */

static bool length_of(struct template *t, struct slot s, size_t *ret)
{
	struct sw_str text;
	*ret = s.v.n;
	if (s.v.type != SW_NUMBER)
		return true;
	bool ok = sw_slot_text(t->arena, s, &text);
	*ret = text.n;
	return ok;
}

FN(length)
{
	size_t len;
	switch (sw_slot_kind(v[0])) {
	case GO_NIL:
		FAIL("len of nil pointer");
	case GO_INVALID:
		FAIL("reflect: call of reflect.Value.Type on zero Value");
	case GO_STRING:
	case GO_SLICE:
	case GO_MAP:
		break;
	default:
		FAIL("len of type %s", sw_slot_type(v[0]));
	}
	if (!length_of(t, v[0], &len))
		return full(t);
	*ret = (struct slot){.kind = SLOT_INT, .i = (int64_t)len};
	return 0;
}

/* A place in a list of at most `cap` items. */
static int index_arg(struct template *t, struct slot s, size_t cap, int64_t *ret, struct sw_str *err)
{
	switch (sw_slot_kind(s)) {
	case GO_INT:
	case GO_UINT:
		break;
	case GO_INVALID:
	case GO_NIL:
		FAIL("cannot index slice/array with nil");
	default:
		FAIL("cannot index slice/array with type %s", sw_slot_type(s));
	}
	if (s.i < 0 || (uint64_t)s.i > cap)
		FAIL("index out of range: %lld", (long long)s.i);
	*ret = s.i;
	return 0;
}

static int index_one(struct template *t, struct slot *item, struct slot key, struct sw_str *err)
{
	enum go_kind k = sw_slot_kind(*item);
	struct sw_str text;
	int64_t i;
	int r;
	if (k == GO_MAP) {
		if (sw_slot_kind(key) == GO_NIL || key.kind == SLOT_INVALID)
			FAIL("value is nil; should be of type string");
		if (key.kind != SLOT_VALUE || key.v.type != SW_STRING)
			FAIL("value has type %s; should be string", sw_slot_type(key));
		struct sw_value v = sw_object_get(item->v, key.v);
		*item = sw_slot_value(sw_defined(v) ? v : sw_null(), true);
		return 0;
	}
	if (k == GO_SLICE) {
		r = index_arg(t, key, item->v.n, &i, err);
		if (r < 0)
			return r;
		if (i >= item->v.n)
			FAIL("reflect: slice index out of range");
		*item = sw_slot_value(item->v.u.a->v[i], true);
		return 0;
	}
	if (k != GO_STRING)
		FAIL("can't index item of type %s", sw_slot_type(*item));
	if (!sw_slot_text(t->arena, *item, &text))
		return full(t);
	r = index_arg(t, key, text.n, &i, err);
	if (r < 0)
		return r;
	if ((size_t)i >= text.n)
		FAIL("reflect: string index out of range");
	*item = (struct slot){.kind = SLOT_BYTE, .i = (unsigned char)text.p[i]};
	return 0;
}

FN(index_)
{
	struct slot item = sw_slot_unboxed(v[0]);
	if (item.kind == SLOT_INVALID)
		FAIL("index of untyped nil");
	for (uint32_t i = 1; i < n; i++) {
		if (sw_slot_kind(item) == GO_NIL)
			FAIL("index of nil pointer");
		int r = index_one(t, &item, sw_slot_unboxed(v[i]), err);
		if (r < 0)
			return r;
	}
	*ret = item;
	return 0;
}

/* How much room Go's decoder leaves in a list: twice as much each time. */
static size_t room(struct sw_value list)
{
	size_t cap = list.n ? 1 : 0;
	while (cap < list.n)
		cap *= 2;
	return cap;
}

static int slice_list(struct template *t, struct sw_value list, const int64_t *at, struct slot *ret)
{
	uint32_t n = (uint32_t)(at[1] - at[0]);
	struct sw_value *v = sw_arena_new_array(t->arena, n ? n : 1, struct sw_value);
	if (!v)
		return full(t);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t k = (uint64_t)at[0] + i;
		v[i] = k < list.n ? list.u.a->v[k] : sw_null();
	}
	struct sw_value a = sw_array_from(t->arena, v, n);
	if (!sw_defined(a))
		return full(t);
	*ret = sw_slot_value(a, false);
	return sw_builtin_steps(t->ctx, n / 16);
}

FN(slice)
{
	struct slot item = sw_slot_unboxed(v[0]);
	enum go_kind k = sw_slot_kind(item);
	struct sw_str text = {NULL, 0};
	if (item.kind == SLOT_INVALID)
		FAIL("slice of untyped nil");
	if (n > 4)
		FAIL("too many slice indexes: %u", n - 1);
	if (k == GO_STRING && n == 4)
		FAIL("cannot 3-index slice a string");
	if (k != GO_STRING && k != GO_SLICE)
		FAIL("can't slice item of type %s", sw_slot_type(item));
	if (k == GO_STRING && !sw_slot_text(t->arena, item, &text))
		return full(t);
	size_t len = k == GO_STRING ? text.n : item.v.n, cap = k == GO_STRING ? len : room(item.v);
	int64_t at[3] = {0, (int64_t)len, 0};
	for (uint32_t i = 1; i < n; i++) {
		int r = index_arg(t, sw_slot_unboxed(v[i]), cap, &at[i - 1], err);
		if (r < 0)
			return r;
	}
	if (at[0] > at[1])
		FAIL("invalid slice index: %lld > %lld", (long long)at[0], (long long)at[1]);
	if (n == 4 && at[1] > at[2])
		FAIL("invalid slice index: %lld > %lld", (long long)at[1], (long long)at[2]);
	if (k == GO_SLICE)
		return slice_list(t, item.v, at, ret);
	struct sw_value part = sw_string(sw_str_sub(text, (size_t)at[0], (size_t)at[1]));
	*ret = sw_slot_value(part, false); /* a part of a number's text passes for a string */
	return 0;
}

/* ---- comparison ---- */

/* `v` as %s or %v shows it. */
static struct sw_str shown(struct template *t, struct slot s)
{
	sw_autobuf b;
	struct sw_gofmt_arg a;
	sw_buf_init(&b, 1 << 20);
	if (sw_slot_arg(t->arena, s, &a))
		sw_gofmt(&b, SW_STR("%s"), &a, 1);
	return sw_arena_str(t->arena, sw_buf_str(&b));
}

static enum go_kind basic(struct slot s)
{
	enum go_kind k = sw_slot_kind(s);
	return k == GO_NIL || k >= GO_SLICE ? GO_INVALID : k;
}

static int texts_cmp(struct template *t, struct slot a, struct slot b)
{
	struct sw_str x = SW_STR(""), y = SW_STR("");
	sw_slot_text(t->arena, a, &x);
	sw_slot_text(t->arena, b, &y);
	return sw_str_cmp(x, y);
}

static int cmp_i64(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int equal_others(struct template *t, struct slot a, struct slot b, bool *ret, struct sw_str *err)
{
	bool nil_a = a.kind == SLOT_INVALID, nil_b = b.kind == SLOT_INVALID;
	if (!nil_a && !nil_b && sw_slot_kind(a) != sw_slot_kind(b))
		FAIL("non-comparable types %.*s: %s, %s: %.*s", SW_STR_ARG(shown(t, a)), sw_slot_type(a), sw_slot_type(b),
			SW_STR_ARG(shown(t, b)));
	if (!nil_a && !nil_b)
		FAIL("non-comparable type %.*s: %s", SW_STR_ARG(shown(t, b)), sw_slot_type(b));
	*ret = nil_a && nil_b;
	return 0;
}

static int equal(struct template *t, struct slot a, struct slot b, bool *ret, struct sw_str *err)
{
	enum go_kind x = basic(a), y = basic(b);
	*ret = false;
	if (x != y) {
		if ((x == GO_INT && y == GO_UINT) || (x == GO_UINT && y == GO_INT))
			*ret = a.i == b.i;
		else if (a.kind != SLOT_INVALID && b.kind != SLOT_INVALID)
			FAIL("incompatible types for comparison: %s and %s", sw_slot_type(a), sw_slot_type(b));
		return 0;
	}
	switch (x) {
	case GO_BOOL:
		*ret = a.v.u.b == b.v.u.b;
		return 0;
	case GO_FLOAT:
		*ret = a.d == b.d;
		return 0;
	case GO_INT:
	case GO_UINT:
		*ret = a.i == b.i;
		return 0;
	case GO_STRING:
		*ret = texts_cmp(t, a, b) == 0;
		return 0;
	default:
		return equal_others(t, a, b, ret, err);
	}
}

FN(eq)
{
	bool hit = false;
	if (n == 1)
		FAIL("missing argument for comparison");
	for (uint32_t i = 1; i < n && !hit; i++) {
		int r = equal(t, sw_slot_unboxed(v[0]), sw_slot_unboxed(v[i]), &hit, err);
		if (r < 0)
			return r;
	}
	*ret = ret_bool(hit);
	return 0;
}

FN(ne)
{
	int r = eq(t, v, n, ret, err);
	if (r == 0)
		*ret = ret_bool(!sw_slot_truth(*ret));
	return r;
}

static int less(struct template *t, struct slot a, struct slot b, bool *ret, struct sw_str *err)
{
	enum go_kind x = basic(a), y = basic(b);
	if (x == GO_INVALID || y == GO_INVALID)
		FAIL("invalid type for comparison");
	bool ints = (x == GO_INT || x == GO_UINT) && (y == GO_INT || y == GO_UINT);
	if (x != y && !ints)
		FAIL("incompatible types for comparison: %s and %s", sw_slot_type(a), sw_slot_type(b));
	if (x == GO_BOOL)
		FAIL("invalid type for comparison");
	if (ints)
		*ret = cmp_i64(a.i, b.i) < 0;
	else if (x == GO_FLOAT)
		*ret = a.d < b.d;
	else
		*ret = texts_cmp(t, a, b) < 0;
	return 0;
}

/* <, and with `or_equal` also =; `negated` makes >= and > of them. */
static int order(struct template *t, const struct slot *v, bool or_equal, bool negated, struct slot *ret,
	struct sw_str *err)
{
	struct slot a = sw_slot_unboxed(v[0]), b = sw_slot_unboxed(v[1]);
	bool hit = false;
	int r = less(t, a, b, &hit, err);
	if (r == 0 && !hit && or_equal)
		r = equal(t, a, b, &hit, err);
	*ret = ret_bool(hit != negated);
	return r;
}

FN(lt)
{
	return order(t, v, false, false, ret, err);
}

FN(le)
{
	return order(t, v, true, false, ret, err);
}

FN(gt)
{
	return order(t, v, true, true, ret, err);
}

FN(ge)
{
	return order(t, v, false, true, ret, err);
}

FN(not_)
{
	*ret = ret_bool(!sw_slot_truth(v[0]));
	return 0;
}

/* and, or, call: exec.c does them. */
static const struct function functions[] = {
	{"and", 1, true, false, false, NULL},
	{"call", 1, true, false, false, NULL},
	{"eq", 1, true, false, false, eq},
	{"ge", 2, false, false, false, ge},
	{"gt", 2, false, false, false, gt},
	{"html", 0, true, true, false, html},
	{"index", 1, true, false, false, index_},
	{"js", 0, true, true, false, js},
	{"le", 2, false, false, false, le},
	{"len", 1, false, false, false, length},
	{"lt", 2, false, false, false, lt},
	{"ne", 2, false, false, false, ne},
	{"not", 1, false, false, false, not_},
	{"or", 1, true, false, false, NULL},
	{"print", 0, true, true, false, print},
	{"printf", 1, true, true, true, printf_},
	{"println", 0, true, true, false, println},
	{"slice", 1, true, false, false, slice},
	{"urlquery", 0, true, true, false, urlquery},
};

const struct function *sw_template_function(struct sw_str name)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(functions); i++)
		if (sw_str_is(name, functions[i].name))
			return &functions[i];
	return NULL;
}
