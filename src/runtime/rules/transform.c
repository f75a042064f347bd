/* SPDX-License-Identifier: Apache-2.0 */
/* Transformers, and how values are printed. */
#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "runtime/rules/prog_int.h"

#define ANCESTRY_MAX 65536 /* of the names of all ancestors in one text */
#define PRINTED_MAX 1023 /* of bytes and lists: what Falco's buffer holds */

/* ---- values ---- */

static bool decode_b64(struct sw_arena *a, struct sw_str in, struct sw_str *ret)
{
	static const char table[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (int i = 0; i < 2 && in.n && in.p[in.n - 1] == '='; i++)
		in.n--;
	if (in.n % 4 == 1)
		return false;
	char *out = sw_arena_alloc(a, in.n + 1);
	size_t n = 0;
	uint32_t acc = 0, bits = 0;
	for (size_t i = 0; out && i < in.n; i++) {
		const char *p = in.p[i] ? strchr(table, in.p[i]) : NULL;
		if (!p)
			return false;
		acc = acc << 6 | (uint32_t)(p - table);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (char)(acc >> bits & 0xff);
		}
	}
	*ret = sw_str_make(out, n);
	/* Bits that are left over mean nothing, and must be 0. */
	return out != NULL && (acc & ((1u << bits) - 1)) == 0;
}

static bool each(struct sw_arena *a, enum sw_xt_kind kind, struct sw_str in, struct sw_str *ret)
{
	while (in.n && in.p[in.n - 1] == 0)
		in.n--;
	if (kind == SW_XT_B64)
		return decode_b64(a, in, ret);
	if (kind == SW_XT_BASENAME) {
		for (size_t i = in.n; i > 0; i--) {
			if (in.p[i - 1] == '/') {
				in = sw_str_sub(in, i, in.n);
				break;
			}
		}
		*ret = in;
		return true;
	}
	char *out = sw_arena_alloc(a, in.n + 1);
	for (size_t i = 0; out && i < in.n; i++) {
		unsigned char c = (unsigned char)in.p[i];
		out[i] = (char)(kind == SW_XT_TOLOWER ? tolower(c) : toupper(c));
	}
	*ret = sw_str_make(out, in.n);
	return out != NULL;
}

static struct sw_str until_nul(struct sw_str s)
{
	const char *z = s.n ? memchr(s.p, 0, s.n) : NULL;
	return z ? sw_str_make(s.p, (size_t)(z - s.p)) : s;
}

static uint32_t finish(struct sw_arena *a, struct sw_buf *b, struct sw_fvals *ret)
{
	struct sw_fval *v = sw_arena_new(a, struct sw_fval);
	struct sw_str s = sw_arena_str(a, b->n ? sw_buf_str(b) : SW_STR(""));
	if (!v || !s.p || b->overflow)
		return 0;
	v->s = s;
	*ret = (struct sw_fvals){v, 1};
	return 1;
}

/* "()", which is a value, unlike a list one of whose parts has none. */
static bool is_empty_list(const struct sw_xt *x)
{
	return x->kind == SW_XT_LIST && x->n_kids == 0;
}

/*
 * What a field shows, which is not what it is compared by where it has several values that are alternatives: fd.ip and
 * its like show nothing, proc.aname shows all ancestors in one text, proc.apid and proc.aenv the process itself.
 */
static struct sw_fvals shown(struct sw_eval *e, const struct sw_xt *x, struct sw_fval *one)
{
	const struct sw_event *ev = sw_eval_event(e);
	if (x->kind != SW_XT_FIELD || x->list || !(x->ref.flags & SW_FF_ALTS))
		return sw_eval_values(e, x);
	if (x->ref.flags & SW_FF_FILTER_ONLY)
		return (struct sw_fvals){NULL, 0};
	if (x->ref.has_arg)
		return sw_eval_values(e, x);
	if (sw_type_class(x->type) != SW_TC_STR || x->ref.flags & SW_FF_ARG_KEY) {
		struct sw_fieldref self = x->ref;
		struct sw_fvals v = {NULL, 0};
		self.has_arg = self.arg_is_index = true;
		self.index = 0;
		return ev->lookup || self.cls->extract(&self, ev, &v) < 0 ? (struct sw_fvals){NULL, 0} : v;
	}
	struct sw_fvals v = sw_eval_values(e, x);
	sw_autobuf b;
	sw_buf_init(&b, ANCESTRY_MAX);
	for (uint32_t i = 0; i < v.n && !b.overflow; i++) {
		if (b.n)
			sw_buf_addch(&b, ' ');
		sw_buf_addstr(&b, v.v[i].s);
	}
	if (!b.n)
		return (struct sw_fvals){NULL, 0};
	one->s = sw_arena_str(ev->arena, sw_buf_str(&b));
	return (struct sw_fvals){.v = one, .n = 1};
}

static uint32_t do_join(struct sw_eval *e, const struct sw_xt *x, struct sw_arena *a, struct sw_fvals *ret)
{
	sw_autobuf b;
	sw_buf_init(&b, (size_t)16 << 20);
	struct sw_fval all;
	struct sw_fvals sep = shown(e, x->kids[0], &all), list = sw_eval_values(e, x->kids[1]);
	if (sep.n == 0 || (list.n == 0 && !list.v && !is_empty_list(x->kids[1])))
		return 0;
	for (uint32_t i = 0; i < list.n; i++) {
		if (i)
			sw_buf_addstr(&b, sep.v[0].s);
		if (sw_type_class(x->kids[1]->type) == SW_TC_STR)
			sw_buf_addstr(&b, until_nul(list.v[i].s));
		else
			sw_value_print(&b, x->kids[1]->type, x->kids[1]->format, list.v[i]);
	}
	return finish(a, &b, ret);
}

static uint32_t do_concat(struct sw_eval *e, const struct sw_xt *x, struct sw_arena *a, struct sw_fvals *ret)
{
	sw_autobuf b;
	sw_buf_init(&b, (size_t)16 << 20);
	for (uint32_t i = 0; i < x->n_kids; i++) {
		struct sw_fval all;
		struct sw_fvals v = shown(e, x->kids[i], &all);
		if (v.n == 0)
			return 0;
		sw_buf_addstr(&b, until_nul(v.v[0].s));
	}
	return finish(a, &b, ret);
}

/* The first value of each kid, numbers as text. */
static uint32_t do_list(struct sw_eval *e, const struct sw_xt *x, struct sw_arena *a, struct sw_fvals *ret)
{
	struct sw_fval *v = sw_arena_new_array(a, x->n_kids ? x->n_kids : 1, struct sw_fval);
	for (uint32_t i = 0; v && i < x->n_kids; i++) {
		const struct sw_xt *k = x->kids[i];
		struct sw_fval all;
		struct sw_fvals one = shown(e, k, &all);
		if (one.n == 0)
			return 0;
		v[i] = one.v[0];
		if (sw_type_class(k->type) != SW_TC_STR) {
			sw_autobuf b;
			sw_buf_init(&b, 4096);
			sw_value_print(&b, k->type, k->format, one.v[0]);
			v[i].s = sw_arena_str(a, sw_buf_str(&b));
		}
	}
	if (!v)
		return 0;
	*ret = (struct sw_fvals){v, x->n_kids};
	return x->n_kids;
}

static uint32_t do_len(struct sw_eval *e, const struct sw_xt *x, struct sw_arena *a, struct sw_fvals *ret)
{
	const struct sw_xt *k = x->kids[0];
	struct sw_fvals v = sw_eval_values(e, k);
	struct sw_fval *out = sw_arena_new(a, struct sw_fval);
	if (!out || (v.n == 0 && !v.v))
		return 0;
	out->u = k->list ? v.n : sw_type_class(k->type) == SW_TC_STR ? until_nul(v.v[0].s).n : v.v[0].s.n;
	*ret = (struct sw_fvals){out, 1};
	return 1;
}

/* ---- getopt ---- */

struct opts {
	bool valid[256], with_arg[256];
};

static struct opts parse_opts(struct sw_str s)
{
	struct opts o = {0};
	for (size_t i = s.n && s.p[0] == ':'; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == ':')
			continue;
		o.valid[c] = true;
		if (i + 1 < s.n && s.p[i + 1] == ':') {
			o.with_arg[c] = true;
			i++;
		}
	}
	return o;
}

struct optout {
	const struct sw_xt *x;
	struct sw_fval *v;
	uint32_t n;
};

static void emit(struct optout *o, struct sw_str name, const struct sw_str *value)
{
	if (o->x->has_opt) {
		o->v[0].s = value ? *value : name;
		o->n = 1;
		return;
	}
	o->v[o->n++].s = name;
	if (value)
		o->v[o->n++].s = *value;
}

/* The options of one word; *i may move on to the word that is an argument. */
static void one_word(struct optout *o, const struct opts *opts, struct sw_fvals args, uint32_t *i)
{
	struct sw_str w = args.v[*i].s;
	for (size_t k = 1; k < w.n; k++) {
		unsigned char c = (unsigned char)w.p[k];
		struct sw_str name = sw_str_sub(w, k, k + 1), value;
		bool wanted = !o->x->has_opt || (unsigned char)o->x->opt == c;
		if (c == ':' || !opts->valid[c]) {
			if (!o->x->has_opt)
				emit(o, SW_STR("?"), NULL);
			continue;
		}
		if (!opts->with_arg[c]) {
			if (wanted)
				emit(o, name, NULL);
			continue;
		}
		if (k + 1 < w.n) {
			value = sw_str_sub(w, k + 1, w.n);
		} else if (*i + 1 < args.n) {
			value = args.v[++*i].s;
		} else {
			if (wanted)
				emit(o, SW_STR(""), NULL);
			return;
		}
		if (wanted)
			emit(o, name, &value);
		return;
	}
}

static uint32_t do_getopt(struct sw_eval *e, const struct sw_xt *x, struct sw_arena *a, struct sw_fvals *ret)
{
	struct sw_fvals spec = sw_eval_values(e, x->kids[1]), args = sw_eval_values(e, x->kids[0]);
	if (spec.n == 0 || (args.n == 0 && !args.v && !is_empty_list(x->kids[0])))
		return 0;
	struct opts opts = parse_opts(spec.v[0].s);
	size_t most = 2;
	for (uint32_t i = 0; i < args.n; i++)
		most += args.v[i].s.n + 2;
	struct optout o = {.x = x, .v = sw_arena_new_array(a, most, struct sw_fval)};
	if (!o.v)
		return 0;
	for (uint32_t i = 0; i < args.n; i++) {
		struct sw_str w = args.v[i].s;
		if (sw_str_is(w, "--"))
			break;
		if (w.n > 2 && w.p[0] == '-' && w.p[1] == '-')
			continue;
		if (w.n < 2 || w.p[0] != '-')
			break;
		one_word(&o, &opts, args, &i);
	}
	/* An empty list of options is a value: v stays set. */
	*ret = x->has_opt && o.n == 0 ? (struct sw_fvals){0} : (struct sw_fvals){o.v, o.n};
	return o.n;
}

uint32_t sw_transform(struct sw_eval *e, const struct sw_xt *x, struct sw_arena *a, struct sw_fvals *ret)
{
	switch (x->kind) {
	case SW_XT_CONST:
		*ret = (struct sw_fvals){&x->value, 1};
		return 1;
	case SW_XT_LIST:
		return do_list(e, x, a, ret);
	case SW_XT_LEN:
		return do_len(e, x, a, ret);
	case SW_XT_JOIN:
		return do_join(e, x, a, ret);
	case SW_XT_CONCAT:
		return do_concat(e, x, a, ret);
	case SW_XT_GETOPT:
		return do_getopt(e, x, a, ret);
	default: {
		struct sw_fvals in = sw_eval_values(e, x->kids[0]);
		struct sw_fval *v = in.n ? sw_arena_new_array(a, in.n, struct sw_fval) : NULL;
		if (!v)
			return 0;
		for (uint32_t i = 0; i < in.n; i++)
			if (!each(a, (enum sw_xt_kind)x->kind, in.v[i].s, &v[i].s))
				return 0;
		*ret = (struct sw_fvals){v, in.n};
		return in.n;
	}
	}
}

/* ---- printing ---- */

static unsigned width(uint8_t type)
{
	switch (type) {
	case SW_FT_INT8:
	case SW_FT_UINT8:
	case SW_FT_FLAGS8:
	case SW_FT_ENUMFLAGS8:
	case SW_FT_L4PROTO:
		return 8;
	case SW_FT_INT16:
	case SW_FT_UINT16:
	case SW_FT_FLAGS16:
	case SW_FT_ENUMFLAGS16:
	case SW_FT_PORT:
		return 16;
	case SW_FT_INT64:
	case SW_FT_UINT64:
	case SW_FT_RELTIME:
	case SW_FT_ABSTIME:
	case SW_FT_PID:
	case SW_FT_FD:
	case SW_FT_ERRNO:
		return 64;
	default:
		return 32;
	}
}

static void print_number(struct sw_buf *out, uint8_t type, uint8_t format, struct sw_fval v)
{
	bool is_signed = sw_type_class(type) == SW_TC_INT;
	uint64_t cut = width(type) == 64 ? v.u : v.u & (((uint64_t)1 << width(type)) - 1);
	if (format == SW_FMT_OCT)
		sw_buf_printf(out, "%" PRIo64, cut);
	else if (format == SW_FMT_HEX)
		sw_buf_printf(out, "%" PRIX64, cut);
	else if (format == SW_FMT_PADDED && is_signed)
		sw_buf_printf(out, "%09" PRId64, v.i);
	else if (format == SW_FMT_PADDED)
		sw_buf_printf(out, "%09" PRIu64, v.u);
	else if (is_signed)
		sw_buf_printf(out, "%" PRId64, v.i);
	else
		sw_buf_printf(out, "%" PRIu64, v.u);
}

static void print_addr(struct sw_buf *out, struct sw_str s)
{
	char text[INET6_ADDRSTRLEN];
	if ((s.n == 4 || s.n == 16) && inet_ntop(s.n == 4 ? AF_INET : AF_INET6, s.p, text, sizeof(text)))
		sw_buf_addz(out, text);
	else
		sw_buf_addz(out, "<NA>");
}

void sw_value_print(struct sw_buf *out, uint8_t type, uint8_t format, struct sw_fval v)
{
	switch (sw_type_class(type)) {
	case SW_TC_STR:
		sw_buf_addstr(out, until_nul(v.s));
		break;
	case SW_TC_BYTES:
		for (size_t i = 0; i < v.s.n && i < PRINTED_MAX - 1; i++)
			sw_buf_addch(out, v.s.p[i] >= 0x20 && v.s.p[i] < 0x7f ? v.s.p[i] : '.');
		break;
	case SW_TC_BOOL:
		sw_buf_addz(out, v.u ? "true" : "false");
		break;
	case SW_TC_DOUBLE:
		sw_buf_printf(out, "%.1f", v.d);
		break;
	case SW_TC_ADDR:
		print_addr(out, v.s);
		break;
	case SW_TC_NET:
		sw_buf_addz(out, "<IPNET>");
		break;
	default:
		print_number(out, type, format, v);
	}
}

/* A field whose type shows only in the event: *view is it with that type. */
static bool typed(struct sw_eval *e, const struct sw_xt *x, struct sw_xt *view, struct sw_fval *ret)
{
	const struct sw_event *ev = sw_eval_event(e);

	if (x->kind != SW_XT_FIELD || !x->ref.cls->shown || ev->lookup)
		return false;
	*view = *x;
	return x->ref.cls->shown(&x->ref, ev, ret, &view->type, &view->format);
}

bool sw_eval_print(struct sw_eval *e, const struct sw_xt *x, struct sw_buf *out)
{
	struct sw_fval one = {0};
	struct sw_xt view;

	if (typed(e, x, &view, &one)) {
		sw_value_print(out, view.type, view.format, one);
		return true;
	}
	struct sw_fvals v = shown(e, x, &one);
	if (v.n == 0 && !(x->list && v.v))
		return false;
	if (!x->list) {
		sw_value_print(out, x->type, x->format, v.v[0]);
		return true;
	}
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_buf_addch(&b, '(');
	for (uint32_t i = 0; i < v.n; i++) {
		if (i)
			sw_buf_addch(&b, ',');
		sw_value_print(&b, x->type, x->format, v.v[i]);
	}
	sw_buf_addch(&b, ')');
	sw_buf_addstr(out, sw_str_sub(sw_buf_str(&b), 0, PRINTED_MAX));
	return true;
}

static void json_value(struct sw_buf *out, const struct sw_xt *x, struct sw_fval v)
{
	enum sw_tclass c = sw_type_class(x->type);
	if (c == SW_TC_BOOL) {
		sw_buf_addz(out, v.u ? "true" : "false");
		return;
	}
	if ((c == SW_TC_INT || c == SW_TC_UINT) && x->format != SW_FMT_OCT && x->format != SW_FMT_HEX &&
		(x->format != SW_FMT_PADDED ||
			(x->kind == SW_XT_FIELD && x->ref.flags & SW_FF_JSON_NUMBER))) {
		print_number(out, x->type, SW_FMT_DEC, v);
		return;
	}
	if (c == SW_TC_DOUBLE) {
		sw_buf_printf(out, x->format == SW_FMT_DEC ? "%.0f" : "%.17g", v.d);
		return;
	}
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_value_print(&b, x->type, x->format, v);
	sw_json_write_str(out, sw_buf_str(&b), 0);
}

void sw_eval_json(struct sw_eval *e, const struct sw_xt *x, struct sw_buf *out)
{
	struct sw_fval one = {0};
	struct sw_xt view;

	if (typed(e, x, &view, &one)) {
		json_value(out, &view, one);
		return;
	}
	struct sw_fvals v = shown(e, x, &one);
	if (x->kind == SW_XT_FIELD && x->ref.cls->json && v.n && x->ref.cls->json(&x->ref, sw_eval_event(e), out))
		return;
	if (v.n == 0) {
		sw_buf_addz(out, "null");
		return;
	}
	if (!x->list) {
		json_value(out, x, v.v[0]);
		return;
	}
	sw_buf_addch(out, '[');
	for (uint32_t i = 0; i < v.n; i++) {
		if (i)
			sw_buf_addch(out, ',');
		json_value(out, x, v.v[i]);
	}
	sw_buf_addch(out, ']');
}
