/* SPDX-License-Identifier: Apache-2.0 */
/* Every format of feed, written here as its publisher writes it: one flaw, one package, one bound.
 */
#include "vuln_test.h"

#include "doc/xml.h"

struct expectation {
	const char *path, *text, *eco, *name, *introduced, *fixed, *flaw;
	const char *only; /* NULL: whatever */
	unsigned flags;	  /* 0: whatever */
};

static const char oval[] =
	"<?xml version=\"1.0\"?>\n<oval_definitions xmlns:linux-def=\"x\"><definitions><definition "
	"class=\"vulnerability\" "
	"id=\"oval:d:1\"><metadata><title>CVE-2024-1 affecting package curl &lt; "
	"8</title><affected family=\"unix\">"
	"<platform>Azure Linux</platform></affected><reference ref_id=\"CVE-2024-1\" "
	"source=\"CVE\"/><severity>High</severity>"
	"</metadata><criteria operator=\"AND\"><criterion comment=\"Package curl is earlier than "
	"8.1-1\" test_ref=\"oval:t:1\"/>"
	"</criteria></definition></definitions><tests><linux-def:rpminfo_test "
	"id=\"oval:t:1\"><linux-def:object "
	"object_ref=\"oval:o:1\"/><linux-def:state "
	"state_ref=\"oval:s:1\"/></linux-def:rpminfo_test></tests><objects>"
	"<linux-def:rpminfo_object "
	"id=\"oval:o:1\"><linux-def:name>curl</linux-def:name></linux-def:rpminfo_object></objects>"
	"<states><linux-def:rpminfo_state id=\"oval:s:1\"><linux-def:evr datatype=\"evr_string\" "
	"operation=\"less than\">"
	"0:8.1-1.azl3</linux-def:evr></linux-def:rpminfo_state></states></oval_definitions>";

static const char oval_ubuntu[] =
	"<oval_definitions><definitions><definition class=\"vulnerability\" "
	"id=\"oval:d:2\"><metadata><title>CVE-2024-2 on Ubuntu "
	"22.04 LTS (jammy) - medium</title><affected family=\"unix\"><platform>Ubuntu 22.04 "
	"LTS</platform></affected><reference "
	"source=\"CVE\" ref_id=\"CVE-2024-2\"/></metadata><criteria><criterion test_ref=\"t1\" "
	"comment=\"x package in jammy, is "
	"related to the CVE in some way and has been fixed (note: "
	"'1.2-3ubuntu1').\"/></criteria></definition></definitions>"
	"<tests><dpkginfo_test id=\"t1\"><object object_ref=\"o1\"/><state "
	"state_ref=\"s1\"/></dpkginfo_test></tests><objects>"
	"<dpkginfo_object id=\"o1\"><name var_ref=\"v1\" var_check=\"at least "
	"one\"/></dpkginfo_object></objects><states>"
	"<dpkginfo_state id=\"s1\"><evr operation=\"less "
	"than\">0:1.2-3ubuntu1</evr></dpkginfo_state></states><variables>"
	"<constant_variable "
	"id=\"v1\"><value>libx1</value><value>x-tools</value></constant_variable></variables></"
	"oval_definitions>";

static const char csaf[] = "{\"document\":{\"category\":\"csaf_vex\",\"aggregate_severity\":{"
			   "\"text\":\"Important\"},\"tracking\":"
			   "{\"current_release_date\":\"2026-01-02T00:00:00Z\"}},\"product_tree\":{"
			   "\"branches\":[{\"branches\":[{\"product\":{"
			   "\"product_id\":\"BaseOS-9\",\"product_identification_helper\":{\"cpe\":"
			   "\"cpe:/o:redhat:enterprise_linux:9::baseos\"}}},"
			   "{\"product\":{\"product_id\":\"bash-0:5.1-9.el9.x86_64\",\"product_"
			   "identification_helper\":{\"purl\":"
			   "\"pkg:rpm/redhat/"
			   "bash@5.1-9.el9?arch=x86_64\"}}}]}],\"relationships\":[{\"full_product_"
			   "name\":{\"product_id\":"
			   "\"BaseOS-9:bash-0:5.1-9.el9.x86_64\"},\"product_reference\":\"bash-0:5."
			   "1-9.el9.x86_64\",\"relates_to_product_reference\":"
			   "\"BaseOS-9\"}]},\"vulnerabilities\":[{\"cve\":\"CVE-2024-3\",\"title\":"
			   "\"bash\",\"product_status\":{\"fixed\":"
			   "[\"BaseOS-9:bash-0:5.1-9.el9.x86_64\"]}}]}";

/* Shapes of Red Hat's OVAL: releases behind the package, modules, what has no fix, what is not
 * affected. */
#define OVAL_(definitions, tests)                                                                  \
	"<oval_definitions><definitions>" definitions "</definitions><tests>" tests                \
	"</tests><objects><rpminfo_object id=\"o1\"><name>node</name></rpminfo_object></objects>"  \
	"<states><rpminfo_state id=\"s1\"><arch operation=\"pattern match\">aarch64|x86_64</arch>" \
	"<evr operation=\"less than\">1:18.1-2.module+el8</evr></rpminfo_state></states>"          \
	"</oval_definitions>"
#define FIXED_                                                                                     \
	"<rpminfo_test id=\"t1\"><object object_ref=\"o1\"/><state "                               \
	"state_ref=\"s1\"/></rpminfo_test>"
#define LEFT_ "<rpminfo_test id=\"t1\"><object object_ref=\"o1\"/></rpminfo_test>"
#define HEAD_(class, id, more)                                                                     \
	"<definition class=\"" class "\" id=\"" id "\"><metadata><title>x</title>"                 \
				     "<reference source=\"CVE\" "                                  \
				     "ref_id=\"CVE-2024-5\"/><advisory>" more                      \
				     "</advisory></metadata><criteria operator=\"OR\"><criterion " \
				     "comment=\"Red Hat Enterprise Linux must be installed\" "     \
				     "test_ref=\"t9\"/>"                                           \
				     "<criteria operator=\"AND\">"
#define TAIL_ "</criteria></criteria></definition>"

static const char oval_module[] =
	OVAL_(HEAD_("patch", "oval:com.redhat.rhsa:def:1",
		      "") "<criteria operator=\"OR\"><criteria operator=\"AND\"><criterion "
			  "comment=\"node is earlier "
			  "than 1:18.1-2\" test_ref=\"t1\"/><criterion comment=\"Module nodejs:18 "
			  "is enabled\" "
			  "test_ref=\"t8\"/></criteria></criteria><criteria "
			  "operator=\"OR\"><criterion comment=\"Red "
			  "Hat Enterprise Linux 8 is installed\" test_ref=\"t7\"/><criterion "
			  "comment=\"Red Hat CoreOS 4 "
			  "is installed\" test_ref=\"t6\"/></criteria>" TAIL_,
		FIXED_);

static const char oval_unpatched[] = OVAL_(
	HEAD_("vulnerability", "oval:com.redhat.cve:def:1",
		"<affected><resolution state=\"Will not fix\"><component>other</component>"
		"</resolution><resolution state=\"Under investigation\"><component>node</component>"
		"</resolution></affected>") "<criterion comment=\"Red Hat Enterprise Linux 8 is "
					    "installed\" test_ref=\"t7\"/><criterion "
					    "comment=\"node is installed\" test_ref=\"t1\"/>" TAIL_
						    HEAD_("vulnerability",
							    "oval:com.redhat.unaffected:def:2",
							    "") "<criterion comment=\"Red Hat "
								"Enterprise Linux 9 is installed\" "
								"test_ref=\"t7\"/><criterion "
								"comment=\"node is installed\" "
								"test_ref=\"t1\"/>" TAIL_,
	LEFT_);

/* SUSE's: one list of packages for several releases. Oracle's: an architecture each. */
static const char oval_suse[] = OVAL_(
	"<definition class=\"vulnerability\" "
	"id=\"oval:org.opensuse.security:def:1\"><metadata><title>"
	"CVE-2024-5</title><reference source=\"CVE\" ref_id=\"CVE-2024-5\"/></metadata><criteria "
	"operator=\"AND\"><criteria operator=\"OR\"><criterion comment=\"SUSE Linux Enterprise "
	"Server 15 "
	"SP2 is installed\" test_ref=\"t7\"/><criterion comment=\"SUSE Linux Enterprise Server 15 "
	"SP3 is "
	"installed\" test_ref=\"t6\"/></criteria><criteria operator=\"OR\"><criterion "
	"comment=\"node-18.1-2 is installed\" test_ref=\"t1\"/></criteria></criteria></definition>",
	FIXED_);

static const char oval_oracle[] =
	OVAL_(HEAD_("patch", "oval:com.oracle.elsa:def:1",
		      "") "<criterion comment=\"Oracle Linux 8 is installed\" "
			  "test_ref=\"t7\"/><criteria operator=\"OR\">"
			  "<criteria operator=\"AND\"><criterion comment=\"Oracle Linux arch is "
			  "x86_64\" test_ref=\"t6\"/>"
			  "<criterion comment=\"node is earlier than 1:18.1-2\" "
			  "test_ref=\"t1\"/></criteria></criteria>" TAIL_,
		FIXED_);

#define PRODUCT_(id, purl)                                                                         \
	"{\"product\":{\"product_id\":\"" id                                                       \
	"\",\"product_identification_helper\":{\"purl\":\"" purl "\"}}}"
#define RELATION_(id, of, on)                                                                      \
	"{\"full_product_name\":{\"product_id\":\"" id "\"},\"product_reference\":\"" of           \
	"\",\"relates_to_product_reference\":\"" on "\"}"
#define VEX_(products, relations, flaw)                                                            \
	"{\"document\":{\"category\":\"csaf_vex\",\"tracking\":{}},\"product_tree\":{"             \
	"\"branches\":["                                                                           \
	"{\"product\":{\"product_id\":\"R8\",\"product_identification_helper\":{\"cpe\":"          \
	"\"cpe:/a:redhat:enterprise_linux:8::appstream\"}}}," products                             \
	"],\"relationships\":[" relations "]},\"vulnerabilities\":[{\"cve\":\"CVE-2024-5\"," flaw  \
	"}]}"

/* A module's package by its purl, the same for two machines; a rebuild for one machine only. */
static const char csaf_module[] =
	VEX_(PRODUCT_("node.x86", "pkg:rpm/redhat/"
				  "node@18.1-2.module%2Bel8?arch=x86_64&epoch=1&rpmmod=nodejs:18:"
				  "80:ab") "," PRODUCT_(
		     "node.arm", "pkg:rpm/redhat/"
				 "node@18.1-2.module%2Bel8?arch=aarch64&epoch=1&rpmmod=nodejs:18:"
				 "80:ab") "," PRODUCT_("node.src",
		     "pkg:rpm/redhat/"
		     "node@18.1-2.module%2Bel8?arch=src&epoch=1&rpmmod=nodejs:18:80:ab"),
		RELATION_("R8:node.x86", "node.x86", "R8") "," RELATION_("R8:node.arm", "node.arm",
			"R8") "," RELATION_("R8:node.src", "node.src", "R8"),
		"\"product_status\":{\"fixed\":[\"R8:node.x86\",\"R8:node.arm\",\"R8:node.src\"]}");

static const char csaf_arch[] = VEX_(
	PRODUCT_("sys.x86", "pkg:rpm/redhat/sys@1-2.el8?arch=x86_64") "," PRODUCT_(
		"sys.arm", "pkg:rpm/redhat/sys@1-3.el8?arch=aarch64"),
	RELATION_("R8:sys.x86", "sys.x86", "R8") "," RELATION_("R8:sys.arm", "sys.arm", "R8"),
	"\"product_status\":{\"fixed\":[\"R8:sys.x86\",\"R8:sys.arm\"]}");

static const char csaf_left[] = VEX_(
	PRODUCT_("go-toolset:rhel8/go-toolset",
		"pkg:rpm/redhat/go-toolset@rhel8?arch=src&rpmmod=go-toolset:rhel8"),
	RELATION_("R8:go", "go-toolset:rhel8/go-toolset", "R8"),
	"\"product_status\":{\"known_affected\":[\"R8:go\"]},\"remediations\":[{\"category\":"
	"\"no_fix_planned\",\"details\":\"Will not fix\",\"product_ids\":[\"R8:go\"]}]");

/* Modules as products of their own. */
static const char csaf_rpmmod[] =
	VEX_(PRODUCT_("mod", "pkg:rpmmod/redhat/nodejs@18:80:ab") "," PRODUCT_(
		     "node-1:18.1-2.module+el8.x86_64",
		     "pkg:rpm/redhat/node@18.1-2.module%2Bel8?arch=x86_64&epoch=1"),
		RELATION_("R8:mod", "mod", "R8") "," RELATION_(
			"R8:mod:node", "node-1:18.1-2.module+el8.x86_64", "R8:mod"),
		"\"product_status\":{\"fixed\":[\"R8:mod:node\"]}");

static const char updates[] =
	"<?xml version=\"1.0\"?>\n<updates><update from=\"x\" type=\"security\" "
	"status=\"final\"><id>ALAS2-1"
	"</id><title>t</title><issued date=\"2024-01-02 "
	"10:00\"/><severity>important</severity><references>"
	"<reference href=\"x\" id=\"CVE-2024-5\" type=\"cve\"/></references><pkglist><collection "
	"short=\"amazon-linux-2\"><name>Amazon Linux 2</name>"
	"<package arch=\"x86_64\" epoch=\"1\" name=\"vim\" release=\"2.amzn2\" "
	"version=\"9.0\"><filename>f"
	"</filename></package><package arch=\"aarch64\" epoch=\"1\" name=\"vim\" "
	"release=\"2.amzn2\" "
	"version=\"9.0\"/><package arch=\"src\" epoch=\"1\" name=\"vim\" release=\"9.amzn2\" "
	"version=\"9.0\"/></collection></pkglist></update><update "
	"type=\"bugfix\"><id>B-1</id><pkglist>"
	"<collection short=\"amazon-linux-2\"><package arch=\"noarch\" epoch=\"0\" name=\"other\" "
	"release=\"1\" version=\"1\"/></collection></pkglist></update></updates>";

static const struct expectation cases[] = {
	{"a/m.xml", oval_module, "rhel:8", "node", "", "1:18.1-2.module+el8", "CVE-2024-5",
		"nodejs:18"},
	{"a/l.xml", oval_unpatched, "rhel:8", "node", "", "", "CVE-2024-5", "",
		SW_AFF_UNSURE | SW_AFF_BINARY},
	{"a/s.xml", oval_suse, "sles:15.2", "node", "", "1:18.1-2.module+el8", "CVE-2024-5"},
	{"a/s.xml", oval_suse, "sles:15.3", "node", "", "1:18.1-2.module+el8", "CVE-2024-5"},
	{"a/o.xml", oval_oracle, "ol:8", "node", "", "1:18.1-2.module+el8", "CVE-2024-5",
		"/x86_64"},
	{"a/vm.json", csaf_module, "rhel:8", "node", "", "1:18.1-2.module+el8", "CVE-2024-5",
		"nodejs:18"},
	{"a/va.json", csaf_arch, "rhel:8", "sys", "", "1-2.el8", "CVE-2024-5", "/x86_64"},
	{"a/vl.json", csaf_left, "rhel:8", "go-toolset", "", "", "CVE-2024-5", "go-toolset:rhel8",
		SW_AFF_WONT_FIX | SW_AFF_SOURCE},
	{"a/vr.json", csaf_rpmmod, "rhel:8", "node", "", "1:18.1-2.module+el8", "CVE-2024-5",
		"nodejs:18/x86_64"},
	{"a/updateinfo.xml", updates, "amzn:2", "vim", "", "1:9.0-2.amzn2", "CVE-2024-5", ""},
	{"a/uv.json",
		"{\"@context\":\"https://openvex.dev/ns/"
		"v0.2.0\",\"statements\":[{\"vulnerability\":{\"name\":"
		"\"CVE-2024-5\"},\"products\":[{\"@id\":\"pkg:deb/ubuntu/netty@1.0?arch=source&"
		"distro=esm-apps/xenial\"}],\"status\":\"affected\"}]}",
		"ubuntu-pro:16.04", "netty", "", "", "CVE-2024-5"},
	{"a/ub.json",
		"{\"id\":\"USN-1-1\",\"upstream\":[\"UBUNTU-CVE-2024-5\"],\"affected\":[{"
		"\"package\":{"
		"\"ecosystem\":\"Ubuntu:22.04:LTS\",\"name\":\"w\"},\"ranges\":[{\"type\":"
		"\"ECOSYSTEM\","
		"\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"2\"}]}]}]}",
		"ubuntu:22.04", "w", "", "2", "CVE-2024-5"},
	{"a/x.json",
		"{\"id\":\"GO-1\",\"aliases\":[\"CVE-2024-1\"],\"affected\":[{\"package\":{"
		"\"ecosystem\":\"Go\",\"name\":\"m/n\"},"
		"\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"1.0.0\"},{"
		"\"fixed\":\"1.1.0\"}]}]}]}",
		"golang", "m/n", "1.0.0", "1.1.0", "CVE-2024-1"},
	{"a/x.yaml",
		"id: PYSEC-1\naliases:\n- CVE-2024-1\naffected:\n- package:\n    name: Foo_Bar\n   "
		" ecosystem: PyPI\n  ranges:\n"
		"  - type: ECOSYSTEM\n    events:\n    - introduced: \"0\"\n    - fixed: 1.0\n",
		"pypi", "foo-bar", "", "",
		"CVE-2024-1"}, /* fixed: a number that lost its zero is no text */
	{"a/x.md",
		"```toml\n[advisory]\nid = \"RUSTSEC-2024-0001\"\npackage = \"foo\"\ndate = "
		"\"2024-01-02\"\naliases = [\"CVE-2024-1\"]\n\n"
		"[versions]\npatched = [\">= 1.2.3\"]\nunaffected = [\"< 1.0.0\"]\n```\n\n# Foo is "
		"bad\n",
		"cargo", "foo", ">= 1.2.3 || < 1.0.0", "1.2.3", "CVE-2024-1"},
	{"a/h.md",
		"```toml\n[advisory]\nid = \"HSEC-1\"\naliases = "
		"[\"CVE-2024-1\"]\n[[affected]]\npackage = \"foo\"\n[[affected.versions]]\n"
		"introduced = \"1.0\"\nfixed = \"1.1\"\n```\n# T\n",
		"hackage", "foo", "1.0", "1.1", "CVE-2024-1"},
	{"a/j.md",
		"```toml\nschema_version = \"1.8.0\"\nid = \"JLSEC-1\"\nupstream = "
		"[\"CVE-2024-1\"]\n[[affected]]\npkg = \"Foo_jll\"\n"
		"ranges = [\"< 5.9.2+0\"]\n```\n# T\n",
		"julia", "Foo_jll", "", "5.9.2+0", "CVE-2024-1"},
	{"a/o.md",
		"```\nid: OSEC-2024-01\naliases: [ CVE-2024-1 ]\naffected: \"ocaml\" {>= \"4.0\" & "
		"< \"4.03.0\"}\n```\n\n# T\n",
		"opam", "ocaml", "4.0", "4.03.0", "CVE-2024-1"},
	{"a/gem.yml",
		"---\ngem: rails\ncve: 2024-1\nghsa: aaaa-bbbb-cccc\ntitle: T\ndate: "
		"2024-01-02\npatched_versions:\n- \"~> 6.1.7\"\n- \">= 7.0.1\"\n",
		"gem", "rails", "~> 6.1.7 || >= 7.0.1", "6.1.7 7.0.1", "CVE-2024-1"},
	{"a/php.yaml",
		"title: T\ncve: CVE-2024-1\nbranches:\n    2.0.x:\n        time: 2024-01-02 "
		"10:00:00\n        versions: ['>=2.0.0', '<2.0.19']\n"
		"reference: composer://Symfony/Http\n",
		"composer", "symfony/http", "2.0.0", "2.0.19", "CVE-2024-1"},
	{"a/e.yml",
		"id: GHSA-1\npackage: plug\ntitle: T\nvulnerable_version_ranges:\n- '>= 1.0.0, < "
		"1.0.4'\nfirst_patched_versions:\n- 1.0.4\n",
		"hex", "plug", "1.0.0", "1.0.4", "GHSA-1"},
	{"a/sap.yaml",
		"vulnerability_id: CVE-2024-1\nartifacts:\n- id: pkg:maven/g/a@1.0\n  affected: "
		"true\n- id: pkg:maven/g/a@2.0\n  affected: false\n",
		"maven", "g:a", "1.0", "", "CVE-2024-1"},
	{"a/s.json",
		"{\"distroversion\":\"v3.18\",\"reponame\":\"main\",\"packages\":[{\"pkg\":{"
		"\"name\":\"curl\",\"secfixes\":{\"8.1.0-r0\":"
		"[\"CVE-2024-1 (+ regression fix)\"],\"0\":[\"CVE-2024-2\"]}}}]}",
		"alpine:3.18", "curl", "", "8.1.0-r0", "CVE-2024-1"},
	{"a/DSA",
		"[26 Mar 2023] DSA-5380-1 xorg-server - security "
		"update\n\t{CVE-2024-1}\n\t[bullseye] - xorg-server 2:1.20.11-1+deb11u6\n",
		"debian:11", "xorg-server", "", "2:1.20.11-1+deb11u6", "CVE-2024-1"},
	{"a/n.json",
		"{\"id\":7,\"module_name\":\"left\",\"cves\":[\"CVE-2024-1\"],\"vulnerable_"
		"versions\":\"<= 1.6.8\",\"patched_versions\":\">= 1.6.9\"}",
		"npm", "left", "", "1.6.9", "CVE-2024-1"},
	{"a/1.json",
		"{\"cve\":[\"CVE-2024-1\"],\"vulnerable\":\"8.x\",\"patched\":\"^8.1.4 || "
		"^7.10.1\"}",
		"generic", "node", "8.0.0", "8.1.4", "CVE-2024-1"},
	{"a/npmrepository.json",
		"{\"angular\":{\"vulnerabilities\":[{\"below\":\"1.8.0\",\"atOrAbove\":\"1.5.0\","
		"\"severity\":\"medium\","
		"\"identifiers\":{\"CVE\":[\"CVE-2024-1\"]}}]}}",
		"npm", "angular", "1.5.0", "1.8.0", "CVE-2024-1"},
	{"a/k.json", "{\"CVE-2024-1\":{\"5.4\":{\"cmt_id\":\"x\",\"fixed_version\":\"5.4.9\"}}}",
		"generic", "linux", "5.4", "5.4.9", "CVE-2024-1"},
	{"a/c.tsv", "openssl\tCVE-2024-1\t3.0.9-1\tbookworm-security\n", "debian:12", "openssl", "",
		"3.0.9-1", "CVE-2024-1"},
	{"a/azurelinux-3.0-oval.xml", oval, "azurelinux:3.0", "curl", "", "8.1-1.azl3",
		"CVE-2024-1"},
	{"a/u.xml", oval_ubuntu, "ubuntu:22.04", "x-tools", "", "1.2-3ubuntu1", "CVE-2024-2"},
	{"a/v.json", csaf, "rhel:9", "bash", "", "5.1-9.el9", "CVE-2024-3"},
	{"a/al.json",
		"{\"id\":\"ALSA-2024:1\",\"summary\":\"Moderate: "
		"x\",\"related\":[\"CVE-2024-1\",\"CVE-2024-2\"],\"affected\":[{\"package\":"
		"{\"ecosystem\":\"AlmaLinux:9\",\"name\":\"x\"},\"ranges\":[{\"type\":"
		"\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},"
		"{\"fixed\":\"1-2.el9\"}]}]}]}",
		"almalinux:9", "x", "", "1-2.el9", "CVE-2024-1"},
};

static void each_format(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct expectation *c = &cases[i];
		struct world w;
		struct sw_db_eco eco;
		struct sw_db_row row;
		struct sw_db_advisory adv;
		uint32_t first, n;
		world_init(&w);
		world_feed(&w, c->path, c->text);
		if (w.n_problems)
			fail_msg("%s: %s", c->path, w.problems);
		world_build(&w);
		if (sw_vuln_db_eco(w.db, sw_str_from(c->eco), &eco, NULL))
			fail_msg("%s: no section %s", c->path, c->eco);
		if (!sw_db_eco_find(&eco, sw_str_from(c->name), &first, &n))
			fail_msg("%s: no package %s", c->path, c->name);
		assert_true(sw_db_eco_row(&eco, first, &row));
		assert_true(sw_db_eco_advisory(&eco, row.advisory, &adv));
		assert_str(row.introduced, c->introduced);
		assert_str(row.fixed, c->fixed);
		assert_str(sw_db_eco_flaw(&eco, adv.first_flaw), c->flaw);
		if (c->only)
			assert_str(row.only, c->only);
		if (c->flags)
			assert_int_equal(row.flags, c->flags);
		world_release(&w);
	}
}

static void bad_records_are_named(void **state)
{
	(void)state;
	struct world w;
	world_init(&w);
	world_feed(&w, "osv/bad.json", "{\"id\": \"X\", \"affected\": [}");
	assert_non_null(strstr(w.problems, "osv/bad.json:1:"));
	world_feed(&w, "deb/list",
		"[26 Mar 2023] DSA-1-1 a - b\n\t{CVE-2024-1}\n\t[bullseye] - a "
		"not:a:version\n\t[bullseye] nonsense\n"
		"\t[bullseye] - b 1.0\n");
	assert_non_null(strstr(w.problems, "deb/list:3:"));
	assert_non_null(strstr(w.problems, "deb/list:4:"));
	world_feed(
		&w, "epss/epss.csv", "cve,epss,percentile\nCVE-2024-1,2.5,0\nCVE-2024-2,0.1,0.2\n");
	assert_non_null(strstr(w.problems, "epss/epss.csv:2:"));
	world_feed(&w, "alpine/main.yaml",
		"distroversion: v3.1\nreponame: main\npackages:\n- pkg:\n    name: a\n    "
		"secfixes:\n"
		"      nonsense!: [CVE-2024-3]\n      1.0-r1: [CVE-2024-4]\n");
	world_build(&w); /* the rest is there */
	struct sw_db_eco eco;
	uint32_t first, n;
	assert_int_equal(sw_vuln_db_eco(w.db, SW_STR("debian:11"), &eco, NULL), 0);
	assert_true(sw_db_eco_find(&eco, SW_STR("b"), &first, &n));
	assert_int_equal(sw_vuln_db_eco(w.db, SW_STR("alpine:3.1"), &eco, NULL), 0);
	assert_true(sw_db_eco_find(&eco, SW_STR("a"), &first, &n));
	assert_int_equal(n, 1);
	world_release(&w);
}

static int xml_end(const char *text)
{
	sw_autoarena a;
	struct sw_xml x;
	int k;
	sw_arena_init(&a, 1 << 20);
	sw_xml_init(&x, &a, sw_str_from(text));
	while ((k = sw_xml_next(&x, NULL)) > 0)
		;
	return k;
}

static void xml(void **state)
{
	(void)state;
	sw_autoarena a;
	struct sw_xml x;
	sw_arena_init(&a, 1 << 20);
	sw_xml_init(&x, &a, SW_STR("<!-- c --><n:a b='1 &amp; &#50;'>x<![CDATA[<y>]]><c/></n:a>"));
	assert_int_equal(sw_xml_next(&x, NULL), SW_XML_OPEN);
	assert_str(x.name, "a");
	assert_str(sw_xml_get(&x, "b"), "1 & 2");
	assert_int_equal(sw_xml_next(&x, NULL), SW_XML_TEXT);
	assert_int_equal(sw_xml_next(&x, NULL), SW_XML_TEXT);
	assert_str(x.content, "<y>");
	assert_int_equal(sw_xml_next(&x, NULL), SW_XML_OPEN);
	assert_int_equal(sw_xml_next(&x, NULL), SW_XML_CLOSE);
	assert_int_equal(sw_xml_next(&x, NULL), SW_XML_CLOSE);
	assert_int_equal(sw_xml_next(&x, NULL), SW_XML_END);
	static const char *const bad[] = {"<a>", "<a></b>", "<a b=1/>", "<a b='1/>", "text",
		"<a/><b/>", "<a>&lt;</a", "<", "</a>", "<a><!--</a>", "<a><![CDATA[</a>"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(xml_end(bad[i]), -SW_ESYNTAX);
	assert_int_equal(xml_end("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"), -SW_EUNSUPPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_format),
		cmocka_unit_test(bad_records_are_named), cmocka_unit_test(xml)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
