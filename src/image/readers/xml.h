/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Project files as events of doc/xml.h, with the names of the open elements at hand. Broken markup
 * ends the reading.
 */
#ifndef SW_IMAGE_READERS_XML_H
#define SW_IMAGE_READERS_XML_H

#include "doc/xml.h"
#include "image/readers/impl.h"

#define XML_DEPTH 64

enum xml_event {
	XML_END_OF_TEXT,
	XML_OPEN,  /* name, attributes */
	XML_TEXT,  /* trimmed, not empty */
	XML_CLOSE, /* also of <a/> */
	XML_BROKEN,
};

struct xml {
	struct sw_xml x;
	struct sw_str name, text;
	struct sw_str path[XML_DEPTH]; /* names of the open elements, without prefix */
	uint32_t depth;
};

/* Texts are views, or in the arena where an entity stood in them. */
void xml_init(struct xml *x, struct sw_arena *a, struct sw_str text);
enum xml_event xml_next(struct xml *x);
/* An attribute of the element that was just opened, names compared without case; "" when none. */
struct sw_str xml_attribute(const struct xml *x, const char *name);
/* The open elements end in these: xml_at(x, "dependency", "version", NULL). */
bool xml_at(const struct xml *x, ...) __attribute__((sentinel));

#endif
