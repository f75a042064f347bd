/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a CycloneDX document keep to its schema? The rules come from content/sbom/cyclonedx.json
 * (tools/sbom-schema says how they are written), which is made from the published schemas: JSON of
 * version 1.2 to 1.7 (strict), XML of 1.0 to 1.7 and of the extensions of 1.1.
 *
 * JSON is checked by JSON Schema draft 7 with the keywords that these schemas use, and `format`
 * asserted; XML by the part of XML Schema 1.0 that they use. Both stop after a ceiling of work, so
 * that no document is expensive.
 *
 * Threads: a check belongs to one thread; everything lives in the caller's arena.
 */
#ifndef SW_IMAGE_SBOM_SCHEMA_H
#define SW_IMAGE_SBOM_SCHEMA_H

#include "base/error.h"
#include "base/re2.h"
#include "doc/value.h"
#include "image/sbom/xml.h"

#define SW_SCHEMA_PROBLEMS 50
#define SW_SCHEMA_WORK 200000000ull /* rules tried, values compared */
#define SW_SCHEMA_DEPTH 256

struct sw_schema_problem {
	struct sw_str path; /* JSON Pointer, or /bom/components/component[2] */
	struct sw_str message;
	uint32_t line; /* XML; 0: not known */
};

#define SW_SCHEMA_PATTERNS 64

struct sw_schema {
	struct sw_arena *arena;
	struct sw_value rules; /* the whole of cyclonedx.json */
	uint64_t work;
	struct sw_schema_problem problems[SW_SCHEMA_PROBLEMS];
	uint32_t n_problems; /* at most SW_SCHEMA_PROBLEMS; the rest is not counted */
	struct {
		struct sw_str pattern;
		struct sw_re2 *re;
	} patterns[SW_SCHEMA_PATTERNS];
	uint32_t n_patterns;
	int error; /* -SW_ELIMIT …: the check did not come to its end */
	struct sw_error *err;
};

/* The rules built in. */
int sw_schema_init(struct sw_schema *s, struct sw_arena *a, struct sw_error *err);

/*
 * Problems are collected. 0: the check came to its end (n_problems 0: valid); -SW_ELIMIT;
 * -SW_EUNSUPPORTED: no schema of this version.
 */
int sw_schema_json(
	struct sw_schema *s, struct sw_value doc, struct sw_str version, struct sw_error *err);
int sw_schema_xml(struct sw_schema *s, const struct sw_xmltree *root, struct sw_str version,
	struct sw_error *err);

/* For the two checkers. */
void sw_schema_add(struct sw_schema *s, struct sw_str path, uint32_t line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The whole text matches (`whole`), or some part. An impossible pattern matches nothing. */
bool sw_schema_match(struct sw_schema *s, struct sw_str pattern, struct sw_str text, bool whole);
/* Counts; false when the ceiling is reached. */
bool sw_schema_step(struct sw_schema *s, uint64_t n);

/* ---- formats (format.c) ---- */
bool sw_format_date_time(struct sw_str s); /* RFC 3339 */
bool sw_format_date(struct sw_str s);
bool sw_format_xs_date_time(struct sw_str s); /* the zone may be absent, 24:00:00 is allowed */
bool sw_format_xs_date(struct sw_str s);
bool sw_format_iri_reference(struct sw_str s);
bool sw_format_uri(struct sw_str s); /* with a scheme, ASCII */
bool sw_format_email(struct sw_str s);

#endif
