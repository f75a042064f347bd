/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From alerts to incidents: what one workload's processes of one descent did is one incident,
 * however often.
 *
 * Workload: the pod's owner (its name without the parts that controllers make up), namespace and
 * container; without a pod the container's image; without a container the host. Descent: the first
 * process of the line that is within the container, or below the service manager, the container
 * runtime or the login on the host. So what comes from a `kubectl exec` is another incident than
 * what the server in that container does, and ten replicas of one Deployment that do the same are
 * one. For audit events the workload is the namespace, the
 * descent the user and what was done to what.
 *
 * Within an incident a repeat, that is the same rule and the same line of programs, is counted and
 * kept by its first message. The tree has a node for each line of programs, whatever the process
 * ids.
 *
 * Time is that of the events; an incident in which nothing happens for `quiet` ends, and the next
 * alert begins another. Limits: SW_INCIDENTS open incidents (the one that was quiet longest ends
 * for a new one), and per incident SW_INCIDENT_ENTRIES and SW_INCIDENT_NODES; what is beyond is
 * counted in `more`. One thread.
 */
#ifndef SW_RUNTIME_INCIDENT_INCIDENT_H
#define SW_RUNTIME_INCIDENT_INCIDENT_H

#include "runtime/rules/engine.h"

#define SW_INCIDENTS 1024
#define SW_INCIDENT_ENTRIES 256
#define SW_INCIDENT_NODES 512
#define SW_INCIDENT_INSTANCES 64

struct sw_lineage_node {
	struct sw_str exe,
		cmdline; /* the path or name of the program; the command line seen first, cut */
	uint32_t parent; /* index; UINT32_MAX: none */
	int64_t pid;	 /* seen last */
	uint64_t alerts;
	uint32_t processes; /* changes of the pid */
};

struct sw_incident_entry {
	const struct sw_runtime_rule *rule;
	uint32_t node; /* UINT32_MAX: no process is known */
	uint64_t count, first, last;
	struct sw_str message; /* of the first */
	uint32_t tag;	       /* the caller's */
};

struct sw_incident {
	uint64_t id;		/* from 1 */
	struct sw_str workload; /* "shop/web", "image nginx", "host", "namespace shop" */
	struct sw_str ns, pod, container, image, user;
	enum sw_event_source source;
	enum sw_priority priority; /* the gravest */
	uint64_t first, last, alerts, more;
	struct sw_str instances[SW_INCIDENT_INSTANCES]; /* ids of containers */
	uint32_t n_instances, more_instances;
	struct sw_incident_entry *entries; /* in the order of their first alert */
	uint32_t n_entries;
	struct sw_lineage_node *nodes; /* parents before their children */
	uint32_t n_nodes;
};

struct sw_incidents;

/* What an alert came to. */
struct sw_incident_news {
	struct sw_incident *incident;
	struct sw_incident_entry *entry; /* NULL: beyond the limit */
	bool new_incident, new_entry;
};

/* `ended` is called for each incident that is over; may be NULL. quiet 0: none ends by itself. */
struct sw_incidents *sw_incidents_new(uint64_t quiet_ns,
	void (*ended)(void *arg, const struct sw_incident *i), void *arg); /* NULL: no memory */
void sw_incidents_free(struct sw_incidents *s); /* ends none; takes NULL */
/* -SW_ELIMIT without memory. What is returned is valid until the next call. */
int sw_incidents_add(
	struct sw_incidents *s, const struct sw_alert *a, struct sw_incident_news *ret);
/* Ends those that are quiet at `now`; UINT64_MAX: all, oldest first. */
void sw_incidents_end(struct sw_incidents *s, uint64_t now);

/* A text of several lines, or one JSON object without line feed. */
void sw_incident_text(const struct sw_incident *i, struct sw_buf *out);
void sw_incident_json(const struct sw_incident *i, struct sw_buf *out);
/* The line of programs that leads to a node: "nginx > sh > curl". */
void sw_incident_line(const struct sw_incident *i, uint32_t node, struct sw_buf *out);

#endif
