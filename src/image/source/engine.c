/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images of docker and podman, asked for over the socket of their Engine API: one is exported as a docker archive into an
 * unlinked file, and read as such. Nothing but a socket of this machine is spoken to.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/curl.h"
#include "image/source/store.h"
#include "kube/image.h"

enum { CONNECT_S = 15, SLOW_S = 600, LIST_MAX = 64 << 20, URL_MAX = 8192 };
#define ARCHIVE_MAX ((uint64_t)64 << 30)

/* ---- where it listens ---- */

static const char *found(struct sw_arena *a, const char *dir, const char *name)
{
	struct stat st;
	char *path = dir && *dir == '/' ? sw_arena_cstr(a, sw_arena_printf(a, "%s%s", dir, name)) : NULL;
	return path && stat(path, &st) == 0 ? path : NULL;
}

/* As the programs themselves look for it: their variable, the user's own, the system's. */
static int socket_of(struct sw_source *s, const char **ret, struct sw_error *err)
{
	bool podman = s->kind == SW_SOURCE_PODMAN;
	const char *variable = podman ? "CONTAINER_HOST" : "DOCKER_HOST", *host = getenv(variable);
	const char *path = s->opts->storage;
	if (!path && host && *host) {
		if (strncmp(host, "unix://", 7) != 0)
			return sw_error_set(err, SW_EUNSUPPORTED, "%s is \"%s\", and only sockets are spoken to: unix:///PATH", variable, host);
		path = host + 7;
	}
	if (!path)
		path = found(&s->arena, getenv("XDG_RUNTIME_DIR"), podman ? "/podman/podman.sock" : "/docker.sock");
	*ret = path ? path : podman ? "/run/podman/podman.sock" : "/var/run/docker.sock";
	return 0;
}

/* ---- requests ---- */

struct reply {
	const struct sw_curl *curl;
	CURL *h;
	const struct sw_image_opts *opts;
	int to;		    /* the body goes there when the status is 200; -1 */
	struct sw_buf body; /* else */
	uint64_t sent;
	long status;
	int wrong; /* errno of what could not be written */
};

static size_t take(char *p, size_t size, size_t n, void *arg)
{
	struct reply *r = arg;
	n *= size;
	r->curl->info(r->h, CURLINFO_RESPONSE_CODE, &r->status);
	if (r->to < 0 || r->status != 200) {
		sw_buf_add(&r->body, p, n);
		return r->body.overflow ? 0 : n;
	}
	r->sent += n;
	for (size_t at = 0; at < n && !r->wrong;) {
		ssize_t k = write(r->to, p + at, n - at);
		if (k <= 0 && errno != EINTR)
			r->wrong = errno;
		at += k > 0 ? (size_t)k : 0;
	}
	return r->wrong || r->sent > ARCHIVE_MAX ? 0 : n;
}

static int progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct reply *r = arg;
	if (r->opts->progress)
		r->opts->progress(r->opts->arg, 0, 1, r->sent);
	return r->opts->cancel && *r->opts->cancel;
}

static void configure(struct reply *r, const char *path, const char *url, char *text)
{
	const struct sw_curl *c = r->curl;
	CURL *h = r->h;
	c->set(h, CURLOPT_UNIX_SOCKET_PATH, path);
	c->set(h, CURLOPT_URL, url);
	c->set(h, CURLOPT_PROTOCOLS_STR, "http");
	c->set(h, CURLOPT_FOLLOWLOCATION, 0L);
	c->set(h, CURLOPT_PROXY, "");
	c->set(h, CURLOPT_NOSIGNAL, 1L);
	c->set(h, CURLOPT_ERRORBUFFER, text);
	c->set(h, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	c->set(h, CURLOPT_LOW_SPEED_LIMIT, 1L); /* an export may be long in the making */
	c->set(h, CURLOPT_LOW_SPEED_TIME, (long)SLOW_S);
	c->set(h, CURLOPT_USERAGENT, "Seawall/" SW_VERSION);
	c->set(h, CURLOPT_WRITEFUNCTION, take);
	c->set(h, CURLOPT_WRITEDATA, r);
	c->set(h, CURLOPT_NOPROGRESS, 0L);
	c->set(h, CURLOPT_XFERINFOFUNCTION, progress);
	c->set(h, CURLOPT_XFERINFODATA, r);
}

static int refused(const struct reply *r, CURLcode wire, const char *path, const char *text, struct sw_error *err)
{
	if (wire == CURLE_ABORTED_BY_CALLBACK)
		return sw_error_set(err, SW_ECANCELLED, "interrupted");
	if (r->wrong)
		return sw_error_errno(err, SW_EIO, r->wrong, "cannot write a temporary file");
	if (r->sent > ARCHIVE_MAX || r->body.overflow)
		return sw_error_set(err, SW_ELIMIT, "%s: more than is read of one image", path);
	if (wire != CURLE_OK)
		return sw_error_set(err, SW_EIO, "%s: %s", path, text[0] ? text : r->curl->text(wire));
	if (r->status == 404)
		return sw_error_set(err, SW_ENOENT, "%s: it has no such image", path);
	return r->status == 200 ? 0 : sw_error_set(err, SW_EIO, "%s: status %ld", path, r->status);
}

/* GET of `url` into r->to or r->body. */
static int ask(struct sw_source *s, struct reply *r, const char *url, struct sw_error *err)
{
	const char *path = NULL;
	char text[CURL_ERROR_SIZE] = "";
	if (s->opts->offline)
		return sw_error_set(err, SW_EUSAGE, "docker and podman are asked over a socket, and --offline opens no connection");
	int rc = socket_of(s, &path, err);
	if (rc)
		return rc;
	r->opts = s->opts;
	r->curl = sw_curl();
	r->h = r->curl ? r->curl->open() : NULL;
	if (!r->h) {
		sw_error_set(err, SW_EUNSUPPORTED, "%s: libcurl.so.4 is not installed", path);
		return sw_error_hint(err, "apt-get install libcurl4");
	}
	configure(r, path, url, text);
	CURLcode wire = r->curl->perform(r->h);
	r->curl->info(r->h, CURLINFO_RESPONSE_CODE, &r->status);
	r->curl->close(r->h);
	return refused(r, wire, path, text, err);
}

/* ---- images ---- */

static bool url_of(struct sw_buf *url, const char *name)
{
	sw_buf_addz(url, "http://localhost/images/");
	sw_percent_encode(url, sw_str_from(name), "/:@");
	sw_buf_addz(url, "/get");
	return !url->overflow && !strstr(name, "..") && name[0] != '/';
}

/* Without a tag every image of the name would be exported: as docker itself does, the latest is meant. */
static const char *tagged(struct sw_source *s, const char *name)
{
	struct sw_image_ref r;
	if (sw_image_parse(sw_str_from(name), &r, NULL) || r.tag.n || r.digest.n)
		return name;
	return sw_arena_cstr(&s->arena, sw_arena_printf(&s->arena, "%s:latest", name));
}

/* Perhaps (the first digits of) an id. */
static bool may_be_id(const char *name)
{
	size_t n = strspn(name, "0123456789abcdef");
	return !name[n] && n <= 64;
}

/* Into s->fd. */
static int export_image(struct sw_source *s, const char *name, struct sw_error *err)
{
	struct reply r = {.to = s->fd};
	sw_autobuf url;
	sw_buf_init(&url, URL_MAX);
	if (!url_of(&url, name))
		return sw_error_set(err, SW_EUSAGE, "\"%s\" is no name of an image", name);
	sw_buf_init(&r.body, 64 << 10);
	int rc = ask(s, &r, sw_buf_cstr(&url), err);
	sw_buf_release(&r.body);
	return rc;
}

int sw_engine_open(struct sw_source *s, const char *name, struct sw_error *err)
{
	const char *whole = tagged(s, name);
	int rc = whole ? sw_source_temp(&s->fd, err) : sw_error_set(err, SW_ELIMIT, "out of memory");
	if (rc)
		return rc;
	rc = export_image(s, whole, err);
	if (rc == -SW_ENOENT && may_be_id(name))
		rc = export_image(s, name, err);
	if (rc == -SW_ENOENT)
		sw_error_hint(err, "`seawall scan image %s:` lists those that are there", sw_source_kind_name(s->kind));
	s->label = sw_source_kind_name(s->kind);
	s->select = sw_str_from(whole);
	s->kind = SW_SOURCE_DOCKER_TAR;
	return rc ? sw_error_prefix(err, "%s: ", name) : sw_source_read_tar(s, name, err);
}

/* An image without a tag is known by its id. */
void sw_engine_tell(struct sw_value root, struct sw_store_told *t)
{
	sw_array_foreach(e, root) {
		struct sw_store_image i = {.digest = sw_value_getstr(*e, "Id"), .name = SW_STR("")};
		sw_store_tell_named(t, &i, sw_object_gets(*e, SW_STR("RepoTags")));
	}
}

int sw_engine_read(struct sw_source *s, struct sw_store_images *ret, struct sw_error *err)
{
	struct reply r = {.to = -1};
	sw_buf_init(&r.body, LIST_MAX);
	int rc = ask(s, &r, "http://localhost/images/json", err);
	if (!rc)
		rc = sw_store_parse(s, sw_buf_str(&r.body), SW_ARRAY, sw_engine_tell, ret, err);
	sw_buf_release(&r.body);
	return rc;
}
