/* SPDX-License-Identifier: Apache-2.0 */
#include "image/readers/xml.h"

#include <stdarg.h>

void xml_init(struct xml *x, struct sw_str text)
{
	*x = (struct xml){.rest = text};
	if (rd_starts(text, "\xef\xbb\xbf"))
		x->rest = sw_str_sub(text, 3, text.n);
}

static bool skip_past(struct xml *x, const char *end)
{
	size_t at = sw_str_find(x->rest, sw_str_from(end), 0);

	if (at == SW_NPOS)
		return false;
	x->rest = sw_str_sub(x->rest, at + strlen(end), x->rest.n);
	return true;
}

/* Behind the '>' that ends a tag, quotes heeded. The tag's inside; p NULL: none. */
static struct sw_str tag(struct xml *x)
{
	char quote = 0;

	for (size_t i = 1; i < x->rest.n; i++) {
		char c = x->rest.p[i];
		if (quote) {
			if (c == quote)
				quote = 0;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (c == '>') {
			struct sw_str inside = sw_str_sub(x->rest, 1, i);
			x->rest = sw_str_sub(x->rest, i + 1, x->rest.n);
			return inside;
		}
	}
	return (struct sw_str){NULL, 0};
}

/* Without a namespace's prefix. */
static struct sw_str local(struct sw_str name)
{
	struct sw_str ns, n;
	rd_split_last(name, ':', &ns, &n);
	return n;
}

static enum xml_event open_tag(struct xml *x, struct sw_str inside)
{
	x->empty = rd_ends(inside, "/");
	if (x->empty)
		inside.n--;
	x->attributes = inside;
	x->name = local(rd_word(&x->attributes));
	if (x->depth >= XML_DEPTH || x->name.n == 0)
		return XML_BROKEN;
	x->path[x->depth++] = x->name;
	return XML_OPEN;
}

static enum xml_event close_tag(struct xml *x, struct sw_str name)
{
	if (x->depth == 0 || !sw_str_eq(x->path[x->depth - 1], name))
		return XML_BROKEN;
	x->name = name;
	x->depth--;
	return XML_CLOSE;
}

static enum xml_event markup(struct xml *x, bool *again)
{
	*again = true;
	if (rd_starts(x->rest, "<!--"))
		return skip_past(x, "-->") ? XML_TEXT : XML_BROKEN;
	if (rd_starts(x->rest, "<?"))
		return skip_past(x, "?>") ? XML_TEXT : XML_BROKEN;
	if (rd_starts(x->rest, "<!["))
		return skip_past(x, "]]>") ? XML_TEXT : XML_BROKEN;
	if (rd_starts(x->rest, "<!"))
		return skip_past(x, ">") ? XML_TEXT : XML_BROKEN;
	struct sw_str inside = tag(x);
	*again = false;
	if (!inside.p)
		return XML_BROKEN;
	if (inside.n && inside.p[0] == '/') {
		struct sw_str name = sw_str_sub(inside, 1, inside.n);
		return close_tag(x, local(sw_str_trim(name)));
	}
	return open_tag(x, inside);
}

enum xml_event xml_next(struct xml *x)
{
	if (x->empty) {
		x->empty = false;
		return close_tag(x, x->path[x->depth - 1]);
	}
	while (x->rest.n) {
		size_t lt = sw_str_chr(x->rest, '<', 0);
		struct sw_str text = sw_str_trim(sw_str_sub(x->rest, 0, lt));
		if (text.n) {
			x->rest = lt == SW_NPOS ? SW_STR("") : sw_str_sub(x->rest, lt, x->rest.n);
			x->text = text;
			return XML_TEXT;
		}
		if (lt == SW_NPOS)
			break;
		x->rest = sw_str_sub(x->rest, lt, x->rest.n);
		bool again;
		enum xml_event e = markup(x, &again);
		if (e == XML_BROKEN || !again)
			return e;
	}
	return x->depth ? XML_BROKEN : XML_END_OF_TEXT;
}

struct sw_str xml_attribute(const struct xml *x, const char *name)
{
	struct sw_str rest = x->attributes;

	while (rest.n) {
		struct sw_str key = rd_cut(&rest, '=');
		while (rest.n && memchr(" \t\r\n", rest.p[0], 4))
			rest = sw_str_sub(rest, 1, rest.n);
		if (rest.n == 0 || (rest.p[0] != '"' && rest.p[0] != '\''))
			break;
		size_t end = sw_str_chr(rest, rest.p[0], 1);
		if (end == SW_NPOS)
			break;
		if (sw_str_ieq(key, sw_str_from(name)))
			return sw_str_trim(sw_str_sub(rest, 1, end));
		rest = sw_str_sub(rest, end + 1, rest.n);
	}
	return SW_STR("");
}

bool xml_at(const struct xml *x, ...)
{
	const char *names[XML_DEPTH];
	uint32_t n = 0;
	va_list ap;

	va_start(ap, x);
	while (n < XML_DEPTH && (names[n] = va_arg(ap, const char *)))
		n++;
	va_end(ap);
	if (n > x->depth)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!sw_str_is(x->path[x->depth - n + i], names[i]))
			return false;
	return true;
}
