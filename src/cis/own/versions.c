/* SPDX-License-Identifier: Apache-2.0 */
/* Does what runs still get fixes, and is anything known to be wrong with it? By versions.yaml. */
#include <time.h>

#include "base/cleanup.h"
#include "cis/config.h"
#include "cis/own/condition.h"

/* "v1.31.2+k3s1" as {1, 31, 2}; false when it is no version. */
static bool numbers(struct sw_str s, int64_t v[3])
{
	size_t i = s.n && s.p[0] == 'v';
	v[0] = v[1] = v[2] = 0;
	for (int k = 0; k < 3; k++) {
		size_t from = i;
		while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
			i++;
		if (i == from || !sw_str_to_i64(sw_str_sub(s, from, i), &v[k]))
			return k >= 2;
		if (i >= s.n || s.p[i] != '.')
			return k >= 1;
		i++;
	}
	return true;
}

static int compare(const int64_t a[3], const int64_t b[3])
{
	for (int k = 0; k < 3; k++)
		if (a[k] != b[k])
			return a[k] < b[k] ? -1 : 1;
	return 0;
}

static struct sw_str date_of(struct sw_arena *a, int64_t seconds)
{
	struct tm tm;
	time_t t = (time_t)seconds;
	gmtime_r(&t, &tm);
	return sw_arena_printf(a, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

/* What is judged: a name, its part of versions.yaml, and the version that was found. */
struct what {
	const char *name, *key;
	struct sw_str version, from; /* `from`: the file that says it, or empty */
};

/* End of life of the minor version: versions.yaml kubernetes.end: {"1.31": 2025-11-11}, or open. */
static void judge_end(struct sw_cis_judging *j, const struct what *w, struct sw_cis_outcome *o)
{
	struct sw_value ends = sw_value_path(j->versions, w->key, "end", NULL);
	int64_t v[3];
	numbers(w->version, v);
	struct sw_str minor = sw_arena_printf(j->a, "%lld.%lld", (long long)v[0], (long long)v[1]);
	struct sw_str end = sw_cis_flat(j->a, sw_object_gets(ends, minor));
	o->expected = SW_STR("a version that still gets fixes");
	if (!end.n) {
		sw_cis_outcome_unknown(
			j, o, "this build knows nothing of %s %.*s", w->name, SW_STR_ARG(minor));
		return;
	}
	if (sw_str_is(end, "open")) {
		o->truth = SW_CIS_YES;
		o->actual = sw_arena_printf(j->a, "%s %.*s: gets fixes, no end is announced", w->name, SW_STR_ARG(w->version));
		return;
	}
	bool over = sw_str_cmp(end, date_of(j->a, j->today)) < 0;
	o->truth = over ? SW_CIS_NO : SW_CIS_YES;
	o->actual = sw_arena_printf(j->a, "%s %.*s: fixes %s %.*s", w->name, SW_STR_ARG(w->version),
		over ? "ended on" : "until", SW_STR_ARG(end));
}

/* Is the version in a range {from: 1.30.0, fixed: 1.30.5} of an entry? */
static bool affected(struct sw_arena *a, struct sw_value entry, const int64_t v[3])
{
	struct sw_value ranges = sw_object_gets(entry, SW_STR("ranges"));
	for (uint32_t i = 0; ranges.type == SW_ARRAY && i < ranges.n; i++) {
		struct sw_value r = sw_array_at(ranges, i);
		int64_t from[3] = {0}, fixed[3] = {0};
		struct sw_str end = sw_cis_flat(a, sw_object_gets(r, SW_STR("fixed")));
		numbers(sw_cis_flat(a, sw_object_gets(r, SW_STR("from"))), from);
		if (compare(v, from) >= 0 &&
			(!end.n || (numbers(end, fixed) && compare(v, fixed) < 0)))
			return true;
	}
	return false;
}

static void judge_known(struct sw_cis_judging *j, const struct what *w, struct sw_cis_outcome *o)
{
	struct sw_value list = sw_value_path(j->versions, w->key, "known", NULL);
	int64_t v[3];
	struct sw_str found = {0};
	uint32_t n = 0;
	o->expected = SW_STR("no known vulnerability");
	if (!numbers(w->version, v) ||
		sw_str_chr(w->version, '.', 0) == sw_str_rfind(w->version, SW_STR("."))) {
		sw_cis_outcome_unknown(j, o, "the version %.*s has no patch level", SW_STR_ARG(w->version));
		return;
	}
	for (uint32_t i = 0; list.type == SW_ARRAY && i < list.n; i++) {
		struct sw_value e = sw_array_at(list, i);
		if (!affected(j->a, e, v))
			continue;
		if (n++ < 4)
			found = sw_arena_printf(j->a, "%.*s%s%.*s", SW_STR_ARG(found),
				found.n ? ", " : "", SW_STR_ARG(sw_value_getstr(e, "id")));
	}
	o->truth = n ? SW_CIS_NO : SW_CIS_YES;
	o->actual = n > 4 ? sw_arena_printf(j->a, "%s %.*s has %.*s and %u more", w->name,
				    SW_STR_ARG(w->version), SW_STR_ARG(found), n - 4)
		    : n ? sw_arena_printf(j->a, "%s %.*s has %.*s", w->name, SW_STR_ARG(w->version),
				  SW_STR_ARG(found))
			: sw_arena_printf(j->a, "nothing known of %s %.*s", w->name, SW_STR_ARG(w->version));
}

/* ---- what the node has beside Kubernetes ---- */

#define DPKG SW_STR("/var/lib/dpkg/status")

/* The version of an installed Debian package; empty: it is not installed, or that is not to be read. */
static struct sw_str dpkg_version(struct sw_cis_judging *j, const char *package)
{
	struct sw_str text, line, version = {0};
	bool mine = false, installed = false;
	if (!j->packages_read && sw_cis_read(j->n, j->a, DPKG, &j->packages))
		j->packages = (struct sw_str){0};
	j->packages_read = true;
	text = j->packages;
	if (!sw_str_has(text, sw_arena_printf(j->a, "Package: %s\n", package)))
		return version;
	while (sw_str_split(&text, '\n', &line)) {
		if (!line.n) {
			if (mine && installed)
				return version;
			mine = installed = false;
			version = (struct sw_str){0};
		} else if (sw_str_starts(line, SW_STR("Package: "))) {
			mine = sw_str_is(sw_str_sub(line, 9, line.n), package);
		} else if (sw_str_starts(line, SW_STR("Status: "))) {
			installed = sw_str_ends(line, SW_STR(" installed"));
		} else if (sw_str_starts(line, SW_STR("Version: "))) {
			version = sw_str_sub(line, 9, line.n);
		}
	}
	return mine && installed ? version : (struct sw_str){0};
}

/* The Node object of this node says "containerd://1.7.27". */
static struct sw_str runtime_of_object(struct sw_cis_judging *j, struct sw_str scheme)
{
	struct sw_value objects = sw_cis_objects(j->n);
	struct sw_str host = sw_cis_hostname(j->n);
	for (uint32_t i = 0; objects.type == SW_ARRAY && i < objects.n; i++) {
		struct sw_value o = sw_array_at(objects, i), name = sw_value_path(o, "metadata", "name", NULL);
		if (!sw_str_is(sw_value_getstr(o, "kind"), "Node") || name.type != SW_STRING ||
			!sw_str_ieq(sw_value_str(name), host))
			continue;
		struct sw_value v = sw_value_path(o, "status", "nodeInfo", "containerRuntimeVersion", NULL);
		struct sw_str s = v.type == SW_STRING ? sw_value_str(v) : (struct sw_str){0};
		if (sw_str_starts(s, scheme))
			return sw_str_sub(s, scheme.n, s.n);
	}
	return (struct sw_str){0};
}

static struct sw_str image_tag(const struct sw_cis_component *c)
{
	struct sw_value one = sw_array_at(sw_value_path(c->pod, "spec", "containers", NULL), 0);
	struct sw_str image = sw_value_getstr(one, "image");
	image = sw_str_sub(image, 0, sw_str_chr(image, '@', 0));
	size_t colon = sw_str_rfind(image, SW_STR(":")), slash = sw_str_rfind(image, SW_STR("/"));
	return colon == SW_NPOS || (slash != SW_NPOS && colon < slash) ? (struct sw_str){0}
									: sw_str_sub(image, colon + 1, image.n);
}

/* Distributions mend old versions under their own names: what is published of a version says nothing of those. */
static bool by_distribution(struct sw_str version)
{
	static const char *const marks[] = {"~ds", "+ds", "+deb", "ubuntu", "+dfsg", "~deb", "build"};
	for (size_t i = 0; i < SW_ARRAY_LEN(marks); i++)
		if (sw_str_has(version, sw_str_from(marks[i])))
			return true;
	return false;
}

static const struct {
	const char *of, *name, *scheme, *packages[3];
} others[] = {{"etcd", "etcd", NULL, {NULL}}, {"containerd", "containerd", "containerd://", {"containerd.io", "containerd"}},
	{"runc", "runc", NULL, {"runc"}}, {"cri-o", "CRI-O", "cri-o://", {"cri-o", "cri-o-runc"}}};

static int other_version(struct sw_cis_judging *j, struct sw_str of, struct what *w)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(others); i++) {
		if (!sw_str_is(of, others[i].of))
			continue;
		w->name = others[i].name;
		w->key = others[i].of;
		if (sw_str_is(of, "etcd")) {
			const struct sw_cis_component *c = sw_cis_judging_component(j, SW_CIS_ETCD);
			if (!c)
				return -SW_ELIMIT;
			w->version = image_tag(c);
			w->from = c->file_args_from;
		}
		if (!w->version.n && others[i].scheme)
			w->version = runtime_of_object(j, sw_str_from(others[i].scheme));
		for (int k = 0; k < 2 && others[i].packages[k] && !w->version.n; k++) {
			w->version = dpkg_version(j, others[i].packages[k]);
			w->from = w->version.n ? DPKG : w->from;
		}
		return 0;
	}
	return sw_error_set(j->err, SW_EINVALID, "supported: of etcd, containerd, runc or cri-o");
}

int sw_cis_fact_supported(struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o)
{
	struct sw_str ask = sw_value_getstr(cond, "ask"), of = sw_value_getstr(cond, "of");
	struct what w = {"Kubernetes", "kubernetes", j->version, {0}};
	int64_t v[3];
	if (of.n) {
		w.version = (struct sw_str){0};
		int rc = other_version(j, of, &w);
		if (rc)
			return rc;
		sw_cis_outcome_file(o, w.from);
	}
	if (of.n && !w.version.n) {
		o->truth = SW_CIS_NOT_APPLICABLE;
		o->reason = SW_STR("the node does not show its version");
		return 0;
	}
	if (!w.version.n)
		return sw_cis_outcome_unknown(
			j, o, "the node does not show which Kubernetes it runs");
	if (of.n && !numbers(w.version, v))
		return sw_cis_outcome_unknown(j, o, "%.*s is no version of %s", SW_STR_ARG(w.version), w.name);
	if (of.n && by_distribution(w.version))
		return sw_cis_outcome_unknown(j, o, "%s %.*s is mended by the distribution, not by its version", w.name,
			SW_STR_ARG(w.version));
	if (sw_str_is(ask, "end"))
		judge_end(j, &w, o);
	else if (sw_str_is(ask, "known"))
		judge_known(j, &w, o);
	else
		return sw_error_set(j->err, SW_EINVALID, "supported: ask end or known");
	return 0;
}
