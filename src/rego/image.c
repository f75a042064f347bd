/* SPDX-License-Identifier: Apache-2.0 */
/* An engine around tables that the build compiled. */
#include "rego/image.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

/* ---- binding ---- */

static struct {
	pthread_mutex_t lock;
	const struct sw_rego_image *image;
	char *base;
} bound = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void bind_value(struct sw_value *v, char *base, const char *strings)
{
	if (v->type == SW_STRING || (v->type == SW_NUMBER && v->repr == SW_NUM_TEXT))
		v->u.s = strings + (uintptr_t)v->u.s;
	else if (v->type == SW_OBJECT)
		v->u.o = v->n ? (void *)(base + (uintptr_t)v->u.o) : &sw_object_empty;
	else if (v->type == SW_ARRAY || v->type == SW_SET)
		v->u.a = v->n ? (void *)(base + (uintptr_t)v->u.a) : &sw_array_empty;
}

static void bind_part(const struct sw_rego_image_part *p, char *base, const char *strings)
{
	char *row = base + p->at;
	for (uint32_t i = 0; i < p->n; i++, row += p->size) {
		for (uint32_t k = 0; k < p->n_ops; k++) {
			void *at = row + p->ops[k].at;
			uintptr_t *word = at;
			if (p->ops[k].op == 'v')
				bind_value(at, base, strings);
			else if (*word)
				*word += (uintptr_t)(p->ops[k].op == 's' ? strings : base);
		}
	}
}

/* One mapping with its pages, so that the copy makes no faults; nobody writes to it afterwards. */
static char *copy_tables(const struct sw_rego_image *im)
{
	char *base = mmap(NULL, im->n_bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (base == MAP_FAILED)
		return NULL;
	memcpy(base, im->tables, im->n_bytes);
	for (uint32_t i = 0; i < im->n_parts; i++)
		bind_part(&im->parts[i], base, im->strings);
	mprotect(base, im->n_bytes, PROT_READ);
	return base;
}

char *sw_rego_image_bind(const struct sw_rego_image *im)
{
	pthread_mutex_lock(&bound.lock);
	if (!bound.image) {
		bound.base = copy_tables(im);
		bound.image = bound.base ? im : NULL;
	}
	char *base = bound.image == im ? bound.base : NULL; /* a program has one */
	pthread_mutex_unlock(&bound.lock);
	return base;
}

/* ---- the engine ---- */

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
	return 0;
}

static int take_tables(
	struct sw_rego_engine *e, const struct sw_rego_image *im, struct sw_error *err)
{
	uintptr_t base = (uintptr_t)sw_rego_image_bind(im);
	if (!base)
		return sw_error_set(err, SW_ELIMIT, "out of memory for a Rego program");
	e->code.k.v = (void *)(base + (uintptr_t)e->code.k.v);
	e->code.fns.v = (void *)(base + (uintptr_t)e->code.fns.v);
	e->code.paths.v = (void *)(base + (uintptr_t)e->code.paths.v);
	e->code.rules.v = (void *)(base + (uintptr_t)e->code.rules.v);
	e->code.switches.v = (void *)(base + (uintptr_t)e->code.switches.v);
	e->program->data = (void *)(base + (uintptr_t)im->data);
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
	if (!r)
		r = take_tables(e, image, err);
	if (r) {
		sw_rego_engine_free(e);
		return r;
	}
	e->compiled = e->from_image = true;
	*ret = e;
	return 0;
}
