/* SPDX-License-Identifier: Apache-2.0 */
/* Debian's tracker: the DSA and DLA lists, and its JSON; fixes out of changelogs. */
#include "vuln/feed/impl.h"

/* ---- data/DSA/list ---- */

struct list {
	struct feed_file *f;
	struct sw_advisory adv;
	struct feed_names names;
	struct feed_rows rows;
};

static int flush(struct list *l)
{
	int rc = 0;
	if (l->adv.id.n && l->rows.n) {
		l->adv.aliases = l->names.v;
		l->adv.n_aliases = l->names.n;
		l->adv.affected = l->rows.v;
		l->adv.n_affected = l->rows.n;
		l->adv.flags = SW_ADV_DISTRO | (l->names.n ? SW_ADV_MANY : 0);
		rc = feed_add(l->f, &l->adv);
	}
	l->adv = (struct sw_advisory){0};
	l->names.n = l->rows.n = 0;
	return rc;
}

/* "26 Mar 2023" */
static int64_t list_date(struct feed_file *f, struct sw_str s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct sw_str day, month, year = s;
	if (!sw_str_split(&year, ' ', &day) || !sw_str_split(&year, ' ', &month) || month.n != 3)
		return 0;
	size_t at = sw_str_find(SW_STR(months), month, 0);
	int64_t d;
	if (at == SW_NPOS || at % 3 || !sw_str_to_i64(day, &d))
		return 0;
	return feed_day(f,
		sw_arena_printf(f->a, "%.*s-%02d-%02d", SW_STR_ARG(year), (int)at / 3 + 1, (int)d));
}

/* "[26 Mar 2023] DSA-5380-1 xorg-server - security update" */
static void header(struct list *l, struct sw_str line)
{
	size_t close = sw_str_chr(line, ']', 0);
	struct sw_str rest =
		sw_str_trim(sw_str_sub(line, close == SW_NPOS ? line.n : close + 1, line.n));
	size_t space = sw_str_chr(rest, ' ', 0);
	l->adv.id = sw_str_sub(rest, 0, space);
	l->adv.title = space == SW_NPOS ? SW_STR("") : sw_str_trim(sw_str_sub(rest, space, rest.n));
	l->adv.published = close == SW_NPOS ? 0 : list_date(l->f, sw_str_sub(line, 1, close));
	l->adv.url = sw_arena_printf(
		l->f->a, "https://security-tracker.debian.org/tracker/%.*s", SW_STR_ARG(l->adv.id));
}

/* "[bullseye] - xorg-server 2:1.20.11-1+deb11u6" */
static void package_line(struct list *l, struct sw_str line, uint32_t number)
{
	size_t close = sw_str_chr(line, ']', 0);
	struct sw_str release =
		feed_debian_release(sw_str_sub(line, 1, close == SW_NPOS ? 1 : close));
	struct sw_str rest =
		sw_str_trim(sw_str_sub(line, close == SW_NPOS ? line.n : close + 1, line.n));
	if (!sw_str_starts(rest, SW_STR("- "))) {
		feed_bad(l->f, number, "a line of a release without '- package version'");
		return;
	}
	rest = sw_str_trim(sw_str_sub(rest, 2, rest.n));
	size_t space = sw_str_chr(rest, ' ', 0);
	struct sw_str name = sw_str_sub(rest, 0, space);
	struct sw_str version =
		space == SW_NPOS ? SW_STR("") : sw_str_trim(sw_str_sub(rest, space, rest.n));
	version = sw_str_sub(version, 0, sw_str_chr(version, ' ', 0)); /* a remark in brackets */
	struct sw_affected row = {.name = name};
	if (!release.n) /* experimental and the like */
		return;
	row.eco = sw_arena_printf(l->f->a, "debian:%.*s", SW_STR_ARG(release));
	if (sw_str_is(version, "<not-affected>"))
		return;
	if (sw_str_is(version, "<unfixed>") || !version.n)
		row.flags = 0;
	else if (sw_str_is(version, "<end-of-life>"))
		row.flags = SW_AFF_WONT_FIX;
	else if (version.p[0] == '<' || !sw_version_valid(SW_VER_DEB, version))
		return feed_bad(l->f, number, "'%.*s' is no version", SW_STR_ARG(version));
	else
		row.fixed = version;
	feed_row(&l->rows, &row);
}

int feed_debian_list(struct feed_file *f)
{
	struct list l = {.f = f, .names = {.a = f->a}, .rows = {.a = f->a}};
	struct sw_str rest = f->text, line;
	uint32_t number = 0;
	int rc = 0;
	while (!rc && sw_str_split(&rest, '\n', &line)) {
		number++;
		bool indented = line.n && (line.p[0] == '\t' || line.p[0] == ' ');
		struct sw_str t = sw_str_trim(line);
		if (!t.n || t.p[0] == '#')
			continue;
		if (!indented && t.p[0] == '[') {
			rc = flush(&l);
			header(&l, t);
		} else if (t.p[0] == '{') {
			struct sw_str ids = sw_str_sub(t, 1, sw_str_chr(t, '}', 0)), id;
			while (sw_str_split(&ids, ' ', &id))
				feed_name(&l.names, id);
		} else if (t.p[0] == '[') {
			package_line(&l, t, number);
		} /* NOTE: and the like */
	}
	return rc ? rc : flush(&l);
}

/* ---- JSON of the tracker: {source: {CVE: {releases: {bookworm: {…}}}}} ---- */

static bool tracker_row(struct feed_file *f, struct sw_str source, const struct sw_member *release,
	struct sw_affected *row)
{
	struct sw_value r = release->v;
	struct sw_str number = feed_debian_release(sw_value_str(release->k));
	struct sw_str status = sw_value_getstr(r, "status"),
		      fixed = sw_value_getstr(r, "fixed_version");
	struct sw_str urgency = sw_value_getstr(r, "urgency"),
		      reason = sw_value_getstr(r, "nodsa_reason");
	if (!number.n || sw_str_is(fixed, "0"))
		return false;
	*row = (struct sw_affected){
		.eco = sw_arena_printf(f->a, "debian:%.*s", SW_STR_ARG(number)), .name = source};
	if (sw_str_is(status, "resolved")) {
		if (!fixed.n)
			return false;
		row->fixed = fixed;
	} else if (sw_str_is(status, "undetermined")) { /* nobody knows: told, and no alarm */
		row->flags |= SW_AFF_UNSURE | SW_AFF_MINOR;
	} else if (sw_str_is(reason, "ignored") || sw_str_is(urgency, "end-of-life")) {
		row->flags |= SW_AFF_WONT_FIX;
	} else if (reason.n || sw_defined(sw_value_path(r, "nodsa", NULL))) {
		row->flags |= SW_AFF_DEFERRED;
	}
	if (sw_str_is(urgency, "unimportant"))
		row->flags |= SW_AFF_MINOR;
	while (urgency.n && urgency.p[urgency.n - 1] == '*')
		urgency.n--;
	row->severity = feed_severity(urgency);
	return true;
}

int feed_debian_tracker(struct feed_file *f, struct sw_value v)
{
	sw_object_foreach (source, v) {
		if (!sw_is(source->v, SW_OBJECT)) {
			feed_bad(f, 0, "'%.*s' is no list of flaws",
				SW_STR_ARG(sw_value_str(source->k)));
			continue;
		}
		sw_object_foreach (flaw, source->v) {
			struct sw_value releases = sw_value_path(flaw->v, "releases", NULL);
			struct feed_rows rows = {.a = f->a};
			struct sw_advisory adv = {.id = sw_value_str(flaw->k),
				.title = sw_value_getstr(flaw->v, "description"),
				.flags = SW_ADV_DISTRO,
				.url = sw_arena_printf(f->a,
					"https://security-tracker.debian.org/tracker/%.*s",
					SW_STR_ARG(sw_value_str(flaw->k)))};
			if (!sw_is(releases, SW_OBJECT))
				continue;
			sw_object_foreach (r, releases) {
				struct sw_affected row;
				if (tracker_row(f, sw_value_str(source->k), r, &row))
					feed_row(&rows, &row);
			}
			adv.affected = rows.v;
			adv.n_affected = rows.n;
			int rc = rows.n ? feed_add(f, &adv) : 0;
			if (rc)
				return rc;
		}
	}
	return 0;
}

/* ---- fixes out of changelogs: source, CVE, first fixed version, release ("bookworm-security")
 * ---- */

int feed_changelog(struct feed_file *f)
{
	struct sw_str rest = f->text, line;
	uint32_t number = 0;
	while (sw_str_split(&rest, '\n', &line)) {
		struct sw_str field[4];
		number++;
		if (!line.n || line.p[0] == '#')
			continue;
		for (unsigned i = 0; i < 4; i++)
			if (!sw_str_split(&line, '\t', &field[i]))
				field[i] = SW_STR("");
		struct sw_str codename = sw_str_sub(field[3], 0, sw_str_chr(field[3], '-', 0));
		struct sw_str release = feed_debian_release(codename);
		struct sw_affected row = {.name = field[0], .fixed = field[2]};
		if (!release.n)
			continue;
		if (!sw_str_starts(field[1], SW_STR("CVE-")) ||
			!sw_version_valid(SW_VER_DEB, field[2])) {
			feed_bad(
				f, number, "not 'source, CVE, version, release' separated by tabs");
			continue;
		}
		row.eco = sw_arena_printf(f->a, "debian:%.*s", SW_STR_ARG(release));
		struct sw_advisory adv = {
			.id = field[1], .flags = SW_ADV_DISTRO, .affected = &row, .n_affected = 1};
		int rc = feed_add(f, &adv);
		if (rc)
			return rc;
	}
	return 0;
}
