/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/fields/names.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/thread.h"

enum { NAMES_MAX = 256, ADDRS_MAX = 32, WAIT_S = 2, AGAIN_S = 10, AGAIN_MAX_S = 320 };

struct addr {
	uint8_t ip[16];
	bool v6;
};

static struct name {
	char text[256];
	struct addr addr[ADDRS_MAX];
	uint32_t n;
	unsigned pause; /* seconds until it is asked again; 0: never asked */
	time_t due;
} *names[NAMES_MAX];
static uint32_t names_n;
static bool started, answered;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t first = PTHREAD_COND_INITIALIZER;

void sw_names_wanted(const struct sw_fieldref *ref, struct sw_str name)
{
	if (!name.n || name.n >= sizeof(names[0]->text) || memchr(name.p, 0, name.n))
		return;
	pthread_mutex_lock(&lock);
	bool have = names_n >= NAMES_MAX;
	for (uint32_t i = 0; i < names_n; i++)
		have |= sw_str_is(name, names[i]->text);
	struct name *d = have ? NULL : calloc(1, sizeof(*d));
	if (d) {
		memcpy(d->text, name.p, name.n);
		names[names_n++] = d;
	}
	pthread_mutex_unlock(&lock);
}

static uint32_t resolve(const char *text, struct addr ret[ADDRS_MAX])
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
	uint32_t n = 0;

	if (getaddrinfo(text, NULL, &hints, &list) != 0)
		return 0;
	for (const struct addrinfo *i = list; i && n < ADDRS_MAX; i = i->ai_next) {
		bool v6 = i->ai_family == AF_INET6;
		if (!v6 && i->ai_family != AF_INET)
			continue;
		memcpy(ret[n].ip, (const char *)i->ai_addr + (v6 ? 8 : 4), v6 ? 16 : 4);
		ret[n++].v6 = v6;
	}
	freeaddrinfo(list);
	return n;
}

/* The lock is held; asking goes without it. */
static void ask(struct name *d)
{
	struct addr a[ADDRS_MAX] = {0};

	pthread_mutex_unlock(&lock);
	uint32_t n = resolve(d->text, a);
	pthread_mutex_lock(&lock);
	/* What could not be asked keeps its last answer. */
	bool same = n == 0 || (n == d->n && memcmp(a, d->addr, n * sizeof(*a)) == 0);
	if (!same) {
		memcpy(d->addr, a, sizeof(a));
		d->n = n;
	}
	d->pause = !same || !d->pause ? AGAIN_S : d->pause < AGAIN_MAX_S ? 2 * d->pause : AGAIN_MAX_S;
	d->due = time(NULL) + d->pause;
}

static void *asker(void *arg)
{
	pthread_mutex_lock(&lock);
	for (;;) {
		for (uint32_t i = 0; i < names_n; i++)
			if (!names[i]->pause || names[i]->due <= time(NULL))
				ask(names[i]);
		answered = true;
		pthread_cond_broadcast(&first);
		pthread_mutex_unlock(&lock);
		sleep(AGAIN_S);
		pthread_mutex_lock(&lock);
	}
	return arg;
}

/* The lock is held. False: nothing is asked. */
static bool start(void)
{
	const char *off = getenv("SEAWALL_NO_DNS");
	pthread_t t;

	started = true;
	if ((off && *off) || sw_thread_new(&t, asker, NULL) != 0)
		return false;
	pthread_detach(t);
	return true;
}

/* The lock is held. */
static void wait_first(void)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_S;
	while (!answered && pthread_cond_timedwait(&first, &lock, &until) != ETIMEDOUT)
		;
}

void sw_names_ask(void)
{
	pthread_mutex_lock(&lock);
	if (!started && names_n)
		start();
	pthread_mutex_unlock(&lock);
}

struct sw_str sw_names_of(const uint8_t *ip, bool v6)
{
	struct sw_str r = {NULL, 0};

	pthread_mutex_lock(&lock);
	if (!started && names_n && start())
		wait_first();
	for (uint32_t i = 0; !r.p && i < names_n; i++)
		for (uint32_t k = 0; k < names[i]->n; k++)
			if (names[i]->addr[k].v6 == v6 &&
				memcmp(names[i]->addr[k].ip, ip, v6 ? 16 : 4) == 0)
				r = sw_str_from(names[i]->text);
	pthread_mutex_unlock(&lock);
	return r;
}
