/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A registry as a source. Manifests are fetched here; layers by a process each, straight into the
 * parser's pipe, so that nothing of them lies on the disk. A mirror is tried first, and what it has
 * is verified by digest as everything is.
 */
#include "image/source/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "kube/image.h"

static const char accept_manifest[] =
	"Accept: application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
	"application/vnd.docker.distribution.manifest.list.v2+json, "
	"application/vnd.docker.distribution.manifest.v2+json";

/* Host without port. */
static bool is_loopback(struct sw_str host)
{
	size_t colon = sw_str_rfind(host, SW_STR(":"));
	struct sw_str bare = colon == SW_NPOS || sw_str_ends(host, SW_STR("]"))
				     ? host
				     : sw_str_sub(host, 0, colon);
	return sw_str_is(bare, "localhost") || sw_str_starts(bare, SW_STR("127.")) ||
	       sw_str_is(bare, "[::1]");
}

static void add_endpoint(struct sw_registry *r, struct sw_str host)
{
	const struct sw_str http = SW_STR("http://"), https = SW_STR("https://");
	if (r->n == SW_REGISTRY_ENDPOINTS)
		return;
	struct sw_registry_endpoint *e = &r->at[r->n++];
	bool plain = r->opts->plain_http || sw_str_starts(host, http);
	if (sw_str_starts(host, http))
		host = sw_str_sub(host, http.n, host.n);
	else if (sw_str_starts(host, https))
		host = sw_str_sub(host, https.n, host.n);
	while (host.n && host.p[host.n - 1] == '/')
		host.n--;
	bool hub = sw_str_is(host, "docker.io") || sw_str_is(host, "index.docker.io");
	e->key = hub ? SW_STR("https://index.docker.io/v1/") : host;
	e->base = sw_arena_printf(r->arena, "%s%.*s", plain ? "http://" : "https://",
		SW_STR_ARG(hub ? SW_STR("registry-1.docker.io") : host));
	e->http_too = !plain && is_loopback(host);
}

/* "HOST" is for Docker Hub, "REGISTRY=HOST" for that registry. */
static void add_mirrors(struct sw_registry *r, struct sw_str registry)
{
	for (uint32_t i = 0; i < r->opts->n_mirrors; i++) {
		struct sw_str m = sw_str_from(r->opts->mirrors[i]), of = SW_STR("docker.io");
		size_t eq = sw_str_chr(m, '=', 0);
		if (eq != SW_NPOS) {
			of = sw_str_sub(m, 0, eq);
			m = sw_str_sub(m, eq + 1, m.n);
		}
		if (sw_str_eq(of, registry) && r->n + 1 < SW_REGISTRY_ENDPOINTS)
			add_endpoint(r, m);
	}
}

int sw_registry_open(struct sw_source *s, const char *reference, struct sw_error *err)
{
	struct sw_image_ref ref;
	int rc = sw_image_parse(sw_str_from(reference), &ref, err);
	if (rc) {
		sw_error_prefix(err, "%s: neither a file nor the name of an image: ", reference);
		return rc;
	}
	if (s->opts->offline)
		return sw_error_set(err, SW_EUSAGE,
			"%s is in a registry, and --offline opens no connection", reference);
	struct sw_registry *r = sw_arena_zalloc(&s->arena, sizeof(*r));
	if (!r)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	r->arena = &s->arena;
	r->opts = s->opts;
	r->curl = sw_curl();
	if (!r->curl) {
		sw_error_set(err, SW_EUNSUPPORTED, "%s: libcurl.so.4 is not installed", reference);
		return sw_error_hint(err, "apt-get install libcurl4");
	}
	r->repository = sw_arena_printf(
		&s->arena, "%.*s%.*s", SW_STR_ARG(ref.prefix), SW_STR_ARG(ref.repository));
	add_mirrors(r, ref.registry);
	add_endpoint(r, ref.registry);
	r->use = UINT32_MAX;
	s->registry = r;
	s->start = ref.digest.n ? ref.digest : ref.tag.n ? ref.tag : SW_STR("latest");
	s->name = sw_str_from(reference);
	return 0;
}

void sw_registry_free(struct sw_registry *r)
{
	/* All of it is in the source's arena. */
}

static int fetch(struct sw_registry *r, struct sw_str path, const char *accept, size_t max,
	struct sw_str *ret, struct sw_error *err)
{
	int rc = -SW_ENOENT;
	uint32_t first = r->use == UINT32_MAX ? 0 : r->use, last = r->use == UINT32_MAX ? r->n : first + 1;
	for (uint32_t i = first; rc && rc != -SW_ECANCELLED && i < last; i++) {
		struct sw_registry_reply reply = {.to = -1};
		sw_buf_init(&reply.body, max);
		sw_buf_init(&reply.headers, 256 << 10);
		rc = sw_registry_get(r, &r->at[i], path, accept, &reply, err);
		if (!rc && reply.body.overflow)
			rc = sw_error_set(err, SW_ELIMIT, "%.*s: larger than %zu bytes",
				SW_STR_ARG(path), max);
		if (!rc) {
			*ret = sw_arena_str(r->arena, sw_buf_str(&reply.body));
			r->use = i;
		}
		sw_buf_release(&reply.body);
		sw_buf_release(&reply.headers);
	}
	return rc;
}

int sw_registry_document(struct sw_source *s, struct sw_str digest, bool manifest, size_t max,
	struct sw_str *ret, struct sw_error *err)
{
	struct sw_registry *r = s->registry;
	if (!manifest && !sw_digest_valid(digest))
		return sw_error_set(err, SW_EINVALID, "what the manifest names is no digest");
	struct sw_str path = sw_arena_printf(&s->arena, "/v2/%.*s/%s/%.*s",
		SW_STR_ARG(r->repository), manifest ? "manifests" : "blobs", SW_STR_ARG(digest));
	int rc = fetch(r, path, manifest ? accept_manifest : NULL, max, ret, err);
	if (!rc && sw_digest_valid(digest))
		rc = sw_digest_check(digest, *ret, err);
	return rc;
}

/* ---- referrers: GET /v2/NAME/referrers/DIGEST, a page after the other ---- */

/* What Link: <…>; rel="next" of these headers leads to, as a path of this endpoint; "" at the end. */
static struct sw_str next_page(const struct sw_registry_endpoint *at, struct sw_str headers)
{
	struct sw_str line;
	while (sw_str_split(&headers, '\n', &line)) {
		size_t colon = sw_str_chr(line, ':', 0), open = sw_str_chr(line, '<', 0),
		       close = sw_str_chr(line, '>', 0);
		if (colon == SW_NPOS || open == SW_NPOS || close == SW_NPOS || close < open ||
			!sw_str_ieq(sw_str_sub(line, 0, colon), SW_STR("link")) ||
			!sw_str_has(sw_str_sub(line, close, line.n), SW_STR("next")))
			continue;
		struct sw_str to = sw_str_sub(line, open + 1, close);
		if (sw_str_starts(to, at->base))
			to = sw_str_sub(to, at->base.n, to.n);
		return to;
	}
	return SW_STR("");
}

static bool is_index(struct sw_str headers)
{
	struct sw_str line;
	while (sw_str_split(&headers, '\n', &line)) {
		size_t colon = sw_str_chr(line, ':', 0);
		if (colon != SW_NPOS &&
			sw_str_ieq(sw_str_sub(line, 0, colon), SW_STR("content-type")))
			return sw_str_has(line, SW_STR("application/vnd.oci.image.index.v1+json"));
	}
	return false;
}

/* One page; *ret_next is the path of the next. */
static int referrers_page(struct sw_registry *r, struct sw_registry_endpoint *at, struct sw_str path,
	size_t max, struct sw_str *ret, struct sw_str *ret_next, struct sw_error *err)
{
	struct sw_registry_reply reply = {.to = -1};
	sw_buf_init(&reply.body, max);
	sw_buf_init(&reply.headers, 256 << 10);
	int rc = sw_registry_get(r, at, path,
		"Accept: application/vnd.oci.image.index.v1+json", &reply, err);
	struct sw_str headers = sw_buf_str(&reply.headers);
	if (!rc && reply.body.overflow)
		rc = sw_error_set(err, SW_ELIMIT, "%.*s: larger than %zu bytes", SW_STR_ARG(path), max);
	if (!rc && !is_index(headers)) /* a page for people, of a registry that knows no referrers */
		rc = sw_error_set(err, SW_ENOENT, "%.*s: not an index", SW_STR_ARG(path));
	if (!rc) {
		*ret = sw_arena_str(r->arena, sw_buf_str(&reply.body));
		*ret_next = sw_arena_str(r->arena, next_page(at, headers));
		if (ret_next->n && ret_next->p[0] != '/')
			rc = sw_error_set(err, SW_ESECURITY,
				"the next page of referrers is on another host: %.*s",
				SW_STR_ARG(sw_str_sub(*ret_next, 0, 200)));
	}
	sw_buf_release(&reply.body);
	sw_buf_release(&reply.headers);
	return rc;
}

int sw_registry_referrers(struct sw_source *s, struct sw_str digest, size_t max, struct sw_str *ret,
	uint32_t most, uint32_t *ret_n, struct sw_error *err)
{
	struct sw_registry *r = s->registry;
	struct sw_registry_endpoint *at = &r->at[r->use == UINT32_MAX ? 0 : r->use];
	struct sw_str path = sw_arena_printf(&s->arena, "/v2/%.*s/referrers/%.*s",
		SW_STR_ARG(r->repository), SW_STR_ARG(digest));
	uint32_t n = 0;
	while (path.n) {
		struct sw_str next = SW_STR("");
		if (n == most)
			return sw_error_set(err, SW_ELIMIT, "more than %u pages of referrers", most);
		int rc = referrers_page(r, at, path, max, &ret[n], &next, err);
		if (rc)
			return n ? rc : rc == -SW_EIO || rc == -SW_ENOENT ? -SW_ENOENT : rc;
		n++;
		path = next;
	}
	*ret_n = n;
	return 0;
}

/* ---- layers: in a process of their own, which may open connections and parses nothing ---- */

struct feed {
	struct sw_source *s;
	struct sw_str path;
};

static int feed(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	const struct feed *f = arg;
	struct sw_registry *r = f->s->registry;
	struct sw_registry_reply reply = {.to = fds[0]};
	uint32_t first = r->use == UINT32_MAX ? 0 : r->use;
	sw_buf_init(&reply.body, 1 << 20);
	sw_buf_init(&reply.headers, 256 << 10);
	int rc = sw_registry_get(r, &r->at[first], f->path, NULL, &reply, err);
	/* A mirror that has the manifest and not the layer: the registry itself has it. */
	if (rc && !reply.sent && first + 1 < r->n)
		rc = sw_registry_get(r, &r->at[r->n - 1], f->path, NULL, &reply, err);
	sw_buf_release(&reply.body);
	sw_buf_release(&reply.headers);
	return rc;
}

int sw_registry_blob(struct sw_source *s, const struct sw_descriptor *d, struct sw_source_blob *ret,
	struct sw_error *err)
{
	int ends[2];
	struct feed *f = sw_arena_zalloc(&s->arena, sizeof(*f));
	if (!sw_digest_valid(d->digest))
		return sw_error_set(err, SW_EINVALID, "the layer has no digest");
	if (!f || pipe2(ends, O_CLOEXEC))
		return sw_error_errno(err, SW_EIO, errno, "no pipe");
	fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
	f->s = s;
	f->path = sw_arena_printf(&s->arena, "/v2/%.*s/blobs/%.*s",
		SW_STR_ARG(s->registry->repository), SW_STR_ARG(d->digest));
	*ret = (struct sw_source_blob){.fd = ends[0],
		.close = true,
		.length = d->size,
		.feeder = {.run = feed, .arg = f, .fds = {ends[1], -1, -1, -1},
			.deadline_ms = 3600000, .open = true}};
	return 0;
}
