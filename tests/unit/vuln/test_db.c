/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln_test.h"

#include "vuln/db/delta.h"
#include "vuln/db/format.h"

static const char one[] =
	"{\"id\":\"GHSA-aaaa-bbbb-cccc\",\"aliases\":[\"CVE-2024-1\"],\"summary\":\"One\","
	"\"modified\":\"2024-05-06T00:00:00Z\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\","
	"\"name\":\"left\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"1.0.0\"}"
	","
	"{\"fixed\":\"1.2.0\"}]}]}]}";
static const char two[] =
	"{\"id\":\"GHSA-dddd-eeee-ffff\",\"summary\":\"Two\",\"modified\":\"2024-05-07T00:00:00Z\","
	"\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"Zope.Interface\"},"
	"\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"2.0\"}"
	"]}]}]}";

static void reads_what_was_written(void **state)
{
	(void)state;
	struct world w;
	struct sw_db_eco eco;
	struct sw_db_row row;
	struct sw_db_advisory adv;
	struct sw_db_flaw flaw;
	uint32_t first, n;
	world_init(&w);
	world_feed(&w, "ghsa/one.json", one);
	world_feed(&w, "ghsa/two.json", two);
	world_build(&w);
	assert_int_equal(sw_vuln_db_eco(w.db, SW_STR("npm"), &eco, NULL), 0);
	assert_true(sw_db_eco_find(&eco, SW_STR("left"), &first, &n));
	assert_int_equal(n, 1);
	assert_true(sw_db_eco_row(&eco, first, &row));
	assert_str(row.introduced, "1.0.0");
	assert_str(row.fixed, "1.2.0");
	assert_true(sw_db_eco_advisory(&eco, row.advisory, &adv));
	assert_str(adv.id, "GHSA-aaaa-bbbb-cccc");
	assert_str(sw_db_eco_flaw(&eco, adv.first_flaw), "CVE-2024-1");
	assert_false(sw_db_eco_find(&eco, SW_STR("right"), &first, &n));
	assert_int_equal(sw_vuln_db_eco(w.db, SW_STR("pypi"), &eco, NULL), 0);
	assert_true(sw_db_eco_find(&eco, SW_STR("zope-interface"), &first, &n)); /* PEP 503 */
	assert_int_equal(sw_vuln_db_flaw(w.db, SW_STR("CVE-2024-1"), &flaw, NULL), 0);
	assert_str(flaw.aliases, "GHSA-aaaa-bbbb-cccc");
	assert_int_equal(
		sw_vuln_db_flaw(w.db, SW_STR("GHSA-aaaa-bbbb-cccc"), &flaw, NULL), -SW_ENOENT);
	assert_int_equal(
		sw_vuln_db_flaw_named(w.db, SW_STR("ghsa-aaaa-bbbb-CCCC"), &flaw, NULL), 0);
	assert_str(flaw.id, "CVE-2024-1");
	assert_int_equal(sw_vuln_db_eco(w.db, SW_STR("debian:12"), &eco, NULL), -SW_ENOENT);
	world_release(&w);
}

static void order_changes_nothing(void **state)
{
	(void)state;
	struct world a, b;
	world_init(&a);
	world_init(&b);
	world_feed(&a, "ghsa/one.json", one);
	world_feed(&a, "ghsa/two.json", two);
	world_feed(&b, "ghsa/two.json", two);
	world_feed(&b, "ghsa/one.json", one);
	world_build(&a);
	world_build(&b);
	assert_int_equal(a.bytes.n, b.bytes.n);
	assert_memory_equal(a.bytes.p, b.bytes.p, a.bytes.n);
	world_release(&a);
	world_release(&b);
}

/* Any byte that changes is found out, and nothing worse happens. */
static void every_flipped_bit_is_noticed(void **state)
{
	(void)state;
	struct world w;
	world_init(&w);
	world_feed(&w, "ghsa/one.json", one);
	world_build(&w);
	size_t table = 256 + 4 * sizeof(struct sw_dbf_section), noticed = 0, quiet = 0;
	for (size_t i = 0; i < w.bytes.n; i++) {
		struct sw_vuln_db *db = NULL;
		w.bytes.p[i] ^= 0x41;
		int rc = sw_vuln_db_open_bytes(sw_buf_str(&w.bytes), &db, NULL);
		if (!rc)
			rc = sw_vuln_db_verify(db, NULL);
		sw_vuln_db_close(db);
		w.bytes.p[i] ^= 0x41;
		/* Dates, reserved bytes and the unused signature are covered by a signature only;
		 * padding by nothing. */
		if (rc)
			noticed++;
		else if (i >= 64 + 8 && i < table && i > 256)
			fail_msg("byte %zu of the table changed unnoticed", i);
		else
			quiet++;
	}
	assert_true(noticed > w.bytes.n - 256 - 64);
	assert_true(quiet < 300);
	world_release(&w);
}

static void cut_files_are_refused(void **state)
{
	(void)state;
	struct world w;
	world_init(&w);
	world_feed(&w, "ghsa/one.json", one);
	world_build(&w);
	for (size_t n = 0; n + 8 < w.bytes.n; n++) {
		struct sw_vuln_db *db = NULL;
		int rc = sw_vuln_db_open_bytes(sw_str_make(w.bytes.p, n), &db, NULL);
		if (!rc)
			rc = sw_vuln_db_verify(db, NULL);
		sw_vuln_db_close(db);
		assert_int_not_equal(rc, 0);
	}
	world_release(&w);
}

static const char private_key[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
	"-----END PRIVATE KEY-----\n"; /* RFC 8410's example */
static const char public_key[] = "-----BEGIN PUBLIC KEY-----\n"
				 "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
				 "-----END PUBLIC KEY-----\n";

static void signatures(void **state)
{
	(void)state;
	struct world w;
	struct sw_vuln_db *db = NULL;
	sw_autobuf out;
	sw_buf_init(&out, 1 << 20);
	world_init(&w);
	world_feed(&w, "ghsa/one.json", one);
	assert_int_equal(sw_db_builder_write(w.b, NOW, w.feeds.stats, w.feeds.n_stats,
				 sw_str_from(private_key), &out, NULL),
		0);
	assert_int_equal(sw_vuln_db_open_bytes(sw_buf_str(&out), &db, NULL), 0);
	assert_int_equal(sw_vuln_db_verify_key(db, sw_str_from(public_key), NULL), 0);
	sw_vuln_db_close(db);
	out.p[30] ^= 1; /* the date of the data */
	assert_int_equal(sw_vuln_db_open_bytes(sw_buf_str(&out), &db, NULL), 0);
	assert_int_equal(sw_vuln_db_verify_key(db, sw_str_from(public_key), NULL), -SW_ESECURITY);
	sw_vuln_db_close(db);
	world_build(&w);
	assert_int_equal(sw_vuln_db_verify_key(w.db, sw_str_from(public_key), NULL),
		-SW_ESECURITY); /* not signed */
	world_release(&w);
}

static void count_change(void *arg, const struct sw_db_change *c)
{
	int *n = arg;
	n[c->sign == '+']++;
}

static void deltas(void **state)
{
	(void)state;
	struct world a, b;
	int changes[2] = {0};
	sw_autobuf delta, again, half;
	sw_buf_init(&delta, 1 << 20);
	sw_buf_init(&again, 1 << 20);
	sw_buf_init(&half, 1 << 20);
	world_init(&a);
	world_init(&b);
	world_feed(&a, "ghsa/one.json", one);
	world_feed(&b, "ghsa/one.json", one);
	world_feed(&b, "ghsa/two.json", two);
	world_build(&a);
	world_build(&b);
	assert_int_equal(sw_db_delta_make(a.db, b.db, &delta, NULL), 0);
	assert_true(sw_db_is_delta(sw_buf_str(&delta)));
	assert_int_equal(sw_db_delta_apply(a.db, sw_buf_str(&delta), &again, NULL), 0);
	assert_int_equal(again.n, b.bytes.n);
	assert_memory_equal(again.p, b.bytes.p, again.n);
	for (size_t n = 0; n < delta.n; n++) { /* cut anywhere: refused */
		sw_buf_clear(&half);
		assert_int_not_equal(
			sw_db_delta_apply(a.db, sw_str_make(delta.p, n), &half, NULL), 0);
	}
	assert_int_equal(sw_db_diff(a.db, b.db, count_change, changes, NULL), 0);
	assert_int_equal(changes[1], 1);
	assert_int_equal(changes[0], 0);
	sw_buf_clear(&delta);
	sw_buf_clear(&again);
	assert_int_equal(sw_db_delta_make(b.db, a.db, &delta, NULL), 0);
	world_release(&a);
	world_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(reads_what_was_written),
		cmocka_unit_test(order_changes_nothing),
		cmocka_unit_test(every_flipped_bit_is_noticed),
		cmocka_unit_test(cut_files_are_refused), cmocka_unit_test(signatures),
		cmocka_unit_test(deltas)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
