/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the log: levels, control bytes, length, and JSON that stays JSON whatever is said. */
#include "../test.h"

#include <unistd.h>

#include "base/log.h"
#include "doc/json.h"

/* What a call wrote to standard error. */
static struct sw_str logged(struct sw_arena *a, enum sw_log_level level, const char *text)
{
	int pipes[2], saved = dup(2);
	char *got = sw_arena_alloc(a, 65536);

	assert_int_equal(pipe(pipes), 0);
	dup2(pipes[1], 2);
	sw_log(level, "%s", text);
	dup2(saved, 2);
	close(saved);
	close(pipes[1]);
	ssize_t n = read(pipes[0], got, 65536);
	close(pipes[0]);
	assert_true(n >= 0);
	return sw_str_make(got, (size_t)n);
}

static void levels(void **state)
{
	(void)state;
	struct sw_arena a;

	sw_arena_init(&a, 0);
	sw_log_setup(SW_LOG_WARNING, false);
	assert_true(sw_str_is(logged(&a, SW_LOG_WARNING, "take care"), "warning: take care\n"));
	assert_true(sw_str_is(logged(&a, SW_LOG_ERROR, "over"), "error: over\n"));
	assert_int_equal(logged(&a, SW_LOG_NOTE, "chatter").n, 0);
	sw_arena_release(&a);
}

static void nothing_steers_the_terminal(void **state)
{
	(void)state;
	struct sw_arena a;

	sw_arena_init(&a, 0);
	sw_log_setup(SW_LOG_DEBUG, false);
	struct sw_str s = logged(&a, SW_LOG_ERROR, "a\x1b[2Jb\nwarning: forged\r\x07");
	assert_int_equal(sw_str_chr(s, '\x1b', 0), SW_NPOS);
	assert_int_equal(sw_str_chr(s, '\r', 0), SW_NPOS);
	assert_int_equal(sw_str_chr(s, '\x07', 0), SW_NPOS);
	assert_int_equal(sw_str_chr(s, '\n', 0), s.n - 1); /* one line */
	sw_arena_release(&a);
}

static void json_stays_json(void **state)
{
	(void)state;
	static const char *const texts[] = {"plain", "\"quoted\" and \\", "tab\tline\nbell\x07", "\xff\xfe bad \xc3",
		"\xe2\x82\xac", ""};
	char longest[6000];
	struct sw_arena a;

	sw_arena_init(&a, 0);
	sw_log_setup(SW_LOG_DEBUG, true);
	for (size_t i = 0; i <= sizeof(texts) / sizeof(texts[0]); i++) {
		struct sw_value v;
		struct sw_error err = {0};
		memset(longest, 'x', sizeof(longest) - 1);
		memcpy(longest + 4093, "\xe2\x82\xac", 3); /* cut in the middle of a character */
		longest[sizeof(longest) - 1] = 0;
		struct sw_str s = logged(&a, SW_LOG_INFO,
			i < sizeof(texts) / sizeof(texts[0]) ? texts[i] : longest);
		assert_int_equal(sw_json_parse(&a, s, 0, NULL, &v, NULL, &err), 0);
		assert_true(sw_str_is(sw_value_getstr(v, "level"), "info"));
		assert_true(sw_utf8_valid(sw_value_getstr(v, "msg")));
	}
	sw_arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels),
		cmocka_unit_test(nothing_steers_the_terminal),
		cmocka_unit_test(json_stays_json),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
