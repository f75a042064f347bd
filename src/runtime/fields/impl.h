/* SPDX-License-Identifier: Apache-2.0 */
/* What the extractors share. */
#ifndef SW_RUNTIME_FIELDS_IMPL_H
#define SW_RUNTIME_FIELDS_IMPL_H

#include "runtime/fields/classes.h"
#include "runtime/fields/params.h"
#include "runtime/fields/rows.h"
#include "runtime/rules/field.h"
#include "runtime/state/container.h"

/* One value; 1, or 0 when the event's arena is spent. */
static inline struct sw_fval *sw_fval_one(const struct sw_event *ev, struct sw_fvals *ret)
{
	struct sw_fval *v = sw_arena_alloc(ev->arena, sizeof(*v));

	*ret = (struct sw_fvals){.v = v, .n = 1};
	return v;
}

static inline int sw_ret_str(const struct sw_event *ev, struct sw_fvals *ret, struct sw_str s)
{
	struct sw_fval *v = sw_fval_one(ev, ret);

	if (!v)
		return 0;
	v->s = s.p ? s : SW_STR("");
	return 1;
}

static inline int sw_ret_u64(const struct sw_event *ev, struct sw_fvals *ret, uint64_t u)
{
	struct sw_fval *v = sw_fval_one(ev, ret);

	if (v)
		v->u = u;
	return v != NULL;
}

static inline int sw_ret_i64(const struct sw_event *ev, struct sw_fvals *ret, int64_t i)
{
	struct sw_fval *v = sw_fval_one(ev, ret);

	if (v)
		v->i = i;
	return v != NULL;
}

static inline int sw_ret_double(const struct sw_event *ev, struct sw_fvals *ret, double d)
{
	struct sw_fval *v = sw_fval_one(ev, ret);

	if (v)
		v->d = d;
	return v != NULL;
}

const char *sw_fd_type_name(int type); /* "ipv4"; "<NA>" */
char sw_fd_type_char(int type);
/* The path of a relative name, with the folder in a parameter. */
struct sw_str sw_event_path(const struct sw_sysev *e, struct sw_arena *a, struct sw_str name, int64_t dirfd);

bool sw_shown_evt(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fval *ret, uint8_t *ret_type,
	uint8_t *ret_format);
int sw_extract_evt(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret);
int sw_extract_proc(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret);
int sw_extract_fd(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret);
int sw_extract_user(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret);
int sw_extract_group(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret);
int sw_extract_container(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret);
int sw_extract_fspath(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret);
int sw_extract_fdlist(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret);
int sw_extract_util(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret);

#endif
