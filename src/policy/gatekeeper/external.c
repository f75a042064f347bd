/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/gatekeeper/external.h"

#include <glib.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "doc/json.h"
#include "rego/rego.h"

#define TTL_DEFAULT ((int64_t)180 * 1000000000)

enum { TIMEOUT_MAX = 30, STATUS_ERROR = 500, STATUS_BAD = 400 };

/* What a provider said about a key. */
struct answer {
	struct sw_value item; /* {"key", "value", "error"} */
	int64_t received_ns;
};

struct sw_gk_answers {
	pthread_mutex_t lock; /* of all that follows */
	struct sw_arena arena; /* emptied as a whole when it is full */
	GHashTable *table;     /* "provider\nurl\nkey" to struct answer */
	struct sw_gk_answers_state state;
};

struct gk_external {
	struct sw_arena arena; /* providers, capabilities */
	struct gk_provider *providers;
	uint32_t n_providers, cap_providers;
	struct sw_gk_answers *answers;
	bool own_answers;
	bool cannot_ask, refused;
	int64_t deadline_ns; /* 0: none */
	const char *cert, *key;
	struct sw_rego_caps *caps;
	int64_t ttl_ns;
	int (*ask)(void *arg, const struct gk_provider *p, struct sw_str body, struct sw_buf *ret, long *ret_status,
		struct sw_error *err);
	void *ask_arg;
};

static __thread struct gk_external *current;

static guint hash(gconstpointer key)
{
	return (guint)sw_value_hash(sw_string(*(const struct sw_str *)key));
}

static gboolean equal(gconstpointer a, gconstpointer b)
{
	return sw_str_eq(*(const struct sw_str *)a, *(const struct sw_str *)b);
}

/* ---- answers that are kept ---- */

struct sw_gk_answers *sw_gk_answers_new(void)
{
	struct sw_gk_answers *a = calloc(1, sizeof(*a));
	if (!a)
		abort();
	pthread_mutex_init(&a->lock, NULL);
	sw_arena_init(&a->arena, 64 << 20);
	a->table = g_hash_table_new(hash, equal);
	return a;
}

void sw_gk_answers_free(struct sw_gk_answers *a)
{
	if (!a)
		return;
	g_hash_table_destroy(a->table);
	sw_arena_release(&a->arena);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

void sw_gk_answers_state(struct sw_gk_answers *a, struct sw_gk_answers_state *ret)
{
	pthread_mutex_lock(&a->lock);
	*ret = a->state;
	ret->kept = g_hash_table_size(a->table);
	pthread_mutex_unlock(&a->lock);
}

static void count(struct sw_gk_answers *a, bool worked)
{
	pthread_mutex_lock(&a->lock);
	a->state.asked++;
	a->state.failed += !worked;
	pthread_mutex_unlock(&a->lock);
}

static struct sw_str name_of(struct sw_arena *a, const struct gk_provider *p, struct sw_str key)
{
	return sw_arena_printf(a, "%.*s\n%.*s\n%.*s", SW_STR_ARG(p->name), SW_STR_ARG(p->url), SW_STR_ARG(key));
}

/* A copy in `a`; SW_UNDEF: it is not known. */
static struct sw_value remembered(struct gk_external *x, struct sw_arena *a, const struct gk_provider *p,
	struct sw_str key)
{
	struct sw_str name = name_of(a, p, key);
	struct sw_value v = sw_undef();
	pthread_mutex_lock(&x->answers->lock);
	struct answer *found = name.p ? g_hash_table_lookup(x->answers->table, &name) : NULL;
	if (found && sw_now_ns() - found->received_ns <= x->ttl_ns)
		v = sw_value_copy(a, found->item);
	pthread_mutex_unlock(&x->answers->lock);
	return v;
}

static void keep(struct sw_gk_answers *to, const struct gk_provider *p, struct sw_value item)
{
	if (g_hash_table_size(to->table) >= GK_ANSWERS_MAX || to->arena.overflow) {
		g_hash_table_remove_all(to->table);
		sw_arena_reset(&to->arena);
	}
	struct sw_str *name = sw_arena_new(&to->arena, struct sw_str);
	struct answer *a = sw_arena_new(&to->arena, struct answer);
	if (!name || !a)
		return;
	*name = name_of(&to->arena, p, sw_value_getstr(item, "key"));
	*a = (struct answer){.item = sw_value_copy(&to->arena, item), .received_ns = sw_now_ns()};
	if (name->p && sw_defined(a->item))
		g_hash_table_replace(to->table, name, a);
}

static void remember(struct gk_external *x, const struct gk_provider *p, struct sw_value item)
{
	pthread_mutex_lock(&x->answers->lock);
	keep(x->answers, p, item);
	pthread_mutex_unlock(&x->answers->lock);
}

/* ---- life ---- */

struct gk_external *gk_external_new(const struct sw_gk_opts *opts)
{
	struct gk_external *x = calloc(1, sizeof(*x));
	if (!x)
		abort();
	sw_arena_init(&x->arena, 64 << 20);
	x->own_answers = !opts->answers;
	x->answers = opts->answers ? opts->answers : sw_gk_answers_new();
	x->cert = opts->client_cert;
	x->key = opts->client_key;
	x->ttl_ns = opts->external_ttl_ns ? opts->external_ttl_ns : TTL_DEFAULT;
	x->ask = opts->ask ? opts->ask : gk_external_https;
	x->ask_arg = opts->ask_arg;
	return x;
}

void gk_external_free(struct gk_external *x)
{
	if (!x)
		return;
	if (x->own_answers)
		sw_gk_answers_free(x->answers);
	sw_arena_release(&x->arena);
	free(x);
}

void gk_external_begin(struct gk_external *x, bool may_ask, int64_t deadline_ns)
{
	x->cannot_ask = !may_ask;
	x->refused = false;
	x->deadline_ns = deadline_ns;
}

bool gk_external_refused(const struct gk_external *x)
{
	return x->refused;
}

void gk_external_enter(struct gk_external *x)
{
	current = x;
}

void gk_external_leave(void)
{
	current = NULL;
}

/* ---- providers ---- */

static int decode_ca(struct gk_external *x, struct sw_str text, struct sw_str *ret, struct sw_error *err)
{
	if (!text.n)
		return sw_error_set(err, SW_EINVALID, "caBundle should be set for HTTPS scheme");
	gsize n = 0;
	g_autofree char *in = g_strndup(text.p, text.n);
	g_autofree guchar *pem = g_base64_decode(in, &n);
	struct sw_str s = {(const char *)pem, n};
	if (!sw_str_has(s, SW_STR("-----BEGIN CERTIFICATE-----")))
		return sw_error_set(err, SW_EINVALID, "bad caBundle");
	*ret = sw_arena_str(&x->arena, s);
	return ret->p ? 0 : sw_error_set(err, SW_ELIMIT, "too many providers");
}

int gk_external_add(struct gk_external *x, struct sw_value object, struct sw_error *err)
{
	struct sw_value spec = sw_object_gets(object, SW_STR("spec"));
	struct gk_provider p = {.url = sw_value_getstr(spec, "url")};
	int64_t timeout = 0;
	p.name = sw_value_getstr(sw_object_gets(object, SW_STR("metadata")), "name");
	if (!p.name.n)
		return sw_error_set(err, SW_EINVALID, "provider name can not be empty");
	if (!sw_str_starts(p.url, SW_STR("https://")))
		return sw_error_set(err, SW_EINVALID, "only HTTPS scheme is supported for Providers");
	if (!sw_value_int(sw_object_gets(spec, SW_STR("timeout")), &timeout) || timeout <= 0)
		return sw_error_set(err, SW_EINVALID, "provider timeout should be a positive integer. value: %lld",
			(long long)timeout);
	p.timeout_ms = (timeout > TIMEOUT_MAX ? TIMEOUT_MAX : (uint32_t)timeout) * 1000;
	p.cert = x->cert;
	p.key = x->key;
	int rc = decode_ca(x, sw_value_getstr(spec, "caBundle"), &p.ca, err);
	if (rc < 0)
		return rc;
	for (uint32_t i = 0; i < x->n_providers; i++)
		if (sw_str_eq(x->providers[i].name, p.name)) {
			x->providers[i] = p;
			return 0;
		}
	if (x->n_providers >= GK_PROVIDERS_MAX)
		return sw_error_set(err, SW_ELIMIT, "more than %d providers", GK_PROVIDERS_MAX);
	if (x->n_providers == x->cap_providers) {
		uint32_t cap = x->cap_providers ? x->cap_providers * 2 : 8;
		void *v = sw_arena_grow(
			&x->arena, x->providers, x->n_providers * sizeof(p), cap * sizeof(p));
		if (!v)
			return sw_error_set(err, SW_ELIMIT, "too many providers");
		x->providers = v;
		x->cap_providers = cap;
	}
	x->providers[x->n_providers++] = p;
	return 0;
}

/* ---- one question ---- */

/* What the policy gets. */
struct reply {
	struct sw_list responses, errors;
	struct sw_str system_error;
	long status;
	bool failed; /* responses and errors are null, as upstream has them then */
};

static void take(struct sw_arena *a, struct reply *r, struct sw_value item)
{
	struct sw_value error = sw_object_gets(item, SW_STR("error")), key = sw_object_gets(item, SW_STR("key"));
	struct sw_value value = sw_object_gets(item, SW_STR("value"));
	bool bad = error.type == SW_STRING && error.n;
	struct sw_value pair[2] = {
		key.type == SW_STRING ? key : SW_VSTR(""), bad ? error : sw_defined(value) ? value : sw_null()};
	struct sw_value *v = sw_arena_new_array(a, 2, struct sw_value);
	if (!v)
		return;
	memcpy(v, pair, sizeof(pair));
	sw_list_add(bad ? &r->errors : &r->responses, sw_array_from(a, v, 2));
}

static struct sw_value finish(struct sw_arena *a, struct reply *r)
{
	struct sw_map m;
	sw_map_init(&m, a);
	sw_map_adds(&m, "responses", r->failed ? sw_null() : sw_list_array(&r->responses));
	sw_map_adds(&m, "errors", r->failed ? sw_null() : sw_list_array(&r->errors));
	sw_map_adds(&m, "status_code", sw_int(r->status));
	sw_map_adds(&m, "system_error", sw_string_copy(a, r->system_error.p ? r->system_error : SW_STR("")));
	return sw_map_object(&m);
}

static struct sw_value failed(struct sw_arena *a, long status, const char *text)
{
	struct reply r = {.failed = true, .status = status, .system_error = sw_str_from(text)};
	return finish(a, &r);
}

static void write_request(struct sw_buf *out, struct sw_arena *a, struct sw_list *keys)
{
	sw_buf_addz(out, "{\"apiVersion\":\"externaldata.gatekeeper.sh/v1beta1\",\"kind\":\"ProviderRequest\","
			 "\"request\":{\"keys\":");
	sw_json_write(out, sw_list_array(keys), SW_JSON_HTML_ESCAPE);
	sw_buf_addz(out, "}}");
}

static const struct gk_provider *find(const struct gk_external *x, struct sw_str name)
{
	for (uint32_t i = 0; i < x->n_providers; i++)
		if (sw_str_eq(x->providers[i].name, name))
			return &x->providers[i];
	return NULL;
}

/* No longer than the review may take, whatever the provider's own timeout. */
static int in_time(struct gk_external *x, const struct gk_provider *p, struct sw_buf *body, struct sw_buf *answer,
	long *status, struct sw_error *err)
{
	struct gk_provider limited = *p;
	if (x->cannot_ask) {
		x->refused = true;
		return sw_error_set(err, SW_ECANCELLED, "external data is not asked for here");
	}
	if (x->deadline_ns) {
		int64_t left = (x->deadline_ns - sw_now_ns()) / 1000000;
		if (left <= 0)
			return sw_error_set(err, SW_EIO, "failed to send external data request: no time is left");
		if (left < limited.timeout_ms)
			limited.timeout_ms = (uint32_t)left;
	}
	return x->ask(x->ask_arg, &limited, sw_buf_str(body), answer, status, err);
}

/* One request; *ret is the response. *status is what a template is told. */
static int request(struct gk_external *x, struct sw_arena *a, const struct gk_provider *p, struct sw_list *keys, long *status,
	struct sw_value *ret, struct sw_error *err)
{
	sw_autobuf body, answer;
	struct sw_value v;
	sw_buf_init(&body, GK_ANSWER_MAX);
	sw_buf_init(&answer, GK_ANSWER_MAX);
	*status = STATUS_BAD;
	if (!p)
		return sw_error_set(err, SW_ENOENT, "key is not found in provider cache");
	write_request(&body, a, keys);
	*status = STATUS_ERROR;
	int rc = in_time(x, p, &body, &answer, status, err);
	if (rc == 0 && (answer.overflow || sw_json_parse(a, sw_buf_str(&answer), SW_JSON_COPY, NULL, &v, NULL, err) < 0)) {
		*status = STATUS_ERROR;
		sw_error_prefix(err, "failed to unmarshal external data response: ");
		rc = -SW_EINVALID;
	}
	if (!x->refused)
		count(x->answers, rc == 0);
	if (rc < 0)
		return rc == -SW_ENOENT ? -SW_EIO : rc;
	*ret = sw_object_gets(v, SW_STR("response"));
	return 0;
}

/* Ask for the keys that are not known. */
static int ask(struct gk_external *x, struct sw_arena *a, const struct gk_provider *p, struct sw_list *keys,
	struct reply *r, struct sw_error *err)
{
	struct sw_value response;
	int rc = request(x, a, p, keys, &r->status, &response, err);
	if (rc < 0)
		return rc;
	struct sw_value items = sw_object_gets(response, SW_STR("items"));
	r->system_error = sw_value_getstr(response, "systemError");
	if (items.type == SW_ARRAY)
		sw_array_foreach(it, items)
		{
			remember(x, p, *it);
			take(a, r, *it);
		}
	return 0;
}

static int invalid_response(struct sw_str provider, struct sw_str why, struct sw_error *err)
{
	return sw_error_set(err, SW_EINVALID, "failed to validate external data response from provider %.*s: %.*s",
		SW_STR_ARG(provider), SW_STR_ARG(why));
}

int gk_external_fetch(struct gk_external *x, struct sw_arena *a, struct sw_str provider, struct sw_list *keys,
	struct sw_value *ret_items, struct sw_error *err)
{
	struct sw_value response;
	struct sw_error e = {0};
	long status;
	if (keys->n > GK_KEYS_MAX)
		return sw_error_set(err, SW_ELIMIT, "more than %d keys for provider %.*s", GK_KEYS_MAX,
			SW_STR_ARG(provider));
	int rc = request(x, a, find(x, provider), keys, &status, &response, &e);
	if (rc == -SW_ENOENT)
		return rc;
	if (rc < 0)
		return sw_error_set(err, SW_EIO, "failed to send external data request to provider %.*s: %s",
			SW_STR_ARG(provider), e.text);
	struct sw_str system = sw_str_trim(sw_value_getstr(response, "systemError"));
	if (system.n)
		return invalid_response(provider, sw_arena_printf(a, "non-empty system error: %.*s", SW_STR_ARG(system)),
			err);
	if (!sw_is_true(sw_object_gets(response, SW_STR("idempotent"))))
		return invalid_response(provider, SW_STR("non-idempotent response"), err);
	struct sw_value items = sw_object_gets(response, SW_STR("items"));
	*ret_items = items.type == SW_ARRAY ? items : sw_empty_array();
	return 0;
}

/* external_data({"provider": "name", "keys": ["a", "b"]}) */
static int external_data(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	struct gk_external *x = current;
	const struct gk_provider *p = x ? find(x, sw_value_getstr(args[0], "provider")) : NULL;
	struct sw_value keys = sw_object_gets(args[0], SW_STR("keys"));
	struct reply r = {0};
	struct sw_list missing;
	if (!x)
		return sw_builtin_fail(ctx, "external data is not enabled");
	if ((keys.type != SW_ARRAY && keys.type != SW_SET) || keys.n > GK_KEYS_MAX)
		return sw_builtin_fail(ctx, "keys must be at most %d strings", GK_KEYS_MAX);
	sw_list_init(&r.responses, ctx->arena);
	sw_list_init(&r.errors, ctx->arena);
	sw_list_init(&missing, ctx->arena);
	sw_array_foreach(k, keys)
	{
		if (k->type != SW_STRING)
			return sw_builtin_fail(ctx, "keys must be at most %d strings", GK_KEYS_MAX);
		struct sw_value known = p ? remembered(x, ctx->arena, p, sw_value_str(*k)) : sw_undef();
		if (sw_defined(known))
			take(ctx->arena, &r, known);
		else
			sw_list_add(&missing, *k);
	}
	struct sw_error err = {0};
	if (missing.n && ask(x, ctx->arena, p, &missing, &r, &err) < 0)
		*ret = failed(ctx->arena, r.status, err.text);
	else
		*ret = finish(ctx->arena, &r);
	return sw_defined(*ret) ? 0 : sw_builtin_limit(ctx, "external data");
}

const struct sw_rego_caps *gk_external_caps(struct gk_external *x)
{
	static const struct sw_builtin row = {"external_data", NULL, "(any) any",
		SW_BUILTIN_NO_CONST | SW_BUILTIN_NONDETERMINISTIC, external_data};
	if (x->caps)
		return x->caps;
	struct sw_rego_caps *c;
	if (sw_rego_caps_default(&x->arena, &c, NULL) < 0)
		return NULL;
	const struct sw_builtin **v = sw_arena_array(&x->arena, c->n_builtins + 1, sizeof(*v));
	uint32_t n = 0;
	for (uint32_t i = 0; v && i < c->n_builtins; i++) {
		if (n == i && strcmp(c->builtins[i]->name, row.name) > 0)
			v[n++] = &row;
		v[n++] = c->builtins[i];
	}
	if (!v)
		return NULL;
	c->builtins = v;
	c->n_builtins = n;
	x->caps = c;
	return c;
}
