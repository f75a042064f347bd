/* SPDX-License-Identifier: Apache-2.0 */
/* How parameters of system-call events are shown as text, as `evt.arg.*` and `evt.args` give them. */
#ifndef SW_RUNTIME_FIELDS_PARAMS_H
#define SW_RUNTIME_FIELDS_PARAMS_H

#include "runtime/capture/source.h"

struct sw_flag_name {
	const char *name;
	uint32_t value;
};
extern const struct sw_flag_name *const sw_flag_tables[];

enum sw_param_kind { SW_SHOW_PLAIN, SW_SHOW_DIR, SW_SHOW_FLAGS };
struct sw_param_show {
	uint16_t code;
	uint8_t param, format; /* enum sw_field_format */
	uint8_t kind;          /* SW_SHOW_DIR: extra is the parameter with the folder; SW_SHOW_FLAGS: the table */
	uint8_t extra;
};
extern const struct sw_param_show sw_param_show[]; /* sorted */
extern const size_t sw_param_show_n;
/* NULL: as its type says. */
const struct sw_param_show *sw_param_show_of(uint16_t code, unsigned param);

#define SW_SYSCALL_IDS 454
#define SW_SYSCALL_NATIVE 451
extern const char *const sw_syscall_names[SW_SYSCALL_IDS];
extern const uint16_t sw_syscall_native_x86_64[SW_SYSCALL_NATIVE];

/* The name of the system call of an event: that of its code, or for the generic code that of its number. */
const char *sw_sysev_name(const struct sw_raw *r);

/*
 * The text of parameter i: *ret_text as it is, *ret_resolved what it stands for ("" where it says no more:
 * names of flags, a whole path, the command of a process). 0: there is no such parameter.
 */
int sw_param_text(const struct sw_sysev *e, struct sw_arena *a, unsigned i, struct sw_str *ret_text,
	struct sw_str *ret_resolved);
/* Buffers in evt.arg and evt.args as base64 (Falco's buffer_format_base64), of the whole process; before the first event. */
void sw_param_base64(bool on);
int sw_param_index(const struct sw_sysev *e, struct sw_str name); /* -1: none */

#endif
