/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/cleanup.h"
#include "doc/json.h"
#include "vuln/vex.h"

static struct sw_str aliases[] = {SW_STR_INIT("GHSA-1")};
static const struct sw_match flaw = {.id = SW_STR_INIT("CVE-2024-1"),
	.aliases = aliases,
	.n_aliases = 1,
	.advisory = SW_STR_INIT("DSA-1")};

static enum sw_vex_status status_of(
	const char *text, const char *purl, const char *image, const char *digest)
{
	sw_autoarena a;
	struct sw_vex vex = {0};
	struct sw_purl p;
	struct sw_error err = {0};
	sw_arena_init(&a, 0);
	if (sw_vex_parse(&vex, &a, SW_STR("v.json"), sw_str_from(text), &err))
		fail_msg("%s", err.text);
	assert_int_equal(sw_purl_parse(&a, sw_str_from(purl), 0, &p, NULL), 0);
	struct sw_vex_statement *s =
		sw_vex_find(&vex, &p, &flaw, &(struct sw_vex_subject){sw_str_from(image), sw_str_from(digest), NULL});
	return s ? s->status : SW_VEX_NONE;
}

#define OPENVEX(vuln, products, status)                                                            \
	"{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"statements\":[{\"vulnerability\":" vuln \
	",\"products\":[" products "],\"status\":\"" status                                        \
	"\",\"justification\":\"vulnerable_code_not_present\"}]}"

static void openvex(void **state)
{
	(void)state;
	static const struct {
		const char *products, *purl;
		bool covered;
	} cases[] = {{"\"pkg:npm/a@1\"", "pkg:npm/a@1", true},
		{"\"pkg:npm/a\"", "pkg:npm/a@1", true}, {"\"pkg:npm/a@2\"", "pkg:npm/a@1", false},
		{"\"pkg:npm/b\"", "pkg:npm/a@1", false}, {"\"pkg:pypi/a\"", "pkg:npm/a@1", false},
		{"{\"@id\":\"x\",\"identifiers\":{\"purl\":\"pkg:npm/a@1\"}}", "pkg:npm/a@1", true},
		/* The trap that hid 101 alerts: the release with and without its point. */
		{"\"pkg:deb/debian/curl@7.1?distro=debian-12\"",
			"pkg:deb/debian/curl@7.1?arch=amd64&distro=debian-12.13", true},
		{"\"pkg:deb/debian/curl@7.1?distro=debian-1\"",
			"pkg:deb/debian/curl@7.1?distro=debian-12", false},
		{"\"pkg:deb/debian/curl?arch=arm64\"", "pkg:deb/debian/curl@7.1?arch=amd64", false},
		{"\"pkg:rpm/redhat/bash@1:5-1\"", "pkg:rpm/redhat/bash@5-1?epoch=1", true},
		{"{\"@id\":\"pkg:oci/app@sha256:00\",\"subcomponents\":[{\"@id\":\"pkg:npm/a\"}]}",
			"pkg:npm/a@1", true},
		{"{\"@id\":\"pkg:oci/app@sha256:00\",\"subcomponents\":[{\"@id\":\"pkg:npm/b\"}]}",
			"pkg:npm/a@1", false},
		{"{\"@id\":\"pkg:oci/app@sha256:11\"}", "pkg:npm/a@1", false},
		{"{\"@id\":\"pkg:oci/app\"}", "pkg:npm/a@1", true},
		{"{\"@id\":\"pkg:docker/app@1\"}", "pkg:npm/a@1", true},
		{"{\"@id\":\"pkg:docker/app@2\"}", "pkg:npm/a@1", false},
		{"{\"@id\":\"pkg:oci/app?tag=1\"}", "pkg:npm/a@1", true},
		{"{\"@id\":\"pkg:oci/app?tag=2\"}", "pkg:npm/a@1", false},
		/* Of languages the namespace is part of the name. */
		{"\"pkg:npm/core@7\"", "pkg:npm/%40babel/core@7", false},
		{"\"pkg:maven/a\"", "pkg:maven/org.x/a@1", false},
		{"\"pkg:golang/b\"", "pkg:golang/github.com/a/b@v1.0.0", false},
		{"\"pkg:maven/org.x/a?classifier=sources\"", "pkg:maven/org.x/a@1", false},
		/* A distribution is called by its id, or by who makes it. */
		{"\"pkg:rpm/redhat/bash@5-1\"", "pkg:rpm/rhel/bash@5-1?arch=x86_64", true},
		{"\"pkg:rpm/suse/bash@5-1\"", "pkg:rpm/sles/bash@5-1?arch=x86_64", true},
		{"\"pkg:rpm/suse/bash@5-1\"", "pkg:rpm/sle-micro/bash@5-1?arch=x86_64", true},
		{"\"pkg:rpm/suse/bash@5-1\"", "pkg:rpm/sl-micro/bash@5-1?arch=x86_64", true},
		{"\"pkg:rpm/suse/bash@5-1\"", "pkg:rpm/suse-microos/bash@5-1?arch=x86_64", true},
		{"\"pkg:rpm/opensuse/bash@5-1\"", "pkg:rpm/opensuse-leap-micro/bash@5-1", true},
		{"\"pkg:rpm/redhat/bash@5-1\"", "pkg:rpm/fedora/bash@5-1?arch=x86_64", false},
		{"\"pkg:rpm/redhat/n?rpmmod=n:18\"", "pkg:rpm/rhel/n@5-1?rpmmod=n:18:8:a", true},
		{"\"pkg:rpm/redhat/n?rpmmod=n:18\"", "pkg:rpm/rhel/n@5-1?rpmmod=n:16:8:a", false},
		{"\"pkg:rpm/redhat/bash@5-1?epoch=2\"", "pkg:rpm/rhel/bash@5-1?epoch=1", false},
		/* A source package is what was built from it. */
		{"\"pkg:rpm/redhat/glibc?arch=src\"",
			"pkg:rpm/rhel/glibc-common@2-1?arch=x86_64&upstream=glibc", true},
		{"\"pkg:rpm/redhat/glibc-common?arch=src\"",
			"pkg:rpm/rhel/glibc-common@2-1?arch=x86_64&upstream=glibc", false},
		{"\"pkg:deb/debian/glibc@2-1?arch=source\"",
			"pkg:deb/debian/libc6@2-1%2Bb1?arch=amd64&upstream=glibc%402-1", true},
		{"\"pkg:deb/debian/glibc@2-2?arch=source\"",
			"pkg:deb/debian/libc6@2-1%2Bb1?arch=amd64&upstream=glibc%402-1", false},
		{"\"pkg:deb/debian/curl?arch=source\"", "pkg:deb/debian/curl@7?arch=amd64", true}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[1024];
		snprintf(text, sizeof(text),
			OPENVEX("{\"name\":\"CVE-2024-1\"}", "%s", "not_affected"),
			cases[i].products);
		enum sw_vex_status s =
			status_of(text, cases[i].purl, "reg.example/app:1", "sha256:00");
		if ((s == SW_VEX_NOT_AFFECTED) != cases[i].covered)
			fail_msg("%s on %s: %d", cases[i].products, cases[i].purl, s);
	}
	/* A folder is no image: what is said of a part of one hides nothing. */
	assert_int_equal(status_of(OPENVEX("\"CVE-2024-1\"",
					   "{\"@id\":\"pkg:oci/app@sha256:00\",\"subcomponents\":"
					   "[\"pkg:npm/a\"]}",
					   "not_affected"),
				 "pkg:npm/a@1", "", ""),
		SW_VEX_NONE);
	assert_int_equal(
		status_of(OPENVEX("\"GHSA-1\"", "\"pkg:npm/a\"", "fixed"), "pkg:npm/a@1", "", ""),
		SW_VEX_FIXED);
	assert_int_equal(status_of(OPENVEX("{\"name\":\"X\",\"aliases\":[\"cve-2024-1\"]}",
					   "\"pkg:npm/a\"", "affected"),
				 "pkg:npm/a@1", "", ""),
		SW_VEX_AFFECTED);
	assert_int_equal(status_of(OPENVEX("\"CVE-2024-10\"", "\"pkg:npm/a\"", "fixed"),
				 "pkg:npm/a@1", "", ""),
		SW_VEX_NONE);
}

static void the_newest_wins(void **state)
{
	(void)state;
	assert_int_equal(
		status_of("{\"@context\":\"openvex\",\"timestamp\":\"2024-01-01T00:00:00Z\","
			  "\"statements\":["
			  "{\"vulnerability\":\"CVE-2024-1\",\"products\":[\"pkg:npm/"
			  "a\"],\"status\":\"affected\",\"timestamp\":\"2025-01-01T00:00:00Z\"},"
			  "{\"vulnerability\":\"CVE-2024-1\",\"products\":[\"pkg:npm/"
			  "a\"],\"status\":\"under_investigation\"}]}",
			"pkg:npm/a@1", "", ""),
		SW_VEX_AFFECTED);
}

static void cyclonedx_and_csaf(void **state)
{
	(void)state;
	assert_int_equal(status_of("{\"bomFormat\":\"CycloneDX\",\"components\":[{\"bom-ref\":"
				   "\"r\",\"purl\":\"pkg:npm/a@1\"}],\"vulnerabilities\":"
				   "[{\"id\":\"CVE-2024-1\",\"analysis\":{\"state\":\"false_"
				   "positive\"},\"affects\":[{\"ref\":\"r\"}]}]}",
				 "pkg:npm/a@1", "", ""),
		SW_VEX_NOT_AFFECTED);
	assert_int_equal(status_of("{\"document\":{\"category\":\"csaf_vex\"},\"product_tree\":{"
				   "\"branches\":[{\"product\":{\"product_id\":\"p\","
				   "\"product_identification_helper\":{\"purl\":\"pkg:npm/"
				   "a@1\"}}}]},\"vulnerabilities\":[{\"cve\":\"CVE-2024-1\","
				   "\"flags\":[{\"label\":\"component_not_present\"}],\"product_"
				   "status\":{\"known_not_affected\":[\"p\"]}}]}",
				 "pkg:npm/a@1", "", ""),
		SW_VEX_NOT_AFFECTED);
}

/* Components in components, in another document, and the versions that are meant. */
static void cyclonedx_components(void **state)
{
	(void)state;
	static const struct {
		const char *ref, *more, *purl;
		bool covered;
	} cases[] = {{"deep", "", "pkg:npm/b@2", true}, {"deep", "", "pkg:npm/b@3", false},
		{"root", "", "pkg:npm/app@1", true}, {"none", "", "pkg:npm/b@2", false},
		{"urn:cdx:00000000-0000-4000-8000-000000000000/1#deep", "", "pkg:npm/b@2", true},
		{"urn:cdx:00000000-0000-4000-8000-000000000000/1#pkg:npm/c@1", "", "pkg:npm/c@1",
			true},
		{"any", ",\"versions\":[{\"version\":\"1\"},{\"version\":\"2\"}]", "pkg:npm/d@2",
			true},
		{"any", ",\"versions\":[{\"version\":\"1\"}]", "pkg:npm/d@2", false},
		{"any", ",\"versions\":[{\"range\":\"vers:npm/>=1|<2\"}]", "pkg:npm/d@1.9.0", true},
		{"any", ",\"versions\":[{\"range\":\"vers:npm/>=1|<2\"}]", "pkg:npm/d@2.0.0", false},
		{"any", ",\"versions\":[{\"range\":\"no vers\"}]", "pkg:npm/d@2.0.0", false},
		{"any", ",\"versions\":[{\"version\":\"1\",\"status\":\"affected\"}]", "pkg:npm/d@1", true},
		{"any", ",\"versions\":[{\"version\":\"1\",\"status\":\"affected\"},"
			"{\"version\":\"2\",\"status\":\"unaffected\"}]", "pkg:npm/d@1", false}};
	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++) {
		char text[1024];
		snprintf(text, sizeof(text),
			"{\"bomFormat\":\"CycloneDX\",\"metadata\":{\"component\":{\"bom-ref\":"
			"\"root\",\"purl\":\"pkg:npm/app@1\"}},\"components\":[{\"bom-ref\":\"any\","
			"\"purl\":\"pkg:npm/d\"},{\"bom-ref\":\"up\",\"components\":[{\"bom-ref\":"
			"\"deep\",\"purl\":\"pkg:npm/b@2\"}]}],\"vulnerabilities\":[{\"id\":"
			"\"CVE-2024-1\",\"analysis\":{\"state\":\"not_affected\"},\"affects\":[{"
			"\"ref\":\"%s\"%s}]}]}", cases[i].ref, cases[i].more);
		if ((status_of(text, cases[i].purl, "", "") == SW_VEX_NOT_AFFECTED) !=
			cases[i].covered)
			fail_msg("%s%s on %s", cases[i].ref, cases[i].more, cases[i].purl);
	}
}

#define PRODUCT(id, helper)                                                                        \
	"{\"product\":{\"product_id\":\"" id "\",\"product_identification_helper\":{" helper "}}}"
#define RELATION(id, what, to)                                                                     \
	"{\"category\":\"default_component_of\",\"full_product_name\":{\"product_id\":\"" id       \
	"\"},\"product_reference\":\"" what "\",\"relates_to_product_reference\":\"" to "\"}"

/* A component counts where it is related to: on its platform, in its image. */
static void csaf_relationships(void **state)
{
	(void)state;
	static const struct {
		const char *id, *purl, *image;
		bool covered;
	} cases[] = {{"el8:bash", "pkg:rpm/rhel/bash@5-1?distro=rhel-8.6", "", true},
		{"el8:bash", "pkg:rpm/rhel/bash@5-1?distro=rhel-9.2", "", false},
		{"el8:bash", "pkg:rpm/centos/bash@5-1?distro=centos-8", "", true},
		{"el8:mod:node", "pkg:rpm/rhel/nodejs@18-1?distro=rhel-8.9", "", true},
		{"el8:mod:node", "pkg:rpm/rhel/nodejs@18-1?distro=rhel-9.0", "", false},
		{"eus:bash", "pkg:rpm/rhel/bash@5-1?distro=rhel-8.6", "", true},
		{"eus:bash", "pkg:rpm/rhel/bash@5-1?distro=rhel-8.8", "", false},
		/* Of a product that os-release does not tell only a build says that it is that. */
		{"ocp:bash", "pkg:rpm/rhel/bash@5-1?distro=rhel-8.6", "", false},
		{"ocp:node", "pkg:rpm/rhel/nodejs@18-1?distro=rhel-8.6", "", true},
		{"app:a", "pkg:npm/a@1", "reg.example/app:1", true},
		{"app:a", "pkg:npm/a@1", "reg.example/other:1", false},
		{"app:a", "pkg:npm/b@1", "reg.example/app:1", false},
		/* So it is of one that nothing identifies, or that is not there at all. */
		{"named:a", "pkg:npm/a@1", "reg.example/other:1", false},
		{"named:node", "pkg:rpm/rhel/nodejs@18-1?distro=rhel-8.6", "reg.example/x:1", true},
		{"named:bash", "pkg:rpm/rhel/bash@5-1?distro=rhel-8.6", "reg.example/x:1", false},
		{"lost:a", "pkg:npm/a@1", "reg.example/other:1", false},
		{"lost:a", "pkg:npm/a@1", "lost:a", false},
		{"free:a", "pkg:npm/a@1", "reg.example/other:1", false},
		{"ocp:a", "pkg:npm/a@1", "reg.example/other:1", false},
		{"ocp:app:a", "pkg:npm/a@1", "reg.example/app:1", false},
		{"el8:app:a", "pkg:npm/a@1", "reg.example/app:1", true},
		{"el8:app:a", "pkg:npm/a@1", "reg.example/other:1", false},
		{"versioned", "pkg:npm/v@4.2", "", true}, {"versioned", "pkg:npm/v@4.3", "", false},
		{"ranged", "pkg:npm/v@4.1.0", "", true}, {"ranged", "pkg:npm/v@4.2.0", "", false},
		{"unread", "pkg:npm/v@4.1.0", "", false}, {"missing", "pkg:npm/a@1", "", false}};
	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++) {
		char text[6000];
		snprintf(text, sizeof(text),
			"{\"document\":{},\"product_tree\":{\"branches\":["
			PRODUCT("el8", "\"cpe\":\"cpe:/o:redhat:enterprise_linux:8::baseos\"") ","
			PRODUCT("eus", "\"cpe\":\"cpe:/o:redhat:rhel_eus:8.6::baseos\"") ","
			PRODUCT("ocp", "\"cpe\":\"cpe:/a:redhat:openshift:4.12::el8\"") ","
			PRODUCT("app", "\"purl\":\"pkg:oci/app\"") "," PRODUCT("named", "") ","
			PRODUCT("bash", "\"purl\":\"pkg:rpm/redhat/bash\"") ","
			PRODUCT("mod", "\"purl\":\"pkg:rpmmod/redhat/nodejs@18\"") ","
			PRODUCT("node", "\"purl\":\"pkg:rpm/redhat/nodejs@18-1\"") ","
			PRODUCT("a", "\"purl\":\"pkg:npm/a@1\"") ","
			"{\"category\":\"product_version\",\"name\":\"4.2\",\"product\":{\"product_id\":"
			"\"versioned\",\"product_identification_helper\":{\"purl\":\"pkg:npm/v\"}}},"
			"{\"category\":\"product_version_range\",\"name\":\"vers:npm/<4.2.0\","
			"\"product\":{\"product_id\":\"ranged\",\"product_identification_helper\":{"
			"\"purl\":\"pkg:npm/v\"}}},{\"category\":\"product_version_range\",\"name\":"
			"\"before four\",\"product\":{\"product_id\":\"unread\","
			"\"product_identification_helper\":{\"purl\":\"pkg:npm/v\"}}}],"
			"\"relationships\":[" RELATION("el8:bash", "bash", "el8") ","
			RELATION("el8:mod", "mod", "el8") "," RELATION("el8:mod:node", "node", "el8:mod")
			"," RELATION("eus:bash", "bash", "eus") "," RELATION("ocp:bash", "bash", "ocp")
			"," RELATION("ocp:node", "node", "ocp") "," RELATION("app:a", "a", "app") ","
			RELATION("named:a", "a", "named") "," RELATION("named:node", "node", "named")
			"," RELATION("named:bash", "bash", "named") "," RELATION("lost:a", "a", "lost")
			"," RELATION("free:a", "a", "") "," RELATION("ocp:a", "a", "ocp") ","
			RELATION("ocp:app", "app", "ocp") "," RELATION("ocp:app:a", "a", "ocp:app") ","
			RELATION("el8:app", "app", "el8") "," RELATION("el8:app:a", "a", "el8:app")
			"]},\"vulnerabilities\":[{\"cve\":"
			"\"CVE-2024-1\",\"product_status\":{\"known_not_affected\":[\"%s\"]}}]}",
			cases[i].id);
		if ((status_of(text, cases[i].purl, cases[i].image, "") == SW_VEX_NOT_AFFECTED) !=
			cases[i].covered)
			fail_msg("%s on %s in %s", cases[i].id, cases[i].purl, cases[i].image);
	}
}

#define BRANCH(category, name, id, product, purl)                                                  \
	"{\"category\":\"" category "\",\"name\":\"" name "\",\"product\":{\"name\":\"" product       \
	"\",\"product_id\":\"" id                                                                  \
	"\",\"product_identification_helper\":{\"purl\":\"" purl "\"}}}"
#define VERSION(name, id, product, purl) BRANCH("product_version", name, id, product, purl)

/* Of each of these products it is said that the flaw does not concern it. */
static void assert_covered(const char *tree, const char *id, const char *purl, const char *image,
	bool covered)
{
	char text[8192];
	snprintf(text, sizeof(text),
		"{\"document\":{},\"product_tree\":{%s},\"vulnerabilities\":[{\"cve\":\"CVE-2024-1\","
		"\"product_status\":{\"known_not_affected\":[\"%s\"]}}]}", tree, id);
	if ((status_of(text, purl, image, "") == SW_VEX_NOT_AFFECTED) != covered)
		fail_msg("%s on %s in %s", id, purl, image);
}

/* What a product_version branch is called: a version, or Red Hat's name of what has none. */
static void csaf_names_of_versions(void **state)
{
	(void)state;
	static const char tree[] = "\"branches\":["
		"{\"category\":\"product_name\",\"name\":\"Red Hat Enterprise Linux 8\",\"product\":"
		"{\"name\":\"Red Hat Enterprise Linux 8\",\"product_id\":\"red_hat_enterprise_linux_8\","
		"\"product_identification_helper\":{\"cpe\":\"cpe:/o:redhat:enterprise_linux:8\"}}},"
		VERSION("kernel", "kernel", "kernel", "pkg:rpm/redhat/kernel?arch=src") ","
		VERSION("389-ds:1.4/389-ds-base", "389-ds:1.4/389-ds-base", "389-ds:1.4/389-ds-base",
			"pkg:rpm/redhat/389-ds-base?arch=src") ","
		VERSION("7zip", "zip", "7-Zip of ACME", "pkg:npm/7zip") ","
		VERSION("ACME 4 tool", "tool", "ACME 4 tool", "pkg:npm/tool") ","
		VERSION("stable", "stable", "Stable", "pkg:npm/s") ","
		VERSION("v2.0", "vee", "v2.0", "pkg:golang/example.org/vee") ","
		VERSION("2.0", "two", "2.0", "pkg:npm/two") ","
		VERSION("RELEASE.2023-05-04", "minio", "MinIO", "pkg:npm/minio") ","
		VERSION("vers:npm/<3", "less", "Less", "pkg:npm/less") ","
		BRANCH("product_version_range", "vers:rpm/<1:3.0.7", "ssl", "OpenSSL", "pkg:rpm/redhat/ssl")
		"],\"relationships\":["
		RELATION("red_hat_enterprise_linux_8:kernel", "kernel", "red_hat_enterprise_linux_8")
		"," RELATION("red_hat_enterprise_linux_8:389-ds:1.4/389-ds-base",
			"389-ds:1.4/389-ds-base", "red_hat_enterprise_linux_8") "]";
	static const struct {
		const char *id, *purl;
		bool covered;
	} cases[] = {{"red_hat_enterprise_linux_8:kernel",
			     "pkg:rpm/rhel/kernel-core@4.18.0-553.el8?arch=x86_64&distro=rhel-8.10&"
			     "upstream=kernel", true},
		{"red_hat_enterprise_linux_8:kernel",
			"pkg:rpm/rhel/kernel-core@5.14.0-427.el9?arch=x86_64&distro=rhel-9.4&"
			"upstream=kernel", false},
		{"red_hat_enterprise_linux_8:389-ds:1.4/389-ds-base",
			"pkg:rpm/rhel/389-ds-base@1.4.3-1?distro=rhel-8.10&rpmmod=389-ds:1.4:8:ab", true},
		{"zip", "pkg:npm/7zip@1", true}, {"tool", "pkg:npm/tool@1", true},
		{"stable", "pkg:npm/s@1", true}, {"vee", "pkg:golang/example.org/vee@v2.0", true},
		{"vee", "pkg:golang/example.org/vee@v3.0", false}, {"two", "pkg:npm/two@2.0", true},
		{"two", "pkg:npm/two@3.0", false}, {"minio", "pkg:npm/minio@RELEASE.2023-05-04", true},
		{"minio", "pkg:npm/minio@RELEASE.2022-01-01", false}, {"less", "pkg:npm/less@2.9.0", true},
		{"less", "pkg:npm/less@3.0.0", false},
		/* The epoch counts. */
		{"ssl", "pkg:rpm/rhel/ssl@3.5?epoch=1", false},
		{"ssl", "pkg:rpm/rhel/ssl@3.0.6?epoch=1", true}, {"ssl", "pkg:rpm/rhel/ssl@3.5", true}};
	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++)
		assert_covered(tree, cases[i].id, cases[i].purl, "", cases[i].covered);
}

/* Versions of the image and of the component in it are each its own. */
static void csaf_versions_of_holders(void **state)
{
	(void)state;
	static const char tree[] = "\"branches\":["
		VERSION("1", "app1", "App 1", "pkg:oci/app") ","
		VERSION("sha256:00", "app0", "App 0", "pkg:oci/app") ","
		VERSION("4.17.21", "lodash", "Lodash", "pkg:npm/lodash") "],\"relationships\":["
		RELATION("app1:lodash", "lodash", "app1") "]";
	static const struct {
		const char *id, *purl, *image;
		bool covered;
	} cases[] = {{"app1", "pkg:npm/a@1", "reg.example/app:1", true},
		{"app1", "pkg:npm/a@1", "reg.example/app:2", false},
		{"app1", "pkg:npm/a@1", "reg.example/app", false},
		{"app1", "pkg:npm/a@1", "reg.example/app@sha256:00", false},
		{"app0", "pkg:npm/a@1", "reg.example/app@sha256:00", true},
		{"app0", "pkg:npm/a@1", "reg.example/app@sha256:11", false},
		{"app0", "pkg:npm/a@1", "reg.example/app:1", false},
		{"app1:lodash", "pkg:npm/lodash@4.17.21", "reg.example/app:1", true},
		{"app1:lodash", "pkg:npm/lodash@4.17.20", "reg.example/app:1", false},
		{"app1:lodash", "pkg:npm/lodash@4.17.21", "reg.example/app:2", false}};
	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++)
		assert_covered(tree, cases[i].id, cases[i].purl, cases[i].image, cases[i].covered);
}

/* Streams of a module are packages of one name. */
static void csaf_modules(void **state)
{
	(void)state;
	static const char tree[] = "\"branches\":["
		PRODUCT("el8", "\"cpe\":\"cpe:/a:redhat:enterprise_linux:8::appstream\"") ","
		VERSION("nodejs:18/nodejs", "nodejs:18/nodejs", "nodejs:18/nodejs",
			"pkg:rpm/redhat/nodejs?arch=src") ","
		VERSION("php:7.2/php", "php:7.2/php", "php:7.2/php",
			"pkg:rpm/redhat/php@7.2?arch=src&rpmmod=php:7.2") ","
		VERSION("nodejs", "nodejs", "nodejs", "pkg:rpm/redhat/nodejs?arch=src") ","
		VERSION("nodejs:18:80:ab", "nodejs:18:80:ab", "nodejs:18:80:ab",
			"pkg:rpmmod/redhat/nodejs@18:80:ab") ","
		PRODUCT("nodejs:20:80:ab", "") "],\"relationships\":["
		RELATION("el8:nodejs:20:80:ab", "nodejs:20:80:ab", "el8") ","
		RELATION("el8:nodejs:20:80:ab:nodejs", "nodejs", "el8:nodejs:20:80:ab") ","
		RELATION("el8:nodejs:18/nodejs", "nodejs:18/nodejs", "el8") ","
		RELATION("el8:php:7.2/php", "php:7.2/php", "el8") ","
		RELATION("el8:nodejs", "nodejs", "el8") ","
		RELATION("el8:nodejs:18:80:ab", "nodejs:18:80:ab", "el8") ","
		RELATION("el8:nodejs:18:80:ab:nodejs", "nodejs", "el8:nodejs:18:80:ab") "]";
	static const struct {
		const char *id, *name, *more;
		bool covered;
	} cases[] = {{"el8:nodejs:18/nodejs", "nodejs", "&rpmmod=nodejs:18:90:cd", true},
		{"el8:nodejs:18/nodejs", "nodejs", "&rpmmod=nodejs:16:90:cd", false},
		{"el8:nodejs:18/nodejs", "nodejs", "&rpmmod=nodejs:180:90:cd", false},
		{"el8:nodejs:18/nodejs", "nodejs", "", false},
		{"el8:nodejs:18/nodejs", "npm", "&rpmmod=nodejs:18:90:cd&upstream=nodejs", true},
		{"el8:nodejs:18:80:ab:nodejs", "nodejs", "&rpmmod=nodejs:18:90:cd", true},
		{"el8:nodejs:18:80:ab:nodejs", "nodejs", "&rpmmod=nodejs:16:90:cd", false},
		{"el8:nodejs", "nodejs", "&rpmmod=nodejs:16:90:cd", false},
		{"el8:nodejs:20:80:ab:nodejs", "nodejs", "&rpmmod=nodejs:20:90:cd", true},
		{"el8:nodejs:20:80:ab:nodejs", "nodejs", "&rpmmod=nodejs:18:90:cd", false},
		{"el8:nodejs:20:80:ab:nodejs", "nodejs", "", false},
		{"el8:nodejs", "nodejs", "", true},
		{"el8:php:7.2/php", "php", "&rpmmod=php:7.2:90:cd", true},
		{"el8:php:7.2/php", "php", "&rpmmod=php:7.3:90:cd", false}};
	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++) {
		char purl[256];
		snprintf(purl, sizeof(purl), "pkg:rpm/rhel/%s@1.2-3.module%%2Bel8?distro=rhel-8.9%s",
			cases[i].name, cases[i].more);
		assert_covered(tree, cases[i].id, purl, "", cases[i].covered);
	}
}

/* Groups that are named again and again are told of once; there is an end to it. */
static void csaf_groups_multiply(void **state)
{
	(void)state;
	enum { GROUP = 4000, AGAIN = 4000 };
	for (int again = 1; again <= AGAIN; again += AGAIN - 1) {
		sw_autoarena a;
		sw_autobuf b;
		struct sw_vex vex = {0};
		struct sw_error err = {0};
		sw_arena_init(&a, 0);
		sw_buf_init(&b, 1 << 20);
		sw_buf_printf(&b, "{\"document\":{},\"product_tree\":{\"product_groups\":[");
		for (int i = 0; i < 2000; i++)
			sw_buf_printf(&b, "{\"group_id\":\"h%d\",\"product_ids\":[\"x\"]},", i % 7);
		sw_buf_printf(&b, "{\"group_id\":\"g\",\"product_ids\":[\"p\"");
		for (int i = 1; i < GROUP; i++)
			sw_buf_printf(&b, ",\"p\"");
		sw_buf_printf(&b, "]}],\"branches\":[" PRODUCT("p", "\"purl\":\"pkg:npm/a\"")
			"]},\"vulnerabilities\":[{\"cve\":\"CVE-2024-1\",\"flags\":[{\"label\":"
			"\"component_not_present\",\"group_ids\":[\"g\"");
		for (int i = 1; i < again; i++)
			sw_buf_printf(&b, ",\"g\"");
		sw_buf_printf(&b, "]}],\"product_status\":{\"known_not_affected\":[\"p\"]}}]}");
		int rc = sw_vex_parse(&vex, &a, SW_STR("v"), sw_buf_str(&b), &err);
		assert_int_equal(rc, again == 1 ? 0 : -SW_ELIMIT);
		if (!rc)
			assert_true(sw_str_is(vex.v[0].reason, "component_not_present"));
		else
			assert_non_null(strstr(err.text, "more than 2097152 remarks"));
	}
}

/* The reason is the one that is given for the product. */
static void csaf_reasons(void **state)
{
	(void)state;
	sw_autoarena a;
	struct sw_vex vex = {0};
	sw_arena_init(&a, 0);
	assert_int_equal(sw_vex_parse(&vex, &a, SW_STR("v"),
				 SW_STR("{\"document\":{},\"product_tree\":{\"product_groups\":[{"
					"\"group_id\":\"g\",\"product_ids\":[\"p2\"]}],\"branches\":["
					PRODUCT("p1", "\"purl\":\"pkg:npm/a@1\"") ","
					PRODUCT("p2", "\"purl\":\"pkg:npm/a@2\"") ","
					PRODUCT("p3", "\"purls\":[\"pkg:npm/a@3\"]")
					"]},\"vulnerabilities\":[{\"ids\":[{\"text\":\"CVE-2024-1\"}],"
					"\"flags\":[{\"label\":\"component_not_present\",\"product_ids\":["
					"\"p1\"]},{\"label\":\"vulnerable_code_not_present\",\"group_ids\":"
					"[\"g\"]}],\"product_status\":{\"known_not_affected\":[\"p1\",\"p2\","
					"\"p3\"]}}]}"), NULL), 0);
	static const char *const wanted[][2] = {{"pkg:npm/a@1", "component_not_present"},
		{"pkg:npm/a@2", "vulnerable_code_not_present"}, {"pkg:npm/a@3", ""}};
	assert_int_equal(vex.n, 3);
	for (size_t i = 0; i < SW_ARRAY_LEN(wanted); i++) {
		struct sw_purl purl;
		assert_int_equal(sw_purl_parse(&a, sw_str_from(wanted[i][0]), 0, &purl, NULL), 0);
		struct sw_vex_statement *s =
			sw_vex_find(&vex, &purl, &flaw, &(struct sw_vex_subject){0});
		assert_non_null(s);
		assert_true(sw_str_is(s->reason, wanted[i][1]));
	}
}

/* Versions of an image, by CycloneDX: the tag, or the digest. */
static void cyclonedx_versions_of_images(void **state)
{
	(void)state;
	static const struct {
		const char *image, *digest;
		bool covered;
	} cases[] = {{"reg.example/app:1", "", true}, {"reg.example/app:2", "", false},
		{"reg.example/app:2", "sha256:33", true}, {"reg.example/app@sha256:33", "", true},
		{"reg.example/app", "", false}, {"reg.example/other:1", "", false}};
	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++) {
		enum sw_vex_status s = status_of(
			"{\"bomFormat\":\"CycloneDX\",\"vulnerabilities\":[{\"id\":\"CVE-2024-1\","
			"\"analysis\":{\"state\":\"not_affected\"},\"affects\":[{\"ref\":\"pkg:oci/app\","
			"\"versions\":[{\"version\":\"1\",\"status\":\"unaffected\"},{\"version\":\"2\","
			"\"status\":\"affected\"},{\"version\":\"sha256:33\",\"status\":\"unaffected\"}]"
			"}]}]}", "pkg:npm/a@1", cases[i].image, cases[i].digest);
		if ((s == SW_VEX_NOT_AFFECTED) != cases[i].covered)
			fail_msg("%s %s", cases[i].image, cases[i].digest);
	}
}

/* Thousands of products that hold the flawed package, in thousands of packages: each is looked up. */
static void holders_are_looked_up(void **state)
{
	(void)state;
	enum { N = 4000 };
	sw_autoarena a;
	sw_autobom bom;
	sw_autobuf b;
	struct sw_vex vex = {0};
	struct sw_purl purl;
	sw_arena_init(&a, 0);
	sw_bom_init(&bom, 0);
	sw_buf_init(&b, 1 << 22);
	sw_buf_printf(&b, "{\"@context\":\"openvex\",\"statements\":[");
	for (int i = 0; i < N; i++) {
		char name[16];
		snprintf(name, sizeof(name), "p%d", i);
		struct sw_package p = {.type = SW_PKG_NPM, .name = sw_str_from(name),
			.version = SW_STR("1")};
		assert_int_equal(sw_bom_add(&bom, &p), 0);
		sw_buf_printf(&b, "%s{\"vulnerability\":\"CVE-2024-1\",\"status\":\"%s\",\"products\":["
			"{\"@id\":\"pkg:npm/%s%d\",\"subcomponents\":[\"pkg:npm/a\"]}]}", i ? "," : "",
			i == N / 2 ? "fixed" : "not_affected", i == N / 2 ? "p" : "q", i);
	}
	sw_buf_printf(&b, "]}");
	sw_bom_finish(&bom);
	assert_int_equal(sw_vex_parse(&vex, &a, SW_STR("v"), sw_buf_str(&b), NULL), 0);
	assert_int_equal(sw_purl_parse(&a, SW_STR("pkg:npm/a@1"), 0, &purl, NULL), 0);
	size_t before = a.used;
	struct sw_vex_subject where = {SW_STR("app"), SW_STR("sha256:00"), &bom};
	struct sw_vex_statement *s = sw_vex_find(&vex, &purl, &flaw, &where);
	assert_non_null(s);
	assert_int_equal(s->status, SW_VEX_FIXED);
	assert_true(a.used - before < (size_t)N * 8192);
}

/* The source of a package may be what holds another; SUSE's small systems are SUSE's. */
static void holders_by_source(void **state)
{
	(void)state;
	static const struct {
		const char *product;
		bool covered;
	} cases[] = {{"pkg:rpm/suse/openssl?arch=src", true}, {"pkg:rpm/suse/openssl", false},
		{"pkg:rpm/suse/libopenssl3@3.0-1?distro=sle-micro-5.3", true},
		{"pkg:rpm/opensuse/libopenssl3", false}};
	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++) {
		sw_autoarena a;
		sw_autobom bom;
		struct sw_vex vex = {0};
		struct sw_purl purl;
		char text[512];
		sw_arena_init(&a, 0);
		sw_bom_init(&bom, 0);
		bom.distribution = (struct sw_distribution){.id = SW_STR("sle-micro"),
			.version = SW_STR("5.3")};
		struct sw_package p = {.type = SW_PKG_RPM, .name = SW_STR("libopenssl3"),
			.version = SW_STR("3.0-1"), .source = SW_STR("openssl")};
		assert_int_equal(sw_bom_add(&bom, &p), 0);
		sw_bom_finish(&bom);
		snprintf(text, sizeof(text),
			OPENVEX("\"CVE-2024-1\"", "{\"@id\":\"%s\",\"subcomponents\":["
				"\"pkg:npm/a\"]}", "not_affected"), cases[i].product);
		assert_int_equal(sw_vex_parse(&vex, &a, SW_STR("v"), sw_str_from(text), NULL), 0);
		assert_int_equal(sw_purl_parse(&a, SW_STR("pkg:npm/a@1"), 0, &purl, NULL), 0);
		struct sw_vex_subject where = {SW_STR("app"), SW_STR("sha256:00"), &bom};
		if ((sw_vex_find(&vex, &purl, &flaw, &where) != NULL) != cases[i].covered)
			fail_msg("%s", cases[i].product);
	}
}

/* A part of a package that is not there says nothing of the part elsewhere. */
static void parts_of_packages(void **state)
{
	(void)state;
	static const struct {
		const char *product;
		bool covered;
	} cases[] = {{"pkg:golang/github.com/x/app@v1.0.0", true}, {"pkg:golang/github.com/x/app", true},
		{"pkg:golang/github.com/x/other", false}, {"pkg:npm/app", false}};
	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++) {
		sw_autoarena a;
		sw_autobom bom;
		struct sw_vex vex = {0};
		struct sw_purl purl;
		char text[512];
		sw_arena_init(&a, 0);
		sw_bom_init(&bom, 0);
		struct sw_package app = {.type = SW_PKG_GOLANG, .ns = SW_STR("github.com/x"),
			.name = SW_STR("app"), .version = SW_STR("v1.0.0")};
		assert_int_equal(sw_bom_add(&bom, &app), 0);
		snprintf(text, sizeof(text),
			OPENVEX("\"CVE-2024-1\"", "{\"@id\":\"%s\",\"subcomponents\":[\"pkg:golang/"
				"golang.org/x/net\"]}", "not_affected"), cases[i].product);
		assert_int_equal(sw_vex_parse(&vex, &a, SW_STR("v"), sw_str_from(text), NULL), 0);
		assert_int_equal(sw_purl_parse(&a, SW_STR("pkg:golang/golang.org/x/net@v0.1.0"), 0,
					 &purl, NULL), 0);
		struct sw_vex_subject where = {SW_STR("app"), SW_STR("sha256:00"), &bom};
		if ((sw_vex_find(&vex, &purl, &flaw, &where) != NULL) != cases[i].covered)
			fail_msg("%s", cases[i].product);
	}
}

static void what_is_no_vex(void **state)
{
	(void)state;
	static const char *const bad[] = {"{}", "[]", "{\"bomFormat\":\"CycloneDX\"}", "nonsense",
		"{\"@context\":\"openvex\",\"statements\":[{\"vulnerability\":\"X\",\"products\":[]"
		",\"status\":\"maybe\"}]}"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		sw_autoarena a;
		struct sw_vex vex = {0};
		sw_arena_init(&a, 0);
		assert_true(sw_vex_parse(&vex, &a, SW_STR("v"), sw_str_from(bad[i]), NULL) < 0);
	}
}

/* What is written can be read again, and covers what it was written about. */
static void written_and_read(void **state)
{
	(void)state;
	sw_autobom bom;
	sw_autoarena a;
	sw_autobuf open, cdx;
	struct sw_package p = {.type = SW_PKG_NPM,
		.ns = SW_STR("@s"),
		.name = SW_STR("a"),
		.version = SW_STR("1")};
	struct sw_match m = flaw;
	struct sw_match_report r = {.v = &m, .n = 1};
	struct sw_match_options opt = {0};
	sw_bom_init(&bom, 0);
	sw_arena_init(&a, 0);
	sw_buf_init(&open, 1 << 16);
	sw_buf_init(&cdx, 1 << 16);
	assert_int_equal(sw_bom_add(&bom, &p), 0);
	sw_bom_finish(&bom);
	m.fix = SW_FIX_AVAILABLE;
	m.fixed = SW_STR("2 \"quoted\"");
	sw_vex_write_openvex(&open, &r, &bom, &opt, SW_STR("2026-01-01T00:00:00Z"));
	m.vex = SW_VEX_NOT_AFFECTED;
	m.vex_reason = SW_STR("component_not_present");
	sw_vex_write_cyclonedx(&cdx, &r, &bom, &opt, SW_STR("2026-01-01T00:00:00Z"));
	struct sw_purl purl;
	assert_int_equal(sw_purl_parse(&a, SW_STR("pkg:npm/%40s/a@1"), 0, &purl, NULL), 0);
	for (int i = 0; i < 2; i++) {
		struct sw_vex vex = {0};
		struct sw_error err = {0};
		if (sw_vex_parse(&vex, &a, SW_STR("v"), sw_buf_str(i ? &cdx : &open), &err))
			fail_msg("%s", err.text);
		struct sw_vex_statement *s =
			sw_vex_find(&vex, &purl, &flaw, &(struct sw_vex_subject){0});
		assert_non_null(s);
		assert_int_equal(s->status, i ? SW_VEX_NOT_AFFECTED : SW_VEX_AFFECTED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(openvex),
		cmocka_unit_test(the_newest_wins), cmocka_unit_test(cyclonedx_and_csaf),
		cmocka_unit_test(cyclonedx_components), cmocka_unit_test(csaf_relationships),
		cmocka_unit_test(csaf_names_of_versions), cmocka_unit_test(csaf_versions_of_holders),
		cmocka_unit_test(csaf_modules), cmocka_unit_test(csaf_groups_multiply),
		cmocka_unit_test(cyclonedx_versions_of_images),
		cmocka_unit_test(holders_are_looked_up), cmocka_unit_test(holders_by_source),
		cmocka_unit_test(csaf_reasons), cmocka_unit_test(parts_of_packages),
		cmocka_unit_test(what_is_no_vex), cmocka_unit_test(written_and_read)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
