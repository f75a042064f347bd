/* SPDX-License-Identifier: Apache-2.0 */
/* What a transfer came to: errors in words, and whether to ask again. */
#include "base/cleanup.h"
#include "doc/json.h"
#include "kube/client/impl.h"

/* The address without its query. */
static struct sw_str shown(const struct answer *q)
{
	struct sw_str u = sw_buf_str(&q->url);
	u = sw_str_sub(u, 0, sw_str_chr(u, '?', 0));
	return sw_str_sub(u, 0, u.n < 300 ? u.n : 300);
}

/* What the server says, on one line, without our own token. */
static void put_words(struct sw_buf *out, const struct answer *q, struct sw_str s)
{
	struct sw_str token = sw_buf_str(&q->c->token);
	for (size_t i = 0; i < s.n && out->n < 400; i++) {
		if (token.n >= 8 && sw_str_starts(sw_str_sub(s, i, s.n), token)) {
			sw_buf_addz(out, "<token>");
			i += token.n - 1;
		} else {
			sw_buf_addch(out, (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f ? ' ' : s.p[i]);
		}
	}
}

static struct sw_value status_of(const struct answer *q, struct sw_arena *a)
{
	struct sw_value v;
	if (!q->text.n || sw_json_parse(a, sw_buf_str(&q->text), SW_JSON_COPY, NULL, &v, NULL, NULL))
		return sw_undef();
	return sw_str_is(sw_value_getstr(v, "kind"), "Status") ? v : sw_undef();
}

static enum sw_errcode code_of(long status)
{
	switch (status) {
	case 401:
	case 403:
		return SW_ESECURITY;
	case 404:
	case 405:
		return SW_ENOENT;
	case 410:
		return SW_ECONFLICT;
	default:
		return SW_EIO;
	}
}

static int status_error(struct answer *q, struct sw_error *err)
{
	static const struct {
		long status;
		const char *name;
	} names[] = {{400, "bad request"}, {401, "not authenticated"}, {403, "forbidden"}, {404, "not found"},
		{405, "not allowed"}, {410, "too old"}, {429, "too many requests"},
		{500, "internal error"}, {502, "bad gateway"}, {503, "not available"}, {504, "timeout"}};
	sw_autoarena a;
	sw_autobuf words;
	const char *name = "";
	long status = q->c->status;
	sw_arena_init(&a, 4 << 20);
	sw_buf_init(&words, 1024);
	for (size_t i = 0; i < SW_ARRAY_LEN(names); i++)
		if (names[i].status == status)
			name = names[i].name;
	put_words(&words, q, sw_value_getstr(status_of(q, &a), "message"));
	return sw_error_set(err, code_of(status), "%.*s: %ld%s%s%s%.*s", SW_STR_ARG(shown(q)), status,
		*name ? " " : "", name, words.n ? ": " : "", (int)words.n, words.n ? words.p : "");
}

int answer_result(struct answer *q, CURLcode code, struct sw_error *err)
{
	struct sw_kube_client *c = q->c;
	char *type = NULL;
	c->status = 0;
	c->lib->info(q->curl, CURLINFO_RESPONSE_CODE, &c->status);
	if (client_cancelled(c))
		return sw_error_set(err, SW_ECANCELLED, "interrupted");
	if (q->rc < 0) {
		if (err)
			*err = q->err;
		return q->err.file[0] ? q->rc
				      : sw_error_prefix(err, "%.*s: ", SW_STR_ARG(shown(q)));
	}
	if (q->refused) {
		c->lib->info(q->curl, CURLINFO_CONTENT_TYPE, &type);
		sw_error_set(err, SW_ESYNTAX, "%.*s: the answer is %.60s, not JSON", SW_STR_ARG(shown(q)),
			type ? type : "of no type");
		return sw_error_hint(err, "is this the address of a Kubernetes API server?");
	}
	if (code != CURLE_OK)
		return sw_error_set(err, SW_EIO, "%.*s: %s", SW_STR_ARG(shown(q)),
			q->message[0] ? q->message : c->lib->text(code));
	if (c->status != 200)
		return status_error(q, err);
	return 0;
}

static bool broke(CURLcode code)
{
	return code == CURLE_COULDNT_CONNECT || code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR ||
	       code == CURLE_SEND_ERROR || code == CURLE_PARTIAL_FILE || code == CURLE_HTTP2 ||
	       code == CURLE_HTTP2_STREAM;
}

/* How long to wait before it is asked again; negative: it will not help. `try` from 0. */
static int64_t answer_retry_ms(const struct answer *q, CURLcode code, int try)
{
	curl_off_t after = 0;
	long status = q->c->status;
	if (client_cancelled(q->c) || q->rc < 0 || q->refused)
		return -1;
	if (code != CURLE_OK)
		return broke(code) && try < 2 ? 200 << (2 * try) : -1;
	if ((status != 429 && status != 503) || try + 1 >= CLIENT_TRIES)
		return -1;
	q->c->lib->info(q->curl, CURLINFO_RETRY_AFTER, &after);
	if (after <= 0)
		return 500 << try;
	return after * 1000 < CLIENT_WAIT_MAX_MS ? after * 1000 : CLIENT_WAIT_MAX_MS;
}

/* The `continue` that a 410 comes with; p NULL. */
static struct sw_str answer_continue(const struct answer *q, struct sw_arena *a)
{
	struct sw_value v = sw_value_path(status_of(q, a), "metadata", "continue", NULL);
	return v.type == SW_STRING && v.n ? sw_value_str(v) : (struct sw_str){0};
}

int client_stream(struct sw_kube_client *c, const char *path, const char *accept, size_t max,
	int (*data)(void *arg, struct sw_str bytes, struct sw_error *err), void *arg, struct sw_arena *a,
	struct sw_str *ret_continue, bool *ret_begun, struct sw_error *err)
{
	bool fresh = false; /* credentials were made again */
	*ret_begun = false;
	if (ret_continue)
		*ret_continue = (struct sw_str){0};
	for (int try = 0;; try++) {
		struct answer q = {.c = c, .curl = c->curl, .data = data, .arg = arg,
			.left = max && max < c->o.answer_max ? max : c->o.answer_max};
		c->status = 0;
		int rc = client_credentials(c, fresh, err);
		if (rc)
			return rc;
		rc = client_prepare(&q, path, accept, c->o.timeout_ns / 1000000, err);
		CURLcode code = rc ? CURLE_OK : c->lib->perform(q.curl);
		if (!rc)
			rc = answer_result(&q, code, err);
		int64_t wait = rc && !q.begun ? answer_retry_ms(&q, code, try) : -1;
		bool renew = rc && c->status == 401 && !fresh && (c->x->exec || c->x->token_file);
		if (c->status == 410 && ret_continue)
			*ret_continue = answer_continue(&q, a);
		*ret_begun = q.begun;
		answer_release(&q);
		if (renew) {
			fresh = true;
			continue;
		}
		if (!rc || wait < 0)
			return rc;
		if (!client_sleep(c, wait))
			return sw_error_set(err, SW_ECANCELLED, "interrupted");
		fresh = false;
	}
}

/* ---- one document ---- */

static int keep(void *arg, struct sw_str bytes, struct sw_error *err)
{
	struct sw_buf *b = arg;
	sw_buf_addstr(b, bytes);
	return b->overflow ? sw_error_set(err, SW_ELIMIT, "the answer is larger than %zu bytes", b->max) : 0;
}

int sw_kube_get(struct sw_kube_client *c, struct sw_arena *a, const char *path, const char *accept,
	size_t max, struct sw_value *ret, struct sw_error *err)
{
	sw_autobuf b;
	bool begun;
	sw_buf_init(&b, max ? max : (size_t)4 << 20);
	int rc = client_stream(c, path, accept, b.max, keep, &b, a, NULL, &begun, err);
	if (!rc)
		rc = sw_json_parse(a, sw_buf_str(&b), SW_JSON_COPY, NULL, ret, NULL, err);
	else
		return rc;
	return rc ? sw_error_prefix(err, "%.*s%s: ", SW_STR_ARG(c->x->server), path) : 0;
}
