/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SW_RUNTIME_CAPTURE_CONVERT_IMPL_H
#define SW_RUNTIME_CAPTURE_CONVERT_IMPL_H

#include <stddef.h>
#include <stdint.h>

enum sw_convert_action {
	STORE, /* keep the enter event for its exit event */
	PASS,
	KEEP, /* both */
	ADD,  /* parameters behind those that are there */
	TYPE, /* another code, all parameters anew */
};

struct sw_convert_row {
	uint16_t code;
	uint8_t n;
	uint8_t action;
	uint16_t to;
	const char *make;
};

extern const struct sw_convert_row sw_convert_rows[]; /* sorted by code and n */
extern const size_t sw_convert_rows_n;

#endif
