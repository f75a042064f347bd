/* SPDX-License-Identifier: Apache-2.0 */
/* uuid.*: RFC 4122. */

#include "base/sha256.h"
#include "rego/builtins/operand.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 32) >= 'a' && (c | 32) <= 'f')
		return (c | 32) - 'a' + 10;
	return -1;
}

/* 36 characters with dashes; urn:uuid: before it; any two characters around it; or 32 hex digits. */
static bool parse(struct sw_str s, uint8_t out[16])
{
	if (s.n == 45) {
		if (!sw_str_ieq(sw_str_sub(s, 0, 9), SW_STR("urn:uuid:")))
			return false;
		s = sw_str_sub(s, 9, s.n);
	} else if (s.n == 38) {
		s = sw_str_sub(s, 1, 37);
	} else if (s.n != 36 && s.n != 32) {
		return false;
	}
	size_t at = 0;
	for (int i = 0; i < 16; i++, at += 2) {
		if (s.n == 36 && (i == 4 || i == 6 || i == 8 || i == 10) && s.p[at++] != '-')
			return false;
		int hi = hex(s.p[at]), lo = hex(s.p[at + 1]);
		if (hi < 0 || lo < 0)
			return false;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

static const char *variant(uint8_t b)
{
	if ((b & 0xc0) == 0x80)
		return "RFC4122";
	if ((b & 0xe0) == 0xc0)
		return "Microsoft";
	if ((b & 0xe0) == 0xe0)
		return "Future";
	return "Reserved";
}

/* Nanoseconds since 1970 of the 100 ns ticks since 1582-10-15; wraps like Go's int64. */
static int64_t time_ns(const uint8_t u[16])
{
	uint64_t low = (uint64_t)u[0] << 24 | (uint64_t)u[1] << 16 | (uint64_t)u[2] << 8 | u[3];
	uint64_t mid = (uint64_t)u[4] << 8 | u[5], high = (uint64_t)(u[6] & 0xf) << 8 | u[7];
	int64_t ticks = (int64_t)(low | mid << 32 | high << 48) - INT64_C(122192928000000000);
	uint64_t sec = (uint64_t)(ticks / 10000000);

	return (int64_t)(sec * 1000000000 + (uint64_t)(ticks % 10000000) * 100);
}

static int put_printf(struct sw_builtin_ctx *ctx, struct sw_map *map, const char *key, struct sw_str s)
{
	if (!s.p || sw_map_adds(map, key, sw_string(s)))
		return sw_builtin_limit(ctx, "result");
	return 0;
}

static int put_mac(struct sw_builtin_ctx *ctx, struct sw_map *map, const uint8_t u[16])
{
	static const char *const kinds[] = {
		"global:unicast", "global:multicast", "local:unicast", "local:multicast"};
	int rc = put_printf(ctx, map, "nodeid",
		sw_arena_printf(ctx->arena, "%02x-%02x-%02x-%02x-%02x-%02x", u[10], u[11], u[12], u[13],
			u[14], u[15]));

	return rc ? rc : put_printf(ctx, map, "macvariables", sw_str_from(kinds[u[10] & 3]));
}

static int put_domain(struct sw_builtin_ctx *ctx, struct sw_map *map, const uint8_t u[16])
{
	static const char *const domains[] = {"Person", "Group", "Org"};
	struct sw_str name = u[9] < 3 ? sw_str_from(domains[u[9]])
				      : sw_arena_printf(ctx->arena, "Domain%u", u[9]);
	int64_t id = (int64_t)((uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3]);

	if (sw_map_adds(map, "id", sw_int(id)))
		return sw_builtin_limit(ctx, "result");
	return put_printf(ctx, map, "domain", name);
}

static int uuid_parse(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_str s;
	struct sw_map map;
	uint8_t u[16];
	int rc = sw_operand_str(ctx, 1, args[0], &s);

	if (rc)
		return rc;
	if (!parse(s, u)) {
		*ret = sw_undef();
		return 0;
	}
	int version = u[6] >> 4;
	sw_map_init(&map, ctx->arena);
	sw_map_adds(&map, "version", sw_int(version));
	sw_map_adds(&map, "variant", sw_string(sw_str_from(variant(u[8]))));
	if (version == 1 || version == 2) {
		sw_map_adds(&map, "time", sw_int(time_ns(u)));
		sw_map_adds(&map, "clocksequence", sw_int((u[8] << 8 | u[9]) & 0x3fff));
		if ((rc = put_mac(ctx, &map, u)))
			return rc;
	}
	if (version == 2 && (rc = put_domain(ctx, &map, u)))
		return rc;
	*ret = sw_map_object(&map);
	return sw_defined(*ret) ? 0 : sw_builtin_limit(ctx, "result");
}

/* Version 4, made from the evaluation's seed and the key: the same key gives the same UUID. */
static int rfc4122(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	uint8_t digest[SW_SHA256_LEN];
	sw_autobuf in, out;

	sw_buf_init(&in, 0);
	sw_buf_init(&out, 64);
	sw_buf_add(&in, &ctx->seed, sizeof(ctx->seed));
	sw_buf_add(&in, &ctx->now_ns, sizeof(ctx->now_ns));
	sw_rego_value_print(&in, args[0]);
	if (in.overflow)
		return sw_builtin_fail(ctx, "cannot make a UUID");
	sw_sha256(in.p, in.n, digest);
	digest[6] = (digest[6] & 0x0f) | 0x40;
	digest[8] = (digest[8] & 0x3f) | 0x80;
	for (int i = 0; i < 16; i++)
		sw_buf_printf(&out, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", digest[i]);
	return sw_builtin_ret_str(ctx, sw_buf_str(&out), ret);
}

static const struct sw_builtin rows[] = {
	{"uuid.parse", NULL, "(string) object[string:any]", 0, uuid_parse},
	{"uuid.rfc4122", NULL, "(string) string", SW_BUILTIN_NONDETERMINISTIC, rfc4122},
};

const struct sw_builtin_group sw_builtins_uuid = {rows, SW_ARRAY_LEN(rows)};
