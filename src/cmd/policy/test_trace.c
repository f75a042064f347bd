/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/policy/test_trace.h"

#include "rego/partial/partial.h"

enum { VALUES_MAX = 1 << 20 };

void sw_test_trace_init(struct sw_test_trace *t, struct sw_arena *a, const char *mode, bool values,
	struct sw_test_case *cases)
{
	*t = (struct sw_test_trace){.arena = a, .cases = cases, .values = values};
	sw_policy_trace_init(&t->rows, mode, values);
	if (!*mode)
		t->rows.notes_only = t->rows.fails_only = true;
	sw_buf_init(&t->text, VALUES_MAX);
}

void sw_test_trace_release(struct sw_test_trace *t)
{
	sw_policy_trace_release(&t->rows);
	sw_buf_release(&t->text);
}

static struct sw_test_failure failure(const struct sw_test_trace *t)
{
	if (!t->fail)
		return (struct sw_test_failure){0};
	return (struct sw_test_failure){t->fail, sw_arena_str(t->arena, sw_buf_str(&t->text))};
}

/* Of an `every`, what fails in it tells more. */
static bool tells(const struct sw_rego_trace_event *ev)
{
	return ev->op == SW_REGO_TRACE_FAIL && ev->query && ev->loc && !ev->whole &&
	       !sw_str_starts(ev->text, SW_STR("every "));
}

void sw_test_trace_event(void *arg, const struct sw_rego_trace_event *ev)
{
	struct sw_test_trace *t = arg;
	sw_policy_trace_event(&t->rows, ev);
	if (!t->values)
		return;
	if (tells(ev)) {
		t->fail = ev->loc;
		sw_buf_clear(&t->text);
		sw_rego_trace_values(ev, &t->text);
	} else if (ev->op == SW_REGO_TRACE_TEST_CASE) {
		if (t->begun)
			t->begun->failure = failure(t);
		t->begun = sw_test_cases_find(t->cases, ev->test_case);
	}
}

void sw_test_trace_finish(struct sw_test_trace *t)
{
	if (t->begun)
		t->begun->failure = failure(t);
	/* What is looked at is what is shown, where no failure may be. */
	if (t->rows.fails_only || !t->rows.notes_only)
		t->failure = failure(t);
}

static void put_indented(struct sw_buf *out, struct sw_str text, unsigned indent)
{
	sw_buf_pad(out, ' ', text.n ? indent : 0);
	for (size_t i = 0; i < text.n; i++) {
		sw_buf_addch(out, text.p[i]);
		if (text.p[i] == '\n' && i + 1 < text.n)
			sw_buf_pad(out, ' ', indent);
	}
}

void sw_test_failure_write(struct sw_buf *out, const struct sw_test_failure *f, unsigned indent)
{
	sw_buf_pad(out, ' ', indent);
	sw_buf_addch(out, '\n');
	if (!f->loc)
		return;
	sw_buf_pad(out, ' ', indent + 2);
	if (f->loc->file)
		sw_buf_addstr(out, f->loc->file->name);
	sw_buf_printf(out, ":%u:\n", f->loc->row);
	put_indented(out, f->text, indent + 4);
	sw_buf_pad(out, ' ', indent);
	sw_buf_addch(out, '\n');
}
