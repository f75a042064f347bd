/* SPDX-License-Identifier: Apache-2.0 */
/* VEX read in the cage: the same statements, and nothing of an answer that lies. */
#include "../test.h"

#include <sys/mman.h>

#include "base/cleanup.h"
#include "cage/pack.h"
#include "cmd/scan/vex_caged.h"

static const char *const documents[] = {
	"{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"timestamp\":\"2026-01-01T00:00:00Z\","
	"\"statements\":[{\"vulnerability\":{\"name\":\"CVE-1\",\"aliases\":[\"GHSA-1\"]},"
	"\"products\":[{\"@id\":\"pkg:deb/debian/bash@5.2?arch=amd64&distro=debian-12\","
	"\"subcomponents\":[{\"@id\":\"pkg:npm/%40a/b@1\"}]},{\"@id\":\"sha256:00\"}],"
	"\"status\":\"not_affected\",\"justification\":\"component_not_present\"},"
	"{\"vulnerability\":\"CVE-2\",\"products\":[],\"status\":\"fixed\",\"timestamp\":\"2026-02-01\"}]}",
	"{\"bomFormat\":\"CycloneDX\",\"components\":[{\"bom-ref\":\"l\",\"name\":\"lodash\","
	"\"purl\":\"pkg:npm/lodash\"}],\"vulnerabilities\":[{\"id\":\"CVE-3\",\"analysis\":"
	"{\"state\":\"exploitable\"},\"affects\":[{\"ref\":\"l\",\"versions\":[{\"version\":\"1\"},"
	"{\"range\":\"vers:npm/<2\"}]}]}]}",
};

static void parse(struct sw_vex *vex, struct sw_arena *a, const char *text, bool caged)
{
	struct sw_error err = {0};
	struct sw_str name = SW_STR("v.json"), t = sw_str_from(text);
	int rc = caged ? sw_vex_parse_caged(vex, a, name, t, &err) : sw_vex_parse(vex, a, name, t, &err);
	if (rc)
		fail_msg("%d: %s", rc, err.text);
}

static void the_same_comes_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < SW_ARRAY_LEN(documents); i++) {
		sw_autoarena a;
		sw_autobuf one, two;
		struct sw_vex here = {0}, caged = {0};
		sw_arena_init(&a, 64 << 20);
		sw_buf_init(&one, 1 << 20);
		sw_buf_init(&two, 1 << 20);
		parse(&here, &a, documents[i], false);
		parse(&caged, &a, documents[i], true);
		sw_vex_pack(&one, &here);
		sw_vex_pack(&two, &caged);
		assert_true(here.n > 0);
		assert_true(sw_str_eq(sw_buf_str(&one), sw_buf_str(&two)));
	}
}

static void every_part_is_there(void **state)
{
	sw_autoarena a;
	struct sw_vex vex = {0};
	(void)state;
	sw_arena_init(&a, 64 << 20);
	for (size_t i = 0; i < SW_ARRAY_LEN(documents); i++)
		parse(&vex, &a, documents[i], true);
	assert_int_equal(vex.n, 3);
	const struct sw_vex_statement *s = &vex.v[0];
	assert_int_equal(s->n_names, 2);
	assert_str(s->names[1], "GHSA-1");
	assert_int_equal(s->status, SW_VEX_NOT_AFFECTED);
	assert_str(s->reason, "component_not_present");
	assert_str(s->file, "v.json");
	assert_int_equal(s->index, 1);
	assert_int_equal(s->time, 1767225600);
	assert_int_equal(s->n_products, 2);
	const struct sw_vex_product *p = &s->products[0];
	assert_str(p->purl.name, "bash");
	assert_int_equal(p->purl.n_qualifiers, 2);
	assert_str(p->purl.qualifiers[1].value, "debian-12");
	assert_int_equal(p->n_subcomponents, 1);
	assert_str(p->subcomponents[0].ns, "@a");
	assert_str(s->products[1].id, "sha256:00");
	assert_int_equal(vex.v[1].status, SW_VEX_FIXED);
	assert_int_equal(vex.v[1].n_products, 0);
	assert_int_equal(vex.v[1].index, 2);
	assert_int_equal(vex.v[2].products[0].versions.n, 2);
	assert_str(vex.v[2].products[0].versions.v[1], "vers:npm/<2");
}

/* Cut anywhere, or with something behind: none of it counts. */
static void lies_are_refused(void **state)
{
	sw_autoarena a;
	sw_autobuf b;
	struct sw_vex vex = {0}, out = {0};
	struct sw_error err;
	(void)state;
	sw_arena_init(&a, 256 << 20);
	sw_buf_init(&b, 1 << 20);
	parse(&vex, &a, documents[0], false);
	sw_vex_pack(&b, &vex);
	for (size_t n = 0; n < b.n; n++)
		assert_int_equal(sw_vex_unpack(&out, &a, SW_STR("v"), sw_str_sub(sw_buf_str(&b), 0, n), &err),
			-SW_ESECURITY);
	sw_buf_addch(&b, '\0');
	assert_int_equal(sw_vex_unpack(&out, &a, SW_STR("v"), sw_buf_str(&b), &err), -SW_ESECURITY);
	b.n--;
	/* More than there can be, and a status that there is not. */
	assert_int_equal(sw_vex_unpack(&out, &a, SW_STR("v"), SW_STR("\xff\xff\xff\xff\x0f"), &err),
		-SW_ESECURITY);
	assert_int_equal(
		sw_vex_unpack(&out, &a, SW_STR("v"), SW_STR("\x01\0\0\0\0\0\0"), &err), -SW_ESECURITY);
	assert_int_equal(
		sw_vex_unpack(&out, &a, SW_STR("v"), SW_STR("\x01\0\0\x05\0\0\0"), &err), -SW_ESECURITY);
	assert_int_equal(out.n, 0);
	assert_int_equal(sw_vex_unpack(&out, &a, SW_STR("v"), SW_STR("\x01\0\0\x01\0\0\0"), &err), 0);
	assert_int_equal(out.n, 1);
	/* Any other byte is read within the bytes. */
	for (size_t i = 0; i < b.n; i++) {
		b.p[i] ^= 0x81;
		out.n = 0;
		sw_vex_unpack(&out, &a, SW_STR("v"), sw_buf_str(&b), &err);
		b.p[i] ^= 0x81;
	}
}

/* A count is quickly written: it takes no memory that its bytes could not be worth. */
static void counts_buy_no_memory(void **state)
{
	enum { ANNOUNCED = 15000000 };
	sw_autoarena a;
	sw_autobuf b;
	struct sw_vex out = {0};
	struct sw_error err = {0};
	(void)state;
	sw_arena_init(&a, (size_t)64 << 30);
	sw_buf_init(&b, (size_t)32 << 20);
	sw_pack_u64(&b, ANNOUNCED);
	memset(sw_buf_extend(&b, ANNOUNCED), 0, ANNOUNCED);
	assert_int_equal(sw_vex_unpack(&out, &a, SW_STR("v"), sw_buf_str(&b), &err), -SW_ESECURITY);
	assert_int_equal(a.n, 0);
}

static void a_reader_that_dies_dies_alone(void **state)
{
	sw_autoarena a;
	struct sw_vex vex = {0};
	struct sw_error err = {0};
	char *p = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	(void)state;
	sw_arena_init(&a, 1 << 20);
	assert_ptr_not_equal(p, MAP_FAILED);
	assert_int_equal(sw_vex_parse_caged(&vex, &a, SW_STR("v"), sw_str_make(p, 4096), &err), -SW_ESECURITY);
	assert_int_equal(vex.n, 0);
	/* And one that finds nothing to read says where. */
	assert_int_equal(sw_vex_parse_caged(&vex, &a, SW_STR("v.json"), SW_STR("{\n!"), &err), -SW_ESYNTAX);
	assert_string_equal(err.file, "v.json");
	assert_int_equal(err.line, 2);
	munmap(p, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_same_comes_back),
		cmocka_unit_test(every_part_is_there), cmocka_unit_test(lies_are_refused),
		cmocka_unit_test(counts_buy_no_memory), cmocka_unit_test(a_reader_that_dies_dies_alone)};
	return cmocka_run_group_tests_name("vuln/vex_caged", tests, NULL, NULL);
}
