/* SPDX-License-Identifier: Apache-2.0 */
#include "cis/journal/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cis/journal/impl.h"
#include "cis/node_impl.h"
#include "cis/sh/impl.h"

#define FILES_MAX 4096
#define ENTRIES_MAX 2000000

static const char *const folders[] = {"/var/log/journal", "/run/log/journal"};

struct found {
	struct jf_entry e;
	uint32_t file;
};

struct reading {
	struct sw_cis_node *n;
	struct sw_arena *a;
	const struct sw_cis_journal_query *q;
	struct sw_str *files;
	uint32_t n_files;
	struct found *v;
	size_t count, cap;
	uint32_t file;
	struct jf *f; /* the one that is read */
	unsigned char how;
	struct sw_buf out;
	struct sw_str why;
	int rc;
};

/* ---- which files ---- */

static void add_folder(struct reading *r, struct sw_str dir)
{
	struct sw_str *names;
	uint32_t n;
	int rc = sw_cis_list(r->n, r->a, dir, &names, &n);
	if (rc && rc != -ENOENT && rc != -ENOTDIR && !r->rc) {
		r->rc = rc;
		r->why = sw_arena_printf(r->a, "%.*s: %s", SW_STR_ARG(dir), strerror(-rc));
	}
	for (uint32_t i = 0; !rc && i < n && r->n_files < FILES_MAX; i++)
		if (sw_str_ends(names[i], SW_STR(".journal")) || sw_str_ends(names[i], SW_STR(".journal~")))
			r->files[r->n_files++] =
				sw_arena_printf(r->a, "%.*s/%.*s", SW_STR_ARG(dir), SW_STR_ARG(names[i]));
}

static void find_files(struct reading *r)
{
	struct sw_str id = {0}, *names;
	uint32_t n;
	bool own = !r->q->merge && !sw_cis_read(r->n, r->a, SW_STR("/etc/machine-id"), &id);
	id = sw_str_trim(id);
	for (size_t i = 0; i < SW_ARRAY_LEN(folders); i++) {
		struct sw_str top = sw_str_from(folders[i]);
		if (own && id.n == 32) {
			add_folder(r, sw_arena_printf(r->a, "%.*s/%.*s", SW_STR_ARG(top), SW_STR_ARG(id)));
			continue;
		}
		if (sw_cis_list(r->n, r->a, top, &names, &n))
			continue;
		for (uint32_t k = 0; k < n && k < FILES_MAX; k++)
			add_folder(r, sw_arena_printf(r->a, "%.*s/%.*s", SW_STR_ARG(top), SW_STR_ARG(names[k])));
	}
}

/* ---- which entries ---- */

enum { BY_UNIT, BY_MANAGER, BY_OBJECT };

static bool is_unit(void *arg, struct sw_str value)
{
	const struct reading *r = arg;
	for (uint32_t i = 0; i < r->q->n_units; i++)
		if (sh_fnmatch(r->q->units[i], value))
			return true;
	return false;
}

/* What the manager says of a unit counts when it is the manager, or root, who says it. */
static bool honest(struct reading *r, const struct jf_entry *e)
{
	static const char *const who[] = {"_PID=", "_UID="};
	sw_autoarena own;
	struct sw_str v[2];
	sw_arena_init(&own, 4 << 20);
	if (r->how == BY_UNIT)
		return true;
	return !jf_fields(r->f, &own, e->at, who, 2, v) &&
	       (r->how == BY_MANAGER ? sw_str_is(v[0], "1") : sw_str_is(v[1], "0"));
}

static int add_entry(void *arg, const struct jf_entry *e)
{
	struct reading *r = arg;
	if (!honest(r, e))
		return 0;
	if (r->count >= ENTRIES_MAX)
		return -EFBIG;
	if (r->count == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 1024;
		r->v = realloc(r->v, r->cap * sizeof(*r->v));
		if (!r->v)
			abort();
	}
	r->v[r->count++] = (struct found){*e, r->file};
	return 0;
}

static int open_file(struct reading *r, uint32_t i, struct jf *f)
{
	int fd = sw_cis_node_open_file(r->n, r->files[i], true);
	if (fd >= 0)
		return jf_open(f, fd);
	*f = (struct jf){.fd = -1, .why = fd == -ENXIO ? "not a regular file" : strerror(-fd)};
	return -1;
}

static void fail(struct reading *r, uint32_t i, const char *why)
{
	if (r->rc)
		return;
	r->rc = -EIO;
	r->why = sw_arena_printf(r->a, "%.*s: %s", SW_STR_ARG(r->files[i]), why);
}

static void collect(struct reading *r)
{
	static const char *const fields[] = {"_SYSTEMD_UNIT", "UNIT", "OBJECT_SYSTEMD_UNIT"};
	for (r->file = 0; r->file < r->n_files && !r->rc; r->file++) {
		struct jf f;
		int rc = open_file(r, r->file, &f);
		r->f = &f;
		for (r->how = BY_UNIT; !rc && r->how < SW_ARRAY_LEN(fields); r->how++) {
			if (r->q->n_units)
				rc = jf_entries(&f, fields[r->how], is_unit, add_entry, r);
			else if (r->how == BY_UNIT)
				rc = jf_entries(&f, NULL, NULL, add_entry, r);
		}
		if (rc == -EFBIG)
			r->rc = -EFBIG;
		else if (rc && !sw_str_ends(r->files[r->file], SW_STR("~"))) /* those were found damaged before */
			fail(r, r->file, f.why);
		jf_close(&f);
	}
}

static int by_time(const void *x, const void *y)
{
	const struct found *a = x, *b = y;
	if (a->e.realtime != b->e.realtime)
		return a->e.realtime < b->e.realtime ? -1 : 1;
	if (a->e.seqnum != b->e.seqnum)
		return a->e.seqnum < b->e.seqnum ? -1 : 1;
	return (a->file > b->file) - (a->file < b->file);
}

/* ---- lines ---- */

static void line_out(struct reading *r, struct sw_str line)
{
	if (r->q->keep && !r->q->keep(r->q->arg, line))
		return;
	sw_buf_addstr(&r->out, line);
	sw_buf_addch(&r->out, '\n');
}

/* Tabs are eight blanks, colours are left out, as journalctl has it. */
static struct sw_str plain(struct sw_arena *a, struct sw_str s)
{
	sw_autobuf b = {0};
	if (sw_str_chr(s, '\t', 0) == SW_NPOS && sw_str_chr(s, 27, 0) == SW_NPOS)
		return s;
	sw_buf_init(&b, JF_MESSAGE_MAX * 8);
	for (size_t i = 0; i < s.n; i++) {
		size_t k = i + 2;
		if (s.p[i] == '\t') {
			sw_buf_addz(&b, "        ");
			continue;
		}
		while (s.p[i] == 27 && i + 1 < s.n && s.p[i + 1] == '[' && k < s.n &&
			((s.p[k] >= '0' && s.p[k] <= '9') || s.p[k] == ';'))
			k++;
		if (s.p[i] == 27 && i + 1 < s.n && s.p[i + 1] == '[' && k < s.n)
			i = k;
		else
			sw_buf_addch(&b, s.p[i]);
	}
	return sw_arena_str(a, sw_buf_str(&b));
}

static bool printable(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < 32 && s.p[i] != '\n' && s.p[i] != '\t') || s.p[i] == 127)
			return false;
	return sw_utf8_valid(s);
}

enum { MESSAGE, HOST, NAME, COMM, PID, OTHER_PID, FIELDS };
static const char *const wanted[FIELDS] = {
	"MESSAGE=", "_HOSTNAME=", "SYSLOG_IDENTIFIER=", "_COMM=", "_PID=", "SYSLOG_PID="};

static void lines(struct reading *r, const struct found *x, struct sw_str *v)
{
	time_t t = (time_t)(x->e.realtime / 1000000);
	struct tm tm;
	char when[32] = "";
	struct sw_str head = {0}, pid = v[PID].p ? v[PID] : v[OTHER_PID], rest, one;
	struct sw_str name = v[NAME].p ? v[NAME] : v[COMM].p ? v[COMM] : SW_STR("unknown");
	if (r->q->bare) {
		line_out(r, v[MESSAGE]);
		return;
	}
	if (gmtime_r(&t, &tm))
		strftime(when, sizeof(when), "%b %d %H:%M:%S", &tm);
	rest = plain(r->a, v[MESSAGE]);
	head = sw_arena_printf(r->a, "%s%s%.*s %.*s%s%.*s%s: ", when, v[HOST].n ? " " : "", SW_STR_ARG(v[HOST]),
			SW_STR_ARG(name), pid.n ? "[" : "", SW_STR_ARG(pid), pid.n ? "]" : "");
	if (!printable(rest)) {
		line_out(r, sw_arena_printf(r->a, "%.*s[%zuB blob data]", SW_STR_ARG(head), rest.n));
		return;
	}
	while (rest.n && rest.p[rest.n - 1] == '\n')
		rest.n--;
	bool first = true;
	do {
		if (!sw_str_split(&rest, '\n', &one))
			one = (struct sw_str){0};
		if (first)
			line_out(r, sw_arena_printf(r->a, "%.*s%.*s", SW_STR_ARG(head), SW_STR_ARG(one)));
		else
			line_out(r, sw_arena_printf(r->a, "%*s%.*s", (int)head.n, "", SW_STR_ARG(one)));
		first = false;
	} while (rest.n);
}

#define OPEN_MAX 4 /* entries in the order of time are mostly in one file */

struct open_files {
	struct jf f[OPEN_MAX];
	uint32_t file[OPEN_MAX];
	bool used[OPEN_MAX];
};

static struct jf *opened(struct reading *r, struct open_files *o, uint32_t file)
{
	uint32_t k = file % OPEN_MAX;
	if (o->used[k] && o->file[k] == file)
		return &o->f[k];
	if (o->used[k])
		jf_close(&o->f[k]);
	o->used[k] = true;
	o->file[k] = file;
	if (open_file(r, file, &o->f[k]))
		fail(r, file, o->f[k].why);
	return &o->f[k];
}

static void write_entry(struct reading *r, struct open_files *o, const struct found *x)
{
	struct jf *f = opened(r, o, x->file);
	sw_autoarena own;
	struct sw_arena *outer = r->a;
	struct sw_str v[FIELDS];
	sw_arena_init(&own, 64 << 20);
	if (r->rc)
		return;
	if (jf_fields(f, &own, x->e.at, wanted, FIELDS, v)) {
		if (!sw_str_ends(r->files[x->file], SW_STR("~")))
			fail(r, x->file, f->why ? f->why : "it is damaged");
	} else if (v[MESSAGE].p) {
		r->a = &own;
		lines(r, x, v);
		r->a = outer;
	}
}

static void write_lines(struct reading *r)
{
	struct open_files *o = calloc(1, sizeof(*o));
	size_t n = 0;
	if (!o)
		abort();
	for (size_t k = 0; k < r->count; k++) /* some are found by two fields */
		if (!n || r->v[n - 1].file != r->v[k].file || r->v[n - 1].e.at != r->v[k].e.at)
			r->v[n++] = r->v[k];
	size_t from = r->q->last >= 0 && (size_t)r->q->last < n ? n - (size_t)r->q->last : 0;
	for (size_t k = from; k < n && !r->rc && !r->out.overflow; k++)
		write_entry(r, o, &r->v[r->q->reverse ? n - 1 - (k - from) : k]);
	for (uint32_t i = 0; i < OPEN_MAX; i++)
		if (o->used[i])
			jf_close(&o->f[i]);
	free(o);
}

int sw_cis_journal(struct sw_cis_node *n, struct sw_arena *a, const struct sw_cis_journal_query *q,
	struct sw_str *ret, struct sw_str *ret_why)
{
	struct reading r = {.n = n, .a = a, .q = q};
	if (sw_defined(n->image))
		return -ENODATA;
	r.files = sw_arena_new_array(a, FILES_MAX, struct sw_str);
	if (!r.files)
		return -EFBIG;
	sw_buf_init(&r.out, SW_CIS_FILE_MAX);
	find_files(&r);
	if (!r.rc && !r.n_files)
		r.rc = -ENOENT;
	if (!r.rc)
		collect(&r);
	if (!r.rc && r.count) {
		qsort(r.v, r.count, sizeof(*r.v), by_time);
		write_lines(&r);
	}
	if (!r.rc && r.out.overflow)
		r.rc = -EFBIG;
	if (!r.rc)
		*ret = sw_arena_str(a, sw_buf_str(&r.out));
	*ret_why = r.why;
	sw_buf_release(&r.out);
	free(r.v);
	return r.rc;
}
