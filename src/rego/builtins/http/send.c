/* SPDX-License-Identifier: Apache-2.0 */
/* http.send. Only where SW_BUILTIN_ALLOW_HTTP is set; results are kept for the length of an evaluation. */
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "doc/json.h"
#include "doc/yaml.h"
#include "rego/builtins/http/request.h"
#include "rego/builtins/http/transfer.h"
#include "rego/builtins/memo.h"
#include "rego/builtins/operand.h"
#include "base/go/time.h"
#include "base/go/gofmt.h"

enum { FILE_MAX = 4 << 20, DEFAULT_SECONDS = 5, RETRIES_MAX = 1000 };

static struct sw_value get(struct sw_value req, const char *name)
{
	return sw_object_gets(req, sw_str_from(name));
}

static int full(struct sw_builtin_ctx *ctx)
{
	return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
}

/* ---- options ---- */

/* Strings, without the quotes that OPA trims from their ends. */
static int read_text(struct sw_builtin_ctx *ctx, struct sw_value req, const char *name, struct sw_str *ret)
{
	struct sw_value v = get(req, name);
	*ret = (struct sw_str){NULL, 0};
	if (!sw_defined(v))
		return 0;
	if (v.type != SW_STRING)
		return sw_builtin_fail(ctx, "\"%s\" must be a string", name);
	struct sw_str s = sw_value_str(v);
	while (s.n && s.p[0] == '"')
		s = sw_str_sub(s, 1, s.n);
	while (s.n && s.p[s.n - 1] == '"')
		s.n--;
	*ret = s;
	return 0;
}

/* strconv.ParseBool of the value's text. */
static int read_parsed_bool(struct sw_builtin_ctx *ctx, struct sw_value req, const char *name, bool *ret)
{
	struct sw_value v = get(req, name);
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	*ret = false;
	if (!sw_defined(v))
		return 0;
	*ret = sw_is_true(v) || (v.type == SW_NUMBER && v.repr == SW_NUM_INT && v.u.i == 1);
	if (v.type == SW_BOOL || *ret || (v.type == SW_NUMBER && v.repr == SW_NUM_INT && v.u.i == 0))
		return 0;
	sw_rego_value_print(&b, v);
	sw_autobuf q;
	sw_buf_init(&q, 1 << 20);
	sw_gofmt_quote(&q, sw_buf_str(&b), false);
	return sw_builtin_fail(ctx, "strconv.ParseBool: parsing %.*s: invalid syntax", SW_STR_ARG(sw_buf_str(&q)));
}

static int read_bool(struct sw_builtin_ctx *ctx, struct sw_value req, const char *name, bool *ret)
{
	struct sw_value v = get(req, name);
	*ret = sw_is_true(v);
	if (sw_defined(v) && v.type != SW_BOOL)
		return sw_builtin_fail(ctx, "invalid value for \"%s\" field", name);
	return 0;
}

static int read_timeout(struct sw_builtin_ctx *ctx, struct sw_value req, int64_t *ret)
{
	struct sw_value v = get(req, "timeout");
	sw_autobuf why, shown;
	sw_buf_init(&why, 4096);
	sw_buf_init(&shown, 4096);
	*ret = (int64_t)DEFAULT_SECONDS * 1000000000;
	if (!sw_defined(v))
		return 0;
	sw_rego_value_print(&shown, v);
	if (v.type == SW_NUMBER)
		return sw_value_int(v, ret) ? 0
					    : sw_builtin_fail(ctx, "invalid timeout number value %.*s, must be int64",
						      SW_STR_ARG(sw_buf_str(&shown)));
	if (v.type != SW_STRING)
		return sw_operand_fail(ctx, "operand 1 'timeout' must be one of {string, number} but got %s",
			sw_type_name((enum sw_type)v.type));
	if (sw_str_to_i64(sw_value_str(v), ret) || sw_gotime_go_duration(sw_value_str(v), ret, &why) == 0)
		return 0;
	return sw_builtin_fail(ctx, "invalid timeout value %.*s: %.*s", SW_STR_ARG(sw_buf_str(&shown)),
		SW_STR_ARG(sw_buf_str(&why)));
}

static int read_retries(struct sw_builtin_ctx *ctx, struct sw_value req, uint32_t *ret)
{
	struct sw_value v = get(req, "max_retry_attempts");
	int64_t i = 0;
	sw_autobuf b;
	sw_buf_init(&b, 4096);
	*ret = 0;
	if (sw_defined(v) && (v.type != SW_NUMBER || !sw_value_int(v, &i) || i < 0)) {
		sw_rego_value_print(&b, v);
		return sw_builtin_fail(
			ctx, "invalid value %.*s for field \"max_retry_attempts\"", SW_STR_ARG(sw_buf_str(&b)));
	}
	*ret = i > RETRIES_MAX ? RETRIES_MAX : (uint32_t)i;
	return 0;
}

/* Everything about caching that may be wrong; between evaluations nothing is kept, as with `opa eval`. */
static int check_cache(struct sw_builtin_ctx *ctx, struct sw_value req)
{
	struct sw_value ignored = get(req, "cache_ignored_headers"), seconds = get(req, "force_cache_duration_seconds");
	bool force = false, cache, strings = ignored.type == SW_ARRAY;
	int64_t i;
	if (strings)
		sw_array_foreach(e, ignored)
			strings &= e->type == SW_STRING;
	if (sw_defined(ignored) && sw_defined(get(req, "headers")) && !strings)
		return sw_builtin_fail(ctx, "cache_ignored_headers must be an array of strings");
	int r = read_bool(ctx, req, "cache", &cache);
	if (r == 0)
		r = read_bool(ctx, req, "force_cache", &force);
	if (r || !force)
		return r;
	if (!sw_defined(seconds))
		return sw_builtin_fail(
			ctx, "'force_cache' set but 'force_cache_duration_seconds' parameter is missing");
	if (seconds.type == SW_NUMBER && sw_value_int(seconds, &i) && i == (int32_t)i)
		return 0;
	return sw_builtin_fail(ctx, "strconv.ParseInt: parsing \"force_cache_duration_seconds\": invalid syntax");
}

/* The request as the key of what is remembered: without the headers that are to be ignored. */
static struct sw_value cache_key(struct sw_builtin_ctx *ctx, struct sw_value req)
{
	struct sw_value ignored = get(req, "cache_ignored_headers"), headers = get(req, "headers");
	struct sw_map m, h;
	sw_map_init(&m, ctx->arena);
	sw_map_init(&h, ctx->arena);
	sw_object_foreach(e, req)
		sw_map_add(&m, e->k, e->v);
	sw_map_adds(&m, "cache_ignored_headers", sw_null());
	if (ignored.type == SW_ARRAY && headers.type == SW_OBJECT) {
		sw_object_foreach(e, headers) {
			bool skip = false;
			sw_array_foreach(i, ignored)
				skip |= sw_value_eq(*i, e->k);
			if (!skip)
				sw_map_add(&h, e->k, e->v);
		}
		sw_map_adds(&m, "headers", sw_map_object(&h));
	}
	return sw_map_object(&m);
}

/* Go's canonical form: Content-Type. */
static struct sw_str canonical(struct sw_builtin_ctx *ctx, struct sw_str name)
{
	char *p = sw_arena_cstr(ctx->scratch, name);
	bool up = true;
	for (size_t i = 0; p && i < name.n; i++) {
		p[i] = (char)(up ? toupper((unsigned char)p[i]) : tolower((unsigned char)p[i]));
		up = p[i] == '-';
	}
	return (struct sw_str){p, p ? name.n : 0};
}

static bool header_safe(struct sw_str s, bool name)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '\r' || c == '\n' || c == 0 || (name && (c <= ' ' || c >= 0x7f || c == ':')))
			return false;
	}
	return s.n || !name;
}

static int read_headers(struct sw_builtin_ctx *ctx, struct sw_value req, struct http_call *c)
{
	struct sw_value v = get(req, "headers");
	if (!sw_defined(v))
		return 0;
	if (v.type != SW_OBJECT)
		return sw_builtin_fail(ctx, "invalid type for headers key");
	struct http_header *h = sw_arena_new_array(ctx->scratch, v.n + 1, struct http_header);
	if (!h)
		return full(ctx);
	c->headers = h;
	sw_object_foreach(e, v) {
		sw_autobuf b;
		sw_buf_init(&b, 1 << 20);
		sw_rego_value_print(&b, e->v);
		if (e->v.type != SW_STRING || e->k.type != SW_STRING)
			return sw_builtin_fail(ctx, "invalid type for headers value %.*s", SW_STR_ARG(sw_buf_str(&b)));
		*h = (struct http_header){canonical(ctx, sw_value_str(e->k)), sw_value_str(e->v)};
		if (!header_safe(h->name, true))
			return sw_builtin_fail(ctx, "net/http: invalid header field name %.*s", SW_STR_ARG(h->name));
		if (!header_safe(h->value, false))
			return sw_builtin_fail(
				ctx, "net/http: invalid header field value for %.*s", SW_STR_ARG(h->name));
		if (sw_str_is(h->name, "Host") && !c->server_name.n)
			c->server_name = h->value;
		h++;
		c->n_headers++;
	}
	return 0;
}

static int read_body(struct sw_builtin_ctx *ctx, struct sw_value req, struct http_call *c)
{
	struct sw_value body = get(req, "body");
	sw_autobuf b;
	sw_buf_init(&b, HTTP_BODY_MAX);
	int r = read_text(ctx, req, "raw_body", &c->body);
	if (r || c->body.p || !sw_defined(body))
		return r;
	sw_json_write(&b, body, 0);
	c->body = sw_arena_str(ctx->scratch, sw_buf_str(&b));
	return b.overflow || !c->body.p ? sw_builtin_limit(ctx, "http.send: the request is too large") : 0;
}

static struct sw_str from_env(struct sw_builtin_ctx *ctx, struct sw_str name)
{
	const char *z = sw_arena_cstr(ctx->scratch, name), *v = z ? getenv(z) : NULL;
	return v ? sw_str_from(v) : SW_STR("");
}

/* NAME, NAME_file or NAME_env_variable; `ret` is added to when `all` (authorities), else set. */
static int read_pem(struct sw_builtin_ctx *ctx, struct sw_value req, const char *name, bool all, struct sw_buf *out)
{
	char file_name[64], env_name[64];
	struct sw_str text, file, env;
	struct sw_error err = {0};
	snprintf(file_name, sizeof(file_name), "%s_file", name);
	snprintf(env_name, sizeof(env_name), "%s_env_variable", name);
	int r = read_text(ctx, req, name, &text);
	r = r ? r : read_text(ctx, req, file_name, &file);
	r = r ? r : read_text(ctx, req, env_name, &env);
	if (r)
		return r;
	for (size_t i = 0; i < text.n; i++) {
		bool newline = all && text.p[i] == '\\' && i + 1 < text.n && text.p[i + 1] == 'n';
		sw_buf_addch(out, newline ? '\n' : text.p[i]);
		i += newline;
	}
	if (file.n && (all || !out->n)) {
		struct sw_str content;
		const char *path = sw_arena_cstr(ctx->scratch, file);
		if (!path || sw_io_read(ctx->scratch, path, FILE_MAX, 0, &content, &err))
			return sw_builtin_fail(ctx, "open %.*s: no such file or directory", SW_STR_ARG(file));
		sw_buf_addch(out, '\n');
		sw_buf_addstr(out, content);
	}
	if (env.n && (all || !out->n)) {
		sw_buf_addch(out, '\n');
		sw_buf_addstr(out, from_env(ctx, env));
	}
	return out->overflow ? sw_builtin_limit(ctx, "http.send: the certificates are too large") : 0;
}

static int read_tls(struct sw_builtin_ctx *ctx, struct sw_value req, struct http_call *c)
{
	sw_autobuf ca, cert, key;
	sw_buf_init(&ca, FILE_MAX);
	sw_buf_init(&cert, FILE_MAX);
	sw_buf_init(&key, FILE_MAX);
	int r = read_parsed_bool(ctx, req, "tls_use_system_certs", &c->system_certs);
	r = r ? r : read_parsed_bool(ctx, req, "tls_insecure_skip_verify", &c->insecure);
	r = r ? r : read_text(ctx, req, "tls_server_name", &c->server_name);
	r = r ? r : read_pem(ctx, req, "tls_ca_cert", true, &ca);
	r = r ? r : read_pem(ctx, req, "tls_client_cert", false, &cert);
	r = r ? r : read_pem(ctx, req, "tls_client_key", false, &key);
	if (r)
		return r;
	if (ca.n && !sw_str_has(sw_buf_str(&ca), SW_STR("-----BEGIN ")))
		return sw_builtin_fail(ctx, "could not append certificates");
	c->ca = sw_arena_str(ctx->scratch, sw_buf_str(&ca));
	if (cert.n && key.n) {
		c->cert = sw_arena_str(ctx->scratch, sw_buf_str(&cert));
		c->key = sw_arena_str(ctx->scratch, sw_buf_str(&key));
	}
	return 0;
}

static int read_method(struct sw_builtin_ctx *ctx, struct sw_value req, struct http_call *c)
{
	int r = read_text(ctx, req, "method", &c->method);
	if (r)
		return r;
	char *p = sw_arena_cstr(ctx->scratch, c->method.n ? c->method : SW_STR("GET"));
	if (!p)
		return full(ctx);
	for (char *q = p; *q; q++) {
		*q = (char)toupper((unsigned char)*q);
		if (!isalnum((unsigned char)*q) && !strchr("!#$%&'*+-.^_`|~", *q))
			return sw_builtin_fail(ctx, "net/http: invalid method \"%.*s\"", SW_STR_ARG(c->method));
	}
	c->method = sw_str_from(p);
	return 0;
}

static int read_call(struct sw_builtin_ctx *ctx, struct sw_value req, struct http_call *c)
{
	int r = check_cache(ctx, req);
	r = r ? r : read_method(ctx, req, c);
	r = r ? r : read_text(ctx, req, "url", &c->url);
	r = r ? r : read_parsed_bool(ctx, req, "enable_redirect", &c->redirect);
	r = r ? r : read_body(ctx, req, c);
	r = r ? r : read_tls(ctx, req, c);
	r = r ? r : read_headers(ctx, req, c);
	r = r ? r : read_timeout(ctx, req, &c->timeout_ns);
	return r ? r : read_retries(ctx, req, &c->retries);
}

/* ---- result ---- */

static struct sw_str next_line(struct sw_str s, size_t *at)
{
	size_t nl = sw_str_chr(s, '\n', *at), end = nl == SW_NPOS ? s.n : nl, from = *at;
	*at = end + 1;
	if (end > from && s.p[end - 1] == '\r')
		end--;
	return sw_str_sub(s, from, end);
}

/* {"content-type": ["text/plain"]}, without what Go's client keeps to itself. */
static int headers_value(struct sw_builtin_ctx *ctx, struct sw_str text, struct sw_value *ret, struct sw_str *ret_type)
{
	struct sw_map m;
	size_t at = 0;
	bool zipped = sw_str_has(text, SW_STR("ncoding: gzip"));
	sw_map_init(&m, ctx->arena);
	next_line(text, &at);
	while (at < text.n) {
		struct sw_str line = next_line(text, &at);
		size_t colon = sw_str_chr(line, ':', 0);
		if (colon == SW_NPOS || !colon)
			continue;
		char *name = sw_arena_cstr(ctx->arena, sw_str_sub(line, 0, colon));
		struct sw_value v = sw_string_copy(ctx->arena, sw_str_trim(sw_str_sub(line, colon + 1, line.n)));
		if (!name || !sw_defined(v))
			return full(ctx);
		for (char *p = name; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		if (strcmp(name, "transfer-encoding") == 0 || strcmp(name, "trailer") == 0 ||
			(zipped && (strcmp(name, "content-encoding") == 0 || strcmp(name, "content-length") == 0)))
			continue;
		struct sw_list l;
		sw_list_init(&l, ctx->arena);
		for (uint32_t i = m.n; i > 0; i--) /* the newest entry has all values so far */
			if (sw_str_is(sw_value_str(m.m[i - 1].k), name)) {
				sw_array_foreach(e, m.m[i - 1].v)
					sw_list_add(&l, *e);
				break;
			}
		sw_list_add(&l, v);
		sw_map_add(&m, sw_string(sw_str_from(name)), sw_list_array(&l));
		if (strcmp(name, "content-type") == 0 && !ret_type->n)
			*ret_type = sw_value_str(v);
	}
	*ret = sw_map_object(&m);
	return sw_defined(*ret) ? 0 : full(ctx);
}

static bool is_json(struct sw_str type)
{
	size_t end = sw_str_chr(type, ';', 0);
	struct sw_str t = sw_str_trim(sw_str_sub(type, 0, end == SW_NPOS ? type.n : end));
	return t.n > 12 && strncasecmp(t.p, "application/", 12) == 0 && sw_str_chr(t, '/', 12) == SW_NPOS &&
	       ((t.n == 16 && strncasecmp(t.p + 12, "json", 4) == 0) ||
		       (t.n >= 17 && strncasecmp(t.p + t.n - 5, "+json", 5) == 0));
}

static struct sw_value body_value(struct sw_builtin_ctx *ctx, struct sw_value req, struct sw_str type, struct sw_str body)
{
	struct sw_value v = sw_null();
	struct sw_error err = {0};
	bool yaml = sw_is_true(get(req, "force_yaml_decode")) || sw_str_has(type, SW_STR("application/yaml")) ||
		    sw_str_has(type, SW_STR("application/x-yaml"));
	if (sw_is_true(get(req, "force_json_decode")) || is_json(type)) {
		if (sw_json_parse(ctx->arena, body, SW_JSON_COPY, NULL, &v, NULL, &err))
			v = sw_null();
	} else if (yaml && sw_yaml_parse(ctx->arena, body, SW_YAML_GOYAML3, NULL, &v, &err)) {
		v = sw_null();
	}
	return sw_defined(v) ? v : sw_null();
}

static int result(struct sw_builtin_ctx *ctx, struct sw_value req, struct http_reply *r, struct sw_value *ret)
{
	struct sw_str head = sw_buf_str(&r->headers), type = {NULL, 0};
	size_t at = 0;
	struct sw_str line = next_line(head, &at);
	size_t space = sw_str_chr(line, ' ', 0);
	struct sw_value headers;
	struct sw_map m;
	struct sw_str status = sw_str_trim(sw_str_sub(line, space == SW_NPOS ? 0 : space + 1, line.n));
	if (status.n == 3) /* HTTP/2 has no words */
		status = sw_arena_printf(ctx->scratch, "%.*s %s", SW_STR_ARG(status), r->status == 200 ? "OK" : "");
	int rc = headers_value(ctx, head, &headers, &type);
	if (rc)
		return rc;
	sw_map_init(&m, ctx->arena);
	sw_map_adds(&m, "status", sw_string_copy(ctx->arena, status));
	sw_map_adds(&m, "status_code", sw_int(r->status));
	struct sw_value raw = sw_string_copy(ctx->arena, sw_buf_str(&r->body));
	if (!sw_defined(raw))
		return full(ctx);
	sw_map_adds(&m, "raw_body", raw);
	sw_map_adds(&m, "body", body_value(ctx, req, type, sw_value_str(raw))); /* borrows from it */
	sw_map_adds(&m, "headers", headers);
	*ret = sw_map_object(&m);
	return sw_defined(*ret) && !ctx->arena->overflow ? 0 : full(ctx);
}

static int error_result(struct sw_builtin_ctx *ctx, bool network, struct sw_str text, struct sw_value *ret)
{
	struct sw_map m, e;
	sw_map_init(&m, ctx->arena);
	sw_map_init(&e, ctx->arena);
	sw_map_adds(&e, "code",
		network ? SW_VSTR("eval_http_send_network_error") : SW_VSTR("eval_http_send_internal_error"));
	sw_map_adds(&e, "message", sw_string_copy(ctx->arena, text));
	sw_map_adds(&m, "status_code", sw_int(0));
	sw_map_adds(&m, "error", sw_map_object(&e));
	*ret = sw_map_object(&m);
	return sw_defined(*ret) && !ctx->arena->overflow ? 0 : full(ctx);
}

/* ---- the function ---- */

static struct sw_str host_of(struct sw_str url)
{
	size_t at = sw_str_find(url, SW_STR("://"), 0), end;
	at = at == SW_NPOS ? 0 : at + 3;
	for (end = at; end < url.n && !strchr(":/?#", url.p[end]); end++)
		;
	return sw_str_sub(url, at, end);
}

static void cleanup_reply(struct http_reply *r)
{
	sw_http_reply_release(r);
}

static bool cacheable(int code)
{
	static const short codes[] = {200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501};
	for (size_t i = 0; i < SW_ARRAY_LEN(codes); i++)
		if (codes[i] == code)
			return true;
	return false;
}

/* 0, 1 with a network error in `err`, or negative. */
static int exchange(struct sw_builtin_ctx *ctx, struct sw_value req, struct sw_buf *err, struct sw_value *ret)
{
	__attribute__((cleanup(cleanup_reply))) struct http_reply reply;
	struct http_call call = {0};
	struct sw_value key, known;
	bool dummy;
	sw_http_reply_init(&reply);
	int r = read_call(ctx, req, &call);
	if (r)
		return r;
	if (!(ctx->allow & SW_BUILTIN_ALLOW_HTTP))
		return sw_builtin_fail(ctx, "disallowed host: %.*s", SW_STR_ARG(host_of(call.url)));
	key = cache_key(ctx, req);
	if (sw_builtin_memo_get(ctx, "http.send", key, ret))
		return 0;
	if (sw_builtin_memo_get(ctx, "http.send error", key, &known)) {
		sw_buf_addstr(err, sw_value_str(known));
		return 1;
	}
	r = sw_http_transfer(ctx, &call, &reply, err);
	if (r == 1) {
		int rc = sw_builtin_memo_put(ctx, "http.send error", key, sw_string_copy(ctx->arena, sw_buf_str(err)));
		return rc ? rc : 1;
	}
	r = r ? r : read_bool(ctx, req, "force_json_decode", &dummy);
	r = r ? r : read_bool(ctx, req, "force_yaml_decode", &dummy);
	r = r ? r : result(ctx, req, &reply, ret);
	if (r == 0 && cacheable(reply.status))
		r = sw_builtin_memo_put(ctx, "http.send", key, *ret);
	return r;
}

static int http_send(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	sw_autobuf err, text;
	sw_buf_init(&err, 1 << 20);
	sw_buf_init(&text, 1 << 20);
	int r = sw_operand_object(ctx, 1, args[0]);
	if (r)
		return r;
	struct sw_value raise = get(args[0], "raise_error");
	if (sw_defined(raise) && raise.type != SW_BOOL)
		return sw_builtin_fail(ctx, "invalid value for raise_error field");
	r = sw_http_check_request(ctx, 1, args[0]);
	r = r ? r : exchange(ctx, args[0], &err, ret);
	if (r == 0 || (r < 0 && (ctx->err_code == NULL || strcmp(ctx->err_code, SW_BUILTIN_LIMIT) == 0 ||
					strcmp(ctx->err_code, SW_BUILTIN_CANCEL) == 0)))
		return r;
	if (!sw_is_false(raise))
		return r == 1 ? sw_builtin_fail(ctx, "%.*s", SW_STR_ARG(sw_buf_str(&err))) : r;
	if (r == 1)
		return error_result(ctx, true, sw_buf_str(&err), ret);
	sw_buf_printf(&text, "%s: http.send: %.*s", ctx->err_code, SW_STR_ARG(ctx->err_text));
	return error_result(ctx, false, sw_buf_str(&text), ret);
}

static const struct sw_builtin rows[] = {
	{"http.send", NULL, "(object[string:any]) object[any:any]", SW_BUILTIN_NONDETERMINISTIC, http_send},
};

const struct sw_builtin_group sw_builtins_http = {rows, SW_ARRAY_LEN(rows)};
