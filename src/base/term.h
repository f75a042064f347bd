/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terminal: how wide it is, whether it wants colour, and how text from outside is made safe for
 * it.
 *
 * Colour: --color always|never decides; else NO_COLOR (non-empty) says no, FORCE_COLOR (non-empty,
 * not 0) says yes; else colour when the stream is a terminal and TERM is neither unset nor "dumb".
 * Width: COLUMNS when it is a number from 20 to 10,000; else what the terminal says; else 80, and
 * then nothing is cut, since the next reader is a file, grep or an editor.
 */
#ifndef SW_BASE_TERM_H
#define SW_BASE_TERM_H

#include "base/buf.h"
#include "base/str.h"

struct sw_term {
	uint32_t width; /* columns */
	bool tty, color;
	bool endless; /* a file or a pipe and no COLUMNS: `width` only says where prose is broken */
};

enum sw_style {
	SW_STYLE_NONE,
	SW_STYLE_BOLD,
	SW_STYLE_DIM,
	SW_STYLE_CRITICAL, /* white on red */
	SW_STYLE_HIGH,	   /* red */
	SW_STYLE_MEDIUM,   /* yellow */
	SW_STYLE_LOW,	   /* cyan */
	SW_STYLE_OK,	   /* green */
	SW_STYLE_NAME,	   /* blue */
};

/* `color`: "auto", "always" or "never". */
void sw_term_init(struct sw_term *t, int fd, const char *color);

/* Columns of UTF-8 text; a byte that is not UTF-8 counts as the one replacement character. */
size_t sw_text_width(struct sw_str s);
/* The longest prefix of at most `cols` columns, never cut inside a code point. */
struct sw_str sw_text_fit(struct sw_str s, size_t cols);

/*
 * Text from outside made harmless for a terminal and for one line: C0, C1 and DEL as \xNN (tab and
 * line ends as \t \n \r), bidirectional overrides and zero-width format characters as \u{NNNN},
 * bytes that are not UTF-8 as U+FFFD. Nothing else is changed.
 */
void sw_text_clean(struct sw_buf *out, struct sw_str s);
/* The same, cut to `cols` columns with "..." when it does not fit. */
void sw_text_clean_fit(struct sw_buf *out, struct sw_str s, size_t cols);

/*
 * Appends text broken at spaces into lines of at most `width` columns, each ended by '\n'; a word
 * that is longer than a line is cut. '\n' in the text starts a new line. The first line is put
 * behind `at` columns already written; the others are indented by `indent` spaces. Controls are
 * cleaned.
 */
void sw_text_wrap(struct sw_buf *out, struct sw_str text, size_t at, size_t indent, size_t width);
/* The same for the width of `t`, at most `width`; where that is endless, long words stay whole. */
void sw_term_wrap(struct sw_buf *out, const struct sw_term *t, struct sw_str text, size_t at,
	size_t indent, size_t width);

/* Text in a style, when the terminal has colour. The text must be clean. */
void sw_term_styled(
	struct sw_buf *out, const struct sw_term *t, enum sw_style style, struct sw_str s);

#endif
