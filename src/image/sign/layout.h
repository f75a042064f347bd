/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signatures of an image in an OCI layout (folder or tar) or a registry: cosign's tags (sha256-<digest>.sig and .att), what
 * `cosign save` writes, and referrers (manifests whose subject is the image, or the referrers tag
 * sha256-<digest>), with simple signing, envelopes and Sigstore bundles as layers.
 *
 * Every blob is compared with its digest when it is read. Everything lives in the arena.
 */
#ifndef SW_IMAGE_SIGN_LAYOUT_H
#define SW_IMAGE_SIGN_LAYOUT_H

#include "image/sign/bundle.h"

#define SW_LAYOUT_MAX_MANIFESTS 4096
#define SW_LAYOUT_MAX_SIGNATURES 256
#define SW_LAYOUT_MAX_MANIFEST ((size_t)4 << 20)

struct sw_image_signature {
	struct sw_bundle bundle;
	struct sw_str message; /* of simple signing: the payload. p NULL: the bundle tells */
	struct sw_str from;    /* digest of the manifest that brought it */
	struct sw_error error; /* code not 0: could not be read */
};

struct sw_image_signatures {
	struct sw_str digest;	/* of the image, "sha256:…" */
	struct sw_str manifest; /* its bytes */
	struct sw_image_signature *v;
	uint32_t n;
};

/* Is there an OCI layout in this folder? */
bool sw_layout_is(const char *dir);

/*
 * `reference` as image/image.h has it; `want`: a tag or a digest, when the reference does not say it
 * ("" where there is one image). `opts` must live as long as the arena. A registry is asked for the
 * tags only, not by the referrers' call. -SW_ENOENT, -SW_ECONFLICT (several images), -SW_EIO,
 * -SW_EINVALID, -SW_ESECURITY (a blob that is not what its digest says).
 */
struct sw_image_opts;
int sw_layout_signatures(struct sw_arena *a, const char *reference, struct sw_str want,
	const struct sw_image_opts *opts, struct sw_image_signatures *ret, struct sw_error *err);

#endif
