/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fast way: the tree written as a PCRE2 pattern. Everything but plain letters is written as
 * \x{…}, so that nothing can mean more to PCRE2 than it did to the parser.
 */
#include "base/re2_impl.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

struct re2_pcre {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *ctx;
	bool jit;
};

static bool interpret;

void sw_re2_interpret(void)
{
	interpret = true;
}

bool sw_re2_interprets(void)
{
	return interpret;
}

enum {
	MATCH_LIMIT = 100000, /* backtracks of one call; the Pike machine takes over behind it */
	PATTERN_MAX = 1 << 20,
	MAX_GROUPS = 10000,
};

/* Loops over what may be empty end differently in PCRE2. */
static bool agrees(const struct re2_node *n)
{
	bool loop = n->op == RE2_STAR || n->op == RE2_PLUS || n->op == RE2_REPEAT;
	if (loop && n->child->nullable)
		return false;
	for (const struct re2_node *c = n->child; c; c = c->next)
		if (!agrees(c))
			return false;
	return true;
}

static void put_rune(struct sw_buf *out, uint32_t cp)
{
	bool alnum =
		(cp >= '0' && cp <= '9') || (cp < 0x80 && (cp | 0x20) >= 'a' && (cp | 0x20) <= 'z');
	if (alnum)
		sw_buf_addch(out, (char)cp);
	else
		sw_buf_printf(out, "\\x{%x}", cp);
}

static void put_class(struct sw_buf *out, struct re2_class c)
{
	size_t start = out->n;
	sw_buf_addch(out, '[');
	for (uint32_t i = 0; i < c.n; i++) {
		uint32_t lo = c.v[i].lo, hi = c.v[i].hi;
		if (lo >= 0xd800 && lo <= 0xdfff) /* surrogates are in no UTF-8 */
			lo = 0xe000;
		if (hi >= 0xd800 && hi <= 0xdfff)
			hi = 0xd7ff;
		if (lo > hi)
			continue;
		put_rune(out, lo);
		if (hi > lo) {
			sw_buf_addch(out, '-');
			put_rune(out, hi);
		}
	}
	if (out->n == start + 1) {
		out->n = start;
		sw_buf_addz(out, "(?!)");
		return;
	}
	sw_buf_addch(out, ']');
}

static void put(struct sw_buf *out, const struct re2_node *n);

static void put_loop(struct sw_buf *out, const struct re2_node *n)
{
	bool atom = n->child->op == RE2_CHAR || n->child->op == RE2_ANY_NOT_NL ||
		    n->child->op == RE2_CAPTURE || (n->child->op == RE2_CLASS && n->child->cls.n);
	if (!atom)
		sw_buf_addz(out, "(?:");
	put(out, n->child);
	if (!atom)
		sw_buf_addch(out, ')');
	switch (n->op) {
	case RE2_STAR:
		sw_buf_addch(out, '*');
		break;
	case RE2_PLUS:
		sw_buf_addch(out, '+');
		break;
	case RE2_QUEST:
		sw_buf_addch(out, '?');
		break;
	default:
		if (n->max < 0)
			sw_buf_printf(out, "{%d,}", n->min);
		else
			sw_buf_printf(out, "{%d,%d}", n->min, n->max);
	}
	if (n->lazy)
		sw_buf_addch(out, '?');
}

static void put_group(struct sw_buf *out, const struct re2_node *n)
{
	sw_buf_addz(out, n->op == RE2_CAPTURE ? "(" : "(?:");
	for (const struct re2_node *c = n->child; c && !out->overflow; c = c->next) {
		if (c != n->child && n->op == RE2_ALT)
			sw_buf_addch(out, '|');
		put(out, c);
	}
	sw_buf_addch(out, ')');
}

static void put(struct sw_buf *out, const struct re2_node *n)
{
	static const char *const fixed[] = {
		[RE2_EMPTY] = "(?:)",
		[RE2_ANY] = "[\\x{0}-\\x{10ffff}]",
		[RE2_ANY_NOT_NL] = "[^\\n]",
		[RE2_BEGIN_TEXT] = "\\A",
		[RE2_END_TEXT] = "\\z",
		[RE2_BEGIN_LINE] = "(?m:^)",
		[RE2_END_LINE] = "(?m:$)",
		[RE2_WORD] = "\\b",
		[RE2_NO_WORD] = "\\B",
	};
	switch ((enum re2_op)n->op) {
	case RE2_CHAR:
		put_rune(out, n->rune);
		break;
	case RE2_CLASS:
		put_class(out, n->cls);
		break;
	case RE2_STAR:
	case RE2_PLUS:
	case RE2_QUEST:
	case RE2_REPEAT:
		put_loop(out, n);
		break;
	case RE2_CAPTURE:
	case RE2_CONCAT:
	case RE2_ALT:
		put_group(out, n);
		break;
	default:
		sw_buf_addz(out, fixed[n->op]);
	}
}

static pcre2_code *compile(struct sw_str pattern)
{
	pcre2_compile_context *cc = pcre2_compile_context_create(NULL);
	int code;
	size_t at;
	if (!cc)
		return NULL;
	pcre2_set_newline(cc, PCRE2_NEWLINE_LF);
	pcre2_set_parens_nest_limit(cc, 250);
	pcre2_code *re = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
		PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_ALT_CIRCUMFLEX | PCRE2_NO_UTF_CHECK,
		&code, &at, cc);
	pcre2_compile_context_free(cc);
	return re;
}

struct re2_pcre *re2_pcre_new(const struct re2_tree *t)
{
	if (!agrees(t->root) || t->groups > MAX_GROUPS || t->root->height > 240)
		return NULL;
	sw_autobuf pattern;
	sw_buf_init(&pattern, PATTERN_MAX);
	put(&pattern, t->root);
	pcre2_code *code = pattern.overflow ? NULL : compile(sw_buf_str(&pattern));
	if (!code)
		return NULL;
	struct re2_pcre *p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	p->code = code;
	/* Without it PCRE2 interprets. */
	p->jit = !interpret && pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;
	p->data = pcre2_match_data_create_from_pattern(code, NULL);
	p->ctx = pcre2_match_context_create(NULL);
	if (!p->data || !p->ctx)
		abort();
	pcre2_set_match_limit(p->ctx, MATCH_LIMIT);
	pcre2_set_depth_limit(p->ctx, 10000);
	pcre2_set_heap_limit(p->ctx, 4096);
	return p;
}

void re2_pcre_free(struct re2_pcre *p)
{
	if (!p)
		return;
	pcre2_match_context_free(p->ctx);
	pcre2_match_data_free(p->data);
	pcre2_code_free(p->code);
	free(p);
}

int re2_pcre_find(struct re2_pcre *p, struct sw_str s, size_t from, size_t *caps, uint32_t n_groups)
{
	PCRE2_SPTR text = (PCRE2_SPTR)(s.p ? s.p : "");
	int n = p->jit ? pcre2_jit_match(p->code, text, s.n, from, 0, p->data, p->ctx)
		       : pcre2_match(p->code, text, s.n, from, PCRE2_NO_UTF_CHECK, p->data, p->ctx);
	if (n == PCRE2_ERROR_NOMATCH)
		return 0;
	if (n < 0)
		return -SW_EUNSUPPORTED;
	const PCRE2_SIZE *places = pcre2_get_ovector_pointer(p->data);
	uint32_t have = pcre2_get_ovector_count(p->data);
	for (uint32_t i = 0; i < n_groups; i++) {
		bool set = i < have && (int)i < n && places[2 * i] != PCRE2_UNSET;
		caps[2 * i] = set ? places[2 * i] : SW_RE2_NONE;
		caps[2 * i + 1] = set ? places[2 * i + 1] : SW_RE2_NONE;
	}
	return 1;
}
