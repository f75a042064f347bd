/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML, pulled one item at a time: what advisories and project files need of it and no more.
 *
 * Elements, attributes, text, CDATA; the five named entities and numeric ones. Comments and
 * processing instructions are passed over. A document type with an internal subset is refused:
 * entities of one's own are how XML readers get hurt. Nothing outside the text is ever read.
 * Texts are views, or in the arena where an entity stood in them.
 * Limits: SW_XML_DEPTH levels, SW_XML_ATTRIBUTES attributes in one element.
 */
#ifndef SW_DOC_XML_H
#define SW_DOC_XML_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#define SW_XML_DEPTH 128
#define SW_XML_ATTRIBUTES 64

enum sw_xml_kind { SW_XML_END, SW_XML_OPEN, SW_XML_CLOSE, SW_XML_TEXT };

struct sw_xml_attribute {
	struct sw_str name, value; /* names without prefix */
};

struct sw_xml {
	struct sw_arena *a;
	struct sw_str text;
	size_t at;
	uint32_t depth;
	bool close_next; /* <a/> was given as OPEN */
	bool seen_root;
	struct sw_str open[SW_XML_DEPTH]; /* full names */
	/* The item that was given. */
	enum sw_xml_kind kind;
	struct sw_str name;    /* OPEN and CLOSE: without prefix */
	struct sw_str content; /* TEXT */
	struct sw_xml_attribute attributes[SW_XML_ATTRIBUTES];
	uint32_t n_attributes;
};

void sw_xml_init(struct sw_xml *x, struct sw_arena *a, struct sw_str text);
/* The next item's kind. -SW_ESYNTAX, -SW_ELIMIT with the line. */
int sw_xml_next(struct sw_xml *x, struct sw_error *err);
/* The text up to the close of the element that was just opened; "" when there is none. */
int sw_xml_text(struct sw_xml *x, struct sw_str *ret, struct sw_error *err);
/* "" when there is none. */
struct sw_str sw_xml_get(const struct sw_xml *x, const char *attribute);

/*
 * "&amp;", "&#65;" at s.p[i]: the character, which may be one that XML does not allow, and where it
 * ends. False: neither one of the five nor a number.
 */
bool sw_xml_entity(struct sw_str s, size_t i, uint32_t *ret, size_t *ret_end);

#endif
