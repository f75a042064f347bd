/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/rules/written.h"

#include <stdio.h>

#include "doc/json.h"
#include "runtime/rules/prog_int.h"

static struct sw_str scalar_text(struct sw_arena *a, struct sw_value v)
{
	if (v.type == SW_STRING)
		return sw_str_make(v.u.s, v.n);
	sw_autobuf b;
	sw_buf_init(&b, 4096);
	sw_json_write(&b, v, 0);
	return sw_arena_str(a, sw_buf_str(&b));
}

static bool parse(struct sw_arena *a, struct sw_value v, uint8_t type, struct sw_fval *ret, struct sw_error *err)
{
	struct sw_rhs *r = sw_arena_new(a, struct sw_rhs);
	uint8_t t = type == SW_FT_IPNET ? SW_FT_IPADDR : type; /* an address is in a network, not one */
	struct sw_str s = scalar_text(a, v);
	if (!r || !s.p || sw_rhs_parse(a, s, t, SW_OP_EQ, r, err) < 0)
		return false;
	*ret = r->v;
	return true;
}

static struct sw_value written(const struct sw_event *ev, const struct sw_fieldref *ref)
{
	const struct sw_value *fields = ev->data;
	char name[512];
	int n = ref->has_arg ? snprintf(name, sizeof(name), "%s[%.*s]", ref->field->name, SW_STR_ARG(ref->arg)) :
			       snprintf(name, sizeof(name), "%s", ref->field->name);
	struct sw_value v = sw_object_gets(*fields, sw_str_make(name, (size_t)n));
	if (v.type == SW_UNDEF && ref->has_arg) {
		n = snprintf(name, sizeof(name), "%s.%.*s", ref->field->name, SW_STR_ARG(ref->arg));
		v = sw_object_gets(*fields, sw_str_make(name, (size_t)n));
	}
	return v;
}

static int lookup(const struct sw_event *ev, const struct sw_fieldref *ref, struct sw_fvals *ret)
{
	struct sw_value v = written(ev, ref);
	if (v.type == SW_UNDEF || v.type == SW_NULL)
		return ref->cls->sources == 3 ? ref->cls->extract(ref, ev, ret) : 0;
	uint32_t n = v.type == SW_ARRAY ? v.n : 1;
	struct sw_fval *out = sw_arena_new_array(ev->arena, n ? n : 1, struct sw_fval);
	for (uint32_t i = 0; out && i < n; i++)
		if (!parse(ev->arena, v.type == SW_ARRAY ? v.u.a->v[i] : v, ref->type, &out[i], NULL))
			return 0;
	if (!out)
		return 0;
	*ret = (struct sw_fvals){out, n};
	return (int)n;
}

static int check_fields(struct sw_value fields, struct sw_arena *a, struct sw_error *err)
{
	sw_object_foreach(m, fields)
	{
		struct sw_str name = sw_str_make(m->k.u.s, m->k.n);
		struct sw_fieldref ref;
		struct sw_fval unused;
		size_t len = 0;
		struct sw_error why = {0};
		if (sw_field_find(SW_SOURCE_SYSCALL, name, &ref, &len, &why) < 0 || len != name.n)
			return sw_error_set(err, SW_EINVALID, "there is no field %.*s", SW_STR_ARG(name));
		uint32_t n = m->v.type == SW_ARRAY ? m->v.n : m->v.type != SW_NULL;
		for (uint32_t i = 0; i < n; i++)
			if (!parse(a, m->v.type == SW_ARRAY ? m->v.u.a->v[i] : m->v, ref.type, &unused, &why))
				return sw_error_set(err, SW_EINVALID, "%.*s: %s", SW_STR_ARG(name), why.text);
	}
	return 0;
}

int sw_written_event(struct sw_value fields, struct sw_arena *arena, uint64_t num, struct sw_event *ret,
	struct sw_error *err)
{
	struct sw_str type = sw_value_getstr(fields, "evt.type");
	struct sw_codeset codes;
	struct sw_value *copy = sw_arena_new(arena, struct sw_value);
	int64_t ts = 1700000000000000000;
	if (fields.type != SW_OBJECT || type.n == 0)
		return sw_error_set(err, SW_EINVALID, "an event needs its evt.type");
	if (!sw_event_codes_of(type, &codes))
		return sw_error_set(err, SW_EINVALID, "unknown event type %.*s", SW_STR_ARG(type));
	int rc = check_fields(fields, arena, err);
	if (rc < 0 || !copy)
		return rc < 0 ? rc : sw_error_set(err, SW_ELIMIT, "out of memory");
	*copy = fields;
	sw_value_int(sw_object_gets(fields, SW_STR("evt.rawtime")), &ts);
	*ret = (struct sw_event){.source = SW_SOURCE_SYSCALL,
		.num = num,
		.ts = (uint64_t)ts,
		.arena = arena,
		.data = copy,
		.lookup = lookup};
	/* The newest exit code of that name. */
	for (uint16_t c = 0; c < SW_EVENT_CODES; c++)
		if (sw_codeset_has(&codes, c) && (!sw_event_is_enter(c) || ret->code == 0) &&
			!(sw_event_table[c].flags & SW_EF_OLD_VERSION))
			ret->code = c;
	return 0;
}
