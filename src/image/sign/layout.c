/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sign/layout.h"

#include "image/sign/cosign.h"
#include "image/sign/pb.h"
#include "image/source/source.h"

#define REF_NAME "org.opencontainers.image.ref.name"

struct layout {
	struct sw_arena *a;
	struct sw_source *src;
	struct sw_value index;
	struct sw_image_signatures *out;
	struct sw_value inner; /* manifests of the image, where it is an index */
	uint32_t reads;	       /* manifests */
	struct sw_str tag;     /* of the one in hand; "" */
	struct sw_str about;   /* likewise */
	struct sw_error *err;
};

/* Verified by its digest; lives as long as the source. */
static int read_blob(
	struct layout *l, struct sw_str digest, bool manifest, size_t max, struct sw_str *ret)
{
	if (!sw_digest_valid(digest))
		return sw_error_set(l->err, SW_EINVALID, "\"%.*s\" is not a digest",
			(int)(digest.n > 100 ? 100 : digest.n), digest.p ? digest.p : "");
	int rc = sw_source_document(l->src, digest, manifest, max, ret, l->err);
	if (rc == 0 && !ret->p)
		*ret = SW_STR("");
	return rc;
}

static struct sw_str annotation(struct sw_value v, const char *name)
{
	return sw_value_getstr(sw_object_gets(v, SW_STR("annotations")), name);
}

/* The tag of a descriptor: "name:tag" and "tag" are both in use. */
static struct sw_str tag_of(struct sw_value desc)
{
	struct sw_str name = annotation(desc, REF_NAME);
	size_t colon = sw_str_rfind(name, SW_STR(":"));
	return colon == SW_NPOS ? name : sw_str_sub(name, colon + 1, name.n);
}

static struct sw_str kind_of(struct sw_value desc)
{
	return annotation(desc, "kind");
}

/* Something that is about an image, not an image. */
static bool is_companion(struct sw_value desc)
{
	struct sw_str tag = tag_of(desc), kind = kind_of(desc),
		      type = sw_value_getstr(desc, "artifactType");
	return (sw_str_starts(tag, SW_STR("sha256-")) &&
		       (sw_str_ends(tag, SW_STR(".sig")) || sw_str_ends(tag, SW_STR(".att")) ||
			       sw_str_ends(tag, SW_STR(".sbom")) || tag.n == 71)) ||
	       sw_str_is(kind, "dev.cosignproject.cosign/sigs") ||
	       sw_str_is(kind, "dev.cosignproject.cosign/atts") || type.n;
}

static bool is_wanted(struct sw_value desc, struct sw_str want)
{
	if (!want.n)
		return !is_companion(desc);
	return sw_str_eq(sw_value_getstr(desc, "digest"), want) || sw_str_eq(tag_of(desc), want) ||
	       sw_str_eq(annotation(desc, REF_NAME), want);
}

static struct sw_value manifests_of(struct sw_value index)
{
	struct sw_value list = sw_object_gets(index, SW_STR("manifests"));
	return sw_is(list, SW_ARRAY) && list.n <= SW_LAYOUT_MAX_MANIFESTS ? list : sw_empty_array();
}

/* A manifest whose subject is something else is no image either, but that costs a read. */
static bool has_subject(struct layout *l, struct sw_str digest)
{
	struct sw_str text;
	struct sw_value v;
	struct sw_error skip, *err = l->err;
	l->err = &skip;
	bool has = l->reads++ < SW_LAYOUT_MAX_MANIFESTS &&
		   read_blob(l, digest, true, SW_LAYOUT_MAX_MANIFEST, &text) == 0 &&
		   sw_pb_parse(l->a, text, &v, &skip) == 0 &&
		   sw_defined(sw_object_gets(v, SW_STR("subject")));
	l->err = err;
	return has;
}

static int find_image(struct layout *l, struct sw_str want)
{
	struct sw_str found = {0};
	struct sw_value list = manifests_of(l->index);
	sw_array_foreach (d, list) {
		struct sw_str digest = sw_value_getstr(*d, "digest");
		if (!is_wanted(*d, want) || sw_str_eq(digest, found) ||
			(!want.n && has_subject(l, digest)))
			continue;
		if (found.n)
			return sw_error_set(l->err, SW_ECONFLICT,
				"there are several images: name one with @DIGEST or :TAG");
		found = digest;
	}
	if (!found.n && sw_str_starts(want, SW_STR("sha256:")))
		found = want; /* an image inside an index */
	if (!found.n)
		return sw_error_set(
			l->err, SW_ENOENT, "there is no image \"%.*s\"", SW_STR_ARG(want));
	l->out->digest = found;
	return read_blob(l, found, true, SW_LAYOUT_MAX_MANIFEST, &l->out->manifest);
}

static struct sw_cosign_parts parts_of(struct sw_value layer)
{
	return (struct sw_cosign_parts){
		.signature = annotation(layer, "dev.cosignproject.cosign/signature"),
		.certificate = annotation(layer, "dev.sigstore.cosign/certificate"),
		.chain = annotation(layer, "dev.sigstore.cosign/chain"),
		.rekor = annotation(layer, "dev.sigstore.cosign/bundle"),
		.timestamp = annotation(layer, "dev.sigstore.cosign/rfc3161timestamp"),
	};
}

static int read_layer(struct layout *l, struct sw_value layer, struct sw_image_signature *s)
{
	struct sw_str type = sw_value_getstr(layer, "mediaType"), blob;
	struct sw_cosign_parts parts = parts_of(layer);
	struct sw_value v;
	unsigned version;
	int rc = read_blob(l, sw_value_getstr(layer, "digest"), false, SW_BUNDLE_MAX_SIZE, &blob);
	if (rc < 0)
		return rc;
	if (sw_bundle_media_type(type, &version))
		return sw_bundle_read(l->a, blob, &s->bundle, l->err);
	if (sw_str_is(type, "application/vnd.dev.cosign.simplesigning.v1+json")) {
		s->message = blob;
		return sw_cosign_bundle(l->a, &parts, &s->bundle, l->err);
	}
	parts.signature = (struct sw_str){0};
	if ((rc = sw_cosign_bundle(l->a, &parts, &s->bundle, l->err)) < 0 ||
		(rc = sw_pb_parse(l->a, blob, &v, l->err)) < 0)
		return rc;
	s->bundle.envelope = blob;
	return sw_dsse_read(l->a, v, &s->bundle, l->err);
}

static bool is_signature_type(struct sw_str type)
{
	unsigned version;
	return sw_bundle_media_type(type, &version) ||
	       sw_str_is(type, "application/vnd.dev.cosign.simplesigning.v1+json") ||
	       sw_str_is(type, "application/vnd.dsse.envelope.v1+json");
}

/* ---- what is attached ---- */

const char *sw_attached_kind_name(enum sw_attached_kind k)
{
	static const char *const names[] = {[SW_ATTACHED_OTHER] = "other",
		[SW_ATTACHED_SIGNATURE] = "signature",
		[SW_ATTACHED_ATTESTATION] = "attestation",
		[SW_ATTACHED_SBOM] = "sbom",
		[SW_ATTACHED_VEX] = "vex"};
	return names[k];
}

static bool says(struct sw_str type, const char *const *words)
{
	for (; *words; words++)
		if (sw_str_has(type, sw_str_from(*words)))
			return true;
	return false;
}

/* By media type: there is no register of them, so by the words that all of them have. */
static enum sw_attached_kind kind_by_type(struct sw_str type)
{
	static const char *const sbom[] = {"cyclonedx", "spdx", "syft", NULL},
				 *const vex[] = {"openvex", "csaf", ".vex", NULL},
				 *const att[] = {"in-toto", "dsse.envelope", NULL};
	unsigned version;
	if (sw_str_is(type, "application/vnd.dev.cosign.simplesigning.v1+json") ||
		sw_str_is(type, "application/vnd.cncf.notary.signature") ||
		sw_str_is(type, "application/jose+json") || sw_str_is(type, "application/cose") ||
		sw_bundle_media_type(type, &version))
		return SW_ATTACHED_SIGNATURE;
	if (says(type, att))
		return SW_ATTACHED_ATTESTATION;
	if (says(type, sbom))
		return SW_ATTACHED_SBOM;
	return says(type, vex) ? SW_ATTACHED_VEX : SW_ATTACHED_OTHER;
}

static struct sw_str predicate_of(struct layout *l, const struct sw_image_signature *s)
{
	struct sw_value v;
	struct sw_error skip;
	if (!s->bundle.is_dsse || sw_intoto_statement(l->a, &s->bundle, &v, &skip) < 0)
		return SW_STR("");
	return sw_value_getstr(v, "predicateType");
}

/* `s`: the signature that it is; NULL: none. */
static void attach(struct layout *l, struct sw_str manifest, struct sw_value doc,
	struct sw_value layer, const struct sw_image_signature *s)
{
	struct sw_str type = sw_value_getstr(layer, "mediaType"),
		      artifact = sw_value_getstr(doc, "artifactType");
	int64_t size = 0;
	if (!artifact.n)
		artifact = sw_value_getstr(sw_object_gets(doc, SW_STR("config")), "mediaType");
	if (l->out->n_attached == SW_LAYOUT_MAX_ATTACHED)
		return;
	sw_value_int(sw_object_gets(layer, SW_STR("size")), &size);
	struct sw_attached at = {.manifest = manifest,
		.digest = sw_value_getstr(layer, "digest"),
		.type = type.n ? type : artifact,
		.predicate = annotation(layer, "in-toto.io/predicate-type"),
		.tag = l->tag,
		.about = l->about.p ? l->about : SW_STR(""),
		.size = size > 0 ? (uint64_t)size : 0,
		.is_signed = s && !s->error.code};
	at.kind = kind_by_type(type);
	if (at.kind == SW_ATTACHED_OTHER)
		at.kind = kind_by_type(artifact);
	if (s && !at.predicate.n)
		at.predicate = predicate_of(l, s);
	if (at.predicate.n)
		at.kind = sw_str_is(at.predicate, "https://sigstore.dev/cosign/sign/v1")
				  ? SW_ATTACHED_SIGNATURE
				  : SW_ATTACHED_ATTESTATION;
	l->out->attached[l->out->n_attached++] = at;
}

static int add_manifest(struct layout *l, struct sw_str digest, struct sw_value manifest)
{
	struct sw_value layers = sw_object_gets(manifest, SW_STR("layers"));
	if (!sw_is(layers, SW_ARRAY) || !layers.n)
		layers = sw_object_gets(manifest, SW_STR("blobs")); /* of ORAS, before OCI 1.1 */
	if (!sw_is(layers, SW_ARRAY))
		return 0;
	for (uint32_t i = 0; i < l->out->n_attached; i++)
		if (sw_str_eq(l->out->attached[i].manifest, digest))
			return 0; /* found on two ways */
	sw_array_foreach (layer, layers) {
		if (!is_signature_type(sw_value_getstr(*layer, "mediaType"))) {
			attach(l, digest, manifest, *layer, NULL);
			continue;
		}
		if (l->out->n == SW_LAYOUT_MAX_SIGNATURES)
			return sw_error_set(l->err, SW_ELIMIT, "more than %d signatures",
				SW_LAYOUT_MAX_SIGNATURES);
		struct sw_image_signature *s = &l->out->v[l->out->n++];
		memset(s, 0, sizeof(*s));
		struct sw_error *err = l->err;
		s->from = digest;
		l->err = &s->error;
		read_layer(l, *layer, s);
		l->err = err;
		attach(l, digest, manifest, *layer, s);
	}
	return 0;
}

static bool is_ours(struct layout *l, struct sw_value desc)
{
	struct sw_str tag = tag_of(desc), kind = kind_of(desc),
		      hex = sw_str_sub(l->out->digest, 7, l->out->digest.n);
	if (sw_str_eq(annotation(desc, "vnd.docker.reference.digest"), l->out->digest))
		return true;
	if (sw_str_is(kind, "dev.cosignproject.cosign/sigs") ||
		sw_str_is(kind, "dev.cosignproject.cosign/atts"))
		return true;
	return sw_str_starts(tag, SW_STR("sha256-")) &&
	       sw_str_eq(sw_str_sub(tag, 7, 7 + hex.n), hex);
}

/* A descriptor of the index, or of the referrers' index under it. */
static int visit(struct layout *l, struct sw_value desc, bool ours, unsigned depth)
{
	struct sw_str digest = sw_value_getstr(desc, "digest"), text;
	struct sw_value v;
	struct sw_error skip, *err = l->err;
	if (sw_str_eq(digest, l->out->digest))
		return 0;
	if (l->reads++ > SW_LAYOUT_MAX_MANIFESTS)
		return sw_error_set(
			l->err, SW_ELIMIT, "more than %d manifests", SW_LAYOUT_MAX_MANIFESTS);
	ours = ours || is_ours(l, desc);
	if (!depth)
		l->tag = is_companion(desc) ? tag_of(desc) : SW_STR("");
	l->err = ours ? err : &skip;
	int rc = read_blob(l, digest, true, SW_LAYOUT_MAX_MANIFEST, &text);
	if (rc == 0)
		rc = sw_pb_parse(l->a, text, &v, l->err);
	l->err = err;
	if (rc < 0)
		return ours ? rc : 0; /* somebody else's manifest may well be elsewhere */
	struct sw_str subject = sw_value_getstr(sw_object_gets(v, SW_STR("subject")), "digest");
	if (subject.n && !sw_str_eq(subject, l->out->digest))
		return 0;
	if (ours && depth == 0) {
		struct sw_value list = manifests_of(v);
		sw_array_foreach (d, list)
			if ((rc = visit(l, *d, true, 1)) < 0)
				return rc;
	}
	return ours || subject.n ? add_manifest(l, digest, v) : 0;
}

/* Descriptors of all pages. A registry that knows no such call gives none. */
static int add_referrers(struct layout *l, struct sw_list *list)
{
	struct sw_str *pages = sw_arena_new_array(l->a, SW_LAYOUT_MAX_PAGES, struct sw_str);
	uint32_t n = 0;
	if (!pages)
		return sw_error_set(l->err, SW_ELIMIT, "no memory left for signatures");
	int rc = sw_registry_referrers(l->src, l->out->digest, SW_LAYOUT_MAX_MANIFEST, pages,
		SW_LAYOUT_MAX_PAGES, &n, l->err);
	if (rc == -SW_ENOENT)
		return 0;
	for (uint32_t i = 0; !rc && i < n; i++) {
		struct sw_value v, each;
		rc = sw_pb_parse(l->a, pages[i], &v, l->err);
		if (rc)
			break;
		each = manifests_of(v);
		sw_array_foreach (d, each)
			sw_list_add(list, *d);
	}
	return rc;
}

/* A manifest under a tag, as a descriptor of the index. */
static int add_tag(struct layout *l, struct sw_list *list, const char *end)
{
	struct sw_map desc, names;
	struct sw_str text, tag = sw_arena_printf(l->a, "sha256-%.*s%s", (int)l->out->digest.n - 7,
				    l->out->digest.p + 7, end);
	int rc = sw_source_document(l->src, tag, true, SW_LAYOUT_MAX_MANIFEST, &text, l->err);
	if (rc < 0)
		return rc == -SW_ENOENT ? 0 : rc;
	sw_map_init(&desc, l->a);
	sw_map_init(&names, l->a);
	sw_map_adds(&names, REF_NAME, sw_string(tag));
	sw_map_adds(&desc, "digest", sw_string(sw_digest_text(l->a, text)));
	sw_map_adds(&desc, "annotations", sw_map_object(&names));
	sw_list_add(list, sw_map_object(&desc));
	return 0;
}

/*
 * A registry has no index: the tags that cosign and the referrers' tag schema use, the referrers
 * that it knows, and what the image's own index says of itself stand in for it.
 */
static int registry_index(struct layout *l)
{
	static const char *const ends[] = {".sig", ".att", ".sbom", ""};
	struct sw_str tag = l->src->start;
	struct sw_list list;
	struct sw_map index;
	struct sw_value own;
	struct sw_error skip;
	int rc = sw_source_document(
		l->src, tag, true, SW_LAYOUT_MAX_MANIFEST, &l->out->manifest, l->err);
	if (rc < 0)
		return rc;
	l->out->digest = sw_digest_text(l->a, l->out->manifest);
	sw_list_init(&list, l->a);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if ((rc = add_tag(l, &list, ends[i])) < 0)
			return rc;
	if ((rc = add_referrers(l, &list)) < 0)
		return rc;
	sw_map_init(&index, l->a);
	sw_map_adds(&index, "manifests", sw_list_array(&list));
	l->index = sw_map_object(&index);
	if (sw_pb_parse(l->a, l->out->manifest, &own, &skip) == 0)
		l->inner = manifests_of(own);
	return 0;
}

/* What BuildKit puts beside the images of an index, about them: no signatures. */
static int inner_attestations(struct layout *l)
{
	struct sw_value list = l->inner;
	sw_array_foreach (d, list) {
		struct sw_str digest = sw_value_getstr(*d, "digest"), text;
		struct sw_value v;
		if (!sw_str_is(annotation(*d, "vnd.docker.reference.type"), "attestation-manifest"))
			continue;
		int rc = read_blob(l, digest, true, SW_LAYOUT_MAX_MANIFEST, &text);
		if (rc == 0)
			rc = sw_pb_parse(l->a, text, &v, l->err);
		l->about = annotation(*d, "vnd.docker.reference.digest");
		if (rc == 0)
			rc = add_manifest(l, digest, v);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int layout_index(struct layout *l, struct sw_str want)
{
	struct sw_str text;
	int rc;
	if (l->src->kind != SW_SOURCE_OCI_DIR && l->src->kind != SW_SOURCE_OCI_TAR)
		return sw_error_set(l->err, SW_EUNSUPPORTED,
			"signatures lie in OCI layouts and registries, not in a %s",
			sw_source_kind_name(l->src->kind));
	if ((rc = sw_source_document(l->src, SW_STR("index.json"), false, SW_LAYOUT_MAX_MANIFEST,
		     &text, l->err)) < 0)
		return rc;
	if ((rc = sw_pb_parse(l->a, text, &l->index, l->err)) < 0)
		return sw_error_at(
			l->err, SW_STR("index.json"), l->err->line, l->err->col, l->err->byte);
	rc = find_image(l, want.n ? want : l->src->select);
	struct sw_value own;
	struct sw_error skip;
	if (rc == 0 && sw_pb_parse(l->a, l->out->manifest, &own, &skip) == 0)
		l->inner = manifests_of(own);
	return rc;
}

static void free_source(void *src)
{
	sw_source_free(src);
}

int sw_layout_signatures(struct sw_arena *a, const char *reference, struct sw_str want,
	const struct sw_image_opts *opts, struct sw_image_signatures *ret, struct sw_error *err)
{
	struct sw_image_signatures out = {0};
	struct layout l = {.a = a, .out = &out, .err = err, .inner = sw_empty_array()};
	int rc = sw_source_open(reference, opts, &l.src, err);
	if (rc < 0)
		return rc;
	out.v = sw_arena_new_array(a, SW_LAYOUT_MAX_SIGNATURES, struct sw_image_signature);
	out.attached = sw_arena_new_array(a, SW_LAYOUT_MAX_ATTACHED, struct sw_attached);
	if (sw_arena_defer(a, free_source, l.src) < 0 || !out.v || !out.attached)
		return sw_error_set(err, SW_ELIMIT, "no memory left for signatures");
	rc = l.src->kind == SW_SOURCE_REGISTRY ? registry_index(&l) : layout_index(&l, want);
	if (rc < 0)
		return rc;
	struct sw_value list = manifests_of(l.index);
	sw_array_foreach (d, list)
		if ((rc = visit(&l, *d, false, 0)) < 0)
			return rc;
	l.tag = SW_STR("");
	if ((rc = inner_attestations(&l)) < 0)
		return rc;
	out.source = l.src;
	*ret = out;
	return 0;
}
