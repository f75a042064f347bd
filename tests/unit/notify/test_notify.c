/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts on their way out: files that rotate and are moved, syslog, servers and programs that fail,
 * are slow or die. */
#include "../test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "notify/notify.h"

static char dir[64];

static const char *in_dir(const char *name)
{
	static char path[4][160];
	static int i;
	char *p = path[i = (i + 1) % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", dir, name);
	return p;
}

static int setup(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/sw-notify-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

static void assert_file(const char *path, const char *want)
{
	struct sw_arena a;
	struct sw_str text;

	sw_arena_init(&a, 0);
	assert_int_equal(sw_io_read(&a, path, 0, SW_IO_COPY, &text, NULL), 0);
	assert_str(text, want);
	sw_arena_release(&a);
}

static void say(struct sw_notify *n, const char *line)
{
	sw_notify_send(n, 4, sw_str_from(line));
}

static void wait_sent(struct sw_notify *n, uint64_t sent, uint64_t lost)
{
	struct sw_notify_stats s = {0};

	for (int i = 0; i < 1000; i++) {
		assert_true(sw_notify_stats(n, 0, &s));
		if (s.sent == sent && s.lost == lost)
			return;
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	fail_msg("%llu sent, %llu lost: %.*s", (unsigned long long)s.sent,
		(unsigned long long)s.lost, SW_STR_ARG(s.error));
}

static void test_file(void **state)
{
	struct sw_notify *n = sw_notify_new(1000, 0);
	struct stat sb;

	assert_false(sw_notify_any(n));
	assert_int_equal(sw_notify_file(n, in_dir("a"), 0, 0, NULL), 0);
	assert_true(sw_notify_any(n));
	say(n, "one");
	wait_sent(n, 1, 0);
	/* As logrotate does it. */
	rename(in_dir("a"), in_dir("a.old"));
	say(n, "two");
	sw_notify_send(n, 99, SW_STR(""));
	sw_notify_close(n);
	assert_file(in_dir("a.old"), "one\n");
	assert_file(in_dir("a"), "two\n\n");
	stat(in_dir("a"), &sb);
	assert_int_equal(sb.st_mode & 0777, 0600);
}

static void test_file_rotates(void **state)
{
	struct sw_notify *n = sw_notify_new(1000, 0);

	assert_int_equal(sw_notify_file(n, in_dir("r"), 10, 2, NULL), 0);
	for (int i = 0; i < 9; i++) {
		char line[8];
		snprintf(line, sizeof(line), "line%d", i);
		say(n, line);
	}
	say(n, "longer than the limit of a file");
	sw_notify_close(n);
	assert_file(in_dir("r"), "longer than the limit of a file\n");
	assert_file(in_dir("r.1"), "line8\n");
	assert_file(in_dir("r.2"), "line7\n");
	assert_int_equal(access(in_dir("r.3"), F_OK), -1);
}

static void test_file_refused(void **state)
{
	struct sw_notify *n = sw_notify_new(1000, 0);
	struct sw_notify_stats s;
	struct sw_error err = {0};

	assert_int_equal(sw_notify_file(n, "/nonexistent/x", 0, 0, &err), -SW_EIO);
	assert_non_null(strstr(err.text, "/nonexistent/x"));
	assert_false(sw_notify_any(n));
	/* A disk that is full loses lines, and says so. */
	assert_int_equal(sw_notify_file(n, "/dev/full", 0, 0, NULL), 0);
	say(n, "x");
	wait_sent(n, 0, 1);
	assert_true(sw_notify_stats(n, 0, &s));
	assert_non_null(strstr(s.error.p, "No space left"));
	sw_notify_close(n);
}

static void test_syslog(void **state)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct sw_notify *n = sw_notify_new(1000, 0);
	char buf[512], want[64];
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", in_dir("log"));
	assert_int_equal(sw_notify_syslog(n, in_dir("log"), "seawall", NULL), 0);
	say(n, "nobody listens");
	wait_sent(n, 0, 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	sw_notify_send(n, 2, SW_STR("a\tb"));
	ssize_t got = recv(fd, buf, sizeof(buf) - 1, 0);
	assert_true(got > 0);
	buf[got] = 0;
	assert_memory_equal(buf, "<10>", 4);
	snprintf(want, sizeof(want), " seawall[%d]: a\tb", (int)getpid());
	assert_non_null(strstr(buf, want));
	sw_notify_close(n);
	close(fd);
	n = sw_notify_new(0, 0);
	assert_int_equal(sw_notify_syslog(n, "tcp://x", "seawall", NULL), -SW_EUSAGE);
	sw_notify_close(n);
}

static int listening(int type, uint16_t *ret_port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(a);
	int fd = socket(AF_INET, type, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	getsockname(fd, (struct sockaddr *)&a, &size);
	*ret_port = ntohs(a.sin_port);
	if (type == SOCK_STREAM)
		listen(fd, 8);
	return fd;
}

static void test_syslog_udp(void **state)
{
	struct sw_notify *n = sw_notify_new(1000, 0);
	char target[64], buf[512];
	uint16_t port;
	int fd = listening(SOCK_DGRAM, &port);

	snprintf(target, sizeof(target), "udp://127.0.0.1:%u", port);
	assert_int_equal(sw_notify_syslog(n, target, "seawall", NULL), 0);
	say(n, "over the wire");
	ssize_t got = recv(fd, buf, sizeof(buf) - 1, 0);
	assert_true(got > 0);
	buf[got] = 0;
	assert_memory_equal(buf, "<12>1 ", 6);
	assert_non_null(strstr(buf, " - - over the wire"));
	sw_notify_close(n);
	close(fd);
}

struct server {
	int fd;
	const char *const *answers; /* one per request, NULL: hang up */
	int n;
	char seen[8192];
};

static void *serve(void *arg)
{
	struct server *s = arg;
	size_t len = 0;

	for (int i = 0; i < s->n; i++) {
		int c = accept(s->fd, NULL, NULL);
		char buf[4096];
		ssize_t got = 0, n;
		while ((n = recv(c, buf + got, sizeof(buf) - 1 - (size_t)got, 0)) > 0) {
			got += n;
			buf[got] = 0;
			char *body = strstr(buf, "\r\n\r\n"), *l = strstr(buf, "Content-Length: ");
			if (body && l && strlen(body + 4) >= strtoul(l + 16, NULL, 10))
				break;
		}
		if (s->answers[i]) {
			send(c, s->answers[i], strlen(s->answers[i]), MSG_NOSIGNAL);
			len += (size_t)snprintf(s->seen + len, sizeof(s->seen) - len, "%s\n", buf);
		}
		close(c);
	}
	return NULL;
}

#define ANSWER(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

static void test_http(void **state)
{
	/* Unwell at first, then well; a request that is refused is not sent again. */
	static const char *const answers[] = {ANSWER("503 No"), NULL, ANSWER("200 OK"),
		ANSWER("400 Bad"), ANSWER("302 Found\r\nLocation: http://127.0.0.1:1/")};
	struct server s = {.answers = answers, .n = 5};
	struct sw_notify *n = sw_notify_new(1000, 0);
	struct sw_notify_stats st;
	const char *headers[] = {"X-Key: k1"};
	uint16_t port;
	pthread_t t;
	char url[96];

	s.fd = listening(SOCK_STREAM, &port);
	snprintf(url, sizeof(url), "http://user:secret@127.0.0.1:%u/hook?token=secret", port);
	struct sw_notify_http o = {.url = url, .json = true, .headers = headers, .n_headers = 1};
	pthread_create(&t, NULL, serve, &s);
	assert_int_equal(sw_notify_post(n, &o, NULL), 0);
	say(n, "{\"a\":1}");
	wait_sent(n, 1, 0);
	say(n, "{\"a\":2}");
	wait_sent(n, 1, 1);
	assert_true(sw_notify_stats(n, 0, &st));
	assert_str(st.error, "the server answers 400");
	assert_null(strstr(st.target, "secret"));
	say(n, "{\"a\":3}");
	wait_sent(n, 2, 1);
	pthread_join(t, NULL);
	sw_notify_close(n);
	close(s.fd);
	assert_non_null(strstr(s.seen, "POST /hook?token=secret HTTP/1.1\r\n"));
	assert_non_null(strstr(s.seen, "Content-Type: application/json\r\n"));
	assert_non_null(strstr(s.seen, "X-Key: k1\r\n"));
	assert_non_null(strstr(s.seen, "\r\n\r\n{\"a\":3}\n"));
	n = sw_notify_new(0, 0);
	o.url = "file:///etc/passwd";
	assert_int_equal(sw_notify_post(n, &o, NULL), -SW_EUSAGE);
	sw_notify_close(n);
}

static void test_program(void **state)
{
	struct sw_notify *n = sw_notify_new(1000, 0);
	char cmd[256];

	snprintf(cmd, sizeof(cmd), "cat >> %s; echo . >> %s", in_dir("each"), in_dir("each"));
	assert_int_equal(sw_notify_program(n, cmd, false, NULL), 0);
	say(n, "one $(rm x) 'two'");
	say(n, "three");
	sw_notify_close(n);
	assert_file(in_dir("each"), "one $(rm x) 'two'\n.\nthree\n.\n");

	n = sw_notify_new(1000, 0);
	snprintf(cmd, sizeof(cmd), "cat >> %s; echo . >> %s", in_dir("kept"), in_dir("kept"));
	assert_int_equal(sw_notify_program(n, cmd, true, NULL), 0);
	say(n, "one");
	say(n, "two");
	sw_notify_close(n);
	assert_file(in_dir("kept"), "one\ntwo\n.\n");
	n = sw_notify_new(0, 0);
	assert_int_equal(sw_notify_program(n, "", true, NULL), -SW_EUSAGE);
	sw_notify_close(n);
}

/* One that reads a line and dies: each line finds a new one. */
static void test_program_dies(void **state)
{
	struct sw_notify *n = sw_notify_new(1000, 0);
	char cmd[256];

	snprintf(cmd, sizeof(cmd), "read x; echo \"$x\" >> %s", in_dir("died"));
	assert_int_equal(sw_notify_program(n, cmd, true, NULL), 0);
	for (uint64_t i = 0; i < 3; i++) {
		say(n, i == 0 ? "a" : i == 1 ? "b" : "c");
		wait_sent(n, i + 1, 0);
		nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
	}
	sw_notify_close(n);
	assert_file(in_dir("died"), "a\nb\nc\n");
}

/* With a number of lines that may wait nobody has patience: what is above it is lost at once, and counted. */
static void test_few_lines(void **state)
{
	struct sw_notify *n = sw_notify_new(10000, 3);
	struct sw_notify_stats s;
	size_t size = (size_t)1 << 20;
	char *big = calloc(1, size);
	struct timespec a, b;

	assert_int_equal(sw_notify_program(n, "exec sleep 100", true, NULL), 0);
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int i = 0; i < 10; i++)
		sw_notify_send(n, 0, sw_str_make(big, size));
	clock_gettime(CLOCK_MONOTONIC, &b);
	assert_true(b.tv_sec - a.tv_sec < 30); /* who waited for it would wait 10 s for each */
	assert_true(sw_notify_stats(n, 0, &s));
	/* One may be on its way. */
	assert_in_range(s.lost, 6, 7);
	assert_int_equal(sw_notify_lost(n), s.lost);
	assert_int_equal(sw_notify_lost(NULL), 0);
	sw_notify_close(n);
	free(big);
}

/* A sink that is stuck costs its own lines and the sender's patience only. */
static void test_stuck(void **state)
{
	struct sw_notify *n = sw_notify_new(20, 0);
	struct sw_notify_stats s;
	size_t size = (size_t)4 << 20;
	char *big = malloc(size);
	struct timespec a, b;

	memset(big, 'x', size);
	assert_int_equal(sw_notify_program(n, "exec sleep 100", true, NULL), 0);
	assert_int_equal(sw_notify_file(n, in_dir("beside"), 0, 0, NULL), 0);
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int i = 0; i < 20; i++)
		sw_notify_send(n, 0, sw_str_make(big, size));
	clock_gettime(CLOCK_MONOTONIC, &b);
	assert_true(b.tv_sec - a.tv_sec < 5);
	assert_true(sw_notify_stats(n, 0, &s));
	assert_true(s.lost >= 10);
	assert_non_null(strstr(s.error.p, "too slow"));
	for (int i = 0; i < 500; i++) {
		assert_true(sw_notify_stats(n, 1, &s));
		if (s.sent == 20)
			break;
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	assert_int_equal(s.sent + s.lost, 20);
	assert_true(s.sent >= 8);
	assert_false(sw_notify_stats(n, 2, &s));
	sw_notify_close(n);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_file_rotates),
		cmocka_unit_test(test_file_refused),
		cmocka_unit_test(test_syslog),
		cmocka_unit_test(test_syslog_udp),
		cmocka_unit_test(test_http),
		cmocka_unit_test(test_program),
		cmocka_unit_test(test_program_dies),
		cmocka_unit_test(test_few_lines), cmocka_unit_test(test_stuck),
	};

	alarm(50);
	return cmocka_run_group_tests(tests, setup, teardown);
}
