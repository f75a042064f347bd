/* SPDX-License-Identifier: Apache-2.0 */
/*
 * containerd's own store: what its database names, and blobs by digest beside it. Where a node throws layers away once they
 * are unpacked (discard_unpacked_layers), the snapshots for overlayfs have them, as folders by the chain of diff IDs.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "cage/pack.h"
#include "image/source/bolt.h"
#include "image/source/store.h"

#define DATABASE "io.containerd.metadata.v1.bolt/meta.db"
#define SNAPSHOTS "io.containerd.snapshotter.v1.overlayfs"

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

/* ---- snapshots, in the cage ---- */

static int in_snapshot(void *arg, struct sw_str key, struct sw_str value, const struct sw_bolt_bucket *in)
{
	struct list *l = arg;
	uint64_t id = 0;
	if (in || !sw_str_is(key, "id"))
		return 0;
	for (size_t i = 0; i < value.n && i < 9; i++) /* as Go's binary.Uvarint() */
		id |= (uint64_t)((uint8_t)value.p[i] & 0x7f) << (7 * i);
	snprintf(l->name, sizeof(l->name), "%" PRIu64, id);
	l->image.id = sw_str_from(l->name);
	return 0;
}

/* "NAMESPACE/NUMBER/sha256:…" is a layer; what containers write on has other names. */
static int in_snapshots(void *arg, struct sw_str key, struct sw_str value, const struct sw_bolt_bucket *in)
{
	struct list *l = arg;
	size_t slash = sw_str_rfind(key, SW_STR("/"));
	struct sw_str name = sw_str_sub(key, slash == SW_NPOS ? 0 : slash + 1, key.n);
	l->image = (struct sw_store_image){0};
	if (!in || !sw_digest_valid(name) || !keep(l, l->digest, sizeof(l->digest), name, &l->image.digest))
		return 0;
	sw_bolt_walk(&l->bolt, *in, in_snapshot, l);
	return l->image.id.n && !sw_store_tell(&l->told, &l->image);
}

static int in_snapshots_version(void *arg, struct sw_str key, struct sw_str value, const struct sw_bolt_bucket *in)
{
	struct list *l = arg;
	if (in && sw_str_is(key, "snapshots"))
		sw_bolt_walk(&l->bolt, *in, in_snapshots, l);
	return 0;
}

static int in_snapshots_root(void *arg, struct sw_str key, struct sw_str value, const struct sw_bolt_bucket *in)
{
	struct list *l = arg;
	l->known = true;
	if (in && sw_str_is(key, "v1"))
		sw_bolt_walk(&l->bolt, *in, in_snapshots_version, l);
	return 0;
}

int sw_containerd_list(int fd, uint64_t size, bool snapshots, struct sw_buf *out, struct sw_error *err)
{
	sw_autofree struct list *l = calloc(1, sizeof(*l));
	if (!l)
		abort();
	int rc = sw_bolt_open(&l->bolt, fd, size, err);
	if (rc)
		return rc;
	sw_store_told_init(&l->told);
	sw_bolt_walk(&l->bolt, sw_bolt_root(&l->bolt), snapshots ? in_snapshots_root : in_root, l);
	l->told.left_out |= !l->known || l->bolt.damaged;
	sw_store_told_put(out, &l->told);
	return 0;
}

struct database {
	uint64_t size;
	bool snapshots;
};

static int list(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	const struct database *d = arg;
	sw_autobuf b;
	sw_buf_init(&b, 64 << 20);
	int rc = sw_containerd_list(fds[0], d->size, d->snapshots, &b, err);
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

static int read_database(struct sw_source *s, const char *path, bool snapshots, struct sw_store_images *ret, struct sw_error *err)
{
	__attribute__((cleanup(sw_cage_release))) struct sw_cage_proc p = {.pipe = -1};
	struct database d = {.snapshots = snapshots};
	sw_autoclose fd = -1;
	int rc = sw_folder_regular(s->fd, path, &fd, &d.size, err);
	if (rc)
		return rc;
	struct sw_cage_job job = {.run = list, .arg = &d, .fds = {fd, -1, -1, -1}, .deadline_ms = DEADLINE_MS};
	rc = sw_cage_run(&p, &job, err);
	if (!rc)
		rc = sw_store_unpack(s, sw_buf_str(&p.answer), ret, err);
	return rc ? sw_error_prefix(err, "containerd's database, %s: ", path) : 0;
}

int sw_containerd_read(struct sw_source *s, struct sw_store_images *ret, struct sw_error *err)
{
	int rc = open_root(s, err);
	return rc ? rc : read_database(s, DATABASE, false, ret, err);
}

/* The name of a layer's snapshot: the sum over those below it and its own diff ID. */
static struct sw_str chain_id(struct sw_source *s, uint32_t index)
{
	struct sw_str id = s->diff_ids.v[0];
	for (uint32_t i = 1; i <= index; i++)
		id = sw_digest_text(&s->arena,
			sw_arena_printf(&s->arena, "%.*s %.*s", SW_STR_ARG(id), SW_STR_ARG(s->diff_ids.v[i])));
	return id;
}

int sw_containerd_snapshot(struct sw_source *s, uint32_t index, int *ret_fd, struct sw_error *err)
{
	struct sw_store_images all = {0};
	char path[128];
	if (index >= s->diff_ids.n || read_database(s, SNAPSHOTS "/metadata.db", true, &all, err))
		return -SW_ENOENT;
	struct sw_str id = chain_id(s, index);
	for (uint32_t i = 0; i < all.n; i++) {
		if (!sw_str_eq(all.v[i].digest, id))
			continue;
		snprintf(path, sizeof(path), SNAPSHOTS "/snapshots/%.*s/fs", (int)(all.v[i].id.n > 20 ? 20 : all.v[i].id.n), all.v[i].id.p);
		return sw_folder_reach(s->fd, path, O_DIRECTORY, ret_fd, err);
	}
	return -SW_ENOENT;
}
