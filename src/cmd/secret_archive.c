/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/secret_archive.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cage/cage.h"
#include "cage/pack.h"
#include "image/archive.h"
#include "image/layer/unzip.h"
#include "image/source/source.h"

enum { SEEN, LEFT_OUT, FILES, SHOWN_MAX = 256, WHY_MAX = 512, NOTES_MAX = 4 << 20 };
#define MEMORY ((size_t)1 << 30)

/* ---- in the cage ---- */

struct caged {
	const struct sw_secret_archive *a;
	struct sw_str name;
	uint64_t length, files;
	struct sw_cage_out *out;
	struct sw_buf note;
	struct sw_str path; /* of what is searched now */
};

static void put(struct caged *c)
{
	sw_cage_put(c->out, c->note.p, c->note.n);
	sw_buf_clear(&c->note);
}

static void on_left_out(void *arg, struct sw_str path, const char *why)
{
	struct caged *c = arg;
	sw_pack_u64(&c->note, LEFT_OUT);
	sw_pack_str(&c->note, path);
	sw_pack_str(&c->note, sw_str_sub(sw_str_from(why), 0, WHY_MAX));
	put(c);
}

static int on_seen(void *arg, const struct sw_secret_seen *s)
{
	struct caged *c = arg;
	sw_pack_u64(&c->note, SEEN);
	sw_pack_str(&c->note, c->path);
	sw_pack_str(&c->note, s->rule->id);
	sw_pack_u64(&c->note, s->doubt);
	sw_pack_u64(&c->note, s->line);
	sw_pack_u64(&c->note, s->col);
	sw_pack_u64(&c->note, s->nth);
	sw_pack_u64(&c->note, s->ignored);
	sw_pack_str(&c->note, s->shown);
	put(c);
	return 0;
}

static int on_file(void *arg, struct sw_str path, struct sw_str text)
{
	struct caged *c = arg;
	struct sw_error err = {0};
	bool more = false;
	c->files++;
	c->path = path;
	if (sw_secret_search(c->a->scanner, path, text, on_seen, c, &more, &err))
		on_left_out(c, path, err.text);
	else if (more)
		on_left_out(c, path, "more secrets than are counted in one file");
	return 0;
}

static int run(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	struct caged *c = arg;
	struct sw_archive a = {.fd = fds[0], .spool = fds[1], .length = c->length, .name = c->name, .arg = c,
		.file = on_file, .left_out = on_left_out};
	c->out = out;
	sw_secret_interpret();
	sw_buf_init(&c->note, NOTES_MAX);
	int rc = sw_archive_walk(&a, err);
	sw_pack_u64(&c->note, FILES);
	sw_pack_u64(&c->note, c->files);
	put(c);
	sw_buf_release(&c->note);
	return rc;
}

/* ---- outside ---- */

static const struct sw_rule *rule_of(const struct sw_secret_rules *rules, struct sw_str id)
{
	for (uint32_t i = 0; i < sw_secret_rules_n(rules); i++)
		if (sw_str_eq(sw_secret_rule(rules, i)->id, id))
			return sw_secret_rule(rules, i);
	return NULL;
}

static int seen(const struct sw_secret_archive *a, const struct sw_secret_rules *rules, struct sw_unpack *u)
{
	struct sw_str path = sw_unpack_str(u, SW_ARCHIVE_NAME);
	struct sw_secret_seen s = {.rule = rule_of(rules, sw_unpack_str(u, SHOWN_MAX))};
	s.doubt = (enum sw_secret_doubt)sw_unpack_max(u, SW_SECRET_DOUBTS - 1);
	s.line = (uint32_t)sw_unpack_max(u, UINT32_MAX);
	s.col = (uint32_t)sw_unpack_max(u, UINT32_MAX);
	s.nth = (uint32_t)sw_unpack_max(u, UINT32_MAX);
	s.ignored = sw_unpack_max(u, 1);
	s.shown = sw_unpack_str(u, SHOWN_MAX);
	u->bad |= !s.rule;
	return u->bad ? 0 : a->seen(a->arg, path, &s);
}

static int notes(const struct sw_secret_archive *a, const struct sw_secret_rules *rules, struct sw_str answer,
	bool *ret_bad)
{
	struct sw_unpack u = {.rest = answer};
	int rc = 0;
	while (!rc && u.rest.n && !u.bad) {
		uint64_t kind = sw_unpack_max(&u, FILES);
		if (kind == SEEN) {
			rc = seen(a, rules, &u);
		} else if (kind == LEFT_OUT) {
			struct sw_str path = sw_unpack_str(&u, SW_ARCHIVE_NAME), why = sw_unpack_str(&u, WHY_MAX);
			rc = u.bad ? 0 : a->left_out(a->arg, path, why);
		} else {
			for (uint64_t n = sw_unpack_max(&u, UINT32_MAX); n && !rc && !u.bad; n--)
				rc = a->file(a->arg);
		}
	}
	*ret_bad = u.bad;
	return rc;
}

static int search(const struct sw_secret_archive *a, const char *path, int fd, uint64_t length,
	const struct sw_secret_rules *rules, struct sw_error *err)
{
	__attribute__((cleanup(sw_cage_release))) struct sw_cage_proc p = {.pipe = -1};
	struct caged c = {.a = a, .name = sw_str_from(path), .length = length};
	struct sw_error why = {0};
	bool bad = false;
	int spool, rc = sw_secret_rules_ready(rules, err);
	if (!rc)
		rc = sw_source_temp(&spool, err);
	if (rc)
		return rc;
	sw_unzip_prepare();
	struct sw_cage_job job = {.run = run, .arg = &c, .fds = {fd, spool, -1, -1}, .memory = MEMORY,
		.file = SW_ARCHIVE_TOTAL, .deadline_ms = a->deadline_ms};
	int ended = sw_cage_run(&p, &job, &why);
	close(spool);
	rc = notes(a, rules, sw_buf_str(&p.answer), &bad);
	if (!rc && !ended && bad) {
		sw_error_set(&why, SW_ESECURITY, "the answer of the search makes no sense");
		ended = -SW_ESECURITY;
	}
	if (!rc && ended)
		rc = a->left_out(a->arg, sw_str_from(path), sw_str_from(why.text));
	return rc ? rc : 1;
}

int sw_secret_archive(const struct sw_secret_archive *a, const char *path, const struct sw_secret_rules *rules,
	struct sw_error *err)
{
	char head[SW_ARCHIVE_HEAD];
	struct stat st;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return 0; /* told by who reads it */
	ssize_t n = !fstat(fd, &st) && S_ISREG(st.st_mode) ? pread(fd, head, sizeof(head), 0) : 0;
	int rc = 0;
	if (n > 0 && sw_archive_is((struct sw_str){head, (size_t)n}))
		rc = search(a, path, fd, (uint64_t)st.st_size, rules, err);
	close(fd);
	return rc;
}
