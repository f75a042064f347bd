/* SPDX-License-Identifier: Apache-2.0 */
/* net.lookup_ip_addr: the one builtin that asks the resolver. Only where SW_BUILTIN_ALLOW_DNS is set. */
#include "rego/builtins/net/net.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "rego/builtins/memo.h"
#include "base/go/addr.h"
#include "rego/builtins/operand.h"

static void cleanup_addrinfo(struct addrinfo **p)
{
	if (*p)
		freeaddrinfo(*p);
}

static bool to_addr(const struct addrinfo *i, struct sw_goaddr *ret)
{
	*ret = (struct sw_goaddr){0};
	if (i->ai_family == AF_INET) {
		ret->b[10] = ret->b[11] = 0xff;
		memcpy(ret->b + 12, &((const struct sockaddr_in *)i->ai_addr)->sin_addr, 4);
		return true;
	}
	if (i->ai_family != AF_INET6)
		return false;
	memcpy(ret->b, &((const struct sockaddr_in6 *)i->ai_addr)->sin6_addr, 16);
	return true;
}

static int resolve(struct sw_builtin_ctx *ctx, struct sw_str host, struct sw_value *ret)
{
	__attribute__((cleanup(cleanup_addrinfo))) struct addrinfo *found = NULL;
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	const char *name = sw_arena_cstr(ctx->scratch, host);
	struct sw_list out;

	if (!name)
		return sw_builtin_limit(ctx, "name too long");
	int rc = host.n && !memchr(host.p, 0, host.n) ? getaddrinfo(name, NULL, &hints, &found)
						      : EAI_NONAME;
	if (rc == EAI_NONAME || rc == EAI_NODATA)
		return sw_builtin_fail(ctx, "lookup %.*s: no such host", SW_STR_ARG(host));
	if (rc)
		return sw_builtin_fail(ctx, "lookup %.*s: %s", SW_STR_ARG(host), gai_strerror(rc));
	sw_list_init(&out, ctx->arena);
	for (const struct addrinfo *i = found; i; i = i->ai_next) {
		struct sw_goaddr a;
		struct sw_value v;
		sw_autobuf text;
		sw_buf_init(&text, 64);
		if (!to_addr(i, &a))
			continue;
		sw_goaddr_print(&a, &text);
		if ((rc = sw_builtin_ret_str(ctx, sw_buf_str(&text), &v)))
			return rc;
		if (sw_list_add(&out, v))
			return sw_builtin_limit(ctx, "result");
	}
	*ret = sw_list_set(&out);
	return sw_defined(*ret) ? 0 : sw_builtin_limit(ctx, "result");
}

int sw_builtin_lookup_ip_addr(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	struct sw_str host;
	int rc = sw_operand_str(ctx, 1, args[0], &host);

	if (rc)
		return rc;
	if (sw_builtin_memo_get(ctx, "net.lookup_ip_addr", args[0], ret))
		return 0;
	if (!(ctx->allow & SW_BUILTIN_ALLOW_DNS))
		return sw_builtin_fail(ctx, "not allowed: name resolution is off in this evaluation");
	if ((rc = resolve(ctx, host, ret)))
		return rc;
	return sw_builtin_memo_put(ctx, "net.lookup_ip_addr", args[0], *ret);
}
