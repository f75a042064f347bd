/* SPDX-License-Identifier: Apache-2.0 */
/* Items of a rule file. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "doc/yaml.h"
#include "runtime/rules/load_int.h"

#define APPEND_IS_OLD                                                                                  \
	"'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under 'override' instead."
#define ENABLED_IS_OLD                                                                                 \
	"The standalone 'enabled' key usage is deprecated. The correct approach requires also a 'replace' entry " \
	"under the 'override' key (i.e. 'enabled: replace')."
#define APPEND_AND_OVERRIDE                                                                            \
	"Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry (e.g. 'condition: " \
	"append') under 'override' instead."

#define BAD(l, ctx, ...) sw_load_fail(l, SW_LOAD_ERR_YAML_VALIDATE, ctx, __VA_ARGS__)

/* ---- scalars ---- */

/* 1: there is a text; 0: none (allowed if `optional`, empty if `empty`). */
static int scalar(struct sw_load *l, struct sw_ynode map, const char *key, const struct sw_load_ctx *ctx, bool optional,
	bool empty, struct sw_str *ret, const struct sw_load_ctx **ret_ctx)
{
	struct sw_ynode n = sw_ynode_get(map, key);
	if (!sw_ynode_defined(n))
		return optional ? 0 : BAD(l, ctx, "Item has no mapping for key '%s'", key);
	if (n.v.type == SW_NULL)
		return empty ? 0 : BAD(l, ctx, "Mapping for key '%s' is empty", key);
	const struct sw_load_ctx *vctx = sw_load_ctx_at(l, ctx, n.span, "value for", sw_str_from(key));
	if (!sw_ynode_scalar(n))
		return BAD(l, vctx, "Value is not a scalar value");
	*ret = sw_ynode_text(l, n);
	if (ret_ctx)
		*ret_ctx = vctx;
	if (ret->n == 0)
		return empty ? 0 : BAD(l, vctx, "Value must be non-empty");
	return 1;
}

int sw_load_text(struct sw_load *l, struct sw_ynode map, const char *key, const struct sw_load_ctx *ctx,
	struct sw_str *ret)
{
	int rc = scalar(l, map, key, ctx, false, false, ret, NULL);
	return rc < 0 ? rc : 0;
}

static bool bool_from(struct sw_str s, bool *ret)
{
	static const char *const names[][2] = {{"y", "n"}, {"yes", "no"}, {"true", "false"}, {"on", "off"}};
	for (size_t i = 0; i < SW_ARRAY_LEN(names); i++) {
		for (int k = 0; k < 2; k++) {
			if (!sw_str_ieq(s, sw_str_from(names[i][k])))
				continue;
			/* "yes", "Yes", "YES", but not "yEs" */
			bool upper = s.p[0] < 'a', rest_upper = s.n > 1 && s.p[1] < 'a';
			for (size_t c = 1; c < s.n; c++)
				if ((s.p[c] < 'a') != rest_upper)
					return false;
			if (rest_upper && !upper)
				return false;
			*ret = k == 0;
			return true;
		}
	}
	return false;
}

static int flag(struct sw_load *l, struct sw_ynode map, const char *key, const struct sw_load_ctx *ctx, bool optional,
	bool *ret)
{
	struct sw_str s;
	const struct sw_load_ctx *vctx = ctx;
	int rc = scalar(l, map, key, ctx, optional, false, &s, &vctx);
	if (rc <= 0)
		return rc;
	return bool_from(s, ret) ? 0 : BAD(l, vctx, "Can't decode YAML scalar value");
}

static bool u32_from(struct sw_str s, uint32_t *ret)
{
	int64_t v;
	if (!sw_str_to_i64(s, &v) || v < 0 || v > UINT32_MAX)
		return false;
	*ret = (uint32_t)v;
	return true;
}

static int number(struct sw_load *l, struct sw_ynode map, const char *key, const struct sw_load_ctx *ctx, bool optional,
	uint32_t *ret)
{
	struct sw_str s;
	const struct sw_load_ctx *vctx = ctx;
	int rc = scalar(l, map, key, ctx, optional, false, &s, &vctx);
	if (rc <= 0)
		return rc;
	return u32_from(s, ret) ? 0 : BAD(l, vctx, "Can't decode YAML scalar value");
}

static int priority(struct sw_load *l, struct sw_ynode map, const struct sw_load_ctx *ctx, enum sw_priority *ret)
{
	struct sw_str s;
	int rc = sw_load_text(l, map, "priority", ctx, &s);
	if (rc < 0)
		return rc;
	if (!sw_priority_from(s, ret))
		return BAD(l,
			sw_load_ctx_at(l, ctx, sw_ynode_get(map, "priority").span, "rule priority", SW_STR("")),
			"Invalid priority");
	return 0;
}

static int texts(struct sw_load *l, struct sw_ynode map, const char *key, const struct sw_load_ctx *ctx, bool optional,
	struct sw_str **ret, uint32_t *ret_n)
{
	struct sw_ynode n = sw_ynode_get(map, key);
	*ret = NULL;
	*ret_n = 0;
	if (!sw_ynode_defined(n))
		return optional ? 0 : BAD(l, ctx, "Item has no mapping for key '%s'", key);
	const struct sw_load_ctx *vctx = sw_load_ctx_at(l, ctx, n.span, "value for", sw_str_from(key));
	if (n.v.type != SW_ARRAY)
		return BAD(l, vctx, "Value is not a sequence");
	struct sw_str *list = sw_arena_new_array(l->a, n.v.n ? n.v.n : 1, struct sw_str);
	if (!list)
		return BAD(l, vctx, "out of memory");
	for (uint32_t i = 0; i < n.v.n; i++) {
		struct sw_ynode e = sw_ynode_at(n, i);
		if (!sw_ynode_scalar(e))
			return BAD(l, sw_load_ctx_at(l, vctx, e.span, "list item", SW_STR("")),
				"sequence value is not scalar");
		list[i] = sw_ynode_text(l, e);
	}
	*ret = list;
	*ret_n = n.v.n;
	return 0;
}

static int tags(struct sw_load *l, struct sw_ynode map, const struct sw_load_ctx *ctx, struct sw_str **ret,
	uint32_t *ret_n)
{
	int rc = texts(l, map, "tags", ctx, true, ret, ret_n);
	if (rc == 0)
		sw_tags_sort(*ret, ret_n);
	return rc;
}

static void warn_unknown_keys(struct sw_load *l, struct sw_ynode item, const char *const *known,
	const struct sw_load_ctx *ctx)
{
	uint32_t *order = sw_ynode_order(l->a, item);
	for (uint32_t i = 0; order && i < item.v.n; i++) {
		struct sw_value k = item.v.u.o->m[order[i]].k;
		bool found = false;
		for (const char *const *p = known; *p && !found; p++)
			found = sw_str_is(sw_str_make(k.u.s, k.n), *p);
		if (!found)
			sw_load_warn(l, SW_LOAD_UNKNOWN_KEY, ctx, "Unknown key '%.*s'. The key will be ignored.",
				(int)k.n, k.u.s);
	}
}

/* ---- overrides ---- */

enum { COND, OUTPUT, DESC, TAGS, EXCS, PRIO, CAPTURE, DURATION, ENABLED, WARN, SKIP, ITEMS, N_KEYS };
static const char *const keys[N_KEYS] = {"condition", "output", "desc", "tags", "exceptions", "priority", "capture",
	"capture_duration", "enabled", "warn_evttypes", "skip-if-unknown-filter", "items"};
/* The order in which Falco's sets of names are sorted. */
static const uint8_t sorted_keys[] = {CAPTURE, DURATION, COND, DESC, ENABLED, EXCS, ITEMS, OUTPUT, PRIO, SKIP, TAGS, WARN};
#define RULE_APPEND (1u << COND | 1u << OUTPUT | 1u << DESC | 1u << TAGS | 1u << EXCS)
#define RULE_REPLACE ((1u << ITEMS) - 1)

static int one_override(struct sw_load *l, struct sw_str key, struct sw_ynode key_node, struct sw_ynode op_node,
	uint32_t can_append, uint32_t can_replace, const struct sw_load_ctx *ctx, uint32_t *append,
	uint32_t *replace)
{
	unsigned k = 0;
	while (k < N_KEYS && !sw_str_is(key, keys[k]))
		k++;
	bool a = k < N_KEYS && (can_append & 1u << k), r = k < N_KEYS && (can_replace & 1u << k);
	struct sw_str op = sw_ynode_scalar(op_node) ? sw_ynode_text(l, op_node) : SW_STR("");
	if (sw_str_is(op, "append")) {
		if (!a)
			return BAD(l, sw_load_ctx_at(l, ctx, key_node.span, "overrides", key),
				"Key '%.*s' cannot be appended to, use 'replace' instead", SW_STR_ARG(key));
		*append |= 1u << k;
		return 0;
	}
	if (sw_str_is(op, "replace")) {
		if (!r)
			return BAD(l, sw_load_ctx_at(l, ctx, key_node.span, "overrides", key),
				"Key '%.*s' cannot be replaced", SW_STR_ARG(key));
		*replace |= 1u << k;
		return 0;
	}
	return BAD(l, sw_load_ctx_at(l, ctx, op_node.span, "value for", key),
		"Invalid override operation for key '%.*s': '%.*s'. Allowed values are: %s%s", SW_STR_ARG(key),
		SW_STR_ARG(op), a ? "append " : "", r ? "replace " : "");
}

static int overrides(struct sw_load *l, struct sw_ynode item, uint32_t can_append, uint32_t can_replace,
	const struct sw_load_ctx *ctx, uint32_t *append, uint32_t *replace)
{
	struct sw_ynode o = sw_ynode_get(item, "override");
	*append = *replace = 0;
	if (!sw_ynode_defined(o) || o.v.type != SW_OBJECT)
		return 0;
	const struct sw_load_ctx *octx = sw_load_ctx_at(l, ctx, item.span, "overrides", SW_STR(""));
	uint32_t *order = sw_ynode_order(l->a, o);
	for (uint32_t i = 0; order && i < o.v.n; i++) {
		uint32_t m = order[i];
		struct sw_value k = o.v.u.o->m[m].k;
		struct sw_ynode kn = {k, o.v.u.o->spans[2 * m]};
		struct sw_ynode vn = {o.v.u.o->m[m].v, o.v.u.o->spans[2 * m + 1]};
		int rc = one_override(l, sw_str_make(k.u.s, k.n), kn, vn, can_append, can_replace, octx, append,
			replace);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* `append: true`, which is old, and overrides: not both. */
static int append_or_override(struct sw_load *l, struct sw_ynode item, uint32_t can_append, uint32_t can_replace,
	const struct sw_load_ctx *ctx, bool *append_flag, uint32_t *append, uint32_t *replace)
{
	*append_flag = false;
	int rc = flag(l, item, "append", ctx, true, append_flag);
	if (rc < 0)
		return rc;
	if (*append_flag)
		sw_load_warn(l, SW_LOAD_DEPRECATED_ITEM, ctx, "%s", APPEND_IS_OLD);
	rc = overrides(l, item, can_append, can_replace, ctx, append, replace);
	if (rc == 0 && *append_flag && (*append || *replace))
		rc = BAD(l, ctx, "%s", APPEND_AND_OVERRIDE);
	return rc;
}

/* ---- versions ---- */

static bool version(struct sw_str s, uint32_t v[3])
{
	char z[64];
	snprintf(z, sizeof(z), "%.*s", SW_STR_ARG(s));
	return sscanf(z, "%" SCNu32 ".%" SCNu32 ".%" SCNu32, &v[0], &v[1], &v[2]) == 3;
}

/* The same major version, and no older. */
static bool serves(const uint32_t have[3], const uint32_t want[3])
{
	return have[0] == want[0] && (have[1] > want[1] || (have[1] == want[1] && have[2] >= want[2]));
}

static int read_engine_version(struct sw_load *l, struct sw_ynode item)
{
	static const char *const known[] = {"required_engine_version", NULL};
	const struct sw_load_ctx *ctx =
		sw_load_ctx_at(l, l->root, item.span, "required_engine_version", SW_STR(""));
	uint32_t own[3] = {0}, want[3] = {0};
	struct sw_str s;
	version(SW_STR(SW_RULES_ENGINE_VERSION), own);
	int rc = sw_load_text(l, item, "required_engine_version", ctx, &s);
	if (rc < 0)
		return rc;
	if (u32_from(s, &want[1]))
		want[2] = own[2];
	else if (!version(s, want))
		return BAD(l, ctx,
			"Unable to parse engine version '%.*s' as a semver string. Expected \"x.y.z\" semver format.",
			SW_STR_ARG(s));
	if (!serves(own, want))
		return sw_load_fail(l, SW_LOAD_ERR_VALIDATE, ctx,
			"Rules require engine version %u.%u.%u, but engine version is %s", want[0], want[1], want[2],
			SW_RULES_ENGINE_VERSION);
	warn_unknown_keys(l, item, known, ctx);
	return 0;
}

#define PLUGIN "required plugin versions"

static int one_requirement(struct sw_load *l, struct sw_ynode n, const char *type, const struct sw_load_ctx *parent,
	const char *not_map, struct sw_str *name, struct sw_str *ver, const struct sw_load_ctx **ret_ctx)
{
	const struct sw_load_ctx *tmp = sw_load_ctx_at(l, parent, n.span, type, SW_STR(""));
	if (n.v.type != SW_OBJECT)
		return BAD(l, tmp, "%s", not_map);
	int rc = sw_load_text(l, n, "name", tmp, name);
	if (rc < 0)
		return rc;
	*ret_ctx = sw_load_ctx_at(l, parent, n.span, type, *name);
	return sw_load_text(l, n, "version", *ret_ctx, ver);
}

static int check_plugin(struct sw_load *l, const struct sw_str *names, struct sw_str name, struct sw_str ver, uint32_t n,
	const struct sw_load_ctx *ctx)
{
	uint32_t v[3];
	if (!version(ver, v))
		return sw_load_fail(l, SW_LOAD_ERR_VALIDATE, ctx, "Invalid required version '%.*s' for plugin '%.*s'",
			SW_STR_ARG(ver), SW_STR_ARG(name));
	for (uint32_t i = 0; i < n; i++)
		if (sw_str_eq(names[i], name))
			return sw_load_fail(l, SW_LOAD_ERR_VALIDATE, ctx,
				"Defined multiple alternative version requirements for plugin '%.*s'",
				SW_STR_ARG(name));
	return 0;
}

/* What is part of Seawall, under the name and version of the plugin of Falco that it takes the place of. */
static const struct {
	const char *name, *version;
} own_plugins[] = {{"container", "0.7.0"}, {"k8saudit", "0.18.0"}, {"json", "0.7.4"}};

/* The first of the alternatives that is there must be new enough, of the same major version. Falco's words. */
static int need_plugin(struct sw_load *l, const struct sw_str *names, const struct sw_str *vers, uint32_t n,
	const struct sw_load_ctx *ctx)
{
	sw_autobuf any;
	uint32_t want[3], have[3];

	sw_buf_init(&any, 0);
	for (uint32_t i = 0; i < n; i++) {
		sw_buf_printf(&any, "%s%.*s (>= %.*s)", i ? ", " : "", SW_STR_ARG(names[i]), SW_STR_ARG(vers[i]));
		for (size_t k = 0; k < SW_ARRAY_LEN(own_plugins); k++) {
			if (!sw_str_is(names[i], own_plugins[k].name))
				continue;
			version(vers[i], want);
			version(sw_str_from(own_plugins[k].version), have);
			if (serves(have, want))
				return 0;
			return BAD(l, ctx, "Plugin '%s' version '%s' is not compatible with required plugin version '%.*s'",
				own_plugins[k].name, own_plugins[k].version, SW_STR_ARG(vers[i]));
		}
	}
	return BAD(l, ctx, "Plugin requirement not satisfied, must load one of: %.*s", SW_STR_ARG(sw_buf_str(&any)));
}

static int read_plugin(struct sw_load *l, struct sw_ynode plugin, const struct sw_load_ctx *ctx)
{
	const struct sw_load_ctx *pctx, *actx;
	struct sw_str name, ver;
	int rc = one_requirement(l, plugin, PLUGIN " entry", ctx, "Plugin version must be a mapping", &name, &ver,
		&pctx);
	if (rc < 0)
		return rc;
	struct sw_ynode alt = sw_ynode_get(plugin, "alternatives");
	if (sw_ynode_defined(alt) && alt.v.type != SW_ARRAY)
		return BAD(l, pctx, "Value of plugin version alternatives must be a sequence");
	uint32_t n = alt.v.type == SW_ARRAY ? alt.v.n : 0;
	struct sw_str *names = sw_arena_new_array(l->a, n + 1, struct sw_str);
	struct sw_str *vers = sw_arena_new_array(l->a, n + 1, struct sw_str);
	if (!names || !vers)
		return BAD(l, pctx, "out of memory");
	names[0] = name;
	vers[0] = ver;
	for (uint32_t i = 0; i < n; i++) {
		rc = one_requirement(l, sw_ynode_at(alt, i), PLUGIN " alternative", pctx,
			"Plugin version alternative must be a mapping", &names[i + 1], &vers[i + 1], &actx);
		if (rc < 0)
			return rc;
	}
	for (uint32_t i = 0; i <= n; i++) {
		rc = check_plugin(l, names, names[i], vers[i], i, pctx);
		if (rc < 0)
			return rc;
	}
	return need_plugin(l, names, vers, n + 1, pctx);
}

static int read_plugin_versions(struct sw_load *l, struct sw_ynode item)
{
	static const char *const known[] = {"required_plugin_versions", NULL};
	struct sw_ynode list = sw_ynode_get(item, "required_plugin_versions");
	const struct sw_load_ctx *ctx = sw_load_ctx_at(l, l->root, list.span, PLUGIN, SW_STR(""));
	if (list.v.type != SW_ARRAY)
		return BAD(l, ctx, "Value of required_plugin_versions must be a sequence");
	for (uint32_t i = 0; i < list.v.n; i++) {
		int rc = read_plugin(l, sw_ynode_at(list, i), ctx);
		if (rc < 0)
			return rc;
	}
	warn_unknown_keys(l, item, known, sw_load_ctx_at(l, l->root, item.span, PLUGIN, SW_STR("")));
	return 0;
}

/* ---- lists and macros ---- */

static int read_list(struct sw_load *l, struct sw_ynode item)
{
	static const char *const known[] = {"list", "items", "append", "override", NULL};
	struct sw_list_def d = {0};
	bool append;
	uint32_t oa, or;
	int rc = sw_load_text(l, item, "list", sw_load_ctx_at(l, l->root, item.span, "list", SW_STR("")), &d.name);
	if (rc < 0)
		return rc;
	d.ctx = sw_load_ctx_at(l, l->root, item.span, "list", d.name);
	if (!sw_cond_is_bare_string(d.name))
		sw_load_warn(l, SW_LOAD_INVALID_LIST_NAME, d.ctx,
			"List has an invalid name. List names should match a regular expression: %s",
			"([^()\"'[:space:]=,]+)");
	rc = texts(l, item, "items", d.ctx, false, &d.items, &d.n);
	if (rc == 0)
		rc = append_or_override(l, item, 1u << ITEMS, 1u << ITEMS, d.ctx, &append, &oa, &or);
	if (rc == 0)
		rc = sw_collect_list(l, &d, append || oa);
	if (rc == 0)
		warn_unknown_keys(l, item, known, d.ctx);
	return rc;
}

static int read_macro(struct sw_load *l, struct sw_ynode item)
{
	static const char *const known[] = {"macro", "condition", "append", "override", NULL};
	struct sw_macro_def d = {0};
	bool append;
	uint32_t oa, or;
	int rc = sw_load_text(l, item, "macro", sw_load_ctx_at(l, l->root, item.span, "macro", SW_STR("")), &d.name);
	if (rc < 0)
		return rc;
	d.ctx = sw_load_ctx_at(l, l->root, item.span, "macro", d.name);
	if (!sw_cond_is_identifier(d.name))
		sw_load_warn(l, SW_LOAD_INVALID_MACRO_NAME, d.ctx,
			"Macro has an invalid name. Macro names should match a regular expression: %s",
			"([a-zA-Z]+[a-zA-Z0-9_]*)");
	rc = sw_load_text(l, item, "condition", d.ctx, &d.cond);
	if (rc < 0)
		return rc;
	d.cond_ctx = sw_load_ctx_at(l, d.ctx, sw_ynode_get(item, "condition").span, "macro condition", SW_STR(""));
	rc = append_or_override(l, item, 1u << COND, 1u << COND, d.ctx, &append, &oa, &or);
	if (rc == 0)
		rc = sw_collect_macro(l, &d, append || oa);
	if (rc == 0)
		warn_unknown_keys(l, item, known, d.ctx);
	return rc;
}

/* ---- rules ---- */

/* The values of the keys in `which`. */
static int read_update(struct sw_load *l, struct sw_ynode item, uint32_t which, bool append, struct sw_str source,
	struct sw_rule_update *u)
{
	int rc = 0;
	struct sw_exc *excs;
	if (which & 1u << COND) {
		u->source = source;
		rc = sw_load_text(l, item, "condition", u->ctx, &u->cond);
	}
	if (rc == 0 && (which & 1u << EXCS)) {
		u->has_excs = true;
		rc = sw_load_read_exceptions(l, item, u->ctx, append, &excs, &u->n_excs);
		u->excs = rc == 0 ? excs : NULL;
	}
	if (rc == 0 && (which & 1u << OUTPUT))
		rc = sw_load_text(l, item, "output", u->ctx, &u->output);
	if (rc == 0 && (which & 1u << DESC))
		rc = sw_load_text(l, item, "desc", u->ctx, &u->desc);
	if (rc == 0 && (u->has_tags = which >> TAGS & 1))
		rc = tags(l, item, u->ctx, &u->tags, &u->n_tags);
	if (rc == 0 && (u->has_priority = which >> PRIO & 1))
		rc = priority(l, item, u->ctx, &u->priority);
	if (rc == 0 && (u->has_capture = which >> CAPTURE & 1))
		rc = flag(l, item, "capture", u->ctx, false, &u->capture);
	if (rc == 0 && (u->has_duration = which >> DURATION & 1))
		rc = number(l, item, "capture_duration", u->ctx, false, &u->duration);
	if (rc == 0 && (u->has_enabled = which >> ENABLED & 1))
		rc = flag(l, item, "enabled", u->ctx, false, &u->enabled);
	if (rc == 0 && (u->has_warn = which >> WARN & 1))
		rc = flag(l, item, "warn_evttypes", u->ctx, false, &u->warn_evttypes);
	if (rc == 0 && (u->has_skip = which >> SKIP & 1))
		rc = flag(l, item, "skip-if-unknown-filter", u->ctx, false, &u->skip_unknown);
	return rc;
}

/* Every overridden key must be there. */
static int need_keys(struct sw_load *l, uint32_t which, uint32_t *there, const char *kind, const struct sw_load_ctx *ctx)
{
	for (unsigned k = 0; k < N_KEYS; k++) {
		if (!(which & 1u << k))
			continue;
		if (!(*there & 1u << k))
			return BAD(l, ctx, "An %s override for '%s' was specified but '%s' is not defined", kind,
				keys[k], keys[k]);
		*there &= ~(1u << k);
	}
	return 0;
}

static int read_override(struct sw_load *l, struct sw_ynode item, struct sw_str name, struct sw_str source, uint32_t append,
	uint32_t replace, const struct sw_load_ctx *ctx)
{
	uint32_t there = 0;
	int rc = 0;
	for (unsigned k = 0; k < ITEMS; k++)
		if (sw_ynode_defined(sw_ynode_get(item, keys[k])))
			there |= 1u << k;
	struct sw_rule_update u = {.name = name, .ctx = ctx};
	if (append) {
		rc = need_keys(l, append, &there, "append", ctx);
		if (rc == 0)
			rc = read_update(l, item, append, true, source, &u);
		if (rc == 0)
			rc = sw_collect_append(l, &u);
	}
	if (rc == 0 && replace) {
		u = (struct sw_rule_update){.name = name, .ctx = ctx};
		rc = need_keys(l, replace, &there, "replace", ctx);
		if (rc == 0)
			rc = read_update(l, item, replace, false, source, &u);
		if (rc == 0)
			rc = sw_collect_replace(l, &u);
	}
	for (size_t i = 0; rc == 0 && i < SW_ARRAY_LEN(sorted_keys); i++) {
		unsigned k = sorted_keys[i];
		if (there & 1u << k)
			rc = BAD(l,
				sw_load_ctx_at(l, ctx, sw_ynode_get(item, keys[k]).span, "overrides",
					sw_str_from(keys[k])),
				"Unexpected key '%s': no corresponding entry under 'override' is defined.", keys[k]);
	}
	return rc;
}

static int read_append(struct sw_load *l, struct sw_ynode item, struct sw_str name, struct sw_str source,
	const struct sw_load_ctx *ctx)
{
	struct sw_rule_update u = {.name = name, .source = source, .ctx = ctx};
	uint32_t which = 0;
	if (sw_ynode_defined(sw_ynode_get(item, "condition")))
		which |= 1u << COND;
	if (sw_ynode_defined(sw_ynode_get(item, "exceptions")))
		which |= 1u << EXCS;
	int rc = read_update(l, item, which, true, source, &u);
	return rc < 0 ? rc : sw_collect_append(l, &u);
}

static int read_optional_parts(struct sw_load *l, struct sw_ynode item, struct sw_rule_def *d)
{
	const struct sw_load_ctx *ctx = d->r.ctx;
	int rc = scalar(l, item, "source", ctx, true, false, &d->r.source_name, NULL);
	if (rc >= 0)
		rc = flag(l, item, "enabled", ctx, true, &d->r.enabled);
	if (rc >= 0)
		rc = flag(l, item, "capture", ctx, true, &d->r.capture);
	if (rc >= 0)
		rc = number(l, item, "capture_duration", ctx, true, &d->r.capture_duration);
	if (rc >= 0)
		rc = flag(l, item, "warn_evttypes", ctx, true, &d->r.warn_evttypes);
	if (rc >= 0)
		rc = flag(l, item, "skip-if-unknown-filter", ctx, true, &d->skip_unknown);
	if (rc >= 0)
		rc = tags(l, item, ctx, &d->r.tags, &d->r.n_tags);
	if (rc >= 0)
		rc = sw_load_read_exceptions(l, item, ctx, false, &d->excs, &d->n_excs);
	return rc < 0 ? rc : 0;
}

static int read_definition(struct sw_load *l, struct sw_ynode item, struct sw_str name, const struct sw_load_ctx *ctx)
{
	struct sw_rule_def d = {.r = {.name = name,
					.ctx = ctx,
					.enabled = true,
					.warn_evttypes = true,
					.source_name = SW_STR_INIT("syscall")}};
	if (!sw_ynode_defined(sw_ynode_get(item, "condition")) && !sw_ynode_defined(sw_ynode_get(item, "output")) &&
		!sw_ynode_defined(sw_ynode_get(item, "desc")) && !sw_ynode_defined(sw_ynode_get(item, "priority"))) {
		int rc = flag(l, item, "enabled", ctx, false, &d.r.enabled);
		if (rc < 0)
			return rc;
		sw_load_warn(l, SW_LOAD_DEPRECATED_ITEM, ctx, "%s", ENABLED_IS_OLD);
		return sw_collect_enable(l, name, d.r.enabled, ctx);
	}
	int rc = sw_load_text(l, item, "condition", ctx, &d.r.condition);
	if (rc == 0)
		rc = sw_load_text(l, item, "output", ctx, &d.r.output);
	if (rc == 0)
		rc = sw_load_text(l, item, "desc", ctx, &d.r.desc);
	if (rc == 0)
		rc = priority(l, item, ctx, &d.r.priority);
	if (rc < 0)
		return rc;
	d.cond_ctx = sw_load_ctx_at(l, ctx, sw_ynode_get(item, "condition").span, "rule condition", SW_STR(""));
	d.output_ctx = sw_load_ctx_at(l, ctx, sw_ynode_get(item, "output").span, "rule output", SW_STR(""));
	d.r.output = sw_str_trim(d.r.output);
	rc = read_optional_parts(l, item, &d);
	return rc < 0 ? rc : sw_collect_rule(l, &d);
}

static int read_rule(struct sw_load *l, struct sw_ynode item)
{
	static const char *const known[] = {"rule", "condition", "output", "desc", "priority", "source", "enabled",
		"capture", "capture_duration", "warn_evttypes", "skip-if-unknown-filter", "tags", "exceptions",
		"override", "append", NULL};
	struct sw_str name, source = SW_STR("");
	bool append_flag;
	uint32_t oa, or;
	int rc = sw_load_text(l, item, "rule", sw_load_ctx_at(l, l->root, item.span, "rule", SW_STR("")), &name);
	if (rc < 0)
		return rc;
	const struct sw_load_ctx *ctx = sw_load_ctx_at(l, l->root, item.span, "rule", name);
	rc = scalar(l, item, "source", ctx, true, true, &source, NULL);
	if (rc >= 0)
		rc = append_or_override(l, item, RULE_APPEND, RULE_REPLACE, ctx, &append_flag, &oa, &or);
	if (rc < 0)
		return rc;
	if (oa || or)
		rc = read_override(l, item, name, source, oa, or, ctx);
	else if (append_flag)
		rc = read_append(l, item, name, source, ctx);
	else
		rc = read_definition(l, item, name, ctx);
	if (rc == 0)
		warn_unknown_keys(l, item, known, ctx);
	return rc;
}

/* ---- the file ---- */

static int read_item(struct sw_load *l, struct sw_ynode item)
{
	if (item.v.type != SW_OBJECT)
		return BAD(l, sw_load_ctx_at(l, l->root, item.span, "rules content item", SW_STR("")),
			"Unexpected element type. Each element should be a yaml associative array.");
	if (sw_ynode_defined(sw_ynode_get(item, "required_engine_version")))
		return read_engine_version(l, item);
	if (sw_ynode_defined(sw_ynode_get(item, "required_plugin_versions")))
		return read_plugin_versions(l, item);
	if (sw_ynode_defined(sw_ynode_get(item, "list")))
		return read_list(l, item);
	if (sw_ynode_defined(sw_ynode_get(item, "macro")))
		return read_macro(l, item);
	if (sw_ynode_defined(sw_ynode_get(item, "rule")))
		return read_rule(l, item);
	sw_load_warn(l, SW_LOAD_UNKNOWN_ITEM,
		sw_load_ctx_at(l, l->root, item.span, "rules content item", SW_STR("")), "Unknown top level item");
	return 0;
}

static int read_doc(struct sw_load *l, struct sw_ynode doc)
{
	if (doc.v.type == SW_NULL)
		return 0;
	if (doc.v.type != SW_OBJECT && doc.v.type != SW_ARRAY)
		return BAD(l, l->root, "Rules content is not yaml");
	if (doc.v.type != SW_ARRAY)
		return BAD(l, l->root, "Rules content is not yaml array of objects");
	for (uint32_t i = 0; i < doc.v.n; i++) {
		struct sw_ynode item = sw_ynode_at(doc, i);
		int rc = item.v.type == SW_NULL ? 0 : read_item(l, item);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int yaml_error(struct sw_load *l, const struct sw_error *e)
{
	struct sw_span at = {(uint32_t)e->byte, (uint32_t)e->byte};
	const struct sw_load_ctx *ctx =
		e->line ? sw_load_ctx_at(l, l->root, at, "value for", SW_STR("")) : l->root;
	if (e->line)
		return sw_load_fail(l, SW_LOAD_ERR_YAML_PARSE, ctx, "yaml-cpp: error at line %u, column %u: %s",
			e->line, e->col, e->text);
	return sw_load_fail(l, SW_LOAD_ERR_YAML_PARSE, ctx, "%s", e->text);
}

int sw_load_read(struct sw_load *l)
{
	struct sw_yaml_stream *s;
	struct sw_error e = {0};
	struct sw_yaml_doc doc;
	struct sw_ynode *docs = NULL;
	uint32_t n = 0;
	int rc = sw_yaml_open(l->a, l->res->content, SW_YAML_GOYAML3 | SW_YAML_SPANS, NULL, &s, &e);
	/* The whole file must be YAML before anything in it counts. */
	while (rc >= 0 && (rc = sw_yaml_next(s, l->a, &doc, &e)) > 0) {
		struct sw_ynode *p = sw_array_push(l->a, docs, n, sizeof(*p));
		if (!p)
			return sw_load_fail(l, SW_LOAD_ERR_YAML_PARSE, l->root, "too many documents");
		docs = p;
		docs[n++] = (struct sw_ynode){doc.root, doc.span};
	}
	if (rc < 0)
		return yaml_error(l, &e);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t before = l->res->n_schema;
		sw_load_schema(l, docs[i]);
		if (l->res->n_schema == before)
			sw_load_schema_ok(l);
	}
	for (uint32_t i = 0; i < n; i++)
		if ((rc = read_doc(l, docs[i])) < 0)
			return rc;
	return 0;
}
