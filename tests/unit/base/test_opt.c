/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include <stdlib.h>

#include "base/opt.h"

static const struct sw_opt rows[] = {
	{.name = "quiet", .letter = 'q', .type = SW_OPT_BOOL, .help = "say less"},
	{.name = "verbose", .letter = 'v', .type = SW_OPT_COUNT, .help = "say more"},
	{.name = "fail-on",
		.type = SW_OPT_ENUM,
		.choices = "never|low|high",
		.def = "high",
		.help = "x"},
	{.name = "output", .letter = 'o', .type = SW_OPT_STRING, .flags = SW_OPT_LIST, .help = "x"},
	{.name = "severity",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_LIST | SW_OPT_COMMA,
		.help = "x"},
	{.name = "timeout", .type = SW_OPT_DURATION, .def = "1m", .help = "x"},
	{.name = "max-size", .type = SW_OPT_SIZE, .def = "64MiB", .help = "x"},
	{.name = "stdin",
		.letter = 'I',
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY,
		.help = "x"},
};

struct fixture {
	struct sw_arena a;
	struct sw_opts o;
	struct sw_error err;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct sw_optset set = {rows, sizeof(rows) / sizeof(*rows)};
	sw_arena_init(&f->a, 0);
	*state = f;
	return sw_opts_init(&f->o, &f->a, &set, 1, &f->err);
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	sw_arena_release(&f->a);
	free(f);
	return 0;
}

static int parse(struct fixture *f, const char *const *argv)
{
	int n = 0;
	while (argv[n])
		n++;
	return sw_opts_argv(&f->o, n, argv, &f->err);
}
#define PARSE(f, ...) parse(f, (const char *const[]){__VA_ARGS__, NULL})

static void forms(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(PARSE(f, "a", "-qvv", "-o=json", "-osarif=x", "-o", "html",
				 "--fail-on=low", "-", "--severity", "high, critical,", "--", "-q"),
		0);
	assert_true(sw_opts_bool(&f->o, "quiet"));
	assert_int_equal(sw_opts_int(&f->o, "verbose"), 2);
	const struct sw_optval *out = sw_opts_get(&f->o, "output");
	assert_int_equal(out->n, 3);
	assert_string_equal(out->v[0], "json");
	assert_string_equal(out->v[1], "sarif=x");
	assert_string_equal(out->v[2], "html");
	assert_int_equal(sw_opts_int(&f->o, "fail-on"), 1);
	const struct sw_optval *sev = sw_opts_get(&f->o, "severity");
	assert_int_equal(sev->n, 2);
	assert_string_equal(sev->v[1], "critical");
	assert_int_equal(f->o.n_args, 3);
	assert_string_equal(f->o.args[1], "-");
	assert_string_equal(f->o.args[2], "-q");
	assert_int_equal(sw_opts_int(&f->o, "max-size"), 64 << 20);
	assert_true(sw_opts_int(&f->o, "timeout") == 60000000000);
}

static void bool_can_be_unset(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(PARSE(f, "-q", "--quiet=false"), 0);
	assert_false(sw_opts_bool(&f->o, "quiet"));
}

static void mistakes(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(PARSE(f, "--fail-onn=low"), -SW_EUSAGE);
	assert_string_equal(f->err.hint, "did you mean --fail-on?");
	assert_int_equal(PARSE(f, "--sevrity=low"), -SW_EUSAGE);
	assert_string_equal(f->err.hint, "did you mean --severity?");
	assert_int_equal(PARSE(f, "--zzzzzzz"), -SW_EUSAGE);
	assert_string_equal(f->err.hint, "");
	assert_int_equal(PARSE(f, "--out", "x"), -SW_EUSAGE); /* no abbreviations, but a hint */
	assert_string_equal(f->err.hint, "did you mean --output?");
	assert_int_equal(PARSE(f, "-x"), -SW_EUSAGE);
	assert_int_equal(PARSE(f, "-quiet"), -SW_EUSAGE);
	assert_int_equal(PARSE(f, "--output"), -SW_EUSAGE);
	assert_int_equal(PARSE(f, "-o"), -SW_EUSAGE);
	assert_int_equal(PARSE(f, "--fail-on", "hihg"), -SW_EUSAGE);
	assert_string_equal(f->err.hint, "did you mean high?");
	assert_int_equal(PARSE(f, "--timeout", "5"), -SW_EUSAGE);
	assert_int_equal(PARSE(f, "--max-size", "9999999999999T"), -SW_EUSAGE);
	assert_int_equal(PARSE(f, "--quiet=maybe"), -SW_EUSAGE);
	assert_int_equal(PARSE(f, "--=x"), -SW_EUSAGE);
}

static char *fake_env(const char *name)
{
	if (strcmp(name, "SEAWALL_FAIL_ON") == 0)
		return (char *)"never";
	if (strcmp(name, "SEAWALL_OUTPUT") == 0)
		return (char *)"csv";
	if (strcmp(name, "SEAWALL_STDIN") == 0)
		return (char *)"true";
	return NULL;
}

static void precedence(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(PARSE(f, "-o", "json"), 0);
	assert_int_equal(sw_opts_env(&f->o, fake_env, &f->err), 0);
	const struct sw_opt *fail = sw_opts_find(&f->o, SW_STR("fail-on"));
	const struct sw_opt *tmo = sw_opts_find(&f->o, SW_STR("timeout"));
	assert_int_equal(sw_opts_set(&f->o, fail, "low", SW_FROM_PROJECT, &f->err), 0);
	assert_int_equal(sw_opts_set(&f->o, tmo, "2s", SW_FROM_SYSTEM, &f->err), 0);
	assert_int_equal(sw_opts_set(&f->o, tmo, "3s", SW_FROM_USER, &f->err), 0);
	assert_int_equal(sw_opts_set(&f->o, tmo, "4s", SW_FROM_SYSTEM, &f->err), 0);
	assert_string_equal(sw_opts_str(&f->o, "fail-on"), "never");
	assert_string_equal(sw_opts_str(&f->o, "timeout"), "3s");
	assert_int_equal(sw_opts_get(&f->o, "output")->n, 1); /* lists replace, they do not merge */
	assert_string_equal(sw_opts_str(&f->o, "output"), "json");
	assert_false(sw_opts_bool(&f->o, "stdin")); /* flag only */
	assert_false(sw_opts_given(&f->o, "max-size"));
}

static void durations(void **state)
{
	int64_t v;
	assert_int_equal(sw_opt_parse_duration(SW_STR("1h2m3.5s"), &v), 0);
	assert_true(v == 3723500000000);
	assert_int_equal(sw_opt_parse_duration(SW_STR("-1.5ms"), &v), 0);
	assert_true(v == -1500000);
	assert_int_equal(sw_opt_parse_duration(SW_STR("0"), &v), 0);
	assert_int_equal(sw_opt_parse_duration(SW_STR("90"), &v), -SW_EINVALID);
	assert_int_equal(sw_opt_parse_duration(SW_STR("s"), &v), -SW_EINVALID);
	assert_int_equal(sw_opt_parse_duration(SW_STR(""), &v), -SW_EINVALID);
	assert_int_equal(sw_opt_parse_duration(SW_STR("1d"), &v), -SW_EINVALID);
	assert_int_equal(sw_opt_parse_duration(SW_STR("9999999999h"), &v), -SW_EINVALID);
	assert_int_equal(sw_opt_parse_size(SW_STR("1GB"), &v), 0);
	assert_true(v == 1000000000);
	assert_int_equal(sw_opt_parse_size(SW_STR("2Ki"), &v), 0);
	assert_true(v == 2048);
	assert_int_equal(sw_opt_parse_size(SW_STR("2X"), &v), -SW_EINVALID);
	assert_int_equal(sw_opt_parse_size(SW_STR("K"), &v), -SW_EINVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(forms, setup, teardown),
		cmocka_unit_test_setup_teardown(bool_can_be_unset, setup, teardown),
		cmocka_unit_test_setup_teardown(mistakes, setup, teardown),
		cmocka_unit_test_setup_teardown(precedence, setup, teardown),
		cmocka_unit_test(durations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
