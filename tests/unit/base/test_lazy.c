/* SPDX-License-Identifier: Apache-2.0 */
/* Stubs that load a library at the first call: the call itself must not notice. */
#include <glib.h>
#include <math.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/lazy.h"
#include "base/sha256.h"

/* Each case is a process of its own: a library is loaded once. */
static int in_child(void (*run)(void), char out[512])
{
	int ends[2], status;
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		run();
		fflush(stdout);
		_exit(0);
	}
	close(ends[1]);
	size_t n = 0;
	for (ssize_t got; n < 511 && (got = read(ends[0], out + n, 511 - n)) > 0;)
		n += (size_t)got;
	out[n] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void floats(void)
{
	volatile double two = 2, ten = 10;
	printf("%g %g", pow(two, ten), fmod(ten, 3 * two));
}

static void many(void)
{
	/* a list that does not end in registers */
	gchar *s = g_strjoin("-", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", NULL);
	gchar *t = g_strdup_printf("%s %d %.2f %s %d %d %.1f", s, 1, 2.5, "x", 3, 4, 5.5);
	printf("%s", t);
	g_free(s);
	g_free(t);
}

static void keeps_errno(void)
{
	errno = 77;
	g_free(NULL);
	printf("%d", errno);
}

static void *one(void *p)
{
	pthread_barrier_wait(p);
	uint8_t out[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	return EVP_Digest("abc", 3, out, &n, EVP_sha512(), NULL) == 1 && n == 64 && out[0] == 0xdd
		       ? p
		       : NULL;
}

static void at_once(void)
{
	enum { N = 8 };
	pthread_t t[N];
	pthread_barrier_t all;
	int good = 0;
	pthread_barrier_init(&all, NULL, N);
	for (int i = 0; i < N; i++)
		if (pthread_create(&t[i], NULL, one, &all))
			_exit(9);
	for (int i = 0; i < N; i++) {
		void *r;
		pthread_join(t[i], &r);
		good += r != NULL;
	}
	printf("%d", good);
}

static void not_there(void)
{
	struct rlimit none = {0, 0};
	setrlimit(RLIMIT_NOFILE, &none);
	printf("%p", (void *)EVP_MD_CTX_new());
}

static void loaded_before(void)
{
	struct rlimit none = {0, 0};
	sw_lazy_load(SW_LAZY_LIB_GLIB);
	setrlimit(RLIMIT_NOFILE, &none);
	gchar *s = g_strdup("there");
	printf("%s", s);
	g_free(s);
}

static void data(void)
{
	const unsigned *v = sw_lazy_data(SW_LAZY_LIB_GLIB, "glib_major_version");
	printf("%u %d", v ? *v : 0, sw_lazy_data(SW_LAZY_LIB_GLIB, "no_such_thing") == NULL);
}

static void test_calls(void **state)
{
	(void)state;
	char out[512];
	assert_int_equal(in_child(floats, out), 0);
	assert_string_equal(out, "1024 4");
	assert_int_equal(in_child(many, out), 0);
	assert_string_equal(out, "a-b-c-d-e-f-g-h-i-j 1 2.50 x 3 4 5.5");
	assert_int_equal(in_child(keeps_errno, out), 0);
	assert_string_equal(out, "77");
	assert_int_equal(in_child(at_once, out), 0);
	assert_string_equal(out, "8");
	assert_int_equal(in_child(data, out), 0);
	assert_string_equal(out, "2 1");
}

static void test_load_before(void **state)
{
	(void)state;
	char out[512];
	assert_int_equal(in_child(loaded_before, out), 0);
	assert_string_equal(out, "there");
}

static void test_missing(void **state)
{
	(void)state;
	char out[512];
#ifndef SW_LAZY
	skip();
#endif
	assert_int_equal(in_child(not_there, out), 127);
	assert_non_null(strstr(out, "seawall: error while loading a library: libcrypto.so.3: "));
}

static void test_sha256(void **state)
{
	(void)state;
	/* FIPS 180-4's examples, and a million of "a" in uneven pieces */
	static const struct {
		const char *text;
		uint8_t head[4];
	} cases[] = {{"", {0xe3, 0xb0, 0xc4, 0x42}}, {"abc", {0xba, 0x78, 0x16, 0xbf}},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			{0x24, 0x8d, 0x6a, 0x61}}};
	uint8_t out[SW_SHA256_LEN];
	for (size_t i = 0; i < 3; i++) {
		sw_sha256(cases[i].text, strlen(cases[i].text), out);
		assert_memory_equal(out, cases[i].head, 4);
	}
	sw_sha256(NULL, 0, out);
	assert_memory_equal(out, cases[0].head, 4);
	char a[997];
	memset(a, 'a', sizeof(a));
	struct sw_sha256 s;
	sw_sha256_init(&s);
	for (size_t left = 1000000, n = 1; left; left -= n, n = n % sizeof(a) + 1) {
		n = n < left ? n : left;
		sw_sha256_add(&s, a, n);
	}
	sw_sha256_end(&s, out);
	assert_memory_equal(out, ((uint8_t[]){0xcd, 0xc7, 0x6e, 0x5c, 0x99, 0x14, 0xfb, 0x92}), 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_load_before),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_sha256),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
