/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments where files say them: a static pod's manifest, a systemd unit, the configuration of k3s and RKE2. */
#include "base/cleanup.h"
#include "cis/discover.h"
#include "cis/own/condition.h"
#include "cis/own/fix.h"
#include "cis/own/unit.h"
#include "doc/yaml.h"

#define LIST_MAX 4096
#define OPS_MAX 64

/* "--flag", "--flag=value" or with one dash. */
static bool is_flag(struct sw_str s, struct sw_str flag)
{
	size_t dashes = sw_str_starts(s, SW_STR("--")) ? 2 : s.n && s.p[0] == '-';
	s = sw_str_sub(s, dashes, s.n);
	return dashes && sw_str_starts(s, flag) && (s.n == flag.n || s.p[flag.n] == '=');
}

static struct sw_str text_at(struct sw_value list, uint32_t i)
{
	struct sw_value v = list.type == SW_ARRAY && i < list.n ? sw_array_at(list, i) : sw_undef();
	return v.type == SW_STRING ? sw_value_str(v) : (struct sw_str){0};
}

/* ---- static pods ---- */

/* The container whose first word is the component's program; -1: none, or a shell that starts it. */
static int64_t container_of(const struct sw_cis_component *c, struct sw_value containers)
{
	struct sw_str name = sw_str_from(sw_cis_component_name(c->id));
	for (uint32_t i = 0; containers.type == SW_ARRAY && i < containers.n && i < 64; i++) {
		struct sw_value command = sw_object_gets(sw_array_at(containers, i), SW_STR("command"));
		if (sw_str_ends(text_at(command, 0), name))
			return i;
	}
	return -1;
}

struct ops {
	struct sw_patch_op v[OPS_MAX];
	uint32_t n;
};

static void add_op(struct ops *o, enum sw_patch_kind kind, struct sw_str path, struct sw_value v)
{
	if (o->n < OPS_MAX)
		o->v[o->n++] = (struct sw_patch_op){.kind = kind, .path = path, .value = v};
	else
		o->n = OPS_MAX + 1;
}

/*
 * The flag in one list: the last time it stands there is the one that counts and gets the value, the others go.
 * Backwards, so that what is taken away moves nothing that is still to be named. True: it stands there.
 */
static bool in_list(struct sw_cis_judging *j, struct ops *o, struct sw_str at, struct sw_value list, struct sw_str flag,
	const struct sw_str *value)
{
	bool seen = false;
	for (uint32_t i = list.type == SW_ARRAY && list.n < LIST_MAX ? list.n : 0; i-- > 0;) {
		struct sw_str s = text_at(list, i), next = text_at(list, i + 1);
		if (!is_flag(s, flag))
			continue;
		struct sw_str path = sw_arena_printf(j->a, "%.*s/%u", SW_STR_ARG(at), i);
		if (sw_str_chr(s, '=', 0) == SW_NPOS && next.n && next.p[0] != '-') /* its value is the next item */
			add_op(o, SW_PATCH_REMOVE, sw_arena_printf(j->a, "%.*s/%u", SW_STR_ARG(at), i + 1), sw_undef());
		if (value && !seen)
			add_op(o, SW_PATCH_REPLACE, path,
				sw_string(sw_arena_printf(j->a, "--%.*s=%.*s", SW_STR_ARG(flag), SW_STR_ARG(*value))));
		else
			add_op(o, SW_PATCH_REMOVE, path, sw_undef());
		seen = true;
	}
	return seen;
}

bool sw_cis_args_pod(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_str flag,
	const struct sw_str *value)
{
	struct sw_value pod = sw_cis_plan_yaml(j, c->file_args_from), all = sw_value_path(pod, "spec", "containers", NULL);
	int64_t k = container_of(c, all);
	struct ops *o = sw_arena_zalloc(j->a, sizeof(*o));
	if (k < 0 || !o)
		return false;
	struct sw_value one = sw_array_at(all, (uint32_t)k);
	struct sw_value args = sw_object_gets(one, SW_STR("args")), command = sw_object_gets(one, SW_STR("command"));
	struct sw_str at = sw_arena_printf(j->a, "/spec/containers/%lld", (long long)k);
	struct sw_str at_args = sw_arena_printf(j->a, "%.*s/args", SW_STR_ARG(at));
	struct sw_str at_command = sw_arena_printf(j->a, "%.*s/command", SW_STR_ARG(at));
	bool seen = in_list(j, o, at_args, args, flag, value);
	seen = in_list(j, o, at_command, command, flag, seen ? NULL : value) || seen;
	if (!seen && value)
		add_op(o, SW_PATCH_ADD,
			sw_arena_printf(j->a, "%.*s/-", SW_STR_ARG(args.type == SW_ARRAY && args.n ? at_args : at_command)),
			sw_string(sw_arena_printf(j->a, "--%.*s=%.*s", SW_STR_ARG(flag), SW_STR_ARG(*value))));
	return o->n && o->n <= OPS_MAX && sw_cis_plan_splice(j, c->file_args_from, o->v, o->n);
}

/* ---- systemd ---- */

static bool is_end(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '"' || c == '\'' || c == '\\';
}

/* The flag as it stands in the text, from its dashes to the end of its value; false: not once. */
static bool token(struct sw_str text, struct sw_str flag, size_t *ret_from, size_t *ret_to)
{
	uint32_t n = 0;
	for (size_t at = 0; (at = sw_str_find(text, flag, at)) != SW_NPOS; at += flag.n) {
		size_t from = at, to = at + flag.n;
		while (from && text.p[from - 1] == '-')
			from--;
		if (from == at || (from && !is_end(text.p[from - 1]) && text.p[from - 1] != '='))
			continue;
		if (to < text.n && text.p[to] != '=' && !is_end(text.p[to]))
			continue;
		bool spaced = to < text.n && text.p[to] == ' ' && to + 1 < text.n && text.p[to + 1] != '-' &&
			      !is_end(text.p[to + 1]);
		to += spaced;
		while (to < text.n && !is_end(text.p[to]))
			to++;
		*ret_from = from;
		*ret_to = to;
		n++;
	}
	return n == 1; /* twice: which one counts is for a person to see */
}

static bool comment_line(struct sw_str text, size_t at)
{
	while (at && text.p[at - 1] != '\n')
		at--;
	while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\t'))
		at++;
	return at < text.n && (text.p[at] == '#' || text.p[at] == ';');
}

/* At the end of the last ExecStart= that starts something, where its continued lines end. */
static size_t exec_end(struct sw_str text)
{
	size_t at = 0, end = SW_NPOS;
	struct sw_str rest = text, line;
	bool in = false;
	while (sw_str_split(&rest, '\n', &line)) {
		at = (size_t)(line.p - text.p);
		struct sw_str t = sw_str_trim(line);
		if (!in && sw_str_starts(t, SW_STR("ExecStart=")) && t.n > 10)
			in = true;
		if (!in)
			continue;
		while (line.n && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\r'))
			line.n--;
		if (line.n && line.p[line.n - 1] == '\\')
			continue;
		end = at + line.n;
		in = false;
	}
	return end;
}

bool sw_cis_args_unit(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_str flag,
	const struct sw_str *value)
{
	struct sw_cis_unit u;
	struct sw_str text, words = {0}, after;
	size_t from = 0, to = 0;
	if (!sw_cis_unit(j->n, j->a, sw_arena_printf(j->a, "%s.service", sw_cis_component_unit(c->id)), &u))
		return false;
	if (value) {
		for (size_t i = 0; i < value->n; i++)
			if ((unsigned char)value->p[i] <= ' ' || strchr("\"'\\$%", value->p[i]))
				return false;
		words = sw_arena_printf(j->a, "--%.*s=%.*s", SW_STR_ARG(flag), SW_STR_ARG(*value));
	}
	for (uint32_t i = u.n_files; i-- > 0;) { /* later files win */
		if (sw_cis_plan_text(j, u.files[i], &text) || !token(text, flag, &from, &to) || comment_line(text, from))
			continue;
		if (!value && to < text.n && text.p[to] == ' ')
			to++;
		after = sw_arena_printf(j->a, "%.*s%.*s%.*s", SW_STR_ARG(sw_str_sub(text, 0, from)), SW_STR_ARG(words),
			SW_STR_ARG(sw_str_sub(text, to, text.n)));
		return sw_cis_plan_put(j, u.files[i], after);
	}
	const struct sw_cis_proc p = {.args = c->file_args};
	struct sw_str said;
	if (!value || sw_cis_flag(&p, flag, &said)) /* it is said in a way that is not found here */
		return false;
	struct sw_str file = u.from.n ? u.from : u.file;
	if (sw_cis_plan_text(j, file, &text) || (to = exec_end(text)) == SW_NPOS)
		return false;
	after = sw_arena_printf(j->a, "%.*s %.*s%.*s", SW_STR_ARG(sw_str_sub(text, 0, to)), SW_STR_ARG(words),
		SW_STR_ARG(sw_str_sub(text, to, text.n)));
	return sw_cis_plan_put(j, file, after);
}

/* ---- k3s and RKE2: "kube-apiserver-arg: [flag=value]" ---- */

static bool is_item(struct sw_str s, struct sw_str flag)
{
	while (s.n && s.p[0] == '-')
		s = sw_str_sub(s, 1, s.n);
	return sw_str_starts(s, flag) && (s.n == flag.n || s.p[flag.n] == '=');
}

static bool rancher_item(struct sw_cis_judging *j, struct sw_str file, struct sw_str key, struct sw_str flag,
	const struct sw_str *value)
{
	struct sw_value root = sw_cis_plan_yaml(j, file), list = sw_object_gets(root, key);
	struct sw_value item = value ? sw_string(sw_arena_printf(j->a, "%.*s=%.*s", SW_STR_ARG(flag), SW_STR_ARG(*value)))
				     : sw_undef();
	struct ops *o = sw_arena_zalloc(j->a, sizeof(*o));
	struct sw_str at = sw_arena_printf(j->a, "/%.*s", SW_STR_ARG(key));
	bool seen = false;
	if (!o || root.type != SW_OBJECT)
		return false;
	for (uint32_t i = list.type == SW_ARRAY ? list.n : 0; i-- > 0;) {
		if (!is_item(text_at(list, i), flag))
			continue;
		bool put = value && !seen;
		add_op(o, put ? SW_PATCH_REPLACE : SW_PATCH_REMOVE, sw_arena_printf(j->a, "%.*s/%u", SW_STR_ARG(at), i),
			put ? item : sw_undef());
		seen = true;
	}
	if (list.type == SW_STRING && is_item(sw_value_str(list), flag)) {
		add_op(o, value ? SW_PATCH_REPLACE : SW_PATCH_REMOVE, at, item);
		seen = true;
	}
	if (!seen && value) {
		struct sw_list l;
		sw_list_init(&l, j->a);
		if (list.type == SW_STRING)
			sw_list_add(&l, list);
		sw_list_add(&l, item);
		if (list.type == SW_ARRAY)
			add_op(o, SW_PATCH_ADD, sw_arena_printf(j->a, "%.*s/-", SW_STR_ARG(at)), item);
		else
			add_op(o, sw_defined(list) ? SW_PATCH_REPLACE : SW_PATCH_ADD, at, sw_list_array(&l));
	}
	return o->n && o->n <= OPS_MAX && sw_cis_plan_splice(j, file, o->v, o->n);
}

bool sw_cis_args_rancher(struct sw_cis_judging *j, const struct sw_cis_component *c, const char *product,
	struct sw_str flag, const struct sw_str *value)
{
	struct sw_str key = sw_str_from(sw_cis_component_arg(c->id)), text;
	struct sw_str file = sw_arena_printf(j->a, "/etc/rancher/%s/config.yaml", product);
	struct sw_str dir = sw_arena_printf(j->a, "%.*s.d/", SW_STR_ARG(file));
	if (c->id == SW_CIS_ETCD && !strcmp(product, "k3s"))
		return false;
	if (sw_str_starts(c->file_args_from, dir)) /* a drop-in that says this component's arguments wins */
		file = c->file_args_from;
	if (sw_cis_plan_text(j, file, &text)) {
		if (!value)
			return false;
		return sw_cis_plan_put(j, file, sw_arena_printf(j->a, "%.*s:\n- %.*s=%.*s\n", SW_STR_ARG(key), SW_STR_ARG(flag),
							SW_STR_ARG(*value)));
	}
	return rancher_item(j, file, key, flag, value);
}
