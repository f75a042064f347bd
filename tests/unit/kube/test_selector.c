/* SPDX-License-Identifier: Apache-2.0 */
#include "build.h"

#include "kube/selector.h"

static void object_form(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_value labels = json(&a, "{'app':'web','empty':''}");
	static const struct {
		const char *text;
		int want; /* 1, 0, or an error */
	} cases[] = {
		{"null", 0},
		{"{}", 1},
		{"{'matchLabels':{}}", 1},
		{"{'matchLabels':{'app':'web'}}", 1},
		{"{'matchLabels':{'app':'db'}}", 0},
		{"{'matchExpressions':[{'key':'app','operator':'In','values':['web','db']}]}", 1},
		{"{'matchExpressions':[{'key':'app','operator':'Exists'},{'key':'x','operator':'"
		 "DoesNotExist'}]}",
			1},
		{"{'matchExpressions':[{'key':'app','operator':'NotIn','values':['web']}]}", 0},
		{"{'matchExpressions':[{'key':'app','operator':'In'}]}", -SW_EINVALID},
		{"{'matchExpressions':[{'key':'app','operator':'in','values':['a']}]}",
			-SW_EINVALID},
		{"{'matchExpressions':[{'operator':'Exists'}]}", -SW_EINVALID},
		{"{'matchExpressions':[{'key':'tier','operator':'NotIn','values':['web']}]}", 1},
		{"{'matchLabels':{'empty':''}}", 1},
		{"{'matchLabels':{'tier':''}}", 0},
		{"{'matchLabels':{'app':'web','tier':'x'}}", 0},
		{"{'matchLabels':{'app.kubernetes.io/name':'web'}}", 0},
		{"{'matchLabels':{'-x':'a'}}", -SW_EINVALID},
		{"{'matchLabels':{'x':'-'}}", -SW_EINVALID},
		{"{'matchLabels':{'x':'a%b'}}", -SW_EINVALID},
		{"{'matchLabels':{'UP.example/x':''}}", -SW_EINVALID},
		{"{'matchLabels':{'a/b/c':''}}", -SW_EINVALID},
		{"{'matchLabels':{'/x':''}}", -SW_EINVALID},
		{"{'matchExpressions':[{'key':'x','operator':'NotIn','values':[]}]}", -SW_EINVALID},
		{"{'matchExpressions':[{'key':'x','operator':'Exists','values':['a']}]}",
			-SW_EINVALID},
		{"{'matchExpressions':[7]}", -SW_EINVALID},
		{"{'matchExpressions':{}}", -SW_EINVALID},
		{"{'matchLabels':{'app':1}}", -SW_EINVALID},
		{"{'matchLabels':[]}", -SW_EINVALID},
		{"[]", -SW_EINVALID},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sw_selector s;
		struct sw_error err = {0};
		int r = sw_selector_from(&a, json(&a, cases[i].text), &s, &err);
		if (r == 0)
			r = sw_selector_match(&s, labels);
		if (r != cases[i].want)
			fail_msg("%s: %d", cases[i].text, r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(object_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
