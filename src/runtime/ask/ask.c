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
#include "base/curl.h"
#include "doc/json.h"
#include "runtime/ask/answer.h"
#include "runtime/ask/pb.h"
#include "runtime/state/container.h"

enum { TIMEOUT_MS = 2000, TRIES = 4, REST_MS = 5000, PATH_ROOM = 108, ARENA = 64 << 20, JSON_MAX = 1 << 20 };

enum kind { CRI, DOCKER, PODMAN };

struct runtime {
	enum kind kind;
	uint8_t type;		  /* of its containers; SW_CT_UNKNOWN: not asked yet */
	char path[PATH_ROOM];	  /* as long as an address may be */
	CURL *curl;		  /* opened with the first question */
	struct curl_slist *heads; /* of gRPC */
	uint64_t rest_until;	  /* ms */
};

struct question {
	char id[SW_CONTAINER_ID_MAX];
	uint8_t type, tries;
	uint64_t due; /* ms */
};

struct sw_ask {
	const struct sw_curl *lib;
	struct runtime runtimes[SW_ASK_SOCKETS];
	uint32_t n_runtimes;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	_Atomic bool stop, ready, no_library;
	/* Under the lock. */
	struct question queue[SW_ASK_QUEUE];
	uint32_t n_queue;
	char *answers[SW_ASK_QUEUE]; /* a ring */
	uint32_t first, n_answers;
	struct sw_ask_stats stats;
	/* The thread's own. */
	struct sw_buf body;
	int grpc_status;
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- one call ---- */

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct sw_ask *a = arg;

	sw_buf_add(&a->body, p, size * n);
	return a->body.overflow ? 0 : size * n;
}

static size_t on_head(char *p, size_t size, size_t n, void *arg)
{
	struct sw_ask *a = arg;
	struct sw_str line = sw_str_trim(sw_str_make(p, size * n)), name = SW_STR("grpc-status:");
	int64_t v;

	if (sw_str_starts(line, name))
		a->grpc_status = sw_str_to_i64(sw_str_trim(sw_str_sub(line, name.n, line.n)), &v) && v >= 0 && v <= 16
					 ? (int)v
					 : 2;
	return size * n;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct sw_ask *ask = arg;

	return atomic_load_explicit(&ask->stop, memory_order_relaxed);
}

static bool open_curl(struct sw_ask *a, struct runtime *r)
{
	const struct sw_curl *lib = a->lib ? a->lib : sw_curl();

	if (r->curl)
		return true;
	a->lib = lib;
	a->no_library = !lib;
	r->curl = lib ? lib->open() : NULL;
	if (!r->curl)
		return false;
	lib->set(r->curl, CURLOPT_UNIX_SOCKET_PATH, r->path);
	lib->set(r->curl, CURLOPT_PROTOCOLS_STR, "http");
	lib->set(r->curl, CURLOPT_FOLLOWLOCATION, 0L);
	lib->set(r->curl, CURLOPT_PROXY, "");
	lib->set(r->curl, CURLOPT_NOSIGNAL, 1L);
	lib->set(r->curl, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
	lib->set(r->curl, CURLOPT_USERAGENT, "seawall");
	lib->set(r->curl, CURLOPT_WRITEFUNCTION, on_body);
	lib->set(r->curl, CURLOPT_WRITEDATA, a);
	lib->set(r->curl, CURLOPT_HEADERFUNCTION, on_head);
	lib->set(r->curl, CURLOPT_HEADERDATA, a);
	lib->set(r->curl, CURLOPT_NOPROGRESS, 0L);
	lib->set(r->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	lib->set(r->curl, CURLOPT_XFERINFODATA, a);
	if (r->kind != CRI)
		return true;
	r->heads = lib->add(NULL, "Content-Type: application/grpc");
	if (!r->heads || !lib->add(r->heads, "TE: trailers"))
		return false;
	lib->set(r->curl, CURLOPT_HTTPHEADER, r->heads);
	lib->set(r->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
	/* libcurl 7.88 sends nothing on such a connection a second time. */
	lib->set(r->curl, CURLOPT_FORBID_REUSE, 1L);
	return true;
}

enum outcome { ANSWERED, UNKNOWN, FAILED };

static enum outcome perform(struct sw_ask *a, struct runtime *r)
{
	long status = 0;

	sw_buf_clear(&a->body);
	a->grpc_status = -1;
	CURLcode rc = a->lib->perform(r->curl);
	a->lib->info(r->curl, CURLINFO_RESPONSE_CODE, &status);
	/* An answer that is too long is the fault of one container, not of the runtime. */
	if (rc != CURLE_OK && !a->body.overflow)
		r->rest_until = now_ms() + REST_MS;
	if (rc != CURLE_OK)
		return FAILED;
	return status == 404 ? UNKNOWN : status == 200 ? ANSWERED : FAILED;
}

/* GET; the body is copied into the arena. */
static enum outcome get(struct sw_ask *a, struct runtime *r, struct sw_arena *arena, const char *path,
	struct sw_str *ret)
{
	char url[512];
	int n = snprintf(url, sizeof(url), "http://localhost%s", path);

	if (n < 0 || (size_t)n >= sizeof(url) || !open_curl(a, r))
		return FAILED;
	a->lib->set(r->curl, CURLOPT_URL, url);
	enum outcome o = perform(a, r);
	*ret = o == ANSWERED ? sw_arena_str(arena, sw_buf_str(&a->body)) : (struct sw_str){NULL, 0};
	return o == ANSWERED && !ret->p ? FAILED : o;
}

/* A gRPC message is a byte, 0 where it is not compressed, its length in four bytes, and itself. */
static enum outcome call(struct sw_ask *a, struct runtime *r, struct sw_arena *arena, const char *method,
	struct sw_str request, struct sw_str *ret)
{
	enum { OK = 0, NOT_FOUND = 5, PREFIX = 5 };
	char url[160], sent[PREFIX + 512];

	if (request.n > sizeof(sent) - PREFIX || !open_curl(a, r))
		return FAILED;
	snprintf(url, sizeof(url), "http://localhost/runtime.v1.RuntimeService/%s", method);
	memset(sent, 0, PREFIX);
	sent[3] = (char)(request.n >> 8);
	sent[4] = (char)request.n;
	memcpy(sent + PREFIX, request.p ? request.p : "", request.n);
	a->lib->set(r->curl, CURLOPT_URL, url);
	a->lib->set(r->curl, CURLOPT_POSTFIELDSIZE, (long)(PREFIX + request.n));
	a->lib->set(r->curl, CURLOPT_COPYPOSTFIELDS, sent);
	enum outcome o = perform(a, r);
	if (o != ANSWERED || a->grpc_status != OK)
		return o == ANSWERED && a->grpc_status == NOT_FOUND ? UNKNOWN : FAILED;
	struct sw_str got = sw_buf_str(&a->body);
	uint32_t len = 0;
	for (size_t i = 1; i < PREFIX && got.n >= PREFIX; i++)
		len = len << 8 | (unsigned char)got.p[i];
	if (got.n < PREFIX || got.p[0] != 0 || len != got.n - PREFIX)
		return FAILED;
	*ret = sw_arena_str(arena, sw_str_sub(got, PREFIX, got.n));
	return ret->p ? ANSWERED : FAILED;
}

/* ---- one container ---- */

static enum outcome status_of(struct sw_ask *a, struct runtime *r, struct sw_arena *arena, const char *method,
	struct sw_str id, struct sw_str *ret)
{
	sw_autobuf request = {0};

	sw_buf_init(&request, 512);
	sw_pb_put_text(&request, 1, id);
	sw_pb_put_bool(&request, 2, true); /* verbose */
	return request.overflow ? FAILED : call(a, r, arena, method, sw_buf_str(&request), ret);
}

static enum outcome list_one(struct sw_ask *a, struct runtime *r, struct sw_arena *arena, struct sw_str id,
	struct sw_str *ret)
{
	sw_autobuf filter = {0};
	sw_autobuf request = {0};

	sw_buf_init(&filter, 512);
	sw_buf_init(&request, 512);
	sw_pb_put_text(&filter, 1, id);
	sw_pb_put_text(&request, 1, sw_buf_str(&filter));
	return request.overflow ? FAILED : call(a, r, arena, "ListContainers", sw_buf_str(&request), ret);
}

static enum outcome ask_cri(struct sw_ask *a, struct runtime *r, struct sw_arena *arena, struct sw_str id,
	struct sw_value *ret)
{
	struct sw_str version, list, sandbox_id = id, status = {NULL, 0}, sandbox = {NULL, 0};
	enum outcome o = ANSWERED;

	if (r->type == SW_CT_UNKNOWN) {
		o = call(a, r, arena, "Version", (struct sw_str){NULL, 0}, &version);
		if (o == ANSWERED)
			r->type = sw_answer_cri_type(version);
	}
	if (o == ANSWERED)
		o = list_one(a, r, arena, id, &list);
	if (o == ANSWERED && sw_answer_cri_sandbox(list, id, &sandbox_id))
		o = status_of(a, r, arena, "ContainerStatus", id, &status);
	if (o != ANSWERED)
		return o;
	/* Not among the containers: a sandbox, or nothing. */
	o = sandbox_id.n ? status_of(a, r, arena, "PodSandboxStatus", sandbox_id, &sandbox) : UNKNOWN;
	if (o != ANSWERED && !status.n)
		return o;
	return sw_answer_cri(arena, r->type, id, status, sandbox, ret) ? ANSWERED : FAILED;
}

/* An image's name may come from anybody. */
static bool plain(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || strchr("%?#\"\\", s.p[i]) || (unsigned char)s.p[i] > '~')
			return false;
	return s.n > 0 && s.n <= 300;
}

static enum outcome ask_docker(struct sw_ask *a, struct runtime *r, struct sw_arena *arena, struct sw_str id,
	struct sw_value *ret)
{
	struct sw_str inspect, image = {NULL, 0};
	char path[400];

	snprintf(path, sizeof(path), "/containers/%.*s/json", SW_STR_ARG(id));
	enum outcome o = get(a, r, arena, path, &inspect);
	if (o != ANSWERED)
		return o;
	struct sw_str name = sw_answer_docker_image(arena, inspect);
	if (plain(name)) {
		snprintf(path, sizeof(path), "/images/%.*s/json", SW_STR_ARG(name));
		get(a, r, arena, path, &image);
	}
	return sw_answer_docker(arena, r->type, id, inspect, image, ret) ? ANSWERED : FAILED;
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
		return r->kind == CRI;
	case SW_CT_DOCKER:
	case SW_CT_UNKNOWN:
		return true;
	default:
		return false;
	}
}

static enum outcome ask_all(struct sw_ask *a, struct sw_arena *arena, const struct question *q, struct sw_value *ret)
{
	enum outcome worst = UNKNOWN;

	for (uint32_t i = 0; i < a->n_runtimes && !a->stop; i++) {
		struct runtime *r = &a->runtimes[i];
		if (!may_be(r, q->type) || now_ms() < r->rest_until || access(r->path, F_OK) != 0)
			continue;
		enum outcome o = r->kind == CRI ? ask_cri(a, r, arena, sw_str_from(q->id), ret)
						: ask_docker(a, r, arena, sw_str_from(q->id), ret);
		if (o == ANSWERED)
			return o;
		worst = o == FAILED ? o : worst;
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
	if (*ret_due > now_ms())
		return false;
	*ret = a->queue[best];
	a->queue[best] = a->queue[--a->n_queue];
	return true;
}

static void wait_until(struct sw_ask *a, uint64_t due)
{
	struct timespec t;
	uint64_t now = now_ms(), ms = due - now;

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
static void settle(struct sw_ask *a, struct question *q, enum outcome o, char *json)
{
	static const uint64_t pause[TRIES - 1] = {100, 500, 2000};

	if (o == ANSWERED && json) {
		keep_answer(a, json);
		return;
	}
	a->stats.failed += o != UNKNOWN;
	if (++q->tries < TRIES && a->n_queue < SW_ASK_QUEUE) {
		q->due = now_ms() + pause[q->tries - 1];
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
	while (!a->stop) {
		if (!next_question(a, &q, &due)) {
			wait_until(a, due);
			continue;
		}
		pthread_mutex_unlock(&a->lock);
		sw_autobuf json = {0};
		struct sw_value v;
		char *text = NULL;
		sw_buf_init(&json, JSON_MAX);
		enum outcome o = ask_all(a, &arena, &q, &v);
		if (o == ANSWERED) {
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
	int n = snprintf(r->path, sizeof(r->path), "%s%s", root ? root : "", path);
	if (n <= 0 || (size_t)n >= sizeof(r->path))
		return sw_error_set(
			err, SW_EUSAGE, "\"%.200s\": the path of a socket has 1 to %d bytes", path, PATH_ROOM - 1);
	r->kind = kind;
	r->type = kind == DOCKER ? SW_CT_DOCKER : kind == PODMAN ? SW_CT_PODMAN : SW_CT_UNKNOWN;
	a->n_runtimes++;
	return 0;
}

static int add_named(struct sw_ask *a, const char *text, struct sw_error *err)
{
	static const char *const kinds[] = {[CRI] = "cri:", [DOCKER] = "docker:", [PODMAN] = "podman:"};

	for (size_t k = 0; k < SW_ARRAY_LEN(kinds); k++)
		if (strncmp(text, kinds[k], strlen(kinds[k])) == 0)
			return add_runtime(a, (enum kind)k, NULL, text + strlen(kinds[k]), err);
	return sw_error_set(err, SW_EUSAGE, "\"%.200s\": a socket is given as cri:PATH, docker:PATH or podman:PATH", text);
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
	sw_buf_init(&a->body, SW_ASK_BODY);
	int rc = pthread_create(&a->thread, NULL, run, a);
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
	a->stop = true;
	pthread_cond_signal(&a->more);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	for (uint32_t i = 0; i < a->n_runtimes; i++) {
		if (a->runtimes[i].curl)
			a->lib->close(a->runtimes[i].curl);
		if (a->runtimes[i].heads)
			a->lib->drop(a->runtimes[i].heads);
	}
	for (char *json; (json = sw_ask_take(a));)
		free(json);
	pthread_cond_destroy(&a->more);
	pthread_mutex_destroy(&a->lock);
	sw_buf_release(&a->body);
	free(a);
}

static bool safe_id(struct sw_str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!(id.p[i] >= '0' && id.p[i] <= '9') && !((id.p[i] | 32) >= 'a' && (id.p[i] | 32) <= 'z'))
			return false;
	return id.n > 0 && id.n < SW_CONTAINER_ID_MAX;
}

bool sw_ask(struct sw_ask *a, struct sw_str id, uint8_t type)
{
	bool anybody = false, took = false;

	for (uint32_t i = 0; i < a->n_runtimes; i++)
		anybody |= may_be(&a->runtimes[i], type);
	if (!anybody || !safe_id(id))
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
	s.no_library = a->no_library;
	pthread_mutex_unlock(&a->lock);
	return s;
}
