/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "doc/source.h"
#include "doc/yaml.h"
#include "secret/block.h"
#include "secret/impl.h"

#define CHUNK ((size_t)256 << 20) /* Hyperscan takes 32 bits; chunks overlap by the widest window  \
				   */
#define AHEAD 4096		  /* bytes behind an end that a match may still take */
#define MATCH_LIMIT 200000	  /* steps of one confirmation */
#define HITS_KEPT 8192		  /* before repeats are dropped */
#define SETTING_MAX 60		  /* bytes of a line before a setting that belong to its name */
#define LINE_LOOK (1u << 16)	  /* bytes of a line that are looked at around a place */
#define LETTERS_MIN 20		  /* of a key without a digit */
#define TRIGGER_BEFORE 300	  /* bytes before the end of `trigger` in which the pattern may begin */
#define NAME_BEFORE 140		  /* bytes before a run in which the name of a service may begin */
#define RUN_BEFORE 40		  /* bytes before a run that may belong to a match of `behind` ... */
#define RUN_BEHIND 64		  /* ... bytes behind it ... */
#define RUN_LONG 4096		  /* ... and of the run itself */
#define BINARY_LOOK 1024		  /* a NUL in so many bytes: no text */
#define BETWEEN_MAX 6		  /* quotes and spaces between `after` and a run */
#define AFTER_MAX SW_SECRET_WINDOW /* bytes behind such a name in which its value is looked for */

struct sw_secret_scanner {
	struct sw_secret_rules *rules;
	hs_scratch_t *scratch;
	pcre2_match_data *match;
	pcre2_match_context *context, *here; /* `here`: of patterns tried up to a certain place */
	size_t *searched; /* per rule: all ends up to here have been looked at */
	size_t named;	  /* names that begin before this have been looked at */
	struct sw_secret_hit *hits;
	uint32_t n, cap;
	bool more, binary;
	struct secret_allowed allowed;
	struct sw_arena arena; /* of the list */
	struct sw_str text, file;
	size_t base; /* of the chunk in the text */
	int rc;
	struct sw_error *err;
};

int sw_secret_scanner_new(
	const struct sw_secret_rules *r, struct sw_secret_scanner **ret, struct sw_error *err)
{
	struct sw_secret_scanner *s = calloc(1, sizeof(*s));
	if (!s)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	s->rules = (struct sw_secret_rules *)r;
	sw_arena_init(&s->arena, (size_t)64 << 20);
	s->searched = calloc(r->n + 1, sizeof(*s->searched));
	s->match = pcre2_match_data_create(16, NULL);
	s->context = pcre2_match_context_create(NULL);
	s->here = pcre2_match_context_create(NULL);
	if (!s->searched || !s->match || !s->context || !s->here ||
		(r->db && secret_hs()->alloc_scratch(r->db, &s->scratch) != HS_SUCCESS)) {
		sw_secret_scanner_free(s);
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	}
	pcre2_set_match_limit(s->context, MATCH_LIMIT);
	pcre2_set_depth_limit(s->context, 1000);
	pcre2_set_match_limit(s->here, MATCH_LIMIT);
	pcre2_set_depth_limit(s->here, 1000);
	*ret = s;
	return 0;
}

void sw_secret_scanner_free(struct sw_secret_scanner *s)
{
	if (!s)
		return;
	if (s->scratch)
		secret_hs()->free_scratch(s->scratch);
	pcre2_match_data_free(s->match);
	pcre2_match_context_free(s->context);
	pcre2_match_context_free(s->here);
	secret_allow_free(&s->allowed);
	sw_arena_release(&s->arena);
	free(s->searched);
	free(s->hits);
	free(s);
}

int sw_secret_scanner_allow(
	struct sw_secret_scanner *s, struct sw_str name, struct sw_str text, struct sw_error *err)
{
	struct sw_source src = {
		.name = sw_arena_str(&s->arena, name), .text = sw_arena_str(&s->arena, text)};
	struct sw_value root;
	int rc = sw_yaml_parse(
		&s->arena, src.text, SW_YAML_K8S | SW_YAML_SPANS, NULL, &root, err);
	if (rc) {
		sw_error_at(err, name, err->line, err->col, err->byte);
		return rc;
	}
	if (!sw_defined(sw_object_gets(root, SW_STR("allow")))) {
		sw_error_set(err, SW_EINVALID, "a file of what is allowed needs a list `allow`");
		sw_error_at(err, name, 0, 0, 0);
		return -SW_EINVALID;
	}
	return secret_allow_read(
		&s->allowed, &s->arena, &src, sw_object_gets(root, SW_STR("allow")), err);
}

void sw_secret_scanner_file(struct sw_secret_scanner *s, struct sw_str file)
{
	s->file = file;
}

uint32_t secret_scanner_rules(const struct sw_secret_scanner *s)
{
	return s->rules->n;
}

uint32_t secret_scanner_index(const struct sw_secret_scanner *s, const struct secret_rule *rule)
{
	return (uint32_t)(rule - s->rules->v);
}

static double entropy(struct sw_str s)
{
	uint32_t count[256] = {0};
	double sum = 0;
	for (size_t i = 0; i < s.n; i++)
		count[(unsigned char)s.p[i]]++;
	for (size_t i = 0; i < 256; i++)
		if (count[i])
			sum -= count[i] * log2((double)count[i] / (double)s.n);
	return s.n ? sum / (double)s.n : 0;
}

static bool has_digit(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= '0' && s.p[i] <= '9')
			return true;
	return false;
}

static bool matches(struct sw_secret_scanner *s, const pcre2_code *c, struct sw_str text)
{
	return c && pcre2_match(c, (PCRE2_SPTR)(text.p ? text.p : ""), text.n, 0, 0, s->match, s->context) >= 0;
}

/* The word up to `at`: what stands between it and the space, quote or bracket before, 256 bytes at most. */
static struct sw_str word_before(struct sw_str text, size_t at)
{
	size_t from = at;
	while (from > 0 && at - from < 256 && (unsigned char)text.p[from - 1] > ' ' &&
		!strchr("\"'`()<>[]", text.p[from - 1]))
		from--;
	return sw_str_sub(text, from, at);
}

/* owner/action@COMMIT, as workflows pin their actions, and addresses of commits: the digits of SHA-1, no key. */
static bool is_commit(struct sw_str text, struct sw_str secret)
{
	static const char *const marks[] = {"/commit/", "/compare/", "/tree/", "/blob/", "github.com/",
		"githubusercontent.com/", "gitlab.com/", "bitbucket.org/"};
	size_t at = (size_t)(secret.p - text.p);
	if (secret.n != 40 || !at || (text.p[at - 1] != '@' && text.p[at - 1] != '/'))
		return false;
	for (size_t i = 0; i < secret.n; i++)
		if (!memchr("0123456789abcdef", secret.p[i], 16))
			return false;
	struct sw_str word = word_before(text, at);
	if (text.p[at - 1] == '@')
		return sw_str_chr(word, '/', 0) != SW_NPOS;
	for (size_t i = 0; i < SW_ARRAY_LEN(marks); i++)
		if (sw_str_has(word, sw_str_from(marks[i])))
			return true;
	return false;
}

/* Is it too plain for a secret of this rule, or a placeholder? */
static bool is_plain(struct sw_secret_scanner *s, const struct secret_rule *rule, struct sw_str secret)
{
	return (rule->digit && !has_digit(secret)) || (rule->entropy > 0 && entropy(secret) < rule->entropy) ||
	       (rule->rule.severity != SW_SEV_INFO && matches(s, s->rules->placeholder_code, secret));
}

/* What is left to ask of a secret that has the shape. `before`: the match up to the secret. */
static bool is_secret(struct sw_secret_scanner *s, const struct secret_rule *rule, struct sw_str before,
	struct sw_str secret, enum sw_secret_doubt *ret_doubt)
{
	const struct sw_secret_rules *r = s->rules;
	*ret_doubt = rule->checksum && !secret_checksum_fits(secret) ? SW_SECRET_CHECKSUM : SW_SECRET_SURE;
	if (!secret.n)
		return false;
	/* Bytes of programs and archives look like keys and settings. */
	if (s->binary && (rule->words || rule->rule.severity < SW_SEV_HIGH))
		return false;
	if ((rule->words && secret_is_words(secret)) || is_commit(s->text, secret))
		return false;
	if (is_plain(s, rule, secret)) {
		if (!rule->made_up || !secret_is_made_up(secret))
			return false;
		*ret_doubt = SW_SECRET_MADE_UP;
	}
	return !(rule->ordinary && matches(s, r->ordinary_code, secret)) &&
	       !matches(s, rule->not_code, secret) && !matches(s, rule->before_code, before);
}

static void add_hit(struct sw_secret_scanner *s, const struct sw_secret_hit *h)
{
	if (s->n == s->cap) {
		uint32_t cap = s->cap ? s->cap * 2 : 64;
		struct sw_secret_hit *grown =
			cap > HITS_KEPT ? NULL : reallocarray(s->hits, cap, sizeof(*s->hits));
		if (!grown) {
			s->more = true;
			return;
		}
		s->hits = grown;
		s->cap = cap;
	}
	s->hits[s->n++] = *h;
}

/* All matches of a rule that begin in [at, to) of the text and end there; what is before `from` is
 * not seen. */
static void confirm_from(struct sw_secret_scanner *s, struct secret_rule *rule, pcre2_match_context *context,
	size_t from, size_t at, size_t to)
{
	PCRE2_SPTR p = (PCRE2_SPTR)s->text.p + from;
	while (at < to) {
		int rc = pcre2_match(rule->code, p, to - from, at - from, 0, s->match, context);
		if (rc < 0)
			return; /* none, or its steps are used up */
		const size_t *o = pcre2_get_ovector_pointer(s->match);
		struct sw_secret_hit h = {.rule = &rule->rule, .start = o[2 * rule->group] + from,
			.end = o[2 * rule->group + 1] + from, .match_start = o[0] + from,
			.match_end = o[1] + from};
		bool captured = o[2 * rule->group] != PCRE2_UNSET;
		at = h.match_end > at ? h.match_end : at + 1;
		/* What stands behind the secret may belong to the next match as well. */
		if (captured && h.end > h.match_start + 1 && h.end < at)
			at = h.end;
		if (captured && is_secret(s, rule, sw_str_sub(s->text, h.match_start, h.start),
					sw_str_sub(s->text, h.start, h.end), &h.doubt))
			add_hit(s, &h);
		else if (captured && h.match_start + 1 < at)
			at = h.start > h.match_start ? h.start : h.match_start + 1;
	}
}

/* The line up to `at`, at most SETTING_MAX bytes of it: names of settings stand there. */
static struct sw_str name_before(struct sw_str text, size_t start, size_t at)
{
	size_t from = start;
	while (from > 0 && start - from < SETTING_MAX && text.p[from - 1] != '\n')
		from--;
	return sw_str_sub(text, from, at);
}

/* 1: space, quotes, their escapes and the rest of an arrow; 2: characters of tokens. */
static const uint8_t token_class[256] = {['\\'] = 1, [' '] = 1, ['\t'] = 1, ['\r'] = 1, ['\n'] = 1, ['"'] = 1, ['\''] = 1,
	['`'] = 1, ['>'] = 1, ['0' ... '9'] = 2, ['A' ... 'Z'] = 2, ['a' ... 'z'] = 2, ['_'] = 2, ['+'] = 2,
	['/'] = 2, ['.'] = 2, ['='] = 2, ['~'] = 2, ['%'] = 2, ['-'] = 2};

/* Stand `run` characters of tokens there, behind a quote or the rest of an arrow? */
static bool token_follows(struct sw_str text, size_t at, uint32_t run)
{
	const unsigned char *p = (const unsigned char *)text.p;
	size_t i = at;
	while (i < text.n && i - at < BETWEEN_MAX && token_class[p[i]] == 1)
		i++;
	if (text.n - i < run)
		return false;
	for (size_t end = i + run; i < end; i++)
		if (token_class[p[i]] != 2)
			return false;
	return true;
}

/* Comes `then` before the word behind `after` ends? */
static bool comes_next(struct sw_str text, size_t at, char then)
{
	for (size_t end = at + 2 * BLOCK; at < end && at < text.n; at += BLOCK) {
		char rest[BLOCK];
		const char *p = block_at(text, at, rest);
		uint64_t is = block_of(p, then), ends = block_of(p, ' ') | block_of(p, '\n') | block_of(p, '\t') |
							block_of(p, '"') | block_of(p, '\'') | block_of(p, '/') |
							block_of(p, '<') | block_of(p, '>') | block_of(p, 0);
		if (is | ends)
			return (is & -is) && !(ends & ((is & -is) - 1));
	}
	return false;
}

/* The pattern of a rule with `after`, at the very place where that ended. */
static void confirm_at(struct sw_secret_scanner *s, struct secret_rule *rule, size_t at)
{
	size_t to = at + AFTER_MAX < s->text.n ? at + AFTER_MAX : s->text.n;
	int rc = pcre2_match(rule->code, (PCRE2_SPTR)s->text.p + at, to - at, 0,
		PCRE2_NOTBOL | (to < s->text.n ? PCRE2_NOTEOL : 0), s->match,
		s->context);
	if (rc < 0)
		return;
	const size_t *o = pcre2_get_ovector_pointer(s->match);
	struct sw_secret_hit h = {.rule = &rule->rule, .start = o[2 * rule->group] + at,
		.end = o[2 * rule->group + 1] + at, .match_start = at, .match_end = o[1] + at};
	if (o[2 * rule->group] != PCRE2_UNSET &&
		is_secret(s, rule, name_before(s->text, at, h.start),
			sw_str_sub(s->text, h.start, h.end), &h.doubt))
		add_hit(s, &h);
}

/* The pattern of a rule with `trigger`, which begins before that ended. */
static void confirm_before(struct sw_secret_scanner *s, struct secret_rule *rule, size_t end)
{
	size_t first = end > TRIGGER_BEFORE ? end - TRIGGER_BEFORE : 0, from = first ? first - 1 : 0;
	size_t last = end + AHEAD < s->text.n ? end + AHEAD : s->text.n;
	pcre2_set_offset_limit(s->here, end - from);
	confirm_from(s, rule, s->here, from, first, last);
}

/* A match ends here, says Hyperscan: look in the window, unless that was done for an end before. */
static int on_match(
	unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *arg)
{
	struct sw_secret_scanner *s = arg;
	struct secret_rule *rule = &s->rules->v[id];
	size_t end = s->base + (size_t)to;
	(void)from;
	(void)flags;
	if (end <= s->searched[id])
		return 0;
	if (rule->then && !comes_next(s->text, end, rule->then))
		return 0;
	if (rule->after.n && rule->run && !token_follows(s->text, end, rule->run))
		return 0;
	s->rc = secret_rule_ready(s->rules, rule, s->err);
	if (s->rc)
		return 1;
	if (rule->after.n) {
		confirm_at(s, rule, end);
		return s->more;
	}
	if (rule->trigger.n) {
		confirm_before(s, rule, end);
		s->searched[id] = end;
		return s->more;
	}
	size_t first = end > SW_SECRET_WINDOW ? end - SW_SECRET_WINDOW : 0;
	size_t last = end + AHEAD < s->text.n ? end + AHEAD : s->text.n;
	confirm_from(s, rule, s->context, first, first, last);
	/* Ends in the last kilobyte may belong to a match that was cut off. */
	s->searched[id] = last == s->text.n ? last : last - AHEAD / 4;
	return s->more;
}

/* ---- where runs are ---- */

/* Behind the name of a service. */
static bool on_name(void *arg, size_t end)
{
	struct sw_secret_scanner *s = arg;
	for (uint32_t i = 0; i < s->rules->n_named && !s->rc; i++) {
		struct secret_rule *rule = &s->rules->v[s->rules->named[i]];
		s->rc = secret_rule_ready(s->rules, rule, s->err);
		if (!s->rc)
			confirm_at(s, rule, end);
	}
	return !s->rc && !s->more;
}

/* Can a key be in it? Without a digit only as letters alone, and more of them. */
static bool can_be_key(struct sw_str text, const struct secret_run *run)
{
	if (run->digit)
		return true;
	for (size_t at = run->start + LETTERS_MIN; at <= run->end;) {
		size_t from = at - LETTERS_MIN, i = at;
		while (i > from && (text.p[i - 1] | 0x20) >= 'a' && (text.p[i - 1] | 0x20) <= 'z')
			i--;
		if (i == from)
			return true;
		at = i + LETTERS_MIN;
	}
	return false;
}

/* A run, or what is of it behind `at`: the end of a text in which a match may lie. */
static size_t look_to(struct sw_secret_scanner *s, size_t at, size_t end)
{
	size_t to = end - at > RUN_LONG ? at + RUN_LONG : end;
	return to + RUN_BEHIND < s->text.n ? to + RUN_BEHIND : s->text.n;
}

/* How many bytes of the run stand before its first + and /: tokens behind a certain byte have neither. */
static uint32_t plain_of(struct sw_str text, const struct secret_run *run)
{
	size_t i = run->start, end = run->end - run->start > RUN_LONG ? run->start + RUN_LONG : run->end;
	while (i < end && text.p[i] != '/' && text.p[i] != '+')
		i++;
	return (uint32_t)(i - run->start);
}

static void look_at_run(struct sw_secret_scanner *s, const struct secret_run *run)
{
	char lead = s->text.p[run->start - 1];
	uint32_t plain = plain_of(s->text, run);
	for (uint32_t i = 0; i < s->rules->n_at_run && !s->rc; i++) {
		uint32_t id = s->rules->at_run[i];
		struct secret_rule *rule = &s->rules->v[id];
		if (plain < rule->run || sw_str_chr(rule->behind, lead, 0) == SW_NPOS)
			continue;
		size_t from = run->start > RUN_BEFORE ? run->start - RUN_BEFORE : 0;
		size_t to = look_to(s, run->start, run->end);
		s->rc = secret_rule_ready(s->rules, rule, s->err);
		pcre2_set_offset_limit(s->here, run->start - (from ? from - 1 : 0));
		if (!s->rc)
			confirm_from(s, rule, s->here, from ? from - 1 : 0, from, to);
	}
}

struct prefixed {
	struct sw_secret_scanner *s;
	const struct secret_run *run;
};

static bool on_prefix(void *arg, size_t at, uint32_t id)
{
	struct prefixed *p = arg;
	struct sw_secret_scanner *s = p->s;
	struct secret_rule *rule = &s->rules->v[id];
	if (p->run->end - at < rule->run)
		return true;
	/* Two bytes before may be the escape that the pattern begins with. */
	size_t to = look_to(s, at, p->run->end);
	to = to + AHEAD < s->text.n ? to + AHEAD : s->text.n;
	size_t start = at > 2 ? at - 2 : 0, from = start ? start - 1 : 0;
	s->rc = secret_rule_ready(s->rules, rule, s->err);
	pcre2_set_offset_limit(s->here, at - from);
	if (!s->rc)
		confirm_from(s, rule, s->here, from, start, to);
	return !s->rc && !s->more;
}

static bool stands_before(struct sw_str text, size_t at, const char *what)
{
	size_t n = strlen(what);
	return at >= n && !memcmp(text.p + at - n, what, n);
}

/*
 * sha512-BASE64 of npm, sha256:HEX of images and Python, h1:BASE64= of Go, checksum = "HEX" of Cargo: half of the
 * bytes of lock files, and no secrets.
 */
static bool is_checksum(struct sw_str text, const struct secret_run *run)
{
	static const struct {
		const char *before, *head;
		size_t n; /* of the run */
	} sums[] = {{"\"", "sha512-", 93}, {" ", "sha512-", 93}, {"\"", "sha1-", 32}, {"\"", "sha256-", 50}, {"\"", "sha384-", 71},
		{"sha256:", "", 64}, {"sha512:", "", 128}, {"h1:", "", 43}, {"checksum = \"", "", 64}};
	size_t n = run->end - run->start;
	for (size_t i = 0; i < SW_ARRAY_LEN(sums); i++)
		if (n == sums[i].n && stands_before(text, run->start, sums[i].before) &&
			sw_str_starts(sw_str_sub(text, run->start, run->end), sw_str_from(sums[i].head)))
			return true;
	return false;
}

static bool on_run(void *arg, const struct secret_run *run)
{
	struct sw_secret_scanner *s = arg;
	struct prefixed at = {.s = s, .run = run};
	if (is_checksum(s->text, run))
		return true;
	if (!secret_prefixes_find(s->rules->prefixes, s->text, run, on_prefix, &at))
		return false;
	uint32_t least = run->start ? s->rules->lead[(unsigned char)s->text.p[run->start - 1]] : 0;
	if (least && run->end - run->start >= least)
		look_at_run(s, run);
	if (s->rules->n_named && can_be_key(s->text, run)) {
		size_t from = run->start > NAME_BEFORE ? run->start - NAME_BEFORE : 0;
		size_t to = run->end - SECRET_RUN_MIN;
		if (from < s->named)
			from = s->named;
		secret_names_find(s->rules->names, s->text, from, to, on_name, s);
		s->named = to > s->named ? to : s->named;
	}
	return !s->rc && !s->more;
}

static int by_place(const void *x, const void *y)
{
	const struct sw_secret_hit *a = x, *b = y;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->end != b->end)
		return a->end > b->end ? -1 : 1;
	enum sw_severity x_is = sw_secret_severity(a->rule, a->doubt), y_is = sw_secret_severity(b->rule, b->doubt);
	if (x_is != y_is)
		return x_is > y_is ? -1 : 1;
	return sw_str_cmp(a->rule->id, b->rule->id);
}

static bool code_matches(void *arg, const pcre2_code *code, struct sw_str text)
{
	return matches(arg, code, text);
}

/* The line of a secret, or of its beginning; LINE_LOOK bytes on either side at most. */
static struct sw_str line_of(struct sw_str text, size_t at)
{
	size_t from = at, to = at;
	while (from > 0 && at - from < LINE_LOOK / 2 && text.p[from - 1] != '\n')
		from--;
	while (to < text.n && to - at < LINE_LOOK / 2 && text.p[to] != '\n')
		to++;
	return sw_str_sub(text, from, to);
}

/* Before repeats are dropped: what is allowed must not hide another rule's finding. */
static void drop_allowed(struct sw_secret_scanner *s)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < s->n; i++) {
		struct sw_secret_hit h = s->hits[i];
		struct secret_case c = {.rule = h.rule, .file = s->file,
			.secret = sw_str_sub(s->text, h.start, h.end), .line = line_of(s->text, h.start)};
		c.entropy = entropy(c.secret);
		if (secret_allow_covers(&s->rules->allowed, &c, code_matches, s) ||
			secret_allow_covers(&s->allowed, &c, code_matches, s))
			continue;
		h.ignored = secret_ignored(c.line, h.rule->id);
		s->hits[kept++] = h;
	}
	s->n = kept;
}

/* Of hits on overlapping bytes, the most severe one stays; of equals the one that comes first. */
static void drop_repeats(struct sw_secret_scanner *s)
{
	uint32_t kept = 0;
	if (s->n)
		qsort(s->hits, s->n, sizeof(*s->hits), by_place);
	for (uint32_t i = 0; i < s->n; i++) {
		struct sw_secret_hit *h = &s->hits[i], *last = kept ? &s->hits[kept - 1] : NULL;
		if (!last || h->start >= last->end) {
			s->hits[kept++] = *h;
			continue;
		}
		if (sw_secret_severity(h->rule, h->doubt) > sw_secret_severity(last->rule, last->doubt))
			*last = *h;
	}
	s->n = kept;
	if (s->n > SW_SECRET_HITS) {
		s->n = SW_SECRET_HITS;
		s->more = true;
	}
}

/* Line and column of every hit, in one pass; a column counts the last LINE_LOOK bytes of its line at most. */
static void find_places(struct sw_secret_scanner *s)
{
	uint32_t line = 1;
	size_t at = 0, line_start = 0;
	for (uint32_t i = 0; i < s->n; i++) {
		struct sw_secret_hit *h = &s->hits[i];
		for (; at < h->start; at++) {
			if (s->text.p[at] != '\n')
				continue;
			line++;
			line_start = at + 1;
		}
		size_t from = h->start - line_start > LINE_LOOK ? h->start - LINE_LOOK : line_start;
		h->line = line;
		h->col = (uint32_t)sw_utf8_count(sw_str_sub(s->text, from, h->start)) + 1;
	}
}

int sw_secret_scan(struct sw_secret_scanner *s, struct sw_str text,
	const struct sw_secret_hit **ret, uint32_t *ret_n, bool *ret_more, struct sw_error *err)
{
	s->n = 0;
	s->more = false;
	s->rc = 0;
	s->text = text;
	s->err = err;
	s->named = 0;
	s->binary = text.n && memchr(text.p, 0, text.n < BINARY_LOOK ? text.n : BINARY_LOOK);
	memset(s->searched, 0, (s->rules->n + 1) * sizeof(*s->searched));
	for (s->base = 0; s->rules->db && s->base < text.n && !s->rc && !s->more;) {
		size_t n = text.n - s->base < CHUNK ? text.n - s->base : CHUNK;
		hs_error_t rc = secret_hs()->scan(
			s->rules->db, text.p + s->base, (unsigned)n, 0, s->scratch, on_match, s);
		if (rc != HS_SUCCESS && rc != HS_SCAN_TERMINATED)
			return sw_error_set(err, SW_EINVALID, "Hyperscan gave up (%d)", rc);
		if (s->base + n == text.n)
			break;
		s->base += n - SW_SECRET_REACH;
	}
	if (!s->rc && !s->more)
		secret_runs(text, on_run, s);
	if (s->rc)
		return s->rc;
	drop_allowed(s);
	drop_repeats(s);
	find_places(s);
	*ret = s->hits;
	*ret_n = s->n;
	*ret_more = s->more;
	return 0;
}

struct sw_str sw_secret_redact(struct sw_arena *a, struct sw_str secret)
{
	size_t shown = secret.n >= 16 ? 4 : 0;
	char head[5] = "";
	for (size_t i = 0; i < shown; i++)
		head[i] = secret.p[i] > ' ' && secret.p[i] < 127 ? secret.p[i] : '?';
	return sw_arena_printf(a, "%s\xe2\x80\xa6 (%zu characters)", head, sw_utf8_count(secret));
}
