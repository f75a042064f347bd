/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/capture/convert.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "runtime/capture/convert_impl.h"

enum { ROUNDS_MAX = 16, SLOTS = SW_CONVERT_THREADS, WAYS = 4 };

/* An enter event that waits for its exit event. */
struct kept {
	int64_t tid;
	uint64_t used; /* for the choice of what to forget */
	bool valid;
	uint16_t code;
	uint8_t n;
	uint32_t cap;
	char *bytes;
	uint16_t len[SW_RAW_PARAMS];
};

struct sw_convert {
	struct kept *slots; /* SLOTS, in sets of WAYS */
	uint64_t clock;
	struct sw_buf json;
	uint16_t first[SW_EVENT_CODES]; /* 1 + index of the first row of a code; 0: none */
};

struct sw_convert *sw_convert_new(void)
{
	struct sw_convert *c = calloc(1, sizeof(*c));

	if (!c || !(c->slots = calloc(SLOTS, sizeof(*c->slots)))) {
		free(c);
		return NULL;
	}
	sw_buf_init(&c->json, SW_CONVERT_KEEP_MAX * 4);
	for (size_t i = sw_convert_rows_n; i-- > 0;)
		c->first[sw_convert_rows[i].code] = (uint16_t)(i + 1);
	return c;
}

void sw_convert_free(struct sw_convert *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		free(c->slots[i].bytes);
	free(c->slots);
	sw_buf_release(&c->json);
	free(c);
}

static struct kept *set_of(struct sw_convert *c, int64_t tid)
{
	uint64_t h = (uint64_t)tid * 0x9E3779B97F4A7C15u;

	return &c->slots[(h >> 40) % (SLOTS / WAYS) * WAYS];
}

static struct kept *find(struct sw_convert *c, int64_t tid)
{
	struct kept *set = set_of(c, tid);

	for (int i = 0; i < WAYS; i++)
		if (set[i].valid && set[i].tid == tid)
			return &set[i];
	return NULL;
}

static void keep(struct sw_convert *c, const struct sw_raw *r)
{
	struct kept *k = find(c, r->tid), *set = set_of(c, r->tid);
	size_t total = 0;

	for (unsigned i = 0; i < r->n; i++)
		total += r->p[i].n;
	if (!k) {
		k = set;
		for (int i = 0; i < WAYS; i++) {
			if (!set[i].valid) {
				k = &set[i];
				break;
			}
			if (set[i].used < k->used)
				k = &set[i];
		}
	}
	k->valid = false;
	if (total > SW_CONVERT_KEEP_MAX)
		return;
	if (total > k->cap) {
		char *p = realloc(k->bytes, total);
		if (!p)
			return;
		k->bytes = p;
		k->cap = (uint32_t)total;
	}
	size_t at = 0;
	for (unsigned i = 0; i < r->n; i++) {
		if (r->p[i].n)
			memcpy(k->bytes + at, r->p[i].p, r->p[i].n);
		k->len[i] = (uint16_t)r->p[i].n;
		at += r->p[i].n;
	}
	k->tid = r->tid;
	k->code = r->code;
	k->n = r->n;
	k->used = ++c->clock;
	k->valid = true;
}

static struct sw_str kept_param(const struct kept *k, unsigned n)
{
	size_t at = 0;

	for (unsigned i = 0; i < n; i++)
		at += k->len[i];
	return (struct sw_str){k->bytes + at, k->len[n]};
}

/* The smallest and greatest size of a value of a type; *ret_max is 65535 where any is allowed. */
static void type_size(uint8_t type, uint32_t *ret_min, uint32_t *ret_max)
{
	static const uint8_t fixed[SW_FT__COUNT] = {
		[SW_FT_INT8] = 1,
		[SW_FT_UINT8] = 1,
		[SW_FT_FLAGS8] = 1,
		[SW_FT_ENUMFLAGS8] = 1,
		[SW_FT_SIGTYPE] = 1,
		[SW_FT_INT16] = 2,
		[SW_FT_UINT16] = 2,
		[SW_FT_FLAGS16] = 2,
		[SW_FT_ENUMFLAGS16] = 2,
		[SW_FT_SYSCALLID] = 2,
		[SW_FT_PORT] = 2,
		[SW_FT_INT32] = 4,
		[SW_FT_UINT32] = 4,
		[SW_FT_FLAGS32] = 4,
		[SW_FT_ENUMFLAGS32] = 4,
		[SW_FT_UID] = 4,
		[SW_FT_GID] = 4,
		[SW_FT_MODE] = 4,
		[SW_FT_SIGSET] = 4,
		[SW_FT_FD32] = 4,
		[SW_FT_PID32] = 4,
		[SW_FT_IPV4ADDR] = 4,
		[SW_FT_INT64] = 8,
		[SW_FT_UINT64] = 8,
		[SW_FT_RELTIME] = 8,
		[SW_FT_ABSTIME] = 8,
		[SW_FT_ERRNO] = 8,
		[SW_FT_FD] = 8,
		[SW_FT_PID] = 8,
		[SW_FT_IPV6ADDR] = 16,
	};
	uint32_t n = type < SW_FT__COUNT ? fixed[type] : 0;

	*ret_min = n;
	*ret_max = n ? n : UINT16_MAX;
}

static uint8_t param_type(uint16_t code, unsigned i)
{
	return i < sw_event_table[code].n_params ? sw_event_table[code].params[i].type
						 : SW_FT_BYTEBUF;
}

/* The default of a type: zero, and nobody for user and group ids. */
static struct sw_str default_of(uint16_t code, unsigned i)
{
	static const char zero[16], ones[4] = "\xff\xff\xff\xff";
	uint8_t type = param_type(code, i);
	uint32_t min, max;

	type_size(type, &min, &max);
	return (struct sw_str){type == SW_FT_UID || type == SW_FT_GID ? ones : zero, min};
}

static struct sw_str capped(uint16_t code, unsigned i, struct sw_str v)
{
	uint32_t min, max;

	type_size(param_type(code, i), &min, &max);
	if (min && v.n > max)
		v.n = max;
	return v;
}

static void json_text(struct sw_buf *b, struct sw_str s)
{
	sw_buf_addch(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			sw_buf_addch(b, '\\');
		if ((unsigned char)s.p[i] < ' ')
			sw_buf_printf(b, "\\u%04x", (unsigned)(unsigned char)s.p[i]);
		else
			sw_buf_addch(b, s.p[i]);
	}
	sw_buf_addch(b, '"');
}

/* The first container events were four parameters: id, type, name, image. */
static struct sw_str container_json(struct sw_convert *c, const struct sw_raw *r)
{
	sw_buf_clear(&c->json);
	sw_buf_addz(&c->json, "{\"id\":");
	json_text(&c->json, sw_raw_cstr(sw_raw_param(r, 0)));
	sw_buf_printf(
		&c->json, ",\"type\":%u,\"name\":", (unsigned)sw_raw_uint(sw_raw_param(r, 1)));
	json_text(&c->json, sw_raw_cstr(sw_raw_param(r, 2)));
	sw_buf_addz(&c->json, ",\"image\":");
	json_text(&c->json, sw_raw_cstr(sw_raw_param(r, 3)));
	sw_buf_addz(&c->json, "}");
	sw_buf_addch(&c->json, '\0');
	return sw_buf_str(&c->json);
}

static const struct sw_convert_row *row_of(const struct sw_convert *c, const struct sw_raw *r)
{
	size_t i = c->first[r->code];

	if (!i)
		return NULL;
	for (i--; i < sw_convert_rows_n && sw_convert_rows[i].code == r->code; i++)
		if (sw_convert_rows[i].n == r->n)
			return &sw_convert_rows[i];
	return NULL;
}

/* One parameter of the new event, as *make says; moves *make behind it. */
static struct sw_str make_param(struct sw_convert *c, const char **make, const struct sw_raw *old,
	const struct kept *enter, uint16_t code, unsigned i)
{
	char op = *(*make)++;
	struct sw_str none = {NULL, 0};

	if (op == 'd')
		return default_of(code, i);
	if (op == 'e')
		return none;
	if (op == 'j')
		return container_json(c, old);
	unsigned from = (unsigned)(*(*make)++ - 'a');
	if (op == 'o')
		return from < old->n ? capped(code, i, old->p[from]) : none;
	if (enter && from < enter->n)
		return capped(code, i, kept_param(enter, from));
	return op == 'E' ? none : default_of(code, i);
}

static void apply(struct sw_convert *c, const struct sw_convert_row *row, struct sw_raw *r)
{
	struct sw_raw old = *r;
	struct kept *enter = find(c, r->tid);
	uint16_t code = row->action == TYPE ? row->to : r->code;
	unsigned n = row->action == TYPE ? 0 : r->n;
	bool used = false;

	if (enter && enter->code + 1 != r->code)
		enter = NULL;
	for (const char *m = row->make; *m && n < SW_RAW_PARAMS; n++) {
		used |= *m == 'n' || *m == 'E';
		r->p[n] = make_param(c, &m, &old, enter, code, n);
	}
	r->code = code;
	r->n = (uint8_t)n;
	if (used && enter)
		enter->valid = false; /* its bytes stay until the next call */
}

/* 1: today's; 0: drop; 2: to be converted; negative: nonsense. */
static int judge(const struct sw_raw *r, struct sw_error *err)
{
	const struct sw_event_info *info = &sw_event_table[r->code];

	if (info->flags & SW_EF_UNUSED)
		return 0;
	if (!(info->flags & SW_EF_CONVERTER_MANAGED))
		return !(info->flags & SW_EF_OLD_VERSION);
	if (sw_event_is_enter(r->code))
		return 2;
	if (r->n > info->n_params)
		return sw_error_set(
			err, SW_EINVALID, "a %s event with %u parameters", info->name, r->n);
	return info->flags & SW_EF_OLD_VERSION || r->n != info->n_params ? 2 : 1;
}

int sw_convert(struct sw_convert *c, struct sw_raw *r, struct sw_error *err)
{
	int rc = judge(r, err);

	for (int round = 0; rc == 2; round++) {
		const struct sw_convert_row *row = round < ROUNDS_MAX ? row_of(c, r) : NULL;
		if (!row)
			return sw_error_set(err, SW_EINVALID,
				"a %s event with %u parameters, which no version had",
				sw_event_table[r->code].name, r->n);
		switch (row->action) {
		case STORE:
			keep(c, r);
			return 0;
		case KEEP:
			keep(c, r);
			return 1;
		case PASS:
			return 1;
		default:
			apply(c, row, r);
			rc = judge(r, err);
		}
	}
	return rc;
}
