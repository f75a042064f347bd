/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/vex_caged.h"

#include "cage/cage.h"
#include "cage/pack.h"

#define CAGE_MEMORY ((size_t)1536 << 20) /* the reader's arena is 1 GiB at most */
#define CAGE_ANSWER ((size_t)128 << 20)
#define LISTS_MAX ((size_t)1 << 30)

enum { PURL_TEXTS = 5, DEADLINE_MS = 300000 };

static void purl_texts(struct sw_purl *p, struct sw_str *out[PURL_TEXTS])
{
	struct sw_str *t[PURL_TEXTS] = {&p->type, &p->ns, &p->name, &p->version, &p->subpath};
	memcpy(out, t, sizeof(t));
}

/* ---- in the cage ---- */

static void pack_texts(struct sw_buf *out, const struct sw_str *v, uint32_t n)
{
	sw_pack_u64(out, n);
	for (uint32_t i = 0; i < n; i++)
		sw_pack_str(out, v[i]);
}

static void pack_purl(struct sw_buf *out, struct sw_purl p)
{
	struct sw_str *t[PURL_TEXTS];
	purl_texts(&p, t);
	for (int i = 0; i < PURL_TEXTS; i++)
		sw_pack_str(out, *t[i]);
	sw_pack_u64(out, p.n_qualifiers);
	for (uint32_t i = 0; i < p.n_qualifiers; i++) {
		sw_pack_str(out, p.qualifiers[i].key);
		sw_pack_str(out, p.qualifiers[i].value);
	}
}

static void pack_product(struct sw_buf *out, const struct sw_vex_product *p)
{
	pack_purl(out, p->purl);
	sw_pack_str(out, p->id);
	sw_pack_u64(out, p->n_subcomponents);
	for (uint32_t i = 0; i < p->n_subcomponents; i++)
		pack_purl(out, p->subcomponents[i]);
	pack_texts(out, p->versions.v, p->versions.n);
	pack_texts(out, p->sub_versions.v, p->sub_versions.n);
	sw_pack_str(out, p->platform);
	sw_pack_str(out, p->module);
}

void sw_vex_pack(struct sw_buf *out, const struct sw_vex *vex)
{
	sw_pack_u64(out, vex->n);
	for (uint32_t i = 0; i < vex->n; i++) {
		const struct sw_vex_statement *s = &vex->v[i];
		pack_texts(out, s->names, s->n_names);
		sw_pack_u64(out, s->n_products);
		for (uint32_t k = 0; k < s->n_products; k++)
			pack_product(out, &s->products[k]);
		sw_pack_u64(out, s->status);
		sw_pack_str(out, s->reason);
		sw_pack_u64(out, s->index);
		sw_pack_u64(out, (uint64_t)s->time);
	}
}

struct task {
	struct sw_str name, text;
};

static int run(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *to, struct sw_error *err)
{
	const struct task *t = arg;
	struct sw_vex vex = {0};
	sw_autoarena a;
	sw_autobuf out;
	(void)fds;
	sw_arena_init(&a, 0);
	sw_buf_init(&out, CAGE_ANSWER);
	int rc = sw_vex_parse(&vex, &a, t->name, t->text, err);
	if (rc)
		return rc;
	sw_vex_pack(&out, &vex);
	if (out.overflow)
		return sw_error_set(err, SW_ELIMIT, "the document says too much to be told");
	sw_cage_put(to, out.p, out.n);
	return 0;
}

/* ---- back: of bytes that may be made by whoever made the document ---- */

struct reader {
	struct sw_unpack u;
	struct sw_arena *a;
	size_t left; /* bytes that lists may take yet: a count is quickly written */
};

static struct sw_str text_of(struct reader *r)
{
	struct sw_str s = sw_arena_str(r->a, sw_unpack_str(&r->u, CAGE_ANSWER));
	r->u.bad |= !s.p;
	return r->u.bad ? SW_STR("") : s;
}

/* Room for as many as are announced, each of which takes a byte at least. NULL: bad. */
static void *list_of(struct reader *r, size_t size, uint32_t *ret_n)
{
	uint64_t n = sw_unpack_max(&r->u, UINT32_MAX - 1);
	*ret_n = 0;
	r->u.bad |= n > r->u.rest.n || n + 1 > r->left / size;
	void *v = r->u.bad ? NULL : sw_arena_zalloc(r->a, (size_t)(n + 1) * size);
	r->u.bad |= !v;
	if (v) {
		*ret_n = (uint32_t)n;
		r->left -= (size_t)(n + 1) * size;
	}
	return v;
}

static struct sw_vex_versions texts_of(struct reader *r)
{
	struct sw_vex_versions t;
	struct sw_str *v = list_of(r, sizeof(*v), &t.n);
	for (uint32_t i = 0; i < t.n; i++)
		v[i] = text_of(r);
	t.v = v;
	return t;
}

static struct sw_purl purl_of(struct reader *r)
{
	struct sw_purl p = {.qualifiers = NULL};
	struct sw_str *t[PURL_TEXTS];
	purl_texts(&p, t);
	for (int i = 0; i < PURL_TEXTS; i++)
		*t[i] = text_of(r);
	p.qualifiers = list_of(r, sizeof(*p.qualifiers), &p.n_qualifiers);
	for (uint32_t i = 0; i < p.n_qualifiers; i++) {
		p.qualifiers[i].key = text_of(r);
		p.qualifiers[i].value = text_of(r);
	}
	return p;
}

static void unpack_product(struct reader *r, struct sw_vex_product *p)
{
	p->purl = purl_of(r);
	p->id = text_of(r);
	struct sw_purl *subs = list_of(r, sizeof(*subs), &p->n_subcomponents);
	for (uint32_t i = 0; i < p->n_subcomponents; i++)
		subs[i] = purl_of(r);
	p->subcomponents = subs;
	p->versions = texts_of(r);
	p->sub_versions = texts_of(r);
	p->platform = text_of(r);
	p->module = text_of(r);
}

static void unpack_statement(struct reader *r, struct sw_vex_statement *s)
{
	struct sw_vex_versions names = texts_of(r);
	s->names = names.v;
	s->n_names = names.n;
	s->products = list_of(r, sizeof(*s->products), &s->n_products);
	for (uint32_t i = 0; !r->u.bad && i < s->n_products; i++)
		unpack_product(r, &s->products[i]);
	s->status = (enum sw_vex_status)sw_unpack_max(&r->u, SW_VEX_UNDER_INVESTIGATION);
	r->u.bad |= s->status == SW_VEX_NONE;
	s->reason = text_of(r);
	s->index = (uint32_t)sw_unpack_max(&r->u, UINT32_MAX);
	s->time = (int64_t)sw_unpack_u64(&r->u);
}

int sw_vex_unpack(struct sw_vex *vex, struct sw_arena *a, struct sw_str name, struct sw_str bytes,
	struct sw_error *err)
{
	struct reader r = {.u = {.rest = bytes}, .a = a, .left = LISTS_MAX};
	uint32_t n, before = vex->n;
	struct sw_vex_statement *v = list_of(&r, sizeof(*v), &n);
	int rc = 0;
	for (uint32_t i = 0; !r.u.bad && i < n; i++) {
		v[i].file = name;
		unpack_statement(&r, &v[i]);
	}
	if (r.u.bad || r.u.rest.n)
		return sw_error_set(err, SW_ESECURITY, "the parser's answer makes no sense");
	for (uint32_t i = 0; !rc && i < n; i++)
		rc = sw_vex_add(vex, a, &v[i], err);
	if (rc)
		vex->n = before;
	return rc;
}

int sw_vex_parse_caged(struct sw_vex *vex, struct sw_arena *a, struct sw_str name, struct sw_str text,
	struct sw_error *err)
{
	__attribute__((cleanup(sw_cage_release))) struct sw_cage_proc p = {.pipe = -1};
	struct task task = {name, text};
	struct sw_cage_job job = {.run = run,
		.arg = &task,
		.fds = {-1, -1, -1, -1},
		.memory = CAGE_MEMORY,
		.deadline_ms = DEADLINE_MS,
		.answer = CAGE_ANSWER};
	int rc = sw_cage_run(&p, &job, err);
	return rc ? rc : sw_vex_unpack(vex, a, name, sw_buf_str(&p.answer), err);
}
