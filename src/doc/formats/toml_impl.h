/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SW_DOC_FORMATS_TOML_IMPL_H
#define SW_DOC_FORMATS_TOML_IMPL_H

#include "doc/formats/impl.h"

enum toml_flags {
	TOML_INLINE = 1 << 0, /* {…}: closed to additions */
	TOML_HEADER = 1 << 1, /* named by a [header] */
	TOML_DOTTED = 1 << 2, /* made by a dotted key: no [header] may name it */
	TOML_TABLES = 1 << 3, /* a list of [[header]] */
};

/* A value of any kind. */
int toml_value(struct fmt_cursor *c, struct fmt_node **ret);
/* A bare or quoted key. */
int toml_key(struct fmt_cursor *c, struct sw_str *ret);
/* key.key = value into a table. */
int toml_pair(struct fmt_cursor *c, struct fmt_node *table);
void toml_blanks(struct fmt_cursor *c);
/* White space, comments and ends of lines. */
int toml_space(struct fmt_cursor *c);

#endif
