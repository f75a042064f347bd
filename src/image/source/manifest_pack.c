/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests and configurations on their way out of the cage. */
#include <stdlib.h>

#include "cage/cage.h"
#include "cage/pack.h"
#include "image/source/manifest.h"

enum { TEXT_MAX = 65536, LIST_MAX = 10000 };

static void pack_texts(struct sw_buf *out, struct sw_image_texts t)
{
	sw_pack_u64(out, t.n);
	for (uint32_t i = 0; i < t.n; i++)
		sw_pack_str(out, t.v[i]);
}

static void pack_pairs(struct sw_buf *out, struct sw_image_pairs t)
{
	sw_pack_u64(out, t.n);
	for (uint32_t i = 0; i < t.n; i++) {
		sw_pack_str(out, t.v[i].key);
		sw_pack_str(out, t.v[i].value);
	}
}

static void pack_descriptor(struct sw_buf *out, const struct sw_descriptor *d)
{
	const struct sw_str t[] = {d->media_type, d->digest, d->artifact_type, d->ref_name, d->os,
		d->architecture, d->variant};
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		sw_pack_str(out, t[i]);
	sw_pack_u64(out, d->size);
	sw_pack_u64(out, d->attestation);
}

void sw_manifest_pack(struct sw_buf *out, const struct sw_manifest *m)
{
	sw_pack_u64(out, m->kind);
	sw_pack_str(out, m->media_type);
	sw_pack_str(out, m->artifact_type);
	pack_descriptor(out, &m->config);
	pack_descriptor(out, &m->subject);
	sw_pack_u64(out, m->n);
	for (uint32_t i = 0; i < m->n; i++)
		pack_descriptor(out, &m->v[i]);
	sw_pack_u64(out, m->n_images);
	for (uint32_t i = 0; i < m->n_images; i++) {
		sw_pack_str(out, m->images[i].config);
		pack_texts(out, m->images[i].tags);
		pack_texts(out, m->images[i].layers);
	}
	pack_pairs(out, m->annotations);
}

/* The plain texts of a configuration, in the order of the bytes. */
enum { CONFIG_TEXTS = 10, CONFIG_LISTS = 8 };

static void config_texts(struct sw_image_config *c, struct sw_str *out[CONFIG_TEXTS])
{
	struct sw_str *t[CONFIG_TEXTS] = {&c->os, &c->architecture, &c->variant, &c->created,
		&c->author, &c->user, &c->working_dir, &c->stop_signal, &c->base_name,
		&c->base_digest};
	memcpy(out, t, sizeof(t));
}

static void config_lists(struct sw_image_config *c, struct sw_image_texts *out[CONFIG_LISTS])
{
	struct sw_image_texts *t[CONFIG_LISTS] = {&c->entrypoint, &c->cmd, &c->env, &c->ports,
		&c->volumes, &c->shell, &c->onbuild, &c->diff_ids};
	memcpy(out, t, sizeof(t));
}

void sw_config_pack(struct sw_buf *out, const struct sw_image_config *from)
{
	struct sw_image_config c = *from;
	struct sw_str *t[CONFIG_TEXTS];
	struct sw_image_texts *l[CONFIG_LISTS];
	config_texts(&c, t);
	config_lists(&c, l);
	for (int i = 0; i < CONFIG_TEXTS; i++)
		sw_pack_str(out, *t[i]);
	for (int i = 0; i < CONFIG_LISTS; i++)
		pack_texts(out, *l[i]);
	pack_pairs(out, c.labels);
	sw_pack_u64(out, c.has_healthcheck);
	sw_pack_u64(out, c.n_history);
	for (uint32_t i = 0; i < c.n_history; i++) {
		sw_pack_str(out, c.history[i].created);
		sw_pack_str(out, c.history[i].created_by);
		sw_pack_str(out, c.history[i].comment);
		sw_pack_u64(out, c.history[i].empty);
	}
}

/* ---- back ---- */

struct reader {
	struct sw_unpack u;
	struct sw_arena *a;
};

static struct sw_str text(struct reader *r)
{
	struct sw_str s = sw_arena_str(r->a, sw_unpack_str(&r->u, TEXT_MAX));
	return s.p ? s : SW_STR("");
}

/* Every element takes at least one byte. */
static uint32_t count(struct reader *r, uint32_t max)
{
	uint64_t n = sw_unpack_max(&r->u, max);
	if (n > r->u.rest.n)
		r->u.bad = true;
	return r->u.bad ? 0 : (uint32_t)n;
}

static struct sw_image_texts texts(struct reader *r)
{
	struct sw_image_texts t = {.n = count(r, LIST_MAX)};
	struct sw_str *v = sw_arena_new_array(r->a, t.n + 1, struct sw_str);
	if (!v) {
		r->u.bad = true;
		return (struct sw_image_texts){0};
	}
	for (uint32_t i = 0; i < t.n; i++)
		v[i] = text(r);
	t.v = v;
	return t;
}

static struct sw_image_pairs pairs(struct reader *r)
{
	struct sw_image_pairs t = {.n = count(r, LIST_MAX)};
	struct sw_image_pair *v = sw_arena_new_array(r->a, t.n + 1, struct sw_image_pair);
	if (!v) {
		r->u.bad = true;
		return (struct sw_image_pairs){0};
	}
	for (uint32_t i = 0; i < t.n; i++) {
		v[i].key = text(r);
		v[i].value = text(r);
	}
	t.v = v;
	return t;
}

static void descriptor(struct reader *r, struct sw_descriptor *d)
{
	struct sw_str *t[] = {&d->media_type, &d->digest, &d->artifact_type, &d->ref_name, &d->os,
		&d->architecture, &d->variant};
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		*t[i] = text(r);
	d->size = sw_unpack_u64(&r->u);
	d->attestation = sw_unpack_max(&r->u, 1);
}

int sw_manifest_unpack(struct sw_arena *a, struct sw_str bytes, struct sw_manifest *ret)
{
	struct reader r = {{.rest = bytes}, a};
	struct sw_manifest m = {0};
	m.kind = (enum sw_manifest_kind)sw_unpack_max(&r.u, SW_DOC_DOCKER);
	m.media_type = text(&r);
	m.artifact_type = text(&r);
	descriptor(&r, &m.config);
	descriptor(&r, &m.subject);
	m.n = count(&r, SW_DESCRIPTORS);
	m.v = sw_arena_new_array(a, m.n + 1, struct sw_descriptor);
	for (uint32_t i = 0; m.v && i < m.n; i++)
		descriptor(&r, &m.v[i]);
	m.n_images = count(&r, SW_DESCRIPTORS);
	m.images = sw_arena_new_array(a, m.n_images + 1, struct sw_docker_image);
	for (uint32_t i = 0; m.images && i < m.n_images; i++) {
		m.images[i].config = text(&r);
		m.images[i].tags = texts(&r);
		m.images[i].layers = texts(&r);
	}
	m.annotations = pairs(&r);
	if (r.u.bad || r.u.rest.n || !m.v || !m.images)
		return -SW_ESYNTAX;
	*ret = m;
	return 0;
}

int sw_config_unpack(struct sw_arena *a, struct sw_str bytes, struct sw_image_config *ret)
{
	struct reader r = {{.rest = bytes}, a};
	struct sw_image_config c = {0};
	struct sw_str *t[CONFIG_TEXTS];
	struct sw_image_texts *l[CONFIG_LISTS];
	config_texts(&c, t);
	config_lists(&c, l);
	for (int i = 0; i < CONFIG_TEXTS; i++)
		*t[i] = text(&r);
	for (int i = 0; i < CONFIG_LISTS; i++)
		*l[i] = texts(&r);
	c.labels = pairs(&r);
	c.has_healthcheck = sw_unpack_max(&r.u, 1);
	c.n_history = count(&r, LIST_MAX);
	struct sw_image_history *h = sw_arena_new_array(a, c.n_history + 1, struct sw_image_history);
	for (uint32_t i = 0; h && i < c.n_history; i++) {
		h[i].created = text(&r);
		h[i].created_by = text(&r);
		h[i].comment = text(&r);
		h[i].empty = sw_unpack_max(&r.u, 1);
	}
	c.history = h;
	if (r.u.bad || r.u.rest.n || !h)
		return -SW_ESYNTAX;
	*ret = c;
	return 0;
}

/* ---- in the cage ---- */

struct job {
	struct sw_str json;
	bool config;
};

static int parse(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	const struct job *j = arg;
	sw_autoarena a;
	sw_autobuf b;
	struct sw_manifest m;
	struct sw_image_config c;
	sw_arena_init(&a, 128 << 20);
	sw_buf_init(&b, 64 << 20);
	int rc = j->config ? sw_config_parse(&a, j->json, &c, err)
			   : sw_manifest_parse(&a, j->json, &m, err);
	if (rc)
		return rc;
	if (j->config)
		sw_config_pack(&b, &c);
	else
		sw_manifest_pack(&b, &m);
	if (b.overflow || a.overflow)
		return sw_error_set(err, SW_ELIMIT, "too much to tell");
	sw_cage_put(out, b.p, b.n);
	return 0;
}

static int caged(struct job *j, const char *name, struct sw_cage_proc *p, struct sw_error *err)
{
	struct sw_cage_job job = {
		.run = parse, .arg = j, .fds = {-1, -1, -1, -1}, .deadline_ms = 30000};
	int rc = sw_cage_run(p, &job, err);
	if (rc && err) {
		struct sw_error inner = *err;
		sw_error_prefix(err, "%s: ", name);
		if (inner.line)
			err->line = 0;
	}
	return rc;
}

int sw_manifest_read(struct sw_arena *a, struct sw_str json, const char *name,
	struct sw_manifest *ret, struct sw_error *err)
{
	__attribute__((cleanup(sw_cage_release))) struct sw_cage_proc p = {.pipe = -1};
	struct job j = {json, false};
	int rc = caged(&j, name, &p, err);
	if (!rc && sw_manifest_unpack(a, sw_buf_str(&p.answer), ret))
		rc = sw_error_set(err, SW_ESECURITY, "%s: the parser's answer makes no sense", name);
	return rc;
}

int sw_config_read(struct sw_arena *a, struct sw_str json, const char *name,
	struct sw_image_config *ret, struct sw_error *err)
{
	__attribute__((cleanup(sw_cage_release))) struct sw_cage_proc p = {.pipe = -1};
	struct job j = {json, true};
	int rc = caged(&j, name, &p, err);
	if (!rc && sw_config_unpack(a, sw_buf_str(&p.answer), ret))
		rc = sw_error_set(err, SW_ESECURITY, "%s: the parser's answer makes no sense", name);
	return rc;
}
