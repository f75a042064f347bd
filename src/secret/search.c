/* SPDX-License-Identifier: Apache-2.0 */
/* A whole file: its letters, and what it holds in base64. */
#include <stdlib.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "secret/impl.h"

enum { TIMES = 3, VALUE_MIN = 16, VALUE_MAX = 2 << 20, VALUES_MAX = 4096, LINE_LONG = 4 << 20 };

struct search {
	struct sw_secret_scanner *s;
	int (*on)(void *arg, const struct sw_secret_seen *seen);
	void *arg;
	uint32_t *nth; /* per rule */
	bool more;
	struct sw_error *err;
};

/* A place in place of those of the text; line 0: none. */
struct place {
	uint32_t line, col;
	struct sw_str text; /* of the line */
};

static int scan(struct search *w, struct sw_str text, struct place at)
{
	const struct sw_secret_hit *hits;
	uint32_t n;
	bool more;
	sw_autoarena a;
	sw_arena_init(&a, (size_t)8 << 20);
	int rc = sw_secret_scan(w->s, text, &hits, &n, &more, w->err);
	for (uint32_t i = 0; !rc && i < n; i++) {
		const struct sw_secret_hit *h = &hits[i];
		const struct secret_rule *rule = (const struct secret_rule *)h->rule;
		struct sw_secret_seen seen = {.rule = h->rule, .doubt = h->doubt, .line = at.line ? at.line : h->line,
			.col = at.line ? at.col : h->col, .ignored = at.line ? secret_ignored(at.text, h->rule->id) : h->ignored,
			.nth = w->nth[secret_scanner_index(w->s, rule)]++,
			.shown = sw_secret_redact(&a, sw_str_sub(text, h->start, h->end))};
		rc = w->on(w->arg, &seen);
	}
	w->more |= !rc && more;
	return rc;
}

static bool in_base64(char c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* `key: VALUE` or `"key":"VALUE"`, of base64 to the end of the line, a quote or a comma. */
static struct sw_str value_of(struct sw_str line, size_t from)
{
	size_t colon = sw_str_chr(line, ':', from), at = colon + 1;
	if (colon == SW_NPOS)
		return SW_STR("");
	while (at < line.n && (line.p[at] == ' ' || line.p[at] == '\t' || line.p[at] == '"' || line.p[at] == '\''))
		at++;
	size_t end = at;
	while (end < line.n && in_base64(line.p[end]))
		end++;
	while (end < line.n && line.p[end] == '=')
		end++;
	if (end < line.n && !sw_str_has(SW_STR("\"',} \r\t#"), sw_str_sub(line, end, end + 1)))
		end = at;
	return sw_str_sub(line, at, end);
}

static bool is_text(struct sw_str s)
{
	return s.n && sw_utf8_valid(s) && !memchr(s.p, 0, s.n);
}

/* What a value in base64 says, which may be base64 again, up to TIMES: then the innermost is searched too. */
static int decoded(struct search *w, struct sw_str v, struct place at, int times)
{
	struct sw_str text;
	sw_autoarena a;
	sw_arena_init(&a, (size_t)VALUE_MAX * 2);
	if (v.n < VALUE_MIN || v.n > VALUE_MAX || v.n % 4 || !sw_base64_decode(&a, v, &text) || !is_text(text))
		return 0;
	int rc = scan(w, text, at);
	return rc || times == 1 ? rc : decoded(w, sw_str_trim(text), at, times - 1);
}

static int values_of(struct search *w, struct sw_str line, uint32_t number, uint32_t *n)
{
	int rc = 0;
	for (size_t from = 0; !rc && from < line.n && *n < VALUES_MAX;) {
		struct sw_str v = value_of(line, from);
		size_t colon = sw_str_chr(line, ':', from);
		if (colon == SW_NPOS)
			return 0;
		from = colon + 1;
		if (v.n < VALUE_MIN || v.n > VALUE_MAX || v.n % 4)
			continue;
		size_t col = (size_t)(v.p - line.p);
		struct place at = {.line = number,
			.col = (uint32_t)sw_utf8_count(sw_str_sub(line, 0, col)) + 1,
			.text = line};
		++*n;
		rc = decoded(w, v, at, TIMES);
		from = (size_t)(v.p - line.p) + v.n;
	}
	return rc;
}

/* Secrets of Kubernetes and kubeconfigs hold their values in base64. */
static int encoded(struct search *w, struct sw_str text)
{
	static const char *const kinds[] = {"kind: Secret", "kind: \"Secret\"", "\"kind\":\"Secret\"", "\"kind\": \"Secret\"",
		"kind: Config", "\"kind\":\"Config\"", "\"kind\": \"Config\"", "kind: List", "\"kind\": \"List\"",
		"\"kind\":\"SecretList\"", "\"kind\":\"List\"", "kind: SecretList"};
	bool any = false;
	for (size_t i = 0; !any && i < SW_ARRAY_LEN(kinds); i++)
		any = sw_str_has(text, sw_str_from(kinds[i]));
	uint32_t number = 1, n = 0;
	int rc = 0;
	for (size_t at = 0; any && !rc && at < text.n; number++) {
		size_t end = sw_str_chr(text, '\n', at);
		end = end == SW_NPOS ? text.n : end;
		if (end - at <= LINE_LONG)
			rc = values_of(w, sw_str_sub(text, at, end), number, &n);
		at = end + 1;
	}
	w->more |= n >= VALUES_MAX;
	return rc;
}

int sw_secret_search(struct sw_secret_scanner *s, struct sw_str file, struct sw_str text,
	int (*on)(void *arg, const struct sw_secret_seen *seen), void *arg, bool *ret_more, struct sw_error *err)
{
	enum sw_secret_letters letters = sw_secret_letters_of(text);
	struct search w = {.s = s, .on = on, .arg = arg, .err = err};
	sw_autobuf utf8;
	sw_autofree void *nth = calloc(secret_scanner_rules(s) + 1, sizeof(*w.nth));
	if (!nth)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	w.nth = nth;
	sw_buf_init(&utf8, 0);
	if (letters != SW_SECRET_BYTES) {
		sw_secret_utf8(text, letters, &utf8);
		text = sw_buf_str(&utf8);
	}
	sw_secret_scanner_file(s, file);
	int rc = scan(&w, text, (struct place){0});
	if (!rc)
		rc = encoded(&w, text);
	*ret_more = w.more;
	return rc;
}
