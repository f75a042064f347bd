/* SPDX-License-Identifier: Apache-2.0 */
/* OPA's bundles: what their files hold, and their manifest. */
#include <fcntl.h>
#include <unistd.h>

#include "cmd/policy/bundle.h"
#include "doc/json.h"

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
	return sw_rego_load_roots(l, path, err);
}

/* ---- the files of a bundle ---- */

/* A file's name below its bundle. */
static struct sw_str inside(
	struct sw_arena *a, const char *path, const struct sw_bundle_files *files, struct sw_str name)
{
	struct sw_str base = files->folder ? sw_rego_clean_path(a, sw_str_from(path)) : (struct sw_str){0};
	struct sw_str rest = sw_str_starts(name, base) ? sw_str_sub(name, base.n, name.n) : name;
	return sw_str_starts(rest, SW_STR("/")) ? sw_str_sub(rest, 1, rest.n)
	       : sw_str_ends(base, SW_STR("/")) ? rest
						: name;
}

static int add_document(struct sw_rego_load *l, struct sw_source *src, struct sw_str folder, struct sw_error *err)
{
	struct sw_value doc;
	const char *name = sw_arena_cstr(l->arena, src->name);
	int rc = sw_rego_load_parse(l->arena, src, &doc, err);
	if (rc) {
		sw_error_at(err, src->name, err->line, err->col, err->byte);
		return rc;
	}
	if (!name)
		return sw_error_set(err, SW_ELIMIT, "the bundle is too big");
	return sw_defined(doc) ? sw_rego_load_add_data(l, name, folder, doc, err) : 0;
}

static bool ignored(const struct sw_rego_load *l, struct sw_str path)
{
	struct sw_str part;
	while (path.n && sw_str_split(&path, '/', &part))
		if (sw_rego_load_ignores(l, part))
			return true;
	return false;
}

/* The manifest is taken before everything else: it binds the rest. */
static int take_head(struct sw_rego_load *l, const char *path, struct sw_str name, struct sw_str bytes,
	struct sw_error *err)
{
	if (sw_str_is(name, ".signatures.json"))
		return sw_json_parse(l->arena, bytes, 0, NULL, &l->signatures, NULL, err);
	if (!sw_str_is(name, ".manifest"))
		return 0;
	if (sw_defined(l->manifest))
		return sw_error_set(err, SW_EINVALID, "bundle contains multiple manifest files");
	return sw_rego_load_manifest(l, path, bytes, err);
}

static int take_file(
	struct sw_rego_load *l, const struct sw_bundle_file *f, struct sw_str name, struct sw_error *err)
{
	size_t slash = sw_str_rfind(name, SW_STR("/"));
	struct sw_str base = sw_str_base(name);
	bool rego = sw_str_ends(base, SW_STR(".rego"));
	if (rego ? l->only_data : l->only_rego || !sw_rego_is_bundle_data(base))
		return 0;
	struct sw_source *src = sw_arena_new(l->arena, struct sw_source);
	if (!src)
		return sw_error_set(err, SW_ELIMIT, "the bundle is too big");
	*src = (struct sw_source){.name = f->name, .text = f->bytes};
	return rego ? sw_rego_load_add_module(l, src, err)
		    : add_document(l, src, sw_str_sub(name, 0, slash == SW_NPOS ? 0 : slash), err);
}

static int take_files(
	struct sw_rego_load *l, const char *path, const struct sw_bundle_files *files, struct sw_error *err)
{
	int rc = 0;
	for (uint32_t i = 0; !rc && i < files->n; i++)
		rc = take_head(l, path, inside(l->arena, path, files, files->v[i].name), files->v[i].bytes, err);
	for (uint32_t i = 0; !rc && i < files->n; i++) {
		struct sw_str name = inside(l->arena, path, files, files->v[i].name);
		if (!files->folder || !ignored(l, name))
			rc = take_file(l, &files->v[i], name, err);
	}
	return rc ? rc : sw_rego_bundle_end(l, err);
}

int sw_rego_load_files(
	struct sw_rego_load *l, const char *path, const struct sw_bundle_files *files, struct sw_error *err)
{
	bool bundle = l->bundle;
	sw_rego_bundle_begin(l, path);
	l->bundle = true;
	int rc = take_files(l, path, files, err);
	l->bundle = bundle;
	if (rc && !files->folder && err && !err->file[0])
		sw_error_at(err, sw_str_from(path), 0, 0, 0);
	return rc;
}

int sw_rego_load_archive(struct sw_rego_load *l, const char *path, struct sw_error *err)
{
	struct sw_bundle_files files = {.arena = l->arena};
	int rc = sw_bundle_files_read(&files, path, err);
	if (!rc)
		return sw_rego_load_files(l, path, &files, err);
	if (err && !err->file[0])
		sw_error_at(err, sw_str_from(path), 0, 0, 0);
	return rc;
}
