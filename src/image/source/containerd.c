/* SPDX-License-Identifier: Apache-2.0 */
/* containerd's own store: what its database names, and blobs by digest beside it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "cage/pack.h"
#include "image/source/bolt.h"
#include "image/source/store.h"

#define DATABASE "io.containerd.metadata.v1.bolt/meta.db"
#define CONTENT "io.containerd.content.v1.content"

enum { DEADLINE_MS = 60000, NS_MAX = 256 };

/* Where it and the distributions of Kubernetes that bring it along have their root. */
static const char *const roots[] = {"/var/lib/containerd", "/var/lib/rancher/k3s/agent/containerd",
	"/var/lib/rancher/rke2/agent/containerd", "/var/lib/k0s/containerd", "/var/snap/microk8s/common/var/lib/containerd"};

/* ---- in the cage ---- */

struct list {
	struct sw_bolt bolt;
	struct sw_store_image image; /* in hand */
	char ns[NS_MAX], name[SW_STORE_TEXT], digest[256];
	struct sw_store_told told;
	bool known;
};

/* Views do not outlive the walk that gives them: what is needed below is copied. */
static bool keep(struct list *l, char *to, size_t room, struct sw_str from, struct sw_str *ret)
{
	if (from.n > room) {
		l->told.left_out = true;
		return false;
	}
	memcpy(to, from.p, from.n);
	*ret = sw_str_make(to, from.n);
	return true;
}

static int in_target(void *arg, struct sw_str key, struct sw_str value, const struct sw_bolt_bucket *in)
{
	struct list *l = arg;
	if (!in && sw_str_is(key, "digest"))
		keep(l, l->digest, sizeof(l->digest), value, &l->image.digest);
	return 0;
}

static int in_image(void *arg, struct sw_str key, struct sw_str value, const struct sw_bolt_bucket *in)
{
	struct list *l = arg;
	if (in && sw_str_is(key, "target"))
		sw_bolt_walk(&l->bolt, *in, in_target, l);
	return 0;
}

static int in_images(void *arg, struct sw_str key, struct sw_str value, const struct sw_bolt_bucket *in)
{
	struct list *l = arg;
	if (!in || !keep(l, l->name, sizeof(l->name), key, &l->image.name))
		return 0;
	l->image.digest = SW_STR("");
	sw_bolt_walk(&l->bolt, *in, in_image, l);
	if (!l->image.digest.n)
		l->told.left_out = true;
	else if (!sw_store_tell(&l->told, &l->image))
		return 1;
	return 0;
}

static int in_namespace(void *arg, struct sw_str key, struct sw_str value, const struct sw_bolt_bucket *in)
{
	struct list *l = arg;
	if (in && sw_str_is(key, "images"))
		sw_bolt_walk(&l->bolt, *in, in_images, l);
	return 0;
}

static int in_version(void *arg, struct sw_str key, struct sw_str value, const struct sw_bolt_bucket *in)
{
	struct list *l = arg;
	if (in && keep(l, l->ns, sizeof(l->ns), key, &l->image.ns))
		sw_bolt_walk(&l->bolt, *in, in_namespace, l);
	return 0;
}

static int in_root(void *arg, struct sw_str key, struct sw_str value, const struct sw_bolt_bucket *in)
{
	struct list *l = arg;
	if (in && sw_str_is(key, "v1")) { /* a new database has it, too */
		l->known = true;
		sw_bolt_walk(&l->bolt, *in, in_version, l);
	}
	return 0;
}

int sw_containerd_list(int fd, uint64_t size, struct sw_buf *out, struct sw_error *err)
{
	sw_autofree struct list *l = calloc(1, sizeof(*l));
	if (!l)
		abort();
	int rc = sw_bolt_open(&l->bolt, fd, size, err);
	if (rc)
		return rc;
	sw_store_told_init(&l->told);
	sw_bolt_walk(&l->bolt, sw_bolt_root(&l->bolt), in_root, l);
	l->told.left_out |= !l->known || l->bolt.damaged;
	sw_store_told_put(out, &l->told);
	return 0;
}

static int list(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	const uint64_t *size = arg;
	sw_autobuf b;
	sw_buf_init(&b, 64 << 20);
	int rc = sw_containerd_list(fds[0], *size, &b, err);
	if (!rc)
		sw_cage_put(out, b.p, b.n);
	return rc;
}

/* ---- outside ---- */

static int open_root(struct sw_source *s, struct sw_error *err)
{
	const char *root = s->opts->storage;
	int rc = -SW_ENOENT;
	for (size_t i = 0; s->fd < 0 && i < (root ? 1 : SW_ARRAY_LEN(roots)); i++) {
		const char *path = root ? root : roots[i];
		s->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (s->fd < 0 && (root || errno != ENOENT))
			rc = sw_error_errno(err, errno == ENOENT ? SW_ENOENT : SW_EIO, errno, "the store of containerd, %s", path);
		if (s->fd < 0 && rc == -SW_EIO)
			return rc;
	}
	if (s->fd >= 0)
		return 0;
	if (!root)
		sw_error_set(err, SW_ENOENT, "no store of containerd is where one would be, such as %s", roots[0]);
	return rc;
}

int sw_containerd_read(struct sw_source *s, struct sw_store_images *ret, struct sw_error *err)
{
	__attribute__((cleanup(sw_cage_release))) struct sw_cage_proc p = {.pipe = -1};
	uint64_t size = 0;
	sw_autoclose fd = -1;
	int rc = open_root(s, err);
	if (!rc)
		rc = sw_folder_regular(s->fd, DATABASE, &fd, &size, err);
	if (rc)
		return rc;
	struct sw_cage_job job = {.run = list, .arg = &size, .fds = {fd, -1, -1, -1}, .deadline_ms = DEADLINE_MS};
	rc = sw_cage_run(&p, &job, err);
	if (!rc)
		rc = sw_store_unpack(s, sw_buf_str(&p.answer), ret, err);
	return rc ? sw_error_prefix(err, "containerd's database, %s: ", DATABASE) : 0;
}

int sw_containerd_open(struct sw_source *s, const struct sw_store_image *image, struct sw_error *err)
{
	int content = -1;
	int rc = sw_folder_reach(s->fd, CONTENT, O_DIRECTORY, &content, err);
	if (rc)
		return rc;
	close(s->fd);
	s->fd = content;
	s->start = image->digest;
	return 0;
}
