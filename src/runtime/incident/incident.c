/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/incident/incident.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "runtime/incident/lineage.h"

#define BUDGET ((size_t)512 << 10) /* bytes of one incident */
#define MESSAGE 4096

struct open {
	struct sw_incident i;
	struct sw_arena a;
	struct open *next; /* of the bucket */
	struct sw_str key;
};

struct sw_incidents {
	uint64_t quiet, ids;
	void (*ended)(void *arg, const struct sw_incident *i);
	void *arg;
	struct open *buckets[SW_INCIDENTS];
	uint32_t n;
	uint64_t now;
	struct sw_arena scratch;
};

struct sw_incidents *sw_incidents_new(
	uint64_t quiet_ns, void (*ended)(void *arg, const struct sw_incident *i), void *arg)
{
	struct sw_incidents *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->quiet = quiet_ns;
	s->ended = ended;
	s->arg = arg;
	sw_arena_init(&s->scratch, (size_t)4 << 20);
	return s;
}

static void drop(struct open *o)
{
	sw_arena_release(&o->a);
	free(o);
}

void sw_incidents_free(struct sw_incidents *s)
{
	if (!s)
		return;
	for (uint32_t b = 0; b < SW_INCIDENTS; b++) {
		while (s->buckets[b]) {
			struct open *o = s->buckets[b];
			s->buckets[b] = o->next;
			drop(o);
		}
	}
	sw_arena_release(&s->scratch);
	free(s);
}

static uint32_t hash(struct sw_str s)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
	return (uint32_t)(h ^ h >> 32) % SW_INCIDENTS;
}

static void end_one(struct sw_incidents *s, struct open **at)
{
	struct open *o = *at;

	*at = o->next;
	s->n--;
	if (s->ended)
		s->ended(s->arg, &o->i);
	drop(o);
}

static struct open **oldest(struct sw_incidents *s)
{
	struct open **found = NULL;

	for (uint32_t b = 0; b < SW_INCIDENTS; b++)
		for (struct open **p = &s->buckets[b]; *p; p = &(*p)->next)
			if (!found || (*p)->i.last < (*found)->i.last ||
				((*p)->i.last == (*found)->i.last && (*p)->i.id < (*found)->i.id))
				found = p;
	return found;
}

void sw_incidents_end(struct sw_incidents *s, uint64_t now)
{
	struct open **p;

	/* In the order of their end, so that two runs tell the same. */
	while ((p = oldest(s)) != NULL) {
		if (now != UINT64_MAX && (!s->quiet || (*p)->i.last + s->quiet > now))
			return;
		end_one(s, p);
	}
}

static struct sw_str keep(struct open *o, struct sw_str s)
{
	struct sw_str r = sw_arena_str(&o->a, s);

	return r.p ? r : SW_STR("");
}

/* Room for one more in an array that doubles. */
static void *room(struct open *o, void *array, uint32_t n, size_t size, uint32_t most)
{
	if (n >= most)
		return NULL;
	if (n && (n & (n - 1)))
		return array;
	void *p = sw_arena_zalloc(&o->a, (n ? 2 * (size_t)n : 1) * size);
	if (p && n)
		memcpy(p, array, n * size);
	return p;
}

static struct open *begin(struct sw_incidents *s, struct sw_str key, const struct sw_alert *a,
	const struct sw_descent *d)
{
	struct open *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	sw_arena_init(&o->a, BUDGET);
	o->key = keep(o, key);
	o->i = (struct sw_incident){.id = ++s->ids,
		.workload = keep(o, d->workload),
		.ns = keep(o, d->ns),
		.pod = keep(o, d->pod),
		.container = keep(o, d->container),
		.image = keep(o, d->image),
		.user = keep(o, d->user),
		.source = a->event->source,
		.priority = a->rule->priority,
		.first = a->event->ts};
	uint32_t b = hash(o->key);
	o->next = s->buckets[b];
	s->buckets[b] = o;
	s->n++;
	return o;
}

/* One node for a program below a parent, however many processes it was. */
static uint32_t node_of(
	struct open *o, uint32_t parent, struct sw_str exe, struct sw_str cmdline, int64_t pid)
{
	struct sw_incident *i = &o->i;

	for (uint32_t k = 0; k < i->n_nodes; k++) {
		struct sw_lineage_node *n = &i->nodes[k];
		if (n->parent != parent || !sw_str_eq(n->exe, exe))
			continue;
		n->processes += n->pid != pid;
		n->pid = pid;
		return k;
	}
	struct sw_lineage_node *all =
		room(o, i->nodes, i->n_nodes, sizeof(*all), SW_INCIDENT_NODES);
	if (!all)
		return UINT32_MAX;
	i->nodes = all;
	i->nodes[i->n_nodes] = (struct sw_lineage_node){.exe = keep(o, exe),
		.cmdline = keep(o, cmdline),
		.parent = parent,
		.pid = pid,
		.processes = 1};
	return i->n_nodes++;
}

static uint32_t add_line(struct open *o, const struct sw_descent *d)
{
	uint32_t at = UINT32_MAX;

	for (uint32_t k = 0; k < d->n; k++) {
		at = node_of(o, at, d->line[k].exe, d->line[k].cmdline, d->line[k].pid);
		if (at == UINT32_MAX)
			return at;
	}
	if (at != UINT32_MAX)
		o->i.nodes[at].alerts++;
	return at;
}

static void add_instance(struct open *o, struct sw_str id)
{
	struct sw_incident *i = &o->i;

	if (!id.n)
		return;
	for (uint32_t k = 0; k < i->n_instances; k++)
		if (sw_str_eq(i->instances[k], id))
			return;
	if (i->n_instances < SW_INCIDENT_INSTANCES)
		i->instances[i->n_instances++] = keep(o, id);
	else
		i->more_instances++;
}

static struct sw_incident_entry *entry_of(
	struct open *o, const struct sw_alert *a, uint32_t node, bool *ret_new)
{
	struct sw_incident *i = &o->i;
	sw_autobuf msg;

	sw_buf_init(&msg, 1 << 20);
	*ret_new = false;
	for (uint32_t k = 0; k < i->n_entries; k++)
		if (i->entries[k].rule == a->rule && i->entries[k].node == node)
			return &i->entries[k];
	struct sw_incident_entry *all =
		room(o, i->entries, i->n_entries, sizeof(*all), SW_INCIDENT_ENTRIES);
	if (!all)
		return NULL;
	i->entries = all;
	sw_alert_message(a, &msg);
	struct sw_incident_entry *e = &i->entries[i->n_entries++];
	*e = (struct sw_incident_entry){.rule = a->rule,
		.node = node,
		.first = a->event->ts,
		.message = keep(o, sw_str_sub(sw_buf_str(&msg), 0, MESSAGE))};
	*ret_new = true;
	return e;
}

static struct sw_str key_of(
	struct sw_arena *a, const struct sw_alert *alert, const struct sw_descent *d)
{
	struct sw_str root = d->n ? d->line[0].exe : SW_STR("");

	return sw_arena_printf(a, "%d\n%.*s\n%.*s\n%.*s", (int)alert->event->source,
		SW_STR_ARG(d->workload), SW_STR_ARG(d->container), SW_STR_ARG(root));
}

int sw_incidents_add(struct sw_incidents *s, const struct sw_alert *a, struct sw_incident_news *ret)
{
	struct sw_incident_news news = {0};
	struct sw_descent d;
	struct open *o;

	sw_arena_reset(&s->scratch);
	/* Looking at all of them costs: once in a while is enough. */
	if (s->quiet && a->event->ts >= s->now + s->quiet / 16) {
		s->now = a->event->ts;
		sw_incidents_end(s, s->now);
	}
	sw_alert_descent(a, &s->scratch, &d);
	struct sw_str key = key_of(&s->scratch, a, &d);
	if (!key.p)
		return -SW_ELIMIT;
	for (o = s->buckets[hash(key)]; o && !sw_str_eq(o->key, key); o = o->next)
		;
	if (!o) {
		if (s->n >= SW_INCIDENTS)
			end_one(s, oldest(s));
		o = begin(s, key, a, &d);
		news.new_incident = true;
	}
	if (!o)
		return -SW_ELIMIT;
	o->i.alerts++;
	o->i.last = a->event->ts > o->i.last ? a->event->ts : o->i.last;
	if (a->rule->priority < o->i.priority)
		o->i.priority = a->rule->priority;
	add_instance(o, d.instance);
	news.incident = &o->i;
	news.entry = entry_of(o, a, add_line(o, &d), &news.new_entry);
	if (news.entry) {
		news.entry->count++;
		news.entry->last = a->event->ts;
	} else {
		o->i.more++;
	}
	*ret = news;
	return 0;
}
