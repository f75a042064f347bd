/* SPDX-License-Identifier: Apache-2.0 */
/* Reading VEX, and finding the statement that covers a match. */
#include "vuln/vex_impl.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "doc/json.h"
#include "finding/fingerprint.h"
#include "finding/waiver.h"
#include "vuln/version/constraint.h"

const char *sw_vex_status_name(enum sw_vex_status s)
{
	static const char *const names[] = {
		"", "not_affected", "affected", "fixed", "under_investigation"};
	return names[s];
}

static int too_many(struct sw_error *err)
{
	return sw_error_set(err, SW_ELIMIT, "more than %d VEX statements, or out of memory",
		SW_VEX_STATEMENTS);
}

int vex_limit(struct vex_loader *l)
{
	return too_many(l->err);
}

/* Room for one; NULL: no more. */
static struct sw_vex_statement *next(struct sw_vex *v)
{
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
	return &v->v[v->n++];
}

struct sw_vex_statement *vex_add(struct vex_loader *l)
{
	struct sw_vex_statement *s = next(l->vex);
	if (s)
		*s = (struct sw_vex_statement){.file = l->file,
			.index = ++l->index,
			.time = l->time,
			.reason = SW_STR("")};
	return s;
}

int sw_vex_add(struct sw_vex *vex, struct sw_arena *a, const struct sw_vex_statement *one,
	struct sw_error *err)
{
	if (!vex->arena)
		vex->arena = a;
	struct sw_vex_statement *s = next(vex);
	if (!s)
		return too_many(err);
	*s = *one;
	return 0;
}

/* RFC 3339 in seconds, time zones left aside: what is compared are days apart. */
int64_t vex_seconds_of(struct sw_str s)
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

bool vex_status_of(struct sw_str s, enum sw_vex_status *ret)
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

bool vex_purl_of(struct sw_arena *a, struct sw_str s, struct sw_purl *ret)
{
	return sw_str_starts(s, SW_STR("pkg:")) &&
	       sw_purl_parse(a, s, SW_PURL_FOLD_KEYS, ret, NULL) == 0;
}

static void names(struct vex_loader *l, struct sw_vex_statement *s, struct sw_str first,
	struct sw_value aliases)
{
	uint32_t more = sw_is(aliases, SW_ARRAY) && aliases.n < VEX_NAMES_MAX ? aliases.n : 0;
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

static void openvex_product(struct vex_loader *l, struct sw_value v, struct sw_vex_product *p)
{
	struct sw_value subs = sw_value_path(v, "subcomponents", NULL);
	p->id = identity(v);
	if (!vex_purl_of(l->a, p->id, &p->purl))
		p->purl.type = SW_STR("");
	if (!sw_is(subs, SW_ARRAY))
		return;
	struct sw_purl *out = sw_arena_new_array(l->a, subs.n + 1u, struct sw_purl);
	if (!out)
		return;
	sw_array_foreach (s, subs)
		if (vex_purl_of(l->a, identity(*s), &out[p->n_subcomponents]))
			p->n_subcomponents++;
	p->subcomponents = out;
	if (!p->n_subcomponents && subs.n) /* names nothing that we could find: covers nothing */
		p->id = SW_STR("");
}

static int openvex(struct vex_loader *l, struct sw_value doc)
{
	struct sw_value list = sw_value_path(doc, "statements", NULL);
	l->time = vex_seconds_of(sw_value_getstr(doc, "timestamp"));
	if (!sw_is(list, SW_ARRAY))
		return sw_error_set(l->err, SW_EINVALID, "an OpenVEX document without statements");
	sw_array_foreach (one, list) {
		struct sw_vex_statement *s = vex_add(l);
		struct sw_value flaw = sw_value_path(*one, "vulnerability", NULL),
				products = sw_value_path(*one, "products", NULL);
		struct sw_str time = sw_value_getstr(*one, "timestamp");
		if (!s)
			return vex_limit(l);
		if (time.n)
			s->time = vex_seconds_of(time);
		struct sw_str name =
			sw_is(flaw, SW_STRING) ? sw_value_str(flaw) : sw_value_getstr(flaw, "name");
		if (!name.n)
			name = sw_value_getstr(flaw, "@id");
		names(l, s, name, sw_value_path(flaw, "aliases", NULL));
		if (!vex_status_of(sw_value_getstr(*one, "status"), &s->status))
			return sw_error_set(
				l->err, SW_EINVALID, "statement %u has no known status", s->index);
		s->reason = sw_value_getstr(*one, "justification");
		if (!s->reason.n)
			s->reason = sw_value_getstr(*one, "impact_statement");
		uint32_t n = sw_is(products, SW_ARRAY) ? products.n : 0;
		struct sw_vex_product *v = sw_arena_zalloc(l->a, (n + 1u) * sizeof(*v));
		if (!v)
			return vex_limit(l);
		for (uint32_t i = 0; i < n; i++)
			openvex_product(l, sw_array_at(products, i), &v[s->n_products++]);
		s->products = v;
	}
	return 0;
}

/* ---- any of them ---- */

int sw_vex_parse(struct sw_vex *vex, struct sw_arena *a, struct sw_str name, struct sw_str text,
	struct sw_error *err)
{
	struct sw_value doc;
	struct vex_loader l = {.vex = vex, .a = a, .file = name, .err = err};
	if (!vex->arena)
		vex->arena = a;
	int rc = sw_json_parse(a, text, 0, NULL, &doc, NULL, err);
	if (!rc && sw_str_has(sw_value_getstr(doc, "@context"), SW_STR("openvex")))
		rc = openvex(&l, doc);
	else if (!rc && sw_is(sw_value_path(doc, "statements", NULL), SW_ARRAY))
		rc = openvex(&l, doc);
	else if (!rc && sw_str_is(sw_value_getstr(doc, "bomFormat"), "CycloneDX") &&
		 sw_is(sw_value_path(doc, "vulnerabilities", NULL), SW_ARRAY))
		rc = vex_cyclonedx(&l, doc);
	else if (!rc && sw_is(sw_value_path(doc, "document", NULL), SW_OBJECT) &&
		 sw_is(sw_value_path(doc, "vulnerabilities", NULL), SW_ARRAY))
		rc = vex_csaf(&l, doc);
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

/* Whose packages: the id that os-release has, and what others write in its place. */
static struct sw_str vendor(struct sw_str ns)
{
	static const char *const same[][2] = {{"rhel", "redhat"}, {"centos", "redhat"},
		{"sles", "suse"}, {"sled", "suse"}, {"sles_sap", "suse"}, {"sle-micro", "suse"},
		{"sl-micro", "suse"}, {"suse-microos", "suse"}, {"opensuse-leap", "opensuse"},
		{"opensuse-leap-micro", "opensuse"}, {"opensuse-tumbleweed", "opensuse"},
		{"amzn", "amazon"}, {"ol", "oracle"}, {"oraclelinux", "oracle"},
		{"almalinux", "alma"}, {"rocky", "rockylinux"}};
	for (size_t i = 0; i < SW_ARRAY_LEN(same); i++)
		if (sw_str_is(ns, same[i][0]))
			return sw_str_from(same[i][1]);
	return ns;
}

/* Of languages the namespace is half of the name; of a distribution's packages it may be left out.
 */
static bool namespace_covers(const struct sw_purl *said, const struct sw_purl *is)
{
	enum sw_package_type type;
	if (sw_str_eq(said->ns, is->ns))
		return true;
	if (sw_package_type_find(is->type, &type) || !sw_package_type_is_os(type))
		return false;
	return !said->ns.n || sw_str_eq(vendor(said->ns), vendor(is->ns));
}

/* The epoch of an rpm is a qualifier for us, and in the version for others. */
static bool version_covers(struct sw_str said, struct sw_str said_epoch, const struct sw_purl *is,
	struct sw_str version)
{
	struct sw_str epoch = sw_purl_get(is, "epoch");
	size_t colon = sw_str_chr(said, ':', 0);
	if (!said.n)
		return true;
	if (said_epoch.n && !sw_str_is(said_epoch, "0") && !sw_str_eq(said_epoch, epoch))
		return false;
	if (sw_str_eq(said, version))
		return true;
	return colon != SW_NPOS && sw_str_is(is->type, "rpm") &&
	       sw_str_eq(sw_str_sub(said, 0, colon), epoch.n ? epoch : SW_STR("0")) &&
	       sw_str_eq(sw_str_sub(said, colon + 1, said.n), version);
}

/* One that others count in the build: "arch=src" and "arch=source" name a source package. */
static bool is_source(const struct sw_purl *said)
{
	struct sw_str arch = sw_purl_get(said, "arch");
	return sw_str_is(arch, "src") || sw_str_is(arch, "source");
}

/* "glibc" of "upstream=glibc@2.36-9"; "" where the source is called as the package is. */
static struct sw_str source_name(const struct sw_purl *is)
{
	struct sw_str up = sw_purl_get(is, "upstream");
	return sw_str_sub(up, 0, sw_str_rfind(up, SW_STR("@")));
}

/* The version that counts: the package's, or of a source package the one it was built from. */
static struct sw_str version_meant(const struct sw_purl *said, const struct sw_purl *is)
{
	struct sw_str up = sw_purl_get(is, "upstream");
	size_t at = is_source(said) ? sw_str_rfind(up, SW_STR("@")) : SW_NPOS;
	return at == SW_NPOS ? is->version : sw_str_sub(up, at + 1, up.n);
}

static bool name_covers(const struct sw_purl *said, const struct sw_purl *is)
{
	struct sw_str source = source_name(is);
	return sw_str_eq(said->name, is_source(said) && source.n ? source : is->name) &&
	       version_covers(said->version, sw_purl_get(said, "epoch"), is,
		       version_meant(said, is));
}

/* A qualifier that both have says what the package is; Maven's classifier must be ours too. */
static bool qualifiers_cover(const struct sw_purl *said, const struct sw_purl *is)
{
	struct sw_str arch = sw_purl_get(said, "arch"), distro = sw_purl_get(said, "distro");
	struct sw_str own_arch = sw_purl_get(is, "arch"), own_distro = sw_purl_get(is, "distro");
	if (arch.n && own_arch.n && !is_source(said) && !sw_str_eq(arch, own_arch))
		return false;
	struct sw_str classifier = sw_purl_get(said, "classifier");
	if (classifier.n && !sw_str_eq(classifier, sw_purl_get(is, "classifier")))
		return false;
	return !distro.n || !own_distro.n || distro_covers(distro, own_distro);
}

static bool purl_covers(const struct sw_purl *said, const struct sw_purl *is)
{
	return said->type.n && sw_str_eq(said->type, is->type) && namespace_covers(said, is) &&
	       name_covers(said, is) && qualifiers_cover(said, is);
}

static bool is_range(struct sw_str said)
{
	return sw_str_starts(said, SW_STR("vers:"));
}

static bool range_holds(struct sw_str range, struct sw_str version)
{
	bool in = false;
	return sw_vers_contains(range, version, &in, NULL) == 0 && in;
}

/* Ranges have the epoch of an rpm in the version: without it 1:3.5 would be older than 1:3.0. */
static bool range_covers(struct sw_str range, const struct sw_purl *is, struct sw_str version)
{
	struct sw_str epoch = sw_purl_get(is, "epoch");
	if (!sw_str_is(is->type, "rpm") || sw_str_chr(version, ':', 0) != SW_NPOS)
		return range_holds(range, version);
	sw_autobuf full;
	sw_buf_init(&full, SW_PURL_MAX);
	sw_buf_printf(&full, "%.*s:%.*s", SW_STR_ARG(epoch.n ? epoch : SW_STR("0")),
		SW_STR_ARG(version));
	return !full.overflow && range_holds(range, sw_buf_str(&full));
}

/* Of what is named without a version, only those that are listed. */
static bool listed_version(const struct sw_vex_versions *list, const struct sw_purl *said,
	const struct sw_purl *is)
{
	struct sw_str version = version_meant(said, is);
	for (uint32_t i = 0; i < list->n; i++) {
		struct sw_str one = list->v[i];
		if (is_range(one) ? range_covers(one, is, version)
				  : one.n && version_covers(one, SW_STR(""), is, version))
			return true;
	}
	return !list->n;
}

/*
 * Streams of a module are packages of one name. A build tells its stream by its version; else both
 * must say the same, and what is said of a distribution's package without a module is not said of
 * one that a module holds.
 */
static bool module_covers(const struct sw_vex_product *p, const struct sw_purl *said,
	const struct sw_purl *is)
{
	struct sw_str own = sw_package_stream(sw_purl_get(is, "rpmmod"));
	struct sw_str module = p->module.n ? p->module
					   : sw_package_stream(sw_purl_get(said, "rpmmod"));
	if (module.n && own.n)
		return sw_str_eq(module, own);
	return said->version.n || (!module.n && (!own.n || !p->platform.n));
}

/* Of a platform: "rhel-8", of the package's own distribution. */
static bool platform_covers(struct sw_str said, const struct sw_purl *is)
{
	struct sw_str own = sw_purl_get(is, "distro");
	size_t dash = sw_str_rfind(own, SW_STR("-")), at = sw_str_rfind(said, SW_STR("-"));
	if (!said.n)
		return true;
	return dash != SW_NPOS && at != SW_NPOS &&
	       sw_str_eq(vendor(sw_str_sub(own, 0, dash)), vendor(sw_str_sub(said, 0, at))) &&
	       distro_covers(sw_str_sub(said, at + 1, said.n), sw_str_sub(own, dash + 1, own.n));
}

/* "1.2" of "reg.example/app:1.2@sha256:…", and "latest" of "app", which has neither; "": none. */
static struct sw_str tag_of(struct sw_str image)
{
	size_t at = sw_str_chr(image, '@', 0);
	struct sw_str last = sw_str_base(sw_str_sub(image, 0, at));
	size_t colon = sw_str_chr(last, ':', 0);
	if (colon != SW_NPOS)
		return sw_str_sub(last, colon + 1, last.n);
	return at == SW_NPOS && image.n ? SW_STR("latest") : SW_STR("");
}

/* A tag, or a digest: the one that was fetched, or the one in the reference. */
static bool image_version(struct sw_str said, const struct sw_vex_subject *where)
{
	size_t at = sw_str_chr(where->image, '@', 0);
	if (!sw_str_starts(said, SW_STR("sha256:")))
		return said.n && sw_str_eq(said, tag_of(where->image));
	return sw_str_eq(said, where->digest) ||
	       (at != SW_NPOS &&
		       sw_str_eq(said, sw_str_sub(where->image, at + 1, where->image.n)));
}

static bool image_listed(const struct sw_vex_versions *list, const struct sw_vex_subject *where)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (is_range(list->v[i]) ? range_holds(list->v[i], tag_of(where->image))
					 : image_version(list->v[i], where))
			return true;
	return !list->n;
}

/* Is the product the image that is scanned? */
static bool is_image(const struct sw_vex_product *p, const struct sw_vex_subject *where)
{
	struct sw_str image = where->image, digest = where->digest, version = p->purl.version;
	if ((!image.n && !digest.n) || !image_listed(&p->versions, where))
		return false;
	if (p->id.n && (sw_str_eq(p->id, image) || sw_str_eq(p->id, digest)))
		return true;
	if (!sw_str_is(p->purl.type, "oci") && !sw_str_is(p->purl.type, "docker"))
		return false;
	if (!version.n)
		version = sw_purl_get(&p->purl, "tag");
	if (version.n && !image_version(version, where))
		return false;
	if (sw_str_starts(version, SW_STR("sha256:")))
		return true;
	struct sw_str repository = sw_image_repository(image),
		      url = sw_purl_get(&p->purl, "repository_url");
	if (url.n && sw_str_chr(repository, '/', 0) != SW_NPOS && !sw_str_ends(repository, url) &&
		!sw_str_ends(url, repository))
		return false;
	return sw_str_eq(sw_str_base(repository), p->purl.name);
}

/* ---- what was scanned, by type and name: thousands of products may be asked for ---- */

struct sw_vex_held {
	struct sw_str name; /* its own, or that of its source */
	const struct sw_purl *purl;
};

static int held_order(const void *x, const void *y)
{
	const struct sw_vex_held *a = x, *b = y;
	int c = sw_str_cmp(a->purl->type, b->purl->type);
	return c ? c : sw_str_cmp(a->name, b->name);
}

static void build_held(struct sw_vex *vex, const struct sw_bom *bom)
{
	struct sw_purl *purls = sw_arena_new_array(vex->arena, bom->n + 1u, struct sw_purl);
	vex->held = sw_arena_new_array(vex->arena, (size_t)bom->n * 2 + 1, struct sw_vex_held);
	vex->n_held = 0;
	vex->held_of = bom;
	if (!purls || !vex->held)
		return; /* nothing is there, nothing is covered */
	for (uint32_t i = 0; i < bom->n; i++) {
		struct sw_purl *p = &purls[i];
		struct sw_str text =
			sw_package_purl(vex->arena, &bom->packages[i], &bom->distribution);
		if (!text.n || sw_purl_parse(vex->arena, text, 0, p, NULL))
			continue;
		vex->held[vex->n_held++] = (struct sw_vex_held){p->name, p};
		struct sw_str source = source_name(p);
		if (source.n && !sw_str_eq(source, p->name))
			vex->held[vex->n_held++] = (struct sw_vex_held){source, p};
	}
	qsort(vex->held, vex->n_held, sizeof(*vex->held), held_order);
}

static bool holds(struct sw_vex *vex, const struct sw_vex_product *p, const struct sw_bom *bom)
{
	const struct sw_vex_held key = {p->purl.name, &p->purl};
	if (vex->held_of != bom)
		build_held(vex, bom);
	uint32_t low = 0, high = vex->n_held;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (held_order(&vex->held[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < vex->n_held && !held_order(&vex->held[low], &key); low++) {
		const struct sw_purl *is = vex->held[low].purl;
		if (purl_covers(&p->purl, is) && listed_version(&p->versions, &p->purl, is))
			return true;
	}
	return false;
}

/* Is the product, a package that holds others, in what was scanned? Told once of each. */
static bool is_present(
	struct sw_vex *vex, struct sw_vex_product *p, const struct sw_vex_subject *where)
{
	enum sw_package_type type;
	if (sw_package_type_find(p->purl.type, &type))
		return false;
	if (where->bom && p->looked != where->bom) {
		p->present = holds(vex, p, where->bom);
		p->looked = where->bom;
	}
	return p->present || !where->bom;
}

/* Is the package the one that is named: the product, or a part of it? */
static bool is_meant(const struct sw_vex_product *p, const struct sw_purl *said,
	const struct sw_vex_versions *versions, const struct sw_purl *is)
{
	return purl_covers(said, is) && listed_version(versions, said, is) &&
	       module_covers(p, said, is);
}

static bool product_covers(struct sw_vex *vex, struct sw_vex_product *p, const struct sw_purl *purl,
	const struct sw_vex_subject *where)
{
	bool whole = is_image(p, where);
	if (!p->n_subcomponents)
		return whole || (is_meant(p, &p->purl, &p->versions, purl) &&
					platform_covers(p->platform, purl));
	for (uint32_t k = 0; k < p->n_subcomponents; k++)
		if (is_meant(p, &p->subcomponents[k], &p->sub_versions, purl))
			return whole || is_present(vex, p, where);
	return false;
}

static bool covers(struct sw_vex *vex, const struct sw_vex_statement *s, const struct sw_purl *purl,
	const struct sw_vex_subject *where)
{
	for (uint32_t i = 0; i < s->n_products; i++)
		if (product_covers(vex, &s->products[i], purl, where))
			return true;
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
	s = sw_str_base(s);
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
		if (sw_str_ieq(sw_str_base(s->names[i]), sw_str_base(name)))
			return true;
	return false;
}

struct lookup {
	struct sw_vex *vex;
	const struct sw_purl *purl;
	const struct sw_vex_subject *where;
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
		if (!has_name(s, name) || !covers(vex, s, l->purl, l->where))
			continue;
		s->matched++;
		if (!l->best || s->time > l->best->time ||
			(s->time == l->best->time && s > l->best))
			l->best = s;
	}
}

struct sw_vex_statement *sw_vex_find(struct sw_vex *vex, const struct sw_purl *purl,
	const struct sw_match *m, const struct sw_vex_subject *where)
{
	struct lookup l = {vex, purl, where, NULL};
	if (!vex->n || (vex->indexed != vex->n && !build_index(vex)))
		return NULL;
	look(&l, m->id);
	if (!sw_str_eq(m->advisory, m->id))
		look(&l, m->advisory);
	for (uint32_t k = 0; k < m->n_aliases; k++)
		look(&l, m->aliases[k]);
	return l.best;
}
