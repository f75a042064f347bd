/* SPDX-License-Identifier: Apache-2.0 */
/* What is matched, what is not, and what is said of the rest. */
#include "vuln_test.h"

#include "vuln/ecosystem.h"
#include "vuln/vex.h"

static const char osv[] =
	"[{\"id\":\"GHSA-1\",\"aliases\":[\"CVE-2024-1\"],\"modified\":\"2026-08-20T00:00:00Z\","
	"\"severity\":[{\"type\":\"CVSS_V3\","
	"\"score\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/"
	"A:H\"}],\"summary\":\"First\",\"affected\":[{\"package\":"
	"{\"ecosystem\":\"npm\",\"name\":\"@scope/"
	"pkg\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"fixed\":\"2.0.5\"},"
	"{\"introduced\":\"2.0.0\"},{\"fixed\":\"1.4.2\"},{\"introduced\":\"0\"}]}]}]},"
	"{\"id\":\"OTHER-1\",\"aliases\":[\"GHSA-1\"],\"affected\":[{\"package\":{\"ecosystem\":"
	"\"npm\",\"name\":\"@scope/pkg\"},"
	"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"last_affected\":"
	"\"1.4.1\"}]}]}]},"
	"{\"id\":\"GO-1\",\"aliases\":[\"CVE-2024-2\"],\"affected\":[{\"package\":{\"ecosystem\":"
	"\"Go\",\"name\":\"stdlib\"},"
	"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1.21.5\"}"
	"]}]}]},"
	"{\"id\":\"GO-2\",\"aliases\":[\"CVE-2024-3\"],\"affected\":[{\"package\":{\"ecosystem\":"
	"\"Go\",\"name\":\"example.com/m\"},"
	"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1.0.0\"}]"
	"}]}]},"
	"{\"id\":\"MVN-1\",\"aliases\":[\"CVE-2024-4\"],\"affected\":[{\"package\":{\"ecosystem\":"
	"\"Maven\",\"name\":\"org.x:y\"},"
	"\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"1.0\"},{\"fixed\":\"1."
	"5\"}]}]}]},"
	"{\"id\":\"WITHDRAWN-1\",\"withdrawn\":\"2024-01-01T00:00:00Z\",\"affected\":[{\"package\":"
	"{\"ecosystem\":\"npm\","
	"\"name\":\"@scope/pkg\"},\"versions\":[\"1.0.0\"]}]},"
	"{\"id\":\"MAL-1\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"evil\"},"
	"\"versions\":[\"6.6.6\"]}]}]";

static const char tracker[] = "{\"openssl\":{\"CVE-2024-1\":{\"description\":\"Of "
			      "OpenSSL\",\"releases\":{\"bookworm\":{\"status\":\"resolved\","
			      "\"fixed_version\":\"3.0.11-1~deb12u2\",\"urgency\":\"high\"},"
			      "\"trixie\":{\"status\":\"open\",\"urgency\":\"low\"}}},"
			      "\"CVE-2024-9\":{\"releases\":{\"bookworm\":{\"status\":\"open\","
			      "\"urgency\":\"unimportant\"}}},"
			      "\"CVE-2024-8\":{\"releases\":{\"bookworm\":{\"status\":\"resolved\","
			      "\"fixed_version\":\"0\",\"urgency\":\"low\"}}},"
			      "\"CVE-2024-7\":{\"releases\":{\"bookworm\":{\"status\":\"open\","
			      "\"nodsa\":\"Minor\",\"nodsa_reason\":\"ignored\","
			      "\"urgency\":\"not yet assigned\"}}}}}";

static const char eol[] = "---\ntitle: Debian\npermalink: /debian\nreleases:\n  - releaseCycle: "
			  "\"12\"\n    eol: 2026-07-11\n"
			  "    eoes: 2028-06-30\n  - releaseCycle: \"8\"\n    eol: 2018-06-17\n    "
			  "eoes: 2020-06-30\n---\ntext\n";

static struct sw_package pkg(
	enum sw_package_type type, const char *ns, const char *name, const char *version)
{
	return (struct sw_package){.type = type,
		.ns = sw_str_from(ns),
		.name = sw_str_from(name),
		.version = sw_str_from(version),
		.layer = SW_LAYER_UNKNOWN};
}

struct scene {
	struct world w;
	struct sw_bom bom;
	struct sw_match_report r;
	struct sw_match_options opt;
};

/* Feeds that one test adds: {path, text}. */
static const char *more[2][2];

static void scene_init(struct scene *s, const char *id, const char *version)
{
	memset(s, 0, sizeof(*s));
	world_init(&s->w);
	world_feed(&s->w, "osv/all.json", osv);
	for (unsigned i = 0; i < 2; i++)
		if (more[i][0])
			world_feed(&s->w, more[i][0], more[i][1]);
	memset(more, 0, sizeof(more));
	world_feed(&s->w, "debian/tracker.json", tracker);
	world_feed(&s->w, "eol/debian.md", eol);
	world_feed(&s->w, "kev/kev.json",
		"{\"catalogVersion\":\"1\",\"vulnerabilities\":[{\"cveID\":\"CVE-2024-1\","
		"\"dateAdded\":\"2024-02-03\"}]}");
	world_feed(&s->w, "epss/epss.csv",
		"#model_version:v1,score_date:2026-08-21T00:00:00Z\ncve,epss,percentile\nCVE-2024-"
		"1,0.5,0.9\n");
	assert_string_equal(s->w.problems, "");
	world_build(&s->w);
	sw_bom_init(&s->bom, 0);
	s->bom.distribution.id = sw_str_from(id);
	s->bom.distribution.version = sw_str_from(version);
	sw_match_report_init(&s->r);
	s->opt.now = NOW;
}

static void scene_run(struct scene *s)
{
	struct sw_error err = {0};
	sw_bom_finish(&s->bom);
	if (sw_match_bom(s->w.db, &s->bom, &s->opt, &s->r, &err))
		fail_msg("%s", err.text);
}

static void scene_release(struct scene *s)
{
	sw_match_report_release(&s->r);
	sw_bom_release(&s->bom);
	world_release(&s->w);
}

static void add(struct scene *s, struct sw_package p)
{
	assert_int_equal(sw_bom_add(&s->bom, &p), 0);
}

static unsigned gaps_of(const struct scene *s, enum sw_gap_kind kind)
{
	unsigned n = 0;
	for (uint32_t i = 0; i < s->r.n_gaps; i++)
		n += s->r.gaps[i].kind == kind;
	return n;
}

static void intervals_and_names(void **state)
{
	(void)state;
	struct scene s;
	scene_init(&s, "debian", "12");
	add(&s, pkg(SW_PKG_NPM, "@scope", "pkg", "1.4.1"));	   /* in the first interval */
	add(&s, pkg(SW_PKG_NPM, "@scope", "pkg", "1.4.2"));	   /* fixed there */
	add(&s, pkg(SW_PKG_NPM, "@scope", "pkg", "2.0.3-beta.1")); /* in the second */
	add(&s, pkg(SW_PKG_NPM, "@scope", "pkg", "2.0.5"));
	add(&s, pkg(SW_PKG_NPM, "", "pkg", "1.0.0")); /* an other package */
	add(&s, pkg(SW_PKG_MAVEN, "org.x", "y", "1.4"));
	add(&s, pkg(SW_PKG_MAVEN, "org.x", "y", "1.5-SNAPSHOT"));
	add(&s, pkg(SW_PKG_GOLANG, "", "stdlib", "go1.21.4"));
	add(&s, pkg(SW_PKG_GOLANG, "", "stdlib", "1.21.5"));
	scene_run(&s);
	assert_int_equal(s.r.n, 5);
	/* Worst first: the rated one. */
	assert_str(s.r.v[0].id, "CVE-2024-1");
	assert_int_equal(s.r.v[0].severity, SW_SEV_CRITICAL);
	assert_str(s.r.v[0].fixed, "1.4.2");
	assert_int_equal(s.r.v[0].n_aliases, 2); /* one flaw, three names, one match */
	assert_true(s.r.v[0].kev);
	assert_true(s.r.v[0].epss > 0.49 && s.r.v[0].epss < 0.51);
	assert_str(s.r.v[1].fixed, "2.0.5");
	assert_int_equal(s.r.n_upgrades, 5);
	assert_str(s.r.upgrades[0].to, "1.4.2");
	scene_release(&s);
}

static void debian_by_source(void **state)
{
	(void)state;
	struct scene s;
	scene_init(&s, "debian", "12.13");
	struct sw_package p = pkg(SW_PKG_DEB, "debian", "libssl3", "3.0.11-1~deb12u1");
	p.source = SW_STR("openssl");
	p.source_version = SW_STR("3.0.11-1~deb12u1");
	add(&s, p);
	p.name = SW_STR("openssl");
	add(&s, p);
	add(&s, pkg(SW_PKG_DEB, "debian", "bash", "5.2-1"));
	scene_run(&s);
	assert_int_equal(s.r.n, 6); /* three flaws in two binaries */
	assert_str(s.r.v[0].id, "CVE-2024-1");
	assert_int_equal(s.r.v[0].severity, SW_SEV_HIGH); /* Debian's word, not the vector's */
	assert_str(s.r.v[0].severity_source, "debian");
	assert_str(s.r.v[0].fixed, "3.0.11-1~deb12u2");
	unsigned wont = 0, minor = 0;
	for (uint32_t i = 0; i < s.r.n; i++) {
		wont += s.r.v[i].fix == SW_FIX_WONT;
		minor += s.r.v[i].severity == SW_SEV_INFO;
	}
	assert_int_equal(wont, 2);
	assert_int_equal(minor, 2);
	assert_int_equal(s.r.n_upgrades, 1); /* one source, one upgrade */
	assert_int_equal(s.r.upgrades[0].closes, 2);
	assert_int_equal(gaps_of(&s, SW_GAP_EOL), 1); /* extended support only */
	assert_int_equal(gaps_of(&s, SW_GAP_DISTRIBUTION), 0);
	scene_release(&s);
}

static void never_a_silent_zero(void **state)
{
	(void)state;
	struct scene s;
	struct sw_findings fs;
	scene_init(&s, "debian", "8");
	add(&s, pkg(SW_PKG_DEB, "debian", "bash", "4.3"));
	add(&s, pkg(SW_PKG_CONDA, "", "numpy", "1.0"));
	add(&s, pkg(SW_PKG_GOLANG, "example.com", "m", "(devel)"));
	add(&s, pkg(SW_PKG_GOLANG, "example.com", "m2", "v0.0.0"));
	add(&s, pkg(SW_PKG_NPM, "", "left", ""));
	sw_bom_problem(&s.bom, SW_STR("var/lib/dpkg/status"), SW_STR("cut short"), 0);
	s.opt.now = NOW + 86400 * 30;
	scene_run(&s);
	assert_int_equal(s.r.n, 0);
	assert_int_equal(gaps_of(&s, SW_GAP_EOL), 1);
	assert_int_equal(gaps_of(&s, SW_GAP_STALE), 1);
	assert_int_equal(gaps_of(&s, SW_GAP_DISTRIBUTION), 1);
	assert_int_equal(gaps_of(&s, SW_GAP_ECOSYSTEM), 1);
	assert_int_equal(gaps_of(&s, SW_GAP_VERSION), 3);
	assert_int_equal(gaps_of(&s, SW_GAP_UNREADABLE), 1);
	sw_findings_init(&fs, 0);
	assert_int_equal(sw_match_findings(&s.r, &s.bom, &s.opt, &fs, NULL), 0);
	assert_int_equal(fs.n, 8);
	sw_findings_release(&fs);
	scene_release(&s);
}

static void no_distribution(void **state)
{
	(void)state;
	struct scene s;
	scene_init(&s, "", "");
	add(&s, pkg(SW_PKG_DEB, "debian", "bash", "4.3"));
	scene_run(&s);
	assert_int_equal(gaps_of(&s, SW_GAP_DISTRIBUTION), 1);
	scene_release(&s);
}

/* An image whose package database was taken out. */
static void no_system_package(void **state)
{
	(void)state;
	struct scene s;
	scene_init(&s, "debian", "12");
	add(&s, pkg(SW_PKG_NPM, "", "left", "1.0.0"));
	scene_run(&s);
	assert_int_equal(gaps_of(&s, SW_GAP_DISTRIBUTION), 1);
	scene_release(&s);
	scene_init(&s, "", "");
	add(&s, pkg(SW_PKG_NPM, "", "left", "1.0.0"));
	scene_run(&s);
	assert_int_equal(gaps_of(&s, SW_GAP_DISTRIBUTION), 0);
	scene_release(&s);
	scene_init(&s, "gentoo", "2.17");
	add(&s, pkg(SW_PKG_EBUILD, "app-misc", "foo", "1.0"));
	scene_run(&s);
	assert_int_equal(gaps_of(&s, SW_GAP_DISTRIBUTION), 0);
	scene_release(&s);
}

static void owned_and_dev(void **state)
{
	(void)state;
	struct scene s;
	scene_init(&s, "debian", "12");
	struct sw_package p = pkg(SW_PKG_NPM, "@scope", "pkg", "1.0.0");
	p.path = SW_STR("usr/share/nodejs/pkg/package.json");
	add(&s, p);
	p.path = SW_STR("app/package.json");
	p.dev = true;
	add(&s, p);
	add(&s, pkg(SW_PKG_NPM, "", "evil", "6.6.6"));
	sw_bom_own(&s.bom, SW_STR("usr/share/nodejs/pkg/package.json"));
	s.opt.skip_dev = true;
	scene_run(&s);
	assert_int_equal(s.r.skipped_owned, 1);
	assert_int_equal(s.r.n, 1);
	assert_true(s.r.v[0].malicious);
	assert_int_equal(s.r.v[0].severity, SW_SEV_CRITICAL);
	scene_release(&s);
}

static void findings_say_all(void **state)
{
	(void)state;
	struct scene s;
	struct sw_findings fs;
	struct sw_str layers[] = {SW_STR("ADD rootfs"), SW_STR("RUN npm install")};
	scene_init(&s, "debian", "12");
	struct sw_package p = pkg(SW_PKG_NPM, "@scope", "pkg", "1.0.0");
	p.layer = 1;
	p.path = SW_STR("app/node_modules/@scope/pkg/package.json");
	add(&s, p);
	s.opt.image = SW_STR("registry/app:1");
	s.opt.layers = layers;
	s.opt.n_layers = 2;
	s.opt.base_layers = 1;
	scene_run(&s);
	sw_findings_init(&fs, 0);
	assert_int_equal(sw_match_findings(&s.r, &s.bom, &s.opt, &fs, NULL), 0);
	const struct sw_finding *f = fs.v[0];
	assert_str(f->rule->id, "CVE-2024-1");
	assert_str(f->subject.package, "pkg:npm/%40scope/pkg@1.0.0");
	assert_true(sw_str_has(f->message, SW_STR("fixed in 1.4.2")));
	assert_true(sw_str_has(f->message,
		SW_STR("critical says osv, CVSS 9.8, EPSS 50.00 %, exploited in the wild")));
	assert_true(sw_str_has(
		f->message, SW_STR("layer 1 on top of the base image (RUN npm install)")));
	sw_findings_release(&fs);
	scene_release(&s);
}

/* ---- rpm: modules, machines, minor releases; Ubuntu: what subscribers get ---- */

#define ROW(id, name, fixed)                                                                       \
	"{\"id\":\"" id                                                                            \
	"\",\"affected\":[{\"package\":{\"ecosystem\":\"Red Hat:enterprise_linux:9\","             \
	"\"name\":\"" name                                                                         \
	"\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},"              \
	"{\"fixed\":\"" fixed "\"}]}]}]}"

static const char streams[] = "[" ROW("CVE-2031-1", "k", "5.14-284.30.el9_2") "," ROW("CVE-2031-1",
	"k",
	"5.14-427.1.el9_4") "," ROW("CVE-2031-2", "k", "5.14-427.2.el9_4") "," ROW("CVE-2031-3",
	"k", "5.14-284.30.el9_2") "," ROW("CVE-2031-3", "k", "5.14-284.40.el9_2") "]";

static const char updates[] =
	"<updates><update type=\"security\"><id>RHSA-1</id><references><reference type=\"cve\" "
	"id=\"CVE-2031-7\"/></references><pkglist><collection short=\"rhel-9\"><package "
	"name=\"sys\" "
	"version=\"1\" release=\"2.el9\" arch=\"x86_64\"/><package name=\"sys\" version=\"1\" "
	"release=\"3.el9\" arch=\"aarch64\"/></collection></pkglist></update></updates>";

static void rpm_is(struct scene *s, const char *name, const char *version, const char *arch,
	const char *module, const char *expected)
{
	char got[256] = "";
	struct sw_package p = pkg(SW_PKG_RPM, "redhat", name, version);
	more[0][0] = "redhat/osv.json";
	more[0][1] = streams;
	more[1][0] = "redhat/updateinfo.xml";
	more[1][1] = updates;
	scene_init(s, "rhel", "9.4");
	p.arch = sw_str_from(arch);
	p.module = sw_str_from(module);
	add(s, p);
	scene_run(s);
	for (uint32_t i = 0; i < s->r.n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%.*s ",
			SW_STR_ARG(s->r.v[i].id));
	scene_release(s);
	assert_string_equal(got, expected);
}

static void minor_releases_keep_apart(void **state)
{
	(void)state;
	struct scene s;
	/* Older than the fix of 9.4, and fixed in 9.2; the second fix of CVE-2031-3 is missing. */
	rpm_is(&s, "k", "5.14-284.35.el9_2", "x86_64", "", "CVE-2031-2 CVE-2031-3 ");
	rpm_is(&s, "k", "5.14-284.41.el9_2", "x86_64", "", "CVE-2031-2 ");
	rpm_is(&s, "k", "5.14-284.11.el9_2", "x86_64", "", "CVE-2031-1 CVE-2031-2 CVE-2031-3 ");
	rpm_is(&s, "k", "5.14-427.1.el9_4", "x86_64", "", "CVE-2031-2 ");
	rpm_is(&s, "k", "5.14-362.8.el9_3", "x86_64", "", "CVE-2031-1 CVE-2031-2 ");
}

static void machines_keep_apart(void **state)
{
	(void)state;
	struct scene s;
	rpm_is(&s, "sys", "1-2.el9", "x86_64", "", "");
	rpm_is(&s, "sys", "1-2.el9", "aarch64", "", "CVE-2031-7 ");
	rpm_is(&s, "sys", "1-2.el9", "", "", "CVE-2031-7 "); /* not told: could be any */
	rpm_is(&s, "sys", "1-1.el9", "x86_64", "", "CVE-2031-7 ");
}

static void subscribers_are_told_too(void **state)
{
	(void)state;
	struct scene s;
	more[0][0] = "ubuntu/1.json";
	more[0][1] =
		"[{\"id\":\"UBUNTU-CVE-2031-1\",\"affected\":[{\"package\":{\"ecosystem\":\"Ubuntu:"
		"16.04:LTS\","
		"\"name\":\"a\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":"
		"\"0\"},{"
		"\"fixed\":\"1-2\"}]}]},{\"package\":{\"ecosystem\":\"Ubuntu:Pro:16.04:LTS\","
		"\"name\":\"a\"},"
		"\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":"
		"\"1-2+esm1\"}"
		"]}]}]},{\"id\":\"UBUNTU-CVE-2031-2\",\"affected\":[{\"package\":{\"ecosystem\":"
		"\"Ubuntu:Pro:16.04:LTS\",\"name\":\"a\"},\"ranges\":[{\"type\":\"ECOSYSTEM\","
		"\"events\":[{"
		"\"introduced\":\"0\"},{\"fixed\":\"1-1+esm1\"}]}]}]}]";
	scene_init(&s, "ubuntu", "16.04");
	add(&s, pkg(SW_PKG_DEB, "ubuntu", "a", "1-1"));
	scene_run(&s);
	assert_int_equal(s.r.n, 2);
	assert_str(s.r.v[0].id, "CVE-2031-1");
	assert_str(s.r.v[0].fixed, "1-2+esm1"); /* one flaw of two sections is one match */
	assert_str(s.r.v[1].id, "CVE-2031-2");
	assert_str(s.r.v[1].fixed, "1-1+esm1");
	scene_release(&s);
}

#define RPM_VEX(id, cpe, release, fixed)                                                           \
	"{\"document\":{\"category\":\"csaf_vex\",\"tracking\":{\"id\":\"" id "\"}},"              \
	"\"product_tree\":{\"branches\":[{\"product\":{\"product_id\":\"P\","                        \
	"\"product_identification_helper\":{\"cpe\":\"" cpe "\"}}},{\"product\":{\"product_id\":\"a-0:"  \
	fixed ".x86_64\",\"product_identification_helper\":{\"purl\":\"pkg:rpm/redhat/a@" fixed          \
	"?arch=x86_64\"}}}],\"relationships\":[{\"category\":\"default_component_of\","               \
	"\"full_product_name\":{\"product_id\":\"P:a\"},\"product_reference\":\"a-0:" fixed           \
	".x86_64\",\"relates_to_product_reference\":\"P\"}]},\"vulnerabilities\":[{\"cve\":\"" id        \
	"\",\"product_status\":{\"fixed\":[\"P:a\"]}}]}"

/* An extended release speaks for its images; what it does not mention the release says. */
static void extended_releases(void **state)
{
	(void)state;
	static const struct {
		const char *streams, *version;
		unsigned matches;
		const char *fixed; /* of CVE-2033-1 */
	} cases[] = {
		{"", "1-1.el8_6", 2, "1-5.el8_9"},
		{"eus", "1-1.el8_6", 2, "1-2.el8_6"},
		{"eus", "1-2.el8_6", 1, NULL},
		{"aus", "1-1.el8_6", 2, "1-5.el8_9"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct scene s;
		more[0][0] = "rh/1.json";
		more[0][1] = "[" RPM_VEX("CVE-2033-1", "cpe:/o:redhat:enterprise_linux:8::baseos", "8", "1-5.el8_9") ","
				 RPM_VEX("CVE-2033-2", "cpe:/o:redhat:enterprise_linux:8::baseos", "8", "1-6.el8_9") "]";
		more[1][0] = "rh/2.json";
		more[1][1] = RPM_VEX("CVE-2033-1", "cpe:/o:redhat:rhel_eus:8.6::baseos", "8.6", "1-2.el8_6");
		scene_init(&s, "rhel", "8.6");
		s.bom.distribution.streams = sw_str_from(cases[i].streams);
		struct sw_package p = pkg(SW_PKG_RPM, "rhel", "a", cases[i].version);
		p.arch = SW_STR("x86_64");
		add(&s, p);
		scene_run(&s);
		assert_int_equal(s.r.n, cases[i].matches);
		if (cases[i].fixed) {
			assert_str(s.r.v[0].id, "CVE-2033-1");
			assert_str(s.r.v[0].fixed, cases[i].fixed);
		} else {
			assert_str(s.r.v[0].id, "CVE-2033-2");
		}
		/* Of an extended release without advisories that is told. */
		assert_int_equal(gaps_of(&s, SW_GAP_DISTRIBUTION), strcmp(cases[i].streams, "aus") == 0);
		scene_release(&s);
	}
}

static void alpine_by_its_repositories(void **state)
{
	(void)state;
	struct scene s;
	more[0][0] = "alpine/edge.json";
	more[0][1] = "{\"distroversion\":\"edge\",\"reponame\":\"main\",\"packages\":[{\"pkg\":{\"name\":"
		     "\"a\",\"secfixes\":{\"2-r0\":[\"CVE-2034-1\"]}}}]}";
	more[1][0] = "alpine/3.18.json";
	more[1][1] = "{\"distroversion\":\"v3.18\",\"reponame\":\"main\",\"packages\":[{\"pkg\":{\"name\":"
		     "\"a\",\"secfixes\":{\"1-r5\":[\"CVE-2034-2\"]}}}]}";
	scene_init(&s, "alpine", "3.18.4");
	s.bom.distribution.streams = SW_STR("edge");
	add(&s, pkg(SW_PKG_APK, "alpine", "a", "1-r1"));
	scene_run(&s);
	assert_int_equal(s.r.n, 1);
	assert_str(s.r.v[0].id, "CVE-2034-1");
	scene_release(&s);
}

/* Components of a cluster, as its bill names them: with or without where they are from. */
static void components_of_kubernetes(void **state)
{
	(void)state;
	static const struct {
		const char *ns, *name, *version;
		uint32_t n;
	} cases[] = {{"", "kubelet", "v1.24.0", 1}, {"k8s.io", "kubelet", "1.24.0", 1},
		{"", "k8s.io/kubelet", "v1.24.0", 1}, {"", "kubelet", "v1.24.9", 0},
		{"", "apiserver", "v1.24.0", 0}, {"example.org", "kubelet", "v1.24.0", 0}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct scene s;
		more[0][0] = "k8s/1.json";
		more[0][1] = "{\"id\":\"CVE-2035-1\",\"modified\":\"2024-06-01T00:00:00Z\","
			     "\"affected\":[{\"package\":{\"ecosystem\":\"kubernetes\",\"name\":"
			     "\"k8s.io/kubelet\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":["
			     "{\"introduced\":\"1.24.0\"},{\"fixed\":\"1.24.9\"}]}]}]}";
		scene_init(&s, "", "");
		add(&s, pkg(SW_PKG_K8S, cases[i].ns, cases[i].name, cases[i].version));
		scene_run(&s);
		if (s.r.n != cases[i].n)
			fail_msg("%s/%s@%s: %u", cases[i].ns, cases[i].name, cases[i].version, s.r.n);
		scene_release(&s);
	}
}

/* What feeds get wrong: said once, and the rest of the record counts. */
/* Which flaw a package of npm has by a feed of OSV alone; NULL: none. */
static void npm_is(struct world *w, const char *name, const char *version, const char *flaw)
{
	struct sw_match_options opt = {.now = NOW};
	struct sw_error err = {0};
	sw_autobom bom;
	sw_automatches r;
	struct sw_package p = pkg(SW_PKG_NPM, "", name, version);
	sw_bom_init(&bom, 0);
	sw_match_report_init(&r);
	assert_int_equal(sw_bom_add(&bom, &p), 0);
	sw_bom_finish(&bom);
	assert_int_equal(sw_match_bom(w->db, &bom, &opt, &r, &err), 0);
	if (r.n != (flaw != NULL))
		fail_msg("%s@%s: %u matches", name, version, r.n);
	if (r.n)
		assert_str(r.v[0].id, flaw);
}

#define EVENTS(id, name, events)                                                                   \
	"{\"id\":\"CVE-2035-" id "\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"" name    \
	"\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[" events "]}]}]}"
#define E(kind, version) "{\"" kind "\":\"" version "\"}"

static void ranges_that_are_wrong(void **state)
{
	(void)state;
	static const char feed[] = "[" EVENTS("1", "empty", E("introduced", "1.0.0") "," E("fixed", "1.0.0")) ","
		EVENTS("2", "again", E("introduced", "0") "," E("fixed", "1.0.0") "," E("introduced", "1.0.0") "," E("fixed", "2.0.0")) ","
		EVENTS("3", "upside-down", E("fixed", "3.0.0") "," E("introduced", "2.0.0") "," E("fixed", "1.5.0") "," E("introduced", "1.0.0")) ","
		EVENTS("4", "no-start", E("fixed", "1.0.0")) ","
		EVENTS("5", "no-version", E("introduced", "0") "," E("fixed", "tomorrow")) ","
		EVENTS("6", "last", E("introduced", "1.0.0") "," E("last_affected", "1.0.0")) ","
		"{\"id\":\"CVE-2035-7\",\"withdrawn\":\"2026-01-01T00:00:00Z\",\"affected\":[{\"package\":{"
		"\"ecosystem\":\"npm\",\"name\":\"empty\"}}]},{\"id\":7,\"affected\":[]},"
		EVENTS("8", "ring", E("introduced", "0")) ",{\"id\":\"GHSA-aaaa-aaaa-aaaa\",\"aliases\":[\"CVE-2035-8\","
		"\"GHSA-aaaa-aaaa-aaaa\"],\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"ring\"},"
		"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[" E("introduced", "0") "]}]}]},"
		EVENTS("9", "not-an-event", "7,[],{\"introduced\":5},{}") "]";
	static const struct {
		const char *name, *version, *flaw;
	} cases[] = {{"empty", "1.0.0", NULL}, {"empty", "1.0.1", NULL}, {"again", "1.5.0", "CVE-2035-2"},
		{"again", "2.0.0", NULL}, {"upside-down", "1.2.0", "CVE-2035-3"},
		{"upside-down", "1.7.0", NULL}, {"upside-down", "2.5.0", "CVE-2035-3"},
		{"no-start", "0.1.0", "CVE-2035-4"}, {"no-start", "1.0.0", NULL},
		{"no-version", "9.0.0", "CVE-2035-5"}, {"last", "1.0.0", "CVE-2035-6"},
		{"last", "1.0.1", NULL}, {"ring", "1.0.0", "CVE-2035-8"}, {"not-an-event", "1.0.0", NULL}};
	struct world w;
	world_init(&w);
	world_feed(&w, "osv/all.json", feed);
	assert_int_equal(w.n_problems, 3);
	assert_non_null(strstr(w.problems, "CVE-2035-4: a range without a beginning"));
	assert_non_null(strstr(w.problems, "CVE-2035-5: 'tomorrow' is no version"));
	assert_non_null(strstr(w.problems, "without an id"));
	world_build(&w);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		npm_is(&w, cases[i].name, cases[i].version, cases[i].flaw);
	world_release(&w);
}

/* Limits, and what is known last, end what a range says; versions that are listed beside ranges are affected as well. */
static void limits_and_lists(void **state)
{
	(void)state;
#define LISTED(id, name, ranges, versions)                                                         \
	"{\"id\":\"CVE-2036-" id "\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"" name    \
	"\"},\"ranges\":[" ranges "],\"versions\":[" versions "]}]}"
#define KNOWN(id, name, events, range)                                                             \
	"{\"id\":\"CVE-2036-" id "\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"" name    \
	"\"},\"ranges\":[" RANGE("SEMVER", events) "],\"database_specific\":{"                          \
	"\"last_known_affected_version_range\":\"" range "\"}}]}"
#define RANGE(type, events) "{\"type\":\"" type "\",\"events\":[" events "]}"
	static const char feed[] = "[" EVENTS("1", "cut", E("introduced", "0") "," E("limit", "2.0.0")) ","
		EVENTS("2", "behind", E("introduced", "1.0.0") "," E("fixed", "3.0.0") "," E("limit", "2.0.0")) ","
		EVENTS("3", "wide", E("introduced", "1.0.0") "," E("fixed", "2.0.0") "," E("limit", "3.0.0")) ","
		EVENTS("4", "two", E("introduced", "1.0.0") "," E("limit", "2.0.0") "," E("limit", "3.0.0")) ","
		EVENTS("5", "open", E("introduced", "1.0.0") "," E("limit", "*") "," E("limit", "2.0.0")) ","
		EVENTS("6", "last", E("introduced", "1.0.0") "," E("last_affected", "2.0.0") "," E("limit", "2.0.0")) ","
		EVENTS("7", "never", E("introduced", "2.0.0") "," E("limit", "1.0.0")) ","
		LISTED("8", "beside", RANGE("SEMVER", E("introduced", "0") "," E("fixed", "1.0.0")), "\"0.5.0\",\"1.0.0\",\"2.0.0\"") ","
		LISTED("9", "only", "", "\"1.0.0\",\"nightly\"") ","
		LISTED("10", "git", RANGE("GIT", E("introduced", "0") "," E("fixed", "cafe")), "\"1.0.0\"") ","
		LISTED("11", "no-events", RANGE("SEMVER", ""), "\"1.0.0\"") ","
		KNOWN("12", "known", E("introduced", "1.0.0"), "<= 1.5.0") ","
		KNOWN("13", "below", E("introduced", "0"), "< 1.5.0") ","
		KNOWN("14", "ended", E("introduced", "0") "," E("fixed", "2.0.0"), "<= 1.5.0") ","
		KNOWN("15", "unread", E("introduced", "0"), "soon") "]";
	static const struct {
		const char *name, *version, *flaw;
	} cases[] = {{"cut", "1.9.0", "CVE-2035-1"}, {"cut", "2.0.0", NULL},
		{"behind", "1.5.0", "CVE-2035-2"}, {"behind", "2.5.0", NULL},
		{"wide", "1.5.0", "CVE-2035-3"}, {"wide", "2.5.0", NULL},
		{"two", "2.5.0", "CVE-2035-4"}, {"two", "3.0.0", NULL},
		{"open", "5.0.0", "CVE-2035-5"}, {"last", "1.9.0", "CVE-2035-6"},
		{"last", "2.0.0", NULL}, {"never", "2.0.0", NULL},
		{"beside", "0.6.0", "CVE-2036-8"}, {"beside", "2.0.0", "CVE-2036-8"},
		{"beside", "1.0.0", NULL}, {"beside", "2.0.1", NULL}, {"only", "1.0.0", "CVE-2036-9"},
		{"only", "1.0.1", NULL}, {"git", "1.0.0", "CVE-2036-10"}, {"git", "0.9.0", NULL},
		{"no-events", "1.0.0", "CVE-2036-11"}, {"known", "1.5.0", "CVE-2036-12"},
		{"known", "1.5.1", NULL}, {"known", "0.9.0", NULL}, {"below", "1.4.9", "CVE-2036-13"},
		{"below", "1.5.0", NULL}, {"ended", "1.9.0", "CVE-2036-14"},
		{"unread", "9.0.0", "CVE-2036-15"}};
	struct world w;
	world_init(&w);
	world_feed(&w, "osv/all.json", feed);
	assert_int_equal(w.n_problems, 0);
	world_build(&w);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		npm_is(&w, cases[i].name, cases[i].version, cases[i].flaw);
	world_release(&w);
}

/* Binary and source packages, streams of modules and service packs, by what publishers write in OSV. */
static void packages_of_rpm_in_osv(void **state)
{
	(void)state;
#define RECORD(id, title, eco, name, more, fixed)                                                  \
	"{\"id\":\"" id "\",\"summary\":\"" title "\",\"affected\":[{\"package\":{\"ecosystem\":\"" eco    \
	"\",\"name\":\"" name "\"" more "},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{"              \
	"\"introduced\":\"0\"},{\"fixed\":\"" fixed "\"}]}]}]}"
	static const char feed[] = "["
		RECORD("CVE-2037-1", "", "Rocky Linux:9", "openssl", "", "1:3.0.7-27.el9") ","
		RECORD("CVE-2037-2", "", "SUSE:Linux Enterprise Module for Basesystem 15 SP5", "openssl", "", "3-5") ","
		RECORD("CVE-2037-3", "", "AlmaLinux:9", "openssl", "", "1:3.0.7-27.el9") ","
		RECORD("CVE-2037-4", "Important: nodejs:18 security update", "AlmaLinux:9", "nodejs", "",
			"1:18.20-1.module_el9") ","
		RECORD("CVE-2037-5", "Low: virt:rhel and virt-devel:rhel security, bug fix", "AlmaLinux:9", "libvirt", "",
			"8-5.module_el9") ","
		RECORD("CVE-2037-6", "", "Mageia:9", "gtk+3.0", "", "gtk+3.0-3.24.8-1.1.mga9") ","
		RECORD("CVE-2037-7", "", "openEuler:22.03-LTS-SP1", "curl", "", "7.79-20.oe2203sp1") ","
		RECORD("CVE-2037-8", "", "AlmaLinux:9", "zlib", ",\"purl\":\"pkg:rpm/almalinux/zlib?arch=src\"", "2-1") ","
		RECORD("CVE-2037-10", "", "Rocky Linux", "tar", "", "2-1") ","
		RECORD("CVE-2037-9", "", "Red Hat:openshift:4.12::el8", "podman", "", "9-1") "]";
	static const struct {
		const char *id, *release, *name, *source, *version, *module;
		bool affected;
	} cases[] = {{"rocky", "9.4", "openssl-libs", "openssl", "1:3.0.7-20.el9", "", true},
		{"rocky", "9.4", "openssl-libs", "openssl", "1:3.0.7-27.el9", "", false},
		{"rocky", "8.9", "openssl-libs", "openssl", "1:3.0.7-20.el9", "", false},
		{"rocky", "9.4", "tar", "tar", "1-1", "", true}, /* of any release */
		{"sles", "15.5", "libopenssl3", "openssl", "3-4", "", true},
		{"sles", "15.6", "libopenssl3", "openssl", "3-4", "", false},
		{"almalinux", "9.4", "openssl", "openssl", "1:3.0.7-20.el9", "", true},
		{"almalinux", "9.4", "openssl-libs", "openssl", "1:3.0.7-20.el9", "", false},
		{"almalinux", "9.4", "nodejs", "nodejs", "1:18.1-1.module_el9", "nodejs:18:9:c", true},
		{"almalinux", "9.4", "nodejs", "nodejs", "1:16.1-1.module_el9", "nodejs:16:9:c", false},
		{"almalinux", "9.4", "nodejs", "nodejs", "1:18.1-1.module_el9", "", true},
		{"almalinux", "9.4", "libvirt", "libvirt", "8-1.module_el9", "virt:rhel:9:c", true},
		{"almalinux", "9.4", "libvirt", "libvirt", "8-1.module_el9", "virt-devel:rhel:9:c", true},
		{"almalinux", "9.4", "libvirt", "libvirt", "8-1.module_el9", "virt:av:9:c", false},
		{"almalinux", "9.4", "zlib-devel", "zlib", "1-1", "", true},
		{"mageia", "9", "libgtk3", "gtk+3.0", "3.24.8-1.mga9", "", true},
		{"mageia", "9", "libgtk3", "gtk+3.0", "3.24.8-1.1.mga9", "", false},
		{"openeuler", "22.03", "libcurl", "curl", "7.79-19.oe2203sp1", "", true},
		{"openeuler", "22.03", "libcurl", "curl", "7.79-19.oe2203sp3", "", false},
		{"rhel", "4", "podman", "podman", "4-1", "", false}};
	struct world w;
	world_init(&w);
	world_feed(&w, "osv/all.json", feed);
	assert_int_equal(w.n_problems, 0);
	world_build(&w);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sw_match_options opt = {.now = NOW};
		sw_autobom bom;
		sw_automatches r;
		struct sw_package p = pkg(SW_PKG_RPM, cases[i].id, cases[i].name, cases[i].version);
		p.source = sw_str_from(cases[i].source);
		p.source_version = p.version;
		p.module = sw_str_from(cases[i].module);
		sw_bom_init(&bom, 0);
		bom.distribution.id = sw_str_from(cases[i].id);
		bom.distribution.version = sw_str_from(cases[i].release);
		sw_match_report_init(&r);
		assert_int_equal(sw_bom_add(&bom, &p), 0);
		sw_bom_finish(&bom);
		assert_int_equal(sw_match_bom(w.db, &bom, &opt, &r, NULL), 0);
		if ((r.n > 0) != cases[i].affected)
			fail_msg("%s:%s %s %s: %u matches", cases[i].id, cases[i].release,
				cases[i].name, cases[i].version, r.n);
	}
	world_release(&w);
}

/* What names of ecosystems in OSV mean. */
static void names_of_ecosystems(void **state)
{
	(void)state;
	static const char *const cases[][2] = {{"Debian:12", "debian:12"}, {"Debian", "debian"},
		{"Alpine:v3.20", "alpine:3.20"}, {"Ubuntu:22.04:LTS", "ubuntu:22.04"},
		{"Ubuntu:23.10", "ubuntu:23.10"}, {"Ubuntu:Pro:18.04:LTS", "ubuntu-pro:18.04"},
		{"Ubuntu:Pro:FIPS-updates:20.04:LTS", ""}, {"AlmaLinux:9", "almalinux:9"},
		{"Rocky Linux:8", "rocky:8"}, {"Rocky Linux:9.4", "rocky:9"},
		{"Red Hat:enterprise_linux:9::appstream", "rhel:9"},
		{"Red Hat:rhel_eus:8.6::baseos", "rhel-eus:8.6"},
		{"Red Hat:rhel_aus:8.4::baseos", "rhel-aus:8.4"},
		{"Red Hat:openshift:4.12::el8", ""}, {"Red Hat:rhel_software_collections:3::el7", ""},
		{"Red Hat:8", "rhel:8"}, {"Red Hat:rhel_els:7", "rhel:7"}, {"Red Hat:rhel_extras_other:7", "rhel:7"},
		{"Red Hat:rhel_eus_long_life:8.4::baseos", "rhel-eus:8.4"}, {"Red Hat:enterprise_linux_eus:10.0", "rhel-eus:10.0"}, {"SUSE:Linux Enterprise Server 15 SP5", "sles:15.5"},
		{"SUSE:Linux Enterprise Module for Basesystem 15 SP6", "sles:15.6"},
		{"SUSE:Linux Enterprise Server 12", "sles:12"}, {"openSUSE:Leap 15.6", "opensuse-leap:15.6"},
		{"openSUSE:Tumbleweed", "opensuse-tumbleweed"}, {"Wolfi", "wolfi"},
		{"Chainguard", "chainguard"}, {"Bitnami", "bitnami"}, {"MinimOS", "minimos"},
		{"Mageia:9", "mageia:9"}, {"Photon OS:5.0", "photon:5.0"}, {"Azure Linux:3", "azurelinux:3.0"},
		{"Azure Linux:2", "mariner:2.0"}, {"Debian:unstable", "debian:unstable"}, {"Alpine:edge", "alpine:edge"},
		{"openEuler:22.03-LTS-SP1", "openeuler:22.03"}, {"Packagist:https://x", "composer"},
		{"Maven:https://repo1.maven.org/maven2", "maven"}, {"GIT", ""}, {"", ""}, {"Debian:", "debian"}};
	sw_autoarena a;
	sw_arena_init(&a, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sw_str key = sw_ecosystem_of_osv(&a, sw_str_from(cases[i][0]));
		if (!sw_str_is(key, cases[i][1]))
			fail_msg("%s: '%.*s'", cases[i][0], SW_STR_ARG(key));
	}
	assert_str(sw_ecosystem_of_cpe(&a, SW_STR("cpe:/o:suse:sle-module-basesystem:15:sp5")), "sles:15.5");
	assert_str(sw_ecosystem_of_cpe(&a, SW_STR("cpe:/o:suse:sles:12:sp5")), "sles:12.5");
	assert_str(sw_ecosystem_of_cpe(&a, SW_STR("cpe:/o:opensuse:leap:15.5")), "opensuse-leap:15.5");
	assert_str(sw_ecosystem_of_cpe(&a, SW_STR("cpe:/o:redhat:enterprise_linux:8::baseos")), "rhel:8");
	assert_str(sw_ecosystem_of_cpe(&a, SW_STR("cpe:/a:redhat:openshift:4.12::el8")), "");
	assert_str(sw_ecosystem_of_cpe(&a, SW_STR("cpe:/o:suse:sle")), "");
	struct sw_distribution edge = {.id = SW_STR("alpine"), .version = SW_STR("3.22_alpha20250108"), .streams = SW_STR("")};
	assert_str(sw_ecosystem_of_distribution(&a, &edge), "alpine:edge");
	edge.streams = SW_STR("3.21");
	assert_str(sw_ecosystem_of_distribution(&a, &edge), "alpine:3.21");
}

/* NVD's products, Bitnami's names, and what neither names. */
static void software_without_a_package(void **state)
{
	(void)state;
	struct scene s;
	more[0][0] = "nvd/1.json";
	more[0][1] =
		"{\"vulnerabilities\":[{\"cve\":{\"id\":\"CVE-2032-1\",\"vulnStatus\":\"Analyzed\","
		"\"descriptions\":[{\"lang\":\"en\",\"value\":\"t\"}],\"metrics\":{\"cvssMetricV31\":[{"
		"\"type\":\"Primary\",\"cvssData\":{\"vectorString\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/"
		"C:H/I:H/A:H\",\"baseScore\":9.8}}]},\"configurations\":[{\"nodes\":[{\"cpeMatch\":["
		"{\"vulnerable\":true,\"criteria\":\"cpe:2.3:a:f5:nginx:*:*:*:*:*:*:*:*\","
		"\"versionStartIncluding\":\"1.20.0\",\"versionEndExcluding\":\"1.25.4\"},"
		"{\"vulnerable\":true,\"criteria\":\"cpe:2.3:a:openssl:openssl:1.1.1:w:*:*:*:*:*:*\"},"
		"{\"vulnerable\":false,\"criteria\":\"cpe:2.3:a:curl:curl:*:*:*:*:*:*:*:*\"},"
		"{\"vulnerable\":true,\"criteria\":\"cpe:2.3:a:f5:nginx:*:*:*:*:*:wordpress:*:*\"}]}]}]}},"
		"{\"cve\":{\"id\":\"CVE-2032-2\",\"configurations\":[{\"operator\":\"AND\",\"nodes\":[{"
		"\"cpeMatch\":[{\"vulnerable\":true,\"criteria\":\"cpe:2.3:a:f5:nginx:*:*:*:*:*:*:*:*\"}]},"
		"{\"cpeMatch\":[{\"vulnerable\":false,\"criteria\":\"cpe:2.3:o:microsoft:windows:-:*:*:*:*:"
		"*:*:*\"}]}]}]}},{\"cve\":{\"id\":\"CVE-2032-3\",\"vulnStatus\":\"Rejected\"}},"
		"{\"cve\":{\"id\":\"CVE-2032-4\",\"configurations\":[{\"nodes\":[{\"cpeMatch\":["
		"{\"criteria\":\"cpe:2.3:a:f5:nginx:*:*:*:*:*:*:*:*\",\"versionStartExcluding\":\"1.24.0\","
		"\"versionEndIncluding\":\"1.25.3\"}]}]}]}}]}";
	more[1][0] = "bitnami/1.json";
	more[1][1] =
		"{\"id\":\"BIT-nginx-2032-1\",\"aliases\":[\"CVE-2032-1\"],\"affected\":[{\"package\":{"
		"\"ecosystem\":\"Bitnami\",\"name\":\"nginx\"},\"ranges\":[{\"type\":\"SEMVER\","
		"\"events\":[{\"introduced\":\"1.20.0\"},{\"fixed\":\"1.25.4\"}]}]}]}";
	scene_init(&s, "debian", "12");
	struct sw_package nginx = pkg(SW_PKG_GENERIC, "", "nginx", "1.25.3");
	nginx.cpe = SW_STR("f5:nginx nginx:nginx");
	add(&s, nginx);
	struct sw_package openssl = pkg(SW_PKG_GENERIC, "", "openssl", "1.1.1-w");
	openssl.cpe = SW_STR("openssl:openssl");
	add(&s, openssl);
	struct sw_package nobody = pkg(SW_PKG_GENERIC, "", "homemade", "1.0");
	add(&s, nobody);
	scene_run(&s);
	assert_int_equal(s.r.n, 3);
	assert_str(s.r.v[0].id, "CVE-2032-1"); /* of both, once */
	assert_str(s.r.v[0].fixed, "1.25.4");
	assert_int_equal(s.r.v[0].severity, SW_SEV_CRITICAL);
	assert_str(s.bom.packages[s.r.v[1].package].name, "openssl");
	assert_str(s.r.v[2].id, "CVE-2032-4");
	assert_int_equal(gaps_of(&s, SW_GAP_ECOSYSTEM), 1); /* nobody speaks of "homemade" */
	assert_int_equal(s.r.evaluated, 2);
	scene_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(intervals_and_names),
		cmocka_unit_test(debian_by_source), cmocka_unit_test(never_a_silent_zero),
		cmocka_unit_test(no_distribution), cmocka_unit_test(no_system_package), cmocka_unit_test(owned_and_dev),
		cmocka_unit_test(findings_say_all), cmocka_unit_test(minor_releases_keep_apart),
		cmocka_unit_test(machines_keep_apart), cmocka_unit_test(subscribers_are_told_too),
		cmocka_unit_test(ranges_that_are_wrong),
		cmocka_unit_test(limits_and_lists), cmocka_unit_test(packages_of_rpm_in_osv), cmocka_unit_test(names_of_ecosystems), cmocka_unit_test(extended_releases), cmocka_unit_test(alpine_by_its_repositories), cmocka_unit_test(components_of_kubernetes),
		cmocka_unit_test(software_without_a_package)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
