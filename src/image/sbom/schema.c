/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sbom/schema.h"

#include <stdarg.h>

#include "base/embed.h"
#include "doc/json.h"

extern const struct sw_embed sw_embed_sbom[];
extern const unsigned sw_embed_sbom_n;

int sw_schema_init(struct sw_schema *s, struct sw_arena *a, struct sw_error *err)
{
	*s = (struct sw_schema){.arena = a};
	for (unsigned i = 0; i < sw_embed_sbom_n; i++)
		if (strcmp(sw_embed_sbom[i].name, "cyclonedx.json") == 0)
			return sw_json_parse(
				a, sw_embed_sbom[i].text, 0, NULL, &s->rules, NULL, err);
	return sw_error_set(err, SW_ENOENT, "this build carries no schemas");
}

void sw_schema_add(struct sw_schema *s, struct sw_str path, uint32_t line, const char *fmt, ...)
{
	va_list ap;
	if (s->n_problems == SW_SCHEMA_PROBLEMS)
		return;
	sw_autobuf b;
	sw_buf_init(&b, 4096);
	va_start(ap, fmt);
	sw_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	s->problems[s->n_problems++] = (struct sw_schema_problem){
		.path = path, .message = sw_arena_str(s->arena, sw_buf_str(&b)), .line = line};
}

bool sw_schema_step(struct sw_schema *s, uint64_t n)
{
	s->work += n;
	if (s->work <= SW_SCHEMA_WORK)
		return true;
	if (!s->error)
		s->error =
			sw_error_set(s->err, SW_ELIMIT, "the document is too much work to check");
	return false;
}

static struct sw_re2 *pattern_of(struct sw_schema *s, struct sw_str pattern)
{
	struct sw_re2 *re;
	for (uint32_t i = 0; i < s->n_patterns; i++)
		if (sw_str_eq(s->patterns[i].pattern, pattern))
			return s->patterns[i].re;
	if (s->n_patterns == SW_SCHEMA_PATTERNS || sw_re2_compile(pattern, &re, NULL) < 0)
		return NULL;
	if (sw_arena_defer(s->arena, (void (*)(void *))sw_re2_free, re) < 0)
		return NULL;
	s->patterns[s->n_patterns].pattern = pattern;
	s->patterns[s->n_patterns++].re = re;
	return re;
}

bool sw_schema_match(struct sw_schema *s, struct sw_str pattern, struct sw_str text, bool whole)
{
	struct sw_re2 *re;
	size_t caps[2];
	uint64_t work = 1 << 24;
	if (whole) {
		sw_autobuf b;
		sw_buf_init(&b, 64 << 10);
		sw_buf_addz(&b, "^(?:");
		sw_buf_addstr(&b, pattern);
		sw_buf_addz(&b, ")$");
		re = NULL;
		for (uint32_t i = 0; !re && i < s->n_patterns; i++)
			if (sw_str_eq(s->patterns[i].pattern, sw_buf_str(&b)))
				re = s->patterns[i].re;
		if (!re)
			re = pattern_of(s, sw_arena_str(s->arena, sw_buf_str(&b)));
	} else {
		re = pattern_of(s, pattern);
	}
	return re && sw_schema_step(s, text.n / 16 + 1) &&
	       sw_re2_find(re, text, 0, caps, 1, &work) == 1;
}
