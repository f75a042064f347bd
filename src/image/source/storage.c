/* SPDX-License-Identifier: Apache-2.0 */
/*
 * containers-storage, where podman, CRI-O and buildah keep images, with its driver for overlayfs:
 *
 *	overlay-images/images.json         what there is: id, names, digest, uppermost layer
 *	overlay-images/ID/manifest         and other documents: "=" and base64 of "sha256:…"
 *	overlay-layers/layers.json         layers with their parents (volatile-layers.json: of this boot)
 *	overlay/LAYER/diff                 what a layer holds, as files
 *
 * The layers are read as folders: nothing verifies that they are what was once unpacked, so nothing of them is cached.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "image/source/store.h"

enum { JSON_MAX = 64 << 20, ID_MAX = 128 };

/* Names of folders: digits and letters, as they are made. */
static bool is_id(struct sw_str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!((id.p[i] >= '0' && id.p[i] <= '9') || (id.p[i] >= 'a' && id.p[i] <= 'z')))
			return false;
	return id.n && id.n <= ID_MAX;
}

/* ---- where it is ---- */

static const char *joined(struct sw_arena *a, const char *dir, const char *name)
{
	return dir && *dir == '/' ? sw_arena_cstr(a, sw_arena_printf(a, "%s%s", dir, name)) : NULL;
}

/* A user's own comes before the system's, as podman has it. */
static int open_root(struct sw_source *s, struct sw_error *err)
{
	struct sw_arena *a = &s->arena;
	const char *data = joined(a, getenv("XDG_DATA_HOME"), "/containers/storage");
	const char *home = joined(a, getenv("HOME"), "/.local/share/containers/storage"), *system = "/var/lib/containers/storage";
	const char *const usual[] = {geteuid() ? (data ? data : home) : NULL, system};
	const char *const given[] = {s->opts->storage, NULL};
	const char *const *paths = s->opts->storage ? given : usual;
	const char *last = system;
	for (size_t i = 0; s->fd < 0 && i < 2; i++) {
		if (!paths[i])
			continue;
		last = paths[i];
		s->fd = open(last, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (s->fd < 0 && errno != ENOENT)
			break;
	}
	return s->fd >= 0 ? 0
			  : sw_error_errno(err, errno == ENOENT ? SW_ENOENT : SW_EIO, errno, "containers-storage, %s", last);
}

static int read_file(struct sw_source *s, const char *path, struct sw_str *ret, struct sw_error *err)
{
	uint64_t size = 0;
	sw_autoclose fd = -1;
	int rc = sw_folder_regular(s->fd, path, &fd, &size, err);
	if (!rc)
		rc = sw_source_read(s, fd, 0, size, JSON_MAX, ret, err);
	return rc == -SW_ELIMIT || rc == -SW_EIO ? sw_error_prefix(err, "%s: ", path) : rc;
}

/* ---- images ---- */

/* `digest` is of any of the documents called manifest…: of an image that was pulled by a list it may be the list's. */
static struct sw_str manifest_digest(struct sw_value e)
{
	struct sw_str exact = sw_value_getstr(sw_object_gets(e, SW_STR("big-data-digests")), "manifest");
	return exact.n ? exact : sw_value_getstr(e, "digest");
}

static void tell_image(struct sw_value e, struct sw_store_told *t)
{
	struct sw_store_image i = {.name = SW_STR(""), .id = sw_value_getstr(e, "id"), .top = sw_value_getstr(e, "layer"),
		.digest = manifest_digest(e), .other = sw_value_getstr(e, "digest")};
	if (sw_str_eq(i.other, i.digest))
		i.other = SW_STR("");
	if (!is_id(i.id) || (i.top.n && !is_id(i.top))) {
		t->left_out = true;
		return;
	}
	sw_store_tell_named(t, &i, sw_object_gets(e, SW_STR("names")));
}

void sw_storage_tell_images(struct sw_value root, struct sw_store_told *t)
{
	sw_array_foreach(e, root)
		tell_image(*e, t);
}

int sw_storage_read(struct sw_source *s, struct sw_store_images *ret, struct sw_error *err)
{
	struct sw_str json;
	int rc = open_root(s, err);
	if (!rc)
		rc = read_file(s, "overlay-images/images.json", &json, err);
	if (rc == -SW_ENOENT && s->fd >= 0)
		sw_error_hint(err, "of its drivers that for overlayfs is read");
	return rc ? rc : sw_store_parse(s, json, SW_ARRAY, sw_storage_tell_images, ret, err);
}

/* ---- layers ---- */

/* As images are told: the id, and the parent where an image has its uppermost layer. */
void sw_storage_tell_layers(struct sw_value root, struct sw_store_told *t)
{
	sw_array_foreach(e, root) {
		struct sw_store_image i = {.id = sw_value_getstr(*e, "id"), .top = sw_value_getstr(*e, "parent"), .name = SW_STR(""),
			.digest = SW_STR("")};
		if (is_id(i.id) && (!i.top.n || is_id(i.top)))
			sw_store_tell(t, &i);
	}
}

static const struct sw_store_image *layer_of(const struct sw_store_images *all, struct sw_str id)
{
	for (uint32_t i = 0; i < all->n; i++)
		if (sw_str_eq(all->v[i].id, id))
			return &all->v[i];
	return NULL;
}

static bool in_chain(const struct sw_source *s, struct sw_str id)
{
	for (uint32_t i = 0; i < s->n_chain; i++)
		if (sw_str_eq(s->chain[i], id))
			return true;
	return false;
}

/* From the uppermost down, into the arena; ends where a parent is not known. */
static int chain(struct sw_source *s, const char *path, struct sw_str top, struct sw_error *err)
{
	struct sw_store_images all = {0};
	struct sw_str json;
	int rc = read_file(s, path, &json, err);
	if (!rc)
		rc = sw_store_parse(s, json, SW_ARRAY, sw_storage_tell_layers, &all, err);
	s->chain = rc ? NULL : sw_arena_new_array(&s->arena, SW_IMAGE_LAYERS, struct sw_str);
	s->n_chain = 0;
	const struct sw_store_image *l = s->chain ? layer_of(&all, top) : NULL;
	while (l) {
		if (in_chain(s, l->id))
			return sw_error_set(err, SW_EINVALID, "%s: the layers go in a circle", path);
		if (s->n_chain == SW_IMAGE_LAYERS)
			return sw_error_set(err, SW_ELIMIT, "%s: more than %d layers upon each other", path, SW_IMAGE_LAYERS);
		s->chain[s->n_chain++] = l->id;
		l = l->top.n ? layer_of(&all, l->top) : NULL;
	}
	return rc;
}

int sw_storage_open(struct sw_source *s, const struct sw_store_image *image, struct sw_error *err)
{
	static const char *const lists[] = {"overlay-layers/layers.json", "overlay-layers/volatile-layers.json"};
	int rc = 0;
	/* One of the two knows the uppermost layer. Without any, all layers are missing. */
	for (size_t i = 0; !rc && image->top.n && !s->n_chain && i < SW_ARRAY_LEN(lists); i++) {
		rc = chain(s, lists[i], image->top, err);
		rc = rc == -SW_ENOENT ? 0 : rc;
	}
	s->image = image->id;
	s->start = SW_STR("manifest");
	s->expected = image->digest;
	return rc;
}

int sw_storage_document(struct sw_source *s, struct sw_str name, size_t max, struct sw_str *ret, struct sw_error *err)
{
	sw_autobuf path;
	uint64_t size = 0;
	sw_autoclose fd = -1;
	sw_buf_init(&path, 1024);
	sw_buf_printf(&path, "overlay-images/%.*s/", SW_STR_ARG(s->image));
	if (sw_digest_valid(name)) {
		sw_buf_addch(&path, '=');
		sw_base64_encode(&path, name);
	} else {
		sw_buf_addstr(&path, s->start);
	}
	int rc = sw_folder_regular(s->fd, sw_buf_cstr(&path), &fd, &size, err);
	return rc ? rc : sw_source_read(s, fd, 0, size, max, ret, err);
}

int sw_storage_layer(struct sw_source *s, uint32_t index, uint32_t of, int *ret_fd, struct sw_error *err)
{
	char path[ID_MAX + 32];
	/* Aligned at the top: below the last known parent nothing is known. */
	uint32_t above = of - 1 - index;
	if (above >= s->n_chain)
		return sw_error_set(err, SW_ENOENT, "the store does not have this layer");
	snprintf(path, sizeof(path), "overlay/%.*s/diff", SW_STR_ARG(s->chain[above]));
	return sw_folder_reach(s->fd, path, O_DIRECTORY, ret_fd, err);
}
