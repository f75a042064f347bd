/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One layer: walked once, in the cage, into what is worth knowing of it; kept in a cache; merged
 * with the layers below.
 *
 * The result is self-contained and knows no image: the same layer in another image, or in the cache,
 * is the same bytes. Its packages, owned files and problems stand in the order of reading, in groups
 * by the file that told of them, because a later layer that replaces or removes that file takes them
 * all away.
 *
 * Ownership: a layer owns its bill and lists. Threads: one.
 * Limits: SW_LAYER_ENTRIES entries are remembered for the merge; beyond is -SW_ELIMIT.
 */
#ifndef SW_IMAGE_LAYER_LAYER_H
#define SW_IMAGE_LAYER_LAYER_H

#include "image/layer/tar.h"
#include "package/package.h"

#define SW_LAYER_ENTRIES (4u << 20)
#define SW_LAYER_SPOOL ((uint64_t)2 << 30)
#define SW_LAYER_IN_MEMORY ((uint64_t)8 << 20)

/*
 * Something else that looks at files in the same pass (secrets). It runs in the cage: what it needs
 * must be loaded before, and what it finds is bytes of its own making, kept with the file.
 */
struct sw_layer_look {
	uint64_t version; /* of what it knows: part of the cache's names; not 0 */
	void *arg;
	bool (*wants)(void *arg, struct sw_str path, uint32_t mode, uint64_t size);
	/* Files are given in texts of `max` bytes at most, each beginning with the last `overlap`
	 * bytes of the one before. */
	size_t max, overlap;
	/* Text at offset `at`; its first `seen` bytes were looked at already. Adds to *notes, each
	 * note by one call: what does not fit any more is left out, and told. */
	void (*look)(void *arg, struct sw_str path, struct sw_str text, uint64_t at, size_t seen,
		struct sw_buf *notes);
};

#define SW_LAYER_NOTES ((size_t)256 << 10) /* of one file */

/* A file that told of something, in order; "": the layer itself. */
struct sw_layer_file {
	struct sw_str path;
	struct sw_str notes; /* of a look; "" */
	uint32_t n_packages, n_owned, n_problems;
	bool dead; /* a later entry of the same layer replaced it */
};

/* Hashes of paths: sw_layer_hash(). */
struct sw_hashes {
	uint64_t *v;
	uint32_t n, cap;
};

struct sw_layer {
	uint8_t digest[32], diff_id[32]; /* SHA-256 as stored, and unpacked */
	uint64_t bytes, unpacked;
	uint64_t entries, files;
	struct sw_bom bom; /* not finished; every package's layer is 0; with its distribution */
	struct sw_layer_file *told;
	uint32_t n_told, cap_told;
	struct sw_hashes paths;	  /* of all entries */
	struct sw_hashes leaves;  /* of those that are no folders */
	struct sw_hashes removed; /* whiteouts */
	struct sw_hashes opaque;  /* folders that hide what is below */
	/* Nobody knows that it is the layer that was meant: in a merge it adds to what is below and
	 * hides nothing of it. Not packed. */
	bool only_adds;
};

void sw_layer_init(struct sw_layer *l);
void sw_layer_release(struct sw_layer *l);
#define sw_autolayer __attribute__((cleanup(sw_layer_release))) struct sw_layer

uint64_t sw_layer_hash(struct sw_str path);
int sw_hashes_add(struct sw_hashes *h, uint64_t v); /* -SW_ELIMIT */
void sw_hashes_sort(struct sw_hashes *h);
bool sw_hashes_has(const struct sw_hashes *h, uint64_t v); /* sorted */

/*
 * A name in an archive as a path in the image: no leading slash, no empty, "." or ".." parts, no
 * slash at the end. False: it leads out of the image. "" is the root.
 */
bool sw_layer_path(struct sw_str name, struct sw_buf *out);

/* ---- the walk (walk.c); uncaged: the caller does that ---- */

struct sw_layer_job {
	int fd, spool;	    /* the blob; a file to write large contents to, or -1 */
	bool seekable;	    /* else a pipe */
	uint64_t offset, length;
	bool hash_raw, hash_plain;
	uint64_t max_unpacked; /* 0: 64 GiB */
	int64_t until_ns;      /* of CLOCK_MONOTONIC: what is not read by then is left out; 0: never */
	uint64_t *progress;
	const struct sw_layer_look *look; /* NULL: none */
};

/*
 * Errors are those of the archive as a whole: damaged, cut short, a bomb, out of time (-SW_ELIMIT).
 * What was found until then is kept, and *ret is valid in any case; a damaged file in the layer is a problem in its bill.
 */
int sw_layer_walk(const struct sw_layer_job *job, struct sw_layer *ret, struct sw_error *err);

/* ---- as bytes (result.c) ---- */

void sw_layer_pack(struct sw_buf *out, const struct sw_layer *l);
/* -SW_ESYNTAX: not such bytes, whole. *ret must be initialised. */
int sw_layer_unpack(struct sw_str bytes, struct sw_layer *ret, struct sw_error *err);

/* ---- the cache (cache.c) ---- */

/* NULL: no cache can be had. In XDG_CACHE_HOME or ~/.cache, or `dir`. */
struct sw_layer_cache;
struct sw_layer_cache *sw_layer_cache_open(const char *dir, uint64_t look_version);
void sw_layer_cache_free(struct sw_layer_cache *c); /* takes NULL */
/* By the digest of the unpacked layer; -SW_ENOENT, also for what is damaged. */
int sw_layer_cache_get(struct sw_layer_cache *c, const uint8_t diff_id[32], struct sw_layer *ret);
int sw_layer_cache_put(struct sw_layer_cache *c, const uint8_t diff_id[32], struct sw_str bytes,
	struct sw_error *err);

/* ---- merging (merge.c) ---- */

struct sw_merge;
struct sw_merge *sw_merge_new(void);
void sw_merge_free(struct sw_merge *m); /* takes NULL */
/* Layers from the lowest on; `index` becomes the layer of what is new in it. */
int sw_merge_add(struct sw_merge *m, const struct sw_layer *l, uint32_t index, struct sw_error *err);
/* What is left, into an initialised bill, finished. */
int sw_merge_finish(struct sw_merge *m, struct sw_bom *bom, struct sw_error *err);
/* The notes of files that are still there, by path; copied into `a`. */
struct sw_layer_note {
	struct sw_str path, bytes;
	uint32_t layer;
};
int sw_merge_notes(struct sw_merge *m, struct sw_arena *a, struct sw_layer_note **ret, uint32_t *ret_n);

#endif
