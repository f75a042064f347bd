/* SPDX-License-Identifier: Apache-2.0 */
/* Walks what the user named. */
#include "policy/input/input.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/input/impl.h"

static void tell(struct input *in, struct sw_input_problem *p, struct sw_buf *reason)
{
	p->reason = sw_buf_str(reason);
	in->stats.by_problem[p->kind]++;
	if (in->h->problem)
		in->h->problem(in->h->arg, p);
}

void input_problem(
	struct input *in, enum sw_input_problem_kind kind, struct sw_str file, const char *fmt, ...)
{
	sw_autobuf b;
	sw_buf_init(&b, 4096);
	va_list ap;
	va_start(ap, fmt);
	sw_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	struct sw_input_problem p = {.kind = kind, .file = file, .pointer = SW_STR("")};
	tell(in, &p, &b);
}

void input_problem_at(struct sw_input_file *f, enum sw_input_problem_kind kind, struct sw_span span,
	struct sw_str pointer, const char *fmt, ...)
{
	sw_autobuf b;
	sw_buf_init(&b, 4096);
	va_list ap;
	va_start(ap, fmt);
	sw_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	struct sw_input_problem p = {.kind = kind,
		.file = f->source.name,
		.span = span,
		.index = f->index,
		.pointer = pointer};
	if (span.end) {
		struct sw_pos pos = sw_source_pos(&f->source, &f->arena, span.start);
		p.line = pos.line;
		p.col = pos.col;
	}
	tell(f->in, &p, &b);
}

void input_problem_error(
	struct sw_input_file *f, enum sw_input_problem_kind kind, const struct sw_error *e)
{
	sw_autobuf b;
	sw_buf_init(&b, 4096);
	sw_buf_addz(&b, e->text);
	struct sw_input_problem p = {.kind = kind,
		.file = f->source.name,
		.line = e->line,
		.col = e->col,
		.index = f->index,
		.pointer = SW_STR("")};
	if (e->line && e->byte < UINT32_MAX)
		p.span = (struct sw_span){(uint32_t)e->byte, (uint32_t)e->byte};
	tell(f->in, &p, &b);
}

bool input_cancelled(struct input *in)
{
	if (!in->rc && in->opts->cancel && *in->opts->cancel)
		in->rc = sw_error_set(in->err, SW_ECANCELLED, "interrupted");
	return in->rc != 0;
}

/* ---- folders ---- */

static void walk(
	struct input *in, int dirfd, const char *path, uint32_t depth, bool below_rendered);

static bool has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);
	return n > m && strcasecmp(name + n - m, suffix) == 0;
}

static bool is_json(const char *name)
{
	return has_suffix(name, ".json");
}

static bool is_manifest(const char *name)
{
	return is_json(name) || has_suffix(name, ".yaml") || has_suffix(name, ".yml");
}

static char *join(const char *path, const char *entry)
{
	size_t n = strlen(path);
	const char *sep = n && path[n - 1] == '/' ? "" : "/";
	return g_strconcat(path, sep, entry, NULL);
}

static void read_file(struct input *in, int dirfd, const char *entry, const char *path, bool named)
{
	sw_autobuf b;
	if (!input_read(in, dirfd, entry, path, named, &b))
		return;
	in->stats.files++;
	input_text(in, sw_str_from(path), &b, is_json(path), NULL);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_names(GPtrArray **names)
{
	if (*names)
		g_ptr_array_free(*names, TRUE);
}

#define autonames __attribute__((cleanup(free_names))) GPtrArray

/* The entries in byte order; NULL after telling the problem. Takes over `fd`. */
static GPtrArray *list_folder(struct input *in, int fd, const char *path)
{
	DIR *d = fdopendir(fd);
	if (!d) {
		input_problem(in, SW_INPUT_UNREADABLE, sw_str_from(path), "cannot list: %s",
			strerror(errno));
		close(fd);
		return NULL;
	}
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	struct dirent *e;
	for (errno = 0; (e = readdir(d)); errno = 0) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (names->len == INPUT_ENTRIES_MAX) {
			input_problem(in, SW_INPUT_LIMIT, sw_str_from(path),
				"more than %u entries in one folder", INPUT_ENTRIES_MAX);
			break;
		}
		g_ptr_array_add(names, g_strdup(e->d_name));
	}
	if (errno)
		input_problem(in, SW_INPUT_UNREADABLE, sw_str_from(path), "cannot list: %s",
			strerror(errno));
	closedir(d);
	g_ptr_array_sort(names, by_name);
	return names;
}

/* A link may lead to what was, or will be, read under its own name. */
static bool seen_before(struct input *in, const struct stat *st, const char *path, bool link)
{
	if (!S_ISDIR(st->st_mode) && !link)
		return false;
	if (input_first_time(in, st))
		return false;
	if (link && S_ISDIR(st->st_mode))
		input_problem(in, SW_INPUT_UNREADABLE, sw_str_from(path),
			"symbolic link to a folder that was read already");
	return true;
}

static void visit(struct input *in, const struct input_folder *f, const char *entry, uint32_t depth)
{
	g_autofree char *path = join(f->path, entry);
	struct stat st, self;
	if (fstatat(f->fd, entry, &self, AT_SYMLINK_NOFOLLOW) || fstatat(f->fd, entry, &st, 0)) {
		/* A dead link without a manifest's name is none of our business. */
		if (errno != ENOENT || is_manifest(entry))
			input_problem(in, SW_INPUT_UNREADABLE, sw_str_from(path), "%s",
				errno == ELOOP ? "symbolic links lead in a circle"
					       : strerror(errno));
		return;
	}
	bool link = S_ISLNK(self.st_mode);
	if (S_ISDIR(st.st_mode)) {
		if (strcmp(entry, ".git") == 0 || seen_before(in, &st, path, link))
			return;
		bool covered = f->in_chart;
		if (f->chart && f->rendered)
			covered |= !strcmp(entry, "templates") || !strcmp(entry, "charts");
		int fd = openat(f->fd, entry, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			input_problem(in, SW_INPUT_UNREADABLE, sw_str_from(path), "cannot open: %s",
				strerror(errno));
		else
			walk(in, fd, path, depth + 1, covered);
		return;
	}
	if (!is_manifest(entry)) {
		in->stats.skipped_files++;
		return;
	}
	if (f->in_chart || seen_before(in, &st, path, link) ||
		input_folder_covers(in, f, entry, path))
		return;
	read_file(in, f->fd, entry, path, false);
}

/* Takes over `fd`. */
static void walk(struct input *in, int fd, const char *path, uint32_t depth, bool below_rendered)
{
	if (depth > INPUT_FOLDER_DEPTH) {
		input_problem(in, SW_INPUT_LIMIT, sw_str_from(path), "more than %d folders deep",
			INPUT_FOLDER_DEPTH);
		close(fd);
		return;
	}
	sw_autoclose keep = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	autonames *names = list_folder(in, fd, path);
	if (!names)
		return;
	if (keep < 0) {
		input_problem(in, SW_INPUT_UNREADABLE, sw_str_from(path), "cannot open: %s",
			strerror(errno));
		return;
	}
	struct input_folder f = {.path = path, .fd = keep, .in_chart = below_rendered};
	input_folder_open(in, &f, (char *const *)names->pdata, names->len);
	for (uint32_t i = 0; i < names->len && !input_cancelled(in); i++)
		visit(in, &f, names->pdata[i], depth);
	input_folder_close(&f);
}

static void visit_named(struct input *in, const char *path)
{
	if (strcmp(path, "-") == 0) {
		sw_autobuf b;
		if (!input_read_fd(in, STDIN_FILENO, path, &b))
			return;
		in->stats.files++;
		input_text(in, SW_STR("-"), &b, false, NULL);
		return;
	}
	struct stat st;
	if (stat(path, &st)) {
		input_problem(in, SW_INPUT_UNREADABLE, sw_str_from(path), "%s",
			errno == ELOOP ? "symbolic links lead in a circle" : strerror(errno));
		return;
	}
	if (!S_ISDIR(st.st_mode)) {
		read_file(in, AT_FDCWD, path, path, true);
		return;
	}
	if (!input_first_time(in, &st))
		return;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		input_problem(in, SW_INPUT_UNREADABLE, sw_str_from(path), "cannot open: %s",
			strerror(errno));
	else
		walk(in, fd, path, 0, false);
}

int sw_input_run(const struct sw_input_opts *opts, const struct sw_input_handler *h,
	struct sw_input_stats *ret, struct sw_error *err)
{
	if (!opts->n_paths && !opts->live)
		return sw_error_set(err, SW_EUSAGE, "no file or folder to scan");
	struct sw_error own = {0};
	struct input in = {.opts = opts, .h = h, .err = err ? err : &own};
	sw_arena_init(&in.doc_arena, opts->max_memory);
	in.seen = g_hash_table_new_full(
		g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
	for (uint32_t i = 0; i < opts->n_paths && !input_cancelled(&in); i++) {
		uint64_t before = in.stats.by_problem[SW_INPUT_UNREADABLE], files = in.stats.files;
		visit_named(&in, opts->paths[i]);
		in.stats.named_unread += in.stats.files == files &&
					 in.stats.by_problem[SW_INPUT_UNREADABLE] > before;
	}
	if (opts->live && !input_cancelled(&in))
		input_live(&in);
	g_hash_table_destroy(in.seen);
	sw_arena_release(&in.doc_arena);
	sw_input_file_free(in.file);
	if (ret)
		*ret = in.stats;
	return in.rc;
}
