/* SPDX-License-Identifier: Apache-2.0 */
/* JSON of manifests and configurations into structs. */
#include "image/source/manifest.h"

#include <stdlib.h>

#include "doc/json.h"

enum { TEXT_MAX = 65536, LIST_MAX = 10000 };

static struct sw_str text(struct sw_value o, const char *key)
{
	struct sw_str s = sw_value_getstr(o, key);
	return s.p && s.n <= TEXT_MAX ? s : SW_STR("");
}

static struct sw_image_texts texts(struct sw_arena *a, struct sw_value v)
{
	struct sw_image_texts r = {0};
	if (v.type != SW_ARRAY || v.n > LIST_MAX)
		return r;
	struct sw_str *out = sw_arena_new_array(a, v.n + 1, struct sw_str);
	if (!out)
		return r;
	sw_array_foreach(e, v)
		if (e->type == SW_STRING && e->n <= TEXT_MAX)
			out[r.n++] = sw_value_str(*e);
	r.v = out;
	return r;
}

/* The keys of an object: {"80/tcp": {}}. Sorted, as objects are. */
static struct sw_image_texts keys(struct sw_arena *a, struct sw_value v)
{
	struct sw_image_texts r = {0};
	if (v.type != SW_OBJECT || v.n > LIST_MAX)
		return r;
	struct sw_str *out = sw_arena_new_array(a, v.n + 1, struct sw_str);
	if (!out)
		return r;
	sw_object_foreach(m, v)
		if (m->k.type == SW_STRING && m->k.n <= TEXT_MAX)
			out[r.n++] = sw_value_str(m->k);
	r.v = out;
	return r;
}

static struct sw_image_pairs pairs(struct sw_arena *a, struct sw_value v)
{
	struct sw_image_pairs r = {0};
	if (v.type != SW_OBJECT || v.n > LIST_MAX)
		return r;
	struct sw_image_pair *out = sw_arena_new_array(a, v.n + 1, struct sw_image_pair);
	if (!out)
		return r;
	sw_object_foreach(m, v)
		if (m->k.type == SW_STRING && m->v.type == SW_STRING && m->k.n <= TEXT_MAX &&
			m->v.n <= TEXT_MAX)
			out[r.n++] = (struct sw_image_pair){sw_value_str(m->k), sw_value_str(m->v)};
	r.v = out;
	return r;
}

static struct sw_descriptor descriptor(struct sw_value v)
{
	struct sw_value platform = sw_object_gets(v, SW_STR("platform"));
	struct sw_value notes = sw_object_gets(v, SW_STR("annotations"));
	struct sw_descriptor d = {.size = UINT64_MAX};
	int64_t size;
	d.media_type = text(v, "mediaType");
	d.digest = text(v, "digest");
	d.artifact_type = text(v, "artifactType");
	d.ref_name = text(notes, "org.opencontainers.image.ref.name");
	if (!d.ref_name.n)
		d.ref_name = text(notes, "io.containerd.image.name");
	d.os = text(platform, "os");
	d.architecture = text(platform, "architecture");
	d.variant = text(platform, "variant");
	d.attestation = sw_str_is(
		text(notes, "vnd.docker.reference.type"), "attestation-manifest");
	if (sw_value_int(sw_object_gets(v, SW_STR("size")), &size) && size >= 0)
		d.size = (uint64_t)size;
	return d;
}

static int descriptors(
	struct sw_arena *a, struct sw_value list, struct sw_manifest *m, struct sw_error *err)
{
	if (list.n > SW_DESCRIPTORS)
		return sw_error_set(err, SW_ELIMIT, "more than %d entries", SW_DESCRIPTORS);
	m->v = sw_arena_new_array(a, list.n + 1, struct sw_descriptor);
	if (!m->v)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	sw_array_foreach(e, list)
		m->v[m->n++] = descriptor(*e);
	return 0;
}

static int docker_archive(
	struct sw_arena *a, struct sw_value root, struct sw_manifest *m, struct sw_error *err)
{
	if (root.n > SW_DESCRIPTORS)
		return sw_error_set(err, SW_ELIMIT, "more than %d entries", SW_DESCRIPTORS);
	m->kind = SW_DOC_DOCKER;
	m->images = sw_arena_new_array(a, root.n + 1, struct sw_docker_image);
	if (!m->images)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	sw_array_foreach(e, root) {
		struct sw_docker_image *i = &m->images[m->n_images++];
		i->config = text(*e, "Config");
		i->tags = texts(a, sw_object_gets(*e, SW_STR("RepoTags")));
		i->layers = texts(a, sw_object_gets(*e, SW_STR("Layers")));
	}
	return 0;
}

int sw_manifest_parse(
	struct sw_arena *a, struct sw_str json, struct sw_manifest *ret, struct sw_error *err)
{
	static const struct sw_json_limits limits = {.depth = 64, .nodes = 1000000};
	struct sw_value root;
	struct sw_manifest m = {0};
	int rc = sw_json_parse(a, json, 0, &limits, &root, NULL, err);
	if (rc)
		return rc;
	if (root.type == SW_ARRAY) {
		rc = docker_archive(a, root, &m, err);
	} else if (root.type == SW_OBJECT) {
		struct sw_value list = sw_object_gets(root, SW_STR("manifests"));
		struct sw_value layers = sw_object_gets(root, SW_STR("layers"));
		m.media_type = text(root, "mediaType");
		m.artifact_type = text(root, "artifactType");
		m.annotations = pairs(a, sw_object_gets(root, SW_STR("annotations")));
		m.subject = descriptor(sw_object_gets(root, SW_STR("subject")));
		m.config = descriptor(sw_object_gets(root, SW_STR("config")));
		m.kind = list.type == SW_ARRAY ? SW_DOC_INDEX : SW_DOC_MANIFEST;
		if (list.type == SW_ARRAY && sw_defined(layers))
			return sw_error_set(err, SW_EINVALID,
				"a document that is both an index and a manifest");
		if (list.type != SW_ARRAY && sw_defined(sw_object_gets(root, SW_STR("fsLayers"))))
			return sw_error_set(err, SW_EUNSUPPORTED,
				"a manifest of schema 1, which Docker gave up in 2022");
		if (list.type != SW_ARRAY && layers.type != SW_ARRAY)
			return sw_error_set(err, SW_EINVALID, "neither an index nor a manifest");
		rc = descriptors(a, list.type == SW_ARRAY ? list : layers, &m, err);
	} else {
		rc = sw_error_set(err, SW_EINVALID, "neither an index nor a manifest");
	}
	if (!rc)
		*ret = m;
	return rc;
}

static void history(struct sw_arena *a, struct sw_value v, struct sw_image_config *c)
{
	if (v.type != SW_ARRAY || v.n > LIST_MAX)
		return;
	struct sw_image_history *h = sw_arena_new_array(a, v.n + 1, struct sw_image_history);
	if (!h)
		return;
	sw_array_foreach(e, v)
		h[c->n_history++] = (struct sw_image_history){.created = text(*e, "created"),
			.created_by = text(*e, "created_by"),
			.comment = text(*e, "comment"),
			.empty = sw_is_true(sw_object_gets(*e, SW_STR("empty_layer")))};
	c->history = h;
}

int sw_config_parse(
	struct sw_arena *a, struct sw_str json, struct sw_image_config *ret, struct sw_error *err)
{
	static const struct sw_json_limits limits = {.depth = 64, .nodes = 1000000};
	struct sw_value root, c;
	struct sw_image_config r = {0};
	int rc = sw_json_parse(a, json, 0, &limits, &root, NULL, err);
	if (rc)
		return rc;
	if (root.type != SW_OBJECT)
		return sw_error_set(err, SW_EINVALID, "an image configuration must be an object");
	c = sw_object_gets(root, SW_STR("config"));
	r.os = text(root, "os");
	r.architecture = text(root, "architecture");
	r.variant = text(root, "variant");
	r.created = text(root, "created");
	r.author = text(root, "author");
	r.user = text(c, "User");
	r.working_dir = text(c, "WorkingDir");
	r.stop_signal = text(c, "StopSignal");
	r.entrypoint = texts(a, sw_object_gets(c, SW_STR("Entrypoint")));
	r.cmd = texts(a, sw_object_gets(c, SW_STR("Cmd")));
	r.env = texts(a, sw_object_gets(c, SW_STR("Env")));
	r.shell = texts(a, sw_object_gets(c, SW_STR("Shell")));
	r.onbuild = texts(a, sw_object_gets(c, SW_STR("OnBuild")));
	r.ports = keys(a, sw_object_gets(c, SW_STR("ExposedPorts")));
	r.volumes = keys(a, sw_object_gets(c, SW_STR("Volumes")));
	r.labels = pairs(a, sw_object_gets(c, SW_STR("Labels")));
	r.diff_ids = texts(a, sw_value_path(root, "rootfs", "diff_ids", NULL));
	r.has_healthcheck = sw_object_gets(c, SW_STR("Healthcheck")).type == SW_OBJECT;
	r.base_name = text(sw_object_gets(c, SW_STR("Labels")), "org.opencontainers.image.base.name");
	r.base_digest =
		text(sw_object_gets(c, SW_STR("Labels")), "org.opencontainers.image.base.digest");
	history(a, sw_object_gets(root, SW_STR("history")), &r);
	*ret = r;
	return 0;
}
