/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/capture/scap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/cleanup.h"

static const struct sw_scap_type types[] = {
	{0x0A0D0D0A, "SHB", SW_SCAP_SECTION, 1},
	{0x201, "MI", SW_SCAP_MACHINE, 1},
	{0x202, "PLv1", SW_SCAP_PROCS, 1},
	{0x203, "FDL", SW_SCAP_FDS, 1},
	{0x204, "EV", SW_SCAP_EVENT, 1},
	{0x205, "IL", SW_SCAP_IFACES, 1},
	{0x206, "UL", SW_SCAP_USERS, 1},
	{0x207, "PLv2", SW_SCAP_PROCS, 2},
	{0x208, "EVF", SW_SCAP_EVENT, 1, true},
	{0x209, "PLv3", SW_SCAP_PROCS, 3},
	{0x210, "PLv4", SW_SCAP_PROCS, 4},
	{0x211, "PLv5", SW_SCAP_PROCS, 5},
	{0x212, "PLv6", SW_SCAP_PROCS, 6},
	{0x213, "PLv7", SW_SCAP_PROCS, 7},
	{0x214, "PLv8", SW_SCAP_PROCS, 8},
	{0x215, "PLv9", SW_SCAP_PROCS, 9},
	{0x216, "EVv2", SW_SCAP_EVENT, 2},
	{0x217, "EVFv2", SW_SCAP_EVENT, 2, true},
	{0x218, "FDLv2", SW_SCAP_FDS, 2},
	{0x219, "ILv2", SW_SCAP_IFACES, 2},
	{0x220, "ULv2", SW_SCAP_USERS, 2},
	{0x221, "EVv2_LARGE", SW_SCAP_EVENT, 2, false, true},
	{0x222, "EVFv2_LARGE", SW_SCAP_EVENT, 2, true, true},
	/* Numbers from before the first release. */
	{0x8000ABCD, "PLv1", SW_SCAP_PROCS, 1},
	{0x8001ABCD, "FDL", SW_SCAP_FDS, 1},
	{0x8002ABCD, "MI", SW_SCAP_MACHINE, 1},
	{0x8010ABCD, "EV", SW_SCAP_EVENT, 1},
	{0x8011ABCD, "IL", SW_SCAP_IFACES, 1},
	{0x8012ABCD, "UL", SW_SCAP_USERS, 1},
	{0x8013ABCD, "PLv2", SW_SCAP_PROCS, 2},
	{0x8014ABCD, "PLv3", SW_SCAP_PROCS, 3},
};
static const struct sw_scap_type other_type = {0, "?", SW_SCAP_OTHER, 0};

enum { CHUNK = 256 << 10, HDR_V1 = 22, HDR_V2 = 26, SECTION_MAGIC = 0x1A2B3C4D };

struct sw_scap {
	char name[200];
	int fd;		     /* -1: bytes */
	struct sw_str bytes; /* what is left of them */
	bool gzip, source_end, inflate_end;
	z_stream z;
	uint8_t *in; /* compressed input, CHUNK bytes */
	char *buf;   /* uncompressed window: [at, end) is not consumed */
	size_t at, end, cap;
	uint64_t offset; /* of buf[at] */
	uint16_t major, minor;
	bool started;
	int failed; /* a final error code */
};

static int scap_fail(
	struct sw_scap *s, struct sw_error *err, enum sw_errcode code, const char *text)
{
	sw_error_set(err, code, "%s at byte %llu", text, (unsigned long long)s->offset);
	return sw_error_at(err, sw_str_from(s->name), 0, 0, 0);
}

/* Raw bytes of the file. -1: an error. */
static ssize_t source_read(struct sw_scap *s, void *out, size_t n)
{
	if (s->fd < 0) {
		size_t m = n < s->bytes.n ? n : s->bytes.n;
		memcpy(out, m ? s->bytes.p : "", m);
		s->bytes = sw_str_sub(s->bytes, m, s->bytes.n);
		return (ssize_t)m;
	}
	for (;;) {
		ssize_t r = read(s->fd, out, n);
		if (r >= 0 || errno != EINTR)
			return r;
	}
}

/* One inflate step into the window. 0: the end; negative: damaged. */
static ssize_t inflate_some(struct sw_scap *s, char *out, size_t n)
{
	s->z.next_out = (Bytef *)out;
	s->z.avail_out = (uInt)n;
	while (s->z.avail_out == n) {
		if (!s->z.avail_in) {
			ssize_t r = source_read(s, s->in, CHUNK);
			if (r < 0)
				return -SW_EIO;
			if (r == 0)
				return s->inflate_end ? 0 : -SW_ESYNTAX;
			s->z.next_in = s->in;
			s->z.avail_in = (uInt)r;
		}
		if (s->inflate_end) {
			if (inflateReset(&s->z) != Z_OK)
				return -SW_ESYNTAX;
			s->inflate_end = false;
		}
		int rc = inflate(&s->z, Z_NO_FLUSH);
		if (rc == Z_STREAM_END)
			s->inflate_end = true;
		else if (rc != Z_OK && rc != Z_BUF_ERROR)
			return -SW_ESYNTAX;
	}
	return (ssize_t)(n - s->z.avail_out);
}

/* At least n bytes at buf[at], where the file has them. 1, or 0 at its end, or an error. */
static int fill(struct sw_scap *s, size_t n, struct sw_error *err)
{
	while (s->end - s->at < n && !s->source_end) {
		if (s->at) {
			memmove(s->buf, s->buf + s->at, s->end - s->at);
			s->end -= s->at;
			s->at = 0;
		}
		if (s->cap - s->end < CHUNK / 2) {
			size_t cap = s->cap * 2;
			char *p = realloc(s->buf, cap);
			if (!p)
				return scap_fail(s, err, SW_ELIMIT, "no memory for a block");
			s->buf = p;
			s->cap = cap;
		}
		size_t room = s->cap - s->end;
		ssize_t r = s->gzip ? inflate_some(s, s->buf + s->end, room)
				    : source_read(s, s->buf + s->end, room);
		if (r < 0) {
			s->source_end = true;
			return scap_fail(s, err, r == -SW_ESYNTAX ? SW_ESYNTAX : SW_EIO,
				r == -SW_ESYNTAX ? "damaged or truncated gzip data"
						 : "cannot read");
		}
		if (r == 0)
			s->source_end = true;
		s->end += (size_t)r;
	}
	return s->end - s->at >= n;
}

static int reader_new(
	const char *name, int fd, struct sw_str bytes, struct sw_scap **ret, struct sw_error *err)
{
	struct sw_scap *s = calloc(1, sizeof(*s));
	struct sw_str head;

	if (!s || !(s->buf = malloc(CHUNK))) {
		free(s);
		if (fd > 0)
			close(fd);
		return sw_error_set(err, SW_ELIMIT, "no memory");
	}
	snprintf(s->name, sizeof(s->name), "%s", name);
	s->fd = fd;
	s->bytes = bytes;
	s->cap = CHUNK;
	int rc = fill(s, 2, err);
	if (rc < 0) {
		sw_scap_close(s);
		return rc;
	}
	head = sw_str_make(s->buf, s->end);
	if (head.n >= 2 && (uint8_t)head.p[0] == 0x1f && (uint8_t)head.p[1] == 0x8b) {
		s->in = malloc(CHUNK > s->end ? CHUNK : s->end);
		if (!s->in || inflateInit2(&s->z, 15 + 16) != Z_OK) {
			free(s->in);
			s->in = NULL;
			sw_scap_close(s);
			return sw_error_set(err, SW_ELIMIT, "no memory");
		}
		memcpy(s->in, s->buf, s->end);
		s->z.next_in = s->in;
		s->z.avail_in = (uInt)s->end;
		s->end = 0;
		s->gzip = true;
		s->source_end = false;
	}
	*ret = s;
	return 0;
}

int sw_scap_open(const char *path, struct sw_scap **ret, struct sw_error *err)
{
	int fd =
		strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		int rc = sw_error_errno(
			err, errno == ENOENT ? SW_ENOENT : SW_EIO, errno, "cannot open");
		sw_error_at(err, sw_str_from(path), 0, 0, 0);
		return rc;
	}
	return reader_new(path, fd, (struct sw_str){NULL, 0}, ret, err);
}

int sw_scap_open_bytes(struct sw_str bytes, struct sw_scap **ret, struct sw_error *err)
{
	return reader_new("(bytes)", -1, bytes, ret, err);
}

void sw_scap_close(struct sw_scap *s)
{
	if (!s)
		return;
	if (s->in) {
		inflateEnd(&s->z);
		free(s->in);
	}
	if (s->fd > 0)
		close(s->fd);
	free(s->buf);
	free(s);
}

void sw_scap_version(const struct sw_scap *s, uint16_t *ret_major, uint16_t *ret_minor)
{
	*ret_major = s->major;
	*ret_minor = s->minor;
}

static const struct sw_scap_type *type_of(uint32_t number)
{
	if (number == 0x216)
		return &types[16];
	for (size_t i = 0; i < SW_ARRAY_LEN(types); i++)
		if (types[i].number == number)
			return &types[i];
	return &other_type;
}

static uint32_t le32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v;
}

static int read_section(struct sw_scap *s, struct sw_str body, struct sw_error *err)
{
	uint16_t major, minor;

	if (body.n < 8 || le32(body.p) != SECTION_MAGIC)
		return scap_fail(s, err, SW_ESYNTAX,
			body.n >= 4 && le32(body.p) == 0x4D3C2B1A
				? "a capture of a big-endian machine"
				: "the section header has the wrong magic number");
	memcpy(&major, body.p + 4, 2);
	memcpy(&minor, body.p + 6, 2);
	if (major != 1)
		return scap_fail(
			s, err, SW_EUNSUPPORTED, "a capture of another major version than 1");
	s->major = major;
	s->minor = minor;
	s->started = true;
	return 0;
}

static int next_block(struct sw_scap *s, struct sw_scap_block *ret, struct sw_error *err)
{
	int rc = fill(s, 8, err);

	if (rc < 0)
		return rc;
	if (rc == 0) {
		if (s->at == s->end && s->started)
			return 0;
		return scap_fail(s, err, SW_ESYNTAX,
			s->started ? "the capture ends inside a block header"
				   : "not a capture file");
	}
	uint32_t number = le32(s->buf + s->at), len = le32(s->buf + s->at + 4);
	const struct sw_scap_type *t = type_of(number);
	if (!s->started && t->kind != SW_SCAP_SECTION)
		return scap_fail(s, err, SW_ESYNTAX, "not a capture file");
	if (len < 12)
		return scap_fail(s, err, SW_ESYNTAX, "a block shorter than its own frame");
	if (len > SW_SCAP_BLOCK_MAX)
		return scap_fail(s, err, SW_ELIMIT, "a block of more than 64 MiB");
	rc = fill(s, len, err);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return scap_fail(s, err, SW_ESYNTAX, "the capture ends inside a block");
	struct sw_str body = {s->buf + s->at + 8, len - 12};
	if (t->kind == SW_SCAP_SECTION) {
		rc = read_section(s, body, err);
		if (rc)
			return rc;
	}
	*ret = (struct sw_scap_block){t, number, body, s->offset};
	s->at += len;
	s->offset += len;
	return 1;
}

int sw_scap_next(struct sw_scap *s, struct sw_scap_block *ret, struct sw_error *err)
{
	if (s->failed)
		return scap_fail(
			s, err, (enum sw_errcode) - s->failed, "reading ended here before");
	int rc = next_block(s, ret, err);
	if (rc < 0)
		s->failed = rc;
	return rc;
}

/* ---- events ---- */

static int bad_event(const struct sw_scap_block *b, struct sw_error *err, const char *text)
{
	return sw_error_set(
		err, SW_EINVALID, "event at byte %llu: %s", (unsigned long long)b->offset, text);
}

/* Cuts the values by their lengths: 0, or how much they miss (-1) or leave over (1). */
static int cut_params(
	struct sw_raw *r, const char *lens, const char *end, unsigned n, unsigned size)
{
	const char *at = lens + n * size;

	if (at > end)
		return -1;
	for (unsigned i = 0; i < n; i++) {
		uint32_t len = 0;
		memcpy(&len, lens + i * size, size);
		if (len > (size_t)(end - at))
			return -1;
		if (i < SW_RAW_PARAMS)
			r->p[i] = (struct sw_str){at, len};
		at += len;
	}
	r->n = (uint8_t)(n < SW_RAW_PARAMS ? n : SW_RAW_PARAMS);
	return at < end ? 1 : 0;
}

/* Blocks of version 1 do not say how many parameters there are: the greatest count that fits
 * exactly. */
static int guess_params(const struct sw_scap_block *b, struct sw_raw *r, const char *lens,
	const char *end, struct sw_error *err)
{
	for (int n = sw_event_table[r->code].n_params; n >= 0; n--) {
		int rc = cut_params(r, lens, end, (unsigned)n, 2);
		if (rc == 0)
			return 1;
		if (rc > 0)
			break;
	}
	return bad_event(b, err, "no number of parameters fits its length");
}

int sw_scap_event(const struct sw_scap_block *b, struct sw_raw *ret, struct sw_error *err)
{
	const char *p = b->body.p;
	size_t n = b->body.n, skip = 2 + (b->type->flags ? 4 : 0);
	size_t header = b->type->version == 1 ? HDR_V1 : HDR_V2;
	uint32_t len, n_params;

	if (n < skip + header)
		return bad_event(b, err, "shorter than its header");
	if (n > SW_SCAP_EVENT_MAX)
		return bad_event(b, err, "more than 16 MiB");
	memcpy(&ret->cpu, p, 2);
	ret->flags = b->type->flags ? le32(p + 2) : 0;
	p += skip;
	n -= skip;
	memcpy(&ret->ts, p, 8);
	memcpy(&ret->tid, p + 8, 8);
	memcpy(&len, p + 16, 4);
	memcpy(&ret->code, p + 20, 2);
	ret->n = 0;
	if (ret->code >= SW_EVENT_CODES)
		return 0;
	const struct sw_event_info *info = &sw_event_table[ret->code];
	if (b->type->version == 1) {
		/* Old writers counted three bytes too many for these two. */
		if ((ret->code == 280 || ret->code == 286) && len >= HDR_V1 + 3)
			len -= 3;
		if (len < HDR_V1 || len > n)
			return bad_event(b, err, "its length is not that of its block");
		return guess_params(b, ret, p + HDR_V1, p + len, err);
	}
	memcpy(&n_params, p + 22, 4);
	if (len < HDR_V2 || len > n)
		return bad_event(b, err, "its length is not that of its block");
	unsigned size = info->flags & SW_EF_LARGE_PAYLOAD ? 4 : 2;
	if (n_params > (len - HDR_V2) / size)
		return bad_event(b, err, "more parameters than bytes");
	if (cut_params(ret, p + HDR_V2, p + len, n_params, size) < 0)
		return bad_event(b, err, "a parameter is longer than the event");
	return 1;
}
