/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/respond/keep.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/capture/writer.h"

/* One event: this, then its parameters. */
struct entry {
	uint32_t bytes; /* with this head, whole words */
	uint16_t code, cpu;
	uint64_t ts;
	int64_t tid;
	uint32_t flags, n;
	uint32_t len[SW_RAW_PARAMS];
};

/* Two halves in turn: when one is full the older one is emptied. */
struct half {
	char *p;
	size_t n;
};

struct sw_keep {
	struct half half[2];
	size_t size;
	int now;
	struct sw_scap_writer *out;
	uint64_t until;
};

struct sw_keep *sw_keep_new(size_t bytes)
{
	struct sw_keep *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->size = bytes / 2 & ~(size_t)7;
	k->half[0].p = malloc(k->size);
	k->half[1].p = malloc(k->size);
	if (k->half[0].p && k->half[1].p)
		return k;
	sw_keep_free(k);
	return NULL;
}

void sw_keep_free(struct sw_keep *k)
{
	if (!k)
		return;
	sw_scap_writer_close(k->out, NULL);
	free(k->half[0].p);
	free(k->half[1].p);
	free(k);
}

static void remember(struct sw_keep *k, const struct sw_raw *r)
{
	size_t n = sizeof(struct entry);

	for (unsigned i = 0; i < r->n; i++)
		n += r->p[i].n;
	n = (n + 7) & ~(size_t)7;
	if (n > k->size)
		return;
	if (k->half[k->now].n + n > k->size) {
		k->now = !k->now;
		k->half[k->now].n = 0;
	}
	struct half *h = &k->half[k->now];
	struct entry *e = (struct entry *)(void *)(h->p + h->n);
	*e = (struct entry){.bytes = (uint32_t)n,
		.code = r->code,
		.cpu = r->cpu,
		.ts = r->ts,
		.tid = r->tid,
		.flags = r->flags,
		.n = r->n};
	char *at = (char *)(e + 1);
	for (unsigned i = 0; i < r->n; i++) {
		e->len[i] = (uint32_t)r->p[i].n;
		if (r->p[i].n)
			memcpy(at, r->p[i].p, r->p[i].n);
		at += r->p[i].n;
	}
	h->n += n;
}

void sw_keep_event(struct sw_keep *k, const struct sw_sysev *ev)
{
	if (k->out && (sw_scap_write(k->out, ev, NULL) < 0 || ev->raw->ts > k->until))
		sw_scap_writer_close(SW_TAKE(k->out), NULL);
	remember(k, ev->raw);
}

static void restore(const struct entry *e, struct sw_raw *ret)
{
	const char *at = (const char *)(e + 1);

	*ret = (struct sw_raw){.ts = e->ts,
		.tid = e->tid,
		.code = e->code,
		.cpu = e->cpu,
		.n = (uint8_t)e->n,
		.flags = e->flags};
	for (unsigned i = 0; i < e->n; i++) {
		ret->p[i] = sw_str_make(at, e->len[i]);
		at += e->len[i];
	}
}

static int write_half(
	struct sw_keep *k, const struct half *h, const struct sw_sysev *now, struct sw_error *err)
{
	for (size_t at = 0; at < h->n;) {
		const struct entry *e = (const struct entry *)(const void *)(h->p + at);
		struct sw_raw raw;
		restore(e, &raw);
		struct sw_sysev ev = {.raw = &raw, .state = now->state};
		int rc = sw_scap_write(k->out, &ev, err);
		if (rc < 0)
			return rc;
		at += e->bytes;
	}
	return 0;
}

static int write_old(struct sw_keep *k, const struct sw_sysev *now, struct sw_error *err)
{
	int rc = write_half(k, &k->half[!k->now], now, err);

	return rc ? rc : write_half(k, &k->half[k->now], now, err);
}

int sw_keep_start(
	struct sw_keep *k, const char *path, const struct sw_sysev *now, struct sw_error *err)
{
	k->until = now->raw->ts + SW_KEEP_AFTER_NS;
	if (k->out)
		return 1;
	int rc = sw_scap_writer_new(path, false, &k->out, err);
	if (rc == 0)
		rc = write_old(k, now, err);
	if (rc < 0)
		sw_scap_writer_close(SW_TAKE(k->out), NULL);
	return rc;
}
