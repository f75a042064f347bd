/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schemas of schemas of drafts 4, 6 and 7 (json-schema.org), which a $ref may name without any network.
 * Only what judges is written down: no titles, no defaults.
 */
#include "rego/builtins/jsonschema/refs.h"

#define SIMPLE "\"simpleTypes\":{\"enum\":[\"array\",\"boolean\",\"integer\",\"null\",\"number\",\"object\",\"string\"]},"
#define ARRAY "\"schemaArray\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"$ref\":\"#\"}},"
#define REF(name) "{\"$ref\":\"#/definitions/" name "\"}"
#define SELF "{\"$ref\":\"#\"}"
#define MAP(of) "{\"type\":\"object\",\"additionalProperties\":" of "}"
#define TYPE(name) "{\"type\":\"" name "\"}"
#define TYPES "{\"anyOf\":[" REF("simpleTypes") ",{\"type\":\"array\",\"items\":" REF("simpleTypes") \
	",\"minItems\":1,\"uniqueItems\":true}]}"
#define COMMON(count, zero, strings)                                                               \
	"\"$schema\":" URI ",\"title\":" TYPE("string") ",\"description\":" TYPE("string")         \
	",\"maximum\":" TYPE("number") ",\"minimum\":" TYPE("number")                             \
	",\"maxLength\":" REF(count) ",\"minLength\":" REF(zero)                                   \
	",\"pattern\":{\"type\":\"string\",\"format\":\"regex\"}"                                  \
	",\"items\":{\"anyOf\":[" SELF "," REF("schemaArray") "]}"                                 \
	",\"maxItems\":" REF(count) ",\"minItems\":" REF(zero) ",\"uniqueItems\":" TYPE("boolean") \
	",\"maxProperties\":" REF(count) ",\"minProperties\":" REF(zero)                           \
	",\"required\":" REF(strings) ",\"definitions\":" MAP(SELF) ",\"properties\":" MAP(SELF)  \
	",\"patternProperties\":" MAP(SELF)                                                       \
	",\"dependencies\":" MAP("{\"anyOf\":[" SELF "," REF(strings) "]}")                        \
	",\"type\":" TYPES ",\"format\":" TYPE("string")                                          \
	",\"allOf\":" REF("schemaArray") ",\"anyOf\":" REF("schemaArray")                         \
	",\"oneOf\":" REF("schemaArray") ",\"not\":" SELF

#define URI TYPE("string")
static const char draft4[] = "{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"definitions\":{"
	ARRAY SIMPLE
	"\"positiveInteger\":{\"type\":\"integer\",\"minimum\":0},"
	"\"positiveIntegerDefault0\":{\"allOf\":[" REF("positiveInteger") ",{}]},"
	"\"stringArray\":{\"type\":\"array\",\"items\":" TYPE("string") ",\"minItems\":1,\"uniqueItems\":true}},"
	"\"type\":\"object\",\"properties\":{"
	COMMON("positiveInteger", "positiveIntegerDefault0", "stringArray")
	",\"id\":" TYPE("string")
	",\"multipleOf\":{\"type\":\"number\",\"minimum\":0,\"exclusiveMinimum\":true}"
	",\"exclusiveMaximum\":" TYPE("boolean") ",\"exclusiveMinimum\":" TYPE("boolean")
	",\"additionalItems\":{\"anyOf\":[" TYPE("boolean") "," SELF "]}"
	",\"additionalProperties\":{\"anyOf\":[" TYPE("boolean") "," SELF "]}"
	",\"enum\":{\"type\":\"array\",\"minItems\":1,\"uniqueItems\":true}},"
	"\"dependencies\":{\"exclusiveMaximum\":[\"maximum\"],\"exclusiveMinimum\":[\"minimum\"]}}";
#undef URI

#define URI "{\"type\":\"string\",\"format\":\"uri\"}"
#define LATER(version, self)                                                                       \
	"{\"$schema\":\"http://json-schema.org/draft-0" version "/schema#\",\"definitions\":{"     \
	ARRAY SIMPLE                                                                               \
	"\"nonNegativeInteger\":{\"type\":\"integer\",\"minimum\":0},"                             \
	"\"nonNegativeIntegerDefault0\":{\"allOf\":[" REF("nonNegativeInteger") ",{}]},"           \
	"\"stringArray\":{\"type\":\"array\",\"items\":" TYPE("string") ",\"uniqueItems\":true}}," \
	"\"type\":[\"object\",\"boolean\"],\"properties\":{"                                       \
	COMMON("nonNegativeInteger", "nonNegativeIntegerDefault0", "stringArray")                  \
	",\"$id\":{\"type\":\"string\",\"format\":\"uri-reference\"}"                              \
	",\"$ref\":{\"type\":\"string\",\"format\":\"uri-reference\"}"                             \
	",\"multipleOf\":{\"type\":\"number\",\"exclusiveMinimum\":0}"                             \
	",\"exclusiveMaximum\":" TYPE("number") ",\"exclusiveMinimum\":" TYPE("number")            \
	",\"additionalItems\":" SELF ",\"additionalProperties\":" SELF ",\"contains\":" SELF       \
	",\"propertyNames\":" SELF self

static const char draft6[] = LATER("6", "")
	",\"examples\":{\"type\":\"array\",\"items\":{}}"
	",\"enum\":{\"type\":\"array\",\"minItems\":1,\"uniqueItems\":true}}}";
static const char draft7[] = LATER("7", ",\"if\":" SELF ",\"then\":" SELF ",\"else\":" SELF)
	",\"$comment\":" TYPE("string") ",\"readOnly\":" TYPE("boolean")
	",\"contentMediaType\":" TYPE("string") ",\"contentEncoding\":" TYPE("string")
	",\"examples\":{\"type\":\"array\",\"items\":true},\"enum\":{\"type\":\"array\",\"minItems\":1,\"uniqueItems\":true}}}";

struct sw_str sw_js_metaschema(struct sw_str url)
{
	if (sw_str_is(url, "http://json-schema.org/draft-04/schema"))
		return sw_str_from(draft4);
	if (sw_str_is(url, "http://json-schema.org/draft-06/schema"))
		return sw_str_from(draft6);
	if (sw_str_is(url, "http://json-schema.org/draft-07/schema"))
		return sw_str_from(draft7);
	return (struct sw_str){0};
}
