/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What would mend a failed condition: a command, or a diff of the node's own file. Nothing is ever written or run here.
 *
 * A diff is made only where the file is what decides: the flag stands in the static pod's manifest or nowhere, the key in a
 * configuration file or nowhere. The value that would be set is put through the condition's own test first.
 */
#include "base/cleanup.h"
#include "base/diff.h"
#include "cis/own/condition.h"
#include "doc/pointer.h"
#include "doc/splice.h"

#define COMMAND_MAX ((size_t)16 << 10)
#define LIST_MAX 4096

/* A word of the POSIX shell; what a terminal or JSON would not carry is written in octal. */
static struct sw_str quoted(struct sw_arena *a, struct sw_str s)
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

void sw_cis_remedy_file(struct sw_cis_judging *j, struct sw_cis_outcome *o, struct sw_str path,
	uint32_t mode, int64_t wanted_mode, struct sw_str owner)
{
	struct sw_str name = quoted(j->a, path), more = {0};
	if (wanted_mode >= 0 && ((int64_t)mode & ~wanted_mode)) /* takes bits away, gives none */
		more = sw_arena_printf(j->a, "chmod %04o %.*s\n",
			mode & (unsigned)wanted_mode, SW_STR_ARG(name));
	if (owner.n)
		more = sw_arena_printf(j->a, "%.*schown %.*s %.*s\n", SW_STR_ARG(more),
			SW_STR_ARG(owner), SW_STR_ARG(name));
	if (name.n && o->command.n + more.n <= COMMAND_MAX)
		o->command = sw_arena_printf(
			j->a, "%.*s%.*s", SW_STR_ARG(o->command), SW_STR_ARG(more));
}

/* ---- which value ---- */

/* False when the condition leaves it open. */
static bool wanted(struct sw_cis_judging *j, struct sw_value cond, const struct sw_cis_setting *s,
	struct sw_str *ret)
{
	static const char *const tests[] = {
		"set", "is", "at_least", "at_most", "duration_at_least"};
	struct sw_value v = sw_undef(), has = sw_object_gets(cond, SW_STR("has"));
	for (size_t i = 0; i < SW_ARRAY_LEN(tests) && !sw_defined(v); i++)
		v = sw_object_gets(cond, sw_str_from(tests[i]));
	*ret = sw_cis_flat(j->a, v);
	if (!sw_defined(v) && sw_defined(has)) {
		struct sw_str item = sw_cis_flat(j->a, has);
		if (!s->found && sw_defined(sw_object_gets(cond, SW_STR("default"))))
			return false; /* it would take the default's place */
		*ret = s->found && s->value.n ? sw_arena_printf(j->a, "%.*s,%.*s",
							SW_STR_ARG(s->value), SW_STR_ARG(item))
					      : item;
	}
	bool good = false;
	struct sw_str expected;
	return ret->n && !sw_cis_test(j, cond, *ret, true, &good, &expected) && good;
}

/* ---- the diff ---- */

static bool printable(struct sw_str path)
{
	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] < 32 || path.p[i] == 127)
			return false;
	return path.n > 0;
}

static void propose(struct sw_cis_judging *j, struct sw_str file, struct sw_str text,
	const struct sw_patch_op *op, struct sw_cis_outcome *o)
{
	static const struct sw_term plain = {.width = 80};
	sw_autobuf after = {0}, diff = {0};
	struct sw_error err = {0};
	sw_buf_init(&after, 2 * SW_CIS_FILE_MAX);
	sw_buf_init(&diff, SW_CIS_FILE_MAX);
	if (sw_str_ends(file, SW_STR(".json")))
		return; /* one long line would be the diff */
	if (!printable(file) || sw_splice(j->a, text, SW_SPLICE_YAML, 0, op, 1, &after, &err))
		return;
	sw_diff_unified(&diff, file, text, sw_buf_str(&after), &plain);
	if (!diff.overflow)
		o->diff = sw_arena_str(j->a, sw_buf_str(&diff));
}

/* Where the flag stands last in a list of arguments, "--flag=value" or "--flag"; -1: nowhere. */
static int64_t flag_at(struct sw_value list, struct sw_str flag)
{
	int64_t at = -1;
	for (uint32_t i = 0; list.type == SW_ARRAY && i < list.n && i < LIST_MAX; i++) {
		struct sw_value v = sw_array_at(list, i);
		struct sw_str s = v.type == SW_STRING ? sw_value_str(v) : (struct sw_str){0};
		size_t dashes = sw_str_starts(s, SW_STR("--")) ? 2 : s.n && s.p[0] == '-';
		s = sw_str_sub(s, dashes, s.n);
		if (dashes && sw_str_starts(s, flag) && (s.n == flag.n || s.p[flag.n] == '='))
			at = i;
	}
	return at;
}

/* The container whose first word is the component's program; -1: none, or a shell that starts it. */
static int64_t container_of(const struct sw_cis_component *c, struct sw_value containers)
{
	struct sw_str name = sw_str_from(sw_cis_component_name(c->id));
	for (uint32_t i = 0; containers.type == SW_ARRAY && i < containers.n && i < 64; i++) {
		struct sw_value command =
			sw_object_gets(sw_array_at(containers, i), SW_STR("command"));
		struct sw_value first = sw_array_at(command, 0);
		if (command.type == SW_ARRAY && first.type == SW_STRING &&
			sw_str_ends(sw_value_str(first), name))
			return i;
	}
	return -1;
}

static void patch_manifest(struct sw_cis_judging *j, const struct sw_cis_component *c,
	struct sw_str flag, struct sw_str value, struct sw_cis_outcome *o)
{
	struct sw_value all = sw_value_path(c->pod, "spec", "containers", NULL);
	int64_t k = container_of(c, all);
	if (k < 0)
		return;
	struct sw_value one = sw_array_at(all, (uint32_t)k);
	struct sw_value args = sw_object_gets(one, SW_STR("args"));
	const char *name = args.type == SW_ARRAY && args.n ? "args" : "command";
	struct sw_value list = sw_object_gets(one, sw_str_from(name));
	int64_t at = flag_at(list, flag);
	if (at < 0 && sw_str_is(sw_str_from(name), "args")) {
		struct sw_value command = sw_object_gets(one, SW_STR("command"));
		if (flag_at(command, flag) >= 0) {
			name = "command";
			list = command;
			at = flag_at(list, flag);
		}
	}
	struct sw_str item =
		sw_arena_printf(j->a, "--%.*s=%.*s", SW_STR_ARG(flag), SW_STR_ARG(value));
	struct sw_patch_op op = {.kind = at < 0 ? SW_PATCH_ADD : SW_PATCH_REPLACE,
		.value = sw_string(item)};
	if (at < 0) {
		op.path = sw_arena_printf(
			j->a, "/spec/containers/%lld/%s/-", (long long)k, name);
	} else {
		struct sw_str was = sw_value_str(sw_array_at(list, (uint32_t)at));
		if (sw_str_chr(was, '=', 0) == SW_NPOS && at + 1 < (int64_t)list.n) {
			struct sw_value next = sw_array_at(list, (uint32_t)at + 1);
			struct sw_str s = next.type == SW_STRING ? sw_value_str(next) : SW_STR("");
			if (!s.n || s.p[0] != '-')
				return; /* its value is another item: rare, and left to a person */
		}
		op.path = sw_arena_printf(j->a, "/spec/containers/%lld/%s/%lld", (long long)k,
			name, (long long)at);
	}
	propose(j, c->file_args_from, c->file_text, &op, o);
}

static struct sw_value typed(struct sw_str s)
{
	int64_t n;
	if (sw_str_is(s, "true") || sw_str_is(s, "false"))
		return sw_bool(sw_str_is(s, "true"));
	return sw_str_to_i64(s, &n) ? sw_int(n) : sw_string(s);
}

/* The key in the file that says it; else in the main file, with what is missing above it. */
static void patch_layer(struct sw_cis_judging *j, const struct sw_cis_layer *l, struct sw_str path,
	struct sw_str value, struct sw_cis_outcome *o)
{
	struct sw_value at = l->root, v = typed(value);
	struct sw_str part, made = {0};
	while (at.type == SW_OBJECT && sw_str_split(&path, '.', &part)) {
		made = sw_arena_printf(j->a, "%.*s/%.*s", SW_STR_ARG(made), SW_STR_ARG(part));
		at = sw_object_gets(at, part);
	}
	if (sw_defined(at) && (path.n || at.type == SW_OBJECT || at.type == SW_ARRAY))
		return;
	struct sw_error err = {0};
	while (path.n) { /* from the innermost key outwards */
		size_t dot = sw_str_rfind(path, SW_STR("."));
		size_t from = dot == SW_NPOS ? 0 : dot + 1;
		struct sw_patch_op in = {.kind = SW_PATCH_ADD, .value = v,
			.path = sw_arena_printf(
				j->a, "/%.*s", SW_STR_ARG(sw_str_sub(path, from, path.n)))};
		if (sw_patch_apply_ops(j->a, sw_empty_object(), &in, 1, &v, &err))
			return;
		path = sw_str_sub(path, 0, dot == SW_NPOS ? 0 : dot);
	}
	struct sw_patch_op op = {.kind = sw_defined(at) ? SW_PATCH_REPLACE : SW_PATCH_ADD,
		.path = made, .value = v};
	propose(j, l->file, l->text, &op, o);
}

void sw_cis_remedy_setting(struct sw_cis_judging *j, const struct sw_cis_component *c,
	struct sw_value cond, const struct sw_cis_setting *s, struct sw_cis_outcome *o)
{
	struct sw_str flag = sw_value_getstr(cond, "flag"),
		      config = sw_value_getstr(cond, "config"), value;
	if (s->differs.n || c->unseen.n || !wanted(j, cond, s, &value))
		return; /* the file says something else already: a restart, not a patch */
	bool argued = s->found && sw_str_eq(s->from, c->args_from);
	if (argued || !config.n || !c->n_layers) {
		/* Flags that stand beside a configuration file are often not read: only what is there is changed. */
		if (flag.n && sw_str_is(c->layout, "static pod") && !c->files_only &&
			(argued || (!s->found && !c->n_layers)))
			patch_manifest(j, c, flag, value, o);
		return;
	}
	const struct sw_cis_layer *l = s->found ? NULL : &c->layers[0];
	for (uint32_t i = 0; s->found && i < c->n_layers; i++)
		if (sw_str_eq(c->layers[i].file, s->from))
			l = &c->layers[i];
	if (l)
		patch_layer(j, l, config, value, o);
}
