/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules against a stream of events: which rule fires on an event.
 *
 * The engine keeps for every event code the enabled rules that can match it, in the order of the
 * files. By default the first that matches is the alert of the event; with `all` every one is. It
 * works with events of any source and knows nothing of where they come from.
 *
 * One engine, one thread; the rule set may be shared by several engines as long as nobody changes
 * it, and must outlive them.
 */
#ifndef SW_RUNTIME_RULES_ENGINE_H
#define SW_RUNTIME_RULES_ENGINE_H

#include "runtime/rules/format.h"

/* What is added to the outputs of some rules (Falco's append_output). Empty source and rule: of
 * all. */
struct sw_append {
	struct sw_str source, rule;
	const struct sw_str *tags; /* the rule has all of them */
	uint32_t n_tags;
	struct sw_str text; /* appended to the message with a blank */
	struct sw_append_field {
		struct sw_str name, format; /* see sw_format_extra */
		bool raw;
	} * fields; /* of JSON only */
	uint32_t n_fields;
	bool suggested; /* the suggested fields of the source */
};

struct sw_engine_options {
	bool all;		/* every rule that matches, not only the first */
	enum sw_priority least; /* less important rules are left out; SW_PRIO_DEBUG: none */
	struct sw_alert_style style;
	bool suggested; /* append the suggested fields (container, pod) to outputs of syscall rules
			 */
	const struct sw_append *append; /* in this order; must outlive the engine */
	uint32_t n_append;
};

struct sw_engine;

/* One rule that matched one event; valid until the next event. */
struct sw_alert {
	const struct sw_runtime_rule *rule;
	const struct sw_event *event;
	struct sw_engine *engine;
};

int sw_engine_new(const struct sw_ruleset *rs, const struct sw_engine_options *o,
	struct sw_engine **ret, struct sw_error *err);
void sw_engine_free(struct sw_engine *e);
/* Takes over what `old` counted; of its rules, those of the same name. */
void sw_engine_inherit(struct sw_engine *e, const struct sw_engine *old);
/* The codes that any rule of the source wants. */
struct sw_codeset sw_engine_codes(const struct sw_engine *e, enum sw_event_source source);
uint32_t sw_engine_n_rules(const struct sw_engine *e); /* enabled and important enough */

/* fn is called for each alert, in order; it returns 0 to go on, else the value is returned. */
int sw_engine_event(struct sw_engine *e, const struct sw_event *ev,
	int (*fn)(void *arg, const struct sw_alert *a), void *arg);

/* The alert as one line, without line feed. */
void sw_alert_print(const struct sw_alert *a, bool json, struct sw_buf *out);
/* The message alone. */
void sw_alert_message(const struct sw_alert *a, struct sw_buf *out);
/* The value of a field for the event of the alert, as text; "" when there is none. */
struct sw_str sw_alert_field(const struct sw_alert *a, struct sw_arena *arena, const char *field);

/*
 * Why a rule matches an event or does not: the tree of its condition, one line per part, indented,
 * each with the answer ("true", "false", or "not asked") and, for comparisons, the values that the
 * event has.
 */
void sw_engine_explain(struct sw_engine *e, const struct sw_runtime_rule *r,
	const struct sw_event *ev, struct sw_buf *out);
/* The rule's condition for that event, nothing else considered. */
bool sw_engine_matches(
	struct sw_engine *e, const struct sw_runtime_rule *r, const struct sw_event *ev);

/* ---- counts ---- */

uint64_t sw_engine_events(const struct sw_engine *e);
uint64_t sw_engine_count(
	const struct sw_engine *e, const struct sw_runtime_rule *r); /* alerts of a rule */
uint64_t sw_engine_count_priority(const struct sw_engine *e, enum sw_priority p);
uint64_t sw_engine_alerts(const struct sw_engine *e);

#endif
