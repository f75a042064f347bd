/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/image_secrets.h"

#include <xxhash.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "cage/pack.h"

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

/* One note: rule, line, column, and as much of the secret as may be shown, or why nobody looked. */
static void note(struct sw_buf *notes, const struct sw_rule *rule, uint64_t line, uint32_t col, struct sw_str shown)
{
	sw_pack_str(notes, rule->id);
	sw_pack_u64(notes, line);
	sw_pack_u64(notes, col);
	sw_pack_str(notes, shown);
}

static void search(struct sw_image_secrets *s, struct sw_str text, size_t seen, struct sw_buf *notes)
{
	const struct sw_secret_hit *v;
	struct sw_error err = {0};
	uint32_t n;
	bool more;
	sw_autoarena a;
	sw_arena_init(&a, 1 << 20);
	if (sw_secret_scan(s->scanner, text, &v, &n, &more, &err)) {
		note(notes, &sw_secret_unread, s->line, 0, sw_str_from(err.text));
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		if (v[i].match_end > seen)
			note(notes, v[i].rule, s->line + v[i].line - 1, v[i].col,
				sw_secret_redact(&a, sw_str_sub(text, v[i].start, v[i].end)));
	if (more)
		note(notes, &sw_secret_unread, s->line, 0,
			SW_STR("more secrets than are counted in one file"));
}

static void look(void *arg, struct sw_str path, struct sw_str text, uint64_t at, size_t seen,
	struct sw_buf *notes)
{
	struct sw_image_secrets *s = arg;
	if (at == 0) {
		s->line = 1;
		s->binary = text.n && memchr(text.p, 0, text.n < HEAD ? text.n : HEAD);
	}
	if (s->binary)
		return;
	sw_secret_scanner_file(s->scanner, path);
	search(s, text, seen, notes);
	if (text.n == TEXT)
		s->line += lines(sw_str_sub(text, 0, text.n - OVERLAP));
}

int sw_image_secrets_load(
	struct sw_image_secrets *s, struct sw_arena *a, const char *file, struct sw_error *err)
{
	uint64_t version = 1; /* of the built-in rules: those of this build */
	int rc;
	*s = (struct sw_image_secrets){0};
	sw_secret_interpret();
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
	const struct sw_evidence *e, uint32_t ordinal, struct sw_findings *fs)
{
	sw_autoarena a;
	sw_arena_init(&a, 1 << 20);
	struct sw_finding f = {.rule = rule,
		.verdict = rule == &sw_secret_unread ? SW_VERDICT_NOT_EVALUATED : SW_VERDICT_FAIL,
		.reason = rule == &sw_secret_unread ? e->value : SW_STR(""),
		.severity = rule->severity,
		.subject = {.image = img->name.n ? img->name : img->reference, .digest = img->digest},
		.message = sw_arena_printf(&a, "%.*s: %.*s, layer %u", SW_STR_ARG(n->path),
			SW_STR_ARG(e->value), n->layer + 1),
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
			e.line = (uint32_t)sw_unpack_max(&u, UINT32_MAX);
			e.col = (uint32_t)sw_unpack_max(&u, UINT32_MAX);
			e.value = sw_unpack_str(&u, SHOWN_MAX);
			if (rule && !u.bad)
				rc = add(img, n, rule, &e, k, fs);
		}
	}
	return rc ? sw_error_set(err, SW_ELIMIT, "the findings take too much memory") : 0;
}
