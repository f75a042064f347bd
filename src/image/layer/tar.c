/* SPDX-License-Identifier: Apache-2.0 */
#include "image/layer/tar.h"

#include <stdlib.h>

#include "base/cleanup.h"

static const uint8_t zeros[32768];

void sw_tar_init(struct sw_tar *t, struct sw_unzip *in)
{
	*t = (struct sw_tar){.in = in};
	sw_buf_init(&t->name, SW_TAR_HEADER);
	sw_buf_init(&t->link, SW_TAR_HEADER);
	sw_buf_init(&t->header, SW_TAR_HEADER);
}

void sw_tar_release(struct sw_tar *t)
{
	sw_buf_release(&t->name);
	sw_buf_release(&t->link);
	sw_buf_release(&t->header);
	free(t->pieces);
	*t = (struct sw_tar){0};
}

/* ---- bytes ---- */

static int window(struct sw_tar *t, struct sw_error *err)
{
	if (t->n)
		return 0;
	return sw_unzip_next(t->in, &t->p, &t->n, err);
}

static void advance(struct sw_tar *t, size_t n)
{
	t->p += n;
	t->n -= n;
	t->pos += n;
}

/* Where a tar should begin: what it is instead. */
static int no_tar(struct sw_str begin, const char *otherwise, struct sw_error *err)
{
	static const struct {
		const char *magic, *name;
	} packed[] = {{"\x04\x22\x4d\x18", "lz4"}, {"LZIP", "lzip"}};
	for (size_t i = 0; i < SW_ARRAY_LEN(packed); i++) {
		if (sw_str_starts(begin, sw_str_from(packed[i].magic)))
			return sw_error_set(err, SW_EUNSUPPORTED,
				"compressed by %s, which is not read: gzip, zstd, xz and bzip2 are", packed[i].name);
	}
	if (sw_unzip_is(begin))
		return sw_error_set(err, SW_EUNSUPPORTED, "compressed twice");
	return sw_error_set(err, SW_ESYNTAX, "%s", otherwise);
}

/* One block of 512 into t->block, or a view of it. *ret NULL at a clean end. */
static int block(struct sw_tar *t, const uint8_t **ret, struct sw_error *err)
{
	size_t have = 0;
	int rc = window(t, err);
	if (rc)
		return rc;
	if (t->n >= 512) {
		*ret = t->p;
		advance(t, 512);
		return 0;
	}
	while (have < 512) {
		rc = window(t, err);
		if (rc)
			return rc;
		if (!t->n)
			break;
		size_t n = t->n < 512 - have ? t->n : 512 - have;
		memcpy(t->block + have, t->p, n);
		advance(t, n);
		have += n;
	}
	if (have && have < 512)
		return no_tar(t->entries ? SW_STR("") : sw_str_make((const char *)t->block, have),
			"the archive is cut short in a header", err);
	*ret = have ? t->block : NULL;
	return 0;
}

static int skip(struct sw_tar *t, uint64_t n, struct sw_error *err)
{
	while (n) {
		if (!t->n && sw_unzip_jumps(t->in)) {
			t->pos += n;
			return sw_unzip_skip(t->in, n, err);
		}
		int rc = window(t, err);
		if (rc)
			return rc;
		if (!t->n)
			return sw_error_set(
				err, SW_ESYNTAX, "the archive is cut short in a file's content");
		size_t k = t->n < n ? t->n : (size_t)n;
		advance(t, k);
		n -= k;
	}
	return 0;
}

int sw_tar_take(struct sw_tar *t, const uint8_t **ret, size_t *ret_n, size_t most,
	struct sw_error *err)
{
	*ret_n = 0;
	if (!t->left)
		return 0;
	int rc = window(t, err);
	if (rc)
		return rc;
	if (!t->n)
		return sw_error_set(err, SW_ESYNTAX, "the archive is cut short in a file's content");
	size_t k = t->n < most ? t->n : most;
	if (k > t->left)
		k = (size_t)t->left;
	*ret = t->p;
	*ret_n = k;
	t->left -= k;
	advance(t, k);
	return 0;
}

/* ---- numbers and names of a header ---- */

static bool number(const uint8_t *p, size_t n, uint64_t *ret)
{
	uint64_t v = 0;
	size_t i = 0;
	if (p[0] & 0x80) { /* base 256; a negative one is no size */
		if (p[0] != 0x80)
			return false;
		for (i = 1; i < n; i++) {
			if (v >> 55)
				return false;
			v = v << 8 | p[i];
		}
		*ret = v;
		return true;
	}
	while (i < n && (p[i] == ' ' || p[i] == 0))
		i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++) {
		if (v >> 60)
			return false;
		v = v << 3 | (uint64_t)(p[i] - '0');
	}
	if (i < n && p[i] != ' ' && p[i] != 0)
		return false;
	*ret = v;
	return true;
}

static size_t text_len(const uint8_t *p, size_t n)
{
	const uint8_t *end = memchr(p, 0, n);
	return end ? (size_t)(end - p) : n;
}

static bool all_zero(const uint8_t *b)
{
	return memcmp(b, zeros, 512) == 0;
}

static bool checksum_holds(const uint8_t *b)
{
	uint64_t want;
	uint32_t sum = 8 * ' ';
	int32_t sum_signed = 8 * ' ';
	if (!number(b + 148, 8, &want))
		return false;
	for (size_t i = 0; i < 512; i++) {
		if (i >= 148 && i < 156)
			continue;
		sum += b[i];
		sum_signed += (int8_t)b[i];
	}
	return want == sum || (int64_t)want == sum_signed;
}

static void header_name(struct sw_tar *t, const uint8_t *b)
{
	bool ustar = memcmp(b + 257, "ustar\0", 6) == 0;
	size_t n = text_len(b, 100), pre = ustar ? text_len(b + 345, 155) : 0;
	if (pre) {
		sw_buf_add(&t->name, b + 345, pre);
		sw_buf_addch(&t->name, '/');
	}
	sw_buf_add(&t->name, b, n);
}

static enum sw_tar_type type_of(uint8_t flag, struct sw_str name)
{
	switch (flag) {
	case 0:
	case '0':
	case '7':
	case 'S':
		return name.n && name.p[name.n - 1] == '/' && flag != 'S' ? SW_TAR_DIR
									  : SW_TAR_FILE;
	case '1':
		return SW_TAR_HARD_LINK;
	case '2':
		return SW_TAR_SYMLINK;
	case '3':
		return SW_TAR_CHAR;
	case '4':
		return SW_TAR_BLOCK;
	case '5':
		return SW_TAR_DIR;
	case '6':
		return SW_TAR_FIFO;
	default:
		return SW_TAR_OTHER;
	}
}

/* ---- sparse files ---- */

bool sw_tar_add_piece(struct sw_tar *t, uint64_t at, uint64_t n)
{
	const struct sw_tar_piece *last = t->n_pieces ? &t->pieces[t->n_pieces - 1] : NULL;
	if (t->n_pieces == SW_TAR_SPARSE || at > INT64_MAX || n > INT64_MAX)
		return false;
	if (last && at < last->at + last->n)
		return false;
	if (!t->pieces)
		t->pieces = malloc(SW_TAR_SPARSE * sizeof(*t->pieces));
	if (!t->pieces)
		abort();
	t->pieces[t->n_pieces++] = (struct sw_tar_piece){at, n};
	return true;
}

static bool gnu_pieces(struct sw_tar *t, const uint8_t *p, int n)
{
	for (int i = 0; i < n; i++, p += 24) {
		uint64_t at, len;
		if (p[0] == 0)
			return true;
		if (!number(p, 12, &at) || !number(p + 12, 12, &len) || !sw_tar_add_piece(t, at, len))
			return false;
	}
	return true;
}

static int gnu_sparse(struct sw_tar *t, const uint8_t *b, struct sw_error *err)
{
	uint64_t real;
	bool more = b[482], good = gnu_pieces(t, b + 386, 4);
	t->e.sparse = true;
	if (!number(b + 483, 12, &real) || real > INT64_MAX)
		good = false;
	else
		t->e.size = real;
	while (more) {
		const uint8_t *x;
		int rc = block(t, &x, err);
		if (rc)
			return rc;
		if (!x)
			return sw_error_set(err, SW_ESYNTAX, "the archive is cut short in a header");
		good = good && gnu_pieces(t, x, 21);
		more = x[504];
	}
	if (!good)
		t->e.bad = "a sparse file whose map makes no sense";
	return 0;
}

/* The pieces must lie in the file and be what is stored. */
static void check_sparse(struct sw_tar *t)
{
	uint64_t sum = 0;
	for (uint32_t i = 0; i < t->n_pieces; i++) {
		sum += t->pieces[i].n;
		if (t->pieces[i].at + t->pieces[i].n > t->e.size)
			t->e.bad = "a sparse file whose map makes no sense";
	}
	if (sum != t->left && !t->e.bad)
		t->e.bad = "a sparse file whose map makes no sense";
}

int sw_tar_read(struct sw_tar *t, const uint8_t **ret_p, size_t *ret_n, struct sw_error *err)
{
	if (!t->e.sparse)
		return sw_tar_take(t, ret_p, ret_n, SIZE_MAX, err);
	*ret_n = 0;
	if (t->e.bad)
		return 0;
	while (t->piece < t->n_pieces &&
		t->logical >= t->pieces[t->piece].at + t->pieces[t->piece].n)
		t->piece++;
	const struct sw_tar_piece *p = t->piece < t->n_pieces ? &t->pieces[t->piece] : NULL;
	uint64_t hole_end = p ? p->at : t->e.size;
	if (t->logical < hole_end) {
		uint64_t n = hole_end - t->logical;
		*ret_n = n < sizeof(zeros) ? (size_t)n : sizeof(zeros);
		*ret_p = zeros;
	} else if (p) {
		uint64_t n = p->at + p->n - t->logical;
		int rc = sw_tar_take(t, ret_p, ret_n, n < SIZE_MAX ? (size_t)n : SIZE_MAX, err);
		if (rc)
			return rc;
	}
	t->logical += *ret_n;
	return 0;
}

/* ---- entries ---- */

/* The content of an extended header (pax, GNU long name) into t->header. */
static int extended(struct sw_tar *t, uint64_t size, struct sw_error *err)
{
	uint64_t padded = (size + 511) & ~(uint64_t)511;
	if (size > SW_TAR_HEADER)
		return sw_error_set(err, SW_ELIMIT, "an extended header of %llu bytes",
			(unsigned long long)size);
	sw_buf_clear(&t->header);
	t->left = size;
	while (t->left) {
		const uint8_t *p;
		size_t n;
		int rc = sw_tar_take(t, &p, &n, SIZE_MAX, err);
		if (rc)
			return rc;
		sw_buf_add(&t->header, p, n);
	}
	return skip(t, padded - size, err);
}

static void long_text(struct sw_buf *to, const struct sw_buf *from)
{
	sw_buf_clear(to);
	sw_buf_add(to, from->p, from->n ? text_len((const uint8_t *)from->p, from->n) : 0);
}

static void new_entry(struct sw_tar *t)
{
	t->e = (struct sw_tar_entry){0};
	t->pax = (struct sw_tar_pax){0};
	t->n_pieces = t->piece = 0;
	t->logical = 0;
	sw_buf_clear(&t->name);
	sw_buf_clear(&t->link);
}

static const char *check_names(const struct sw_tar *t)
{
	if (t->name.n == 0)
		return "an entry without a name";
	if (t->name.n > SW_TAR_NAME || t->link.n > SW_TAR_NAME)
		return "a name longer than 4096 bytes";
	if (memchr(t->name.p, 0, t->name.n) || (t->link.n && memchr(t->link.p, 0, t->link.n)))
		return "a name with a NUL byte";
	return NULL;
}

/* The header of the entry itself; extended ones before it are in t->pax, t->name and t->link. */
static int entry(struct sw_tar *t, const uint8_t *b, struct sw_error *err)
{
	struct sw_tar_entry *e = &t->e;
	uint64_t size, mode = 0, major = 0, minor = 0;
	uint8_t flag = b[156];
	if (!t->name.n)
		header_name(t, b);
	if (!t->link.n && (flag == '1' || flag == '2'))
		sw_buf_add(&t->link, b + 157, text_len(b + 157, 100));
	if (!number(b + 124, 12, &size) || size > INT64_MAX / 2)
		return sw_error_set(err, SW_ESYNTAX, "a size that is no number");
	if (t->pax.has_size)
		size = t->pax.size;
	number(b + 100, 8, &mode);
	number(b + 329, 8, &major);
	number(b + 337, 8, &minor);
	e->name = sw_buf_str(&t->name);
	e->type = type_of(flag, e->name);
	e->mode = (uint32_t)(mode & 07777);
	e->dev_major = (uint32_t)major;
	e->dev_minor = (uint32_t)minor;
	bool has_data = e->type == SW_TAR_FILE || e->type == SW_TAR_OTHER || flag == '0';
	/* Links may tell the size of what they lead to, pax hard links may carry it: POSIX says
	 * the size field of a hard link is that of its data. GNU and Docker write 0. */
	if (!has_data)
		size = 0;
	e->bad = t->pax.bad;
	t->left = e->stored = e->size = size;
	t->pad = -size & 511;
	if (flag == 'S') {
		int rc = gnu_sparse(t, b, err);
		if (rc)
			return rc;
	} else if (t->pax.sparse) {
		e->sparse = true;
		if (t->pax.has_real)
			e->size = t->pax.real_size;
		if (t->pax.major == 1) {
			int rc = sw_tar_sparse_map(t, err);
			if (rc)
				return rc;
		}
	}
	e->name = sw_buf_str(&t->name);
	e->link = sw_buf_str(&t->link);
	if (e->sparse)
		check_sparse(t);
	const char *bad = check_names(t);
	if (bad)
		e->bad = bad;
	e->at = t->pos;
	return 1;
}

static int header(struct sw_tar *t, const uint8_t *b, bool *again, struct sw_error *err)
{
	uint64_t size;
	uint8_t flag = b[156];
	int rc;
	*again = true;
	if (!checksum_holds(b) && t->entries)
		return sw_error_set(err, SW_ESYNTAX, "a damaged header");
	if (!checksum_holds(b))
		return no_tar(sw_str_make((const char *)b, 512), "not a tar archive", err);
	if (!number(b + 124, 12, &size))
		return sw_error_set(err, SW_ESYNTAX, "a size that is no number");
	if (++t->entries > SW_TAR_ENTRIES)
		return sw_error_set(err, SW_ELIMIT, "more than %d entries", SW_TAR_ENTRIES);
	switch (flag) {
	case 'L':
	case 'K':
		rc = extended(t, size, err);
		if (!rc)
			long_text(flag == 'L' ? &t->name : &t->link, &t->header);
		return rc;
	case 'x':
	case 'X':
	case 'g':
		rc = extended(t, size, err);
		return rc ? rc : sw_tar_pax(t, flag == 'g', err);
	case 'V': /* volume label, multi-volume rest, incremental dump: GNU's own */
	case 'M':
	case 'N':
		return skip(t, (size + 511) & ~(uint64_t)511, err);
	default:
		*again = false;
		return entry(t, b, err);
	}
}

int sw_tar_next(struct sw_tar *t, const struct sw_tar_entry **ret, struct sw_error *err)
{
	bool again = true;
	int rc = 0;
	if (t->end)
		return 0;
	rc = skip(t, t->left + t->pad, err);
	t->left = t->pad = 0;
	if (!rc)
		new_entry(t);
	while (!rc && again) {
		const uint8_t *b;
		rc = block(t, &b, err);
		if (rc)
			break;
		if (!b || all_zero(b)) {
			t->end = true;
			return 0;
		}
		rc = header(t, b, &again, err);
	}
	if (rc < 0) {
		t->end = true;
		return rc;
	}
	*ret = &t->e;
	return 1;
}
