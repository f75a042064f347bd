/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image: where it comes from, what it says of itself, what is in it.
 *
 * References:
 *	PATH                  an OCI layout (folder or tar), a folder of skopeo's, a docker archive, or the
 *	                      tar of a root file system; tars also compressed
 *	-                     the same, from standard input
 *	oci:DIR[:TAG]  oci-archive:FILE[:TAG]  docker-archive:FILE[:NAME:TAG]
 *	                      one image of several
 *	dir:DIR               what skopeo calls dir:; another folder is a root file system
 *	DIR:TAG               the same, where DIR is a layout
 *	containerd:[NAMESPACE/]NAME  containers-storage:NAME  docker-daemon:NAME  podman:NAME
 *	                      what this machine has already (source/store.h)
 *	NAME[:TAG][@DIGEST]   a registry (docker://NAME to insist); "nginx" is Docker Hub's,
 *	                      "web.tar" is a file that is not there
 *
 * All bytes of the image are parsed in caged processes (cage/cage.h), layers several at once. A
 * layer that cannot be read, or whose parser had to be stopped, becomes a problem of the bill and
 * the scan goes on: see `problem` of the layer. Digests are verified: of manifests and
 * configurations before they are used, of layers while they are read; a layer whose digest does
 * not hold counts as not read. Where layers are folders nothing tells what they should be.
 *
 * Ownership: the image owns an arena, its bill and lists. Threads: one scan at a time in a process
 * with a single thread; any number of processes share a cache.
 * Limits: 1,000 layers, 4 MiB for a manifest and 8 MiB for a configuration, and those of
 * layer/layer.h. Sources: OCI image-spec 1.1, distribution-spec 1.1, moby's image/spec v1.3.
 */
#ifndef SW_IMAGE_IMAGE_H
#define SW_IMAGE_IMAGE_H

#include "base/arena.h"
#include "base/error.h"
#include "package/package.h"

#define SW_IMAGE_LAYERS 1000

struct sw_layer_look;
struct sw_layer_note;

struct sw_image_pair {
	struct sw_str key, value;
};

struct sw_image_texts {
	const struct sw_str *v;
	uint32_t n;
};

struct sw_image_pairs {
	const struct sw_image_pair *v; /* sorted by key */
	uint32_t n;
};

struct sw_image_history {
	struct sw_str created, created_by, comment;
	bool empty; /* made no layer */
};

/* What the image says of itself; all texts as written, "" where it says nothing. */
struct sw_image_config {
	struct sw_str os, architecture, variant, created, author;
	struct sw_str user, working_dir, stop_signal;
	struct sw_image_texts entrypoint, cmd, env, ports, volumes, shell, onbuild;
	struct sw_image_pairs labels;
	struct sw_image_texts diff_ids;
	const struct sw_image_history *history;
	uint32_t n_history;
	bool has_healthcheck;
	/* org.opencontainers.image.base.name and .digest: of the labels, else the annotations. */
	struct sw_str base_name, base_digest;
};

struct sw_image_layer {
	struct sw_str digest, diff_id; /* "sha256:…"; as stored, unpacked. "": not known */
	struct sw_str media_type;
	struct sw_str created_by; /* instruction of the history; "" */
	uint64_t bytes, unpacked, entries, files;
	bool cached;
	struct sw_str problem; /* why it could not be read, or not to its end; "" */
};

struct sw_image {
	struct sw_arena arena;
	struct sw_str kind; /* "oci", "oci-archive", "docker-archive", "rootfs", "registry" … */
	struct sw_str reference; /* as given */
	struct sw_str name;	 /* repository and tag, where something tells; "" */
	struct sw_str digest;	 /* of the manifest; of the configuration in a docker archive; "" */
	struct sw_str media_type, artifact_type;
	struct sw_image_pairs annotations;
	struct sw_image_config config;
	struct sw_image_layer *layers;
	uint32_t n_layers;
	struct sw_bom bom; /* finished */
	struct sw_layer_note *notes; /* of opts->look, by path */
	uint32_t n_notes;
	struct sw_str cage; /* what the kernel does not offer; "" */
	size_t peak;	    /* most memory that one parser had resident, bytes */
};

struct sw_image_opts {
	const char *platform; /* OS/ARCH[/VARIANT]; NULL: linux and this machine's */
	const char *cache_dir;
	bool no_cache;
	bool offline;	   /* a reference to a registry is an error */
	bool rootfs;	   /* the reference is a folder */
	const char *storage; /* of a store: its root folder, or the socket; NULL: where it usually is */
	uint32_t parallel; /* layers at once; 0: one per processor, 4 at most */
	/*
	 * Of one layer; 0: ten minutes. What is found by then is kept. A parser that does not end
	 * for another quarter and a second is stopped, and nothing of its layer is kept.
	 */
	uint32_t deadline_ms;
	/* Of registries. */
	bool plain_http;	   /* also where it is not the loopback interface */
	bool insecure;		   /* do not verify TLS certificates */
	const char *ca_file;	   /* PEM, beside the system's */
	const char *user_password; /* "user:password"; NULL: ~/.docker/config.json */
	const char *const *mirrors; /* HOST or REGISTRY=HOST: tried first */
	uint32_t n_mirrors;
	/* Also looks at files (layer/layer.h), for secrets; NULL: nobody. */
	const struct sw_layer_look *look;
	/* Called now and then: layers done, bytes read of those that run. May be NULL. */
	void (*progress)(void *arg, uint32_t done, uint32_t layers, uint64_t bytes);
	void *arg;
	const volatile bool *cancel;
};

/* Is there an OCI layout in this folder? */
bool sw_layout_is(const char *dir);

/*
 * -SW_ENOENT, -SW_EIO, -SW_ESYNTAX, -SW_ESECURITY (digest), -SW_EUNSUPPORTED, -SW_ECANCELLED: the
 * image as a whole. *ret must be released in any case.
 */
int sw_image_scan(const char *reference, const struct sw_image_opts *opts, struct sw_image *ret,
	struct sw_error *err);
void sw_image_close(struct sw_image *img);

/* An image of a store. Views into the arena of the list. */
struct sw_image_entry {
	struct sw_str reference; /* for sw_image_scan() */
	struct sw_str name;	 /* "": it has none */
	struct sw_str digest;	 /* what the store knows it by */
	bool again;		 /* one before it is the same image, by another name */
};

struct sw_image_entries {
	struct sw_image_entry *v;
	uint32_t n;
	bool damaged; /* part of the store could not be read */
};

/* A store without the name of an image: "containerd:" … */
bool sw_image_is_store(const char *reference);
/* All images of it: those with a tag before the same ones without. */
int sw_image_store_list(const char *reference, const struct sw_image_opts *opts, struct sw_arena *a,
	struct sw_image_entries *ret, struct sw_error *err);

#endif
