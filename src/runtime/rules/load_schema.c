/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Falco's JSON schema for rule files has against a document. The schema is weakly typed: a scalar is a string,
 * and a boolean or an integer when it reads like one.
 */
#include <stdio.h>

#include "base/cleanup.h"
#include "runtime/rules/load_int.h"

enum type { ANY, STRING, BOOLEAN, INTEGER, STRINGS, EXCEPTIONS, OVERRIDE, PLUGINS, ALTERNATIVES, PRIORITY, OPERATION };

struct property {
	const char *name;
	enum type type;
	bool required;
};

static const struct property rule_props[] = {
	{"required_engine_version", STRING, false}, {"required_plugin_versions", PLUGINS, false},
	{"macro", STRING, false}, {"condition", STRING, false}, {"list", STRING, false}, {"items", STRINGS, false},
	{"rule", STRING, false}, {"desc", STRING, false}, {"enabled", BOOLEAN, false}, {"output", STRING, false},
	{"append", BOOLEAN, false}, {"priority", PRIORITY, false}, {"capture", BOOLEAN, false},
	{"capture_duration", INTEGER, false}, {"source", STRING, false}, {"exceptions", EXCEPTIONS, false},
	{"override", OVERRIDE, false}, {"tags", STRINGS, false}, {"warn_evttypes", BOOLEAN, false},
	{"skip-if-unknown-filter", BOOLEAN, false}, {NULL, ANY, false}};
static const struct property exception_props[] = {{"name", STRING, true}, {"fields", ANY, false}, {"comps", ANY, false},
	{"values", ANY, false}, {NULL, ANY, false}};
static const struct property override_props[] = {{"items", OPERATION, false}, {"desc", OPERATION, false},
	{"condition", OPERATION, false}, {"output", OPERATION, false}, {"priority", OPERATION, false},
	{"enabled", OPERATION, false}, {"exceptions", OPERATION, false}, {"capture", OPERATION, false},
	{"capture_duration", OPERATION, false}, {"tags", OPERATION, false}, {"warn_evttypes", OPERATION, false},
	{"skip-if-unknown-filter", OPERATION, false}, {NULL, ANY, false}};
static const struct property plugin_props[] = {{"name", STRING, true}, {"version", STRING, true},
	{"alternatives", ALTERNATIVES, false}, {NULL, ANY, false}};
static const struct property alternative_props[] = {
	{"name", STRING, true}, {"version", STRING, true}, {NULL, ANY, false}};

static void push(struct sw_load *l, struct sw_str text)
{
	struct sw_str *p = sw_array_push(l->a, l->res->schema, l->res->n_schema, sizeof(*p));
	if (!p)
		return;
	l->res->schema = p;
	p[l->res->n_schema++] = text;
}

void sw_load_schema_ok(struct sw_load *l)
{
	push(l, SW_STR("ok"));
}

/* The validator Falco uses tells a failure first where it is and then once for each thing around it. */
static void complain(struct sw_load *l, const char *path, const char *what)
{
	push(l, sw_arena_printf(l->a, "failed for <root>%s: %s", path, what));
}

static void check(struct sw_load *l, struct sw_ynode n, enum type type, const char *path);

static void check_object(struct sw_load *l, struct sw_ynode n, const struct property *props, const char *path)
{
	char sub[320];
	if (n.v.type != SW_OBJECT) {
		complain(l, path, "Value type not permitted by 'type' constraint.");
		return;
	}
	for (uint32_t i = 0; i < n.v.n; i++) {
		struct sw_value k = n.v.u.o->m[i].k;
		const struct property *p = props;
		while (p->name && !sw_str_is(sw_str_make(k.u.s, k.n), p->name))
			p++;
		snprintf(sub, sizeof(sub), "%.200s[%.*s]", path, k.n < 100 ? (int)k.n : 100, k.u.s);
		if (p->name) {
			uint32_t before = l->res->n_schema;
			check(l, (struct sw_ynode){n.v.u.o->m[i].v, n.v.u.o->spans[2 * i + 1]}, p->type, sub);
			if (l->res->n_schema == before)
				continue;
			snprintf(sub, sizeof(sub),
				"Failed to validate against schema associated with property name '%s'.", p->name);
			complain(l, path, sub);
			continue;
		}
		snprintf(sub, sizeof(sub),
			"Object contains a property that could not be validated using 'properties' or "
			"'additionalProperties' constraints: '%.*s'.",
			k.n < 100 ? (int)k.n : 100, k.u.s);
		complain(l, path, sub);
	}
	for (const struct property *p = props; p->name; p++) {
		if (!p->required || sw_ynode_defined(sw_ynode_get(n, p->name)))
			continue;
		snprintf(sub, sizeof(sub), "Missing required property '%s'.", p->name);
		complain(l, path, sub);
	}
}

static void complain_item(struct sw_load *l, const char *path, uint32_t i, uint32_t before)
{
	char what[64];
	if (l->res->n_schema == before)
		return;
	snprintf(what, sizeof(what), "Failed to validate item #%u in array.", i);
	complain(l, path, what);
}

static void check_list(struct sw_load *l, struct sw_ynode n, enum type type, const char *path)
{
	char sub[320];
	if (n.v.type != SW_ARRAY) {
		complain(l, path, "Value type not permitted by 'type' constraint.");
		return;
	}
	for (uint32_t i = 0; i < n.v.n; i++) {
		snprintf(sub, sizeof(sub), "%.255s[%u]", path, i);
		struct sw_ynode e = sw_ynode_at(n, i);
		uint32_t before = l->res->n_schema;
		if (type == STRINGS)
			check(l, e, STRING, sub);
		else
			check_object(l, e,
				type == EXCEPTIONS ? exception_props :
				type == PLUGINS    ? plugin_props :
						     alternative_props,
				sub);
		complain_item(l, path, i, before);
	}
}

static void check_enum(struct sw_load *l, struct sw_ynode n, enum type type, const char *path)
{
	static const char *const prios[] = {"EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO",
		"INFORMATIONAL", "DEBUG", NULL};
	static const char *const ops[] = {"append", "replace", NULL};
	struct sw_str s = sw_ynode_scalar(n) ? sw_ynode_text(l, n) : SW_STR("");
	for (const char *const *p = type == PRIORITY ? prios : ops; *p; p++)
		if (sw_str_is(s, *p))
			return;
	complain(l, path, "Failed to match against any enum values.");
}

/* The depth is that of the schema. */
static void check(struct sw_load *l, struct sw_ynode n, enum type type, const char *path)
{
	struct sw_str s = sw_ynode_scalar(n) ? sw_ynode_text(l, n) : SW_STR("");
	bool ok = true;
	int64_t i;
	switch (type) {
	case STRING:
		ok = sw_ynode_scalar(n);
		break;
	case BOOLEAN:
		ok = sw_ynode_scalar(n) && (sw_str_is(s, "true") || sw_str_is(s, "false"));
		break;
	case INTEGER:
		ok = sw_ynode_scalar(n) && sw_str_to_i64(s, &i);
		break;
	case STRINGS:
	case EXCEPTIONS:
	case PLUGINS:
	case ALTERNATIVES:
		check_list(l, n, type, path);
		break;
	case OVERRIDE:
		check_object(l, n, override_props, path);
		if (n.v.type == SW_OBJECT && n.v.n == 0)
			complain(l, path, "Object has less than the required number of properties.");
		break;
	case PRIORITY:
	case OPERATION:
		check_enum(l, n, type, path);
		break;
	default:
		break;
	}
	if (!ok)
		complain(l, path, "Value type not permitted by 'type' constraint.");
}

void sw_load_schema(struct sw_load *l, struct sw_ynode doc)
{
	char path[32];
	if (doc.v.type != SW_ARRAY) {
		complain(l, "", "Value type not permitted by 'type' constraint.");
		return;
	}
	for (uint32_t i = 0; i < doc.v.n; i++) {
		uint32_t before = l->res->n_schema;
		snprintf(path, sizeof(path), "[%u]", i);
		check_object(l, sw_ynode_at(doc, i), rule_props, path);
		complain_item(l, "", i, before);
	}
}
