/* SPDX-License-Identifier: Apache-2.0 */
/* Audits over a tree with traps in it: links out of the root, a FIFO, a device's name. */
#include "../test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cis/sh/sh.h"

static struct sw_cis_node *node;
static char root[] = "/tmp/cis-audit-XXXXXX";

static void put(const char *name, const char *text)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", root, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	chmod(path, 0640);
}

static int setup(void **state)
{
	char path[256];
	struct sw_cis_node_opts o = {.root = root};
	assert_non_null(mkdtemp(root));
	put("a", "one: 1\ntwo: 2\n");
	snprintf(path, sizeof(path), "%s/out", root);
	assert_int_equal(symlink("../../../../../../etc/hostname", path), 0);
	snprintf(path, sizeof(path), "%s/fifo", root);
	assert_int_equal(mkfifo(path, 0600), 0);
	return sw_cis_node_open(&o, &node, NULL);
}

static int teardown(void **state)
{
	char cmd[300];
	sw_cis_node_free(node);
	snprintf(cmd, sizeof(cmd), "rm -r %s", root);
	return system(cmd);
}

static void answers_with(struct sw_cis_node *n, const char *audit, const char *out, int status)
{
	sw_autoarena a = {0};
	struct sw_cis_answer r;
	sw_arena_init(&a, 0);
	assert_int_equal(sw_cis_audit(n, &a, sw_str_from(audit), &r, NULL), 0);
	if (r.unknown.n)
		fail_msg("%s: %.*s", audit, SW_STR_ARG(r.unknown));
	assert_str(r.out, out);
	if (r.status != status)
		fail_msg("%s: status %d in place of %d", audit, r.status, status);
}

/* NULL: whatever the reason. */
static void gives_up(struct sw_cis_node *n, const char *audit, const char *why)
{
	sw_autoarena a = {0};
	struct sw_cis_answer r;
	sw_arena_init(&a, 0);
	assert_int_equal(sw_cis_audit(n, &a, sw_str_from(audit), &r, NULL), 0);
	if (!r.unknown.n)
		fail_msg("%s was answered: %.*s", audit, SW_STR_ARG(r.out));
	if (why)
		assert_str(r.unknown, why);
}

static void answers(void **state)
{
	static const struct {
		const char *audit, *out;
		int status;
	} cases[] = {
		{"echo a b", "a b\n", 0},
		{"stat -c permissions=%a /a", "permissions=640\n", 0},
		{"if test -e /none; then echo x; else echo y; fi", "y\n", 0},
		{"/bin/sh -c 'cat /a | grep two'", "two: 2\n", 0},
		{"grep -o '[0-9]' /a | tail -n1", "2\n", 0},
		{"X=$(cat /a | awk -F': ' '{print $2}' | sort -r | head -1); echo \"v=$X\"", "v=2\n", 0},
		{"cat /a | sed 's/\\(o.*\\):/[\\1]/' | cut -d' ' -f1", "[one]\ntw[o]\n", 0},
		{"for i in 1 2 3; do [ $i -gt 1 ] && echo $i; done", "2\n3\n", 0},
		{"printf 'a b\\nc d\\n' | while read -r x y; do echo \"$y$x\"; done", "ba\ndc\n", 0},
		{"echo $((2 + 3 * 4))", "14\n", 0},
		{"x=a,b,; echo ${x%,}; x+=c; echo $x", "a,b\na,b,c\n", 0},
		{"[[ abc == a* && x != y ]] && echo yes", "yes\n", 0},
		{"echo '{\"a\":[1,2]}' | jq -c '.a[] | select(. > 1)'", "2\n", 0},
		{"find / -name a -type f | xargs stat -c %n", "/a\n", 0},
		{"false || echo no; exit 3", "no\n", 3},
		{"f() { echo \"<$1:$#>\"; return 4; echo never; }; f a b; echo $?", "<a:2>\n4\n", 0},
		{"set -eE; h() { echo bad; }; trap 'h' ERR; x=$(false | true); echo on; false; echo never", "on\nbad\n", 1},
		{"set -e; if false; then :; fi; false || true; ! true; echo here; false; echo never", "here\n", 1},
		{"false; echo $?; x=$(exit 7); echo $?; x=1; echo $?", "1\n7\n0\n", 0},
		{"set -o pipefail; false | true; echo $?", "1\n", 0},
		{"comm -23 <(printf 'a\nb\nc\n') <(printf 'b\nd\n')", "a\nc\n", 0},
		{"while read -r x; do echo \"[$x]\"; done < <(grep one /a)", "[one: 1]\n", 0},
		{"printf 'aGVsbG8=' | base64 -d", "hello", 0},
		{"cat /a | yq '.two'", "2\n", 0},
		{"printf 'a:\n  b-c: [x]\n' | yq '.a.\"b-c\"[0]'", "x\n", 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		answers_with(node, cases[i].audit, cases[i].out, cases[i].status);
}

/* What is not known is said; nothing is written, started, or read outside of the root. */
static void refuses(void **state)
{
	static const char *const cases[] = {"journalctl --vacuum-time=1s", "echo x > /b", "rm /a", "f( { :; }", "f() { f; }; f",
		"while true; do :; done", "cat <(cat <(rm /a))", "curl http://169.254.169.254/", "oc create sa x", "echo 'a", "sed -i s/a/b/ /a"};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sw_autoarena a = {0};
		struct sw_cis_answer r;
		sw_arena_init(&a, 0);
		assert_int_equal(sw_cis_audit(node, &a, sw_str_from(cases[i]), &r, NULL), 0);
		assert_true(r.unknown.n > 0);
	}
}

static void folder(const char *name)
{
	char path[512];
	snprintf(path, sizeof(path), "%s%s", root, name);
	for (char *c = path + strlen(root) + 1; (c = strchr(c, '/')); *c++ = '/') {
		*c = 0;
		mkdir(path, 0755);
	}
}

static void link_to(const char *name, const char *target)
{
	char path[512];
	folder(name);
	snprintf(path, sizeof(path), "%s%s", root, name);
	assert_int_equal(symlink(target, path), 0);
}

static void unit(const char *name, const char *install)
{
	char text[512];
	folder(name);
	snprintf(text, sizeof(text), "[Unit]\n[Service]\nExecStart=/x\n%s", install);
	put(name, text);
}

/* Nothing that is a secret, a link's target too, is in the capture. */
static struct sw_cis_node *captured_again(struct sw_cis_node *live)
{
	struct sw_cis_node *n;
	struct sw_error err = {0};
	char path[256];
	struct sw_cis_node_opts o = {.root = path};
	sw_autobuf b;
	sw_buf_init(&b, 16 << 20);
	assert_int_equal(sw_cis_capture_write(live, &b, &err), 0);
	assert_null(strstr(sw_buf_cstr(&b), "hush"));
	put("captured.json", sw_buf_cstr(&b));
	snprintf(path, sizeof(path), "%s/captured.json", root);
	assert_int_equal(sw_cis_node_open(&o, &n, &err), 0);
	return n;
}

struct unit_case {
	const char *audit, *out;
	int status;
};

/* What is captured answers alike, but for a link to what is called like a secret. */
static void captured_alike(const struct unit_case *cases, size_t n_cases, const char *const *open, size_t n_open)
{
	struct sw_cis_node *live, *away;
	struct sw_cis_node_opts o = {.root = root};

	assert_int_equal(sw_cis_node_open(&o, &live, NULL), 0);
	assert_int_equal(sw_cis_capture_begin(live), 0);
	for (size_t i = 0; i < n_cases; i++)
		answers_with(live, cases[i].audit, cases[i].out, cases[i].status);
	for (size_t i = 0; i < n_open; i++)
		gives_up(live, open[i], NULL);
	link_to("/etc/systemd/system/hidden.service", "/opt/password=hush/hidden.service");
	answers_with(live, "systemctl show -p LoadState hidden", "LoadState=not-found\n", 0);
	away = captured_again(live);
	for (size_t i = 0; i < n_cases; i++)
		answers_with(away, cases[i].audit, cases[i].out, cases[i].status);
	for (size_t i = 0; i < n_open; i++)
		gives_up(away, open[i], NULL);
	gives_up(away, "systemctl show -p LoadState hidden",
		"systemctl: /etc/systemd/system/hidden.service: not in the captured node");
	sw_cis_node_free(away);
	sw_cis_node_free(live);
}

static void units(void **state)
{
	static const struct unit_case cases[] = {
		{"systemctl is-enabled off", "disabled\n", 1},
		{"systemctl is-enabled off.service on", "disabled\nenabled\n", 0},
		{"systemctl is-enabled fixed", "static\n", 0},
		{"systemctl is-enabled also", "indirect\n", 0},
		{"systemctl is-enabled upheld", "enabled\n", 0},
		{"systemctl is-enabled masked", "masked\n", 1},
		{"systemctl is-enabled sshd ssh", "alias\nenabled\n", 0},
		{"systemctl is-enabled linked", "linked\n", 1},
		{"systemctl is-enabled -q on", "", 0},
		{"systemctl is-enabled nobody 2>&1", "Failed to get unit file state for nobody.service: No such file or directory\n", 1},
		{"systemctl is-active on", "active\n", 0},
		{"systemctl is-active nobody", "inactive\n", 3},
		{"systemctl is-active masked", "inactive\n", 3},
		{"systemctl show -p ActiveState on", "ActiveState=active\n", 0},
		{"systemctl show --property=LoadState,UnitFileState,FragmentPath --value on",
			"loaded\n/usr/lib/systemd/system/on.service\nenabled\n", 0},
		{"systemctl show -p UnitFileState -p LoadState --property=ActiveState,LoadState on",
			"LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n", 0},
		{"systemctl show -p UnitFileState,FragmentPath sshd",
			"FragmentPath=/usr/lib/systemd/system/ssh.service\nUnitFileState=enabled\n", 0},
		{"systemctl is-active sshd; systemctl show -P ActiveState sshd", "active\nactive\n", 0},
		{"systemctl is-enabled blanks", "disabled\n", 1},
		{"systemctl is-enabled other", "static\n", 0},
		{"systemctl is-enabled emptied", "static\n", 0},
		{"systemctl is-enabled late", "masked-runtime\n", 1},
		{"systemctl is-enabled aliased-mask", "masked\n", 1},
		{"systemctl is-enabled elsewhere", "linked\n", 1},
		{"systemctl is-enabled dangling 2>&1", "Failed to get unit file state for dangling.service: No such file or directory\n", 1},
		{"systemctl show -p LoadState dangling; systemctl is-active dangling", "LoadState=not-found\ninactive\n", 3},
		{"systemctl is-active gone", "active\n", 0},
		{"systemctl show -p LoadState nobody", "LoadState=not-found\n", 0},
	};
	/* whether it failed or never began; two of what is one; what a bus would be asked */
	static const char *const open[] = {"systemctl is-active off", "systemctl show -p ActiveState off", "systemctl show on",
		"systemctl show -p MainPID on", "systemctl list-units", "systemctl stop on", "systemctl is-enabled 'o*'",
		"systemctl is-enabled getty@tty1", "systemctl is-enabled", "systemctl is-enabled ring",
		"systemctl show -p LoadState -p MainPID on"};

	unit("/usr/lib/systemd/system/off.service", "# [Install]\n[Install]\nWantedBy=multi-user.target\n");
	unit("/usr/lib/systemd/system/on.service", "[Install]\nWantedBy=multi-user.target\n");
	link_to("/etc/systemd/system/multi-user.target.wants/on.service", "../on.service");
	unit("/usr/lib/systemd/system/upheld.service", "[Install]\nUpheldBy=multi-user.target\n");
	link_to("/etc/systemd/system/multi-user.target.upholds/upheld.service", "/usr/lib/systemd/system/upheld.service");
	unit("/usr/lib/systemd/system/fixed.service", "# [Install]\n# WantedBy=multi-user.target\n");
	unit("/usr/lib/systemd/system/also.service", "[Install]\nAlso=off.service\n");
	unit("/usr/lib/systemd/system/masked.service", "[Install]\nWantedBy=multi-user.target\n");
	link_to("/etc/systemd/system/masked.service", "/dev/null");
	unit("/usr/lib/systemd/system/ssh.service", "[Install]\nAlias=sshd.service\n");
	link_to("/etc/systemd/system/sshd.service", "/usr/lib/systemd/system/ssh.service");
	unit("/opt/linked.service", "");
	link_to("/etc/systemd/system/linked.service", "/opt/linked.service");
	unit("/usr/lib/systemd/system/blanks.service", "[Install]\n  WantedBy \t= multi-user.target\n");
	unit("/usr/lib/systemd/system/other.service", "[Install]\nWantedByNobody=x\nWantedBy\nDefaultInstance=x\n");
	unit("/usr/lib/systemd/system/emptied.service", "[Install]\nWantedBy=a.target\nWantedBy=\n");
	unit("/usr/lib/systemd/system/late.service", "[Install]\nWantedBy=multi-user.target\n");
	link_to("/run/systemd/system/late.service", "/dev/null");
	link_to("/usr/lib/systemd/system/aliased-mask.service", "masked.service");
	unit("/opt/other-name.service", "");
	link_to("/etc/systemd/system/elsewhere.service", "/opt/other-name.service");
	link_to("/etc/systemd/system/dangling.service", "/opt/nothing.service");
	link_to("/etc/systemd/system/ring.service", "ring2.service");
	link_to("/etc/systemd/system/ring2.service", "ring.service");
	folder("/sys/fs/cgroup/system.slice/ssh.service/cgroup.events");
	put("/sys/fs/cgroup/system.slice/ssh.service/cgroup.events", "populated 1\n");
	folder("/sys/fs/cgroup/system.slice/gone.service/cgroup.events");
	put("/sys/fs/cgroup/system.slice/gone.service/cgroup.events", "populated 1\n");
	folder("/sys/fs/cgroup/system.slice/on.service/cgroup.events");
	put("/sys/fs/cgroup/cgroup.controllers", "cpu\n");
	put("/sys/fs/cgroup/system.slice/on.service/cgroup.events", "populated 1\nfrozen 0\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		answers_with(node, cases[i].audit, cases[i].out, cases[i].status);
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
		gives_up(node, open[i], NULL);
	captured_alike(cases, SW_ARRAY_LEN(cases), open, SW_ARRAY_LEN(open));
}

/* systemd.unit(5) */
static const char *const order[] = {"/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient",
	"/run/systemd/generator.early", "/etc/systemd/system", "/etc/systemd/system.attached", "/run/systemd/system",
	"/run/systemd/system.attached", "/run/systemd/generator", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
	"/lib/systemd/system", "/run/systemd/generator.late"};

/* Of two files of one name that of the folder counts that systemd.unit(5) names first. */
static void unit_folders(void **state)
{
	char path[256], line[260];

	for (size_t i = SW_ARRAY_LEN(order); i-- > 0;) {
		snprintf(path, sizeof(path), "%s/order.service", order[i]);
		unit(path, "");
		snprintf(line, sizeof(line), "%s\n", path);
		answers_with(node, "systemctl show --value -p FragmentPath order", line, 0);
	}
}

/* A node that was captured: what it says of systemd's folders, of those folders of the kernel, and of some units. */
static struct sw_cis_node *captured(const char *files)
{
	struct sw_cis_node *n;
	char path[256];
	struct sw_cis_node_opts o = {.root = path};
	snprintf(path, sizeof(path), "%s/captured.json", root);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "{\"schema\":\"seawall.dev/node/v1\",\"processes\":[],\"files\":{%s}}", files);
	fclose(f);
	assert_int_equal(sw_cis_node_open(&o, &n, NULL), 0);
	return n;
}

/* x.service in every folder: it is not there, but what is said of it in /usr/lib/systemd/system. */
static void in_folders(char *out, size_t n, const char *said)
{
	size_t at = 0;
	for (size_t i = 0; i < SW_ARRAY_LEN(order); i++)
		at += (size_t)snprintf(out + at, n - at, "%s\"%s/x.service\":{\"lstat\":%s}", i ? "," : "", order[i],
			strcmp(order[i], "/usr/lib/systemd/system") ? "\"ENOENT\"" : said);
}

#define IS_FOLDER "{\"mode\":16877,\"uid\":0,\"gid\":0,\"size\":1}"
#define IS_LINK "{\"mode\":41471,\"uid\":0,\"gid\":0,\"size\":1}"
#define NO_GROUP                                                                             \
	"\"/sys/fs/cgroup/cgroup.controllers\":{\"stat\":{\"mode\":33060}},"             \
	"\"/sys/fs/cgroup/system.slice\":{\"stat\":" IS_FOLDER "},"                       \
	"\"/sys/fs/cgroup/system.slice/x.service/cgroup.events\":{\"stat\":\"ENOENT\"},"

/* What cannot be seen is not taken for what is not there. */
static void units_unseen(void **state)
{
	static const char unseen_folder[] = "systemctl: /etc/systemd/system.control/x.service: not in the captured node";
	static const char *const asks[] = {"systemctl is-active x", "systemctl is-enabled x", "systemctl is-enabled x || echo disabled",
		"systemctl show -p LoadState x", "systemctl is-active -q x"};
	char none[4096], files[8192];

	struct sw_cis_node *n = captured("");
	for (size_t i = 0; i < SW_ARRAY_LEN(asks); i++)
		gives_up(n, asks[i], unseen_folder);
	sw_cis_node_free(n);

	in_folders(none, sizeof(none), "\"EACCES\"");
	n = captured(none);
	gives_up(n, "systemctl is-active x", "systemctl: /usr/lib/systemd/system/x.service: Permission denied");
	sw_cis_node_free(n);

	in_folders(none, sizeof(none), "\"ENOENT\"");
	n = captured(none);
	gives_up(n, "systemctl is-enabled x", "systemctl: no folder of systemd's units can be seen");
	sw_cis_node_free(n);

	snprintf(files, sizeof(files), "\"/etc/systemd/system\":{\"stat\":" IS_FOLDER "},%s", none);
	n = captured(files); /* no such unit, but nobody knows of processes */
	answers_with(n, "systemctl is-enabled x 2>&1", "Failed to get unit file state for x.service: No such file or directory\n", 1);
	gives_up(n, "systemctl is-active x", "systemctl: /sys/fs/cgroup/systemd/system.slice/x.service/cgroup.procs: not in the captured node");
	sw_cis_node_free(n);

	snprintf(files, sizeof(files), NO_GROUP "\"/etc/systemd/system\":{\"stat\":" IS_FOLDER "},%s", none);
	n = captured(files);
	answers_with(n, "systemctl is-active x", "inactive\n", 3);
	sw_cis_node_free(n);
}

#define GROUP                                                                                \
	"\"/sys/fs/cgroup/cgroup.controllers\":{\"stat\":{\"mode\":33060}},"             \
	"\"/sys/fs/cgroup/system.slice\":{\"stat\":" IS_FOLDER "},"                       \
	"\"/sys/fs/cgroup/system.slice/x.service/cgroup.events\":{\"text\":\"populated 1\\n\"},"

/* The unit's file is there; whether something wants it is not, which nothing but its state asks. */
static void wishes_unseen(void **state)
{
	static const struct {
		const char *files, *out, *why;
	} cases[] = {
		{"", NULL, "systemctl: /etc/systemd/system: not in the captured node"},
		{"\"/etc/systemd/system\":{\"list\":\"EACCES\"}", NULL, "systemctl: /etc/systemd/system: Permission denied"},
		{"\"/etc/systemd/system\":{\"list\":[]}", NULL, "systemctl: /run/systemd/system: not in the captured node"},
		{"\"/etc/systemd/system\":{\"list\":\"ENOENT\"},\"/run/systemd/system\":{\"list\":[]}", "disabled\n", NULL},
		{"\"/etc/systemd/system\":{\"list\":[\"a.wants\"]}", NULL,
			"systemctl: /etc/systemd/system/a.wants: not in the captured node"},
		{"\"/etc/systemd/system\":{\"list\":[\"a.service\"]},\"/etc/systemd/system/a.service\":{\"lstat\":" IS_LINK "}", NULL,
			"systemctl: /etc/systemd/system/a.service: not in the captured node"},
		{"\"/etc/systemd/system\":{\"list\":[\"a.service\"]},\"/etc/systemd/system/a.service\":{\"lstat\":" IS_LINK
		 ",\"link\":{\"error\":\"EACCES\"}}", NULL, "systemctl: /etc/systemd/system/a.service: Permission denied"},
		{"\"/etc/systemd/system\":{\"list\":[\"a.service\"]},\"/etc/systemd/system/a.service\":{\"lstat\":" IS_LINK
		 ",\"link\":\"/opt/x.service\"}", "enabled\n", NULL},
		{"\"/etc/systemd/system\":{\"list\":[\"a.service\"]},\"/etc/systemd/system/a.service\":{\"lstat\":" IS_LINK
		 ",\"link\":\"ENOENT\"},\"/run/systemd/system\":{\"list\":[]}", "disabled\n", NULL},
		/* what is seen to want it is enough */
		{"\"/etc/systemd/system\":{\"list\":[\"a.service\",\"b.wants\"]},"
		 "\"/etc/systemd/system/b.wants/x.service\":{\"lstat\":" IS_LINK "}", "enabled\n", NULL},
	};
	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++) {
		char none[4096], files[8192];
		in_folders(none, sizeof(none), "{\"mode\":33188},\"text\":\"[Install]\\nWantedBy=a.target\\n\"");
		snprintf(files, sizeof(files), GROUP "%s%s%s", none, cases[i].files[0] ? "," : "", cases[i].files);
		struct sw_cis_node *n = captured(files);
		if (cases[i].out)
			answers_with(n, "systemctl is-enabled x", cases[i].out, strcmp(cases[i].out, "enabled\n") != 0);
		else
			gives_up(n, "systemctl is-enabled x", cases[i].why);
		if (!cases[i].out)
			gives_up(n, "systemctl show -p LoadState,UnitFileState x", cases[i].why);
		answers_with(n, "systemctl show -p LoadState x", "LoadState=loaded\n", 0);
		answers_with(n, "systemctl is-active x", "active\n", 0);
		sw_cis_node_free(n);
	}
}

static void traps(void **state)
{
	sw_autoarena a = {0};
	struct sw_cis_answer r;
	sw_arena_init(&a, 0);
	assert_int_equal(sw_cis_audit(node, &a, SW_STR("cat /out"), &r, NULL), 0);
	assert_int_equal(r.status, 1);
	assert_true(r.missing.n > 0); /* in the root there is no etc/hostname */
	assert_int_equal(sw_cis_audit(node, &a, SW_STR("cat /fifo"), &r, NULL), 0);
	assert_true(r.unseen.n > 0); /* and it did not block */
	assert_int_equal(sw_cis_audit(node, &a, SW_STR("ps -ef"), &r, NULL), 0);
	assert_true(r.unknown.n > 0); /* no process list is not an empty one */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers), cmocka_unit_test(refuses), cmocka_unit_test(units), cmocka_unit_test(unit_folders),
		cmocka_unit_test(units_unseen), cmocka_unit_test(wishes_unseen), cmocka_unit_test(traps)};
	return cmocka_run_group_tests(tests, setup, teardown);
}
