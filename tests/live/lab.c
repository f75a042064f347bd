/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an attacker's program does, one system call at a time, for the live tests: `lab NAME
 * [ARGUMENT]`, or under another name (a link to it), when it does nothing. Static, so that it runs
 * in a container without libraries. Most of it is refused by the kernel or does no harm where it is
 * allowed; it is only run inside containers.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int listen_on(const char *ip, int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	inet_pton(AF_INET, ip, &a.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 || listen(fd, 8) != 0)
		return -1;
	return fd;
}

static int connect_to(const char *ip, int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, ip, &a.sin_addr);
	return connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0 ? fd : -1;
}

/* "IP:PORT" */
static int split(char *text, char **ret_ip)
{
	char *colon = strrchr(text, ':');

	if (!colon)
		return 0;
	*colon = 0;
	*ret_ip = text;
	return atoi(colon + 1);
}

static int serve(char *where)
{
	char *ip = NULL;
	int port = split(where, &ip), fd = listen_on(ip, port);

	if (fd < 0)
		return 1;
	if (fork() != 0)
		return 0;
	/* runc may wait for whoever still holds what it reads of the command that it ran. */
	for (int i = 0; i <= 2; i++)
		if (i != fd)
			close(i);
	for (int i = 0; i < 8; i++) {
		int c = accept(fd, NULL, NULL);
		if (c >= 0 && write(c, "exit\n", 5) < 0)
			break;
		usleep(300000);
		close(c);
	}
	_exit(0);
}

static int reverse_shell(char *where)
{
	char *ip = NULL;
	int port = split(where, &ip), fd = connect_to(ip, port);

	for (int i = 0; fd >= 0 && i < 3; i++)
		dup2(fd, i);
	return execl("/bin/sh", "sh", "-c", "exit 0", (char *)NULL);
}

static int dial(char *where)
{
	char *ip = NULL;
	int port = split(where, &ip);

	return connect_to(ip, port) < 0;
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Connects again and again, reads the password file, and says after how many milliseconds it is
 * refused. */
static int pulse(char *where)
{
	char *ip = NULL;
	int port = split(where, &ip), n = 0, bad = 0;
	double start = 0;

	for (;;) {
		int fd = connect_to(ip, port);
		if (fd < 0 && start && errno == EPERM) {
			printf("refused after %.1f ms, %d connections before\n", now_ms() - start,
				n);
			return 0;
		}
		if (fd < 0 && ++bad > 100)
			return 1;
		close(fd);
		if (++n == 20) {
			start = now_ms();
			close(open("/etc/shadow", O_RDONLY));
		}
		if (start && now_ms() - start > 3000)
			return 2;
		usleep(1000);
	}
}

/* Sends a byte and waits for one, again and again, over one connection that is made before the
 * alert. */
static int talk(char *where)
{
	char *ip = NULL, b = 'x';
	int port = split(where, &ip), fd = connect_to(ip, port);
	struct timeval second = {1, 0};

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second));
	for (int n = 0; n < 3000; n++) {
		if (write(fd, &b, 1) != 1 || read(fd, &b, 1) != 1) {
			printf("silent after %d\n", n);
			return 0;
		}
		if (n == 20)
			close(open("/etc/shadow", O_RDONLY));
		usleep(1000);
	}
	return 1;
}

/* For the benchmark: so many opens in a second, evenly, for some seconds: "RATE:SECONDS". */
static int opens(char *what)
{
	char *rate = NULL;
	int seconds = split(what, &rate);
	double per_ms = atof(rate) / 1e3, start = now_ms(), n = 0;

	while (now_ms() - start < seconds * 1e3) {
		double due = (now_ms() - start) * per_ms;
		if (n >= due) {
			usleep(50);
			continue;
		}
		for (int i = 0; i < 64; i++, n++)
			close(open("/etc/hostname", O_RDONLY | O_CLOEXEC));
	}
	printf("%.0f opens per second\n", n / (now_ms() - start) * 1e3);
	return 0;
}

/* So many short-lived processes. */
static int forks(char *what)
{
	for (int i = atoi(what); i > 0; i--) {
		pid_t p = fork();
		if (p == 0)
			_exit(0);
		waitpid(p, NULL, 0);
	}
	return 0;
}

/* So many containers, as far as the sensor can tell: a cgroup each, with a program in it:
 * "FOLDER:N". */
static int cgroups(char *what)
{
	char *folder = NULL, path[512], procs[600];
	int n = split(what, &folder);

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%064x", folder, i + 1);
		snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
		if (mkdir(path, 0755) != 0)
			return 1;
		pid_t p = fork();
		if (p == 0) {
			int fd = open(procs, O_WRONLY);
			if (fd < 0 || write(fd, "0", 1) != 1)
				_exit(1);
			execl("/bin/true", "true", (char *)NULL);
			_exit(1);
		}
		waitpid(p, NULL, 0);
		rmdir(path);
	}
	return 0;
}

static int unix_socket(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int s = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	unlink(path);
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) != 0 || listen(s, 1) != 0)
		return 1;
	return connect(c, (struct sockaddr *)&a, sizeof(a)) != 0;
}

static pid_t victim(void)
{
	pid_t p = fork();

	if (p == 0) {
		sleep(5);
		_exit(0);
	}
	return p;
}

static int attach(char *arg)
{
	pid_t p = victim();

	ptrace(PTRACE_ATTACH, p, NULL, NULL);
	waitpid(p, NULL, WUNTRACED);
	ptrace(PTRACE_DETACH, p, NULL, NULL);
	return kill(p, SIGKILL);
}

static int read_memory(char *arg)
{
	char here[16];
	static char there[16] = "secret";
	pid_t p = victim();
	struct iovec l = {here, sizeof(here)}, r = {there, sizeof(there)};
	ssize_t n = process_vm_readv(p, &l, 1, &r, 1, 0);

	kill(p, SIGKILL);
	return n <= 0;
}

static int memfd_exec(char *path)
{
	int fd = memfd_create("x", MFD_CLOEXEC), in = open(path, O_RDONLY);
	static char name[] = "kworker";
	char buf[65536], *const argv[] = {name, NULL}, *const env[] = {NULL};
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(fd, buf, (size_t)n) != n)
			return 1;
	return fexecve(fd, argv, env);
}

static int io_ring(char *arg)
{
	struct io_uring_params p = {0};

	return syscall(SYS_io_uring_setup, 4, &p) < 0;
}

static int bpf_call(char *arg)
{
	union bpf_attr a = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};

	return syscall(SYS_bpf, BPF_MAP_CREATE, &a, sizeof(a)) < 0;
}

static int by_handle(char *arg)
{
	struct {
		unsigned bytes;
		int type;
		unsigned char f[8];
	} h = {8, 1, {2}};

	return syscall(SYS_open_by_handle_at, AT_FDCWD, &h, O_RDONLY) < 0;
}

/* Opened to be written, and not written: the file is the node's. */
static int open_write(char *path)
{
	return open(path, O_WRONLY) < 0;
}

static int simple(const char *what, char *arg)
{
	static const char junk[64];

	if (!strcmp(what, "setns"))
		return setns(open("/proc/1/ns/uts", O_RDONLY), 0);
	if (!strcmp(what, "unshare"))
		return unshare(CLONE_NEWUSER);
	if (!strcmp(what, "init_module"))
		return (int)syscall(SYS_init_module, junk, sizeof(junk), "");
	if (!strcmp(what, "finit_module"))
		return (int)syscall(SYS_finit_module, open("/proc/self/exe", O_RDONLY), "", 0);
	if (!strcmp(what, "delete_module"))
		return (int)syscall(SYS_delete_module, "nothing", O_NONBLOCK);
	if (!strcmp(what, "kexec"))
		return (int)syscall(SYS_kexec_load, 0, 0, NULL, 0x3e0000ul << 1);
	if (!strcmp(what, "userfaultfd"))
		return (int)syscall(SYS_userfaultfd, O_NONBLOCK | 1);
	if (!strcmp(what, "keyctl"))
		return (int)syscall(SYS_keyctl, 0, -3, 0);
	if (!strcmp(what, "add_key"))
		return (int)syscall(SYS_add_key, "user", "seawall", "x", 1, -2);
	if (!strcmp(what, "perf"))
		return (int)syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0);
	if (!strcmp(what, "packet"))
		return socket(AF_PACKET, SOCK_RAW, htons(3)) < 0;
	if (!strcmp(what, "mount"))
		return mount("tmpfs", "/mnt", "tmpfs", 0, NULL);
	if (!strcmp(what, "mknod"))
		return mknod("/tmp/disk", S_IFBLK | 0600, makedev(8, 0));
	if (!strcmp(what, "setuid"))
		return setuid(0);
	return -1;
}

static const struct {
	const char *name;
	int (*run)(char *);
} doings[] = {
	{"serve", serve},
	{"revshell", reverse_shell},
	{"dial", dial},
	{"ptrace", attach},
	{"vm", read_memory},
	{"memfd", memfd_exec},
	{"io_uring", io_ring},
	{"bpf", bpf_call},
	{"handle", by_handle},
	{"openw", open_write},
	{"pulse", pulse},
	{"talk", talk},
	{"opens", opens},
	{"forks", forks},
	{"cgroups", cgroups},
};

int main(int argc, char **argv)
{
	static char none[] = "";
	const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];

	if ((strcmp(name, "lab") != 0 && strcmp(name, "live_lab") != 0) || argc < 2)
		return 0;
	if (!strcmp(argv[1], "unix"))
		return unix_socket(argv[2]);
	for (size_t i = 0; i < sizeof(doings) / sizeof(doings[0]); i++)
		if (!strcmp(argv[1], doings[i].name))
			return doings[i].run(argc > 2 ? argv[2] : none);
	int rc = simple(argv[1], argc > 2 ? argv[2] : none);
	if (rc)
		fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
	return 0;
}
