/* SPDX-License-Identifier: Apache-2.0 */
/* The rule set: files in, rules out. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "runtime/rules/load_int.h"

struct sw_ruleset *sw_ruleset_new(const struct sw_rules_options *o)
{
	struct sw_ruleset *rs = calloc(1, sizeof(*rs));
	if (!rs)
		return NULL;
	sw_arena_init(&rs->a, 0);
	sw_arena_init(&rs->built[0], 0);
	sw_arena_init(&rs->built[1], 0);
	if (o)
		rs->o = *o;
	for (unsigned s = 0; s < SW_SOURCE__COUNT; s++)
		rs->progs[s] = sw_prog_new(&rs->built[0], (enum sw_event_source)s);
	return rs;
}

void sw_ruleset_free(struct sw_ruleset *rs)
{
	if (!rs)
		return;
	sw_arena_release(&rs->built[0]);
	sw_arena_release(&rs->built[1]);
	sw_arena_release(&rs->a);
	free(rs);
}

static void index_lines(struct sw_load *l)
{
	struct sw_str s = l->res->content;
	uint32_t n = 1;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	l->lines = sw_arena_new_array(l->a, n, uint32_t);
	if (!l->lines)
		return;
	l->lines[0] = 0;
	l->n_lines = 1;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\n')
			l->lines[l->n_lines++] = (uint32_t)i + 1;
}

/* Copied; in UTF-8, so that every place is one of the text. */
static struct sw_str content_of(struct sw_arena *a, struct sw_str text)
{
	bool big = sw_str_starts(text, SW_STR("\xfe\xff"));
	sw_autobuf utf8;

	sw_buf_init(&utf8, 2 * (size_t)SW_RULES_FILE_MAX);
	if (!big && !sw_str_starts(text, SW_STR("\xff\xfe")))
		return sw_arena_str(a, text.p ? text : SW_STR(""));
	sw_buf_addutf16(&utf8, text, big);
	return utf8.overflow ? (struct sw_str){NULL, 0} : sw_arena_str(a, sw_buf_str(&utf8));
}

/* Where a text in UTF-16 has half a letter; SW_NPOS: nowhere, or it is in UTF-8. */
static size_t half_letter(struct sw_str text)
{
	bool big = sw_str_starts(text, SW_STR("\xfe\xff")), low = false;
	size_t i = 0;

	if (!big && !sw_str_starts(text, SW_STR("\xff\xfe")))
		return SW_NPOS;
	for (; i + 1 < text.n; i += 2) {
		unsigned kind = (unsigned char)text.p[big ? i : i + 1] >> 2;
		enum { HIGH = 0xd8 >> 2, LOW = 0xdc >> 2 };
		if (low != (kind == LOW))
			return low ? i - 2 : i;
		low = kind == HIGH;
	}
	return low ? i - 2 : i < text.n ? i : SW_NPOS;
}

static void half_letter_error(struct sw_load *l, struct sw_str text, size_t at)
{
	uint32_t pos = (uint32_t)content_of(l->a, sw_str_sub(text, 0, at)).n;
	const struct sw_load_ctx *c =
		sw_load_ctx_at(l, l->root, (struct sw_span){pos, pos}, "value for", SW_STR(""));

	sw_load_fail(l, SW_LOAD_ERR_YAML_PARSE, c, "yaml-cpp: error at line %u, column %u: incomplete UTF-16 character",
		c->line + 1, c->col + 1);
}

static bool begin(struct sw_load *l, const char *name, struct sw_str text)
{
	struct sw_load_ctx *root = sw_arena_new(l->a, struct sw_load_ctx);
	l->res = sw_arena_new(l->a, struct sw_load_result);
	if (!root || !l->res)
		return false;
	l->res->ok = true;
	l->res->name = sw_arena_str(l->a, sw_str_from(name));
	l->res->content = content_of(l->a, text);
	*root = (struct sw_load_ctx){.name = l->res->name, .type = "rules content"};
	l->root = root;
	return l->res->content.p && l->res->name.p;
}

static struct sw_load_result no_memory = {.name = SW_STR_INIT("")};

const struct sw_load_result *sw_ruleset_add(struct sw_ruleset *rs, const char *name, struct sw_str text)
{
	struct sw_load l = {.rs = rs, .a = &rs->a};
	if (!begin(&l, name, text))
		return &no_memory;
	if (text.n > SW_RULES_FILE_MAX) {
		sw_load_fail(&l, SW_LOAD_ERR_FILE_READ, l.root, "the file is larger than 64 MiB");
		return l.res;
	}
	index_lines(&l);
	size_t half = half_letter(text);
	if (half != SW_NPOS)
		half_letter_error(&l, text, half);
	else if (sw_load_read(&l) == 0)
		sw_load_compile(&l);
	return l.res;
}

const struct sw_load_result *sw_ruleset_add_file(struct sw_ruleset *rs, const char *path)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_str text;
	struct sw_error err = {0};
	if (sw_io_read(&a, path, SW_RULES_FILE_MAX, SW_IO_COPY, &text, &err) == 0)
		return sw_ruleset_add(rs, path, text);
	struct sw_load l = {.rs = rs, .a = &rs->a};
	if (!begin(&l, path, SW_STR("")))
		return &no_memory;
	sw_load_fail(&l, SW_LOAD_ERR_FILE_READ, l.root, "%s", err.text);
	return l.res;
}

uint32_t sw_ruleset_n(const struct sw_ruleset *rs)
{
	return rs->n_out;
}

const struct sw_runtime_rule *sw_ruleset_rule(const struct sw_ruleset *rs, uint32_t i)
{
	return &rs->out[i];
}

const struct sw_runtime_rule *sw_ruleset_find(const struct sw_ruleset *rs, struct sw_str name)
{
	for (uint32_t i = 0; i < rs->n_out; i++)
		if (sw_str_eq(rs->out[i].name, name))
			return &rs->out[i];
	return NULL;
}

struct sw_prog *sw_ruleset_prog(const struct sw_ruleset *rs, enum sw_event_source source)
{
	return rs->progs[source];
}

uint32_t sw_ruleset_enable(struct sw_ruleset *rs, struct sw_str name, bool by_tag, bool enabled)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < rs->n_out; i++) {
		struct sw_runtime_rule *r = &rs->out[i];
		bool hit = !by_tag && sw_str_eq(r->name, name);
		for (uint32_t t = 0; by_tag && t < r->n_tags; t++)
			hit |= sw_str_eq(r->tags[t], name);
		if (hit)
			r->enabled = enabled;
		n += hit;
	}
	return n;
}

uint32_t sw_ruleset_n_macros(const struct sw_ruleset *rs)
{
	return rs->n_macros;
}

uint32_t sw_ruleset_n_lists(const struct sw_ruleset *rs)
{
	return rs->n_lists;
}
