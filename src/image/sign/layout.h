/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is attached to an image in an OCI layout (folder or tar) or a registry: signatures,
 * attestations, bills of materials and the like, under cosign's tags (sha256-<digest>.sig, .att and
 * .sbom), as `cosign save` marks them, as referrers (manifests whose subject is the image: by the
 * registry's call, by the tag sha256-<digest>, by a look at each manifest of a layout), and as
 * BuildKit puts them into the image's own index. Signatures are simple signing, envelopes and
 * Sigstore bundles.
 *
 * Every blob is compared with its digest when it is read. Everything lives in the arena.
 */
#ifndef SW_IMAGE_SIGN_LAYOUT_H
#define SW_IMAGE_SIGN_LAYOUT_H

#include "image/sign/bundle.h"

#define SW_LAYOUT_MAX_MANIFESTS 4096
#define SW_LAYOUT_MAX_SIGNATURES 256
#define SW_LAYOUT_MAX_MANIFEST ((size_t)4 << 20)
#define SW_LAYOUT_MAX_PAGES 64
#define SW_LAYOUT_MAX_ATTACHED 1024

struct sw_image_signature {
	struct sw_bundle bundle;
	struct sw_str message; /* of simple signing: the payload. p NULL: the bundle tells */
	struct sw_str from;    /* digest of the manifest that brought it */
	struct sw_error error; /* code not 0: could not be read */
};

enum sw_attached_kind {
	SW_ATTACHED_OTHER,
	SW_ATTACHED_SIGNATURE,
	SW_ATTACHED_ATTESTATION,
	SW_ATTACHED_SBOM,
	SW_ATTACHED_VEX,
};

/* One blob of a manifest that is about the image. Who made it is not known until it is verified. */
struct sw_attached {
	enum sw_attached_kind kind;
	struct sw_str manifest, digest; /* of the manifest, and of the blob */
	struct sw_str type;		/* the blob's media type, else the artifact's */
	struct sw_str predicate; /* predicate type of an attestation; "": none, or not told */
	struct sw_str about;	 /* which image of an index it says it is about; "": this one */
	struct sw_str tag;	 /* that it was found by; "": as a referrer */
	uint64_t size;
	bool is_signed; /* brings a signature */
};

struct sw_image_signatures {
	struct sw_str digest;	/* of the image, "sha256:…" */
	struct sw_str manifest; /* its bytes */
	struct sw_attached *attached;
	uint32_t n_attached;
	struct sw_image_signature *v;
	uint32_t n;
	struct sw_source *source; /* open as long as the arena lives */
};

/*
 * `reference` as image/image.h has it; `want`: a tag or a digest, when the reference does not say
 * it
 * ("" where there is one image). `opts` must live as long as the arena. A registry that does not
 * know the referrers' call is asked for the tags only. -SW_ENOENT, -SW_ECONFLICT (several images),
 * -SW_EIO, -SW_EINVALID, -SW_ESECURITY (a blob that is not what its digest says).
 */
struct sw_image_opts;
int sw_layout_signatures(struct sw_arena *a, const char *reference, struct sw_str want,
	const struct sw_image_opts *opts, struct sw_image_signatures *ret, struct sw_error *err);

#define SW_ATTACHED_MAX ((size_t)64 << 20)

/*
 * The document that is attached: of an SBOM or a VEX document the blob; of an attestation (an
 * envelope, a bundle or a bare statement) its predicate, which *ret_predicate names. *ret_text lives
 * in the arena. Nothing of it is verified. -SW_EUNSUPPORTED: holds no such document.
 */
int sw_attached_read(struct sw_arena *a, const struct sw_image_signatures *all,
	const struct sw_attached *at, struct sw_str *ret_text, struct sw_str *ret_predicate,
	struct sw_error *err);

const char *sw_attached_kind_name(enum sw_attached_kind k);

#endif
