/* SPDX-License-Identifier: Apache-2.0 */
/* The formats by name and by file name, and the two that the folder above reads. */
#include "base/cleanup.h"
#include "doc/formats/impl.h"
#include "doc/json.h"
#include "doc/yaml.h"

static int json_parse(
	struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	return sw_json_parse(a, text, 0, NULL, ret, NULL, err);
}

static const struct sw_format formats[] = {
	{"codeowners", sw_codeowners_parse},
	{"cue", NULL},
	{"cyclonedx", json_parse},
	{"dockerfile", sw_dockerfile_parse},
	{"dotenv", sw_dotenv_parse},
	{"edn", sw_edn_parse},
	{"groovy", NULL},
	{"hcl1", sw_hcl1_parse},
	{"hcl2", sw_hcl2_parse},
	{"hocon", NULL},
	{"ignore", sw_ignore_parse},
	{"ini", sw_ini_parse},
	{"json", json_parse},
	{"jsonc", sw_jsonc_parse},
	{"jsonnet", NULL},
	{"nginx", sw_nginx_parse},
	{"properties", sw_properties_parse},
	{"spdx", sw_spdx_parse},
	{"textproto", NULL},
	{"toml", sw_toml_parse},
	{"vcl", NULL},
	{"xml", sw_xml_parse},
	{"yaml", sw_yaml_all_parse},
};

static const struct sw_format *by_name(struct sw_str name)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(formats); i++)
		if (sw_str_ieq(name, sw_str_from(formats[i].name)))
			return &formats[i];
	return NULL;
}

int sw_format_find(struct sw_str name, const struct sw_format **ret, struct sw_error *err)
{
	const struct sw_format *f = by_name(name);
	if (!f)
		return sw_error_set(err, SW_EUSAGE, "unknown parser: %.*s", SW_STR_ARG(name));
	if (!f->parse)
		return sw_error_set(
			err, SW_EUNSUPPORTED, "%s is not a format that can be read", f->name);
	*ret = f;
	return 0;
}

const struct sw_format *sw_format_of_path(struct sw_str path)
{
	/* conftest's order; a dot at the end means "or followed by more" */
	static const struct {
		const char *name, *ext, *format;
	} rows[] = {
		{"dockerfile", "dockerfile", "dockerfile"},
		{NULL, "yml", "yaml"},
		{NULL, "hcl", "hcl2"},
		{NULL, "tf", "hcl2"},
		{NULL, "tfvars", "hcl2"},
		{NULL, "gitignore", "ignore"},
		{NULL, "dockerignore", "ignore"},
		{".env", "env", "dotenv"},
		{"jenkinsfile", NULL, "groovy"},
		{NULL, "textpb", "textproto"},
		{NULL, "textproto", "textproto"},
		{NULL, "txtpb", "textproto"},
		{NULL, "pbtxt", "textproto"},
		{NULL, "prototxt", "textproto"},
	};
	if (sw_str_is(path, "-"))
		return by_name(SW_STR("yaml"));
	struct sw_str name = sw_str_base(path);
	size_t dot = sw_str_rfind(name, SW_STR("."));
	struct sw_str ext = dot == SW_NPOS ? SW_STR("") : sw_str_sub(name, dot + 1, name.n);
	if (sw_str_ieq(name, SW_STR("codeowners")))
		return by_name(SW_STR("codeowners"));
	if (sw_str_ieq(name, SW_STR("nginx.conf")))
		return by_name(SW_STR("nginx"));
	for (size_t i = 0; i < SW_ARRAY_LEN(rows); i++) {
		struct sw_str want = sw_str_from(rows[i].name);
		bool named = want.n && name.n >= want.n &&
			     sw_str_ieq(sw_str_sub(name, 0, want.n), want) &&
			     (name.n == want.n || name.p[want.n] == '.');
		if (named || (rows[i].ext && sw_str_ieq(ext, sw_str_from(rows[i].ext))))
			return by_name(sw_str_from(rows[i].format));
	}
	return by_name(ext);
}

/* ---- YAML ---- */

/* Errors of a part of the text get the lines of the whole. */
static int shift(struct fmt_cursor *c, size_t by, int rc, struct sw_error *err)
{
	if (err->line) {
		for (size_t i = 0; i < by; i++)
			err->line += c->t.p[i] == '\n';
		err->byte += by;
	}
	if (c->err)
		*c->err = *err;
	return rc;
}

static int yaml_part(struct fmt_cursor *c, size_t from, size_t to, struct sw_list *docs)
{
	struct sw_yaml_stream *s;
	struct sw_yaml_doc d;
	struct sw_error err = {0};
	uint32_t before = docs->n;
	int rc = sw_yaml_open(c->a, sw_str_sub(c->t, from, to), 0, NULL, &s, &err);
	if (rc < 0)
		return shift(c, from, rc, &err);
	while ((rc = sw_yaml_next(s, c->a, &d, &err)) > 0)
		if (sw_list_add(docs, d.root))
			return fmt_full(c);
	if (rc < 0)
		return shift(c, from, rc, &err);
	if (docs->n == before && sw_list_add(docs, sw_null()))
		return fmt_full(c);
	return 0;
}

/*
 * conftest cuts the text at lines that are `---` and counts the pieces, empty ones too. A piece in
 * which YAML sees more documents (`--- # so`) loses them there; here they are judged as well.
 */
int sw_yaml_all_parse(
	struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	struct fmt_cursor c;
	struct sw_list docs;
	bool crlf = sw_str_has(text, SW_STR("\r\n"));
	struct sw_str sep = crlf ? SW_STR("\r\n---\r\n") : SW_STR("\n---\n");
	int rc = fmt_open(&c, a, text, err);
	if (rc)
		return rc;
	c.at = 0; /* libyaml reads the byte order mark itself */
	sw_list_init(&docs, a);
	bool directive = text.n && text.p[0] == '%';
	for (size_t from = 0; !rc;) {
		size_t end = sw_str_find(text, sep, from);
		if (directive && end != SW_NPOS)
			end = sw_str_find(text, sep, end + sep.n);
		directive = false;
		rc = yaml_part(&c, from, end == SW_NPOS ? text.n : end, &docs);
		if (end == SW_NPOS)
			break;
		from = end + sep.n;
	}
	if (rc)
		return rc;
	struct sw_value v = docs.n == 1 ? docs.v[0] : sw_list_array(&docs);
	if (!sw_defined(v))
		return fmt_full(&c);
	*ret = v;
	return 0;
}
