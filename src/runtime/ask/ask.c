/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/ask/ask.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/thread.h"
#include "doc/json.h"
#include "runtime/ask/answer.h"
#include "runtime/ask/call.h"
#include "runtime/ask/pb.h"
#include "runtime/state/container.h"

enum { TRIES = 4, NAMESPACES = 32, ARENA = 64 << 20, JSON_MAX = 1 << 20 };

enum kind { CRI, DOCKER, PODMAN, CONTAINERD };

struct runtime {
	enum kind kind;
	uint8_t type; /* of its containers; SW_CT_UNKNOWN: not asked yet */
	struct sw_ask_socket socket;
};

struct question {
	char id[SW_CONTAINER_ID_MAX];
	uint8_t type, tries;
	uint64_t due; /* ms */
};

struct sw_ask {
	struct runtime runtimes[SW_ASK_SOCKETS];
	uint32_t n_runtimes;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	_Atomic bool ready;
	/* Under the lock. */
	struct question queue[SW_ASK_QUEUE];
	uint32_t n_queue;
	char *answers[SW_ASK_QUEUE]; /* a ring */
	uint32_t first, n_answers;
	struct sw_ask_stats stats;
	struct sw_ask_caller caller; /* the thread's own */
};

/* ---- one container ---- */

static enum sw_outcome cri(struct sw_ask *a, struct runtime *r, struct sw_arena *arena, const char *method,
	struct sw_str request, struct sw_str *ret)
{
	char name[80];

	snprintf(name, sizeof(name), "runtime.v1.RuntimeService/%s", method);
	return sw_ask_grpc(&a->caller, &r->socket, arena, name, (struct sw_str){NULL, 0}, request, ret);
}

static enum sw_outcome status_of(struct sw_ask *a, struct runtime *r, struct sw_arena *arena, const char *method,
	struct sw_str id, struct sw_str *ret)
{
	sw_autobuf request = {0};

	sw_buf_init(&request, 512);
	sw_pb_put_text(&request, 1, id);
	sw_pb_put_bool(&request, 2, true); /* verbose */
	return request.overflow ? SW_FAILED : cri(a, r, arena, method, sw_buf_str(&request), ret);
}

static enum sw_outcome list_one(struct sw_ask *a, struct runtime *r, struct sw_arena *arena, struct sw_str id,
	struct sw_str *ret)
{
	sw_autobuf filter = {0};
	sw_autobuf request = {0};

	sw_buf_init(&filter, 512);
	sw_buf_init(&request, 512);
	sw_pb_put_text(&filter, 1, id);
	sw_pb_put_text(&request, 1, sw_buf_str(&filter));
	return request.overflow ? SW_FAILED : cri(a, r, arena, "ListContainers", sw_buf_str(&request), ret);
}

static enum sw_outcome ask_cri(struct sw_ask *a, struct runtime *r, struct sw_arena *arena, struct sw_str id,
	struct sw_value *ret)
{
	struct sw_str version, list, sandbox_id = id, status = {NULL, 0}, sandbox = {NULL, 0};
	enum sw_outcome o = SW_ANSWERED;

	if (r->type == SW_CT_UNKNOWN) {
		o = cri(a, r, arena, "Version", (struct sw_str){NULL, 0}, &version);
		if (o == SW_ANSWERED)
			r->type = sw_answer_cri_type(version);
	}
	if (o == SW_ANSWERED)
		o = list_one(a, r, arena, id, &list);
	if (o == SW_ANSWERED && sw_answer_cri_sandbox(list, id, &sandbox_id))
		o = status_of(a, r, arena, "ContainerStatus", id, &status);
	if (o != SW_ANSWERED)
		return o;
	/* Not among the containers: a sandbox, or nothing. */
	o = sandbox_id.n ? status_of(a, r, arena, "PodSandboxStatus", sandbox_id, &sandbox) : SW_UNKNOWN;
	if (o != SW_ANSWERED && !status.n)
		return o;
	return sw_answer_cri(arena, r->type, id, status, sandbox, ret) ? SW_ANSWERED : SW_FAILED;
}

/* An image's name may come from anybody. */
static bool plain(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || strchr("%?#\"\\", s.p[i]) || (unsigned char)s.p[i] > '~')
			return false;
	return s.n > 0 && s.n <= 300;
}

static enum sw_outcome ask_docker(struct sw_ask *a, struct runtime *r, struct sw_arena *arena, struct sw_str id,
	struct sw_value *ret)
{
	struct sw_str inspect, image = {NULL, 0};
	char path[400];

	snprintf(path, sizeof(path), "/containers/%.*s/json", SW_STR_ARG(id));
	enum sw_outcome o = sw_ask_get(&a->caller, &r->socket, arena, path, &inspect);
	if (o != SW_ANSWERED)
		return o;
	struct sw_str name = sw_answer_docker_image(arena, inspect);
	if (plain(name)) {
		snprintf(path, sizeof(path), "/images/%.*s/json", SW_STR_ARG(name));
		sw_ask_get(&a->caller, &r->socket, arena, path, &image);
	}
	return sw_answer_docker(arena, r->type, id, inspect, image, ret) ? SW_ANSWERED : SW_FAILED;
}

/* Get of one of containerd's services: by id or by name, which is field 1 of all of them. */
static enum sw_outcome get_one(struct sw_ask *a, struct runtime *r, struct sw_arena *arena, const char *service,
	struct sw_str ns, struct sw_str what, struct sw_str *ret)
{
	sw_autobuf request = {0};
	char method[80];

	sw_buf_init(&request, 512);
	sw_pb_put_text(&request, 1, what);
	snprintf(method, sizeof(method), "containerd.services.%s/Get", service);
	return request.overflow || !what.n
		       ? SW_FAILED
		       : sw_ask_grpc(&a->caller, &r->socket, arena, method, ns, sw_buf_str(&request), ret);
}

/* Whichever name space it is in; what of it cannot be had is left out. */
static enum sw_outcome ask_containerd(struct sw_ask *a, struct runtime *r, struct sw_arena *arena, struct sw_str id,
	struct sw_value *ret)
{
	static const char containers[] = "containers.v1.Containers", images[] = "images.v1.Images";
	struct sw_str list, ns, got, image, sandbox, image_id, sandbox_id;
	enum sw_outcome o = sw_ask_grpc(&a->caller, &r->socket, arena, "containerd.services.namespaces.v1.Namespaces/List",
		(struct sw_str){NULL, 0}, (struct sw_str){NULL, 0}, &list);

	if (o != SW_ANSWERED)
		return o;
	struct sw_pb p = sw_pb(list);
	o = SW_UNKNOWN;
	for (int n = 0; o == SW_UNKNOWN && n < NAMESPACES && sw_answer_namespace(&p, &ns); n++)
		o = get_one(a, r, arena, containers, ns, id, &got);
	if (o != SW_ANSWERED)
		return o;
	sw_answer_containerd_others(arena, got, &image_id, &sandbox_id);
	if (get_one(a, r, arena, images, ns, image_id, &image) != SW_ANSWERED)
		image = (struct sw_str){NULL, 0};
	if (get_one(a, r, arena, containers, ns, sandbox_id, &sandbox) != SW_ANSWERED)
		sandbox = (struct sw_str){NULL, 0};
	uint8_t type = sw_str_is(ns, "moby") ? SW_CT_DOCKER : SW_CT_CONTAINERD;
	return sw_answer_containerd(arena, type, id, got, image, sandbox, ret) ? SW_ANSWERED : SW_FAILED;
}

static enum sw_outcome ask_one(struct sw_ask *a, struct runtime *r, struct sw_arena *arena, struct sw_str id,
	struct sw_value *ret)
{
	switch (r->kind) {
	case CRI:
		return ask_cri(a, r, arena, id, ret);
	case CONTAINERD:
		return ask_containerd(a, r, arena, id, ret);
	default:
		return ask_docker(a, r, arena, id, ret);
	}
}

/* Whose a container can be: what its cgroup path tells, and for the path without a mark anybody's. */
static bool may_be(const struct runtime *r, uint8_t type)
{
	switch (type) {
	case SW_CT_PODMAN:
		return r->kind == PODMAN;
	case SW_CT_CRI:
	case SW_CT_CRIO:
	case SW_CT_CONTAINERD:
		return r->kind == CRI || r->kind == CONTAINERD;
	case SW_CT_DOCKER:
	case SW_CT_UNKNOWN:
		return true;
	default:
		return false;
	}
}

static enum sw_outcome ask_all(struct sw_ask *a, struct sw_arena *arena, const struct question *q, struct sw_value *ret)
{
	enum sw_outcome worst = SW_UNKNOWN;

	for (uint32_t i = 0; i < a->n_runtimes && !a->caller.stop; i++) {
		struct runtime *r = &a->runtimes[i];
		if (!may_be(r, q->type) || sw_ask_now() < r->socket.rest_until || access(r->socket.path, F_OK) != 0)
			continue;
		enum sw_outcome o = ask_one(a, r, arena, sw_str_from(q->id), ret);
		if (o == SW_ANSWERED)
			return o;
		worst = o == SW_FAILED ? o : worst;
	}
	return worst;
}

/* ---- the thread ---- */

/* Under the lock. */
static void keep_answer(struct sw_ask *a, char *json)
{
	if (a->n_answers == SW_ASK_QUEUE) {
		free(json);
		a->stats.dropped++;
		return;
	}
	a->answers[(a->first + a->n_answers++) % SW_ASK_QUEUE] = json;
	a->stats.answered++;
	atomic_store_explicit(&a->ready, true, memory_order_release);
}

/* Under the lock: the question that is due first leaves the queue. False: wait until *ret_due. */
static bool next_question(struct sw_ask *a, struct question *ret, uint64_t *ret_due)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < a->n_queue; i++)
		if (a->queue[i].due < a->queue[best].due)
			best = i;
	*ret_due = a->n_queue ? a->queue[best].due : UINT64_MAX;
	if (*ret_due > sw_ask_now())
		return false;
	*ret = a->queue[best];
	a->queue[best] = a->queue[--a->n_queue];
	return true;
}

static void wait_until(struct sw_ask *a, uint64_t due)
{
	struct timespec t;
	uint64_t now = sw_ask_now(), ms = due - now;

	if (due == UINT64_MAX) {
		pthread_cond_wait(&a->more, &a->lock);
		return;
	}
	if (due <= now)
		return;
	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	t.tv_sec += (time_t)(ms / 1000) + t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&a->more, &a->lock, &t);
}

/* Under the lock: what becomes of a question. */
static void settle(struct sw_ask *a, struct question *q, enum sw_outcome o, char *json)
{
	static const uint64_t pause[TRIES - 1] = {100, 500, 2000};

	if (o == SW_ANSWERED && json) {
		keep_answer(a, json);
		return;
	}
	a->stats.failed += o != SW_UNKNOWN;
	if (++q->tries < TRIES && a->n_queue < SW_ASK_QUEUE) {
		q->due = sw_ask_now() + pause[q->tries - 1];
		a->queue[a->n_queue++] = *q;
		return;
	}
	a->stats.unknown++;
}

static void *run(void *arg)
{
	struct sw_ask *a = arg;
	sw_autoarena arena;
	struct question q;
	uint64_t due;

	sw_arena_init(&arena, ARENA);
	pthread_mutex_lock(&a->lock);
	while (!a->caller.stop) {
		if (!next_question(a, &q, &due)) {
			wait_until(a, due);
			continue;
		}
		pthread_mutex_unlock(&a->lock);
		sw_autobuf json = {0};
		struct sw_value v;
		char *text = NULL;
		sw_buf_init(&json, JSON_MAX);
		enum sw_outcome o = ask_all(a, &arena, &q, &v);
		if (o == SW_ANSWERED) {
			sw_json_write(&json, v, 0);
			text = json.overflow ? NULL : strdup(sw_buf_cstr(&json));
		}
		sw_arena_reset(&arena);
		pthread_mutex_lock(&a->lock);
		settle(a, &q, o, text);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

/* ---- from outside ---- */

static int add_runtime(struct sw_ask *a, enum kind kind, const char *root, const char *path, struct sw_error *err)
{
	struct runtime *r = &a->runtimes[a->n_runtimes];

	if (a->n_runtimes >= SW_ASK_SOCKETS)
		return sw_error_set(err, SW_EUSAGE, "more than %u sockets of container runtimes", SW_ASK_SOCKETS);
	int n = snprintf(r->socket.path, sizeof(r->socket.path), "%s%s", root ? root : "", path);
	if (n <= 0 || (size_t)n >= sizeof(r->socket.path))
		return sw_error_set(
			err, SW_EUSAGE, "\"%.200s\": the path of a socket has 1 to %d bytes", path, SW_ASK_PATH - 1);
	r->kind = kind;
	r->type = kind == DOCKER ? SW_CT_DOCKER : kind == PODMAN ? SW_CT_PODMAN : SW_CT_UNKNOWN;
	a->n_runtimes++;
	return 0;
}

static int add_named(struct sw_ask *a, const char *text, struct sw_error *err)
{
	static const char *const kinds[] = {[CRI] = "cri:", [DOCKER] = "docker:", [PODMAN] = "podman:",
		[CONTAINERD] = "containerd:"};

	for (size_t k = 0; k < SW_ARRAY_LEN(kinds); k++)
		if (strncmp(text, kinds[k], strlen(kinds[k])) == 0)
			return add_runtime(a, (enum kind)k, NULL, text + strlen(kinds[k]), err);
	return sw_error_set(err, SW_EUSAGE, "\"%.200s\": a socket is given as cri:PATH, containerd:PATH, docker:PATH or podman:PATH",
		text);
}

static int add_usual(struct sw_ask *a, const char *root, struct sw_error *err)
{
	static const struct {
		enum kind kind;
		const char *path;
	} usual[] = {
		{CRI, "/run/containerd/containerd.sock"}, {CRI, "/run/crio/crio.sock"},
		{CRI, "/run/k3s/containerd/containerd.sock"}, {CRI, "/run/host-containerd/containerd.sock"},
		{CRI, "/run/cri-dockerd.sock"}, {DOCKER, "/run/docker.sock"}, {PODMAN, "/run/podman/podman.sock"},
		/* Behind those who know more: what no kubelet and no Docker started. */
		{CONTAINERD, "/run/containerd/containerd.sock"}, {CONTAINERD, "/run/k3s/containerd/containerd.sock"},
		{CONTAINERD, "/run/host-containerd/containerd.sock"},
	};
	int rc = 0;

	for (size_t i = 0; i < SW_ARRAY_LEN(usual) && rc == 0; i++)
		rc = add_runtime(a, usual[i].kind, root, usual[i].path, err);
	return rc;
}

static int start(struct sw_ask *a, struct sw_error *err)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&a->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&a->more, &attr);
	pthread_condattr_destroy(&attr);
	sw_buf_init(&a->caller.body, SW_ASK_BODY);
	int rc = sw_thread_new(&a->thread, run, a);
	return rc ? sw_error_errno(err, SW_ELIMIT, rc, "no thread for the container runtimes") : 0;
}

int sw_ask_open(const char *host_root, const char *const *sockets, uint32_t n, bool usual, struct sw_ask **ret,
	struct sw_error *err)
{
	sw_autofree struct sw_ask *a = calloc(1, sizeof(*a));
	int rc = a ? 0 : sw_error_set(err, SW_ELIMIT, "out of memory");

	for (uint32_t i = 0; rc == 0 && i < n; i++)
		rc = add_named(a, sockets[i], err);
	if (rc == 0 && n == 0 && usual)
		rc = add_usual(a, host_root, err);
	rc = rc ? rc : start(a, err);
	if (rc == 0)
		*ret = SW_TAKE(a);
	return rc;
}

void sw_ask_close(struct sw_ask *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->caller.stop = true;
	pthread_cond_signal(&a->more);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	for (uint32_t i = 0; i < a->n_runtimes; i++)
		sw_ask_socket_close(&a->caller, &a->runtimes[i].socket);
	for (char *json; (json = sw_ask_take(a));)
		free(json);
	pthread_cond_destroy(&a->more);
	pthread_mutex_destroy(&a->lock);
	sw_buf_release(&a->caller.body);
	free(a);
}

bool sw_ask(struct sw_ask *a, struct sw_str id, uint8_t type)
{
	bool anybody = false, took = false;

	for (uint32_t i = 0; i < a->n_runtimes; i++)
		anybody |= may_be(&a->runtimes[i], type);
	if (!anybody || !sw_container_safe_id(id))
		return false;
	pthread_mutex_lock(&a->lock);
	if (a->n_queue < SW_ASK_QUEUE) {
		struct question *q = &a->queue[a->n_queue++];
		*q = (struct question){.type = type};
		memcpy(q->id, id.p, id.n);
		a->stats.asked++;
		took = true;
	} else {
		a->stats.dropped++;
	}
	pthread_cond_signal(&a->more);
	pthread_mutex_unlock(&a->lock);
	return took;
}

bool sw_ask_ready(const struct sw_ask *a)
{
	return a && atomic_load_explicit(&a->ready, memory_order_acquire);
}

char *sw_ask_take(struct sw_ask *a)
{
	char *json = NULL;

	pthread_mutex_lock(&a->lock);
	if (a->n_answers) {
		json = a->answers[a->first];
		a->first = (a->first + 1) % SW_ASK_QUEUE;
		a->n_answers--;
	}
	atomic_store_explicit(&a->ready, a->n_answers > 0, memory_order_release);
	pthread_mutex_unlock(&a->lock);
	return json;
}

struct sw_ask_stats sw_ask_stats(struct sw_ask *a)
{
	pthread_mutex_lock(&a->lock);
	struct sw_ask_stats s = a->stats;
	s.no_library = a->caller.no_library;
	pthread_mutex_unlock(&a->lock);
	return s;
}
