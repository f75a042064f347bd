/* SPDX-License-Identifier: Apache-2.0 */
/* Operators, types, constants, and single comparisons. */
#include <arpa/inet.h>
#include <ctype.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/cleanup.h"
#include "runtime/rules/prog_int.h"

static const char *const op_names[] = {
	[SW_OP_EQ] = "=",
	[SW_OP_NE] = "!=",
	[SW_OP_LT] = "<",
	[SW_OP_LE] = "<=",
	[SW_OP_GT] = ">",
	[SW_OP_GE] = ">=",
	[SW_OP_CONTAINS] = "contains",
	[SW_OP_ICONTAINS] = "icontains",
	[SW_OP_BCONTAINS] = "bcontains",
	[SW_OP_STARTSWITH] = "startswith",
	[SW_OP_BSTARTSWITH] = "bstartswith",
	[SW_OP_ENDSWITH] = "endswith",
	[SW_OP_GLOB] = "glob",
	[SW_OP_IGLOB] = "iglob",
	[SW_OP_REGEX] = "regex",
	[SW_OP_IN] = "in",
	[SW_OP_INTERSECTS] = "intersects",
	[SW_OP_PMATCH] = "pmatch",
	[SW_OP_EXISTS] = "exists",
};

static const char *op_name(enum sw_op op)
{
	return op_names[op];
}

bool sw_op_from(struct sw_str text, enum sw_op *ret_op, enum sw_mod *ret_mod)
{
	static const char *const mods[] = {"", "oneof", "anyof", "allof"};
	size_t sp = sw_str_chr(text, ' ', 0);
	struct sw_str op = sw_str_sub(text, 0, sp == SW_NPOS ? text.n : sp);
	*ret_mod = SW_MOD_NONE;
	for (unsigned i = 1; sp != SW_NPOS && i < SW_ARRAY_LEN(mods); i++)
		if (sw_str_is(sw_str_sub(text, sp + 1, text.n), mods[i]))
			*ret_mod = (enum sw_mod)i;
	for (unsigned i = 0; i < SW_ARRAY_LEN(op_names); i++) {
		if (sw_str_is(op, op_names[i])) {
			*ret_op = (enum sw_op)i;
			return true;
		}
	}
	*ret_op = SW_OP_EQ;
	return sw_str_is(op, "==");
}

enum sw_tclass sw_type_class(uint8_t type)
{
	switch (type) {
	case SW_FT_CHARBUF:
	case SW_FT_FSPATH:
	case SW_FT_FSRELPATH:
		return SW_TC_STR;
	case SW_FT_BYTEBUF:
		return SW_TC_BYTES;
	case SW_FT_INT8 ... SW_FT_INT64:
	case SW_FT_ERRNO:
	case SW_FT_FD:
	case SW_FT_PID:
		return SW_TC_INT;
	case SW_FT_UINT8 ... SW_FT_UINT64:
	case SW_FT_SYSCALLID:
	case SW_FT_SIGTYPE:
	case SW_FT_RELTIME:
	case SW_FT_ABSTIME:
	case SW_FT_PORT:
	case SW_FT_FLAGS8 ... SW_FT_GID:
	case SW_FT_MODE:
	case SW_FT_ENUMFLAGS8 ... SW_FT_ENUMFLAGS32:
	case SW_FT_L4PROTO:
		return SW_TC_UINT;
	case SW_FT_BOOL:
		return SW_TC_BOOL;
	case SW_FT_DOUBLE:
		return SW_TC_DOUBLE;
	case SW_FT_IPV4ADDR:
	case SW_FT_IPV6ADDR:
	case SW_FT_IPADDR:
		return SW_TC_ADDR;
	case SW_FT_IPV4NET:
	case SW_FT_IPV6NET:
	case SW_FT_IPNET:
		return SW_TC_NET;
	default:
		return SW_TC_NONE;
	}
}

static bool list_type(uint8_t t)
{
	return t == SW_FT_CHARBUF || t == SW_FT_UINT64 || t == SW_FT_RELTIME || t == SW_FT_ABSTIME ||
	       t == SW_FT_BOOL || t == SW_FT_IPADDR || t == SW_FT_IPNET;
}

#define BIT(op) (1u << SW_OP_##op)
#define EQUALITY (BIT(EQ) | BIT(NE) | BIT(IN) | BIT(INTERSECTS))
#define ORDER (BIT(LT) | BIT(LE) | BIT(GT) | BIT(GE))

int sw_type_check(enum sw_op op, enum sw_mod mod, uint8_t type, bool list, struct sw_error *err)
{
	static const struct {
		uint32_t ops;
		const char *what;
	} classes[] = {
		[SW_TC_STR] = {EQUALITY | ORDER | BIT(CONTAINS) | BIT(ICONTAINS) | BIT(STARTSWITH) |
				BIT(GLOB) | BIT(IGLOB) | BIT(PMATCH) | BIT(ENDSWITH) | BIT(REGEX),
			"string filters"},
		[SW_TC_BYTES] = {EQUALITY | BIT(CONTAINS) | BIT(STARTSWITH) | BIT(ENDSWITH) |
					  BIT(BCONTAINS) | BIT(BSTARTSWITH),
			"buffer filters"},
		[SW_TC_INT] = {EQUALITY | ORDER, "numeric filters"},
		[SW_TC_UINT] = {EQUALITY | ORDER, "numeric filters"},
		[SW_TC_BOOL] = {EQUALITY, "numeric filters"},
		[SW_TC_DOUBLE] = {EQUALITY | ORDER, "numeric filters"},
		[SW_TC_ADDR] = {EQUALITY, "ip address and network filters"},
		[SW_TC_NET] = {EQUALITY, "ip address and network filters"},
	};
	if (op == SW_OP_EXISTS)
		return 0;
	if (list) {
		if (!list_type(type))
			return sw_error_set(err, SW_EINVALID,
				"filter error: list filters are not supported for type '%s'",
				sw_ftype_name(type));
		if (op == SW_OP_IN || op == SW_OP_INTERSECTS)
			return 0;
		return sw_error_set(err, SW_EINVALID,
			"filter error: '%s' operator not supported list filters", op_name(op));
	}
	enum sw_tclass c = sw_type_class(type);
	if (type == SW_FT_UID || type == SW_FT_GID || type == SW_FT_L4PROTO)
		c = SW_TC_NONE;
	if (c == SW_TC_NONE)
		return sw_error_set(err, SW_EINVALID,
			"filter error: '%s' operator not supported for type '%s'", op_name(op),
			sw_ftype_name(type));
	if (classes[c].ops & 1u << op)
		return 0;
	if (mod != SW_MOD_NONE && (c == SW_TC_ADDR || c == SW_TC_NET))
		return sw_error_set(err, SW_EINVALID,
			"filter error: '%s' with modifier not supported for ip address and network "
			"filters",
			op_name(op));
	return sw_error_set(err, SW_EINVALID, "filter error: '%s' operator not supported for %s",
		op_name(op), classes[c].what);
}

/* ---- constants ---- */

static int parse_int(const char *s, uint8_t type, struct sw_fval *v, struct sw_error *err)
{
	/* What sscanf takes, upstream takes: leading blanks, signs, and overflow cut to the width. */
	char rest;
	int32_t i32;
	int64_t i64;
	if (type == SW_FT_INT8 || type == SW_FT_INT16 || type == SW_FT_INT32) {
		if (sscanf(s, "%" SCNd32 "%c", &i32, &rest) != 1)
			return sw_error_set(err, SW_EINVALID, "%s is not a valid number", s);
		v->i = type == SW_FT_INT8 ? (int8_t)i32 : type == SW_FT_INT16 ? (int16_t)i32 : i32;
		return 0;
	}
	if (sscanf(s, "%" SCNd64 "%c", &i64, &rest) != 1)
		return sw_error_set(err, SW_EINVALID, "%s is not a valid number", s);
	v->i = i64;
	return 0;
}

static int parse_uint(const char *s, uint8_t type, struct sw_fval *v, struct sw_error *err)
{
	char rest;
	uint64_t u;
	uint32_t u32;
	if (type == SW_FT_PORT) {
		if (*s == 0) {
			v->u = 0;
		} else if (strspn(s, "0123456789") == strlen(s)) {
			u = strtoull(s, NULL, 10);
			if (u > INT32_MAX)
				return sw_error_set(err, SW_EINVALID, "%s is not a valid number", s);
			v->u = (uint16_t)u;
		} else {
			struct servent *se = getservbyname(s, NULL);
			if (!se)
				return sw_error_set(err, SW_EINVALID, "unrecognized protocol %s", s);
			v->u = ntohs((uint16_t)se->s_port);
		}
		return 0;
	}
	if (type == SW_FT_UINT64 || type == SW_FT_RELTIME || type == SW_FT_ABSTIME) {
		if (sscanf(s, "%" SCNu64 "%c", &u, &rest) != 1)
			return sw_error_set(err, SW_EINVALID, "%s is not a valid number", s);
		v->u = u;
		return 0;
	}
	if (sscanf(s, "%" SCNu32 "%c", &u32, &rest) != 1)
		return sw_error_set(err, SW_EINVALID, "%s is not a valid number", s);
	switch (type) {
	case SW_FT_UINT8:
	case SW_FT_FLAGS8:
	case SW_FT_ENUMFLAGS8:
	case SW_FT_L4PROTO:
	case SW_FT_SIGTYPE:
		v->u = (uint8_t)u32;
		break;
	case SW_FT_UINT16:
	case SW_FT_FLAGS16:
	case SW_FT_ENUMFLAGS16:
	case SW_FT_SYSCALLID:
		v->u = (uint16_t)u32;
		break;
	default:
		v->u = u32;
	}
	return 0;
}

static int parse_addr(const char *s, uint8_t type, struct sw_rhs *r, struct sw_error *err)
{
	bool v4 = type == SW_FT_IPV4ADDR || (type == SW_FT_IPADDR && strchr(s, '.'));
	if (inet_pton(v4 ? AF_INET : AF_INET6, s, r->addr) != 1)
		return sw_error_set(
			err, SW_EINVALID, "unrecognized IPv%d address %s", v4 ? 4 : 6, s);
	r->addr_n = v4 ? 4 : 16;
	r->v.s = sw_str_make((const char *)r->addr, r->addr_n);
	return 0;
}

static int parse_net(const char *s, uint8_t type, struct sw_rhs *r, struct sw_error *err)
{
	bool v4 = type == SW_FT_IPV4NET || (type == SW_FT_IPNET && strchr(s, '.'));
	const char *slash = strchr(s, '/');
	char ip[128];
	uint32_t bits;
	char rest;
	if (!slash)
		return sw_error_set(err, SW_EINVALID,
			v4 ? "unrecognized IP network %s" : "invalid v6 netmask: %s", s);
	snprintf(ip, sizeof(ip), "%.*s", (int)(slash - s), s);
	if (inet_pton(v4 ? AF_INET : AF_INET6, ip, r->addr) != 1)
		return sw_error_set(err, SW_EINVALID,
			v4 ? "unrecognized IP address %s" : "unrecognized IPv6 address %s", s);
	if (sscanf(slash + 1, "%" SCNu32 "%c", &bits, &rest) != 1)
		return sw_error_set(err, SW_EINVALID, "%s is not a valid number", slash + 1);
	bits = (uint8_t)bits;
	if (v4 ? bits > 32 : bits == 0 || bits > 128)
		return sw_error_set(
			err, SW_EINVALID, v4 ? "invalid netmask %s" : "invalid v6 netmask %s", slash + 1);
	r->addr_n = v4 ? 4 : 16;
	r->prefix = (uint8_t)bits;
	return 0;
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

static int parse_hex(struct sw_arena *a, struct sw_str text, struct sw_rhs *r, struct sw_error *err)
{
	bool ok = text.n % 2 == 0;
	for (size_t i = 0; ok && i < text.n; i++)
		ok = isxdigit((unsigned char)text.p[i]) != 0;
	if (!ok)
		return sw_error_set(err, SW_EINVALID,
			"filter error: bcontains and bstartswith operator support hex strings only");
	char *p = sw_arena_alloc(a, text.n / 2 + 1);
	if (!p)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	for (size_t i = 0; i < text.n; i += 2)
		p[i / 2] = (char)(hex_digit(text.p[i]) * 16 + hex_digit(text.p[i + 1]));
	p[text.n / 2] = 0;
	r->v.s = sw_str_make(p, text.n / 2);
	r->cstr = p;
	return 0;
}

static void free_regex(void *re)
{
	sw_re2_free(re);
}

/* Go's words for what is wrong with an expression, in those of RE2, which Falco prints. */
static int wrong_regex(const char *go, struct sw_error *err)
{
	static const struct {
		const char *go, *re2;
	} words[] = {{"missing argument to repetition operator", "no argument for repetition operator"},
		{"missing closing ]", "missing ]"}, {"missing closing )", "missing )"},
		{"trailing backslash at end of expression", "trailing \\"},
		{"invalid nested repetition operator", "bad repetition operator"},
		{"invalid repeat count", "invalid repetition size"},
		{"invalid or unsupported Perl syntax", "invalid perl operator"},
		{"invalid named capture", "invalid named capture group"}};
	struct sw_str text = sw_str_from(go), lead = SW_STR("error parsing regexp: "), what, quoted = SW_STR("");

	if (sw_str_starts(text, lead))
		text = sw_str_sub(text, lead.n, text.n);
	size_t tick = sw_str_find(text, SW_STR(": `"), 0);
	what = sw_str_sub(text, 0, tick == SW_NPOS ? text.n : tick);
	if (tick != SW_NPOS && text.n > tick + 4)
		quoted = sw_str_sub(text, tick + 3, text.n - 1);
	for (size_t i = 0; i < SW_ARRAY_LEN(words); i++)
		if (sw_str_is(what, words[i].go))
			what = sw_str_from(words[i].re2);
	return sw_error_set(err, SW_EINVALID, "invalid regex pattern: %.*s%s%.*s", SW_STR_ARG(what),
		quoted.n ? ": " : "", SW_STR_ARG(quoted));
}

/* POSIX syntax as RE2 has it: no Perl classes, no flags, no lazy repetition. The whole value must match. */
static int parse_regex(struct sw_arena *a, struct sw_str text, struct sw_rhs *r, struct sw_error *err)
{
	struct sw_error why = {0};
	for (size_t i = 0; i + 1 < text.n; i++) {
		char c = text.p[i], d = text.p[i + 1];
		if (c == '\\' && strchr("dDsSwWbBAzZ", d))
			return sw_error_set(err, SW_EINVALID,
				"invalid regex pattern: invalid escape sequence: \\%c", d);
		if (c == '\\')
			i++;
		else if (c == '(' && d == '?')
			return sw_error_set(err, SW_EINVALID,
				"invalid regex pattern: no argument for repetition operator: ?");
	}
	if (sw_re2_check(text, &why) < 0)
		return wrong_regex(why.text, err);
	struct sw_str whole = sw_arena_printf(a, "\\A(?:(?m:%.*s))\\z", SW_STR_ARG(text));
	if (!whole.p || sw_re2_compile(whole, &r->re, &why) < 0)
		return wrong_regex(why.text, err);
	return sw_arena_defer(a, free_regex, r->re);
}

int sw_rhs_parse(struct sw_arena *a, struct sw_str text, uint8_t type, enum sw_op op, struct sw_rhs *ret,
	struct sw_error *err)
{
	*ret = (struct sw_rhs){0};
	if (op == SW_OP_BCONTAINS || op == SW_OP_BSTARTSWITH)
		return parse_hex(a, text, ret, err);
	enum sw_tclass c = sw_type_class(type);
	char *z = sw_arena_cstr(a, text);
	if (!z)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	if (c != SW_TC_BYTES && text.n && memchr(text.p, 0, text.n))
		return sw_error_set(
			err, SW_EINVALID, "filter error: filter value cannot contain a NUL byte (\\x00)");
	switch (c) {
	case SW_TC_STR:
	case SW_TC_BYTES:
		ret->v.s = sw_str_make(z, text.n);
		ret->cstr = z;
		return op == SW_OP_REGEX ? parse_regex(a, text, ret, err) : 0;
	case SW_TC_INT:
		return parse_int(z, type, &ret->v, err);
	case SW_TC_UINT:
		return parse_uint(z, type, &ret->v, err);
	case SW_TC_BOOL:
		if (strcmp(z, "true") != 0 && strcmp(z, "false") != 0)
			return sw_error_set(
				err, SW_EINVALID, "filter error: unrecognized boolean value %s", z);
		ret->v.u = *z == 't';
		return 0;
	case SW_TC_DOUBLE: {
		struct sw_fval i = {0};
		int rc = parse_int(z, SW_FT_INT32, &i, err);
		ret->v.d = rc < 0 ? 0 : (double)i.i;
		return rc;
	}
	case SW_TC_ADDR:
		return parse_addr(z, type, ret, err);
	case SW_TC_NET:
		return parse_net(z, type, ret, err);
	default:
		return sw_error_set(err, SW_EINVALID, "wrong parameter type %u", type);
	}
}

/* ---- comparing ---- */

static bool ordered(enum sw_op op, int c)
{
	switch (op) {
	case SW_OP_EQ:
	case SW_OP_IN:
	case SW_OP_INTERSECTS:
		return c == 0;
	case SW_OP_NE:
		return c != 0;
	case SW_OP_LT:
		return c < 0;
	case SW_OP_LE:
		return c <= 0;
	case SW_OP_GT:
		return c > 0;
	case SW_OP_GE:
		return c >= 0;
	default:
		return false;
	}
}

static bool compare_str(enum sw_op op, struct sw_str v, const struct sw_rhs *r, struct sw_arena *scratch)
{
	struct sw_str s = r->v.s;
	char *z;
	switch (op) {
	case SW_OP_CONTAINS:
	case SW_OP_BCONTAINS:
		return s.n == 0 || (v.n >= s.n && memmem(v.p, v.n, s.p, s.n) != NULL);
	case SW_OP_STARTSWITH:
	case SW_OP_BSTARTSWITH:
		return sw_str_starts(v, s);
	case SW_OP_ENDSWITH:
		return sw_str_ends(v, s);
	case SW_OP_ICONTAINS:
		z = sw_arena_cstr(scratch, v);
		return z && strcasestr(z, r->cstr) != NULL;
	case SW_OP_GLOB:
	case SW_OP_IGLOB:
		z = sw_arena_cstr(scratch, v);
		return z && fnmatch(r->cstr, z, op == SW_OP_IGLOB ? FNM_CASEFOLD : 0) == 0;
	case SW_OP_REGEX:
		return r->re && sw_re2_match(r->re, v, NULL) == 1;
	case SW_OP_EQ:
	case SW_OP_IN:
	case SW_OP_INTERSECTS:
		return sw_str_eq(v, s);
	case SW_OP_NE:
		return !sw_str_eq(v, s);
	default:
		return ordered(op, sw_str_cmp(v, s));
	}
}

static bool compare_net(enum sw_op op, struct sw_str v, const struct sw_rhs *r)
{
	bool same = v.n == r->addr_n;
	unsigned bits = r->prefix;
	for (unsigned i = 0; same && i < r->addr_n && bits; i++) {
		unsigned n = bits < 8 ? bits : 8;
		uint8_t mask = (uint8_t)(0xff << (8 - n));
		same = ((uint8_t)v.p[i] & mask) == (r->addr[i] & mask);
		bits -= n;
	}
	return op == SW_OP_NE ? !same : same;
}

bool sw_rhs_compare(enum sw_op op, uint8_t type, struct sw_fval v, const struct sw_rhs *r, struct sw_arena *scratch)
{
	switch (sw_type_class(type)) {
	case SW_TC_STR:
	case SW_TC_BYTES:
		return compare_str(op, v.s, r, scratch);
	case SW_TC_INT:
		return ordered(op, (v.i > r->v.i) - (v.i < r->v.i));
	case SW_TC_UINT:
	case SW_TC_BOOL:
		return ordered(op, (v.u > r->v.u) - (v.u < r->v.u));
	case SW_TC_DOUBLE:
		return ordered(op, (v.d > r->v.d) - (v.d < r->v.d));
	case SW_TC_ADDR:
		return sw_str_eq(v.s, r->v.s) == (op != SW_OP_NE);
	case SW_TC_NET:
		return compare_net(op, v.s, r);
	default:
		return false;
	}
}
