/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts as Go's standard library writes them, for error messages and results that must read like OPA's.
 */
#ifndef SW_BASE_GO_GOTEXT_H
#define SW_BASE_GO_GOTEXT_H

#include "base/buf.h"
#include "base/str.h"

/* strconv.Quote: "a\n\u00ad\x80". */
void sw_gotext_quote(struct sw_buf *out, struct sw_str s);
/* package time's own quote: everything beyond printable ASCII as \x.. */
void sw_gotext_time_quote(struct sw_buf *out, struct sw_str s);
/* strconv.FormatFloat(d, 'f', -1, 64): shortest digits that read back the same, never an exponent. */
void sw_gotext_float_f(struct sw_buf *out, double d);
/* strconv.FormatFloat(d, 'g', -1, 64): with an exponent below 1e-4 and from 1e+06 on. */
void sw_gotext_float_g(struct sw_buf *out, double d);
/* strconv.FormatFloat(d, 'g', -1, 64) with the exponent's threshold of fmt's %v (21). */
void sw_gotext_float_v(struct sw_buf *out, double d);

#endif
