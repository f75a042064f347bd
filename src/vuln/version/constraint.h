/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges of versions, in each ecosystem's own words: "^1.2 || >=2.0.1" (npm), "~> 2.0.8" (gem),
 * "[1.0,2.0)" (Maven, NuGet), "==2.*, !=2.0.post1.*" (PEP 440), "< 1:2.3-4" (Debian), and vers
 * ("vers:npm/>=1|<2").
 *
 * A parsed range lives in the caller's arena and holds views of the text and of the arena. Checking
 * allocates nothing. Threads: a parsed range may be used by any number of threads.
 * Limits: SW_RANGE_MAX bytes, SW_RANGE_PARTS comparators in all.
 *
 * Sources: node-semver's range grammar, Cargo's and pub's manuals, PEP 440, Maven's
 * VersionRange, Gem::Requirement, composer/semver, NuGet's version ranges, Conan's version ranges,
 * nginx's and OpenSSL's advisories, package-url/vers-spec; and for what advisories of no ecosystem
 * write, the two loose languages that scanners read.
 */
#ifndef SW_VULN_CONSTRAINT_H
#define SW_VULN_CONSTRAINT_H

#include "base/arena.h"
#include "base/buf.h"
#include "vuln/version/version.h"

#define SW_RANGE_MAX (64u * 1024)
#define SW_RANGE_PARTS 4096

enum sw_range_language {
	/* Operators = == != < <= > >=, AND by comma or space, OR by ||; the scheme's order. */
	SW_RANGE_DEB,
	SW_RANGE_RPM, /* an epoch counts where both sides have one; zeros at the end do not */
	SW_RANGE_APK, /* also ~ <~ >~ !~: a version or one of its line, as apk has it */
	SW_RANGE_ALPM,
	SW_RANGE_GENTOO,
	SW_RANGE_GO,
	SW_RANGE_CRAN,
	SW_RANGE_HACKAGE,
	SW_RANGE_JULIA,
	SW_RANGE_BITNAMI,    /* revisions ("-1") do not count */
	SW_RANGE_JVM,	     /* 1.8.0_131 is 8.0.131 */
	SW_RANGE_KB,	     /* equality with one of a list; the order is the text's */
	SW_RANGE_DATETIME,   /* RFC 3339 */
	SW_RANGE_FUZZY,	     /* of no known scheme */
	SW_RANGE_LAX_SEMVER, /* the same, knowing that it is something like semver */
	SW_RANGE_LAX_PEP440, /* comparison operators only; a local part counts if the range has one
			      */
	SW_RANGE_SEMVER,     /* with wildcards, ~ and ^; missing parts are wildcards */
	SW_RANGE_SEMVER_LOOSE, /* any number of parts; ~ ^ ~> */
	SW_RANGE_NPM,
	SW_RANGE_CARGO, /* a bare version means ^ */
	SW_RANGE_PUB,
	SW_RANGE_HEX, /* `and`, `or`, ~> */
	SW_RANGE_COMPOSER,
	SW_RANGE_PEP440,
	SW_RANGE_GEM,
	SW_RANGE_MAVEN, /* intervals, and operators as advisories write them; ".jre11" at the end
			   does not count */
	SW_RANGE_NUGET,
	SW_RANGE_CONAN,
	SW_RANGE_NGINX,	  /* "1.5.0+, 0.7.52-0.8.39" */
	SW_RANGE_OPENSSL, /* a list of versions */
	SW_RANGE__COUNT
};

const char *sw_range_language_name(enum sw_range_language l);
int sw_range_language_find(struct sw_str name, enum sw_range_language *ret); /* -SW_ENOENT */

enum sw_range_flags {
	SW_RANGE_PRERELEASE = 1 << 0,	/* npm, semver, cargo: pre-releases count like any version,
					   which is what advisories mean */
	SW_RANGE_ZERO_PADDING = 1 << 1, /* semver: missing parts are 0, not wildcards */
	SW_RANGE_LOOSE = 1 << 2,	/* npm: "1.2.3beta" is a version */
	SW_RANGE_SOFT = 1 << 3,		/* maven: a bare version means at least that one */
};

enum sw_comparator_op {
	SW_CMP_EQ,
	SW_CMP_NE,
	SW_CMP_LT,
	SW_CMP_LE,
	SW_CMP_GT,
	SW_CMP_GE,
	SW_CMP_ANY,	   /* every version (npm: that is no pre-release) */
	SW_CMP_NONE,	   /* no version */
	SW_CMP_PREFIX,	   /* pep440 ==1.* */
	SW_CMP_NOT_PREFIX, /* pep440 !=1.* */
	SW_CMP_SAME,	   /* pep440 ===: the text itself */
	SW_CMP_TILDE,	   /* semver only; elsewhere these two become GE and LT */
	SW_CMP_CARET,
	SW_CMP_LINE, /* apk ~: equal, or a longer one that begins so */
	SW_CMP_NOT_LINE,
	SW_CMP_LT_LINE,
	SW_CMP_GT_LINE,
};

struct sw_comparator {
	enum sw_comparator_op op;
	struct sw_str v;
};

/* All must hold. None at all: every version. */
struct sw_range_alt {
	const struct sw_comparator *c;
	uint32_t n;
};

struct sw_range {
	enum sw_range_language language;
	unsigned flags;
	const struct sw_range_alt *alts; /* one must hold */
	uint32_t n;
};

/* -SW_ESYNTAX with the place in words, -SW_ELIMIT. */
int sw_range_parse(struct sw_arena *a, enum sw_range_language l, unsigned flags, struct sw_str text,
	struct sw_range *ret, struct sw_error *err);
/* -SW_ESYNTAX: `version` is no version of the language. */
int sw_range_check(const struct sw_range *r, struct sw_str version, bool *ret);
/* The scheme in which a language's versions are ordered. */
enum sw_version_scheme sw_range_scheme(enum sw_range_language l);
/* The order in which a language sees two versions. -SW_ESYNTAX. */
int sw_range_cmp(enum sw_range_language l, struct sw_str a, struct sw_str b, int *ret);

/* A native range as vers ("vers:npm/>=1.2.9|<2.0.0"), as the vers specification's cases have it. */
int sw_range_to_vers(struct sw_arena *a, enum sw_range_language l, struct sw_str native,
	struct sw_buf *out, struct sw_error *err);
/*
 * Does a vers range ("vers:pypi/>=1.0|<=2.0") contain the version? Versions are percent-decoded
 * once ("1.0%2Bx"); the order of the comparators does not matter. -SW_ESYNTAX, -SW_ELIMIT,
 * -SW_EUNSUPPORTED: a type that is not known.
 */
int sw_vers_contains(struct sw_str vers, struct sw_str version, bool *ret, struct sw_error *err);

#endif
