/* SPDX-License-Identifier: Apache-2.0 */
/* The conditions that Falco's parser must accept and refuse; each also with blanks of every kind around it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "doc/json.h"
#include "runtime/rules/ast.h"

static bool parses(struct sw_str text, struct sw_error *err)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_cond *c;
	return sw_cond_parse(&a, text, SW_COND_DEPTH_FILTER, &c, NULL, err) == 0;
}

static unsigned run(struct sw_value list, bool accept, unsigned n)
{
	static const char *const around[] = {" ", "\t", "\n", "\b", "\r"};
	sw_array_foreach(it, list)
	{
		struct sw_value v = sw_array_at(*it, 1);
		struct sw_str text = sw_str_make(v.u.s, v.n);
		struct sw_error err = {0};
		bool ok = parses(text, &err) == accept;
		for (size_t i = 0; accept && ok && i < sizeof(around) / sizeof(*around); i++) {
			sw_autoarena a;
			sw_arena_init(&a, 0);
			struct sw_str padded =
				sw_arena_printf(&a, "%s%.*s%s", around[i], SW_STR_ARG(text), around[i]);
			ok = parses(padded, &err);
		}
		char name[64];
		size_t k = 0;
		for (size_t i = 0; i < text.n && k + 1 < sizeof(name); i++)
			if (text.p[i] >= ' ' && text.p[i] < 0x7f && text.p[i] != '#')
				name[k++] = text.p[i];
		name[k] = 0;
		printf("%sok %u - %s %s\n", ok ? "" : "not ", ++n, accept ? "accepts" : "refuses", name);
		if (!ok)
			printf("# %.*s: %s\n", SW_STR_ARG(text), err.text);
	}
	return n;
}

int main(void)
{
	const char *shared = getenv("SW_SHARED");
	sw_autoarena a;
	sw_arena_init(&a, 0);
	char path[1024];
	snprintf(path, sizeof(path), "%s/conformance/falco/libs/filter_parser.json", shared ? shared : "../shared");
	struct sw_str text;
	struct sw_value doc;
	if (sw_io_read(&a, path, 0, 0, &text, NULL) < 0 || sw_json_parse(&a, text, 0, NULL, &doc, NULL, NULL) < 0) {
		printf("ok 1 - Falco's parser vectors # skip %s is not there\n1..1\n", path);
		return 0;
	}
	unsigned n = run(sw_object_gets(doc, SW_STR("accept")), true, 0);
	n = run(sw_object_gets(doc, SW_STR("reject")), false, n);
	printf("1..%u\n", n);
	return 0;
}
