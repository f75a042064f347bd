/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which keys Falco's configuration has (userspace/falco/config_json_schema.h of 0.44, and what versions since 0.36 had
 * besides), and which of them mean nothing to `seawall watch` and why. Files are held against them as Falco holds them
 * against its schema: a key that nobody knows, or a value of another type, is told with its place and changes nothing.
 */
#ifndef SW_CMD_WATCH_FALCO_KEYS_H
#define SW_CMD_WATCH_FALCO_KEYS_H

#include "cmd/watch/falco.h"

#define SW_FALCO_NOTES 256 /* more of them are not told */

struct sw_falco_note {
	struct sw_str text; /* "FILE:LINE:COLUMN: KEY: why" */
	uint32_t file, at;  /* its place, in whose order they are */
	bool warning;	    /* else a key of Falco's that means nothing here */
};

/* In the arena of `f`. -SW_ELIMIT: no memory. */
int sw_falco_check(const struct sw_falco *f, struct sw_falco_note **ret, uint32_t *ret_n, struct sw_error *err);

#endif
