/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets in any bytes: keys, tokens, passwords.
 *
 * Patterns with words of their own are matched at once by Hyperscan, which tells only where a match
 * ends; the others are tried where a run of token characters is (runs.c), behind the name of a service
 * (names.c) or a certain byte. PCRE2 then confirms each in a window around that place and says where
 * the secret is; entropy, ordinary words and placeholders decide last. Hyperscan is loaded when the first scanner is made (libhs.so.5);
 * the database of the built-in rules is compiled when the program is built, that of a user's rules
 * when they are read.
 *
 * The rules are content/secrets/rules.yaml, which says its language at its head; a user's file has
 * the same.
 *
 * What is found is never given out whole: sw_secret_redact() is the only text of a secret that may
 * be shown.
 *
 * Ownership: a scanner owns its rules. Threads: one scanner, one thread; rules may be shared.
 * Limits: 4,096 rules; a match lies within SW_SECRET_WINDOW bytes before its end, or, of a rule with
 * `after`, behind that; SW_SECRET_HITS findings in one text, after which `more` is set.
 */
#ifndef SW_SECRET_SECRET_H
#define SW_SECRET_SECRET_H

#include "base/arena.h"
#include "base/buf.h"
#include "finding/finding.h"

#define SW_SECRET_RULES 4096
#define SW_SECRET_WINDOW 8192
#define SW_SECRET_HITS 1000
/* Who searches a text in pieces lets them overlap by this: no match reaches further. */
#define SW_SECRET_REACH (4 * SW_SECRET_WINDOW)

struct sw_secret_rules;

/* The built-in ones: made once, kept to the end of the program. */
int sw_secret_rules_builtin(const struct sw_secret_rules **ret, struct sw_error *err);
/* Rules of a file's text. -SW_ESYNTAX, -SW_EINVALID with the place; -SW_EUNSUPPORTED without
 * Hyperscan. */
int sw_secret_rules_parse(
	struct sw_str name, struct sw_str text, struct sw_secret_rules **ret, struct sw_error *err);
void sw_secret_rules_free(struct sw_secret_rules *r);
uint32_t sw_secret_rules_n(const struct sw_secret_rules *r);
const struct sw_rule *sw_secret_rule(const struct sw_secret_rules *r, uint32_t i);
/* Every pattern is compiled from now on: before many processes are made that would each do it. */
int sw_secret_rules_ready(const struct sw_secret_rules *r, struct sw_error *err);
/* The compiled database, for the build. */
int sw_secret_rules_write(
	const struct sw_secret_rules *r, struct sw_buf *out, struct sw_error *err);

/* Why a value that has the shape of a secret may be none; what is doubted is reported less severely. */
enum sw_secret_doubt {
	SW_SECRET_SURE,
	SW_SECRET_MADE_UP,  /* aaaaaaaaaaaa, 1234567890abcdef: for information */
	SW_SECRET_CHECKSUM, /* the token's own checksum is wrong: low */
	SW_SECRET_DOUBTS,
};
/* "", or what to say of it behind the title. */
const char *sw_secret_doubt(enum sw_secret_doubt doubt);
enum sw_severity sw_secret_severity(const struct sw_rule *rule, enum sw_secret_doubt doubt);

struct sw_secret_hit {
	const struct sw_rule *rule;
	enum sw_secret_doubt doubt;
	size_t start, end;	       /* of the secret */
	size_t match_start, match_end; /* of what the rule looks at */
	uint32_t line, col;	       /* of the secret, 1-based, columns in code points */
	bool ignored;		       /* a comment "seawall:ignore" on its line accepts it */
};

/* The rule of findings for what could not be searched, or not whole; not one of the rules above. */
extern const struct sw_rule sw_secret_unread;

struct sw_secret_scanner;
int sw_secret_scanner_new(
	const struct sw_secret_rules *r, struct sw_secret_scanner **ret, struct sw_error *err);
void sw_secret_scanner_free(struct sw_secret_scanner *s);
/*
 * A file whose list `allow` (its language: content/secrets/rules.yaml) says what else is not to be
 * reported. One for each scanner. -SW_ESYNTAX, -SW_EINVALID with the place.
 */
int sw_secret_scanner_allow(struct sw_secret_scanner *s, struct sw_str name, struct sw_str text,
	struct sw_error *err);
/* The name of the texts from now on, for lists of what is allowed; it must live as long. */
void sw_secret_scanner_file(struct sw_secret_scanner *s, struct sw_str file);

/*
 * Every secret in the text, by place; of rules that find the same bytes the most severe one. The
 * hits live until the next call. *ret_more: there were more than SW_SECRET_HITS.
 */
int sw_secret_scan(struct sw_secret_scanner *s, struct sw_str text,
	const struct sw_secret_hit **ret, uint32_t *ret_n, bool *ret_more, struct sw_error *err);

/*
 * How the letters of a text are written: UTF-16 is told by the mark at its head or, in the first
 * kilobyte, by every second byte being 0. sw_secret_utf8() appends the text in UTF-8, without the mark;
 * what is no letter becomes U+FFFD, a last odd byte is left out.
 */
enum sw_secret_letters { SW_SECRET_BYTES, SW_SECRET_UTF16LE, SW_SECRET_UTF16BE };
enum sw_secret_letters sw_secret_letters_of(struct sw_str head);
void sw_secret_utf8(struct sw_str text, enum sw_secret_letters letters, struct sw_buf *out);

/* "ghp_… (40 characters)": at most the first four characters, and of short secrets none. */
struct sw_str sw_secret_redact(struct sw_arena *a, struct sw_str secret);

/*
 * Every secret of a file, for reports: of UTF-16 (places are those of the letters), and of values of
 * Kubernetes Secrets and kubeconfigs that are in base64, whose secrets stand where the value does. `on`
 * is given the rule, the place, as much of the secret as may be shown, the how-manieth of its rule it is,
 * and whether a comment accepts it; not 0 ends the search and is returned.
 */
struct sw_secret_seen {
	const struct sw_rule *rule;
	enum sw_secret_doubt doubt;
	uint32_t line, col, nth;
	struct sw_str shown; /* during the call */
	bool ignored;
};
int sw_secret_search(struct sw_secret_scanner *s, struct sw_str file, struct sw_str text,
	int (*on)(void *arg, const struct sw_secret_seen *seen), void *arg, bool *ret_more,
	struct sw_error *err);

/*
 * Findings of one file. `subject` is what the finding is about. The fingerprint holds nothing of
 * the secret: rule, subject, file and the how-manieth of the rule in it. What a comment accepts is
 * waived, unless `comments` is false. *ret_more as above: the
 * caller says that the file was not searched whole (sw_secret_unread).
 */
int sw_secret_findings(struct sw_secret_scanner *s, struct sw_str file, struct sw_str text,
	const struct sw_subject *subject, bool comments, struct sw_findings *fs, bool *ret_more,
	struct sw_error *err);

/* One of them, seen elsewhere (in a cage). -SW_ELIMIT. */
int sw_secret_finding_add(const struct sw_secret_seen *seen, struct sw_str file, const struct sw_subject *subject,
	bool comments, struct sw_findings *fs);

#endif
