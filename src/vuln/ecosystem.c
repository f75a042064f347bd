/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/ecosystem.h"

#include <limits.h>
#include <stdio.h>

#include "base/cleanup.h"

static const struct sw_ecosystem ecosystems[] = {
	{"almalinux", SW_RANGE_RPM, SW_PKG_RPM, true, true},
	{"alpine", SW_RANGE_APK, SW_PKG_APK, true},
	{"amzn", SW_RANGE_RPM, SW_PKG_RPM, true, true},
	{"arch", SW_RANGE_ALPM, SW_PKG_ALPM, true},
	{"azurelinux", SW_RANGE_RPM, SW_PKG_RPM, true},
	{"bitnami", SW_RANGE_BITNAMI, SW_PKG_BITNAMI, false},
	{"cargo", SW_RANGE_CARGO, SW_PKG_CARGO, false},
	{"chainguard", SW_RANGE_APK, SW_PKG_APK, true},
	{"cleanstart", SW_RANGE_APK, SW_PKG_APK, true},
	{"cocoapods", SW_RANGE_LAX_SEMVER, SW_PKG_COCOAPODS, false},
	{"composer", SW_RANGE_COMPOSER, SW_PKG_COMPOSER, false},
	{"conan", SW_RANGE_CONAN, SW_PKG_CONAN, false},
	{"conda", SW_RANGE_FUZZY, SW_PKG_CONDA, false},
	{"cpe", SW_RANGE_FUZZY, SW_PKG__COUNT, false},
	{"cran", SW_RANGE_CRAN, SW_PKG_CRAN, false},
	{"debian", SW_RANGE_DEB, SW_PKG_DEB, true},
	{"dhi", SW_RANGE_LAX_SEMVER, SW_PKG__COUNT, false},
	{"fedora", SW_RANGE_RPM, SW_PKG_RPM, true, true},
	{"gem", SW_RANGE_GEM, SW_PKG_GEM, false},
	{"generic", SW_RANGE_FUZZY, SW_PKG_GENERIC, false},
	{"github-actions", SW_RANGE_LAX_SEMVER, SW_PKG_GITHUB, false},
	{"golang", SW_RANGE_GO, SW_PKG_GOLANG, false},
	{"hackage", SW_RANGE_HACKAGE, SW_PKG_HACKAGE, false},
	{"hex", SW_RANGE_HEX, SW_PKG_HEX, false},
	{"homebrew", SW_RANGE_FUZZY, SW_PKG_BREW, false},
	{"js", SW_RANGE_LAX_SEMVER, SW_PKG__COUNT, false},
	{"julia", SW_RANGE_JULIA, SW_PKG_JULIA, false},
	{"kubernetes", SW_RANGE_LAX_SEMVER, SW_PKG_K8S, false},
	{"mageia", SW_RANGE_RPM, SW_PKG_RPM, true, true},
	{"mariner", SW_RANGE_RPM, SW_PKG_RPM, true},
	{"maven", SW_RANGE_MAVEN, SW_PKG_MAVEN, false},
	{"minimos", SW_RANGE_APK, SW_PKG_APK, true},
	{"npm", SW_RANGE_NPM, SW_PKG_NPM, false},
	{"nuget", SW_RANGE_NUGET, SW_PKG_NUGET, false},
	{"ol", SW_RANGE_RPM, SW_PKG_RPM, true, true},
	{"opam", SW_RANGE_DEB, SW_PKG_OPAM, false},
	{"openeuler", SW_RANGE_RPM, SW_PKG_RPM, true, true},
	{"opensuse-leap", SW_RANGE_RPM, SW_PKG_RPM, true, true},
	{"opensuse-tumbleweed", SW_RANGE_RPM, SW_PKG_RPM, true, true},
	{"photon", SW_RANGE_RPM, SW_PKG_RPM, true},
	{"pub", SW_RANGE_PUB, SW_PKG_PUB, false},
	{"pypi", SW_RANGE_LAX_PEP440, SW_PKG_PYPI, false},
	{"rhel", SW_RANGE_RPM, SW_PKG_RPM, true, true},
	{"rhel-aus", SW_RANGE_RPM, SW_PKG_RPM, true, true},
	{"rhel-e4s", SW_RANGE_RPM, SW_PKG_RPM, true, true},
	{"rhel-eus", SW_RANGE_RPM, SW_PKG_RPM, true, true},
	{"rhel-tus", SW_RANGE_RPM, SW_PKG_RPM, true, true},
	{"rocky", SW_RANGE_RPM, SW_PKG_RPM, true, true},
	{"sles", SW_RANGE_RPM, SW_PKG_RPM, true, true},
	{"swift", SW_RANGE_LAX_SEMVER, SW_PKG_SWIFT, false},
	{"ubuntu", SW_RANGE_DEB, SW_PKG_DEB, true},
	{"ubuntu-pro", SW_RANGE_DEB, SW_PKG_DEB, true},
	{"wolfi", SW_RANGE_APK, SW_PKG_APK, true},
};

const struct sw_ecosystem *sw_ecosystem_find(struct sw_str key)
{
	struct sw_str head = sw_str_sub(key, 0, sw_str_chr(key, ':', 0));
	for (size_t i = 0; i < sizeof(ecosystems) / sizeof(*ecosystems); i++)
		if (sw_str_is(head, ecosystems[i].key))
			return &ecosystems[i];
	return NULL;
}

const struct sw_ecosystem *sw_ecosystem_of_type(enum sw_package_type type)
{
	for (size_t i = 0; i < sizeof(ecosystems) / sizeof(*ecosystems); i++)
		if (!ecosystems[i].distro && ecosystems[i].type == type)
			return &ecosystems[i];
	return NULL;
}

/* ---- names of ecosystems ---- */

/* How much of a release counts. */
enum cut { WHOLE, MAJOR, MINOR, NO_RELEASE };

static const struct {
	const char *osv, *key;
	enum cut cut;
} osv_names[] = {
	{"AlmaLinux", "almalinux", MAJOR},
	{"Alpaquita", "", WHOLE},
	{"Alpine", "alpine", MINOR},
	{"Android", "", WHOLE},
	{"Azure Linux", "azurelinux", WHOLE},
	{"Bioconductor", "", WHOLE},
	{"Bitnami", "bitnami", NO_RELEASE},
	{"CRAN", "cran", NO_RELEASE},
	{"Chainguard", "chainguard", NO_RELEASE},
	{"CleanStart", "cleanstart", NO_RELEASE},
	{"ConanCenter", "conan", NO_RELEASE},
	{"DHI", "dhi", NO_RELEASE},
	{"Debian", "debian", MAJOR},
	{"GitHub Actions", "github-actions", NO_RELEASE},
	{"Go", "golang", NO_RELEASE},
	{"Hackage", "hackage", NO_RELEASE},
	{"Hex", "hex", NO_RELEASE},
	{"Homebrew", "homebrew", NO_RELEASE},
	{"Julia", "julia", NO_RELEASE},
	{"Mageia", "mageia", MAJOR},
	{"Maven", "maven", NO_RELEASE},
	{"MinimOS", "minimos", NO_RELEASE},
	{"NuGet", "nuget", NO_RELEASE},
	{"Packagist", "composer", NO_RELEASE},
	{"Photon OS", "photon", WHOLE},
	{"Pub", "pub", NO_RELEASE},
	{"PyPI", "pypi", NO_RELEASE},
	{"Red Hat", "rhel", MAJOR},
	{"Rocky Linux", "rocky", MAJOR},
	{"RubyGems", "gem", NO_RELEASE},
	{"SUSE", "sles", WHOLE},
	{"SwiftURL", "swift", NO_RELEASE},
	{"Ubuntu", "ubuntu", WHOLE},
	{"Wolfi", "wolfi", NO_RELEASE},
	{"crates.io", "cargo", NO_RELEASE},
	{"kubernetes", "kubernetes", NO_RELEASE},
	{"npm", "npm", NO_RELEASE},
	{"opam", "opam", NO_RELEASE},
	{"openEuler", "openeuler", WHOLE},
	{"openSUSE", "opensuse-leap", WHOLE},
};

static struct sw_str key_of(
	struct sw_arena *a, const char *key, struct sw_str release, enum cut cut)
{
	if (cut == NO_RELEASE || !release.n)
		return sw_str_from(key);
	size_t dot = sw_str_chr(release, '.', 0);
	if (cut == MINOR && dot != SW_NPOS)
		dot = sw_str_chr(release, '.', dot + 1);
	if (cut != WHOLE)
		release = sw_str_sub(release, 0, dot);
	return sw_arena_printf(a, "%s:%.*s", key, SW_STR_ARG(release));
}

/* The first run of digits and dots. */
static struct sw_str digits(struct sw_str s)
{
	size_t i = 0, j;
	while (i < s.n && !(s.p[i] >= '0' && s.p[i] <= '9'))
		i++;
	for (j = i; j < s.n && ((s.p[j] >= '0' && s.p[j] <= '9') || s.p[j] == '.'); j++)
		;
	return sw_str_sub(s, i, j);
}

struct sw_str sw_ecosystem_of_stream(struct sw_arena *a, struct sw_str text)
{
	static const struct {
		const char *product, *kind;
	} kinds[] = {{":rhel_eus:", "eus"}, {":rhel_eus_long_life:", "eus"}, {":enterprise_linux_eus:", "eus"},
		{":rhel_aus:", "aus"}, {":rhel_e4s:", "e4s"}, {":rhel_tus:", "tus"}};
	for (size_t i = 0; i < SW_ARRAY_LEN(kinds); i++) {
		struct sw_str product = sw_str_from(kinds[i].product);
		size_t at = sw_str_find(text, product, 0);
		if (at == SW_NPOS)
			continue;
		struct sw_str release = digits(sw_str_sub(text, at + product.n, text.n));
		return release.n ? sw_arena_printf(a, "rhel-%s:%.*s", kinds[i].kind, SW_STR_ARG(release))
				 : SW_STR("");
	}
	return SW_STR("");
}

struct sw_str sw_ecosystem_of_distribution(struct sw_arena *a, const struct sw_distribution *d)
{
	static const struct {
		const char *id, *key;
		enum cut cut;
	} ids[] = {{"debian", "debian", MAJOR}, {"ubuntu", "ubuntu", WHOLE},
		{"alpine", "alpine", MINOR}, {"almalinux", "almalinux", MAJOR},
		{"rocky", "rocky", MAJOR}, {"rhel", "rhel", MAJOR}, {"redhat", "rhel", MAJOR},
		{"centos", "rhel", MAJOR}, {"ol", "ol", MAJOR}, {"oracle", "ol", MAJOR},
		{"amzn", "amzn", MAJOR}, {"fedora", "fedora", MAJOR},
		{"azurelinux", "azurelinux", WHOLE}, {"mariner", "mariner", MINOR},
		{"sles", "sles", WHOLE}, {"sled", "sles", WHOLE}, {"sles_sap", "sles", WHOLE},
		{"sle-micro", "sles", WHOLE}, {"sl-micro", "sles", WHOLE},
		{"suse-microos", "sles", WHOLE}, {"opensuse-leap-micro", "opensuse-leap", WHOLE},
		{"leap-micro", "opensuse-leap", WHOLE}, {"opensuse-leap", "opensuse-leap", WHOLE},
		{"opensuse-tumbleweed", "opensuse-tumbleweed", NO_RELEASE},
		{"photon", "photon", WHOLE}, {"wolfi", "wolfi", NO_RELEASE},
		{"chainguard", "chainguard", NO_RELEASE}, {"cleanstart", "cleanstart", NO_RELEASE},
		{"minimos", "minimos", NO_RELEASE}, {"mageia", "mageia", MAJOR},
		{"openeuler", "openeuler", WHOLE}, {"arch", "arch", NO_RELEASE},
		/* as bills of others call them */
		{"amazon", "amzn", MAJOR}, {"alma", "almalinux", MAJOR},
		{"rockylinux", "rocky", MAJOR}, {"oraclelinux", "ol", MAJOR},
		{"cbl-mariner", "mariner", MINOR}, {"suse linux enterprise server", "sles", WHOLE},
		{"suse linux enterprise micro", "sles", WHOLE},
		{"opensuse.leap", "opensuse-leap", WHOLE},
		{"opensuse.tumbleweed", "opensuse-tumbleweed", NO_RELEASE}};
	/* Alpine's edge calls itself by the release that it will be: 3.22_alpha20250108. */
	if (sw_str_is(d->id, "alpine") && !d->streams.n && sw_str_has(d->version, SW_STR("_alpha")))
		return SW_STR("alpine:edge");
	/* The branch that its packages come from says more than the release it began as. */
	if (sw_str_is(d->id, "alpine") && d->streams.n && sw_str_chr(d->streams, ' ', 0) == SW_NPOS)
		return sw_arena_printf(a, "alpine:%.*s", SW_STR_ARG(d->streams));
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
		if (sw_str_is(d->id, ids[i].id))
			return key_of(a, ids[i].key, digits(d->version), ids[i].cut);
	if (!d->id.n)
		return SW_STR("");
	return d->version.n
		       ? sw_arena_printf(a, "%.*s:%.*s", SW_STR_ARG(d->id), SW_STR_ARG(d->version))
		       : d->id;
}

/* "15:sp4" of "15:sp4", "15:sp4:…", as SUSE counts them: 15.4 */
static struct sw_str release_of_cpe(struct sw_arena *a, struct sw_str tail)
{
	struct sw_str release = sw_str_sub(tail, 0, sw_str_chr(tail, ':', 0));
	size_t sp = sw_str_find(tail, SW_STR(":sp"), 0);
	if (sp == SW_NPOS || !release.n)
		return release;
	return sw_arena_printf(a, "%.*s.%.*s", SW_STR_ARG(release),
		SW_STR_ARG(sw_str_sub(tail, sp + 3, sw_str_chr(tail, ':', sp + 1))));
}

/* SUSE's modules ("sle-module-basesystem") are where most packages of the server come from. */
struct sw_str sw_ecosystem_of_cpe(struct sw_arena *a, struct sw_str cpe)
{
	static const struct {
		const char *product, *id;
	} known[] = {{":redhat:enterprise_linux:", "rhel"}, {":redhat:rhel_els:", "rhel"},
		{":redhat:rhel_extras", "rhel"}, {":opensuse:leap:", "opensuse-leap"},
		{":suse:sle", "sles"}, {":suse:sl-micro:", "sles"},
		{":suse:linux_enterprise", "sles"}};
	struct sw_str stream = sw_ecosystem_of_stream(a, cpe);
	if (stream.n)
		return stream;
	for (size_t i = 0; i < SW_ARRAY_LEN(known); i++) {
		size_t at = sw_str_find(cpe, sw_str_from(known[i].product), 0);
		if (at == SW_NPOS)
			continue;
		size_t end = sw_str_chr(cpe, ':', at + strlen(known[i].product) - 1);
		struct sw_distribution d = {.id = sw_str_from(known[i].id),
			.version = end == SW_NPOS
					   ? SW_STR("")
					   : release_of_cpe(a, sw_str_sub(cpe, end + 1, cpe.n))};
		return d.version.n ? sw_ecosystem_of_distribution(a, &d) : SW_STR("");
	}
	return SW_STR("");
}

/* "2" was called Mariner, and os-release says 2.0 and 3.0. */
static struct sw_str azure_linux(struct sw_arena *a, struct sw_str release)
{
	const char *id = release.n && release.p[0] < '3' ? "mariner" : "azurelinux";
	return sw_arena_printf(a, "%s:%.*s%s", id, SW_STR_ARG(release),
		sw_str_chr(release, '.', 0) == SW_NPOS ? ".0" : "");
}

struct sw_str sw_ecosystem_of_osv(struct sw_arena *a, struct sw_str osv)
{
	size_t colon = sw_str_chr(osv, ':', 0);
	struct sw_str name = sw_str_sub(osv, 0, colon);
	struct sw_str release = colon == SW_NPOS ? SW_STR("") : sw_str_sub(osv, colon + 1, osv.n);
	for (size_t i = 0; i < sizeof(osv_names) / sizeof(*osv_names); i++) {
		const char *key = osv_names[i].key;
		if (!sw_str_is(name, osv_names[i].osv))
			continue;
		if (!*key)
			return SW_STR("");
		if (sw_str_is(name, "Red Hat") && digits(release).p != release.p)
			return sw_ecosystem_of_cpe(
				a, sw_arena_printf(a, "cpe:/o:redhat:%.*s", SW_STR_ARG(release)));
		if (sw_str_is(name, "Ubuntu") && sw_str_has(release, SW_STR("FIPS")))
			return SW_STR(""); /* builds of their own, that nobody has by accident */
		if (sw_str_starts(release, SW_STR("Pro:")))
			key = "ubuntu-pro";
		if (sw_str_is(release, "Tumbleweed"))
			return SW_STR("opensuse-tumbleweed");
		/* "Linux Enterprise Server 15 SP5" counts as 15.5 */
		size_t sp = sw_str_find(release, SW_STR(" SP"), 0);
		struct sw_str number = digits(release);
		if (release.n && !number.n && osv_names[i].cut != NO_RELEASE)
			return sw_arena_printf(a, "%s:%.*s", key, SW_STR_ARG(release)); /* "edge" */
		if (number.n && sw_str_is(name, "Azure Linux"))
			return azure_linux(a, number);
		if (sp != SW_NPOS)
			number = sw_arena_printf(a, "%.*s.%.*s", SW_STR_ARG(number),
				SW_STR_ARG(digits(sw_str_sub(release, sp, release.n))));
		return key_of(a, key, number, osv_names[i].cut);
	}
	return SW_STR("");
}

/* ---- names of packages ---- */

static bool separator(char c)
{
	return c == '-' || c == '_' || c == '.';
}

struct sw_str sw_ecosystem_name(
	struct sw_arena *a, const struct sw_ecosystem *e, struct sw_str name)
{
	bool pypi = e->type == SW_PKG_PYPI && !e->distro;
	bool fold =
		pypi || (!e->distro && (e->type == SW_PKG_NUGET || e->type == SW_PKG_COMPOSER ||
					       e->type == SW_PKG_HEX || e->type == SW_PKG_BITNAMI));
	if (!fold)
		return name;
	char *p = sw_arena_alloc(a, name.n + 1);
	size_t n = 0;
	for (size_t i = 0; p && i < name.n; i++) {
		char c = name.p[i];
		if (pypi && separator(c)) {
			if (!n || p[n - 1] != '-')
				p[n++] = '-';
			continue;
		}
		p[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	return sw_str_make(p, n);
}

struct sw_str sw_ecosystem_package(
	struct sw_arena *a, const struct sw_ecosystem *e, const struct sw_package *p)
{
	if (e->distro)
		return p->source.n ? p->source : p->name;
	struct sw_str full = p->name;
	/* pkg:k8s/kubelet is k8s.io/kubelet */
	if (e->type == SW_PKG_K8S && !p->ns.n && sw_str_chr(full, '/', 0) == SW_NPOS)
		full = sw_arena_printf(a, "k8s.io/%.*s", SW_STR_ARG(full));
	if (p->ns.n)
		full = sw_arena_printf(a, "%.*s%s%.*s", SW_STR_ARG(p->ns),
			e->type == SW_PKG_MAVEN ? ":" : "/", SW_STR_ARG(p->name));
	return sw_ecosystem_name(a, e, full);
}

/* ---- versions ---- */

static struct sw_str go_version(struct sw_str v)
{
	if (sw_str_starts(v, SW_STR("go")))
		v = sw_str_sub(v, 2, v.n);
	if (v.n && v.p[0] == 'v')
		v = sw_str_sub(v, 1, v.n);
	return sw_str_sub(v, 0, sw_str_chr(v, ' ', 0)); /* "1.21.3 X:boringcrypto" */
}

/* Loose orders take any text; an advisory that begins at "nightly" begins nowhere that we know. */
static int by_numbers(enum sw_range_language l, struct sw_str a, struct sw_str b, int *ret)
{
	struct sw_str both[] = {a, b};
	for (unsigned i = 0; i < 2; i++) {
		struct sw_str v = sw_str_trim(both[i]);
		while (v.n && (v.p[0] == 'v' || v.p[0] == 'V' || v.p[0] == '='))
			v = sw_str_sub(v, 1, v.n);
		if (!v.n || v.p[0] < '0' || v.p[0] > '9')
			return -SW_ESYNTAX;
	}
	return sw_range_cmp(l, a, b, ret);
}

static struct sw_str rpm_without_release(struct sw_str v)
{
	return sw_str_sub(v, 0, sw_str_rfind(v, SW_STR("-")));
}

int sw_ecosystem_cmp(
	const struct sw_ecosystem *e, struct sw_str installed, struct sw_str advisory, int *ret)
{
	switch (e->language) {
	case SW_RANGE_GO: /* 1.21rc2 and the like of the toolchain too */
		return by_numbers(
			SW_RANGE_LAX_SEMVER, go_version(installed), go_version(advisory), ret);
	case SW_RANGE_RPM:
		if (sw_str_chr(advisory, '-', 0) == SW_NPOS)
			installed = rpm_without_release(installed);
		return sw_version_cmp(SW_VER_RPM, installed, advisory, ret);
	case SW_RANGE_NPM:
	case SW_RANGE_CARGO:
	case SW_RANGE_HEX:
	case SW_RANGE_LAX_SEMVER:
		return by_numbers(SW_RANGE_LAX_SEMVER, installed, advisory, ret);
	case SW_RANGE_BITNAMI:
		return by_numbers(SW_RANGE_BITNAMI, installed, advisory, ret);
	default:
		return sw_range_cmp(e->language, installed, advisory, ret);
	}
}

/* INT_MAX: one of them is no version, and nothing is known. */
static int order(const struct sw_ecosystem *e, struct sw_str installed, struct sw_str bound)
{
	int c = 0;
	return sw_ecosystem_cmp(e, installed, bound, &c) ? INT_MAX : c;
}

bool sw_ecosystem_within(const struct sw_ecosystem *e, struct sw_str installed,
	const struct sw_affected *in)
{
	bool above = in->introduced.n && !sw_str_is(in->introduced, "0");
	if (in->flags & SW_AFF_EXACT)
		return sw_str_eq(installed, in->introduced) ||
		       order(e, installed, in->introduced) == 0;
	if (above) {
		int c = order(e, installed, in->introduced);
		if (c == INT_MAX || c < 0 || (c == 0 && (in->flags & SW_AFF_AFTER)))
			return false;
	}
	if (in->flags & SW_AFF_LAST)
		return order(e, installed, in->last) <= 0;
	if (in->flags & SW_AFF_BELOW)
		return order(e, installed, in->last) < 0;
	return !in->fixed.n || order(e, installed, in->fixed) < 0;
}

bool sw_ecosystem_version_known(const struct sw_ecosystem *e, struct sw_str v)
{
	static const char *const unknown[] = {"(devel)", "unknown", "UNKNOWN", "devel", "latest",
		"v0.0.0", "0.0.0-unknown", "*", "none", "null"};
	if (!v.n || v.n > SW_VERSION_MAX)
		return false;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		if (sw_str_is(v, unknown[i]))
			return false;
	if (v.p[0] == '$' || sw_str_has(v, SW_STR("${"))) /* a property nobody filled in */
		return false;
	if (e->type == SW_PKG_GITHUB && !e->distro) { /* "v4" is a label that moves */
		size_t dot = sw_str_chr(v, '.', 0);
		return dot != SW_NPOS && sw_str_chr(v, '.', dot + 1) != SW_NPOS;
	}
	switch (e->language) {
	case SW_RANGE_GO:
		v = go_version(v);
		break;
	case SW_RANGE_NPM:
		return sw_version_valid(SW_VER_NPM_LOOSE, v);
	default:
		break;
	}
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] >= '0' && v.p[i] <= '9')
			return true;
	return false;
}
