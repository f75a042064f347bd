/* SPDX-License-Identifier: Apache-2.0 */
#include "finding/finding.h"

#include <stddef.h>
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

#define RECENT 4096u /* strings remembered; a power of two */

void sw_findings_init(struct sw_findings *fs, size_t budget)
{
	*fs = (struct sw_findings){0};
	sw_arena_init(&fs->arena, budget);
}

static void release_adopted(struct sw_findings *fs)
{
	for (uint32_t i = 0; i < fs->n_adopted; i++)
		sw_arena_release(&fs->adopted[i]);
	free(fs->adopted);
	fs->adopted = NULL;
	fs->n_adopted = 0;
}

void sw_findings_release(struct sw_findings *fs)
{
	release_adopted(fs);
	sw_arena_release(&fs->arena);
	free(fs->v);
	free(fs->recent);
	free(fs->passes);
	*fs = (struct sw_findings){0};
}

void sw_findings_clear(struct sw_findings *fs)
{
	if (fs->recent && fs->n)
		memset(fs->recent, 0, RECENT * sizeof(*fs->recent));
	sw_arena_reset(&fs->arena);
	release_adopted(fs);
	fs->n = 0;
	fs->coverage = (struct sw_coverage){0};
	sw_findings_pass_none(fs);
}

void sw_findings_adopt(struct sw_findings *fs, struct sw_findings *other)
{
	void *more = reallocarray(fs->adopted, fs->n_adopted + 1, sizeof(*fs->adopted));
	if (!more)
		abort();
	fs->adopted = more;
	fs->adopted[fs->n_adopted++] = other->arena;
	fs->coverage.evaluations += other->coverage.evaluations;
	fs->coverage.not_evaluated += other->coverage.not_evaluated;
	sw_findings_pass_all(fs, other);
	sw_arena_init(&other->arena, 0);
	sw_findings_release(other);
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

/* The same where most views are those of the finding before: `last` has their copies. */
static void copy_repeated(
	struct sw_findings *fs, struct sw_str *v, size_t n, const struct sw_str *last)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i].n && v[i].n == last[i].n && sw_bytes_eq(v[i].p, last[i].p, v[i].n))
			v[i] = last[i];
		else
			copy_views(fs, &v[i], 1);
	}
}

_Static_assert(sizeof(struct sw_subject) % sizeof(struct sw_str) == 0, "a subject is only views");

static void copy_evidence(
	struct sw_findings *fs, struct sw_finding *f, const struct sw_finding *last)
{
	static const struct sw_str none;
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
		copy_repeated(fs, &ev[i].file, 1,
			last && last->n_evidence ? &last->evidence[0].file : &none);
		copy_views(fs, &ev[i].path, 1);
		copy_views(fs, &ev[i].value, 1);
		copy_views(fs, &ev[i].expected, 1);
	}
}

static int reserve(struct sw_findings *fs, uint32_t n)
{
	if (n > UINT32_MAX / 2 - fs->n)
		return -SW_ELIMIT;
	if (fs->n + n <= fs->cap)
		return 0;
	uint32_t cap = fs->cap ? fs->cap : 64;
	while (cap < fs->n + n)
		cap *= 2;
	void *v = realloc(fs->v, (size_t)cap * sizeof(*fs->v));
	if (!v)
		return -SW_ELIMIT;
	fs->v = v;
	fs->cap = cap;
	return 0;
}

int sw_findings_put_back(struct sw_findings *fs, struct sw_finding *const *v, uint32_t n)
{
	if (reserve(fs, n))
		return -SW_ELIMIT;
	if (n)
		memcpy(fs->v + fs->n, v, n * sizeof(*v));
	fs->n += n;
	return 0;
}

int sw_findings_add(struct sw_findings *fs, const struct sw_finding *given)
{
	if (given->verdict == SW_VERDICT_PASS) {
		sw_findings_pass_rule(fs, given->rule, given->severity);
		if (!fs->keep_passes)
			return 0;
	}
	if (reserve(fs, 1))
		return -SW_ELIMIT;
	struct sw_arena *a = &fs->arena;
	struct sw_finding *f = (struct sw_finding *)sw_arena_memdup(a, given, sizeof(*f));
	if (!f)
		return -SW_ELIMIT;
	static const struct sw_finding none;
	const struct sw_finding *last = fs->n ? fs->v[fs->n - 1] : &none;
	copy_repeated(fs, (struct sw_str *)&f->subject, sizeof(f->subject) / sizeof(struct sw_str),
		(const struct sw_str *)&last->subject);
	copy_views(fs, &f->message, 1);
	copy_views(fs, &f->reason, 1);
	copy_repeated(fs, &f->document, 1, &last->document);
	copy_views(fs, &f->key, 1);
	if (f->fix.summary.p != f->rule->remediation.p) /* which outlives the collection */
		copy_views(fs, &f->fix.summary, 1);
	copy_evidence(fs, f, last);
	f->fix.patch = sw_value_copy(a, given->fix.patch);
	copy_views(fs, &f->fix.command, 1);
	copy_views(fs, &f->fix.diff, 1);
	f->waiver = NULL;
	f->is_new = true;
	sw_fingerprint(f, f->fingerprint);
	if (a->overflow)
		return -SW_ELIMIT;
	fs->v[fs->n++] = f;
	return 0;
}

/* Parts that findings share are often one copy, which needs no look at its bytes. */
static int compare_views(const struct sw_str *x, const struct sw_str *y, size_t n)
{
	int c = 0;
	for (size_t i = 0; !c && i < n; i++)
		if (x[i].p != y[i].p || x[i].n != y[i].n)
			c = sw_str_cmp(x[i], y[i]);
	return c;
}

static int by_place(const struct sw_finding *x, const struct sw_finding *y)
{
	static const struct sw_evidence none;
	const struct sw_evidence *ex = x->n_evidence ? x->evidence : &none;
	const struct sw_evidence *ey = y->n_evidence ? y->evidence : &none;
	int c = compare_views(&ex->file, &ey->file, 1);
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

/*
 * A finding and the beginning of its order: verdict, severity, the place of its rule among all rules and
 * that of its object among all objects.
 */
struct ranked {
	uint64_t rank;
	struct sw_finding *f;
};

/* Cluster, namespace, API version, kind and name: what the findings of an object share. */
enum { OBJECT_VIEWS = 5, SUBJECT_VIEWS = sizeof(struct sw_subject) / sizeof(struct sw_str) };

_Static_assert(offsetof(struct sw_subject, container) == OBJECT_VIEWS * sizeof(struct sw_str),
	"an object is the first views of a subject");

static const struct sw_str *views_of(const struct sw_finding *f)
{
	return (const struct sw_str *)&f->subject;
}

static int by_importance(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	int c = compare_views(views_of(x->f) + OBJECT_VIEWS, views_of(y->f) + OBJECT_VIEWS,
		SUBJECT_VIEWS - OBJECT_VIEWS);
	return c ? c : by_place(x->f, y->f);
}

struct rule_rank {
	const struct sw_rule *rule;
	uint32_t rank;
};

static int by_rule_id(const void *a, const void *b)
{
	return sw_str_cmp(
		((const struct rule_rank *)a)->rule->id, ((const struct rule_rank *)b)->rule->id);
}

/* Rules by their address, open addressing; they are few. */
struct rule_table {
	struct rule_rank *v;
	uint32_t cap, n; /* cap: a power of two */
};

static struct rule_rank *find_rule(const struct rule_table *t, const struct sw_rule *rule)
{
	uint32_t at = (uint32_t)((uintptr_t)rule * 0x9e3779b97f4a7c15u >> 32) & (t->cap - 1);
	while (t->v[at].rule && t->v[at].rule != rule)
		at = (at + 1) & (t->cap - 1);
	return &t->v[at];
}

static bool grow_rules(struct rule_table *t)
{
	struct rule_table wide = {.cap = t->cap ? 2 * t->cap : 1024, .n = t->n};
	wide.v = calloc(wide.cap, sizeof(*wide.v));
	for (uint32_t i = 0; wide.v && i < t->cap; i++)
		if (t->v[i].rule)
			*find_rule(&wide, t->v[i].rule) = t->v[i];
	if (!wide.v)
		return false;
	free(t->v);
	*t = wide;
	return true;
}

/* Numbers the rules of the findings by id; rules with one id have one number. */
static bool rank_rules(struct rule_table *t, const struct sw_findings *fs)
{
	for (uint32_t i = 0; i < fs->n; i++) {
		if (2 * t->n >= t->cap && !grow_rules(t))
			return false;
		struct rule_rank *r = find_rule(t, fs->v[i]->rule);
		t->n += !r->rule;
		r->rule = fs->v[i]->rule;
	}
	struct rule_rank *sorted = calloc(t->n, sizeof(*sorted));
	uint32_t n = 0;
	for (uint32_t i = 0; sorted && i < t->cap; i++)
		if (t->v[i].rule)
			sorted[n++] = t->v[i];
	if (sorted)
		qsort(sorted, n, sizeof(*sorted), by_rule_id);
	for (uint32_t i = 1; i < n; i++)
		sorted[i].rank = sorted[i - 1].rank + (by_rule_id(&sorted[i - 1], &sorted[i]) != 0);
	for (uint32_t i = 0; i < n; i++)
		find_rule(t, sorted[i].rule)->rank = sorted[i].rank;
	free(sorted);
	return n == t->n;
}

/* Findings of one object mostly stand together, and their views are one copy: runs of them. */
struct run {
	const struct sw_finding *f; /* the first */
	uint32_t number, rank;
};

static int by_object(const void *a, const void *b)
{
	const struct run *x = a, *y = b;
	return compare_views(views_of(x->f), views_of(y->f), OBJECT_VIEWS);
}

static int by_number(const void *a, const void *b)
{
	const struct run *x = a, *y = b;
	return (x->number > y->number) - (x->number < y->number);
}

static bool same_object(const struct sw_finding *x, const struct sw_finding *y)
{
	const struct sw_str *a = views_of(x), *b = views_of(y);
	for (int i = 0; i < OBJECT_VIEWS; i++)
		if (a[i].p != b[i].p || a[i].n != b[i].n)
			return false;
	return true;
}

/* The runs in the order of the findings, with the places of their objects. NULL: no memory. */
static struct run *rank_objects(const struct sw_findings *fs)
{
	struct run *runs = calloc(fs->n, sizeof(*runs));
	uint32_t n = 0;
	for (uint32_t i = 0; runs && i < fs->n; i++)
		if (!i || !same_object(fs->v[i - 1], fs->v[i])) {
			runs[n] = (struct run){fs->v[i], n, 0};
			n++;
		}
	if (!runs)
		return NULL;
	qsort(runs, n, sizeof(*runs), by_object);
	for (uint32_t i = 1; i < n; i++)
		runs[i].rank = runs[i - 1].rank + (by_object(&runs[i - 1], &runs[i]) != 0);
	qsort(runs, n, sizeof(*runs), by_number);
	return runs;
}

#define RULES_MAX (1u << 24)

static uint64_t rank(const struct rule_table *t, const struct sw_finding *f, uint32_t object)
{
	return (uint64_t)f->verdict << 60 | (uint64_t)(SW_SEV__COUNT - f->severity) << 56 |
	       (uint64_t)find_rule(t, f->rule)->rank << 32 | object;
}

/* By rank alone, in the order given where ranks are equal: one pass for each byte in which they differ. */
static void sort_ranks(struct ranked *v, uint32_t n)
{
	struct ranked *tmp = calloc(n, sizeof(*tmp)), *from = v, *to = tmp;
	if (!tmp)
		abort();
	for (int shift = 0; shift < 64; shift += 8) {
		uint32_t at[257] = {0};
		for (uint32_t i = 0; i < n; i++)
			at[(from[i].rank >> shift & 255) + 1]++;
		if (at[(from[0].rank >> shift & 255) + 1] == n)
			continue;
		for (int i = 1; i < 257; i++)
			at[i] += at[i - 1];
		for (uint32_t i = 0; i < n; i++)
			to[at[from[i].rank >> shift & 255]++] = from[i];
		struct ranked *swap = from;
		from = to;
		to = swap;
	}
	if (from != v)
		memcpy(v, from, n * sizeof(*v));
	free(tmp);
}

static void sort_ranked(struct ranked *v, uint32_t n)
{
	sort_ranks(v, n);
	for (uint32_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && v[end].rank == v[i].rank;)
			end++;
		if (end - i > 1)
			qsort(v + i, end - i, sizeof(*v), by_importance);
	}
}

void sw_findings_sort(struct sw_findings *fs)
{
	if (fs->n < 2)
		return;
	struct rule_table rules = {0};
	struct ranked *v = calloc(fs->n, sizeof(*v));
	struct run *runs = rank_objects(fs);
	if (!v || !runs || !rank_rules(&rules, fs) || rules.n >= RULES_MAX)
		abort();
	for (uint32_t i = 0, at = 0; i < fs->n; i++) {
		at += i && !same_object(fs->v[i - 1], fs->v[i]);
		v[i] = (struct ranked){rank(&rules, fs->v[i], runs[at].rank), fs->v[i]};
	}
	sort_ranked(v, fs->n);
	for (uint32_t i = 0; i < fs->n; i++)
		fs->v[i] = v[i].f;
	free(v);
	free(runs);
	free(rules.v);
}
