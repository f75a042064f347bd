/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A package, and the bill of materials: the inventory of what an image, a folder or an SBOM holds.
 *
 * This is the one type that readers of package databases and lock files write (src/image/readers),
 * that SBOMs are read into and made from (src/image/sbom), and that advisories are matched against
 * (src/vuln). A package scanned in an image and the same package read from the image's own SBOM are
 * equal, field by field, but for `path` and `layer` where the SBOM does not say them.
 *
 * Ownership: a bill owns an arena; everything added is copied into it and lives as long.
 * Threads: one writer; a finished one may be read by any number of threads.
 * Limits: SW_BOM_PACKAGES packages, SW_BOM_TEXT bytes in one text; beyond is -SW_ELIMIT, and
 * what was added before stays.
 * Source of the names: the package-url specification's types, in the order of its list.
 */
#ifndef SW_PACKAGE_PACKAGE_H
#define SW_PACKAGE_PACKAGE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#define SW_BOM_PACKAGES (1u << 20)
#define SW_BOM_TEXT 8192

/* What packages are, by purl type. */
enum sw_package_type {
	SW_PKG_ALPM,
	SW_PKG_APK,
	SW_PKG_BITNAMI,
	SW_PKG_BREW,
	SW_PKG_CARGO,
	SW_PKG_COCOAPODS,
	SW_PKG_COMPOSER,
	SW_PKG_CONAN,
	SW_PKG_CONDA,
	SW_PKG_CPAN,
	SW_PKG_CRAN,
	SW_PKG_DEB,
	SW_PKG_EBUILD,
	SW_PKG_GEM,
	SW_PKG_GENERIC,
	SW_PKG_GITHUB,
	SW_PKG_GOLANG,
	SW_PKG_HACKAGE,
	SW_PKG_HEX,
	SW_PKG_JULIA,
	SW_PKG_LUAROCKS,
	SW_PKG_MAVEN,
	SW_PKG_NPM,
	SW_PKG_NUGET,
	SW_PKG_OPAM,
	SW_PKG_PEAR,
	SW_PKG_PUB,
	SW_PKG_PYPI,
	SW_PKG_RPM,
	SW_PKG_SWIFT,
	SW_PKG_TERRAFORM,
	SW_PKG_VCPKG,
	SW_PKG_K8S, /* a component of a cluster, as bills of clusters name it; not in the list */
	SW_PKG__COUNT
};

const char *sw_package_type_name(enum sw_package_type t);		 /* "deb", the purl type */
int sw_package_type_find(struct sw_str name, enum sw_package_type *ret); /* -SW_ENOENT */
/* "nodejs:18" of rpm's label "nodejs:18:8090020240301110609:a75119d5"; "" of what names no stream.
 */
struct sw_str sw_package_stream(struct sw_str label);
/* alpm, apk, deb, rpm: installed by the operating system's package manager. */
bool sw_package_type_is_os(enum sw_package_type t);

#define SW_LAYER_UNKNOWN UINT32_MAX

struct sw_package {
	enum sw_package_type type;
	/* purl namespace, as the ecosystem writes it: "@babel", "org.apache.logging.log4j",
	 * "github.com/gorilla"; of OS packages the distribution's id ("debian"), which
	 * sw_bom_finish sets where it is "". May be "". */
	struct sw_str ns;
	struct sw_str name;
	/* As the ecosystem's own tool prints it: "1:2.3-4" with the epoch (none: no "0:"). "":
	 * unknown. */
	struct sw_str version;
	/* OS packages: what advisories name. Equal to name and version where the database is
	 * silent. */
	struct sw_str source, source_version;
	struct sw_str arch;	/* OS packages */
	struct sw_str module;	/* rpm: MODULARITYLABEL */
	struct sw_str license;	/* as declared, not judged */
	struct sw_str supplier; /* maintainer or vendor */
	/* Language packages: what else their purl says, "build=h1_0&channel=main": keys sorted,
	 * values as they are (none holds "&"). Part of what the package is. */
	struct sw_str qualifiers;
	/* By which names the CVE programme knows it: "f5:nginx nginx:nginx", vendors and products
	 * as CPE 2.3 writes them. Of software that no package manager knows. */
	struct sw_str cpe;
	/* The file that told of it, without a leading slash; in an archive "app.war!/lib/x.jar". */
	struct sw_str path;
	uint32_t layer;		/* 0-based, the layer that brought it in; SW_LAYER_UNKNOWN */
	/* A bill of materials that lies in the image, or is attached to it, told of it: its word,
	 * which counts only where nothing that was read itself is the same package. */
	bool claimed;
	bool dev;		/* needed for development or tests only, says the lock file */
	/* A file that belongs to an OS package told of it (set by sw_bom_finish): reported in
	 * SBOMs, never matched against language advisories. */
	bool owned_by_os;
};

/*
 * All texts of a package, in the order in which the cache of layers has them: whoever copies, packs
 * or compares a whole package goes by this, so that none is forgotten.
 */
enum { SW_PACKAGE_TEXTS = 12 };
void sw_package_texts(struct sw_package *p, struct sw_str *ret[SW_PACKAGE_TEXTS]);

/* /etc/os-release, or what stands for it. */
struct sw_distribution {
	struct sw_str id;	   /* "debian"; "": none found */
	struct sw_str version;	   /* VERSION_ID, "12"; debian testing: "" */
	struct sw_str codename;	   /* VERSION_CODENAME */
	struct sw_str pretty_name; /* for people */
	struct sw_str id_like;	   /* "rhel centos fedora" */
	struct sw_str cpe;	   /* CPE_NAME */
	/* Where its packages come from, where that is not the usual place: "eus", "aus", "e4s" and
	 * "tus" of Red Hat's extended releases (several, by blanks, in this order); of Alpine the
	 * branch of its repositories ("edge", "3.19"). */
	struct sw_str streams;
	/* How well the file that told of it knows (image/readers/release.h); 0: nobody told. No
	 * part of what the distribution is. */
	uint8_t rank;
};

/* All texts of it, likewise. */
enum { SW_DISTRIBUTION_TEXTS = 7 };
void sw_distribution_texts(struct sw_distribution *d, struct sw_str *ret[SW_DISTRIBUTION_TEXTS]);

/* Something that is there and could not be read. Never silent: each becomes a "not evaluated". */
struct sw_bom_problem {
	struct sw_str path, reason;
	uint32_t layer;
};

struct sw_bom {
	struct sw_arena arena;
	struct sw_distribution distribution;
	struct sw_package *packages;
	uint32_t n, cap;
	struct sw_bom_problem *problems;
	uint32_t n_problems, cap_problems;
	/* Files that OS packages own, 64-bit hashes of their paths (sorted by finish). */
	uint64_t *owned;
	uint32_t n_owned, cap_owned;
};

void sw_bom_init(struct sw_bom *bom, size_t budget); /* bytes; 0: the arena's default */
void sw_bom_release(struct sw_bom *bom);

/* Copies. -SW_ELIMIT: full, or a text too long; -SW_EINVALID: without a name. */
int sw_bom_add(struct sw_bom *bom, const struct sw_package *p);
int sw_bom_problem(struct sw_bom *bom, struct sw_str path, struct sw_str reason, uint32_t layer);
/* The file `path` (no leading slash) came with an OS package. */
int sw_bom_own(struct sw_bom *bom, struct sw_str path);
int sw_bom_own_hash(struct sw_bom *bom, uint64_t hash); /* the same, taken out of another bill */
bool sw_bom_owns(const struct sw_bom *bom, struct sw_str path); /* after finish */
/*
 * Gives OS packages without a namespace the distribution's id as such,
 * sorts (type, ns, name, version, arch, path, layer), drops exact repeats, sorts the owned files
 * sets owned_by_os of language packages whose path they hold, and drops what is claimed of packages
 * that others told of too. The same result for any order of
 * adding.
 */
void sw_bom_finish(struct sw_bom *bom);

#define sw_autobom __attribute__((cleanup(sw_bom_release))) struct sw_bom

#endif
