/* SPDX-License-Identifier: Apache-2.0 */
/* Sources of our own and what OPA 1.22.2 says to them: every error, or the module printed. */
static const struct parse_case {
	enum sw_rego_version version;
	const char *source, *want;
} parse_cases[] = {
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p { true }\n",
		"t.rego:3: rego_parse_error: `if` keyword is required before rule body"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { 1 +  }\n",
		"t.rego:3: rego_parse_error: unexpected } token\n"
		"\tp if { 1 +  }\n"
		"\t            ^"},
	{SW_REGO_V1,
		"package a\n"
		"p := \n",
		"t.rego:3: rego_parse_error: unexpected eof token\n"
		"\tp := \n"
		"\t   ^\n"
		"t.rego:3: rego_parse_error: unexpected eof token: expected rule value term (e.g., p :"
		"= <VALUE> { ... })\n"
		"\tp := \n"
		"\t   ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if x in [1\n",
		"t.rego:4: rego_parse_error: unexpected eof token: expected \",\" or \"]\"\n"
		"\tp if x in [1\n"
		"\t           ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if {\n"
		"\tx := [1, 2\n"
		"\ty := 3\n"
		"}\n",
		"t.rego:5: rego_parse_error: unexpected identifier token: expected \",\" or \"]\"\n"
		"\ty := 3\n"
		"\t^"},
	{SW_REGO_V1,
		"package a.b[1]\n",
		"t.rego:1: rego_parse_error: unexpected number token: expecting string\n"
		"\tpackage a.b[1]\n"
		"\t            ^"},
	{SW_REGO_V1,
		"package [1]\n",
		"t.rego:1: rego_parse_error: unexpected [ token\n"
		"\tpackage [1]\n"
		"\t        ^"},
	{SW_REGO_V1,
		"import data.x\n",
		"t.rego:1: rego_parse_error: package expected"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"package b\n",
		"t.rego:3: rego_parse_error: unexpected package"},
	{SW_REGO_V1,
		"package a\n"
		"import foo.bar\n",
		"t.rego:2: rego_parse_error: unexpected import path, must begin with one of: {data, fu"
		"ture, input, rego}, got: foo (hint: if this is unexpected, try updating OPA)\n"
		"\timport foo.bar\n"
		"\t       ^"},
	{SW_REGO_V1,
		"package a\n"
		"import data.x as input\n",
		"t.rego:2: rego_parse_error: unexpected import alias, must not be a reserved name, got"
		": input\n"
		"\timport data.x as input\n"
		"\t                 ^"},
	{SW_REGO_V1,
		"package a\n"
		"import data.if\n",
		"t.rego:2: rego_parse_error: unexpected import path, must not end with a keyword, got:"
		" if (hint: import a different path or use an alias)\n"
		"\timport data.if\n"
		"\t            ^"},
	{SW_REGO_V1,
		"package a\n"
		"import future.keywords.nope\n",
		"t.rego:2: rego_parse_error: unexpected keyword, must be one of [and contains every if"
		" in not or]\n"
		"\timport future.keywords.nope\n"
		"\t       ^"},
	{SW_REGO_V1,
		"package a\n"
		"import future.foo\n",
		"t.rego:2: rego_parse_error: invalid import, must be `future.keywords`\n"
		"\timport future.foo\n"
		"\t       ^"},
	{SW_REGO_V1,
		"package a\n"
		"import future.keywords.in as x\n",
		"t.rego:2: rego_parse_error: `future` imports cannot be aliased\n"
		"\timport future.keywords.in as x\n"
		"\t                             ^"},
	{SW_REGO_V1,
		"package a\n"
		"import rego.v3\n",
		"t.rego:2: rego_parse_error: invalid import `rego.v3`, must be one of: `rego.v1`, `reg"
		"o.v2`\n"
		"\timport rego.v3\n"
		"\t       ^"},
	{SW_REGO_V1,
		"package a\n"
		"import rego.v1 as y\n",
		"t.rego:2: rego_parse_error: `rego` imports cannot be aliased\n"
		"\timport rego.v1 as y\n"
		"\t                  ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"every := 1\n",
		"t.rego:3: rego_parse_error: every keyword cannot be used for rule name\n"
		"\tevery := 1\n"
		"\t^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"default in := 1\n",
		"t.rego:3: rego_parse_error: in keyword cannot be used for rule name\n"
		"\tdefault in := 1\n"
		"\t        ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p contains if { true }\n",
		"t.rego:3: rego_parse_error: unexpected if keyword\n"
		"\tp contains if { true }\n"
		"\t           ^\n"
		"t.rego:3: rego_parse_error: unexpected if keyword: expected rule key term (e.g., p co"
		"ntains <VALUE> { ... })\n"
		"\tp contains if { true }\n"
		"\t           ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"f(x) contains 1 if { x }\n",
		"t.rego:3: rego_parse_error: unexpected contains keyword: the contains keyword can onl"
		"y be used with multi-value rule definitions (e.g., f contains <VALUE> { ... })\n"
		"\tf(x) contains 1 if { x }\n"
		"\t     ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p[x] if { some x in [1] } else := 2\n",
		"t.rego:3: rego_parse_error: else keyword cannot be used on rules with variables in head\n"
		"\tp[x] if { some x in [1] } else := 2\n"
		"\t                          ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p contains 1 if { true } else := 2\n",
		"t.rego:3: rego_parse_error: else keyword cannot be used on multi-value rules\n"
		"\tp contains 1 if { true } else := 2\n"
		"\t                         ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { true } else\n",
		"t.rego:4: rego_parse_error: unexpected eof token: expected else value term or rule body\n"
		"\tp if { true } else\n"
		"\t                 ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { true } else := 1 if\n",
		"t.rego:4: rego_parse_error: unexpected eof token: rule body expected\n"
		"\tp if { true } else := 1 if\n"
		"\t                         ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p = 1 if { true } { false }\n",
		"package a\n"
		"\n"
		"p = 1 if { true }\n"
		"p = 1 if { false }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { true } else := 2 { true }\n"
		"{ false }\n",
		"t.rego:4: rego_parse_error: expected else keyword\n"
		"\t{ false }\n"
		"\t^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"default p := input.x\n",
		"t.rego:3: rego_parse_error: illegal default rule (value cannot contain ref)\n"
		"\tdefault p := input.x\n"
		"\t^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"default p\n",
		"package a\n"
		"\n"
		"default p = true"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"default f(x, x) := 1\n",
		"t.rego:3: rego_parse_error: illegal default rule (arguments cannot be repeated x)\n"
		"\tdefault f(x, x) := 1\n"
		"\t^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"default f(1, [y]) := 1\n",
		"t.rego:3: rego_parse_error: illegal default rule (arguments cannot contain number)\n"
		"\tdefault f(1, [y]) := 1\n"
		"\t^\n"
		"t.rego:3: rego_parse_error: illegal default rule (arguments cannot contain array)\n"
		"\tdefault f(1, [y]) := 1\n"
		"\t^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"default p := {count([]): [data.x]}\n",
		"t.rego:3: rego_parse_error: illegal default rule (value cannot contain call)\n"
		"\tdefault p := {count([]): [data.x]}\n"
		"\t^\n"
		"t.rego:3: rego_parse_error: illegal default rule (value cannot contain ref)\n"
		"\tdefault p := {count([]): [data.x]}\n"
		"\t^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { not some x in [1] }\n",
		"t.rego:3: rego_parse_error: unexpected some keyword: illegal negation of 'some'\n"
		"\tp if { not some x in [1] }\n"
		"\t           ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { not every x in [1] { x } }\n",
		"t.rego:3: rego_parse_error: unexpected every keyword: illegal negation of 'every'\n"
		"\tp if { not every x in [1] { x } }\n"
		"\t           ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { some 1 }\n",
		"t.rego:3: rego_parse_error: unexpected number token: expected var\n"
		"\tp if { some 1 }\n"
		"\t            ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { some x == 1 }\n",
		"t.rego:3: rego_parse_error: unexpected } token: expected `x in xs` or `x, y in xs` ex"
		"pression\n"
		"\tp if { some x == 1 }\n"
		"\t                   ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { every 1 in [1] { true } }\n",
		"t.rego:3: rego_parse_error: unexpected { token: expected value to be a variable\n"
		"\tp if { every 1 in [1] { true } }\n"
		"\t                      ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { every x in [1] }\n",
		"t.rego:3: rego_parse_error: unexpected } token: missing body\n"
		"\tp if { every x in [1] }\n"
		"\t                      ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { every [k], v in [1] { true } }\n",
		"t.rego:3: rego_parse_error: unexpected { token: expected key to be a variable\n"
		"\tp if { every [k], v in [1] { true } }\n"
		"\t                           ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { every x { true } }\n",
		"t.rego:3: rego_parse_error: unexpected { token: expected `x[, y] in xs { ... }` expre"
		"ssion\n"
		"\tp if { every x { true } }\n"
		"\t               ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { }\n",
		"package a\n"
		"\n"
		"p = true if { {} }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { {} }\n",
		"package a\n"
		"\n"
		"p = true if { {} }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { x with 1 as 2 }\n",
		"t.rego:3: rego_parse_error: unexpected number token: expected ident\n"
		"\tp if { x with 1 as 2 }\n"
		"\t              ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { x with input }\n",
		"t.rego:3: rego_parse_error: unexpected } token: expected as keyword\n"
		"\tp if { x with input }\n"
		"\t                    ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { x with \"a\" as 2 }\n",
		"t.rego:3: rego_parse_error: unexpected string token: expected ident\n"
		"\tp if { x with \"a\" as 2 }\n"
		"\t              ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := \"abc\n",
		"t.rego:3: rego_parse_error: non-terminated string\n"
		"\tp := \"abc\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: illegal token\n"
		"\tp := \"abc\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: illegal token\n"
		"\tp := \"abc\n"
		"\t     ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := `abc\n",
		"t.rego:3: rego_parse_error: non-terminated string\n"
		"\tp := `abc\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: illegal token\n"
		"\tp := `abc\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: illegal token\n"
		"\tp := `abc\n"
		"\t     ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := \"\\q\"\n",
		"t.rego:3: rego_parse_error: illegal escape sequence\n"
		"\tp := \"\\q\"\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: illegal token\n"
		"\tp := \"\\q\"\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: illegal token\n"
		"\tp := \"\\q\"\n"
		"\t     ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := \"\\ud83d\\ude00 \\ud800\"\n",
		"package a\n"
		"\n"
		"p := \"\360\237\230\200 \357\277\275\" if { true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := \"\\u12\"\n",
		"t.rego:3: rego_parse_error: non-terminated string\n"
		"\tp := \"\\u12\"\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: illegal token\n"
		"\tp := \"\\u12\"\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: illegal token\n"
		"\tp := \"\\u12\"\n"
		"\t     ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := 01\n",
		"t.rego:3: rego_parse_error: unexpected number token: expected number without leading "
		"zero\n"
		"\tp := 01\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: unexpected number token: expected rule value term (e.g., "
		"p := <VALUE> { ... })\n"
		"\tp := 01\n"
		"\t     ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := 1.\n",
		"t.rego:3: rego_parse_error: expected fraction\n"
		"\tp := 1.\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: illegal token\n"
		"\tp := 1.\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: illegal token\n"
		"\tp := 1.\n"
		"\t     ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := 1e\n",
		"t.rego:3: rego_parse_error: expected exponent\n"
		"\tp := 1e\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: illegal token\n"
		"\tp := 1e\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: illegal token\n"
		"\tp := 1e\n"
		"\t     ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := 1x\n",
		"t.rego:3: rego_parse_error: illegal number format\n"
		"\tp := 1x\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: illegal token\n"
		"\tp := 1x\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: illegal token\n"
		"\tp := 1x\n"
		"\t     ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := .5\n",
		"package a\n"
		"\n"
		"p := .5 if { true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := -.5e3\n",
		"package a\n"
		"\n"
		"p := -.5e3 if { true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := 1e99999999\n",
		"t.rego:3: rego_parse_error: number too big\n"
		"\tp := 1e99999999\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: unexpected number token: expected rule value term (e.g., "
		"p := <VALUE> { ... })\n"
		"\tp := 1e99999999\n"
		"\t     ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := -\n",
		"t.rego:4: rego_parse_error: unexpected eof token: expected number\n"
		"\tp := -\n"
		"\t     ^\n"
		"t.rego:4: rego_parse_error: unexpected eof token: expected rule value term (e.g., p :"
		"= <VALUE> { ... })\n"
		"\tp := -\n"
		"\t     ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := - 5\n",
		"package a\n"
		"\n"
		"p := -5 if { true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := -x\n",
		"package a\n"
		"\n"
		"p := minus(0, x) if { true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := $\"{x := 1}\"\n",
		"t.rego:3: rego_parse_error: unexpected assignment (':=') in template-string expression\n"
		"\tp := $\"{x := 1}\"\n"
		"\t        ^\n"
		"t.rego:3: rego_parse_error: unexpected } token: expected rule value term (e.g., p := "
		"<VALUE> { ... })\n"
		"\tp := $\"{x := 1}\"\n"
		"\t              ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := $\"{not x}\"\n",
		"t.rego:3: rego_parse_error: unexpected negation ('not') in template-string expression\n"
		"\tp := $\"{not x}\"\n"
		"\t        ^\n"
		"t.rego:3: rego_parse_error: unexpected } token: expected rule value term (e.g., p := "
		"<VALUE> { ... })\n"
		"\tp := $\"{not x}\"\n"
		"\t             ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := $\"{some x}\"\n",
		"t.rego:3: rego_parse_error: unexpected 'some' in template-string expression\n"
		"\tp := $\"{some x}\"\n"
		"\t        ^\n"
		"t.rego:3: rego_parse_error: unexpected } token: expected rule value term (e.g., p := "
		"<VALUE> { ... })\n"
		"\tp := $\"{some x}\"\n"
		"\t              ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := $\"a{1} {input.x} \\{b {\"c\"} {f(1) with input as 2}\"\n",
		"package a\n"
		"\n"
		"p := $\"a1 {input.x} \\{b c {f(1) with input as 2}\" if { true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := $`a\n"
		"\\{ {x}`\n",
		"package a\n"
		"\n"
		"p := $\"a\\n\\{ {x}\" if { true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := $\"{1\"\n",
		"t.rego:3: rego_parse_error: non-terminated string\n"
		"\tp := $\"{1\"\n"
		"\t         ^\n"
		"t.rego:3: rego_parse_error: expected } to end template string expression\n"
		"\tp := $\"{1\"\n"
		"\t         ^\n"
		"t.rego:3: rego_parse_error: illegal token\n"
		"\tp := $\"{1\"\n"
		"\t         ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := $\"{}\"\n",
		"t.rego:3: rego_parse_error: unexpected } token\n"
		"\tp := $\"{}\"\n"
		"\t        ^\n"
		"t.rego:3: rego_parse_error: invalid template-string expression\n"
		"\tp := $\"{}\"\n"
		"\t        ^\n"
		"t.rego:3: rego_parse_error: unexpected } token: expected rule value term (e.g., p := "
		"<VALUE> { ... })\n"
		"\tp := $\"{}\"\n"
		"\t        ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := $\"{x = 1}\"\n",
		"t.rego:3: rego_parse_error: unexpected unification ('=') in template-string expression\n"
		"\tp := $\"{x = 1}\"\n"
		"\t        ^\n"
		"t.rego:3: rego_parse_error: unexpected } token: expected rule value term (e.g., p := "
		"<VALUE> { ... })\n"
		"\tp := $\"{x = 1}\"\n"
		"\t             ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := {1, 2\n",
		"t.rego:4: rego_parse_error: unexpected eof token: expected \",\" or \"}\"\n"
		"\tp := {1, 2\n"
		"\t         ^\n"
		"t.rego:4: rego_parse_error: unexpected eof token: expected rule value term (e.g., p :"
		"= <VALUE> { ... })\n"
		"\tp := {1, 2\n"
		"\t         ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := {\"a\": 1, \"b\"}\n",
		"t.rego:3: rego_parse_error: unexpected } token: expected \":\"\n"
		"\tp := {\"a\": 1, \"b\"}\n"
		"\t                 ^\n"
		"t.rego:3: rego_parse_error: unexpected } token: expected rule value term (e.g., p := "
		"<VALUE> { ... })\n"
		"\tp := {\"a\": 1, \"b\"}\n"
		"\t                 ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := {\"a\": 1 \"b\": 2}\n",
		"t.rego:3: rego_parse_error: unexpected string token: non-terminated object\n"
		"\tp := {\"a\": 1 \"b\": 2}\n"
		"\t             ^\n"
		"t.rego:3: rego_parse_error: unexpected string token: expected rule value term (e.g., "
		"p := <VALUE> { ... })\n"
		"\tp := {\"a\": 1 \"b\": 2}\n"
		"\t             ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := {1 2}\n",
		"t.rego:3: rego_parse_error: unexpected number token: non-terminated set\n"
		"\tp := {1 2}\n"
		"\t        ^\n"
		"t.rego:3: rego_parse_error: unexpected number token: expected rule value term (e.g., "
		"p := <VALUE> { ... })\n"
		"\tp := {1 2}\n"
		"\t        ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := [x | ]\n",
		"t.rego:3: rego_parse_error: found empty body\n"
		"\tp := [x | ]\n"
		"\t          ^\n"
		"t.rego:3: rego_parse_error: unexpected ] token: expected rule value term (e.g., p := "
		"<VALUE> { ... })\n"
		"\tp := [x | ]\n"
		"\t          ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := [1 | 2 | 3]\n",
		"package a\n"
		"\n"
		"p := [1 | or(2, 3)] if { true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := {,1, 1, 2,}\n",
		"package a\n"
		"\n"
		"p := {1, 2} if { true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := {a | b := 1; a := b}\n",
		"package a\n"
		"\n"
		"p := {a | assign(b, 1); assign(a, b)} if { true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := {a+1: b | some a, b in [1]}\n",
		"package a\n"
		"\n"
		"p := {(a + 1): b | some a, b in [1]} if { true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := set()\n"
		"q := {}\n"
		"r := {{}}\n",
		"package a\n"
		"\n"
		"p := set() if { true }\n"
		"q := {} if { true }\n"
		"r := {{}} if { true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := 1 + 2 * 3 - 4 == 5 | 6 & 7 in x\n",
		"package a\n"
		"\n"
		"p := internal.member_2(equal(minus(plus(1, mul(2, 3)), 4), or(5, and(6, 7))), x) if {"
		" true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := 1 == 2 == 3\n",
		"package a\n"
		"\n"
		"p := equal(equal(1, 2), 3) if { true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := (1 + 2) * 3\n",
		"package a\n"
		"\n"
		"p := mul(plus(1, 2), 3) if { true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := x[1].y[\"z w\"].if[i](2).q\n",
		"package a\n"
		"\n"
		"p := x[1].y[\"z w\"][\"if\"][i](2).q if { true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := \"a\".b\n",
		"t.rego:3: rego_parse_error: illegal ref (head cannot be string)\n"
		"\tp := \"a\".b\n"
		"\t     ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := (input.x).y\n",
		"t.rego:3: rego_parse_error: illegal ref (head cannot be ref)\n"
		"\tp := (input.x).y\n"
		"\t      ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := x.1\n",
		"t.rego:3: rego_parse_error: unexpected number token: expected identifier\n"
		"\tp := x.1\n"
		"\t       ^\n"
		"t.rego:3: rego_parse_error: unexpected number token: expected rule value term (e.g., "
		"p := <VALUE> { ... })\n"
		"\tp := x.1\n"
		"\t       ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := x[1\n",
		"t.rego:4: rego_parse_error: unexpected eof token: expected [\n"
		"\tp := x[1\n"
		"\t       ^\n"
		"t.rego:4: rego_parse_error: unexpected eof token: expected rule value term (e.g., p :"
		"= <VALUE> { ... })\n"
		"\tp := x[1\n"
		"\t       ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := f(1,\n",
		"t.rego:4: rego_parse_error: unexpected eof token\n"
		"\tp := f(1,\n"
		"\t        ^\n"
		"t.rego:4: rego_parse_error: unexpected eof token: expected rule value term (e.g., p :"
		"= <VALUE> { ... })\n"
		"\tp := f(1,\n"
		"\t        ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := !x\n",
		"t.rego:3: rego_parse_error: illegal ! character\n"
		"\tp := !x\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: illegal token\n"
		"\tp := !x\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: illegal token\n"
		"\tp := !x\n"
		"\t     ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := x $ y\n",
		"t.rego:3: rego_parse_error: illegal $ character\n"
		"\tp := x $ y\n"
		"\t       ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := 1\302\240\n",
		"t.rego:3: rego_parse_error: unexpected number token: invalid float\n"
		"\tp := 1\302\240\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: unexpected number token: expected rule value term (e.g., "
		"p := <VALUE> { ... })\n"
		"\tp := 1\302\240\n"
		"\t     ^"},
	{SW_REGO_V1,
		"\357\273\277package a\n",
		"package a"},
	{SW_REGO_V1,
		"package a\n"
		"\357\273\277p := 1\n",
		"t.rego:2: rego_parse_error: illegal byte-order mark\n"
		"\tpackage a\n"
		"\t        ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p\n",
		"t.rego:3: rego_parse_error: var cannot be used for rule name"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p.q\n",
		"t.rego:3: rego_parse_error: `contains` keyword is required for partial set rules"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p.q.r\n",
		"t.rego:3: rego_parse_error: rule must have value assignment and/or body declaration"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"f(x)\n",
		"package a\n"
		"\n"
		"f(x) = true if { true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"count(x)\n",
		"t.rego:3: rego_parse_error: rule name conflicts with built-in function"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"1\n",
		"t.rego:3: rego_parse_error: number cannot be used for rule name"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"\"x\"\n",
		"t.rego:3: rego_parse_error: string cannot be used for rule name"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"x; y\n",
		"t.rego:3: rego_parse_error: multiple expressions cannot be used for rule head"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"not x\n",
		"t.rego:3: rego_parse_error: negated expressions cannot be used for rule head"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p with input as 1\n",
		"t.rego:3: rego_parse_error: expressions using with keyword cannot be used for rule head"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"some x\n",
		"t.rego:3: rego_parse_error: 'some' declarations cannot be used for rule head"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p = 1\n"
		"p2 := 2\n"
		"f(x) = x\n"
		"p.q.r := 3\n"
		"p[x] := y if { x := 1; y := 2 }\n",
		"package a\n"
		"\n"
		"p = 1 if { true }\n"
		"p2 := 2 if { true }\n"
		"f(x) = x if { true }\n"
		"p.q.r := 3 if { true }\n"
		"p[x] := y if { assign(x, 1); assign(y, 2) }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p + 1\n",
		"t.rego:3: rego_parse_error: rule name conflicts with built-in function"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"[1] = 2\n",
		"t.rego:3: rego_parse_error: array cannot be used for rule name"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"1 = 2\n",
		"t.rego:3: rego_parse_error: number cannot be used for rule name"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"import rego.v1\n"
		"\n"
		"if := 1\n",
		"t.rego:5: rego_parse_error: if keyword cannot be used for rule name\n"
		"\tif := 1\n"
		"\t^"},
	{SW_REGO_V1,
		"package a\n"
		"import future.keywords.and\n"
		"import future.keywords.or\n"
		"import future.keywords.not\n"
		"\n"
		"p if { a and b or { c; d } and not { e } }\n"
		"q if { (a or b) and not (c and d) with input as 1 }\n",
		"package a\n"
		"\n"
		"import future.keywords.and\n"
		"import future.keywords.or\n"
		"import future.keywords[\"not\"]\n"
		"\n"
		"p = true if { a and b or { c; d } and not {e} }\n"
		"q = true if { (a or b) and not (c and d) with input as 1 }"},
	{SW_REGO_V1,
		"package a\n"
		"import future.keywords.and\n"
		"\n"
		"p if { {1} and x }\n",
		"package a\n"
		"\n"
		"import future.keywords.and\n"
		"\n"
		"p = true if { { 1 } and x }"},
	{SW_REGO_V1,
		"package a\n"
		"import future.keywords.or\n"
		"\n"
		"p if { {a | b} or c }\n",
		"t.rego:4: rego_parse_error: ambiguous `{ ... | ... }` operand: read as a body holding"
		" a set-union expression, not as a comprehension (hint: write `({a | b})` for the comp"
		"rehension, or `{(a | b)}` for the set union)\n"
		"\tp if { {a | b} or c }\n"
		"\t       ^"},
	{SW_REGO_V1,
		"package a\n"
		"import future.keywords.and\n"
		"\n"
		"p if { x with input as 1 and y }\n",
		"t.rego:4: rego_parse_error: `with` modifier is not allowed on operand of `and` (hint:"
		" Wrap the operand in `(...)` or `{...}` to scope, or move `with` after the `and` expr"
		"ession to apply it to the whole expression)\n"
		"\tp if { x with input as 1 and y }\n"
		"\t         ^"},
	{SW_REGO_V1,
		"package a\n"
		"import future.keywords.not\n"
		"\n"
		"p if { not {1, 2} }\n",
		"t.rego:4: rego_parse_error: `{...}` in an operand position must contain expression(s)"
		", got: set (hint: write `not ({1, 2})` to negate the value, or `not {{1, 2}}` for a b"
		"ody holding it)\n"
		"\tp if { not {1, 2} }\n"
		"\t           ^"},
	{SW_REGO_V1,
		"package a\n"
		"import future.keywords.and\n"
		"\n"
		"p if { print(1) and x }\n",
		"t.rego:4: rego_parse_error: operand of `and` cannot consist only of calls to `print` "
		"(hint: `print` produces no value and always succeeds, so the operand can never fail; "
		"move it out of the operand, or add an expression that can fail)\n"
		"\tp if { print(1) and x }\n"
		"\t       ^"},
	{SW_REGO_V1,
		"package a\n"
		"import future.keywords.and\n"
		"\n"
		"p if { () and x }\n",
		"t.rego:4: rego_parse_error: unexpected ) token\n"
		"\tp if { () and x }\n"
		"\t        ^"},
	{SW_REGO_V1,
		"package a\n"
		"import future.keywords.or\n"
		"\n"
		"p if { ({a; b}) or x }\n",
		"t.rego:4: rego_parse_error: `(...)` in an operand position cannot contain a body (hin"
		"t: drop the parens to keep the body: `{a; b}`)\n"
		"\tp if { ({a; b}) or x }\n"
		"\t       ^"},
	{SW_REGO_V1,
		"package a\n"
		"import rego.v2\n"
		"\n"
		"p if { not { a } or b }\n",
		"package a\n"
		"\n"
		"import rego.v2\n"
		"\n"
		"p = true if { not {a} or b }"},
	{SW_REGO_V1,
		"# only a comment\n",
		"t.rego:0: rego_parse_error: empty module"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if {\n"
		"\ttrue\n"
		"} else := {1, 2} if {\n"
		"\tfalse\n"
		"} else := f(_) if input.x\n",
		"package a\n"
		"\n"
		"p = true if { true } else = {1, 2} if { false } else = f(_) if { input.x }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"f(_, [_, x]) := x if { x > _ } else := 3\n",
		"package a\n"
		"\n"
		"f(_, [_, x]) := x if { gt(x, _) } else = 3 if { true }"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { x y }\n",
		"t.rego:3: rego_parse_error: unexpected identifier token: expected \\n or ; or }\n"
		"\tp if { x y }\n"
		"\t         ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p if { x, y }\n",
		"t.rego:3: rego_parse_error: unexpected , token: expected \\n or ; or }\n"
		"\tp if { x, y }\n"
		"\t        ^"},
	{SW_REGO_V1,
		"package a\n"
		"\n"
		"p := 1 p2 := 2\n",
		"package a\n"
		"\n"
		"p := 1 if { true }\n"
		"p2 := 2 if { true }"},
	{SW_REGO_V1,
		"package -\n",
		"t.rego:1: rego_parse_error: unexpected minus token\n"
		"\tpackage -\n"
		"\t        ^"},
	{SW_REGO_V1,
		"package a-b\n",
		"t.rego:1: rego_parse_error: unexpected minus token\n"
		"\tpackage a-b\n"
		"\t         ^"},
	{SW_REGO_V1,
		"import.foo if true\n",
		"t.rego:1: rego_parse_error: package expected"},
	{SW_REGO_V0,
		"package a\n"
		"\n"
		"p { true }\n"
		"p[x] { x := 1 }\n"
		"p[x] = y { x := 1; y := 2 }\n"
		"q = 1 { true } { false }\n"
		"f(_) = x { x := _ } { x := 2 }\n",
		"package a\n"
		"\n"
		"p = true { true }\n"
		"p[x] { assign(x, 1) }\n"
		"p[x] = y { assign(x, 1); assign(y, 2) }\n"
		"q = 1 { true }\n"
		"q = 1 { false }\n"
		"f(_) = x { assign(x, _) }\n"
		"f(_) = x { assign(x, 2) }"},
	{SW_REGO_V0,
		"package a\n"
		"\n"
		"p if { true }\n",
		"t.rego:3: rego_parse_error: var cannot be used for rule name (hint: `import future.ke"
		"ywords.if` for `p if { ... }` rules)"},
	{SW_REGO_V0,
		"package a\n"
		"\n"
		"p contains x { x := 1 }\n",
		"t.rego:3: rego_parse_error: var cannot be used for rule name (hint: `import future.ke"
		"ywords.contains` for `p contains x` rules)\n"
		"t.rego:3: rego_parse_error: var cannot be used for rule name (hint: `import future.ke"
		"ywords.contains` for `p contains x` rules)"},
	{SW_REGO_V0,
		"package a\n"
		"\n"
		"p { x in [1] }\n",
		"t.rego:3: rego_parse_error: unexpected identifier token: expected \\n or ; or } (hint"
		": `import future.keywords.in` for `x in xs` expressions)\n"
		"\tp { x in [1] }\n"
		"\t      ^"},
	{SW_REGO_V0,
		"package a\n"
		"\n"
		"p { some x in [1] }\n",
		"t.rego:3: rego_parse_error: unexpected identifier token: expected \\n or ; or } (hint"
		": `import future.keywords.in` for `some x in xs` expressions)\n"
		"\tp { some x in [1] }\n"
		"\t           ^"},
	{SW_REGO_V0,
		"package a\n"
		"\n"
		"p { some k, v in [1] }\n",
		"t.rego:3: rego_parse_error: unexpected identifier token: expected \\n or ; or } (hint"
		": `import future.keywords.in` for `some x in xs` expressions)\n"
		"\tp { some k, v in [1] }\n"
		"\t              ^"},
	{SW_REGO_V0,
		"package a\n"
		"\n"
		"p { every x in [1] { x } }\n",
		"t.rego:3: rego_parse_error: unexpected identifier token: expected \\n or ; or } (hint"
		": `import future.keywords.every` for `every x in xs { ... }` expressions)\n"
		"\tp { every x in [1] { x } }\n"
		"\t          ^"},
	{SW_REGO_V0,
		"package a\n"
		"\n"
		"p { 1, 2 in [1] }\n",
		"t.rego:3: rego_parse_error: unexpected , token: expected \\n or ; or } (hint: `import"
		" future.keywords.in` for `x in xs` expressions)\n"
		"\tp { 1, 2 in [1] }\n"
		"\t     ^"},
	{SW_REGO_V0,
		"package a\n"
		"\n"
		"p { a and b }\n",
		"t.rego:3: rego_parse_error: unexpected identifier token: expected \\n or ; or } (hint"
		": `import future.keywords.and` for `x and y` expressions)\n"
		"\tp { a and b }\n"
		"\t      ^"},
	{SW_REGO_V0,
		"package a\n"
		"import future.keywords\n"
		"\n"
		"p contains x if { some x in [1] }\n",
		"package a\n"
		"\n"
		"import future.keywords\n"
		"\n"
		"p[x] { some x in [1] }"},
	{SW_REGO_V0,
		"package a\n"
		"import future.keywords.every\n"
		"\n"
		"p { every x in [1] { x in [2] } }\n",
		"package a\n"
		"\n"
		"import future.keywords[\"every\"]\n"
		"\n"
		"p = true { every x in [1] { internal.member_2(x, [2]) } }"},
	{SW_REGO_V0,
		"package a\n"
		"import rego.v1\n"
		"\n"
		"p { true }\n",
		"t.rego:4: rego_parse_error: `if` keyword is required before rule body"},
	{SW_REGO_V0,
		"package a\n"
		"import rego.v1\n"
		"\n"
		"p contains x if some x in [1]\n",
		"package a\n"
		"\n"
		"import rego.v1\n"
		"\n"
		"p contains x if { some x in [1] }"},
	{SW_REGO_V0,
		"package a\n"
		"\n"
		"p := $\"x\"\n",
		"t.rego:3: rego_parse_error: template strings are not supported by current capabilities\n"
		"\tp := $\"x\"\n"
		"\t     ^\n"
		"t.rego:3: rego_parse_error: unexpected template-string-end token: expected rule value"
		" term (e.g., p := <VALUE> { ... })\n"
		"\tp := $\"x\"\n"
		"\t     ^"},
	{SW_REGO_V0,
		"package a\n"
		"\n"
		"in := 1\n"
		"every = 2\n"
		"if { contains }\n",
		"package a\n"
		"\n"
		"in := 1 { true }\n"
		"every = 2 { true }\n"
		"if = true { contains }"},
	{SW_REGO_V0,
		"package a\n"
		"\n"
		"p.if.in := 1\n",
		"package a\n"
		"\n"
		"p[\"if\"][\"in\"] := 1 { true }"},
	{SW_REGO_V0,
		"package a\n"
		"\n"
		"p {\n"
		"  true\n"
		"}\n"
		"{ false }\n"
		"else = 1 { true }\n",
		"t.rego:7: rego_parse_error: unexpected else keyword\n"
		"\telse = 1 { true }\n"
		"\t^"},
	{SW_REGO_V0,
		"package a\n"
		"\n"
		"import data.in\n"
		"\n"
		"default p = false\n",
		"package a\n"
		"\n"
		"import data[\"in\"]\n"
		"\n"
		"default p = false"},
	{SW_REGO_V0,
		"package a\n"
		"\n"
		"p[x.y] { true }\n",
		"package a\n"
		"\n"
		"p[x.y] { true }"},
	{SW_REGO_V0,
		"package a\n"
		"\n"
		"p[1]\n"
		"p[\"a\"] = 2\n",
		"package a\n"
		"\n"
		"p[1] { true }\n"
		"p.a = 2 { true }"},
	{SW_REGO_V0,
		"package a\n"
		"import future.keywords.if\n"
		"import future.keywords.contains\n"
		"\n"
		"p[x] if { x := 1 }\n"
		"p.q[x] contains y if { x := 1; y := 2 }\n"
		"p.q[x].r := 2 if x := 1\n",
		"package a\n"
		"\n"
		"import future.keywords[\"if\"]\n"
		"import future.keywords[\"contains\"]\n"
		"\n"
		"p[x] = true { assign(x, 1) }\n"
		"p.q[x] contains y { assign(x, 1); assign(y, 2) }\n"
		"p.q[x].r := 2 { assign(x, 1) }"},
};
