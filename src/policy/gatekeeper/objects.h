/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of files, folders and standard input, read at once and kept: Gatekeeper's tools must know all
 * of them before the first is reviewed.
 *
 * Read as gator reads: .yaml, .yml and .json below a folder, any number of documents in a file, empty ones
 * passed over; YAML by Kubernetes' rules. Unlike gator, Lists are taken apart and a broken document loses
 * nothing but itself: it becomes a problem.
 *
 * Ownership: everything lives in the arena given, files are mapped. Threads: one.
 * Limits: 1 GiB a file, 10 million objects, 1,000 problems kept (all are counted).
 */
#ifndef SW_POLICY_GATEKEEPER_OBJECTS_H
#define SW_POLICY_GATEKEEPER_OBJECTS_H

#include "base/arena.h"
#include "base/error.h"
#include "doc/source.h"
#include "kube/object.h"

struct sw_gk_object {
	struct sw_value value;
	struct sw_source *source;
	struct sw_span span;   /* of the object; {0,0}: unknown */
	struct sw_str pointer; /* of the object in its document: "" or "/items/3" */
	uint32_t index;        /* of the document in the file */
};

struct sw_gk_objects {
	struct sw_arena *arena;
	bool spans; /* keep places; set before the first read */
	struct sw_gk_object *v;
	uint32_t n, cap;
	struct sw_error *problems;
	uint32_t n_problems, cap_problems;
	uint64_t all_problems;
	uint64_t files;
};

void sw_gk_objects_init(struct sw_gk_objects *os, struct sw_arena *a, bool spans);
/*
 * A file, a folder, or "-". -SW_ENOENT, -SW_EIO, -SW_EUSAGE (a file whose name does not end as it should),
 * -SW_ELIMIT; what is wrong inside is a problem.
 */
int sw_gk_objects_read(struct sw_gk_objects *os, const char *path, struct sw_error *err);
/* Remember that something could not be used. */
void sw_gk_objects_problem(struct sw_gk_objects *os, const struct sw_error *err);
/* The same about an object; its place is added when *err has none. */
void sw_gk_objects_problem_at(
	struct sw_gk_objects *os, const struct sw_gk_object *o, const struct sw_error *err);

struct sw_gk;
/*
 * Templates, then constraints, expansions and mutators, then every object into data.inventory. What is refused
 * becomes a problem and takes nothing else down; the number of these is returned.
 */
uint32_t sw_gk_load(struct sw_gk *gk, struct sw_gk_objects *os);
/* Only what expanding needs: expansions, mutators, Namespaces. */
uint32_t sw_gk_load_expansion(struct sw_gk *gk, struct sw_gk_objects *os);

#endif
