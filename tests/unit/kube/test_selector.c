/* SPDX-License-Identifier: Apache-2.0 */
#include "build.h"

#include "kube/selector.h"

/* What the text becomes; NULL: refused. From apimachinery's own parser. */
static void string_form(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"", ""},
		{"  ", ""},
		{"x", "x"},
		{"!x", "!x"},
		{" ! x , y ", "!x,y"},
		{"x=a,y=b", "x=a,y=b"},
		{"y==b,x=a", "x=a,y==b"},
		{"x!=a", "x!=a"},
		{"x=", "x="},
		{"x=,z= ", "x=,z="},
		{"x in (c,a,b,a)", "x in (a,b,c)"},
		{"x in (foo,,baz)", "x in (,baz,foo)"},
		{"x notin ()", "x notin ()"},
		{"x in (,)", "x in ()"},
		{"x notin(a)", "x notin (a)"},
		{"in in (in,notin)", "in in (in,notin)"},
		{"x>1", "x>1"},
		{"x<1,z", "x<1,z"},
		{"app.kubernetes.io/name=web", "app.kubernetes.io/name=web"},
		{"x=a||y=b", NULL},
		{"x==a==b", NULL},
		{"!x=a", NULL},
		{"x in ", NULL},
		{"x in (a", NULL},
		{"x in (a b)", NULL},
		{"x,", NULL},
		{",x", NULL},
		{"x>a", NULL},
		{"x>", NULL},
		{"x in (a)b", NULL},
		{"-x", NULL},
		{"x=-", NULL},
		{"UP.example/x", NULL},
		{"a/b/c", NULL},
		{"/x", NULL},
		{"x=a%b", NULL},
		{"x===a", NULL},
		{"()", NULL},
	};
	sw_autoarena a;
	sw_arena_init(&a, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sw_selector s;
		struct sw_error err = {0};
		int r = sw_selector_parse(&a, sw_str_from(cases[i].text), &s, &err);
		if (!cases[i].want) {
			if (r >= 0)
				fail_msg("\"%s\" was taken", cases[i].text);
			continue;
		}
		if (r)
			fail_msg("\"%s\": %s", cases[i].text, err.text);
		sw_autobuf b;
		sw_buf_init(&b, 0);
		sw_selector_write(&b, &s);
		assert_str(sw_buf_str(&b), cases[i].want);
	}
}

static void matching(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} cases[] = {
		{"", true},
		{"app=web", true},
		{"app!=web", false},
		{"app in (db,web)", true},
		{"app notin (db)", true},
		{"tier notin (db)", true},
		{"tier!=x", true},
		{"tier=x", false},
		{"!tier", true},
		{"!app", false},
		{"app", true},
		{"n>4", true},
		{"n<5", false},
		{"n>5", false},
		{"app>1", false},
		{"empty=", true},
		{"tier=", false},
		{"app=web,tier", false},
	};
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_value labels = json(&a, "{'app':'web','n':'5','empty':''}");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sw_selector s;
		assert_int_equal(sw_selector_parse(&a, sw_str_from(cases[i].text), &s, NULL), 0);
		if (sw_selector_match(&s, labels) != cases[i].want)
			fail_msg("%s", cases[i].text);
		if (!s.n || s.terms[0].op == SW_SEL_NOT_EXISTS)
			assert_true(sw_selector_match(&s, sw_undef()));
	}
}

static void object_form(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_value labels = json(&a, "{'app':'web'}");
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
		cmocka_unit_test(string_form),
		cmocka_unit_test(matching),
		cmocka_unit_test(object_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
