/* SPDX-License-Identifier: Apache-2.0 */
/* Archives made by hand, right and wrong ones. */
#ifndef SW_TEST_IMAGE_MAKE_H
#define SW_TEST_IMAGE_MAKE_H

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"

static inline void mk_octal(char *to, size_t n, uint64_t v)
{
	for (size_t i = n - 1; i-- > 0; v >>= 3)
		to[i] = (char)('0' + (v & 7));
}

static inline void mk_sum(char h[512])
{
	unsigned sum = 0;
	memset(h + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += (unsigned char)h[i];
	mk_octal(h + 148, 7, sum);
}

/* A header alone. */
static inline void mk_header(
	struct sw_buf *b, char type, const char *name, const char *link, uint64_t size, unsigned mode)
{
	char h[512] = {0};
	for (size_t i = 0; i < 100 && name[i]; i++)
		h[i] = name[i];
	mk_octal(h + 100, 8, mode);
	mk_octal(h + 124, 12, size);
	h[156] = type;
	for (size_t i = 0; i < 100 && link[i]; i++)
		h[157 + i] = link[i];
	memcpy(h + 257, "ustar", 6);
	memcpy(h + 263, "00", 2);
	mk_sum(h);
	sw_buf_add(b, h, 512);
}

static inline void mk_data(struct sw_buf *b, const void *p, size_t n)
{
	sw_buf_add(b, p, n);
	sw_buf_pad(b, '\0', -n & 511);
}

static inline void mk_bytes(struct sw_buf *b, const char *name, const void *p, size_t n)
{
	mk_header(b, '0', name, "", n, 0644);
	mk_data(b, p, n);
}

static inline void mk_file(struct sw_buf *b, const char *name, const char *text)
{
	mk_bytes(b, name, text, strlen(text));
}

static inline void mk_dir(struct sw_buf *b, const char *name)
{
	mk_header(b, '5', name, "", 0, 0755);
}

static inline void mk_link(struct sw_buf *b, char type, const char *name, const char *to)
{
	mk_header(b, type, name, to, 0, 0777);
}

/* One record of a pax header, its length counted. */
static inline void mk_record(struct sw_buf *b, const char *text, size_t n)
{
	size_t len = n + 2; /* the space and the line end */
	len += len + 1 < 10 ? 1 : len + 2 < 100 ? 2 : 3;
	sw_buf_printf(b, "%zu ", len);
	sw_buf_add(b, text, n);
	sw_buf_addch(b, '\n');
}

/* A pax header of records, one after another in a NULL-terminated list. */
static inline void mk_paxes(struct sw_buf *b, const char *const *records)
{
	sw_autobuf r;
	sw_buf_init(&r, 1 << 20);
	for (; *records; records++)
		mk_record(&r, *records, strlen(*records));
	mk_header(b, 'x', "PaxHeaders/x", "", r.n, 0644);
	sw_buf_add(b, r.p, r.n);
	sw_buf_pad(b, '\0', -r.n & 511);
}
#define MK_PAX(b, ...) mk_paxes((b), (const char *const[]){__VA_ARGS__, NULL})

/* A pax header with ready records. */
static inline void mk_pax(struct sw_buf *b, char type, const char *records, size_t n)
{
	mk_header(b, type, "PaxHeaders/x", "", n, 0644);
	mk_data(b, records, n);
}

static inline void mk_end(struct sw_buf *b)
{
	sw_buf_pad(b, '\0', 1024);
}

static inline void mk_sha256(const void *p, size_t n, char hex[65])
{
	unsigned char sum[32];
	EVP_Digest(p, n, sum, NULL, EVP_sha256(), NULL);
	for (int i = 0; i < 32; i++)
		snprintf(hex + i * 2, 3, "%02x", sum[i]);
}

/* A file in the folder of the test, written whole. The name, in a static buffer. */
static inline const char *mk_write(const char *name, const void *p, size_t n)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	for (size_t at = 0; at < n;) {
		ssize_t k = write(fd, (const char *)p + at, n - at);
		if (k <= 0)
			abort();
		at += (size_t)k;
	}
	close(fd);
	return name;
}

/*
 * A docker archive of these layers, as they are (tar or compressed). `diff`: of each the unpacked
 * bytes, for the diff ID; NULL: as layers. `config`: members of "config", such as "\"User\":\"1\"".
 */
static inline void mk_docker(struct sw_buf *out, const struct sw_buf *layers, const struct sw_buf *diff,
	int n, const char *config)
{
	char hex[65];
	sw_autobuf json, list;
	sw_buf_init(&json, 1 << 20);
	sw_buf_init(&list, 1 << 20);
	sw_buf_printf(&json, "{\"architecture\":\"%s\",\"os\":\"linux\",\"config\":{%s},\"history\":[",
		"amd64", config);
	for (int i = 0; i < n; i++)
		sw_buf_printf(&json, "%s{\"created_by\":\"ENV X\",\"empty_layer\":true},{\"created_by\":\"step %d\"}",
			i ? "," : "", i);
	sw_buf_addz(&json, "],\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[");
	sw_buf_addz(&list, "[{\"Config\":\"config.json\",\"RepoTags\":[\"test/image:1\"],\"Layers\":[");
	for (int i = 0; i < n; i++) {
		const struct sw_buf *d = diff ? &diff[i] : &layers[i];
		mk_sha256(d->p, d->n, hex);
		sw_buf_printf(&json, "%s\"sha256:%s\"", i ? "," : "", hex);
		sw_buf_printf(&list, "%s\"%d/layer.tar\"", i ? "," : "", i);
	}
	sw_buf_addz(&json, "]}}");
	sw_buf_addz(&list, "]}]");
	for (int i = 0; i < n; i++) {
		char name[32];
		snprintf(name, sizeof(name), "%d/layer.tar", i);
		mk_bytes(out, name, layers[i].p, layers[i].n);
	}
	mk_bytes(out, "config.json", json.p, json.n);
	mk_bytes(out, "manifest.json", list.p, list.n);
	mk_end(out);
}

#endif
