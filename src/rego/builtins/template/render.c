/* SPDX-License-Identifier: Apache-2.0 */
/* strings.render_template */
#include "rego/builtins/arg.h"
#include "rego/builtins/template/template.h"

enum { VALUE_DEPTH = 5000 };

/*
 * OPA hands the variables over as JSON text that it made by writing the Rego value: what Rego writes in another
 * way than JSON fails as Go's decoder fails.
 */

static int bad_char(struct sw_builtin_ctx *ctx, struct sw_str at, const char *where)
{
	size_t i = 0;
	sw_autobuf b;
	sw_buf_init(&b, 64);
	uint32_t cp = at.n ? sw_utf8_next(at, &i) : 0;
	if (cp == '\'')
		sw_buf_addz(&b, "'\\''");
	else if (cp == '"')
		sw_buf_addz(&b, "'\"'");
	else
		sw_gofmt_quote_rune(&b, cp, false);
	return sw_builtin_fail(ctx, "invalid character %.*s %s", SW_STR_ARG(sw_buf_str(&b)), where);
}

static int check_string(struct sw_builtin_ctx *ctx, struct sw_value v)
{
	sw_autobuf b;
	sw_buf_init(&b, SW_BUILTIN_STR_MAX);
	sw_gofmt_quote(&b, sw_value_str(v), false);
	for (size_t i = 0; i + 1 < b.n; i++)
		if (b.p[i] == '\\' && !strchr("\"\\/bfnrtu", b.p[++i]))
			return bad_char(ctx, sw_str_make(b.p + i, 1), "in string escape code");
	return 0;
}

/* What stands where a member's key should. */
static int check_key(struct sw_builtin_ctx *ctx, struct sw_value k)
{
	sw_autobuf b;
	sw_buf_init(&b, SW_BUILTIN_STR_MAX);
	if (k.type == SW_STRING)
		return check_string(ctx, k);
	sw_rego_value_print(&b, k);
	return bad_char(ctx, sw_buf_str(&b), "looking for beginning of object key string");
}

static int check_json(struct sw_builtin_ctx *ctx, struct sw_value v, int depth)
{
	if (depth > VALUE_DEPTH)
		return sw_builtin_limit(ctx, "the template's variables are nested too deeply");
	if (v.type == SW_STRING)
		return check_string(ctx, v);
	if (v.type == SW_SET && !v.n)
		return bad_char(ctx, SW_STR("s"), "looking for beginning of value");
	if (v.type == SW_SET) {
		SW_TRY(check_key(ctx, v.u.a->v[0]));
		return bad_char(ctx, v.n > 1 ? SW_STR(",") : SW_STR("}"), "after object key");
	}
	if (v.type == SW_ARRAY) {
		sw_array_foreach(e, v)
			SW_TRY(check_json(ctx, *e, depth + 1));
	} else if (v.type == SW_OBJECT) {
		sw_object_foreach(m, v) {
			SW_TRY(check_key(ctx, m->k));
			SW_TRY(check_json(ctx, m->v, depth + 1));
		}
	}
	return sw_builtin_steps(ctx, 1);
}

SW_BUILTIN_FN(render_template)
{
	struct template t = {.ctx = ctx, .arena = ctx->scratch};
	sw_autobuf out, named;
	sw_buf_init(&out, SW_BUILTIN_STR_MAX);
	sw_buf_init(&named, SW_BUILTIN_STR_MAX);
	SW_TRY(sw_arg_str(ctx, args, 0, &t.text));
	SW_TRY(sw_arg_type(ctx, args, 1, SW_OBJECT));
	if (t.text.n > TEMPLATE_TEXT_MAX)
		return sw_builtin_limit(ctx, "the template is too long");
	SW_TRY(sw_builtin_steps(ctx, t.text.n / 16));
	SW_TRY(check_json(ctx, args[1], 0));
	SW_TRY(sw_template_parse(&t));
	SW_TRY(sw_template_run(&t, args[1], &out));
	if (ctx->scratch->overflow)
		return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
	struct sw_str s = sw_buf_str(&out), none = SW_STR("<no value>");
	for (size_t at = 0, hit; at < s.n; at = hit) {
		hit = sw_str_find(s, none, at);
		hit = hit == SW_NPOS ? s.n : hit;
		sw_buf_addstr(&named, sw_str_sub(s, at, hit));
		if (hit == s.n)
			break;
		sw_buf_addz(&named, "<undefined>");
		hit += none.n;
	}
	out.overflow |= named.overflow;
	return out.overflow ? sw_builtin_limit(ctx, "string too long") : sw_ret_buf(ctx, &named, ret);
}

static const struct sw_builtin rows[] = {
	{"strings.render_template", NULL, "(string, object[string:any]) string", 0, render_template},
};

const struct sw_builtin_group sw_builtins_template = {rows, SW_ARRAY_LEN(rows)};
