/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/http.h"

#include <stdio.h>

static bool is_token(unsigned char c)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c && memchr(marks, c, sizeof(marks) - 1));
}

static bool all_token(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_token((unsigned char)s.p[i]))
			return false;
	return s.n > 0;
}

/* No control bytes but the tab. */
static bool is_field_text(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/*
 * The next line without its CR LF. 1; 0: not all there; -400: a bare CR or LF.
 */
static int next_line(struct sw_str in, size_t *at, struct sw_str *ret)
{
	size_t end = sw_str_chr(in, '\n', *at);
	if (end == SW_NPOS)
		return 0;
	if (end == *at || in.p[end - 1] != '\r')
		return -400;
	struct sw_str line = sw_str_sub(in, *at, end - 1);
	if (sw_str_chr(line, '\r', 0) != SW_NPOS)
		return -400;
	*ret = line;
	*at = end + 1;
	return 1;
}

static int request_line(struct sw_str line, struct sw_http_request *r)
{
	size_t a = sw_str_chr(line, ' ', 0), b = SW_NPOS;
	if (a != SW_NPOS)
		b = sw_str_chr(line, ' ', a + 1);
	if (a == SW_NPOS || b == SW_NPOS)
		return -400;
	struct sw_str target = sw_str_sub(line, a + 1, b),
		      version = sw_str_sub(line, b + 1, line.n);
	r->method = sw_str_sub(line, 0, a);
	if (!all_token(r->method) || r->method.n > 32 || !target.n || target.p[0] != '/')
		return -400;
	for (size_t i = 0; i < target.n; i++)
		if ((unsigned char)target.p[i] <= 0x20 || (unsigned char)target.p[i] >= 0x7f)
			return -400;
	if (version.n != 8 || !sw_str_starts(version, SW_STR("HTTP/")) || version.p[6] != '.')
		return -400;
	if (version.p[5] != '1' || (version.p[7] != '1' && version.p[7] != '0'))
		return -505;
	r->minor = (unsigned)(version.p[7] - '0');
	r->keep_alive = r->minor == 1;
	size_t q = sw_str_chr(target, '?', 0);
	r->path = sw_str_sub(target, 0, q == SW_NPOS ? target.n : q);
	r->query = q == SW_NPOS ? SW_STR("") : sw_str_sub(target, q + 1, target.n);
	return 0;
}

/* What the fields say about where the body ends. */
struct framing {
	bool length, coding, host;
};

static int content_length(struct sw_http_request *r, struct framing *f, struct sw_str value)
{
	uint64_t n = 0;
	if (f->length || !value.n || value.n > 18)
		return -400;
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] < '0' || value.p[i] > '9')
			return -400;
		n = n * 10 + (uint64_t)(value.p[i] - '0');
	}
	f->length = true;
	r->length = n;
	return 0;
}

static void connection(struct sw_http_request *r, struct sw_str value)
{
	struct sw_str rest = value, piece;
	while (sw_str_split(&rest, ',', &piece)) {
		piece = sw_str_trim(piece);
		if (sw_str_ieq(piece, SW_STR("close")))
			r->keep_alive = false;
		else if (r->minor == 0 && sw_str_ieq(piece, SW_STR("keep-alive")))
			r->keep_alive = true;
	}
}

static int field(struct sw_http_request *r, struct framing *f, struct sw_str line)
{
	size_t colon = sw_str_chr(line, ':', 0);
	if (colon == SW_NPOS)
		return -400;
	struct sw_str name = sw_str_sub(line, 0, colon);
	struct sw_str raw = sw_str_sub(line, colon + 1, line.n), value = sw_str_trim(raw);
	if (!all_token(name) || !is_field_text(raw))
		return -400;
	if (sw_str_ieq(name, SW_STR("content-length")))
		return content_length(r, f, value);
	if (sw_str_ieq(name, SW_STR("transfer-encoding"))) {
		if (f->coding || r->minor == 0)
			return -400;
		f->coding = r->chunked = true;
		return sw_str_ieq(value, SW_STR("chunked")) ? 0 : -501;
	}
	if (sw_str_ieq(name, SW_STR("host"))) {
		if (f->host)
			return -400;
		f->host = true;
		r->host = value;
	} else if (sw_str_ieq(name, SW_STR("connection"))) {
		connection(r, value);
	} else if (sw_str_ieq(name, SW_STR("content-type"))) {
		r->content_type = value;
	} else if (sw_str_ieq(name, SW_STR("expect"))) {
		if (!sw_str_ieq(value, SW_STR("100-continue")))
			return -417;
		r->expect_continue = r->minor == 1;
	}
	return 0;
}

int sw_http_head(struct sw_str in, struct sw_http_request *ret)
{
	struct sw_http_request r = {0};
	struct framing f = {0};
	struct sw_str line;
	size_t at = 0;
	struct sw_str window = sw_str_sub(in, 0, SW_HTTP_HEAD_MAX);
	int more = in.n >= SW_HTTP_HEAD_MAX ? -431 : 0;
	/* One empty line in front of a request is passed over (RFC 9112, 2.2). */
	if (sw_str_starts(window, SW_STR("\r\n")))
		at = 2;
	int rc = next_line(window, &at, &line);
	if (rc == 0)
		return in.n >= SW_HTTP_HEAD_MAX ? -414 : 0;
	if (rc > 0)
		rc = request_line(line, &r);
	for (unsigned n = 0; rc >= 0; n++) {
		rc = next_line(window, &at, &line);
		if (rc == 0)
			return more;
		if (rc < 0)
			return rc;
		if (!line.n)
			break;
		if (n >= SW_HTTP_FIELDS_MAX)
			return -431;
		rc = field(&r, &f, line);
	}
	if (rc < 0)
		return rc;
	if ((f.length && f.coding) || (r.minor == 1 && !f.host))
		return -400;
	r.head = at;
	*ret = r;
	return 1;
}

/* ---- chunked ---- */

enum {
	SIZE,
	EXTENSION,
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	TRAILER,
	TRAILER_LINE,
	TRAILER_LF,
	END_LF,
	DONE
};

/* Bytes of sizes, extensions and trailers that a whole body may have. */
#define OVERHEAD_MAX (64u << 10)

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int chunk_size(struct sw_http_chunks *c, char b)
{
	int d = hex(b);
	if (d >= 0) {
		if (c->digits++ >= 15)
			return -400;
		c->left = c->left * 16 + (unsigned)d;
		return 0;
	}
	if (!c->digits || (b != ';' && b != '\r'))
		return -400;
	c->state = b == ';' ? EXTENSION : SIZE_LF;
	return 0;
}

/* One byte of everything that is not data. */
static int chunk_byte(struct sw_http_chunks *c, char b)
{
	if (c->overhead++ > OVERHEAD_MAX)
		return -400;
	switch (c->state) {
	case SIZE:
		return chunk_size(c, b);
	case EXTENSION:
		if (b == '\r')
			c->state = SIZE_LF;
		return (unsigned char)b < 0x20 && b != '\r' && b != '\t' ? -400 : 0;
	case SIZE_LF:
		c->state = c->left ? DATA : TRAILER;
		c->digits = 0;
		return b == '\n' ? 0 : -400;
	case DATA_CR:
		c->state = DATA_LF;
		return b == '\r' ? 0 : -400;
	case DATA_LF:
		c->state = SIZE;
		return b == '\n' ? 0 : -400;
	case TRAILER:
		c->state = b == '\r' ? END_LF : TRAILER_LINE;
		return b == '\n' ? -400 : 0;
	case TRAILER_LINE:
		if (b == '\r')
			c->state = TRAILER_LF;
		return b == '\n' ? -400 : 0;
	case TRAILER_LF:
		c->state = TRAILER;
		return b == '\n' ? 0 : -400;
	default:
		c->state = DONE;
		return b == '\n' ? 0 : -400;
	}
}

int sw_http_chunked(struct sw_http_chunks *c, struct sw_str in, struct sw_buf *body, size_t max,
	size_t *ret_used)
{
	size_t at = 0;
	int rc = 0;
	while (at < in.n && rc == 0 && c->state != DONE) {
		if (c->state != DATA) {
			rc = chunk_byte(c, in.p[at++]);
			if (rc == 0 && c->state == DATA && c->left > max - body->n)
				rc = -413;
			continue;
		}
		size_t n = in.n - at < c->left ? in.n - at : (size_t)c->left;
		sw_buf_add(body, in.p + at, n);
		at += n;
		c->left -= n;
		if (!c->left)
			c->state = DATA_CR;
	}
	*ret_used = at;
	return rc ? rc : c->state == DONE;
}

/* ---- small things ---- */

struct sw_str sw_http_query(struct sw_str query, const char *name)
{
	struct sw_str rest = query, piece, want = sw_str_from(name);
	while (sw_str_split(&rest, '&', &piece))
		if (piece.n > want.n && piece.p[want.n] == '=' && sw_str_starts(piece, want))
			return sw_str_sub(piece, want.n + 1, piece.n);
	return (struct sw_str){NULL, 0};
}

static const char *reason_of(int status)
{
	static const struct {
		int status;
		const char *text;
	} rows[] = {{200, "OK"}, {400, "Bad Request"}, {403, "Forbidden"}, {404, "Not Found"},
		{405, "Method Not Allowed"}, {408, "Request Timeout"}, {413, "Content Too Large"},
		{414, "URI Too Long"}, {415, "Unsupported Media Type"}, {417, "Expectation Failed"},
		{429, "Too Many Requests"}, {431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"}, {501, "Not Implemented"},
		{503, "Service Unavailable"}, {505, "HTTP Version Not Supported"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].status == status)
			return rows[i].text;
	return "Error";
}

void sw_http_answer(
	struct sw_buf *out, int status, const char *type, size_t length, bool keep_alive)
{
	sw_buf_printf(out, "HTTP/1.1 %d %s\r\nContent-Length: %zu\r\n", status, reason_of(status),
		length);
	if (type)
		sw_buf_printf(out, "Content-Type: %s\r\nX-Content-Type-Options: nosniff\r\n", type);
	if (!keep_alive)
		sw_buf_addz(out, "Connection: close\r\n");
	sw_buf_addz(out, "\r\n");
}
