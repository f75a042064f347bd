/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include <stdlib.h>

#include "base/opt.h"

static const struct sw_report_format *const formats[] = {
	&sw_report_controls,
	&sw_report_csv,
	&sw_report_github,
	&sw_report_html,
	&sw_report_json,
	&sw_report_junit,
	&sw_report_markdown,
	&sw_report_openreports,
	&sw_report_policyreport,
	&sw_report_sarif,
	&sw_report_table,
};

const struct sw_report_format *const *sw_report_formats(uint32_t *ret_n)
{
	*ret_n = sizeof(formats) / sizeof(*formats);
	return formats;
}

const struct sw_report_format *sw_report_format_find(struct sw_str name, struct sw_error *err)
{
	struct sw_nearest near;
	sw_nearest_init(&near, name);
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (sw_str_is(name, formats[i]->name))
			return formats[i];
		sw_nearest_try(&near, formats[i]->name);
	}
	sw_error_set(err, SW_EUSAGE, "there is no report format \"%.*s\"", SW_STR_ARG(name));
	if (sw_str_starts(name, SW_STR("cyclonedx")) || sw_str_starts(name, SW_STR("spdx")))
		sw_error_hint(err, "bills of materials of images are written by --sbom");
	else if (near.best)
		sw_error_hint(err, "did you mean %s?", near.best);
	else
		sw_error_hint(err, "see `seawall list formats`");
	return NULL;
}

void sw_report_seen(struct sw_buf *out, const struct sw_report *r)
{
	const struct sw_coverage *c = &r->findings->coverage;
	if (r->seen.n)
		sw_buf_addstr(out, r->seen);
	else
		sw_buf_printf(out, "%llu object%s in %llu file%s", (unsigned long long)c->objects, c->objects == 1 ? "" : "s",
			(unsigned long long)c->files, c->files == 1 ? "" : "s");
}

void sw_subject_print(struct sw_buf *out, const struct sw_subject *s)
{
	size_t before = out->n;
	if (s->cluster.n) {
		sw_buf_addstr(out, s->cluster);
		sw_buf_addch(out, ' ');
	}
	if (s->kind.n) {
		if (s->ns.n) {
			sw_buf_addstr(out, s->ns);
			sw_buf_addch(out, '/');
		}
		sw_buf_addstr(out, s->kind);
		if (s->name.n) /* a node under --root may not say its name */
			sw_buf_addch(out, '/');
		sw_buf_addstr(out, s->name);
	} else if (s->node.n) {
		sw_buf_addz(out, "node ");
		sw_buf_addstr(out, s->node);
	} else if (s->name.n) {
		sw_buf_addstr(out, s->name);
	} else if (s->image.n) {
		sw_buf_addstr(out, s->image);
	}
	if (s->container.n)
		sw_buf_printf(out, "%scontainer %.*s", out->n > before ? ", " : "",
			SW_STR_ARG(s->container));
	if (s->package.n)
		sw_buf_printf(out, "%s%.*s", out->n > before ? ", " : "", SW_STR_ARG(s->package));
	if (s->process.n)
		sw_buf_printf(
			out, "%sprocess %.*s", out->n > before ? ", " : "", SW_STR_ARG(s->process));
}

void sw_finding_place(struct sw_buf *out, const struct sw_finding *f)
{
	if (!f->n_evidence || !f->evidence[0].file.n)
		return;
	sw_buf_addstr(out, f->evidence[0].file);
	if (f->evidence[0].line)
		sw_buf_printf(out, ":%u:%u", f->evidence[0].line, f->evidence[0].col);
}

static int by_id(const void *a, const void *b)
{
	const struct sw_rule *x = *(const struct sw_rule *const *)a,
			     *y = *(const struct sw_rule *const *)b;
	return sw_str_cmp(x->id, y->id);
}

const struct sw_rule **sw_report_rules(const struct sw_report *r, uint32_t *ret_n)
{
	uint32_t n = 0;
	const struct sw_rule **v = calloc((size_t)r->n_rules + r->findings->n + 1, sizeof(*v));
	if (!v)
		abort();
	for (uint32_t i = 0; i < r->n_rules; i++)
		v[n++] = r->rules[i];
	const struct sw_rule *last = NULL;
	for (uint32_t i = 0; i < r->findings->n; i++) {
		if (r->findings->v[i]->rule != last)
			v[n++] = last = r->findings->v[i]->rule;
	}
	qsort(v, n, sizeof(*v), by_id);
	uint32_t kept = 0;
	for (uint32_t i = 0; i < n; i++)
		if (!kept || !sw_str_eq(v[kept - 1]->id, v[i]->id))
			v[kept++] = v[i];
	*ret_n = kept;
	return v;
}

int64_t sw_report_rule_index(
	const struct sw_rule *const *rules, uint32_t n, const struct sw_rule *rule)
{
	uint32_t lo = 0, hi = n;
	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;
		if (sw_str_cmp(rules[mid]->id, rule->id) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && sw_str_eq(rules[lo]->id, rule->id) ? (int64_t)lo : -1;
}

void sw_xml_escape(struct sw_buf *out, struct sw_str s)
{
	for (size_t i = 0; i < s.n;) {
		uint32_t cp = sw_utf8_next(s, &i);
		switch (cp) {
		case '&':
			sw_buf_addz(out, "&amp;");
			break;
		case '<':
			sw_buf_addz(out, "&lt;");
			break;
		case '>':
			sw_buf_addz(out, "&gt;");
			break;
		case '"':
			sw_buf_addz(out, "&quot;");
			break;
		case '\'':
			sw_buf_addz(out, "&#39;");
			break;
		case '\n':
			sw_buf_addz(out, "&#10;");
			break;
		case '\t':
			sw_buf_addz(out, "&#9;");
			break;
		default:
			if (cp < 0x20 || cp == 0x7f || cp == 0xfffe || cp == 0xffff)
				cp = 0xfffd;
			sw_buf_addrune(out, cp);
		}
	}
}
