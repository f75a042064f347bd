/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/fields/params.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "runtime/fields/impl.h"
#include "runtime/state/net.h"
#include "runtime/state/path.h"

enum { TEXT = 512, FDS_MAX = 1024 };

const char *sw_sysev_name(const struct sw_raw *r)
{
	if (r->code > SW_EV_GENERIC_X)
		return sw_event_table[r->code].name;
	uint64_t id = sw_raw_uint(sw_raw_param(r, 0));
	struct sw_str native = sw_raw_param(r, 1);
	if (id == 0 && native.n) {
		uint64_t n = sw_raw_uint(native);
		id = n < SW_SYSCALL_NATIVE ? sw_syscall_native_x86_64[n] : 0;
	}
	return id < SW_SYSCALL_IDS && sw_syscall_names[id] ? sw_syscall_names[id] : "<unknown>";
}

int sw_param_index(const struct sw_sysev *e, struct sw_str name)
{
	const struct sw_event_info *info = &sw_event_table[e->raw->code];

	for (unsigned i = 0; i < e->raw->n && i < info->n_params; i++)
		if (sw_str_is(name, info->params[i].name))
			return (int)i;
	return -1;
}

const struct sw_param_show *sw_param_show_of(uint16_t code, unsigned param)
{
	size_t lo = 0, hi = sw_param_show_n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		const struct sw_param_show *s = &sw_param_show[mid];
		if (s->code == code && s->param == param)
			return s;
		if (s->code < code || (s->code == code && s->param < param))
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static struct sw_str text_int(struct sw_arena *a, uint8_t type, struct sw_str p, unsigned format)
{
	bool is_signed = type <= SW_FT_INT64 || type == SW_FT_PID || type == SW_FT_FD || type == SW_FT_ERRNO;

	if (format == SW_FMT_HEX)
		return sw_arena_printf(a, "%llX", (unsigned long long)sw_raw_uint(p));
	if (format == SW_FMT_OCT)
		return sw_arena_printf(a, "%#llo", (unsigned long long)sw_raw_uint(p));
	/* The libraries print unsigned numbers of 8 bytes as signed. */
	if (is_signed || p.n >= 4)
		return sw_arena_printf(a, "%lld", (long long)sw_raw_int(p));
	return sw_arena_printf(a, "%llu", (unsigned long long)sw_raw_uint(p));
}

static struct sw_str text_flags(struct sw_arena *a, const struct sw_flag_name *f, uint32_t v, bool exact)
{
	char out[TEXT];
	size_t n = 0;
	uint32_t left = v;

	for (; f && f->name; f++) {
		bool hit = exact ? f->value == v
				 : (f->value == 0 && v == 0) ||
					   (f->value && (left & f->value) == f->value && left);
		if (!hit)
			continue;
		if (!exact)
			left &= ~f->value;
		int w = snprintf(out + n, sizeof(out) - n, "%s%s", n ? "|" : "", f->name);
		if (w < 0 || (size_t)w >= sizeof(out) - n)
			break;
		n += (size_t)w;
		if (!exact && f->value == v)
			break;
	}
	return sw_arena_str(a, sw_str_make(out, n));
}

static struct sw_str text_mode(struct sw_arena *a, const struct sw_flag_name *f, uint32_t v)
{
	char out[TEXT];
	size_t n = 0;
	uint32_t left = v;

	for (; f && f->name; f++) {
		if (f->value == v || (f->value && (left & f->value) == f->value && left)) {
			int w = snprintf(out + n, sizeof(out) - n, "%s%s", n ? "|" : "", f->name);
			if (w < 0 || (size_t)w >= sizeof(out) - n)
				break;
			n += (size_t)w;
			if (f->value == v)
				break;
			left &= ~f->value;
		}
	}
	return sw_arena_str(a, sw_str_make(out, n));
}

static uint8_t l4_of(const struct sw_sysev *e)
{
	return e->fd ? e->fd->l4 : SW_L4_UNKNOWN;
}

static struct sw_str text_tuple(const struct sw_sysev *e, struct sw_arena *a, struct sw_str p)
{
	struct sw_tuple t;
	char out[SW_NET_TEXT];

	if (!sw_tuple_read(p, &t)) {
		if (t.family == SW_AF_INET || t.family == SW_AF_INET6 || t.family == SW_AF_UNIX)
			return sw_str_from(t.family == SW_AF_UNIX ? "INVALID PATH"
					   : t.family == SW_AF_INET ? "INVALID IPv4"
								    : "INVALID IPv6");
		return sw_arena_printf(a, "family %u", t.family);
	}
	if (t.family == SW_AF_UNIX)
		return sw_arena_printf(a, "%llx->%llx %.*s", (unsigned long long)t.src,
			(unsigned long long)t.dst, SW_STR_ARG(t.path));
	uint8_t l4 = l4_of(e) == SW_L4_ICMP || l4_of(e) == SW_L4_RAW ? SW_L4_TCP : l4_of(e);
	size_t n = sw_net_tuple_text(t.family == SW_AF_INET6, l4, t.sip, t.sport, t.dip, t.dport, out);
	return sw_arena_str(a, sw_str_make(out, n));
}

static struct sw_str text_sockaddr(struct sw_arena *a, struct sw_str p)
{
	struct sw_tuple t;
	char out[SW_NET_TEXT];

	if (!sw_sockaddr_read(p, &t))
		return sw_arena_printf(a, "family %u", t.family);
	if (t.family == SW_AF_UNIX)
		return t.path;
	size_t n = sw_net_addr_text(t.family == SW_AF_INET6, t.dip, t.dport, out);
	return sw_arena_str(a, sw_str_make(out, n));
}

/* The kernel's own errors, which a tracer sees, have no names in the C library. */
static struct sw_str error_name(int64_t res)
{
	static const char *const inner[] = {
		"ERESTARTSYS", "ERESTARTNOINTR", "ERESTARTNOHAND", "ENOIOCTLCMD", "ERESTART_RESTARTBLOCK"};
	enum { FIRST = 512 };
	const char *name = NULL;

	if (res <= -FIRST && res > -FIRST - (int64_t)SW_ARRAY_LEN(inner))
		name = inner[-res - FIRST];
	else if (res < 0 && res > -FIRST)
		name = strerrorname_np((int)-res);
	return sw_str_from(name ? name : "");
}

/* A capture's list of descriptors may hold any number. */
static const char *l4_letter(uint8_t l4)
{
	static const char *const n[] = {"", "", "t", "u", "i", "r"};

	return l4 < SW_ARRAY_LEN(n) ? n[l4] : "";
}

/* "<4t>1.2.3.4:80->…": the kind of a descriptor and its name. */
static struct sw_str resolve_fd(const struct sw_sysev *e, struct sw_arena *a, int64_t fd)
{
	enum { AT_FDCWD_S = -100 };

	if (fd == AT_FDCWD_S)
		return SW_STR("AT_FDCWD");
	if (fd < 0)
		return error_name(fd);
	const struct sw_fd *f = e->thread ? sw_fdtab_find(sw_thread_fds(e->state, e->thread), fd) : NULL;
	if (!f)
		return SW_STR("");
	const char *proto = "";
	if (f->type >= SW_FD_IPV4_SOCK && f->type <= SW_FD_IPV6_SERVSOCK)
		proto = l4_letter(sw_fd_l4(f));
	return sw_arena_printf(a, "<%c%s>%.*s", sw_fd_type_char(f->type), proto, SW_STR_ARG(sw_rstr_str(f->name)));
}

static struct sw_str text_fdlist(const struct sw_sysev *e, struct sw_arena *a, const struct sw_param_show *show,
	struct sw_str p)
{
	sw_autobuf out = {0};
	size_t n = p.n >= 2 ? (size_t)sw_raw_uint(sw_str_sub(p, 0, 2)) : 0, at = 2;

	sw_buf_init(&out, 1 << 20);
	for (size_t i = 0; i < n && i < FDS_MAX && at + 10 <= p.n; i++, at += 10) {
		int64_t fd = sw_raw_int(sw_str_sub(p, at, at + 8));
		uint32_t flags = (uint32_t)sw_raw_uint(sw_str_sub(p, at + 8, at + 10));
		const struct sw_fd *f = e->thread ? sw_fdtab_find(sw_thread_fds(e->state, e->thread), fd) : NULL;
		struct sw_str names = text_flags(a, show && show->kind == SW_SHOW_FLAGS ? sw_flag_tables[show->extra] : NULL,
			flags, false);
		sw_buf_printf(&out, "%s%lld:", i ? " " : "", (long long)fd);
		if (f)
			sw_buf_addch(&out, sw_fd_type_char(f->type));
		sw_buf_printf(&out, "%.*s", SW_STR_ARG(names));
	}
	return sw_arena_str(a, sw_buf_str(&out));
}

static bool in_base64;

void sw_param_base64(bool on)
{
	in_base64 = on;
}

static struct sw_str text_base64(struct sw_arena *a, struct sw_str p)
{
	sw_autobuf out = {0};

	sw_buf_init(&out, 1 << 20);
	sw_base64_encode(&out, p);
	return sw_arena_str(a, sw_buf_str(&out));
}

/* A buffer as text: bytes that are not printable become dots. */
static struct sw_str text_bytes(struct sw_arena *a, struct sw_str p)
{
	if (in_base64)
		return text_base64(a, p);
	char *out = sw_arena_alloc(a, p.n + 1);
	if (!out)
		return SW_STR("");
	for (size_t i = 0; i < p.n; i++) {
		unsigned char c = (unsigned char)p.p[i];
		out[i] = (char)(c >= ' ' && c < 127 ? c : '.');
	}
	return sw_str_make(out, p.n);
}

struct sw_str sw_event_path(const struct sw_sysev *e, struct sw_arena *a, struct sw_str name, int64_t dirfd)
{
	enum { AT_FDCWD_S = -100 };
	char out[SW_PATH_MAX], dir[SW_PATH_MAX];
	struct sw_str base;

	if (name.n && name.p[0] == '/') {
		base = (struct sw_str){NULL, 0};
	} else if (dirfd == AT_FDCWD_S) {
		base = sw_thread_cwd(e->state, e->thread);
	} else {
		const struct sw_fd *f = sw_fdtab_find(sw_thread_fds(e->state, e->thread), dirfd);
		base = f ? sw_rstr_str(f->name) : SW_STR("<UNKNOWN>");
		if (f && base.n && base.n < SW_PATH_MAX - 1 && base.p[base.n - 1] != '/') {
			memcpy(dir, base.p, base.n);
			dir[base.n] = '/';
			base = sw_str_make(dir, base.n + 1);
		}
	}
	return sw_arena_str(a, sw_path_join(base, name, out));
}

static struct sw_str resolve_path(const struct sw_sysev *e, struct sw_arena *a, const struct sw_param_show *show,
	struct sw_str name)
{
	enum { AT_FDCWD_S = -100 };
	int64_t dirfd = AT_FDCWD_S;

	if (!e->thread || !name.n || name.p[0] == '/' || sw_str_is(name, "<NA>"))
		return SW_STR("");
	if (show && show->kind == SW_SHOW_DIR && show->extra < e->raw->n && e->raw->p[show->extra].n)
		dirfd = sw_raw_int(e->raw->p[show->extra]);
	return sw_event_path(e, a, name, dirfd);
}

static struct sw_str text_time(struct sw_arena *a, uint64_t ns)
{
	char date[64], zone[16];
	time_t sec = (time_t)(ns / 1000000000u);
	struct tm tm = {0};

	localtime_r(&sec, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	return sw_arena_printf(a, "%s.%09llu %s", date, (unsigned long long)(ns % 1000000000u), zone);
}

static void text_id(const struct sw_sysev *e, struct sw_arena *a, bool group, struct sw_str p,
	struct sw_str *ret_text, struct sw_str *ret_resolved)
{
	uint32_t id = (uint32_t)sw_raw_uint(p);

	if (id == UINT32_MAX) {
		*ret_text = SW_STR("-1");
		*ret_resolved = SW_STR("<NONE>");
		return;
	}
	const struct sw_user *u = group ? sw_state_group(e->state, id) : sw_state_user(e->state, id);
	*ret_text = sw_arena_printf(a, "%u", id);
	*ret_resolved = u && u->name ? sw_rstr_str(u->name) : SW_STR("<NA>");
}

static const struct {
	uint16_t code;
	uint8_t param, idx, type, format;
} dyn[] = {
	{45, 4, 0, 10, 2}, {45, 4, 1, 11, 1}, {45, 4, 2, 7, 1}, {45, 4, 3, 8, 1}, {45, 4, 4, 20, 1},
	{47, 4, 0, 10, 2}, {47, 4, 1, 11, 1}, {47, 4, 2, 7, 1}, {47, 4, 3, 8, 1}, {47, 4, 4, 20, 1},
	{169, 1, 0, 8, 2}, {169, 1, 1, 19, 1}, {169, 2, 0, 8, 2}, {169, 2, 1, 19, 1}, {297, 0, 0, 14, 1},
	{297, 0, 1, 11, 1}, {453, 2, 0, 4, 1}, {453, 2, 1, 9, 0}, {453, 3, 0, 4, 1}, {453, 3, 1, 9, 0},
	{453, 4, 0, 4, 1}, {453, 4, 1, 9, 0}, {453, 5, 0, 4, 1}, {453, 5, 1, 9, 0},
};

/* A parameter whose first byte says what it is. */
static uint8_t dyn_type(uint16_t code, unsigned i, struct sw_str *p, unsigned *format)
{
	for (size_t k = 0; k < sizeof(dyn) / sizeof(dyn[0]); k++) {
		if (dyn[k].code == code && dyn[k].param == i && dyn[k].idx == (uint8_t)p->p[0]) {
			*p = sw_str_sub(*p, 1, p->n);
			*format = dyn[k].format;
			return dyn[k].type;
		}
	}
	return SW_FT_BYTEBUF;
}

static struct sw_str text_sigset(struct sw_arena *a, uint32_t v)
{
	char out[TEXT];
	size_t n = 0;

	for (int i = 0; i < 32; i++) {
		const char *name = v >> i & 1 ? sigabbrev_np(i + 1) : NULL;
		if (name && n + 16 < sizeof(out))
			n += (size_t)snprintf(out + n, sizeof(out) - n, "%sSIG%s", n ? " " : "", name);
	}
	return sw_arena_str(a, sw_str_make(out, n));
}

static bool null_when_empty(uint8_t type)
{
	return type == SW_FT_BYTEBUF || type == SW_FT_SOCKTUPLE || type == SW_FT_FDLIST ||
	       type == SW_FT_CHARBUFARRAY || type == SW_FT_CHARBUFPAIRARRAY || type == SW_FT_DYN;
}

static void render_plain(const struct sw_sysev *e, struct sw_arena *a, uint8_t type, struct sw_str p,
	unsigned format, struct sw_str *t, struct sw_str *r)
{
	const struct sw_thread *o;

	switch (type) {
	case SW_FT_FD:
		*t = sw_arena_printf(a, "%lld", (long long)sw_raw_int(p));
		*r = resolve_fd(e, a, sw_raw_int(p));
		break;
	case SW_FT_PID:
		*t = sw_arena_printf(a, "%lld", (long long)sw_raw_int(p));
		o = sw_state_thread(e->state, sw_raw_int(p));
		*r = o ? sw_rstr_str(o->comm) : SW_STR("");
		break;
	case SW_FT_ERRNO:
		*t = sw_arena_printf(a, "%lld", (long long)sw_raw_int(p));
		if (sw_raw_int(p) < 0)
			*r = error_name(sw_raw_int(p));
		break;
	case SW_FT_CHARBUF:
		*t = sw_raw_cstr(p);
		break;
	case SW_FT_BYTEBUF:
		*t = text_bytes(a, p);
		break;
	case SW_FT_SOCKADDR:
		*t = text_sockaddr(a, p);
		break;
	case SW_FT_SOCKTUPLE:
		*t = text_tuple(e, a, p);
		break;
	case SW_FT_SIGTYPE:
		*t = sw_arena_printf(a, "%llu", (unsigned long long)sw_raw_uint(p));
		if (sigabbrev_np((int)sw_raw_uint(p)))
			*r = sw_arena_printf(a, "SIG%s", sigabbrev_np((int)sw_raw_uint(p)));
		break;
	case SW_FT_SIGSET:
		*t = text_sigset(a, (uint32_t)sw_raw_uint(p));
		break;
	case SW_FT_RELTIME:
		*t = sw_raw_uint(p) == UINT64_MAX ? SW_STR("none") : text_int(a, SW_FT_UINT64, p, 0);
		if (sw_raw_uint(p) != UINT64_MAX)
			*r = sw_arena_printf(a, "%gs", (double)sw_raw_uint(p) / 1e9);
		break;
	case SW_FT_ABSTIME:
		*t = text_time(a, sw_raw_uint(p));
		break;
	case SW_FT_UID:
	case SW_FT_GID:
		text_id(e, a, type == SW_FT_GID, p, t, r);
		break;
	case SW_FT_SYSCALLID:
		*t = sw_arena_printf(a, "%llu", (unsigned long long)sw_raw_uint(p));
		*r = sw_str_from(sw_raw_uint(p) < SW_SYSCALL_IDS ? sw_syscall_names[sw_raw_uint(p)] : "");
		break;
	default:
		*t = text_int(a, type, p, format);
	}
}

int sw_param_text(const struct sw_sysev *e, struct sw_arena *a, unsigned i, struct sw_str *ret_text,
	struct sw_str *ret_resolved)
{
	const struct sw_raw *raw = e->raw;
	const struct sw_event_info *info = &sw_event_table[raw->code];

	*ret_resolved = SW_STR("");
	if (i >= raw->n || i >= info->n_params)
		return 0;
	struct sw_str p = raw->p[i];
	uint8_t type = info->params[i].type;
	const struct sw_param_show *show = sw_param_show_of(raw->code, i);
	unsigned format = show ? show->format : SW_FMT_DEC;
	const struct sw_flag_name *names = show && show->kind == SW_SHOW_FLAGS ? sw_flag_tables[show->extra] : NULL;
	if (!p.n) {
		*ret_text = sw_str_from(null_when_empty(type) ? "NULL" : "<NA>");
		return 1;
	}
	if (type == SW_FT_DYN)
		type = dyn_type(raw->code, i, &p, &format);
	bool exact = type >= SW_FT_ENUMFLAGS8 && type <= SW_FT_ENUMFLAGS32;
	if (exact || (type >= SW_FT_FLAGS8 && type <= SW_FT_FLAGS32)) {
		*ret_text = sw_arena_printf(a, "%u", (uint32_t)sw_raw_uint(p));
		*ret_resolved = text_flags(a, names, (uint32_t)sw_raw_uint(p), exact);
	} else if (type == SW_FT_MODE) {
		*ret_text = text_int(a, type, p, format);
		*ret_resolved = text_mode(a, names, (uint32_t)sw_raw_uint(p));
	} else if (type == SW_FT_FSPATH || type == SW_FT_FSRELPATH) {
		*ret_text = sw_raw_cstr(p);
		*ret_resolved = resolve_path(e, a, show, *ret_text);
	} else if (type == SW_FT_FDLIST) {
		*ret_text = text_fdlist(e, a, show, p);
	} else {
		render_plain(e, a, type, p, format, ret_text, ret_resolved);
	}
	return 1;
}
