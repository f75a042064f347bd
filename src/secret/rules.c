/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of secrets: reading them, and compiling them for Hyperscan. */
#include <dlfcn.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/embed.h"
#include "doc/source.h"
#include "doc/yaml.h"
#include "secret/impl.h"

extern const struct sw_embed sw_embed_secrets[];
/* The database of the built-in rules, made by the build; empty while the build makes it. */
extern const unsigned char sw_secret_database[] __attribute__((weak));
extern const size_t sw_secret_database_n __attribute__((weak));

/* ---- Hyperscan ---- */

static struct secret_hs lib;
static bool there;

static void load(void)
{
	const struct {
		void **to;
		const char *name;
	} symbols[] = {{(void **)&lib.compile, "hs_compile_ext_multi"},
		{(void **)&lib.free_error, "hs_free_compile_error"},
		{(void **)&lib.free_database, "hs_free_database"},
		{(void **)&lib.serialize, "hs_serialize_database"},
		{(void **)&lib.deserialize, "hs_deserialize_database"},
		{(void **)&lib.alloc_scratch, "hs_alloc_scratch"},
		{(void **)&lib.free_scratch, "hs_free_scratch"}, {(void **)&lib.scan, "hs_scan"}};
	void *so = dlopen("libhs.so.5", RTLD_NOW | RTLD_LOCAL);
	if (!so)
		return;
	for (size_t i = 0; i < SW_ARRAY_LEN(symbols); i++)
		if (!(*symbols[i].to = dlsym(so, symbols[i].name)))
			return;
	there = true;
}

const struct secret_hs *secret_hs(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, load);
	return there ? &lib : NULL;
}

static int no_hyperscan(struct sw_error *err)
{
	sw_error_set(err, SW_EUNSUPPORTED,
		"secrets are looked for with Hyperscan, which is not installed");
	return sw_error_hint(err, "apt-get install libhyperscan5");
}

/* The class that a pattern begins with, if a literal stands behind its repeats: those cost much. */
static size_t leading_class(struct sw_str p, size_t *ret_rest)
{
	static const struct sw_str group = SW_STR_INIT("(?P<secret>"), word = SW_STR_INIT("\\b"),
		begin = SW_STR_INIT("(?:\\b|\\\\[nrt])");
	static const struct sw_str escaped = SW_STR_INIT(".:+/@");
	size_t at = sw_str_starts(p, begin) ? begin.n : 0, close, end;
	while (sw_str_starts(sw_str_sub(p, at, p.n), group) || sw_str_starts(sw_str_sub(p, at, p.n), word))
		at += p.p[at] == '(' ? group.n : word.n;
	if (at >= p.n || p.p[at] != '[' || (close = sw_str_chr(p, ']', at + 2)) == SW_NPOS)
		return 0;
	end = sw_str_chr(p, '}', close);
	if (close + 1 >= p.n || p.p[close + 1] != '{' || end == SW_NPOS || end + 3 >= p.n)
		return 0;
	char next = p.p[end + 1], letter = p.p[end + 1] | 0x20;
	bool literal = (letter >= 'a' && letter <= 'z') || next == '_' || next == ':' || next == '@' ||
		       (next == '\\' && sw_str_chr(escaped, p.p[end + 2], 0) != SW_NPOS);
	*ret_rest = end + 1;
	return literal ? close + 1 : 0;
}

/*
 * What Hyperscan is given need only match at least where the pattern does, and end there: long bounded
 * repeats of a class, which cost it states, lose their upper bound, and those at the beginning, before a
 * literal, both. PCRE2 has the pattern as it stands.
 */
static struct sw_str loosened(struct sw_arena *a, struct sw_str p)
{
	size_t i = 0, close = leading_class(p, &i);
	sw_autobuf out;
	sw_buf_init(&out, 1 << 20);
	if (close) {
		struct sw_str begin = sw_str_sub(p, 0, close);
		size_t group = sw_str_find(begin, SW_STR("(?P<secret>"), 0);
		size_t bracket = sw_str_chr(begin, '[', group == SW_NPOS ? 0 : group);
		if (group != SW_NPOS)
			sw_buf_addz(&out, "(?P<secret>");
		sw_buf_addstr(&out, sw_str_sub(begin, bracket, begin.n));
	} else {
		i = 0;
	}
	for (; i < p.n; i++) {
		size_t comma = sw_str_chr(p, ',', i), end = sw_str_chr(p, '}', i);
		int64_t most = 0;
		bool repeat = p.p[i] == '{' && i && p.p[i - 1] == ']' && comma < end &&
			      end != SW_NPOS &&
			      sw_str_to_i64(sw_str_sub(p, comma + 1, end), &most) && most >= 60 &&
			      !sw_str_ends(sw_str_sub(p, 0, i), SW_STR("[\\s\\S]")) &&
			      !sw_str_ends(sw_str_sub(p, 0, i), SW_STR("[^\\n]"));
		if (repeat) {
			sw_buf_addstr(&out, sw_str_sub(p, i, comma + 1));
			i = end - 1;
		} else {
			sw_buf_addch(&out, p.p[i]);
		}
	}
	return sw_arena_str(a, sw_buf_str(&out));
}

/* Look-arounds and references are beyond Hyperscan: such patterns are matched roughly. */
static unsigned flags_of(struct sw_str p)
{
	static const char *const beyond[] = {"(?<!", "(?<=", "(?=", "(?!", "\\1", "\\b)"};
	unsigned flags = HS_FLAG_MULTILINE;
	for (size_t i = 0; i < SW_ARRAY_LEN(beyond); i++)
		if (sw_str_has(p, sw_str_from(beyond[i])))
			flags |= HS_FLAG_PREFILTER;
	return flags;
}

static int secret_compile_database(struct sw_secret_rules *r, struct sw_error *err)
{
	const struct secret_hs *hs = secret_hs();
	hs_compile_error_t *e = NULL;
	if (!hs)
		return no_hyperscan(err);
	const char **patterns = sw_arena_new_array(&r->arena, r->n + 1, const char *);
	unsigned *flags = sw_arena_new_array(&r->arena, r->n + 1, unsigned);
	unsigned *ids = sw_arena_new_array(&r->arena, r->n + 1, unsigned);
	unsigned n = 0;
	for (uint32_t i = 0; patterns && flags && ids && i < r->n; i++) {
		const struct secret_rule *rule = &r->v[i];
		if (rule->named || rule->behind.n || rule->prefixed)
			continue;
		struct sw_str p = rule->after.n ? rule->after : rule->trigger.n ? rule->trigger : rule->pattern;
		p = loosened(&r->arena, p);
		patterns[n] = sw_arena_cstr(&r->arena, p);
		flags[n] = flags_of(p);
		ids[n++] = i;
	}
	if (ids && !n)
		return 0; /* a file of rules that are looked for otherwise */
	/* For any machine: the build's own may have more than the one that runs. */
	const hs_platform_info_t any = {.tune = HS_TUNE_FAMILY_GENERIC};
	if (!ids || hs->compile(patterns, flags, ids, NULL, n, HS_MODE_BLOCK, &any, &r->db, &e) !=
			    HS_SUCCESS) {
		bool one = e && e->expression >= 0 && (uint32_t)e->expression < n;
		struct sw_str id = one ? r->v[ids[e->expression]].rule.id : SW_STR("the rules together");
		sw_error_set(
			err, SW_EINVALID, "%.*s: %s", SW_STR_ARG(id), e ? e->message : "no memory");
		hs->free_error(e);
		return -SW_EINVALID;
	}
	return 0;
}

/* ---- reading ---- */

struct reading {
	struct sw_secret_rules *r;
	struct sw_source src;
	bool trusted;		/* the build has compiled every pattern */
	struct sw_error *err;
};

static int bad(struct reading *rd, struct sw_span at, const char *what, struct sw_str value)
{
	sw_error_set(rd->err, SW_EINVALID, "%s%s%.*s", what, value.n ? ": " : "",
		(int)(value.n < 200 ? value.n : 200), value.p ? value.p : "");
	return sw_source_error(&rd->src, &rd->r->arena, at.start, rd->err);
}

static int read_names(struct reading *rd, struct sw_value list)
{
	struct sw_secret_rules *r = rd->r;
	r->names = secret_names_new(&r->arena);
	for (uint32_t i = 0; r->names && list.type == SW_ARRAY && i < list.n; i++) {
		struct sw_value v = sw_array_at(list, i);
		struct sw_str name = v.type == SW_STRING ? sw_value_str(v) : SW_STR("");
		struct sw_span at = list.u.a->spans ? list.u.a->spans[i] : (struct sw_span){0};
		if (!secret_names_add(r->names, name))
			return bad(rd, at,
				"a service is named by 3 or more small letters, digits and \".-_\", "
				"and there are up to 2,048",
				name);
	}
	return r->names ? 0 : sw_error_set(rd->err, SW_ELIMIT, "out of memory");
}

static int read_prefixes(struct reading *rd, struct sw_value v, struct sw_span at, struct secret_rule *rule)
{
	struct sw_value list = sw_object_gets(v, SW_STR("prefix"));
	rule->prefixed = sw_defined(list);
	if (rule->prefixed && (list.type != SW_ARRAY || rule->after.n || rule->behind.n))
		return bad(rd, at, "`prefix` is a list, without `after` and `behind`", rule->rule.id);
	for (uint32_t i = 0; rule->prefixed && i < list.n; i++) {
		struct sw_value p = sw_array_at(list, i);
		struct sw_str text = p.type == SW_STRING ? sw_value_str(p) : SW_STR("");
		if (!secret_prefixes_add(rd->r->prefixes, text, rd->r->n))
			return bad(rd, at,
				"a prefix is 2 to 12 of [A-Za-z0-9_+/-] that begin with a letter, a digit or _, "
				"and there are up to 2,048",
				text);
	}
	return 0;
}

/* Where the rule is looked for, when not by Hyperscan. */
static int read_where(
	struct reading *rd, struct sw_value v, struct sw_span at, struct secret_rule *rule)
{
	struct sw_str behind = sw_value_getstr(v, "behind"), then = sw_value_getstr(v, "then");
	bool prefixed = sw_defined(sw_object_gets(v, SW_STR("prefix")));
	int64_t run = 0;
	rule->named = sw_str_is(rule->after, "{services}");
	if (!rule->named && sw_str_has(rule->after, SW_STR("{services}")))
		return bad(rd, at, "{services} is the whole of `after` or not in it", rule->rule.id);
	if (then.n && (then.n != 1 || !rule->after.n || rule->named))
		return bad(rd, at, "`then` is one byte, and there is an `after`", rule->rule.id);
	rule->then = then.n ? then.p[0] : 0;
	if (rule->trigger.n && (rule->after.n || behind.n || prefixed))
		return bad(rd, at, "`trigger` stands without `after`, `behind` and `prefix`", rule->rule.id);
	if (!sw_defined(sw_object_gets(v, SW_STR("run"))) && !behind.n)
		return 0;
	if (!sw_value_int(sw_object_gets(v, SW_STR("run")), &run) || run < SECRET_RUN_MIN ||
		run > 4096 || !!behind.n + !!rule->after.n + prefixed != 1)
		return bad(rd, at,
			"`run` is 12 to 4,096, and there is one of `behind`, a few bytes, `after` and `prefix`",
			rule->rule.id);
	rule->run = (uint32_t)run;
	rule->behind = behind;
	return read_prefixes(rd, v, at, rule);
}

/* A token may stand behind the escape of a line's end, as in strings of JSON: its letter is no part of it. */
static struct sw_str behind_escapes(struct sw_arena *a, struct sw_str p)
{
	static const struct sw_str begin = SW_STR_INIT("\\b(?P<secret>");
	if (!sw_str_starts(p, begin))
		return p;
	return sw_arena_printf(a, "(?:\\b|\\\\[nrt])%.*s", SW_STR_ARG(sw_str_sub(p, 2, p.n)));
}

static int read_rule(
	struct reading *rd, struct sw_value v, struct sw_span at, struct secret_rule *rule)
{
	struct sw_value entropy = sw_object_gets(v, SW_STR("entropy"));
	struct sw_str id = sw_value_getstr(v, "id");
	*rule = (struct secret_rule){
		.pattern = behind_escapes(&rd->r->arena, sw_value_getstr(v, "pattern")),
		.after = sw_value_getstr(v, "after"),
		.trigger = sw_value_getstr(v, "trigger"),
		.only_not = sw_value_getstr(v, "not"),
		.not_before = sw_value_getstr(v, "not_before"),
		.entropy = sw_defined(entropy) ? sw_value_double(entropy) : 0,
		.digit = sw_is_true(sw_object_gets(v, SW_STR("digit"))),
		.checksum = sw_is_true(sw_object_gets(v, SW_STR("checksum"))),
		.made_up = sw_is_true(sw_object_gets(v, SW_STR("made_up"))),
		.words = sw_is_true(sw_object_gets(v, SW_STR("words"))),
		.ordinary = sw_is_true(sw_object_gets(v, SW_STR("ordinary"))),
		.rule = {.id = sw_arena_printf(&rd->r->arena, "secret/%.*s", SW_STR_ARG(id)),
			.title = sw_value_getstr(v, "title"),
			.description = SW_STR(
				"Whoever reads this file has the secret: it is in every copy "
				"of the image, the repository and their backups."),
			.remediation =
				SW_STR("Take the secret back where it was issued, issue another "
				       "one, and keep it in a secret store or a mounted Secret."),
			.category = SW_STR("secret"),
			.engine = SW_STR("secret"),
			.source = rd->src.name}};
	if (!id.n || !rule->rule.title.n || !rule->pattern.n)
		return bad(rd, at, "a rule needs an id, a title and a pattern", id);
	if (sw_severity_parse(sw_value_getstr(v, "severity"), &rule->rule.severity))
		return bad(rd, at, "not a severity", sw_value_getstr(v, "severity"));
	return read_where(rd, v, at, rule);
}

/* Lists of the rules that Hyperscan does not look for. */
static int sort_out(struct sw_secret_rules *r, struct sw_error *err)
{
	r->at_run = sw_arena_new_array(&r->arena, r->n + 1, uint32_t);
	r->named = sw_arena_new_array(&r->arena, r->n + 1, uint32_t);
	if (!r->at_run || !r->named)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	for (uint32_t i = 0; i < r->n; i++) {
		if (r->v[i].named)
			r->named[r->n_named++] = i;
		struct sw_str behind = r->v[i].behind;
		if (!behind.n)
			continue;
		r->at_run[r->n_at_run++] = i;
		for (size_t k = 0; k < behind.n; k++) {
			uint32_t *least = &r->lead[(unsigned char)behind.p[k]];
			*least = !*least || r->v[i].run < *least ? r->v[i].run : *least;
		}
	}
	return 0;
}

static bool is_known(const struct sw_secret_rules *r, struct sw_str id)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (sw_str_eq(r->v[i].rule.id, id))
			return true;
	return false;
}

static int read_rules(struct reading *rd, struct sw_value root)
{
	struct sw_secret_rules *r = rd->r;
	struct sw_value list = sw_object_gets(root, SW_STR("rules"));
	r->placeholder = sw_value_getstr(root, "placeholder");
	r->ordinary = sw_value_getstr(root, "ordinary");
	int rc_before = read_names(rd, sw_object_gets(root, SW_STR("services")));
	if (!rc_before)
		rc_before = secret_allow_read(&r->allowed, &r->arena, &rd->src,
			sw_object_gets(root, SW_STR("allow")), rd->err);
	if (rc_before)
		return rc_before;
	if (list.type != SW_ARRAY || !list.n || list.n > SW_SECRET_RULES)
		return bad(rd, (struct sw_span){0}, "a file of secrets needs 1 to 4,096 `rules`",
			SW_STR(""));
	r->v = sw_arena_new_array(&r->arena, list.n, struct secret_rule);
	r->prefixes = secret_prefixes_new(&r->arena);
	if (!r->prefixes)
		return sw_error_set(rd->err, SW_ELIMIT, "out of memory");
	for (uint32_t i = 0; r->v && i < list.n; i++) {
		struct sw_span at = list.u.a->spans ? list.u.a->spans[i] : (struct sw_span){0};
		int rc = read_rule(rd, sw_array_at(list, i), at, &r->v[i]);
		if (!rc && !rd->trusted && is_known(r, r->v[i].rule.id))
			rc = bad(rd, at, "two rules have the id", sw_value_getstr(sw_array_at(list, i), "id"));
		if (!rc && !rd->trusted) { /* a pattern that is wrong is said with its place, now */
			rc = secret_rule_ready(r, &r->v[i], rd->err);
			if (rc)
				sw_source_error(&rd->src, &r->arena, at.start, rd->err);
		}
		if (rc)
			return rc;
		r->n++;
	}
	return r->v ? sort_out(r, rd->err) : sw_error_set(rd->err, SW_ELIMIT, "out of memory");
}

static int parse(struct sw_str name, struct sw_str text, bool trusted, struct sw_secret_rules **ret,
	struct sw_error *err)
{
	struct sw_secret_rules *r = calloc(1, sizeof(*r));
	struct reading rd = {.r = r, .err = err, .trusted = trusted};
	struct sw_value root;
	if (!r)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	sw_arena_init(&r->arena, (size_t)256 << 20);
	pthread_mutex_init(&r->lock, NULL);
	rd.src = (struct sw_source){
		.name = sw_arena_str(&r->arena, name), .text = sw_arena_str(&r->arena, text)};
	int rc = sw_yaml_parse(
		&r->arena, rd.src.text, SW_YAML_K8S | SW_YAML_SPANS, NULL, &root, err);
	if (rc)
		sw_error_at(err, name, err->line, err->col, err->byte);
	else
		rc = read_rules(&rd, root);
	if (rc) {
		sw_secret_rules_free(r);
		return rc;
	}
	*ret = r;
	return 0;
}

int sw_secret_rules_parse(
	struct sw_str name, struct sw_str text, struct sw_secret_rules **ret, struct sw_error *err)
{
	struct sw_secret_rules *r;
	int rc = parse(name, text, false, &r, err);
	if (rc)
		return rc;
	rc = secret_compile_database(r, err);
	if (rc) {
		sw_error_at(err, name, 0, 0, 0);
		sw_secret_rules_free(r);
		return rc;
	}
	*ret = r;
	return 0;
}

static struct sw_secret_rules *builtin;
static struct sw_error builtin_error;
static int builtin_rc;

static void load_builtin(void)
{
	const struct sw_embed *e = &sw_embed_secrets[0];
	const struct secret_hs *hs = secret_hs();
	if (!hs) {
		builtin_rc = no_hyperscan(&builtin_error);
		return;
	}
	bool built = &sw_secret_database_n != NULL;
	builtin_rc = parse(sw_str_from(e->name), e->text, built, &builtin, &builtin_error);
	if (builtin_rc)
		return;
	if (!built || hs->deserialize((const char *)sw_secret_database, sw_secret_database_n,
			      &builtin->db) != HS_SUCCESS)
		builtin_rc = secret_compile_database(
			builtin, &builtin_error); /* another version of it */
}

int sw_secret_rules_builtin(const struct sw_secret_rules **ret, struct sw_error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, load_builtin);
	if (builtin_rc) {
		*err = builtin_error;
		return builtin_rc;
	}
	*ret = builtin;
	return 0;
}

void sw_secret_rules_free(struct sw_secret_rules *r)
{
	if (!r)
		return;
	for (uint32_t i = 0; i < r->n; i++) {
		pcre2_code_free(r->v[i].code);
		pcre2_code_free(r->v[i].not_code);
		pcre2_code_free(r->v[i].before_code);
	}
	secret_allow_free(&r->allowed);
	pcre2_code_free(r->placeholder_code);
	pcre2_code_free(r->ordinary_code);
	if (r->db && secret_hs())
		secret_hs()->free_database(r->db);
	pthread_mutex_destroy(&r->lock);
	sw_arena_release(&r->arena);
	free(r);
}

uint32_t sw_secret_rules_n(const struct sw_secret_rules *r)
{
	return r->n;
}

const struct sw_rule *sw_secret_rule(const struct sw_secret_rules *r, uint32_t i)
{
	return &r->v[i].rule;
}

int sw_secret_rules_write(const struct sw_secret_rules *r, struct sw_buf *out, struct sw_error *err)
{
	char *bytes = NULL;
	size_t n = 0;
	if (!r->db || secret_hs()->serialize(r->db, &bytes, &n) != HS_SUCCESS)
		return sw_error_set(err, SW_EINVALID, "the database cannot be written");
	sw_buf_add(out, bytes, n);
	free(bytes);
	return 0;
}
