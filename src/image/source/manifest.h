/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON documents of images: OCI and Docker indexes and manifests, docker archives'
 * manifest.json, image configurations. Parsed in the cage; what comes back is copied into an arena.
 */
#ifndef SW_IMAGE_SOURCE_MANIFEST_H
#define SW_IMAGE_SOURCE_MANIFEST_H

#include "base/buf.h"
#include "image/image.h"

#define SW_MANIFEST_MAX ((size_t)4 << 20)
#define SW_CONFIG_MAX ((size_t)8 << 20)
#define SW_DESCRIPTORS 10000

struct sw_descriptor {
	struct sw_str media_type, digest; /* of docker archives: the name of the file */
	struct sw_str artifact_type, ref_name;
	struct sw_str os, architecture, variant;
	uint64_t size; /* UINT64_MAX: not said */
	bool attestation; /* BuildKit's, no image */
};

struct sw_docker_image { /* of a docker archive */
	struct sw_str config;
	struct sw_image_texts tags, layers;
};

enum sw_manifest_kind { SW_DOC_INDEX, SW_DOC_MANIFEST, SW_DOC_DOCKER };

struct sw_manifest {
	enum sw_manifest_kind kind;
	struct sw_str media_type, artifact_type;
	struct sw_descriptor config;
	struct sw_descriptor subject; /* digest "": none */
	struct sw_descriptor *v;      /* manifests or layers */
	uint32_t n;
	struct sw_docker_image *images;
	uint32_t n_images;
	struct sw_image_pairs annotations;
};

/* In the cage, result in `a`. `name` for errors. */
int sw_manifest_read(struct sw_arena *a, struct sw_str json, const char *name,
	struct sw_manifest *ret, struct sw_error *err);
int sw_config_read(struct sw_arena *a, struct sw_str json, const char *name,
	struct sw_image_config *ret, struct sw_error *err);

/* The same without a process, for fuzzing and for those who are in a cage already. */
int sw_manifest_parse(struct sw_arena *a, struct sw_str json, struct sw_manifest *ret,
	struct sw_error *err);
int sw_config_parse(struct sw_arena *a, struct sw_str json, struct sw_image_config *ret,
	struct sw_error *err);
void sw_manifest_pack(struct sw_buf *out, const struct sw_manifest *m);
void sw_config_pack(struct sw_buf *out, const struct sw_image_config *c);
int sw_manifest_unpack(struct sw_arena *a, struct sw_str bytes, struct sw_manifest *ret);
int sw_config_unpack(struct sw_arena *a, struct sw_str bytes, struct sw_image_config *ret);

#endif
