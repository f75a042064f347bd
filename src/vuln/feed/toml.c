/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds whose records are TOML at the top of a markdown text: RustSec, Haskell, Julia; and OCaml's.
 */
#include "vuln/feed/impl.h"

static struct sw_str heading(struct feed_file *f)
{
	struct sw_str front, body;
	return feed_front(f->text, "```", &front, &body) ? feed_heading(body) : SW_STR("");
}

/* ---- RustSec ---- */

int feed_rustsec(struct feed_file *f, struct sw_value v)
{
	struct feed_names names = {.a = f->a};
	struct sw_value a = sw_value_path(v, "advisory", NULL);
	struct sw_value patched = sw_value_path(v, "versions", "patched", NULL);
	struct sw_value unaffected = sw_value_path(v, "versions", "unaffected", NULL);
	struct sw_str kind = sw_value_getstr(a, "informational");
	struct sw_advisory adv = {.id = sw_value_getstr(a, "id"),
		.title = heading(f),
		.url = sw_value_getstr(a, "url"),
		.cvss = sw_value_getstr(a, "cvss"),
		.published = feed_day(f, sw_value_getstr(a, "date"))};
	struct sw_affected row = {.eco = SW_STR("cargo"), .name = sw_value_getstr(a, "package")};
	if (sw_defined(sw_value_path(a, "withdrawn", NULL))) {
		f->stats->skipped++;
		return 0;
	}
	feed_names_of(&names, sw_value_path(a, "aliases", NULL));
	adv.aliases = names.v;
	adv.n_aliases = names.n;
	if (sw_str_is(kind, "unmaintained") || sw_str_is(kind, "notice")) {
		adv.flags |= SW_ADV_UNMAINTAINED;
		adv.severity = SW_SEV_INFO;
	} else if (sw_str_is(kind, "unsound")) {
		adv.severity = SW_SEV_LOW;
	}
	struct sw_value categories = sw_value_path(a, "categories", NULL);
	if (sw_is(categories, SW_ARRAY))
		sw_array_foreach (c, categories)
			if (sw_is(*c, SW_STRING) && sw_str_is(sw_value_str(*c), "malicious")) {
				adv.flags |= SW_ADV_MALICIOUS;
				adv.severity = SW_SEV_CRITICAL;
			}
	struct sw_str fix = feed_join(f->a, patched, " || "),
		      good = feed_join(f->a, unaffected, " || ");
	if (fix.n && good.n)
		good = sw_arena_printf(f->a, "%.*s || %.*s", SW_STR_ARG(fix), SW_STR_ARG(good));
	else if (fix.n)
		good = fix;
	row.fixed = feed_lower_bounds(f, SW_RANGE_CARGO, fix);
	row.introduced = good;
	row.flags = good.n ? SW_AFF_EXCEPT : 0;
	struct sw_range check;
	struct sw_error err = {0};
	if (good.n &&
		sw_range_parse(f->a, SW_RANGE_CARGO, SW_RANGE_PRERELEASE, good, &check, &err)) {
		feed_bad(f, 0, "%s", err.text);
		return 0;
	}
	adv.affected = &row;
	adv.n_affected = 1;
	return feed_add(f, &adv);
}

/* ---- Haskell ---- */

static bool for_linux(struct sw_value affected)
{
	struct sw_value os = sw_value_path(affected, "os", NULL);
	if (!sw_is(os, SW_ARRAY) || !os.n)
		return true;
	sw_array_foreach (o, os)
		if (sw_is(*o, SW_STRING) && sw_str_is(sw_value_str(*o), "linux"))
			return true;
	return false;
}

int feed_haskell(struct feed_file *f, struct sw_value v)
{
	struct feed_names names = {.a = f->a};
	struct feed_rows rows = {.a = f->a};
	struct sw_value a = sw_value_path(v, "advisory", NULL),
			affected = sw_value_path(v, "affected", NULL);
	struct sw_advisory adv = {.id = sw_value_getstr(a, "id"),
		.title = heading(f),
		.published = feed_day(f, sw_value_getstr(a, "date"))};
	feed_names_of(&names, sw_value_path(a, "aliases", NULL));
	adv.aliases = names.v;
	adv.n_aliases = names.n;
	if (sw_is(affected, SW_ARRAY))
		sw_array_foreach (p, affected) {
			struct sw_value versions = sw_value_path(*p, "versions", NULL);
			struct sw_str cvss = sw_value_getstr(*p, "cvss");
			if (cvss.n)
				adv.cvss = cvss;
			if (!for_linux(*p) || !sw_is(versions, SW_ARRAY))
				continue;
			sw_array_foreach (r, versions) {
				struct sw_str fixed = sw_value_getstr(*r, "fixed");
				struct sw_affected row = {.eco = SW_STR("hackage"),
					.name = sw_value_getstr(*p, "package"),
					.introduced = sw_value_getstr(*r, "introduced"),
					.fixed = fixed};
				if (!row.name.n) /* a tool of GHC's own: "ghc-component" */
					row.name = sw_value_getstr(*p, "ghc-component");
				if (row.name.n)
					feed_row(&rows, &row);
			}
		}
	adv.affected = rows.v;
	adv.n_affected = rows.n;
	return feed_add(f, &adv);
}

/* ---- Julia ---- */

int feed_julia(struct feed_file *f, struct sw_value v)
{
	struct feed_names names = {.a = f->a};
	struct feed_rows rows = {.a = f->a};
	struct sw_value affected = sw_value_path(v, "affected", NULL),
			scores = sw_value_path(v, "severity", NULL);
	struct sw_advisory adv = {.id = sw_value_getstr(v, "id"),
		.title = heading(f),
		.published = feed_day(f, sw_value_getstr(v, "published")),
		.modified = feed_day(f, sw_value_getstr(v, "modified"))};
	if (sw_defined(sw_value_path(v, "withdrawn", NULL))) {
		f->stats->skipped++;
		return 0;
	}
	feed_names_of(&names, sw_value_path(v, "aliases", NULL));
	feed_names_of(&names, sw_value_path(v, "upstream", NULL));
	adv.aliases = names.v;
	adv.n_aliases = names.n;
	if (sw_is(scores, SW_ARRAY))
		sw_array_foreach (s, scores) {
			struct sw_str score = sw_value_getstr(*s, "score");
			if (!adv.cvss.n || sw_str_is(sw_value_getstr(*s, "type"), "CVSS_V3"))
				adv.cvss = score;
		}
	if (sw_is(affected, SW_ARRAY))
		sw_array_foreach (p, affected) {
			struct sw_value ranges = sw_value_path(*p, "ranges", NULL);
			struct sw_affected base = {
				.eco = SW_STR("julia"), .name = sw_value_getstr(*p, "pkg")};
			if (sw_is(ranges, SW_ARRAY) && base.name.n)
				sw_array_foreach (r, ranges) {
					if (!sw_is(*r, SW_STRING))
						continue;
					if (sw_str_is(sw_value_str(*r), "*"))
						feed_row(&rows, &base);
					else
						feed_range_rows(f, &rows, base, SW_RANGE_JULIA,
							sw_value_str(*r));
				}
		}
	adv.affected = rows.v;
	adv.n_affected = rows.n;
	return feed_add(f, &adv);
}

/* ---- OCaml: `name: value` lines, `affected: "pkg" {>= "1" & < "2" | …}` ---- */

static struct sw_str field(struct sw_str text, const char *name)
{
	struct sw_str line, key = sw_str_from(name);
	while (sw_str_split(&text, '\n', &line))
		if (sw_str_starts(line, key) && line.n > key.n && line.p[key.n] == ':')
			return sw_str_trim(sw_str_sub(line, key.n + 1, line.n));
	return SW_STR("");
}

static struct sw_str quoted(struct sw_str s)
{
	size_t open = sw_str_chr(s, '"', 0);
	size_t close = open == SW_NPOS ? SW_NPOS : sw_str_chr(s, '"', open + 1);
	return close == SW_NPOS ? s : sw_str_sub(s, open + 1, close);
}

/* opam's filter in words of operators: quotes go, & is a comma, | is ||. */
static struct sw_str filter(struct sw_arena *a, struct sw_str s)
{
	sw_autobuf out;
	sw_buf_init(&out, SW_RANGE_MAX);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '(' || s.p[i] == ')')
			continue;
		if (s.p[i] == '&')
			sw_buf_addch(&out, ',');
		else if (s.p[i] == '|')
			sw_buf_addz(&out, "||");
		else
			sw_buf_addch(&out, s.p[i]);
	}
	return sw_arena_str(a, sw_buf_str(&out));
}

int feed_opam(struct feed_file *f)
{
	struct feed_names names = {.a = f->a};
	struct feed_rows rows = {.a = f->a};
	struct sw_str front, body;
	if (!feed_front(f->text, "```", &front, &body)) {
		feed_bad(f, 1, "the record's fence is not closed");
		return 0;
	}
	struct sw_str aliases = field(front, "aliases"), word;
	struct sw_advisory adv = {.id = field(front, "id"),
		.title = feed_heading(body),
		.cvss = quoted(field(front, "severity")),
		.published = feed_day(f, quoted(field(front, "published"))),
		.modified = feed_day(f, quoted(field(front, "modified")))};
	for (size_t i = 0; i < aliases.n;) {
		size_t start = i;
		while (i < aliases.n && !strchr("[] \",", aliases.p[i]))
			i++;
		word = sw_str_sub(aliases, start, i);
		if (word.n > 4)
			feed_name(&names, word);
		i += i == start;
	}
	struct sw_str affected = field(front, "affected");
	size_t open = sw_str_chr(affected, '{', 0), close = sw_str_rfind(affected, SW_STR("}"));
	struct sw_affected base = {.eco = SW_STR("opam"), .name = quoted(affected)};
	if (affected.n && open != SW_NPOS && close != SW_NPOS && close > open)
		feed_range_rows(f, &rows, base, SW_RANGE_DEB,
			filter(f->a, sw_str_sub(affected, open + 1, close)));
	else if (affected.n)
		feed_row(&rows, &base);
	adv.aliases = names.v;
	adv.n_aliases = names.n;
	adv.affected = rows.v;
	adv.n_affected = rows.n;
	return feed_add(f, &adv);
}
