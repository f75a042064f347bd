/* SPDX-License-Identifier: Apache-2.0 */
/* Pattern text to tree, with the stack discipline and the error texts of Go's regexp/syntax. */
#include "base/re2_impl.h"

#include "base/cleanup.h"

enum { FOLD_CASE = 1, DOT_NL = 2, ONE_LINE = 4, NON_GREEDY = 8 };

enum {
	MAX_HEIGHT = 1000,
	MAX_REPEAT = 1000,
	MAX_SIZE = (128 << 20) / 40, /* instructions of 40 bytes in 128 MiB */
};

struct parser {
	struct re2_tree *tree;
	struct sw_arena *arena;
	struct sw_error *err;
	struct sw_str whole, rest;
	unsigned flags;
	struct re2_node **stack;
	uint32_t n, cap;
	int code; /* 0, or the negative code of the error already told */
	bool too_large, too_deep;
	struct re2_node nowhere;
};

/* ---- errors ---- */

static int fail(struct parser *p, const char *what, struct sw_str expr)
{
	if (!p->code)
		p->code = sw_error_set(p->err, SW_ESYNTAX, "error parsing regexp: %s: `%.*s`", what,
			SW_STR_ARG(expr));
	return p->code;
}

static struct sw_str up_to(struct sw_str from, struct sw_str rest)
{
	return sw_str_sub(from, 0, from.n - rest.n);
}

static bool starts(struct sw_str s, const char *literal)
{
	return sw_str_starts(s, sw_str_from(literal));
}

static struct sw_str skip(struct sw_str s, size_t n)
{
	return sw_str_sub(s, n, s.n);
}

static char first(struct sw_str s)
{
	return s.n ? s.p[0] : '\0';
}

static int next_rune(struct parser *p, struct sw_str *s, uint32_t *ret)
{
	size_t at = 0;
	uint32_t cp = sw_utf8_next(*s, &at);
	if (cp == 0xfffd && at == 1)
		return fail(p, "invalid UTF-8", *s);
	*s = skip(*s, at);
	*ret = cp;
	return 0;
}

static int check_utf8(struct parser *p, struct sw_str s)
{
	uint32_t cp = 0;
	while (s.n)
		if (next_rune(p, &s, &cp) < 0)
			return p->code;
	return 0;
}

/* ---- nodes ---- */

static struct re2_node *new_node(struct parser *p, enum re2_op op)
{
	struct re2_node *n = sw_arena_zalloc(p->arena, sizeof(*n));
	if (!n) { /* the arena is full: the parse ends as too large */
		p->too_large = true;
		p->nowhere = (struct re2_node){0};
		n = &p->nowhere;
	}
	n->op = (uint8_t)op;
	n->height = 1;
	n->size = 1;
	n->nullable = op == RE2_EMPTY || (op >= RE2_BEGIN_TEXT && op <= RE2_NO_WORD);
	return n;
}

static struct re2_node *push(struct parser *p, struct re2_node *n)
{
	if (p->n == p->cap) {
		uint32_t cap = p->cap ? p->cap * 2 : 32;
		void *v = sw_arena_grow(
			p->arena, p->stack, p->cap * sizeof(*p->stack), cap * sizeof(*p->stack));
		if (!v) {
			p->too_large = true;
			return n;
		}
		p->stack = v;
		p->cap = cap;
	}
	p->stack[p->n++] = n;
	return n;
}

static struct re2_node *push_op(struct parser *p, enum re2_op op)
{
	return push(p, new_node(p, op));
}

static void add_child(struct re2_node *n, struct re2_node *c)
{
	c->next = NULL;
	if (n->last)
		n->last->next = c;
	else
		n->child = c;
	n->last = c;
}

/* What a node is by its children. */
static void measure(struct parser *p, struct re2_node *n)
{
	int64_t size = 0, count = 0;
	uint16_t height = 0;
	bool all = true, any = false;
	for (struct re2_node *c = n->child; c; c = c->next) {
		size += c->size;
		count++;
		height = c->height > height ? c->height : height;
		all = all && c->nullable;
		any = any || c->nullable;
	}
	n->height = (uint16_t)(height + 1);
	n->nullable = n->op == RE2_ALT ? any : all;
	switch (n->op) {
	case RE2_CAPTURE:
	case RE2_STAR:
		size += 2;
		break;
	case RE2_PLUS:
	case RE2_QUEST:
		size += 1;
		break;
	case RE2_ALT:
		size += count - 1;
		break;
	case RE2_REPEAT:
		if (n->max == -1)
			size = n->min == 0 ? 2 + size : 1 + n->min * size;
		else
			size = n->max * size + (n->max - n->min);
		break;
	default:
		break;
	}
	if (n->op == RE2_STAR || n->op == RE2_QUEST || (n->op == RE2_REPEAT && n->min == 0))
		n->nullable = true;
	n->size = size < 1 ? 1 : size;
	p->too_large = p->too_large || n->size > MAX_SIZE;
	p->too_deep = p->too_deep || n->height > MAX_HEIGHT;
}

static bool is_pseudo(const struct re2_node *n)
{
	return n->op == RE2_LEFT_PAREN || n->op == RE2_BAR;
}

/* The items above the last pseudo node become one node. */
static void collapse(struct parser *p, enum re2_op op)
{
	uint32_t from = p->n;
	while (from > 0 && !is_pseudo(p->stack[from - 1]))
		from--;
	uint32_t count = p->n - from;
	if (count == 1)
		return;
	if (count == 0) {
		push_op(p, RE2_EMPTY);
		return;
	}
	struct re2_node *n = new_node(p, op);
	for (uint32_t i = from; i < p->n; i++) {
		struct re2_node *item = p->stack[i];
		if (item->op != op) {
			add_child(n, item);
			continue;
		}
		for (struct re2_node *c = item->child, *next; c; c = next) {
			next = c->next;
			add_child(n, c);
		}
	}
	p->n = from;
	measure(p, n);
	push(p, n);
}

static bool swap_bar(struct parser *p)
{
	if (p->n < 2 || p->stack[p->n - 2]->op != RE2_BAR)
		return false;
	struct re2_node *top = p->stack[p->n - 1];
	p->stack[p->n - 1] = p->stack[p->n - 2];
	p->stack[p->n - 2] = top;
	return true;
}

static void parse_bar(struct parser *p)
{
	collapse(p, RE2_CONCAT);
	if (!swap_bar(p))
		push_op(p, RE2_BAR);
}

static void close_alternation(struct parser *p)
{
	collapse(p, RE2_CONCAT);
	if (swap_bar(p))
		p->n--;
	collapse(p, RE2_ALT);
}

static int parse_right_paren(struct parser *p)
{
	close_alternation(p);
	if (p->n < 2 || p->stack[p->n - 2]->op != RE2_LEFT_PAREN)
		return fail(p, "unexpected )", p->whole);
	struct re2_node *inner = p->stack[p->n - 1], *paren = p->stack[p->n - 2];
	p->n -= 2;
	p->flags = paren->flags;
	if (!paren->min) {
		push(p, inner);
		return 0;
	}
	paren->op = RE2_CAPTURE;
	add_child(paren, inner);
	measure(p, paren);
	push(p, paren);
	return 0;
}

static void left_paren(struct parser *p, uint32_t group)
{
	struct re2_node *n = push_op(p, RE2_LEFT_PAREN);
	n->flags = p->flags;
	n->min = (int32_t)group;
}

/* ---- literals and classes ---- */

static void push_class(struct parser *p, struct re2_ranges *r, bool negate)
{
	struct re2_node *n = new_node(p, RE2_CLASS);
	n->cls = re2_ranges_class(r, negate);
	p->too_large = p->too_large || r->full;
	push(p, n);
}

static void literal(struct parser *p, uint32_t cp)
{
	if (p->flags & FOLD_CASE && re2_fold_next(cp) != cp) {
		struct re2_ranges r = {.arena = p->arena};
		re2_ranges_add_fold(&r, cp, cp);
		push_class(p, &r, false);
		return;
	}
	push_op(p, RE2_CHAR)->rune = cp;
}

#define CLASS(...)                                                                                 \
	{                                                                                          \
		(const struct re2_range[]){__VA_ARGS__},                                           \
			sizeof((const struct re2_range[]){__VA_ARGS__}) / sizeof(struct re2_range) \
	}

static const struct {
	const char *name;
	struct re2_class cls;
} posix[] = {
	{"alnum", CLASS({'0', '9'}, {'A', 'Z'}, {'a', 'z'})},
	{"alpha", CLASS({'A', 'Z'}, {'a', 'z'})},
	{"ascii", CLASS({0, 0x7f})},
	{"blank", CLASS({'\t', '\t'}, {' ', ' '})},
	{"cntrl", CLASS({0, 0x1f}, {0x7f, 0x7f})},
	{"digit", CLASS({'0', '9'})},
	{"graph", CLASS({'!', '~'})},
	{"lower", CLASS({'a', 'z'})},
	{"print", CLASS({' ', '~'})},
	{"punct", CLASS({'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'})},
	{"space", CLASS({'\t', '\r'}, {' ', ' '})},
	{"upper", CLASS({'A', 'Z'})},
	{"word", CLASS({'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'})},
	{"xdigit", CLASS({'0', '9'}, {'A', 'F'}, {'a', 'f'})},
};

static const struct re2_class perl_d = CLASS({'0', '9'});
static const struct re2_class perl_s = CLASS({'\t', '\n'}, {'\f', '\r'}, {' ', ' '});
static const struct re2_class perl_w = CLASS({'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'});

/* \d \S …: true when s starts with one, which is then taken. */
static bool perl_class(struct parser *p, struct sw_str *s, struct re2_ranges *r)
{
	if (s->n < 2 || s->p[0] != '\\')
		return false;
	const struct re2_class *c;
	switch (s->p[1] | 0x20) {
	case 'd':
		c = &perl_d;
		break;
	case 's':
		c = &perl_s;
		break;
	case 'w':
		c = &perl_w;
		break;
	default:
		return false;
	}
	if (!((s->p[1] >= 'a' && s->p[1] <= 'z') || (s->p[1] >= 'A' && s->p[1] <= 'Z')))
		return false;
	re2_ranges_add_class(r, *c, !(s->p[1] & 0x20), p->flags & FOLD_CASE);
	*s = skip(*s, 2);
	return true;
}

/* [:alpha:]: 1 taken, 0 not there, negative error. */
static int posix_class(struct parser *p, struct sw_str *s, struct re2_ranges *r)
{
	if (s->n <= 2 || !starts(*s, "[:"))
		return 0;
	size_t end = sw_str_find(*s, SW_STR(":]"), 2);
	if (end == SW_NPOS)
		return 0;
	struct sw_str name = sw_str_sub(*s, 2, end), all = sw_str_sub(*s, 0, end + 2);
	bool negate = first(name) == '^';
	name = skip(name, negate);
	for (size_t i = 0; i < SW_ARRAY_LEN(posix); i++) {
		if (!sw_str_is(name, posix[i].name))
			continue;
		re2_ranges_add_class(r, posix[i].cls, negate, p->flags & FOLD_CASE);
		*s = skip(*s, end + 2);
		return 1;
	}
	return fail(p, "invalid character class range", all);
}

/* \pL, \p{Greek}, \P{^L}: 1 taken, 0 not there, negative error. */
static int unicode_class(struct parser *p, struct sw_str *s, struct re2_ranges *r)
{
	if (s->n < 2 || s->p[0] != '\\' || (s->p[1] | 0x20) != 'p' || !(s->p[1] & 0x40))
		return 0;
	bool negate = s->p[1] == 'P', inverted;
	struct sw_str t = skip(*s, 2), name, all;
	uint32_t c = 0;
	if (!t.n) /* Go decodes U+FFFD of no width: an empty name */
		return fail(p, "invalid character class range", *s);
	if (next_rune(p, &t, &c) < 0)
		return p->code;
	if (c != '{') {
		all = up_to(*s, t);
		name = skip(all, 2);
	} else {
		size_t end = sw_str_chr(*s, '}', 0);
		if (end == SW_NPOS)
			return check_utf8(p, *s) < 0 ? p->code
						     : fail(p, "invalid character class range", *s);
		all = sw_str_sub(*s, 0, end + 1);
		name = sw_str_sub(*s, 3, end);
		t = skip(*s, end + 1);
		if (check_utf8(p, name) < 0)
			return p->code;
	}
	if (first(name) == '^') {
		negate = !negate;
		name = skip(name, 1);
	}
	struct re2_class cls;
	if (!re2_unicode_class(name, p->flags & FOLD_CASE, &cls, &inverted))
		return fail(p, "invalid character class range", all);
	re2_ranges_add_class(r, cls, negate != inverted, false);
	*s = t;
	return 1;
}

/* ---- escapes ---- */

static int unhex(uint32_t c)
{
	if (c >= '0' && c <= '9')
		return (int)c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (int)c - 'a' + 10 : -1;
}

/* \x{10FFFF} behind the brace. 1: taken; 0: wrong; negative: error told. */
static int braced_hex(struct parser *p, struct sw_str *t, uint32_t *ret)
{
	uint32_t c = 0, r = 0;
	for (int digits = 0;; digits++) {
		if (!t->n)
			return 0;
		if (next_rune(p, t, &c) < 0)
			return p->code;
		if (c == '}') {
			*ret = r;
			return digits > 0;
		}
		int v = unhex(c);
		if (v < 0)
			return 0;
		r = r * 16 + (uint32_t)v;
		if (r > RE2_MAX_RUNE)
			return 0;
	}
}

static int hex_escape(struct parser *p, struct sw_str *t, uint32_t *ret)
{
	uint32_t c = 0, d = 0;
	if (!t->n)
		return 0;
	if (next_rune(p, t, &c) < 0)
		return p->code;
	if (c == '{')
		return braced_hex(p, t, ret);
	int x = unhex(c);
	if (!t->n) { /* Go decodes the end as U+FFFD of no width */
		return 0;
	}
	if (next_rune(p, t, &d) < 0)
		return p->code;
	int y = unhex(d);
	if (x < 0 || y < 0)
		return 0;
	*ret = (uint32_t)(x * 16 + y);
	return 1;
}

static uint32_t octal(struct sw_str *t, uint32_t r)
{
	for (int i = 1; i < 3 && t->n && t->p[0] >= '0' && t->p[0] <= '7'; i++) {
		r = r * 8 + (uint32_t)(t->p[0] - '0');
		*t = skip(*t, 1);
	}
	return r;
}

static int parse_escape(struct parser *p, struct sw_str *s, uint32_t *ret)
{
	static const char from[] = "afnrtv", to[] = "\a\f\n\r\t\v";
	struct sw_str t = skip(*s, 1);
	uint32_t c = 0;
	int r = 0;
	if (!t.n)
		return fail(p, "trailing backslash at end of expression", (struct sw_str){"", 0});
	if (next_rune(p, &t, &c) < 0)
		return p->code;
	const char *hit = c && c < 0x80 ? strchr(from, (int)c) : NULL;
	bool alnum = (c >= '0' && c <= '9') || (c < 0x80 && (c | 0x20) >= 'a' && (c | 0x20) <= 'z');
	if (c < 0x80 && !alnum) {
		*ret = c;
		r = 1;
	} else if (hit) {
		*ret = (unsigned char)to[hit - from];
		r = 1;
	} else if (c == '0' || (c >= '1' && c <= '7' && t.n && t.p[0] >= '0' && t.p[0] <= '7')) {
		*ret = octal(&t, c - '0');
		r = 1;
	} else if (c == 'x') {
		r = hex_escape(p, &t, ret);
	}
	if (r < 0)
		return r;
	if (!r)
		return fail(p, "invalid escape sequence", up_to(*s, t));
	*s = t;
	return 0;
}

/* ---- [classes] ---- */

static int class_char(struct parser *p, struct sw_str *t, struct sw_str whole, uint32_t *ret)
{
	if (!t->n)
		return fail(p, "missing closing ]", whole);
	return t->p[0] == '\\' ? parse_escape(p, t, ret) : next_rune(p, t, ret);
}

static int class_item(struct parser *p, struct sw_str *t, struct sw_str whole, struct re2_ranges *r)
{
	int taken = posix_class(p, t, r);
	if (!taken)
		taken = unicode_class(p, t, r);
	if (taken)
		return taken < 0 ? taken : 0;
	if (perl_class(p, t, r))
		return 0;
	struct sw_str start = *t;
	uint32_t lo = 0, hi = 0;
	if (class_char(p, t, whole, &lo) < 0)
		return p->code;
	hi = lo;
	if (t->n >= 2 && t->p[0] == '-' && t->p[1] != ']') {
		*t = skip(*t, 1);
		if (class_char(p, t, whole, &hi) < 0)
			return p->code;
		if (hi < lo)
			return fail(p, "invalid character class range", up_to(start, *t));
	}
	if (p->flags & FOLD_CASE)
		re2_ranges_add_fold(r, lo, hi);
	else
		re2_ranges_add(r, lo, hi);
	return 0;
}

static int parse_class(struct parser *p)
{
	struct sw_str whole = p->rest, t = skip(whole, 1);
	struct re2_ranges r = {.arena = p->arena};
	bool negate = first(t) == '^';
	t = skip(t, negate);
	for (bool start = true; !t.n || t.p[0] != ']' || start; start = false)
		if (class_item(p, &t, whole, &r) < 0 || r.full)
			break;
	if (p->code)
		return p->code;
	p->rest = skip(t, 1);
	push_class(p, &r, negate);
	return 0;
}

/* ---- repetition ---- */

static bool repeat_is_valid(const struct re2_node *n, int left)
{
	if (n->op == RE2_REPEAT) {
		int m = n->max;
		if (m == 0)
			return true;
		if (m < 0)
			m = n->min;
		if (m > left)
			return false;
		if (m > 0)
			left /= m;
	}
	for (const struct re2_node *c = n->child; c; c = c->next)
		if (!repeat_is_valid(c, left))
			return false;
	return true;
}

/* `op` stands in `before`, `after` is what follows it; `last`: where the operator right before
 * began. */
static int repeat(struct parser *p, struct re2_node like, struct sw_str before, struct sw_str after,
	struct sw_str last)
{
	bool lazy = p->flags & NON_GREEDY;
	if (first(after) == '?') {
		after = skip(after, 1);
		lazy = !lazy;
	}
	if (last.n)
		return fail(p, "invalid nested repetition operator", up_to(last, after));
	if (!p->n || is_pseudo(p->stack[p->n - 1]))
		return fail(p, "missing argument to repetition operator", up_to(before, after));
	struct re2_node *n = new_node(p, (enum re2_op)like.op);
	n->min = like.min;
	n->max = like.max;
	n->lazy = lazy;
	add_child(n, p->stack[p->n - 1]);
	measure(p, n);
	p->stack[p->n - 1] = n;
	if (p->too_large || p->too_deep)
		return 0;
	if (n->op == RE2_REPEAT && (n->min >= 2 || n->max >= 2) && !repeat_is_valid(n, MAX_REPEAT))
		return fail(p, "invalid repeat count", up_to(before, after));
	p->rest = after;
	return 0;
}

static bool parse_int(struct sw_str *s, int *ret)
{
	if (!s->n || s->p[0] < '0' || s->p[0] > '9')
		return false;
	if (s->n >= 2 && s->p[0] == '0' && s->p[1] >= '0' && s->p[1] <= '9')
		return false;
	int v = 0;
	for (; s->n && s->p[0] >= '0' && s->p[0] <= '9'; *s = skip(*s, 1))
		v = v < 0 || v >= 100000000 ? -1 : v * 10 + (s->p[0] - '0');
	*ret = v;
	return true;
}

/* {min} {min,} {min,max} */
static bool parse_counts(struct sw_str *s, int *ret_min, int *ret_max)
{
	struct sw_str t = skip(*s, 1);
	if (!parse_int(&t, ret_min) || !t.n)
		return false;
	*ret_max = *ret_min;
	if (t.p[0] == ',') {
		t = skip(t, 1);
		if (!t.n)
			return false;
		if (t.p[0] == '}')
			*ret_max = -1;
		else if (!parse_int(&t, ret_max))
			return false;
		else if (*ret_max < 0)
			*ret_min = -1;
	}
	if (first(t) != '}')
		return false;
	*s = skip(t, 1);
	return true;
}

/* *ret_repeat: where the operator began, when it was one. */
static int parse_repeat(struct parser *p, struct sw_str last, struct sw_str *ret_repeat)
{
	struct sw_str before = p->rest, after = skip(before, 1);
	struct re2_node like = {0};
	switch (before.p[0]) {
	case '*':
		like.op = RE2_STAR;
		break;
	case '+':
		like.op = RE2_PLUS;
		break;
	case '?':
		like.op = RE2_QUEST;
		break;
	default:
		after = before;
		like.op = RE2_REPEAT;
		if (!parse_counts(&after, &like.min, &like.max)) {
			literal(p, '{');
			p->rest = skip(before, 1);
			return 0;
		}
		if (like.min < 0 || like.min > MAX_REPEAT || like.max > MAX_REPEAT ||
			(like.max >= 0 && like.min > like.max))
			return fail(p, "invalid repeat count", up_to(before, after));
	}
	*ret_repeat = before;
	return repeat(p, like, before, after, last);
}

/* ---- (?…) ---- */

static bool valid_name(struct sw_str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool alnum = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
		if (c != '_' && !alnum)
			return false;
	}
	return name.n > 0;
}

static int named_group(struct parser *p, size_t at)
{
	struct sw_str t = p->rest;
	size_t end = sw_str_chr(t, '>', 0);
	if (end == SW_NPOS)
		return check_utf8(p, t) < 0 ? p->code : fail(p, "invalid named capture", t);
	struct sw_str name = sw_str_sub(t, at, end);
	if (check_utf8(p, name) < 0)
		return p->code;
	if (!valid_name(name))
		return fail(p, "invalid named capture", sw_str_sub(t, 0, end + 1));
	struct re2_tree *r = p->tree;
	left_paren(p, ++r->groups);
	p->rest = skip(t, end + 1);
	if (r->n_names == r->cap_names) {
		uint32_t cap = r->cap_names ? r->cap_names * 2 : 8;
		void *v = sw_arena_grow(p->arena, r->names, r->cap_names * sizeof(*r->names),
			cap * sizeof(*r->names));
		if (!v) {
			p->too_large = true;
			return 0;
		}
		r->names = v;
		r->cap_names = cap;
	}
	r->names[r->n_names++] = (struct re2_name){r->groups, sw_arena_str(p->arena, name)};
	return 0;
}

static unsigned flag_bit(uint32_t c)
{
	switch (c) {
	case 'i':
		return FOLD_CASE;
	case 'm':
		return ONE_LINE;
	case 's':
		return DOT_NL;
	case 'U':
		return NON_GREEDY;
	default:
		return 0;
	}
}

static int parse_perl_flags(struct parser *p)
{
	struct sw_str s = p->rest;
	if (s.n > 4 && starts(s, "(?P<"))
		return named_group(p, 4);
	if (s.n > 3 && starts(s, "(?<"))
		return named_group(p, 3);
	struct sw_str t = skip(s, 2);
	unsigned flags = p->flags;
	bool minus = false, saw = false;
	while (t.n) {
		uint32_t c = 0;
		if (next_rune(p, &t, &c) < 0)
			return p->code;
		unsigned bit = flag_bit(c);
		if (bit) {
			bool set = minus == (c == 'm'); /* m clears OneLine */
			flags = set ? flags | bit : flags & ~bit;
			saw = true;
		} else if (c == '-' && !minus) {
			minus = true;
			saw = false;
		} else if ((c == ':' || c == ')') && (!minus || saw)) {
			if (c == ':')
				left_paren(p, 0);
			p->flags = flags;
			p->rest = t;
			return 0;
		} else {
			break;
		}
	}
	return fail(p, "invalid or unsupported Perl syntax", up_to(s, t));
}

/* ---- the loop ---- */

static int quoted_literal(struct parser *p)
{
	struct sw_str t = skip(p->rest, 2);
	size_t end = sw_str_find(t, SW_STR("\\E"), 0);
	struct sw_str text = sw_str_sub(t, 0, end);
	p->rest = end == SW_NPOS ? skip(t, t.n) : skip(t, end + 2);
	while (text.n) {
		uint32_t c = 0;
		if (next_rune(p, &text, &c) < 0)
			return p->code;
		literal(p, c);
	}
	return 0;
}

static int parse_backslash(struct parser *p)
{
	static const struct {
		char c;
		enum re2_op op;
	} ops[] = {{'A', RE2_BEGIN_TEXT}, {'b', RE2_WORD}, {'B', RE2_NO_WORD}, {'z', RE2_END_TEXT}};
	struct sw_str s = p->rest;
	char c = s.n >= 2 ? s.p[1] : '\0';
	for (size_t i = 0; i < SW_ARRAY_LEN(ops); i++)
		if (c == ops[i].c) {
			push_op(p, ops[i].op);
			p->rest = skip(s, 2);
			return 0;
		}
	if (c == 'C')
		return fail(p, "invalid escape sequence", sw_str_sub(s, 0, 2));
	if (c == 'Q')
		return quoted_literal(p);
	struct re2_ranges r = {.arena = p->arena};
	int taken = unicode_class(p, &p->rest, &r);
	if (taken < 0)
		return taken;
	if (taken || perl_class(p, &p->rest, &r)) {
		push_class(p, &r, false);
		return 0;
	}
	uint32_t cp = 0;
	if (parse_escape(p, &p->rest, &cp) < 0)
		return p->code;
	literal(p, cp);
	return 0;
}

static int parse_one(struct parser *p, struct sw_str last, struct sw_str *ret_repeat)
{
	uint32_t c = 0;
	switch (p->rest.p[0]) {
	case '(':
		if (p->rest.n >= 2 && p->rest.p[1] == '?')
			return parse_perl_flags(p);
		left_paren(p, ++p->tree->groups);
		break;
	case '|':
		parse_bar(p);
		break;
	case ')':
		if (parse_right_paren(p) < 0)
			return p->code;
		break;
	case '^':
		push_op(p, p->flags & ONE_LINE ? RE2_BEGIN_TEXT : RE2_BEGIN_LINE);
		break;
	case '$':
		push_op(p, p->flags & ONE_LINE ? RE2_END_TEXT : RE2_END_LINE);
		break;
	case '.':
		push_op(p, p->flags & DOT_NL ? RE2_ANY : RE2_ANY_NOT_NL);
		break;
	case '[':
		return parse_class(p);
	case '*':
	case '+':
	case '?':
	case '{':
		return parse_repeat(p, last, ret_repeat);
	case '\\':
		return parse_backslash(p);
	default:
		if (next_rune(p, &p->rest, &c) < 0)
			return p->code;
		literal(p, c);
		return 0;
	}
	p->rest = skip(p->rest, 1);
	return 0;
}

int re2_parse(struct sw_arena *a, struct sw_str pattern, struct re2_tree *ret, struct sw_error *err)
{
	*ret = (struct re2_tree){.arena = a};
	struct parser p = {.tree = ret,
		.arena = a,
		.err = err,
		.whole = pattern,
		.rest = pattern,
		.flags = ONE_LINE};
	struct sw_str last = {0};
	while (p.rest.n && !p.too_large && !p.too_deep) {
		struct sw_str this = {0};
		if (parse_one(&p, last, &this) < 0)
			return p.code;
		last = this;
	}
	if (!p.too_large && !p.too_deep)
		close_alternation(&p);
	if (p.too_large || a->overflow)
		return fail(&p, "expression too large", pattern);
	if (p.too_deep)
		return fail(&p, "expression nests too deeply", pattern);
	if (p.n != 1)
		return fail(&p, "missing closing )", pattern);
	ret->root = p.stack[0];
	return 0;
}
