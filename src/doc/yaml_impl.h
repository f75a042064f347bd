/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the YAML reader and writer share; nobody outside src/doc includes this. */
#ifndef SW_DOC_YAML_IMPL_H
#define SW_DOC_YAML_IMPL_H

#include "doc/yaml.h"

struct yaml_scalar {
	struct sw_str text; /* outlives the value */
	struct sw_str tag;  /* resolved: "tag:yaml.org,2002:int"; p NULL when there is none */
	bool quoted; /* written in a style that makes it a string unless a tag says otherwise */
};

/* The core types by their tag; anything else is YAML_TAG_OTHER and leaves the scalar a string. */
enum yaml_tag {
	YAML_TAG_NONE,
	YAML_TAG_STR,
	YAML_TAG_BOOL,
	YAML_TAG_INT,
	YAML_TAG_FLOAT,
	YAML_TAG_NULL,
	YAML_TAG_TIMESTAMP,
	YAML_TAG_BINARY,
	YAML_TAG_MERGE,
	YAML_TAG_OTHER,
};

enum yaml_tag yaml_tag_of(struct sw_str tag);

/*
 * Numbers come as Go's encoding/json writes them; *ret_tag still tells an int from a float.
 * -SW_EINVALID when the tag does not fit the text.
 */
int yaml_resolve(const struct yaml_scalar *in, unsigned flags, struct sw_arena *a,
	struct sw_value *ret, enum yaml_tag *ret_tag, struct sw_error *err);
/* Would this text, written plain, be read as a string (by go-yaml v2)? */
bool yaml_plain_is_string(struct sw_str text);
/* Can the text be written plain, or in single quotes, on one line, and read back as this string? */
bool yaml_plain_fits(struct sw_str text, bool flow);
bool yaml_single_fits(struct sw_str text);
void yaml_write_double(struct sw_buf *out, struct sw_str text); /* with quotes, not folded */
/* The JSON key of a resolved value, as sigs.k8s.io/yaml makes it. */
int yaml_key_string(struct sw_value v, enum yaml_tag tag, struct sw_arena *a, struct sw_value *ret,
	struct sw_error *err);

#endif
