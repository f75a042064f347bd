/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Label selectors: the LabelSelector object (matchLabels, matchExpressions), by the rules of
 * k8s.io/apimachinery/pkg/labels.
 *
 * A selector lives in the arena given and views the value it was made from. Threads: read-only once
 * made. Limits: 4,096 requirements, a million values in one.
 */
#ifndef SW_KUBE_SELECTOR_H
#define SW_KUBE_SELECTOR_H

#include "base/arena.h"
#include "base/error.h"
#include "doc/value.h"

enum sw_selector_op {
	SW_SEL_IN,
	SW_SEL_NOT_IN,
	SW_SEL_EXISTS,
	SW_SEL_NOT_EXISTS,
};

struct sw_selector_term {
	struct sw_str key;
	enum sw_selector_op op;
	struct sw_str *values;
	uint32_t n_values;
};

struct sw_selector {
	struct sw_selector_term *terms; /* all must match */
	uint32_t n;
	bool nothing; /* made from a missing LabelSelector: matches no object */
};

/*
 * SW_UNDEF or null match nothing, {} everything (metav1.LabelSelectorAsSelector). -SW_EINVALID: no
 * selector, or a bad key or value; -SW_ELIMIT.
 */
int sw_selector_from(
	struct sw_arena *a, struct sw_value v, struct sw_selector *ret, struct sw_error *err);
/* `labels`: an object of strings, or SW_UNDEF. */
bool sw_selector_match(const struct sw_selector *s, struct sw_value labels);

/* RFC 1123: a subdomain of at most 253 bytes. */
bool sw_kube_valid_subdomain(struct sw_str s);

#endif
