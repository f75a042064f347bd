/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parsers inside builtins. The first byte picks the builtin, the rest is its text; where it takes two, a
 * NUL (or else the middle) parts them.
 */
#include <string.h>

#include "base/arena.h"
#include "rego/builtin.h"

static const char *const names[] = {"graphql.parse_query", "graphql.parse_schema", "graphql.is_valid",
	"json.match_schema", "time.parse_ns", "time.parse_duration_ns", "io.jwt.decode",
	"io.jwt.verify_rs256", "crypto.x509.parse_certificates", "crypto.parse_private_keys", "uri.parse",
	"net.cidr_contains", "semver.compare", "uuid.parse", "crypto.x509.parse_certificate_request",
	"time.parse_rfc3339_ns"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > 65536)
		return 0;
	const struct sw_builtin *b =
		sw_builtin_find(sw_str_from(names[data[0] % (sizeof(names) / sizeof(*names))]));
	struct sw_str text = {(const char *)data + 1, size - 1};
	size_t cut = sw_str_chr(text, 0, 0);
	sw_autoarena arena, scratch;
	uint64_t steps = 2000000;

	if (!b)
		return 0;
	if (cut == SW_NPOS)
		cut = text.n / 2;
	bool two = sw_builtin_arity(b) == 2;
	struct sw_value args[2] = {sw_string(two ? sw_str_sub(text, 0, cut) : text),
		sw_string(sw_str_sub(text, cut + (cut < text.n), text.n))};
	sw_arena_init(&arena, 64 << 20);
	sw_arena_init(&scratch, 64 << 20);
	struct sw_builtin_ctx ctx = {.arena = &arena, .scratch = &scratch,
		.now_ns = INT64_C(1800000000000000000), .steps = &steps};
	struct sw_value ret = sw_undef();
	b->fn(&ctx, args, two ? 2 : 1, &ret);
	return 0;
}
