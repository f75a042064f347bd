/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The type of a scalar, by the rules of go-yaml v2 and v3. They differ in the YAML 1.1 booleans (v3
 * knows true and false only) and in little else. A timestamp stays the string that was written.
 */
#include "doc/yaml_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "doc/json.h"

enum { FLOAT_TEXT_MAX = 4096 }; /* longer text that looks like a number is left a string */

enum yaml_tag yaml_tag_of(struct sw_str tag)
{
	static const struct {
		const char *name;
		enum yaml_tag tag;
	} names[] = {{"str", YAML_TAG_STR}, {"bool", YAML_TAG_BOOL}, {"int", YAML_TAG_INT},
		{"float", YAML_TAG_FLOAT}, {"null", YAML_TAG_NULL},
		{"timestamp", YAML_TAG_TIMESTAMP}, {"binary", YAML_TAG_BINARY},
		{"merge", YAML_TAG_MERGE}};
	struct sw_str prefix = SW_STR("tag:yaml.org,2002:");
	if (tag.n == 0)
		return YAML_TAG_NONE;
	if (!sw_str_starts(tag, prefix))
		return YAML_TAG_OTHER;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (sw_str_is(sw_str_sub(tag, prefix.n, tag.n), names[i].name))
			return names[i].tag;
	return YAML_TAG_OTHER;
}

/* ---- words ---- */

/* word, Word or WORD */
static bool is_word(struct sw_str s, const char *word)
{
	size_t n = strlen(word);
	if (s.n != n || !sw_str_ieq(s, sw_str_make(word, n)))
		return false;
	bool lower = true, upper = true;
	for (size_t i = 1; i < n; i++) {
		lower &= s.p[i] == word[i];
		upper &= s.p[i] != word[i];
	}
	return lower || (upper && s.p[0] != word[0]);
}

static bool resolve_word(struct sw_str s, unsigned flags, struct sw_value *ret)
{
	bool v2 = !(flags & SW_YAML_GOYAML3);
	if (s.n > 5)
		return false;
	*ret = sw_null();
	if (sw_str_is(s, "~") || is_word(s, "null"))
		return true;
	*ret = sw_bool(true);
	if (is_word(s, "true") ||
		(v2 && (is_word(s, "yes") || is_word(s, "on") || is_word(s, "y"))))
		return true;
	*ret = sw_bool(false);
	return is_word(s, "false") ||
	       (v2 && (is_word(s, "no") || is_word(s, "off") || is_word(s, "n")));
}

static bool resolve_special_float(struct sw_str s, double *ret)
{
	double sign = 1;
	if (s.n == 5) {
		if (s.p[0] != '-' && s.p[0] != '+')
			return false;
		sign = s.p[0] == '-' ? -1 : 1;
		s = sw_str_sub(s, 1, s.n);
	} else if (sw_str_is(s, ".nan") || sw_str_is(s, ".NaN") || sw_str_is(s, ".NAN")) {
		*ret = NAN;
		return true;
	}
	if (!sw_str_is(s, ".inf") && !sw_str_is(s, ".Inf") && !sw_str_is(s, ".INF"))
		return false;
	*ret = sign * INFINITY;
	return true;
}

/* ---- numbers, as strconv.ParseInt, ParseUint and ParseFloat read them ---- */

static bool parse_digits(struct sw_str s, unsigned base, uint64_t *ret)
{
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		unsigned d = c - '0';
		if (d > 9)
			d = (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? (c | 0x20u) - 'a' + 10 : 99;
		if (d >= base || __builtin_mul_overflow(v, base, &v) ||
			__builtin_add_overflow(v, d, &v))
			return false;
	}
	*ret = v;
	return true;
}

/* base 0: by prefix, and a leading zero means octal */
static bool parse_uint(struct sw_str s, unsigned base, uint64_t *ret)
{
	if (s.n == 0)
		return false;
	if (base)
		return parse_digits(s, base, ret);
	if (s.p[0] != '0')
		return parse_digits(s, 10, ret);
	char kind = s.n >= 3 ? s.p[1] | 0x20 : 0;
	base = kind == 'x' ? 16 : kind == 'b' ? 2 : 8;
	return parse_digits(
		sw_str_sub(s, kind == 'x' || kind == 'b' || kind == 'o' ? 2 : 1, s.n), base, ret);
}

static bool parse_int(struct sw_str s, unsigned base, int64_t *ret)
{
	uint64_t v;
	bool neg = s.n && s.p[0] == '-';
	if (!parse_uint(sw_str_sub(s, neg || (s.n && s.p[0] == '+'), s.n), base, &v))
		return false;
	if (v > (uint64_t)INT64_MAX + neg)
		return false;
	*ret = neg ? (int64_t)-v : (int64_t)v;
	return true;
}

static size_t count_digits(struct sw_str s, size_t at)
{
	size_t n = 0;
	while (at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '9')
		n++;
	return n;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool looks_like_float(struct sw_str s)
{
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
	size_t whole = count_digits(s, i), part = 0;
	i += whole;
	if (i < s.n && s.p[i] == '.') {
		part = count_digits(s, ++i);
		i += part;
	}
	if (whole + part == 0)
		return false;
	if (i < s.n && (s.p[i] | 0x20) == 'e') {
		i++;
		i += i < s.n && (s.p[i] == '-' || s.p[i] == '+');
		size_t n = count_digits(s, i);
		if (n == 0)
			return false;
		i += n;
	}
	return i == s.n;
}

/* False when it is no float or, as ParseFloat has it, beyond the range. */
static bool parse_float(struct sw_str s, double *ret)
{
	char tmp[FLOAT_TEXT_MAX];
	if (s.n >= sizeof(tmp) || !looks_like_float(s))
		return false;
	memcpy(tmp, s.p, s.n);
	tmp[s.n] = '\0';
	*ret = strtod(tmp, NULL);
	return !isinf(*ret);
}

/* ParseFloat allows underscores between digits; go-yaml gives it text that begins with a point as
 * it is. */
static bool parse_point_float(struct sw_str s, double *ret)
{
	char tmp[FLOAT_TEXT_MAX];
	size_t n = 0;
	if (s.n > sizeof(tmp))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '_')
			tmp[n++] = s.p[i];
		else if (!count_digits(sw_str_sub(s, 0, i), i - 1) || !count_digits(s, i + 1))
			return false;
	}
	return parse_float(sw_str_make(tmp, n), ret);
}

/* Text that Go prints for the float it reads here: 0.5, -12.25; saves a conversion there and back.
 */
static bool is_canonical_decimal(struct sw_str s)
{
	size_t i = s.n && s.p[0] == '-';
	size_t whole = count_digits(s, i);
	if (whole == 0 || (s.p[i] == '0' && whole > 1) || s.n - i > 16)
		return false;
	bool zero = s.p[i] == '0';
	i += whole;
	if (i == s.n || s.p[i] != '.' || s.p[s.n - 1] == '0')
		return false;
	size_t part = count_digits(s, i + 1);
	return part && i + 1 + part == s.n && (!zero || (part <= 6 && s.p[i + 1] != '0'));
}

static struct sw_value float_value(double d, struct sw_str text, struct sw_arena *a)
{
	if (is_canonical_decimal(text))
		return sw_number(text);
	if (!isfinite(d))
		return sw_double(d);
	sw_autobuf out;
	sw_buf_init(&out, 64);
	sw_json_write(&out, sw_double(d), 0);
	struct sw_str s = sw_arena_str(a, sw_buf_str(&out));
	return s.p ? sw_number(s) : sw_undef();
}

static struct sw_value uint_value(uint64_t v, struct sw_arena *a)
{
	if (v <= INT64_MAX)
		return sw_int((int64_t)v);
	struct sw_str s = sw_arena_printf(a, "%llu", (unsigned long long)v);
	return s.p ? sw_number(s) : sw_undef();
}

/* `0b-101` and its like: go-yaml gives what is behind the prefix to ParseInt, sign and all. */
static bool parse_prefixed(struct sw_str s, const char *prefix, unsigned base, int64_t *ret)
{
	struct sw_str p = sw_str_from(prefix);
	if (!sw_str_starts(s, p))
		return false;
	if (p.p[0] != '-')
		return parse_int(sw_str_sub(s, p.n, s.n), base, ret);
	struct sw_str digits = sw_str_sub(s, p.n, s.n);
	uint64_t v;
	if (!parse_uint(digits, base, &v) || v > (uint64_t)INT64_MAX + 1)
		return false;
	*ret = (int64_t)-v;
	return true;
}

/* Text that begins with a digit or a sign. */
static bool resolve_number(struct sw_str text, unsigned flags, struct sw_arena *a,
	struct sw_value *ret, bool *ret_float)
{
	char tmp[FLOAT_TEXT_MAX];
	struct sw_str s = text;
	*ret_float = false;
	if (sw_str_chr(s, '_', 0) != SW_NPOS) {
		s = (struct sw_str){tmp, 0};
		for (size_t i = 0; i < text.n && s.n < sizeof(tmp); i++)
			if (text.p[i] != '_')
				tmp[s.n++] = text.p[i];
		if (s.n == sizeof(tmp))
			return false;
	}
	int64_t i;
	uint64_t u;
	double d;
	if (parse_int(s, 0, &i)) {
		*ret = sw_int(i);
		return true;
	}
	if (parse_uint(s, 0, &u)) {
		*ret = uint_value(u, a);
		return true;
	}
	if (parse_float(s, &d)) {
		*ret_float = true;
		/* The shortcut borrows the text, which must not be the copy on this stack. */
		*ret = s.p == tmp ? float_value(d, (struct sw_str){0}, a) : float_value(d, s, a);
		return true;
	}
	if (parse_prefixed(s, "0b", 2, &i) || parse_prefixed(s, "-0b", 2, &i) ||
		((flags & SW_YAML_GOYAML3) &&
			(parse_prefixed(s, "0o", 8, &i) || parse_prefixed(s, "-0o", 8, &i)))) {
		*ret = sw_int(i);
		return true;
	}
	return false;
}

/* ---- timestamps: only an explicit tag needs to know whether it is one ---- */

static bool take_number(
	struct sw_str s, size_t *at, size_t least, size_t most, unsigned max, unsigned *ret)
{
	size_t n = count_digits(s, *at);
	if (n > most)
		n = most;
	if (n < least)
		return false;
	*ret = 0;
	for (size_t i = 0; i < n; i++)
		*ret = *ret * 10 + (unsigned)(s.p[*at + i] - '0');
	*at += n;
	return *ret <= max;
}

static bool take(struct sw_str s, size_t *at, char c)
{
	if (*at >= s.n || s.p[*at] != c)
		return false;
	++*at;
	return true;
}

static bool take_zone(struct sw_str s, size_t *at)
{
	unsigned h, m;
	if (take(s, at, 'Z'))
		return true;
	return (take(s, at, '+') || take(s, at, '-')) && take_number(s, at, 2, 2, 24, &h) &&
	       take(s, at, ':') && take_number(s, at, 2, 2, 60, &m);
}

static bool is_timestamp(struct sw_str s)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	size_t at = 0;
	unsigned y, m, d, h, mi, sec;
	if (!take_number(s, &at, 4, 4, 9999, &y) || !take(s, &at, '-') ||
		!take_number(s, &at, 1, 2, 12, &m) || !take(s, &at, '-') ||
		!take_number(s, &at, 1, 2, 31, &d) || m == 0 || d == 0)
		return false;
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	if (d > days[m - 1] + (m == 2 && leap ? 1u : 0u))
		return false;
	if (at == s.n)
		return true;
	bool zone = s.p[at] == 'T' || s.p[at] == 't';
	if (!zone && s.p[at] != ' ')
		return false;
	at++;
	if (!take_number(s, &at, 1, 2, 23, &h) || !take(s, &at, ':') ||
		!take_number(s, &at, 1, 2, 59, &mi) || !take(s, &at, ':') ||
		!take_number(s, &at, 1, 2, 59, &sec))
		return false;
	if (at < s.n && (s.p[at] == '.' || s.p[at] == ',')) {
		size_t n = count_digits(s, at + 1);
		if (n == 0)
			return false;
		at += n + 1;
	}
	if (zone && !take_zone(s, &at))
		return false;
	return at == s.n;
}

/* ---- binary ---- */

static int base64_value(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Standard alphabet with padding; line ends are skipped, as Go does. */
static bool decode_base64(struct sw_str s, char *out, size_t *ret_n)
{
	uint32_t bits = 0;
	size_t n = 0, have = 0, pad = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '\n' || c == '\r')
			continue;
		if (c == '=') {
			pad++;
			continue;
		}
		int v = base64_value(c);
		if (v < 0 || pad)
			return false;
		bits = bits << 6 | (uint32_t)v;
		if (++have % 4 == 0) {
			out[n++] = (char)(bits >> 16);
			out[n++] = (char)(bits >> 8);
			out[n++] = (char)bits;
		}
	}
	size_t left = have % 4;
	if (left == 1 || pad != (left ? 4 - left : 0))
		return false;
	if (left >= 2)
		out[n++] = (char)(bits >> (left == 2 ? 4 : 10));
	if (left == 3)
		out[n++] = (char)(bits >> 2);
	*ret_n = n;
	return true;
}

static int resolve_binary(
	struct sw_str s, struct sw_arena *a, struct sw_value *ret, struct sw_error *err)
{
	size_t n = 0;
	sw_autofree char *raw = malloc(s.n + 3);
	if (!raw)
		abort();
	if (!decode_base64(s, raw, &n))
		return sw_error_set(err, SW_EINVALID, "!!binary value is not valid base64");
	/* JSON has no bytes: what is not UTF-8 becomes U+FFFD on the way, at most three bytes for
	 * one. */
	char *out = sw_arena_alloc(a, 3 * n), *o = out;
	if (!out)
		return sw_error_set(err, SW_ELIMIT, "the memory budget is spent");
	for (size_t i = 0; i < n;)
		o += sw_utf8_put(o, sw_utf8_next(sw_str_make(raw, n), &i));
	*ret = sw_string(sw_str_make(out, (size_t)(o - out)));
	return 0;
}

/* ---- all together ---- */

/* The tag that the text resolves to, its value in *ret. `explicit` is what is written. */
static enum yaml_tag resolve_text(struct sw_str s, enum yaml_tag explicit, unsigned flags,
	struct sw_arena *a, struct sw_value *ret)
{
	double d;
	bool is_float;
	switch (s.n ? s.p[0] : 0) {
	case 0:
		if (s.n)
			break;
		*ret = sw_null();
		return YAML_TAG_NULL;
	case 'y':
	case 'Y':
	case 'n':
	case 'N':
	case 't':
	case 'T':
	case 'f':
	case 'F':
	case 'o':
	case 'O':
	case '~':
		if (resolve_word(s, flags, ret))
			return ret->type == SW_NULL ? YAML_TAG_NULL : YAML_TAG_BOOL;
		break;
	case '.':
		if (resolve_special_float(s, &d) || parse_point_float(s, &d)) {
			*ret = float_value(d, s, a);
			return YAML_TAG_FLOAT;
		}
		break;
	case '-':
	case '+':
	case '0' ... '9':
		if (resolve_special_float(s, &d)) {
			*ret = sw_double(d);
			return YAML_TAG_FLOAT;
		}
		if ((explicit == YAML_TAG_TIMESTAMP) && is_timestamp(s)) {
			*ret = sw_string(s);
			return YAML_TAG_TIMESTAMP;
		}
		if (resolve_number(s, flags, a, ret, &is_float))
			return is_float ? YAML_TAG_FLOAT : YAML_TAG_INT;
		break;
	default:
		break;
	}
	*ret = sw_string(s);
	return YAML_TAG_STR;
}

int yaml_resolve(const struct yaml_scalar *in, unsigned flags, struct sw_arena *a,
	struct sw_value *ret, enum yaml_tag *ret_tag, struct sw_error *err)
{
	static const char *const names[] = {[YAML_TAG_BOOL] = "bool",
		[YAML_TAG_INT] = "int",
		[YAML_TAG_FLOAT] = "float",
		[YAML_TAG_NULL] = "null",
		[YAML_TAG_TIMESTAMP] = "timestamp"};
	enum yaml_tag tag = yaml_tag_of(in->tag);
	*ret_tag = YAML_TAG_STR;
	if (tag == YAML_TAG_BINARY)
		return resolve_binary(in->text, a, ret, err);
	if ((tag == YAML_TAG_NONE && in->quoted) || tag == YAML_TAG_STR || tag >= YAML_TAG_MERGE) {
		*ret = sw_string(in->text);
		return 0;
	}
	enum yaml_tag got = resolve_text(in->text, tag, flags, a, ret);
	if (ret->type == SW_UNDEF)
		return sw_error_set(err, SW_ELIMIT, "the memory budget is spent");
	*ret_tag = got;
	if (tag == YAML_TAG_NONE || tag == got)
		return 0;
	if (tag == YAML_TAG_FLOAT && got == YAML_TAG_INT && ret->repr == SW_NUM_INT) {
		*ret = float_value((double)ret->u.i, (struct sw_str){0}, a);
		*ret_tag = YAML_TAG_FLOAT;
		return ret->type ? 0 : sw_error_set(err, SW_ELIMIT, "the memory budget is spent");
	}
	return sw_error_set(err, SW_EINVALID, "\"%.*s\" is not a !!%s",
		in->text.n < 100 ? (int)in->text.n : 100, in->text.p ? in->text.p : "", names[tag]);
}

bool yaml_plain_is_string(struct sw_str text)
{
	sw_autoarena a;
	struct sw_value v;
	sw_arena_init(&a, 0);
	return resolve_text(text, YAML_TAG_NONE, SW_YAML_K8S, &a, &v) == YAML_TAG_STR &&
	       !is_timestamp(text);
}

/* strconv.FormatFloat(d, 'g', -1, 32) */
static void format_float32(float f, char out[64])
{
	char digits[32];
	int n = 1;
	if (isnan(f) || isinf(f)) {
		snprintf(out, 64, "%s", isnan(f) ? ".nan" : f > 0 ? ".inf" : "-.inf");
		return;
	}
	for (; n < 9; n++) {
		snprintf(digits, sizeof(digits), "%.*e", n - 1, (double)f);
		if (strtof(digits, NULL) == f)
			break;
	}
	snprintf(digits, sizeof(digits), "%.*e", n - 1, (double)f);
	int e = (int)strtol(strchr(digits, 'e') + 1, NULL, 10);
	if (e < -4 || e >= 6)
		snprintf(out, 64, "%s", digits);
	else
		snprintf(out, 64, "%.*f", n - 1 - e > 0 ? n - 1 - e : 0, (double)f);
}

int yaml_key_string(struct sw_value v, enum yaml_tag tag, struct sw_arena *a, struct sw_value *ret,
	struct sw_error *err)
{
	char tmp[64];
	if (v.type == SW_STRING) {
		*ret = v;
		return 0;
	}
	if (v.type == SW_BOOL) {
		*ret = v.u.b ? SW_VSTR("true") : SW_VSTR("false");
		return 0;
	}
	if (v.type != SW_NUMBER || (tag == YAML_TAG_INT && v.repr != SW_NUM_INT))
		return sw_error_set(err, SW_EINVALID, "%s cannot be a key",
			v.type == SW_NUMBER ? "an integer of this size"
					    : sw_type_name((enum sw_type)v.type));
	if (tag == YAML_TAG_INT)
		snprintf(tmp, sizeof(tmp), "%lld", (long long)v.u.i);
	else
		format_float32((float)sw_value_double(v), tmp);
	*ret = sw_string_copy(a, sw_str_from(tmp));
	return ret->type ? 0 : sw_error_set(err, SW_ELIMIT, "the memory budget is spent");
}
