/* SPDX-License-Identifier: Apache-2.0 */
/* Watches: many streams of events, none of which ends by itself. */
#include <stdlib.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "doc/json.h"
#include "kube/client/mirror_impl.h"

enum { WATCH_S = 240, GRACE_S = 30, SHORT_MS = 5000, POLL_MS = 250 };
#define EVENT_ARENA ((size_t)512 << 20)

/* ---- events ---- */

static int error_event(struct part *p, struct sw_value status, struct sw_error *err)
{
	int64_t code = 0;
	struct sw_str text = sw_str_sub(sw_value_getstr(status, "message"), 0, 300);
	sw_value_int(sw_object_gets(status, SW_STR("code")), &code);
	p->relist = true; /* 410, and what is not known: begin again */
	return sw_error_set(err, code == 410 ? SW_ECONFLICT : SW_EIO, "the watch ended: %lld %.*s", (long long)code,
		SW_STR_ARG(text));
}

static void move_on(struct part *p, struct sw_value object)
{
	struct sw_value v = sw_value_path(object, "metadata", "resourceVersion", NULL);
	if (v.type == SW_STRING && v.n && v.n < sizeof(p->version) && !memchr(v.u.s, 0, v.n)) {
		memcpy(p->version, v.u.s, v.n);
		p->version[v.n] = 0;
	}
}

static struct sw_value adopt(struct part *p, struct sw_value o)
{
	struct sw_map m;
	if (sw_value_getstr(o, "kind").n && sw_value_getstr(o, "apiVersion").n)
		return o;
	sw_map_init(&m, &p->event);
	sw_object_foreach(it, o)
		sw_map_add(&m, it->k, it->v);
	sw_map_adds(&m, "kind", sw_string(p->resource.kind));
	sw_map_adds(&m, "apiVersion", sw_string(p->resource.api_version));
	return sw_map_object(&m);
}

static int on_event(void *arg, struct sw_str text, struct sw_error *err)
{
	struct part *p = arg;
	struct sw_value v;
	sw_arena_reset(&p->event);
	int rc = sw_json_parse(&p->event, text, 0, NULL, &v, NULL, err);
	struct sw_str type = rc ? SW_STR("") : sw_value_getstr(v, "type");
	struct sw_value o = rc ? sw_undef() : sw_object_gets(v, SW_STR("object"));
	if (rc || o.type != SW_OBJECT) {
		p->relist = true; /* something was missed */
		return rc ? rc : sw_error_set(err, SW_EINVALID, "the watch has an event without an object");
	}
	if (sw_str_is(type, "ERROR"))
		return error_event(p, o, err);
	bool gone = sw_str_is(type, "DELETED");
	if (gone || sw_str_is(type, "ADDED") || sw_str_is(type, "MODIFIED")) {
		rc = store_event(p->m, p, &p->event, adopt(p, o), gone, err);
		if (rc) {
			p->relist = true;
			return rc;
		}
	}
	move_on(p, o); /* of bookmarks, too */
	return 0;
}

static int on_bytes(void *arg, struct sw_str bytes, struct sw_error *err)
{
	struct part *p = arg;
	int rc = sw_kube_split_feed(&p->split, bytes, err);
	if (rc == -SW_ESYNTAX || rc == -SW_ELIMIT)
		p->relist = true;
	return rc;
}

/* ---- one watch ---- */

static void release(struct part *p)
{
	sw_kube_split_release(&p->split);
	sw_arena_release(&p->event);
}

void watch_begin(struct sw_kube_mirror *m, struct part *p)
{
	const struct sw_curl *lib = m->c->lib;
	struct sw_error err = {0};
	sw_autobuf path;
	sw_buf_init(&path, 1 << 16);
	sw_arena_init(&p->event, EVENT_ARENA);
	p->split = (struct sw_kube_split){.item = on_event, .arg = p, .sequence = true};
	sw_kube_split_init(&p->split, m->c->o.item_max);
	p->answer = (struct answer){.c = m->c, .data = on_bytes, .arg = p, .events = true};
	p->seen_200 = false;
	p->curl = p->answer.curl = lib->open();
	const char *base = sw_kube_path(&p->event, &p->resource, SW_STR(""), SW_STR(""));
	long s = WATCH_S + random() % (WATCH_S / 4);
	sw_buf_printf(&path, "%s?watch=1&allowWatchBookmarks=true&timeoutSeconds=%ld&resourceVersion=",
		base ? base : "", s);
	sw_percent_encode(&path, sw_str_from(p->version), "");
	int rc = !p->curl || !base ? sw_error_set(&err, SW_ELIMIT, "no memory left for a watch")
				   : client_credentials(m->c, p->answer.c->status == 401, &err);
	if (!rc)
		rc = client_prepare(&p->answer, sw_buf_cstr(&path), NULL, (s + GRACE_S) * 1000, &err);
	if (!rc) {
		lib->set(p->curl, CURLOPT_PIPEWAIT, 1L); /* over a connection that is there, where HTTP/2 is */
		p->begun_ms = sw_now_ms();
		rc = lib->multi_add(m->multi, p->curl) ? sw_error_set(&err, SW_EIO, "cannot add a watch") : 0;
	}
	if (rc) {
		if (!p->curl)
			release(p);
		watch_end(p);
		mirror_failed(m, p, &err, 0);
	}
}

void watch_end(struct part *p)
{
	const struct sw_curl *lib = p->m->c->lib;
	if (!p->curl)
		return;
	lib->multi_remove(p->m->multi, p->curl);
	if (p->answer.url.p)
		answer_release(&p->answer);
	lib->close(p->curl);
	p->curl = NULL;
	release(p);
}

static void ended(struct sw_kube_mirror *m, struct part *p, CURLcode code)
{
	struct sw_error err = {0};
	curl_off_t after = 0;
	int rc = answer_result(&p->answer, code, &err);
	long status = m->c->status;
	m->c->lib->info(p->curl, CURLINFO_RETRY_AFTER, &after);
	bool brief = sw_now_ms() - p->begun_ms < SHORT_MS;
	if (status == 410)
		p->relist = true;
	watch_end(p);
	if (m->stop)
		return;
	if (rc == -SW_ECONFLICT) { /* too old: no failure, but not again and again */
		p->next_ms = brief ? sw_now_ms() + mirror_backoff(m, ++p->tries) : 0;
		return;
	}
	if (rc) {
		if (status == 401)
			client_credentials(m->c, true, NULL);
		int64_t wait = after > 0 ? (int64_t)after * 1000 : 0;
		mirror_failed(m, p, &err, wait < CLIENT_WAIT_MAX_MS ? wait : CLIENT_WAIT_MAX_MS);
		return;
	}
	/* the server's time was up; one that ends at once is not asked at once */
	p->next_ms = brief ? sw_now_ms() + mirror_backoff(m, ++p->tries) : 0;
}

/* A watch that was let in works, even when nothing happens. */
static void let_in(struct sw_kube_mirror *m, struct part *p)
{
	long status = 0;
	if (!p->curl || p->seen_200)
		return;
	m->c->lib->info(p->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		return;
	p->seen_200 = true;
	uint32_t tries = p->tries;
	mirror_works(m, p);
	p->tries = tries; /* until it has lasted */
}

void watch_run(struct sw_kube_mirror *m)
{
	const struct sw_curl *lib = m->c->lib;
	int running = 0, left = 0;
	CURLMsg *msg;
	lib->multi_run(m->multi, &running);
	while ((msg = lib->multi_next(m->multi, &left))) {
		struct answer *q = NULL;
		if (msg->msg != CURLMSG_DONE)
			continue;
		CURLcode code = msg->data.result;
		lib->info(msg->easy_handle, CURLINFO_PRIVATE, &q);
		if (q)
			ended(m, q->arg, code);
	}
	for (uint32_t i = 0; i < m->n; i++) {
		let_in(m, m->parts[i]);
		if (m->parts[i]->curl && m->parts[i]->tries &&
			sw_now_ms() - m->parts[i]->begun_ms > SHORT_MS)
			m->parts[i]->tries = 0;
	}
	int wait = POLL_MS;
	for (uint32_t i = 0; i < m->n; i++) {
		int64_t due = m->parts[i]->next_ms - sw_now_ms();
		if (!m->parts[i]->curl && due < wait)
			wait = due > 0 ? (int)due : 0;
	}
	lib->multi_poll(m->multi, NULL, 0, wait, NULL);
}
