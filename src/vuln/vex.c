/* SPDX-License-Identifier: Apache-2.0 */
/* Reading VEX, and finding the statement that covers a match. */
#include "vuln/vex.h"

#include <stdlib.h>

#include "base/io.h"
#include "doc/json.h"
#include "finding/fingerprint.h"
#include "finding/waiver.h"

enum { BRANCH_DEPTH = 32, NAMES_MAX = 4096 };

const char *sw_vex_status_name(enum sw_vex_status s)
{
	static const char *const names[] = {
		"", "not_affected", "affected", "fixed", "under_investigation"};
	return names[s];
}

struct loader {
	struct sw_vex *vex;
	struct sw_arena *a;
	struct sw_str file;
	struct sw_error *err;
	uint32_t index;
	int64_t time; /* of the document */
};

static int limit(struct loader *l)
{
	return sw_error_set(l->err, SW_ELIMIT, "more than %d VEX statements, or out of memory",
		SW_VEX_STATEMENTS);
}

static struct sw_vex_statement *add(struct loader *l)
{
	struct sw_vex *v = l->vex;
	if (v->n == v->cap) {
		uint32_t want = v->cap ? v->cap * 2 : 64;
		void *p = want > SW_VEX_STATEMENTS * 2
				  ? NULL
				  : sw_arena_grow(v->arena, v->v, v->cap * sizeof(*v->v),
					    want * sizeof(*v->v));
		if (!p)
			return NULL;
		v->v = p;
		v->cap = want;
	}
	v->v[v->n] = (struct sw_vex_statement){
		.file = l->file, .index = ++l->index, .time = l->time, .reason = SW_STR("")};
	return &v->v[v->n++];
}

/* RFC 3339 in seconds, time zones left aside: what is compared are days apart. */
static int64_t seconds_of(struct sw_str s)
{
	int64_t day, h = 0, m = 0, sec = 0;
	if (s.n < 10 || sw_date_parse(sw_str_sub(s, 0, 10), &day))
		return 0;
	if (s.n >= 19 && (!sw_str_to_i64(sw_str_sub(s, 11, 13), &h) ||
				 !sw_str_to_i64(sw_str_sub(s, 14, 16), &m) ||
				 !sw_str_to_i64(sw_str_sub(s, 17, 19), &sec)))
		h = m = sec = 0;
	return day * 86400 + h * 3600 + m * 60 + sec;
}

static bool status_of(struct sw_str s, enum sw_vex_status *ret)
{
	static const struct {
		const char *word;
		enum sw_vex_status status;
	} words[] = {{"not_affected", SW_VEX_NOT_AFFECTED}, {"affected", SW_VEX_AFFECTED},
		{"fixed", SW_VEX_FIXED}, {"under_investigation", SW_VEX_UNDER_INVESTIGATION},
		{"false_positive", SW_VEX_NOT_AFFECTED}, {"exploitable", SW_VEX_AFFECTED},
		{"resolved", SW_VEX_FIXED}, {"resolved_with_pedigree", SW_VEX_FIXED},
		{"in_triage", SW_VEX_UNDER_INVESTIGATION},
		{"known_not_affected", SW_VEX_NOT_AFFECTED}, {"known_affected", SW_VEX_AFFECTED}};
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (sw_str_is(s, words[i].word)) {
			*ret = words[i].status;
			return true;
		}
	return false;
}

static bool purl_of(struct sw_arena *a, struct sw_str s, struct sw_purl *ret)
{
	return sw_str_starts(s, SW_STR("pkg:")) &&
	       sw_purl_parse(a, s, SW_PURL_FOLD_KEYS, ret, NULL) == 0;
}

static void names(
	struct loader *l, struct sw_vex_statement *s, struct sw_str first, struct sw_value aliases)
{
	uint32_t more = sw_is(aliases, SW_ARRAY) && aliases.n < NAMES_MAX ? aliases.n : 0;
	struct sw_str *v = sw_arena_new_array(l->a, more + 1u, struct sw_str);
	if (!v)
		return;
	if (first.n)
		v[s->n_names++] = first;
	for (uint32_t i = 0; i < more; i++) {
		struct sw_value one = sw_array_at(aliases, i);
		if (sw_is(one, SW_STRING))
			v[s->n_names++] = sw_value_str(one);
	}
	s->names = v;
}

/* ---- OpenVEX ---- */

/* A product or component: a text, or {"@id", "identifiers": {"purl"}}. */
static struct sw_str identity(struct sw_value v)
{
	if (sw_is(v, SW_STRING))
		return sw_value_str(v);
	struct sw_str purl = sw_value_getstr(sw_value_path(v, "identifiers", NULL), "purl");
	return purl.n ? purl : sw_value_getstr(v, "@id");
}

static void openvex_product(struct loader *l, struct sw_value v, struct sw_vex_product *p)
{
	struct sw_value subs = sw_value_path(v, "subcomponents", NULL);
	p->id = identity(v);
	if (!purl_of(l->a, p->id, &p->purl))
		p->purl.type = SW_STR("");
	if (!sw_is(subs, SW_ARRAY))
		return;
	struct sw_purl *out = sw_arena_new_array(l->a, subs.n + 1u, struct sw_purl);
	if (!out)
		return;
	sw_array_foreach (s, subs)
		if (purl_of(l->a, identity(*s), &out[p->n_subcomponents]))
			p->n_subcomponents++;
	p->subcomponents = out;
	if (!p->n_subcomponents && subs.n) /* names nothing that we could find: covers nothing */
		p->id = SW_STR("");
}

static int openvex(struct loader *l, struct sw_value doc)
{
	struct sw_value list = sw_value_path(doc, "statements", NULL);
	l->time = seconds_of(sw_value_getstr(doc, "timestamp"));
	if (!sw_is(list, SW_ARRAY))
		return sw_error_set(l->err, SW_EINVALID, "an OpenVEX document without statements");
	sw_array_foreach (one, list) {
		struct sw_vex_statement *s = add(l);
		struct sw_value flaw = sw_value_path(*one, "vulnerability", NULL),
				products = sw_value_path(*one, "products", NULL);
		struct sw_str time = sw_value_getstr(*one, "timestamp");
		if (!s)
			return limit(l);
		if (time.n)
			s->time = seconds_of(time);
		struct sw_str name =
			sw_is(flaw, SW_STRING) ? sw_value_str(flaw) : sw_value_getstr(flaw, "name");
		if (!name.n)
			name = sw_value_getstr(flaw, "@id");
		names(l, s, name, sw_value_path(flaw, "aliases", NULL));
		if (!status_of(sw_value_getstr(*one, "status"), &s->status))
			return sw_error_set(
				l->err, SW_EINVALID, "statement %u has no known status", s->index);
		s->reason = sw_value_getstr(*one, "justification");
		if (!s->reason.n)
			s->reason = sw_value_getstr(*one, "impact_statement");
		uint32_t n = sw_is(products, SW_ARRAY) ? products.n : 0;
		struct sw_vex_product *v = sw_arena_zalloc(l->a, (n + 1u) * sizeof(*v));
		if (!v)
			return limit(l);
		for (uint32_t i = 0; i < n; i++)
			openvex_product(l, sw_array_at(products, i), &v[s->n_products++]);
		s->products = v;
	}
	return 0;
}

/* ---- CycloneDX ---- */

/* The purl of a reference: a component's bom-ref, or the purl itself. */
static struct sw_str component_purl(struct sw_value doc, struct sw_str ref)
{
	struct sw_value list = sw_value_path(doc, "components", NULL),
			root = sw_value_path(doc, "metadata", "component", NULL);
	size_t hash = sw_str_rfind(ref, SW_STR("#"));
	if (sw_str_starts(ref, SW_STR("urn:cdx:")) && hash != SW_NPOS)
		ref = sw_str_sub(ref, hash + 1, ref.n);
	if (sw_str_is(ref, "") || sw_str_starts(ref, SW_STR("pkg:")))
		return ref;
	if (sw_str_eq(sw_value_getstr(root, "bom-ref"), ref))
		return sw_value_getstr(root, "purl");
	if (sw_is(list, SW_ARRAY))
		sw_array_foreach (c, list)
			if (sw_str_eq(sw_value_getstr(*c, "bom-ref"), ref))
				return sw_value_getstr(*c, "purl");
	return ref;
}

static int cyclonedx(struct loader *l, struct sw_value doc)
{
	struct sw_value list = sw_value_path(doc, "vulnerabilities", NULL);
	l->time = seconds_of(sw_value_getstr(sw_value_path(doc, "metadata", NULL), "timestamp"));
	sw_array_foreach (one, list) {
		struct sw_value analysis = sw_value_path(*one, "analysis", NULL),
				affects = sw_value_path(*one, "affects", NULL);
		struct sw_value refs = sw_value_path(*one, "references", NULL);
		enum sw_vex_status status;
		if (!status_of(sw_value_getstr(analysis, "state"), &status))
			continue; /* a vulnerability report, not a statement */
		struct sw_vex_statement *s = add(l);
		if (!s)
			return limit(l);
		s->status = status;
		struct sw_str id = sw_value_getstr(*one, "id");
		uint32_t n = sw_is(refs, SW_ARRAY) && refs.n < NAMES_MAX ? refs.n : 0;
		struct sw_str *v = sw_arena_new_array(l->a, n + 1u, struct sw_str);
		if (!v)
			return limit(l);
		v[s->n_names++] = id;
		for (uint32_t i = 0; i < n; i++) {
			struct sw_str alias = sw_value_getstr(sw_array_at(refs, i), "id");
			if (alias.n)
				v[s->n_names++] = alias;
		}
		s->names = v;
		s->reason = sw_value_getstr(analysis, "justification");
		if (!s->reason.n)
			s->reason = sw_value_getstr(analysis, "detail");
		n = sw_is(affects, SW_ARRAY) ? affects.n : 0;
		struct sw_vex_product *p = sw_arena_zalloc(l->a, (n + 1u) * sizeof(*p));
		if (!p)
			return limit(l);
		for (uint32_t i = 0; i < n; i++) {
			struct sw_vex_product *o = &p[s->n_products++];
			o->id = component_purl(
				doc, sw_value_getstr(sw_array_at(affects, i), "ref"));
			if (!purl_of(l->a, o->id, &o->purl))
				o->purl.type = SW_STR("");
		}
		s->products = p;
	}
	return 0;
}

/* ---- CSAF ---- */

struct csaf {
	struct loader *l;
	struct { /* product ids and their purls */
		struct sw_str id, purl;
	} * v;
	uint32_t n, cap;
};

static void csaf_put(struct csaf *c, struct sw_str id, struct sw_str purl)
{
	if (c->n == c->cap) {
		uint32_t want = c->cap ? c->cap * 2 : 64;
		void *p =
			sw_arena_grow(c->l->a, c->v, c->cap * sizeof(*c->v), want * sizeof(*c->v));
		if (!p)
			return;
		c->v = p;
		c->cap = want;
	}
	c->v[c->n].id = id;
	c->v[c->n++].purl = purl;
}

static struct sw_str csaf_purl(const struct csaf *c, struct sw_str id)
{
	for (uint32_t i = 0; i < c->n; i++)
		if (sw_str_eq(c->v[i].id, id))
			return c->v[i].purl;
	return SW_STR("");
}

static void csaf_product(struct csaf *c, struct sw_value p)
{
	struct sw_value helper = sw_value_path(p, "product_identification_helper", NULL);
	struct sw_str id = sw_value_getstr(p, "product_id"), purl = sw_value_getstr(helper, "purl");
	if (id.n && purl.n)
		csaf_put(c, id, purl);
}

static void csaf_branches(struct csaf *c, struct sw_value list, unsigned depth)
{
	if (depth == BRANCH_DEPTH || !sw_is(list, SW_ARRAY))
		return;
	sw_array_foreach (b, list) {
		csaf_product(c, sw_value_path(*b, "product", NULL));
		csaf_branches(c, sw_value_path(*b, "branches", NULL), depth + 1);
	}
}

static int csaf_status(struct csaf *c, struct sw_value flaw, const char *key, struct sw_str reason)
{
	struct sw_value ids =
		sw_object_gets(sw_value_path(flaw, "product_status", NULL), sw_str_from(key));
	struct loader *l = c->l;
	if (!sw_is(ids, SW_ARRAY) || !ids.n)
		return 0;
	struct sw_vex_statement *s = add(l);
	struct sw_vex_product *p = s ? sw_arena_zalloc(l->a, (ids.n + 1u) * sizeof(*p)) : NULL;
	if (!p)
		return limit(l);
	status_of(sw_str_from(key), &s->status);
	names(l, s, sw_value_getstr(flaw, "cve"), sw_undef());
	s->reason = reason;
	sw_array_foreach (id, ids) {
		struct sw_vex_product *o = &p[s->n_products++];
		o->id = sw_is(*id, SW_STRING) ? sw_value_str(*id) : SW_STR("");
		if (!purl_of(l->a, csaf_purl(c, o->id), &o->purl))
			o->purl.type = SW_STR("");
	}
	s->products = p;
	return 0;
}

static int csaf(struct loader *l, struct sw_value doc)
{
	static const char *const keys[] = {
		"known_not_affected", "known_affected", "fixed", "under_investigation"};
	struct csaf c = {.l = l};
	struct sw_value tree = sw_value_path(doc, "product_tree", NULL),
			flaws = sw_value_path(doc, "vulnerabilities", NULL);
	struct sw_value full = sw_value_path(tree, "full_product_names", NULL),
			rel = sw_value_path(tree, "relationships", NULL);
	l->time = seconds_of(sw_value_getstr(
		sw_value_path(doc, "document", "tracking", NULL), "current_release_date"));
	csaf_branches(&c, sw_value_path(tree, "branches", NULL), 0);
	if (sw_is(full, SW_ARRAY))
		sw_array_foreach (p, full)
			csaf_product(&c, *p);
	if (sw_is(rel, SW_ARRAY))
		sw_array_foreach (r, rel) {
			struct sw_value whole = sw_value_path(*r, "full_product_name", NULL);
			struct sw_str purl =
				csaf_purl(&c, sw_value_getstr(*r, "product_reference"));
			csaf_product(&c, whole);
			if (purl.n)
				csaf_put(&c, sw_value_getstr(whole, "product_id"), purl);
		}
	sw_array_foreach (flaw, flaws) {
		struct sw_str flag = sw_value_getstr(
			sw_array_at(sw_value_path(*flaw, "flags", NULL), 0), "label");
		for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
			int rc = csaf_status(&c, *flaw, keys[i], i ? SW_STR("") : flag);
			if (rc)
				return rc;
		}
	}
	return 0;
}

/* ---- any of them ---- */

int sw_vex_parse(struct sw_vex *vex, struct sw_arena *a, struct sw_str name, struct sw_str text,
	struct sw_error *err)
{
	struct sw_value doc;
	struct loader l = {.vex = vex, .a = a, .file = name, .err = err};
	if (!vex->arena)
		vex->arena = a;
	int rc = sw_json_parse(a, text, 0, NULL, &doc, NULL, err);
	if (!rc && sw_str_has(sw_value_getstr(doc, "@context"), SW_STR("openvex")))
		rc = openvex(&l, doc);
	else if (!rc && sw_is(sw_value_path(doc, "statements", NULL), SW_ARRAY))
		rc = openvex(&l, doc);
	else if (!rc && sw_str_is(sw_value_getstr(doc, "bomFormat"), "CycloneDX") &&
		 sw_is(sw_value_path(doc, "vulnerabilities", NULL), SW_ARRAY))
		rc = cyclonedx(&l, doc);
	else if (!rc && sw_is(sw_value_path(doc, "document", NULL), SW_OBJECT) &&
		 sw_is(sw_value_path(doc, "vulnerabilities", NULL), SW_ARRAY))
		rc = csaf(&l, doc);
	else if (!rc)
		rc = sw_error_set(err, SW_EINVALID,
			"no VEX document: neither OpenVEX, CSAF nor CycloneDX with analyses");
	return rc && err ? sw_error_at(err, name, err->line, err->col, err->byte) : rc;
}

int sw_vex_load(struct sw_vex *vex, struct sw_arena *a, const char *path, struct sw_error *err)
{
	struct sw_str text;
	int rc = sw_io_read(a, path, (size_t)64 << 20, SW_IO_COPY, &text, err);
	return rc ? rc : sw_vex_parse(vex, a, sw_str_from(path), text, err);
}

/* ---- does it cover? ---- */

/* "debian-12" covers "debian-12.13": whole numbers of the release. */
static bool distro_covers(struct sw_str said, struct sw_str is)
{
	return sw_str_starts(is, said) && (is.n == said.n || is.p[said.n] == '.');
}

static bool purl_covers(const struct sw_purl *said, const struct sw_purl *is)
{
	if (!said->type.n || !sw_str_eq(said->type, is->type) || !sw_str_eq(said->name, is->name) ||
		(said->ns.n && !sw_str_eq(said->ns, is->ns)))
		return false;
	if (said->version.n && !sw_str_eq(said->version, is->version)) {
		/* The epoch of an rpm is a qualifier for us, and in the version for others. */
		struct sw_str epoch = sw_purl_get(is, "epoch");
		size_t colon = sw_str_chr(said->version, ':', 0);
		if (!epoch.n || colon == SW_NPOS ||
			!sw_str_eq(sw_str_sub(said->version, 0, colon), epoch) ||
			!sw_str_eq(
				sw_str_sub(said->version, colon + 1, said->version.n), is->version))
			return false;
	}
	struct sw_str arch = sw_purl_get(said, "arch"), distro = sw_purl_get(said, "distro");
	struct sw_str own_arch = sw_purl_get(is, "arch"), own_distro = sw_purl_get(is, "distro");
	if (arch.n && own_arch.n && !sw_str_eq(arch, own_arch))
		return false;
	return !distro.n || !own_distro.n || distro_covers(distro, own_distro);
}

static struct sw_str last_segment(struct sw_str s)
{
	size_t slash = sw_str_rfind(s, SW_STR("/"));
	return slash == SW_NPOS ? s : sw_str_sub(s, slash + 1, s.n);
}

/* Is the product the image that is scanned? */
static bool is_image(const struct sw_vex_product *p, struct sw_str image, struct sw_str digest)
{
	if (!image.n && !digest.n)
		return false;
	if (p->id.n && (sw_str_eq(p->id, image) || sw_str_eq(p->id, digest)))
		return true;
	if (!sw_str_is(p->purl.type, "oci") && !sw_str_is(p->purl.type, "docker"))
		return false;
	if (p->purl.version.n && digest.n && sw_str_starts(p->purl.version, SW_STR("sha256:")))
		return sw_str_eq(p->purl.version, digest);
	struct sw_str repository = sw_image_repository(image),
		      url = sw_purl_get(&p->purl, "repository_url");
	if (url.n && sw_str_chr(repository, '/', 0) != SW_NPOS && !sw_str_ends(repository, url) &&
		!sw_str_ends(url, repository))
		return false;
	return sw_str_eq(last_segment(repository), p->purl.name);
}

static bool covers(const struct sw_vex_statement *s, const struct sw_purl *purl,
	struct sw_str image, struct sw_str digest)
{
	for (uint32_t i = 0; i < s->n_products; i++) {
		const struct sw_vex_product *p = &s->products[i];
		bool whole = is_image(p, image, digest);
		if (!p->n_subcomponents && (whole || purl_covers(&p->purl, purl)))
			return true;
		/* Subcomponents count inside their product; a product that is a package may hold
		 * them too. */
		for (uint32_t k = 0; k < p->n_subcomponents; k++)
			if ((whole || (!image.n && !digest.n) ||
				    sw_package_type_find(
					    p->purl.type, &(enum sw_package_type){0}) == 0) &&
				purl_covers(&p->subcomponents[k], purl))
				return true;
	}
	return false;
}

/* ---- statements by the names of their flaws: documents have thousands, images too ---- */

struct sw_vex_name {
	uint64_t hash;
	uint32_t statement;
};

/* Case does not count, nor the address in front of an id. */
static uint64_t name_hash(struct sw_str s)
{
	uint64_t h = 14695981039346656037u;
	s = last_segment(s);
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
		h = (h ^ (unsigned char)c) * 1099511628211u;
	}
	return h;
}

static int name_order(const void *x, const void *y)
{
	const struct sw_vex_name *a = x, *b = y;
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return (a->statement > b->statement) - (a->statement < b->statement);
}

static bool build_index(struct sw_vex *vex)
{
	size_t n = 0;
	for (uint32_t i = 0; i < vex->n; i++)
		n += vex->v[i].n_names;
	vex->names = sw_arena_array(vex->arena, n + 1, sizeof(*vex->names));
	vex->n_names = 0;
	if (!vex->names)
		return false;
	for (uint32_t i = 0; i < vex->n; i++)
		for (uint32_t k = 0; k < vex->v[i].n_names; k++)
			vex->names[vex->n_names++] =
				(struct sw_vex_name){name_hash(vex->v[i].names[k]), i};
	qsort(vex->names, vex->n_names, sizeof(*vex->names), name_order);
	vex->indexed = vex->n;
	return true;
}

static bool has_name(const struct sw_vex_statement *s, struct sw_str name)
{
	for (uint32_t i = 0; i < s->n_names; i++)
		if (sw_str_ieq(last_segment(s->names[i]), last_segment(name)))
			return true;
	return false;
}

struct lookup {
	struct sw_vex *vex;
	const struct sw_purl *purl;
	struct sw_str image, digest;
	struct sw_vex_statement *best;
};

static void look(struct lookup *l, struct sw_str name)
{
	struct sw_vex *vex = l->vex;
	uint64_t hash = name_hash(name);
	uint32_t low = 0, high = vex->n_names;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (vex->names[mid].hash < hash)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < vex->n_names && vex->names[low].hash == hash; low++) {
		struct sw_vex_statement *s = &vex->v[vex->names[low].statement];
		if (!has_name(s, name) || !covers(s, l->purl, l->image, l->digest))
			continue;
		s->matched++;
		if (!l->best || s->time > l->best->time ||
			(s->time == l->best->time && s > l->best))
			l->best = s;
	}
}

struct sw_vex_statement *sw_vex_find(struct sw_vex *vex, const struct sw_purl *purl,
	const struct sw_match *m, struct sw_str image, struct sw_str digest)
{
	struct lookup l = {vex, purl, image, digest, NULL};
	if (!vex->n || (vex->indexed != vex->n && !build_index(vex)))
		return NULL;
	look(&l, m->id);
	if (!sw_str_eq(m->advisory, m->id))
		look(&l, m->advisory);
	for (uint32_t k = 0; k < m->n_aliases; k++)
		look(&l, m->aliases[k]);
	return l.best;
}
