/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes a value a Kubernetes object, and List kinds taken apart.
 *
 * Everything here is a view into the value given (kube/object.c copies nothing but what a typed
 * list leaves out of its items). Fields of the wrong type read as empty: judging must not stop at
 * them. Threads: pure.
 */
#ifndef SW_KUBE_OBJECT_H
#define SW_KUBE_OBJECT_H

#include "base/arena.h"
#include "base/error.h"
#include "doc/value.h"

struct sw_kube_object {
	struct sw_value value;	   /* the whole object */
	struct sw_str api_version; /* "apps/v1" */
	struct sw_str group;	   /* "apps"; "" is the core group */
	struct sw_str version;	   /* "v1" */
	struct sw_str kind;
	struct sw_str ns;   /* as written; "" when missing */
	struct sw_str name; /* "" when missing */
	struct sw_str generate_name;
	struct sw_str uid;
	struct sw_value metadata; /* object or SW_UNDEF */
	struct sw_value labels, annotations;
};

/*
 * 0, or -SW_EINVALID with a text that says why `v` is no Kubernetes object: not a mapping, no
 * apiVersion, no kind, an apiVersion with two slashes.
 */
int sw_kube_object_init(struct sw_value v, struct sw_kube_object *ret, struct sw_error *err);

/* The name, or generateName where that is all there is. */
struct sw_str sw_kube_object_name(const struct sw_kube_object *o);
bool sw_kube_is(const struct sw_kube_object *o, const char *group, const char *kind);
/* A label as a string; p NULL when missing or not a string. */
struct sw_str sw_kube_label(const struct sw_kube_object *o, const char *key);

struct sw_kube_owner {
	struct sw_str api_version, kind, name, uid;
	bool controller;
};
/* The index-th owner reference; false behind the last. */
bool sw_kube_owner_at(const struct sw_kube_object *o, uint32_t index, struct sw_kube_owner *ret);
/* The owner that manages it (controller: true). */
bool sw_kube_controller(const struct sw_kube_object *o, struct sw_kube_owner *ret);

/* Is it a List (v1 List, PodList, NamespaceList …): an array `items` and a kind that ends in List.
 */
bool sw_kube_is_list(struct sw_value v);
/*
 * Item i of a list as an object of its own: the items of a typed list carry neither apiVersion nor
 * kind, which are added (in the arena, without spans). SW_UNDEF behind the end; items that are no
 * mapping come as they are.
 */
struct sw_value sw_kube_list_item(struct sw_arena *a, struct sw_value list, uint32_t i);
/* The same for an item that was read by itself; `head` is the list without its items. */
struct sw_value sw_kube_list_adopt(struct sw_arena *a, struct sw_value head, struct sw_value item);

/* Lists in lists are followed this deep. */
#define SW_KUBE_LIST_DEPTH 8

#endif
