/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Software bills of materials, in and out: CycloneDX (JSON 1.2 to 1.7, XML 1.0 to 1.7 in; JSON 1.6
 * out), SPDX 2.2 and 2.3 (JSON, YAML, XML, RDF/XML, tag-value in; JSON out) and SPDX 3.0 (JSON-LD
 * in and out).
 *
 * Reading fills a bill of packages (package/package.h). What cannot be understood becomes a problem
 * of the bill, never a silent loss: a component without a purl whose ecosystem is not known, a purl
 * of an unknown type, a document that names no packages at all. CycloneDX documents are also held
 * against their schema (schema.h); one that breaks it is still read as far as it goes.
 *
 * Our own writers put everything into the document that a package knows, so that reading it again
 * gives an equal bill: the purl tells type, namespace, name, version, architecture, source package
 * and distribution; properties "seawall:…" the rest.
 *
 * Threads: pure. Limits: SW_SBOM_MAX bytes, SW_BOM_PACKAGES packages, nesting 64 (JSON) and
 * SW_XMLTREE_DEPTH.
 */
#ifndef SW_IMAGE_SBOM_SBOM_H
#define SW_IMAGE_SBOM_SBOM_H

#include "base/buf.h"
#include "image/sbom/schema.h"
#include "package/package.h"

#define SW_SBOM_MAX ((size_t)256 << 20)

enum sw_sbom_format {
	SW_SBOM_CYCLONEDX_JSON,
	SW_SBOM_CYCLONEDX_XML,
	SW_SBOM_SPDX_JSON, /* 2.2, 2.3 */
	SW_SBOM_SPDX_YAML,
	SW_SBOM_SPDX_XML,
	SW_SBOM_SPDX_RDF,
	SW_SBOM_SPDX_TAG,
	SW_SBOM_SPDX3_JSON, /* 3.0 */
	SW_SBOM__COUNT
};

const char *sw_sbom_format_name(enum sw_sbom_format f); /* "CycloneDX JSON" */

/* What a document says of itself. Views into the arena or the text. */
struct sw_sbom {
	enum sw_sbom_format format;
	struct sw_str version;		     /* "1.6", "SPDX-2.3" */
	struct sw_str name, subject_version; /* what it is a bill of; may be "" */
	struct sw_str serial;		     /* serial number or namespace */
	struct sw_str created, tool; /* of CycloneDX metadata, SPDX creationInfo; may be "" */
	struct sw_str
		*layers; /* of an image: the instruction that made each; our own documents only */
	uint32_t n_layers;
	bool checked;		  /* there is a schema, and the document was held against it */
	struct sw_schema *schema; /* its problems; NULL: not checked */
};

/*
 * `a` holds what *ret points to; the text must live as long. Packages go into `bom`, which is
 * finished. -SW_ESYNTAX (neither JSON, XML nor tag-value), -SW_EUNSUPPORTED (a format or version
 * that is not known), -SW_ELIMIT.
 */
int sw_sbom_read(struct sw_arena *a, struct sw_str text, struct sw_bom *bom, struct sw_sbom *ret,
	struct sw_error *err);

#define SW_SBOM_CLAIMS ((size_t)64 << 20) /* what the packages of one may take in memory */

/*
 * The packages of a bill that lies in an image or is attached to it, added to `bom` (which is not
 * finished) as claimed ones, told by `from`, in `layer`. Without those of the operating system, which
 * its own database tells. `a` is for the document alone. Errors as above.
 */
int sw_sbom_claims(struct sw_arena *a, struct sw_str text, struct sw_str from, uint32_t layer,
	struct sw_bom *bom, struct sw_error *err);

/*
 * The same two, by a process in the cage (cage/cage.h), for documents that others made: what comes back is
 * mistrusted. Besides the errors above those of a parser that was stopped: -SW_ESECURITY, -SW_ELIMIT,
 * -SW_EIO. A document must not be larger than SW_SBOM_MAX. Not from within the cage.
 */
int sw_sbom_read_caged(struct sw_arena *a, struct sw_str text, struct sw_bom *bom,
	struct sw_sbom *ret, struct sw_error *err);
int sw_sbom_claims_caged(struct sw_str text, struct sw_str from, uint32_t layer, struct sw_bom *bom,
	struct sw_error *err);

/* What a written document is about. */
struct sw_sbom_subject {
	struct sw_str name, version; /* image or folder; its digest or tag */
	struct sw_str digest;	     /* "sha256:…"; may be "" */
	struct sw_str created;	     /* RFC 3339; "": left out where it may be, else 1970 */
	bool is_image;
	const struct sw_str *layers; /* instruction of each layer; may be NULL */
	uint32_t n_layers;
};

/* The same bill gives the same bytes. */
void sw_sbom_write_cyclonedx(
	struct sw_buf *out, const struct sw_bom *bom, const struct sw_sbom_subject *s);
void sw_sbom_write_spdx(
	struct sw_buf *out, const struct sw_bom *bom, const struct sw_sbom_subject *s);
void sw_sbom_write_spdx3(
	struct sw_buf *out, const struct sw_bom *bom, const struct sw_sbom_subject *s);

/* ---- findings (judge.c): rules SW-SBOM-001 and on ---- */

struct sw_findings;
struct sw_rule;

struct sw_sbom_judge_opts {
	struct sw_str file; /* as the user named it */
	bool problems; /* findings for what the bill could not understand (vuln/match.h has its own)
			*/
	bool unmatched; /* nobody looked for vulnerabilities: `why` */
	struct sw_str why;
};

int sw_sbom_judge(const struct sw_sbom *doc, const struct sw_bom *bom,
	const struct sw_sbom_judge_opts *opts, struct sw_findings *fs, struct sw_error *err);
/* Sorted by id. */
const struct sw_rule *sw_sbom_rules(uint32_t *ret_n);

#endif
