/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of a scan. */
#ifndef SW_POLICY_SCAN_IMPL_H
#define SW_POLICY_SCAN_IMPL_H

#include "kube/template.h"
#include "policy/check.h"
#include "policy/fold.h"
#include "policy/scan.h"

struct sw_scan {
	struct sw_scan_opts opts;
	struct sw_pss_policy *pss;
	struct sw_packs *packs;
};

/* An object that is to be judged, and what the reading thread found out about it. */
struct scan_object {
	struct sw_kube_object object;
	struct sw_where where;
	struct sw_kube_pod *pods;
	uint32_t n_pods;
	enum sw_fold_result fold;
};

/* What judges: one per thread. */
struct scan_judge {
	const struct sw_scan *s;
	struct sw_findings *out;
	struct sw_check_runner *runner; /* NULL with no_checks */
	struct sw_arena scratch;
};

void scan_judge_init(struct scan_judge *j, const struct sw_scan *s, struct sw_findings *out);
void scan_judge_release(struct scan_judge *j);
/* Adds the findings of one object to j->out. */
int scan_judge_object(struct scan_judge *j, const struct scan_object *o, struct sw_error *err);

/* The Pod Security Standards of the options, as part of that. */
int scan_pss(struct scan_judge *j, const struct scan_object *o, struct sw_error *err);

/* One run. */
struct scan_labels;
struct scan_gatekeeper;
struct scan_jobs;
struct scan {
	const struct sw_scan *s;
	struct sw_findings *out;
	struct sw_finding **replicas; /* of pods, told as their controller's; in the memory of `out` */
	uint32_t n_replicas, cap_replicas;
	struct scan_judge judge; /* of this thread */
	struct sw_inventory *inventory;
	bool inventory_full;
	struct sw_fold *fold;
	struct scan_labels *labels; /* NULL: nobody asked for them */
	struct scan_gatekeeper *gatekeeper; /* NULL: no such policies */
	const volatile bool *cancel;	    /* NULL: never */
	struct scan_jobs *jobs; /* NULL: everything is judged where it is read */
};

/* The findings of an object, in its place: to `out`, or to the replicas. */
int scan_take(struct scan *x, struct sw_finding *const *v, uint32_t n, enum sw_fold_result fold,
	struct sw_error *err);

/* Tells that an object needs more memory than there is. */
void scan_limit(struct scan *x, const struct sw_input_doc *doc, const struct sw_error *err);

/*
 * scan_pss.c: pods judged by the labels of their namespaces, which may come later in the input: all wait for its
 * end, in copies within `budget`.
 */
struct scan_labels *scan_labels_new(size_t budget);
void scan_labels_free(struct scan_labels *l); /* takes NULL */
/* A Namespace, or an object with pods. */
void scan_labels_add(struct scan *x, const struct sw_input_doc *doc, const struct scan_object *o);
int scan_labels_judge(struct scan *x, struct sw_error *err);

/* scan_gatekeeper.c. `live`: as Gatekeeper's audit judges what is in a cluster. -SW_EUSAGE, -SW_ENOENT, -SW_EIO. */
int scan_gatekeeper_new(const struct sw_scan_opts *o, bool live, struct scan_gatekeeper **ret, struct sw_error *err);
void scan_gatekeeper_free(struct scan_gatekeeper *g); /* takes NULL */
void scan_gatekeeper_add(struct scan *x, const struct sw_input_doc *doc);
int scan_gatekeeper_judge(struct scan *x, struct sw_error *err);

/*
 * scan_jobs.c: objects judged by other threads. Objects and findings are given in the order of the input, and
 * scan_take() gets their findings in that order, from the thread that gives them: what comes out is the same with
 * any number of threads. No thread is started before there is work for one.
 */
struct scan_jobs *scan_jobs_new(struct scan *x, uint32_t threads);
/* *o is copied; what it points to lives until its document and its file are given back. */
int scan_jobs_object(struct scan_jobs *jobs, const struct scan_object *o, struct sw_error *err);
/* A finding of the reading thread's own, made with sw_findings_add(), is the last of `out`: it goes to its place. */
int scan_jobs_finding(struct scan_jobs *jobs, struct sw_error *err);
/* For struct sw_input_handler. */
void scan_jobs_document_end(struct scan_jobs *jobs, struct sw_arena *values);
bool scan_jobs_file_end(struct scan_jobs *jobs, struct sw_input_file *file);
size_t scan_jobs_needed_from(const struct scan_jobs *jobs);
/* All that was given is judged and taken. */
int scan_jobs_finish(struct scan_jobs *jobs, struct sw_error *err);
/* The threads end; what their findings are made of, and what they counted, is `out`'s. */
void scan_jobs_free(struct scan_jobs *jobs); /* takes NULL */

#endif
