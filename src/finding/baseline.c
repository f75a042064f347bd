/* SPDX-License-Identifier: Apache-2.0 */
#include "finding/baseline.h"

#include <stdlib.h>

#include "doc/json.h"
#include "finding/fingerprint.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static bool unhex(struct sw_str s, uint8_t out[16])
{
	if (s.n != 32)
		return false;
	for (size_t i = 0; i < 16; i++) {
		int hi = hex_digit(s.p[2 * i]), lo = hex_digit(s.p[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return false;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

static int cmp(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

int sw_baseline_parse(
	struct sw_baseline *b, struct sw_arena *a, struct sw_source *src, struct sw_error *err)
{
	struct sw_value root;
	int rc = sw_json_parse(a, src->text, SW_JSON_SPANS, NULL, &root, NULL, err);
	if (rc) {
		sw_error_at(err, src->name, err ? err->line : 0, err ? err->col : 0,
			err ? err->byte : 0);
		return rc;
	}
	struct sw_str schema = sw_value_getstr(root, "schema");
	struct sw_value list = sw_object_gets(root, SW_STR("findings"));
	if ((!sw_str_is(schema, "seawall.dev/baseline/v1") &&
		    !sw_str_is(schema, "seawall.dev/report/v1")) ||
		!sw_is(list, SW_ARRAY)) {
		sw_error_set(err, SW_EINVALID, "neither a baseline nor a JSON report of seawall");
		sw_error_hint(err, "`seawall scan --write-baseline FILE` makes one");
		sw_error_at(err, src->name, 0, 0, 0);
		return -SW_EINVALID;
	}
	b->v = sw_arena_array(a, list.n ? list.n : 1, 16);
	if (!b->v)
		return sw_error_set(err, SW_ELIMIT, "the baseline takes too much memory");
	b->n = 0;
	for (uint32_t i = 0; i < list.n; i++) {
		struct sw_value one = list.u.a->v[i];
		struct sw_str verdict = sw_value_getstr(one, "verdict");
		if ((verdict.n && !sw_str_is(verdict, "fail")) ||
			sw_defined(sw_object_gets(one, SW_STR("waiver"))))
			continue;
		if (!unhex(sw_value_getstr(one, "fingerprint"), b->v[b->n])) {
			sw_error_set(err, SW_EINVALID,
				"finding %u has no fingerprint of 32 hex digits", i);
			sw_source_error(
				src, a, list.u.a->spans ? list.u.a->spans[i].start : 0, err);
			return -SW_EINVALID;
		}
		b->n++;
	}
	if (b->n)
		qsort(b->v, b->n, 16, cmp);
	return 0;
}

void sw_baseline_apply(struct sw_baseline *b, struct sw_findings *fs)
{
	b->matched = 0;
	for (uint32_t i = 0; i < fs->n; i++) {
		struct sw_finding *f = fs->v[i];
		f->is_new = !b->n || !bsearch(f->fingerprint, b->v, b->n, 16, cmp);
		b->matched += !f->is_new;
	}
}

static void put_subject(struct sw_buf *out, const struct sw_subject *s)
{
	sw_autobuf text;
	sw_buf_init(&text, 64 << 10);
	if (s->ns.n)
		sw_buf_printf(&text, "%.*s/", SW_STR_ARG(s->ns));
	sw_buf_printf(&text, "%.*s/%.*s", SW_STR_ARG(s->kind), SW_STR_ARG(s->name));
	if (s->container.n)
		sw_buf_printf(&text, " %.*s", SW_STR_ARG(s->container));
	sw_json_write_str(out, sw_buf_str(&text), 0);
}

void sw_baseline_write(struct sw_buf *out, const struct sw_findings *fs)
{
	bool any = false;
	char hex[SW_FINGERPRINT_HEX];
	sw_buf_addz(out, "{\"schema\": \"seawall.dev/baseline/v1\",\n \"findings\": [");
	for (uint32_t i = 0; i < fs->n; i++) {
		const struct sw_finding *f = fs->v[i];
		if (f->verdict != SW_VERDICT_FAIL || f->waiver)
			continue;
		sw_buf_printf(out, "%s\n  {\"fingerprint\": \"%s\", \"rule\": ", any ? "," : "",
			sw_fingerprint_hex(f->fingerprint, hex));
		sw_json_write_str(out, f->rule->id, 0);
		sw_buf_addz(out, ", \"subject\": ");
		put_subject(out, &f->subject);
		sw_buf_addch(out, '}');
		any = true;
	}
	sw_buf_addz(out, any ? "\n]}\n" : "]}\n");
}
