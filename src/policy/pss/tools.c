/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks are written with. */
#include <stdlib.h>

#include "policy/pss/impl.h"

/* ---- lists of names ---- */

void pss_add(struct pss *p, struct pss_names *names, struct sw_str s)
{
	if (names->n == names->cap) {
		uint32_t cap = names->cap ? 2 * names->cap : 4;
		struct sw_str *v =
			sw_arena_grow(p->arena, names->v, names->n * sizeof(*v), cap * sizeof(*v));
		if (!v) {
			p->full = true;
			return;
		}
		names->v = v;
		names->cap = cap;
	}
	names->v[names->n++] = s;
}

void pss_insert(struct pss *p, struct pss_names *names, struct sw_str s)
{
	uint32_t lo = 0, hi = names->n;
	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;
		int c = sw_str_cmp(names->v[mid], s);
		if (!c)
			return;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	uint32_t n = names->n;
	pss_add(p, names, s);
	if (names->n == n)
		return;
	memmove(&names->v[lo + 1], &names->v[lo], (n - lo) * sizeof(*names->v));
	names->v[lo] = s;
}

void pss_quote(struct sw_buf *out, const struct pss_names *names)
{
	for (uint32_t i = 0; i < names->n; i++) {
		sw_buf_addz(out, i ? ", \"" : "\"");
		sw_buf_addstr(out, names->v[i]);
		sw_buf_addch(out, '"');
	}
}

void pss_join(struct sw_buf *out, const struct pss_names *names, const char *sep)
{
	for (uint32_t i = 0; i < names->n; i++) {
		if (i)
			sw_buf_addz(out, sep);
		sw_buf_addstr(out, names->v[i]);
	}
}

void pss_containers(struct sw_buf *out, const struct pss_names *names)
{
	sw_buf_addz(out, names->n == 1 ? "container " : "containers ");
	pss_quote(out, names);
}

void pss_setters(struct sw_buf *out, bool pod, const struct pss_names *containers)
{
	if (pod)
		sw_buf_addz(out, containers->n ? "pod and " : "pod");
	if (containers->n)
		pss_containers(out, containers);
}

/* ---- fields ---- */

static struct sw_value member(struct pss *p, struct sw_value o, const char *key, enum sw_type type)
{
	struct sw_value v = sw_object_gets(o, sw_str_from(key));
	if (v.type == type)
		return v;
	if (v.type > SW_NULL && !p->invalid) {
		p->invalid = true;
		p->out->detail = sw_arena_printf(p->arena, "%s must be %s, not %s", key,
			sw_type_name(type), sw_type_name(v.type));
	}
	return sw_undef();
}

struct sw_value pss_object(struct pss *p, struct sw_value o, const char *key)
{
	return member(p, o, key, SW_OBJECT);
}

struct sw_value pss_array(struct pss *p, struct sw_value o, const char *key)
{
	return member(p, o, key, SW_ARRAY);
}

struct sw_value pss_bool(struct pss *p, struct sw_value o, const char *key)
{
	return member(p, o, key, SW_BOOL);
}

struct sw_value pss_int(struct pss *p, struct sw_value o, const char *key)
{
	struct sw_value v = member(p, o, key, SW_NUMBER);
	int64_t i;
	if (!sw_defined(v))
		return v;
	if (sw_value_int(v, &i))
		return sw_int(i);
	if (!p->invalid) {
		p->invalid = true;
		p->out->detail = sw_arena_printf(p->arena, "%s must be a whole number", key);
	}
	return sw_undef();
}

struct sw_value pss_string(struct pss *p, struct sw_value o, const char *key)
{
	return member(p, o, key, SW_STRING);
}

struct sw_str pss_text(struct pss *p, struct sw_value o, const char *key)
{
	struct sw_value v = member(p, o, key, SW_STRING);
	return sw_defined(v) ? sw_value_str(v) : SW_STR("");
}

/* ---- containers ---- */

void pss_containers_init(struct pss *p, struct pss_container *c)
{
	/* A list that is none, or an item that is no mapping, is an invalid pod. */
	static const char *const fields[] = {"initContainers", "containers", "ephemeralContainers"};
	for (int i = 0; i < 3; i++) {
		struct sw_value list = pss_array(p, p->spec, fields[i]);
		if (!sw_defined(list))
			continue;
		sw_array_foreach (v, list) {
			if (v->type > SW_NULL && v->type != SW_OBJECT && !p->invalid) {
				p->invalid = true;
				p->out->detail =
					sw_arena_printf(p->arena, "%s must hold objects, not %s",
						fields[i], sw_type_name(v->type));
			}
		}
	}
	sw_kube_containers_init(&c->it, p->spec);
}

bool pss_next(struct pss *p, struct pss_container *c)
{
	if (!sw_kube_containers_next(&c->it, &c->c))
		return false;
	c->value = c->c.value;
	c->name = pss_text(p, c->value, "name");
	c->security = pss_object(p, c->value, "securityContext");
	return true;
}

void pss_place(struct pss *p, const struct pss_container *c, const char *fmt, ...)
{
	if (p->n_places == p->cap_places) {
		uint32_t cap = p->cap_places ? 2 * p->cap_places : 4;
		struct sw_pss_place *v = sw_arena_grow(
			p->arena, p->places, p->n_places * sizeof(*v), cap * sizeof(*v));
		if (!v) {
			p->full = true;
			return;
		}
		p->places = v;
		p->cap_places = cap;
	}
	__attribute__((cleanup(sw_buf_release))) struct sw_buf b;
	sw_buf_init(&b, 1 << 20);
	sw_buf_addstr(&b, p->base);
	if (c)
		sw_buf_printf(&b, "/spec/%s/%u", c->c.field, c->c.index);
	va_list ap;
	va_start(ap, fmt);
	sw_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	struct sw_str pointer = sw_arena_str(p->arena, sw_buf_str(&b));
	if (!pointer.p)
		p->full = true;
	p->places[p->n_places++] = (struct sw_pss_place){pointer, c ? c->name : SW_STR("")};
}

void pss_forbid(struct pss *p, const char *reason, const struct sw_buf *detail)
{
	if (p->invalid)
		return;
	p->out->verdict = SW_PSS_FORBIDDEN;
	p->out->reason = sw_str_from(reason);
	p->out->detail = sw_arena_str(p->arena, sw_buf_str(detail));
	if (!p->out->detail.p)
		p->full = true;
}

bool pss_is_windows(struct pss *p)
{
	struct sw_value os = pss_object(p, p->spec, "os");
	return sw_str_is(pss_text(p, os, "name"), "windows");
}

bool pss_in_user_namespace(struct pss *p)
{
	return sw_is_false(pss_bool(p, p->spec, "hostUsers"));
}

void pss_go_quote(struct sw_buf *out, struct sw_str s)
{
	sw_buf_addch(out, '"');
	for (size_t i = 0; i < s.n;) {
		static const char from[] = "\a\b\f\n\r\t\v\"\\", to[] = "abfnrtv\"\\";
		size_t start = i;
		uint32_t cp = sw_utf8_next(s, &i);
		const char *special =
			cp && cp < 128 ? memchr(from, (int)cp, sizeof(from) - 1) : NULL;
		if (special)
			sw_buf_printf(out, "\\%c", to[special - from]);
		else if (cp == 0xfffd && i - start == 1)
			sw_buf_printf(out, "\\x%02x", (unsigned char)s.p[start]);
		else if (cp < 32 || cp == 127)
			sw_buf_printf(out, "\\x%02x", cp);
		else if ((cp > 127 && cp < 0xa1) || cp == 0xad || (cp >= 0x2000 && cp <= 0x200f) ||
			 (cp >= 0x2028 && cp <= 0x202f) || (cp >= 0x205f && cp <= 0x206f) ||
			 cp == 0x3000 || cp == 0xfeff || (cp >= 0xe000 && cp <= 0xf8ff))
			sw_buf_printf(out, "\\u%04x", cp);
		else if (cp >= 0xe0000)
			sw_buf_printf(out, "\\U%08x", cp);
		else
			sw_buf_add(out, s.p + start, i - start);
	}
	sw_buf_addch(out, '"');
}
