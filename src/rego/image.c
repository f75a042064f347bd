/* SPDX-License-Identifier: Apache-2.0 */
/* An engine around tables that the build compiled. */
#include "rego/image.h"

#include <stdlib.h>

static int find_builtins(
	struct sw_rego_engine *e, const struct sw_rego_image *im, struct sw_error *err)
{
	const struct sw_builtin **v =
		sw_arena_new_array(&e->arena, im->n_builtins + 1, const struct sw_builtin *);
	if (!v)
		return sw_error_set(err, SW_ELIMIT, "out of memory for a Rego program");
	for (uint32_t i = 0; i < im->n_builtins; i++) {
		v[i] = sw_builtin_find(sw_str_from(im->builtins[i]));
		if (!v[i])
			return sw_error_set(
				err, SW_EINVALID, "there is no builtin %s", im->builtins[i]);
	}
	e->code.builtins.v = v;
	e->code.builtins.n = e->code.builtins.cap = im->n_builtins;
	return 0;
}

static int name_sources(struct sw_rego_engine *e, const struct sw_rego_image *im,
	const struct sw_embed *files, uint32_t n, struct sw_error *err)
{
	if (n != im->n_files)
		return sw_error_set(err, SW_EINVALID, "the image is of other sources");
	e->image_sources = sw_arena_new_array(&e->arena, n + 1, struct sw_source);
	e->program = sw_arena_new(&e->arena, struct sw_rego_program);
	if (!e->image_sources || !e->program)
		return sw_error_set(err, SW_ELIMIT, "out of memory for a Rego program");
	for (uint32_t i = 0; i < n; i++)
		e->image_sources[i] = (struct sw_source){
			.name = sw_str_from(files[i].name), .text = files[i].text};
	e->image_locs = im->locs;
	e->n_image_locs = im->n_locs;
	e->program->data = im->data;
	return 0;
}

int sw_rego_engine_from_image(const struct sw_rego_image *image, const struct sw_embed *files,
	uint32_t n_files, struct sw_rego_engine **ret, struct sw_error *err)
{
	struct sw_rego_engine *e = sw_rego_engine_new(NULL);
	e->code = image->code;
	e->plain_ops = image->plain_ops;
	int r = find_builtins(e, image, err);
	if (!r)
		r = name_sources(e, image, files, n_files, err);
	if (r) {
		sw_rego_engine_free(e);
		return r;
	}
	e->compiled = e->from_image = true;
	*ret = e;
	return 0;
}
