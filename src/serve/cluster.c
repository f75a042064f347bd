/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/cluster.h"

#include <glib.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "doc/json.h"

enum { KINDS_MAX = 1000, ASIDE_MAX = 1000 };

struct gvk {
	char *group, *version, *kind;
};

struct sw_cluster {
	struct sw_kube_mirror *mirror;
	bool providers; /* of external data are wanted, too */
	pthread_mutex_t kinds_lock; /* of the next two */
	GPtrArray *kinds;   /* of struct gvk, that Config and SyncSet name */
	uint64_t kinds_of;  /* generation they are of, plus one */
	GHashTable *aside;  /* key -> text that is not to be used */
	GHashTable *good;   /* key -> text of the set in use: policies only */
	GHashTable *trying; /* the same of the last each() */
	pthread_mutex_t lock; /* of what follows */
	GHashTable *params; /* "group/kind" of parameters */
	uint32_t n_aside;
	char why[400];
};

/* ---- what is wanted ---- */

static void free_gvk(gpointer p)
{
	struct gvk *g = p;
	g_free(g->group);
	g_free(g->version);
	g_free(g->kind);
	g_free(g);
}

static char *text(struct sw_value o, const char *key)
{
	struct sw_str s = sw_value_getstr(o, key);
	return g_strndup(s.p ? s.p : "", s.n);
}

static int add_kinds(void *arg, const struct sw_kube_resource *r, struct sw_str json)
{
	struct sw_cluster *c = arg;
	struct sw_value v, list;
	bool config = sw_str_is(r->group, "config.gatekeeper.sh"), set = sw_str_is(r->group, "syncset.gatekeeper.sh");
	sw_autoarena a;
	sw_arena_init(&a, 64 << 20);
	if (!config && !set)
		return 0;
	if (sw_json_parse(&a, json, 0, NULL, &v, NULL, NULL))
		return 0;
	list = config ? sw_value_path(v, "spec", "sync", "syncOnly", NULL) : sw_value_path(v, "spec", "gvks", NULL);
	if (list.type != SW_ARRAY)
		return 0;
	sw_array_foreach(it, list) {
		if (it->type != SW_OBJECT || c->kinds->len == KINDS_MAX)
			continue;
		struct gvk *g = g_new0(struct gvk, 1);
		g->group = text(*it, "group");
		g->version = text(*it, "version");
		g->kind = text(*it, "kind");
		g_ptr_array_add(c->kinds, g);
	}
	return 0;
}

static bool synced_kind(struct sw_cluster *c, const struct sw_kube_resource *r)
{
	uint64_t now = sw_kube_mirror_generation(c->mirror) + 1;
	bool found = false;
	pthread_mutex_lock(&c->kinds_lock);
	if (c->kinds_of != now) {
		g_ptr_array_set_size(c->kinds, 0);
		sw_kube_mirror_each(c->mirror, add_kinds, c);
		c->kinds_of = now;
	}
	for (guint i = 0; i < c->kinds->len && !found; i++) {
		const struct gvk *g = g_ptr_array_index(c->kinds, i);
		found = sw_str_is(r->group, g->group) && sw_str_is(r->kind, g->kind);
	}
	pthread_mutex_unlock(&c->kinds_lock);
	return found;
}

static char *group_kind(struct sw_str group, struct sw_str kind)
{
	return g_strdup_printf("%.*s/%.*s", SW_STR_ARG(group), SW_STR_ARG(kind));
}

static bool is_param(struct sw_cluster *c, const struct sw_kube_resource *r)
{
	g_autofree char *key = group_kind(r->group, r->kind);
	pthread_mutex_lock(&c->lock);
	bool found = g_hash_table_contains(c->params, key);
	pthread_mutex_unlock(&c->lock);
	return found;
}

static bool is_policy(const struct sw_cluster *c, struct sw_str group)
{
	static const char *const groups[] = {"templates.gatekeeper.sh", "constraints.gatekeeper.sh",
		"mutations.gatekeeper.sh", "expansion.gatekeeper.sh", "config.gatekeeper.sh",
		"syncset.gatekeeper.sh"};
	for (size_t i = 0; i < SW_ARRAY_LEN(groups); i++)
		if (sw_str_is(group, groups[i]))
			return true;
	return c->providers && sw_str_is(group, "externaldata.gatekeeper.sh");
}

static bool is_inventory(struct sw_cluster *c, const struct sw_kube_resource *r)
{
	return (!r->group.n && sw_str_is(r->resource, "namespaces")) || synced_kind(c, r);
}

static bool wants(void *arg, const struct sw_kube_resource *r)
{
	struct sw_cluster *c = arg;
	while (!__atomic_load_n(&c->mirror, __ATOMIC_ACQUIRE)) /* start() has not returned yet */
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	return is_inventory(c, r) || is_policy(c, r->group) || is_param(c, r);
}

/* Templates make new kinds of constraints, configuration names kinds to keep. */
static bool shapes(void *arg, const struct sw_kube_resource *r)
{
	return sw_str_is(r->group, "templates.gatekeeper.sh") || sw_str_is(r->group, "config.gatekeeper.sh") ||
	       sw_str_is(r->group, "syncset.gatekeeper.sh");
}

/* ---- life ---- */

static GHashTable *texts(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
}

int sw_cluster_new(struct sw_kube_client *client, bool providers, struct sw_cluster **ret, struct sw_error *err)
{
	struct sw_cluster *c = g_new0(struct sw_cluster, 1);
	struct sw_kube_mirror *m;
	struct sw_kube_mirror_opts o = {.wants = wants, .shapes = shapes, .arg = c};
	c->providers = providers;
	c->kinds = g_ptr_array_new_with_free_func(free_gvk);
	c->aside = texts();
	c->good = texts();
	c->trying = texts();
	c->params = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	pthread_mutex_init(&c->lock, NULL);
	pthread_mutex_init(&c->kinds_lock, NULL);
	int rc = sw_kube_mirror_start(client, &o, &m, err);
	if (rc) {
		sw_cluster_free(c);
		return rc;
	}
	__atomic_store_n(&c->mirror, m, __ATOMIC_RELEASE);
	*ret = c;
	return 0;
}

void sw_cluster_free(struct sw_cluster *c)
{
	if (!c)
		return;
	sw_kube_mirror_stop(c->mirror);
	g_ptr_array_free(c->kinds, TRUE);
	g_hash_table_destroy(c->aside);
	g_hash_table_destroy(c->good);
	g_hash_table_destroy(c->trying);
	g_hash_table_destroy(c->params);
	pthread_mutex_destroy(&c->lock);
	pthread_mutex_destroy(&c->kinds_lock);
	g_free(c);
}

int sw_cluster_wait(struct sw_cluster *c, int64_t ms, struct sw_error *err)
{
	struct sw_kube_mirror_status s;
	if (sw_kube_mirror_wait(c->mirror, ms))
		return 0;
	sw_kube_mirror_status(c->mirror, &s);
	return sw_error_set(err, SW_EIO, "the cluster's policies could not be read: %s",
		s.error[0] ? s.error : "the API server takes too long");
}

static bool same_keys(GHashTable *a, GHashTable *b)
{
	GHashTableIter it;
	gpointer key;
	g_hash_table_iter_init(&it, a);
	while (g_hash_table_iter_next(&it, &key, NULL))
		if (!g_hash_table_contains(b, key))
			return false;
	return g_hash_table_size(a) == g_hash_table_size(b);
}

int sw_cluster_params(
	struct sw_cluster *c, const struct sw_value *kinds, uint32_t n, int64_t ms, struct sw_error *err)
{
	GHashTable *now = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (uint32_t i = 0; i < n; i++) {
		struct sw_str version = sw_value_getstr(kinds[i], "apiVersion");
		size_t slash = sw_str_chr(version, '/', 0);
		g_hash_table_add(now, group_kind(sw_str_sub(version, 0, slash == SW_NPOS ? 0 : slash),
					      sw_value_getstr(kinds[i], "kind")));
	}
	pthread_mutex_lock(&c->lock);
	bool same = same_keys(now, c->params);
	GHashTable *old = same ? now : c->params;
	if (!same)
		c->params = now;
	pthread_mutex_unlock(&c->lock);
	g_hash_table_destroy(old);
	if (!same)
		sw_kube_mirror_discover(c->mirror);
	return n ? sw_cluster_wait(c, ms, err) : 0;
}

uint64_t sw_cluster_generation(struct sw_cluster *c)
{
	return sw_kube_mirror_generation(c->mirror);
}

/* ---- objects ---- */

static char *key_of(struct sw_value o)
{
	g_autofree char *version = text(o, "apiVersion"), *kind = text(o, "kind");
	struct sw_value md = sw_object_gets(o, SW_STR("metadata"));
	g_autofree char *ns = text(md, "namespace"), *name = text(md, "name");
	return g_strjoin("/", version, kind, ns, name, NULL);
}

struct giving {
	struct sw_cluster *c;
	int (*fn)(void *arg, struct sw_str text, bool param);
	void *arg;
	const struct sw_kube_resource *last; /* of the object before; what follows is known of it */
	bool policy, param;
};

static int give(void *arg, const struct sw_kube_resource *r, struct sw_str json)
{
	struct giving *g = arg;
	struct sw_cluster *c = g->c;
	struct sw_value v;
	sw_autoarena a;
	sw_arena_init(&a, 256 << 20);
	if (r != g->last) {
		g->last = r;
		g->policy = is_policy(c, r->group);
		g->param = !g->policy && is_param(c, r) && !is_inventory(c, r);
	}
	bool policy = g->policy, param = g->param;
	if (!policy && !g_hash_table_size(c->aside))
		return g->fn(g->arg, json, param);
	if (sw_json_parse(&a, json, 0, NULL, &v, NULL, NULL))
		return 0;
	g_autofree char *key = key_of(v);
	GBytes *bad = g_hash_table_lookup(c->aside, key);
	gsize n = 0;
	const char *p = bad ? g_bytes_get_data(bad, &n) : NULL;
	if (bad && sw_str_eq(sw_str_make(p, n), json)) {
		GBytes *former = g_hash_table_lookup(c->good, key);
		if (!former)
			return 0;
		p = g_bytes_get_data(former, &n);
		json = sw_str_make(p, n);
	}
	if (policy)
		g_hash_table_replace(c->trying, g_steal_pointer(&key), g_bytes_new(json.p, json.n));
	return g->fn(g->arg, json, param);
}

int sw_cluster_each(struct sw_cluster *c, int (*fn)(void *arg, struct sw_str text, bool param), void *arg)
{
	struct giving g = {.c = c, .fn = fn, .arg = arg};
	g_hash_table_remove_all(c->trying);
	return sw_kube_mirror_each(c->mirror, give, &g);
}

struct finding_one {
	const char *key;
	GBytes *found;
};

static int find_one(void *arg, const struct sw_kube_resource *r, struct sw_str json)
{
	struct finding_one *f = arg;
	struct sw_value v;
	sw_autoarena a;
	sw_arena_init(&a, 256 << 20);
	if (sw_json_parse(&a, json, 0, NULL, &v, NULL, NULL))
		return 0;
	g_autofree char *key = key_of(v);
	if (strcmp(key, f->key) != 0)
		return 0;
	f->found = g_bytes_new(json.p, json.n);
	return 1;
}

bool sw_cluster_set_aside(struct sw_cluster *c, struct sw_value object, const struct sw_error *why)
{
	if (object.type != SW_OBJECT)
		return false;
	g_autofree char *key = key_of(object);
	struct finding_one f = {.key = key};
	GBytes *old = g_hash_table_lookup(c->aside, key);
	sw_kube_mirror_each(c->mirror, find_one, &f);
	if (!f.found)
		return false;
	if (old && g_bytes_equal(old, f.found)) {
		/* its former version does not fit to the others any more: without it, then */
		g_bytes_unref(f.found);
		if (!g_hash_table_remove(c->good, key))
			return false;
		return true;
	}
	if (g_hash_table_size(c->aside) >= ASIDE_MAX) {
		g_bytes_unref(f.found);
		return false;
	}
	g_hash_table_replace(c->aside, g_steal_pointer(&key), f.found);
	pthread_mutex_lock(&c->lock);
	snprintf(c->why, sizeof(c->why), "%.390s", why->text);
	pthread_mutex_unlock(&c->lock);
	return true;
}

struct pruning {
	const struct sw_cluster *c;
	GHashTable *now; /* key -> text in the mirror */
};

static int note_now(void *arg, const struct sw_kube_resource *r, struct sw_str json)
{
	struct pruning *p = arg;
	struct sw_value v;
	sw_autoarena a;
	sw_arena_init(&a, 256 << 20);
	if (is_policy(p->c, r->group) && sw_json_parse(&a, json, 0, NULL, &v, NULL, NULL) == 0)
		g_hash_table_replace(p->now, key_of(v), g_bytes_new(json.p, json.n));
	return 0;
}

static gboolean is_past(gpointer key, gpointer value, gpointer arg)
{
	GBytes *now = g_hash_table_lookup(arg, key);
	return !now || !g_bytes_equal(now, value);
}

void sw_cluster_accept(struct sw_cluster *c)
{
	struct pruning p = {c, texts()};
	GHashTable *old = c->good;
	if (g_hash_table_size(c->aside)) { /* what changed or is gone is not aside any more */
		sw_kube_mirror_each(c->mirror, note_now, &p);
		g_hash_table_foreach_remove(c->aside, is_past, p.now);
	}
	g_hash_table_destroy(p.now);
	c->good = c->trying;
	c->trying = old;
	g_hash_table_remove_all(c->trying);
	pthread_mutex_lock(&c->lock);
	c->n_aside = g_hash_table_size(c->aside);
	if (!c->n_aside)
		c->why[0] = 0;
	pthread_mutex_unlock(&c->lock);
}

/* ---- how it is ---- */

static void gauge(struct sw_buf *out, const char *name, const char *type, const char *help, uint64_t v)
{
	sw_buf_printf(out, "# HELP seawall_cluster_%s %s\n# TYPE seawall_cluster_%s %s\nseawall_cluster_%s %" PRIu64 "\n",
		name, help, name, type, name, v);
}

void sw_cluster_metrics(struct sw_cluster *c, struct sw_buf *out)
{
	struct sw_kube_mirror_status s;
	sw_kube_mirror_status(c->mirror, &s);
	pthread_mutex_lock(&c->lock);
	uint32_t aside = c->n_aside;
	pthread_mutex_unlock(&c->lock);
	gauge(out, "resources", "gauge", "Resources that are watched.", s.resources);
	gauge(out, "resources_broken", "gauge", "Of them, those whose last list or watch failed; older objects are in use.",
		s.broken);
	gauge(out, "broken_since_timestamp_seconds", "gauge", "Since when something is broken; 0: nothing is.",
		(uint64_t)s.broken_since);
	gauge(out, "objects", "gauge", "Objects that are known.", s.objects);
	gauge(out, "policies_set_aside", "gauge", "Broken policies of the cluster whose former version, or none, is in use.",
		aside);
	gauge(out, "events_total", "counter", "Changes that watches told.", s.events);
	gauge(out, "lists_total", "counter", "Lists that were read.", s.lists);
	gauge(out, "failures_total", "counter", "Lists and watches that failed.", s.failures);
}

void sw_cluster_ready(struct sw_cluster *c, struct sw_buf *out)
{
	struct sw_kube_mirror_status s;
	sw_kube_mirror_status(c->mirror, &s);
	sw_buf_printf(out, "%s cluster: %" PRIu64 " objects of %u resources", s.broken ? "[!]" : "[+]", s.objects,
		s.resources);
	if (s.broken)
		sw_buf_printf(out, "; %u broken for %lld s, what was known before is in use: %s", s.broken,
			(long long)(time(NULL) - s.broken_since), s.error);
	sw_buf_addch(out, '\n');
	pthread_mutex_lock(&c->lock);
	if (c->n_aside)
		sw_buf_printf(out, "[!] cluster: %u policies are broken and set aside: %s\n", c->n_aside, c->why);
	pthread_mutex_unlock(&c->lock);
}
