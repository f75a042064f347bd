/* SPDX-License-Identifier: Apache-2.0 */
#include "cis/own/condition.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/cleanup.h"

#define DEPTH_MAX 8
#define FILES_MAX 4096

const struct sw_cis_component *sw_cis_judging_component(
	struct sw_cis_judging *j, enum sw_cis_component_id id)
{
	if (!j->loaded[id]) {
		if (sw_cis_component(j->n, j->a, id, &j->components[id], j->err))
			return NULL;
		j->loaded[id] = true;
	}
	return &j->components[id];
}

const struct sw_cis_component *sw_cis_component_of(struct sw_cis_judging *j, struct sw_value cond)
{
	enum sw_cis_component_id id = j->component;
	struct sw_str name = sw_value_getstr(cond, "component");
	if (name.n && sw_cis_component_find(name, &id)) {
		sw_error_set(j->err, SW_EINVALID, "\"%.*s\" is no component", SW_STR_ARG(name));
		return NULL;
	}
	return sw_cis_judging_component(j, id);
}

/* ---- outcomes ---- */

void sw_cis_outcome_file(struct sw_cis_outcome *o, struct sw_str file)
{
	for (uint32_t i = 0; i < o->n_files; i++)
		if (sw_str_eq(o->files[i], file))
			return;
	if (file.n && o->n_files < SW_CIS_OUTCOME_FILES)
		o->files[o->n_files++] = file;
}

void sw_cis_outcome_setting(
	struct sw_cis_judging *j, struct sw_cis_outcome *o, const struct sw_cis_setting *s)
{
	if (s->file.n) {
		if (!o->n_files)
			o->line = s->line;
		sw_cis_outcome_file(o, s->file);
	}
	if (s->differs.n)
		o->note = s->differs;
}

int sw_cis_outcome_unknown(struct sw_cis_judging *j, struct sw_cis_outcome *o, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	o->truth = SW_CIS_UNKNOWN;
	o->reason = sw_arena_str(j->a, sw_str_from(text));
	return 0;
}

struct sw_cis_setting sw_cis_told(struct sw_cis_judging *j, const struct sw_cis_component *c,
	const char *flag, const char *config, const char *fallback)
{
	struct sw_cis_setting s;
	struct sw_value defaults =
		sw_value_path(j->layouts, "k3s", sw_cis_component_name(c->id), NULL);
	if (!sw_str_is(c->layout, "k3s"))
		defaults = sw_undef();
	sw_cis_setting(j->a, c, sw_str_from(flag), sw_str_from(config), defaults, &s);
	if (!s.found && fallback) {
		s.value = sw_str_from(fallback);
		s.from = SW_STR("default");
	}
	return s;
}

/* ---- tests of a text ---- */

bool sw_cis_duration(struct sw_str s, int64_t *ret)
{
	static const struct {
		const char *name;
		int64_t ns;
	} units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000},
		{"m", 60000000000}, {"h", 3600000000000}};
	int64_t total = 0, number;
	size_t i = 0;
	if (sw_str_to_i64(s, &number)) {
		*ret = number > 9000000000 ? INT64_MAX : number * 1000000000;
		return number >= 0;
	}
	while (i < s.n) {
		size_t from = i, unit;
		while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
			i++;
		if (i == from || !sw_str_to_i64(sw_str_sub(s, from, i), &number))
			return false;
		from = i;
		while (i < s.n && s.p[i] >= 'a' && s.p[i] <= 'z')
			i++;
		for (unit = 0; unit < SW_ARRAY_LEN(units); unit++)
			if (sw_str_is(sw_str_sub(s, from, i), units[unit].name))
				break;
		if (unit == SW_ARRAY_LEN(units) ||
			__builtin_mul_overflow(number, units[unit].ns, &number) ||
			__builtin_add_overflow(total, number, &total))
			return false;
	}
	*ret = total;
	return s.n > 0;
}

bool sw_cis_listed(struct sw_str list, struct sw_str item)
{
	struct sw_str one;
	while (sw_str_split(&list, ',', &one))
		if (sw_str_eq(sw_str_trim(one), item))
			return true;
	return false;
}

static bool in_values(struct sw_arena *a, struct sw_value list, struct sw_str item)
{
	for (uint32_t i = 0; list.type == SW_ARRAY && i < list.n; i++)
		if (sw_str_eq(sw_cis_flat(a, sw_array_at(list, i)), item))
			return true;
	return false;
}

/* Is every one (`all`), or is any, of a comma list among the values? */
static bool among(struct sw_arena *a, struct sw_value list, struct sw_str value, bool all)
{
	struct sw_str one;
	if (!value.n)
		return all && in_values(a, list, value);
	while (sw_str_split(&value, ',', &one))
		if (in_values(a, list, sw_str_trim(one)) != all)
			return !all;
	return all;
}

static bool any_begins(struct sw_str list, struct sw_str want)
{
	struct sw_str one;
	while (sw_str_split(&list, ',', &one))
		if (sw_str_starts(sw_str_trim(one), want))
			return true;
	return false;
}

static bool number_test(struct sw_str value, struct sw_str want, bool least, bool duration)
{
	int64_t x, y;
	bool ok = duration ? sw_cis_duration(value, &x) && sw_cis_duration(want, &y)
			   : sw_str_to_i64(value, &x) && sw_str_to_i64(want, &y);
	return ok && (least ? x >= y : x <= y);
}

int sw_cis_test(struct sw_cis_judging *j, struct sw_value cond, struct sw_str value, bool found,
	bool *ret, struct sw_str *ret_expected)
{
	static const char *const names[] = {"is", "is_not", "has", "lacks", "within", "without",
		"present", "at_least", "at_most", "duration_at_least", "prefix", "begins"};
	static const char *const words[] = {"", "anything but ", "a list with ", "a list without ",
		"only of ", "none of ", "", "at least ", "at most ", "at least ", "begins with ", "with one that begins with "};
	struct sw_value v = sw_undef();
	size_t t = 0;
	for (; t < SW_ARRAY_LEN(names) && !sw_defined(v); t++)
		v = sw_object_gets(cond, sw_str_from(names[t]));
	if (!sw_defined(v))
		return sw_error_set(j->err, SW_EINVALID, "the condition has no test");
	t--;
	struct sw_str want = sw_cis_flat(j->a, v);
	switch (t) {
	case 0:
		*ret = sw_str_ieq(value, want);
		break;
	case 1:
		*ret = !sw_str_ieq(value, want);
		break;
	case 2:
		*ret = sw_cis_listed(value, want);
		break;
	case 3:
		*ret = !sw_cis_listed(value, want);
		break;
	case 4:
		*ret = among(j->a, v, value, true);
		break;
	case 5:
		*ret = !among(j->a, v, value, false);
		break;
	case 6:
		*ret = (found && value.n) == sw_is_true(v);
		break;
	case 7:
		*ret = number_test(value, want, true, false);
		break;
	case 8:
		*ret = number_test(value, want, false, false);
		break;
	case 9:
		*ret = number_test(value, want, true, true);
		break;
	case 10:
		*ret = sw_str_starts(value, want);
		break;
	default:
		*ret = any_begins(value, want);
		break;
	}
	*ret_expected = t == 6 ? sw_is_true(v) ? SW_STR("set") : SW_STR("not set")
			       : sw_arena_printf(j->a, "%s%.*s", words[t], SW_STR_ARG(want));
	return 0;
}

/* ---- what a component is told ---- */

struct sw_value sw_cis_default(const struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_value cond)
{
	struct sw_value legacy = sw_object_gets(cond, SW_STR("default_by_flags"));
	struct sw_value before = sw_object_gets(cond, SW_STR("default_before"));
	/* A kubelet without a configuration file has the defaults of old. */
	if (sw_defined(legacy) && !c->n_layers && !c->unseen.n)
		return legacy;
	if (before.type == SW_OBJECT)
		sw_object_foreach(it, before)
			if (j->minor && j->minor < sw_cis_minor(sw_value_str(it->k)))
				return it->v;
	return sw_object_gets(cond, SW_STR("default"));
}

static int setting_condition(
	struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o)
{
	struct sw_str flag = sw_value_getstr(cond, "flag"),
		      config = sw_value_getstr(cond, "config");
	const struct sw_cis_component *c = sw_cis_component_of(j, cond);
	bool yes;
	if (!c)
		return -SW_EINVALID;
	struct sw_value d = sw_cis_default(j, c, cond);
	const char *fallback = sw_defined(d) ? sw_arena_cstr(j->a, sw_cis_flat(j->a, d)) : NULL;
	struct sw_cis_setting s =
		sw_cis_told(j, c, sw_arena_cstr(j->a, flag), sw_arena_cstr(j->a, config), fallback);
	if (!s.found && config.n && c->unseen.n)
		return sw_cis_outcome_unknown(j, o, "%.*s", SW_STR_ARG(c->unseen));
	struct sw_str expected;
	int rc = sw_cis_test(j, cond, s.value, s.found, &yes, &expected);
	if (rc)
		return rc;
	struct sw_str name = flag.n ? sw_arena_printf(j->a, "--%.*s", SW_STR_ARG(flag)) : config;
	if (s.found)
		o->actual = sw_arena_printf(j->a, "%.*s is %.*s (%.*s)", SW_STR_ARG(name),
			SW_STR_ARG(s.value), SW_STR_ARG(s.from));
	else
		o->actual = fallback ? sw_arena_printf(j->a, "%.*s is not set (default %s)",
					       SW_STR_ARG(name), *fallback ? fallback : "empty")
				     : sw_arena_printf(j->a, "%.*s is not set", SW_STR_ARG(name));
	o->expected = sw_arena_printf(j->a, "%.*s: %.*s", SW_STR_ARG(name), SW_STR_ARG(expected));
	o->truth = yes ? SW_CIS_YES : SW_CIS_NO;
	sw_cis_outcome_setting(j, o, &s);
	if (sw_cis_bad(j, o->truth))
		o->mended = sw_cis_remedy_setting(j, c, cond, &s);
	return 0;
}

static int sysctl_condition(
	struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o)
{
	struct sw_str name = sw_value_getstr(cond, "sysctl"), text, expected;
	bool yes;
	struct sw_str path = sw_arena_printf(j->a, "/proc/sys/%.*s", SW_STR_ARG(name));
	for (size_t i = 10; i < path.n; i++)
		if (path.p[i] == '.')
			((char *)path.p)[i] = '/';
	int rc = sw_cis_read(j->n, j->a, path, &text);
	if (rc)
		return sw_cis_outcome_unknown(
			j, o, "%.*s cannot be read: %s", SW_STR_ARG(path), strerror(-rc));
	text = sw_str_trim(text);
	rc = sw_cis_test(j, cond, text, true, &yes, &expected);
	if (rc)
		return rc;
	o->truth = yes ? SW_CIS_YES : SW_CIS_NO;
	o->actual = sw_arena_printf(j->a, "%.*s is %.*s", SW_STR_ARG(name), SW_STR_ARG(text));
	o->expected = sw_arena_printf(j->a, "%.*s: %.*s", SW_STR_ARG(name), SW_STR_ARG(expected));
	sw_cis_outcome_file(o, path);
	if (sw_cis_bad(j, o->truth))
		o->mended = sw_cis_remedy_sysctl(j, cond, name);
	return 0;
}

/* ---- files ---- */

struct wanted_files {
	int64_t mode; /* bits that may be set; -1: any */
	struct sw_str owner;
};

/* What is wrong with one file, as text; empty: nothing. */
static struct sw_str file_fault(struct sw_cis_judging *j, const struct wanted_files *w,
	struct sw_str path, const struct stat *st)
{
	struct sw_str user = sw_cis_user(j->n, st->st_uid), group = sw_cis_group(j->n, st->st_gid);
	struct sw_str owner = sw_arena_printf(j->a, "%.*s:%.*s",
		SW_STR_ARG(user.n ? user : sw_arena_printf(j->a, "%u", st->st_uid)),
		SW_STR_ARG(group.n ? group : sw_arena_printf(j->a, "%u", st->st_gid)));
	bool mode_bad = w->mode >= 0 && ((int64_t)(st->st_mode & 07777) & ~w->mode);
	bool owner_bad = w->owner.n && !sw_str_eq(owner, w->owner);
	if (!mode_bad && !owner_bad)
		return (struct sw_str){0};
	if (mode_bad)
		return sw_arena_printf(j->a, "%.*s has mode %04o%s%.*s", SW_STR_ARG(path),
			st->st_mode & 07777, owner_bad ? " and owner " : "",
			owner_bad ? (int)owner.n : 0, owner_bad ? owner.p : "");
	return sw_arena_printf(j->a, "%.*s is owned by %.*s", SW_STR_ARG(path), SW_STR_ARG(owner));
}

static int wanted_of(struct sw_cis_judging *j, struct sw_value cond, struct wanted_files *w)
{
	struct sw_str mode = sw_cis_flat(j->a, sw_object_gets(cond, SW_STR("mode")));
	w->mode = mode.n ? 0 : -1;
	for (size_t i = 0; i < mode.n; i++) {
		if (mode.p[i] < '0' || mode.p[i] > '7')
			return sw_error_set(j->err, SW_EINVALID, "mode \"%.*s\" is not octal",
				SW_STR_ARG(mode));
		w->mode = w->mode * 8 + (mode.p[i] - '0');
	}
	w->owner = sw_value_getstr(cond, "owner");
	if (w->mode < 0 && !w->owner.n)
		return sw_error_set(j->err, SW_EINVALID, "files need a mode or an owner");
	return 0;
}

static int files_condition(struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o)
{
	struct wanted_files w;
	uint32_t n, seen = 0, bad = 0, mended = 0;
	struct sw_str why = {0};
	struct sw_str *v = sw_arena_new_array(j->a, FILES_MAX, struct sw_str);
	int rc = v ? wanted_of(j, cond, &w) : -SW_ELIMIT;
	if (!rc)
		rc = sw_cis_paths(j, sw_object_gets(cond, SW_STR("files")),
			sw_value_getstr(cond, "ends"), v, FILES_MAX, &n, &why);
	for (uint32_t i = 0; !rc && i < n; i++) {
		struct stat st;
		int no = sw_cis_stat(j->n, v[i], true, &st);
		if (no == -ENOENT || no == -ENOTDIR)
			continue;
		if (no)
			return sw_cis_outcome_unknown(
				j, o, "%.*s: %s", SW_STR_ARG(v[i]), strerror(-no));
		struct sw_str fault = file_fault(j, &w, v[i], &st);
		if (fault.n)
			mended += sw_cis_remedy_file(j, v[i], st.st_mode & 07777, w.mode, w.owner);
		if (fault.n && !bad++)
			o->actual = fault;
		if (fault.n || !bad)
			sw_cis_outcome_file(o, v[i]);
		seen++;
	}
	if (rc)
		return rc;
	o->expected = sw_arena_printf(j->a, "%s%.*s%s%.*s", w.mode >= 0 ? "mode at most " : "",
		SW_STR_ARG(
			w.mode >= 0 ? sw_arena_printf(j->a, "%04o", (unsigned)w.mode) : SW_STR("")),
		w.owner.n ? w.mode >= 0 ? ", owner " : "owner " : "", SW_STR_ARG(w.owner));
	if (!seen && sw_is_true(sw_object_gets(cond, SW_STR("optional")))) {
		o->truth = SW_CIS_NOT_APPLICABLE;
		o->reason = SW_STR("no such file on this node");
		return 0;
	}
	if (!seen)
		return sw_cis_outcome_unknown(j, o, "%.*s",
			SW_STR_ARG(why.n ? why : SW_STR("none of its files is on this node")));
	if (bad > 1)
		o->actual =
			sw_arena_printf(j->a, "%.*s, and %u more", SW_STR_ARG(o->actual), bad - 1);
	else if (!bad)
		o->actual = sw_arena_printf(j->a, "%u file%s", seen, seen == 1 ? "" : "s");
	o->truth = bad ? SW_CIS_NO : SW_CIS_YES;
	o->mended = bad && mended == bad && !j->negated;
	return 0;
}

/* ---- and, or, not ---- */

static void merge_files(struct sw_cis_outcome *o, const struct sw_cis_outcome *x)
{
	if (!o->n_files)
		o->line = x->line;
	for (uint32_t i = 0; i < x->n_files; i++)
		sw_cis_outcome_file(o, x->files[i]);
	if (x->note.n)
		o->note = x->note;
}

static struct sw_str joined(struct sw_arena *a, struct sw_str x, const char *word, struct sw_str y)
{
	return !x.n   ? y
	       : !y.n ? x
		      : sw_arena_printf(a, "%.*s%s%.*s", SW_STR_ARG(x), word, SW_STR_ARG(y));
}

/* What is left of a list behind the one that decided: what of it is bad must be mended as well. */
static int mend_rest(struct sw_cis_judging *j, struct sw_value list, uint32_t i, bool *ret_all)
{
	for (; list.type == SW_ARRAY && i < list.n; i++) {
		struct sw_cis_outcome one = {0};
		int rc = sw_cis_condition(j, sw_array_at(list, i), &one);
		if (rc)
			return rc;
		if (one.truth == SW_CIS_UNKNOWN || (sw_cis_bad(j, one.truth) && !one.mended))
			*ret_all = false;
	}
	return 0;
}

static void add_truth(struct sw_cis_judging *j, bool any, const struct sw_cis_outcome *one, struct sw_cis_outcome *sum,
	struct sw_str *told)
{
	if (one->truth == SW_CIS_UNKNOWN && sum->truth != SW_CIS_UNKNOWN) {
		sum->truth = SW_CIS_UNKNOWN;
		sum->reason = one->reason;
	}
	if (!told->n || !sw_str_eq(*told, one->actual))
		sum->actual = joined(j->a, sum->actual, "; ", one->actual);
	*told = one->actual; /* several conditions on one setting tell it once */
	sum->expected = joined(j->a, sum->expected, any ? " or " : "; ", one->expected);
	merge_files(sum, one);
}

/* all: the first that is false decides; any: the first that is true does. */
static int list_condition(
	struct sw_cis_judging *j, struct sw_value list, bool any, struct sw_cis_outcome *o)
{
	enum sw_cis_truth deciding = any ? SW_CIS_YES : SW_CIS_NO;
	struct sw_cis_outcome sum = {.truth = any ? SW_CIS_NO : SW_CIS_YES};
	const struct sw_cis_plan before = j->plan;
	struct sw_str told = {0};
	uint32_t applied = 0;
	for (uint32_t i = 0; list.type == SW_ARRAY && i < list.n; i++) {
		const struct sw_cis_plan so_far = j->plan;
		struct sw_cis_outcome one = {0};
		int rc = sw_cis_condition(j, sw_array_at(list, i), &one);
		if (rc)
			return rc;
		if (one.truth == deciding) {
			*o = one;
			if (!sw_cis_bad(j, one.truth)) {
				j->plan = before;
				return 0;
			}
			rc = mend_rest(j, list, i + 1, &o->mended);
			if (!o->mended)
				j->plan = before;
			return rc;
		}
		if (sum.mended || !one.mended)
			j->plan = so_far; /* one way is enough */
		sum.mended = sum.mended || one.mended;
		if (one.truth == SW_CIS_NOT_APPLICABLE) {
			sum.reason = one.reason;
			continue;
		}
		applied++;
		add_truth(j, any, &one, &sum, &told);
	}
	if (!applied)
		sum.truth = SW_CIS_NOT_APPLICABLE;
	*o = sum;
	return 0;
}

static int not_condition(struct sw_cis_judging *j, struct sw_value v, struct sw_cis_outcome *o)
{
	j->depth++;
	j->negated = !j->negated;
	int rc = sw_cis_condition(j, v, o);
	j->negated = !j->negated;
	j->depth--;
	if (!rc && o->truth <= SW_CIS_YES)
		o->truth = o->truth == SW_CIS_YES ? SW_CIS_NO : SW_CIS_YES;
	if (!rc && o->expected.n)
		o->expected = sw_arena_printf(j->a, "not %.*s", SW_STR_ARG(o->expected));
	return rc;
}

/* A fact knows no `not`: what it would mend is mended where it is false. */
static int fact_condition(struct sw_cis_judging *j, struct sw_value cond, struct sw_str name, struct sw_cis_outcome *o)
{
	const struct sw_cis_plan before = j->plan;
	sw_cis_fact_fn *fn = sw_cis_fact_find(name);
	if (!fn)
		return sw_error_set(j->err, SW_EINVALID, "there is no fact \"%.*s\"", SW_STR_ARG(name));
	int rc = fn(j, cond, o);
	o->mended = o->mended && !rc && o->truth == SW_CIS_NO && !j->negated;
	if (!o->mended)
		j->plan = before;
	return rc;
}

int sw_cis_condition(struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o)
{
	struct sw_value v;
	int rc;
	if (j->depth >= DEPTH_MAX)
		return sw_error_set(j->err, SW_EINVALID, "conditions are nested too deeply");
	if (sw_defined(v = sw_object_gets(cond, SW_STR("all"))) ||
		sw_defined(sw_object_gets(cond, SW_STR("any")))) {
		bool any = !sw_defined(v);
		j->depth++;
		rc = list_condition(j, any ? sw_object_gets(cond, SW_STR("any")) : v, any, o);
		j->depth--;
		return rc;
	}
	if (sw_defined(v = sw_object_gets(cond, SW_STR("not"))))
		return not_condition(j, v, o);
	if (sw_defined(v = sw_object_gets(cond, SW_STR("fact"))))
		return fact_condition(j, cond, sw_cis_flat(j->a, v), o);
	if (sw_defined(sw_object_gets(cond, SW_STR("files"))))
		return files_condition(j, cond, o);
	if (sw_defined(sw_object_gets(cond, SW_STR("sysctl"))))
		return sysctl_condition(j, cond, o);
	if (sw_defined(sw_object_gets(cond, SW_STR("flag"))) ||
		sw_defined(sw_object_gets(cond, SW_STR("config"))))
		return setting_condition(j, cond, o);
	return sw_error_set(j->err, SW_EINVALID, "not a condition");
}
