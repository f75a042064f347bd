/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error convention of the whole program.
 *
 * A function that can fail returns 0 or a negative code -SW_E…, and takes `struct sw_error *err` as its
 * last argument. Success leaves *err untouched; failure fills it. NULL is allowed where the caller wants
 * the code only. The error lives in the caller's frame and needs no release. Only cmd/ and serve/ print.
 */
#ifndef SW_BASE_ERROR_H
#define SW_BASE_ERROR_H

#include <stdint.h>

#include "base/str.h"

enum sw_errcode {
	SW_EUSAGE = 1,   /* the caller's or user's request makes no sense */
	SW_ESYNTAX,      /* bytes that are not of the format */
	SW_EINVALID,     /* well-formed, but not allowed: type errors, unknown fields, conflicts */
	SW_ELIMIT,       /* a limit was reached: size, depth, steps, budget */
	SW_EIO,          /* the system said no: open, read, connect */
	SW_ENOENT,       /* the thing asked for is not there */
	SW_EUNSUPPORTED, /* recognised, not something this build or these flags do */
	SW_ECANCELLED,   /* deadline or interrupt */
	SW_ECONFLICT,    /* two answers where one is allowed */
	SW_ESECURITY,    /* a signature, checksum or permission that does not hold */
	SW_E__COUNT
};

struct sw_error {
	int code;          /* enum sw_errcode, positive; 0: no error */
	uint32_t line;     /* 1-based; 0: unknown */
	uint32_t col;      /* 1-based, in bytes; 0: unknown */
	uint64_t byte;     /* offset, valid when line is */
	char file[256];    /* "" when the error has no place */
	char text[768];    /* one line, no file name, no final period */
	char hint[256];    /* "" or what to try */
};

/* Fill *err (when not NULL) and return -code, so that a caller writes `return sw_error_set(...)`. */
int sw_error_set(struct sw_error *err, enum sw_errcode code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same from errno: "<text>: <strerror>". */
int sw_error_errno(struct sw_error *err, enum sw_errcode code, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Add what the caller knows. Return -err->code. */
int sw_error_prefix(struct sw_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int sw_error_hint(struct sw_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int sw_error_at(struct sw_error *err, struct sw_str file, uint32_t line, uint32_t col, uint64_t byte);

/* "file:line:col: text (hint)", cut to n bytes with NUL. Returns out. */
const char *sw_error_format(const struct sw_error *err, char *out, size_t n);
const char *sw_errcode_name(int code); /* "syntax", "limit", … */

#endif
