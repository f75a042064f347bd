/* SPDX-License-Identifier: Apache-2.0 */
/* What the schemes share. */
#ifndef SW_VULN_VERSION_IMPL_H
#define SW_VULN_VERSION_IMPL_H

#include "vuln/version/version.h"

/* One scheme: both may assume texts of at most SW_VERSION_MAX bytes; cmp that both are valid. */
typedef int (*ver_cmp_fn)(struct sw_str a, struct sw_str b);
typedef bool (*ver_valid_fn)(struct sw_str v);

static inline bool ver_digit(char c)
{
	return c >= '0' && c <= '9';
}
static inline bool ver_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static inline char ver_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}
static inline int ver_sign(int64_t x)
{
	return (x > 0) - (x < 0);
}

/* Decimal numbers of any length. Empty is 0. */
int ver_num(struct sw_str a, struct sw_str b);
bool ver_is_number(struct sw_str s); /* digits only, at least one */
/* The run at *pos of bytes for which is() holds (or does not). */
struct sw_str ver_run(struct sw_str s, size_t *pos, bool (*is)(char), bool want);
int ver_icmp(struct sw_str a, struct sw_str b); /* ASCII case folded */

int ver_deb(struct sw_str a, struct sw_str b);
bool ver_deb_valid(struct sw_str v);
int ver_rpm(struct sw_str a, struct sw_str b);
int ver_rpmvercmp(struct sw_str a, struct sw_str b);
int ver_alpm(struct sw_str a, struct sw_str b);
int ver_apk(struct sw_str a, struct sw_str b);
bool ver_apk_valid(struct sw_str v);
int ver_gentoo(struct sw_str a, struct sw_str b);
bool ver_gentoo_valid(struct sw_str v);
int ver_semver(struct sw_str a, struct sw_str b);
bool ver_semver_valid(struct sw_str v);
int ver_loose(struct sw_str a, struct sw_str b);
bool ver_loose_valid(struct sw_str v);
int ver_npm(struct sw_str a, struct sw_str b);
bool ver_npm_valid(struct sw_str v);
bool ver_npm_loose_valid(struct sw_str v);
int ver_go(struct sw_str a, struct sw_str b);
bool ver_go_valid(struct sw_str v);
int ver_nuget(struct sw_str a, struct sw_str b);
int ver_pub(struct sw_str a, struct sw_str b);
int ver_conan(struct sw_str a, struct sw_str b);
int ver_pep440(struct sw_str a, struct sw_str b);
bool ver_pep440_valid(struct sw_str v);
/* What PEP 440's specifiers ask of a version. False: not a version at all. */
struct ver_pep_facts {
	bool pre, post, dev, local; /* pre: a development release counts as one */
	unsigned release_parts;
};
bool ver_pep440_facts(struct sw_str v, struct ver_pep_facts *ret);
int ver_pep440_base(struct sw_str a, struct sw_str b);		/* by epoch and release alone */
bool ver_pep440_prefix(struct sw_str v, struct sw_str pattern); /* ==pattern.* */
int ver_maven(struct sw_str a, struct sw_str b);
int ver_gem(struct sw_str a, struct sw_str b);
bool ver_gem_valid(struct sw_str v);
int ver_cran(struct sw_str a, struct sw_str b);
int ver_composer(struct sw_str a, struct sw_str b);
int ver_openssl(struct sw_str a, struct sw_str b);
int ver_lexicographic(struct sw_str a, struct sw_str b);
int ver_datetime(struct sw_str a, struct sw_str b);
bool ver_datetime_valid(struct sw_str v);

#endif
