/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resource.Quantity: "100m", "1.5Gi", "2e3", as k8s.io/apimachinery/pkg/api/resource reads,
 * compares and prints it. Kept as a whole number of 10^-9; finer digits are rounded away from zero,
 * as there. Limits: absolute values above 10^29 are -SW_ELIMIT (binary suffixes are capped at
 * 2^63-1 as there).
 */
#ifndef SW_KUBE_QUANTITY_H
#define SW_KUBE_QUANTITY_H

#include "base/buf.h"
#include "base/error.h"
#include "doc/value.h"

enum sw_quantity_format {
	SW_QUANTITY_DECIMAL_SI,
	SW_QUANTITY_BINARY_SI,
	SW_QUANTITY_DECIMAL_EXPONENT,
};

struct sw_quantity {
	__int128 nano;
	enum sw_quantity_format format;
	struct sw_str
		text; /* what was parsed, when String() gives it back unchanged; else p NULL */
};

/* -SW_ESYNTAX with apimachinery's text, -SW_ELIMIT. `text` is borrowed. */
int sw_quantity_parse(struct sw_str text, struct sw_quantity *ret, struct sw_error *err);
int sw_quantity_cmp(struct sw_quantity a, struct sw_quantity b); /* -1, 0, 1 */
/* Quantity.String(). */
void sw_quantity_write(struct sw_buf *out, struct sw_quantity q);

#endif
