/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HCL 2: what the three files share. Expressions are not evaluated: they are read far enough to
 * know literals, templates, tuples and objects from the rest, which stays source text.
 */
#ifndef SW_DOC_FORMATS_HCL2_IMPL_H
#define SW_DOC_FORMATS_HCL2_IMPL_H

#include "doc/formats/impl.h"

enum hcl2_kind {
	HCL2_LITERAL,
	HCL2_TEMPLATE,
	HCL2_WRAP, /* "${…}" alone: the value is what is in it */
	HCL2_TUPLE,
	HCL2_OBJECT,
	HCL2_COND,
	HCL2_NAME, /* a reference that begins with a name */
	HCL2_OTHER,
};

struct hcl2_expr {
	enum hcl2_kind kind;
	size_t start, end; /* of its source text */
	struct sw_value
		value;	    /* of LITERAL, TEMPLATE, WRAP, TUPLE, OBJECT; SW_UNDEF: "${source}" */
	struct sw_str text; /* as a part of a template; p NULL: "${source}" */
};

/* The reader of the body; `newlines`: an end of line ends an expression. */
struct hcl2 {
	struct fmt_cursor c;
	bool newlines;
};

int hcl2_space(
	struct hcl2 *h); /* white space and comments; ends of lines where they do not count */
int hcl2_lines(struct hcl2 *h); /* and ends of lines in any case */
int hcl2_expr(struct hcl2 *h, struct hcl2_expr *ret);
bool hcl2_ident(struct hcl2 *h, struct sw_str *ret);
struct sw_str hcl2_source(const struct hcl2 *h, const struct hcl2_expr *e);
/* What an expression becomes; and what it becomes as part of a template. */
int hcl2_value(struct hcl2 *h, const struct hcl2_expr *e, struct sw_value *ret);
int hcl2_put_text(struct hcl2 *h, const struct hcl2_expr *e, struct sw_buf *out);
/* "…" or <<MARK */
int hcl2_quoted(struct hcl2 *h, struct hcl2_expr *ret);
int hcl2_heredoc(struct hcl2 *h, struct hcl2_expr *ret);
/* A quoted string without templates, as labels are. */
int hcl2_label(struct hcl2 *h, struct sw_str *ret);

#endif
