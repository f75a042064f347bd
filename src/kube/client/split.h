/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer of the API server, cut into its elements as its bytes come in: the `items` of a List, or
 * the values of a watch, one behind the other. Held in memory are one element and what is around
 * the list; neither may be larger than its ceiling.
 *
 * Elements are cut by brackets and strings only; whoever takes one parses it. What is around them is
 * checked when the list ends. A second `items` is an error: which one counts is not for us to say.
 */
#ifndef SW_KUBE_CLIENT_SPLIT_H
#define SW_KUBE_CLIENT_SPLIT_H

#include "base/buf.h"
#include "base/error.h"
#include "doc/value.h"

#define SW_KUBE_HEAD_MAX ((size_t)1 << 20)
#define SW_KUBE_ITEM_MAX ((size_t)16 << 20) /* etcd takes 1.5 MiB at most, its configuration more */

struct sw_kube_split {
	/* One element's text, valid until it returns. A negative code ends it and is returned by feed(). */
	int (*item)(void *arg, struct sw_str text, struct sw_error *err);
	void *arg;
	bool sequence; /* values behind each other; else a List */
	/* private */
	struct sw_buf one, head, key;
	uint32_t depth;	     /* of brackets around the next byte; of an element's own inside of it */
	uint8_t where;	     /* enum in split.c */
	bool string, escape; /* inside a string, behind its backslash */
	bool want_key, is_key, is_items, seen_items, comma;
	bool ended;	     /* the list's closing brace was seen */
};

void sw_kube_split_init(struct sw_kube_split *s, size_t item_max); /* keeps item, arg, sequence */
void sw_kube_split_release(struct sw_kube_split *s);
/* -SW_ESYNTAX, -SW_ELIMIT, or what item() returned. */
int sw_kube_split_feed(struct sw_kube_split *s, struct sw_str bytes, struct sw_error *err);
/*
 * The bytes have ended. A List: *ret_head is the list with an empty `items`, in the arena; an answer that
 * ends in the middle is -SW_ESYNTAX. A sequence: what is not whole is dropped (a watch is cut anywhere).
 */
int sw_kube_split_end(struct sw_kube_split *s, struct sw_arena *a, struct sw_value *ret_head,
	struct sw_error *err);

#endif
