/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at the source around a place, and writing values into it. */
#include "doc/splice_impl.h"

#include "doc/json.h"
#include "doc/pointer.h"
#include "doc/yaml_impl.h"

size_t splice_line_start(struct sw_str t, size_t at)
{
	while (at > 0 && t.p[at - 1] != '\n')
		at--;
	return at;
}

size_t splice_line_end(struct sw_str t, size_t at)
{
	size_t nl = sw_str_chr(t, '\n', at);
	if (nl == SW_NPOS)
		return t.n;
	return nl > at && t.p[nl - 1] == '\r' ? nl - 1 : nl;
}

size_t splice_next_line(struct sw_str t, size_t at)
{
	size_t nl = sw_str_chr(t, '\n', at);
	return nl == SW_NPOS ? t.n : nl + 1;
}

bool splice_first_on_line(struct sw_str t, size_t at)
{
	while (at > 0 && t.p[at - 1] == ' ')
		at--;
	return at == 0 || t.p[at - 1] == '\n' || (at == 3 && memcmp(t.p, "\xef\xbb\xbf", 3) == 0);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

size_t splice_content(struct sw_str t, struct sw_span span)
{
	size_t at = span.start;
	while (at < span.end && (t.p[at] == '!' || t.p[at] == '&')) {
		while (at < span.end && !is_blank(t.p[at]))
			at++;
		for (;;) {
			while (at < span.end && is_blank(t.p[at]))
				at++;
			if (at == span.end || t.p[at] != '#')
				break;
			/* A comment ends at either line break, and the value may end before it does. */
			while (at < span.end && t.p[at] != '\n' && t.p[at] != '\r')
				at++;
		}
	}
	return at;
}

size_t splice_trimmed_end(struct sw_str t, struct sw_span span)
{
	size_t end = span.end;
	while (end > span.start && is_blank(t.p[end - 1]))
		end--;
	return end;
}

bool splice_is_flow(struct sw_str t, struct sw_span span)
{
	size_t at = splice_content(t, span);
	return at < span.end && (t.p[at] == '{' || t.p[at] == '[');
}

struct sw_span splice_value_span(const struct splice_site *s, uint32_t i)
{
	return s->parent.type == SW_ARRAY ? s->parent.u.a->spans[i]
					  : s->parent.u.o->spans[2 * (size_t)i + 1];
}

struct sw_span splice_extent(const struct splice_site *s, uint32_t i)
{
	struct sw_span v = splice_value_span(s, i);
	if (s->parent.type == SW_ARRAY)
		return v;
	struct sw_span k = s->parent.u.o->spans[2 * (size_t)i];
	return (struct sw_span){k.start, v.end > k.end ? v.end : k.end};
}

/* Merged members have their place elsewhere. */
static bool splice_is_own(const struct splice_site *s, uint32_t i)
{
	struct sw_span x = splice_extent(s, i);
	return x.start >= s->span.start && x.end <= s->span.end;
}

int64_t splice_neighbour(const struct splice_site *s, uint32_t i, int dir)
{
	uint32_t from = splice_extent(s, i).start;
	int64_t best = -1;
	for (uint32_t k = 0; k < s->parent.n; k++) {
		uint32_t at = splice_extent(s, k).start;
		if (k == i || !splice_is_own(s, k) || (dir > 0 ? at < from : at > from))
			continue;
		uint32_t have = best < 0 ? 0 : splice_extent(s, (uint32_t)best).start;
		if (best < 0 || (dir > 0 ? at < have : at > have))
			best = k;
	}
	return best;
}

int64_t splice_last(const struct splice_site *s)
{
	int64_t last = -1;
	for (uint32_t k = 0; k < s->parent.n; k++)
		if (splice_is_own(s, k) &&
			(last < 0 ||
				splice_extent(s, k).start > splice_extent(s, (uint32_t)last).start))
			last = k;
	return last;
}

void splice_eol(struct sw_buf *out, const struct splice_site *s)
{
	sw_buf_addz(out, s->crlf ? "\r\n" : "\n");
}

static void write_single(struct sw_buf *out, struct sw_str text)
{
	sw_buf_addch(out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\'')
			sw_buf_addch(out, '\'');
		sw_buf_addch(out, text.p[i]);
	}
	sw_buf_addch(out, '\'');
}

static void write_string(struct sw_buf *out, struct sw_str text, char quote, bool flow)
{
	if (quote != '"' && quote != '\'' && yaml_plain_fits(text, flow))
		sw_buf_addstr(out, text);
	else if (quote == '\'' && yaml_single_fits(text))
		write_single(out, text);
	else
		yaml_write_double(out, text);
}

static void write_flow(struct sw_buf *out, struct sw_value v, int depth)
{
	if (v.type == SW_STRING) {
		write_string(out, sw_value_str(v), 0, true);
		return;
	}
	if (v.type < SW_ARRAY || v.n == 0) {
		sw_json_write(out, v, 0);
		return;
	}
	if (depth > 1000) {
		out->overflow = true;
		return;
	}
	sw_buf_addch(out, v.type == SW_OBJECT ? '{' : '[');
	for (uint32_t i = 0; i < v.n; i++) {
		if (i)
			sw_buf_addz(out, ", ");
		if (v.type == SW_OBJECT) {
			write_flow(out, v.u.o->m[i].k, depth + 1);
			sw_buf_addz(out, ": ");
		}
		write_flow(out, v.type == SW_OBJECT ? v.u.o->m[i].v : v.u.a->v[i], depth + 1);
	}
	sw_buf_addch(out, v.type == SW_OBJECT ? '}' : ']');
}

void splice_inline(struct sw_buf *out, const struct splice_site *s, struct sw_value v,
	struct sw_str like, bool flow)
{
	if (s->json)
		sw_json_write(out, v, SW_JSON_SPACED);
	else if (v.type == SW_STRING)
		write_string(out, sw_value_str(v), like.n ? like.p[0] : 0, flow);
	else
		write_flow(out, v, 0);
}

/* A key in the manner of its neighbours: quoted where they are. */
void splice_key(struct sw_buf *out, const struct splice_site *s, bool flow)
{
	sw_autobuf key;
	sw_buf_init(&key, 0);
	sw_pointer_unescape(&key, s->token);
	if (s->json) {
		sw_json_write_str(out, sw_buf_str(&key), 0);
		return;
	}
	int64_t last = splice_last(s);
	char quote = last >= 0 ? s->text.p[splice_extent(s, (uint32_t)last).start] : 0;
	write_string(out, sw_buf_str(&key), quote, flow);
}

bool splice_wants_block(struct sw_value v)
{
	return (v.type == SW_OBJECT || v.type == SW_ARRAY) && v.n;
}

void splice_block(struct sw_buf *out, const struct splice_site *s, struct sw_value v, size_t indent)
{
	sw_autobuf yaml;
	sw_buf_init(&yaml, out->max);
	sw_yaml_write(&yaml, v);
	out->overflow |= yaml.overflow;
	struct sw_str rest = sw_str_sub(sw_buf_str(&yaml), 0, yaml.n ? yaml.n - 1 : 0), line;
	for (bool first = true; sw_str_split(&rest, '\n', &line); first = false) {
		if (!first) {
			splice_eol(out, s);
			if (line.n)
				sw_buf_pad(out, ' ', indent);
		}
		sw_buf_addstr(out, line);
	}
}
