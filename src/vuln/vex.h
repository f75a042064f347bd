/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VEX: statements that a flaw does, or does not, concern a product.
 *
 * Read: OpenVEX 0.2, CSAF 2.0 (csaf_vex and csaf_security_advisory), CycloneDX (vulnerabilities
 * with an analysis). Written: OpenVEX, CycloneDX.
 *
 * A statement covers a match when it names the flaw by any of its names, and a product that is the
 * package (same type, namespace and name; version, arch and distribution where the statement gives
 * them: "distro=debian-12" covers debian-12.13), or the image, or a package that was found, with
 * the package as subcomponent, or the image without subcomponents. A source package ("arch=src",
 * "arch=source") covers what was built from it. What CSAF relates to a platform counts on that
 * platform only, in a product that nothing identifies only a build (an OS package with its version,
 * an image by its digest) does, and what is of a module in that stream only. Of several, the newest
 * statement wins, and of equal age the last.
 *
 * Ownership: everything is in the arena given to load. Threads: one.
 * Limits: SW_VEX_STATEMENTS statements, 64 MiB in a file.
 */
#ifndef SW_VULN_VEX_H
#define SW_VULN_VEX_H

#include "base/buf.h"
#include "doc/value.h"
#include "package/purl.h"
#include "vuln/match.h"

#define SW_VEX_STATEMENTS 200000

/* Of what is named without version: "1.2" or "vers:npm/<2"; one must hold. None: all. */
struct sw_vex_versions {
	const struct sw_str *v;
	uint32_t n;
};

struct sw_vex_product {
	struct sw_purl purl; /* type "" when it is no purl */
	struct sw_str id;    /* as written: a digest, an IRI */
	const struct sw_purl *subcomponents;
	uint32_t n_subcomponents;
	struct sw_vex_versions versions, sub_versions; /* of itself, of its subcomponents */
	struct sw_str platform; /* "rhel-8": in that distribution only; "": in any */
	struct sw_str module;	/* "nodejs:18": the stream it is of, where its purl does not say */
	/* Is the product itself in what was scanned? Told by find, of the bill `looked`. */
	const struct sw_bom *looked;
	bool present;
};

struct sw_vex_statement {
	const struct sw_str *names; /* of the flaw */
	uint32_t n_names;
	struct sw_vex_product *products;
	uint32_t n_products;
	enum sw_vex_status status;
	struct sw_str reason; /* justification or impact */
	struct sw_str file;
	uint32_t index; /* in the file, from 1 */
	int64_t time;	/* of the statement, seconds since 1970; 0: unknown */
	uint32_t matched;
};

struct sw_vex_name;
struct sw_vex_held;

struct sw_vex {
	struct sw_arena *arena;
	struct sw_vex_statement *v;
	uint32_t n, cap;
	/* Names of flaws, sorted, made by the first find after a load. */
	struct sw_vex_name *names;
	uint32_t n_names, indexed;
	/* The packages of a bill by type and name, made by the first find that asks for one. */
	const struct sw_bom *held_of;
	struct sw_vex_held *held;
	uint32_t n_held;
};

/* Appends the statements of one file. -SW_ESYNTAX, -SW_EINVALID (no VEX), -SW_ELIMIT. */
int sw_vex_load(struct sw_vex *vex, struct sw_arena *a, const char *path, struct sw_error *err);
int sw_vex_parse(struct sw_vex *vex, struct sw_arena *a, struct sw_str name, struct sw_str text,
	struct sw_error *err);

/* Appends a statement that was read elsewhere; what it points to must live as long. -SW_ELIMIT. */
int sw_vex_add(struct sw_vex *vex, struct sw_arena *a, const struct sw_vex_statement *one,
	struct sw_error *err);

/* What was scanned; "" and NULL what is not known. */
struct sw_vex_subject {
	struct sw_str image, digest;
	const struct sw_bom *bom;
};

/* The statement that covers it, counted as matched; NULL. `purl` is the package's. */
struct sw_vex_statement *sw_vex_find(struct sw_vex *vex, const struct sw_purl *purl,
	const struct sw_match *m, const struct sw_vex_subject *where);

/* The matches of a report as a VEX document: what VEX said before stays, the rest is affected (with
 * the upgrade) or under investigation. `timestamp`: RFC 3339. */
void sw_vex_write_openvex(struct sw_buf *out, const struct sw_match_report *r,
	const struct sw_bom *bom, const struct sw_match_options *opt, struct sw_str timestamp);
void sw_vex_write_cyclonedx(struct sw_buf *out, const struct sw_match_report *r,
	const struct sw_bom *bom, const struct sw_match_options *opt, struct sw_str timestamp);

const char *sw_vex_status_name(enum sw_vex_status s); /* "not_affected", … */

#endif
