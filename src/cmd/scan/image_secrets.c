/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/image_secrets.h"

#include <xxhash.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "cage/pack.h"

#define TOO_MANY "more secrets than are counted in one file"

enum { TEXT = 1 << 20, OVERLAP = SW_SECRET_REACH, HEAD = 1024, FILE_LIMIT = 256 << 20, ID_MAX = 256,
	SHOWN_MAX = 256 };

static bool wants(void *arg, struct sw_str path, uint32_t mode, uint64_t size)
{
	static const char *const folders[] = {"usr/share/doc/", "usr/share/man/", "usr/share/locale/",
		"usr/share/i18n/", "usr/share/zoneinfo/", "usr/share/info/", "usr/include/", "var/lib/dpkg/",
		"var/lib/apt/", "lib/apk/", "var/cache/", "usr/lib/locale/", "proc/", "sys/"};
	static const char *const ends[] = {".so", ".a", ".o", ".pyc", ".mo", ".gz", ".xz", ".bz2", ".zst", ".zip",
		".jar", ".class", ".png", ".jpg", ".jpeg", ".gif", ".ico", ".woff", ".woff2", ".ttf", ".otf",
		".wasm", ".pdf", ".mp3", ".mp4", ".deb", ".rpm", ".node", ".exe", ".dll"};
	if (size > FILE_LIMIT)
		return false;
	for (size_t i = 0; i < SW_ARRAY_LEN(folders); i++)
		if (sw_str_starts(path, sw_str_from(folders[i])))
			return false;
	for (size_t i = 0; i < SW_ARRAY_LEN(ends); i++)
		if (sw_str_ends(path, sw_str_from(ends[i])))
			return false;
	return !sw_str_has(path, SW_STR(".so."));
}

static uint64_t lines(struct sw_str s)
{
	uint64_t n = 0;
	for (size_t at = sw_str_chr(s, '\n', 0); at != SW_NPOS; at = sw_str_chr(s, '\n', at + 1))
		n++;
	return n;
}

struct found {
	const struct sw_rule *rule;
	enum sw_secret_doubt doubt;
	uint64_t line;
	uint32_t col;
	struct sw_str shown; /* as much of the secret as may be, or why nobody looked */
};

static void note(struct sw_buf *notes, const struct found *f)
{
	sw_pack_str(notes, f->rule->id);
	sw_pack_u64(notes, f->doubt);
	sw_pack_u64(notes, f->line);
	sw_pack_u64(notes, f->col);
	sw_pack_str(notes, f->shown);
}

static void unread(struct sw_buf *notes, uint64_t line, struct sw_str why)
{
	note(notes, &(struct found){.rule = &sw_secret_unread, .line = line, .shown = why});
}

static int on_seen(void *arg, const struct sw_secret_seen *h)
{
	note(arg, &(struct found){.rule = h->rule, .doubt = h->doubt, .line = h->line, .col = h->col, .shown = h->shown});
	return 0;
}

/* A file that is here as a whole: with its values in base64 as well. */
static void search_file(struct sw_image_secrets *s, struct sw_str path, struct sw_str text, struct sw_buf *notes)
{
	struct sw_error err = {0};
	bool more = false;
	if (sw_secret_search(s->scanner, path, text, on_seen, notes, &more, &err))
		unread(notes, 1, sw_str_from(err.text));
	else if (more)
		unread(notes, 1, SW_STR(TOO_MANY));
}

/* A piece, of which the first `seen` bytes were searched with the one before. */
static void search_piece(struct sw_image_secrets *s, struct sw_str text, size_t seen, struct sw_buf *notes)
{
	const struct sw_secret_hit *v;
	struct sw_error err = {0};
	uint32_t n;
	bool more;
	sw_autoarena a;
	sw_arena_init(&a, 1 << 20);
	if (sw_secret_scan(s->scanner, text, &v, &n, &more, &err)) {
		unread(notes, s->line, sw_str_from(err.text));
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		if (v[i].match_end > seen)
			note(notes, &(struct found){.rule = v[i].rule, .doubt = v[i].doubt,
					    .line = s->line + v[i].line - 1, .col = v[i].col,
					    .shown = sw_secret_redact(&a, sw_str_sub(text, v[i].start, v[i].end))});
	if (more)
		unread(notes, s->line, SW_STR(TOO_MANY));
}

/* Pieces begin at even places: no letter of UTF-16 is cut. */
static void search_utf16(struct sw_image_secrets *s, struct sw_str text, size_t seen, struct sw_buf *notes)
{
	size_t kept = text.n > OVERLAP ? text.n - OVERLAP : text.n;
	sw_autobuf before, utf8;
	_Static_assert(TEXT % 2 == 0 && OVERLAP % 2 == 0, "units of two bytes");
	sw_buf_init(&before, 0);
	sw_buf_init(&utf8, 0);
	sw_secret_utf8(sw_str_sub(text, 0, seen), s->letters, &before);
	sw_secret_utf8(text, s->letters, &utf8);
	search_piece(s, sw_buf_str(&utf8), before.n, notes);
	if (text.n < TEXT)
		return;
	sw_buf_clear(&before);
	sw_secret_utf8(sw_str_sub(text, 0, kept), s->letters, &before);
	s->line += lines(sw_buf_str(&before));
}

static void look(void *arg, struct sw_str path, struct sw_str text, uint64_t at, size_t seen,
	struct sw_buf *notes)
{
	struct sw_image_secrets *s = arg;
	if (at == 0) {
		s->line = 1;
		s->letters = sw_secret_letters_of(text);
		s->binary = s->letters == SW_SECRET_BYTES && text.n &&
			    memchr(text.p, 0, text.n < HEAD ? text.n : HEAD);
	}
	if (s->binary)
		return;
	if (at == 0 && text.n < TEXT) {
		search_file(s, path, text, notes);
		return;
	}
	sw_secret_scanner_file(s->scanner, path);
	if (s->letters != SW_SECRET_BYTES) {
		search_utf16(s, text, seen, notes);
		return;
	}
	search_piece(s, text, seen, notes);
	if (text.n == TEXT)
		s->line += lines(sw_str_sub(text, 0, text.n - OVERLAP));
}

int sw_image_secrets_load(
	struct sw_image_secrets *s, struct sw_arena *a, const char *file, struct sw_error *err)
{
	uint64_t version = 1; /* of the built-in rules: those of this build */
	int rc;
	*s = (struct sw_image_secrets){0};
	if (file) {
		struct sw_str text;
		rc = sw_io_read(a, file, (size_t)16 << 20, SW_IO_COPY, &text, err);
		if (!rc)
			rc = sw_secret_rules_parse(sw_str_from(file), text, &s->own, err);
		s->rules = s->own;
		version = rc ? 1 : XXH3_64bits(text.p, text.n) | 1;
	} else {
		rc = sw_secret_rules_builtin(&s->rules, err);
	}
	if (!rc)
		rc = sw_secret_scanner_new(s->rules, &s->scanner, err);
	s->look = (struct sw_layer_look){.version = version, .arg = s, .wants = wants, .max = TEXT,
		.overlap = OVERLAP, .look = look};
	return rc;
}

void sw_image_secrets_release(struct sw_image_secrets *s)
{
	sw_secret_scanner_free(s->scanner);
	sw_secret_rules_free(s->own);
}

static const struct sw_rule *rule_of(const struct sw_image_secrets *s, struct sw_str id)
{
	for (uint32_t i = 0; i < sw_secret_rules_n(s->rules); i++)
		if (sw_str_eq(sw_secret_rule(s->rules, i)->id, id))
			return sw_secret_rule(s->rules, i);
	return sw_str_eq(id, sw_secret_unread.id) ? &sw_secret_unread : NULL;
}

static int add(const struct sw_image *img, const struct sw_layer_note *n, const struct sw_rule *rule,
	enum sw_secret_doubt doubt, const struct sw_evidence *e, uint32_t ordinal, struct sw_findings *fs)
{
	sw_autoarena a;
	sw_arena_init(&a, 1 << 20);
	struct sw_finding f = {.rule = rule,
		.verdict = rule == &sw_secret_unread ? SW_VERDICT_NOT_EVALUATED : SW_VERDICT_FAIL,
		.reason = rule == &sw_secret_unread ? e->value : SW_STR(""),
		.severity = sw_secret_severity(rule, doubt),
		.subject = {.image = img->name.n ? img->name : img->reference, .digest = img->digest},
		.message = sw_arena_printf(&a, "%.*s: %.*s%s, layer %u", SW_STR_ARG(n->path),
			SW_STR_ARG(e->value), sw_secret_doubt(doubt), n->layer + 1),
		.evidence = e,
		.n_evidence = 1,
		.key = sw_arena_printf(&a, "%.*s#%u", SW_STR_ARG(n->path), ordinal),
		.is_new = true};
	return sw_findings_add(fs, &f);
}

int sw_image_secrets_findings(const struct sw_image_secrets *s, const struct sw_image *img,
	struct sw_findings *fs, struct sw_error *err)
{
	int rc = 0;
	for (uint32_t i = 0; !rc && i < img->n_notes; i++) {
		const struct sw_layer_note *n = &img->notes[i];
		struct sw_unpack u = {.rest = n->bytes};
		if (sw_bom_owns(&img->bom, n->path))
			continue;
		for (uint32_t k = 0; !rc && u.rest.n && !u.bad; k++) {
			struct sw_evidence e = {.file = n->path};
			const struct sw_rule *rule = rule_of(s, sw_unpack_str(&u, ID_MAX));
			uint64_t doubt = sw_unpack_max(&u, SW_SECRET_DOUBTS - 1);
			e.line = (uint32_t)sw_unpack_max(&u, UINT32_MAX);
			e.col = (uint32_t)sw_unpack_max(&u, UINT32_MAX);
			e.value = sw_unpack_str(&u, SHOWN_MAX);
			if (rule && !u.bad)
				rc = add(img, n, rule, (enum sw_secret_doubt)doubt, &e, k, fs);
		}
	}
	return rc ? sw_error_set(err, SW_ELIMIT, "the findings take too much memory") : 0;
}
