/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ecosystems: the keys under which advisories are kept, how their versions compare and how their
 * names are written.
 *
 * A key is "npm", "pypi" … for languages, and for distributions the ID of os-release, a colon and
 * the release as that distribution counts them: "debian:12", "ubuntu:22.04", "alpine:3.18",
 * "almalinux:9", "amzn:2023", "azurelinux:3.0".
 */
#ifndef SW_VULN_ECOSYSTEM_H
#define SW_VULN_ECOSYSTEM_H

#include "package/package.h"
#include "vuln/advisory.h"
#include "vuln/version/constraint.h"

struct sw_ecosystem {
	const char *key; /* without the release */
	enum sw_range_language language;
	enum sw_package_type type; /* SW_PKG__COUNT: none of the inventory's */
	bool distro;
	bool binary; /* its advisories name binary packages */
};

/* By key, with or without release. NULL: unknown. */
const struct sw_ecosystem *sw_ecosystem_find(struct sw_str key);
/* The one whose packages have this type; NULL for OS packages. */
const struct sw_ecosystem *sw_ecosystem_of_type(enum sw_package_type type);

/* OSV's name ("AlmaLinux:8", "Packagist:https://…", "crates.io") as a key; "" when not known. */
struct sw_str sw_ecosystem_of_osv(struct sw_arena *a, struct sw_str osv);
/* The key of an installed distribution, "" without one. */
struct sw_str sw_ecosystem_of_distribution(struct sw_arena *a, const struct sw_distribution *d);

/* "cpe:/o:redhat:rhel_eus:8.6::baseos" is "rhel-eus:8.6": an extended release of Red Hat's. "": none. */
struct sw_str sw_ecosystem_of_stream(struct sw_arena *a, struct sw_str cpe);

/* Of a platform by its CPE: "cpe:/o:redhat:enterprise_linux:8::baseos", "cpe:/o:suse:sles:15:sp4".
 * "": none. */
struct sw_str sw_ecosystem_of_cpe(struct sw_arena *a, struct sw_str cpe);

/* A name as advisories are filed: PEP 503, lower case where the ecosystem folds it. */
struct sw_str sw_ecosystem_name(
	struct sw_arena *a, const struct sw_ecosystem *e, struct sw_str name);
/* The name of an installed package, with its namespace: "group:artifact", "@scope/name". */
struct sw_str sw_ecosystem_package(
	struct sw_arena *a, const struct sw_ecosystem *e, const struct sw_package *p);

/*
 * Order of an installed version and one of an advisory. Go's may have a "v" or "go" in front, gems
 * a platform behind, rpm's an advisory without release. -SW_ESYNTAX: one of them is no version.
 */
int sw_ecosystem_cmp(
	const struct sw_ecosystem *e, struct sw_str installed, struct sw_str advisory, int *ret);
/*
 * Does an interval of an advisory hold an installed version? Of the affected row's members the
 * bounds count, and of its flags those that are about them (SW_AFF_AFTER, _EXACT, _LAST, _BELOW).
 * A bound that is no version holds nothing.
 */
bool sw_ecosystem_within(const struct sw_ecosystem *e, struct sw_str installed,
	const struct sw_affected *interval);
/* Is it a version at all, not "(devel)" or "unknown"? */
bool sw_ecosystem_version_known(const struct sw_ecosystem *e, struct sw_str version);

#endif
