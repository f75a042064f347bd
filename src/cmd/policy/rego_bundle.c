/* SPDX-License-Identifier: Apache-2.0 */
/* OPA's bundles: gzipped tar archives, and their manifest. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cmd/policy/rego_load.h"
#include "doc/json.h"
#include "image/layer/tar.h"

bool sw_rego_is_bundle(const char *path)
{
	struct sw_str p = sw_str_from(path);
	unsigned char magic[2] = {0};
	if (sw_str_ends(p, SW_STR(".rego")) || sw_str_ends(p, SW_STR(".json")))
		return false;
	if (sw_str_ends(p, SW_STR(".tar.gz")) || sw_str_ends(p, SW_STR(".tgz")))
		return true;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool zip = fd >= 0 && read(fd, magic, 2) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
	if (fd >= 0)
		close(fd);
	return zip;
}

int sw_rego_load_manifest(
	struct sw_rego_load *l, const char *path, struct sw_str text, struct sw_error *err)
{
	struct sw_value m;
	int rc = sw_json_parse(l->arena, text, 0, NULL, &m, NULL, err);
	if (rc)
		return sw_error_set(err, SW_ESYNTAX, "bundle %s: its .manifest is no JSON: %s",
			path, err ? err->text : "");
	if (!sw_is(m, SW_OBJECT))
		return sw_error_set(
			err, SW_EINVALID, "bundle %s: its .manifest is no object", path);
	l->manifest = m;
	struct sw_value roots = sw_object_gets(m, SW_STR("roots"));
	l->roots = sw_is(roots, SW_ARRAY) ? roots : sw_undef();
	return 0;
}

/* ---- archives ---- */

static int read_entry(struct sw_rego_load *l, struct sw_tar *t, const struct sw_tar_entry *e,
	struct sw_source **ret, struct sw_error *err)
{
	sw_autobuf b;
	const uint8_t *p;
	size_t n;
	sw_buf_init(&b, SW_REGO_BUNDLE_BYTES);
	for (;;) {
		int rc = sw_tar_read(t, &p, &n, err);
		if (rc < 0)
			return rc;
		if (!n)
			break;
		sw_buf_add(&b, (const char *)p, n);
	}
	struct sw_source *src = sw_arena_new(l->arena, struct sw_source);
	if (b.overflow || !src)
		return sw_error_set(err, SW_ELIMIT, "%.*s: too long", SW_STR_ARG(e->name));
	struct sw_str name = e->name;
	while (sw_str_starts(name, SW_STR("./")))
		name = sw_str_sub(name, 2, name.n);
	*src = (struct sw_source){.name = sw_arena_str(l->arena, name),
		.text = sw_arena_str(l->arena, sw_buf_str(&b))};
	*ret = src;
	return src->name.p && src->text.p ? 0
					  : sw_error_set(err, SW_ELIMIT, "the bundle is too big");
}

static int add_document(struct sw_rego_load *l, struct sw_source *src, struct sw_error *err)
{
	struct sw_value doc;
	sw_autobuf name;
	size_t slash = sw_str_rfind(src->name, SW_STR("/"));
	struct sw_str prefix = sw_str_sub(src->name, 0, slash == SW_NPOS ? 0 : slash);
	int rc = sw_rego_load_parse(l->arena, src, &doc, err);
	if (rc) {
		sw_error_at(err, src->name, err->line, err->col, err->byte);
		return rc;
	}
	sw_buf_init(&name, 64 << 10);
	sw_buf_addstr(&name, src->name);
	return sw_defined(doc) ? sw_rego_load_add_data(l, sw_buf_cstr(&name), prefix, doc, err) : 0;
}

struct pending {
	struct sw_source **v;
	uint32_t n, cap;
};

static bool is_data(struct sw_str base)
{
	return sw_str_is(base, "data.json") || sw_str_is(base, "data.yaml") ||
	       sw_str_is(base, "data.yml");
}

static int take_entry(struct sw_rego_load *l, const char *path, struct sw_source *src,
	struct pending *data, struct sw_error *err)
{
	size_t slash = sw_str_rfind(src->name, SW_STR("/"));
	struct sw_str base = sw_str_sub(src->name, slash == SW_NPOS ? 0 : slash + 1, src->name.n);
	if (sw_str_is(src->name, ".manifest") || sw_str_is(src->name, "/.manifest"))
		return sw_rego_load_manifest(l, path, src->text, err);
	if (sw_str_is(base, ".signatures.json"))
		return sw_json_parse(l->arena, src->text, 0, NULL, &l->signatures, NULL, err);
	if (sw_str_ends(base, SW_STR(".rego")))
		return l->only_data ? 0 : sw_rego_load_add_module(l, src, err);
	if (!is_data(base) || l->only_rego)
		return 0;
	if (data->n == data->cap) {
		uint32_t cap = data->cap ? data->cap * 2 : 16;
		data->v = sw_arena_grow(
			l->arena, data->v, data->cap * sizeof(*data->v), cap * sizeof(*data->v));
		data->cap = cap;
	}
	if (!data->v)
		return sw_error_set(err, SW_ELIMIT, "the bundle is too big");
	data->v[data->n++] = src;
	return 0;
}

static int read_archive(
	struct sw_rego_load *l, const char *path, struct sw_tar *t, struct sw_error *err)
{
	const struct sw_tar_entry *e;
	struct pending data = {0}; /* the manifest may come behind it */
	int rc;
	while ((rc = sw_tar_next(t, &e, err)) > 0) {
		struct sw_source *src = NULL;
		if (e->type != SW_TAR_FILE || e->bad)
			continue;
		rc = read_entry(l, t, e, &src, err);
		if (!rc)
			rc = take_entry(l, path, src, &data, err);
		if (rc)
			return rc;
	}
	for (uint32_t i = 0; rc == 0 && i < data.n; i++)
		rc = add_document(l, data.v[i], err);
	return rc ? rc : sw_rego_bundle_end(l, err);
}

int sw_rego_load_archive(struct sw_rego_load *l, const char *path, struct sw_error *err)
{
	struct sw_unzip *in = NULL;
	struct sw_tar t;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return sw_error_errno(err, SW_EIO, errno, "open %s", path);
	sw_rego_bundle_begin(l, path);
	struct sw_unzip_opts opts = {.fd = fd,
		.seekable = true,
		.length = UINT64_MAX,
		.max_plain = SW_REGO_BUNDLE_BYTES};
	bool bundle = l->bundle;
	l->bundle = true;
	int rc = sw_unzip_open(&opts, &in, err);
	if (!rc) {
		sw_tar_init(&t, in);
		rc = read_archive(l, path, &t, err);
		sw_tar_release(&t);
	}
	l->bundle = bundle;
	sw_unzip_free(in);
	close(fd);
	if (rc && err && !err->file[0])
		sw_error_at(err, sw_str_from(path), 0, 0, 0);
	return rc;
}
