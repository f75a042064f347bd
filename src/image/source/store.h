/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images that the machine has already: in the stores of containerd (a database and blobs), of podman and CRI-O
 * (containers-storage: JSON and folders), and behind the sockets of docker and podman (the Engine API). What the stores
 * say is parsed in the cage; only socket kinds open a connection, and that to a socket of this machine.
 *
 * A name finds an image as it is written there, as Docker's defaults complete it ("nginx" is
 * docker.io/library/nginx:latest), or by its digest; containerd's may begin with a namespace.
 *
 * Ownership: all texts are in the arena of the source. Threads: one.
 * Limits: SW_STORE_IMAGES names, SW_STORE_TEXT bytes of a text.
 * Sources: containerd 1.6 metadata/buckets.go, containers/storage 1.43 (images.go, layers.go, drivers/overlay), Docker's
 * Engine API 1.41.
 */
#ifndef SW_IMAGE_SOURCE_STORE_H
#define SW_IMAGE_SOURCE_STORE_H

#include "doc/json.h"
#include "image/source/source.h"

#define SW_STORE_IMAGES 20000
#define SW_STORE_TEXT 4096

struct sw_store_image {
	struct sw_str ns;     /* containerd's namespace; "" */
	struct sw_str name;   /* "": it has none */
	struct sw_str digest; /* of the manifest or index; of docker's and podman's the image's id */
	struct sw_str id;     /* of containers-storage: its folder; of a snapshot of containerd's: its number */
	struct sw_str top;    /* and its uppermost layer */
	struct sw_str other;  /* and a digest that is not the manifest's, such as that of the list it was pulled by; "" */
};

struct sw_store_images {
	struct sw_store_image *v;
	uint32_t n;
	bool damaged; /* there may be more */
};

bool sw_store_is(enum sw_source_kind k);
/* A name as Docker completes it, in `a`; "": no such name. */
struct sw_str sw_store_completed(struct sw_arena *a, struct sw_str name);
/* Opens one image of the store that s->kind says. -SW_ENOENT, -SW_EUSAGE: several are meant. */
int sw_store_open(struct sw_source *s, const char *name, struct sw_error *err);
/* Has a store of this machine what could not be had from a registry? Then the error says which. */
void sw_store_hint(const char *name, const struct sw_image_opts *opts, struct sw_error *err);

/* ---- for the stores (containerd.c, storage.c, engine.c) ---- */

/* In the cage: what was found, and whether something was left out. */
struct sw_store_told {
	struct sw_buf out;
	uint32_t n;
	bool left_out;
};
void sw_store_told_init(struct sw_store_told *t);
/* One that is no image, by a digest that is none or texts that are too long, is left out. False: no more are taken. */
bool sw_store_tell(struct sw_store_told *t, const struct sw_store_image *image);
/* Once by each of its names, a list in JSON, or without one when it has none. */
void sw_store_tell_named(struct sw_store_told *t, struct sw_store_image *image, struct sw_value names);
void sw_store_told_put(struct sw_buf *out, struct sw_store_told *t); /* and releases it */
/* What such a process told, sorted by namespace, name and digest: s->arena has the texts. */
int sw_store_unpack(struct sw_source *s, struct sw_str bytes, struct sw_store_images *ret, struct sw_error *err);
/* JSON, parsed there: `root` must be of that type, and tell() tells what is in it. */
int sw_store_parse(struct sw_source *s, struct sw_str json, enum sw_type root,
	void (*tell)(struct sw_value root, struct sw_store_told *t), struct sw_store_images *ret, struct sw_error *err);

/*
 * In the cage, and for fuzzing: containerd's images or snapshots; docker's answer to /images/json; images.json and
 * layers.json of containers-storage.
 */
void sw_engine_tell(struct sw_value root, struct sw_store_told *t);
void sw_storage_tell_images(struct sw_value root, struct sw_store_told *t);
void sw_storage_tell_layers(struct sw_value root, struct sw_store_told *t);
int sw_containerd_list(int fd, uint64_t size, bool snapshots, struct sw_buf *out, struct sw_error *err);
int sw_containerd_read(struct sw_source *s, struct sw_store_images *ret, struct sw_error *err);

int sw_engine_read(struct sw_source *s, struct sw_store_images *ret, struct sw_error *err);
int sw_engine_open(struct sw_source *s, const char *name, struct sw_error *err);

int sw_storage_read(struct sw_source *s, struct sw_store_images *ret, struct sw_error *err);
int sw_storage_open(struct sw_source *s, const struct sw_store_image *image, struct sw_error *err);

#endif
