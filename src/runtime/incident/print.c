/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "doc/json.h"
#include "runtime/incident/incident.h"

#define DEPTH 64

static void when(struct sw_buf *out, uint64_t ts)
{
	time_t sec = (time_t)(ts / 1000000000u);
	struct tm tm = {0};
	char t[32];

	gmtime_r(&sec, &tm);
	strftime(t, sizeof(t), "%Y-%m-%dT%H:%M:%SZ", &tm);
	sw_buf_addz(out, t);
}

/* What an attacker wrote must not move the cursor. */
static void clean(struct sw_buf *out, struct sw_str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t at = i;
		uint32_t cp = sw_utf8_next(s, &i);
		if (cp < 0x20 || cp == 0x7f || (cp >= 0x80 && cp < 0xa0))
			sw_buf_addch(out, '.');
		else if (cp == 0xfffd)
			sw_buf_addrune(out, cp);
		else
			sw_buf_add(out, s.p + at, i - at);
	}
}

static struct sw_str base_of(struct sw_str exe)
{
	size_t slash = sw_str_rfind(exe, SW_STR("/"));

	return slash == SW_NPOS || slash + 1 == exe.n ? exe : sw_str_sub(exe, slash + 1, exe.n);
}

void sw_incident_line(const struct sw_incident *i, uint32_t node, struct sw_buf *out)
{
	uint32_t line[DEPTH], n = 0;

	for (; node < i->n_nodes && n < DEPTH; node = i->nodes[node].parent)
		line[n++] = node;
	while (n--) {
		clean(out, base_of(i->nodes[line[n]].exe));
		if (n)
			sw_buf_addz(out, " > ");
	}
}

static void entry_text(const struct sw_incident_entry *e, uint32_t indent, struct sw_buf *out)
{
	sw_buf_pad(out, ' ', indent);
	sw_buf_printf(
		out, "! %s %.*s", sw_priority_name(e->rule->priority), SW_STR_ARG(e->rule->name));
	if (e->count > 1)
		sw_buf_printf(out, " (%llu times)", (unsigned long long)e->count);
	sw_buf_addz(out, ": ");
	clean(out, e->message);
	sw_buf_addch(out, '\n');
}

static void entries_of(
	const struct sw_incident *i, uint32_t node, uint32_t indent, struct sw_buf *out)
{
	for (uint32_t k = 0; k < i->n_entries; k++)
		if (i->entries[k].node == node)
			entry_text(&i->entries[k], indent, out);
}

/* Depth is that of sw_alert_descent. */
static void node_text(
	const struct sw_incident *i, uint32_t node, uint32_t depth, struct sw_buf *out)
{
	const struct sw_lineage_node *n = &i->nodes[node];

	if (depth > DEPTH)
		return;
	sw_buf_pad(out, ' ', 2 + 2 * (size_t)depth);
	clean(out, n->cmdline.n ? n->cmdline : n->exe);
	if (n->pid >= 0)
		sw_buf_printf(out,
			n->processes > 1 ? " [%u processes, pid %lld last]"
					 : " [%u process, pid %lld]",
			n->processes, (long long)n->pid);
	sw_buf_addch(out, '\n');
	entries_of(i, node, 6 + 2 * depth, out);
	for (uint32_t k = node + 1; k < i->n_nodes; k++)
		if (i->nodes[k].parent == node)
			node_text(i, k, depth + 1, out);
}

void sw_incident_text(const struct sw_incident *i, struct sw_buf *out)
{
	sw_buf_printf(out, "Incident %llu: %s, ", (unsigned long long)i->id,
		sw_priority_name(i->priority));
	clean(out, i->workload);
	if (i->container.n) {
		sw_buf_addz(out, ", container ");
		clean(out, i->container);
	}
	if (i->image.n && !sw_str_starts(i->workload, SW_STR("image "))) {
		sw_buf_addz(out, ", image ");
		clean(out, i->image);
	}
	sw_buf_printf(out, "\n  %llu alert%s, ", (unsigned long long)i->alerts,
		i->alerts == 1 ? "" : "s");
	when(out, i->first);
	if (i->last / 1000000000u != i->first / 1000000000u) {
		sw_buf_addz(out, " to ");
		when(out, i->last);
	}
	if (i->n_instances) {
		uint32_t n = i->n_instances + i->more_instances;
		sw_buf_printf(out, ", %u instance%s: ", n, n == 1 ? "" : "s");
		for (uint32_t k = 0; k < i->n_instances && k < 8; k++) {
			sw_buf_addz(out, k ? " " : "");
			clean(out, i->instances[k]);
		}
		if (n > 8)
			sw_buf_addz(out, " ...");
	}
	sw_buf_addch(out, '\n');
	entries_of(i, UINT32_MAX, 4, out);
	for (uint32_t k = 0; k < i->n_nodes; k++)
		if (i->nodes[k].parent == UINT32_MAX)
			node_text(i, k, 0, out);
	if (i->more)
		sw_buf_printf(
			out, "  and %llu alerts of other kinds\n", (unsigned long long)i->more);
}

/* ---- JSON ---- */

static void member(struct sw_buf *out, const char *name, struct sw_str s)
{
	if (!s.n)
		return;
	sw_buf_printf(out, "\"%s\":", name);
	sw_json_write_str(out, s, 0);
	sw_buf_addch(out, ',');
}

static void time_member(struct sw_buf *out, const char *name, uint64_t ts)
{
	sw_buf_printf(out, "\"%s\":\"", name);
	when(out, ts);
	sw_buf_addz(out, "\",");
}

static void entries_json(const struct sw_incident *i, uint32_t node, struct sw_buf *out)
{
	bool first = true;

	sw_buf_addz(out, "\"alerts\":[");
	for (uint32_t k = 0; k < i->n_entries; k++) {
		const struct sw_incident_entry *e = &i->entries[k];
		if (e->node != node)
			continue;
		sw_buf_addz(out, first ? "{" : ",{");
		first = false;
		member(out, "rule", e->rule->name);
		member(out, "priority", sw_str_from(sw_priority_name(e->rule->priority)));
		member(out, "message", e->message);
		time_member(out, "first", e->first);
		time_member(out, "last", e->last);
		sw_buf_printf(out, "\"count\":%llu}", (unsigned long long)e->count);
	}
	sw_buf_addch(out, ']');
}

static void tree_json(
	const struct sw_incident *i, uint32_t parent, uint32_t depth, struct sw_buf *out)
{
	bool first = true;

	sw_buf_addch(out, '[');
	for (uint32_t k = 0; depth <= DEPTH && k < i->n_nodes; k++) {
		const struct sw_lineage_node *n = &i->nodes[k];
		if (n->parent != parent)
			continue;
		sw_buf_addz(out, first ? "{" : ",{");
		first = false;
		member(out, "exe", n->exe);
		member(out, "cmdline", n->cmdline);
		if (n->pid >= 0)
			sw_buf_printf(out, "\"pid\":%lld,\"processes\":%u,", (long long)n->pid,
				n->processes);
		entries_json(i, k, out);
		sw_buf_addz(out, ",\"children\":");
		tree_json(i, k, depth + 1, out);
		sw_buf_addch(out, '}');
	}
	sw_buf_addch(out, ']');
}

void sw_incident_json(const struct sw_incident *i, struct sw_buf *out)
{
	sw_buf_printf(out, "{\"incident\":%llu,", (unsigned long long)i->id);
	member(out, "priority", sw_str_from(sw_priority_name(i->priority)));
	member(out, "workload", i->workload);
	member(out, "namespace", i->ns);
	member(out, "pod", i->pod);
	member(out, "container", i->container);
	member(out, "image", i->image);
	member(out, "user", i->user);
	member(out, "source",
		i->source == SW_SOURCE_K8S_AUDIT ? SW_STR("k8s_audit") : SW_STR("syscall"));
	time_member(out, "first", i->first);
	time_member(out, "last", i->last);
	sw_buf_addz(out, "\"instances\":[");
	for (uint32_t k = 0; k < i->n_instances; k++) {
		sw_buf_addz(out, k ? "," : "");
		sw_json_write_str(out, i->instances[k], 0);
	}
	sw_buf_printf(out, "],\"count\":%llu,\"more\":%llu,", (unsigned long long)i->alerts,
		(unsigned long long)i->more);
	entries_json(i, UINT32_MAX, out);
	sw_buf_addz(out, ",\"tree\":");
	tree_json(i, UINT32_MAX, 0, out);
	sw_buf_addch(out, '}');
}
