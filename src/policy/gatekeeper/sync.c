/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Config and SyncSet: which objects a cluster's Gatekeeper keeps for referential policies, and which namespaces
 * it leaves alone; and the templates' own word about the data they need:
 *
 *     metadata.gatekeeper.sh/requires-sync-data: '[[{"groups": [""], "versions": ["v1"], "kinds": ["Service"]}]]'
 *
 * A list of requirements, each a list of which any one will do.
 */
#include "doc/yaml.h"
#include "policy/gatekeeper/internal.h"

enum { CONFIGS_MAX = 10000, KINDS_TEXT_MAX = 512 };

int sw_gk_add_config(struct sw_gk *gk, struct sw_value object, struct sw_error *err)
{
	struct sw_kube_object o;
	int rc = sw_kube_object_init(object, &o, err);
	if (rc < 0)
		return rc;
	if (gk->external && sw_kube_is(&o, "externaldata.gatekeeper.sh", "Provider"))
		return gk_external_add(gk->external, object, err);
	if (!sw_kube_is(&o, "config.gatekeeper.sh", "Config") && !sw_kube_is(&o, "syncset.gatekeeper.sh", "SyncSet"))
		return 0;
	if (gk->n_configs >= CONFIGS_MAX || gk_grow(&gk->arena, (void **)&gk->configs, gk->n_configs,
						     &gk->cap_configs, sizeof(*gk->configs)) < 0)
		return sw_error_set(err, SW_ELIMIT, "more than %d Configs and SyncSets", CONFIGS_MAX);
	struct sw_value match = sw_value_path(object, "spec", "match", NULL);
	if (match.type == SW_ARRAY && match.n) {
		if (gk_grow(&gk->arena, (void **)&gk->excludes, gk->n_excludes, &gk->cap_excludes,
			    sizeof(*gk->excludes)) < 0)
			return sw_error_set(err, SW_ELIMIT, "no memory left for a Config");
		gk->excludes[gk->n_excludes++] = match;
	}
	gk->configs[gk->n_configs++] = object;
	return 0;
}

/* ---- namespaces left alone ---- */

static bool has_word(struct sw_value list, const char *word)
{
	if (list.type == SW_ARRAY)
		sw_array_foreach(e, list)
			if (e->type == SW_STRING &&
				(sw_str_is(sw_value_str(*e), word) || sw_str_is(sw_value_str(*e), "*")))
				return true;
	return false;
}

static bool entry_excludes(struct sw_value entry, const char *process, struct sw_str ns)
{
	struct sw_value names = sw_object_gets(entry, SW_STR("excludedNamespaces"));
	if (names.type != SW_ARRAY || !has_word(sw_object_gets(entry, SW_STR("processes")), process))
		return false;
	sw_array_foreach(n, names)
		if (n->type == SW_STRING && sw_gk_wildcard(sw_value_str(*n), ns))
			return true;
	return false;
}

bool sw_gk_excluded(const struct sw_gk *gk, const char *process, struct sw_str ns)
{
	for (uint32_t i = 0; ns.n && i < gk->n_excludes; i++)
		sw_array_foreach(e, gk->excludes[i])
			if (entry_excludes(*e, process, ns))
				return true;
	return false;
}

/* ---- kinds that are kept ---- */

/* The list of a Config (sync.syncOnly) or SyncSet (gvks). */
static struct sw_value kinds_of(struct sw_value config)
{
	struct sw_value v = sw_value_path(config, "spec", "gvks", NULL);
	if (v.type != SW_ARRAY)
		v = sw_value_path(config, "spec", "sync", "syncOnly", NULL);
	return v.type == SW_ARRAY ? v : sw_empty_array();
}

static bool names(struct sw_value entry, struct sw_str group, struct sw_str version, struct sw_str kind)
{
	struct sw_str g = sw_value_getstr(entry, "group");
	return sw_str_eq(g, group) && sw_str_eq(sw_value_getstr(entry, "version"), version) &&
	       sw_str_eq(sw_value_getstr(entry, "kind"), kind);
}

/* *ret_any: some kinds are named at all. */
static bool is_named(
	const struct sw_gk *gk, struct sw_str group, struct sw_str version, struct sw_str kind, bool *ret_any)
{
	*ret_any = false;
	for (uint32_t i = 0; i < gk->n_configs; i++) {
		struct sw_value list = kinds_of(gk->configs[i]);
		*ret_any = *ret_any || list.n;
		sw_array_foreach(e, list)
			if (names(*e, group, version, kind))
				return true;
	}
	return false;
}

bool sw_gk_syncs(const struct sw_gk *gk, const struct sw_kube_object *o)
{
	bool any;
	bool named = is_named(gk, o->group, o->version, o->kind, &any);
	return (named || !any) && !sw_gk_excluded(gk, "sync", o->ns);
}

/* ---- what templates need ---- */

static bool in_inventory(const struct sw_gk *gk, struct sw_str group, struct sw_str version, struct sw_str kind)
{
	for (uint32_t i = 0; i < gk->n_data; i++) {
		const struct sw_kube_object *o = &gk->data[i].object;
		if (sw_str_eq(o->kind, kind) && sw_str_eq(o->group, group) && sw_str_eq(o->version, version))
			return true;
	}
	return false;
}

static struct sw_str word_at(struct sw_value list, uint32_t i)
{
	struct sw_value v = list.u.a->v[i];
	return v.type == SW_STRING ? sw_value_str(v) : SW_STR("");
}

/* Is one of groups x versions x kinds there? Names them in `text`. */
static bool entry_there(const struct sw_gk *gk, struct sw_value entry, struct sw_buf *text)
{
	struct sw_value g = sw_object_gets(entry, SW_STR("groups"));
	struct sw_value v = sw_object_gets(entry, SW_STR("versions"));
	struct sw_value k = sw_object_gets(entry, SW_STR("kinds"));
	if (g.type != SW_ARRAY || v.type != SW_ARRAY || k.type != SW_ARRAY)
		return false;
	bool any;
	for (uint32_t i = 0; i < g.n; i++)
		for (uint32_t j = 0; j < v.n; j++)
			for (uint32_t l = 0; l < k.n; l++) {
				struct sw_str group = word_at(g, i), version = word_at(v, j), kind = word_at(k, l);
				if (in_inventory(gk, group, version, kind) ||
					is_named(gk, group, version, kind, &any))
					return true;
				sw_buf_printf(text, "%s%.*s%s%.*s %.*s", text->n ? " or " : "", SW_STR_ARG(group),
					group.n ? "/" : "", SW_STR_ARG(version), SW_STR_ARG(kind));
			}
	return false;
}

/* The annotation: JSON, in quotes or not. SW_UNDEF when there is none or it is none. */
static struct sw_value needs_of(struct sw_arena *a, struct sw_value template)
{
	struct sw_value v;
	struct sw_str text = sw_value_getstr(
		sw_value_path(template, "metadata", "annotations", NULL), "metadata.gatekeeper.sh/requires-sync-data");
	text = sw_str_trim(text);
	if (text.n >= 2 && (text.p[0] == '"' || text.p[0] == '\'') && text.p[text.n - 1] == text.p[0])
		text = sw_str_trim(sw_str_sub(text, 1, text.n - 1));
	if (!text.n || sw_yaml_parse(a, text, SW_YAML_K8S, NULL, &v, NULL) < 0 || v.type != SW_ARRAY)
		return sw_undef();
	return v;
}

static bool has_constraints(const struct sw_gk *gk, const struct gk_template *t)
{
	for (uint32_t i = 0; i < gk->n_constraints; i++)
		if (gk->constraints[i]->template == t)
			return true;
	return false;
}

static bool requirement_there(const struct sw_gk *gk, struct sw_value any_of, struct sw_buf *text)
{
	if (any_of.type != SW_ARRAY)
		return true;
	sw_array_foreach(e, any_of)
		if (entry_there(gk, *e, text))
			return true;
	return any_of.n == 0;
}

void sw_gk_missing_data(const struct sw_gk *gk, void (*fn)(void *arg, struct sw_value template, struct sw_str kinds),
	void *arg)
{
	sw_autoarena a;
	sw_autobuf text;
	sw_arena_init(&a, 0);
	sw_buf_init(&text, KINDS_TEXT_MAX);
	for (uint32_t i = 0; i < gk->n_templates; i++) {
		const struct gk_template *t = gk->templates[i];
		sw_arena_reset(&a);
		struct sw_value needs = needs_of(&a, t->object);
		if (!sw_defined(needs) || !has_constraints(gk, t))
			continue;
		sw_array_foreach(n, needs)
		{
			sw_buf_clear(&text);
			if (!requirement_there(gk, *n, &text))
				fn(arg, t->object, sw_buf_str(&text));
		}
	}
}
