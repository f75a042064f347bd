/* SPDX-License-Identifier: Apache-2.0 */
/* Audits over a tree with traps in it: links out of the root, a FIFO, a device's name. */
#include "../test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cis/sh/sh.h"

static struct sw_cis_node *node;
static char root[] = "/tmp/cis-audit-XXXXXX";

static void put(const char *name, const char *text)
{
	char path[256];
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
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sw_autoarena a = {0};
		struct sw_cis_answer r;
		sw_arena_init(&a, 0);
		assert_int_equal(sw_cis_audit(node, &a, sw_str_from(cases[i].audit), &r, NULL), 0);
		if (r.unknown.n)
			fail_msg("%s: %.*s", cases[i].audit, SW_STR_ARG(r.unknown));
		assert_str(r.out, cases[i].out);
		assert_int_equal(r.status, cases[i].status);
	}
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

static void units(void **state)
{
	static const struct {
		const char *audit, *out;
		int status;
	} cases[] = {
		{"systemctl is-enabled off", "disabled\n", 1},
		{"systemctl is-enabled off.service on", "disabled\nenabled\n", 0},
		{"systemctl is-enabled fixed", "static\n", 0},
		{"systemctl is-enabled also", "indirect\n", 0},
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
			"loaded\nenabled\n/usr/lib/systemd/system/on.service\n", 0},
		{"systemctl show -p LoadState nobody", "LoadState=not-found\n", 0},
	};
	/* whether it failed or never began; two of what is one; what a bus would be asked */
	static const char *const open[] = {"systemctl is-active off", "systemctl show -p ActiveState off", "systemctl show on",
		"systemctl show -p MainPID on", "systemctl list-units", "systemctl stop on", "systemctl is-enabled 'o*'",
		"systemctl is-enabled getty@tty1", "systemctl is-enabled"};

	unit("/usr/lib/systemd/system/off.service", "# [Install]\n[Install]\nWantedBy=multi-user.target\n");
	unit("/usr/lib/systemd/system/on.service", "[Install]\nWantedBy=multi-user.target\n");
	link_to("/etc/systemd/system/multi-user.target.wants/on.service", "../on.service");
	unit("/usr/lib/systemd/system/fixed.service", "# [Install]\n# WantedBy=multi-user.target\n");
	unit("/usr/lib/systemd/system/also.service", "[Install]\nAlso=off.service\n");
	unit("/usr/lib/systemd/system/masked.service", "[Install]\nWantedBy=multi-user.target\n");
	link_to("/etc/systemd/system/masked.service", "/dev/null");
	unit("/usr/lib/systemd/system/ssh.service", "[Install]\nAlias=sshd.service\n");
	link_to("/etc/systemd/system/sshd.service", "/usr/lib/systemd/system/ssh.service");
	unit("/opt/linked.service", "");
	link_to("/etc/systemd/system/linked.service", "/opt/linked.service");
	folder("/sys/fs/cgroup/system.slice/on.service/cgroup.events");
	put("/sys/fs/cgroup/cgroup.controllers", "cpu\n");
	put("/sys/fs/cgroup/system.slice/on.service/cgroup.events", "populated 1\nfrozen 0\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sw_autoarena a = {0};
		struct sw_cis_answer r;
		sw_arena_init(&a, 0);
		assert_int_equal(sw_cis_audit(node, &a, sw_str_from(cases[i].audit), &r, NULL), 0);
		if (r.unknown.n)
			fail_msg("%s: %.*s", cases[i].audit, SW_STR_ARG(r.unknown));
		assert_str(r.out, cases[i].out);
		assert_int_equal(r.status, cases[i].status);
	}
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
		sw_autoarena a = {0};
		struct sw_cis_answer r;
		sw_arena_init(&a, 0);
		assert_int_equal(sw_cis_audit(node, &a, sw_str_from(open[i]), &r, NULL), 0);
		if (!r.unknown.n)
			fail_msg("%s was answered", open[i]);
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
		cmocka_unit_test(answers), cmocka_unit_test(refuses), cmocka_unit_test(units), cmocka_unit_test(traps)};
	return cmocka_run_group_tests(tests, setup, teardown);
}
