/* SPDX-License-Identifier: Apache-2.0 */
/* All objects of a kind, page by page. */
#include <stdlib.h>
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "doc/json.h"
#include "kube/client/impl.h"
#include "kube/object.h"

enum { RESTARTS_MAX = 3, PAGES_MAX = 1000000 };
#define METADATA_ONLY "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
#define OBJECT_ARENA ((size_t)512 << 20)

/* Namespace and name of what was handed on: open addressing, grown at three quarters. */
struct seen {
	XXH128_hash_t *v;
	uint64_t n, cap;
};

struct listing {
	struct sw_kube_client *c;
	struct sw_kube_list *l;
	struct sw_kube_split split;
	struct sw_arena object, page;
	struct sw_value head; /* kind and apiVersion that the items have */
	struct seen seen;
	uint64_t max;
};

static bool seen_grow(struct seen *s)
{
	uint64_t cap = s->cap ? s->cap * 2 : 1024;
	XXH128_hash_t *v = calloc(cap, sizeof(*v));
	if (!v)
		return false;
	for (uint64_t i = 0; i < s->cap; i++) {
		if (!s->v[i].low64 && !s->v[i].high64)
			continue;
		uint64_t at = s->v[i].low64 & (cap - 1);
		while (v[at].low64 || v[at].high64)
			at = (at + 1) & (cap - 1);
		v[at] = s->v[i];
	}
	free(s->v);
	s->v = v;
	s->cap = cap;
	return true;
}

/* 1: it is new; 0: it was there; negative: no memory. */
static int seen_add(struct seen *s, struct sw_str ns, struct sw_str name)
{
	XXH3_state_t x;
	if (s->n * 4 >= s->cap * 3 && !seen_grow(s))
		return -1;
	XXH3_128bits_reset(&x);
	XXH3_128bits_update(&x, ns.p, ns.n);
	XXH3_128bits_update(&x, "/", 1);
	XXH3_128bits_update(&x, name.p, name.n);
	XXH128_hash_t h = XXH3_128bits_digest(&x);
	h.high64 |= !h.low64 && !h.high64;
	uint64_t at = h.low64 & (s->cap - 1);
	while (s->v[at].low64 || s->v[at].high64) {
		if (XXH128_isEqual(s->v[at], h))
			return 0;
		at = (at + 1) & (s->cap - 1);
	}
	s->v[at] = h;
	s->n++;
	return 1;
}

/* ---- one object ---- */

static struct sw_value without(struct sw_arena *a, struct sw_value o, const char *const *keys)
{
	struct sw_map m;
	sw_map_init(&m, a);
	if (o.type != SW_OBJECT)
		return o;
	sw_object_foreach(it, o) {
		bool drop = false;
		for (const char *const *k = keys; *k; k++)
			drop |= sw_str_is(sw_value_str(it->k), *k);
		if (!drop)
			sw_map_add(&m, it->k, it->v);
	}
	return sw_map_object(&m);
}

/*
 * Metadata and what identifies the object, whatever the server gave. What was applied last is the whole
 * object once more, a Secret's data in it.
 */
static struct sw_value only_metadata(struct listing *x, struct sw_value o)
{
	static const char *const applied[] = {"kubectl.kubernetes.io/last-applied-configuration", NULL};
	static const char *const notes[] = {"annotations", "managedFields", NULL};
	struct sw_arena *a = &x->object;
	struct sw_value md = sw_object_gets(o, SW_STR("metadata"));
	struct sw_value annotations = without(a, sw_object_gets(md, SW_STR("annotations")), applied);
	struct sw_map m, rest;
	sw_map_init(&m, a);
	sw_map_init(&rest, a);
	md = without(a, md, notes);
	if (md.type == SW_OBJECT)
		sw_object_foreach(it, md)
			sw_map_add(&rest, it->k, it->v);
	if (annotations.type == SW_OBJECT && annotations.n)
		sw_map_adds(&rest, "annotations", annotations);
	sw_map_adds(&m, "apiVersion", sw_string(x->l->resource->api_version));
	sw_map_adds(&m, "kind", sw_string(x->l->resource->kind));
	sw_map_adds(&m, "metadata", sw_map_object(&rest));
	return sw_map_object(&m);
}

static int on_item(void *arg, struct sw_str text, struct sw_error *err)
{
	struct listing *x = arg;
	struct sw_kube_list *l = x->l;
	struct sw_value v;
	sw_arena_reset(&x->object);
	int rc = sw_json_parse(&x->object, text, 0, NULL, &v, NULL, err);
	if (rc) {
		if (err) /* the place in one object is no place in the answer */
			err->line = err->col = 0;
		return rc;
	}
	struct sw_value md = sw_object_gets(v, SW_STR("metadata"));
	struct sw_str name = sw_value_getstr(md, "name");
	if (v.type != SW_OBJECT || !name.n)
		return sw_error_set(err, SW_EINVALID, "the list has an object without a name");
	rc = seen_add(&x->seen, sw_value_getstr(md, "namespace"), name);
	if (rc < 0)
		return sw_error_set(err, SW_ELIMIT, "no memory left for the list");
	if (rc == 0)
		return 0;
	if (l->n == x->max)
		return sw_error_set(err, SW_ELIMIT, "more than %llu objects", (unsigned long long)x->max);
	l->n++;
	if (l->metadata_only) {
		v = only_metadata(x, v);
		sw_autobuf b;
		sw_buf_init(&b, SW_KUBE_ITEM_MAX);
		sw_json_write(&b, v, 0);
		return sw_defined(v) ? l->item(l->arg, &x->object, v, sw_buf_str(&b), err)
				     : sw_error_set(err, SW_ELIMIT, "an object takes too much memory");
	}
	v = sw_kube_list_adopt(&x->object, x->head, v);
	if (!sw_defined(v))
		return sw_error_set(err, SW_ELIMIT, "an object takes too much memory");
	return l->item(l->arg, &x->object, v, text, err);
}

static int on_bytes(void *arg, struct sw_str bytes, struct sw_error *err)
{
	struct listing *x = arg;
	return sw_kube_split_feed(&x->split, bytes, err);
}

/* ---- paths ---- */

const char *sw_kube_path(
	struct sw_arena *a, const struct sw_kube_resource *r, struct sw_str ns, struct sw_str name)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 16);
	sw_buf_addz(&b, r->group.n ? "/apis/" : "/api/");
	if (r->group.n) {
		sw_percent_encode(&b, r->group, "");
		sw_buf_addch(&b, '/');
	}
	sw_percent_encode(&b, r->version, "");
	if (ns.n && r->namespaced) {
		sw_buf_addz(&b, "/namespaces/");
		sw_percent_encode(&b, ns, "");
	}
	sw_buf_addch(&b, '/');
	sw_percent_encode(&b, r->resource, "");
	if (name.n) {
		sw_buf_addch(&b, '/');
		sw_percent_encode(&b, name, "");
	}
	return b.overflow ? NULL : sw_arena_cstr(a, sw_buf_str(&b));
}

static void page_path(const struct listing *x, const char *base, struct sw_str token, bool whole,
	struct sw_buf *out)
{
	const struct sw_kube_list *l = x->l;
	char sep = '?';
	sw_buf_addz(out, base);
	if (!whole) {
		sw_buf_printf(out, "%climit=%u", sep, x->c->o.page);
		sep = '&';
	}
	if (l->labels.n) {
		sw_buf_printf(out, "%clabelSelector=", sep);
		sw_percent_encode(out, l->labels, "");
		sep = '&';
	}
	if (l->fields.n) {
		sw_buf_printf(out, "%cfieldSelector=", sep);
		sw_percent_encode(out, l->fields, "");
		sep = '&';
	}
	if (token.n) {
		sw_buf_printf(out, "%ccontinue=", sep);
		sw_percent_encode(out, token, "");
	}
}

/* ---- pages ---- */

struct page {
	struct sw_str token;	  /* to go on; "": it was the last */
	struct sw_str stale_token; /* what a 410 offers */
	bool begun;
};

static int one_page(struct listing *x, const char *base, struct sw_str token, bool whole,
	struct page *ret, struct sw_error *err)
{
	sw_autobuf path;
	struct sw_value head, md, v;
	*ret = (struct page){0};
	sw_buf_init(&path, 1 << 20);
	page_path(x, base, token, whole, &path);
	sw_arena_reset(&x->page);
	x->split = (struct sw_kube_split){.item = on_item, .arg = x};
	sw_kube_split_init(&x->split, x->c->o.item_max);
	int rc = path.overflow ? sw_error_set(err, SW_ELIMIT, "the server's continue token is too long")
			       : client_stream(x->c, sw_buf_cstr(&path),
					 x->l->metadata_only ? METADATA_ONLY : NULL, 0, on_bytes, x,
					 &x->page, &ret->stale_token, &ret->begun, err);
	if (!rc) {
		rc = sw_kube_split_end(&x->split, &x->page, &head, err);
		if (rc)
			sw_error_prefix(err, "%.*s%s: ", SW_STR_ARG(x->c->x->server), base);
	}
	sw_kube_split_release(&x->split);
	if (rc)
		return rc;
	if (!sw_kube_is_list(head) && sw_object_gets(head, SW_STR("items")).type != SW_NULL)
		return sw_error_set(err, SW_ESYNTAX, "%.*s%s: the answer is no list",
			SW_STR_ARG(x->c->x->server), base);
	md = sw_object_gets(head, SW_STR("metadata"));
	v = sw_object_gets(md, SW_STR("resourceVersion"));
	if (v.type == SW_STRING && v.n < sizeof(x->l->version) && !memchr(v.u.s, 0, v.n))
		snprintf(x->l->version, sizeof(x->l->version), "%.*s", SW_STR_ARG(sw_value_str(v)));
	v = sw_object_gets(md, SW_STR("continue"));
	ret->token = v.type == SW_STRING ? sw_value_str(v) : SW_STR("");
	return 0;
}

static int pages(struct listing *x, const char *base, struct sw_error *err)
{
	sw_autobuf token; /* outlives the arena of its page */
	struct page p;
	int restarts = 0, broken = 0;
	sw_buf_init(&token, 1 << 18);
	for (uint32_t i = 0; i < PAGES_MAX; i++) {
		bool whole = restarts == RESTARTS_MAX;
		int rc = one_page(x, base, sw_buf_str(&token), whole, &p, err);
		if (rc == -SW_ECONFLICT && x->c->status == 410 && restarts < RESTARTS_MAX) {
			restarts++;
			sw_buf_clear(&token);
			sw_buf_addstr(&token, p.stale_token);
			continue;
		}
		/* a page that broke in the middle is asked for again */
		if ((rc == -SW_EIO || (rc == -SW_ESYNTAX && !x->split.ended)) && p.begun && broken++ < 2 &&
			client_sleep(x->c, 200 * broken))
			continue;
		if (rc)
			return rc;
		if (!p.token.n)
			return 0;
		if (sw_str_eq(p.token, sw_buf_str(&token)))
			return sw_error_set(err, SW_ESYNTAX, "%s: the server's pages lead in a circle", base);
		sw_buf_clear(&token);
		sw_buf_addstr(&token, p.token);
		if (token.overflow)
			return sw_error_set(err, SW_ELIMIT, "the server's continue token is too long");
	}
	return sw_error_set(err, SW_ELIMIT, "%s: more than %d pages", base, PAGES_MAX);
}

static struct sw_value head_of(struct sw_arena *a, const struct sw_kube_resource *r)
{
	struct sw_map m;
	sw_map_init(&m, a);
	sw_map_adds(&m, "kind", sw_string(sw_arena_printf(a, "%.*sList", SW_STR_ARG(r->kind))));
	sw_map_adds(&m, "apiVersion", sw_string(r->api_version));
	return sw_map_object(&m);
}

int sw_kube_list(struct sw_kube_client *c, struct sw_kube_list *l, struct sw_error *err)
{
	struct listing x = {.c = c, .l = l, .max = l->max ? l->max : 2000000};
	sw_autoarena a;
	sw_arena_init(&a, 1 << 20);
	sw_arena_init(&x.object, OBJECT_ARENA);
	sw_arena_init(&x.page, 8 << 20);
	l->n = 0;
	l->version[0] = 0;
	x.head = head_of(&a, l->resource);
	const char *base = sw_kube_path(&a, l->resource, l->ns, SW_STR(""));
	int rc = base ? pages(&x, base, err) : sw_error_set(err, SW_ELIMIT, "the path is too long");
	free(x.seen.v);
	sw_arena_release(&x.page);
	sw_arena_release(&x.object);
	return rc;
}

int sw_kube_get_object(struct sw_kube_client *c, struct sw_arena *a, const struct sw_kube_resource *r,
	struct sw_str ns, struct sw_str name, struct sw_value *ret, struct sw_error *err)
{
	const char *path = sw_kube_path(a, r, ns, name);
	return path ? sw_kube_get(c, a, path, NULL, SW_KUBE_ITEM_MAX, ret, err)
		    : sw_error_set(err, SW_ELIMIT, "the path is too long");
}
