/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Coverage as OPA reports it: which expressions were evaluated, and of those that were not, whether they would
 * have been without rule indices or without early exit (--coverage-runs). Each of these is an engine of its own
 * over the same policies, for it is another program.
 */
#ifndef SW_CMD_POLICY_COVER_H
#define SW_CMD_POLICY_COVER_H

#include "base/opt.h"
#include "rego/rego.h"
#include "report/jsonw.h"

enum { SW_COVER_RUNS = 3 };

struct sw_cover {
	struct sw_cover_run {
		const char *kind; /* "index_excluded"; NULL: the run that counts */
		struct sw_rego_engine *engine;
		uint32_t *hits; /* by expression of the engine */
		struct sw_rego_eval *ev;
	} run[SW_COVER_RUNS];
	uint32_t n; /* of run; at least 1 */
};

/* The row of --coverage-runs. */
#define SW_COVER_RUNS_OPT(f)                                                                       \
	{.name = "coverage-runs",                                                                  \
		.metavar = "KINDS",                                                                \
		.type = SW_OPT_STRING,                                                             \
		.flags = (f) | SW_OPT_LIST | SW_OPT_COMMA,                                         \
		.help = "what tells why a range is not covered: index_excluded, early_exit (the "  \
			"default is both); brings --coverage"}

/* Is coverage asked for? */
bool sw_cover_wanted(const struct sw_opts *o);
/* The runs that the options ask for, without engines; one where none is wanted. -SW_EUSAGE: an unknown kind. */
int sw_cover_init(struct sw_cover *c, const struct sw_opts *o, bool wanted, struct sw_error *err);
/* What makes run i's engine different from the first one's. */
void sw_cover_engine_opts(const struct sw_cover *c, uint32_t i, struct sw_rego_engine_opts *opts);
/* Room for the counters of run i, whose engine is compiled. NULL: it counts nothing, or out of memory. */
uint32_t *sw_cover_hits(struct sw_cover *c, uint32_t i, struct sw_arena *a);
/* Tells on standard error that run i, whose evaluation failed, covers less than it could. */
void sw_cover_warn(const struct sw_cover *c, uint32_t i);
void sw_cover_release(struct sw_cover *c);

/* OPA's report as the member `key`; NULL: as a value. Returns the percentage of lines that are covered. */
double sw_cover_json(struct sw_jsonw *w, const char *key, const struct sw_cover *c);
/* "\n\tFILE:3-5" of all lines that are not covered. */
void sw_cover_missed(struct sw_buf *out, const struct sw_cover *c);

#endif
