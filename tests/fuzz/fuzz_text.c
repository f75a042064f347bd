/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for terminals, and the small values of options: cleaned text holds no control byte and never
 * grows past a line; durations, sizes, dates and command lines are read without surprise.
 */
#include <stdlib.h>

#include "base/opt.h"
#include "base/term.h"
#include "finding/waiver.h"

static const struct sw_opt rows[] = {
	{.name = "quiet", .letter = 'q', .type = SW_OPT_BOOL, .help = "x"},
	{.name = "verbose", .letter = 'v', .type = SW_OPT_COUNT, .help = "x"},
	{.name = "fail-on",
		.type = SW_OPT_ENUM,
		.choices = "never|low|high",
		.def = "high",
		.help = "x"},
	{.name = "output",
		.letter = 'o',
		.type = SW_OPT_STRING,
		.flags = SW_OPT_LIST | SW_OPT_COMMA,
		.help = "x"},
	{.name = "timeout", .letter = 't', .type = SW_OPT_DURATION, .def = "1m", .help = "x"},
	{.name = "size", .letter = 's', .type = SW_OPT_SIZE, .help = "x"},
	{.name = "count", .letter = 'n', .type = SW_OPT_INT, .help = "x"},
};

static void check_clean(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\n') || s.p[i] == 0x7f)
			abort();
	if (!sw_utf8_valid(s))
		abort();
}

static void terminal(struct sw_str text)
{
	sw_autobuf wrapped, fit;
	sw_buf_init(&wrapped, 16 << 20);
	sw_buf_init(&fit, 16 << 20);
	sw_text_wrap(&wrapped, text, 3, 5, 40);
	check_clean(sw_buf_str(&wrapped));
	struct sw_str rest = sw_buf_str(&wrapped), line;
	while (sw_str_split(&rest, '\n', &line))
		if (sw_text_width(line) > 40)
			abort();
	sw_text_clean_fit(&fit, text, 20);
	check_clean(sw_buf_str(&fit));
	if (sw_text_width(sw_buf_str(&fit)) > 20)
		abort();
}

/* The words of the text as a command line. */
static void command_line(struct sw_str text)
{
	sw_autoarena a;
	struct sw_opts o;
	struct sw_error err = {0};
	struct sw_optset set = {rows, sizeof(rows) / sizeof(*rows)};
	const char *argv[64];
	int n = 0;
	struct sw_str word;
	sw_arena_init(&a, 64 << 20);
	if (sw_opts_init(&o, &a, &set, 1, &err))
		abort();
	while (n < 64 && sw_str_split(&text, ' ', &word))
		if (sw_str_chr(word, '\0', 0) == SW_NPOS)
			argv[n++] = sw_arena_cstr(&a, word);
	if (sw_opts_argv(&o, n, argv, &err) && !err.text[0])
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_str text = sw_str_make((const char *)data, size);
	int64_t v;
	if (size > 1 << 16)
		return 0;
	terminal(text);
	command_line(text);
	sw_opt_parse_duration(text, &v);
	sw_opt_parse_size(text, &v);
	sw_date_parse(text, &v);
	sw_glob(text, SW_STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
	return 0;
}
