/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions, compared as each ecosystem's own tools compare them.
 *
 * A version is a view and is never copied: comparing allocates nothing and takes time linear in the
 * texts. Numbers inside versions have any length. Threads: pure.
 *
 * Sources: dpkg's lib/dpkg/version.c rules (deb-version(7)), rpm's rpmvercmp, apk-tools' version
 * grammar, PMS (Gentoo), semver.org 2.0, PEP 440, Maven's ComparableVersion, Gem::Version,
 * composer/semver, golang.org/x/mod/semver, NuGet's and pub's own notes, R's package_version,
 * Haskell's PVP.
 */
#ifndef SW_VULN_VERSION_H
#define SW_VULN_VERSION_H

#include "base/error.h"
#include "base/str.h"

enum sw_version_scheme {
	SW_VER_DEB,
	SW_VER_RPM, /* [epoch:]version[-release]; a side without release compares by version */
	SW_VER_RPMVERCMP, /* one segment of the above */
	SW_VER_APK,
	SW_VER_ALPM,
	SW_VER_GENTOO,
	SW_VER_SEMVER,
	SW_VER_SEMVER_LOOSE, /* v prefix, any number of numeric parts, missing parts are 0 */
	SW_VER_NPM,
	SW_VER_NPM_LOOSE,
	SW_VER_GO,
	SW_VER_PEP440,
	SW_VER_MAVEN,
	SW_VER_GEM,
	SW_VER_COMPOSER,
	SW_VER_NUGET,
	SW_VER_PUB,
	SW_VER_CONAN,
	SW_VER_CRAN,
	SW_VER_HACKAGE,
	SW_VER_OPENSSL,
	SW_VER_LEXICOGRAPHIC, /* by code point */
	SW_VER_DATETIME,      /* RFC 3339 */
	SW_VER__COUNT
};

int sw_version_scheme_find(struct sw_str name, enum sw_version_scheme *ret); /* -SW_ENOENT */

/* Longest version text that is looked at. */
#define SW_VERSION_MAX 4096

/*
 * Order of two versions: *ret is <0, 0 or >0. -SW_ESYNTAX when a text is no version of the scheme
 * (an order is then not given; callers treat the version as unknown, never as old), -SW_ELIMIT
 * beyond SW_VERSION_MAX.
 */
int sw_version_cmp(enum sw_version_scheme s, struct sw_str a, struct sw_str b, int *ret);
bool sw_version_valid(enum sw_version_scheme s, struct sw_str v);

#endif
