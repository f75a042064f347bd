/* SPDX-License-Identifier: Apache-2.0 */
#include "image/layer/layer.h"

#include <stdlib.h>
#include <xxhash.h>

void sw_layer_init(struct sw_layer *l)
{
	*l = (struct sw_layer){0};
	sw_bom_init(&l->bom, (size_t)512 << 20);
}

void sw_layer_release(struct sw_layer *l)
{
	sw_bom_release(&l->bom);
	free(l->told);
	free(l->paths.v);
	free(l->leaves.v);
	free(l->removed.v);
	free(l->opaque.v);
	*l = (struct sw_layer){0};
}

uint64_t sw_layer_hash(struct sw_str path)
{
	return XXH3_64bits(path.p ? path.p : "", path.n);
}

int sw_hashes_add(struct sw_hashes *h, uint64_t v)
{
	if (h->n == h->cap) {
		uint32_t want = h->cap ? h->cap * 2 : 1024;
		if (h->n >= SW_LAYER_ENTRIES)
			return -SW_ELIMIT;
		uint64_t *grown = reallocarray(h->v, want, sizeof(*grown));
		if (!grown)
			return -SW_ELIMIT;
		h->v = grown;
		h->cap = want;
	}
	h->v[h->n++] = v;
	return 0;
}

static int cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

void sw_hashes_sort(struct sw_hashes *h)
{
	if (h->n)
		qsort(h->v, h->n, sizeof(*h->v), cmp);
}

bool sw_hashes_has(const struct sw_hashes *h, uint64_t v)
{
	return h->n && bsearch(&v, h->v, h->n, sizeof(v), cmp);
}

bool sw_layer_path(struct sw_str name, struct sw_buf *out)
{
	struct sw_str part;
	sw_buf_clear(out);
	while (sw_str_split(&name, '/', &part)) {
		if (!part.n || sw_str_is(part, "."))
			continue;
		if (sw_str_is(part, "..")) {
			if (!out->n)
				return false;
			while (out->n && out->p[out->n - 1] != '/')
				out->n--;
			if (out->n)
				out->n--;
			continue;
		}
		if (out->n)
			sw_buf_addch(out, '/');
		sw_buf_addstr(out, part);
	}
	return true;
}
