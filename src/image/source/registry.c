/* SPDX-License-Identifier: Apache-2.0 */
#include "image/source/source.h"

int sw_registry_open(struct sw_source *s, const char *reference, struct sw_error *err)
{
	return sw_error_set(err, SW_EUNSUPPORTED, "%s: registries are not read yet", reference);
}

void sw_registry_free(struct sw_registry *r)
{
}

int sw_registry_document(struct sw_source *s, struct sw_str digest, bool manifest, size_t max,
	struct sw_str *ret, struct sw_error *err)
{
	return sw_error_set(err, SW_EUNSUPPORTED, "registries are not read yet");
}

int sw_registry_blob(struct sw_source *s, const struct sw_descriptor *d,
	struct sw_source_blob *ret, struct sw_error *err)
{
	return sw_error_set(err, SW_EUNSUPPORTED, "registries are not read yet");
}
