/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Label selectors: the LabelSelector object (matchLabels, matchExpressions) and the string form
 * "app=web,tier in (a,b),!legacy", by the rules of k8s.io/apimachinery/pkg/labels.
 *
 * A selector lives in the arena given and views the text or value it was made from. Threads:
 * read-only after parsing. Limits: 4,096 requirements.
 */
#ifndef SW_KUBE_SELECTOR_H
#define SW_KUBE_SELECTOR_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "doc/value.h"

enum sw_selector_op {
	SW_SEL_IN,
	SW_SEL_NOT_IN,
	SW_SEL_EQUALS,
	SW_SEL_DOUBLE_EQUALS,
	SW_SEL_NOT_EQUALS,
	SW_SEL_EXISTS,
	SW_SEL_NOT_EXISTS,
	SW_SEL_GREATER,
	SW_SEL_LESS,
};

struct sw_selector_term {
	struct sw_str key;
	enum sw_selector_op op;
	struct sw_str *values; /* sorted, unique */
	uint32_t n_values;
};

struct sw_selector {
	struct sw_selector_term *terms; /* sorted by key; all must match */
	uint32_t n;
	bool nothing; /* made from a missing LabelSelector: matches no object */
};

/* The string form. "" matches everything. -SW_ESYNTAX, -SW_EINVALID (bad key or value), -SW_ELIMIT.
 */
int sw_selector_parse(
	struct sw_arena *a, struct sw_str text, struct sw_selector *ret, struct sw_error *err);
/* The object form. SW_UNDEF or null match nothing, {} everything (metav1.LabelSelectorAsSelector).
 */
int sw_selector_from(
	struct sw_arena *a, struct sw_value v, struct sw_selector *ret, struct sw_error *err);
/* `labels`: an object of strings, or SW_UNDEF. */
bool sw_selector_match(const struct sw_selector *s, struct sw_value labels);
/* Selector.String(). */
void sw_selector_write(struct sw_buf *out, const struct sw_selector *s);

/* A qualified name ("app.kubernetes.io/name") and a label value by Kubernetes' rules. */
bool sw_kube_valid_label_key(struct sw_str s);
bool sw_kube_valid_label_value(struct sw_str s);
/* RFC 1123 subdomain of at most 253 bytes, label of at most 63. */
bool sw_kube_valid_subdomain(struct sw_str s);

#endif
