/* SPDX-License-Identifier: Apache-2.0 */
/* Go's literals: strings, characters and numbers. */
#ifndef SW_REGO_BUILTINS_TEMPLATE_UNQUOTE_H
#define SW_REGO_BUILTINS_TEMPLATE_UNQUOTE_H

#include "rego/builtins/template/template.h"

/* "…" or `…`; false: invalid syntax (or a full arena). */
bool sw_template_unquote(struct sw_arena *a, struct sw_str text, struct sw_str *ret);
/* '…': 0, 1 when there is more than one character, negative when it is none. */
int sw_template_unquote_char(struct sw_str text, uint32_t *ret);
/* Fills the number's value; false with the text that goes before the quoted number. */
bool sw_template_number(struct sw_str text, struct node *n, const char **ret_why);

#endif
