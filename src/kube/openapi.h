/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenAPI v3 schemas as CustomResourceDefinitions carry them (structural schemas of apiextensions.k8s.io):
 * filling in defaults, finding fields that the schema does not name, and validating.
 *
 * The schema is a value as read from YAML; nothing is compiled. Error texts follow the API server's:
 * "spec.parameters.labels: Invalid value: \"string\": spec.parameters.labels in body must be of type array".
 * Threads: pure. Limits: 64 levels of schema, 1 MiB of collected error text.
 */
#ifndef SW_KUBE_OPENAPI_H
#define SW_KUBE_OPENAPI_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "doc/value.h"

/*
 * `v` with the defaults of the schema where members are missing (or null where the schema says not nullable).
 * Untouched parts are shared with `v`. SW_UNDEF when the arena is full.
 */
struct sw_value sw_openapi_default(struct sw_arena *a, struct sw_value schema, struct sw_value v);

/*
 * 0, or -SW_EINVALID with every violation in one text: the only one, or "[first, second]". `path` names the
 * root in the texts ("" for the object itself).
 */
int sw_openapi_validate(struct sw_arena *a, struct sw_value schema, struct sw_value v, struct sw_str path,
	struct sw_error *err);

/*
 * 0, or -SW_EINVALID with every reason why the schema of a field could not stand in a CustomResourceDefinition: it is not
 * structural, or uses words that are not supported. `path` names it in the texts. Not judged: x-kubernetes-validations.
 */
int sw_openapi_structural(struct sw_arena *a, struct sw_value schema, struct sw_str path, struct sw_error *err);

/*
 * Appends "unknown.path" of each member that the schema does not name, comma-separated; true when there is
 * any. A root with `root` set may always have apiVersion, kind and metadata.
 */
bool sw_openapi_unknown(struct sw_arena *a, struct sw_value schema, struct sw_value v, bool root,
	struct sw_buf *ret_paths);

#endif
