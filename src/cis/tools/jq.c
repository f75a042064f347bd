/* SPDX-License-Identifier: Apache-2.0 */
/* jq as a tool: its options, its input (any number of values), its output. */
#include "cis/jq/jq.h"
#include "cis/sh/impl.h"
#include "doc/json.h"
#include "doc/yaml.h"

struct jq_opts {
	bool raw, compact, slurp, null_input, exit_status, join;
};

static bool jq_option(struct jq_opts *o, struct sw_str a)
{
	if (a.p[1] == '-') {
		o->raw |= sw_str_is(a, "--raw-output");
		o->compact |= sw_str_is(a, "--compact-output");
		o->slurp |= sw_str_is(a, "--slurp");
		return sw_str_is(a, "--raw-output") || sw_str_is(a, "--compact-output") ||
		       sw_str_is(a, "--slurp") || sw_str_is(a, "--monochrome-output");
	}
	for (size_t i = 1; i < a.n; i++) {
		char c = a.p[i];
		o->raw |= c == 'r' || c == 'j';
		o->join |= c == 'j';
		o->compact |= c == 'c';
		o->slurp |= c == 's';
		o->null_input |= c == 'n';
		o->exit_status |= c == 'e';
		if (!memchr("rjcsneMS", c, 8))
			return false;
	}
	return true;
}

static void show(const struct jq_opts *o, struct sw_buf *out, struct sw_value v)
{
	if (o->raw && v.type == SW_STRING)
		sw_buf_addstr(out, sw_value_str(v));
	else
		sw_json_write(out, v, o->compact ? 0 : SW_JSON_PRETTY);
	if (!o->join)
		sw_buf_addch(out, '\n');
}

/* The next value of the input. 1, 0 at the end, -1 when it is broken. */
static int next_value(struct sh *sh, struct sw_str *rest, struct sw_value *ret)
{
	size_t end;
	*rest = sw_str_trim(*rest);
	if (!rest->n)
		return 0;
	if (sw_json_parse(sh->arena, *rest, SW_JSON_TRAILING, NULL, ret, &end, NULL) || !end)
		return -1;
	*rest = sw_str_sub(*rest, end, rest->n);
	return 1;
}

static int jq_one(struct sh *sh, const struct jq_opts *o, struct sw_cis_jq *q, struct sw_value in,
	const struct sh_io *io, struct sw_value *last)
{
	struct sw_list l;
	struct sw_error err = {0};
	sw_list_init(&l, sh->arena);
	int rc = sw_cis_jq_run(q, sh->arena, in, &l, &err);
	for (uint32_t i = 0; i < l.n; i++)
		show(o, io->out, *last = l.v[i]);
	if (rc == -SW_ELIMIT)
		return sh_unknown(sh, "%s", err.text);
	if (rc)
		sw_buf_printf(io->err, "jq: error (at <stdin>:0): %s\n", err.text);
	return rc ? 5 : 0;
}

int sh_tool_jq(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct jq_opts o = {0};
	struct sw_str program = {0}, file = {0}, text;
	struct sw_cis_jq *q;
	struct sw_error err = {0};
	struct sw_value v, last = sw_null();
	struct sw_list all;
	int rc = 0, got;
	for (uint32_t i = 1; i < args->n; i++) {
		struct sw_str a = args->v[i];
		if (a.n > 1 && a.p[0] == '-' && !jq_option(&o, a))
			return sh_unknown(sh, "jq %.*s", SW_STR_ARG(a));
		if (a.n > 1 && a.p[0] == '-')
			continue;
		if (!program.p)
			program = a;
		else if (!file.p)
			file = a;
		else
			return sh_unknown(sh, "jq with several files");
	}
	if (sw_cis_jq_parse(sh->arena, program, &q, &err))
		return sh_unknown(sh, "%s in %.*s", err.text, SW_STR_ARG(program));
	if (sh_input(sh, io, file.p ? &file : NULL, "jq", &text))
		return 2;
	sw_list_init(&all, sh->arena);
	if (o.null_input)
		return jq_one(sh, &o, q, sw_null(), io, &last);
	while ((got = next_value(sh, &text, &v)) > 0 && sh_step(sh)) {
		if (o.slurp)
			sw_list_add(&all, v);
		else if ((got = jq_one(sh, &o, q, v, io, &last)))
			rc = got;
	}
	if (got < 0) {
		sw_buf_addz(io->err, "jq: parse error: Invalid literal at line 1, column 1\n");
		return 2;
	}
	if (o.slurp)
		rc = jq_one(sh, &o, q, all.n ? sw_list_array(&all) : sw_empty_array(), io, &last);
	if (o.exit_status && !rc && (last.type == SW_NULL || sw_is_false(last)))
		rc = 1;
	return rc;
}

/* yq 'PATH' over YAML: its first document through jq, texts as they are, the rest as JSON. */
int sh_tool_yq(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct jq_opts o = {.raw = true};
	struct sw_str text;
	struct sw_cis_jq *q;
	struct sw_error err = {0};
	struct sw_value last;
	struct sw_yaml_stream *y;
	struct sw_yaml_doc doc = {0};
	bool named = args->n == 3;
	if (args->n < 2 || args->n > 3 || (args->v[1].n && args->v[1].p[0] == '-'))
		return sh_unknown(sh, "yq with options");
	if (sw_cis_jq_parse(sh->arena, args->v[1], &q, &err))
		return sh_unknown(sh, "%s in %.*s", err.text, SW_STR_ARG(args->v[1]));
	if (sh_input(sh, io, named ? &args->v[2] : NULL, "yq", &text))
		return 1;
	if (sw_yaml_open(sh->arena, text, SW_YAML_K8S, NULL, &y, NULL) || sw_yaml_next(y, sh->arena, &doc, NULL) < 0) {
		sw_buf_addz(io->err, "Error: bad file\n");
		return 1;
	}
	return jq_one(sh, &o, q, sw_defined(doc.root) ? doc.root : sw_null(), io, &last) ? 1 : 0;
}
