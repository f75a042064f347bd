/* SPDX-License-Identifier: Apache-2.0 */
/* The classes of fields that system call events have; listed in runtime/catalogue.c. */
#ifndef SW_RUNTIME_FIELDS_CLASSES_H
#define SW_RUNTIME_FIELDS_CLASSES_H

#include "runtime/rules/field.h"

extern const struct sw_field_class sw_fields_evt;
extern const struct sw_field_class sw_fields_proc;
extern const struct sw_field_class sw_fields_user;
extern const struct sw_field_class sw_fields_group;
extern const struct sw_field_class sw_fields_fd;
extern const struct sw_field_class sw_fields_fs;
extern const struct sw_field_class sw_fields_util;
extern const struct sw_field_class sw_fields_fdlist;
extern const struct sw_field_class sw_fields_container;

#endif
