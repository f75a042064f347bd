/* SPDX-License-Identifier: Apache-2.0 */
#include "base/term.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct range {
	uint32_t from, to;
};

#include "base/width_table.h"

static bool in_ranges(const struct range *r, size_t n, uint32_t cp)
{
	size_t lo = 0, hi = n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (cp > r[mid].to)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && cp >= r[lo].from;
}

/* Columns that a code point takes: 0, 1 or 2. Control characters count 0: clean the text first. */
static uint32_t rune_width(uint32_t cp)
{
	if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
		return 0;
	if (cp < 0x300)
		return 1;
	if (in_ranges(zero_width, sizeof(zero_width) / sizeof(*zero_width), cp))
		return 0;
	return in_ranges(double_width, sizeof(double_width) / sizeof(*double_width), cp) ? 2 : 1;
}

size_t sw_text_width(struct sw_str s)
{
	size_t w = 0;
	for (size_t i = 0; i < s.n;)
		w += rune_width(sw_utf8_next(s, &i));
	return w;
}

struct sw_str sw_text_fit(struct sw_str s, size_t cols)
{
	size_t w = 0, i = 0;
	while (i < s.n) {
		size_t next = i;
		w += rune_width(sw_utf8_next(s, &next));
		if (w > cols)
			break;
		i = next;
	}
	return sw_str_sub(s, 0, i);
}

/* Characters that reorder or hide what is shown: a name must not look like another. */
static bool is_trick(uint32_t cp)
{
	return (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x202a && cp <= 0x202e) ||
	       (cp >= 0x2060 && cp <= 0x206f) || cp == 0x2028 || cp == 0x2029 || cp == 0x61c ||
	       cp == 0xfeff || (cp >= 0xfff9 && cp <= 0xfffb) || (cp >= 0xe0000 && cp <= 0xe007f);
}

void sw_text_clean(struct sw_buf *out, struct sw_str s)
{
	for (size_t i = 0; i < s.n;) {
		uint32_t cp = sw_utf8_next(s, &i);
		if (cp == '\n')
			sw_buf_addz(out, "\\n");
		else if (cp == '\t')
			sw_buf_addz(out, "\\t");
		else if (cp == '\r')
			sw_buf_addz(out, "\\r");
		else if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
			sw_buf_printf(out, "\\x%02x", cp);
		else if (is_trick(cp))
			sw_buf_printf(out, "\\u{%x}", cp);
		else
			sw_buf_addrune(out, cp);
	}
}

void sw_text_clean_fit(struct sw_buf *out, struct sw_str s, size_t cols)
{
	sw_autobuf tmp;
	sw_buf_init(&tmp, out->max);
	sw_text_clean(&tmp, s);
	struct sw_str clean = sw_buf_str(&tmp);
	if (sw_text_width(clean) <= cols) {
		sw_buf_addstr(out, clean);
	} else if (cols <= 3) {
		sw_buf_addstr(out, sw_text_fit(clean, cols));
	} else {
		sw_buf_addstr(out, sw_text_fit(clean, cols - 3));
		sw_buf_addz(out, "...");
	}
}

/* One paragraph: no line ends inside. */
static void wrap_line(struct sw_buf *out, struct sw_str text, size_t at, size_t indent,
	size_t width, bool whole_words)
{
	size_t col = at;
	bool fresh = true; /* nothing on this line yet */
	struct sw_str word;
	while (sw_str_split(&text, ' ', &word)) {
		size_t w = sw_text_width(word);
		if (!w)
			continue;
		if (!fresh && col + 1 + w > width) {
			sw_buf_addch(out, '\n');
			sw_buf_pad(out, ' ', indent);
			col = indent;
			fresh = true;
		}
		if (!fresh) {
			sw_buf_addch(out, ' ');
			col++;
		}
		while (!whole_words && w > width - col) { /* longer than a line */
			struct sw_str head = sw_text_fit(word, width - col);
			if (!head.n)
				break;
			sw_buf_addstr(out, head);
			word = sw_str_sub(word, head.n, word.n);
			w = sw_text_width(word);
			if (!w)
				break;
			sw_buf_addch(out, '\n');
			sw_buf_pad(out, ' ', indent);
			col = indent;
		}
		sw_buf_addstr(out, word);
		col += w;
		fresh = false;
	}
	sw_buf_addch(out, '\n');
}

static void wrap(struct sw_buf *out, struct sw_str text, size_t at, size_t indent, size_t width,
	bool whole_words)
{
	if (width < indent + 10)
		width = indent + 10;
	if (at >= width)
		at = width - 1;
	struct sw_str line;
	bool first = true;
	while (sw_str_split(&text, '\n', &line)) {
		sw_autobuf clean;
		sw_buf_init(&clean, out->max);
		sw_text_clean(&clean, line);
		if (!first && clean.n)
			sw_buf_pad(out, ' ', indent);
		wrap_line(out, sw_buf_str(&clean), first ? at : indent, indent, width, whole_words);
		first = false;
	}
}

void sw_text_wrap(struct sw_buf *out, struct sw_str text, size_t at, size_t indent, size_t width)
{
	wrap(out, text, at, indent, width, false);
}

void sw_term_wrap(struct sw_buf *out, const struct sw_term *t, struct sw_str text, size_t at,
	size_t indent, size_t width)
{
	wrap(out, text, at, indent, t->width < width ? t->width : width, t->endless);
}

void sw_term_styled(
	struct sw_buf *out, const struct sw_term *t, enum sw_style style, struct sw_str s)
{
	static const char *const codes[] = {
		[SW_STYLE_NONE] = "",
		[SW_STYLE_BOLD] = "1",
		[SW_STYLE_DIM] = "2",
		[SW_STYLE_CRITICAL] = "1;97;41",
		[SW_STYLE_HIGH] = "1;31",
		[SW_STYLE_MEDIUM] = "33",
		[SW_STYLE_LOW] = "36",
		[SW_STYLE_OK] = "32",
		[SW_STYLE_NAME] = "34",
	};
	if (!t->color || style == SW_STYLE_NONE) {
		sw_buf_addstr(out, s);
		return;
	}
	sw_buf_printf(out, "\x1b[%sm", codes[style]);
	sw_buf_addstr(out, s);
	sw_buf_addz(out, "\x1b[0m");
}

static bool wants_color(const char *mode, bool tty)
{
	const char *no = getenv("NO_COLOR"), *force = getenv("FORCE_COLOR"), *term = getenv("TERM");
	if (mode && strcmp(mode, "always") == 0)
		return true;
	if (mode && strcmp(mode, "never") == 0)
		return false;
	if (no && *no)
		return false;
	if (force && *force)
		return strcmp(force, "0") != 0 && strcmp(force, "false") != 0;
	return tty && term && *term && strcmp(term, "dumb") != 0;
}

void sw_term_init(struct sw_term *t, int fd, const char *color)
{
	*t = (struct sw_term){.width = 80, .tty = isatty(fd)};
	t->color = wants_color(color, t->tty);
	int64_t columns;
	struct winsize ws;
	if (sw_str_to_i64(sw_str_from(getenv("COLUMNS")), &columns) && columns >= 20 &&
		columns <= 10000)
		t->width = (uint32_t)columns;
	else if (t->tty && ioctl(fd, TIOCGWINSZ, &ws) == 0 && ws.ws_col >= 20)
		t->width = ws.ws_col;
	else
		t->endless = !t->tty;
}
