/* SPDX-License-Identifier: Apache-2.0 */
#include "package/purl.h"

#include <stdlib.h>

#include "base/base64.h"

/* ---- the rules of the types ---- */

enum rule {
	NS_NEVER = 1 << 0,
	NS_ALWAYS = 1 << 1,
	NS_LOWER = 1 << 2,
	NS_UPPER = 1 << 3,
	NAME_LOWER = 1 << 4,
	VERSION_LOWER = 1 << 5,
	NAME_DASH = 1 << 6, /* '_' is written '-' */
	NAME_WORD = 1 << 7, /* anything but [a-z0-9_] is written '_' */
	NAME_PATH = 1 << 8, /* the namespace is the first segment, the name all others */
	SUBPATH_LOWER = 1 << 9,
};

static const struct type_rule {
	const char *type;
	unsigned rules;
	const char *required; /* qualifier */
	bool (*check)(const struct sw_purl *p);
} types[];

static bool name_without_colons(const struct sw_purl *p)
{
	return !sw_str_has(p->name, SW_STR("::"));
}

static bool pod_name(const struct sw_purl *p)
{
	for (size_t i = 0; i < p->name.n; i++)
		if (p->name.p[i] == '+' || strchr(" \t\r\n\v\f", p->name.p[i]))
			return false;
	return p->name.p[0] != '.';
}

/* 32 letters a-p; 1 to 4 numbers. */
static bool chrome_extension(const struct sw_purl *p)
{
	if (p->name.n != 32)
		return false;
	for (size_t i = 0; i < p->name.n; i++)
		if (p->name.p[i] < 'a' || p->name.p[i] > 'p')
			return false;
	struct sw_str rest = p->version, part;
	unsigned parts = 0;
	if (!rest.n)
		return true;
	if (rest.p[rest.n - 1] == '.')
		return false;
	while (sw_str_split(&rest, '.', &part)) {
		if (!part.n || ++parts > 4)
			return false;
		for (size_t i = 0; i < part.n; i++)
			if (part.p[i] < '0' || part.p[i] > '9')
				return false;
	}
	return true;
}

/* At most two segments: the maker's name and its regid. */
static bool swid(const struct sw_purl *p)
{
	size_t first = sw_str_chr(p->ns, '/', 0);
	return first == SW_NPOS || sw_str_chr(p->ns, '/', first + 1) == SW_NPOS;
}

static const struct type_rule types[] = {
	{"alpm", NS_ALWAYS | NS_LOWER | NAME_LOWER},
	{"apk", NS_ALWAYS | NS_LOWER | NAME_LOWER},
	{"bazel", NS_NEVER},
	{"bitbucket", NS_ALWAYS | NS_LOWER | NAME_LOWER},
	{"bitnami", NS_NEVER | NAME_LOWER},
	{"brew", NS_LOWER | NAME_LOWER},
	{"cargo", NS_NEVER},
	{"chrome-extension", NS_NEVER | NAME_LOWER, NULL, chrome_extension},
	{"cocoapods", NS_NEVER, NULL, pod_name},
	{"composer", NS_ALWAYS | NS_LOWER | NAME_LOWER},
	{"conda", NS_NEVER},
	{"cpan", NS_UPPER, NULL, name_without_colons},
	{"cran", NS_NEVER},
	{"deb", NS_ALWAYS | NS_LOWER | NAME_LOWER},
	{"gem", NS_NEVER},
	{"git", NS_ALWAYS | NS_LOWER | NAME_LOWER | NAME_PATH},
	{"github", NS_ALWAYS | NS_LOWER | NAME_LOWER},
	{"hackage", NS_NEVER | NAME_DASH},
	{"hex", NS_LOWER | NAME_LOWER},
	{"huggingface", NS_ALWAYS | VERSION_LOWER},
	{"julia", NS_NEVER, "uuid"},
	{"luarocks", NS_LOWER | NAME_LOWER},
	{"maven", NS_ALWAYS},
	{"mlflow", NS_NEVER},
	{"nuget", NS_NEVER},
	{"oci", NS_NEVER | NAME_LOWER | VERSION_LOWER},
	{"opam", NS_NEVER},
	{"otp", NS_NEVER | NAME_LOWER | SUBPATH_LOWER},
	{"pub", NS_NEVER | NAME_LOWER | NAME_WORD},
	{"pypi", NS_NEVER | NAME_LOWER | NAME_DASH},
	{"qpkg", NS_ALWAYS | NS_LOWER},
	{"rpm", NS_ALWAYS | NS_LOWER},
	{"swid", 0, "tag_id", swid},
	{"swift", NS_ALWAYS},
	{"vcpkg", NS_NEVER},
	{"vscode-extension", NS_ALWAYS | NS_LOWER | NAME_LOWER | VERSION_LOWER},
	{"yocto", NS_LOWER},
};

static const struct type_rule *type_rule(struct sw_str type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (sw_str_is(type, types[i].type))
			return &types[i];
	return NULL;
}

/* ---- percent encoding ---- */

static int decode(struct sw_arena *a, struct sw_str s, struct sw_str *ret, struct sw_error *err)
{
	sw_autobuf out;
	sw_buf_init(&out, SW_PURL_MAX);
	if (!sw_percent_decode(&out, s))
		return sw_error_set(err, SW_ESYNTAX,
			"package URL: '%%' is not followed by two hexadecimal digits");
	if (!sw_utf8_valid(sw_buf_str(&out)))
		return sw_error_set(err, SW_ESYNTAX, "package URL: not valid UTF-8");
	struct sw_str decoded = sw_arena_str(a, sw_buf_str(&out));
	if (!decoded.p || out.overflow)
		return sw_error_set(err, SW_ELIMIT, "package URL: out of memory budget");
	*ret = decoded;
	return 0;
}

/* ---- normalising ---- */

static struct sw_str folded(struct sw_arena *a, struct sw_str s, bool upper)
{
	char *p = sw_arena_alloc(a, s.n + 1);
	for (size_t i = 0; p && i < s.n; i++) {
		char c = s.p[i];
		if (!upper && c >= 'A' && c <= 'Z')
			c = (char)(c + 32);
		else if (upper && c >= 'a' && c <= 'z')
			c = (char)(c - 32);
		p[i] = c;
	}
	return sw_str_make(p, p ? s.n : 0);
}

static bool word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static struct sw_str respelled(struct sw_arena *a, struct sw_str s, unsigned rules)
{
	char *p = sw_arena_memdup(a, s.p, s.n);
	for (size_t i = 0; p && i < s.n; i++) {
		if ((rules & NAME_DASH) && p[i] == '_')
			p[i] = '-';
		if ((rules & NAME_WORD) && !word(p[i]))
			p[i] = '_';
	}
	return sw_str_make(p, p ? s.n : 0);
}

static int qualifier_order(const void *a, const void *b)
{
	const struct sw_purl_qualifier *x = a, *y = b;
	return sw_str_cmp(x->key, y->key);
}

static int settle_qualifiers(
	struct sw_arena *a, struct sw_purl *p, unsigned flags, struct sw_error *err)
{
	uint32_t n = 0;
	if (p->n_qualifiers > SW_PURL_QUALIFIERS)
		return sw_error_set(
			err, SW_ELIMIT, "package URL: more than %d qualifiers", SW_PURL_QUALIFIERS);
	for (uint32_t i = 0; i < p->n_qualifiers; i++) {
		struct sw_purl_qualifier q = p->qualifiers[i];
		/* The specification's own cases: "Arch" is no key, "repositorY_url" is one. */
		if ((flags & SW_PURL_FOLD_KEYS) || (q.key.n && q.key.p[0] >= 'a'))
			q.key = folded(a, q.key, false);
		for (size_t k = 0; k < q.key.n; k++) {
			char c = q.key.p[k];
			if (!word(c) && c != '.' && c != '-')
				return sw_error_set(err, SW_EINVALID,
					"package URL: '%c' in qualifier key '%.*s'",
					c >= ' ' && c < 127 ? c : '?', SW_STR_ARG(q.key));
		}
		if (!q.key.n || (q.key.p[0] >= '0' && q.key.p[0] <= '9'))
			return sw_error_set(err, SW_EINVALID,
				"package URL: a qualifier key is empty or begins with a digit");
		if (q.value.n)
			p->qualifiers[n++] = q;
	}
	p->n_qualifiers = n;
	if (n)
		qsort(p->qualifiers, n, sizeof(*p->qualifiers), qualifier_order);
	for (uint32_t i = 1; i < n; i++)
		if (sw_str_eq(p->qualifiers[i].key, p->qualifiers[i - 1].key))
			return sw_error_set(err, SW_EINVALID,
				"package URL: qualifier '%.*s' is given twice",
				SW_STR_ARG(p->qualifiers[i].key));
	return 0;
}

static int check_type(struct sw_str type, struct sw_error *err)
{
	if (!type.n)
		return sw_error_set(err, SW_ESYNTAX, "package URL: no type");
	for (size_t i = 0; i < type.n; i++) {
		char c = type.p[i];
		if (!(c >= 'a' && c <= 'z') && !(i && c >= '0' && c <= '9') &&
			!(i && (c == '.' || c == '-')))
			return sw_error_set(err, SW_ESYNTAX,
				"package URL: '%.*s' is no type: letters, digits, '.' and '-', "
				"a letter first",
				SW_STR_ARG(type));
	}
	return 0;
}

/* The segments without empty ones (and '.' and '..' in a subpath), joined again. */
static int clean_path(struct sw_arena *a, struct sw_str *path, bool dots, struct sw_error *err)
{
	struct sw_str rest = *path, piece;
	char *out = sw_arena_alloc(a, path->n + 1);
	size_t n = 0;
	if (!out)
		return sw_error_set(err, SW_ELIMIT, "package URL: out of memory budget");
	while (sw_str_split(&rest, '/', &piece)) {
		if (!piece.n || (dots && (sw_str_is(piece, ".") || sw_str_is(piece, ".."))))
			continue;
		if (n)
			out[n++] = '/';
		memcpy(out + n, piece.p, piece.n);
		n += piece.n;
	}
	*path = sw_str_make(out, n);
	return 0;
}

static int apply_rule(
	struct sw_arena *a, struct sw_purl *p, const struct type_rule *r, struct sw_error *err)
{
	unsigned rules = r->rules;
	if ((rules & NS_NEVER) && p->ns.n)
		return sw_error_set(err, SW_EINVALID,
			"package URL: %s packages have no namespace, this one has '%.*s'", r->type,
			SW_STR_ARG(p->ns));
	if ((rules & NS_ALWAYS) && !p->ns.n)
		return sw_error_set(err, SW_EINVALID,
			"package URL: %s packages have a namespace, "
			"this one has none",
			r->type);
	if (rules & (NS_LOWER | NS_UPPER))
		p->ns = folded(a, p->ns, rules & NS_UPPER);
	if (rules & NAME_LOWER)
		p->name = folded(a, p->name, false);
	if (rules & VERSION_LOWER)
		p->version = folded(a, p->version, false);
	if (rules & SUBPATH_LOWER)
		p->subpath = folded(a, p->subpath, false);
	if (rules & (NAME_DASH | NAME_WORD))
		p->name = respelled(a, p->name, rules);
	if (r->required && !sw_purl_get(p, r->required).n)
		return sw_error_set(err, SW_EINVALID,
			"package URL: %s packages need the qualifier "
			"'%s'",
			r->type, r->required);
	if ((rules & NAME_PATH) && p->name.n && p->name.p[p->name.n - 1] == '/')
		return sw_error_set(err, SW_EINVALID, "package URL: '%.*s' ends with an empty name",
			SW_STR_ARG(p->name));
	if (!p->name.n) /* out of budget while folding */
		return sw_error_set(err, SW_ELIMIT, "package URL: out of memory budget");
	if (r->check && !r->check(p))
		return sw_error_set(err, SW_EINVALID,
			"package URL: '%.*s' is no name or version of type %s", SW_STR_ARG(p->name),
			r->type);
	return 0;
}

int sw_purl_normalise(struct sw_arena *a, struct sw_purl *p, unsigned flags, struct sw_error *err)
{
	struct sw_purl q = *p;
	if (q.ns.n + q.name.n + q.version.n + q.subpath.n > SW_PURL_MAX)
		return sw_error_set(
			err, SW_ELIMIT, "package URL: longer than %d bytes", SW_PURL_MAX);
	q.type = folded(a, q.type, false);
	int rc = check_type(q.type, err);
	if (!rc && !q.name.n)
		rc = sw_error_set(err, SW_EINVALID, "package URL: no name");
	if (!rc)
		rc = clean_path(a, &q.ns, false, err);
	if (!rc)
		rc = clean_path(a, &q.subpath, true, err);
	if (!rc)
		rc = settle_qualifiers(a, &q, flags, err);
	const struct type_rule *r = type_rule(q.type);
	if (!rc && r)
		rc = apply_rule(a, &q, r, err);
	/* Databricks' model registry knows no case, Azure's does. */
	if (!rc && sw_str_is(q.type, "mlflow") &&
		sw_str_has(sw_purl_get(&q, "repository_url"), SW_STR("databricks")))
		q.name = folded(a, q.name, false);
	if (!rc)
		*p = q;
	return rc;
}

struct sw_str sw_purl_get(const struct sw_purl *p, const char *key)
{
	for (uint32_t i = 0; i < p->n_qualifiers; i++)
		if (sw_str_is(p->qualifiers[i].key, key))
			return p->qualifiers[i].value;
	return SW_STR("");
}

/* ---- parsing ---- */

static int parse_qualifiers(
	struct sw_arena *a, struct sw_str text, struct sw_purl *p, struct sw_error *err)
{
	struct sw_str rest = text, piece;
	p->qualifiers = sw_arena_new_array(a, SW_PURL_QUALIFIERS, struct sw_purl_qualifier);
	if (!p->qualifiers)
		return sw_error_set(err, SW_ELIMIT, "package URL: out of memory budget");
	while (sw_str_split(&rest, '&', &piece)) {
		if (!piece.n)
			continue;
		if (p->n_qualifiers == SW_PURL_QUALIFIERS)
			return sw_error_set(err, SW_ELIMIT, "package URL: more than %d qualifiers",
				SW_PURL_QUALIFIERS);
		struct sw_purl_qualifier *q = &p->qualifiers[p->n_qualifiers];
		size_t eq = sw_str_chr(piece, '=', 0);
		if (eq == SW_NPOS)
			return sw_error_set(err, SW_ESYNTAX,
				"package URL: qualifier '%.*s' has no '='", SW_STR_ARG(piece));
		q->key = sw_str_sub(piece, 0, eq);
		int rc = decode(a, sw_str_sub(piece, eq + 1, piece.n), &q->value, err);
		if (rc)
			return rc;
		p->n_qualifiers++;
	}
	return 0;
}

/* Each segment decoded on its own: an encoded slash separates nothing. */
static int parse_path(struct sw_arena *a, struct sw_str text, const char *what, struct sw_str *ret,
	struct sw_error *err)
{
	struct sw_str rest = text, piece, plain = {0};
	while (sw_str_split(&rest, '/', &piece)) {
		int rc = decode(a, piece, &plain, err);
		if (rc)
			return rc;
		if (sw_str_chr(plain, '/', 0) != SW_NPOS)
			return sw_error_set(err, SW_EINVALID,
				"package URL: a segment of the %s holds an encoded slash", what);
	}
	return decode(a, text, ret, err);
}

/* An '@' that opens a segment with others behind it is an npm scope that was not encoded. */
static size_t version_sign(struct sw_str s)
{
	for (size_t i = s.n; i-- > 0;) {
		if (s.p[i] != '@')
			continue;
		bool opens = i == 0 || s.p[i - 1] == '/';
		if (!opens || sw_str_chr(s, '/', i) == SW_NPOS)
			return i;
		return SW_NPOS;
	}
	return SW_NPOS;
}

static int parse_name(
	struct sw_arena *a, struct sw_str rest, struct sw_purl *p, struct sw_error *err)
{
	const struct type_rule *r = type_rule(folded(a, p->type, false));
	size_t cut;
	if (r && (r->rules & NAME_PATH)) {
		cut = sw_str_chr(rest, '/', 0);
		if (cut != SW_NPOS) {
			int rc = parse_path(a, sw_str_sub(rest, 0, cut), "namespace", &p->ns, err);
			if (!rc)
				rc = decode(a, sw_str_sub(rest, cut + 1, rest.n), &p->name, err);
			return rc;
		}
	}
	cut = sw_str_rfind(rest, SW_STR("/"));
	int rc = 0;
	if (cut != SW_NPOS)
		rc = parse_path(a, sw_str_sub(rest, 0, cut), "namespace", &p->ns, err);
	if (!rc)
		rc = decode(a, cut == SW_NPOS ? rest : sw_str_sub(rest, cut + 1, rest.n), &p->name,
			err);
	return rc;
}

int sw_purl_parse(struct sw_arena *a, struct sw_str text, unsigned flags, struct sw_purl *ret,
	struct sw_error *err)
{
	struct sw_purl p = {0};
	struct sw_str rest = text;
	int rc = 0;
	p.ns = p.version = p.subpath = SW_STR("");
	if (text.n > SW_PURL_MAX)
		return sw_error_set(
			err, SW_ELIMIT, "package URL: longer than %d bytes", SW_PURL_MAX);
	if (rest.n < 4 || !sw_str_ieq(sw_str_sub(rest, 0, 4), SW_STR("pkg:")))
		return sw_error_set(err, SW_ESYNTAX, "package URL: does not begin with 'pkg:'");
	rest = sw_str_sub(rest, 4, rest.n);
	size_t at = sw_str_rfind(rest, SW_STR("#"));
	if (at != SW_NPOS) {
		rc = parse_path(a, sw_str_sub(rest, at + 1, rest.n), "subpath", &p.subpath, err);
		rest = sw_str_sub(rest, 0, at);
	}
	at = sw_str_rfind(rest, SW_STR("?"));
	if (!rc && at != SW_NPOS) {
		rc = parse_qualifiers(a, sw_str_sub(rest, at + 1, rest.n), &p, err);
		rest = sw_str_sub(rest, 0, at);
	}
	while (rest.n && rest.p[0] == '/')
		rest = sw_str_sub(rest, 1, rest.n);
	at = sw_str_chr(rest, '/', 0);
	if (!rc && at == SW_NPOS)
		rc = sw_error_set(err, SW_ESYNTAX, "package URL: no name behind the type");
	if (rc)
		return rc;
	p.type = sw_str_sub(rest, 0, at);
	rest = sw_str_sub(rest, at + 1, rest.n);
	while (rest.n && rest.p[rest.n - 1] == '/')
		rest.n--;
	at = version_sign(rest);
	if (at != SW_NPOS) {
		rc = decode(a, sw_str_sub(rest, at + 1, rest.n), &p.version, err);
		rest = sw_str_sub(rest, 0, at);
	}
	if (!rc)
		rc = parse_name(a, rest, &p, err);
	if (!rc)
		rc = sw_purl_normalise(a, &p, flags, err);
	if (!rc)
		*ret = p;
	return rc;
}

/* ---- building ---- */

void sw_purl_write(struct sw_buf *out, const struct sw_purl *p)
{
	const struct type_rule *r = type_rule(p->type);
	sw_buf_addz(out, "pkg:");
	sw_buf_addstr(out, p->type);
	sw_buf_addch(out, '/');
	if (p->ns.n) {
		sw_percent_encode(out, p->ns, ":/");
		sw_buf_addch(out, '/');
	}
	sw_percent_encode(out, p->name, r && (r->rules & NAME_PATH) ? ":/" : ":");
	if (p->version.n) {
		sw_buf_addch(out, '@');
		sw_percent_encode(out, p->version, ":");
	}
	for (uint32_t i = 0; i < p->n_qualifiers; i++) {
		sw_buf_addch(out, i ? '&' : '?');
		sw_buf_addstr(out, p->qualifiers[i].key);
		sw_buf_addch(out, '=');
		sw_percent_encode(out, p->qualifiers[i].value, ":");
	}
	if (p->subpath.n) {
		sw_buf_addch(out, '#');
		sw_percent_encode(out, p->subpath, ":/");
	}
}
