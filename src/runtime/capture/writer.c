/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/capture/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "runtime/capture/convert.h"

enum { BLOCK_MAX = 60 << 20, PATH_CUT = 1023, ARGS_CUT = 4095, FLUSH = 1 << 20 };

struct sw_scap_writer {
	int fd;
	gzFile gz; /* NULL: plain */
	struct sw_buf out, block, entry;
	bool started, failed;
	int saved_errno;
};

static int open_file(const char *path, int flags, bool gzip, struct sw_scap_writer **ret, struct sw_error *err)
{
	struct sw_scap_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return sw_error_set(err, SW_ELIMIT, "no memory");
	w->fd = open(path, flags | O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	if (w->fd < 0) {
		int e = errno;
		free(w);
		return sw_error_errno(err, e == EEXIST ? SW_ECONFLICT : SW_EIO, e, "cannot write %s", path);
	}
	if (gzip)
		w->gz = gzdopen(w->fd, "wb1");
	sw_buf_init(&w->out, FLUSH * 64);
	sw_buf_init(&w->block, BLOCK_MAX);
	sw_buf_init(&w->entry, BLOCK_MAX);
	*ret = w;
	return 0;
}

int sw_scap_writer_open(const char *path, struct sw_scap_writer **ret, struct sw_error *err)
{
	return open_file(path, O_TRUNC, sw_str_ends(sw_str_from(path), SW_STR(".gz")), ret, err);
}

int sw_scap_writer_new(const char *path, bool gzip, struct sw_scap_writer **ret, struct sw_error *err)
{
	return open_file(path, O_EXCL | O_NOFOLLOW, gzip, ret, err);
}

uint64_t sw_scap_writer_bytes(const struct sw_scap_writer *w)
{
	off_t n = w->gz ? gzoffset(w->gz) : lseek(w->fd, 0, SEEK_CUR);

	return n > 0 ? (uint64_t)n : 0;
}

static void flush(struct sw_scap_writer *w)
{
	size_t at = 0;

	while (at < w->out.n && !w->failed) {
		size_t n = w->out.n - at;
		ssize_t r = w->gz ? gzwrite(w->gz, w->out.p + at, (unsigned)n)
				  : write(w->fd, w->out.p + at, n);
		if (r <= 0 && (w->gz || errno != EINTR)) {
			w->failed = true;
			w->saved_errno = errno;
		}
		at += r > 0 ? (size_t)r : 0;
	}
	sw_buf_clear(&w->out);
}

static void put(struct sw_buf *b, uint64_t v, size_t n)
{
	sw_buf_add(b, &v, n);
}

static void put_str(struct sw_buf *b, struct sw_str s, size_t max)
{
	size_t n = s.n < max ? s.n : max;

	put(b, n, 2);
	sw_buf_add(b, s.p ? s.p : "", n);
}

/* The collected body as a block, padded to four bytes. */
static void end_block(struct sw_scap_writer *w, uint32_t type)
{
	size_t pad = (4 - w->block.n % 4) % 4, total = w->block.n + pad + 12;

	put(&w->out, type, 4);
	put(&w->out, total, 4);
	sw_buf_add(&w->out, w->block.p, w->block.n);
	put(&w->out, 0, pad);
	put(&w->out, total, 4);
	sw_buf_clear(&w->block);
	if (w->out.n >= FLUSH)
		flush(w);
}

/* The collected entry, its length (with the four bytes that hold it, or without) before it. */
static void end_entry(struct sw_scap_writer *w, bool inclusive)
{
	put(&w->block, w->entry.n + (inclusive ? 4 : 0), 4);
	sw_buf_add(&w->block, w->entry.p, w->entry.n);
	sw_buf_clear(&w->entry);
}

static void write_head(struct sw_scap_writer *w, const struct sw_state *st)
{
	char host[SW_SCAP_HOSTNAME] = {0};

	put(&w->block, 0x1A2B3C4D, 4);
	put(&w->block, 1, 2);
	put(&w->block, 2, 2);
	put(&w->block, UINT64_MAX, 8);
	end_block(w, 0x0A0D0D0A);
	if (*st->hostname)
		memcpy(host, st->hostname, sizeof(host));
	else
		gethostname(host, sizeof(host) - 1);
	put(&w->block, (uint64_t)sysconf(_SC_NPROCESSORS_ONLN), 4);
	put(&w->block, (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE), 8);
	put(&w->block, 4194304, 8);
	sw_buf_add(&w->block, host, sizeof(host));
	put(&w->block, st->boot_ts, 8);
	for (int i = 0; i < 3; i++)
		put(&w->block, 0, 8);
	end_block(w, 0x201);
}

static void write_ifaces(struct sw_scap_writer *w, const struct sw_state *st)
{
	for (uint32_t i = 0; i < st->n_ifaces; i++) {
		const struct sw_scap_iface *f = &st->ifaces[i];
		size_t n = f->v6 ? 16 : 4;
		put(&w->entry, f->v6 ? 2 : 1, 2);
		put(&w->entry, 2, 2);
		sw_buf_add(&w->entry, f->addr, n);
		sw_buf_add(&w->entry, f->mask, n);
		sw_buf_add(&w->entry, f->addr, n);
		put(&w->entry, 0, 8);
		sw_buf_add(&w->entry, "if", 2);
		end_entry(w, false);
	}
	end_block(w, 0x219);
}

static void write_users(struct sw_scap_writer *w, const struct sw_state *st)
{
	enum { NAME_CUT = 255 };

	for (uint32_t i = 0; i < st->cap_users; i++) {
		const struct sw_user *u = &st->users[i];
		if (!u->used)
			continue;
		put(&w->entry, 0, 1);
		put(&w->entry, u->uid, 4);
		put(&w->entry, u->gid, 4);
		put_str(&w->entry, sw_rstr_str(u->name), NAME_CUT);
		put_str(&w->entry, sw_rstr_str(u->home), NAME_CUT);
		put_str(&w->entry, sw_rstr_str(u->shell), NAME_CUT);
		end_entry(w, true);
	}
	for (uint32_t i = 0; i < st->cap_groups; i++) {
		const struct sw_user *g = &st->groups[i];
		if (!g->used)
			continue;
		put(&w->entry, 1, 1);
		put(&w->entry, g->uid, 4);
		put_str(&w->entry, sw_rstr_str(g->name), NAME_CUT);
		end_entry(w, true);
	}
	end_block(w, 0x220);
}

static void write_proc(struct sw_scap_writer *w, const struct sw_thread *t)
{
	struct sw_buf *b = &w->entry;

	put(b, (uint64_t)t->tid, 8);
	put(b, (uint64_t)t->pid, 8);
	put(b, (uint64_t)t->ptid, 8);
	put(b, (uint64_t)t->sid, 8);
	put(b, (uint64_t)t->vpgid, 8);
	put_str(b, sw_rstr_str(t->comm), PATH_CUT);
	put_str(b, sw_rstr_str(t->exe), PATH_CUT);
	put_str(b, sw_rstr_str(t->exepath), PATH_CUT);
	put_str(b, sw_rstr_str(t->args), ARGS_CUT);
	put_str(b, sw_rstr_str(t->cwd), PATH_CUT);
	put(b, (uint64_t)t->fdlimit, 8);
	put(b, t->flags, 4);
	put(b, t->uid, 4);
	put(b, t->gid, 4);
	put(b, t->vmsize, 4);
	put(b, t->vmrss, 4);
	put(b, t->vmswap, 4);
	put(b, t->pfmajor, 8);
	put(b, t->pfminor, 8);
	put_str(b, sw_rstr_str(t->env), ARGS_CUT);
	put(b, (uint64_t)t->vtid, 8);
	put(b, (uint64_t)t->vpid, 8);
	put_str(b, sw_rstr_str(t->cgroups), ARGS_CUT);
	put_str(b, sw_rstr_str(t->root), PATH_CUT);
	put(b, t->pidns_ts, 8);
	put(b, t->tty, 4);
	put(b, t->loginuid, 4);
	put(b, t->exe_writable, 1);
	put(b, t->cap_inheritable, 8);
	put(b, t->cap_permitted, 8);
	put(b, t->cap_effective, 8);
	put(b, t->exe_upper, 1);
	put(b, t->exe_ino, 8);
	put(b, t->exe_ctime, 8);
	put(b, t->exe_mtime, 8);
	put(b, t->exe_memfd, 1);
	put(b, t->exe_lower, 1);
	put(b, (uint64_t)t->pgid, 8);
	end_entry(w, true);
}

static void write_procs(struct sw_scap_writer *w, const struct sw_state *st)
{
	for (uint32_t i = 0; i < st->n_buckets; i++)
		for (const struct sw_thread *t = st->hash[i]; t; t = t->next)
			if (w->block.n < BLOCK_MAX - (1 << 17))
				write_proc(w, t);
	end_block(w, 0x215);
}

static void write_fd(struct sw_scap_writer *w, const struct sw_fd *f)
{
	struct sw_buf *b = &w->entry;
	size_t n = f->type == SW_FD_IPV6_SOCK || f->type == SW_FD_IPV6_SERVSOCK ? 16 : 4;
	/* The lists have local and remote ends; ours are those of client and server. */
	bool turned = f->flags & SW_FDF_SERVER;

	put(b, (uint64_t)f->fd, 8);
	put(b, f->ino, 8);
	/* sysdig reads no list with a type that it does not know. */
	put(b, (uint64_t)(f->type > SW_FD_FILE_V2 ? SW_FD_UNSUPPORTED : f->type), 1);
	switch (f->type) {
	case SW_FD_UNKNOWN:
		break;
	case SW_FD_IPV4_SOCK:
	case SW_FD_IPV6_SOCK:
		sw_buf_add(b, turned ? f->dip : f->sip, n);
		sw_buf_add(b, turned ? f->sip : f->dip, n);
		put(b, turned ? f->dport : f->sport, 2);
		put(b, turned ? f->sport : f->dport, 2);
		put(b, f->l4, 1);
		break;
	case SW_FD_IPV4_SERVSOCK:
	case SW_FD_IPV6_SERVSOCK:
		sw_buf_add(b, f->dip, n);
		put(b, f->dport, 2);
		put(b, f->l4, 1);
		break;
	case SW_FD_UNIX_SOCK:
		put(b, f->unix_src, 8);
		put(b, f->unix_dst, 8);
		put_str(b, sw_rstr_str(f->name), PATH_CUT);
		break;
	case SW_FD_FILE_V2:
		put(b, f->open_flags, 4);
		put_str(b, sw_rstr_str(f->name), PATH_CUT);
		put(b, f->dev, 4);
		break;
	default:
		put_str(b, sw_rstr_str(f->name), PATH_CUT);
	}
	end_entry(w, true);
}

static void write_fds(struct sw_scap_writer *w, const struct sw_state *st)
{
	for (uint32_t i = 0; i < st->n_buckets; i++) {
		for (const struct sw_thread *t = st->hash[i]; t; t = t->next) {
			if (!t->fds || !t->fds->n)
				continue;
			put(&w->block, (uint64_t)t->tid, 8);
			sw_fdtab_foreach(f, t->fds) if (w->block.n < BLOCK_MAX - (1 << 17))
				write_fd(w, f);
			end_block(w, 0x218);
		}
	}
}

/* Readers find the end of a text by its NUL, which the sensor does not send. */
static bool wants_nul(const struct sw_raw *r, unsigned i)
{
	const struct sw_event_info *info = &sw_event_table[r->code];
	uint8_t type = i < info->n_params ? info->params[i].type : SW_FT_NONE;
	bool text = type == SW_FT_CHARBUF || type == SW_FT_FSPATH || type == SW_FT_FSRELPATH ||
		    type == SW_FT_CHARBUFARRAY || type == SW_FT_CHARBUFPAIRARRAY;

	return text && r->p[i].n && r->p[i].p[r->p[i].n - 1] != 0;
}

/* All parameters that the schema has: sysdig refuses a clone or an exec that has too few. */
static void write_event(struct sw_scap_writer *w, const struct sw_raw *ev)
{
	struct sw_raw all = *ev, *r = &all;
	bool large = sw_event_table[r->code].flags & SW_EF_LARGE_PAYLOAD;
	size_t size = large ? 4 : 2, total;
	size_t len[SW_RAW_PARAMS];
	bool nul[SW_RAW_PARAMS];

	for (; r->n < sw_event_table[r->code].n_params && r->n < SW_RAW_PARAMS; r->n++)
		r->p[r->n] = (struct sw_str){"", 0};
	total = 26 + r->n * size;
	for (unsigned i = 0; i < r->n; i++) {
		nul[i] = wants_nul(r, i);
		len[i] = r->p[i].n;
		if (!large && len[i] + nul[i] > UINT16_MAX)
			len[i] = UINT16_MAX - nul[i];
		/* A small block holds 64 KiB in all. */
		if (!large && total + len[i] + nul[i] > 65000) {
			len[i] = total + nul[i] < 65000 ? 65000 - total - nul[i] : 0;
			nul[i] = nul[i] && len[i];
		}
		total += len[i] + nul[i];
	}
	put(&w->block, r->cpu, 2);
	put(&w->block, r->ts, 8);
	put(&w->block, (uint64_t)r->tid, 8);
	put(&w->block, total, 4);
	put(&w->block, r->code, 2);
	put(&w->block, r->n, 4);
	for (unsigned i = 0; i < r->n; i++)
		put(&w->block, len[i] + nul[i], size);
	for (unsigned i = 0; i < r->n; i++) {
		sw_buf_add(&w->block, r->p[i].p ? r->p[i].p : "", len[i]);
		if (nul[i])
			sw_buf_addch(&w->block, 0);
	}
	end_block(w, large ? 0x221 : 0x216);
}

static int result(const struct sw_scap_writer *w, struct sw_error *err)
{
	if (w->failed)
		return sw_error_errno(err, SW_EIO, w->saved_errno, "cannot write the capture");
	if (w->out.overflow || w->block.overflow || w->entry.overflow)
		return sw_error_set(err, SW_ELIMIT, "a list of the capture has more than 60 MiB");
	return 0;
}

int sw_scap_write(struct sw_scap_writer *w, const struct sw_sysev *ev, struct sw_error *err)
{
	if (!w->started) {
		w->started = true;
		write_head(w, ev->state);
		write_ifaces(w, ev->state);
		write_users(w, ev->state);
		write_procs(w, ev->state);
		write_fds(w, ev->state);
	}
	struct sw_raw enter;
	if (sw_convert_enter_of(ev->raw, ev->state->live, &enter))
		write_event(w, &enter);
	write_event(w, ev->raw);
	return result(w, err);
}

int sw_scap_writer_close(struct sw_scap_writer *w, struct sw_error *err)
{
	if (!w)
		return 0;
	flush(w);
	int rc = result(w, err);
	if ((w->gz ? gzclose(w->gz) != Z_OK : close(w->fd) != 0) && rc == 0)
		rc = sw_error_errno(err, SW_EIO, errno, "cannot write the capture");
	sw_buf_release(&w->out);
	sw_buf_release(&w->block);
	sw_buf_release(&w->entry);
	free(w);
	return rc;
}
