/* SPDX-License-Identifier: Apache-2.0 */
/* The rule language: every operator and transformer on events with known values; what loads and
 * what must not. */
#include "../test.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/embed.h"
#include "doc/yaml.h"
#include "runtime/raw.h"
#include "runtime/rules/engine.h"
#include "runtime/rules/written.h"

extern const struct sw_embed sw_embed_rules[];
extern const unsigned sw_embed_rules_n;

/* One event with values of every type. */
static const char event[] =
	"evt.type: open\nevt.cpu: 12\nevt.rawres: -2\nevt.arg.flags: O_RDWR|O_CREAT\n"
	"evt.buffer: \"he\\0llo\"\nproc.name: myexe\nproc.args: \"-c Run --url=x -v -v\"\n"
	"proc.aname: [bash, sshd, systemd]\nproc.cmdline: myexe -c run\nproc.pname: myexe\n"
	"proc.exepath: /usr/bin/myexe\nproc.is_exe_writable: true\n"
	"fd.name: /opt/dir/sub/file.txt\nfd.directory: /opt/dir/sub\nfd.types: [file, ipv4]\n"
	"fd.sip: 10.1.2.3\nfd.ip: [10.1.2.3, 192.168.0.9]\nfd.net: [10.1.2.3, 192.168.0.9]\n"
	"fd.cip: \"fe80::1\"\nfd.sport: 443\nfd.port: [443, 50000]\nuser.uid: 1000\n"
	"container.id: \"\"\nproc.env: dGVzdA==\n";

struct truth {
	bool want;
	const char *cond;
};

static const struct truth truths[] = {
	/* strings */
	{true, "proc.name = myexe"},
	{true, "proc.name == myexe"},
	{false, "proc.name = MYEXE"},
	{true, "proc.name != other"},
	{false, "proc.name != myexe"},
	{true, "proc.name contains yex"},
	{false, "proc.name contains YEX"},
	{true, "proc.name icontains YEX"},
	{true, "proc.name startswith my"},
	{false, "proc.name startswith y"},
	{true, "proc.name endswith exe"},
	{true, "proc.name = 'myexe'"},
	{true, "proc.name = \"myexe\""},
	{true, "proc.name contains ''"},
	{false, "container.id = x"},
	{true, "container.id = ''"},
	{true, "container.id exists"},
	/* glob crosses slashes, as fnmatch without flags */
	{true, "fd.name glob /opt/*.txt"},
	{true, "fd.name glob '/opt/d?r/sub/[ef]ile.*'"},
	{false, "fd.name glob /OPT/*"},
	{true, "fd.name iglob /OPT/*.TXT"},
	{false, "fd.name glob opt"},
	/* regex is anchored */
	{true, "proc.name regex 'my.*'"},
	{false, "proc.name regex 'yex'"},
	{true, "proc.name regex '[a-z]{5}'"},
	{false, "proc.name regex '.'"},
	/* numbers */
	{true, "evt.cpu > 11"},
	{true, "evt.cpu >= 12"},
	{false, "evt.cpu < 12"},
	{true, "evt.cpu <= 12"},
	{true, "evt.rawres < 0"},
	{true, "evt.rawres = -2"},
	{true, "evt.rawres < -1"},
	{false, "evt.rawres >= 0"},
	{true, "user.uid != 0"},
	{true, "evt.cpu in (1, 12, 3)"},
	{true, "proc.is_exe_writable = true"},
	{false, "proc.is_exe_writable = false"},
	/* lists of values on the right */
	{true, "proc.name in (a, myexe)"},
	{false, "proc.name in (a, b)"},
	{true, "not proc.name in (a, b)"},
	{false, "proc.name in ()"},
	{true, "proc.name in ('my exe', myexe)"},
	{true, "proc.name = anyof (a, myexe)"},
	{true, "proc.name = oneof (a, myexe)"},
	{false, "proc.name = oneof (myexe, myexe)"},
	{true, "proc.name contains allof (my, exe)"},
	{false, "proc.name contains allof (my, b)"},
	{true, "proc.name != allof (a, b)"},
	{false, "proc.name != allof (a, myexe)"},
	{false, "proc.name == anyof ()"},
	{false, "proc.name == allof ()"},
	{true, "proc.name glob anyof (x*, my*)"},
	{true, "proc.name startswith oneof (my, x)"},
	{true, "proc.name regex anyof (x.*, my.*)"},
	/* list fields: in wants all of them, intersects one */
	{true, "fd.types in (file, ipv4, ipv6)"},
	{false, "fd.types in (file)"},
	{true, "fd.types intersects (ipv4, x)"},
	{false, "fd.types intersects (x, y)"},
	{true, "len(fd.types) = 2"},
	/* alternatives: any ancestor, either end */
	{true, "proc.aname = sshd"},
	{true, "proc.aname in (sshd, x)"},
	{false, "proc.aname = cron"},
	{true, "proc.aname startswith sys"},
	{true, "fd.port = 443"},
	{true, "fd.port = 50000"},
	{false, "fd.port = 1"},
	{true, "fd.ip = 192.168.0.9"},
	/* texts of several: none where a part is not there; an empty list is a part */
	{true, "join('-', (proc.name, proc.pname)) = myexe-myexe"},
	{false, "join('-', (proc.name, fd.nameraw)) exists"},
	{true, "join('-', ()) = ''"},
	{true, "concat(proc.aname, proc.name) = 'bash sshd systemdmyexe'"},
	{false, "concat(proc.name, fd.nameraw) != x"},
	/* the bits that are left over of a base64 text must be 0 */
	{true, "b64(concat('dGVz', 'dA==')) = test"},
	{true, "b64(concat('dGVz', 'dA')) = test"},
	{false, "b64(concat('dGVz', 'dB==')) exists"},
	{false, "b64(concat('dGVz', 'd')) exists"},
	{true, "fd.net = 192.168.0.0/16"},
	{true, "fd.net in (10.0.0.0/8)"},
	{false, "fd.net = 172.16.0.0/12"},
	{false, "fd.ip != 10.1.2.3"},
	{true, "fd.ip != 1.1.1.1"},
	/* addresses; v4 against v6 is no match */
	{true, "fd.sip = 10.1.2.3"},
	{false, "fd.sip = 10.1.2.4"},
	{true, "fd.cip = fe80::1"},
	{true, "fd.cip = fe80:0:0::1"},
	{false, "fd.cip = 10.1.2.3"},
	{true, "fd.cip != 10.1.2.3"},
	{true, "fd.sip in (1.1.1.1, 10.1.2.3)"},
	/* paths by components */
	{true, "fd.name pmatch (/opt/dir)"},
	{true, "fd.name pmatch (/opt)"},
	{false, "fd.name pmatch (/opt/di)"},
	{true, "fd.name pmatch (/x, /opt/dir/sub/file.txt)"},
	{true, "fd.name pmatch (/)"},
	{true, "fd.name pmatch (/opt/*/sub)"},
	{false, "fd.name pmatch (/opt/dir/sub/file.txt/x)"},
	/* bytes */
	{true, "evt.buffer bcontains 6c6C6f"},
	{true, "evt.buffer bstartswith 6865"},
	{false, "evt.buffer bstartswith 65"},
	{true, "evt.buffer bcontains 00"},
	{false, "evt.buffer bcontains 01"},
	{true, "evt.buffer contains llo"},
	/* a field without a value makes every comparison false, and not turns that round */
	{false, "user.name = root"},
	{false, "user.name != root"},
	{true, "not user.name = root"},
	{true, "not user.name != root"},
	{false, "user.name exists"},
	{false, "user.name in (a)"},
	{false, "user.name contains ''"},
	{false, "user.name glob *"},
	/* transformers, on both sides */
	{true, "toupper(proc.name) = MYEXE"},
	{true, "tolower(toupper(proc.name)) = myexe"},
	{true, "basename(fd.name) = file.txt"},
	{true, "basename(fd.directory) = sub"},
	{true, "len(proc.name) = 5"},
	{true, "len(proc.name) > 4"},
	{true, "b64(proc.env) = test"},
	{true, "proc.name = val(proc.pname)"},
	{false, "proc.name = val(proc.cmdline)"},
	{true, "proc.cmdline startswith val(proc.pname)"},
	{true, "fd.name startswith val(fd.directory)"},
	{true, "toupper(proc.name) = toupper(proc.pname)"},
	{true, "concat(proc.name, '-', proc.pname) = myexe-myexe"},
	{true, "join('/', (proc.name, proc.pname)) = myexe/myexe"},
	{true, "join(',', fd.types) = 'file,ipv4'"},
	{true, "proc.exepath = concat('/usr/bin/', proc.name)"},
	{false, "toupper(user.name) = ''"},
	{false, "proc.name = proc.pname"},
	/* logic */
	{true, "proc.name = a or proc.name = myexe and evt.cpu = 12"},
	{false, "not (proc.name = myexe or evt.cpu = 1)"},
	{true, "not(proc.name = a)and(evt.cpu = 12)"},
	{true, "not not proc.name = myexe"},
	{true, "evt.type = open"},
	{true, "evt.type in (open, close)"},
	{true, "evt.type != close"},
	{false, "evt.type = close"},
	{true, "not evt.type = close"},
};

static struct sw_ruleset *load(const char *text)
{
	struct sw_ruleset *rs = sw_ruleset_new(NULL);

	assert_non_null(rs);
	const struct sw_load_result *r = sw_ruleset_add(rs, "r.yaml", sw_str_from(text));
	if (!r->ok)
		fail_msg("%s: %.*s", text, SW_STR_ARG(r->errors[0].text));
	return rs;
}

static void rule_of(struct sw_buf *b, const char *cond)
{
	sw_buf_addz(b, "- rule: r\n  desc: d\n  condition: >\n    ");
	sw_buf_addz(b, cond);
	sw_buf_addz(b, "\n  output: x\n  priority: INFO\n");
}

static void test_truths(void **state)
{
	struct sw_arena a;
	struct sw_value v;
	struct sw_event ev;
	struct sw_error err = {0};

	sw_arena_init(&a, 0);
	if (sw_yaml_parse(&a, sw_str_from(event), SW_YAML_GOYAML3, NULL, &v, &err) != 0 ||
		sw_written_event(v, &a, 1, &ev, &err) != 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < SW_ARRAY_LEN(truths); i++) {
		const struct sw_engine_options o = {.least = SW_PRIO_DEBUG};
		struct sw_engine *e;
		sw_autobuf b;
		sw_buf_init(&b, 0);
		rule_of(&b, truths[i].cond);
		struct sw_ruleset *rs = load(sw_buf_cstr(&b));
		assert_int_equal(sw_engine_new(rs, &o, &e, NULL), 0);
		bool got = sw_engine_matches(e, sw_ruleset_rule(rs, 0), &ev);
		if (got != truths[i].want)
			fail_msg("%s is %s", truths[i].cond, got ? "true" : "false");
		/* Explaining never changes the answer. */
		sw_buf_clear(&b);
		sw_engine_explain(e, sw_ruleset_rule(rs, 0), &ev, &b);
		assert_true(b.n > 0);
		assert_int_equal(sw_engine_matches(e, sw_ruleset_rule(rs, 0), &ev), truths[i].want);
		sw_engine_free(e);
		sw_ruleset_free(rs);
	}
	sw_arena_release(&a);
}

static const char *const refused[] = {"", "proc.name", "proc.name =", "= a", "proc.name = a and",
	"and", "not", "proc.name = a b", "(proc.name = a", "proc.name = a)", "proc.name in a b",
	"proc.name in (a", "nofield = a", "proc.name[1] = a", "proc.aname[x] = a",
	"fd.port = 4294967296", "evt.cpu = x", "evt.cpu contains 1", "fd.sip = nothing",
	"fd.sip = 10.0.0", "fd.net = 10.0.0.0/33", "fd.net = 10.0.0.0/x", "fd.sip contains 1",
	"proc.name bcontains 6", "evt.buffer bcontains 6g", "evt.buffer bcontains",
	"proc.name regex '('", "proc.name regex '(?i)MYEXE'", "len() = 1", "nofunc(proc.name) = a",
	"toupper(evt.cpu) = A", "fd.types = file", "fd.types contains f",
	"proc.name = val(nofield)", "evt.cpu = val(proc.name)", "tolower(proc.name",
	"proc.name exists a", "proc.name pmatch /a b", "proc.name = 'a", "proc.name = \"a",
	"evt.type = nosuchcall", "macro_nobody_made", "proc.name = anyof (", "proc.name >= myexd",
	"join(proc.name) = a", "proc.name = val(tolower(toupper(proc.name)))",
	"val(proc.name) = val(proc.name)", "proc.name = val(proc.name, proc.exe)",
	"syscall.type = val(evt.is_wait)", "evt.buflen.in = val(evt.around[1])",
	"evt.around[1] = val(evt.buflen.in)", "toupper(evt.rawarg.res) = -1", "b64(evt.rawres) = -1",
	"proc.name = '\\x00'", "proc.name contains '\\x00'", "proc.name startswith '\\x00'",
	"proc.name pmatch ('\\x00')", "proc.name glob '\\x00?'", "proc.name regex '\\x00'",
	"proc.name = '\\x'", "proc.name = 'a\\xf'", "proc.name = '\\xfg'", "proc.name = '\\x g'",
	"fd.types in val(fd.types)", "proc.name pmatch val(proc.exe)", "fd.sip = val(fd.ip)",
	"(tolower(evt.type) = open)", "proc.aname[1 = a", "evt.rawarg[0] exists", "evt.arg exists"};

static void test_refused(void **state)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(refused); i++) {
		struct sw_ruleset *rs = sw_ruleset_new(NULL);
		sw_autobuf b;
		sw_buf_init(&b, 0);
		rule_of(&b, refused[i]);
		const struct sw_load_result *r = sw_ruleset_add(rs, "r.yaml", sw_buf_str(&b));
		if (r->ok)
			fail_msg("\"%s\" was accepted", refused[i]);
		assert_true(r->n_errors == 1 && r->errors[0].text.n > 0);
		assert_int_equal(sw_ruleset_n(rs), 0);
		sw_ruleset_free(rs);
	}
}

/* <NA> is no value of what comes out of the audit log, also where a transformer stands between; a list within one is not looked at. */
static void test_unsafe_na(void **state)
{
	static const struct {
		const char *cond;
		bool warned;
	} cases[] = {{"ka.verb = <NA>", true}, {"ka.verb exists", false}, {"evt.num = 1 or not ka.verb in (a, <NA>)", true},
		{"ka.verb startswith <NA>", false}, {"tolower(ka.verb) != <NA>", true}, {"concat(evt.time, ka.uri) = <NA>", true},
		{"concat(ka.uri, evt.time) = <NA>", false}, {"join(\",\", (ka.verb, ka.uri)) = <NA>", false},
		{"tolower(evt.time) = <NA>", false}};

	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++) {
		struct sw_ruleset *rs = sw_ruleset_new(NULL);
		sw_autobuf b;
		sw_buf_init(&b, 0);
		sw_buf_printf(&b, "- {rule: r, desc: d, source: k8s_audit, condition: '%s', output: o, priority: INFO}\n", cases[i].cond);
		const struct sw_load_result *r = sw_ruleset_add(rs, "r.yaml", sw_buf_str(&b));
		assert_true(r->ok);
		assert_int_equal(r->n_warnings, cases[i].warned);
		sw_ruleset_free(rs);
	}
}

/* What is wrong is told with Falco's words, at the comparison; what else the condition smells of is not told then. */
static void test_words(void **state)
{
	static const struct {
		const char *cond, *text;
		uint32_t warnings;
	} cases[] = {
		{"proc.pid = proc.name", "proc.name is not a valid number", 0},
		{"evt.type = proc.name", "unknown event type proc.name", 0},
		{"tolower(evt.type) endswith nosuch", "unknown event type nosuch", 0},
		{"fd.num = toupper(proc.exe)",
			"field 'fd.num' has type 'INT64' while the right-hand side field 'proc.exe' has incompatible type 'CHARBUF'",
			0},
		{"fd.num = concat(proc.exe, proc.name)",
			"field 'fd.num' has type 'INT64' while the right-hand side field 'NA' has incompatible type 'CHARBUF'", 0},
		{"evt.rawarg[0] exists", "evt.arg fields must be expressed explicitly", 0},
		{"evt.arg = x", "filter syntax error: evt.arg", 0},
		{"proc.aname[x] = a", "filter_check called with nonexistent field proc.aname[x]", 0},
		{"proc.name regex '*a'", "invalid regex pattern: no argument for repetition operator: *", 0},
		{"proc.name regex 'a[b'", "invalid regex pattern: missing ]: [b", 0},
		{"proc.name regex '(?i)a'", "invalid regex pattern: no argument for repetition operator: ?", 0},
		{"evt.dir regex '*a'", "invalid regex pattern: no argument for repetition operator: *", 1},
	};

	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++) {
		struct sw_ruleset *rs = sw_ruleset_new(NULL);
		sw_autobuf b;
		sw_buf_init(&b, 0);
		rule_of(&b, cases[i].cond);
		const struct sw_load_result *r = sw_ruleset_add(rs, "r.yaml", sw_buf_str(&b));
		assert_int_equal(r->n_errors, 1);
		assert_str(r->errors[0].text, cases[i].text);
		assert_int_equal(r->n_warnings, cases[i].warnings);
		sw_ruleset_free(rs);
	}
}

static void add_unit(struct sw_buf *b, unsigned u, bool big)
{
	sw_buf_addch(b, (char)(big ? u >> 8 : u & 0xff));
	sw_buf_addch(b, (char)(big ? u & 0xff : u >> 8));
}

/* A file in UTF-16 is one in UTF-8: the same rules, the same places. "@" is a letter of two units here. */
static void test_utf16(void **state)
{
	static const char text[] = "- rule: \"@\"\n  desc: d\n  condition: evt.cpu in (1, 12)\n  output: o\n  priority: 3\n";

	for (int big = 0; big < 2; big++) {
		struct sw_ruleset *rs = sw_ruleset_new(NULL);
		sw_autobuf b;
		sw_buf_init(&b, 0);
		add_unit(&b, 0xfeff, big);
		for (const char *p = text; *p; p++) {
			if (*p == '@')
				add_unit(&b, 0xd83c, big);
			add_unit(&b, *p == '@' ? 0xdf0a : (unsigned char)*p, big);
		}
		const struct sw_load_result *r = sw_ruleset_add(rs, "r.yaml", sw_buf_str(&b));
		assert_int_equal(r->n_errors, 1);
		assert_str(r->errors[0].text, "Invalid priority");
		assert_true(sw_str_starts(r->content, SW_STR("- rule: \"\xf0\x9f\x8c\x8a\"\n  desc")));
		assert_int_equal(r->content.n, sizeof(text) - 1 + 3);
		sw_ruleset_free(rs);
	}
}

/* A file in UTF-16 that is cut within a letter, or has half a pair, is refused where that is. */
static void test_half_letters(void **state)
{
	static const struct {
		unsigned unit; /* behind the rule; 0: none */
		size_t cut;
		uint32_t line, col; /* UINT32_MAX: nowhere */
	} cases[] = {{0, 0, UINT32_MAX, 0}, {0, 1, 5, 17}, {'#', 0, UINT32_MAX, 0}, {'#', 1, 6, 1}, {0xd83c, 0, 6, 1},
		{0xdf0a, 0, 6, 1}};
	static const char text[] = "- rule: r\n  desc: d\n  condition: evt.num=1\n  output: o\n  priority: INFO\n";

	for (size_t i = 0; i < 2 * SW_ARRAY_LEN(cases); i++) {
		struct sw_ruleset *rs = sw_ruleset_new(NULL);
		sw_autobuf b;
		sw_buf_init(&b, 0);
		add_unit(&b, 0xfeff, i & 1);
		for (const char *p = text; *p; p++)
			add_unit(&b, (unsigned char)*p, i & 1);
		if (cases[i / 2].unit)
			add_unit(&b, cases[i / 2].unit, i & 1);
		const struct sw_load_result *r = sw_ruleset_add(rs, "r.yaml", sw_str_sub(sw_buf_str(&b), 0, b.n - cases[i / 2].cut));
		assert_int_equal(r->n_errors, cases[i / 2].line != UINT32_MAX);
		if (r->n_errors) {
			uint32_t line, col;
			sw_load_place(&r->errors[0], &line, &col);
			assert_int_equal(line, cases[i / 2].line);
			assert_int_equal(col, cases[i / 2].col);
			assert_true(sw_str_has(r->errors[0].text, SW_STR("incomplete UTF-16 character")));
		}
		sw_ruleset_free(rs);
	}
}

/* Plugins of Falco that a file needs: those that are part of Seawall are there, in a version; of alternatives one is enough. */
static void test_plugins(void **state)
{
	static const struct {
		const char *need, *error;
	} cases[] = {
		{"{name: k8saudit, version: 0.1.0}", NULL},
		{"{name: container, version: 0.4.0}", NULL},
		{"{name: k8saudit, version: 0.1.0}, {name: json, version: 0.3.0}", NULL},
		{"{name: mine, version: 9.1.0, alternatives: [{name: json, version: 0.3.0}]}", NULL},
		{"{name: k8saudit, version: 0.99.0}", "is not compatible with required plugin version '0.99.0'"},
		{"{name: k8saudit, version: 1.0.0}", "is not compatible with required plugin version '1.0.0'"},
		{"{name: k8saudit, version: 0.1.0}, {name: cloudtrail, version: 0.2.0}",
			"Plugin requirement not satisfied, must load one of: cloudtrail (>= 0.2.0)"},
		{"{name: a, version: 1.1.0, alternatives: [{name: b, version: 0.3.0}]}",
			"must load one of: a (>= 1.1.0), b (>= 0.3.0)"},
		{"{name: k8saudit, version: one}", "Invalid required version 'one' for plugin 'k8saudit'"},
		{"{name: json, version: 0.1.0, alternatives: [{name: json, version: 0.2.0}]}",
			"Defined multiple alternative version requirements for plugin 'json'"}};

	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++) {
		struct sw_ruleset *rs = sw_ruleset_new(NULL);
		sw_autobuf b;
		sw_buf_init(&b, 0);
		sw_buf_printf(&b, "- required_plugin_versions: [%s]\n", cases[i].need);
		const struct sw_load_result *r = sw_ruleset_add(rs, "r.yaml", sw_buf_str(&b));
		assert_int_equal(r->ok, !cases[i].error);
		if (cases[i].error)
			assert_true(sw_str_has(r->errors[0].text, sw_str_from(cases[i].error)));
		sw_ruleset_free(rs);
	}
}

/* What a later file does to an earlier one, seen in the text that is compiled. */
static void test_overrides(void **state)
{
	static const struct {
		const char *more, *condition, *output;
		bool ok;
	} cases[] = {
		{"[]", "(evt.type = open and proc.name in (a, b))", "x %proc.name", true},
		{"- list: l\n  items: [c]\n  override: {items: append}\n",
			"(evt.type = open and proc.name in (a, b, c))", "x %proc.name", true},
		{"- list: l\n  items: [c]\n  append: true\n",
			"(evt.type = open and proc.name in (a, b, c))", "x %proc.name", true},
		{"- list: l\n  items: []\n", "(evt.type = open and proc.name in ())",
			"x %proc.name", true},
		{"- list: l\n  items: ['d e']\n", "(evt.type = open and proc.name in (\"d e\"))",
			"x %proc.name", true},
		{"- macro: m\n  condition: or evt.type = close\n  override: {condition: append}\n",
			"((evt.type = open or evt.type = close) and proc.name in (a, b))",
			"x %proc.name", true},
		{"- macro: m\n  condition: evt.type = close\n  override: {condition: replace}\n",
			"(evt.type = close and proc.name in (a, b))", "x %proc.name", true},
		{"- rule: r\n  condition: and user.uid = 0\n  output: more\n"
		 "  override: {condition: append, output: append}\n",
			"(evt.type = open and proc.name in (a, b) and user.uid = 0)",
			"x %proc.name more", true},
		{"- rule: r\n  output: other\n  override: {output: replace}\n",
			"(evt.type = open and proc.name in (a, b))", "other", true},
		{"- rule: r\n  exceptions: [{name: e, fields: [proc.name, fd.name], comps: [=, "
		 "in], values: "
		 "[[a, [x, y]]]}]\n  override: {exceptions: append}\n",
			"((evt.type = open and proc.name in (a, b)) and not (proc.name = a and "
			"fd.name in (x, y)))",
			"x %proc.name", true},
		{"- rule: r\n  exceptions: [{name: e, fields: proc.name, values: [a, b]}]\n"
		 "  override: {exceptions: append}\n",
			"((evt.type = open and proc.name in (a, b)) and not proc.name in (a, b))",
			"x %proc.name", true},
		{"- rule: r\n  condition: evt.type = open\n  output: o\n  desc: d\n  priority: "
		 "INFO\n",
			"evt.type = open", "o", true},
		{"- rule: r\n  output: o\n  override: {condition: append}\n", NULL, NULL, false},
		{"- rule: other\n  output: o\n  override: {output: append}\n", NULL, NULL, false},
		{"- rule: r\n  output: o\n  append: true\n  override: {output: append}\n", NULL,
			NULL, false},
		{"- macro: other\n  condition: and x\n  append: true\n", NULL, NULL, false},
		{"- list: other\n  items: [x]\n  override: {items: append}\n", NULL, NULL, false},
		{"- rule: r\n  priority: INFO\n  override: {priority: append}\n", NULL, NULL,
			false},
		{"- required_engine_version: 9.0.0\n", NULL, NULL, false},
		{"- required_engine_version: nonsense\n", NULL, NULL, false},
	};

	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++) {
		struct sw_ruleset *rs = load(
			"- list: l\n  items: [a, b]\n- macro: m\n  condition: evt.type = open\n"
			"- rule: r\n  desc: d\n  condition: m and proc.name in (l)\n"
			"  output: x %proc.name\n  priority: INFO\n");
		const struct sw_load_result *r =
			sw_ruleset_add(rs, "more.yaml", sw_str_from(cases[i].more));
		sw_autobuf b;
		sw_buf_init(&b, 0);
		if (r->ok != cases[i].ok)
			fail_msg("%s: %.*s", cases[i].more,
				SW_STR_ARG(r->n_errors ? r->errors[0].text : SW_STR("ok")));
		/* A file with an error leaves the rules as they were. */
		sw_cond_print(&b, sw_ruleset_rule(rs, 0)->cond);
		assert_str(sw_buf_str(&b), cases[i].ok ? cases[i].condition : cases[0].condition);
		assert_str(sw_ruleset_rule(rs, 0)->output,
			cases[i].ok ? cases[i].output : cases[0].output);
		sw_ruleset_free(rs);
	}
}

/* Depth, length and number have ceilings, and bytes may be anything. */
static void test_hostile(void **state)
{
	struct sw_ruleset *rs = sw_ruleset_new(NULL);
	sw_autobuf b, c;

	sw_buf_init(&b, 0);
	sw_buf_init(&c, 0);
	for (int i = 0; i < 100000; i++)
		sw_buf_addch(&c, '(');
	rule_of(&b, sw_buf_cstr(&c));
	assert_false(sw_ruleset_add(rs, "deep", sw_buf_str(&b))->ok);
	sw_buf_clear(&b);
	sw_buf_clear(&c);
	for (int i = 0; i < 100000; i++)
		sw_buf_addz(&c, "not ");
	sw_buf_addz(&c, "evt.type = open");
	rule_of(&b, sw_buf_cstr(&c));
	/* Any number of nots is one or none. */
	assert_true(sw_ruleset_add(rs, "nots", sw_buf_str(&b))->ok);
	sw_buf_clear(&b);
	sw_buf_clear(&c);
	sw_buf_addz(&c, "evt.type = open and proc.name in (");
	for (int i = 0; i < 50000; i++)
		sw_buf_printf(&c, "%sname%d", i ? ", " : "", i);
	sw_buf_addch(&c, ')');
	rule_of(&b, sw_buf_cstr(&c));
	assert_true(sw_ruleset_add(rs, "wide", sw_buf_str(&b))->ok);
	assert_false(sw_ruleset_add(rs, "nul", sw_str_make("- rule: a\0b\n", 12))->ok);
	assert_false(sw_ruleset_add(rs, "bytes", SW_STR("\xff\xfe\x00\x01 - rule"))->ok);
	assert_false(sw_ruleset_add(rs, "map", SW_STR("rule: r"))->ok);
	assert_false(
		sw_ruleset_add(rs, "laughs", SW_STR("- &a [x]\n- &b [*a,*a]\n- rule: *b\n"))->ok);
	assert_true(sw_ruleset_add(rs, "empty", SW_STR(""))->ok);
	sw_ruleset_free(rs);
}

/* Macros and lists that stand for themselves end in an error, not in the stack. */
static void test_cycles(void **state)
{
	static const char *const texts[] = {
		"- macro: a\n  condition: a\n- rule: r\n  desc: d\n  condition: a\n  output: x\n  "
		"priority: INFO\n",
		"- macro: a\n  condition: b\n- macro: b\n  condition: a\n- rule: r\n  desc: d\n  "
		"condition: a\n"
		"  output: x\n  priority: INFO\n",
	};

	for (size_t i = 0; i < SW_ARRAY_LEN(texts); i++) {
		struct sw_ruleset *rs = sw_ruleset_new(NULL);
		assert_false(sw_ruleset_add(rs, "r", sw_str_from(texts[i]))->ok);
		sw_ruleset_free(rs);
	}
	struct sw_ruleset *rs = load("- list: a\n  items: [a, b]\n- rule: r\n  desc: d\n"
				     "  condition: evt.type = open and proc.name in (a)\n  output: "
				     "x\n  priority: INFO\n");
	sw_ruleset_free(rs);
}

static struct sw_str shown(
	struct sw_arena *a, const struct sw_event *ev, const char *output, bool json)
{
	const struct sw_engine_options o = {
		.least = SW_PRIO_DEBUG, .style = {.iso_time = true, .hostname = SW_STR_INIT("h")}};
	struct sw_engine *e;
	sw_autobuf b;

	sw_buf_init(&b, 0);
	sw_buf_printf(&b,
		"- rule: r\n  desc: d\n  condition: evt.type = open\n  output: '%s'\n  priority: "
		"info\n",
		output);
	struct sw_ruleset *rs = load(sw_buf_cstr(&b));
	assert_int_equal(sw_engine_new(rs, &o, &e, NULL), 0);
	struct sw_alert alert = {.rule = sw_ruleset_rule(rs, 0), .event = ev, .engine = e};
	assert_true(sw_engine_matches(e, alert.rule, ev));
	sw_buf_clear(&b);
	sw_alert_print(&alert, json, &b);
	struct sw_str s = sw_arena_str(a, sw_buf_str(&b));
	sw_engine_free(e);
	sw_ruleset_free(rs);
	return s;
}

static void test_output(void **state)
{
	struct sw_arena a;
	struct sw_value v;
	struct sw_event ev;

	sw_arena_init(&a, 0);
	assert_int_equal(sw_yaml_parse(&a, sw_str_from(event), SW_YAML_GOYAML3, NULL, &v, NULL), 0);
	assert_int_equal(sw_written_event(v, &a, 1, &ev, NULL), 0);
#define HEAD "2023-11-14T22:13:20.000000000+0000: Informational "
	assert_str(shown(&a, &ev, "%proc.name", false), HEAD "myexe");
	assert_str(shown(&a, &ev, "*a %user.name b", false), HEAD "a <NA> b");
	assert_str(shown(&a, &ev, "%3proc.name|%8proc.name|", false), HEAD "mye|myexe   |");
	assert_str(shown(&a, &ev, "%toupper(proc.name) %evt.cpu", false), HEAD "MYEXE 12");
	assert_str(shown(&a, &ev, "%proc.aname[2].%proc.name.x", false), HEAD "<NA>.myexe.x");
	assert_str(shown(&a, &ev, "%evt.cpu %fd.sport", true),
		"{\"hostname\":\"h\",\"output\":\"" HEAD
		"12 "
		"443\",\"output_fields\":{\"evt.cpu\":12,\"evt.time.iso8601\":1700000000000000000,"
		"\"fd.sport\":443},"
		"\"priority\":\"Informational\",\"rule\":\"r\",\"source\":\"syscall\",\"tags\":[],"
		"\"time\":\"2023-11-14T22:13:20.000000000Z\"}");
	sw_arena_release(&a);
}

/* Half of what a compiler opens is not there: none of our own rules may make the sensor send those calls. */
static void test_failed_opens(void **state)
{
	static const uint16_t opens[] = {SW_EV_OPEN_X, SW_EV_OPENAT_2_X, SW_EV_OPENAT2_X, SW_EV_CREAT_X};
	struct sw_ruleset *rs = sw_ruleset_new(NULL);
	for (unsigned i = 0; i < sw_embed_rules_n; i++)
		assert_true(sw_ruleset_add(rs, sw_embed_rules[i].name, sw_embed_rules[i].text)->ok);
	struct sw_codeset failed = sw_ruleset_failed_codes(rs, false), absent = sw_ruleset_failed_codes(rs, true);
	for (size_t i = 0; i < SW_ARRAY_LEN(opens); i++) {
		assert_true(sw_codeset_has(&failed, opens[i])); /* ETXTBSY: a running program is written */
		assert_false(sw_codeset_has(&absent, opens[i]));
	}
	sw_ruleset_free(rs);
}

/* What of a condition tells that a call did not fail, or not for want of a file. */
static void test_failures(void **state)
{
	static const struct {
		const char *cond;
		bool failed, absent;
	} cases[] = {{"evt.type=openat", true, true}, {"evt.type=openat and evt.rawres>=0", false, false},
		{"evt.type=openat and evt.res=SUCCESS", false, false}, {"evt.type=openat and evt.res=EACCES", true, false},
		{"evt.type=openat and evt.res=ENOENT", true, true}, {"evt.type=openat and not evt.res=EACCES", true, true},
		{"evt.type=openat and (evt.rawres>=0 or evt.res=ETXTBSY)", true, false},
		{"evt.type=openat and (evt.res=ENOENT or evt.res=ETXTBSY)", true, true},
		{"evt.type=openat and evt.res!=ENOENT", true, true}, {"evt.type=open", false, false}};
	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++) {
		struct sw_ruleset *rs = sw_ruleset_new(NULL);
		sw_autobuf b;
		sw_buf_init(&b, 0);
		rule_of(&b, cases[i].cond);
		assert_true(sw_ruleset_add(rs, "r.yaml", sw_buf_str(&b))->ok);
		for (int absent = 0; absent < 2; absent++) {
			struct sw_codeset s = sw_ruleset_failed_codes(rs, absent);
			if (sw_codeset_has(&s, SW_EV_OPENAT_2_X) != (absent ? cases[i].absent : cases[i].failed))
				fail_msg("\"%s\", absent %d", cases[i].cond, absent);
		}
		sw_ruleset_free(rs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truths),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_unsafe_na),
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_half_letters),
		cmocka_unit_test(test_plugins),
		cmocka_unit_test(test_overrides),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_cycles),
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_failed_opens),
		cmocka_unit_test(test_failures),
	};

	setenv("SEAWALL_NO_DNS", "1", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
