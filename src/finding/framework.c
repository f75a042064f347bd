/* SPDX-License-Identifier: Apache-2.0 */
#include "finding/framework.h"

#include "base/embed.h"
#include "doc/yaml.h"

extern const struct sw_embed sw_embed_frameworks[];
extern const unsigned sw_embed_frameworks_n;

#define CONTROLS_MAX 10000

static int control_of(struct sw_source *src, struct sw_arena *a, struct sw_value v,
	struct sw_span at, struct sw_control *ret, struct sw_error *err)
{
	*ret = (struct sw_control){sw_value_getstr(v, "id"), sw_value_getstr(v, "title"),
		sw_is_true(sw_object_gets(v, SW_STR("manual")))};
	if (ret->id.n && ret->title.n)
		return 0;
	sw_error_set(err, SW_EINVALID, "a control needs an id and a title");
	sw_error_hint(err, "ids such as 5.2.1 are quoted");
	return sw_source_error(src, a, at.start, err);
}

static int framework_parse(
	struct sw_arena *a, struct sw_source *src, struct sw_framework *ret, struct sw_error *err)
{
	struct sw_value root;
	int rc = sw_yaml_parse(a, src->text, SW_YAML_SPANS | SW_YAML_DUP_ERROR, NULL, &root, err);
	if (rc) {
		sw_error_at(err, src->name, err ? err->line : 0, err ? err->col : 0,
			err ? err->byte : 0);
		return rc;
	}
	struct sw_framework fw = {sw_value_getstr(root, "id"), sw_value_getstr(root, "title"),
		sw_value_getstr(root, "version"), sw_value_getstr(root, "url"), NULL, 0};
	struct sw_value list = sw_object_gets(root, SW_STR("controls"));
	if (!fw.id.n || !fw.title.n || !sw_is(list, SW_ARRAY) || list.n > CONTROLS_MAX) {
		sw_error_set(err, SW_EINVALID,
			"a framework needs an id, a title and a list of controls");
		return sw_error_at(err, src->name, 0, 0, 0);
	}
	struct sw_control *c = sw_arena_new_array(a, list.n ? list.n : 1, struct sw_control);
	if (!c)
		return sw_error_set(err, SW_ELIMIT, "the framework takes too much memory");
	for (uint32_t i = 0; i < list.n; i++) {
		struct sw_span at = list.u.a->spans ? list.u.a->spans[i] : (struct sw_span){0};
		rc = control_of(src, a, list.u.a->v[i], at, &c[i], err);
		if (rc)
			return rc;
	}
	fw.controls = c;
	fw.n_controls = list.n;
	*ret = fw;
	return 0;
}

int sw_frameworks_builtin(
	struct sw_arena *a, const struct sw_framework **ret, uint32_t *ret_n, struct sw_error *err)
{
	struct sw_framework *fw = sw_arena_new_array(a, sw_embed_frameworks_n, struct sw_framework);
	for (unsigned i = 0; i < sw_embed_frameworks_n; i++) {
		struct sw_source *src = sw_arena_new(a, struct sw_source);
		if (!fw || !src)
			return sw_error_set(err, SW_ELIMIT, "the frameworks take too much memory");
		src->name = sw_str_from(sw_embed_frameworks[i].name);
		src->text = sw_embed_frameworks[i].text;
		int rc = framework_parse(a, src, &fw[i], err);
		if (rc)
			return rc;
	}
	*ret = fw;
	*ret_n = sw_embed_frameworks_n;
	return 0;
}

const struct sw_control *sw_framework_control(const struct sw_framework *fw, struct sw_str id)
{
	for (uint32_t i = 0; i < fw->n_controls; i++)
		if (sw_str_eq(fw->controls[i].id, id))
			return &fw->controls[i];
	return NULL;
}

/* Does the rule answer this control? */
static bool answers(const struct sw_rule *rule, struct sw_str framework, struct sw_str control)
{
	for (uint32_t i = 0; i < rule->n_frameworks; i++)
		if (sw_str_eq(rule->frameworks[i].framework, framework) &&
			sw_str_eq(rule->frameworks[i].control, control))
			return true;
	return false;
}

static void count(struct sw_control_result *r, const struct sw_finding *f)
{
	if (f->verdict == SW_VERDICT_FAIL && !f->waiver) {
		r->failed++;
		if (f->severity > r->worst)
			r->worst = f->severity;
	}
	r->waived += f->verdict == SW_VERDICT_FAIL && f->waiver;
	r->unseen += f->verdict == SW_VERDICT_NOT_EVALUATED;
	r->manual += f->verdict == SW_VERDICT_MANUAL;
}

void sw_framework_judge(const struct sw_framework *fw, const struct sw_rule *const *rules,
	uint32_t n_rules, const struct sw_findings *fs, struct sw_control_result *ret)
{
	for (uint32_t c = 0; c < fw->n_controls; c++) {
		struct sw_control_result r = {0};
		for (uint32_t i = 0; i < n_rules; i++) {
			if (!answers(rules[i], fw->id, fw->controls[c].id))
				continue;
			r.rules++;
			r.passed += sw_findings_passed(fs, rules[i]);
		}
		for (uint32_t i = 0; i < fs->n; i++)
			if (answers(fs->v[i]->rule, fw->id, fw->controls[c].id))
				count(&r, fs->v[i]);
		ret[c] = r;
	}
}
