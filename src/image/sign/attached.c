/* SPDX-License-Identifier: Apache-2.0 */
/* Documents out of what is attached to an image: blobs, and predicates of attestations. */
#include "base/base64.h"
#include "doc/json.h"
#include "image/sign/layout.h"
#include "image/sign/pb.h"
#include "image/source/source.h"

/* An envelope's payload, or what a bundle wraps; the statement itself when it is bare. */
static int statement_of(struct sw_arena *a, struct sw_str blob, struct sw_value *ret,
	struct sw_error *err)
{
	struct sw_str payload;
	struct sw_value v, inner;
	int rc = sw_pb_parse(a, blob, &v, err);
	if (rc < 0)
		return rc;
	inner = sw_object_gets(v, SW_STR("dsseEnvelope"));
	v = sw_is(inner, SW_OBJECT) ? inner : v;
	if (!sw_value_getstr(v, "payload").n) {
		*ret = v;
		return 0;
	}
	if (!sw_base64_decode(a, sw_value_getstr(v, "payload"), &payload))
		return sw_error_set(err, SW_EINVALID, "the payload of an envelope is not base64");
	return sw_pb_parse(a, payload, ret, err);
}

static int predicate_text(struct sw_arena *a, struct sw_str blob, struct sw_str *ret_text,
	struct sw_str *ret_predicate, struct sw_error *err)
{
	struct sw_value v;
	int rc = statement_of(a, blob, &v, err);
	if (rc < 0)
		return rc;
	struct sw_value predicate = sw_object_gets(v, SW_STR("predicate"));
	struct sw_str data = sw_value_getstr(predicate, "Data"); /* of older cosign: the text itself */
	*ret_predicate = sw_value_getstr(v, "predicateType");
	if (data.n) {
		*ret_text = data;
		return 0;
	}
	if (sw_is(sw_object_gets(predicate, SW_STR("Data")), SW_OBJECT))
		predicate = sw_object_gets(predicate, SW_STR("Data"));
	if (!sw_is(predicate, SW_OBJECT))
		return sw_error_set(err, SW_EUNSUPPORTED, "an attestation without a predicate");
	sw_autobuf out;
	sw_buf_init(&out, SW_ATTACHED_MAX);
	sw_json_write(&out, predicate, 0);
	if (out.overflow)
		return sw_error_set(err, SW_ELIMIT, "an attestation of more than %zu MiB",
			SW_ATTACHED_MAX >> 20);
	*ret_text = sw_arena_str(a, sw_buf_str(&out));
	return ret_text->p ? 0 : sw_error_set(err, SW_ELIMIT, "no memory left for an attestation");
}

int sw_attached_read(struct sw_arena *a, const struct sw_image_signatures *all,
	const struct sw_attached *at, struct sw_str *ret_text, struct sw_str *ret_predicate,
	struct sw_error *err)
{
	struct sw_str blob;
	if (!sw_digest_valid(at->digest))
		return sw_error_set(err, SW_EINVALID, "\"%.*s\" is not a digest",
			(int)(at->digest.n > 100 ? 100 : at->digest.n), at->digest.p ? at->digest.p : "");
	int rc = sw_source_document(all->source, at->digest, false, SW_ATTACHED_MAX, &blob, err);
	if (rc < 0)
		return rc;
	*ret_predicate = at->predicate;
	*ret_text = blob.p ? blob : SW_STR("");
	if (at->kind == SW_ATTACHED_ATTESTATION)
		return predicate_text(a, blob, ret_text, ret_predicate, err);
	if (at->kind != SW_ATTACHED_SBOM && at->kind != SW_ATTACHED_VEX)
		return sw_error_set(err, SW_EUNSUPPORTED, "neither a bill nor a VEX document");
	return 0;
}
