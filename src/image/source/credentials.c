/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who we are at a registry: --user, or the file that docker and podman log in to:
 * $DOCKER_CONFIG/config.json, ~/.docker/config.json, $REGISTRY_AUTH_FILE,
 * $XDG_RUNTIME_DIR/containers/auth.json, ~/.config/containers/auth.json. Credential helpers are
 * programs, and are not run.
 */
#include <stdlib.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "doc/json.h"
#include "image/source/registry.h"

enum { FILE_MAX = 1 << 20 };

static struct sw_str basic(struct sw_arena *a, struct sw_str user_password)
{
	sw_autobuf b;
	sw_buf_init(&b, 64 << 10);
	sw_buf_addz(&b, "Authorization: Basic ");
	sw_base64_encode(&b, user_password);
	return sw_arena_str(a, sw_buf_str(&b));
}

/* "https://index.docker.io/v1/", "registry.example:5000", "registry.example/team" */
static bool same_host(struct sw_str key, struct sw_str want)
{
	size_t at = sw_str_find(key, SW_STR("://"), 0);
	if (sw_str_eq(key, want))
		return true;
	if (at != SW_NPOS)
		key = sw_str_sub(key, at + 3, key.n);
	size_t slash = sw_str_chr(key, '/', 0);
	return sw_str_eq(slash == SW_NPOS ? key : sw_str_sub(key, 0, slash), want);
}

static bool from_file(struct sw_arena *a, const char *path, struct sw_str key,
	struct sw_str *ret_basic, struct sw_str *ret_token)
{
	struct sw_str text;
	struct sw_value root;
	if (sw_io_read(a, path, FILE_MAX, SW_IO_COPY, &text, NULL) ||
		sw_json_parse(a, text, 0, NULL, &root, NULL, NULL))
		return false;
	struct sw_value auths = sw_object_gets(root, SW_STR("auths"));
	if (auths.type != SW_OBJECT)
		return false;
	sw_object_foreach(m, auths) {
		if (m->k.type != SW_STRING || !same_host(sw_value_str(m->k), key))
			continue;
		struct sw_str auth = sw_value_getstr(m->v, "auth");
		struct sw_str user = sw_value_getstr(m->v, "username");
		struct sw_str password = sw_value_getstr(m->v, "password");
		*ret_token = sw_value_getstr(m->v, "identitytoken");
		if (auth.n && sw_str_chr(auth, '\n', 0) == SW_NPOS)
			*ret_basic = sw_arena_printf(
				a, "Authorization: Basic %.*s", SW_STR_ARG(auth));
		else if (user.n)
			*ret_basic = basic(a, sw_arena_printf(a, "%.*s:%.*s", SW_STR_ARG(user),
						      SW_STR_ARG(password)));
		if (ret_basic->n || ret_token->n)
			return true;
	}
	return false;
}

bool sw_registry_credentials(struct sw_arena *a, const struct sw_image_opts *o, struct sw_str key,
	struct sw_str *ret_basic, struct sw_str *ret_token)
{
	*ret_basic = *ret_token = SW_STR("");
	if (o->user_password) {
		*ret_basic = basic(a, sw_str_from(o->user_password));
		return true;
	}
	const struct {
		const char *folder, *rest;
	} files[] = {{getenv("REGISTRY_AUTH_FILE"), ""}, {getenv("DOCKER_CONFIG"), "/config.json"},
		{getenv("HOME"), "/.docker/config.json"},
		{getenv("XDG_RUNTIME_DIR"), "/containers/auth.json"},
		{getenv("HOME"), "/.config/containers/auth.json"}};
	for (size_t i = 0; i < SW_ARRAY_LEN(files); i++) {
		char path[4096];
		if (!files[i].folder || files[i].folder[0] != '/')
			continue;
		int n = snprintf(path, sizeof(path), "%s%s", files[i].folder, files[i].rest);
		if (n > 0 && (size_t)n < sizeof(path) && from_file(a, path, key, ret_basic, ret_token))
			return true;
	}
	return false;
}
