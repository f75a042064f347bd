/* SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"

enum { DEPTH_DEFAULT = 64, PATH_MAX_BYTES = 1 << 16 };
#define ENTRIES_DEFAULT ((uint64_t)10000000)

struct seen { /* open addressing; a folder is known by device and inode */
	struct {
		dev_t dev;
		ino_t ino;
	} * slots;
	size_t cap, n;
};

struct state {
	const struct sw_walk *w;
	struct sw_error *err;
	struct seen seen;
	struct sw_buf path;
	char *root_real; /* canonical root, with a slash at its end */
	dev_t root_dev;
	uint64_t left;
	uint32_t depth_max;
};

static size_t seen_slot(const struct seen *s, dev_t dev, ino_t ino)
{
	size_t i = (size_t)((ino ^ (uint64_t)dev << 32) * 0x9e3779b97f4a7c15u >> 20) & (s->cap - 1);
	while (s->slots[i].ino && (s->slots[i].ino != ino || s->slots[i].dev != dev))
		i = (i + 1) & (s->cap - 1);
	return i;
}

/* False when it was there. */
static bool seen_add(struct seen *s, dev_t dev, ino_t ino)
{
	if (s->n * 2 >= s->cap) {
		struct seen old = *s;
		s->cap = old.cap ? old.cap * 2 : 64;
		s->slots = calloc(s->cap, sizeof(*s->slots));
		if (!s->slots)
			abort();
		for (size_t i = 0; i < old.cap; i++)
			if (old.slots[i].ino)
				s->slots[seen_slot(s, old.slots[i].dev, old.slots[i].ino)] =
					old.slots[i];
		free(old.slots);
	}
	size_t i = seen_slot(s, dev, ino);
	if (s->slots[i].ino)
		return false;
	s->slots[i].dev = dev;
	s->slots[i].ino = ino;
	s->n++;
	return true;
}

static void report(struct state *s, enum sw_errcode code, int errnum, const char *text)
{
	struct sw_error err;
	if (errnum)
		sw_error_errno(&err, code, errnum, "%s", text);
	else
		sw_error_set(&err, code, "%s", text);
	sw_error_at(&err, sw_str_from(sw_buf_cstr(&s->path)), 0, 0, 0);
	if (s->w->error)
		s->w->error(s->w->arg, &err);
}

static bool is_vcs(const char *name)
{
	static const char *const names[] = {".git", ".hg", ".svn", ".bzr", ".jj", "CVS", "_darcs"};
	for (size_t i = 0; i < SW_ARRAY_LEN(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Does a link to a folder lead where the walk comes by itself? */
static bool comes_anyway(const struct state *s)
{
	size_t n = s->root_real ? strlen(s->root_real) : 0;
	sw_autofree char *real = realpath(s->path.p, NULL);
	if (!real || !n || strncmp(real, s->root_real, n - 1) != 0)
		return false;
	if (real[n - 1] == '\0')
		return true; /* the root itself */
	if (real[n - 1] != '/')
		return false;
	if (s->w->flags & SW_WALK_HIDDEN)
		return true;
	return !strstr(real + n - 1, "/.");
}

static int by_name(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

struct names {
	char **v;
	size_t n, cap;
};

static void names_release(struct names *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
}

static void names_add(struct names *l, const char *name)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 32;
		l->v = reallocarray(l->v, l->cap, sizeof(*l->v));
		if (!l->v)
			abort();
	}
	if (!(l->v[l->n++] = strdup(name)))
		abort();
}

/* The sorted names of the folder at s->path, which is closed again before anything else is opened.
 */
static int list_dir(struct state *s, struct names *ret)
{
	DIR *d = NULL;
	int fd = open(sw_buf_cstr(&s->path), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || !(d = fdopendir(fd))) {
		report(s, SW_EIO, errno, "cannot open the directory");
		if (fd >= 0)
			close(fd);
		return 0;
	}
	struct dirent *e;
	while ((errno = 0, e = readdir(d))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (s->left-- == 0) {
			closedir(d);
			return sw_error_set(
				s->err, SW_ELIMIT, "more directory entries than the limit");
		}
		names_add(ret, e->d_name);
	}
	if (errno)
		report(s, SW_EIO, errno, "cannot read the directory");
	closedir(d);
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), by_name);
	return 0;
}

static int walk_dir(struct state *s, uint32_t depth);

static int enter_dir(
	struct state *s, const char *name, const struct stat *st, bool link, uint32_t depth)
{
	if (is_vcs(name) || (name[0] == '.' && !(s->w->flags & SW_WALK_HIDDEN)))
		return 0;
	if ((s->w->flags & SW_WALK_ONE_FS) && st->st_dev != s->root_dev)
		return 0;
	if (link && comes_anyway(s))
		return 0;
	if (depth == s->depth_max) {
		report(s, SW_ELIMIT, 0, "nested too deep: not entered");
		return 0;
	}
	return seen_add(&s->seen, st->st_dev, st->st_ino) ? walk_dir(s, depth + 1) : 0;
}

/* The entry at s->path. */
static int visit(struct state *s, const char *name, uint32_t depth)
{
	struct stat st;
	const char *path = sw_buf_cstr(&s->path);
	if (lstat(path, &st) < 0) {
		report(s, SW_EIO, errno, "cannot look at it");
		return 0;
	}
	bool link = S_ISLNK(st.st_mode);
	if (link && stat(path, &st) < 0) {
		report(s, SW_ENOENT, errno, "the symbolic link leads nowhere");
		return 0;
	}
	if (S_ISDIR(st.st_mode))
		return enter_dir(s, name, &st, link, depth);
	return S_ISREG(st.st_mode) ? s->w->file(s->w->arg, path, &st) : 0;
}

/* Depth is limited by depth_max. */
static int walk_dir(struct state *s, uint32_t depth)
{
	__attribute__((cleanup(names_release))) struct names l = {0};
	int rc = list_dir(s, &l);
	size_t len = s->path.n;
	for (size_t i = 0; i < l.n && rc == 0; i++) {
		if (len && s->path.p[len - 1] != '/')
			sw_buf_addch(&s->path, '/');
		sw_buf_addz(&s->path, l.v[i]);
		bool fits = !s->path.overflow;
		if (!fits) {
			s->path.n = len;
			s->path.overflow = false;
			report(s, SW_ELIMIT, 0, "a path below this folder is too long");
		}
		rc = fits ? visit(s, l.v[i], depth) : 0;
		s->path.n = len;
	}
	return rc;
}

static void state_release(struct state *s)
{
	free(s->seen.slots);
	free(s->root_real);
	sw_buf_release(&s->path);
}

/* The root's canonical name and a slash; NULL when there is none (then every link is followed
 * once). */
static char *canonical_root(const char *root)
{
	sw_autofree char *real = realpath(root, NULL);
	char *out = NULL;
	if (real && asprintf(&out, "%s%s", real, strcmp(real, "/") == 0 ? "" : "/") < 0)
		abort();
	return out;
}

int sw_io_walk(const char *root, const struct sw_walk *walk, struct sw_error *err)
{
	struct stat st;
	if (stat(root, &st) < 0) {
		int code = errno == ENOENT || errno == ENOTDIR ? SW_ENOENT : SW_EIO;
		sw_error_errno(err, (enum sw_errcode)code, errno, "cannot open");
		sw_error_at(err, sw_str_from(root), 0, 0, 0);
		return -code;
	}
	if (!S_ISDIR(st.st_mode))
		return walk->file(walk->arg, root, &st);
	__attribute__((cleanup(state_release))) struct state s = {.w = walk,
		.err = err,
		.root_dev = st.st_dev,
		.left = walk->entries_max ? walk->entries_max : ENTRIES_DEFAULT,
		.depth_max = walk->depth_max ? walk->depth_max : DEPTH_DEFAULT};
	s.root_real = canonical_root(root);
	sw_buf_init(&s.path, PATH_MAX_BYTES);
	sw_buf_addz(&s.path, root);
	seen_add(&s.seen, st.st_dev, st.st_ino);
	return walk_dir(&s, 0);
}
