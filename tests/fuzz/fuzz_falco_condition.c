/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a condition: what parses prints, and what was printed is a condition of the same text or is refused. */
#include <stdint.h>
#include <stdlib.h>

#include "runtime/rules/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void compile(struct sw_arena *a, const struct sw_cond *c, enum sw_event_source source)
{
	struct sw_node *node;
	struct sw_cond_pos pos;
	struct sw_error err = {0};
	struct sw_prog *p = sw_prog_new(a, source);
	if (!p || sw_prog_add(p, c, NULL, NULL, &node, &pos, &err) < 0) {
		if (p && !err.text[0])
			abort();
		return;
	}
	struct sw_eval *e = sw_eval_new(p);
	struct sw_arena values;
	sw_arena_init(&values, (size_t)16 << 20);
	/* An event without any field: nothing may be asked of what is not there. */
	struct sw_event ev = {.source = SW_SOURCE_SYSCALL, .code = 3, .arena = &values, .num = 1};
	if (e && source == SW_SOURCE_SYSCALL) {
		sw_eval_begin(e, &ev);
		sw_eval_node(e, node);
	}
	sw_eval_free(e);
	sw_arena_release(&values);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	sw_autoarena a;
	sw_autobuf out;
	struct sw_cond *c;
	struct sw_codeset codes;
	struct sw_error err = {0};
	sw_arena_init(&a, (size_t)256 << 20);
	sw_buf_init(&out, (size_t)16 << 20);
	if (n > 8192)
		return 0;
	if (sw_cond_parse(&a, sw_str_make((const char *)data, n), SW_COND_DEPTH_RULE, &c, NULL, &err) < 0) {
		if (!err.text[0])
			abort();
		return 0;
	}
	sw_cond_print(&out, c);
	sw_cond_codes(c, &codes, &err);
	compile(&a, c, SW_SOURCE_SYSCALL);
	compile(&a, c, SW_SOURCE_K8S_AUDIT);
	return 0;
}
