/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `seawall policy replay`: recorded requests against policies. Who would have been denied, by which
 * rule; and with a second set what a change of policies would change. The stream is read a line at
 * a time; what is kept is bounded by --max-rows, and what went beyond is counted.
 */
#include "cmd/policy/replay.h"
#include "cmd/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/io.h"
#include "policy/gatekeeper/gatekeeper.h"
#include "report/jsonw.h"

#define LINE_MAX_BYTES ((size_t)32 << 20)
#define DEADLINE_NS ((int64_t)30000000000)	    /* of one request */
#define EXTERNAL_TTL_NS ((int64_t)3600 * 1000000000) /* the answers of a Provider are those of one moment */

enum change { DENIED, NEWLY, NO_LONGER, CHANGES };
static const char *const change_names[] = {"denied", "newly denied", "no longer denied"};

struct row {
	enum change change;
	uint64_t line;
	const char *file, *operation;
	struct sw_str user, ns, kind, name, policy, message;
};

struct count {
	struct sw_str policy;
	uint64_t n[CHANGES];
};

struct set {
	struct sw_door_opts opts;
	struct sw_policies *policies;
	struct sw_door *door;
	struct sw_answer answer;
	struct sw_judgements js;
};

struct replay {
	struct sw_cmd_ctx *ctx;
	struct set sets[2]; /* one, or before and after */
	uint32_t n_sets;
	struct row *rows;
	uint32_t n_rows, cap_rows, max_rows;
	struct count *counts;
	uint32_t n_counts, cap_counts;
	uint64_t requests, passed, unseen, broken, dropped, not_judged;
	uint64_t denied[2], changed[CHANGES];
	struct sw_gk_answers *answers; /* of Providers; NULL: they are not asked */
	struct sw_error err;
};

/* ---- policies ---- */

struct has {
	bool rego, yaml;
};

static int look(void *arg, const char *path, const struct stat *st)
{
	struct has *h = arg;
	struct sw_str p = sw_str_from(path);
	h->rego |= sw_str_ends(p, SW_STR(".rego"));
	h->yaml |= sw_str_ends(p, SW_STR(".yaml")) || sw_str_ends(p, SW_STR(".yml")) ||
		   sw_str_ends(p, SW_STR(".json"));
	return 0;
}

/* A folder may hold Gatekeeper's objects, Rego rules, or both. */
static int paths_of(struct replay *r, const char *option, struct set *s)
{
	const struct sw_optval *v = sw_opts_get(&r->ctx->opts, option);
	const char **yaml = sw_arena_array(r->ctx->arena, v->n + 1, sizeof(*yaml));
	const char **rego = sw_arena_array(r->ctx->arena, v->n + 1, sizeof(*rego));
	if (!yaml || !rego)
		return sw_error_set(&r->err, SW_ELIMIT, "too many paths");
	s->opts.policies.v = yaml;
	s->opts.rego.v = rego;
	for (uint32_t i = 0; i < v->n; i++) {
		struct has h = {0};
		struct sw_walk w = {.file = look, .arg = &h};
		int rc = sw_io_walk(v->v[i], &w, &r->err);
		if (rc)
			return rc;
		if (h.rego)
			rego[s->opts.rego.n++] = v->v[i];
		if (h.yaml)
			yaml[s->opts.policies.n++] = v->v[i];
	}
	return 0;
}

static int severity(struct replay *r, const char *name, enum sw_severity *ret)
{
	const char *s = sw_opts_str(&r->ctx->opts, name);
	*ret = SW_SEV_UNKNOWN;
	return strcmp(s, "never") == 0 ? 0 : sw_severity_parse(sw_str_from(s), ret);
}

static int open_set(struct replay *r, const char *option)
{
	const struct sw_opts *o = &r->ctx->opts;
	struct set *s = &r->sets[r->n_sets++];
	const struct sw_optval *packs = sw_opts_get(o, "policy"),
			       *inventory = sw_opts_get(o, "inventory");
	const char *pss = sw_opts_str(o, "pss");
	struct sw_pss_policy none = {SW_PSS_PRIVILEGED, SW_PSS_LATEST};
	s->opts.packs = (struct sw_paths){packs->v, packs->n};
	s->opts.inventory = (struct sw_paths){inventory->v, inventory->n};
	s->opts.no_builtin = sw_opts_bool(o, "no-builtin");
	s->opts.pss_labels = true;
	s->opts.pss = (struct sw_pss_modes){none, none, none};
	s->opts.limits = (struct sw_rego_limits){.steps = 100000000, .memory = 256 << 20};
	s->opts.fail_closed = true;
	s->opts.external_data = r->answers != NULL;
	s->opts.dual = sw_gk_dual_of(sw_str_from(sw_opts_str(o, "dual-templates")));
	s->opts.answers = r->answers;
	s->opts.external_ttl_ns = EXTERNAL_TTL_NS;
	sw_answer_init(&s->answer);
	int rc = severity(r, "enforce-severity", &s->opts.enforce_severity);
	if (!rc && pss)
		rc = sw_pss_policy_parse(sw_str_from(pss), &s->opts.pss.enforce, &r->err);
	if (!rc)
		rc = paths_of(r, option, s);
	if (!rc)
		rc = sw_policies_load(&s->opts, &s->policies, &r->err);
	return rc ? rc : sw_door_new(s->policies, &s->door, &r->err);
}

static void release(struct replay *r)
{
	for (uint32_t i = 0; i < r->n_sets; i++) {
		sw_door_free(r->sets[i].door);
		sw_policies_unref(r->sets[i].policies);
		sw_answer_release(&r->sets[i].answer);
	}
	sw_gk_answers_free(r->answers);
}

/* ---- judging ---- */

static struct sw_str keep(struct replay *r, struct sw_str s)
{
	return s.n ? sw_arena_str(r->ctx->arena, s) : (struct sw_str){0};
}

static int count(struct replay *r, struct sw_str policy, enum change change)
{
	for (uint32_t i = 0; i < r->n_counts; i++)
		if (sw_str_eq(r->counts[i].policy, policy)) {
			r->counts[i].n[change]++;
			return 0;
		}
	if (r->n_counts == r->cap_counts) {
		uint32_t cap = r->cap_counts ? r->cap_counts * 2 : 64;
		struct count *v = sw_arena_grow(
			r->ctx->arena, r->counts, r->cap_counts * sizeof(*v), cap * sizeof(*v));
		if (!v)
			return -SW_ELIMIT;
		r->counts = v;
		r->cap_counts = cap;
	}
	r->counts[r->n_counts] = (struct count){.policy = keep(r, policy)};
	r->counts[r->n_counts++].n[change] = 1;
	return 0;
}

static int add(struct replay *r, const struct sw_admission *q, const char *file, uint64_t line,
	enum change change, const struct sw_judgement *j)
{
	int rc = count(r, j->policy, change);
	if (rc)
		return rc;
	if (r->n_rows >= r->max_rows) {
		r->dropped++;
		return 0;
	}
	if (r->n_rows == r->cap_rows) {
		uint32_t cap = r->cap_rows ? r->cap_rows * 2 : 64;
		struct row *v = sw_arena_grow(
			r->ctx->arena, r->rows, r->cap_rows * sizeof(*v), cap * sizeof(*v));
		if (!v)
			return -SW_ELIMIT;
		r->rows = v;
		r->cap_rows = cap;
	}
	r->rows[r->n_rows++] = (struct row){.change = change,
		.line = line,
		.file = file,
		.operation = sw_operation_name(q->operation),
		.user = keep(r, q->user),
		.ns = keep(r, q->ns),
		.kind = keep(r, q->kind),
		.name = keep(r, q->name),
		.policy = keep(r, j->policy),
		.message = keep(r, j->message)};
	return 0;
}

static bool says(const struct set *s, const struct sw_judgement *j)
{
	for (uint32_t i = 0; i < s->js.n; i++)
		if (s->js.v[i].action == SW_DOOR_DENY && sw_str_eq(s->js.v[i].policy, j->policy) &&
			sw_str_eq(s->js.v[i].message, j->message))
			return true;
	return false;
}

/* The denials of one set; with two, those that the other does not have. */
static int denials(struct replay *r, const struct sw_admission *q, const char *file, uint64_t line,
	uint32_t of)
{
	const struct set *s = &r->sets[of], *other = r->n_sets == 2 ? &r->sets[1 - of] : NULL;
	enum change change = !other ? DENIED : of ? NEWLY : NO_LONGER;
	bool any = false;
	int rc = 0;
	for (uint32_t i = 0; !rc && i < s->js.n; i++) {
		const struct sw_judgement *j = &s->js.v[i];
		if (j->action == SW_DOOR_ERROR)
			r->not_judged++;
		if (j->action != SW_DOOR_DENY)
			continue;
		any = true;
		if (!other || !says(other, j))
			rc = add(r, q, file, line, change, j);
	}
	r->denied[of] += any;
	return rc;
}

static int one_line(struct replay *r, const char *file, uint64_t n, struct sw_str line)
{
	sw_autoarena a;
	struct sw_admission q = {0};
	struct sw_error err = {0};
	sw_arena_init(&a, 1u << 30);
	int rc = sw_replay_read(&a, line, &q, &err);
	if (rc == SW_REPLAY_PASSED) {
		r->passed += sw_str_trim(line).n > 0;
		return 0;
	}
	if (rc) {
		r->broken += rc < 0;
		r->unseen += rc > 0;
		sw_error_at(&err, sw_str_from(file), (uint32_t)n, 0, 0);
		if (r->broken + r->unseen <= 20)
			sw_cmd_fail(&err);
		return 0;
	}
	r->requests++;
	for (uint32_t i = 0; i < r->n_sets; i++) {
		sw_answer_clear(&r->sets[i].answer);
		r->sets[i].js = (struct sw_judgements){0};
		int64_t deadline = sw_now_ns() + DEADLINE_NS;
		sw_door_may_ask(r->sets[i].door, true, deadline);
		sw_door_review(r->sets[i].door, &a, &q, deadline, &r->sets[i].answer, &r->sets[i].js);
	}
	bool before = false, after = false;
	for (uint32_t i = 0; i < r->n_sets; i++) {
		for (uint32_t k = 0; k < r->sets[i].js.n; k++)
			*(i ? &after : &before) |= r->sets[i].js.v[k].action == SW_DOOR_DENY;
		rc = denials(r, &q, file, n, i);
		if (rc)
			return sw_error_set(
				&r->err, SW_ELIMIT, "the results take more memory than they may");
	}
	if (r->n_sets == 2) {
		r->changed[NEWLY] += after && !before;
		r->changed[NO_LONGER] += before && !after;
	}
	return 0;
}

static int one_file(struct replay *r, const char *path)
{
	bool in = strcmp(path, "-") == 0;
	FILE *f = in ? stdin : fopen(path, "re");
	sw_autofree char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int rc = 0;
	if (!f)
		return sw_error_errno(&r->err, SW_EIO, errno, "open %s", path);
	for (uint64_t i = 1; !rc && (n = getline(&line, &cap, f)) > 0; i++) {
		if ((size_t)n <= LINE_MAX_BYTES)
			rc = one_line(r, path, i, sw_str_make(line, (size_t)n));
		else
			r->broken++;
	}
	if (!rc && ferror(f))
		rc = sw_error_errno(&r->err, SW_EIO, errno, "read %s", path);
	if (!in)
		fclose(f);
	return rc;
}

/* ---- what is told ---- */

static int by_count(const void *a, const void *b)
{
	const struct count *x = a, *y = b;
	uint64_t n = 0, m = 0;
	for (int i = 0; i < CHANGES; i++) {
		n += x->n[i];
		m += y->n[i];
	}
	return n != m ? (n < m) - (n > m) : sw_str_cmp(x->policy, y->policy);
}

static void clean(struct sw_buf *out, struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		sw_buf_addch(out, (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f ? ' ' : s.p[i]);
}

static void put_row(struct sw_buf *out, const struct row *x)
{
	sw_buf_printf(out, "%-16s %s ", change_names[x->change], x->operation);
	if (x->ns.n) {
		clean(out, x->ns);
		sw_buf_addch(out, '/');
	}
	clean(out, x->kind);
	sw_buf_addch(out, '/');
	clean(out, x->name);
	sw_buf_addz(out, " by ");
	clean(out, x->policy);
	if (x->user.n) {
		sw_buf_addz(out, ", asked for by ");
		clean(out, x->user);
	}
	sw_buf_printf(out, " (%s:%llu)\n    ", x->file, (unsigned long long)x->line);
	clean(out, x->message);
	sw_buf_addch(out, '\n');
}

static void write_table(const struct replay *r)
{
	struct sw_buf *out = r->ctx->out;
	for (uint32_t i = 0; i < r->n_rows; i++)
		put_row(out, &r->rows[i]);
	if (r->dropped)
		sw_buf_printf(out, "and %llu more (--max-rows)\n", (unsigned long long)r->dropped);
	for (uint32_t i = 0; i < r->n_counts; i++) {
		sw_buf_addz(out, i ? "" : "\nRules:\n");
		for (int c = 0; c < CHANGES; c++) {
			if (!r->counts[i].n[c])
				continue;
			sw_buf_printf(out, "  %6llu %-16s ", (unsigned long long)r->counts[i].n[c],
				change_names[c]);
			clean(out, r->counts[i].policy);
			sw_buf_addch(out, '\n');
		}
	}
	sw_buf_printf(out, "%s%llu requests judged: %llu denied", r->n_counts ? "\n" : "",
		(unsigned long long)r->requests, (unsigned long long)r->denied[0]);
	if (r->n_sets == 2)
		sw_buf_printf(out, " before, %llu after; %llu newly denied, %llu no longer",
			(unsigned long long)r->denied[1], (unsigned long long)r->changed[NEWLY],
			(unsigned long long)r->changed[NO_LONGER]);
	sw_buf_printf(out,
		". %llu events with nothing to judge, %llu without the object, %llu broken lines, "
		"%llu not evaluated\n",
		(unsigned long long)r->passed, (unsigned long long)r->unseen,
		(unsigned long long)r->broken, (unsigned long long)r->not_judged);
}

static void json_row(struct sw_jsonw *w, const struct row *x)
{
	sw_jsonw_object(w, NULL);
	sw_jsonw_z(w, "change", change_names[x->change]);
	sw_jsonw_z(w, "file", x->file);
	sw_jsonw_int(w, "line", (int64_t)x->line);
	sw_jsonw_z(w, "operation", x->operation);
	sw_jsonw_str_if(w, "user", x->user);
	sw_jsonw_str_if(w, "namespace", x->ns);
	sw_jsonw_str(w, "kind", x->kind);
	sw_jsonw_str(w, "name", x->name);
	sw_jsonw_str(w, "rule", x->policy);
	sw_jsonw_str(w, "message", x->message);
	sw_jsonw_end(w);
}

static void json_summary(struct sw_jsonw *w, const struct replay *r)
{
	sw_jsonw_object(w, "summary");
	sw_jsonw_int(w, "requests", (int64_t)r->requests);
	sw_jsonw_int(w, "denied", (int64_t)r->denied[r->n_sets - 1]);
	if (r->n_sets == 2) {
		sw_jsonw_int(w, "deniedBefore", (int64_t)r->denied[0]);
		sw_jsonw_int(w, "newlyDenied", (int64_t)r->changed[NEWLY]);
		sw_jsonw_int(w, "noLongerDenied", (int64_t)r->changed[NO_LONGER]);
	}
	sw_jsonw_int(w, "nothingToJudge", (int64_t)r->passed);
	sw_jsonw_int(w, "withoutObject", (int64_t)r->unseen);
	sw_jsonw_int(w, "broken", (int64_t)r->broken);
	sw_jsonw_int(w, "notEvaluated", (int64_t)r->not_judged);
	sw_jsonw_int(w, "rowsDropped", (int64_t)r->dropped);
	sw_jsonw_end(w);
}

static void write_json(const struct replay *r)
{
	struct sw_jsonw w;
	static const char *const keys[] = {"denied", "newlyDenied", "noLongerDenied"};
	sw_jsonw_init(&w, r->ctx->out);
	sw_jsonw_object(&w, NULL);
	json_summary(&w, r);
	sw_jsonw_array(&w, "rules");
	for (uint32_t i = 0; i < r->n_counts; i++) {
		sw_jsonw_object(&w, NULL);
		sw_jsonw_str(&w, "rule", r->counts[i].policy);
		for (int c = r->n_sets == 2; c < (r->n_sets == 2 ? CHANGES : 1); c++)
			sw_jsonw_int(&w, keys[c], (int64_t)r->counts[i].n[c]);
		sw_jsonw_end(&w);
	}
	sw_jsonw_end(&w);
	sw_jsonw_array(&w, "rows");
	for (uint32_t i = 0; i < r->n_rows; i++)
		json_row(&w, &r->rows[i]);
	sw_jsonw_end(&w);
	sw_jsonw_end(&w);
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct replay r = {.ctx = ctx, .max_rows = (uint32_t)sw_opts_int(&ctx->opts, "max-rows")};
	bool baseline = sw_opts_given(&ctx->opts, "baseline"),
	     against = sw_opts_given(&ctx->opts, "against");
	int rc = 0;
	if (sw_opts_bool(&ctx->opts, "allow-external-data"))
		r.answers = sw_gk_answers_new();
	if (baseline && against)
		rc = sw_error_set(&r.err, SW_EUSAGE, "--baseline or --against, not both");
	if (!rc && baseline)
		rc = open_set(&r, "baseline");
	if (!rc)
		rc = open_set(&r, "policies");
	if (!rc && against)
		rc = open_set(&r, "against");
	for (uint32_t i = 0; !rc && i < ctx->opts.n_args; i++)
		rc = one_file(&r, ctx->opts.args[i]);
	if (!rc) {
		if (r.n_counts)
			qsort(r.counts, r.n_counts, sizeof(*r.counts), by_count);
		if (strcmp(sw_opts_str(&ctx->opts, "output"), "json") == 0)
			write_json(&r);
		else
			write_table(&r);
	}
	release(&r);
	if (rc)
		return sw_cmd_fail(&r.err);
	if (!r.requests && r.broken)
		return SW_EXIT_ERROR;
	if (r.n_counts)
		return SW_EXIT_FINDINGS;
	return r.unseen + r.broken + r.not_judged ? SW_EXIT_INCOMPLETE : SW_EXIT_CLEAN;
}

#define F SW_OPT_FLAG_ONLY
static const struct sw_opt opts[] = {
	{.name = "policies",
		.metavar = "DIR",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.complete = SW_COMPLETE_DIR,
		.help = "Gatekeeper templates and constraints, or Rego with deny, violation and "
			"warn rules"},
	{.name = "against",
		.metavar = "DIR",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.complete = SW_COMPLETE_DIR,
		.help = "changed policies: tell what they deny that --policies does not, and the "
			"other way round"},
	{.name = "baseline",
		.metavar = "DIR",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.complete = SW_COMPLETE_DIR,
		.help = "earlier policies: the same, with --policies as the changed ones"},
	{.name = "policy",
		.metavar = "DIR",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.complete = SW_COMPLETE_DIR,
		.help = "checks in Seawall's own form"},
	SW_ROW_INVENTORY(F, NULL),
	SW_ROW_DUAL(F, NULL),
	SW_ROW_EXTERNAL_DATA(
		NULL, "templates ask the Providers given, over HTTPS; without it such templates are "
		      "refused"),
	SW_ROW_NO_BUILTIN(F, NULL),
	SW_ROW_ENFORCE_SEVERITY(F, NULL, "checks of this severity and above deny"),
	{.name = "pss",
		.metavar = "LEVEL[:VERSION]",
		.type = SW_OPT_STRING,
		.flags = F,
		.help = "Pod Security Standard for namespaces that say nothing"},
	{.name = "max-rows",
		.type = SW_OPT_INT,
		.def = "10000",
		.flags = F,
		.help = "keep so many denials for the list; all are counted"},
	{.name = "output",
		.letter = 'o',
		.type = SW_OPT_ENUM,
		.choices = "table|json",
		.def = "table",
		.flags = F,
		.help = "form of the results"},
};

const struct sw_cmd sw_cmd_policy_replay = {
	.name = "policy replay",
	.summary = "run policies over recorded requests: who would have been denied",
	.args = "FILE...",
	.description = "Reads JSON lines of AdmissionReviews (as an admission webhook gets them) "
		       "or of audit events (level\n"
		       "Request or above), judges each request as `seawall admit` would, and tells "
		       "which would have been\n"
		       "denied, by which rule. With --against or --baseline it tells what a change "
		       "of the policies changes.\n"
		       "\"-\" is standard input. Exit codes: 0 nothing denied (or changed), 1 "
		       "something was, 2 could not run,\n"
		       "3 nothing was denied, but not everything could be judged.",
	.examples = "seawall policy replay --policies gatekeeper/ reviews.jsonl\n  who would have "
		    "been denied\n"
		    "seawall policy replay --policies old/ --against new/ audit.log\n  what new/ "
		    "would change",
	.group = "Policies",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = SW_CMD_ANY,
	.run = run,
	.own_exit_codes = true,
};
