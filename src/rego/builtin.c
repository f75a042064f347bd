/* SPDX-License-Identifier: Apache-2.0 */
/* What every builtin uses: failures, the step budget, and Rego's rendering of values. */
#include "rego/builtin.h"

#include <time.h>

#include <stdio.h>

#include "base/clock.h"
#include "base/go/gofmt.h"

int sw_builtin_fail(struct sw_builtin_ctx *ctx, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *p = n < 0 ? NULL : sw_arena_alloc(ctx->arena, (size_t)n + 1);
	if (p)
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	ctx->err_code = SW_BUILTIN_ERROR;
	ctx->err_text = (struct sw_str){p, p ? (size_t)n : 0};
	return -SW_EINVALID;
}

int sw_builtin_operand(
	struct sw_builtin_ctx *ctx, uint32_t pos, const char *want, struct sw_value got)
{
	sw_builtin_fail(ctx, "operand %u must be %s but got %s", pos, want,
		sw_type_name((enum sw_type)got.type));
	ctx->err_code = SW_BUILTIN_TYPE_ERROR;
	return -SW_EINVALID;
}

int sw_builtin_limit(struct sw_builtin_ctx *ctx, const char *what)
{
	ctx->err_code = SW_BUILTIN_LIMIT;
	ctx->err_text = sw_str_from(what); /* a literal: the arena may be full */
	return -SW_ELIMIT;
}

/* Looks at the clock every CLOCK_STEPS steps; a call counts for some even when it takes none. */
static bool out_of_time(struct sw_builtin_ctx *ctx, uint64_t n)
{
	enum { CLOCK_STEPS = 1 << 16, CALL_STEPS = 64 };
	if (ctx->clock_at > n + CALL_STEPS) {
		ctx->clock_at -= n + CALL_STEPS;
		return false;
	}
	ctx->clock_at = CLOCK_STEPS;
	return sw_now_ns() > ctx->deadline_ns;
}

int sw_builtin_steps(struct sw_builtin_ctx *ctx, uint64_t n)
{
	if (ctx->deadline_ns && out_of_time(ctx, n)) {
		ctx->err_code = SW_BUILTIN_CANCEL;
		ctx->err_text = SW_STR("the evaluation's time is over");
		return -SW_ECANCELLED;
	}
	if (ctx->cancel && *ctx->cancel) {
		ctx->err_code = SW_BUILTIN_CANCEL;
		ctx->err_text = SW_STR("caller cancelled query execution");
		return -SW_ECANCELLED;
	}
	if (!ctx->steps)
		return 0;
	if (*ctx->steps < n) {
		*ctx->steps = 0;
		return sw_builtin_limit(ctx, "the evaluation's step budget is spent");
	}
	*ctx->steps -= n;
	return 0;
}

int sw_builtin_ret_str(struct sw_builtin_ctx *ctx, struct sw_str s, struct sw_value *ret)
{
	if (s.n > SW_VALUE_MAX_LEN)
		return sw_builtin_limit(ctx, "string too long");
	struct sw_value v = sw_string_copy(ctx->arena, s);
	if (!sw_defined(v))
		return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
	*ret = v;
	return 0;
}

/* ---- the table's readers ---- */

uint32_t sw_builtin_arity(const struct sw_builtin *b)
{
	uint32_t n = 0;
	int depth = 0;
	for (const char *p = b->decl; *p; p++) {
		if (*p == '"') { /* a member's name */
			while (*++p && *p != '"')
				;
			if (!*p)
				break;
		} else if (*p == '(' || *p == '[' || *p == '{' || *p == '<') {
			depth++;
		} else if (*p == ')' || *p == ']' || *p == '}' || *p == '>') {
			if (--depth == 0)
				break;
		} else if (depth == 1 && *p == ',') {
			n++;
		} else if (depth == 1 && n == 0 && *p != ' ') {
			n = 1;
		}
	}
	return n;
}

/* ---- rendering, as ast.Value.String() ---- */

static void print_number(struct sw_buf *out, struct sw_value v)
{
	if (v.repr == SW_NUM_INT)
		sw_buf_printf(out, "%lld", (long long)v.u.i);
	else if (v.repr == SW_NUM_TEXT)
		sw_buf_addstr(out, sw_value_str(v));
	else
		sw_buf_printf(out, "%.17g", v.u.d);
}

static void print_list(struct sw_buf *out, struct sw_value v, char open, char close)
{
	sw_buf_addch(out, open);
	sw_array_foreach(e, v) {
		if (e != v.u.a->v)
			sw_buf_add(out, ", ", 2);
		sw_rego_value_print(out, *e);
	}
	sw_buf_addch(out, close);
}

static void print_object(struct sw_buf *out, struct sw_value v)
{
	sw_buf_addch(out, '{');
	sw_object_foreach(m, v) {
		if (m != v.u.o->m)
			sw_buf_add(out, ", ", 2);
		sw_rego_value_print(out, m->k);
		sw_buf_add(out, ": ", 2);
		sw_rego_value_print(out, m->v);
	}
	sw_buf_addch(out, '}');
}

/* Recursion: a value's depth is bounded by the readers and by the evaluation that built it. */
void sw_rego_value_print(struct sw_buf *out, struct sw_value v)
{
	switch ((enum sw_type)v.type) {
	case SW_UNDEF:
	case SW_TYPE__COUNT:
		sw_buf_addz(out, "undefined");
		break;
	case SW_NULL:
		sw_buf_addz(out, "null");
		break;
	case SW_BOOL:
		sw_buf_addz(out, v.u.b ? "true" : "false");
		break;
	case SW_NUMBER:
		print_number(out, v);
		break;
	case SW_STRING:
		sw_gofmt_quote(out, sw_value_str(v), false);
		break;
	case SW_ARRAY:
		print_list(out, v, '[', ']');
		break;
	case SW_SET:
		if (v.n)
			print_list(out, v, '{', '}');
		else
			sw_buf_addz(out, "set()");
		break;
	case SW_OBJECT:
		print_object(out, v);
		break;
	}
}
