/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/metrics.h"

#include <glib.h>
#include <inttypes.h>
#include <pthread.h>

struct table {
	pthread_mutex_t lock;
	GHashTable *counts; /* labels -> uint64_t */
};

static const double bounds[SW_METRICS_BUCKETS] = {0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025,
	0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};

struct row {
	const char *name, *labels, *help; /* rows of one name stand together */
};

static const struct row rows[SW_M_COUNTERS] = {
	[SW_M_ALLOWED] = {"reviews_total", "result=\"allowed\"", "Admission reviews by result."},
	[SW_M_DENIED] = {"reviews_total", "result=\"denied\"", NULL},
	[SW_M_WARNED] = {"reviews_total", "result=\"warned\"", NULL},
	[SW_M_EXCLUDED] = {"reviews_total", "result=\"excluded\"", NULL},
	[SW_M_FAILED_OPEN] = {"reviews_total", "result=\"failed-open\"", NULL},
	[SW_M_FAILED_CLOSED] = {"reviews_total", "result=\"failed-closed\"", NULL},
	[SW_M_MUTATED] = {"mutations_total", NULL, "Requests that were changed."},
	[SW_M_MALFORMED] = {"malformed_reviews_total", NULL, "Bodies that are no AdmissionReview."},
	[SW_M_SLOW] = {"slow_reviews_total", NULL, "Reviews handed to the second line."},
	[SW_M_OVERLOADED] = {"overloaded_reviews_total", NULL,
		"Reviews that found the second line's queue full."},
	[SW_M_LATE] = {"late_reviews_total", NULL, "Reviews answered undecided at their deadline."},
	[SW_M_ACCEPTED] = {"connections_total", "what=\"accepted\"", "Connections by fate."},
	[SW_M_REFUSED] = {"connections_total", "what=\"refused\"", NULL},
	[SW_M_EVICTED] = {"connections_total", "what=\"evicted\"", NULL},
	[SW_M_NO_DESCRIPTORS] = {"connections_total", "what=\"no-descriptors\"", NULL},
	[SW_M_HANDSHAKES] = {"tls_handshakes_total", "result=\"done\"", "TLS handshakes."},
	[SW_M_HANDSHAKE_FAILURES] = {"tls_handshakes_total", "result=\"failed\"", NULL},
	[SW_M_TIMEOUTS] = {"timeouts_total", NULL,
		"Connections ended because the client was too slow."},
	[SW_M_BAD_REQUESTS] = {"bad_requests_total", "reason=\"http\"",
		"Requests refused before a review."},
	[SW_M_TOO_LARGE] = {"bad_requests_total", "reason=\"size\"", NULL},
	[SW_M_UNAUTHORIZED] = {"bad_requests_total", "reason=\"client-certificate\"", NULL},
	[SW_M_RELOADS] = {"policy_reloads_total", "result=\"done\"", "Policy reloads."},
	[SW_M_RELOAD_FAILURES] = {"policy_reloads_total", "result=\"failed\"", NULL},
	[SW_M_CERT_RELOADS] = {"certificate_reloads_total", "result=\"done\"",
		"Certificate reloads."},
	[SW_M_CERT_FAILURES] = {"certificate_reloads_total", "result=\"failed\"", NULL},
	[SW_M_AUDIT_BATCHES] = {"audit_batches_total", NULL,
		"Batches from the API server's audit webhook."},
	[SW_M_AUDIT_EVENTS] = {"audit_events_total", "what=\"spooled\"", "Audit events."},
	[SW_M_AUDIT_DROPPED] = {"audit_events_total", "what=\"refused-batches\"", NULL},
	[SW_M_AUDIT_MALFORMED] = {"audit_events_total", "what=\"malformed-batches\"", NULL},
	[SW_M_LOG_LOST] = {"log_lines_lost_total", NULL,
		"Writes to the decision log or the spool that failed."},
};

void sw_metrics_init(struct sw_metrics *m)
{
	struct table *t = g_new0(struct table, 1);
	memset(m, 0, sizeof(*m));
	pthread_mutex_init(&t->lock, NULL);
	t->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	m->policies = t;
}

void sw_metrics_release(struct sw_metrics *m)
{
	struct table *t = m->policies;
	if (!t)
		return;
	g_hash_table_destroy(t->counts);
	pthread_mutex_destroy(&t->lock);
	g_free(t);
	m->policies = NULL;
}

void sw_metrics_latency(struct sw_metrics *m, int64_t ns)
{
	int i = 0;
	while (i < SW_METRICS_BUCKETS && (double)ns > bounds[i] * 1e9)
		i++;
	atomic_fetch_add_explicit(&m->buckets[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&m->latency_ns, (uint64_t)ns, memory_order_relaxed);
}

static void label(struct sw_buf *b, struct sw_str s)
{
	for (size_t i = 0; i < s.n && i < 200; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			sw_buf_addch(b, '\\');
		sw_buf_addch(b, (unsigned char)s.p[i] < 0x20 ? ' ' : s.p[i]);
	}
}

void sw_metrics_policy(
	struct sw_metrics *m, const char *engine, struct sw_str policy, const char *action)
{
	struct table *t = m->policies;
	sw_autobuf b;
	sw_buf_init(&b, 2048);
	sw_buf_printf(&b, "engine=\"%s\",policy=\"", engine);
	label(&b, policy);
	sw_buf_printf(&b, "\",action=\"%s\"", action);
	pthread_mutex_lock(&t->lock);
	const char *key = sw_buf_cstr(&b);
	uint64_t *n = g_hash_table_lookup(t->counts, key);
	if (!n && g_hash_table_size(t->counts) >= SW_METRICS_SERIES) {
		key = "engine=\"other\",policy=\"other\",action=\"other\"";
		n = g_hash_table_lookup(t->counts, key);
	}
	if (!n) {
		n = g_new0(uint64_t, 1);
		g_hash_table_insert(t->counts, g_strdup(key), n);
	}
	++*n;
	pthread_mutex_unlock(&t->lock);
}

static void head(struct sw_buf *out, const char *name, const char *type, const char *help)
{
	sw_buf_printf(out, "# HELP seawall_%s %s\n# TYPE seawall_%s %s\n", name, help, name, type);
}

static void gauge(struct sw_buf *out, const char *name, const char *help, int64_t v)
{
	head(out, name, "gauge", help);
	sw_buf_printf(out, "seawall_%s %" PRId64 "\n", name, v);
}

static void histogram(struct sw_metrics *m, struct sw_buf *out)
{
	uint64_t sum = 0;
	head(out, "review_duration_seconds", "histogram",
		"From the last byte of a review to its answer.");
	for (int i = 0; i < SW_METRICS_BUCKETS; i++) {
		sum += atomic_load(&m->buckets[i]);
		sw_buf_printf(out,
			"seawall_review_duration_seconds_bucket{le=\"%g\"} %" PRIu64 "\n",
			bounds[i], sum);
	}
	sum += atomic_load(&m->buckets[SW_METRICS_BUCKETS]);
	sw_buf_printf(out,
		"seawall_review_duration_seconds_bucket{le=\"+Inf\"} %" PRIu64
		"\nseawall_review_duration_seconds_sum %.9f\nseawall_review_duration_seconds_count "
		"%" PRIu64 "\n",
		sum, (double)atomic_load(&m->latency_ns) * 1e-9, sum);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(a, b);
}

static void policies(struct sw_metrics *m, struct sw_buf *out)
{
	struct table *t = m->policies;
	head(out, "judgements_total", "counter", "Violations and failures by policy.");
	pthread_mutex_lock(&t->lock);
	GList *keys = g_list_sort(g_hash_table_get_keys(t->counts), by_text);
	for (GList *k = keys; k; k = k->next)
		sw_buf_printf(out, "seawall_judgements_total{%s} %" PRIu64 "\n",
			(const char *)k->data,
			*(uint64_t *)g_hash_table_lookup(t->counts, k->data));
	g_list_free(keys);
	pthread_mutex_unlock(&t->lock);
}

void sw_metrics_write(struct sw_metrics *m, struct sw_buf *out)
{
	for (int i = 0; i < SW_M_COUNTERS; i++) {
		if (rows[i].help)
			head(out, rows[i].name, "counter", rows[i].help);
		const char *l = rows[i].labels;
		sw_buf_printf(out, "seawall_%s%s%s%s %" PRIu64 "\n", rows[i].name, l ? "{" : "",
			l ? l : "", l ? "}" : "", atomic_load(&m->n[i]));
	}
	gauge(out, "connections", "Open connections.", atomic_load(&m->connections));
	gauge(out, "certificate_expiry_seconds",
		"End of the server certificate's validity, since 1970.",
		atomic_load(&m->cert_expiry));
	gauge(out, "policies_loaded_timestamp_seconds", "When the policies in use were loaded.",
		atomic_load(&m->policies_loaded_at));
	gauge(out, "policies_broken",
		"1: the policies on disk are broken, and older ones are in use.",
		atomic_load(&m->policies_broken));
	gauge(out, "constraints", "Gatekeeper constraints in use.", atomic_load(&m->constraints));
	histogram(m, out);
	policies(m, out);
}
