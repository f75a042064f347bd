/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Package URLs (package-url/purl-spec): parsing, checking and building.
 *
 * pkg:type/namespace/name@version?qualifiers#subpath. Parsing takes what people write (upper-case
 * type, slashes after "pkg:", unsorted qualifiers) and normalises it by the type's rules; what a
 * type forbids (a namespace, a missing one, a name of wrong form) is -SW_EINVALID. Building gives
 * the canonical text. All results are in the caller's arena.
 *
 * One place where we differ from the text of the type definitions: Go module paths keep their case,
 * as Go itself does, and need no namespace ("pkg:golang/stdlib").
 *
 * Limits: SW_PURL_MAX bytes, SW_PURL_QUALIFIERS qualifiers. Threads: pure.
 */
#ifndef SW_PACKAGE_PURL_H
#define SW_PACKAGE_PURL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "package/package.h"

#define SW_PURL_MAX 8192
#define SW_PURL_QUALIFIERS 64

struct sw_purl_qualifier {
	struct sw_str key, value;
};

/* Decoded parts; "" where there is none. Qualifiers are sorted by key, without empty values. */
struct sw_purl {
	struct sw_str type, ns, name, version, subpath;
	struct sw_purl_qualifier *qualifiers;
	uint32_t n_qualifiers;
};

enum sw_purl_flags {
	SW_PURL_FOLD_KEYS = 1 << 0, /* keys that begin upper-case are folded; else -SW_EINVALID */
};

/* -SW_ESYNTAX: no purl; -SW_EINVALID: against the rules of its type; -SW_ELIMIT. */
int sw_purl_parse(struct sw_arena *a, struct sw_str text, unsigned flags, struct sw_purl *ret,
	struct sw_error *err);
/* Normalises and checks decoded parts that came from elsewhere; copies what it changes. */
int sw_purl_normalise(struct sw_arena *a, struct sw_purl *p, unsigned flags, struct sw_error *err);
/* The canonical text of normalised parts. */
void sw_purl_write(struct sw_buf *out, const struct sw_purl *p);
struct sw_str sw_purl_get(const struct sw_purl *p, const char *key); /* qualifier; "" when absent */

/* The stream of a module, "nodejs:18", that a purl is of (its "rpmmod") or names itself:
 * pkg:rpmmod/redhat/nodejs@18:8090020240301110609:a75119d5, and older with all in the name. "":
 * none. */
struct sw_str sw_purl_stream(struct sw_arena *a, const struct sw_purl *p);

/*
 * The purl of a package. OS packages carry arch, their distribution ("distro=debian-12") and, where
 * it is an other one, the source package ("upstream=glibc@2.36-9"); rpm the epoch as a qualifier
 * and the module ("rpmmod"); others what stands in `qualifiers`. {NULL, 0} beyond the limits or the arena's budget. `distribution` may
 * be NULL.
 */
struct sw_str sw_package_purl(
	struct sw_arena *a, const struct sw_package *p, const struct sw_distribution *distribution);
/*
 * The package that a purl names: the reverse of the above. -SW_EUNSUPPORTED: a type that is not one
 * of enum sw_package_type. Fills id and version of *ret_distribution (may be NULL) from the
 * `distro` qualifier of OS packages, where there is one. layer is SW_LAYER_UNKNOWN.
 */
int sw_purl_package(struct sw_arena *a, const struct sw_purl *purl, struct sw_package *ret,
	struct sw_distribution *ret_distribution, struct sw_error *err);

#endif
