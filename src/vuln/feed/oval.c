/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OVAL definitions (MITRE OVAL 5) as distributions publish them: Azure Linux, Red Hat, Ubuntu,
 * Debian, SUSE, Oracle, Amazon. Of the language only what says "package X below version V" is
 * read; the other tests (keys that sign, modules, releases) tell whom it is about.
 */
#include <stdlib.h>

#include "vuln/feed/impl.h"
#include "doc/xml.h"

struct criterion {
	uint32_t definition;
	struct sw_str test, comment, eco, module, arch;
};

/* <resolution state="Will not fix"><component>nodejs:18/nodejs</component>… */
struct resolution {
	struct sw_str component;
	unsigned flags;
};

struct definition {
	struct sw_str id, title, severity, platform, url;
	struct feed_names names;
	int64_t date;
	struct resolution *resolutions;
	uint32_t n_resolutions, cap_resolutions;
	bool vulnerability; /* of its class: packages that are installed are affected */
	bool unaffected;    /* Red Hat lists these too */
	struct sw_str stream; /* of an extended release alone: "rhel-eus:8.6" */
	bool main;	      /* and of the release itself, says one of its CPEs */
};

/* id -> what it refers to: tests (object, state), objects (name or variable), states (evr). */
struct entry {
	struct sw_str id, a, b;
};

struct table {
	struct entry *v;
	uint32_t n, cap;
	bool sorted;
};

struct oval {
	struct feed_file *f;
	struct sw_xml x;
	struct table tests, objects, states, variables;
	struct definition *definitions;
	uint32_t n_definitions, cap_definitions;
	struct criterion *criteria;
	uint32_t n_criteria, cap_criteria;
};

static void *more(struct sw_arena *a, void *v, uint32_t n, uint32_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	uint32_t want = *cap ? *cap * 2 : 256;
	void *p = sw_arena_grow(a, v, *cap * size, want * size);
	if (p)
		*cap = want;
	return p;
}

static void put(struct oval *o, struct table *t, struct sw_str id, struct sw_str a, struct sw_str b)
{
	struct entry *v = more(o->f->a, t->v, t->n, &t->cap, sizeof(*v));
	if (!v)
		return;
	t->v = v;
	t->v[t->n++] = (struct entry){id, a, b};
}

static int by_id(const void *x, const void *y)
{
	return sw_str_cmp(((const struct entry *)x)->id, ((const struct entry *)y)->id);
}

/* The first entry of the id; others of the same id follow it. */
static const struct entry *find(struct table *t, struct sw_str id)
{
	if (!t->sorted && t->n)
		qsort(t->v, t->n, sizeof(*t->v), by_id);
	t->sorted = true;
	uint32_t low = 0, high = t->n;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (sw_str_cmp(t->v[mid].id, id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < t->n && sw_str_eq(t->v[low].id, id) ? &t->v[low] : NULL;
}

/* ---- whose ---- */

static struct sw_str number_in(struct sw_str s)
{
	size_t i = 0, j;
	while (i < s.n && !(s.p[i] >= '0' && s.p[i] <= '9'))
		i++;
	for (j = i; j < s.n && ((s.p[j] >= '0' && s.p[j] <= '9') || s.p[j] == '.'); j++)
		;
	while (j > i && s.p[j - 1] == '.')
		j--;
	return sw_str_sub(s, i, j);
}

/* "Red Hat Enterprise Linux 9" -> "rhel:9"; "" when it is no distribution that we know. */
static struct sw_str ecosystem_of(struct oval *o, struct sw_str platform)
{
	static const struct {
		const char *text, *id;
	} names[] = {{"Red Hat Enterprise Linux", "rhel"}, {"Ubuntu", "ubuntu"},
		{"Debian", "debian"}, {"Oracle Linux", "ol"}, {"Amazon Linux", "amzn"},
		{"SUSE Linux Enterprise", "sles"}, {"openSUSE Leap", "opensuse-leap"},
		{"openSUSE Tumbleweed", "opensuse-tumbleweed"}, {"AlmaLinux", "almalinux"},
		{"Rocky Linux", "rocky"}, {"Azure Linux", "azurelinux"}, {"CBL-Mariner", "mariner"},
		{"Photon", "photon"}, {"CentOS", "rhel"}};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t at = sw_str_find(platform, sw_str_from(names[i].text), 0);
		if (at == SW_NPOS)
			continue;
		struct sw_str tail = sw_str_sub(platform, at + strlen(names[i].text), platform.n);
		struct sw_distribution d = {
			.id = sw_str_from(names[i].id), .version = number_in(tail)};
		size_t sp = sw_str_find(tail, SW_STR(" SP"), 0);
		if (sp != SW_NPOS)
			d.version = sw_arena_printf(o->f->a, "%.*s.%.*s", SW_STR_ARG(d.version),
				SW_STR_ARG(number_in(sw_str_sub(tail, sp, tail.n))));
		size_t slash = sw_str_rfind(o->f->path, SW_STR("/"));
		if (!d.version.n) /* only the file's name tells: "azurelinux-3.0-oval.xml" */
			d.version = number_in(
				sw_str_sub(o->f->path, slash == SW_NPOS ? 0 : slash, o->f->path.n));
		return sw_ecosystem_of_distribution(o->f->a, &d);
	}
	return SW_STR("");
}

/* "Module nodejs:18 is enabled" */
static struct sw_str module_of(struct sw_str comment)
{
	size_t end = sw_str_find(comment, SW_STR(" is enabled"), 0);
	if (!sw_str_starts(comment, SW_STR("Module ")) || end == SW_NPOS)
		return SW_STR("");
	return sw_str_sub(comment, 7, end);
}

/* ---- reading ---- */

/* "Oracle Linux arch is x86_64" */
static struct sw_str arch_of(struct sw_str comment)
{
	size_t at = sw_str_find(comment, SW_STR(" arch is "), 0);
	return at == SW_NPOS ? SW_STR("") : sw_str_trim(sw_str_sub(comment, at + 9, comment.n));
}

static bool has_word(struct sw_str list, struct sw_str word)
{
	struct sw_str one;
	while (sw_str_split(&list, ' ', &one))
		if (sw_str_eq(one, word))
			return true;
	return false;
}

struct level {
	struct sw_str eco, module, arch; /* eco: several, with spaces between */
	uint32_t first;			 /* criterion of it */
	bool all;			 /* operator AND: what one says holds for its siblings */
};

/* What was said behind a sibling, and by a nested OR of releases, holds for it as well. */
static void settle(struct oval *o, const struct level *l)
{
	for (uint32_t i = l->first; i < o->n_criteria; i++) {
		struct criterion *c = &o->criteria[i];
		if (!c->eco.n)
			c->eco = l->eco;
		if (!c->module.n)
			c->module = l->module;
		if (!c->arch.n)
			c->arch = l->arch;
	}
}

static int criterion(struct oval *o, struct definition *d, struct level *up, struct sw_error *err)
{
	struct sw_str comment = sw_xml_get(&o->x, "comment"), module = module_of(comment),
		      arch = arch_of(comment), eco = SW_STR("");
	if (sw_str_ends(comment, SW_STR("is installed")))
		eco = ecosystem_of(o, comment);
	if (module.n)
		up->module = module;
	if (arch.n)
		up->arch = arch;
	if (eco.n && !has_word(up->eco, eco))
		up->eco = up->eco.n ? sw_arena_printf(o->f->a, "%.*s %.*s", SW_STR_ARG(up->eco),
					      SW_STR_ARG(eco))
				    : eco;
	if (module.n || arch.n || eco.n)
		return 0;
	struct criterion *v =
		more(o->f->a, o->criteria, o->n_criteria, &o->cap_criteria, sizeof(*v));
	if (!v)
		return sw_error_set(err, SW_ELIMIT, "out of memory budget");
	o->criteria = v;
	v[o->n_criteria++] = (struct criterion){.definition = (uint32_t)(d - o->definitions),
		.test = sw_xml_get(&o->x, "test_ref"),
		.comment = comment,
		.eco = SW_STR(""),
		.module = SW_STR(""),
		.arch = SW_STR("")};
	return 0;
}

static int criteria(struct oval *o, struct definition *d, struct sw_error *err)
{
	struct level levels[SW_XML_DEPTH + 2];
	uint32_t base = o->x.depth;
	levels[base] = (struct level){SW_STR(""), SW_STR(""), SW_STR(""), o->n_criteria,
		!sw_str_is(sw_xml_get(&o->x, "operator"), "OR")};
	for (;;) {
		int k = sw_xml_next(&o->x, err), rc = 0;
		if (k < 0)
			return k;
		if (k == SW_XML_OPEN) {
			levels[o->x.depth] = (struct level){SW_STR(""), SW_STR(""), SW_STR(""),
				o->n_criteria, !sw_str_is(sw_xml_get(&o->x, "operator"), "OR")};
			if (sw_str_is(o->x.name, "criterion"))
				rc = criterion(o, d, &levels[o->x.depth - 1], err);
			if (rc)
				return rc;
			continue;
		}
		if (k != SW_XML_CLOSE || !sw_str_is(o->x.name, "criteria"))
			continue;
		struct level *done = &levels[o->x.depth + 1];
		settle(o, done);
		if (o->x.depth < base)
			return 0;
		/* "RHEL 8 is installed OR CoreOS 4 is installed" speaks for what stands beside it.
		 */
		struct level *up = &levels[o->x.depth];
		if (up->all && done->eco.n)
			up->eco = done->eco;
		if (up->all && done->first == o->n_criteria) {
			up->module = done->module.n ? done->module : up->module;
			up->arch = done->arch.n ? done->arch : up->arch;
		}
	}
}

/* ---- what Red Hat says of what has no fix ---- */

static unsigned resolution_flags(struct sw_str state)
{
	static const struct {
		const char *state;
		unsigned flags;
	} known[] = {{"Will not fix", SW_AFF_WONT_FIX}, {"Out of support scope", SW_AFF_WONT_FIX},
		{"Fix deferred", SW_AFF_DEFERRED}, {"Under investigation", SW_AFF_UNSURE}};
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (sw_str_is(state, known[i].state))
			return known[i].flags;
	return 0;
}

static int resolution(struct oval *o, struct definition *d, struct sw_error *err)
{
	unsigned flags = resolution_flags(sw_xml_get(&o->x, "state"));
	uint32_t depth = o->x.depth;
	for (;;) {
		struct sw_str text;
		int k = sw_xml_next(&o->x, err);
		if (k < 0)
			return k;
		if (k == SW_XML_CLOSE && o->x.depth < depth)
			return 0;
		if (k != SW_XML_OPEN || !sw_str_is(o->x.name, "component"))
			continue;
		k = sw_xml_text(&o->x, &text, err);
		struct resolution *v = more(
			o->f->a, d->resolutions, d->n_resolutions, &d->cap_resolutions, sizeof(*v));
		if (k < 0 || !v)
			return k < 0 ? k : sw_error_set(err, SW_ELIMIT, "out of memory budget");
		d->resolutions = v;
		v[d->n_resolutions++] = (struct resolution){text, flags};
	}
}

/* Of a package, perhaps of a module; components are often named by their source. */
static unsigned resolved(const struct definition *d, struct sw_str name, struct sw_str module)
{
	for (uint32_t i = 0; i < d->n_resolutions; i++) {
		struct sw_str c = d->resolutions[i].component, of = SW_STR("");
		size_t slash = sw_str_chr(c, '/', 0);
		if (slash != SW_NPOS) {
			of = sw_str_sub(c, 0, slash);
			c = sw_str_sub(c, slash + 1, c.n);
		}
		if (sw_str_eq(c, name) && sw_str_eq(of, module))
			return d->resolutions[i].flags;
	}
	return d->n_resolutions ? d->resolutions[0].flags : 0;
}

/* One of the platforms of a notice: a release, or an extended one. */
static void stream(struct oval *o, struct definition *d, struct sw_str cpe)
{
	struct sw_str key = sw_ecosystem_of_stream(o->f->a, cpe);
	if (!key.n)
		d->main = d->main || sw_str_has(cpe, SW_STR(":redhat:enterprise_linux:"));
	else if (!d->stream.n)
		d->stream = key;
}

static int definition(struct oval *o, struct sw_error *err)
{
	struct definition *v =
		more(o->f->a, o->definitions, o->n_definitions, &o->cap_definitions, sizeof(*v));
	uint32_t depth = o->x.depth;
	if (!v)
		return sw_error_set(err, SW_ELIMIT, "out of memory budget");
	o->definitions = v;
	struct definition *d = &v[o->n_definitions++];
	*d = (struct definition){.id = sw_xml_get(&o->x, "id"),
		.names = {.a = o->f->a},
		.stream = SW_STR("")};
	d->vulnerability = sw_str_is(sw_xml_get(&o->x, "class"), "vulnerability");
	d->unaffected = sw_str_has(d->id, SW_STR(".unaffected:"));
	for (;;) {
		struct sw_str text;
		int k = sw_xml_next(&o->x, err), rc = 0;
		if (k < 0)
			return k;
		if (k == SW_XML_CLOSE && o->x.depth < depth)
			return 0;
		if (k != SW_XML_OPEN)
			continue;
		struct sw_str name = o->x.name;
		if (sw_str_is(name, "reference")) {
			struct sw_str id = sw_xml_get(&o->x, "ref_id"),
				      url = sw_xml_get(&o->x, "ref_url");
			if (!sw_str_is(sw_xml_get(&o->x, "source"), "BUGZILLA"))
				feed_name(&d->names, id);
			if (!d->url.n)
				d->url = url;
		} else if (sw_str_is(name, "criteria")) {
			rc = criteria(o, d, err);
		} else if (sw_str_is(name, "resolution")) {
			rc = resolution(o, d, err);
		} else if (sw_str_is(name, "title") || sw_str_is(name, "severity") ||
			   sw_str_is(name, "platform") || sw_str_is(name, "cve") ||
			   sw_str_is(name, "cpe")) {
			rc = sw_xml_text(&o->x, &text, err);
			if (sw_str_is(name, "cpe"))
				stream(o, d, text);
			if (sw_str_is(name, "cve") && sw_str_starts(text, SW_STR("CVE-")))
				feed_name(&d->names, text);
			else if (sw_str_is(name, "title"))
				d->title = text;
			else if (sw_str_is(name, "severity"))
				d->severity = text;
			else if (sw_str_is(name, "platform") && !d->platform.n)
				d->platform = text;
		} else if (sw_str_is(name, "issued") || sw_str_is(name, "updated")) {
			d->date = feed_day(o->f, sw_xml_get(&o->x, "date"));
		} else if (sw_str_is(name, "advisory_date") || sw_str_is(name, "public_date")) {
			rc = sw_xml_text(&o->x, &text, err);
			d->date = feed_day(o->f, text);
		}
		if (rc)
			return rc;
	}
}

/* A test, an object, a state or a variable, with what is in it. */
static int item(struct oval *o, struct table *t, struct sw_error *err)
{
	struct sw_str id = sw_xml_get(&o->x, "id"), a = SW_STR(""), b = SW_STR(""), text;
	uint32_t depth = o->x.depth;
	for (;;) {
		int k = sw_xml_next(&o->x, err), rc = 0;
		if (k < 0)
			return k;
		if (k == SW_XML_CLOSE && o->x.depth < depth)
			break;
		if (k != SW_XML_OPEN)
			continue;
		struct sw_str name = o->x.name, operation = sw_xml_get(&o->x, "operation");
		if (sw_str_is(name, "object")) {
			a = sw_xml_get(&o->x, "object_ref");
		} else if (sw_str_is(name, "state")) {
			b = sw_xml_get(&o->x, "state_ref");
		} else if (sw_str_is(name, "name") && t == &o->objects) {
			struct sw_str variable = sw_xml_get(&o->x, "var_ref");
			rc = sw_xml_text(&o->x, &a, err);
			if (variable.n) {
				a = SW_STR("");
				b = variable;
			}
		} else if (sw_str_is(name, "evr")) {
			rc = sw_xml_text(&o->x, &a, err);
			b = operation;
		} else if (sw_str_is(name, "value") && t == &o->variables) {
			rc = sw_xml_text(&o->x, &text, err);
			put(o, t, id, text, SW_STR(""));
		}
		if (rc)
			return rc;
	}
	if (t != &o->variables)
		put(o, t, id, a, b);
	return 0;
}

static int read_all(struct oval *o, struct sw_error *err)
{
	for (;;) {
		int k = sw_xml_next(&o->x, err), rc = 0;
		if (k <= 0)
			return k;
		if (k != SW_XML_OPEN)
			continue;
		if (sw_str_is(o->x.name, "definition"))
			rc = definition(o, err);
		else if (sw_str_ends(o->x.name, SW_STR("_test")))
			rc = item(o, &o->tests, err);
		else if (sw_str_ends(o->x.name, SW_STR("_object")))
			rc = item(o, &o->objects, err);
		else if (sw_str_ends(o->x.name, SW_STR("_state")))
			rc = item(o, &o->states, err);
		else if (sw_str_ends(o->x.name, SW_STR("_variable")))
			rc = item(o, &o->variables, err);
		if (rc)
			return rc;
	}
}

/* ---- meaning ---- */

static struct sw_str without_zero_epoch(struct sw_str v)
{
	return sw_str_starts(v, SW_STR("0:")) ? sw_str_sub(v, 2, v.n) : v;
}

/* Ubuntu says in words what has no fix. */
static bool unfixed(struct sw_str comment, unsigned *flags)
{
	*flags = 0;
	if (sw_str_has(comment, SW_STR("may need fixing"))) {
		*flags = SW_AFF_UNSURE;
		return true;
	}
	if (sw_str_has(comment, SW_STR("needs fixing")) ||
		sw_str_has(comment, SW_STR("is affected and needs")) ||
		sw_str_has(comment, SW_STR("is vulnerable")))
		return true;
	if (sw_str_has(comment, SW_STR("decision has been made to ignore")) ||
		sw_str_has(comment, SW_STR("end of standard support"))) {
		*flags = SW_AFF_WONT_FIX;
		return true;
	}
	if (sw_str_has(comment, SW_STR("deferred")) || sw_str_has(comment, SW_STR("pending"))) {
		*flags = SW_AFF_DEFERRED;
		return true;
	}
	return false;
}

static void add_row(
	struct oval *o, struct feed_rows *rows, struct sw_affected row, const struct entry *object)
{
	const struct sw_ecosystem *e = sw_ecosystem_find(row.eco);
	if (e && e->type == SW_PKG_DEB)
		row.flags |= SW_AFF_BINARY;
	if (object->a.n) {
		row.name = object->a;
		feed_row(rows, &row);
		return;
	}
	const struct entry *v = object->b.n ? find(&o->variables, object->b) : NULL;
	for (; v && v < o->variables.v + o->variables.n && sw_str_eq(v->id, object->b); v++) {
		row.name = v->a;
		feed_row(rows, &row);
	}
}

/* "nodejs is installed" in a definition of a flaw, SUSE's "kernel is affected": no fix is known. */
static bool unpatched(
	const struct definition *d, const struct criterion *c, const struct entry *state)
{
	bool any = !state || !state->a.n;
	return d->vulnerability && ((any && sw_str_ends(c->comment, SW_STR("is installed"))) ||
					   sw_str_ends(c->comment, SW_STR(" is affected")));
}

static void criterion_rows(struct oval *o, const struct definition *d, const struct criterion *c,
	struct feed_rows *rows)
{
	const struct entry *test = find(&o->tests, c->test);
	const struct entry *object = test ? find(&o->objects, test->a) : NULL;
	const struct entry *state = test && test->b.n ? find(&o->states, test->b) : NULL;
	struct sw_affected row = {.eco = c->eco.n ? c->eco : ecosystem_of(o, d->platform),
		.only = c->module,
		.severity = SW_SEV_UNKNOWN};
	unsigned flags;
	if (!object || !row.eco.n)
		return;
	if (state && sw_str_is(state->b, "less than")) {
		row.fixed = without_zero_epoch(state->a);
	} else if (state && sw_str_is(state->b, "less than or equal")) {
		row.last = without_zero_epoch(state->a);
		row.flags |= SW_AFF_LAST;
	} else if (!state && unfixed(c->comment, &flags)) {
		row.flags |= flags;
	} else if (unpatched(d, c, state)) {
		row.flags |= resolved(d, object->a, c->module);
	} else {
		return;
	}
	if (c->arch.n && row.fixed.n)
		row.only = sw_arena_printf(
			o->f->a, "%.*s/%.*s", SW_STR_ARG(c->module), SW_STR_ARG(c->arch));
	if (d->stream.n && !d->main && sw_str_starts(row.eco, SW_STR("rhel:")))
		row.eco = d->stream;
	struct sw_str all = row.eco;
	while (sw_str_split(&all, ' ', &row.eco))
		add_row(o, rows, row, object);
}

/* "CVE-2024-47191 affecting package …" -> the CVE; "RHSA-2024:1: …" */
static struct sw_str id_of(const struct definition *d)
{
	struct sw_str first = sw_str_sub(d->title, 0, sw_str_chr(d->title, ' ', 0));
	while (first.n && first.p[first.n - 1] == ':')
		first.n--;
	for (uint32_t i = 0; i < d->names.n; i++)
		if (sw_str_eq(d->names.v[i], first))
			return first;
	return d->names.n ? d->names.v[0] : d->id;
}

int feed_oval(struct feed_file *f)
{
	struct oval o = {.f = f};
	struct sw_error err = {0};
	sw_xml_init(&o.x, f->a, f->text);
	if (read_all(&o, &err) < 0)
		feed_bad(f, err.line, "%s", err.text); /* what was read before still counts */
	uint32_t at = 0;
	for (uint32_t i = 0; i < o.n_definitions; i++) {
		struct definition *d = &o.definitions[i];
		struct feed_rows rows = {.a = f->a};
		for (; at < o.n_criteria && o.criteria[at].definition == i; at++)
			criterion_rows(&o, d, &o.criteria[at], &rows);
		if (!rows.n || d->unaffected)
			continue;
		feed_fold_arches(&rows);
		struct sw_advisory adv = {.id = id_of(d),
			.title = d->title,
			.url = d->url,
			.severity = feed_severity(d->severity),
			.published = d->date,
			.aliases = d->names.v,
			.n_aliases = d->names.n,
			.affected = rows.v,
			.n_affected = rows.n};
		adv.flags =
			SW_ADV_DISTRO |
			(sw_str_starts(adv.id, SW_STR("CVE-")) || !d->names.n ? 0 : SW_ADV_MANY);
		int rc = feed_add(f, &adv);
		if (rc)
			return rc;
	}
	return 0;
}
