/* SPDX-License-Identifier: Apache-2.0 */
#include "cis/own/component.h"
#include "cis/kubelet.h"
#include "cis/own/condition.h"

#include <errno.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "cis/discover.h"
#include "cis/own/unit.h"
#include "doc/json.h"
#include "doc/yaml.h"

/* What is known of each: how its program may be called, and where it is set up. */
static const struct row {
	const char *name;
	const char *bins[3];
	const char *k3s_arg;   /* k3s runs it inside itself and is told so */
	const char *config;    /* flag that names its configuration file */
	const char *unit;      /* its systemd service */
	const char *openshift; /* member of OpenShift's configuration that holds its flags */
} rows[SW_CIS_COMPONENT__COUNT] = {
	[SW_CIS_APISERVER] = {"apiserver", {"kube-apiserver", "apiserver"}, "kube-apiserver-arg",
		"openshift-config", "kube-apiserver.service", "apiServerArguments"},
	[SW_CIS_CONTROLLER_MANAGER] = {"controller-manager",
		{"kube-controller-manager", "controller-manager"}, "kube-controller-manager-arg",
		"openshift-config", "kube-controller-manager.service", "extendedArguments"},
	[SW_CIS_SCHEDULER] = {"scheduler", {"kube-scheduler", "scheduler"}, "kube-scheduler-arg",
		"config", "kube-scheduler.service", NULL},
	[SW_CIS_ETCD] = {"etcd", {"etcd"}, "etcd-arg", "config-file", "etcd.service", NULL},
	[SW_CIS_KUBELET] = {"kubelet", {"kubelet"}, "kubelet-arg", "config", "kubelet.service",
		NULL},
	[SW_CIS_PROXY] = {"proxy", {"kube-proxy"}, "kube-proxy-arg", "config", "kube-proxy.service",
		NULL},
};

static const char *const manifest_folders[] = {"/etc/kubernetes/manifests",
	"/var/lib/rancher/rke2/agent/pod-manifests", "/etc/kubelet.d", "/etc/kubernetes/manifest"};
static const char *const k3s_files[] = {"/etc/rancher/k3s/config.yaml"};
#define K3S_DROPINS "/etc/rancher/k3s/config.yaml.d"
#define K3S_DROPINS_MAX 256
#define K3S_ETCD "/var/lib/rancher/k3s/server/db/etcd"

const char *sw_cis_component_name(enum sw_cis_component_id id)
{
	return rows[id].name;
}

const char *sw_cis_component_unit(enum sw_cis_component_id id)
{
	static const char *const names[SW_CIS_COMPONENT__COUNT] = {
		"kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd", "kubelet", "kube-proxy"};
	return names[id];
}

const char *sw_cis_component_arg(enum sw_cis_component_id id)
{
	return rows[id].k3s_arg;
}

int sw_cis_component_find(struct sw_str name, enum sw_cis_component_id *ret)
{
	for (int i = 0; i < SW_CIS_COMPONENT__COUNT; i++) {
		if (sw_str_is(name, rows[i].name)) {
			*ret = (enum sw_cis_component_id)i;
			return 0;
		}
	}
	return -SW_ENOENT;
}

/* ---- values and places ---- */

uint32_t sw_cis_line_of(struct sw_str text, size_t offset)
{
	uint32_t line = 1;
	for (size_t i = 0; i < offset && i < text.n; i++)
		line += text.p[i] == '\n';
	return line;
}

struct sw_value sw_cis_lookup(struct sw_value root, struct sw_str path, uint32_t *ret_at)
{
	struct sw_str part;
	uint32_t at = 0;
	while (sw_str_split(&path, '.', &part)) {
		int64_t i = root.type == SW_OBJECT ? sw_object_index(root, sw_string(part)) : -1;
		if (i < 0)
			return sw_undef();
		at = root.u.o->spans ? root.u.o->spans[2 * i + 1].start : 0;
		root = root.u.o->m[i].v;
	}
	if (ret_at)
		*ret_at = at;
	return root;
}

struct sw_str sw_cis_flat(struct sw_arena *a, struct sw_value v)
{
	sw_autobuf out = {0};
	sw_buf_init(&out, (size_t)1 << 20);
	if (v.type == SW_STRING)
		return sw_value_str(v);
	if (v.type == SW_ARRAY) {
		for (uint32_t i = 0; i < v.n; i++) {
			struct sw_value x = sw_array_at(v, i);
			if (i)
				sw_buf_addch(&out, ',');
			if (x.type == SW_STRING)
				sw_buf_addstr(&out, sw_value_str(x));
			else
				sw_json_write(&out, x, 0);
		}
	} else if (sw_defined(v) && v.type != SW_NULL) {
		sw_json_write(&out, v, 0);
	}
	return sw_arena_str(a, sw_buf_str(&out));
}

static void unseen(struct sw_arena *a, struct sw_cis_component *c, struct sw_str file, int rc)
{
	if (!c->unseen.n)
		c->unseen = sw_arena_printf(a, "%.*s: %s", SW_STR_ARG(file),
			rc == -ENXIO	    ? "not a regular file"
			: rc == -ENODATA    ? "not in the captured node"
			: rc == -EBADMSG ? "not valid YAML"
					    : strerror(-rc));
}

/* One YAML document with its places. 0, a negative errno of node.h, or -EBADMSG. */
static int read_yaml(
	struct sw_cis_node *n, struct sw_arena *a, struct sw_str file, struct sw_cis_layer *ret)
{
	struct sw_yaml_stream *s;
	struct sw_yaml_doc doc = {0};
	int rc = sw_cis_read(n, a, file, &ret->text);
	if (rc)
		return rc;
	ret->file = sw_arena_str(a, file);
	if (sw_yaml_open(a, ret->text, SW_YAML_K8S | SW_YAML_SPANS, NULL, &s, NULL) ||
		sw_yaml_next(s, a, &doc, NULL) < 0)
		return -EBADMSG;
	ret->root = doc.root.type == SW_NULL ? sw_empty_object() : doc.root;
	return ret->root.type == SW_OBJECT || !sw_defined(ret->root) ? 0 : -EBADMSG;
}

static void add_layer(
	struct sw_cis_node *n, struct sw_arena *a, struct sw_cis_component *c, struct sw_str file)
{
	if (c->n_layers == SW_CIS_LAYERS_MAX)
		return;
	struct sw_cis_layer *l = &c->layers[c->n_layers];
	int rc = read_yaml(n, a, file, l);
	if (rc)
		unseen(a, c, file, rc);
	else
		c->n_layers++;
}

/* ---- arguments ---- */

/* --name=value, --name value or -name …; the last one wins. A flag without a value is "true". */
static bool flag_of(struct sw_str args, struct sw_str name, struct sw_str *ret)
{
	const struct sw_cis_proc p = {.args = args};
	return name.n && sw_cis_flag(&p, name, ret);
}

static bool is_bin(const struct row *r, struct sw_str path)
{
	struct sw_str name = sw_str_base(path);
	for (size_t i = 0; i < SW_ARRAY_LEN(r->bins) && r->bins[i]; i++)
		if (sw_str_is(name, r->bins[i]))
			return true;
	return false;
}

/* Where a container's command begins to be the component: "kube-apiserver", "sh -c …" is not it. */
static struct sw_str pod_args(struct sw_arena *a, struct sw_value container)
{
	static const char *const lists[] = {"command", "args"};
	sw_autobuf out = {0};
	sw_buf_init(&out, (size_t)1 << 20);
	for (size_t k = 0; k < SW_ARRAY_LEN(lists); k++) {
		struct sw_value v = sw_object_gets(container, sw_str_from(lists[k]));
		for (uint32_t i = 0; v.type == SW_ARRAY && i < v.n; i++) {
			sw_buf_addstr(&out, sw_cis_flat(a, sw_array_at(v, i)));
			sw_buf_addch(&out, 0);
		}
	}
	return sw_arena_str(a, sw_buf_str(&out));
}

static struct sw_str pod_env(struct sw_arena *a, struct sw_value container)
{
	sw_autobuf out = {0};
	struct sw_value v = sw_object_gets(container, SW_STR("env"));
	sw_buf_init(&out, (size_t)1 << 20);
	for (uint32_t i = 0; v.type == SW_ARRAY && i < v.n; i++) {
		struct sw_value e = sw_array_at(v, i);
		sw_buf_addstr(&out, sw_value_getstr(e, "name"));
		sw_buf_addch(&out, '=');
		sw_buf_addstr(&out, sw_cis_flat(a, sw_object_gets(e, SW_STR("value"))));
		sw_buf_addch(&out, 0);
	}
	return sw_arena_str(a, sw_buf_str(&out));
}

/* A static pod's container that is the component. */
static bool pod_is(struct sw_arena *a, const struct row *r, const struct sw_cis_layer *l,
	struct sw_cis_component *c)
{
	struct sw_value cs = sw_value_path(l->root, "spec", "containers", NULL);
	for (uint32_t i = 0; cs.type == SW_ARRAY && i < cs.n && i < 64; i++) {
		struct sw_value container = sw_array_at(cs, i);
		struct sw_str args = pod_args(a, container), rest = args, first;
		if (!sw_str_split(&rest, 0, &first))
			continue;
		struct sw_value labels = sw_value_path(l->root, "metadata", "labels", NULL);
		struct sw_str label = sw_value_getstr(labels, "component");
		if (!is_bin(r, first) && !(label.n && is_bin(r, label)))
			continue;
		c->pod = l->root;
		c->file_args = args;
		c->file_args_from = l->file;
		c->file_text = l->text;
		c->env = pod_env(a, container);
		return true;
	}
	return false;
}

static struct sw_str watched_folder(struct sw_cis_node *n, struct sw_arena *a)
{
	struct sw_str dir = {0}, file;
	const char *why;
	const struct sw_cis_proc *kubelet = sw_cis_process(n, SW_STR("kubelet"));
	if (kubelet && !sw_cis_flag(kubelet, SW_STR("pod-manifest-path"), &dir))
		dir = sw_value_getstr(sw_cis_kubelet_config(n, a, SW_STR("kubelet"), &file, &why),
			"staticPodPath");
	return dir;
}

static void find_manifest(struct sw_cis_node *n, struct sw_arena *a, struct sw_cis_component *c)
{
	struct sw_str dirs[1 + SW_ARRAY_LEN(manifest_folders)] = {watched_folder(n, a)}, *paths;
	uint32_t count;
	for (size_t i = 0; i < SW_ARRAY_LEN(manifest_folders); i++)
		dirs[i + 1] = sw_str_from(manifest_folders[i]);
	for (size_t d = 0; d < SW_ARRAY_LEN(dirs) && !c->file_args.n; d++) {
		if (!dirs[d].n || sw_cis_pod_files(n, a, dirs[d], &paths, &count))
			continue;
		for (uint32_t i = 0; i < count && !c->file_args.n; i++) {
			struct sw_cis_layer l = {0};
			if (!read_yaml(n, a, paths[i], &l))
				pod_is(a, &rows[c->id], &l, c);
		}
	}
}

/* ---- k3s: components inside one process, told by --kube-apiserver-arg and the like ---- */

static void k3s_flag(struct sw_buf *out, struct sw_str arg)
{
	sw_buf_addz(out, "--");
	while (arg.n && arg.p[0] == '-')
		arg = sw_str_sub(arg, 1, arg.n);
	sw_buf_addstr(out, arg);
	sw_buf_addch(out, 0);
}

static void k3s_process_args(const struct sw_cis_proc *p, const char *name, struct sw_buf *out)
{
	struct sw_str rest = p->args, arg, next;
	while (sw_str_split(&rest, 0, &arg)) {
		size_t n = strlen(name);
		if (!sw_str_starts(arg, SW_STR("--")) ||
			!sw_str_starts(sw_str_sub(arg, 2, arg.n), sw_str_from(name)))
			continue;
		if (arg.n > n + 2 && arg.p[n + 2] == '=') {
			k3s_flag(out, sw_str_sub(arg, n + 3, arg.n));
		} else if (arg.n == n + 2) {
			next = rest;
			if (sw_str_split(&next, 0, &arg))
				k3s_flag(out, arg);
		}
	}
}

static void k3s_file_args(struct sw_arena *a, struct sw_cis_node *n, struct sw_str file,
	const char *name, struct sw_cis_component *c, struct sw_buf *out)
{
	struct sw_cis_layer l = {0};
	int rc = read_yaml(n, a, file, &l);
	if (rc) {
		if (rc != -ENOENT && rc != -ENOTDIR)
			unseen(a, c, file, rc);
		return;
	}
	struct sw_value v = sw_object_gets(l.root, sw_str_from(name));
	if (!sw_defined(v)) /* "name+": added to what was said before */
		v = sw_object_gets(l.root, sw_arena_printf(a, "%s+", name));
	if (v.type == SW_STRING)
		k3s_flag(out, sw_value_str(v));
	for (uint32_t i = 0; v.type == SW_ARRAY && i < v.n; i++)
		k3s_flag(out, sw_cis_flat(a, sw_array_at(v, i)));
	if (sw_defined(v) || !c->file_args_from.n) {
		c->file_args_from = l.file;
		c->file_text = l.text;
	}
}

/* Root's before a user's, who may call a program as he likes. */
static const struct sw_cis_proc *k3s_process(struct sw_cis_node *n, bool *ret_server)
{
	const struct sw_cis_proc *found = NULL;
	uint32_t count;
	const char *why;
	const struct sw_cis_proc *v = sw_cis_procs(n, &count, &why);
	for (uint32_t i = 0; v && i < count; i++) {
		struct sw_str rest = v[i].args, arg0;
		if (!sw_str_split(&rest, 0, &arg0))
			continue;
		struct sw_str name = sw_str_base(sw_str_sub(arg0, 0, sw_str_chr(arg0, ' ', 0)));
		if (!sw_str_is(name, "k3s"))
			continue;
		bool server = sw_str_has(v[i].cmd, SW_STR("server"));
		if (!server && !sw_str_has(v[i].cmd, SW_STR("agent")))
			continue;
		if (!found || !v[i].uid) {
			found = &v[i];
			*ret_server = server;
		}
		if (!v[i].uid)
			break;
	}
	return found;
}

static bool find_k3s(struct sw_cis_node *n, struct sw_arena *a, struct sw_cis_component *c)
{
	sw_autobuf out = {0};
	bool server = true, on_every_node = c->id == SW_CIS_KUBELET || c->id == SW_CIS_PROXY;
	struct stat st;
	struct sw_str *names;
	uint32_t count;
	const char *name = rows[c->id].k3s_arg;
	const struct sw_cis_proc *p = k3s_process(n, &server);
	bool data = sw_cis_stat(n, SW_STR("/var/lib/rancher/k3s/server"), true, &st) == 0;
	if ((!p && !data) || (!server && !on_every_node))
		return false;
	if (c->id == SW_CIS_ETCD && sw_cis_stat(n, SW_STR(K3S_ETCD), true, &st))
		return false; /* it keeps its data elsewhere */
	sw_buf_init(&out, (size_t)1 << 20);
	sw_buf_addz(&out, "k3s");
	sw_buf_addch(&out, 0);
	for (size_t i = 0; i < SW_ARRAY_LEN(k3s_files); i++)
		k3s_file_args(a, n, sw_str_from(k3s_files[i]), name, c, &out);
	if (sw_cis_list(n, a, SW_STR(K3S_DROPINS), &names, &count))
		count = 0;
	for (uint32_t i = 0; i < count && i < K3S_DROPINS_MAX; i++)
		if (sw_str_ends(names[i], SW_STR(".yaml")) || sw_str_ends(names[i], SW_STR(".yml")))
			k3s_file_args(a, n, sw_arena_printf(a, K3S_DROPINS "/%.*s", SW_STR_ARG(names[i])), name, c, &out);
	c->args_from = c->file_args_from;
	if (p) {
		k3s_process_args(p, name, &out);
		c->pid = p->pid;
		c->args_from = sw_arena_printf(a, "process k3s (%lld)", (long long)p->pid);
	}
	c->args = sw_arena_str(a, sw_buf_str(&out));
	c->layout = SW_STR("k3s");
	c->present = true;
	if (c->id == SW_CIS_ETCD) { /* k3s writes its etcd a file of its own */
		add_layer(n, a, c, SW_STR(K3S_ETCD "/config"));
		c->files_only = true;
	}
	return true;
}

/* ---- finding it ---- */

static bool find_process(struct sw_cis_node *n, struct sw_arena *a, struct sw_cis_component *c)
{
	const struct row *r = &rows[c->id];
	for (size_t i = 0; i < SW_ARRAY_LEN(r->bins) && r->bins[i]; i++) {
		const struct sw_cis_proc *p = sw_cis_process(n, sw_str_from(r->bins[i]));
		struct sw_str env;
		if (!p)
			continue;
		c->pid = p->pid;
		c->args = p->args;
		c->args_from =
			sw_arena_printf(a, "process %s (%lld)", r->bins[i], (long long)p->pid);
		struct sw_str path = sw_arena_printf(a, "/proc/%lld/environ", (long long)p->pid);
		if (c->id == SW_CIS_ETCD && !sw_cis_read(n, a, path, &env))
			c->env = env;
		return true;
	}
	return false;
}

static void find_unit(struct sw_cis_node *n, struct sw_arena *a, struct sw_cis_component *c)
{
	struct sw_cis_unit u;
	if (!sw_cis_unit(n, a, sw_str_from(rows[c->id].unit), &u) || !u.args.n)
		return;
	c->file_args = u.args;
	c->file_args_from = u.from.n ? u.from : u.file;
	c->layout = SW_STR("service");
}

/* The configuration files that the arguments name. */
static void find_config(struct sw_cis_node *n, struct sw_arena *a, struct sw_cis_component *c)
{
	struct sw_str path, dir, *names;
	uint32_t count;
	if (flag_of(c->args, sw_str_from(rows[c->id].config), &path) && path.n) {
		add_layer(n, a, c, sw_cis_host_path(a, c, path));
		c->files_only = c->id == SW_CIS_ETCD && c->n_layers;
	}
	if (c->id != SW_CIS_KUBELET || !flag_of(c->args, SW_STR("config-dir"), &dir))
		return;
	int rc = sw_cis_list(n, a, dir, &names, &count);
	if (rc) {
		unseen(a, c, dir, rc);
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		if (sw_str_ends(names[i], SW_STR(".conf")))
			add_layer(n, a, c,
				sw_arena_printf(
					a, "%.*s/%.*s", SW_STR_ARG(dir), SW_STR_ARG(names[i])));
}

/* What a live kubelet says of itself. */
static void find_running(struct sw_cis_node *n, struct sw_arena *a, struct sw_cis_component *c)
{
	struct sw_str name, why;
	if (c->id != SW_CIS_KUBELET || !c->present)
		return;
	if (!flag_of(c->args, SW_STR("hostname-override"), &name) || !name.n)
		name = sw_cis_hostname(n);
	c->running = sw_cis_running_kubelet(n, name, &why);
}

int sw_cis_component(struct sw_cis_node *n, struct sw_arena *a, enum sw_cis_component_id id,
	struct sw_cis_component *ret, struct sw_error *err)
{
	struct sw_cis_component c = {.id = id, .layout = SW_STR("process")};
	bool runs = find_process(n, a, &c);
	find_manifest(n, a, &c);
	if (c.file_args.n)
		c.layout = SW_STR("static pod");
	else
		find_unit(n, a, &c);
	if (!runs && c.file_args.n) {
		c.args = c.file_args;
		c.args_from = c.file_args_from;
	}
	c.present = runs || c.file_args.n;
	if (!c.present)
		find_k3s(n, a, &c);
	if (c.present)
		find_config(n, a, &c);
	find_running(n, a, &c);
	if (a->overflow)
		return sw_error_set(
			err, SW_ELIMIT, "the node's configuration takes too much memory");
	*ret = c;
	return 0;
}

struct sw_str sw_cis_host_path(
	struct sw_arena *a, const struct sw_cis_component *c, struct sw_str path)
{
	struct sw_value cs = sw_value_path(c->pod, "spec", "containers", NULL);
	struct sw_value vs = sw_value_path(c->pod, "spec", "volumes", NULL);
	struct sw_value mounts = sw_object_gets(sw_array_at(cs, 0), SW_STR("volumeMounts"));
	struct sw_str best = {0}, volume = {0};
	for (uint32_t i = 0; mounts.type == SW_ARRAY && i < mounts.n; i++) {
		struct sw_str at = sw_value_getstr(sw_array_at(mounts, i), "mountPath");
		while (at.n > 1 && at.p[at.n - 1] == '/')
			at.n--;
		bool under =
			at.n && sw_str_starts(path, at) && (path.n == at.n || path.p[at.n] == '/');
		if (under && at.n > best.n) {
			best = at;
			volume = sw_value_getstr(sw_array_at(mounts, i), "name");
		}
	}
	for (uint32_t i = 0; best.n && vs.type == SW_ARRAY && i < vs.n; i++) {
		struct sw_value v = sw_array_at(vs, i);
		struct sw_str host = sw_value_getstr(sw_object_gets(v, SW_STR("hostPath")), "path");
		if (sw_str_eq(sw_value_getstr(v, "name"), volume) && host.n)
			return sw_arena_printf(a, "%.*s%.*s", SW_STR_ARG(host),
				SW_STR_ARG(sw_str_sub(path, best.n, path.n)));
	}
	return path;
}

/* ---- what it is told ---- */

/* The line of a file that has the flag, for evidence. */
static uint32_t flag_line(struct sw_arena *a, struct sw_str text, struct sw_str flag)
{
	struct sw_str want = sw_arena_printf(a, "%.*s=", SW_STR_ARG(flag));
	size_t at = sw_str_find(text, want, 0);
	return at == SW_NPOS ? 0 : sw_cis_line_of(text, at);
}

static bool from_args(struct sw_arena *a, const struct sw_cis_component *c, struct sw_str flag,
	struct sw_cis_setting *s)
{
	struct sw_str other;
	if (!flag_of(c->args, flag, &s->value))
		return false;
	s->found = true;
	s->from = c->args_from;
	if (sw_str_eq(c->args_from, c->file_args_from)) {
		s->file = c->file_args_from;
		s->line = flag_line(a, c->file_text, flag);
	} else if (c->file_args.n && sw_str_is(c->layout, "static pod") &&
		   (!flag_of(c->file_args, flag, &other) || !sw_str_eq(other, s->value))) {
		bool said = flag_of(c->file_args, flag, &other);
		uint32_t line = said ? flag_line(a, c->file_text, flag) : 0;
		s->differs = line ? sw_arena_printf(a, "%.*s:%u says %.*s",
					    SW_STR_ARG(c->file_args_from), line, SW_STR_ARG(other))
				  : sw_arena_printf(a, "%.*s does not say it",
					    SW_STR_ARG(c->file_args_from));
	}
	return true;
}

static bool from_env(struct sw_arena *a, const struct sw_cis_component *c, struct sw_str flag,
	struct sw_cis_setting *s)
{
	struct sw_str rest = c->env, one;
	if (c->id != SW_CIS_ETCD || !flag.n)
		return false;
	struct sw_str want = sw_arena_printf(a, "ETCD_%.*s=", SW_STR_ARG(flag));
	for (size_t i = 5; i < want.n; i++) {
		char *p = (char *)want.p + i;
		*p = *p == '-' ? '_' : (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
	}
	while (sw_str_split(&rest, 0, &one)) {
		if (!sw_str_starts(one, want))
			continue;
		s->found = true;
		s->value = sw_str_sub(one, want.n, one.n);
		s->from = sw_arena_printf(a, "the environment of %.*s", SW_STR_ARG(c->args_from));
		return true;
	}
	return false;
}

static bool from_layers(struct sw_arena *a, const struct sw_cis_component *c, struct sw_str path,
	struct sw_cis_setting *s)
{
	for (uint32_t i = c->n_layers; path.n && i-- > 0;) {
		uint32_t at = 0;
		struct sw_value v = sw_cis_lookup(c->layers[i].root, path, &at);
		if (!sw_defined(v) || v.type == SW_NULL)
			continue;
		s->found = true;
		s->value = sw_cis_flat(a, v);
		s->from = s->file = c->layers[i].file;
		s->line = sw_cis_line_of(c->layers[i].text, at);
		return true;
	}
	return false;
}

/* OpenShift keeps flags as {"name": ["value"]} in its configuration file. */
static bool from_openshift(struct sw_arena *a, const struct sw_cis_component *c, struct sw_str flag,
	struct sw_cis_setting *s)
{
	if (!rows[c->id].openshift || !flag.n || !c->n_layers)
		return false;
	return from_layers(
		a, c, sw_arena_printf(a, "%s.%.*s", rows[c->id].openshift, SW_STR_ARG(flag)), s);
}

static bool same(struct sw_str x, struct sw_str y)
{
	int64_t a, b;
	return sw_str_eq(x, y) || (sw_cis_duration(x, &a) && sw_cis_duration(y, &b) && a == b);
}

/* The running value, where it is not the one that was found. */
static bool from_running(struct sw_arena *a, const struct sw_cis_component *c, struct sw_str path,
	struct sw_cis_setting *s)
{
	struct sw_value v = path.n ? sw_cis_lookup(c->running, path, NULL) : sw_undef();
	if (!sw_defined(v) || v.type == SW_NULL)
		return s->found;
	struct sw_str value = sw_cis_flat(a, v);
	if (s->found && same(value, s->value))
		return true;
	if (s->found)
		s->differs = s->line ? sw_arena_printf(a, "%.*s:%u says %.*s", SW_STR_ARG(s->file), s->line,
					       SW_STR_ARG(s->value))
				     : sw_arena_printf(a, "%.*s says %.*s", SW_STR_ARG(s->from),
					       SW_STR_ARG(s->value));
	s->found = true;
	s->value = value;
	s->from = SW_STR("the running kubelet (configz)");
	return true;
}

void sw_cis_setting(struct sw_arena *a, const struct sw_cis_component *c, struct sw_str flag,
	struct sw_str path, struct sw_value defaults, struct sw_cis_setting *ret)
{
	struct sw_cis_setting s = {0};
	bool done = (!c->files_only && (from_args(a, c, flag, &s) || from_env(a, c, flag, &s))) ||
		    from_layers(a, c, path, &s) || from_openshift(a, c, flag, &s);
	done = from_running(a, c, path, &s) || done;
	struct sw_value d = done || !flag.n ? sw_undef() : sw_object_gets(defaults, flag);
	if (sw_defined(d)) {
		s.found = true;
		s.value = sw_cis_flat(a, d);
		s.from = sw_arena_printf(a, "what %.*s sets by itself", SW_STR_ARG(c->layout));
	}
	*ret = s;
}
