/* SPDX-License-Identifier: Apache-2.0 */
/* Which value would make a condition hold, and where it must be said. */
#include "base/cleanup.h"
#include "cis/discover.h"
#include "cis/own/condition.h"
#include "cis/own/fix.h"
#include "doc/formats/formats.h"
#include "doc/json.h"
#include "doc/yaml.h"

bool sw_cis_remedy_file(struct sw_cis_judging *j, struct sw_str path, uint32_t mode, int64_t wanted_mode,
	struct sw_str owner)
{
	struct sw_str name = sw_cis_shell_word(j->a, path);
	struct sw_str user = sw_str_sub(owner, 0, sw_str_chr(owner, ':', 0));
	if (wanted_mode >= 0 && ((int64_t)mode & ~wanted_mode) && /* takes bits away, gives none */
		!sw_cis_plan_command(j, sw_arena_printf(j->a, "chmod %04o %.*s", mode & (unsigned)wanted_mode, SW_STR_ARG(name))))
		return false;
	if (!owner.n)
		return true;
	if (!sw_str_is(user, "root") && !sw_cis_has_user(j->n, user))
		return false;
	return sw_cis_plan_command(j, sw_arena_printf(j->a, "chown %.*s %.*s", SW_STR_ARG(owner), SW_STR_ARG(name)));
}

bool sw_cis_remedy_sysctl(struct sw_cis_judging *j, struct sw_value cond, struct sw_str name)
{
	static const char *const tests[] = {"set", "is", "at_least"};
	struct sw_value v = sw_undef();
	struct sw_str expected;
	bool good = false;
	for (size_t i = 0; i < SW_ARRAY_LEN(tests) && !sw_defined(v); i++)
		v = sw_object_gets(cond, sw_str_from(tests[i]));
	struct sw_str value = sw_cis_flat(j->a, v);
	if (!value.n || sw_cis_test(j, cond, value, true, &good, &expected) || good == j->negated)
		return false;
	struct sw_str pair = sw_cis_shell_word(j->a, sw_arena_printf(j->a, "%.*s=%.*s", SW_STR_ARG(name), SW_STR_ARG(value)));
	if (sw_cis_openshift(j, NULL))
		return sw_cis_openshift_file(j, SW_STR("/etc/sysctl.d"), name,
			sw_arena_printf(j->a, "%.*s=%.*s\n", SW_STR_ARG(name), SW_STR_ARG(value)));
	return sw_cis_plan_command(j, sw_arena_printf(j->a, "sysctl -w %.*s", SW_STR_ARG(pair))) &&
	       sw_cis_plan_command(j, sw_arena_printf(j->a, "printf '%%s\\n' %.*s >> /etc/sysctl.d/90-seawall.conf",
					      SW_STR_ARG(pair)));
}

/* ---- which value ---- */

/* A comma list without the items for which `drop` says so. */
static struct sw_str filtered(struct sw_cis_judging *j, struct sw_value cond, struct sw_str list,
	bool (*drop)(struct sw_cis_judging *j, struct sw_value cond, struct sw_str item))
{
	struct sw_str one, out = {0};
	while (sw_str_split(&list, ',', &one))
		if (!drop(j, cond, sw_str_trim(one)))
			out = out.n ? sw_arena_printf(j->a, "%.*s,%.*s", SW_STR_ARG(out), SW_STR_ARG(one)) : one;
	return out;
}

static bool is_lacked(struct sw_cis_judging *j, struct sw_value cond, struct sw_str item)
{
	return sw_str_eq(item, sw_cis_flat(j->a, sw_object_gets(cond, SW_STR("lacks"))));
}

static bool is_without(struct sw_cis_judging *j, struct sw_value cond, struct sw_str item)
{
	struct sw_value v = sw_object_gets(cond, SW_STR("without"));
	for (uint32_t i = 0; v.type == SW_ARRAY && i < v.n; i++)
		if (sw_str_eq(sw_cis_flat(j->a, sw_array_at(v, i)), item))
			return true;
	return false;
}

static bool is_not_within(struct sw_cis_judging *j, struct sw_value cond, struct sw_str item)
{
	struct sw_value v = sw_object_gets(cond, SW_STR("within"));
	for (uint32_t i = 0; v.type == SW_ARRAY && i < v.n; i++)
		if (sw_str_eq(sw_cis_flat(j->a, sw_array_at(v, i)), item))
			return false;
	return true;
}

/* The first of `paths` that the node has. */
static struct sw_str known_file(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_value list)
{
	for (uint32_t i = 0; list.type == SW_ARRAY && i < list.n; i++) {
		struct sw_str path = sw_cis_flat(j->a, sw_array_at(list, i));
		struct stat st;
		if (!sw_cis_stat(j->n, sw_cis_host_path(j->a, c, path), true, &st) && S_ISREG(st.st_mode))
			return path;
	}
	return (struct sw_str){0};
}

static struct sw_str replaced(struct sw_cis_judging *j, struct sw_value cond, struct sw_str was)
{
	struct sw_str by = sw_value_getstr(cond, "replace"), what = sw_value_getstr(cond, "begins"), one, out = {0};
	if (!by.n || !what.n)
		return out;
	for (bool first = true; sw_str_split(&was, ',', &one); first = false) {
		one = sw_str_trim(one);
		if (sw_str_starts(one, what))
			one = sw_arena_printf(j->a, "%.*s%.*s", SW_STR_ARG(by), SW_STR_ARG(sw_str_sub(one, what.n, one.n)));
		out = first ? one : sw_arena_printf(j->a, "%.*s,%.*s", SW_STR_ARG(out), SW_STR_ARG(one));
	}
	return out;
}

enum answer { OPEN, VALUE, TAKE_AWAY };

/* OPEN when the condition leaves it open. */
static enum answer wanted(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_value cond,
	struct sw_str was, bool found, struct sw_str *ret)
{
	static const char *const tests[] = {"set", "is", "at_least", "at_most", "duration_at_least"};
	struct sw_value v = sw_object_gets(cond, SW_STR("set")), has = sw_object_gets(cond, SW_STR("has"));
	struct sw_value present = sw_object_gets(cond, SW_STR("present"));
	bool gone = sw_defined(present) && !sw_is_true(present);
	*ret = sw_cis_flat(j->a, v);
	if (sw_defined(v))
		return VALUE;
	if (j->negated) { /* only these say what it is to be */
		*ret = replaced(j, cond, was.n ? was : sw_cis_flat(j->a, sw_object_gets(cond, SW_STR("default"))));
		return ret->n ? VALUE : OPEN;
	}
	if (gone)
		return TAKE_AWAY;
	*ret = known_file(j, c, sw_object_gets(cond, SW_STR("paths")));
	for (size_t i = 0; i < SW_ARRAY_LEN(tests) && !ret->n; i++)
		*ret = sw_cis_flat(j->a, sw_object_gets(cond, sw_str_from(tests[i])));
	if (ret->n)
		return VALUE;
	if (sw_defined(has)) {
		struct sw_str item = sw_cis_flat(j->a, has);
		if (!found && sw_defined(sw_object_gets(cond, SW_STR("default"))))
			return OPEN; /* it would take the default's place */
		*ret = was.n ? sw_arena_printf(j->a, "%.*s,%.*s", SW_STR_ARG(was), SW_STR_ARG(item)) : item;
		return VALUE;
	}
	if (sw_defined(sw_object_gets(cond, SW_STR("lacks"))))
		*ret = filtered(j, cond, was, is_lacked);
	else if (sw_defined(sw_object_gets(cond, SW_STR("without"))))
		*ret = filtered(j, cond, was, is_without);
	else if (sw_defined(sw_object_gets(cond, SW_STR("within"))))
		*ret = filtered(j, cond, was, is_not_within);
	else
		return OPEN;
	return ret->n ? VALUE : TAKE_AWAY;
}

/* Does the condition hold when nobody says the setting? */
static bool silence_is_good(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_value cond)
{
	struct sw_value d = sw_cis_default(j, c, cond);
	struct sw_str expected;
	bool good = false;
	return !sw_cis_test(j, cond, sw_cis_flat(j->a, d), false, &good, &expected) && good != j->negated;
}

/* ---- where ---- */

static struct sw_value typed(struct sw_cis_judging *j, struct sw_str s, struct sw_value was, bool list)
{
	int64_t n;
	struct sw_str one;
	struct sw_list l;
	if (was.type == SW_ARRAY || list) {
		sw_list_init(&l, j->a);
		while (sw_str_split(&s, ',', &one))
			sw_list_add(&l, sw_string(sw_str_trim(one)));
		return l.n ? sw_list_array(&l) : sw_empty_array();
	}
	if (sw_str_is(s, "true") || sw_str_is(s, "false"))
		return sw_bool(sw_str_is(s, "true"));
	return sw_str_to_i64(s, &n) ? sw_int(n) : sw_string(s);
}

static struct sw_str pointer(struct sw_cis_judging *j, struct sw_str path)
{
	struct sw_str part, out = {0};
	while (sw_str_split(&path, '.', &part))
		out = sw_arena_printf(j->a, "%.*s/%.*s", SW_STR_ARG(out), SW_STR_ARG(part));
	return out;
}

struct sw_value sw_cis_nested(struct sw_cis_judging *j, struct sw_str path, struct sw_value v)
{
	while (path.n) { /* from the innermost key outwards */
		size_t dot = sw_str_rfind(path, SW_STR("."));
		struct sw_map m;
		sw_map_init(&m, j->a);
		sw_map_add(&m, sw_string(sw_str_sub(path, dot == SW_NPOS ? 0 : dot + 1, path.n)), v);
		v = sw_map_object(&m);
		path = sw_str_sub(path, 0, dot == SW_NPOS ? 0 : dot);
	}
	return v;
}

/* The key gets the value, with what is missing above it. */
static bool put_key(struct sw_cis_judging *j, struct sw_str file, struct sw_str path, struct sw_str value, bool list)
{
	struct sw_value at = sw_cis_plan_yaml(j, file);
	struct sw_str part, made = {0};
	if (at.type != SW_OBJECT)
		return false;
	while (at.type == SW_OBJECT && sw_str_split(&path, '.', &part)) {
		made = sw_arena_printf(j->a, "%.*s/%.*s", SW_STR_ARG(made), SW_STR_ARG(part));
		at = sw_object_gets(at, part);
	}
	if (sw_defined(at) && (path.n || at.type == SW_OBJECT))
		return false;
	struct sw_value v = sw_cis_nested(j, path, typed(j, value, at, list));
	struct sw_patch_op op = {.kind = sw_defined(at) ? SW_PATCH_REPLACE : SW_PATCH_ADD, .path = made, .value = v};
	return sw_cis_plan_splice(j, file, &op, 1);
}

/* Every file that has the key loses it. */
static bool drop_key(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_str path)
{
	bool done = false;
	struct sw_patch_op op = {.kind = SW_PATCH_REMOVE, .path = pointer(j, path)};
	for (uint32_t i = 0; i < c->n_layers; i++) {
		if (!sw_defined(sw_cis_lookup(sw_cis_plan_yaml(j, c->layers[i].file), path, NULL)))
			continue;
		if (!sw_cis_plan_splice(j, c->layers[i].file, &op, 1))
			return false;
		done = true;
	}
	return done;
}

static bool in_args(const struct sw_cis_component *c, struct sw_str flag, struct sw_str *ret)
{
	const struct sw_cis_proc p = {.args = c->file_args.n ? c->file_args : c->args};
	return sw_cis_flag(&p, flag, ret);
}

static bool tell_args(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_str flag,
	const struct sw_str *value)
{
	if (sw_str_starts(c->file_args_from, SW_STR("/var/lib/rancher/rke2/")))
		return sw_cis_args_rancher(j, c, "rke2", flag, value);
	if (sw_str_is(c->layout, "k3s"))
		return sw_cis_args_rancher(j, c, "k3s", flag, value);
	if (sw_str_is(c->layout, "static pod"))
		return sw_cis_args_pod(j, c, flag, value);
	return sw_str_is(c->layout, "service") && sw_cis_args_unit(j, c, flag, value);
}

static bool tell_operator(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_str flag,
	struct sw_str config, const struct sw_str *value, bool list)
{
	struct sw_value was = c->n_layers ? sw_cis_lookup(c->layers[0].root, config, NULL) : sw_undef();

	if (c->id != SW_CIS_KUBELET)
		return value && sw_cis_openshift_flag(j, c, flag);
	if (!config.n || !c->n_layers || (!value && was.type != SW_ARRAY)) /* what is merged takes nothing away */
		return false;
	return sw_cis_openshift_kubelet(j, config, value ? typed(j, *value, was, list) : sw_empty_array());
}

bool sw_cis_remedy_tell(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_str flag,
	struct sw_str config, const struct sw_str *value, bool list)
{
	struct sw_cis_setting s = sw_cis_told(j, c, sw_arena_cstr(j->a, flag), sw_arena_cstr(j->a, config), NULL);
	struct sw_str said;
	bool argued = flag.n && !c->files_only && in_args(c, flag, &said), from_file = false;
	if (s.differs.n || c->unseen.n)
		return false; /* a file says something else than what runs: a restart, not a patch */
	for (uint32_t i = 0; i < c->n_layers; i++)
		from_file = from_file || sw_str_eq(s.from, c->layers[i].file);
	if (s.found && !argued && !from_file && !sw_str_starts(s.from, SW_STR("what ")))
		return false; /* an environment, or a process that no file explains */
	if (argued && s.found && !sw_str_eq(said, s.value))
		return false;
	if (sw_cis_openshift(j, c))
		return !argued && tell_operator(j, c, flag, config, value, list);
	if (argued || !config.n || !c->n_layers) /* flags beside a configuration file are often not read */
		return flag.n && !c->files_only && (argued || !c->n_layers || !config.n) && tell_args(j, c, flag, value);
	if (!value)
		return drop_key(j, c, config);
	return put_key(j, from_file ? s.from : c->layers[0].file, config, *value, list);
}

bool sw_cis_remedy_setting(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_value cond,
	const struct sw_cis_setting *s)
{
	struct sw_str flag = sw_value_getstr(cond, "flag"), config = sw_value_getstr(cond, "config"), value, expected;
	bool good = false;
	enum answer a = wanted(j, c, cond, s->found ? s->value : (struct sw_str){0}, s->found, &value);
	if (a == OPEN && !j->negated && sw_cis_openshift(j, c))
		return sw_cis_openshift_flag(j, c, flag);
	if (a == OPEN || (a == TAKE_AWAY && !silence_is_good(j, c, cond)))
		return false;
	if (a == VALUE && (sw_cis_test(j, cond, value, true, &good, &expected) || good == j->negated))
		return false;
	struct sw_str folder = sw_value_getstr(cond, "mount");
	bool file = sw_defined(sw_object_gets(cond, SW_STR("paths"))) && a == VALUE;
	return sw_cis_remedy_tell(j, c, flag, config, a == VALUE ? &value : NULL, false) &&
	       (!file || sw_cis_remedy_mount(j, c, value, false)) && (!folder.n || sw_cis_remedy_mount(j, c, folder, true));
}

/* ---- documents ---- */

static struct sw_str last_part(struct sw_str path, struct sw_str *ret_above)
{
	size_t dot = sw_str_rfind(path, SW_STR("."));
	*ret_above = sw_str_sub(path, 0, dot == SW_NPOS ? 0 : dot);
	return dot == SW_NPOS ? path : sw_str_sub(path, dot + 1, path.n);
}

static bool holds(struct sw_cis_judging *j, struct sw_value cond, struct sw_str text)
{
	struct sw_value root, x, d = sw_object_gets(cond, SW_STR("default"));
	struct sw_error err = {0};
	struct sw_str expected;
	bool good = false;
	if (sw_toml_parse(j->a, text, &root, &err))
		return false;
	x = sw_cis_member(root, sw_value_getstr(cond, "path"));
	return !sw_cis_test(j, cond, sw_cis_flat(j->a, sw_defined(x) ? x : d), sw_defined(x), &good, &expected) &&
	       good != j->negated;
}

/* One line of a TOML file, tried at each place that has the key: the text must then hold. */
static bool toml_line(struct sw_cis_judging *j, struct sw_value cond, struct sw_str file, const struct sw_str *value)
{
	struct sw_str text, above, line, key = last_part(sw_value_getstr(cond, "path"), &above);
	if (sw_cis_plan_text(j, file, &text))
		return false;
	struct sw_str rest = text;
	while (sw_str_split(&rest, '\n', &line)) {
		struct sw_str t = sw_str_trim(line), after = {0};
		size_t from = (size_t)(line.p - text.p), to = from + line.n;
		struct sw_str name = sw_str_trim(sw_str_sub(t, 0, sw_str_chr(t, '=', 0)));
		if (!sw_str_eq(name, key) || name.n == t.n)
			continue;
		struct sw_str indent = sw_str_sub(line, 0, (size_t)(t.p - line.p));
		if (value)
			after = sw_arena_printf(j->a, "%.*s%.*s%.*s = %.*s%.*s", SW_STR_ARG(sw_str_sub(text, 0, from)),
				SW_STR_ARG(indent), SW_STR_ARG(key), SW_STR_ARG(*value), SW_STR_ARG(sw_str_sub(text, to, text.n)));
		else
			after = sw_arena_printf(j->a, "%.*s%.*s", SW_STR_ARG(sw_str_sub(text, 0, from)),
				SW_STR_ARG(sw_str_sub(text, to + (to < text.n), text.n)));
		if (holds(j, cond, after))
			return sw_cis_plan_put(j, file, after);
	}
	if (!value)
		return false;
	struct sw_str after = sw_arena_printf(j->a, "%.*s%s%s%.*s%s%.*s = %.*s\n", SW_STR_ARG(text),
		text.n && text.p[text.n - 1] != '\n' ? "\n" : "", above.n ? "[" : "", SW_STR_ARG(above), above.n ? "]\n" : "",
		SW_STR_ARG(key), SW_STR_ARG(*value));
	return holds(j, cond, after) && sw_cis_plan_put(j, file, after);
}

/* CRI-O's, on OpenShift: a file behind the others. */
static bool toml_drop_in(struct sw_cis_judging *j, struct sw_value cond, struct sw_str file, struct sw_str value)
{
	struct sw_str above, key = last_part(sw_value_getstr(cond, "path"), &above);
	struct sw_str text = sw_arena_printf(j->a, "[%.*s]\n%.*s = %.*s\n", SW_STR_ARG(above), SW_STR_ARG(key), SW_STR_ARG(value));

	return sw_str_starts(file, SW_STR("/etc/crio/")) && above.n && holds(j, cond, text) &&
	       sw_cis_openshift_file(j, SW_STR("/etc/crio/crio.conf.d"), sw_arena_printf(j->a, "crio-%.*s", SW_STR_ARG(key)), text);
}

static struct sw_str toml_value(struct sw_cis_judging *j, struct sw_str s)
{
	int64_t n;
	sw_autobuf b = {0};
	if (sw_str_is(s, "true") || sw_str_is(s, "false") || sw_str_to_i64(s, &n))
		return s;
	sw_buf_init(&b, 65536);
	sw_json_write_str(&b, s, 0);
	return sw_arena_str(j->a, sw_buf_str(&b));
}

bool sw_cis_remedy_document(struct sw_cis_judging *j, struct sw_value cond, struct sw_str file, struct sw_str value,
	bool found)
{
	const struct sw_cis_component none = {0};
	struct sw_str path = sw_value_getstr(cond, "path"), want = {0};
	enum answer a = wanted(j, &none, cond, found ? value : (struct sw_str){0}, found, &want);
	if (sw_str_ends(file, SW_STR("/os-release")))
		return false;
	if (a == OPEN && found && silence_is_good(j, &none, cond))
		a = TAKE_AWAY;
	if (a == OPEN)
		return false;
	if (sw_str_ends(file, SW_STR(".toml")) || sw_str_ends(file, SW_STR(".conf"))) {
		want = toml_value(j, want);
		if (sw_cis_openshift(j, NULL))
			return a == VALUE && toml_drop_in(j, cond, file, want);
		return toml_line(j, cond, file, a == VALUE ? &want : NULL);
	}
	if (sw_str_chr(path, '"', 0) != SW_NPOS)
		return false;
	if (a == VALUE)
		return put_key(j, file, path, want, false);
	struct sw_patch_op op = {.kind = SW_PATCH_REMOVE, .path = pointer(j, path)};
	return sw_cis_plan_splice(j, file, &op, 1);
}
