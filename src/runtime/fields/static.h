/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields that the user's configuration defines (Falco's static_fields): static.NAME is a text that every event has,
 * whatever its source, and one of the suggested fields of outputs.
 */
#ifndef SW_RUNTIME_FIELDS_STATIC_H
#define SW_RUNTIME_FIELDS_STATIC_H

#include "runtime/rules/field.h"

#define SW_STATIC_FIELDS 64

extern struct sw_field_class sw_fields_static;

struct sw_static_field {
	struct sw_str name, value;
};

/*
 * Replaces all of them, for the whole program: before rules are loaded, and never while others use rules. Names have
 * 1 to 48 letters, digits, '_' and '.'; -SW_EUSAGE for others, for more than SW_STATIC_FIELDS and for more than 4,096 bytes.
 */
int sw_static_fields_set(const struct sw_static_field *fields, uint32_t n, struct sw_error *err);

#endif
