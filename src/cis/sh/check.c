/* SPDX-License-Identifier: Apache-2.0 */
/* What of an audit this shell does not know, found by reading it: nothing is run. */
#include "base/cleanup.h"
#include "cis/sh/impl.h"

struct checking {
	struct sw_arena *a;
	const char *why;
	struct sw_str functions[16];
	uint32_t n_functions;
	int depth;
};

static void node(struct checking *c, const struct sh_node *n);

static void refuse(struct checking *c, const char *before, struct sw_str what, const char *after)
{
	struct sw_str s = sw_arena_printf(c->a, "%s%.*s%s", before, SW_STR_ARG(what), after);
	if (!c->why)
		c->why = s.p ? sw_arena_cstr(c->a, s) : "the audit takes too much memory";
}

static void word(struct checking *c, const struct sh_word *w)
{
	if (!w || c->depth > SH_DEPTH_MAX)
		return;
	c->depth++;
	for (uint32_t i = 0; i < w->n && !c->why; i++) {
		if (w->v[i].kind == SH_SUBST || w->v[i].kind == SH_PROCESS)
			node(c, w->v[i].body);
		word(c, w->v[i].arg);
		word(c, w->v[i].arg2);
	}
	c->depth--;
}

/* A word that is written out; empty: it is computed. */
static struct sw_str literal(const struct checking *c, const struct sh_word *w)
{
	struct sw_str s = {0};
	for (uint32_t i = 0; w && i < w->n; i++) {
		if (w->v[i].kind != SH_LIT)
			return (struct sw_str){0};
		s = s.n ? sw_arena_printf(c->a, "%.*s%.*s", SW_STR_ARG(s), SW_STR_ARG(w->v[i].text)) : w->v[i].text;
	}
	return s;
}

static bool one_of(struct sw_str s, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sw_str_is(s, v[i]))
			return true;
	return false;
}

static void command(struct checking *c, const struct sh_word *const *w, uint32_t n);

/* The verb is the first word that is no option and no option's value. */
static void kubectl(struct checking *c, const struct sh_word *const *w, uint32_t n)
{
	static const char *const verbs[] = {"get", "auth", "api-resources", "exec", "rsh", "debug"};
	static const char *const valued[] = {"-n", "--namespace", "--kubeconfig", "--context", "-o", "-l"};
	for (uint32_t i = 1; i < n; i++) {
		struct sw_str s = literal(c, w[i]);
		if (s.n && s.p[0] == '-') {
			i += one_of(s, valued, SW_ARRAY_LEN(valued));
			continue;
		}
		if (s.n && !one_of(s, verbs, SW_ARRAY_LEN(verbs))) {
			refuse(c, "kubectl ", s, " is not answered");
			return;
		}
		bool exec = sw_str_is(s, "exec") || sw_str_is(s, "debug"), rsh = sw_str_is(s, "rsh");
		for (uint32_t k = i + 1; exec && k < n; k++)
			if (sw_str_is(literal(c, w[k]), "--")) {
				bool root = k + 2 < n && sw_str_is(literal(c, w[k + 1]), "chroot");
				command(c, w + k + (root ? 3 : 1), n - k - (root ? 3 : 1));
				return;
			}
		for (uint32_t k = i + 1; rsh && k < n; k++) {
			struct sw_str x = literal(c, w[k]);
			if (x.n && x.p[0] == '-')
				k += x.n == 2;
			else if (k + 1 < n && x.n && x.p[0] != '$')
				k = n;
			else if (k + 1 < n) {
				uint32_t from = k + 1;
				while (from + 1 < n && sw_str_is(literal(c, w[from]), "-c"))
					from += 2;
				command(c, w + from, n - from);
				return;
			}
		}
		return;
	}
}

static void command(struct checking *c, const struct sh_word *const *w, uint32_t n)
{
	static const char *const own[] = {":", "true", "false", "read", "export", "local", "readonly", "sh", "bash",
		"exit", "break", "continue", "set", "unset", "shopt", "trap", "return", "sudo", "command"};
	struct sw_str name = n ? literal(c, w[0]) : (struct sw_str){0};
	if (!name.n || c->why) /* computed: known when it runs */
		return;
	name = sh_base_name(name);
	if (sw_str_is(name, "sudo") || sw_str_is(name, "command")) {
		command(c, w + 1, n - 1);
		return;
	}
	for (uint32_t i = 0; i < c->n_functions; i++)
		if (sw_str_eq(c->functions[i], name))
			return;
	if ((sw_str_is(name, "sh") || sw_str_is(name, "bash")) && n > 2 && sw_str_ends(literal(c, w[1]), SW_STR("c"))) {
		struct sw_str text = literal(c, w[2]);
		if (text.n && c->depth < SH_DEPTH_MAX)
			c->why = sw_cis_audit_check(c->a, text);
		return;
	}
	if (sw_str_is(name, "kubectl") || sw_str_is(name, "oc"))
		kubectl(c, w, n);
	else if (sw_str_is(name, "curl") && n && !sw_str_ends(literal(c, w[n - 1]), SW_STR("/configz")))
		refuse(c, "curl makes no connection", SW_STR(""), "");
	else if (!sh_tool_named(name) && !one_of(name, own, SW_ARRAY_LEN(own)))
		refuse(c, "the command ", name, " is not known");
}

static void node(struct checking *c, const struct sh_node *n)
{
	if (!n || c->depth > SH_DEPTH_MAX || c->why)
		return;
	c->depth++;
	if (n->kind == SH_FUNCTION && c->n_functions < SW_ARRAY_LEN(c->functions))
		c->functions[c->n_functions++] = n->var;
	if (n->kind == SH_CMD)
		command(c, (const struct sh_word *const *)n->words, n->n_words);
	for (uint32_t i = 0; n->kind != SH_FUNCTION && i < n->n_words && !c->why; i++)
		word(c, n->words[i]);
	for (uint32_t i = 0; i < n->n_assigns && !c->why; i++)
		word(c, n->assigns[i].value);
	for (uint32_t i = 0; i < n->n_redirs && !c->why; i++)
		word(c, n->redirs[i]->word);
	for (uint32_t i = 0; i < n->n_kids && !c->why; i++)
		node(c, n->kids[i]);
	c->depth--;
}

const char *sw_cis_audit_check(struct sw_arena *a, struct sw_str text)
{
	struct sw_error err = {0};
	struct checking c = {.a = a};
	const struct sh_node *n = sh_parse(a, sw_str_trim(text), 0, &err);
	if (!n) {
		struct sw_str why = sw_arena_str(a, sw_str_from(err.text));
		return why.p ? sw_arena_cstr(a, why) : "the audit takes too much memory";
	}
	node(&c, n);
	return c.why;
}
