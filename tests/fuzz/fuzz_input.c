/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A manifest of any bytes: taken apart into objects, each with its pods, judged by every Pod
 * Security Standard and pointed at. Every place must lie in the text.
 */
#include <stdint.h>
#include <stdlib.h>

#include "policy/fold.h"
#include "policy/input/impl.h"
#include "policy/place.h"
#include "policy/pss/pss.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define must(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond))                                                                       \
			abort();                                                                   \
	} while (0)

static void judge(const struct sw_input_doc *d, const struct sw_where *w, struct sw_arena *a)
{
	struct sw_kube_pod *pods;
	uint32_t n = 0;
	if (sw_kube_pods(a, &d->object, &pods, &n, NULL))
		return;
	for (uint32_t i = 0; i < n; i++)
		for (unsigned level = 0; level < 3; level++) {
			struct sw_pss_result r;
			struct sw_pss_policy p = {(enum sw_pss_level)level, SW_PSS_LATEST};
			if (sw_pss_eval(a, p, &pods[i], &r, NULL))
				continue;
			for (uint32_t k = 0; k < r.n; k++)
				for (uint32_t m = 0; m < r.checks[k].n_places; m++) {
					struct sw_evidence ev;
					if (sw_place_pointer(
						    a, w, r.checks[k].places[m].pointer, &ev))
						continue;
					must(ev.span.end <= d->source->text.n &&
						ev.span.start <= ev.span.end);
					must(!ev.span.end || (ev.line && ev.end_line >= ev.line));
				}
		}
}

static int on_object(void *arg, const struct sw_input_doc *d, struct sw_error *err)
{
	sw_autoarena a;
	struct sw_subject subject;
	sw_arena_init(&a, 1 << 28);
	must(d->span.end <= d->source->text.n && d->object.kind.n && d->object.api_version.n);
	struct sw_where w = {.source = d->source,
		.line_arena = d->file_arena,
		.root = d->object.value,
		.span = d->span,
		.pointer = d->pointer};
	judge(d, &w, &a);
	sw_fold_pod(arg, &d->object, &subject);
	return 0;
}

static void on_problem(void *arg, const struct sw_input_problem *p)
{
	must(p->reason.n && p->kind < SW_INPUT__COUNT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sw_fold *fold = sw_fold_new();
	struct sw_input_opts opts = {.max_memory = 1 << 28};
	struct sw_input_handler h = {on_object, on_problem, fold};
	struct sw_error err = {0};
	struct input in = {.opts = &opts, .h = &h, .err = &err};
	sw_autobuf text;
	sw_buf_init(&text, 0);
	if (n)
		sw_buf_add(&text, (const char *)data + 1, n - 1);
	sw_arena_init(&in.doc_arena, opts.max_memory);
	if (n)
		input_text(&in, SW_STR("f"), &text,
			data[0] & 1, NULL);
	uint64_t problems = 0;
	for (int i = 0; i < SW_INPUT__COUNT; i++)
		problems += in.stats.by_problem[i];
	must(!n || in.stats.objects + problems > 0 || in.stats.documents > 0);
	sw_arena_release(&in.doc_arena);
	sw_input_file_free(in.file);
	sw_fold_free(fold);
	return 0;
}
