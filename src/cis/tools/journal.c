/* SPDX-License-Identifier: Apache-2.0 */
/* journalctl over the node's journal files (../journal): -u, -m, -n, -r, -o short and cat. */
#include <errno.h>

#include "base/cleanup.h"
#include "cis/journal/journal.h"
#include "cis/node_impl.h"
#include "cis/sh/impl.h"

#define UNITS_MAX 16

struct journalctl {
	struct sw_cis_journal_query q;
	struct sw_str units[UNITS_MAX];
	bool quiet;
};

struct sw_str sh_unit_name(struct sh *sh, struct sw_str s)
{
	static const char *const kinds[] = {".service", ".socket", ".target", ".device", ".mount", ".automount", ".swap",
		".timer", ".path", ".slice", ".scope"};
	for (size_t i = 0; i < SW_ARRAY_LEN(kinds); i++)
		if (sw_str_ends(s, sw_str_from(kinds[i])))
			return s;
	return sw_arena_printf(sh->arena, "%.*s.service", SW_STR_ARG(s));
}

static bool value_option(struct sh *sh, struct journalctl *j, char c, struct sw_str val)
{
	switch (c) {
	case 'u':
		if (!val.n || j->q.n_units == UNITS_MAX)
			return false;
		j->units[j->q.n_units++] = sh_unit_name(sh, val);
		return true;
	case 'n':
		if (sw_str_is(val, "all"))
			return true;
		return sh_number(val, &j->q.last) && j->q.last >= 0;
	case 'o':
		j->q.bare = sw_str_is(val, "cat");
		return j->q.bare || sw_str_is(val, "short");
	default:
		return false;
	}
}

static bool long_option(struct sh *sh, struct journalctl *j, const struct sh_args *args, uint32_t *i)
{
	static const struct {
		const char *name;
		char letter;
	} longs[] = {{"--unit", 'u'}, {"--lines", 'n'}, {"--output", 'o'}};
	struct sw_str a = args->v[*i];
	size_t eq = sw_str_chr(a, '=', 0);
	if (sw_str_is(a, "--merge"))
		return j->q.merge = true;
	if (sw_str_is(a, "--reverse"))
		return j->q.reverse = true;
	if (sw_str_is(a, "--quiet"))
		return j->quiet = true;
	if (sw_str_is(a, "--no-pager") || sw_str_is(a, "--full") || sw_str_is(a, "--all") || sw_str_is(a, "--utc"))
		return true;
	for (size_t k = 0; k < SW_ARRAY_LEN(longs); k++)
		if (sw_str_is(sw_str_sub(a, 0, eq), longs[k].name))
			return eq != SW_NPOS ? value_option(sh, j, longs[k].letter, sw_str_sub(a, eq + 1, a.n))
					     : ++*i < args->n && value_option(sh, j, longs[k].letter, args->v[*i]);
	return false;
}

static bool option(struct sh *sh, struct journalctl *j, const struct sh_args *args, uint32_t *i)
{
	struct sw_str a = args->v[*i];
	if (a.n < 2 || a.p[0] != '-')
		return false; /* FIELD=value and paths */
	if (a.p[1] == '-')
		return long_option(sh, j, args, i);
	for (size_t k = 1; k < a.n; k++) {
		char c = a.p[k];
		struct sw_str val = sw_str_sub(a, k + 1, a.n);
		if (c == 'm' || c == 'r' || c == 'q') {
			j->q.merge |= c == 'm';
			j->q.reverse |= c == 'r';
			j->quiet |= c == 'q';
			continue;
		}
		if (!val.n && c == 'n' && (*i + 1 >= args->n || !sh_number(args->v[*i + 1], &j->q.last)))
			return value_option(sh, j, 'n', SW_STR("10"));
		if (!val.n && ++*i < args->n)
			val = args->v[*i];
		return value_option(sh, j, c, val);
	}
	return true;
}

/* What a capture keeps it under: the question, and which lines were left out. */
static struct sw_str key_of(struct sh *sh, const struct sh_args *args, const struct sh_sieve *sieve)
{
	struct sw_str key = SW_STR("journal:");
	for (uint32_t i = 1; i < args->n; i++)
		key = sw_arena_printf(sh->arena, "%.*s %.*s", SW_STR_ARG(key), SW_STR_ARG(args->v[i]));
	for (uint32_t i = 0; sieve && i < sh->ahead->n; i++)
		key = sw_arena_printf(sh->arena, "%.*s%s%.*s", SW_STR_ARG(key), i ? " " : " | ", SW_STR_ARG(sh->ahead->v[i]));
	return key;
}

static int lines_of(struct sh *sh, const struct sh_args *args, struct journalctl *j, struct sw_str *ret,
	struct sw_str *ret_why)
{
	struct sh_sieve *sieve = sh->ahead ? sh_sieve_new(sh, sh->ahead) : NULL;
	struct sw_str key = key_of(sh, args, sieve);
	int rc;
	if (sh->stop)
		return -EINVAL;
	if (sieve) {
		j->q.keep = sh_sieve_keeps;
		j->q.arg = sieve;
	}
	if (sw_defined(sh->node->image))
		rc = sw_cis_read(sh->node, sh->arena, key, ret);
	else
		rc = sw_cis_journal(sh->node, sh->arena, &j->q, ret, ret_why);
	if (sh->node->record)
		sw_cis_record_read(sh->node, key, rc, *ret);
	return rc;
}

int sh_tool_journalctl(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct journalctl j = {.q = {.last = -1}};
	struct sw_str text = {0}, why = {0};
	for (uint32_t i = 1; i < args->n; i++)
		if (!option(sh, &j, args, &i))
			return sh_unknown(sh, "journalctl %.*s", SW_STR_ARG(i < args->n ? args->v[i] : args->v[args->n - 1]));
	j.q.units = j.units;
	int rc = lines_of(sh, args, &j, &text, &why);
	if (sh->stop)
		return 127;
	struct sw_str unit = j.q.n_units ? j.units[0] : SW_STR("anything");
	if (rc == -ENOENT) {
		if (!sh->unseen.n)
			sh->unseen = SW_STR("there is no journal in /var/log/journal and /run/log/journal");
		sw_buf_addz(io->err, "No journal files were found.\n");
	} else if (rc) {
		if (why.n && !sh->unseen.n)
			sh->unseen = sw_arena_str(sh->arena, why);
		else
			sh_unseen(sh, SW_STR("the journal"), -rc);
		sw_buf_addz(io->err, "Failed to open journal\n");
		return 1;
	} else if (!text.n) {
		sh_missing(sh, sw_arena_printf(sh->arena, "the journal has nothing of %.*s that is looked for",
				       SW_STR_ARG(unit)));
	}
	if (!text.n && !j.quiet)
		sw_buf_addz(io->out, "-- No entries --\n");
	sw_buf_addstr(io->out, text);
	sh_touch(sh, SW_STR("/var/log/journal"));
	return 0;
}
