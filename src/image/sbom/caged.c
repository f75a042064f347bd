/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bill read in the cage. Its packages and problems come back as those of a layer (layer/result.c);
 * behind them what a layer has not: where our own documents say a package is from, and what the document
 * says of itself.
 */
#include "base/cleanup.h"
#include "cage/cage.h"
#include "cage/pack.h"
#include "image/layer/layer.h"
#include "image/sbom/impl.h"

/* A reader has an arena of 1 GiB and a bill of as much at most; neither is ever nearly full. */
#define CAGE_MEMORY ((size_t)1536 << 20)
#define CAGE_ANSWER ((size_t)512 << 20)

enum { DOC_TEXTS = 6, DEADLINE_MS = 300000 };

struct task {
	struct sw_str text;
	bool no_schema;
};

static void doc_texts(struct sw_sbom *doc, struct sw_str *out[DOC_TEXTS])
{
	struct sw_str *t[DOC_TEXTS] = {&doc->version, &doc->name, &doc->subject_version,
		&doc->serial, &doc->created, &doc->tool};
	memcpy(out, t, sizeof(t));
}

/* ---- in the cage ---- */

static void pack_schema(struct sw_buf *out, const struct sw_sbom *doc)
{
	uint32_t n = doc->schema ? doc->schema->n_problems : 0;
	sw_pack_u64(out, doc->checked);
	sw_pack_u64(out, n);
	for (uint32_t i = 0; i < n; i++) {
		sw_pack_str(out, doc->schema->problems[i].path);
		sw_pack_str(out, doc->schema->problems[i].message);
		sw_pack_u64(out, doc->schema->problems[i].line);
	}
}

static void pack_document(struct sw_buf *out, struct sw_sbom *doc)
{
	struct sw_str *t[DOC_TEXTS];
	doc_texts(doc, t);
	sw_pack_u64(out, doc->format);
	for (int i = 0; i < DOC_TEXTS; i++)
		sw_pack_str(out, *t[i]);
	sw_pack_u64(out, doc->n_layers);
	for (uint32_t i = 0; i < doc->n_layers; i++)
		sw_pack_str(out, doc->layers[i]);
	pack_schema(out, doc);
}

static void pack(struct sw_buf *out, const struct sw_bom *bom, struct sw_sbom *doc)
{
	struct sw_layer_file all = {.path = SW_STR(""), .notes = SW_STR(""), .n_packages = bom->n,
		.n_problems = bom->n_problems};
	struct sw_layer l = {.bom = *bom, .told = &all, .n_told = 1}; /* a view */
	sw_autobuf packed;
	sw_buf_init(&packed, CAGE_ANSWER);
	sw_layer_pack(&packed, &l);
	out->overflow |= packed.overflow;
	sw_pack_str(out, sw_buf_str(&packed));
	for (uint32_t i = 0; i < bom->n; i++) {
		const struct sw_package *p = &bom->packages[i];
		sw_pack_u64(out, (uint64_t)p->layer << 1 | p->owned_by_os);
	}
	pack_document(out, doc);
}

static int run(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *to, struct sw_error *err)
{
	const struct task *t = arg;
	struct sw_sbom doc;
	sw_autoarena a;
	sw_autobom bom;
	sw_autobuf out;
	(void)fds;
	sw_arena_init(&a, 0);
	sw_bom_init(&bom, t->no_schema ? SW_SBOM_CLAIMS : 0);
	sw_buf_init(&out, CAGE_ANSWER);
	int rc = t->no_schema ? sbom_read_document(&a, t->text, &bom, true, &doc, err)
			      : sw_sbom_read(&a, t->text, &bom, &doc, err);
	if (rc)
		return rc;
	pack(&out, &bom, &doc);
	if (out.overflow)
		return sw_error_set(err, SW_ELIMIT, "the document names too much to be told");
	sw_cage_put(to, out.p, out.n);
	return 0;
}

/* ---- back: of bytes that may be made by whoever made the document ---- */

static struct sw_str text_of(struct sw_unpack *u, struct sw_arena *a)
{
	struct sw_str s = sw_arena_str(a, sw_unpack_str(u, SW_SBOM_MAX));
	u->bad |= !s.p;
	return u->bad ? SW_STR("") : s;
}

static void unpack_schema(struct sw_unpack *u, struct sw_arena *a, struct sw_sbom *doc)
{
	doc->checked = sw_unpack_max(u, 1);
	uint32_t n = (uint32_t)sw_unpack_max(u, SW_SCHEMA_PROBLEMS);
	doc->schema = doc->checked ? sw_arena_zalloc(a, sizeof(*doc->schema)) : NULL;
	u->bad |= doc->checked ? !doc->schema : n > 0;
	for (uint32_t i = 0; !u->bad && i < n; i++) {
		struct sw_schema_problem *p = &doc->schema->problems[doc->schema->n_problems++];
		p->path = text_of(u, a);
		p->message = text_of(u, a);
		p->line = (uint32_t)sw_unpack_max(u, UINT32_MAX);
	}
}

static void unpack_document(struct sw_unpack *u, struct sw_arena *a, struct sw_sbom *doc)
{
	struct sw_str *t[DOC_TEXTS];
	doc_texts(doc, t);
	doc->format = (enum sw_sbom_format)sw_unpack_max(u, SW_SBOM__COUNT - 1);
	for (int i = 0; i < DOC_TEXTS; i++)
		*t[i] = text_of(u, a);
	uint32_t n = (uint32_t)sw_unpack_max(u, SBOM_LAYERS);
	doc->layers = n ? sw_arena_new_array(a, n, struct sw_str) : NULL;
	u->bad |= n && !doc->layers;
	for (uint32_t i = 0; !u->bad && i < n; i++)
		doc->layers[doc->n_layers++] = text_of(u, a);
	unpack_schema(u, a, doc);
}

static int take_bill(struct sw_unpack *u, const struct sw_bom *from, struct sw_bom *bom)
{
	int rc = 0;
	for (uint32_t i = 0; !rc && i < from->n; i++) {
		struct sw_package p = from->packages[i];
		uint64_t more = sw_unpack_max(u, (uint64_t)SW_LAYER_UNKNOWN << 1 | 1);
		p.layer = (uint32_t)(more >> 1);
		p.owned_by_os = more & 1;
		rc = sw_bom_add(bom, &p);
	}
	for (uint32_t i = 0; !rc && i < from->n_problems; i++)
		rc = sw_bom_problem(bom, from->problems[i].path, from->problems[i].reason,
			SW_LAYER_UNKNOWN);
	struct sw_distribution d = from->distribution;
	struct sw_str *in[SW_DISTRIBUTION_TEXTS], *out[SW_DISTRIBUTION_TEXTS];
	sw_distribution_texts(&d, in);
	sw_distribution_texts(&bom->distribution, out);
	bom->distribution.rank = d.rank;
	for (size_t i = 0; i < SW_ARRAY_LEN(in); i++)
		if (in[i]->n)
			*out[i] = sw_arena_str(&bom->arena, *in[i]);
	return rc;
}

static int unpack(struct sw_str answer, struct sw_arena *a, struct sw_bom *bom, struct sw_sbom *ret,
	struct sw_error *err)
{
	struct sw_unpack u = {.rest = answer};
	struct sw_sbom doc = {.format = SW_SBOM_CYCLONEDX_JSON};
	sw_autolayer l;
	sw_layer_init(&l);
	struct sw_str packed = sw_unpack_str(&u, CAGE_ANSWER);
	int rc = u.bad ? -SW_ESYNTAX : sw_layer_unpack(packed, &l, err);
	if (!rc)
		rc = take_bill(&u, &l.bom, bom);
	if (rc == -SW_ELIMIT)
		return sw_error_set(err, SW_ELIMIT, "the document names more than a bill holds");
	if (!rc)
		unpack_document(&u, a, &doc);
	if (rc || u.bad || u.rest.n)
		return sw_error_set(err, SW_ESECURITY, "the parser's answer makes no sense");
	sw_bom_finish(bom);
	*ret = doc;
	return 0;
}

/* ---- both ---- */

static int read_caged(struct sw_arena *a, struct sw_str text, bool no_schema, struct sw_bom *bom,
	struct sw_sbom *ret, struct sw_error *err)
{
	__attribute__((cleanup(sw_cage_release))) struct sw_cage_proc p = {.pipe = -1};
	struct task task = {text, no_schema};
	struct sw_cage_job job = {.run = run,
		.arg = &task,
		.fds = {-1, -1, -1, -1},
		.memory = CAGE_MEMORY,
		.deadline_ms = DEADLINE_MS,
		.answer = CAGE_ANSWER};
	int rc = sw_cage_run(&p, &job, err);
	return rc ? rc : unpack(sw_buf_str(&p.answer), a, bom, ret, err);
}

int sw_sbom_read_caged(struct sw_arena *a, struct sw_str text, struct sw_bom *bom,
	struct sw_sbom *ret, struct sw_error *err)
{
	return read_caged(a, text, false, bom, ret, err);
}

int sw_sbom_claims_caged(struct sw_str text, struct sw_str from, uint32_t layer, struct sw_bom *bom,
	struct sw_error *err)
{
	struct sw_sbom doc;
	sw_autoarena a;
	sw_autobom told;
	sw_arena_init(&a, 0);
	sw_bom_init(&told, SW_SBOM_CLAIMS);
	int rc = read_caged(&a, text, true, &told, &doc, err);
	for (uint32_t i = 0; !rc && i < told.n_problems; i++)
		rc = sw_bom_problem(bom, from, told.problems[i].reason, layer);
	return rc ? rc : sbom_take_claims(&told, from, layer, bom, err);
}
