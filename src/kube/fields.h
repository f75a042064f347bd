/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fields of Kubernetes' objects are, and how server-side apply merges them: which lists
 * are keyed, which are sets, what is replaced as a whole.
 *
 * For Kubernetes' own kinds this comes from content/kube/fields.txt, made from the merge schema of
 * k8s.io/client-go by tools/kube-fields: one type a line, its name ('!' behind it: atomic), then
 * its fields. Behind a field's name stands what it is: nothing: string, '#' number, '?' boolean,
 * '~' any scalar, '*' anything, ':' type, "[a,b]…" a list keyed by fields, "[=]…" a set, "[]…" an
 * atomic list, "{}…" a map, "{!}…" an atomic one, each followed by its elements; '!' behind a type:
 * atomic here; "=TCP" the default of a field that is a key. For custom resources it is the schema
 * of their CustomResourceDefinition (x-kubernetes-list-type, -list-map-keys, -map-type); without
 * one, nothing but their metadata is known.
 *
 * Threads: any. Ownership: views into the table or into the schema given.
 */
#ifndef SW_KUBE_FIELDS_H
#define SW_KUBE_FIELDS_H

#include "doc/value.h"
#include "kube/object.h"

enum sw_kube_shape_kind {
	SW_KUBE_ANY, /* not known: merged if both are objects */
	SW_KUBE_STRING,
	SW_KUBE_NUMBER,
	SW_KUBE_BOOL,
	SW_KUBE_SCALAR,
	SW_KUBE_STRUCT, /* fields with names */
	SW_KUBE_MAP,	/* any names, one kind of values */
	SW_KUBE_LIST,
};

struct sw_kube_shape {
	enum sw_kube_shape_kind kind;
	bool atomic; /* replaced as a whole */
	bool set;    /* a list of scalars, each once */
	bool keyed;  /* a list whose elements are told apart by keys */
	bool root;   /* a custom resource, whose metadata are as all others' */
	/* The table's: name of a struct ("core.v1.Container"), keys and fields or elements as text; a definition's: its schema. */
	struct sw_str type, keys, text;
	struct sw_value schema;
};

/* Of a whole object. `schema`: openAPIV3Schema of a custom resource, or SW_UNDEF. */
struct sw_kube_shape sw_kube_shape_of(const struct sw_kube_object *o, struct sw_value schema);
/* Of a struct's or map's member. False: a struct has no such field. */
bool sw_kube_shape_member(
	const struct sw_kube_shape *s, struct sw_str name, struct sw_kube_shape *ret);
struct sw_kube_shape sw_kube_shape_element(const struct sw_kube_shape *s); /* of a list */
/* The i-th key of a keyed list; p NULL: there are no more. */
struct sw_str sw_kube_shape_key(const struct sw_kube_shape *s, uint32_t i);
/* The value that an element has where it does not say the key; SW_UNDEF: none. */
struct sw_value sw_kube_shape_key_default(const struct sw_kube_shape *s, struct sw_str key);

#endif
