/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of src/secret. */
#ifndef SW_SECRET_IMPL_H
#define SW_SECRET_IMPL_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <hs/hs.h>
#include <pcre2.h>
#include <pthread.h>

#include "doc/source.h"
#include "secret/secret.h"

struct secret_rule {
	struct sw_rule rule;
	struct sw_str pattern, only_not, not_before;
	struct sw_str after; /* looked for instead; the pattern begins at its end; may be "" */
	struct sw_str trigger; /* looked for instead; the pattern begins before its end, near; may be "" */
	double entropy;
	bool digit, ordinary, words;
	bool checksum;	/* of GitHub's kind */
	bool made_up;	/* a value like aaaa is told */
	bool named;	/* behind the name of a service, where a run is near */
	char then;	/* behind `after`, before the word ends; 0: whatever */
	uint32_t run;	/* at a run of so many bytes ... */
	struct sw_str behind; /* ... that stands behind one of these; "": Hyperscan looks for it */
	bool prefixed;	      /* where one of its prefixes begins a word in such a run */
	/* Compiled when first needed, under the lock of the rules. */
	pcre2_code *code, *not_code, *before_code;
	int group; /* of the secret */
};

/* allow.c */

#define ALLOW_MAX 1000

struct secret_allow {
	struct sw_str *rules; /* NULL: all */
	uint32_t n_rules;
	pcre2_code *path, *secret, *line; /* NULL: any */
	double entropy;			  /* secrets below it; 0: any */
};

struct secret_allowed {
	struct sw_arena *arena;
	struct secret_allow *v;
	uint32_t n;
};

struct secret_case {
	const struct sw_rule *rule;
	struct sw_str file, secret, line;
	double entropy;
};

/* The list under `allow` of a file; SW_UNDEF is an empty one. */
int secret_allow_read(struct secret_allowed *list, struct sw_arena *a, struct sw_source *src,
	struct sw_value v, struct sw_error *err);
void secret_allow_free(struct secret_allowed *list);
bool secret_allow_covers(const struct secret_allowed *list, const struct secret_case *c,
	bool (*matches)(void *arg, const pcre2_code *code, struct sw_str text), void *arg);
/* Does a comment on the line accept what this rule finds in it? */
bool secret_ignored(struct sw_str line, struct sw_str id);

/* runs.c */

#define SECRET_RUN_MIN 12

/* A longest run of letters, digits, "_-+/" of at least SECRET_RUN_MIN bytes. */
struct secret_run {
	size_t start, end;
	bool digit; /* there is one in it */
};
/* All of them, in order, until `on` gives false. */
void secret_runs(
	struct sw_str text, bool (*on)(void *arg, const struct secret_run *run), void *arg);

/* words.c */

bool secret_is_words(struct sw_str s);

/* doubt.c */

/* Ten times the same letter or digit, or mostly runs like aaa, abc, 123; but for x and 0, which mean "fill in". */
bool secret_is_made_up(struct sw_str s);
/*
 * Tokens of GitHub and npm (prefix_, 30 characters, 6 of checksum: CRC-32 of the 30 in base 62): is it right? Of
 * other forms true. Source: GitHub, "Behind GitHub's new authentication token formats", 2021.
 */
bool secret_checksum_fits(struct sw_str token);

/* names.c */

#define SECRET_NAMES 2048
#define SECRET_NAME_MIN 3
#define SECRET_NAME_SHORT 5 /* up to this length a name counts only behind no letter, digit or _ */

struct secret_names;
struct secret_names *secret_names_new(struct sw_arena *a);
/* false: too many, or not of small letters, digits and ".-_". */
bool secret_names_add(struct secret_names *s, struct sw_str name);
/* Every name that begins in [from, to), by its end, until `on` gives false: false then. */
bool secret_names_find(const struct secret_names *s, struct sw_str text, size_t from, size_t to,
	bool (*on)(void *arg, size_t end), void *arg);

/* scan.c */

uint32_t secret_scanner_rules(const struct sw_secret_scanner *s);
uint32_t secret_scanner_index(const struct sw_secret_scanner *s, const struct secret_rule *rule);

/* prefixes.c */

#define SECRET_PREFIXES 2048
#define SECRET_PREFIX_MIN 2

struct secret_prefixes;
struct secret_prefixes *secret_prefixes_new(struct sw_arena *a);
/* false: too many, or not 2 to 12 bytes of a run that begin with a letter, a digit or _. */
bool secret_prefixes_add(struct secret_prefixes *s, struct sw_str prefix, uint32_t rule);
/* Every word in the run that begins as a rule says, until `on` gives false: false then. */
bool secret_prefixes_find(const struct secret_prefixes *s, struct sw_str text,
	const struct secret_run *run, bool (*on)(void *arg, size_t at, uint32_t rule), void *arg);

struct sw_secret_rules {
	struct sw_arena arena;
	struct secret_rule *v;
	uint32_t n;
	struct secret_names *names;
	struct secret_prefixes *prefixes;
	uint32_t *at_run, n_at_run; /* rules with `behind` */
	uint32_t *named, n_named;
	uint32_t lead[256]; /* of bytes that rules have as `behind`: the shortest run behind them; 0: of others */
	struct secret_allowed allowed;
	struct sw_str placeholder, ordinary;
	pcre2_code *placeholder_code, *ordinary_code;
	hs_database_t *db;
	pthread_mutex_t lock;
};

/* Hyperscan, loaded; NULL: not on this machine. */
struct secret_hs {
	hs_error_t (*compile)(const char *const *, const unsigned *, const unsigned *,
		const hs_expr_ext_t *const *, unsigned, unsigned, const hs_platform_info_t *,
		hs_database_t **, hs_compile_error_t **);
	hs_error_t (*free_error)(hs_compile_error_t *);
	hs_error_t (*free_database)(hs_database_t *);
	hs_error_t (*serialize)(const hs_database_t *, char **, size_t *);
	hs_error_t (*deserialize)(const char *, const size_t, hs_database_t **);
	hs_error_t (*alloc_scratch)(const hs_database_t *, hs_scratch_t **);
	hs_error_t (*free_scratch)(hs_scratch_t *);
	hs_error_t (*scan)(const hs_database_t *, const char *, unsigned, unsigned, hs_scratch_t *,
		match_event_handler, void *);
};
const struct secret_hs *secret_hs(void);

int secret_regex(
	struct sw_str pattern, uint32_t options, pcre2_code **ret, struct sw_error *err);
/* The codes of one rule are there from now on. */
int secret_rule_ready(struct sw_secret_rules *r, struct secret_rule *rule, struct sw_error *err);

#endif
