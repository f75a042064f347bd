/* SPDX-License-Identifier: Apache-2.0 */
#include "finding/finding.h"

#include <stdlib.h>

#include <xxhash.h>

#include "finding/fingerprint.h"

static const char *const severity_names[SW_SEV__COUNT] = {
	"unknown", "info", "low", "medium", "high", "critical"};

const char *sw_severity_name(enum sw_severity s)
{
	return (unsigned)s < SW_SEV__COUNT ? severity_names[s] : "unknown";
}

char sw_severity_letter(enum sw_severity s)
{
	return (unsigned)s < SW_SEV__COUNT ? "?ILMHC"[s] : '?';
}

int sw_severity_parse(struct sw_str s, enum sw_severity *ret)
{
	for (unsigned i = 0; i < SW_SEV__COUNT; i++)
		if (sw_str_ieq(s, sw_str_from(severity_names[i]))) {
			*ret = (enum sw_severity)i;
			return 0;
		}
	return -SW_EINVALID;
}

static const char *const verdict_names[SW_VERDICT__COUNT] = {
	"fail", "pass", "manual", "not-evaluated"};

const char *sw_verdict_name(enum sw_verdict v)
{
	return (unsigned)v < SW_VERDICT__COUNT ? verdict_names[v] : "not-evaluated";
}

int sw_verdict_parse(struct sw_str s, enum sw_verdict *ret)
{
	for (unsigned i = 0; i < SW_VERDICT__COUNT; i++)
		if (sw_str_is(s, verdict_names[i])) {
			*ret = (enum sw_verdict)i;
			return 0;
		}
	return -SW_EINVALID;
}

#define RECENT 4096u /* strings remembered; a power of two */

void sw_findings_init(struct sw_findings *fs, size_t budget)
{
	*fs = (struct sw_findings){0};
	sw_arena_init(&fs->arena, budget);
}

void sw_findings_release(struct sw_findings *fs)
{
	sw_arena_release(&fs->arena);
	free(fs->v);
	free(fs->recent);
	*fs = (struct sw_findings){0};
}

void sw_findings_clear(struct sw_findings *fs)
{
	if (fs->recent && fs->n)
		memset(fs->recent, 0, RECENT * sizeof(*fs->recent));
	sw_arena_reset(&fs->arena);
	fs->n = 0;
	fs->coverage = (struct sw_coverage){0};
	fs->passed = 0;
	memset(fs->passed_by, 0, sizeof(fs->passed_by));
}

void sw_findings_pass(struct sw_findings *fs, enum sw_severity s, uint64_t n)
{
	fs->passed += n;
	fs->passed_by[(unsigned)s < SW_SEV__COUNT ? s : SW_SEV_UNKNOWN] += n;
}

/* A copy in the arena, or the one that was made of the same bytes not long ago. */
static struct sw_str keep(struct sw_findings *fs, struct sw_str s)
{
	if (!fs->recent)
		fs->recent = calloc(RECENT, sizeof(*fs->recent));
	if (!fs->recent)
		return sw_arena_str(&fs->arena, s);
	struct sw_str *slot = &fs->recent[XXH3_64bits(s.p, s.n) & (RECENT - 1)];
	if (sw_str_eq(*slot, s))
		return *slot;
	s = sw_arena_str(&fs->arena, s);
	if (s.p)
		*slot = s;
	return s;
}

/* Copies the views of a struct that holds nothing but views. */
static void copy_views(struct sw_findings *fs, struct sw_str *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].n)
			v[i] = keep(fs, v[i]);
}

_Static_assert(sizeof(struct sw_subject) % sizeof(struct sw_str) == 0, "a subject is only views");

static void copy_evidence(struct sw_findings *fs, struct sw_finding *f)
{
	if (!f->n_evidence)
		return;
	struct sw_evidence *ev = (struct sw_evidence *)sw_arena_memdup(
		&fs->arena, f->evidence, f->n_evidence * sizeof(*ev));
	f->evidence = ev;
	if (!ev) {
		f->n_evidence = 0;
		return;
	}
	for (uint32_t i = 0; i < f->n_evidence; i++) {
		copy_views(fs, &ev[i].file, 1);
		copy_views(fs, &ev[i].path, 1);
		copy_views(fs, &ev[i].value, 1);
		copy_views(fs, &ev[i].expected, 1);
	}
}

int sw_findings_add(struct sw_findings *fs, const struct sw_finding *given)
{
	if (given->verdict == SW_VERDICT_PASS) {
		sw_findings_pass(fs, given->severity, 1);
		if (!fs->keep_passes)
			return 0;
	}
	if (fs->n == fs->cap) {
		uint32_t cap = fs->cap ? fs->cap * 2 : 64;
		void *v = cap > fs->cap ? realloc(fs->v, (size_t)cap * sizeof(*fs->v)) : NULL;
		if (!v)
			return -SW_ELIMIT;
		fs->v = v;
		fs->cap = cap;
	}
	struct sw_arena *a = &fs->arena;
	struct sw_finding *f = (struct sw_finding *)sw_arena_memdup(a, given, sizeof(*f));
	if (!f)
		return -SW_ELIMIT;
	copy_views(fs, (struct sw_str *)&f->subject, sizeof(f->subject) / sizeof(struct sw_str));
	copy_views(fs, &f->message, 1);
	copy_views(fs, &f->reason, 1);
	copy_views(fs, &f->document, 1);
	copy_views(fs, &f->key, 1);
	copy_views(fs, &f->fix.summary, 1);
	copy_evidence(fs, f);
	f->fix.patch = sw_value_copy(a, given->fix.patch);
	f->waiver = NULL;
	f->is_new = true;
	sw_fingerprint(f, f->fingerprint);
	if (a->overflow)
		return -SW_ELIMIT;
	fs->v[fs->n++] = f;
	return 0;
}

static int by_place(const struct sw_finding *x, const struct sw_finding *y)
{
	static const struct sw_evidence none;
	const struct sw_evidence *ex = x->n_evidence ? x->evidence : &none;
	const struct sw_evidence *ey = y->n_evidence ? y->evidence : &none;
	int c = sw_str_cmp(ex->file, ey->file);
	if (!c)
		c = (ex->line > ey->line) - (ex->line < ey->line);
	if (!c)
		c = (ex->col > ey->col) - (ex->col < ey->col);
	if (!c)
		c = sw_str_cmp(ex->path, ey->path);
	if (!c)
		c = sw_str_cmp(x->message, y->message);
	return c ? c : memcmp(x->fingerprint, y->fingerprint, sizeof(x->fingerprint));
}

static int by_importance(const void *a, const void *b)
{
	const struct sw_finding *x = *(const struct sw_finding *const *)a;
	const struct sw_finding *y = *(const struct sw_finding *const *)b;
	if (x->verdict != y->verdict)
		return x->verdict < y->verdict ? -1 : 1;
	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	int c = sw_str_cmp(x->rule->id, y->rule->id);
	const struct sw_str *sx = (const struct sw_str *)&x->subject;
	const struct sw_str *sy = (const struct sw_str *)&y->subject;
	for (size_t i = 0; !c && i < sizeof(x->subject) / sizeof(*sx); i++)
		c = sw_str_cmp(sx[i], sy[i]);
	return c ? c : by_place(x, y);
}

void sw_findings_sort(struct sw_findings *fs)
{
	if (fs->n > 1)
		qsort(fs->v, fs->n, sizeof(*fs->v), by_importance);
}
