/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/rules/finding.h"

#include <ctype.h>

static enum sw_severity severity_of(enum sw_priority p)
{
	switch (p) {
	case SW_PRIO_EMERGENCY:
	case SW_PRIO_ALERT:
	case SW_PRIO_CRITICAL:
		return SW_SEV_CRITICAL;
	case SW_PRIO_ERROR:
		return SW_SEV_HIGH;
	case SW_PRIO_WARNING:
		return SW_SEV_MEDIUM;
	case SW_PRIO_NOTICE:
		return SW_SEV_LOW;
	default:
		return SW_SEV_INFO;
	}
}

const struct sw_rule *sw_runtime_rule_finding(const struct sw_runtime_rule *r, struct sw_arena *a)
{
	struct sw_rule *f = sw_arena_new(a, struct sw_rule);
	sw_autobuf id;
	sw_buf_init(&id, 4096);
	sw_buf_addz(&id, "runtime/");
	for (size_t i = 0; i < r->name.n; i++) {
		unsigned char c = (unsigned char)r->name.p[i];
		if (isalnum(c))
			sw_buf_addch(&id, (char)tolower(c));
		else if (id.n && id.p[id.n - 1] != '-' && id.p[id.n - 1] != '/')
			sw_buf_addch(&id, '-');
	}
	if (!f)
		return NULL;
	f->id = sw_arena_str(a, sw_buf_str(&id));
	f->title = r->name;
	f->description = r->desc;
	f->category = r->source == SW_SOURCE_K8S_AUDIT ? SW_STR("cluster") : SW_STR("node");
	f->engine = SW_STR("runtime");
	f->source = r->ctx ? r->ctx->name : SW_STR("");
	f->severity = severity_of(r->priority);
	return f->id.p ? f : NULL;
}

void sw_alert_finding(const struct sw_alert *alert, const struct sw_rule *rule, struct sw_arena *a,
	struct sw_finding *ret)
{
	sw_autobuf msg;
	sw_buf_init(&msg, 1 << 20);
	sw_alert_message(alert, &msg);
	struct sw_finding f = {.rule = rule, .verdict = SW_VERDICT_FAIL, .severity = rule->severity, .is_new = true};
	f.message = sw_arena_str(a, sw_buf_str(&msg));
	f.key = f.message;
	if (alert->event->source == SW_SOURCE_K8S_AUDIT) {
		f.subject.ns = sw_alert_field(alert, a, "ka.target.namespace");
		f.subject.kind = sw_alert_field(alert, a, "ka.target.resource");
		f.subject.name = sw_alert_field(alert, a, "ka.target.name");
		f.subject.cluster = sw_alert_field(alert, a, "ka.cluster.name");
	} else {
		f.subject.ns = sw_alert_field(alert, a, "k8s.ns.name");
		f.subject.name = sw_alert_field(alert, a, "k8s.pod.name");
		f.subject.kind = f.subject.name.n ? SW_STR("Pod") : SW_STR("");
		f.subject.container = sw_alert_field(alert, a, "container.name");
		f.subject.image = sw_alert_field(alert, a, "container.image");
		f.subject.process = sw_alert_field(alert, a, "proc.name");
		f.subject.node = sw_alert_field(alert, a, "evt.hostname");
	}
	*ret = f;
}
