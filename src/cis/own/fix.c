/* SPDX-License-Identifier: Apache-2.0 */
#include "cis/own/fix.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/diff.h"
#include "cis/own/condition.h"
#include "doc/splice.h"
#include "doc/yaml.h"

#define COMMAND_MAX ((size_t)16 << 10)
#define LINE_MAX_DIFF ((size_t)64 << 10) /* a file of one line is its own diff */

/* A word of the POSIX shell; what a terminal or JSON would not carry is written in octal. */
struct sw_str sw_cis_shell_word(struct sw_arena *a, struct sw_str s)
{
	sw_autobuf b = {0};
	bool plain = s.n > 0, odd = false;
	sw_buf_init(&b, COMMAND_MAX);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c >= '0' && c <= '9') || (c && strchr("/._-:,+=", c));
		plain = plain && word;
		odd = odd || c < 32 || c >= 127;
	}
	if (plain)
		return s;
	sw_buf_addz(&b, odd ? "$'" : "'");
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (odd && (c < 32 || c >= 127 || c == '\'' || c == '\\'))
			sw_buf_printf(&b, "\\%03o", c);
		else if (c == '\'')
			sw_buf_addz(&b, "'\\''");
		else
			sw_buf_addch(&b, (char)c);
	}
	sw_buf_addch(&b, '\'');
	return b.overflow ? (struct sw_str){0} : sw_arena_str(a, sw_buf_str(&b));
}

int sw_cis_plan_text(struct sw_cis_judging *j, struct sw_str file, struct sw_str *ret)
{
	for (uint32_t i = 0; i < j->plan.n_edits; i++)
		if (sw_str_eq(j->plan.edits[i].file, file)) {
			*ret = j->plan.edits[i].after;
			return 0;
		}
	return sw_cis_read(j->n, j->a, file, ret);
}

struct sw_value sw_cis_plan_yaml(struct sw_cis_judging *j, struct sw_str file)
{
	struct sw_yaml_stream *s;
	struct sw_yaml_doc doc = {0};
	struct sw_str text;
	if (sw_cis_plan_text(j, file, &text) || sw_yaml_open(j->a, text, SW_YAML_K8S, NULL, &s, NULL) ||
		sw_yaml_next(s, j->a, &doc, NULL) < 0)
		return sw_undef();
	return doc.root.type == SW_NULL || !sw_defined(doc.root) ? sw_empty_object() : doc.root;
}

static bool printable(struct sw_str path)
{
	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] < 32 || path.p[i] == 127)
			return false;
	return path.n > 0;
}

bool sw_cis_plan_put(struct sw_cis_judging *j, struct sw_str file, struct sw_str after)
{
	struct sw_cis_plan *p = &j->plan;
	struct sw_str text = {0};
	struct stat st;
	for (uint32_t i = 0; i < p->n_edits; i++)
		if (sw_str_eq(p->edits[i].file, file)) {
			p->edits[i].after = after;
			return true;
		}
	/* A link that leads elsewhere is not what `patch` would change. */
	int rc = sw_cis_read(j->n, j->a, file, &text);
	if (p->n_edits == SW_CIS_EDITS_MAX || !printable(file) || (rc && rc != -ENOENT) ||
		(!rc && (sw_cis_stat(j->n, file, false, &st) || !S_ISREG(st.st_mode))))
		return false;
	if (rc)
		text = (struct sw_str){0};
	p->edits[p->n_edits].file = sw_arena_str(j->a, file);
	p->edits[p->n_edits].before = text;
	p->edits[p->n_edits++].after = after;
	return true;
}

bool sw_cis_plan_splice(struct sw_cis_judging *j, struct sw_str file, const struct sw_patch_op *ops, uint32_t n)
{
	sw_autobuf after = {0};
	struct sw_str text;
	struct sw_error err = {0};
	bool json = sw_str_ends(file, SW_STR(".json"));
	sw_buf_init(&after, 2 * SW_CIS_FILE_MAX);
	if (sw_cis_plan_text(j, file, &text))
		return false;
	if (sw_splice(j->a, text, json ? SW_SPLICE_JSON : SW_SPLICE_YAML, 0, ops, n, &after, &err))
		return false;
	return sw_cis_plan_put(j, file, sw_arena_str(j->a, sw_buf_str(&after)));
}

bool sw_cis_plan_command(struct sw_cis_judging *j, struct sw_str command)
{
	struct sw_str *all = &j->plan.commands;
	if (!command.n || all->n + command.n + 1 > COMMAND_MAX)
		return false;
	*all = sw_arena_printf(j->a, "%.*s%.*s\n", SW_STR_ARG(*all), SW_STR_ARG(command));
	return true;
}

struct sw_str sw_cis_plan_diff(struct sw_cis_judging *j)
{
	static const struct sw_term plain = {.width = 80};
	sw_autobuf out = {0};
	sw_buf_init(&out, SW_CIS_FILE_MAX);
	for (uint32_t i = 0; i < j->plan.n_edits; i++) {
		struct sw_str before = j->plan.edits[i].before, rest = before, line;
		while (sw_str_split(&rest, '\n', &line))
			if (line.n > LINE_MAX_DIFF)
				return (struct sw_str){0};
		sw_diff_unified(&out, j->plan.edits[i].file, before, j->plan.edits[i].after, &plain);
	}
	return out.overflow ? (struct sw_str){0} : sw_arena_str(j->a, sw_buf_str(&out));
}
