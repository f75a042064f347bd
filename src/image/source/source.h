/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an image's bytes are: an OCI layout (folder or tar), a docker archive, a root file system
 * (folder or tar), a registry. Gives documents (small, whole, digest verified) and layers (as a
 * descriptor to read in the cage).
 *
 * Ownership: the source owns its descriptors and texts. Threads: one.
 * A name inside an archive or a digest never becomes a path of this machine but through
 * blobs/ALGORITHM/HEX of a layout's own folder (HEX in skopeo's), without following symbolic links.
 */
#ifndef SW_IMAGE_SOURCE_SOURCE_H
#define SW_IMAGE_SOURCE_SOURCE_H

#include "cage/cage.h"
#include "image/source/manifest.h"

enum sw_source_kind {
	SW_SOURCE_OCI_DIR,
	SW_SOURCE_OCI_TAR,
	SW_SOURCE_DOCKER_TAR,
	SW_SOURCE_ROOTFS,     /* a folder */
	SW_SOURCE_ROOTFS_TAR,
	SW_SOURCE_REGISTRY,
	SW_SOURCE_DIR, /* what skopeo calls dir: */
	SW_SOURCE_CONTAINERD, /* stores from here on: source/store.h */
	SW_SOURCE_STORAGE,
	SW_SOURCE_ENGINE,
	SW_SOURCE_PODMAN,
};

struct sw_source_entry { /* of a tar */
	struct sw_str path, link;
	uint64_t at, size;
};

struct sw_registry;
struct sw_snapshots;

struct sw_source {
	enum sw_source_kind kind;
	struct sw_arena arena;
	const struct sw_image_opts *opts;
	struct sw_str select; /* tag or name that was asked for; "" */
	struct sw_str start;  /* the document to begin with, as sw_source_document() takes it */
	struct sw_str name;   /* of the image, where it is known; "" */
	int fd;		      /* of the folder or tar; -1 */
	uint64_t size;	      /* of the tar */
	struct sw_source_entry *entries; /* sorted by path; of equal ones the last stays */
	uint32_t n_entries;
	struct sw_registry *registry;
	const char *label; /* the kind, for people, where it is another one now; NULL */
	/* Of containers-storage: the image's folder and what its manifest should be, layers from the uppermost down. */
	struct sw_str image, expected;
	struct sw_str *chain;
	uint32_t n_chain;
	struct sw_image_texts diff_ids; /* of containerd: what names snapshots of layers whose blobs are gone */
	struct sw_snapshots *snapshots; /* and these, once one was asked for */
};

/* A layer to be read: by `fd` from `offset`, or from the pipe that `feeder` fills. */
struct sw_source_blob {
	int fd;		 /* the caller closes it when `feeder` is set, else it is the source's */
	bool close;	 /* fd is the caller's */
	bool seekable;
	bool folder; /* made of one: there is no sum that it could be held against */
	uint64_t offset, length;
	struct sw_cage_job feeder; /* run NULL: none. fds[0] is the write end, to be closed, too */
};

/* The rest behind a prefix such as "oci:", and the kind that it means; NULL: there is none. */
const char *sw_source_prefix(const char *reference, enum sw_source_kind *ret);
struct sw_source *sw_source_new(const struct sw_image_opts *opts); /* of nothing yet */
int sw_source_open(const char *reference, const struct sw_image_opts *opts,
	struct sw_source **ret, struct sw_error *err);
void sw_source_free(struct sw_source *s); /* takes NULL */
const char *sw_source_kind_name(enum sw_source_kind k);

/*
 * A whole document by its digest ("sha256:…", verified), or of an archive by its name; `max` bytes
 * at most. In a registry `digest` may be a tag, when `manifest`. In s->arena.
 */
int sw_source_document(struct sw_source *s, struct sw_str digest, bool manifest, size_t max,
	struct sw_str *ret, struct sw_error *err);
/* The layer `index` of `of`. */
int sw_source_blob(struct sw_source *s, const struct sw_descriptor *d, uint32_t index, uint32_t of,
	struct sw_source_blob *ret, struct sw_error *err);

/*
 * Finds the one image that is meant: reads manifest and configuration into `img` (all but the
 * layers' results and the bill); *ret_layers in s->arena. Of a root file system: one layer, and
 * nothing else.
 */
int sw_source_resolve(struct sw_source *s, struct sw_image *img,
	struct sw_descriptor **ret_layers, uint32_t *ret_n, struct sw_error *err);

/* A piece of a file, `max` bytes at most, into s->arena. */
int sw_source_read(struct sw_source *s, int fd, uint64_t at, uint64_t size, size_t max, struct sw_str *ret,
	struct sw_error *err);
/* An unlinked file on the disk for large contents: in TMPDIR, else /var/tmp. -SW_EIO. */
int sw_source_temp(int *ret_fd, struct sw_error *err);
/* "sha256:" and 64 hex digits (or sha512 and 128); lower case. */
bool sw_digest_valid(struct sw_str digest);
/* SHA-256 as "sha256:…": of a sum that is there, of bytes. */
struct sw_str sw_digest_of_sum(struct sw_arena *a, const uint8_t sum[32]);
struct sw_str sw_digest_text(struct sw_arena *a, struct sw_str bytes);
int sw_digest_check(struct sw_str digest, struct sw_str bytes, struct sw_error *err);

/* ---- the kinds (folder.c, tarfile.c, rootfs.c, registry.c) ---- */
int sw_folder_open(struct sw_source *s, const char *path, struct sw_error *err);
bool sw_folder_is(enum sw_source_kind k);
/* Below `dir`, no symbolic link on the way; flags of open() for the last part. The caller closes it. */
int sw_folder_reach(int dir, const char *path, int flags, int *ret_fd, struct sw_error *err);
int sw_folder_regular(int dir, const char *path, int *ret_fd, uint64_t *ret_size, struct sw_error *err);
/* A document or blob of such a kind by its digest, or what it starts with by its name. */
int sw_folder_file(const struct sw_source *s, struct sw_str name, bool manifest, int *ret_fd, uint64_t *ret_size,
	struct sw_error *err);
int sw_source_open_tar(struct sw_source *s, const char *path, struct sw_error *err);
int sw_source_read_tar(struct sw_source *s, const char *name, struct sw_error *err); /* s->fd is there */
/* The unpacked layer. -SW_ENOENT, and *err as it was: the store has none; else *err, which must be given, says what is wrong. */
int sw_containerd_snapshot(struct sw_source *s, uint32_t index, int *ret_fd, struct sw_error *err);
int sw_storage_document(struct sw_source *s, struct sw_str name, size_t max, struct sw_str *ret, struct sw_error *err);
int sw_storage_layer(struct sw_source *s, uint32_t index, uint32_t of, int *ret_fd, struct sw_error *err);
const struct sw_source_entry *sw_source_find(const struct sw_source *s, struct sw_str path);
/* arg: struct sw_source; fds: where to, and the folder. Of a layer every entry is told, whiteouts as an overlay has them. */
int sw_source_feed_rootfs(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out,
	struct sw_error *err);
int sw_registry_open(struct sw_source *s, const char *reference, struct sw_error *err);
void sw_registry_free(struct sw_registry *r);
int sw_registry_document(struct sw_source *s, struct sw_str digest, bool manifest, size_t max,
	struct sw_str *ret, struct sw_error *err);
/*
 * What refers to a manifest, by the call of distribution-spec 1.1: the indexes that the registry
 * answers with, `most` pages at most. -SW_ENOENT: it knows no such call.
 */
int sw_registry_referrers(struct sw_source *s, struct sw_str digest, size_t max, struct sw_str *ret,
	uint32_t most, uint32_t *ret_n, struct sw_error *err);
int sw_registry_blob(struct sw_source *s, const struct sw_descriptor *d,
	struct sw_source_blob *ret, struct sw_error *err);

#endif
