/* SPDX-License-Identifier: Apache-2.0 */
/* Packages as purls and back. */
#include "package/purl.h"

static void put(struct sw_purl *p, const char *key, struct sw_str value)
{
	if (value.n)
		p->qualifiers[p->n_qualifiers++] =
			(struct sw_purl_qualifier){sw_str_from(key), value};
}

/* "1:2.3-4" -> "1" and "2.3-4" */
static struct sw_str epoch_of(struct sw_str version, struct sw_str *ret_rest)
{
	size_t colon = sw_str_chr(version, ':', 0);
	*ret_rest = version;
	if (colon == SW_NPOS || colon == 0)
		return SW_STR("");
	for (size_t i = 0; i < colon; i++)
		if (version.p[i] < '0' || version.p[i] > '9')
			return SW_STR("");
	*ret_rest = sw_str_sub(version, colon + 1, version.n);
	return sw_str_sub(version, 0, colon);
}

/* "build=h1_0&channel=main" */
static void put_own(struct sw_purl *u, struct sw_str rest)
{
	struct sw_str one;

	while (rest.n && u->n_qualifiers < SW_PURL_QUALIFIERS && sw_str_split(&rest, '&', &one)) {
		size_t eq = sw_str_chr(one, '=', 0);
		if (eq == SW_NPOS || eq == 0 || eq + 1 == one.n)
			continue;
		u->qualifiers[u->n_qualifiers++] = (struct sw_purl_qualifier){
			sw_str_sub(one, 0, eq), sw_str_sub(one, eq + 1, one.n)};
	}
}

static struct sw_str own_of(struct sw_arena *a, const struct sw_purl *purl)
{
	sw_autobuf out;

	sw_buf_init(&out, SW_BOM_TEXT);
	for (uint32_t i = 0; i < purl->n_qualifiers; i++) {
		const struct sw_purl_qualifier *q = &purl->qualifiers[i];
		if (sw_str_chr(q->value, '&', 0) != SW_NPOS)
			continue;
		sw_buf_printf(&out, "%s%.*s=%.*s", out.n ? "&" : "", SW_STR_ARG(q->key),
			SW_STR_ARG(q->value));
	}
	return out.n && !out.overflow ? sw_arena_str(a, sw_buf_str(&out)) : SW_STR("");
}

struct sw_str sw_purl_stream(struct sw_arena *a, const struct sw_purl *p)
{
	if (!sw_str_is(p->type, "rpmmod"))
		return sw_package_stream(sw_purl_get(p, "rpmmod"));
	if (sw_str_chr(p->name, ':', 0) != SW_NPOS)
		return sw_package_stream(p->name);
	return sw_package_stream(sw_arena_printf(
		a, "%.*s:%.*s", SW_STR_ARG(p->name), SW_STR_ARG(p->version)));
}

static struct sw_str upstream_of(struct sw_arena *a, const struct sw_package *p)
{
	bool same_version = !p->source_version.n || sw_str_eq(p->source_version, p->version);
	if (!p->source.n || (sw_str_eq(p->source, p->name) && same_version))
		return SW_STR("");
	if (same_version)
		return p->source;
	return sw_arena_printf(
		a, "%.*s@%.*s", SW_STR_ARG(p->source), SW_STR_ARG(p->source_version));
}

struct sw_str sw_package_purl(
	struct sw_arena *a, const struct sw_package *p, const struct sw_distribution *d)
{
	struct sw_purl_qualifier q[SW_PURL_QUALIFIERS];
	struct sw_purl u = {.type = sw_str_from(sw_package_type_name(p->type)),
		.ns = p->ns,
		.name = p->name,
		.version = p->version,
		.subpath = SW_STR(""),
		.qualifiers = q};
	if (sw_package_type_is_os(p->type)) {
		if (!u.ns.n && d)
			u.ns = d->id;
		put(&u, "arch", p->arch);
		if (d && d->id.n)
			put(&u, "distro",
				d->version.n ? sw_arena_printf(a, "%.*s-%.*s", SW_STR_ARG(d->id),
						       SW_STR_ARG(d->version))
					     : d->id);
		if (p->type == SW_PKG_RPM) {
			put(&u, "epoch", epoch_of(p->version, &u.version));
			put(&u, "rpmmod", p->module);
		}
		put(&u, "upstream", upstream_of(a, p));
	} else {
		put_own(&u, p->qualifiers);
	}
	sw_autobuf out;
	sw_buf_init(&out, SW_PURL_MAX * 4);
	/* A package whose parts break the rules of its type still has a name to be called by. */
	sw_purl_normalise(a, &u, 0, NULL);
	sw_purl_write(&out, &u);
	return out.overflow ? (struct sw_str){0} : sw_arena_str(a, sw_buf_str(&out));
}

/* "glibc@2.36-9", "glibc", "glibc-2.36-9.src.rpm" */
static void read_upstream(struct sw_arena *a, struct sw_str up, struct sw_package *p)
{
	size_t at = sw_str_rfind(up, SW_STR("@"));
	if (sw_str_ends(up, SW_STR(".src.rpm")) && at == SW_NPOS) {
		struct sw_str nvr = sw_str_sub(up, 0, up.n - 8);
		size_t release = sw_str_rfind(nvr, SW_STR("-"));
		struct sw_str nv = release == SW_NPOS ? nvr : sw_str_sub(nvr, 0, release);
		size_t version = sw_str_rfind(nv, SW_STR("-"));
		if (release == SW_NPOS || version == SW_NPOS)
			return;
		p->source = sw_str_sub(nvr, 0, version);
		p->source_version = sw_str_sub(nvr, version + 1, nvr.n);
		return;
	}
	p->source = at == SW_NPOS ? up : sw_str_sub(up, 0, at);
	if (at != SW_NPOS)
		p->source_version = sw_str_sub(up, at + 1, up.n);
}

/* "debian-12", "opensuse-leap-15.5", "alpine-3.18.4": the version begins at the last dash with a
 * digit behind it. "3.18.4" alone, as Trivy writes it, is of the namespace's distribution. */
static void read_distro(struct sw_str distro, struct sw_str ns, struct sw_distribution *d)
{
	size_t dash = sw_str_rfind(distro, SW_STR("-"));
	if (distro.p[0] >= '0' && distro.p[0] <= '9' && ns.n) {
		d->id = ns;
		d->version = distro;
		return;
	}
	bool versioned = dash != SW_NPOS && dash + 1 < distro.n && distro.p[dash + 1] >= '0' &&
			 distro.p[dash + 1] <= '9';
	d->id = versioned ? sw_str_sub(distro, 0, dash) : distro;
	d->version = versioned ? sw_str_sub(distro, dash + 1, distro.n) : SW_STR("");
}

int sw_purl_package(struct sw_arena *a, const struct sw_purl *purl, struct sw_package *ret,
	struct sw_distribution *ret_distribution, struct sw_error *err)
{
	struct sw_package p = {.layer = SW_LAYER_UNKNOWN};
	if (sw_package_type_find(purl->type, &p.type))
		return sw_error_set(err, SW_EUNSUPPORTED, "packages of type '%.*s' are not known",
			SW_STR_ARG(purl->type));
	p.ns = purl->ns;
	p.name = purl->name;
	p.version = purl->version;
	if (sw_package_type_is_os(p.type)) {
		struct sw_str epoch = sw_purl_get(purl, "epoch"),
			      up = sw_purl_get(purl, "upstream");
		struct sw_str distro = sw_purl_get(purl, "distro");
		p.arch = sw_purl_get(purl, "arch");
		p.module = sw_purl_get(purl, "rpmmod");
		if (epoch.n && !sw_str_is(epoch, "0"))
			p.version = sw_arena_printf(
				a, "%.*s:%.*s", SW_STR_ARG(epoch), SW_STR_ARG(purl->version));
		p.source = p.name;
		p.source_version = p.version;
		if (up.n)
			read_upstream(a, up, &p);
		if (distro.n && ret_distribution)
			read_distro(distro, purl->ns, ret_distribution);
	} else {
		p.qualifiers = own_of(a, purl);
	}
	*ret = p;
	return 0;
}
