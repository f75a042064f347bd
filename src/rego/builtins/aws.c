/* SPDX-License-Identifier: Apache-2.0 */
/* providers.aws.sign_req: AWS Signature Version 4. Nothing is sent. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

#include "doc/json.h"
#include "rego/builtins/http/request.h"
#include "rego/builtins/operand.h"
#include "rego/builtins/unicode.h"
#include "base/go/time.h"
#include "base/go/url.h"

#define MAX_HEADERS 1000

struct header {
	struct sw_str name, value; /* name in lower case */
};

struct signing {
	struct sw_str service, access_key, secret, region, token;
	struct sw_str method, body;
	struct sw_gourl url;
	char date[16], time[32], content[72];
	struct header headers[MAX_HEADERS];
	uint32_t n;
};

static void hex(const uint8_t *p, char out[65])
{
	for (int i = 0; i < 32; i++)
		snprintf(out + 2 * i, 3, "%02x", p[i]);
}

static void sha256_hex(struct sw_str s, char out[65])
{
	uint8_t md[EVP_MAX_MD_SIZE] = {0};

	EVP_Digest(s.n ? s.p : "", s.n, md, NULL, EVP_sha256(), NULL);
	hex(md, out);
}

static void mac(const void *key, size_t n, struct sw_str text, uint8_t out[32])
{
	uint8_t md[EVP_MAX_MD_SIZE] = {0};
	unsigned len;

	HMAC(EVP_sha256(), key, (int)n, (const unsigned char *)(text.n ? text.p : ""), text.n, md, &len);
	memcpy(out, md, 32);
}

/* A header once: a later one of the same name replaces it. */
static void set_header(struct signing *s, struct sw_str name, struct sw_str value)
{
	uint32_t i = 0;

	while (i < s->n && sw_str_cmp(s->headers[i].name, name) < 0)
		i++;
	if (i == s->n || !sw_str_eq(s->headers[i].name, name)) {
		if (s->n == MAX_HEADERS)
			return;
		memmove(&s->headers[i + 1], &s->headers[i], (s->n++ - i) * sizeof(*s->headers));
	}
	s->headers[i] = (struct header){name, value};
}

static void put_names(const struct signing *s, struct sw_buf *out)
{
	for (uint32_t i = 0; i < s->n; i++) {
		sw_buf_addz(out, i ? ";" : "");
		sw_buf_addstr(out, s->headers[i].name);
	}
}

static void put_canonical(const struct signing *s, struct sw_buf *out)
{
	sw_buf_addstr(out, s->method);
	sw_buf_addch(out, '\n');
	sw_gourl_escape_path(&s->url, out);
	sw_buf_addch(out, '\n');
	sw_buf_addstr(out, s->url.raw_query);
	sw_buf_addch(out, '\n');
	for (uint32_t i = 0; i < s->n; i++) {
		sw_buf_addstr(out, s->headers[i].name);
		sw_buf_addch(out, ':');
		sw_buf_addstr(out, s->headers[i].value);
		sw_buf_addch(out, '\n');
	}
	sw_buf_addch(out, '\n');
	put_names(s, out);
	sw_buf_addch(out, '\n');
	sw_buf_addz(out, s->content);
}

/* The Authorization header. */
static void put_authorization(const struct signing *s, struct sw_buf *out)
{
	char digest[65], signature[65];
	uint8_t key[32];
	sw_autobuf canonical, text, first;

	sw_buf_init(&canonical, 0);
	sw_buf_init(&text, 0);
	sw_buf_init(&first, 0);
	put_canonical(s, &canonical);
	sha256_hex(sw_buf_str(&canonical), digest);
	sw_buf_printf(&text, "AWS4-HMAC-SHA256\n%s\n%s/%.*s/%.*s/aws4_request\n%s", s->time, s->date,
		SW_STR_ARG(s->region), SW_STR_ARG(s->service), digest);
	sw_buf_printf(&first, "AWS4%.*s", SW_STR_ARG(s->secret));
	mac(first.p, first.n, sw_str_from(s->date), key);
	mac(key, 32, s->region, key);
	mac(key, 32, s->service, key);
	mac(key, 32, SW_STR("aws4_request"), key);
	mac(key, 32, sw_buf_str(&text), key);
	hex(key, signature);
	sw_buf_printf(out, "AWS4-HMAC-SHA256 Credential=%.*s/%s/%.*s/%.*s/aws4_request,SignedHeaders=",
		SW_STR_ARG(s->access_key), s->date, SW_STR_ARG(s->region), SW_STR_ARG(s->service));
	put_names(s, out);
	sw_buf_printf(out, ",Signature=%s", signature);
	OPENSSL_cleanse(first.p, first.n);
}

static int read_config(struct sw_builtin_ctx *ctx, struct sw_value o, struct signing *s)
{
	static const char *const need[] = {
		"aws_access_key", "aws_region", "aws_secret_access_key", "aws_service"};
	struct sw_str *const to[] = {&s->access_key, &s->region, &s->secret, &s->service};
	struct sw_list missing, invalid;

	sw_list_init(&missing, ctx->scratch);
	sw_list_init(&invalid, ctx->scratch);
	for (size_t i = 0; i < SW_ARRAY_LEN(need); i++) {
		struct sw_value v = sw_object_gets(o, sw_str_from(need[i]));
		if (!sw_defined(v))
			sw_list_add(&missing, sw_string(sw_str_from(need[i])));
		else if (v.type != SW_STRING)
			sw_list_add(&invalid, sw_string(sw_str_from(need[i])));
		else
			*to[i] = sw_value_str(v);
	}
	if (missing.n)
		return sw_http_fail_names(ctx, 2, "missing required AWS config parameters(s)", &missing);
	if (invalid.n)
		return sw_http_fail_names(
			ctx, 2, "invalid values for required AWS config parameters(s)", &invalid);
	s->token = sw_value_getstr(o, "aws_session_token");
	return 0;
}

static int read_request(struct sw_builtin_ctx *ctx, struct sw_value o, struct signing *s)
{
	struct sw_value url = sw_object_gets(o, SW_STR("url")), method = sw_object_gets(o, SW_STR("method"));
	struct sw_value headers = sw_object_gets(o, SW_STR("headers"));
	struct sw_list invalid;
	sw_autobuf why;

	sw_buf_init(&why, 0);
	if (sw_defined(headers) && headers.type != SW_OBJECT)
		return sw_builtin_operand(ctx, 0, "object", headers);
	sw_list_init(&invalid, ctx->scratch);
	if (method.type != SW_STRING)
		sw_list_add(&invalid, SW_VSTR("method"));
	if (url.type != SW_STRING)
		sw_list_add(&invalid, SW_VSTR("url"));
	if (invalid.n)
		return sw_http_fail_names(
			ctx, 1, "invalid values for required request parameters(s)", &invalid);
	s->method = sw_value_str(method);
	int rc = sw_gourl_parse(ctx->scratch, sw_value_str(url), &s->url, &why);
	if (rc)
		return rc == -SW_ELIMIT ? sw_builtin_limit(ctx, "URL too long")
					: sw_builtin_fail(ctx, "%.*s", SW_STR_ARG(sw_buf_str(&why)));
	return 0;
}

static int read_body(struct sw_builtin_ctx *ctx, struct sw_value o, struct signing *s)
{
	struct sw_value raw = sw_object_gets(o, SW_STR("raw_body")), body = sw_object_gets(o, SW_STR("body"));
	sw_autobuf text;

	sw_buf_init(&text, 0);
	s->body = SW_STR("");
	if (sw_defined(raw)) {
		s->body = raw.type == SW_STRING ? sw_value_str(raw) : SW_STR("");
	} else if (sw_defined(body)) {
		sw_json_write(&text, body, SW_JSON_HTML_ESCAPE);
		s->body = sw_arena_str(ctx->scratch, sw_buf_str(&text));
	}
	return s->body.p ? 0 : sw_builtin_limit(ctx, "request body too big");
}

static int read_time(struct sw_builtin_ctx *ctx, struct sw_value v, struct signing *s)
{
	struct sw_gocivil c;
	int64_t ns;

	if (v.type != SW_NUMBER)
		return sw_builtin_operand(ctx, 1, "number", v);
	if (sw_operand_int(ctx, 3, v, &ns))
		return sw_operand_fail(
			ctx, "operand 3 could not convert time_ns value into a unix timestamp");
	sw_gotime_civil(sw_gotime_unix_ns(ns, NULL), &c);
	snprintf(s->date, sizeof(s->date), "%04d%02d%02d", (int)c.year, c.month, c.day);
	snprintf(s->time, sizeof(s->time), "%sT%02d%02d%02dZ", s->date, c.hour, c.min, c.sec);
	return 0;
}

static struct sw_str lower(struct sw_builtin_ctx *ctx, struct sw_str s)
{
	sw_autobuf low;

	sw_buf_init(&low, 0);
	sw_unicode_lower(&low, s);
	return sw_arena_str(ctx->scratch, sw_buf_str(&low));
}

/* The request's own headers and AWS's, the signed ones in `s`, all that is answered in `out`. */
static int collect_headers(
	struct sw_builtin_ctx *ctx, struct sw_value own, struct signing *s, struct sw_map *out)
{
	static const char *const unsigned_[] = {"authorization", "user-agent", "x-amzn-trace-id"};
	const struct header aws[] = {{SW_STR("host"), s->url.host}, {SW_STR("x-amz-date"), sw_str_from(s->time)},
		{SW_STR("x-amz-content-sha256"), sw_str_from(s->content)},
		{SW_STR("x-amz-security-token"), s->token}};
	bool content = sw_str_is(s->service, "s3") || sw_str_is(s->service, "glacier");
	const bool use[] = {true, true, content, s->token.n > 0};

	for (size_t i = 0; i < SW_ARRAY_LEN(aws); i++)
		if (use[i])
			set_header(s, aws[i].name, aws[i].value);
	if (own.type == SW_OBJECT && own.n > MAX_HEADERS - 8)
		return sw_builtin_limit(ctx, "too many headers");
	if (own.type == SW_OBJECT)
		sw_object_foreach(e, own) {
			struct sw_str name = e->k.type == SW_STRING ? sw_value_str(e->k) : SW_STR("");
			struct sw_str value = e->v.type == SW_STRING ? sw_value_str(e->v) : SW_STR("");
			struct sw_str low = lower(ctx, name);
			bool skip = false;
			for (size_t i = 0; i < SW_ARRAY_LEN(unsigned_); i++)
				skip |= sw_str_is(low, unsigned_[i]);
			if (!skip)
				set_header(s, low, value);
			sw_map_add(out, sw_string(name), sw_string(value));
		}
	sw_autobuf auth;
	struct sw_value v;
	sw_buf_init(&auth, 0);
	put_authorization(s, &auth);
	int rc = sw_builtin_ret_str(ctx, sw_buf_str(&auth), &v);
	if (rc)
		return rc;
	sw_map_adds(out, "Authorization", v);
	for (size_t i = 0; i < SW_ARRAY_LEN(aws); i++)
		if (use[i])
			sw_map_add(out, sw_string(aws[i].name), sw_string_copy(ctx->arena, aws[i].value));
	return 0;
}

static int sign_req(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct signing *s = sw_arena_new(ctx->scratch, struct signing);
	struct sw_value req = args[0], flag;
	struct sw_map headers, out;
	int rc;

	if (!s)
		return sw_builtin_limit(ctx, "request too big");
	if ((rc = sw_operand_object(ctx, 1, req)) || (rc = sw_operand_object(ctx, 1, args[1])) ||
		(rc = read_config(ctx, args[1], s)) || (rc = read_time(ctx, args[2], s)) ||
		(rc = sw_http_check_request(ctx, 1, req)) || (rc = read_request(ctx, req, s)) ||
		(rc = read_body(ctx, req, s)) || (rc = sw_builtin_steps(ctx, 64 + s->body.n / 64)))
		return rc;
	flag = sw_object_gets(args[1], SW_STR("disable_payload_signing"));
	if (sw_defined(flag) && flag.type != SW_BOOL)
		return sw_operand_fail(ctx, "operand 2 invalid value for 'disable_payload_signing' in AWS config");
	sha256_hex(s->body, s->content);
	if (sw_is_true(flag))
		snprintf(s->content, sizeof(s->content), "UNSIGNED-PAYLOAD");
	sw_map_init(&headers, ctx->arena);
	if ((rc = collect_headers(ctx, sw_object_gets(req, SW_STR("headers")), s, &headers)))
		return rc;
	sw_map_init(&out, ctx->arena);
	sw_object_foreach(e, req)
		sw_map_add(&out, e->k, e->v);
	sw_map_adds(&out, "headers", sw_map_object(&headers));
	*ret = sw_map_object(&out);
	return sw_defined(*ret) && !ctx->arena->overflow ? 0 : sw_builtin_limit(ctx, "result");
}

static const struct sw_builtin rows[] = {
	{"providers.aws.sign_req", NULL,
		"(object[string:any], object[string:any], number) object[any:any]", 0, sign_req},
};

const struct sw_builtin_group sw_builtins_aws = {rows, SW_ARRAY_LEN(rows)};
