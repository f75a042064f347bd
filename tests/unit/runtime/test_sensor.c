/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live sensor with real processes: what they do must come out as events with the right process, file and
 * address; denied executions must never run. Prints TAP by itself: one skipped line where the machine does not
 * let the sensor start.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/bpf/sensor.h"
#include "runtime/rules/engine.h"

enum { KILLS = 100 };

static volatile int stop;
static int n_tests;
static uint32_t killed, denied_seen;

static void ok(bool good, const char *name)
{
	printf("%sok %d - sensor: %s\n", good ? "" : "not ", ++n_tests, name);
}

static void on_denied(void *arg, const struct sw_sysev *ev, struct sw_str path, bool was_killed)
{
	denied_seen++;
	killed += was_killed;
}

static const char rules_text[] =
	"- rule: marked file\n  desc: x\n  condition: evt.type in (open, openat) and fd.name=/etc/hostname and "
	"evt.is_open_read=true and proc.name=cat\n  output: \"%proc.cmdline|%proc.pname|%fd.name|%evt.res\"\n"
	"  priority: INFO\n"
	"- rule: missing file\n  desc: x\n  condition: evt.type in (open, openat) and evt.failed=true and "
	"fd.name=/etc/seawall-not-there\n  output: \"%proc.name|%fd.name|%evt.res\"\n  priority: INFO\n"
	"- rule: connects\n  desc: x\n  condition: evt.type=connect and fd.sport=9 and fd.sip=127.0.0.1\n"
	"  output: \"%fd.sip|%fd.l4proto\"\n  priority: INFO\n"
	"- rule: lineage\n  desc: x\n  condition: evt.type in (execve, execveat) and proc.name=true and proc.aname[2]=sh\n"
	"  output: \"%proc.pname|%proc.aname[2]\"\n  priority: INFO\n"
	"- rule: renamed\n  desc: x\n  condition: evt.type in (rename, renameat, renameat2) and "
	"fs.path.target endswith seawall-renamed\n  output: \"%fs.path.source|%fs.path.target\"\n  priority: INFO\n"
	"- rule: removed\n  desc: x\n  condition: evt.type in (unlink, unlinkat) and fs.path.name endswith seawall-renamed\n"
	"  output: \"%fs.path.name\"\n  priority: INFO\n"
	"- rule: mode changed\n  desc: x\n  condition: evt.type in (chmod, fchmodat) and evt.arg.mode contains S_ISUID\n"
	"  output: \"%evt.arg.mode\"\n  priority: INFO\n"
	"- rule: user changed\n  desc: x\n  condition: evt.type=setuid and evt.arg.uid=nobody\n"
	"  output: \"%evt.arg.uid\"\n  priority: INFO\n"
	"- rule: end\n  desc: x\n  condition: evt.type in (open, openat) and fd.name=/tmp/seawall-sensor-end\n"
	"  output: end\n  priority: INFO\n";

static int on_alert(void *arg, const struct sw_alert *a)
{
	if (sw_str_is(a->rule->name, "end"))
		stop = 1;
	return 0;
}

static void run(const char *command)
{
	if (system(command) != 0)
		printf("# failed: %s\n", command);
}

/* What the child does while the parent watches. */
static void act(void)
{
	usleep(700000);
	run("cat /etc/hostname >/dev/null");
	int fd = open("/etc/seawall-not-there", O_RDONLY);
	if (fd >= 0)
		close(fd);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		close(fd);
	/* A socket without a listener refuses at once: ask a datagram socket, which does not. */
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		close(fd);
	run("sh -c 'sh -c \"/bin/true; :\"; :'");
	run("cd /tmp && : > seawall-a && mv seawall-a seawall-renamed && chmod 4755 seawall-renamed && rm seawall-renamed");
	pid_t p = fork();
	if (p == 0)
		_exit(setuid(65534) != 0);
	waitpid(p, NULL, 0);
	for (int i = 0; i < KILLS; i++) {
		p = fork();
		if (p == 0) {
			execl("/tmp/seawall-denied", "seawall-denied", (char *)NULL);
			_exit(0);
		}
		waitpid(p, NULL, 0);
	}
	fd = open("/tmp/seawall-sensor-end", O_CREAT | O_RDWR, 0600);
	if (fd >= 0)
		close(fd);
	_exit(0);
}

static bool copy_program(void)
{
	/* A program that leaves a mark when it runs. */
	return system("printf '#!/bin/sh\\necho ran >> /tmp/seawall-denied-mark\\n' > /tmp/seawall-denied && "
		      "chmod 755 /tmp/seawall-denied && rm -f /tmp/seawall-denied-mark") == 0;
}

static void watch(struct sw_stream *s, struct sw_engine *e)
{
	struct sw_error err = {0};
	struct sw_event ev;

	while (!stop && sw_stream_next(s, &ev, &err) == 1)
		sw_engine_event(e, &ev, on_alert, NULL);
	if (err.code)
		printf("# %s\n", err.text);
}

static void judge(const struct sw_ruleset *rs, struct sw_engine *e, struct sw_stream *s)
{
	struct sw_sensor_stats st = sw_sensor_stats(s);

	for (uint32_t i = 0; i < sw_ruleset_n(rs); i++) {
		const struct sw_runtime_rule *r = sw_ruleset_rule(rs, i);
		char name[100];
		snprintf(name, sizeof(name), "%.*s", SW_STR_ARG(r->name));
		ok(sw_engine_count(e, r) > 0, name);
	}
	ok(denied_seen == KILLS, "each denied execution is told");
	ok(killed == KILLS, "each denied execution is killed");
	ok(access("/tmp/seawall-denied-mark", F_OK) != 0, "no denied program ran an instruction");
	ok(st.drops == 0, "nothing dropped");
	if (denied_seen != KILLS || killed != KILLS)
		printf("# %u told, %u killed, %llu records\n", denied_seen, killed, (unsigned long long)st.records);
}

static void on_alarm(int sig)
{
	stop = 1;
}

int main(void)
{
	const struct sw_str deny[] = {SW_STR("/tmp/seawall-denied")};
	struct sw_sensor_options o = {.stop = &stop, .deny = deny, .n_deny = 1, .enforce = true, .denied = on_denied};
	const struct sw_engine_options eo = {.all = true, .least = SW_PRIO_DEBUG};
	struct sw_error err = {0};
	struct sw_stream *s;
	struct sw_engine *e;
	struct sw_ruleset *rs = sw_ruleset_new(NULL);

	int rc = sw_sensor_open(&o, &s, &err);
	if (rc) {
		printf("1..1\nok 1 - sensor # skip %s\n", err.text);
		sw_ruleset_free(rs);
		return 0;
	}
	sw_ruleset_add(rs, "live.yaml", SW_STR(rules_text));
	if (sw_engine_new(rs, &eo, &e, &err) != 0 || !copy_program()) {
		printf("1..1\nnot ok 1 - sensor: setup: %s\n", err.text);
		return 1;
	}
	struct sw_codeset codes = sw_engine_codes(e, SW_SOURCE_SYSCALL);
	s->ops->want(s, &codes);
	signal(SIGALRM, on_alarm);
	alarm(40);
	pid_t p = fork();
	if (p == 0)
		act();
	watch(s, e);
	kill(p, SIGKILL);
	waitpid(p, NULL, 0);
	judge(rs, e, s);
	printf("1..%d\n", n_tests);
	sw_engine_free(e);
	sw_stream_close(s);
	sw_ruleset_free(rs);
	unlink("/tmp/seawall-denied");
	unlink("/tmp/seawall-sensor-end");
	return 0;
}
