/* SPDX-License-Identifier: Apache-2.0 */
/* user.*, group.*, container.*, k8s.*, fs.path.*, util.* */
#include <fnmatch.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "runtime/fields/impl.h"
#include "runtime/state/path.h"

int sw_extract_user(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = sw_event_sysev(ev);

	if (!e || !e->thread)
		return 0;
	const struct sw_thread *t = e->thread;
	bool login = ref->id == SW_FLD_USER_LOGINUID || ref->id == SW_FLD_USER_LOGINNAME;
	uint32_t id = login ? t->loginuid : t->uid;
	if (ref->id == SW_FLD_USER_UID)
		return sw_ret_u64(ev, ret, id);
	if (ref->id == SW_FLD_USER_LOGINUID)
		return sw_ret_i64(ev, ret, id == UINT32_MAX ? -1 : (int64_t)id);
	const struct sw_user *u = sw_state_user(e->state, id);
	if (!u) { /* root is root everywhere */
		const char *text = id != 0 || ref->id == SW_FLD_USER_SHELL ? "<NA>"
				   : ref->id == SW_FLD_USER_HOMEDIR	   ? "/root"
									   : "root";
		return sw_ret_str(ev, ret, sw_str_from(text));
	}
	struct sw_str s = ref->id == SW_FLD_USER_HOMEDIR ? sw_rstr_str(u->home)
			  : ref->id == SW_FLD_USER_SHELL ? sw_rstr_str(u->shell)
							 : sw_rstr_str(u->name);
	return sw_ret_str(ev, ret, s);
}

int sw_extract_group(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = sw_event_sysev(ev);

	if (!e || !e->thread)
		return 0;
	if (ref->id == SW_FLD_GROUP_GID)
		return sw_ret_u64(ev, ret, e->thread->gid);
	const struct sw_user *g = sw_state_group(e->state, e->thread->gid);
	if (!g && e->thread->gid == 0)
		return sw_ret_str(ev, ret, SW_STR("root"));
	return sw_ret_str(ev, ret, g ? sw_rstr_str(g->name) : SW_STR("<NA>"));
}

/* ---- containers ---- */

/* Part i of "source:dest:mode:rw:propagation"; the whole for i < 0. */
static struct sw_str mount_part(struct sw_str m, int i)
{
	struct sw_str part = m;

	for (int k = 0; k <= i; k++)
		if (!sw_str_split(&m, ':', &part))
			return (struct sw_str){NULL, 0};
	return part;
}

static int mount(const struct sw_fieldref *ref, const struct sw_event *ev, const struct sw_container *c,
	struct sw_fvals *ret)
{
	int part = (int)ref->id - SW_FLD_CONTAINER_MOUNT - 1; /* -1: container.mount */
	int key = ref->id == SW_FLD_CONTAINER_MOUNT_SOURCE ? 1 : 0;
	struct sw_str all = sw_rstr_str(c->mounts), one;
	const char *pattern = sw_arena_cstr(ev->arena, ref->arg);

	if (!pattern)
		return 0;
	for (uint64_t i = 0; sw_str_split(&all, '\0', &one); i++) {
		if (!one.n)
			continue;
		/* The argument may be a glob: container.mount.dest[/proc*] */
		char *path = ref->arg_is_index ? NULL : sw_arena_cstr(ev->arena, mount_part(one, key));
		bool hit = ref->arg_is_index ? i == ref->index : path && fnmatch(pattern, path, 0) == 0;
		if (hit)
			return sw_ret_str(ev, ret, mount_part(one, part));
	}
	return 0;
}

/* Of the runtime's own making: not among the labels, but to be asked for by name. */
static bool internal_label(struct sw_str one)
{
	return sw_str_starts(one, SW_STR("io.kubernetes.")) || sw_str_starts(one, SW_STR("annotation."));
}

static struct sw_str list_text(struct sw_arena *a, struct sw_rstr *list, bool labels)
{
	sw_autobuf out = {0};
	struct sw_str all = sw_rstr_str(list), one;

	sw_buf_init(&out, 1 << 20);
	while (sw_str_split(&all, '\0', &one)) {
		if (!one.n || (labels && internal_label(one)))
			continue;
		if (out.n)
			sw_buf_addz(&out, labels ? ", " : ",");
		/* "key:" of a label without a value is "key". */
		if (labels && sw_str_chr(one, ':', 0) == one.n - 1)
			one.n--;
		sw_buf_addstr(&out, one);
	}
	return sw_arena_str(a, sw_buf_str(&out));
}

static int label(const struct sw_event *ev, struct sw_rstr *labels, struct sw_str key, struct sw_fvals *ret)
{
	struct sw_str all = sw_rstr_str(labels), one;

	while (sw_str_split(&all, '\0', &one))
		if (one.n > key.n && one.p[key.n] == ':' && sw_str_starts(one, key))
			return sw_ret_str(ev, ret, sw_str_sub(one, key.n + 1, one.n));
	return 0;
}

static int known(const struct sw_event *ev, struct sw_rstr *s, struct sw_fvals *ret)
{
	return s ? sw_ret_str(ev, ret, sw_rstr_str(s)) : 0;
}

static const struct sw_container *sandbox_of(const struct sw_sysev *e, const struct sw_container *c)
{
	struct sw_str id = sw_str_sub(sw_rstr_str(c->sandbox), 0, 12);
	const struct sw_container *s = id.n ? sw_containers_get(e->state->containers, id) : NULL;

	return s ? s : c;
}

/* A pod's labels came with the container, or are those of its sandbox. */
static struct sw_rstr *pod_labels(const struct sw_sysev *e, const struct sw_container *c)
{
	return c->pod_labels ? c->pod_labels : sandbox_of(e, c)->pod_labels;
}

static int k8s(const struct sw_fieldref *ref, const struct sw_event *ev, const struct sw_container *c,
	struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;

	switch (ref->id) {
	case SW_FLD_K8S_POD_NAME:
		return known(ev, c->pod_name, ret);
	case SW_FLD_K8S_NS_NAME:
		return known(ev, c->pod_ns, ret);
	case SW_FLD_K8S_POD_ID:
	case SW_FLD_K8S_POD_UID:
		return known(ev, c->pod_uid, ret);
	case SW_FLD_K8S_POD_SANDBOX_ID:
		return sw_ret_str(ev, ret, sw_str_sub(sw_rstr_str(c->sandbox), 0, 12));
	case SW_FLD_K8S_POD_FULL_SANDBOX_ID:
		return sw_ret_str(ev, ret, sw_rstr_str(c->sandbox));
	case SW_FLD_K8S_POD_LABEL:
		return label(ev, pod_labels(e, c), ref->arg, ret);
	case SW_FLD_K8S_POD_LABELS:
		return sw_ret_str(ev, ret, list_text(ev->arena, pod_labels(e, c), true));
	case SW_FLD_K8S_POD_IP:
		return sw_ret_str(ev, ret, sw_rstr_str(sandbox_of(e, c)->ip ? sandbox_of(e, c)->ip : c->ip));
	case SW_FLD_K8S_POD_CNI_JSON:
		return sw_ret_str(ev, ret, sw_rstr_str(sandbox_of(e, c)->cni ? sandbox_of(e, c)->cni : c->cni));
	default:
		return 0; /* rc, svc, rs, deployment: not kept by the node */
	}
}

static int details(const struct sw_fieldref *ref, const struct sw_event *ev, const struct sw_container *c,
	struct sw_fvals *ret)
{
	struct sw_arena *a = ev->arena;

	switch (ref->id) {
	case SW_FLD_CONTAINER_FULL_ID:
		return sw_ret_str(ev, ret, sw_rstr_str(c->full_id));
	case SW_FLD_CONTAINER_NAME:
		return sw_ret_str(ev, ret, sw_rstr_str(c->name));
	case SW_FLD_CONTAINER_IMAGE:
		return sw_ret_str(ev, ret, sw_rstr_str(c->image));
	case SW_FLD_CONTAINER_IMAGE_ID:
		return sw_ret_str(ev, ret, sw_rstr_str(c->image_id));
	case SW_FLD_CONTAINER_TYPE:
		return sw_ret_str(ev, ret, sw_str_from(sw_container_type_name(c->type)));
	case SW_FLD_CONTAINER_PRIVILEGED:
		return sw_ret_u64(ev, ret, c->privileged);
	case SW_FLD_CONTAINER_MOUNTS:
		return sw_ret_str(ev, ret, list_text(a, c->mounts, false));
	case SW_FLD_CONTAINER_MOUNT ... SW_FLD_CONTAINER_MOUNT_PROPAGATION:
		return mount(ref, ev, c, ret);
	case SW_FLD_CONTAINER_IMAGE_REPOSITORY:
		return sw_ret_str(ev, ret, sw_rstr_str(c->repo));
	case SW_FLD_CONTAINER_IMAGE_TAG:
		return sw_ret_str(ev, ret, sw_rstr_str(c->tag));
	case SW_FLD_CONTAINER_IMAGE_DIGEST:
		return sw_ret_str(ev, ret, sw_rstr_str(c->digest));
	case SW_FLD_CONTAINER_HEALTHCHECK:
		return known(ev, c->health, ret);
	case SW_FLD_CONTAINER_LIVENESS_PROBE:
		return known(ev, c->liveness, ret);
	case SW_FLD_CONTAINER_READINESS_PROBE:
		return known(ev, c->readiness, ret);
	case SW_FLD_CONTAINER_IP:
		return sw_ret_str(ev, ret, sw_rstr_str(c->ip));
	case SW_FLD_CONTAINER_CNI_JSON:
		return sw_ret_str(ev, ret, sw_rstr_str(c->cni));
	case SW_FLD_CONTAINER_HOST_PID:
		return sw_ret_u64(ev, ret, c->host_pid);
	case SW_FLD_CONTAINER_HOST_NETWORK:
		return sw_ret_u64(ev, ret, c->host_net);
	case SW_FLD_CONTAINER_HOST_IPC:
		return sw_ret_u64(ev, ret, c->host_ipc);
	case SW_FLD_CONTAINER_LABEL:
		return label(ev, c->labels, ref->arg, ret);
	case SW_FLD_CONTAINER_LABELS:
		return sw_ret_str(ev, ret, list_text(a, c->labels, true));
	default:
		return k8s(ref, ev, c, ret);
	}
}

/* What is known of processes outside of containers. */
static int of_host(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	switch (ref->id) {
	case SW_FLD_CONTAINER_FULL_ID:
	case SW_FLD_CONTAINER_NAME:
		return sw_ret_str(ev, ret, SW_STR("host"));
	case SW_FLD_CONTAINER_TYPE:
		return sw_ret_str(ev, ret, SW_STR("host"));
	case SW_FLD_CONTAINER_IMAGE ... SW_FLD_CONTAINER_IMAGE_ID:
	case SW_FLD_CONTAINER_MOUNTS:
	case SW_FLD_CONTAINER_IMAGE_REPOSITORY ... SW_FLD_CONTAINER_IMAGE_DIGEST:
	case SW_FLD_CONTAINER_IP:
	case SW_FLD_CONTAINER_CNI_JSON:
	case SW_FLD_CONTAINER_LABELS:
		return sw_ret_str(ev, ret, SW_STR(""));
	case SW_FLD_CONTAINER_PRIVILEGED:
	case SW_FLD_CONTAINER_HOST_PID ... SW_FLD_CONTAINER_HOST_IPC:
		return sw_ret_u64(ev, ret, 0);
	default:
		return 0;
	}
}

int sw_extract_container(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = sw_event_sysev(ev);

	if (!e || !e->thread)
		return 0;
	struct sw_thread *t = e->thread;
	if (ref->id == SW_FLD_CONTAINER_ID)
		return sw_ret_str(ev, ret, t->container_id ? sw_rstr_str(t->container_id) : SW_STR("host"));
	if (ref->id == SW_FLD_CONTAINER_START_TS || ref->id == SW_FLD_CONTAINER_DURATION) {
		if (!t->pidns_ts || ev->ts < t->pidns_ts)
			return 0;
		return sw_ret_u64(ev, ret,
			ref->id == SW_FLD_CONTAINER_START_TS ? t->pidns_ts : ev->ts - t->pidns_ts);
	}
	if (ref->id >= SW_FLD_PROC_IS_CONTAINER_HEALTHCHECK && ref->id <= SW_FLD_PROC_IS_CONTAINER_READINESS_PROBE)
		return sw_ret_u64(ev, ret, 0);
	if (!t->container_id)
		return of_host(ref, ev, ret);
	return t->container && t->container->complete ? details(ref, ev, t->container, ret) : 0;
}

/* ---- fs.path.* ---- */

/* Which parameters are paths: the one, or source and target; and the folder each is relative to (0: cwd). */
static const struct {
	uint16_t code;
	int8_t path, source, target, path_dir, source_dir, target_dir;
} paths[] = {
	{SW_EV_MKDIR_2_X, 1, -1, -1, 0, 0, 0}, {SW_EV_MKDIRAT_X, 2, -1, -1, 1, 0, 0},
	{SW_EV_RMDIR_2_X, 1, -1, -1, 0, 0, 0}, {SW_EV_UNLINK_2_X, 1, -1, -1, 0, 0, 0},
	{SW_EV_UNLINKAT_2_X, 2, -1, -1, 1, 0, 0}, {SW_EV_OPEN_X, 1, -1, -1, 0, 0, 0},
	{SW_EV_OPENAT_2_X, 2, -1, -1, 1, 0, 0}, {SW_EV_OPENAT2_X, 2, -1, -1, 1, 0, 0},
	{SW_EV_FCHMODAT_X, 2, -1, -1, 1, 0, 0}, {SW_EV_CHMOD_X, 1, -1, -1, 0, 0, 0},
	{SW_EV_CHOWN_X, 1, -1, -1, 0, 0, 0}, {SW_EV_LCHOWN_X, 1, -1, -1, 0, 0, 0},
	{SW_EV_FCHOWNAT_X, 2, -1, -1, 1, 0, 0}, {SW_EV_UMOUNT_1_X, 1, -1, -1, 0, 0, 0},
	{SW_EV_UMOUNT2_X, 1, -1, -1, 0, 0, 0}, {SW_EV_RENAME_X, -1, 1, 2, 0, 0, 0},
	{SW_EV_RENAMEAT_X, -1, 2, 4, 0, 1, 3}, {SW_EV_RENAMEAT2_X, -1, 2, 4, 0, 1, 3},
	{SW_EV_LINK_2_X, -1, 2, 1, 0, 0, 0}, {SW_EV_LINKAT_2_X, -1, 4, 2, 0, 3, 1},
	{SW_EV_SYMLINK_X, -1, 2, 1, 0, 0, 0}, {SW_EV_SYMLINKAT_X, -1, 3, 1, 0, 2, 0},
	{SW_EV_MOUNT_X, -1, 1, 2, 0, 0, 0}, {SW_EV_QUOTACTL_X, 1, -1, -1, 0, 0, 0},
};

static int of_descriptor(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;

	if (ref->id > SW_FLD_FS_PATH_NAMERAW || !e->fd)
		return 0;
	return sw_ret_str(ev, ret, sw_rstr_str(e->fd->name));
}

int sw_extract_fspath(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	enum { AT_FDCWD_S = -100 };
	const struct sw_sysev *e = sw_event_sysev(ev);

	if (!e || !e->thread || !e->has_res)
		return 0;
	bool opens = ev->code == SW_EV_OPEN_X || ev->code == SW_EV_OPENAT_2_X || ev->code == SW_EV_OPENAT2_X;
	/* Upstream asks of an open only that it did not give -1: one that found no file still has a path. */
	if (opens ? e->res == -1 : e->res != 0)
		return 0;
	if (ev->code == SW_EV_FCHMOD_X || ev->code == SW_EV_FCHOWN_X)
		return of_descriptor(ref, ev, ret);
	for (size_t i = 0; i < SW_ARRAY_LEN(paths); i++) {
		if (paths[i].code != ev->code)
			continue;
		bool raw = ref->id & 1;
		int k = ref->id < SW_FLD_FS_PATH_SOURCE	  ? paths[i].path
			: ref->id < SW_FLD_FS_PATH_TARGET ? paths[i].source
							  : paths[i].target;
		int d = ref->id < SW_FLD_FS_PATH_SOURCE	  ? paths[i].path_dir
			: ref->id < SW_FLD_FS_PATH_TARGET ? paths[i].source_dir
							  : paths[i].target_dir;
		struct sw_str p = k >= 0 ? sw_raw_param(e->raw, (unsigned)k) : (struct sw_str){NULL, 0};
		if (!p.n)
			return 0;
		p = sw_raw_cstr(p);
		if (raw)
			return sw_ret_str(ev, ret, p);
		struct sw_str dir = d ? sw_raw_param(e->raw, (unsigned)d) : (struct sw_str){NULL, 0};
		return sw_ret_str(ev, ret, sw_event_path(e, ev->arena, p, dir.n ? sw_raw_int(dir) : AT_FDCWD_S));
	}
	return 0;
}

int sw_extract_util(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	static _Atomic uint64_t count;

	return sw_ret_u64(ev, ret, atomic_fetch_add(&count, 1));
}
