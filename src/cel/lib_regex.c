/* SPDX-License-Identifier: Apache-2.0 */
/* matches, find and findAll, in RE2's syntax. */
#include "cel/internal.h"

#define ARGS struct cel_ctx *c, const struct sw_value *v, uint32_t n

/* A pattern, from the call's node or the cache; NULL with an error value. */
static struct sw_re2 *cel_regex(
	struct cel_ctx *c, struct sw_value pattern, struct sw_value *ret_err)
{
	struct sw_re2 *re;
	struct sw_error err;
	if (c->call && c->call->re)
		return c->call->re;
	if (!c->cel->cache)
		c->cel->cache = sw_regex_cache_new(0);
	if (sw_regex_cache_get(c->cel->cache, sw_value_str(pattern), &re, &err) == 0)
		return re;
	*ret_err = cel_err(c, "%s", err.text);
	return NULL;
}

/* What matching may take: a thousand times what it costs by Kubernetes' count is more than it can.
 */
static uint64_t work_for(struct sw_str s)
{
	return 1000000 + (uint64_t)s.n * 100;
}

static int cel_match(struct cel_ctx *c, struct sw_re2 *re, struct sw_str s)
{
	uint64_t work = work_for(s);
	return sw_re2_match(re, s, &work);
}

static struct sw_value too_long(struct cel_ctx *c)
{
	return cel_err(c, "the regular expression takes too long");
}

static struct sw_value matches(ARGS)
{
	struct sw_value err;
	struct sw_re2 *re = cel_regex(c, v[1], &err);
	if (!re)
		return err;
	int r = cel_match(c, re, sw_value_str(v[0]));
	return r < 0 ? too_long(c) : sw_bool(r);
}

static struct sw_value find(ARGS)
{
	struct sw_value err;
	struct sw_re2 *re = cel_regex(c, v[1], &err);
	size_t caps[2];
	struct sw_str s = sw_value_str(v[0]);
	uint64_t work = work_for(s);
	if (!re)
		return err;
	int r = sw_re2_find(re, s, 0, caps, 1, &work);
	if (r < 0)
		return too_long(c);
	return r ? sw_string(sw_str_sub(s, caps[0], caps[1])) : SW_VSTR("");
}

struct found {
	struct sw_list list;
	struct sw_str s;
};

static int keep(void *arg, const size_t *caps)
{
	struct found *f = arg;
	return sw_list_add(&f->list, sw_string(sw_str_sub(f->s, caps[0], caps[1])));
}

static struct sw_value find_all(ARGS)
{
	struct sw_value err;
	struct sw_re2 *re = cel_regex(c, v[1], &err);
	struct found f = {.s = sw_value_str(v[0])};
	uint64_t work = work_for(f.s);
	if (!re)
		return err;
	sw_list_init(&f.list, c->a);
	int64_t max = n > 2 ? v[2].u.i : -1;
	int r = max == 0 ? 0 : sw_re2_find_all(re, f.s, max, keep, &f, &work);
	if (r < 0)
		return f.list.arena->overflow ? cel_memory(c) : too_long(c);
	cel_spend(c, f.list.n);
	struct sw_value l = sw_list_array(&f.list);
	return sw_defined(l) ? l : cel_memory(c);
}

const struct cel_row cel_rows_regex[] = {
	{"matches", "ss:b", matches, COST_REGEX, false},
	{"matches", "s.s:b", matches, COST_REGEX, false},
	{"find", "s.s:s", find, COST_REGEX, false},
	{"findAll", "s.s:ls", find_all, COST_REGEX, false},
	{"findAll", "s.si:ls", find_all, COST_REGEX, false},
	{NULL, NULL, NULL, 0, false},
};
