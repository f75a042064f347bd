/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/capture/source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "runtime/capture/convert.h"

struct capture {
	struct sw_stream base;
	struct sw_scap *scap;
	struct sw_convert *convert;
	struct sw_state *state;
	struct sw_arena arena;
	struct sw_raw raw;
	struct sw_sysev sysev;
	struct sw_capture_stats stats;
	bool lists_open; /* lists have come since the last event */
	bool begun;	 /* an event was seen that is not part of the initial state */
};

static int add_proc(void *arg, const struct sw_scap_proc *p)
{
	sw_state_add_proc(arg, p);
	return 0;
}

static int add_fd(void *arg, const struct sw_scap_fd *f)
{
	sw_state_add_fd(arg, f);
	return 0;
}

static int add_user(void *arg, const struct sw_scap_user *u)
{
	sw_state_add_user(arg, u);
	return 0;
}

static int add_iface(void *arg, const struct sw_scap_iface *f)
{
	sw_state_add_iface(arg, f);
	return 0;
}

static void take_machine(struct capture *c, const struct sw_scap_machine *m)
{
	struct sw_state *st = c->state;
	size_t n = m->hostname.n < sizeof(st->hostname) ? m->hostname.n : sizeof(st->hostname) - 1;

	st->boot_ts = m->boot_ts;
	memset(st->hostname, 0, sizeof(st->hostname));
	if (n)
		memcpy(st->hostname, m->hostname.p, n);
	c->base.hostname = sw_str_make(st->hostname, n);
}

static int take_list(struct capture *c, const struct sw_scap_block *b, struct sw_error *err)
{
	struct sw_scap_machine m;
	int rc = 0;

	switch (b->type->kind) {
	case SW_SCAP_MACHINE:
		rc = sw_scap_machine(b, &m, err);
		if (rc == 0)
			take_machine(c, &m);
		break;
	case SW_SCAP_PROCS:
		rc = sw_scap_procs(b, add_proc, c->state, err);
		break;
	case SW_SCAP_FDS:
		rc = sw_scap_fds(b, add_fd, c->state, err);
		break;
	case SW_SCAP_USERS:
		rc = sw_scap_users(b, add_user, c->state, err);
		break;
	case SW_SCAP_IFACES:
		rc = sw_scap_ifaces(b, add_iface, c->state, err);
		break;
	default:
		break;
	}
	c->stats.lists_damaged += rc < 0;
	c->lists_open = true;
	return rc;
}

/* "(NULL)" is how older recorders wrote a text that was not there. */
static void forget_nulls(struct sw_raw *r)
{
	static const char null[] = "(NULL)";
	const struct sw_event_info *info = &sw_event_table[r->code];

	for (unsigned i = 0; i < r->n && i < info->n_params; i++) {
		uint8_t type = info->params[i].type;
		bool text = type == SW_FT_CHARBUF || type == SW_FT_FSPATH || type == SW_FT_FSRELPATH;
		if (r->p[i].n == sizeof(null) && text && memcmp(r->p[i].p, null, sizeof(null)) == 0)
			r->p[i].n = 0;
	}
}

/* 1: to be delivered; 0: not; negative: damaged. */
static int take_event(struct capture *c, const struct sw_scap_block *b, struct sw_error *err)
{
	if (c->lists_open) {
		sw_state_lists_done(c->state);
		c->lists_open = false;
	}
	c->stats.events++;
	int rc = sw_scap_event(b, &c->raw, err);
	if (rc == 0)
		c->stats.unknown++;
	if (rc > 0) {
		rc = sw_convert(c->convert, &c->raw, err);
		c->stats.converted_away += rc == 0;
	}
	if (rc <= 0) {
		c->stats.damaged += rc < 0;
		return rc;
	}
	forget_nulls(&c->raw);
	sw_state_event(c->state, &c->raw, &c->sysev);
	bool enter = sw_event_is_enter(c->raw.code) &&
		     !(sw_event_table[c->raw.code].category & (SW_EC_METAEVENT | SW_EC_TRACEPOINT));
	c->stats.enter += enter;
	return 1;
}

/*
 * What a recorder wrote for the state alone, and the users and containers that a capture begins with: they count, but
 * no rule sees them. (The halves of opens and connects that old captures keep are seen, as by Falco before 0.42, on
 * which the published tests of Falco rest.)
 */
static bool for_state_only(struct capture *c)
{
	enum { STATE_ONLY = 1 };
	const struct sw_raw *r = &c->raw;
	bool initial = r->code == SW_EV_CONTAINER_JSON_2_E || r->code == SW_EV_ASYNCEVENT_E ||
		       (r->code >= SW_EV_USER_ADDED_E && r->code <= SW_EV_GROUP_DELETED_E);

	if (initial && !c->begun)
		return true;
	c->begun = true;
	return r->flags & STATE_ONLY;
}

static int next(struct sw_stream *s, struct sw_event *ret, struct sw_error *err)
{
	struct capture *c = s->priv;
	struct sw_scap_block b;

	for (;;) {
		sw_arena_reset(&c->arena);
		int rc = sw_scap_next(c->scap, &b, err);
		if (rc <= 0)
			return rc == -SW_EINVALID || rc == -SW_ESYNTAX ? -SW_EIO : rc;
		c->stats.blocks++;
		if (b.type->kind == SW_SCAP_EVENT)
			rc = take_event(c, &b, err);
		else
			rc = take_list(c, &b, err);
		if (rc < 0)
			return -SW_EINVALID;
		if (rc == 0)
			continue;
		if (for_state_only(c)) {
			sw_stream_count(s, c->raw.ts, c->raw.code);
			continue;
		}
		ret->source = SW_SOURCE_SYSCALL;
		ret->code = c->raw.code;
		ret->ts = c->raw.ts;
		ret->arena = &c->arena;
		ret->data = &c->sysev;
		return 1;
	}
}

static void capture_close(struct sw_stream *s)
{
	struct capture *c = s->priv;

	sw_scap_close(c->scap);
	sw_convert_free(c->convert);
	sw_state_free(c->state);
	sw_arena_release(&c->arena);
	free(c);
}

static const struct sw_stream_ops ops = {
	.name = "syscall",
	.next = next,
	.close = capture_close,
};

static int capture_new(struct sw_scap *scap, struct sw_stream **ret, struct sw_error *err)
{
	struct capture *c = calloc(1, sizeof(*c));

	if (!c) {
		sw_scap_close(scap);
		return sw_error_set(err, SW_ELIMIT, "no memory");
	}
	c->base.ops = &ops;
	c->base.priv = c;
	c->scap = scap;
	sw_arena_init(&c->arena, SW_SYSCALL_ARENA);
	c->convert = sw_convert_new();
	c->state = sw_state_new(0);
	if (!c->convert || !c->state) {
		capture_close(&c->base);
		return sw_error_set(err, SW_ELIMIT, "no memory");
	}
	*ret = &c->base;
	return 0;
}

bool sw_capture_is(const char *path)
{
	static const char magic[4] = {0x0a, 0x0d, 0x0d, 0x0a};
	char head[4];
	struct stat sb;
	sw_autoclose fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 || fstat(fd, &sb) != 0 || !S_ISREG(sb.st_mode) || read(fd, head, 4) != 4)
		return false;
	return memcmp(head, magic, 4) == 0 || memcmp(head, "\x1f\x8b", 2) == 0;
}

int sw_capture_open(const char *path, struct sw_stream **ret, struct sw_error *err)
{
	struct sw_scap *scap;
	int rc = sw_scap_open(path, &scap, err);

	return rc ? rc : capture_new(scap, ret, err);
}

int sw_capture_open_bytes(struct sw_str bytes, struct sw_stream **ret, struct sw_error *err)
{
	struct sw_scap *scap;
	int rc = sw_scap_open_bytes(bytes, &scap, err);

	return rc ? rc : capture_new(scap, ret, err);
}

const struct sw_capture_stats *sw_capture_stats(struct sw_stream *s)
{
	return &((struct capture *)s->priv)->stats;
}
