/* SPDX-License-Identifier: Apache-2.0 */
/* Where audit events come from: lines of files, read one after the other. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "runtime/audit/audit.h"
#include "runtime/audit/rows.h"

#define FILES_MAX 100000
#define NESTING_MAX 16   /* arrays of arrays of events */
#define EVENTS_MAX 65536 /* of one line */
#define LINE_BUDGET ((size_t)512 << 20)
#define EVENT_BUDGET ((size_t)64 << 20)
#define READ_CHUNK 65536
#define POLL_MS 100

struct file {
	char *path;
	struct timespec mtime;
};

struct item {
	struct sw_value v;
	struct sw_span span;
};

struct audit {
	struct sw_stream src;
	unsigned flags;
	const volatile int *stop;

	struct file *files;
	size_t n_files, file;
	int fd;
	dev_t dev;
	ino_t ino;
	off_t offset;
	bool at_end; /* of the current file */

	struct sw_str text; /* instead of files */
	size_t text_at;

	struct sw_buf in; /* bytes read, from in_at on not yet a line */
	size_t in_at;
	uint64_t line_no;

	struct sw_arena line, values;
	struct sw_buf compact;
	struct item *items; /* events of the current line */
	size_t n_items, item, cap_items;
	struct sw_audit_event event;
};

static const char *place(const struct audit *a)
{
	if (!a->n_files)
		return "-";
	return a->files[a->file < a->n_files ? a->file : a->n_files - 1].path;
}

static int bad_line(const struct audit *a, enum sw_errcode code, const char *why, struct sw_error *err)
{
	sw_error_set(err, code, "%s", why);
	return sw_error_at(err, sw_str_from(place(a)), (uint32_t)a->line_no, 0, 0);
}

/* ---- files ---- */

static int open_current(struct audit *a, struct sw_error *err)
{
	const char *path = a->files[a->file].path;
	a->at_end = false;
	a->offset = 0;
	a->line_no = 0;
	if (strcmp(path, "-") == 0) {
		a->fd = dup(STDIN_FILENO);
	} else {
		a->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	}
	if (a->fd < 0)
		return sw_error_errno(err, errno == ENOENT ? SW_ENOENT : SW_EIO, errno, "%s", path);
	struct stat st;
	if (fstat(a->fd, &st) == 0) {
		a->dev = st.st_dev;
		a->ino = st.st_ino;
		if (S_ISDIR(st.st_mode))
			return sw_error_set(err, SW_EINVALID, "%s is a folder", path);
	}
	return 0;
}

static void close_current(struct audit *a)
{
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
}

static bool stopped(const struct audit *a)
{
	return a->stop && *a->stop;
}

/* Waits until the file grew, was cut or was replaced. False: told to stop. */
static bool wait_for_more(struct audit *a)
{
	while (!stopped(a)) {
		struct stat st, now;
		if (fstat(a->fd, &st) == 0 && S_ISREG(st.st_mode)) {
			if (st.st_size > a->offset)
				return true;
			if (st.st_size < a->offset) {
				a->offset = lseek(a->fd, 0, SEEK_SET);
				a->in_at = a->in.n; /* half a line of the old content */
				return true;
			}
		}
		if (stat(place(a), &now) == 0 && (now.st_dev != a->dev || now.st_ino != a->ino)) {
			close_current(a);
			return open_current(a, NULL) == 0;
		}
		poll(NULL, 0, POLL_MS);
	}
	return false;
}

/* More bytes into a->in. 1, 0 at the end of everything, or an error. */
static int fill(struct audit *a, struct sw_error *err)
{
	for (;;) {
		if (a->file >= a->n_files)
			return 0;
		if (a->fd < 0) {
			int rc = open_current(a, err);
			if (rc < 0) {
				a->file++;
				return rc;
			}
		}
		if (a->in.n - a->in_at > SW_AUDIT_LINE_MAX)
			return sw_error_set(err, SW_ELIMIT, "%s: a line of more than %zu bytes", place(a),
				SW_AUDIT_LINE_MAX);
		if (a->in_at) {
			memmove(a->in.p, a->in.p + a->in_at, a->in.n - a->in_at);
			a->in.n -= a->in_at;
			a->in_at = 0;
		}
		char *p = sw_buf_extend(&a->in, READ_CHUNK);
		if (!p)
			return sw_error_set(err, SW_ELIMIT, "%s: a line that is too long", place(a));
		ssize_t got = read(a->fd, p, READ_CHUNK);
		a->in.n -= READ_CHUNK;
		if (got < 0 && errno == EINTR && !stopped(a))
			continue;
		if (got < 0) {
			int e = errno;
			close_current(a);
			sw_error_errno(err, SW_EIO, e, "%s", place(a));
			a->file++;
			return -SW_EIO;
		}
		if (got > 0) {
			a->in.n += (size_t)got;
			a->offset += got;
			return 1;
		}
		if ((a->flags & SW_AUDIT_FOLLOW) && strcmp(place(a), "-") != 0) {
			if (!wait_for_more(a))
				return 0;
			continue;
		}
		close_current(a);
		a->at_end = true;
		return 1; /* what is left of the file is its last line */
	}
}

/* The next line that is not empty. 1, 0 at the end, or an error. */
static int next_line(struct audit *a, struct sw_str *ret, struct sw_error *err)
{
	if (a->text.p) {
		struct sw_str rest = sw_str_sub(a->text, a->text_at, a->text.n), piece;
		while (sw_str_split(&rest, '\n', &piece)) {
			a->line_no++;
			a->text_at = rest.p ? (size_t)(rest.p - a->text.p) : a->text.n;
			*ret = sw_str_trim(piece);
			if (ret->n)
				return 1;
		}
		a->text_at = a->text.n;
		return 0;
	}
	size_t seen = a->in_at;
	for (;;) {
		const char *nl = a->in.n > seen ? memchr(a->in.p + seen, '\n', a->in.n - seen) : NULL;
		if (nl || a->at_end) {
			size_t end = nl ? (size_t)(nl - a->in.p) : a->in.n;
			*ret = sw_str_trim(sw_str_make(a->in.p + a->in_at, end - a->in_at));
			a->in_at = nl ? end + 1 : end;
			seen = a->in_at;
			a->line_no++;
			if (!nl) {
				a->at_end = false;
				a->file++;
			}
			if (ret->n)
				return 1;
			continue;
		}
		size_t kept = a->in.n - a->in_at;
		int rc = fill(a, err);
		if (rc <= 0)
			return rc;
		seen = a->in_at + (kept < a->in.n - a->in_at ? kept : 0);
	}
}

/* ---- lines to events ---- */

static int add_item(struct audit *a, struct sw_value v, struct sw_span span)
{
	if (a->n_items == EVENTS_MAX)
		return -SW_ELIMIT;
	if (a->n_items == a->cap_items) {
		size_t cap = a->cap_items ? a->cap_items * 2 : 16;
		struct item *p = realloc(a->items, cap * sizeof(*p));
		if (!p)
			return -SW_ELIMIT;
		a->items = p;
		a->cap_items = cap;
	}
	a->items[a->n_items++] = (struct item){v, span};
	return 0;
}

static int collect(struct audit *a, struct sw_value v, struct sw_span span, uint32_t depth, struct sw_error *err)
{
	struct sw_str kind = sw_value_getstr(v, "kind");
	if (v.type == SW_ARRAY && depth < NESTING_MAX) {
		int last = 0;
		for (uint32_t i = 0; i < v.n; i++) {
			int rc = collect(a, v.u.a->v[i], v.u.a->spans[i], depth + 1, err);
			last = rc < 0 ? rc : last;
		}
		return last;
	}
	if (v.type == SW_OBJECT && sw_str_is(kind, "EventList")) {
		int64_t at = sw_object_index(v, SW_VSTR("items"));
		if (at >= 0 && v.u.o->m[at].v.type == SW_ARRAY) {
			struct sw_value items = v.u.o->m[at].v;
			for (uint32_t i = 0; i < items.n; i++)
				if (add_item(a, items.u.a->v[i], items.u.a->spans[i]) < 0)
					return bad_line(a, SW_ELIMIT, "too many events in one line", err);
			return 0;
		}
	}
	if (v.type == SW_OBJECT && sw_str_is(kind, "Event"))
		return add_item(a, v, span) < 0 ?
			       bad_line(a, SW_ELIMIT, "too many events in one line", err) :
			       0;
	return bad_line(a, SW_EINVALID, "data not recognized as a k8s audit event", err);
}

static int take_line(struct audit *a, struct sw_str line, struct sw_error *err)
{
	a->n_items = a->item = 0;
	sw_arena_reset(&a->line);
	sw_buf_clear(&a->compact);
	sw_audit_compact(&a->compact, line);
	if (a->compact.overflow)
		return bad_line(a, SW_EINVALID, "a line that is too long", err);
	struct sw_value root;
	struct sw_str text = sw_buf_str(&a->compact);
	if (sw_json_parse(&a->line, text, SW_JSON_SPANS, NULL, &root, NULL, err) < 0) {
		/* Whatever was wrong with this line, the next may be read. */
		if (err) {
			uint32_t col = err->col;
			err->code = SW_ESYNTAX;
			sw_error_at(err, sw_str_from(place(a)), (uint32_t)a->line_no, col, 0);
		}
		return -SW_ESYNTAX;
	}
	int rc = collect(a, root, (struct sw_span){0, (uint32_t)text.n}, 0, err);
	return rc == -SW_ELIMIT ? -SW_EINVALID : rc;
}

static bool digits(struct sw_str s, size_t at, size_t n, int *ret)
{
	int v = 0;
	if (at + n > s.n)
		return false;
	for (size_t i = at; i < at + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*ret = v;
	return true;
}

/* RFC 3339 with any number of digits of a second. */
static bool parse_time(struct sw_str s, uint64_t *ret)
{
	struct tm tm = {0};
	int year, mon, ns = 0, hh, mm;
	if (s.n < 20 || !digits(s, 0, 4, &year) || s.p[4] != '-' || !digits(s, 5, 2, &mon) ||
		s.p[7] != '-' || !digits(s, 8, 2, &tm.tm_mday) || s.p[10] != 'T' ||
		!digits(s, 11, 2, &tm.tm_hour) || s.p[13] != ':' || !digits(s, 14, 2, &tm.tm_min) ||
		s.p[16] != ':' || !digits(s, 17, 2, &tm.tm_sec))
		return false;
	if (mon < 1 || mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 ||
		tm.tm_sec > 59)
		return false;
	size_t at = 19;
	if (s.p[at] == '.' || s.p[at] == ',') {
		int unit = 100000000;
		size_t from = ++at;
		for (; at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; at++, unit /= 10)
			ns += (s.p[at] - '0') * unit;
		if (at == from)
			return false;
	}
	int64_t zone = 0;
	if (at + 1 == s.n && s.p[at] == 'Z') {
		zone = 0;
	} else if (at + 6 == s.n && (s.p[at] == '+' || s.p[at] == '-') && s.p[at + 3] == ':' &&
		   digits(s, at + 1, 2, &hh) && digits(s, at + 4, 2, &mm)) {
		zone = (int64_t)(hh * 3600 + mm * 60) * (s.p[at] == '-' ? -1 : 1);
	} else {
		return false;
	}
	tm.tm_year = year - 1900;
	tm.tm_mon = mon - 1;
	int64_t sec = (int64_t)timegm(&tm) - zone;
	if (sec < 0)
		return false;
	*ret = (uint64_t)sec * 1000000000u + (uint64_t)ns;
	return true;
}

static int give(struct audit *a, struct sw_event *ret, struct sw_error *err)
{
	struct item it = a->items[a->item++];
	struct sw_value ts = sw_object_gets(it.v, SW_STR("stageTimestamp"));
	uint64_t ns = 0;
	if (ts.type == SW_UNDEF)
		return bad_line(a, SW_EINVALID, "can't read stageTimestamp", err);
	if (ts.type != SW_STRING || !parse_time(sw_str_make(ts.u.s, ts.n), &ns))
		return bad_line(a, SW_EINVALID, "stageTimestamp is not a time", err);
	if (it.span.end - it.span.start > SW_AUDIT_EVENT_MAX)
		return bad_line(a, SW_EINVALID, "event larger than 262144 bytes", err);
	a->event = (struct sw_audit_event){sw_buf_str(&a->compact), it.v, it.span};
	ret->source = SW_SOURCE_K8S_AUDIT;
	ret->code = SW_EVENT_CODE_PLUGIN;
	ret->ts = ns;
	ret->arena = &a->values;
	ret->data = &a->event;
	return 1;
}

static int audit_next(struct sw_stream *s, struct sw_event *ret, struct sw_error *err)
{
	struct audit *a = s->priv;
	sw_arena_reset(&a->values);
	while (a->item >= a->n_items) {
		struct sw_str line;
		if (stopped(a))
			return 0;
		int rc = next_line(a, &line, err);
		if (rc > 0)
			rc = take_line(a, line, err);
		else if (rc == 0)
			return 0;
		if (rc < 0)
			return rc;
	}
	return give(a, ret, err);
}

static void audit_close(struct sw_stream *s)
{
	struct audit *a = s->priv;
	close_current(a);
	for (size_t i = 0; i < a->n_files; i++)
		free(a->files[i].path);
	free(a->files);
	free(a->items);
	sw_buf_release(&a->in);
	sw_buf_release(&a->compact);
	sw_arena_release(&a->line);
	sw_arena_release(&a->values);
	free(a);
}

static const struct sw_stream_ops audit_ops = {
	.name = "k8s_audit",
	.next = audit_next,
	.close = audit_close,
};

/* ---- opening ---- */

static struct audit *audit_new(void)
{
	struct audit *a = calloc(1, sizeof(*a));
	if (!a)
		return NULL;
	a->src = (struct sw_stream){.ops = &audit_ops, .priv = a};
	a->fd = -1;
	sw_arena_init(&a->line, LINE_BUDGET);
	sw_arena_init(&a->values, EVENT_BUDGET);
	sw_buf_init(&a->in, SW_AUDIT_LINE_MAX + 2 * READ_CHUNK);
	sw_buf_init(&a->compact, SW_AUDIT_LINE_MAX + READ_CHUNK);
	return a;
}

static int add_file(struct audit *a, const char *path, struct timespec mtime)
{
	if (a->n_files >= FILES_MAX)
		return -SW_ELIMIT;
	if ((a->n_files & (a->n_files - 1)) == 0) {
		struct file *p = realloc(a->files, (a->n_files ? a->n_files * 2 : 1) * sizeof(*p));
		if (!p)
			return -SW_ELIMIT;
		a->files = p;
	}
	char *copy = strdup(path);
	if (!copy)
		return -SW_ELIMIT;
	a->files[a->n_files++] = (struct file){copy, mtime};
	return 0;
}

static int by_age(const void *pa, const void *pb)
{
	const struct file *x = pa, *y = pb;
	if (x->mtime.tv_sec != y->mtime.tv_sec)
		return x->mtime.tv_sec < y->mtime.tv_sec ? -1 : 1;
	if (x->mtime.tv_nsec != y->mtime.tv_nsec)
		return x->mtime.tv_nsec < y->mtime.tv_nsec ? -1 : 1;
	return strcmp(x->path, y->path);
}

static int add_folder(struct audit *a, const char *path, struct sw_error *err)
{
	DIR *d = opendir(path);
	if (!d)
		return sw_error_errno(err, SW_EIO, errno, "%s", path);
	int rc = 0;
	struct dirent *e;
	while (rc == 0 && (e = readdir(d))) {
		char full[4096];
		struct stat st;
		if ((size_t)snprintf(full, sizeof(full), "%s/%s", path, e->d_name) >= sizeof(full))
			continue;
		if (stat(full, &st) == 0 && S_ISREG(st.st_mode))
			rc = add_file(a, full, st.st_mtim);
	}
	closedir(d);
	if (rc < 0)
		return sw_error_set(err, SW_ELIMIT, "%s: too many files", path);
	if (a->n_files)
		qsort(a->files, a->n_files, sizeof(*a->files), by_age);
	return 0;
}

int sw_audit_open(const char *path, unsigned flags, const volatile int *stop, struct sw_stream **ret,
	struct sw_error *err)
{
	struct stat st = {0};
	if (strcmp(path, "-") != 0 && stat(path, &st) != 0)
		return sw_error_errno(err, errno == ENOENT ? SW_ENOENT : SW_EIO, errno, "%s", path);
	struct audit *a = audit_new();
	if (!a)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	a->flags = flags;
	a->stop = stop;
	int rc = S_ISDIR(st.st_mode) ? add_folder(a, path, err) : add_file(a, path, st.st_mtim);
	if (rc == 0 && (flags & SW_AUDIT_FOLLOW) && S_ISDIR(st.st_mode))
		rc = sw_error_set(err, SW_EUSAGE, "%s is a folder: only a file can be followed", path);
	if (rc == 0 && (flags & SW_AUDIT_FROM_END) && S_ISREG(st.st_mode)) {
		rc = open_current(a, err);
		if (rc == 0)
			a->offset = lseek(a->fd, 0, SEEK_END);
	}
	if (rc < 0) {
		audit_close(&a->src);
		return rc;
	}
	*ret = &a->src;
	return 0;
}

int sw_audit_open_text(struct sw_str text, struct sw_stream **ret, struct sw_error *err)
{
	struct audit *a = audit_new();
	if (!a)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	a->text = text.p ? text : SW_STR("");
	*ret = &a->src;
	return 0;
}
