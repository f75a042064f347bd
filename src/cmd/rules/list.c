/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall rules list`: the rules of files, or the fields and events that rules can use. */
#include "cmd/rules/rules.h"
#include "doc/json.h"
#include "runtime/fields/params.h"

static void member(struct sw_buf *out, const char *name, struct sw_str v)
{
	sw_buf_printf(out, "\"%s\":", name);
	sw_json_write_str(out, v.p ? v : SW_STR(""), 0);
}

/* The types of events that a rule is asked for. A name has a code for each half and each version of its event. */
static void event_names(struct sw_buf *out, const struct sw_codeset *codes)
{
	const char *told[SW_EVENT_CODES];
	size_t n = 0;
	for (uint16_t c = 0; c < SW_EVENT_CODES; c++) {
		const char *name = sw_event_table[c].name;
		size_t i = 0;
		while (i < n && strcmp(told[i], name) != 0)
			i++;
		if (i < n || !sw_codeset_has(codes, c) || (sw_event_table[c].flags & SW_EF_UNUSED))
			continue;
		sw_buf_printf(out, "%s\"%s\"", n ? "," : "", name);
		told[n++] = name;
	}
}

/* The shape of `falco -L -o json_output=true`, keys sorted. */
static void rule_json(struct sw_buf *out, const struct sw_runtime_rule *r)
{
	sw_autobuf cond;
	sw_buf_init(&cond, 0);
	sw_cond_print(&cond, r->cond);
	sw_buf_addz(out, "{\"details\":{");
	member(out, "condition_compiled", sw_buf_str(&cond));
	sw_buf_addch(out, ',');
	member(out, "output_compiled", r->output);
	sw_buf_addz(out, ",\"events\":[");
	event_names(out, &r->codes);
	sw_buf_printf(out, "]},\"info\":{\"capture\":%s,\"capture_duration\":%u,", r->capture ? "true" : "false",
		r->capture_duration);
	member(out, "condition", r->condition);
	sw_buf_addch(out, ',');
	member(out, "description", r->desc);
	sw_buf_printf(out, ",\"enabled\":%s,", r->enabled ? "true" : "false");
	member(out, "name", r->name);
	sw_buf_addch(out, ',');
	member(out, "output", r->output);
	sw_buf_addch(out, ',');
	member(out, "priority", sw_str_from(sw_priority_name(r->priority)));
	sw_buf_addch(out, ',');
	member(out, "source", r->source_name);
	sw_buf_addz(out, ",\"tags\":[");
	for (uint32_t i = 0; i < r->n_tags; i++) {
		if (i)
			sw_buf_addch(out, ',');
		sw_json_write_str(out, r->tags[i], 0);
	}
	sw_buf_addz(out, "]}}");
}

static void list_rules(struct sw_buf *out, const struct sw_ruleset *rs, bool json)
{
	if (json)
		sw_buf_addz(out, "{\"rules\":[");
	for (uint32_t i = 0; i < sw_ruleset_n(rs); i++) {
		const struct sw_runtime_rule *r = sw_ruleset_rule(rs, i);
		if (json) {
			if (i)
				sw_buf_addch(out, ',');
			rule_json(out, r);
		} else {
			sw_buf_printf(out, "%-13s %-9.*s %.*s%s\n", sw_priority_name(r->priority),
				SW_STR_ARG(r->source_name), SW_STR_ARG(r->name), r->enabled ? "" : " (disabled)");
		}
	}
	if (json)
		sw_buf_addz(out, "]}\n");
}

static void list_fields(struct sw_buf *out, enum sw_event_source source, bool json)
{
	size_t n;
	const struct sw_field_class *const *classes = sw_field_classes(source, &n);
	bool first = true;
	if (json)
		sw_buf_addz(out, "{\"fields\":[");
	for (size_t i = 0; i < n; i++) {
		if (!json)
			sw_buf_printf(out, "%s%s: %s\n", i ? "\n" : "", classes[i]->name, classes[i]->title);
		for (uint32_t f = 0; f < classes[i]->n_fields; f++) {
			const struct sw_field *row = &classes[i]->fields[f];
			if (row->flags & (SW_FF_TABLE_ONLY | SW_FF_PRINT_ONLY))
				continue;
			if (!json) {
				sw_buf_printf(out, "  %-45s %-8s%s%s%s\n", row->name,
					sw_ftype_name((enum sw_ftype)row->type),
					row->flags & SW_FF_LIST ? " list" : "",
					row->flags & SW_FF_DEPRECATED ? " deprecated" : "",
					row->flags & SW_FF_ARG_REQUIRED ? " [argument]" :
					row->flags & SW_FF_ARG_ALLOWED	? " [argument, optional]" :
									  "");
				continue;
			}
			sw_buf_printf(out, "%s{", first ? "" : ",");
			member(out, "class", sw_str_from(classes[i]->name));
			sw_buf_addch(out, ',');
			member(out, "description", sw_str_from(row->desc ? row->desc : ""));
			sw_buf_printf(out, ",\"list\":%s,", row->flags & SW_FF_LIST ? "true" : "false");
			member(out, "name", sw_str_from(row->name));
			sw_buf_addch(out, ',');
			member(out, "type", sw_str_from(sw_ftype_name((enum sw_ftype)row->type)));
			sw_buf_addch(out, '}');
			first = false;
		}
	}
	if (json)
		sw_buf_addz(out, "]}\n");
}

/* ---- events ---- */

/* The names of the flags of a parameter; NULL: it has none. */
static const struct sw_flag_name *flags_of(uint16_t code, unsigned param)
{
	const struct sw_param_show *show = sw_param_show_of(code, param);

	return show && show->kind == SW_SHOW_FLAGS ? sw_flag_tables[show->extra] : NULL;
}

static void event_text(struct sw_buf *out, const char *name, uint16_t code)
{
	const struct sw_event_info *e = &sw_event_table[code];

	sw_buf_printf(out, "  %s(", name);
	for (unsigned i = 0; i < e->n_params; i++) {
		const struct sw_flag_name *f = flags_of(code, i);
		sw_buf_printf(out, "%s%s %s", i ? ", " : "", sw_ftype_name((enum sw_ftype)e->params[i].type),
			e->params[i].name);
		for (size_t k = 0; f && f[k].name; k++)
			sw_buf_printf(out, "%s%s", k ? "|" : ": ", f[k].name);
	}
	sw_buf_addz(out, ")\n");
}

static void event_json(struct sw_buf *out, const char *name, uint16_t code)
{
	const struct sw_event_info *e = &sw_event_table[code];

	sw_buf_addch(out, '{');
	member(out, "name", sw_str_from(name));
	sw_buf_addz(out, ",\"params\":[");
	for (unsigned i = 0; i < e->n_params; i++) {
		const struct sw_flag_name *f = flags_of(code, i);
		sw_buf_addz(out, i ? ",{" : "{");
		for (size_t k = 0; f && f[k].name; k++)
			sw_buf_printf(out, "%s\"%s\"", k ? "," : "\"flags\":[", f[k].name);
		sw_buf_addz(out, f ? "]," : "");
		member(out, "name", sw_str_from(e->params[i].name));
		sw_buf_addch(out, ',');
		member(out, "type", sw_str_from(sw_ftype_name((enum sw_ftype)e->params[i].type)));
		sw_buf_addch(out, '}');
	}
	sw_buf_addz(out, "]}");
}

/* Only what a rule can see: of calls the exits, nothing that newer sensors do not make. */
static bool is_seen(uint16_t code, unsigned from)
{
	const struct sw_event_info *e = &sw_event_table[code];

	return code >= 2 && e->category & from && !(e->flags & (SW_EF_OLD_VERSION | SW_EF_UNUSED)) &&
	       (from != SW_EC_SYSCALL || !sw_event_is_enter(code));
}

static void list_events(struct sw_buf *out, bool json)
{
	static const struct {
		unsigned from;
		const char *title, *key;
	} kinds[] = {{SW_EC_SYSCALL, "System calls", "syscall"}, {SW_EC_TRACEPOINT, "Other events of the kernel", "tracepoint"},
		{SW_EC_METAEVENT, "What is told about events, containers and processes", "meta"}};
	void (*one)(struct sw_buf *, const char *, uint16_t) = json ? event_json : event_text;
	const char *between = json ? "," : "";

	for (size_t k = 0; k < SW_ARRAY_LEN(kinds); k++) {
		bool first = true;
		if (json)
			sw_buf_printf(out, "%s\"%s\":[", k ? "," : "{", kinds[k].key);
		else
			sw_buf_printf(out, "%s%s:\n", k ? "\n" : "", kinds[k].title);
		for (uint16_t c = 0; c < SW_EVENT_CODES; c++) {
			if (!is_seen(c, kinds[k].from))
				continue;
			sw_buf_addz(out, first ? "" : between);
			one(out, sw_event_table[c].name, c);
			first = false;
		}
		for (size_t i = 0; k == 0 && i < sw_generic_syscalls_n; i++) {
			sw_buf_addz(out, between);
			one(out, sw_generic_syscalls[i], 1);
		}
		sw_buf_addz(out, json ? "]" : "");
	}
	sw_buf_addz(out, json ? "}\n" : "");
}

static int run(struct sw_cmd_ctx *ctx)
{
	bool json = strcmp(sw_opts_str(&ctx->opts, "output"), "json") == 0, ok = true;
	if (sw_opts_bool(&ctx->opts, "fields")) {
		list_fields(ctx->out,
			strcmp(sw_opts_str(&ctx->opts, "source"), "syscall") == 0 ? SW_SOURCE_SYSCALL :
										    SW_SOURCE_K8S_AUDIT,
			json);
		return SW_EXIT_CLEAN;
	}
	if (sw_opts_bool(&ctx->opts, "events")) {
		list_events(ctx->out, json);
		return SW_EXIT_CLEAN;
	}
	struct sw_ruleset *rs = sw_rules_load(ctx->opts.args, ctx->opts.n_args, false, true, &ok);
	if (rs)
		list_rules(ctx->out, rs, json);
	sw_ruleset_free(rs);
	return ok ? SW_EXIT_CLEAN : SW_EXIT_ERROR;
}

static const struct sw_opt opts[] = {
	{.name = "events",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "list the types of events (evt.type) with their arguments (evt.arg.NAME), not rules"},
	{.name = "fields",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "list the fields that rules can use, not rules"},
	{.name = "output",
		.letter = 'o',
		.type = SW_OPT_ENUM,
		.choices = "text|json",
		.def = "text",
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "form of the list"},
	{.name = "rules",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "list rules (the default)"},
	{.name = "source",
		.type = SW_OPT_ENUM,
		.choices = "syscall|k8s_audit",
		.def = "syscall",
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "of fields: those of this source of events"},
};

const struct sw_cmd sw_cmd_rules_list = {
	.name = "rules list",
	.summary = "list runtime rules, or the fields and events they can use",
	.args = "[FILE...]",
	.description = "Without files Seawall's own rules are listed.",
	.group = "Runtime",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.max_args = SW_CMD_ANY,
	.run = run,
};
