/* SPDX-License-Identifier: Apache-2.0 */
/* Reading tar archives of feeds, plain or compressed (gzip, zstd), in one pass. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "vuln/feed/impl.h"

enum { CHUNK = 1 << 17, NAME_MAX_BYTES = 4096 };

struct source {
	int fd;
	gzFile gz;
	ZSTD_DStream *zs;
	char *in, *out;
	ZSTD_inBuffer zin;
	size_t at, n; /* in out */
	bool end;
	const char *path;
};

static void source_release(struct source *s)
{
	if (s->gz)
		gzclose(s->gz); /* closes fd */
	else if (s->fd >= 0)
		close(s->fd);
	ZSTD_freeDStream(s->zs);
	free(s->in);
	free(s->out);
}

static int source_open(struct source *s, const char *path, struct sw_error *err)
{
	struct sw_str p = sw_str_from(path);
	*s = (struct source){.fd = open(path, O_RDONLY | O_CLOEXEC), .path = path};
	if (s->fd < 0)
		return sw_error_errno(err, errno == ENOENT ? SW_ENOENT : SW_EIO, errno, "%s", path);
	s->in = malloc(CHUNK);
	s->out = malloc(CHUNK);
	if (sw_str_ends(p, SW_STR("zst"))) {
		s->zs = ZSTD_createDStream();
		if (s->zs)
			ZSTD_DCtx_setParameter(s->zs, ZSTD_d_windowLogMax, 31);
	} else if (sw_str_ends(p, SW_STR("gz"))) {
		s->gz = gzdopen(s->fd, "rb");
	}
	if (!s->in || !s->out || (sw_str_ends(p, SW_STR("zst")) && !s->zs) ||
		(sw_str_ends(p, SW_STR("gz")) && !s->gz))
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	return 0;
}

static int fill_zstd(struct source *s, struct sw_error *err)
{
	ZSTD_outBuffer out = {s->out, CHUNK, 0};
	while (!out.pos) {
		if (s->zin.pos == s->zin.size) {
			ssize_t got = read(s->fd, s->in, CHUNK);
			if (got < 0)
				return sw_error_errno(err, SW_EIO, errno, "%s", s->path);
			if (got == 0) {
				s->end = true;
				break;
			}
			s->zin = (ZSTD_inBuffer){s->in, (size_t)got, 0};
		}
		size_t rc = ZSTD_decompressStream(s->zs, &out, &s->zin);
		if (ZSTD_isError(rc))
			return sw_error_set(
				err, SW_ESYNTAX, "%s: zstd: %s", s->path, ZSTD_getErrorName(rc));
	}
	s->n = out.pos;
	return 0;
}

static int fill(struct source *s, struct sw_error *err)
{
	s->at = s->n = 0;
	if (s->zs)
		return fill_zstd(s, err);
	ssize_t got = s->gz ? gzread(s->gz, s->out, CHUNK) : read(s->fd, s->out, CHUNK);
	if (got < 0)
		return sw_error_set(err, SW_EIO, "%s: cannot be read or decompressed", s->path);
	s->n = (size_t)got;
	s->end = got == 0;
	return 0;
}

/* n bytes into p (or nowhere). 1: all; 0: the end came before the first; negative: error. */
static int take(struct source *s, char *p, size_t n, struct sw_error *err)
{
	size_t done = 0;
	while (done < n) {
		if (s->at == s->n) {
			int rc = s->end ? 0 : fill(s, err);
			if (rc)
				return rc;
			if (s->end && s->n == 0) {
				if (!done)
					return 0;
				return sw_error_set(
					err, SW_ESYNTAX, "%s: the archive is cut short", s->path);
			}
		}
		size_t step = n - done < s->n - s->at ? n - done : s->n - s->at;
		if (p)
			memcpy(p + done, s->out + s->at, step);
		s->at += step;
		done += step;
	}
	return 1;
}

static uint64_t octal(const char *p, size_t n)
{
	uint64_t v = 0;
	if ((unsigned char)p[0] & 0x80) { /* GNU's binary numbers */
		for (size_t i = 1; i < n; i++)
			v = v << 8 | (unsigned char)p[i];
		return v;
	}
	for (size_t i = 0; i < n && p[i] && v < (uint64_t)1 << 60; i++)
		if (p[i] >= '0' && p[i] <= '7')
			v = v * 8 + (uint64_t)(p[i] - '0');
	return v;
}

/* The `path` of a pax header: "27 path=a/b\n". */
static void pax_path(struct sw_str text, char *name)
{
	while (text.n) {
		size_t space = sw_str_chr(text, ' ', 0);
		int64_t len;
		if (space == SW_NPOS || !sw_str_to_i64(sw_str_sub(text, 0, space), &len) ||
			len <= (int64_t)space || (uint64_t)len > text.n)
			return;
		struct sw_str record = sw_str_sub(text, space + 1, (size_t)len - 1);
		if (sw_str_starts(record, SW_STR("path=")) && record.n - 5 < NAME_MAX_BYTES)
			snprintf(name, NAME_MAX_BYTES, "%.*s", (int)(record.n - 5), record.p + 5);
		text = sw_str_sub(text, (size_t)len, text.n);
	}
}

struct reader {
	struct source *s;
	struct sw_buf body;
	char name[NAME_MAX_BYTES]; /* from a long-name header, for the next entry */
	int (*fn)(void *arg, struct sw_str path, struct sw_str text);
	void *arg;
};

static void plain_name(const char *h, char *out)
{
	size_t n = strnlen(h, 100),
	       m = memcmp(h + 257, "ustar", 5) == 0 ? strnlen(h + 345, 155) : 0;
	snprintf(out, NAME_MAX_BYTES, "%.*s%s%.*s", (int)m, h + 345, m ? "/" : "", (int)n, h);
}

/* One entry whose header is h. 1: go on. */
static int entry(struct reader *r, const char *h, struct sw_error *err)
{
	uint64_t size = octal(h + 124, 12);
	char type = h[156], name[NAME_MAX_BYTES];
	if (size > SW_FEED_FILE_MAX)
		return sw_error_set(err, SW_ELIMIT, "%s: a file larger than 512 MiB", r->s->path);
	sw_buf_clear(&r->body);
	char *p = size ? sw_buf_extend(&r->body, size) : NULL;
	if (size && !p)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	int rc = size ? take(r->s, p, size, err) : 1;
	if (rc == 1 && size % 512)
		rc = take(r->s, NULL, 512 - size % 512, err);
	if (rc <= 0)
		return rc ? rc
			  : sw_error_set(
				    err, SW_ESYNTAX, "%s: the archive is cut short", r->s->path);
	struct sw_str body = sw_buf_str(&r->body);
	if (type == 'L') {
		snprintf(r->name, sizeof(r->name), "%.*s",
			(int)(body.n < NAME_MAX_BYTES ? body.n : NAME_MAX_BYTES - 1),
			body.n ? body.p : "");
	} else if (type == 'x') {
		pax_path(body, r->name);
	} else {
		if (r->name[0])
			memcpy(name, r->name, sizeof(name));
		else
			plain_name(h, name);
		r->name[0] = '\0';
		if (type == '0' || type == '\0') {
			rc = r->fn(r->arg, sw_str_from(name), body.p ? body : SW_STR(""));
			if (rc)
				return rc;
		}
	}
	return 1;
}

int feed_archive(const char *path, int (*fn)(void *arg, struct sw_str path, struct sw_str text),
	void *arg, struct sw_error *err)
{
	struct source s __attribute__((cleanup(source_release)));
	struct reader *r = calloc(1, sizeof(*r));
	char h[512];
	int rc = source_open(&s, path, err);
	if (!r && !rc)
		rc = sw_error_set(err, SW_ELIMIT, "out of memory");
	if (rc) {
		free(r);
		return rc;
	}
	*r = (struct reader){.s = &s, .fn = fn, .arg = arg};
	sw_buf_init(&r->body, SW_FEED_FILE_MAX + 1);
	while ((rc = take(&s, h, sizeof(h), err)) == 1) {
		bool zero = true;
		for (unsigned i = 0; i < sizeof(h) && zero; i++)
			zero = h[i] == 0;
		if (zero)
			continue;
		if (memcmp(h + 257, "ustar", 5) && !h[0]) {
			rc = sw_error_set(err, SW_ESYNTAX, "%s is no tar archive", path);
			break;
		}
		rc = entry(r, h, err);
		if (rc != 1)
			break;
	}
	sw_buf_release(&r->body);
	free(r);
	return rc;
}
