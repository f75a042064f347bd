/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the fields of system call events, by class. */
#include "runtime/fields/rows.h"

#define ROW(id, name_, type_, format_, flags_) \
	{.name = (name_), .type = SW_FT_##type_, .format = SW_FMT_##format_, .flags = (flags_)},

const struct sw_field sw_field_rows_evt_any[] = {SW_FIELDS_EVT_ANY(ROW)};
const struct sw_field sw_field_rows_evt[] = {SW_FIELDS_EVT(ROW)};
const struct sw_field sw_field_rows_proc[] = {SW_FIELDS_PROC(ROW)};
const struct sw_field sw_field_rows_user[] = {SW_FIELDS_USER(ROW)};
const struct sw_field sw_field_rows_group[] = {SW_FIELDS_GROUP(ROW)};
const struct sw_field sw_field_rows_fd[] = {SW_FIELDS_FD(ROW)};
const struct sw_field sw_field_rows_fs[] = {SW_FIELDS_FS(ROW)};
const struct sw_field sw_field_rows_util[] = {SW_FIELDS_UTIL(ROW)};
const struct sw_field sw_field_rows_fdlist[] = {SW_FIELDS_FDLIST(ROW)};
const struct sw_field sw_field_rows_container[] = {SW_FIELDS_CONTAINER(ROW)};
