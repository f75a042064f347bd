/* SPDX-License-Identifier: Apache-2.0 */
#include "base/go/gofmt.h"

#include <gmp.h>
#include <stdio.h>
#include <stdlib.h>

enum { NUM_MAX = 1000000 }; /* of widths and precisions */

struct state {
	struct sw_buf *out;
	const struct sw_gofmt_arg *args;
	uint32_t n;
	int64_t arg; /* next argument */
	bool reordered, good_index;
	bool has_width, has_prec, minus, plus, sharp, space, zero, plus_v, sharp_v;
	int width, prec;
	struct sw_str format;
	size_t at;
};

static void clear_flags(struct state *s)
{
	s->has_width = s->has_prec = s->minus = s->plus = s->sharp = s->space = s->zero = false;
	s->plus_v = s->sharp_v = false;
	s->width = s->prec = 0;
}

/* ---- padding ---- */

static void put_padding(struct state *s, int64_t n)
{
	if (n > 0)
		sw_buf_pad(s->out, s->zero && !s->minus ? '0' : ' ', (size_t)n);
}

static void put_padded(struct state *s, struct sw_str text)
{
	int64_t fill = s->has_width ? s->width - (int64_t)sw_utf8_count(text) : 0;
	if (!s->minus)
		put_padding(s, fill);
	sw_buf_addstr(s->out, text);
	if (s->minus)
		put_padding(s, fill);
}

static void put_padded_spaces(struct state *s, struct sw_str text)
{
	bool zero = s->zero;
	s->zero = false;
	put_padded(s, text);
	s->zero = zero;
}

/* ---- strings ---- */

static struct sw_str truncated(const struct state *s, struct sw_str text)
{
	size_t at = 0;
	if (!s->has_prec)
		return text;
	for (int left = s->prec; left > 0 && at < text.n; left--)
		sw_utf8_next(text, &at);
	return sw_str_sub(text, 0, at);
}

static bool can_backquote(struct sw_str text)
{
	for (size_t at = 0; at < text.n;) {
		size_t start = at;
		uint32_t cp = sw_utf8_next(text, &at);
		if ((cp == 0xfffd && at == start + 1) || cp == 0xfeff)
			return false;
		if ((cp < ' ' && cp != '\t') || cp == '`' || cp == 0x7f)
			return false;
	}
	return true;
}

static void put_quoted(struct state *s, struct sw_str text)
{
	sw_autobuf q;
	sw_buf_init(&q, s->out->max);
	text = truncated(s, text);
	if (s->sharp && can_backquote(text)) {
		sw_buf_addch(&q, '`');
		sw_buf_addstr(&q, text);
		sw_buf_addch(&q, '`');
	} else {
		sw_gofmt_quote(&q, text, s->plus);
	}
	put_padded(s, sw_buf_str(&q));
}

static void put_hex_string(struct state *s, struct sw_str text, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEFX" : "0123456789abcdefx";
	int64_t len = s->has_prec && (size_t)s->prec < text.n ? s->prec : (int64_t)text.n;
	int64_t width = 2 * len;
	if (width == 0) {
		if (s->has_width)
			put_padding(s, s->width);
		return;
	}
	if (s->space)
		width = (s->sharp ? 2 * width : width) + len - 1;
	else if (s->sharp)
		width += 2;
	int64_t fill = s->has_width ? s->width - width : 0;
	if (!s->minus)
		put_padding(s, fill);
	for (int64_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (s->space && i > 0)
			sw_buf_addch(s->out, ' ');
		if (s->sharp && (i == 0 || s->space)) {
			sw_buf_addch(s->out, '0');
			sw_buf_addch(s->out, digits[16]);
		}
		sw_buf_addch(s->out, digits[c >> 4]);
		sw_buf_addch(s->out, digits[c & 15]);
	}
	if (s->minus)
		put_padding(s, fill);
}

static bool put_string(struct state *s, struct sw_str text, uint32_t verb)
{
	switch (verb) {
	case 'v':
		if (s->sharp_v)
			put_quoted(s, text);
		else
			put_padded(s, truncated(s, text));
		return true;
	case 's':
		put_padded(s, truncated(s, text));
		return true;
	case 'x':
	case 'X':
		put_hex_string(s, text, verb == 'X');
		return true;
	case 'q':
		put_quoted(s, text);
		return true;
	default:
		return false;
	}
}

/* ---- integers ---- */

static void put_digits(struct state *s, int64_t v, unsigned base, uint32_t verb)
{
	const char *digits = verb == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	bool negative = v < 0;
	uint64_t u = negative ? 0 - (uint64_t)v : (uint64_t)v;
	int prec = 0;
	if (s->has_prec) {
		prec = s->prec;
		if (prec == 0 && u == 0) {
			if (s->has_width)
				sw_buf_pad(s->out, ' ', (size_t)s->width);
			return;
		}
	} else if (s->zero && !s->minus && s->has_width) {
		prec = s->width - (negative || s->plus || s->space);
	}
	char rev[64];
	int n = 0;
	do {
		rev[n++] = digits[u % base];
		u /= base;
	} while (u);
	sw_autobuf t;
	sw_buf_init(&t, s->out->max);
	if (negative || s->plus || s->space)
		sw_buf_addch(&t, negative ? '-' : s->plus ? '+' : ' ');
	if (verb == 'O')
		sw_buf_addz(&t, "0o");
	bool leading_zero = prec > n || rev[n - 1] == '0';
	if (s->sharp && base == 8 && !leading_zero)
		sw_buf_addch(&t, '0');
	else if (s->sharp && base != 10 && base != 8)
		sw_buf_addz(&t, base == 2 ? "0b" : verb == 'X' ? "0X" : "0x");
	if (prec > n)
		sw_buf_pad(&t, '0', (size_t)(prec - n));
	while (n > 0)
		sw_buf_addch(&t, rev[--n]);
	put_padded_spaces(s, sw_buf_str(&t));
}

static void put_unicode(struct state *s, int64_t v)
{
	uint64_t u = (uint64_t)v;
	sw_autobuf t;
	sw_buf_init(&t, s->out->max);
	char hex[24];
	int n = snprintf(hex, sizeof(hex), "%llX", (unsigned long long)u);
	int prec = s->has_prec && s->prec > 4 ? s->prec : 4;
	sw_buf_addz(&t, "U+");
	if (prec > n)
		sw_buf_pad(&t, '0', (size_t)(prec - n));
	sw_buf_add(&t, hex, (size_t)n);
	if (s->sharp && u <= 0x10ffff && sw_gofmt_printable((uint32_t)u)) {
		sw_buf_addz(&t, " '");
		sw_buf_addrune(&t, (uint32_t)u);
		sw_buf_addch(&t, '\'');
	}
	put_padded_spaces(s, sw_buf_str(&t));
}

static void put_rune(struct state *s, int64_t v, bool quoted)
{
	sw_autobuf t;
	sw_buf_init(&t, 64);
	uint32_t cp = v < 0 || v > 0x10ffff ? 0xfffd : (uint32_t)v;
	if (quoted)
		sw_gofmt_quote_rune(&t, cp, s->plus);
	else
		sw_buf_addrune(&t, cp);
	put_padded(s, sw_buf_str(&t));
}

static bool put_int(struct state *s, int64_t v, uint32_t verb)
{
	switch (verb) {
	case 'v':
	case 'd':
		put_digits(s, v, 10, verb);
		return true;
	case 'b':
		put_digits(s, v, 2, verb);
		return true;
	case 'o':
	case 'O':
		put_digits(s, v, 8, verb);
		return true;
	case 'x':
	case 'X':
		put_digits(s, v, 16, verb);
		return true;
	case 'c':
	case 'q':
		put_rune(s, v, verb == 'q');
		return true;
	case 'U':
		put_unicode(s, v);
		return true;
	default:
		return false;
	}
}

/* math/big.(*Int).Format, which has its own idea of flags and of a wrong verb. */
static bool put_big(struct state *s, struct sw_str text, uint32_t verb)
{
	int base = verb == 'b'			? 2
		   : verb == 'o' || verb == 'O' ? 8
		   : verb == 'x' || verb == 'X' ? 16
						: 10;
	if (base == 10 && verb != 'd' && verb != 's' && verb != 'v')
		return false;
	char *copy = strndup(text.p, text.n);
	mpz_t z;
	if (!copy || mpz_init_set_str(z, copy, 10) != 0)
		abort(); /* digits by contract */
	char *digits = mpz_get_str(NULL, verb == 'X' ? -16 : base, z);
	bool neg = digits[0] == '-';
	struct sw_str d = sw_str_from(digits + neg);
	bool sharp = s->sharp || s->sharp_v, plus = s->plus || s->plus_v;
	const char *sign = neg ? "-" : plus ? "+" : s->space ? " " : "";
	const char *prefix = verb == 'O' ? "0o" : "";
	if (sharp && verb != 'O')
		prefix = verb == 'b'   ? "0b"
			 : verb == 'o' ? "0"
			 : verb == 'x' ? "0x"
			 : verb == 'X' ? "0X"
				       : "";
	int64_t zeros = s->has_prec && (int64_t)d.n < s->prec ? s->prec - (int64_t)d.n : 0;
	int64_t len = (int64_t)(strlen(sign) + strlen(prefix) + d.n) + zeros, left = 0, right = 0;
	if (s->has_width && len < s->width) {
		if (s->minus)
			right = s->width - len;
		else if (s->zero && !s->has_prec)
			zeros = s->width - len;
		else
			left = s->width - len;
	}
	sw_buf_pad(s->out, ' ', (size_t)left);
	sw_buf_addz(s->out, sign);
	sw_buf_addz(s->out, prefix);
	sw_buf_pad(s->out, '0', (size_t)zeros);
	sw_buf_addstr(s->out, d);
	sw_buf_pad(s->out, ' ', (size_t)right);
	free(digits);
	free(copy);
	mpz_clear(z);
	return true;
}

/* ---- floats ---- */

/* The # flag: always a point, and trailing zeros up to the precision. `num` starts with its sign.
 */
static void sharpen(struct sw_buf *num, uint32_t verb, int prec)
{
	int digits = 0;
	if (verb == 'g' || verb == 'G' || verb == 'x')
		digits = prec == -1 ? 6 : prec;
	bool hex = verb == 'x' || verb == 'X', point = false, nonzero = false;
	char tail[16];
	size_t tail_n = 0, end = num->n;
	for (size_t i = 1; i < end; i++) {
		char c = num->p[i];
		if (c == '.') {
			point = true;
			continue;
		}
		if (c == 'p' || c == 'P' || (!hex && (c == 'e' || c == 'E'))) {
			tail_n = end - i;
			memcpy(tail, num->p + i, tail_n);
			num->n = end = i;
			break;
		}
		nonzero = nonzero || c != '0';
		digits -= nonzero;
	}
	if (!point) {
		if (num->n == 2 && num->p[1] == '0')
			digits--;
		sw_buf_addch(num, '.');
	}
	if (digits > 0)
		sw_buf_pad(num, '0', (size_t)digits);
	sw_buf_add(num, tail, tail_n);
}

static bool put_float(struct state *s, double d, uint32_t verb)
{
	if (verb > 0x7f || !strchr("vbgGxXfeEF", (int)verb))
		return false;
	int prec = verb == 'f' || verb == 'F' || verb == 'e' || verb == 'E' ? 6 : -1;
	verb = verb == 'v' ? 'g' : verb == 'F' ? 'f' : verb;
	if (s->has_prec)
		prec = s->prec;
	sw_autobuf num;
	sw_buf_init(&num, s->out->max);
	sw_buf_addch(&num, '+');
	sw_gofmt_float(&num, d, (char)verb, prec);
	if (num.overflow) {
		s->out->overflow = true;
		return true;
	}
	if (num.p[1] == '-' || num.p[1] == '+')
		memmove(num.p, num.p + 1, --num.n);
	if (s->space && num.p[0] == '+' && !s->plus)
		num.p[0] = ' ';
	if (num.p[1] == 'I' || num.p[1] == 'N') {
		bool bare = num.p[1] == 'N' && !s->space && !s->plus;
		put_padded_spaces(s, sw_str_sub(sw_buf_str(&num), bare, num.n));
		return true;
	}
	if (s->sharp && verb != 'b')
		sharpen(&num, verb, prec);
	struct sw_str text = sw_buf_str(&num);
	if (!s->plus && text.p[0] == '+') {
		put_padded(s, sw_str_sub(text, 1, text.n));
	} else if (s->zero && !s->minus && s->has_width && s->width > (int64_t)text.n) {
		sw_buf_addch(s->out, text.p[0]);
		put_padding(s, s->width - (int64_t)text.n);
		sw_buf_addstr(s->out, sw_str_sub(text, 1, text.n));
	} else {
		put_padded(s, text);
	}
	return true;
}

/* ---- one argument ---- */

static const char *type_name(const struct sw_gofmt_arg *a)
{
	static const char *const names[] = {"int64", "float64", "*big.Int", "string", "bool", "<nil>",
		"[]interface {}", "map[string]interface {}"};
	return a->type ? a->type : names[a->kind];
}

static void put_arg(struct state *s, const struct sw_gofmt_arg *a, uint32_t verb);

/* [1 2], map[a:1 b:2]; with %#v as Go source. The verb and its flags go for every element. */
static void put_elements(struct state *s, const struct sw_gofmt_arg *a, uint32_t verb)
{
	bool map = a->kind == SW_GOFMT_MAP, sharp = s->sharp_v;
	if (sharp)
		sw_buf_printf(s->out, "%s{", type_name(a));
	else
		sw_buf_addz(s->out, map ? "map[" : "[");
	for (uint32_t i = 0; i < a->n && !s->out->overflow; i++) {
		if (i)
			sw_buf_addz(s->out, sharp ? ", " : " ");
		const struct sw_gofmt_arg *e = &a->v[map ? 2 * i : i];
		if (map) {
			put_arg(s, e++, verb);
			sw_buf_addch(s->out, ':');
		}
		put_arg(s, e, e->kind == SW_GOFMT_NIL ? 'v' : verb);
	}
	sw_buf_addz(s->out, sharp ? "}" : "]");
}

static bool put_kind(struct state *s, const struct sw_gofmt_arg *a, uint32_t verb)
{
	switch (a->kind) {
	case SW_GOFMT_INT:
		if (verb == 'v' && s->sharp_v && a->type && a->type[0] == 'u') { /* unsigned: in hexadecimal */
			s->sharp = true;
			verb = 'x';
		}
		return put_int(s, a->i, verb);
	case SW_GOFMT_FLOAT:
		return put_float(s, a->d, verb);
	case SW_GOFMT_BIG:
		return put_big(s, a->s, verb);
	case SW_GOFMT_STRING:
		return put_string(s, a->s, verb);
	case SW_GOFMT_BOOL:
		if (verb == 't' || verb == 'v')
			put_padded(s, a->i ? SW_STR("true") : SW_STR("false"));
		return verb == 't' || verb == 'v';
	case SW_GOFMT_NIL:
		if (verb == 'v')
			put_padded(s, SW_STR("<nil>"));
		return verb == 'v';
	case SW_GOFMT_LIST:
	case SW_GOFMT_MAP:
		put_elements(s, a, verb);
		return true;
	}
	return false;
}

static void put_arg(struct state *s, const struct sw_gofmt_arg *a, uint32_t verb)
{
	if (verb == 'T') {
		put_padded(s, truncated(s, sw_str_from(type_name(a))));
		return;
	}
	if (put_kind(s, a, verb))
		return;
	sw_buf_addz(s->out, "%!");
	sw_buf_addrune(s->out, verb);
	sw_buf_addch(s->out, '(');
	if (a->kind == SW_GOFMT_BIG) { /* its Format writes the plain number, without flags */
		sw_buf_addz(s->out, "big.Int=");
		sw_buf_addstr(s->out, a->s);
	} else {
		if (a->kind != SW_GOFMT_NIL)
			sw_buf_printf(s->out, "%s=", type_name(a));
		put_kind(s, a, 'v');
	}
	sw_buf_addch(s->out, ')');
}

void sw_gofmt_print(struct sw_buf *out, const struct sw_gofmt_arg *args, uint32_t n, bool line)
{
	struct state s = {.out = out};
	for (uint32_t i = 0; i < n && !out->overflow; i++) {
		bool text = args[i].kind == SW_GOFMT_STRING || (i && args[i - 1].kind == SW_GOFMT_STRING);
		if (i && (line || !text))
			sw_buf_addch(out, ' ');
		put_arg(&s, &args[i], 'v');
	}
	if (line)
		sw_buf_addch(out, '\n');
}

/* ---- the format ---- */

/* Decimal digits up to `end`; a number too large eats the rest of the format, as in Go. */
static bool read_num(struct sw_str f, size_t *at, size_t end, int *ret)
{
	int num = 0;
	bool is = false;
	*ret = 0;
	if (*at >= end) {
		*at = end;
		return false;
	}
	for (; *at < end && f.p[*at] >= '0' && f.p[*at] <= '9'; ++*at) {
		if (num > NUM_MAX) {
			*at = end;
			return false;
		}
		num = num * 10 + (f.p[*at] - '0');
		is = true;
	}
	*ret = num;
	return is;
}

/* [n]: true when one was read. */
static bool read_index(struct state *s)
{
	struct sw_str f = s->format;
	if (s->at >= f.n || f.p[s->at] != '[')
		return false;
	s->reordered = true;
	size_t close = sw_str_chr(f, ']', s->at + 1);
	int index = 0;
	size_t at = s->at + 1;
	if (f.n - s->at < 3 || close == SW_NPOS) {
		s->at++;
		s->good_index = false;
		return false;
	}
	bool ok = read_num(f, &at, close, &index) && at == close;
	s->at = close + 1;
	if (ok && index >= 1 && index <= (int64_t)s->n)
		s->arg = index - 1;
	else
		s->good_index = false;
	return ok;
}

static bool int_from_arg(struct state *s, int *ret)
{
	*ret = 0;
	if (s->arg >= (int64_t)s->n)
		return false;
	const struct sw_gofmt_arg *a = &s->args[s->arg++];
	if (a->kind != SW_GOFMT_INT || a->i > NUM_MAX || a->i < -NUM_MAX)
		return false;
	*ret = (int)a->i;
	return true;
}

static void read_width(struct state *s, bool *after_index)
{
	if (s->at < s->format.n && s->format.p[s->at] == '*') {
		s->at++;
		s->has_width = int_from_arg(s, &s->width);
		if (!s->has_width)
			sw_buf_addz(s->out, "%!(BADWIDTH)");
		if (s->width < 0) {
			s->width = -s->width;
			s->minus = true;
			s->zero = false;
		}
		*after_index = false;
		return;
	}
	s->has_width = read_num(s->format, &s->at, s->format.n, &s->width);
	if (*after_index && s->has_width)
		s->good_index = false;
}

static void read_precision(struct state *s, bool *after_index)
{
	if (s->at + 1 >= s->format.n || s->format.p[s->at] != '.')
		return;
	s->at++;
	if (*after_index)
		s->good_index = false;
	*after_index = read_index(s);
	if (s->at < s->format.n && s->format.p[s->at] == '*') {
		s->at++;
		s->has_prec = int_from_arg(s, &s->prec);
		if (s->prec < 0) {
			s->prec = 0;
			s->has_prec = false;
		}
		if (!s->has_prec)
			sw_buf_addz(s->out, "%!(BADPREC)");
		*after_index = false;
		return;
	}
	if (!read_num(s->format, &s->at, s->format.n, &s->prec))
		s->prec = 0;
	s->has_prec = true;
}

static bool read_flag(struct state *s, char c)
{
	switch (c) {
	case '#':
		return s->sharp = true;
	case '0':
		return s->zero = true;
	case '+':
		return s->plus = true;
	case '-':
		return s->minus = true;
	case ' ':
		return s->space = true;
	default:
		return false;
	}
}

static void put_note(struct state *s, uint32_t verb, const char *note)
{
	sw_buf_addz(s->out, "%!");
	sw_buf_addrune(s->out, verb);
	sw_buf_addz(s->out, note);
}

static void put_verb(struct state *s)
{
	size_t start = s->at;
	uint32_t verb = sw_utf8_next(s->format, &s->at);
	if (verb == 0xfffd && s->at == start + 1)
		verb = 0xfffd;
	if (verb == '%') {
		sw_buf_addch(s->out, '%');
	} else if (!s->good_index) {
		put_note(s, verb, "(BADINDEX)");
	} else if (s->arg >= (int64_t)s->n) {
		put_note(s, verb, "(MISSING)");
	} else {
		if (verb == 'v' || verb == 'w') {
			s->sharp_v = s->sharp;
			s->plus_v = s->plus;
			s->sharp = s->plus = false;
		}
		put_arg(s, &s->args[s->arg++], verb);
	}
}

static void put_extra(struct state *s)
{
	clear_flags(s);
	sw_buf_addz(s->out, "%!(EXTRA ");
	for (int64_t i = s->arg; i < (int64_t)s->n; i++) {
		if (i > s->arg)
			sw_buf_addz(s->out, ", ");
		if (s->args[i].kind != SW_GOFMT_NIL)
			sw_buf_printf(s->out, "%s=", type_name(&s->args[i]));
		put_arg(s, &s->args[i], 'v');
	}
	sw_buf_addch(s->out, ')');
}

void sw_gofmt(struct sw_buf *out, struct sw_str format, const struct sw_gofmt_arg *args, uint32_t n)
{
	struct state s = {.out = out, .args = args, .n = n, .format = format};
	while (s.at < format.n && !out->overflow) {
		size_t percent = sw_str_chr(format, '%', s.at);
		size_t end = percent == SW_NPOS ? format.n : percent;
		sw_buf_addstr(out, sw_str_sub(format, s.at, end));
		s.at = end + 1;
		if (end == format.n)
			break;
		s.good_index = true;
		clear_flags(&s);
		while (s.at < format.n && read_flag(&s, format.p[s.at]))
			s.at++;
		bool after_index = read_index(&s);
		read_width(&s, &after_index);
		read_precision(&s, &after_index);
		if (!after_index)
			read_index(&s);
		if (s.at >= format.n) {
			sw_buf_addz(out, "%!(NOVERB)");
			break;
		}
		put_verb(&s);
	}
	if (!s.reordered && s.arg < (int64_t)n)
		put_extra(&s);
}
