/* SPDX-License-Identifier: Apache-2.0 */
/* json.marshal, json.unmarshal, json.is_valid, yaml.* */
#include <math.h>

#include "doc/json.h"
#include "doc/yaml.h"
#include "rego/builtins/arg.h"
#include "rego/builtins/jsontext.h"
#include "base/go/gofmt.h"

enum { DEPTH_MAX = 2000, GO_DEPTH_MAX = 10000 };

/* ---- what JSON can say: string keys, no sets ---- */

static bool plain(struct sw_value v, uint32_t depth)
{
	if (depth > DEPTH_MAX)
		return false;
	if (v.type == SW_ARRAY) {
		sw_array_foreach (e, v)
			if (!plain(*e, depth + 1))
				return false;
	} else if (v.type == SW_OBJECT) {
		sw_object_foreach (m, v)
			if (m->k.type != SW_STRING || !plain(m->v, depth + 1))
				return false;
	}
	return v.type != SW_SET;
}

static int convert(
	struct sw_builtin_ctx *ctx, struct sw_value v, uint32_t depth, struct sw_value *ret)
{
	struct sw_list list;
	struct sw_map map;
	SW_TRY(sw_builtin_steps(ctx, 1));
	if (depth > DEPTH_MAX)
		return sw_builtin_limit(ctx, "value nests too deeply");
	if (v.type == SW_ARRAY || v.type == SW_SET) {
		sw_list_init(&list, ctx->scratch);
		sw_array_foreach (e, v) {
			struct sw_value x = sw_undef();
			SW_TRY(convert(ctx, *e, depth + 1, &x));
			if (sw_list_add(&list, x) < 0)
				return sw_ret_value(ctx, sw_undef(), ret);
		}
		return sw_ret_value(ctx, sw_list_array(&list), ret);
	}
	if (v.type != SW_OBJECT) {
		*ret = v;
		return 0;
	}
	sw_map_init(&map, ctx->scratch);
	sw_object_foreach (m, v) {
		struct sw_value k = m->k, x = sw_undef();
		SW_TRY(convert(ctx, m->v, depth + 1, &x));
		if (k.type != SW_STRING) {
			sw_autobuf text;
			sw_buf_init(&text, SW_BUILTIN_STR_MAX);
			SW_TRY(convert(ctx, k, depth + 1, &k));
			sw_json_write(&text, k, SW_JSON_HTML_ESCAPE);
			k = sw_string_copy(ctx->scratch, sw_buf_str(&text));
		}
		if (!sw_defined(k) || sw_map_add(&map, k, x) < 0)
			return sw_ret_value(ctx, sw_undef(), ret);
	}
	return sw_ret_value(ctx, sw_map_object(&map), ret);
}

static int as_json(struct sw_builtin_ctx *ctx, struct sw_value v, struct sw_value *ret)
{
	*ret = v;
	return plain(v, 0) ? 0 : convert(ctx, v, 0, ret);
}

static int write_json(struct sw_builtin_ctx *ctx, struct sw_value v, struct sw_buf *out)
{
	struct sw_value x = sw_undef();
	SW_TRY(as_json(ctx, v, &x));
	sw_json_write(out, x, SW_JSON_HTML_ESCAPE);
	if (out->overflow)
		return sw_builtin_limit(ctx, "string too long");
	return sw_builtin_steps(ctx, out->n / 16);
}

SW_BUILTIN_FN(marshal)
{
	sw_autobuf out;
	sw_buf_init(&out, SW_BUILTIN_STR_MAX);
	SW_TRY(write_json(ctx, args[0], &out));
	return sw_ret_buf(ctx, &out, ret);
}

/* ---- marshal_with_options ---- */

struct options {
	struct sw_str indent, prefix;
	bool implied, said, pretty;
};

static int option_text(
	struct sw_builtin_ctx *ctx, const struct sw_member *m, uint32_t index, struct sw_str *ret)
{
	if (m->v.type != SW_STRING)
		return sw_arg_fail(ctx,
			"operand 2 key \"%.*s\" failed cast to string: operand %u must be string "
			"but got %s",
			SW_STR_ARG(sw_value_str(m->k)), index,
			sw_type_name((enum sw_type)m->v.type));
	*ret = sw_value_str(m->v);
	return 0;
}

static int bad_key(struct sw_builtin_ctx *ctx, struct sw_value k, uint32_t index)
{
	sw_autobuf text;
	sw_buf_init(&text, 1 << 16);
	sw_rego_value_print(&text, k);
	if (k.type == SW_STRING)
		return sw_arg_fail(ctx, "operand 2 object contained unknown key %.*s",
			SW_STR_ARG(sw_buf_str(&text)));
	return sw_arg_fail(ctx,
		"operand 2 failed to stringify key %.*s at index %u: operand %u must be string but "
		"got %s",
		SW_STR_ARG(sw_buf_str(&text)), index, index, sw_type_name((enum sw_type)k.type));
}

static int read_options(struct sw_builtin_ctx *ctx, struct sw_value o, struct options *opt)
{
	for (uint32_t i = 0; i < o.n; i++) {
		const struct sw_member *m = &o.u.o->m[i];
		struct sw_str key = sw_value_str(m->k);
		if (m->k.type == SW_STRING && sw_str_is(key, "prefix")) {
			SW_TRY(option_text(ctx, m, i, &opt->prefix));
			opt->implied = true;
		} else if (m->k.type == SW_STRING && sw_str_is(key, "indent")) {
			SW_TRY(option_text(ctx, m, i, &opt->indent));
			opt->implied = true;
		} else if (m->k.type == SW_STRING && sw_str_is(key, "pretty")) {
			if (m->v.type != SW_BOOL)
				return sw_arg_fail(
					ctx, "operand 2 key \"pretty\" failed cast to bool");
			opt->said = true;
			opt->pretty = m->v.u.b;
		} else {
			return bad_key(ctx, m->k, i);
		}
	}
	if (!opt->said)
		opt->pretty = opt->implied;
	return 0;
}

static void new_line(struct sw_buf *out, const struct options *opt, uint32_t depth)
{
	sw_buf_addch(out, '\n');
	sw_buf_addstr(out, opt->prefix);
	while (depth-- && !out->overflow)
		sw_buf_addstr(out, opt->indent);
}

/* Go's json.Indent over compact text. */
static void indent(struct sw_buf *out, struct sw_str text, const struct options *opt)
{
	uint32_t depth = 0;
	bool open = false, quoted = false;
	for (size_t i = 0; i < text.n && !out->overflow; i++) {
		char c = text.p[i];
		if (quoted) {
			sw_buf_addch(out, c);
			if (c == '\\' && i + 1 < text.n)
				sw_buf_addch(out, text.p[++i]);
			quoted = c != '"';
			continue;
		}
		bool close = c == ']' || c == '}';
		if (open && !close)
			new_line(out, opt, ++depth);
		if (close && !open)
			new_line(out, opt, --depth);
		open = c == '[' || c == '{';
		quoted = c == '"';
		sw_buf_addch(out, c);
		if (c == ',')
			new_line(out, opt, depth);
		else if (c == ':')
			sw_buf_addch(out, ' ');
	}
}

SW_BUILTIN_FN(marshal_with_options)
{
	struct options opt = {.indent = SW_STR("\t")};
	SW_TRY(sw_arg_type(ctx, args, 1, SW_OBJECT));
	SW_TRY(read_options(ctx, args[1], &opt));
	sw_autobuf text, out;
	sw_buf_init(&text, SW_BUILTIN_STR_MAX);
	sw_buf_init(&out, SW_BUILTIN_STR_MAX);
	SW_TRY(write_json(ctx, args[0], &text));
	if (!opt.pretty)
		return sw_ret_buf(ctx, &text, ret);
	sw_buf_addstr(&out, opt.prefix);
	indent(&out, sw_buf_str(&text), &opt);
	SW_TRY(sw_builtin_steps(ctx, out.n / 16));
	return sw_ret_buf(ctx, &out, ret);
}

/* ---- unmarshal ---- */

static int parse(
	struct sw_builtin_ctx *ctx, struct sw_str s, struct sw_arena *a, struct sw_value *ret)
{
	static const struct sw_json_limits limits = {.depth = GO_DEPTH_MAX};
	if (sw_str_starts(s, SW_STR("\xef\xbb\xbf")))
		return -SW_ESYNTAX; /* Go knows no byte order mark */
	return sw_json_parse(a, s, SW_JSON_ANY_NUMBER, &limits, ret, NULL, NULL);
}

SW_BUILTIN_FN(unmarshal)
{
	struct sw_str s;
	SW_TRY(sw_arg_str(ctx, args, 0, &s));
	SW_TRY(sw_builtin_steps(ctx, s.n / 16));
	if (parse(ctx, s, ctx->arena, ret) == 0)
		return 0;
	if (ctx->arena->overflow)
		return sw_ret_value(ctx, sw_undef(), ret);
	sw_autobuf why;
	sw_buf_init(&why, 4096);
	sw_jsontext_error(&why, s);
	return sw_builtin_fail(ctx, "%.*s", SW_STR_ARG(sw_buf_str(&why)));
}

SW_BUILTIN_FN(is_valid)
{
	struct sw_value ignored;
	*ret = sw_bool(false);
	if (args[0].type != SW_STRING)
		return 0;
	struct sw_str s = sw_value_str(args[0]);
	SW_TRY(sw_builtin_steps(ctx, s.n / 16));
	*ret = sw_bool(parse(ctx, s, ctx->scratch, &ignored) == 0);
	return 0;
}

/* ---- yaml ---- */

SW_BUILTIN_FN(yaml_marshal)
{
	struct sw_value x = sw_undef();
	SW_TRY(as_json(ctx, args[0], &x));
	sw_autobuf out;
	sw_buf_init(&out, SW_BUILTIN_STR_MAX);
	sw_yaml_write_v3(&out, x);
	SW_TRY(sw_builtin_steps(ctx, out.n / 16));
	return sw_ret_buf(ctx, &out, ret);
}

/* The first document; all must be well-formed. Strings are views into s, which the evaluation
 * keeps. */
static int read_yaml(
	struct sw_builtin_ctx *ctx, struct sw_str s, struct sw_value *ret, struct sw_error *err)
{
	struct sw_yaml_stream *stream;
	struct sw_yaml_doc doc;
	struct sw_value first = sw_undef();
	int r = sw_yaml_open(ctx->arena, s, SW_YAML_GOYAML3, NULL, &stream, err);
	if (r < 0)
		return r;
	while ((r = sw_yaml_next(stream, ctx->arena, &doc, err)) > 0)
		if (!sw_defined(first))
			first = doc.root;
	if (r < 0)
		return r;
	*ret = sw_defined(first) ? first : sw_null();
	return 0;
}

/* libyaml's scanner; its lines go-yaml counts from 1, those of the parser from 0. */
static bool from_scanner(const char *text)
{
	static const char *const texts[] = {"mapping values are not allowed", "found ",
		"block sequence entries", "mapping keys are not allowed",
		"did not find expected alphabetic", "did not find expected whitespace",
		"did not find expected hexdecimal", "did not find expected comment"};
	for (size_t i = 0; i < SW_ARRAY_LEN(texts); i++)
		if (strncmp(text, texts[i], strlen(texts[i])) == 0)
			return true;
	return false;
}

/* What go-yaml says of the anchor that our text names; NULL: it is about none. */
static const char *anchor_error(struct sw_builtin_ctx *ctx, struct sw_str text)
{
	size_t from = sw_str_chr(text, '"', 0), to = from == SW_NPOS ? from : sw_str_chr(text, '"', from + 1);
	bool none = sw_str_starts(text, SW_STR("there is no anchor ")), self = sw_str_ends(text, SW_STR("contains itself"));
	if (to == SW_NPOS || (!none && !self))
		return NULL;
	struct sw_str name = sw_str_sub(text, from + 1, to);
	return sw_arena_printf(ctx->scratch, none ? "unknown anchor '%.*s' referenced" : "anchor '%.*s' value contains itself",
		SW_STR_ARG(name)).p;
}

/* As go-yaml tells it: without libyaml's context, and no line when that is the first. */
static int yaml_error(struct sw_builtin_ctx *ctx, struct sw_str s, const struct sw_error *err)
{
	const char *text = err->text, *behind = strstr(text, ": ");
	const char *anchor = anchor_error(ctx, sw_str_from(text));
	if (anchor)
		return sw_builtin_fail(ctx, "yaml: %s", anchor);
	if (strncmp(text, "while ", 6) == 0 && behind)
		text = behind + 2;
	uint32_t line = err->line ? err->line - 1 : 0;
	bool in_quotes =
		strcmp(text, "found unexpected end of stream") == 0; /* told at their start */
	line += err->line && s.n && !in_quotes && err->byte >= s.n && s.p[s.n - 1] != '\n';
	line += line && !in_quotes && from_scanner(text);
	if (line)
		return sw_builtin_fail(ctx, "yaml: line %u: %s", line, text);
	return sw_builtin_fail(ctx, "yaml: %s", text);
}

/* Infinities and NaN are YAML, but no JSON. */
static bool has_nonfinite(struct sw_value v, uint32_t depth)
{
	if (v.type == SW_NUMBER)
		return v.repr == SW_NUM_DOUBLE && !isfinite(v.u.d);
	if (depth > DEPTH_MAX)
		return true;
	if (v.type == SW_ARRAY) {
		sw_array_foreach (e, v)
			if (has_nonfinite(*e, depth + 1))
				return true;
	} else if (v.type == SW_OBJECT) {
		sw_object_foreach (m, v)
			if (has_nonfinite(m->v, depth + 1))
				return true;
	}
	return false;
}

SW_BUILTIN_FN(yaml_unmarshal)
{
	struct sw_str s;
	struct sw_error err = {0};
	SW_TRY(sw_arg_str(ctx, args, 0, &s));
	SW_TRY(sw_builtin_steps(ctx, s.n / 8));
	if (read_yaml(ctx, s, ret, &err) < 0)
		return yaml_error(ctx, s, &err);
	if (has_nonfinite(*ret, 0))
		return sw_builtin_fail(ctx, "json: unsupported value: +Inf");
	return 0;
}

SW_BUILTIN_FN(yaml_is_valid)
{
	struct sw_value ignored;
	*ret = sw_bool(false);
	if (args[0].type != SW_STRING)
		return 0;
	SW_TRY(sw_builtin_steps(ctx, args[0].n / 8));
	*ret = sw_bool(read_yaml(ctx, sw_value_str(args[0]), &ignored, NULL) == 0 &&
		       !has_nonfinite(ignored, 0));
	return 0;
}

static const struct sw_builtin rows[] = {
	{"json.is_valid", NULL, "(string) boolean", 0, is_valid},
	{"json.marshal", NULL, "(any) string", 0, marshal},
	{"json.marshal_with_options", NULL,
		"(any, object{\"indent\":string,\"prefix\":string,\"pretty\":boolean}[string:any]) "
		"string",
		0, marshal_with_options},
	{"json.unmarshal", NULL, "(string) any", 0, unmarshal},
	{"yaml.is_valid", NULL, "(string) boolean", 0, yaml_is_valid},
	{"yaml.marshal", NULL, "(any) string", 0, yaml_marshal},
	{"yaml.unmarshal", NULL, "(string) any", 0, yaml_unmarshal},
};

const struct sw_builtin_group sw_builtins_json = {rows, SW_ARRAY_LEN(rows)};
