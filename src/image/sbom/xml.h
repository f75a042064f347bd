/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML 1.0 with namespaces, as documents use it that were made to be read by programs: elements,
 * attributes, text, CDATA, comments, processing instructions, the five entities and character
 * references, UTF-8. A document type declaration is refused, so that nothing can be defined, loaded
 * or multiplied.
 *
 * A whole tree, for documents that are held against a schema; feeds, which are large and regular,
 * are pulled (doc/xml.h).
 *
 * The tree lives in the arena; texts without references are views into the input.
 */
#ifndef SW_IMAGE_SBOM_XML_H
#define SW_IMAGE_SBOM_XML_H

#include "base/arena.h"
#include "base/error.h"

#define SW_XMLTREE_DEPTH 256
#define SW_XMLTREE_NODES 20000000u
#define SW_XMLTREE_ATTRS 256

struct sw_xmltree_attr {
	struct sw_str ns, name, value; /* ns is "" without a prefix */
};

struct sw_xmltree {
	struct sw_str ns, name;
	struct sw_str text;	       /* the element's own, put together; "" */
	struct sw_xmltree_attr *attrs; /* without xmlns */
	uint32_t n_attrs, n_children;
	uint32_t line;
	struct sw_xmltree *parent, *first, *last, *next;
};

/* -SW_ESYNTAX with line and column, -SW_EUNSUPPORTED (declarations, encodings), -SW_ELIMIT. */
int sw_xmltree_parse(
	struct sw_arena *a, struct sw_str text, struct sw_xmltree **ret, struct sw_error *err);

/* The next sibling from `at` on with this local name; NULL. */
const struct sw_xmltree *sw_xmltree_next(const struct sw_xmltree *at, const char *name);
static inline const struct sw_xmltree *sw_xmltree_child(
	const struct sw_xmltree *parent, const char *name)
{
	return parent ? sw_xmltree_next(parent->first, name) : NULL;
}
/* Text of a child, trimmed; "" when there is none. */
struct sw_str sw_xmltree_text(const struct sw_xmltree *parent, const char *child);
/* An attribute without namespace; p NULL when there is none. */
struct sw_str sw_xmltree_attr(const struct sw_xmltree *el, const char *name);

#endif
