/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/version/impl.h"

static bool ver_any(struct sw_str v)
{
	return true;
}

static const struct {
	const char *name;
	ver_cmp_fn cmp;
	ver_valid_fn valid;
	bool lax; /* cmp gives an order to texts that are not valid too, as the ecosystem's own
		     tools do */
} schemes[SW_VER__COUNT] = {
	[SW_VER_DEB] = {"deb", ver_deb, ver_deb_valid, true},
	[SW_VER_RPM] = {"rpm", ver_rpm, ver_any},
	[SW_VER_RPMVERCMP] = {"rpmvercmp", ver_rpmvercmp, ver_any},
	[SW_VER_APK] = {"apk", ver_apk, ver_apk_valid, true},
	[SW_VER_ALPM] = {"alpm", ver_alpm, ver_any},
	[SW_VER_GENTOO] = {"gentoo", ver_gentoo, ver_gentoo_valid},
	[SW_VER_SEMVER] = {"semver", ver_semver, ver_semver_valid, true},
	[SW_VER_SEMVER_LOOSE] = {"semver-loose", ver_loose, ver_loose_valid, true},
	[SW_VER_NPM] = {"npm", ver_npm, ver_npm_valid},
	[SW_VER_NPM_LOOSE] = {"npm:loose", ver_npm, ver_npm_loose_valid},
	[SW_VER_GO] = {"go", ver_go, ver_go_valid, true},
	[SW_VER_PEP440] = {"pep440", ver_pep440, ver_pep440_valid},
	[SW_VER_MAVEN] = {"maven", ver_maven, ver_any},
	[SW_VER_GEM] = {"gem", ver_gem, ver_gem_valid, true},
	[SW_VER_COMPOSER] = {"composer", ver_composer, ver_any},
	[SW_VER_NUGET] = {"nuget", ver_nuget, ver_any},
	[SW_VER_PUB] = {"pub", ver_pub, ver_semver_valid, true},
	[SW_VER_CONAN] = {"conan", ver_conan, ver_any},
	[SW_VER_CRAN] = {"cran", ver_cran, ver_any},
	[SW_VER_HACKAGE] = {"hackage", ver_cran, ver_any},
	[SW_VER_OPENSSL] = {"openssl", ver_openssl, ver_any},
	[SW_VER_LEXICOGRAPHIC] = {"lexicographic", ver_lexicographic, ver_any},
	[SW_VER_DATETIME] = {"datetime", ver_datetime, ver_datetime_valid},
};

int sw_version_scheme_find(struct sw_str name, enum sw_version_scheme *ret)
{
	for (unsigned i = 0; i < SW_VER__COUNT; i++)
		if (sw_str_is(name, schemes[i].name)) {
			*ret = (enum sw_version_scheme)i;
			return 0;
		}
	return -SW_ENOENT;
}

int sw_version_cmp(enum sw_version_scheme s, struct sw_str a, struct sw_str b, int *ret)
{
	if (a.n > SW_VERSION_MAX || b.n > SW_VERSION_MAX)
		return -SW_ELIMIT;
	if (!schemes[s].lax && (!schemes[s].valid(a) || !schemes[s].valid(b)))
		return -SW_ESYNTAX;
	*ret = ver_sign(schemes[s].cmp(a, b));
	return 0;
}

bool sw_version_valid(enum sw_version_scheme s, struct sw_str v)
{
	return v.n <= SW_VERSION_MAX && schemes[s].valid(v);
}

/* ---- shared ---- */

static struct sw_str strip_zeros(struct sw_str s)
{
	while (s.n && s.p[0] == '0')
		s = sw_str_sub(s, 1, s.n);
	return s;
}

int ver_num(struct sw_str a, struct sw_str b)
{
	a = strip_zeros(a);
	b = strip_zeros(b);
	if (a.n != b.n)
		return a.n > b.n ? 1 : -1;
	return ver_sign(sw_str_cmp(a, b));
}

bool ver_is_number(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ver_digit(s.p[i]))
			return false;
	return s.n > 0;
}

struct sw_str ver_run(struct sw_str s, size_t *pos, bool (*is)(char), bool want)
{
	size_t start = *pos;
	while (*pos < s.n && is(s.p[*pos]) == want)
		++*pos;
	return sw_str_sub(s, start, *pos);
}

int ver_icmp(struct sw_str a, struct sw_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	for (size_t i = 0; i < n; i++) {
		int c = (unsigned char)ver_lower(a.p[i]) - (unsigned char)ver_lower(b.p[i]);
		if (c)
			return c;
	}
	return (a.n > b.n) - (a.n < b.n);
}
