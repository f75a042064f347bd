/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How programs begin and what threads share, in the ways that trackers of processes get wrong, and races against one
 * who reads arguments from a process's memory: `live_births NAME ARGUMENT...`, one doing each.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void run_true(const char *word)
{
	execl("/bin/true", "true", "seawall-birth", word, (char *)NULL);
	_exit(127);
}

static void *exec_in_thread(void *word)
{
	usleep(50000); /* the others are there by now */
	run_true(word);
	return NULL;
}

static void *wait_long(void *arg)
{
	sleep(10);
	return arg;
}

/* A thread that is not the first executes: it takes the number of the process, and all others end. */
static int thread_exec(char **args)
{
	pthread_t t;

	for (int i = 0; i < 3; i++)
		pthread_create(&t, NULL, wait_long, NULL);
	pthread_create(&t, NULL, exec_in_thread, args[0]);
	sleep(10);
	return 1;
}

static int vfork_exec(char **args)
{
	pid_t p = vfork();

	if (p == 0)
		run_true(args[0]);
	return waitpid(p, NULL, 0) < 0;
}

static pid_t clone3(uint64_t flags, int cgroup)
{
	struct clone_args a = {.flags = flags, .exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD};

	a.cgroup = cgroup < 0 ? 0 : (uint64_t)cgroup;
	return (pid_t)syscall(SYS_clone3, &a, sizeof(a));
}

static int clone3_exec(char **args)
{
	pid_t p = clone3(0, -1);

	if (p == 0)
		run_true(args[0]);
	return waitpid(p, NULL, 0) < 0;
}

/* The child is its grandparent's. */
static int clone_parent(char **args)
{
	pid_t p = clone3(CLONE_PARENT, -1);

	if (p == 0) {
		usleep(50000);
		run_true(args[0]);
	}
	usleep(200000);
	return p < 0;
}

/* Born within another cgroup: "FOLDER WORD". */
static int into_cgroup(char **args)
{
	int fd = open(args[0], O_RDONLY | O_DIRECTORY);
	pid_t p = fd < 0 ? -1 : clone3(CLONE_INTO_CGROUP, fd);

	if (p == 0)
		run_true(args[1]);
	return p < 0 || waitpid(p, NULL, 0) < 0;
}

static void *go_to(void *folder)
{
	return chdir(folder) == 0 ? folder : NULL;
}

/* A thread goes elsewhere, and all do: "FOLDER NAME". */
static int shared_folder(char **args)
{
	pthread_t t;
	void *rc = NULL;

	pthread_create(&t, NULL, go_to, args[0]);
	pthread_join(t, &rc);
	return !rc || open(args[1], O_RDONLY) < 0;
}

static void *go_alone(void *folder)
{
	return unshare(CLONE_FS) == 0 && chdir(folder) == 0 ? folder : NULL;
}

/* A thread goes elsewhere for itself alone: "FOLDER NAME", and NAME is opened where the others are. */
static int own_folder(char **args)
{
	pthread_t t;
	void *rc = NULL;

	if (chdir("/tmp") != 0)
		return 1;
	pthread_create(&t, NULL, go_alone, args[0]);
	pthread_join(t, &rc);
	return !rc || open(args[1], O_RDONLY | O_CREAT, 0600) < 0;
}

static int dir_fd;

static void *open_dir(void *folder)
{
	dir_fd = open(folder, O_RDONLY | O_DIRECTORY);
	return NULL;
}

/* A thread's descriptor is everybody's: "FOLDER NAME". */
static int shared_fd(char **args)
{
	pthread_t t;

	pthread_create(&t, NULL, open_dir, args[0]);
	pthread_join(t, NULL);
	return dir_fd < 0 || openat(dir_fd, args[1], O_RDONLY) < 0;
}

static int by_fchdir(char **args)
{
	int fd = open(args[0], O_RDONLY | O_DIRECTORY);

	return fd < 0 || fchdir(fd) != 0 || open(args[1], O_RDONLY) < 0;
}

/* ---- races ---- */

static volatile char text[128];
static const char *texts[2];
static volatile int over;

static void *flip_text(void *arg)
{
	for (unsigned i = 0; !over; i++) {
		const char *t = texts[i & 1];
		for (size_t k = 0; k < sizeof(text); k++)
			if ((text[k] = t[k]) == 0)
				break;
		for (volatile int wait = 0; wait < 200; wait++)
			;
	}
	return arg;
}

/* "HARMLESS SECRET N YES NO": opens one of two, which changes under the reader's eyes, and tells by another which it was. */
static int race_open(char **args)
{
	struct stat secret, got;
	pthread_t t;

	texts[0] = args[0];
	texts[1] = args[1];
	strcpy((char *)text, args[0]);
	if (stat(args[1], &secret) != 0)
		return 1;
	pthread_create(&t, NULL, flip_text, NULL);
	for (int i = atoi(args[2]); i > 0; i--) {
		int fd = open((const char *)text, O_RDONLY);
		bool yes = fd >= 0 && fstat(fd, &got) == 0 && got.st_ino == secret.st_ino && got.st_dev == secret.st_dev;
		close(fd);
		if (fd >= 0)
			close(open(args[yes ? 3 : 4], O_RDONLY));
		if (i % 20 == 0) /* on a busy machine its events must not be too many */
			usleep(1000);
	}
	over = 1;
	pthread_join(t, NULL);
	return 0;
}

static struct sockaddr_in address;
static uint16_t ports[2];

static void *flip_port(void *arg)
{
	for (unsigned i = 0; !over; i++) {
		__atomic_store_n(&address.sin_port, ports[i & 1], __ATOMIC_RELAXED);
		for (volatile int wait = 0; wait < 100; wait++)
			;
	}
	return arg;
}

/* "PORT SECRET N": how often it was connected to SECRET. */
static int race_connect(char **args)
{
	int n = 0;
	pthread_t t;

	address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	for (int i = 0; i < 2; i++)
		ports[i] = htons((uint16_t)atoi(args[i]));
	pthread_create(&t, NULL, flip_port, NULL);
	for (int i = atoi(args[2]); i > 0; i--) {
		struct sockaddr_in peer;
		socklen_t len = sizeof(peer);
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
			getpeername(fd, (struct sockaddr *)&peer, &len) == 0)
			n += peer.sin_port == ports[1];
		close(fd);
	}
	over = 1;
	pthread_join(t, NULL);
	printf("%d\n", n);
	return 0;
}

static const struct {
	const char *name;
	int args;
	int (*run)(char **args);
} doings[] = {
	{"thread_exec", 1, thread_exec},     {"vfork_exec", 1, vfork_exec},   {"clone3_exec", 1, clone3_exec},
	{"clone_parent", 1, clone_parent},   {"into_cgroup", 2, into_cgroup}, {"shared_folder", 2, shared_folder},
	{"own_folder", 2, own_folder},	     {"shared_fd", 2, shared_fd},     {"by_fchdir", 2, by_fchdir},
	{"race_open", 5, race_open},	     {"race_connect", 3, race_connect},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(doings) / sizeof(doings[0]); i++) {
		if (strcmp(argv[1], doings[i].name) != 0 || argc < 2 + doings[i].args)
			continue;
		int rc = doings[i].run(argv + 2);
		if (rc)
			fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
		return rc;
	}
	return 2;
}
