/* SPDX-License-Identifier: Apache-2.0 */
/* From a source to the one image that is meant: tags, platforms, manifests, configuration. */
#include <stdlib.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "image/source/store.h"

enum { NESTED_MAX = 4 };

struct platform {
	struct sw_str os, arch, variant;
	bool given;
};

/* Go's names of machines. */
static struct sw_str machine(void)
{
#if defined(__x86_64__)
	return SW_STR("amd64");
#else
	return SW_STR("arm64");
#endif
}

static int platform_of(const struct sw_image_opts *o, struct platform *ret, struct sw_error *err)
{
	struct sw_str rest = sw_str_from(o->platform);
	*ret = (struct platform){.os = SW_STR("linux"), .arch = machine()};
	if (!o->platform)
		return 0;
	ret->given = true;
	if (!sw_str_split(&rest, '/', &ret->os) || !sw_str_split(&rest, '/', &ret->arch) ||
		!ret->os.n || !ret->arch.n) {
		sw_error_set(err, SW_EUSAGE, "--platform %s: not OS/ARCH[/VARIANT]", o->platform);
		return sw_error_hint(err, "such as linux/arm64/v8");
	}
	ret->variant = rest;
	return 0;
}

/* arm64 is v8, and the registries of the world do not all say so. */
static bool same_variant(struct sw_str arch, struct sw_str a, struct sw_str b)
{
	if (sw_str_eq(a, b) || !a.n || !b.n)
		return true;
	return sw_str_is(arch, "arm64") && (sw_str_is(a, "v8") || sw_str_is(b, "v8")) &&
	       a.n == 0;
}

static bool fits(const struct sw_descriptor *d, const struct platform *p)
{
	return sw_str_eq(d->os, p->os) && sw_str_eq(d->architecture, p->arch) &&
	       same_variant(p->arch, d->variant, p->variant);
}

/* Those of an index, for people. */
static void tell_platforms(const struct sw_manifest *m, struct sw_error *err)
{
	sw_autobuf b;
	sw_buf_init(&b, 200);
	for (uint32_t i = 0; i < m->n; i++)
		if (m->v[i].os.n && !m->v[i].attestation && !sw_str_is(m->v[i].os, "unknown"))
			sw_buf_printf(&b, "%s%.*s/%.*s%s%.*s", b.n ? ", " : "",
				SW_STR_ARG(m->v[i].os), SW_STR_ARG(m->v[i].architecture),
				m->v[i].variant.n ? "/" : "", SW_STR_ARG(m->v[i].variant));
	if (b.n)
		sw_error_hint(err, "there is: %s", sw_buf_cstr(&b));
}

static bool is_image(const struct sw_descriptor *d)
{
	return !d->attestation && !sw_str_is(d->os, "unknown");
}

/* "NAME:TAG" of an annotation for "TAG", or all of it. */
static bool named(const struct sw_descriptor *d, struct sw_str want)
{
	if (sw_str_eq(d->ref_name, want) || sw_str_eq(d->digest, want))
		return true;
	return d->ref_name.n > want.n && sw_str_ends(d->ref_name, want) &&
	       d->ref_name.p[d->ref_name.n - want.n - 1] == ':';
}

static int choose(const struct sw_manifest *m, struct sw_str select, const struct platform *p,
	const struct sw_descriptor **ret, struct sw_error *err)
{
	const struct sw_descriptor *best = NULL, *only = NULL;
	uint32_t n = 0, others = 0;
	for (uint32_t i = 0; i < m->n; i++) {
		const struct sw_descriptor *d = &m->v[i];
		if (!is_image(d) || (select.n && !named(d, select)))
			continue;
		n++;
		only = d;
		if (!fits(d, p) && (d->os.n || p->given))
			continue;
		others += best && !sw_str_eq(best->digest, d->digest) && d->ref_name.n &&
			  !sw_str_eq(best->ref_name, d->ref_name);
		best = best ? best : d;
	}
	if (others && !select.n) {
		sw_error_set(err, SW_EUSAGE, "there are several images");
		return sw_error_hint(err, "choose one by its tag, such as oci:DIR:%.*s",
			SW_STR_ARG(sw_str_sub(best->ref_name, 0, 100)));
	}
	if (!n && select.n)
		return sw_error_set(err, SW_ENOENT, "there is no image \"%.*s\"", SW_STR_ARG(select));
	if (!n)
		return sw_error_set(err, SW_ENOENT, "the index names no image");
	if (!best && n == 1 && (!only->os.n || !p->given))
		best = only;
	if (!best) {
		sw_error_set(err, SW_ENOENT, "no image of the %u here is for %.*s/%.*s%s%.*s", n,
			SW_STR_ARG(p->os), SW_STR_ARG(p->arch), p->variant.n ? "/" : "",
			SW_STR_ARG(p->variant));
		tell_platforms(m, err);
		return -SW_ENOENT;
	}
	*ret = best;
	return 0;
}

static int config(struct sw_source *s, struct sw_image *img, struct sw_str digest,
	struct sw_error *err)
{
	struct sw_str json;
	int rc = sw_source_document(s, digest, false, SW_CONFIG_MAX, &json, err);
	if (!rc)
		rc = sw_config_read(
			&img->arena, json, "the image's configuration", &img->config, err);
	return rc;
}

static int check_platform(
	const struct sw_image *img, const struct platform *p, struct sw_error *err)
{
	const struct sw_image_config *c = &img->config;
	if (!p->given || !c->architecture.n ||
		(sw_str_eq(c->os, p->os) && sw_str_eq(c->architecture, p->arch)))
		return 0;
	return sw_error_set(err, SW_ENOENT, "the image is for %.*s/%.*s, not for %.*s/%.*s",
		SW_STR_ARG(c->os), SW_STR_ARG(c->architecture), SW_STR_ARG(p->os),
		SW_STR_ARG(p->arch));
}

static void base_of(struct sw_image *img)
{
	struct sw_image_config *c = &img->config;
	for (uint32_t i = 0; i < img->annotations.n; i++) {
		const struct sw_image_pair *p = &img->annotations.v[i];
		if (!c->base_name.n && sw_str_is(p->key, "org.opencontainers.image.base.name"))
			c->base_name = p->value;
		if (!c->base_digest.n && sw_str_is(p->key, "org.opencontainers.image.base.digest"))
			c->base_digest = p->value;
	}
}

static int oci(struct sw_source *s, struct sw_image *img, const struct platform *p,
	struct sw_descriptor **ret, uint32_t *ret_n, struct sw_error *err)
{
	bool registry = s->kind == SW_SOURCE_REGISTRY;
	struct sw_str at = s->start, json;
	struct sw_manifest m;
	for (int depth = 0;; depth++) {
		int rc = sw_source_document(s, at, true, SW_MANIFEST_MAX, &json, err);
		if (!rc)
			rc = sw_manifest_read(&img->arena, json, "the manifest", &m, err);
		if (rc)
			return rc;
		if (m.kind == SW_DOC_MANIFEST)
			break;
		if (m.kind != SW_DOC_INDEX || depth == NESTED_MAX)
			return sw_error_set(err, SW_EINVALID, "an index without an end");
		const struct sw_descriptor *d = NULL;
		rc = choose(&m, depth ? SW_STR("") : s->select, p, &d, err);
		if (rc)
			return rc;
		/* A tag alone says less than the name of the folder. */
		if (!registry && !depth && sw_str_chr(d->ref_name, ':', 0) != SW_NPOS)
			img->name = d->ref_name;
		at = d->digest;
		if (!sw_digest_valid(at))
			return sw_error_set(err, SW_EINVALID, "an index with something that is no digest");
	}
	if (sw_str_is(s->start, "index.json") && sw_str_eq(at, s->start))
		return sw_error_set(err, SW_EINVALID, "index.json is no index");
	img->digest = sw_digest_valid(at) ? sw_arena_str(&img->arena, at)
					  : sw_digest_text(&img->arena, json);
	img->media_type = m.media_type;
	img->artifact_type = m.artifact_type;
	img->annotations = m.annotations;
	*ret = m.v;
	*ret_n = m.n;
	if (!m.config.digest.n ||
		sw_str_is(m.config.media_type, "application/vnd.oci.empty.v1+json"))
		return sw_error_set(err, SW_EUNSUPPORTED,
			"not a container image but an artifact of type \"%.*s\"",
			SW_STR_ARG(sw_str_sub(m.artifact_type, 0, 100)));
	return config(s, img, m.config.digest, err);
}

static bool tagged(const struct sw_docker_image *i, struct sw_str want)
{
	for (uint32_t k = 0; k < i->tags.n; k++)
		if (sw_str_eq(i->tags.v[k], want) ||
			(i->tags.v[k].n > want.n && sw_str_ends(i->tags.v[k], want) &&
				i->tags.v[k].p[i->tags.v[k].n - want.n - 1] == ':'))
			return true;
	return false;
}

/* Docker calls it nginx:latest, podman docker.io/library/nginx:latest, and whoever asked for it as they like. */
static bool exported(struct sw_source *s, const struct sw_docker_image *i)
{
	struct sw_str want = sw_store_completed(&s->arena, s->select);
	for (uint32_t k = 0; want.n && k < i->tags.n; k++)
		if (sw_str_eq(sw_store_completed(&s->arena, i->tags.v[k]), want))
			return true;
	return false;
}

/* NULL: there is none, or nobody says which. */
static const struct sw_docker_image *pick(struct sw_source *s, const struct sw_manifest *m, struct sw_error *err)
{
	bool engine = s->label;
	if (m->n_images == 1 && (engine || !s->select.n))
		return m->images; /* an engine was asked for it, by an id perhaps */
	for (uint32_t k = 0; s->select.n && k < m->n_images; k++)
		if (engine ? exported(s, &m->images[k]) : tagged(&m->images[k], s->select))
			return &m->images[k];
	if (engine) {
		sw_error_set(err, SW_EUSAGE, "\"%.*s\" is %u images", SW_STR_ARG(s->select), m->n_images);
		sw_error_hint(err, "name one with its tag: `seawall scan image %s:` lists them", s->label);
	} else if (s->select.n || !m->n_images) {
		sw_error_set(err, SW_ENOENT, "there is no image \"%.*s\" in the archive", SW_STR_ARG(s->select));
	} else {
		struct sw_image_texts tags = m->images->tags;
		sw_error_set(err, SW_EUSAGE, "the archive holds %u images", m->n_images);
		sw_error_hint(err, "choose one: docker-archive:FILE:NAME:TAG, such as %.*s",
			SW_STR_ARG(tags.n ? tags.v[0] : SW_STR("")));
	}
	return NULL;
}

static int docker(struct sw_source *s, struct sw_image *img, struct sw_descriptor **ret,
	uint32_t *ret_n, struct sw_error *err)
{
	struct sw_str json;
	struct sw_manifest m;
	int rc = sw_source_document(s, SW_STR("manifest.json"), true, SW_MANIFEST_MAX, &json, err);
	if (!rc)
		rc = sw_manifest_read(&img->arena, json, "manifest.json", &m, err);
	if (rc)
		return rc;
	if (m.kind != SW_DOC_DOCKER)
		return sw_error_set(err, SW_EINVALID, "manifest.json is not that of a docker archive");
	struct sw_error why = {0};
	const struct sw_docker_image *i = pick(s, &m, &why);
	if (!i) {
		*err = why;
		return -why.code;
	}
	if (i->tags.n)
		img->name = i->tags.v[0];
	struct sw_descriptor *d = sw_arena_new_array(&s->arena, i->layers.n + 1, struct sw_descriptor);
	if (!d)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	for (uint32_t k = 0; k < i->layers.n; k++)
		d[k] = (struct sw_descriptor){.digest = i->layers.v[k], .size = UINT64_MAX};
	*ret = d;
	*ret_n = i->layers.n;
	rc = sw_source_document(s, i->config, false, SW_CONFIG_MAX, &json, err);
	if (rc)
		return rc;
	img->digest = sw_digest_text(&img->arena, json);
	return sw_config_read(&img->arena, json, "the image's configuration", &img->config, err);
}

int sw_source_resolve(struct sw_source *s, struct sw_image *img, struct sw_descriptor **ret_layers,
	uint32_t *ret_n, struct sw_error *err)
{
	struct platform p;
	int rc = platform_of(s->opts, &p, err);
	if (rc)
		return rc;
	if (s->kind == SW_SOURCE_ROOTFS || s->kind == SW_SOURCE_ROOTFS_TAR) {
		*ret_layers = sw_arena_new_array(&s->arena, 1, struct sw_descriptor);
		if (!*ret_layers)
			return sw_error_set(err, SW_ELIMIT, "out of memory");
		**ret_layers = (struct sw_descriptor){.size = UINT64_MAX};
		*ret_n = 1;
		return 0;
	}
	if (s->kind == SW_SOURCE_DOCKER_TAR)
		rc = docker(s, img, ret_layers, ret_n, err);
	else
		rc = oci(s, img, &p, ret_layers, ret_n, err);
	if (!rc)
		rc = check_platform(img, &p, err);
	if (!rc && *ret_n > SW_IMAGE_LAYERS)
		rc = sw_error_set(err, SW_ELIMIT, "%u layers", *ret_n);
	base_of(img);
	s->diff_ids = img->config.diff_ids;
	return rc;
}
