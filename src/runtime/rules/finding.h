/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts as findings, so that waivers, baselines and report formats work on them as on everything else.
 *
 * The rule id is "runtime/" and the rule's name in lower case with '-' for what is not a letter or digit. The
 * subject is the pod (or the object that an audit event is about), the container and the process. The key is
 * the message without its time, so that a repeat of the same alert has the same fingerprint.
 */
#ifndef SW_RUNTIME_RULES_FINDING_H
#define SW_RUNTIME_RULES_FINDING_H

#include "finding/finding.h"
#include "runtime/rules/engine.h"

/* The rule as findings know it. Allocated in `a`; NULL: no memory. */
const struct sw_rule *sw_runtime_rule_finding(const struct sw_runtime_rule *r, struct sw_arena *a);
/* `rule` comes from above. Views live in `a`, the rule set or the event. */
void sw_alert_finding(const struct sw_alert *alert, const struct sw_rule *rule, struct sw_arena *a,
	struct sw_finding *ret);

#endif
