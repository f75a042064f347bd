/* SPDX-License-Identifier: Apache-2.0 */
#include "cis/redact.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/re2.h"
#include "cis/node.h"
#include "doc/yaml.h"

#define WORDS                                                                                                              \
	"token|password|passwd|secret|client-key-data|clientkeydata|api[_-]?key|access[_-]?key|private[_-]?key|"           \
	"credentials?|encryption[_-]?key"
#define DEPTH_MAX 64
#define DOCS_MAX 64

/* Of each, the first group stays and the second is the secret. */
static const char *const patterns[] = {
	/* name: value, NAME=value */
	"(?i)([a-z0-9_.-]*(?:" WORDS ")[\"']?[ \\t]*[:=][ \\t]*)(\"(?:[^\"\\\\\\n]|\\\\.)*\"|'[^'\\n]*'|[^\\s,}\\[\\]{\"'][^\\s,}\\]]*)",
	/* --name VALUE */
	"(?i)(--?[a-z0-9_.-]*(?:" WORDS ")[ \\t]+)([^\\s-][^\\s]*)",
	"()(eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*)",
	"()(\\b[a-z0-9]{6}\\.[a-z0-9]{16}\\b)",
	"()(\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b)",
	"(://[^/\\s:@]*:)([^@\\s/]+)@",
	"((?m:^)[^:\\s]+:)(\\$[^:\\s]+)",
	"(?i)((?:bearer|basic)[ \\t]+)([A-Za-z0-9+/=._-]{8,})",
	"([\"']?\\bauth[\"']?[ \\t]*[:=][ \\t]*)(\"[^\"\\n]*\"|'[^'\\n]*')",
	"()(LS0tLS1CRUdJTi[A-Za-z0-9+/=]*)",
};
#define N_PATTERNS (sizeof(patterns) / sizeof(patterns[0]))

struct sw_cis_redactor {
	struct sw_re2 *re[N_PATTERNS], *word;
	struct sw_buf tmp[2];
};

static const char word_pattern[] = "(?i)(?:(?:" WORDS ")|^auth)$";

int sw_cis_redactor_new(struct sw_cis_redactor **ret, struct sw_error *err)
{
	struct sw_cis_redactor *r = calloc(1, sizeof(*r));
	int rc = 0;
	if (!r)
		abort();
	for (size_t i = 0; i < N_PATTERNS && !rc; i++)
		rc = sw_re2_compile(sw_str_from(patterns[i]), &r->re[i], err);
	if (!rc)
		rc = sw_re2_compile(sw_str_from(word_pattern), &r->word, err);
	sw_buf_init(&r->tmp[0], SW_CIS_FILE_MAX * 2);
	sw_buf_init(&r->tmp[1], SW_CIS_FILE_MAX * 2);
	if (rc)
		sw_cis_redactor_free(r);
	else
		*ret = r;
	return rc;
}

void sw_cis_redactor_free(struct sw_cis_redactor *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < N_PATTERNS; i++)
		sw_re2_free(r->re[i]);
	sw_re2_free(r->word);
	sw_buf_release(&r->tmp[0]);
	sw_buf_release(&r->tmp[1]);
	free(r);
}

/* ---- texts ---- */

static void keys(struct sw_buf *out, struct sw_str s)
{
	size_t at = 0;
	for (;;) {
		size_t begin = sw_str_find(s, SW_STR("-----BEGIN "), at), line, end;
		if (begin == SW_NPOS)
			break;
		line = sw_str_chr(s, '\n', begin);
		size_t escaped = sw_str_find(s, SW_STR("\\n"), begin); /* PEM within a JSON string */
		line = escaped < line ? escaped : line;
		end = sw_str_find(s, SW_STR("-----END "), begin);
		sw_buf_addstr(out, sw_str_sub(s, at, line));
		at = line == SW_NPOS ? s.n : line;
		if (!sw_str_has(sw_str_sub(s, begin, line), SW_STR("PRIVATE KEY")))
			continue;
		sw_buf_addz(out, escaped < end && escaped == line ? "\\nREDACTED\\n" : "\nREDACTED\n");
		at = end == SW_NPOS ? s.n : end;
	}
	sw_buf_addstr(out, sw_str_sub(s, at, s.n));
}

static bool harmless(struct sw_str v)
{
	if (v.n > 1 && (v.p[0] == '"' || v.p[0] == '\'') && v.p[v.n - 1] == v.p[0])
		v = sw_str_sub(v, 1, v.n - 1);
	return !v.n || v.p[0] == '/' || sw_str_is(v, "true") || sw_str_is(v, "false") || sw_str_is(v, "null") ||
	       sw_str_is(v, "REDACTED") || sw_str_is(v, "|") || sw_str_is(v, ">") || sw_str_is(v, "{") || sw_str_is(v, "[");
}

static void one_pattern(struct sw_re2 *re, struct sw_str s, struct sw_buf *out)
{
	size_t at = 0, c[6];
	while (at < s.n && sw_re2_find(re, s, at, c, 3, NULL) == 1 && c[5] > c[4]) {
		struct sw_str value = sw_str_sub(s, c[4], c[5]);
		char quote = value.p[0] == '"' || value.p[0] == '\'' ? value.p[0] : 0;
		sw_buf_addstr(out, sw_str_sub(s, at, c[4]));
		if (harmless(value)) {
			sw_buf_addstr(out, value);
		} else {
			if (quote)
				sw_buf_addch(out, quote);
			sw_buf_addz(out, "REDACTED");
			if (quote && value.n > 1 && value.p[value.n - 1] == quote)
				sw_buf_addch(out, quote);
		}
		at = c[5];
	}
	sw_buf_addstr(out, sw_str_sub(s, at, s.n));
}

struct sw_str sw_cis_redact(struct sw_cis_redactor *r, struct sw_str text, struct sw_buf *out)
{
	struct sw_buf *x = &r->tmp[0], *y = &r->tmp[1];
	sw_buf_clear(x);
	keys(x, text);
	for (size_t i = 0; i < N_PATTERNS; i++) {
		sw_buf_clear(y);
		one_pattern(r->re[i], sw_buf_str(x), y);
		struct sw_buf *t = x;
		x = y;
		y = t;
	}
	sw_buf_clear(out);
	sw_buf_addstr(out, sw_buf_str(x));
	bool whole = !out->overflow && !x->overflow && !y->overflow;
	if (!whole) {
		sw_buf_release(x);
		sw_buf_release(y);
		sw_buf_init(x, SW_CIS_FILE_MAX * 2);
		sw_buf_init(y, SW_CIS_FILE_MAX * 2);
	}
	return whole ? sw_buf_str(out) : SW_STR("REDACTED");
}

bool sw_cis_redact_word(struct sw_str name)
{
	static const char *const words[] = {"token", "password", "passwd", "secret", "credential", "credentials", "api-key",
		"apikey", "access-key", "accesskey", "private-key", "privatekey", "client-key-data", "encryption-key"};
	for (size_t i = 0; i < SW_ARRAY_LEN(words); i++) {
		size_t n = strlen(words[i]);
		if (name.n >= n && sw_str_ieq(sw_str_sub(name, name.n - n, name.n), sw_str_from(words[i])))
			return true;
	}
	return false;
}

/* ---- files ---- */

struct walk {
	struct sw_cis_redactor *r;
	struct sw_span v[4096];
	uint32_t n;
};

/* Values that are secrets by their key, wherever and however the text has them. */
static void walk(struct walk *w, struct sw_value v, bool secret, int depth)
{
	if (depth > DEPTH_MAX)
		return;
	for (uint32_t i = 0; v.type == SW_OBJECT && i < v.n; i++) {
		struct sw_value k = v.u.o->m[i].k, x = v.u.o->m[i].v;
		bool hit = secret || (k.type == SW_STRING && sw_re2_match(w->r->word, sw_value_str(k), NULL) == 1);
		if (hit && v.u.o->spans && x.type != SW_OBJECT && x.type != SW_ARRAY && x.type != SW_BOOL && x.type != SW_NULL &&
			!(x.type == SW_STRING && harmless(sw_value_str(x))) && w->n < SW_ARRAY_LEN(w->v))
			w->v[w->n++] = v.u.o->spans[2 * i + 1];
		walk(w, x, hit, depth + 1);
	}
	for (uint32_t i = 0; v.type == SW_ARRAY && i < v.n; i++) {
		struct sw_value x = sw_array_at(v, i);
		if (secret && x.type == SW_STRING && v.u.a->spans && !harmless(sw_value_str(x)) && w->n < SW_ARRAY_LEN(w->v))
			w->v[w->n++] = v.u.a->spans[i];
		walk(w, x, secret, depth + 1);
	}
}

static int by_start(const void *x, const void *y)
{
	const struct sw_span *a = x, *b = y;
	return (a->start > b->start) - (a->start < b->start);
}

/* The text with these places blanked; false: it is no YAML, or has none. */
static bool blank(struct sw_arena *a, struct sw_cis_redactor *r, struct sw_str text, struct sw_str *ret)
{
	struct sw_yaml_stream *s;
	struct sw_yaml_doc doc = {0};
	struct walk *w = sw_arena_zalloc(a, sizeof(*w));
	sw_autobuf out = {0};
	if (!w || sw_yaml_open(a, text, SW_YAML_K8S | SW_YAML_SPANS, NULL, &s, NULL))
		return false;
	w->r = r;
	for (int i = 0; i < DOCS_MAX && sw_yaml_next(s, a, &doc, NULL) > 0; i++)
		walk(w, doc.root, false, 0);
	if (!w->n)
		return false;
	qsort(w->v, w->n, sizeof(w->v[0]), by_start);
	sw_buf_init(&out, SW_CIS_FILE_MAX * 2);
	size_t at = 0;
	for (uint32_t i = 0; i < w->n; i++) {
		if (w->v[i].start < at || w->v[i].end > text.n || w->v[i].end <= w->v[i].start)
			continue;
		struct sw_str was = sw_str_sub(text, w->v[i].start, w->v[i].end);
		sw_buf_addstr(&out, sw_str_sub(text, at, w->v[i].start));
		bool json = was.p[0] == '"';
		sw_buf_addz(&out, json ? "\"REDACTED\"" : "REDACTED");
		if (was.p[was.n - 1] == '\n') /* a block text ends with its line */
			sw_buf_addch(&out, '\n');
		at = w->v[i].end;
	}
	sw_buf_addstr(&out, sw_str_sub(text, at, text.n));
	*ret = sw_arena_str(a, sw_buf_str(&out));
	return !out.overflow && ret->p;
}

/* Is the file a secret as a whole? */
static bool secret_file(struct sw_str path)
{
	static const char *const parts[] = {"token", "password", "credential", "secret", "basic_auth", "basic-auth", "id_rsa"};
	struct sw_str base = sw_str_base(path);
	bool yaml = sw_str_ends(base, SW_STR(".yaml")) || sw_str_ends(base, SW_STR(".yml")) ||
		    sw_str_ends(base, SW_STR(".json")) || sw_str_ends(base, SW_STR(".conf"));
	if (sw_str_ends(base, SW_STR(".key")) || sw_str_is(base, "shadow") || sw_str_has(path, SW_STR("/etcd/member/")))
		return true;
	for (size_t i = 0; i < SW_ARRAY_LEN(parts); i++)
		if (sw_str_has(base, sw_str_from(parts[i])) && !yaml && !sw_str_starts(path, SW_STR("journal:")))
			return true;
	return false;
}

struct sw_str sw_cis_redact_file(struct sw_cis_redactor *r, struct sw_str path, struct sw_str text, struct sw_buf *out)
{
	sw_autoarena a = {0};
	struct sw_str clean;
	sw_arena_init(&a, (size_t)256 << 20);
	if (text.n && secret_file(path))
		return SW_STR("REDACTED");
	if (!sw_str_starts(path, SW_STR("/proc/")) && blank(&a, r, text, &clean))
		text = clean;
	return sw_cis_redact(r, text, out);
}
