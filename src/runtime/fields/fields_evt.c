/* SPDX-License-Identifier: Apache-2.0 */
/* evt.* of system calls. */
#include "base/buf.h"
#include "runtime/fields/impl.h"
#include "runtime/state/path.h"

static bool is_open(uint16_t code)
{
	return code == SW_EV_OPEN_X || code == SW_EV_OPENAT_2_X || code == SW_EV_OPENAT2_X ||
	       code == SW_EV_OPEN_BY_HANDLE_AT_X;
}

/* Flags of open in the schema's numbers, and the bits of execution. */
enum { RDONLY = 1, WRONLY = 2, CREAT = 4, TMPFILE = 1 << 13, CREATED = 1 << 14, EXEC_BITS = 0111 };

static bool open_kind(const struct sw_sysev *e, uint32_t id)
{
	const struct sw_raw *r = e->raw;
	bool at = r->code == SW_EV_OPENAT_2_X || r->code == SW_EV_OPENAT2_X;

	if (r->code == SW_EV_CREAT_X)
		return id == SW_FLD_EVT_IS_OPEN_EXEC && sw_raw_uint(sw_raw_param(r, 2)) & EXEC_BITS;
	if (!is_open(r->code))
		return false;
	uint64_t flags = sw_raw_uint(sw_raw_param(r, at ? 3 : 2));
	switch (id) {
	case SW_FLD_EVT_IS_OPEN_READ:
		return flags & RDONLY;
	case SW_FLD_EVT_IS_OPEN_WRITE:
		return flags & WRONLY;
	case SW_FLD_EVT_IS_OPEN_CREATE:
		return flags & CREATED || (flags & TMPFILE && e->res >= 0);
	default:
		return flags & (TMPFILE | CREAT) && r->code != SW_EV_OPEN_BY_HANDLE_AT_X &&
		       sw_raw_uint(sw_raw_param(r, at ? 4 : 3)) & EXEC_BITS;
	}
}

static const char *category(const struct sw_sysev *e)
{
	static const char *const names[] = {"unknown", "other", "file", "net", "IPC", "memory", "process",
		"sleep", "system", "signal", "user", "time", "processing"};
	unsigned kind = sw_event_table[e->raw->code].category, c = kind & 63;

	if (kind & SW_EC_INTERNAL)
		return "internal";
	if (kind & SW_EC_SCHEDULER)
		return "scheduler";
	if (kind & SW_EC_WAIT)
		return "wait";
	if (c < sizeof(names) / sizeof(names[0]))
		return names[c];
	if (!e->fd)
		return "unknown";
	switch (e->fd->type) {
	case SW_FD_FILE:
	case SW_FD_FILE_V2:
	case SW_FD_DIRECTORY:
		return "file";
	case SW_FD_IPV4_SOCK:
	case SW_FD_IPV6_SOCK:
	case SW_FD_IPV4_SERVSOCK:
	case SW_FD_IPV6_SERVSOCK:
		return "net";
	case SW_FD_FIFO:
	case SW_FD_UNIX_SOCK:
	case SW_FD_EVENT:
	case SW_FD_SIGNALFD:
	case SW_FD_INOTIFY:
	case SW_FD_USERFAULTFD:
		return "ipc";
	default:
		return "unknown";
	}
}

/* All parameters: "fd=3(<f>/etc/passwd) name=… " */
static struct sw_str all_args(const struct sw_sysev *e, struct sw_arena *a)
{
	sw_autobuf out = {0};
	const struct sw_event_info *info = &sw_event_table[e->raw->code];

	if (e->raw->code == SW_EV_GENERIC_X)
		return SW_STR("");
	sw_buf_init(&out, 1 << 20);
	for (unsigned i = 0; i < e->raw->n && i < info->n_params; i++) {
		struct sw_str text, resolved;
		sw_param_text(e, a, i, &text, &resolved);
		sw_buf_printf(&out, "%s%s=", i ? " " : "", info->params[i].name);
		sw_buf_addstr(&out, text);
		if (resolved.n) {
			sw_buf_addch(&out, '(');
			sw_buf_addstr(&out, resolved);
			sw_buf_addch(&out, ')');
		}
	}
	return sw_arena_str(a, sw_buf_str(&out));
}

static int one_arg(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	struct sw_str text, resolved;
	int i = ref->arg_is_index ? (ref->index < SW_RAW_PARAMS ? (int)ref->index : -1)
				  : sw_param_index(e, ref->arg);

	if (i < 0 || !sw_param_text(e, ev->arena, (unsigned)i, &text, &resolved))
		return 0;
	return sw_ret_str(ev, ret, resolved.n ? resolved : text);
}

static bool is_text(uint8_t type)
{
	return type == SW_FT_CHARBUF || type == SW_FT_FSPATH || type == SW_FT_FSRELPATH;
}

static bool is_signed(uint8_t type)
{
	return type <= SW_FT_INT64 || type == SW_FT_ERRNO || type == SW_FT_FD || type == SW_FT_PID || type == SW_FT_FD32 ||
	       type == SW_FT_PID32;
}

static bool is_address(uint8_t type)
{
	return type == SW_FT_IPV4ADDR || type == SW_FT_IPV6ADDR || type == SW_FT_IPADDR;
}

static bool is_number(uint8_t type)
{
	switch (type) {
	case SW_FT_SOCKADDR:
	case SW_FT_SOCKTUPLE:
	case SW_FT_SOCKFAMILY:
	case SW_FT_FDLIST:
	case SW_FT_DYN:
	case SW_FT_SIGSET ... SW_FT_IPNET:
		return false;
	default:
		return true;
	}
}

/* What the event has, as the event says it is. */
bool sw_shown_evt(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fval *ret, uint8_t *ret_type,
	uint8_t *ret_format)
{
	const struct sw_sysev *e = ev->data;
	int i = sw_param_index(e, ref->arg);

	if (ref->id != SW_FLD_EVT_RAWARG || i < 0)
		return false;
	struct sw_str p = sw_raw_param(e->raw, (unsigned)i);
	const struct sw_param_show *show = sw_param_show_of(e->raw->code, (unsigned)i);
	uint8_t type = sw_event_table[e->raw->code].params[i].type;
	*ret_type = type;
	*ret_format = show ? show->format : SW_FMT_DEC;
	if (is_text(type))
		ret->s = p.n ? sw_raw_cstr(p) : SW_STR("<NA>");
	else if (type == SW_FT_BYTEBUF || is_address(type))
		ret->s = p;
	else if (is_signed(type))
		ret->i = sw_raw_int(p);
	else
		ret->u = sw_raw_uint(p);
	if (is_address(type))
		return p.n == 4 || p.n == 16;
	return is_text(type) || type == SW_FT_BYTEBUF || is_number(type);
}

/* The value itself, typed as the reference is. */
static int raw_arg(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	int i = sw_param_index(e, ref->arg);
	struct sw_str p = i >= 0 ? sw_raw_param(e->raw, (unsigned)i) : (struct sw_str){NULL, 0};

	if (!p.n)
		return i >= 0 && is_text(ref->type) ? sw_ret_str(ev, ret, SW_STR("<NA>")) : 0;
	switch (ref->type) {
	case SW_FT_INT8 ... SW_FT_INT64:
	case SW_FT_ERRNO:
	case SW_FT_FD:
	case SW_FT_PID:
	case SW_FT_FD32:
	case SW_FT_PID32:
		return sw_ret_i64(ev, ret, sw_raw_int(p));
	case SW_FT_CHARBUF:
	case SW_FT_FSPATH:
	case SW_FT_FSRELPATH:
		return sw_ret_str(ev, ret, sw_raw_cstr(p));
	case SW_FT_BYTEBUF:
	case SW_FT_SOCKADDR:
	case SW_FT_SOCKTUPLE:
	case SW_FT_FDLIST:
	case SW_FT_DYN:
		return sw_ret_str(ev, ret, p);
	default:
		return sw_ret_u64(ev, ret, sw_raw_uint(p));
	}
}

/* Codes whose path stands beside a folder's descriptor; the argument chooses the second pair. */
static const struct {
	uint16_t code;
	int8_t dirfd, path, dirfd2, path2;
} at_calls[] = {
	{SW_EV_RENAMEAT_X, 1, 2, 3, 4}, {SW_EV_RENAMEAT2_X, 1, 2, 3, 4}, {SW_EV_SYMLINKAT_X, 2, 3, 2, 3},
	{SW_EV_OPENAT_2_X, 1, 2, 1, 2}, {SW_EV_OPENAT2_X, 1, 2, 1, 2}, {SW_EV_LINKAT_2_X, 1, 2, 3, 4},
	{SW_EV_UNLINKAT_2_X, 1, 2, 1, 2}, {SW_EV_MKDIRAT_X, 1, 2, 1, 2}, {SW_EV_FCHMODAT_X, 1, 2, 1, 2},
	{SW_EV_FCHOWNAT_X, 1, 2, 1, 2},
};

static int abspath(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	const struct sw_raw *r = e->raw;
	bool second = sw_str_is(ref->arg, "dst");

	if (!e->thread)
		return 0;
	if (r->code == SW_EV_OPEN_BY_HANDLE_AT_X && e->res > 0) {
		char buf[SW_PATH_MAX];
		struct sw_str p = sw_path_join((struct sw_str){NULL, 0}, sw_raw_cstr(sw_raw_param(r, 3)), buf);
		return sw_ret_str(ev, ret, sw_arena_str(ev->arena, p));
	}
	for (size_t i = 0; i < sizeof(at_calls) / sizeof(at_calls[0]); i++) {
		if (at_calls[i].code != r->code)
			continue;
		struct sw_str fd = sw_raw_param(r, (unsigned)(second ? at_calls[i].dirfd2 : at_calls[i].dirfd));
		struct sw_str path = sw_raw_param(r, (unsigned)(second ? at_calls[i].path2 : at_calls[i].path));
		if (!fd.n || !path.n)
			return 0;
		return sw_ret_str(ev, ret, sw_event_path(e, ev->arena, sw_raw_cstr(path), sw_raw_int(fd)));
	}
	return 0;
}

static int result(const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	struct sw_str text, resolved;

	if (!e->has_res)
		return 0;
	if (e->res >= 0)
		return sw_ret_str(ev, ret, SW_STR("SUCCESS"));
	if (!sw_param_text(e, ev->arena, 0, &text, &resolved))
		return 0;
	return sw_ret_str(ev, ret, resolved.n ? resolved : text);
}

static bool fd_is_file(const struct sw_fd *f, bool with_dir)
{
	return f->type == SW_FD_FILE || f->type == SW_FD_FILE_V2 || (with_dir && f->type == SW_FD_DIRECTORY);
}

static bool fd_is_net(const struct sw_fd *f)
{
	return f->type >= SW_FD_IPV4_SOCK && f->type <= SW_FD_IPV6_SERVSOCK;
}

static int buflen(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	unsigned cat = sw_event_table[ev->code].category & 63;
	bool file = ref->id >= SW_FLD_EVT_BUFLEN_FILE && ref->id <= SW_FLD_EVT_BUFLEN_FILE_OUT;
	bool net = ref->id >= SW_FLD_EVT_BUFLEN_NET && ref->id <= SW_FLD_EVT_BUFLEN_NET_OUT;
	bool in = ref->id == SW_FLD_EVT_BUFLEN_IN || ref->id == SW_FLD_EVT_BUFLEN_FILE_IN ||
		  ref->id == SW_FLD_EVT_BUFLEN_NET_IN;
	bool out = ref->id == SW_FLD_EVT_BUFLEN_OUT || ref->id == SW_FLD_EVT_BUFLEN_FILE_OUT ||
		   ref->id == SW_FLD_EVT_BUFLEN_NET_OUT;

	if (!e->fd || !(cat & 32) || !e->has_res || e->res < 0)
		return 0;
	if ((file && !fd_is_file(e->fd, false)) || (net && !fd_is_net(e->fd)))
		return 0;
	if ((in && cat != SW_EC_IO_READ) || (out && cat != SW_EC_IO_WRITE))
		return 0;
	return sw_ret_u64(ev, ret, (uint64_t)e->res);
}

/* evt.count.error*: 1 for a failed call of that kind, 0 for another, nothing for other kinds. */
static int error_count(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	uint16_t c = ev->code;
	bool opens = is_open(c) || c == SW_EV_CREAT_X;
	bool net_call = c == SW_EV_ACCEPT_5_X || c == SW_EV_ACCEPT4_6_X || c == SW_EV_CONNECT_X;
	bool memory = (sw_event_table[c].category & 63) == SW_EC_MEMORY;
	bool file = e->fd ? fd_is_file(e->fd, true) : opens;
	bool net = e->fd ? fd_is_net(e->fd) || e->fd->type == SW_FD_UNIX_SOCK : net_call;

	if (!e->has_res || (ref->id == SW_FLD_EVT_COUNT_ERROR_FILE && !file) ||
		(ref->id == SW_FLD_EVT_COUNT_ERROR_NET && !net) ||
		(ref->id == SW_FLD_EVT_COUNT_ERROR_MEMORY && !memory) ||
		(ref->id == SW_FLD_EVT_COUNT_ERROR_OTHER && (file || net || (!e->fd && memory))))
		return 0;
	return sw_ret_u64(ev, ret, e->res < 0);
}

static int syslog(const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	bool hit = sw_event_table[ev->code].flags & SW_EF_WRITES_TO_FD && e->fd &&
		   sw_str_has(sw_rstr_str(e->fd->name), SW_STR("/dev/log"));

	return sw_ret_u64(ev, ret, hit);
}

static int type_is(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	return sw_ret_u64(ev, ret, sw_str_is(ref->arg, sw_sysev_name(((const struct sw_sysev *)ev->data)->raw)));
}

/*
 * Since the event before. Upstream it is the time since the field was asked last, which depends on how a rule is
 * evaluated; where every event is asked it is the same.
 */
static int delta(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	uint64_t d = ev->from && ev->ts > ev->from->before_ts ? ev->ts - ev->from->before_ts : 0;

	return sw_ret_u64(ev, ret,
		ref->id == SW_FLD_EVT_DELTATIME_S    ? d / 1000000000
		: ref->id == SW_FLD_EVT_DELTATIME_NS ? d % 1000000000
						     : d);
}

/* How many milliseconds the event is from the time in the argument, rounded up: evt.around[T]=D asks for up to D. */
static int around(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	uint64_t d = ev->ts > ref->index ? ev->ts - ref->index : ref->index - ev->ts;

	return sw_ret_u64(ev, ret, d / 1000000 + (d % 1000000 != 0));
}

static int numbers(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	uint16_t flags = sw_event_table[ev->code].flags;

	switch (ref->id) {
	case SW_FLD_EVT_LATENCY ... SW_FLD_EVT_LATENCY_QUANTIZED:
	case SW_FLD_EVT_WAIT_LATENCY:
		return sw_ret_u64(ev, ret, 0);
	case SW_FLD_EVT_DELTATIME ... SW_FLD_EVT_DELTATIME_NS:
		return delta(ref, ev, ret);
	case SW_FLD_EVT_AROUND:
		return around(ref, ev, ret);
	case SW_FLD_EVT_CPU:
		return sw_ret_i64(ev, ret, e->raw->cpu);
	case SW_FLD_EVT_RAWRES:
		return e->has_res ? sw_ret_i64(ev, ret, e->res) : 0;
	case SW_FLD_EVT_FAILED:
		return e->has_res ? sw_ret_u64(ev, ret, e->res < 0) : 0;
	case SW_FLD_EVT_IS_IO:
		return sw_ret_u64(ev, ret, (flags & (SW_EF_READS_FROM_FD | SW_EF_WRITES_TO_FD)) != 0);
	case SW_FLD_EVT_IS_IO_READ:
		return sw_ret_u64(ev, ret, (flags & SW_EF_READS_FROM_FD) != 0);
	case SW_FLD_EVT_IS_IO_WRITE:
		return sw_ret_u64(ev, ret, (flags & SW_EF_WRITES_TO_FD) != 0);
	case SW_FLD_EVT_IS_WAIT:
		return sw_ret_u64(ev, ret, (flags & SW_EF_WAITS) != 0);
	case SW_FLD_EVT_COUNT:
		return sw_ret_u64(ev, ret, 1);
	case SW_FLD_EVT_COUNT_EXIT:
		return sw_event_is_enter(ev->code) ? 0 : sw_ret_u64(ev, ret, 1);
	case SW_FLD_EVT_COUNT_PROCINFO:
		return sw_ret_u64(ev, ret,
			ev->code == SW_EV_PROCINFO_E && e->thread && sw_thread_is_main(e->thread));
	case SW_FLD_EVT_COUNT_THREADINFO:
		return sw_ret_u64(ev, ret, ev->code == SW_EV_PROCINFO_E);
	default:
		return 0;
	}
}

static int io_dir(const struct sw_event *ev, struct sw_fvals *ret)
{
	uint16_t flags = sw_event_table[ev->code].flags;

	if (flags & SW_EF_WRITES_TO_FD)
		return sw_ret_str(ev, ret, SW_STR("write"));
	return flags & SW_EF_READS_FROM_FD ? sw_ret_str(ev, ret, SW_STR("read")) : 0;
}

static int texts(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	int i;

	switch (ref->id) {
	case SW_FLD_EVT_LATENCY_HUMAN:
		return sw_ret_str(ev, ret, SW_STR("0ns"));
	case SW_FLD_EVT_DIR:
		return sw_ret_str(ev, ret, sw_str_from(sw_event_is_enter(ev->code) ? ">" : "<"));
	case SW_FLD_EVT_TYPE:
		if (ev->code == SW_EV_ASYNCEVENT_E)
			return sw_ret_str(ev, ret, sw_raw_cstr(sw_raw_param(e->raw, 1)));
		return sw_ret_str(ev, ret, sw_str_from(sw_sysev_name(e->raw)));
	case SW_FLD_SYSCALL_TYPE:
		if (!(sw_event_table[ev->code].category & SW_EC_SYSCALL))
			return 0;
		return sw_ret_str(ev, ret, sw_str_from(sw_sysev_name(e->raw)));
	case SW_FLD_EVT_CATEGORY:
		return sw_ret_str(ev, ret, sw_str_from(category(e)));
	case SW_FLD_EVT_ARGS:
	case SW_FLD_EVT_INFO:
		return sw_ret_str(ev, ret, all_args(e, ev->arena));
	case SW_FLD_EVT_BUFFER:
		i = sw_param_index(e, SW_STR("data"));
		return i >= 0 ? sw_ret_str(ev, ret, e->raw->p[i]) : 0;
	case SW_FLD_EVT_IO_DIR:
		return io_dir(ev, ret);
	default:
		return 0;
	}
}

int sw_extract_evt(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = sw_event_sysev(ev);

	if (!e)
		return 0;
	switch (ref->id) {
	case SW_FLD_EVT_TYPE_IS:
		return type_is(ref, ev, ret);
	case SW_FLD_EVT_ARG:
		return one_arg(ref, ev, ret);
	case SW_FLD_EVT_RAWARG:
		return raw_arg(ref, ev, ret);
	case SW_FLD_EVT_RES:
		return result(ev, ret);
	case SW_FLD_EVT_IS_SYSLOG:
		return syslog(ev, ret);
	case SW_FLD_EVT_COUNT_ERROR ... SW_FLD_EVT_COUNT_ERROR_OTHER:
		return error_count(ref, ev, ret);
	case SW_FLD_EVT_ABSPATH:
		return abspath(ref, ev, ret);
	case SW_FLD_EVT_BUFLEN:
	case SW_FLD_EVT_BUFLEN_IN ... SW_FLD_EVT_BUFLEN_NET_OUT:
		return buflen(ref, ev, ret);
	case SW_FLD_EVT_IS_OPEN_READ:
	case SW_FLD_EVT_IS_OPEN_WRITE:
	case SW_FLD_EVT_IS_OPEN_EXEC:
	case SW_FLD_EVT_IS_OPEN_CREATE:
		return sw_ret_u64(ev, ret, open_kind(e, ref->id));
	case SW_FLD_EVT_LATENCY_HUMAN:
	case SW_FLD_EVT_DIR:
	case SW_FLD_EVT_TYPE:
	case SW_FLD_SYSCALL_TYPE:
	case SW_FLD_EVT_CATEGORY:
	case SW_FLD_EVT_ARGS:
	case SW_FLD_EVT_INFO:
	case SW_FLD_EVT_BUFFER:
	case SW_FLD_EVT_IO_DIR:
		return texts(ref, ev, ret);
	default:
		return numbers(ref, ev, ret);
	}
}
