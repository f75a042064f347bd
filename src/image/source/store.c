/* SPDX-License-Identifier: Apache-2.0 */
#include "image/source/store.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "cage/pack.h"
#include "kube/image.h"

/* ---- lists ---- */

enum { TEXTS = 6 };

static void texts_of(struct sw_store_image *i, struct sw_str *t[TEXTS])
{
	struct sw_str *all[TEXTS] = {&i->ns, &i->name, &i->digest, &i->id, &i->top, &i->other};
	memcpy(t, all, sizeof(all));
}

void sw_store_told_init(struct sw_store_told *t)
{
	*t = (struct sw_store_told){0};
	sw_buf_init(&t->out, 64 << 20);
}

bool sw_store_tell(struct sw_store_told *t, const struct sw_store_image *image)
{
	struct sw_store_image i = *image;
	struct sw_str *v[TEXTS];
	bool fits = (!i.digest.n || sw_digest_valid(i.digest)) && (!i.other.n || sw_digest_valid(i.other));
	texts_of(&i, v);
	for (size_t k = 0; k < SW_ARRAY_LEN(v); k++)
		fits &= v[k]->n <= SW_STORE_TEXT;
	if (!fits || t->n == SW_STORE_IMAGES) {
		t->left_out = true;
		return t->n < SW_STORE_IMAGES;
	}
	for (size_t k = 0; k < SW_ARRAY_LEN(v); k++)
		sw_pack_str(&t->out, *v[k]);
	t->n++;
	return true;
}

void sw_store_tell_named(struct sw_store_told *t, struct sw_store_image *image, struct sw_value names)
{
	bool named = false;
	for (uint32_t i = 0; names.type == SW_ARRAY && i < names.n; i++) {
		struct sw_value name = names.u.a->v[i];
		if (name.type != SW_STRING || sw_str_is(sw_value_str(name), "<none>:<none>"))
			continue;
		image->name = sw_value_str(name);
		sw_store_tell(t, image);
		named = true;
	}
	if (!named)
		sw_store_tell(t, image);
}

void sw_store_told_put(struct sw_buf *out, struct sw_store_told *t)
{
	bool lost = t->out.overflow;
	sw_pack_u64(out, t->left_out || lost);
	sw_pack_u64(out, lost ? 0 : t->n);
	if (!lost)
		sw_buf_addstr(out, sw_buf_str(&t->out));
	sw_buf_release(&t->out);
}

static int by_name(const void *a, const void *b)
{
	const struct sw_store_image *x = a, *y = b;
	int r = sw_str_cmp(x->ns, y->ns);
	r = r ? r : sw_str_cmp(x->name, y->name);
	return r ? r : sw_str_cmp(x->digest, y->digest);
}

int sw_store_unpack(struct sw_source *s, struct sw_str bytes, struct sw_store_images *ret, struct sw_error *err)
{
	struct sw_unpack u = {.rest = bytes};
	struct sw_store_images all = {.damaged = sw_unpack_max(&u, 1)};
	uint64_t n = sw_unpack_max(&u, SW_STORE_IMAGES);
	all.v = sw_arena_new_array(&s->arena, (u.bad ? 0 : n) + 1, struct sw_store_image);
	for (; all.v && !u.bad && all.n < n; all.n++) {
		struct sw_str *t[TEXTS];
		texts_of(&all.v[all.n], t);
		for (size_t k = 0; k < SW_ARRAY_LEN(t); k++)
			*t[k] = sw_arena_str(&s->arena, sw_unpack_str(&u, SW_STORE_TEXT));
	}
	if (u.bad || u.rest.n || !all.v || s->arena.overflow)
		return sw_error_set(err, SW_ESECURITY, "the parser's answer makes no sense");
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), by_name);
	*ret = all;
	return 0;
}

struct document {
	struct sw_str json;
	enum sw_type root;
	void (*tell)(struct sw_value root, struct sw_store_told *t);
};

static int parse(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	static const struct sw_json_limits limits = {.depth = 64, .nodes = 4000000};
	const struct document *d = arg;
	struct sw_store_told told;
	struct sw_value root;
	sw_autoarena a;
	sw_autobuf b;
	sw_arena_init(&a, 192 << 20);
	sw_buf_init(&b, 64 << 20);
	int rc = sw_json_parse(&a, d->json, 0, &limits, &root, NULL, err);
	if (!rc && root.type != d->root)
		rc = sw_error_set(err, SW_EINVALID, "not what it should be");
	if (rc)
		return rc;
	sw_store_told_init(&told);
	d->tell(root, &told);
	sw_store_told_put(&b, &told);
	sw_cage_put(out, b.p, b.n);
	return 0;
}

int sw_store_parse(struct sw_source *s, struct sw_str json, enum sw_type root,
	void (*tell)(struct sw_value root, struct sw_store_told *t), struct sw_store_images *ret, struct sw_error *err)
{
	__attribute__((cleanup(sw_cage_release))) struct sw_cage_proc p = {.pipe = -1};
	struct document d = {json, root, tell};
	struct sw_cage_job job = {.run = parse, .arg = &d, .fds = {-1, -1, -1, -1}, .deadline_ms = 60000};
	int rc = sw_cage_run(&p, &job, err);
	return rc ? sw_error_prefix(err, "what the store says of its images: ") : sw_store_unpack(s, sw_buf_str(&p.answer), ret, err);
}

bool sw_store_is(enum sw_source_kind k)
{
	return k >= SW_SOURCE_CONTAINERD;
}

/* All of them, by namespace, name and digest. */
static int read_store(struct sw_source *s, struct sw_store_images *ret, struct sw_error *err)
{
	switch (s->kind) {
	case SW_SOURCE_CONTAINERD:
		return sw_containerd_read(s, ret, err);
	case SW_SOURCE_STORAGE:
		return sw_storage_read(s, ret, err);
	default:
		return sw_engine_read(s, ret, err);
	}
}

/* ---- one of them ---- */

struct sw_str sw_store_completed(struct sw_arena *a, struct sw_str name)
{
	struct sw_image_ref r;
	if (sw_image_parse(name, &r, NULL))
		return SW_STR("");
	struct sw_str tag = r.digest.n ? r.digest : r.tag.n ? r.tag : SW_STR("latest");
	return sw_arena_printf(a, "%.*s/%.*s%.*s%s%.*s", SW_STR_ARG(r.registry), SW_STR_ARG(r.prefix), SW_STR_ARG(r.repository),
		r.digest.n ? "@" : ":", SW_STR_ARG(tag));
}

static bool meant(const struct sw_store_image *i, struct sw_str name, struct sw_str whole)
{
	return sw_str_eq(i->name, name) || (whole.n && sw_str_eq(i->name, whole)) || sw_str_eq(i->digest, name) ||
	       (i->id.n && sw_str_eq(i->id, name)) || (i->other.n && sw_str_eq(i->other, name));
}

/* The images of this name: *ret the first, and whether they are several. */
static uint32_t count(const struct sw_store_images *all, struct sw_str ns, struct sw_str name, struct sw_str whole,
	const struct sw_store_image **ret, bool *several)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < all->n; i++) {
		const struct sw_store_image *m = &all->v[i];
		if ((ns.n && !sw_str_eq(m->ns, ns)) || !meant(m, name, whole))
			continue;
		*several |= n && !sw_str_eq((*ret)->digest, m->digest);
		*ret = n++ ? *ret : m;
	}
	return n;
}

static int choose(struct sw_source *s, const struct sw_store_images *all, struct sw_str name,
	const struct sw_store_image **ret, struct sw_error *err)
{
	const struct sw_store_image *found = NULL;
	bool several = false;
	size_t slash = sw_str_chr(name, '/', 0);
	uint32_t n = 0;
	if (slash != SW_NPOS && slash) { /* NAMESPACE/NAME */
		struct sw_str rest = sw_str_sub(name, slash + 1, name.n);
		n = count(all, sw_str_sub(name, 0, slash), rest, sw_store_completed(&s->arena, rest), &found, &several);
	}
	if (!n)
		n = count(all, SW_STR(""), name, sw_store_completed(&s->arena, name), &found, &several);
	if (!n) {
		sw_error_set(err, SW_ENOENT, "there is no image \"%.*s\"%s", SW_STR_ARG(sw_str_sub(name, 0, 200)),
			all->damaged ? " in what could be read of the store, which is damaged" : "");
		return sw_error_hint(err, "`seawall scan image %s:` lists those that are there", sw_source_kind_name(s->kind));
	}
	if (several) {
		sw_error_set(err, SW_EUSAGE, "\"%.*s\" is several images", SW_STR_ARG(sw_str_sub(name, 0, 200)));
		return sw_error_hint(err, "name one with its namespace, such as %.*s/%.*s", SW_STR_ARG(found->ns), SW_STR_ARG(found->name));
	}
	*ret = found;
	return 0;
}

int sw_store_open(struct sw_source *s, const char *name, struct sw_error *err)
{
	struct sw_store_images all;
	const struct sw_store_image *image = NULL;
	if (s->kind == SW_SOURCE_ENGINE || s->kind == SW_SOURCE_PODMAN)
		return sw_engine_open(s, name, err);
	int rc = read_store(s, &all, err);
	if (!rc)
		rc = choose(s, &all, sw_str_from(name), &image, err);
	if (rc)
		return rc;
	s->name = image->name.n ? image->name : image->digest;
	s->start = image->digest;
	return s->kind == SW_SOURCE_STORAGE ? sw_storage_open(s, image, err) : 0;
}

void sw_store_hint(const char *name, const struct sw_image_opts *opts, struct sw_error *err)
{
	static const enum sw_source_kind kinds[] = {SW_SOURCE_CONTAINERD, SW_SOURCE_STORAGE};
	for (size_t i = 0; i < SW_ARRAY_LEN(kinds); i++) {
		const char *kind = sw_source_kind_name(kinds[i]);
		struct sw_source *s;
		sw_autofree char *reference = NULL;
		if (asprintf(&reference, "%s:%s", kind, name) < 0)
			abort();
		if (sw_source_open(reference, opts, &s, NULL))
			continue;
		sw_source_free(s);
		sw_error_hint(err, "this machine has it: `seawall scan image %s`", reference);
		return;
	}
}

/* ---- for image.h ---- */

bool sw_image_is_store(const char *reference)
{
	enum sw_source_kind kind;
	const char *rest = sw_source_prefix(reference, &kind);
	return rest && !*rest && sw_store_is(kind);
}

static int entries(struct sw_source *s, struct sw_arena *a, struct sw_image_entries *ret, struct sw_error *err)
{
	struct sw_store_images all;
	int rc = read_store(s, &all, err);
	struct sw_image_entry *v = rc ? NULL : sw_arena_new_array(a, all.n + 1, struct sw_image_entry);
	if (rc)
		return rc;
	for (uint32_t i = 0; v && i < all.n; i++) {
		const struct sw_store_image *m = &all.v[i];
		struct sw_str name = m->name.n ? m->name : m->digest;
		v[i] = (struct sw_image_entry){.name = sw_arena_str(a, m->name), .digest = sw_arena_str(a, m->digest)};
		v[i].reference = sw_arena_printf(a, "%s:%.*s%s%.*s", sw_source_kind_name(s->kind), SW_STR_ARG(m->ns),
			m->ns.n ? "/" : "", SW_STR_ARG(name));
	}
	if (!v || a->overflow)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	*ret = (struct sw_image_entries){v, all.n, all.damaged};
	return 0;
}

/* The same digest together; of its names those with a tag first, as people know them. */
static int by_digest(const void *a, const void *b)
{
	const struct sw_image_entry *x = a, *y = b;
	int r = sw_str_cmp(x->digest, y->digest);
	bool dull_x = sw_str_starts(x->name, SW_STR("sha256:")) || sw_str_chr(x->name, '@', 0) != SW_NPOS;
	bool dull_y = sw_str_starts(y->name, SW_STR("sha256:")) || sw_str_chr(y->name, '@', 0) != SW_NPOS;
	r = r ? r : dull_x - dull_y;
	return r ? r : sw_str_cmp(x->reference, y->reference);
}

static int by_reference(const void *a, const void *b)
{
	return sw_str_cmp(((const struct sw_image_entry *)a)->reference, ((const struct sw_image_entry *)b)->reference);
}

int sw_image_store_list(const char *reference, const struct sw_image_opts *opts, struct sw_arena *a,
	struct sw_image_entries *ret, struct sw_error *err)
{
	struct sw_source *s = sw_source_new(opts);
	int rc = 0;
	if (!sw_source_prefix(reference, &s->kind))
		rc = sw_error_set(err, SW_EUSAGE, "%s: no store of images", reference);
	if (!rc)
		rc = entries(s, a, ret, err);
	sw_source_free(s);
	if (rc || !ret->n)
		return rc;
	qsort(ret->v, ret->n, sizeof(*ret->v), by_digest);
	for (uint32_t i = 1; i < ret->n; i++)
		ret->v[i].again = sw_str_eq(ret->v[i].digest, ret->v[i - 1].digest);
	qsort(ret->v, ret->n, sizeof(*ret->v), by_reference);
	return 0;
}
