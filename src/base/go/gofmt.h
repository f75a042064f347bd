/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Go's fmt.Sprintf, byte for byte, over the kinds of argument that OPA hands to it: int64,
 * float64, *big.Int and string, and what JSON decodes to (templates print it). All verbs, flags, widths, precisions, `*`, argument indexes `[n]`,
 * and the notes about mistakes: %!d(string=hi), %!v(MISSING), %!(EXTRA int64=1), %!(NOVERB),
 * %!(BADWIDTH), %!(BADPREC),
 * %!d(BADINDEX). Source: Go's package fmt, math/big.(*Int).Format, strconv.AppendFloat and
 * AppendQuote.
 *
 * Widths and precisions above 1,000,000 are refused as Go refuses them. The output's ceiling is the
 * buffer's. Threads: no shared state.
 */
#ifndef SW_BASE_GO_GOFMT_H
#define SW_BASE_GO_GOFMT_H

#include "base/buf.h"
#include "base/str.h"

enum sw_gofmt_kind {
	SW_GOFMT_INT,
	SW_GOFMT_FLOAT,
	SW_GOFMT_BIG,
	SW_GOFMT_STRING,
	SW_GOFMT_BOOL, /* i */
	SW_GOFMT_NIL,
	SW_GOFMT_LIST, /* v[n] */
	SW_GOFMT_MAP,  /* v[2n]: keys, sorted, each before its value */
};

struct sw_gofmt_arg {
	enum sw_gofmt_kind kind;
	int64_t i;
	double d;
	struct sw_str s; /* STRING: the bytes. BIG: decimal digits, perhaps behind '-' */
	const char *type; /* Go's name of it; NULL: the kind's usual one */
	const struct sw_gofmt_arg *v;
	uint32_t n;
};

void sw_gofmt(
	struct sw_buf *out, struct sw_str format, const struct sw_gofmt_arg *args, uint32_t n);

/* fmt.Sprint, or Sprintln. */
void sw_gofmt_print(struct sw_buf *out, const struct sw_gofmt_arg *args, uint32_t n, bool line);

/* strconv.AppendFloat(d, verb, prec, 64): verb is one of b e E f g G x X, prec -1 the fewest
 * digits. */
void sw_gofmt_float(struct sw_buf *out, double d, char verb, int prec);
/* strconv.Quote (ascii: QuoteToASCII). */
void sw_gofmt_quote(struct sw_buf *out, struct sw_str s, bool ascii);
/* strconv.QuoteRune (ascii: QuoteRuneToASCII). */
void sw_gofmt_quote_rune(struct sw_buf *out, uint32_t cp, bool ascii);
/* strconv.IsPrint */
bool sw_gofmt_printable(uint32_t cp);

#endif
