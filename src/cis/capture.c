/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A captured node: what a node answered, as one JSON document that can be judged elsewhere.
 *
 *	{"schema": "seawall.dev/node/v1",
 *	 "processes": [{"pid": 1, "ppid": 0, "uid": 0, "comm": "systemd", "args": ["/sbin/init"]}],
 *	 "files": {"/etc/kubernetes": {"stat": {"mode": 16877, "uid": 0, "gid": 0, "size": 4096},
 *	                               "list": ["admin.conf"]},
 *	           "/etc/kubernetes/admin.conf": {"lstat": {…}, "text": "…"},
 *	           "/etc/kubernetes/azure.json": {"stat": "ENOENT"},
 *	           "/etc/localtime": {"lstat": {…}, "link": "/usr/share/zoneinfo/UTC"}}}
 *
 * It holds what was asked and nothing else: a path that is not in it was not asked for. An answer
 * that was an error is its name. Secrets are cut out while it is written (redact.h).
 */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "cis/node_impl.h"
#include "cis/redact.h"
#include "doc/json.h"

#define BUCKETS 1024
#define IMAGE_MAX ((size_t)256 << 20)
#define RECORDS_MAX 200000

struct entry {
	struct sw_str path;
	struct stat st[2]; /* lstat, stat */
	int rc[5];	   /* lstat, stat, read, list, readlink; 1: not asked */
	struct sw_str text, link;
	struct sw_str *names;
	uint32_t n_names;
	struct entry *next;
};

struct sw_cis_record {
	struct sw_arena arena;
	struct entry *v[BUCKETS];
	uint32_t n;
	struct sw_cis_redactor *redactor;
};

static const struct {
	int code;
	const char *name;
} codes[] = {{ENOENT, "ENOENT"}, {ENOTDIR, "ENOTDIR"}, {EACCES, "EACCES"}, {EPERM, "EPERM"},
	{EISDIR, "EISDIR"}, {ENXIO, "ENXIO"}, {EFBIG, "EFBIG"}, {ELOOP, "ELOOP"},
	{EIO, "EIO"}, {ENAMETOOLONG, "ENAMETOOLONG"}};

static struct entry *entry_of(struct sw_cis_record *r, struct sw_str path)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < path.n; i++)
		h = (h ^ (unsigned char)path.p[i]) * 16777619u;
	struct entry **at = &r->v[h % BUCKETS];
	for (struct entry *e = *at; e; e = e->next)
		if (sw_str_eq(e->path, path))
			return e;
	struct entry *e = r->n < RECORDS_MAX ? sw_arena_new(&r->arena, struct entry) : NULL;
	if (!e)
		return NULL;
	*e = (struct entry){.path = sw_arena_str(&r->arena, path), .rc = {1, 1, 1, 1, 1}, .next = *at};
	r->n++;
	*at = e;
	return e;
}

void sw_cis_record_stat(struct sw_cis_node *n, struct sw_str path, bool follow, int rc,
	const struct stat *st)
{
	struct entry *e = entry_of(n->record, path);
	if (!e)
		return;
	e->rc[follow] = rc;
	if (!rc)
		e->st[follow] = *st;
}

void sw_cis_record_read(struct sw_cis_node *n, struct sw_str path, int rc, struct sw_str text)
{
	struct entry *e = entry_of(n->record, path);
	if (!e || e->rc[2] != 1)
		return;
	e->rc[2] = rc;
	if (!rc)
		e->text = sw_arena_str(&n->record->arena, text);
}

void sw_cis_record_list(struct sw_cis_node *n, struct sw_str path, int rc,
	const struct sw_str *names, uint32_t n_names)
{
	struct entry *e = entry_of(n->record, path);
	if (!e || e->rc[3] != 1)
		return;
	e->rc[3] = rc;
	e->names = sw_arena_new_array(&n->record->arena, n_names + 1, struct sw_str);
	for (uint32_t i = 0; e->names && i < n_names; i++)
		e->names[e->n_names++] = sw_arena_str(&n->record->arena, names[i]);
}

void sw_cis_record_link(struct sw_cis_node *n, struct sw_str path, int rc, struct sw_str target)
{
	struct entry *e = entry_of(n->record, path);
	if (!e || e->rc[4] != 1)
		return;
	e->rc[4] = rc;
	if (!rc)
		e->link = sw_arena_str(&n->record->arena, target);
}

int sw_cis_capture_begin(struct sw_cis_node *n)
{
	if (n->record || sw_defined(n->image))
		return -EEXIST;
	n->record = calloc(1, sizeof(*n->record));
	if (!n->record)
		abort();
	sw_arena_init(&n->record->arena, IMAGE_MAX);
	return 0;
}

void sw_cis_record_free(struct sw_cis_node *n)
{
	if (!n->record)
		return;
	sw_cis_redactor_free(n->record->redactor);
	sw_arena_release(&n->record->arena);
	free(n->record);
	n->record = NULL;
}

/* ---- writing ---- */

static void write_code(struct sw_buf *b, int rc)
{
	const char *name = "EIO";
	for (size_t i = 0; i < SW_ARRAY_LEN(codes); i++)
		if (codes[i].code == -rc)
			name = codes[i].name;
	sw_buf_printf(b, "\"%s\"", name);
}

/* Such a target is left out, for another one in its place would be judged. */
static bool leads_to_secret(struct sw_cis_record *r, const struct entry *e, struct sw_buf *clean)
{
	return e->rc[4] == 0 && !sw_str_eq(sw_cis_redact(r->redactor, e->link, clean), e->link);
}

static void write_entry(struct sw_buf *b, struct sw_cis_record *r, const struct entry *e,
	struct sw_buf *clean)
{
	static const char *const names[] = {"lstat", "stat", "text", "list", "link"};
	bool first = true;
	sw_json_write_str(b, e->path, 0);
	sw_buf_addz(b, ":{");
	for (int i = 0; i < 5; i++) {
		if (e->rc[i] == 1 || (i == 4 && leads_to_secret(r, e, clean)))
			continue;
		sw_buf_printf(b, "%s\"%s\":", first ? "" : ",", names[i]);
		first = false;
		if (e->rc[i]) {
			if (i >= 2) /* told from content by its own key */
				sw_buf_addz(b, "{\"error\":");
			write_code(b, e->rc[i]);
			if (i >= 2)
				sw_buf_addch(b, '}');
		} else if (i < 2) {
			const struct stat *st = &e->st[i];
			sw_buf_printf(b,
				"{\"mode\":%u,\"uid\":%u,\"gid\":%u,\"size\":%lld,\"nlink\":%lu,"
				"\"mtime\":%lld}",
				st->st_mode, st->st_uid, st->st_gid, (long long)st->st_size,
				(unsigned long)st->st_nlink, (long long)st->st_mtime);
		} else if (i == 2) {
			sw_json_write_str(b, sw_cis_redact_file(r->redactor, e->path, e->text, clean), 0);
		} else if (i == 4) {
			sw_json_write_str(b, e->link, 0);
		} else {
			sw_buf_addch(b, '[');
			for (uint32_t k = 0; k < e->n_names; k++) {
				if (k)
					sw_buf_addch(b, ',');
				sw_json_write_str(b, e->names[k], 0);
			}
			sw_buf_addch(b, ']');
		}
	}
	sw_buf_addch(b, '}');
}

static void write_procs(struct sw_buf *b, struct sw_cis_node *n, struct sw_buf *clean)
{
	uint32_t count;
	const char *why;
	const struct sw_cis_proc *v = sw_cis_procs(n, &count, &why);
	for (uint32_t i = 0; v && i < count; i++) {
		struct sw_str rest = v[i].args, arg;
		bool first = true, hide = false;
		sw_buf_printf(b, "%s{\"pid\":%lld,\"ppid\":%lld,\"uid\":%u,\"comm\":", i ? ",\n" : "",
			(long long)v[i].pid, (long long)v[i].ppid, v[i].uid);
		sw_json_write_str(b, v[i].comm, 0);
		sw_buf_addz(b, ",\"args\":[");
		if (rest.n && !rest.p[rest.n - 1]) /* each ends with one */
			rest.n--;
		while (sw_str_split(&rest, 0, &arg)) {
			if (!first)
				sw_buf_addch(b, ',');
			first = false;
			sw_json_write_str(b, hide ? SW_STR("REDACTED")
						  : sw_cis_redact(n->record->redactor, arg, clean), 0);
			/* --token VALUE */
			hide = sw_str_starts(arg, SW_STR("-")) && sw_str_chr(arg, '=', 0) == SW_NPOS &&
			       sw_cis_redact_word(sw_str_sub(arg, 1, arg.n));
		}
		sw_buf_addz(b, "]}");
	}
}

static int by_path(const void *x, const void *y)
{
	const struct entry *const *a = x, *const *b = y;
	return sw_str_cmp((*a)->path, (*b)->path);
}

int sw_cis_capture_write(struct sw_cis_node *n, struct sw_buf *out, struct sw_error *err)
{
	sw_autobuf clean = {0};
	struct sw_cis_record *r = n->record;
	uint32_t k = 0;
	if (!r)
		return sw_error_set(err, SW_EUSAGE, "a captured node cannot be captured again");
	if (!r->redactor && sw_cis_redactor_new(&r->redactor, err))
		return -SW_EINVALID;
	sw_cis_user(n, 0); /* names are wanted wherever it is judged */
	sw_cis_group(n, 0);
	sw_buf_init(&clean, SW_CIS_FILE_MAX * 2);
	struct entry **all = sw_arena_new_array(&r->arena, r->n + 1, struct entry *);
	for (uint32_t i = 0; all && i < BUCKETS; i++)
		for (struct entry *e = r->v[i]; e; e = e->next)
			all[k++] = e;
	if (!all || r->n >= RECORDS_MAX || r->arena.overflow)
		return sw_error_set(err, SW_ELIMIT, "the capture is too large");
	qsort(all, k, sizeof(struct entry *), by_path);
	sw_buf_addz(out, "{\"schema\":\"seawall.dev/node/v1\",\n\"processes\":[\n");
	write_procs(out, n, &clean);
	sw_buf_addz(out, "],\n\"files\":{");
	for (uint32_t i = 0; i < k; i++) {
		sw_buf_addz(out, i ? ",\n" : "\n");
		write_entry(out, r, all[i], &clean);
	}
	sw_buf_addz(out, "}}\n");
	return out->overflow ? sw_error_set(err, SW_ELIMIT, "the capture is too large") : 0;
}

/* ---- reading ---- */

int sw_cis_image_open(struct sw_cis_node *n, const char *file, struct sw_error *err)
{
	struct sw_str text;
	struct sw_value v;
	int rc = sw_io_read(&n->arena, file, IMAGE_MAX, SW_IO_COPY, &text, err);
	if (!rc)
		rc = sw_json_parse(&n->arena, text, 0, NULL, &v, NULL, err);
	if (rc)
		return sw_error_prefix(err, "the captured node %s: ", file);
	if (!sw_str_is(sw_value_getstr(v, "schema"), "seawall.dev/node/v1"))
		return sw_error_set(err, SW_EINVALID, "%s is no captured node", file);
	n->image = v;
	return 0;
}

static struct sw_value answer(struct sw_cis_node *n, struct sw_str path, const char *what)
{
	struct sw_value files = sw_object_gets(n->image, SW_STR("files"));
	return sw_object_gets(sw_object_gets(files, path), sw_str_from(what));
}

/* 0: there is an answer; else its errno. */
static int error_of(struct sw_value v)
{
	struct sw_value name = v.type == SW_OBJECT ? sw_object_gets(v, SW_STR("error")) : v;
	if (!sw_defined(v))
		return -ENODATA;
	for (size_t i = 0; name.type == SW_STRING && i < SW_ARRAY_LEN(codes); i++)
		if (sw_str_is(sw_value_str(name), codes[i].name))
			return -codes[i].code;
	return 0;
}

static int64_t number(struct sw_value v, const char *key)
{
	int64_t i = 0;
	sw_value_int(sw_object_gets(v, sw_str_from(key)), &i);
	return i;
}

int sw_cis_image_stat(struct sw_cis_node *n, struct sw_str path, bool follow, struct stat *ret)
{
	struct sw_value v = answer(n, path, follow ? "stat" : "lstat");
	if (!sw_defined(v)) { /* the other question answers for what is no link */
		v = answer(n, path, follow ? "lstat" : "stat");
		if (v.type == SW_OBJECT && S_ISLNK((mode_t)number(v, "mode")))
			return -ENODATA;
	}
	int rc = error_of(v);
	if (rc)
		return rc;
	if (v.type != SW_OBJECT)
		return -EIO;
	*ret = (struct stat){.st_mode = (mode_t)number(v, "mode"),
		.st_uid = (uid_t)number(v, "uid"),
		.st_gid = (gid_t)number(v, "gid"),
		.st_size = number(v, "size"),
		.st_nlink = (nlink_t)number(v, "nlink"),
		.st_mtime = number(v, "mtime")};
	return 0;
}

int sw_cis_image_read(struct sw_cis_node *n, struct sw_str path, struct sw_str *ret)
{
	struct sw_value v = answer(n, path, "text");
	if (v.type == SW_STRING) {
		*ret = sw_value_str(v);
		return 0;
	}
	int rc = error_of(v);
	struct stat st;
	if (rc == -ENODATA) /* not read, but known not to be there */
		rc = sw_cis_image_stat(n, path, true, &st);
	return rc ? rc : -ENODATA;
}

int sw_cis_image_list(struct sw_cis_node *n, struct sw_arena *a, struct sw_str path,
	struct sw_str **ret, uint32_t *ret_n)
{
	struct sw_value v = answer(n, path, "list");
	struct stat st;
	if (v.type != SW_ARRAY) {
		int rc = error_of(v);
		if (rc == -ENODATA)
			rc = sw_cis_image_stat(n, path, true, &st);
		return rc ? rc : -ENODATA;
	}
	*ret = sw_arena_new_array(a, v.n + 1, struct sw_str);
	*ret_n = 0;
	if (!*ret)
		return -EFBIG;
	sw_array_foreach(it, v)
		if (it->type == SW_STRING && it->n && !memchr(it->u.s, '/', it->n))
			(*ret)[(*ret_n)++] = sw_value_str(*it);
	return 0;
}

int sw_cis_image_link(struct sw_cis_node *n, struct sw_str path, struct sw_str *ret)
{
	struct sw_value v = answer(n, path, "link");
	if (v.type == SW_STRING) {
		*ret = sw_value_str(v);
		return 0;
	}
	int rc = error_of(v);
	return rc ? rc : -ENODATA;
}

void sw_cis_image_procs(struct sw_cis_node *n)
{
	struct sw_value l = sw_object_gets(n->image, SW_STR("processes"));
	n->no_procs = "the captured node has no processes";
	if (l.type != SW_ARRAY || !l.n || l.n > SW_CIS_PROC_MAX)
		return;
	n->procs = sw_arena_new_array(&n->arena, l.n, struct sw_cis_proc);
	sw_array_foreach(it, l) {
		sw_autobuf args = {0};
		struct sw_value v = sw_object_gets(*it, SW_STR("args"));
		if (!n->procs || it->type != SW_OBJECT)
			return;
		sw_buf_init(&args, 1 << 20);
		if (v.type == SW_ARRAY)
			sw_array_foreach(arg, v) {
				if (arg->type == SW_STRING)
					sw_buf_addstr(&args, sw_value_str(*arg));
				sw_buf_addch(&args, 0);
			}
		struct sw_cis_proc *p = &n->procs[n->n_procs++];
		*p = (struct sw_cis_proc){.pid = number(*it, "pid"),
			.ppid = number(*it, "ppid"),
			.uid = (uint32_t)number(*it, "uid"),
			.comm = sw_value_getstr(*it, "comm"),
			.args = sw_arena_str(&n->arena, sw_buf_str(&args))};
		p->cmd = sw_cis_proc_display(&n->arena, p->args, p->comm);
	}
	n->no_procs = NULL;
}
