/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jq programs (jq 1.7), without variables of the environment, modules, functions of one's own,
 * assignments, reduce, foreach, and dates. What is not known is an error that says so.
 *
 * A program makes any number of results of one input. Limits: nesting 64, a million results.
 */
#ifndef SW_CIS_JQ_H
#define SW_CIS_JQ_H

#include "base/error.h"
#include "base/re2.h"
#include "doc/value.h"

struct sw_cis_jq;

/* -SW_ESYNTAX with what is wrong. The program lives in the arena and borrows the text. */
int sw_cis_jq_parse(struct sw_arena *a, struct sw_str text, struct sw_cis_jq **ret,
	struct sw_error *err);
/* Appends the results of one input. -SW_EINVALID with jq's text for errors of the program. */
int sw_cis_jq_run(struct sw_cis_jq *q, struct sw_arena *a, struct sw_value input,
	struct sw_list *ret, struct sw_error *err);

#endif
