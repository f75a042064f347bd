/* SPDX-License-Identifier: Apache-2.0 */
/*
 * containerd's own store: what its database names, and blobs by digest beside it. Where a node throws layers away once they
 * are unpacked (discard_unpacked_layers), the snapshots for overlayfs have them, as folders by the chain of diff IDs.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cage/pack.h"
#include "image/source/bolt.h"
#include "image/source/store.h"

#define DATABASE "io.containerd.metadata.v1.bolt/meta.db"
#define SNAPSHOTS "io.containerd.snapshotter.v1.overlayfs"

enum { DEADLINE_MS = 60000, NS_MAX = 256, WALKS = 3 };

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
	struct sw_str name = sw_str_base(key);
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

/* A writer may have written more since somebody looked how large it is. */
static uint64_t size_now(int fd, uint64_t size)
{
	off_t end = lseek(fd, 0, SEEK_END); /* the cage has no fstat() of newer C libraries */
	return end > 0 && (uint64_t)end > size ? (uint64_t)end : size;
}

/* All that one transaction has; *ret_changed: there was another one before the end. */
static int walk(struct list *l, int fd, uint64_t size, bool snapshots, bool *ret_changed, struct sw_error *err)
{
	*l = (struct list){0};
	int rc = sw_bolt_open(&l->bolt, fd, size, err);
	if (rc)
		return rc;
	sw_store_told_init(&l->told);
	sw_bolt_walk(&l->bolt, sw_bolt_root(&l->bolt), snapshots ? in_snapshots_root : in_root, l);
	l->told.left_out |= !l->known || l->bolt.damaged;
	*ret_changed = sw_bolt_changed(&l->bolt);
	return 0;
}

int sw_containerd_list(int fd, uint64_t size, bool snapshots, struct sw_buf *out, struct sw_error *err)
{
	bool changed = false;
	sw_autofree struct list *l = malloc(sizeof(*l));
	if (!l)
		abort();
	for (int i = 0; i < WALKS; i++) {
		if (i)
			sw_buf_release(&l->told.out);
		int rc = walk(l, fd, size_now(fd, size), snapshots, &changed, err);
		if (rc)
			return rc;
		if (!changed && !l->bolt.damaged)
			break;
	}
	l->told.left_out |= changed;
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

/* ---- layers that are there as snapshots only ---- */

struct sw_snapshots {
	struct sw_store_images all;
	struct sw_str *chain; /* names of the layers' snapshots; NULL: there are none */
	int rc;
	struct sw_error why;
};

/* The name of a layer's snapshot: the sum over those below it and its own diff ID. */
static struct sw_str *chain_ids(struct sw_source *s)
{
	struct sw_str *ids = sw_arena_new_array(&s->arena, s->diff_ids.n + 1, struct sw_str);
	for (uint32_t i = 0; ids && i < s->diff_ids.n; i++)
		ids[i] = !i ? s->diff_ids.v[0]
			    : sw_digest_text(&s->arena, sw_arena_printf(&s->arena, "%.*s %.*s", SW_STR_ARG(ids[i - 1]),
								SW_STR_ARG(s->diff_ids.v[i])));
	return ids;
}

/* Read once, however many layers are asked for; so is an error. */
static const struct sw_snapshots *snapshots_of(struct sw_source *s)
{
	struct sw_snapshots *all = s->snapshots;
	if (all)
		return all;
	all = s->snapshots = sw_arena_new(&s->arena, struct sw_snapshots);
	if (!all)
		return NULL;
	*all = (struct sw_snapshots){0};
	all->rc = read_database(s, SNAPSHOTS "/metadata.db", true, &all->all, &all->why);
	all->chain = all->rc ? NULL : chain_ids(s);
	if (!all->rc && !all->chain)
		all->rc = sw_error_set(&all->why, SW_ELIMIT, "out of memory");
	return all;
}

int sw_containerd_snapshot(struct sw_source *s, uint32_t index, int *ret_fd, struct sw_error *err)
{
	char path[128];
	const struct sw_snapshots *all = snapshots_of(s);
	if (!all)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	if (all->rc && all->rc != -SW_ENOENT)
		*err = all->why;
	if (all->rc)
		return all->rc;
	for (uint32_t i = 0; index < s->diff_ids.n && i < all->all.n; i++) {
		const struct sw_store_image *m = &all->all.v[i];
		if (!sw_str_eq(m->digest, all->chain[index]))
			continue;
		snprintf(path, sizeof(path), SNAPSHOTS "/snapshots/%.*s/fs", (int)(m->id.n > 20 ? 20 : m->id.n), m->id.p);
		int rc = sw_folder_reach(s->fd, path, O_DIRECTORY, ret_fd, err);
		return rc == -SW_ENOENT ? -SW_EIO : rc;
	}
	if (all->all.damaged)
		return sw_error_set(err, SW_EIO, "part of containerd's database of snapshots could not be read");
	return -SW_ENOENT;
}
