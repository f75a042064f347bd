/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML as sigs.k8s.io/yaml.Marshal writes it: block style, two spaces, lists not indented under
 * their key, keys in go-yaml's "natural" order (numbers inside them by value). One difference: "<<"
 * is quoted, for unquoted it would be read as a merge key.
 */
#include "doc/yaml_impl.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <glib.h>

#include "base/cleanup.h"
#include "base/go/gotext.h"
#include "doc/json.h"

enum { DEPTH_MAX = 1000, SIMPLE_KEY_MAX = 128, FOLD_WIDTH = 80 };

/* What the value is written behind; with GOYAML3 beside it, in that library's style. */
enum place {
	AT_ROOT,
	BEHIND_KEY,
	BEHIND_DASH,
	BEHIND_COLON,
	PLACE_MASK = 3,
	GOYAML3 = 1 << 2,
	FOUR = 1 << 4, /* that library's default indent of four */
	STYLE_MASK = GOYAML3 | FOUR,
};

/* How a string is written: a key in front of its colon, and GOYAML3 from above. */
enum { SIMPLE_KEY = 1 << 3 };

static void write_value(
	struct sw_buf *out, struct sw_value v, unsigned place, size_t indent, int depth);

/* The indent of what is one level below; go-yaml v3 rounds it to a multiple of its step. */
static size_t below(size_t indent, unsigned style)
{
	return style & FOUR ? (indent + 4) / 4 * 4 : indent + 2;
}

/* ---- strings ---- */

/* [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)? : a number to other readers of YAML 1.1 */
static bool is_base60(struct sw_str s)
{
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
	if (i == s.n || !isdigit((unsigned char)s.p[i]))
		return false;
	while (i < s.n && (isdigit((unsigned char)s.p[i]) || s.p[i] == '_'))
		i++;
	size_t groups = 0;
	for (; i + 1 < s.n && s.p[i] == ':' && isdigit((unsigned char)s.p[i + 1]); groups++)
		i += i + 2 < s.n && s.p[i + 1] <= '5' && isdigit((unsigned char)s.p[i + 2]) ? 3 : 2;
	if (i < s.n && s.p[i] == '.')
		for (i++; i < s.n && (isdigit((unsigned char)s.p[i]) || s.p[i] == '_');)
			i++;
	return groups && i == s.n;
}

/* go-yaml's idea of printable: nothing beyond the BMP, no tab. */
static bool is_printable(uint32_t c)
{
	return (c >= 0x20 && c <= 0x7e) || (c >= 0xa0 && c < 0xd800) ||
	       (c >= 0xe000 && c < 0xfffe && c != 0xfeff);
}

static bool is_special_break(uint32_t c)
{
	return c == 0x85 || c == 0x2028 || c == 0x2029;
}

struct analysis {
	bool multiline, plain, single, literal;
};

static bool indicator_first(struct sw_str s)
{
	bool alone = s.n == 1 || s.p[1] == ' ' || s.p[1] == '\t';
	if (strchr("#,[]{}&*!|>'\"%@`", s.p[0]))
		return true;
	if (sw_str_starts(s, SW_STR("---")) || sw_str_starts(s, SW_STR("...")))
		return true;
	return (s.p[0] == '?' || s.p[0] == ':' || s.p[0] == '-') && alone;
}

/* Which styles can carry the text in block context. */
static struct analysis analyze(struct sw_str s)
{
	struct analysis r = {.plain = true, .single = true, .literal = true};
	if (s.n == 0) {
		r.literal = false;
		return r;
	}
	r.plain = s.p[0] && !indicator_first(s);
	uint32_t last = '\n';
	for (size_t i = 0; i < s.n;) {
		size_t at = i;
		uint32_t c = sw_utf8_next(s, &i);
		bool end = i == s.n, blank_next = end || s.p[i] == ' ' || s.p[i] == '\t';
		if ((c == ':' && at && blank_next) ||
			(c == '#' && at && (last == ' ' || last == '\n')))
			r.plain = false;
		if (c == '\n') {
			r.multiline = true;
			r.plain = false;
			if (last == ' ')
				r.single = r.literal = false;
		} else if (!is_printable(c) || is_special_break(c)) {
			r.plain = r.single = r.literal = false;
		} else if (c == ' ' && (at == 0 || end || last == '\n')) {
			r.plain = false;
			r.literal &= !end;
			r.single &= at == 0 || last != '\n';
		}
		last = c;
	}
	return r;
}

static void write_escape(struct sw_buf *out, uint32_t c)
{
	static const struct {
		uint32_t c;
		char name;
	} names[] = {{0, '0'}, {7, 'a'}, {8, 'b'}, {9, 't'}, {10, 'n'}, {11, 'v'}, {12, 'f'},
		{13, 'r'}, {27, 'e'}, {'"', '"'}, {'\\', '\\'}, {0x85, 'N'}, {0xa0, '_'},
		{0x2028, 'L'}, {0x2029, 'P'}};
	for (size_t i = 0; i < SW_ARRAY_LEN(names); i++) {
		if (names[i].c == c) {
			sw_buf_addch(out, '\\');
			sw_buf_addch(out, names[i].name);
			return;
		}
	}
	sw_buf_printf(out, c <= 0xff ? "\\x%02X" : c <= 0xffff ? "\\u%04X" : "\\U%08X", c);
}

/* Long lines are folded at the first single space beyond column 80, as libyaml does. */
struct fold {
	bool allowed;
	size_t indent, column; /* column counts characters */
};

static struct fold fold_begin(const struct sw_buf *out, bool allowed, size_t indent)
{
	struct fold f = {.allowed = allowed, .indent = indent};
	for (size_t i = out->n; allowed && i > 0 && out->p[i - 1] != '\n'; i--)
		f.column += ((unsigned char)out->p[i - 1] & 0xc0) != 0x80;
	return f;
}

static void fold_put(struct sw_buf *out, struct fold *f, const char *p, size_t n)
{
	sw_buf_add(out, p, n);
	for (size_t i = 0; i < n; i++)
		f->column += ((unsigned char)p[i] & 0xc0) != 0x80;
}

/* May the space at i become a line break? */
static bool fold_here(const struct fold *f, struct sw_str s, size_t i, bool double_quoted)
{
	if (!f->allowed || f->column <= FOLD_WIDTH || i == 0 || i + 1 >= s.n || s.p[i - 1] == ' ')
		return false;
	return double_quoted || s.p[i + 1] != ' ';
}

static void fold_break(struct sw_buf *out, struct fold *f)
{
	sw_buf_addch(out, '\n');
	sw_buf_pad(out, ' ', f->indent);
	f->column = f->indent;
}

static void write_double_quoted(struct sw_buf *out, struct sw_str s, bool may_fold, size_t indent)
{
	/* go-yaml looks for a BOM at the start of the text, whichever character it is at. */
	bool all = sw_str_starts(s, SW_STR("\xef\xbb\xbf"));
	struct fold f = fold_begin(out, may_fold, indent);
	fold_put(out, &f, "\"", 1);
	for (size_t i = 0; i < s.n;) {
		size_t at = i, before = out->n;
		uint32_t c = sw_utf8_next(s, &i);
		if (all || !is_printable(c) || is_special_break(c) || c == '"' || c == '\\') {
			write_escape(out, c);
			f.column += out->n - before;
		} else if (c == ' ' && fold_here(&f, s, at, true)) {
			fold_break(out, &f);
			if (s.p[i] == ' ')
				fold_put(out, &f, "\\", 1);
		} else {
			fold_put(out, &f, s.p + at, i - at);
		}
	}
	sw_buf_addch(out, '"');
}

/* Plain, or in single quotes. */
static void write_flat(
	struct sw_buf *out, struct sw_str s, bool quotes, bool may_fold, size_t indent)
{
	struct fold f = fold_begin(out, may_fold, indent);
	if (quotes)
		fold_put(out, &f, "'", 1);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ' ' && fold_here(&f, s, i, false)) {
			fold_break(out, &f);
			continue;
		}
		if (quotes && s.p[i] == '\'')
			fold_put(out, &f, "'", 1);
		fold_put(out, &f, s.p + i, 1);
	}
	if (quotes)
		sw_buf_addch(out, '\'');
}

/* Ends with a line break when the text does: new_line() then adds none. */
static void write_literal(struct sw_buf *out, struct sw_str s, unsigned how, size_t indent)
{
	bool ends = s.p[s.n - 1] == '\n';
	sw_buf_addch(out, '|');
	if (s.p[0] == ' ' || s.p[0] == '\n')
		sw_buf_addch(out, how & FOUR ? '4' : '2');
	if (!ends)
		sw_buf_addch(out, '-');
	else if (s.n == 1 || s.p[s.n - 2] == '\n')
		sw_buf_addch(out, '+');
	struct sw_str rest = ends ? sw_str_sub(s, 0, s.n - 1) : s, line;
	while (sw_str_split(&rest, '\n', &line)) {
		sw_buf_addch(out, '\n');
		if (line.n)
			sw_buf_pad(out, ' ', indent);
		sw_buf_addstr(out, line);
	}
	if (ends)
		sw_buf_addch(out, '\n');
}

bool yaml_plain_fits(struct sw_str s, bool flow)
{
	struct analysis r = analyze(s);
	if (!r.plain || !sw_utf8_valid(s) || !yaml_plain_is_string(s) || is_base60(s) ||
		sw_str_is(s, "<<"))
		return false;
	for (size_t i = 0; flow && i < s.n; i++)
		if (memchr(",?[]{}:", s.p[i], 7))
			return false;
	return true;
}

bool yaml_single_fits(struct sw_str s)
{
	struct analysis r = analyze(s);
	return r.single && !r.multiline && sw_utf8_valid(s);
}

void yaml_write_double(struct sw_buf *out, struct sw_str s)
{
	write_double_quoted(out, s, false, 0);
}

static void write_string(struct sw_buf *out, struct sw_str s, unsigned how, size_t indent)
{
	struct analysis r = analyze(s);
	bool v3 = how & GOYAML3, fold = !(how & SIMPLE_KEY) && !v3;
	if (r.multiline && r.literal && !(how & SIMPLE_KEY))
		write_literal(out, s, how, indent);
	else if (r.multiline || !yaml_plain_is_string(s) || is_base60(s) ||
		 (!v3 && sw_str_is(s, "<<")))
		write_double_quoted(out, s, fold, indent);
	else if (r.plain || r.single)
		write_flat(out, s, !r.plain, fold, indent);
	else
		write_double_quoted(out, s, fold, indent);
}

/* Bytes that are not UTF-8 become U+FFFD, as on the way through JSON. */
static void write_any_string(struct sw_buf *out, struct sw_str s, unsigned how, size_t indent)
{
	if (sw_utf8_valid(s)) {
		write_string(out, s, how, indent);
		return;
	}
	sw_autobuf valid;
	sw_buf_init(&valid, out->max);
	for (size_t i = 0; i < s.n;)
		sw_buf_addrune(&valid, sw_utf8_next(s, &i));
	out->overflow |= valid.overflow;
	write_string(out, sw_buf_str(&valid), how, indent);
}

/* ---- keys ---- */

/* The number that begins at rune i, as go-yaml's sorting reads it; *end is behind it. */
static int64_t number_at(const uint32_t *r, size_t n, size_t i, uint64_t v, size_t *end)
{
	for (; i < n && g_unichar_isdigit(r[i]); i++)
		v = v * 10 + (r[i] - '0'); /* wraps like the original */
	*end = i;
	return (int64_t)v;
}

struct key {
	struct sw_str text;
	uint32_t *runes;
	size_t n;
	struct sw_value v;
};

static int cmp_at(const struct key *a, const struct key *b, size_t i)
{
	uint32_t x = a->runes[i], y = b->runes[i];
	bool xl = g_unichar_isalpha(x), yl = g_unichar_isalpha(y);
	if (xl && yl)
		return x < y ? -1 : 1;
	if (xl || yl)
		return yl ? -1 : 1;
	uint64_t lead = 0;
	if (x == '0' || y == '0')
		for (size_t j = i; j-- > 0 && g_unichar_isdigit(a->runes[j]);)
			if (a->runes[j] != '0')
				lead = 1;
	size_t ai, bi;
	int64_t an = number_at(a->runes, a->n, i, lead, &ai),
		bn = number_at(b->runes, b->n, i, lead, &bi);
	if (an != bn)
		return an < bn ? -1 : 1;
	if (ai != bi)
		return ai < bi ? -1 : 1;
	return x < y ? -1 : 1;
}

static int cmp_keys(const void *p, const void *q)
{
	const struct key *a = p, *b = q;
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (a->runes[i] != b->runes[i])
			return cmp_at(a, b, i);
	return (a->n > b->n) - (a->n < b->n);
}

static void *need(void *p)
{
	if (!p)
		abort();
	return p;
}

/* A key that is not a string is its JSON text. Text and runes lie in `a`. */
static void make_key(struct sw_arena *a, const struct sw_member *m, struct key *k)
{
	sw_autobuf json;
	sw_buf_init(&json, 0);
	k->v = m->v;
	k->text = sw_value_str(m->k);
	if (m->k.type != SW_STRING) {
		sw_json_write(&json, m->k, 0);
		k->text = sw_arena_str(a, sw_buf_str(&json));
	}
	k->runes = need(sw_arena_new_array(a, k->text.n, uint32_t));
	k->n = 0;
	for (size_t i = 0; i < k->text.n;)
		k->runes[k->n++] = sw_utf8_next(k->text, &i);
}

/* ---- containers ---- */

static void new_line(struct sw_buf *out, size_t indent)
{
	if (!out->n || out->p[out->n - 1] != '\n')
		sw_buf_addch(out, '\n');
	sw_buf_pad(out, ' ', indent);
}

static void write_member(
	struct sw_buf *out, const struct key *k, unsigned style, size_t indent, int depth)
{
	bool simple = k->text.n <= SIMPLE_KEY_MAX && sw_str_chr(k->text, '\n', 0) == SW_NPOS;
	if (simple) {
		write_any_string(out, k->text, style | SIMPLE_KEY, indent + 2);
		sw_buf_addch(out, ':');
		write_value(out, k->v, BEHIND_KEY | style, indent, depth + 1);
		return;
	}
	sw_buf_addz(out, "? ");
	write_any_string(out, k->text, style, indent + 2);
	new_line(out, indent);
	sw_buf_addch(out, ':');
	write_value(out, k->v, BEHIND_COLON | style, indent, depth + 1);
}

static void write_mapping(
	struct sw_buf *out, struct sw_value v, unsigned place, size_t indent, int depth)
{
	unsigned style = place & STYLE_MASK;
	place &= PLACE_MASK;
	sw_autoarena a;
	sw_arena_init(&a, SIZE_MAX);
	struct key *keys = need(sw_arena_new_array(&a, v.n, struct key));
	for (uint32_t i = 0; i < v.n; i++)
		make_key(&a, &v.u.o->m[i], &keys[i]);
	qsort(keys, v.n, sizeof(*keys), cmp_keys);
	if (place == BEHIND_DASH || place == BEHIND_COLON)
		sw_buf_addch(out, ' ');
	if (place == BEHIND_KEY)
		indent = below(indent, style);
	else if (place != AT_ROOT)
		indent += 2;
	for (uint32_t i = 0; i < v.n && !out->overflow; i++) {
		if (i || place == BEHIND_KEY)
			new_line(out, indent);
		write_member(out, &keys[i], style, indent, depth);
	}
}

static void write_list(
	struct sw_buf *out, struct sw_value v, unsigned place, size_t indent, int depth)
{
	unsigned style = place & STYLE_MASK;
	place &= PLACE_MASK;
	if (place == BEHIND_DASH || place == BEHIND_COLON)
		sw_buf_addch(out, ' ');
	if (place == BEHIND_DASH || place == BEHIND_COLON)
		indent += 2;
	else if (place == BEHIND_KEY && style)
		indent = below(indent, style);
	for (uint32_t i = 0; i < v.n && !out->overflow; i++) {
		if (i || place == BEHIND_KEY)
			new_line(out, indent);
		sw_buf_addch(out, '-');
		write_value(out, v.u.a->v[i], BEHIND_DASH | style, indent, depth + 1);
	}
}

/* strconv.FormatFloat(d, 'g', -1, 64) */
static void write_double(struct sw_buf *out, double d)
{
	if (isfinite(d))
		sw_gotext_float_g(out, d);
	else
		sw_buf_addz(out, isnan(d) ? ".nan" : d > 0 ? ".inf" : "-.inf");
}

/* Number text is read again as YAML reads it, as that library does between JSON and YAML. */
static void write_number(struct sw_buf *out, struct sw_value v, unsigned style, size_t indent)
{
	sw_autoarena a;
	struct sw_value again;
	enum yaml_tag tag;
	sw_arena_init(&a, 0);
	if (v.repr == SW_NUM_INT) {
		sw_buf_printf(out, "%lld", (long long)v.u.i);
		return;
	}
	if (v.repr == SW_NUM_DOUBLE) {
		write_double(out, v.u.d);
		return;
	}
	struct yaml_scalar in = {.text = sw_value_str(v)};
	if (yaml_resolve(&in, style ? SW_YAML_GOYAML3 : SW_YAML_K8S, &a, &again, &tag, NULL) < 0 ||
		again.type == SW_STRING)
		write_any_string(out, in.text, style, indent);
	else if (tag == YAML_TAG_FLOAT)
		write_double(out, sw_value_double(again));
	else
		sw_json_write(out, again, 0);
}

static void write_scalar(struct sw_buf *out, struct sw_value v, unsigned place, size_t indent)
{
	unsigned style = place & STYLE_MASK;
	if ((place & PLACE_MASK) != AT_ROOT)
		sw_buf_addch(out, ' ');
	switch ((enum sw_type)v.type) {
	case SW_STRING:
		write_any_string(out, sw_value_str(v), style, below(indent, style));
		break;
	case SW_NUMBER:
		write_number(out, v, style, below(indent, style));
		break;
	case SW_BOOL:
		sw_buf_addz(out, v.u.b ? "true" : "false");
		break;
	case SW_ARRAY:
	case SW_SET:
		sw_buf_addz(out, "[]");
		break;
	case SW_OBJECT:
		sw_buf_addz(out, "{}");
		break;
	default:
		sw_buf_addz(out, "null");
	}
}

static void write_value(
	struct sw_buf *out, struct sw_value v, unsigned place, size_t indent, int depth)
{
	bool container = v.type >= SW_ARRAY && v.n;
	if (container && depth >= DEPTH_MAX)
		out->overflow = true;
	else if (!container)
		write_scalar(out, v, place, indent);
	else if (v.type == SW_OBJECT)
		write_mapping(out, v, place, indent, depth);
	else
		write_list(out, v, place, indent, depth);
}

void sw_yaml_write(struct sw_buf *out, struct sw_value v)
{
	write_value(out, v, AT_ROOT, 0, 0);
	new_line(out, 0);
}

void sw_yaml_write_v3(struct sw_buf *out, struct sw_value v)
{
	write_value(out, v, AT_ROOT | GOYAML3, 0, 0);
	new_line(out, 0);
}

void sw_yaml_write_v3_member(struct sw_buf *out, const char *key, struct sw_value v, size_t column)
{
	sw_buf_addz(out, key);
	sw_buf_addch(out, ':');
	write_value(out, v, BEHIND_KEY | GOYAML3 | FOUR, column, 0);
	new_line(out, 0);
}
