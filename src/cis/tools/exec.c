/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kubectl exec, oc rsh, oc debug node/NAME, oc get --raw, and curl: answered where the answer is on this node.
 *
 * A command in a container of a pod that runs here sees this node's files through the pod's volumes: a path below a
 * mounted host folder is that folder's, any other is the container's own and not seen from here. Its processes are
 * the node's. Nothing is started, and no connection is made.
 */
#include "base/cleanup.h"
#include "cis/kubelet.h"
#include "cis/live.h"
#include "cis/node_impl.h"
#include "cis/sh/impl.h"
#include "doc/json.h"

static int elsewhere(struct sh *sh, const struct sh_io *io, struct sw_str why)
{
	if (!sh->unseen.n)
		sh->unseen = why;
	sw_buf_printf(io->err, "error: %.*s\n", SW_STR_ARG(why));
	return 1;
}

/* The node's name in its cluster: told, or the host's in small letters. */
struct sw_str sh_node_name(struct sh *sh)
{
	struct sw_str host = sh->node->name.n ? sh->node->name : sw_cis_hostname(sh->node);
	char *p = sw_arena_memdup(sh->arena, host.p, host.n);
	for (size_t i = 0; p && i < host.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] | 32);
	return sw_str_make(p, p ? host.n : 0);
}

static bool here(struct sh *sh, struct sw_str name)
{
	struct sw_str own = sh_node_name(sh);
	return name.n && (sw_str_eq(name, own) ||
				 (sw_str_starts(name, own) && own.n && name.n > own.n && name.p[own.n] == '.'));
}

/* Host folders that the pod's containers see, by their path there. */
static void mounts(struct sh *sh, struct sw_value pod, struct sw_str container)
{
	struct sw_value cs = sw_value_path(pod, "spec", "containers", NULL);
	struct sw_value vs = sw_value_path(pod, "spec", "volumes", NULL), one = sw_array_at(cs, 0);
	for (uint32_t i = 0; cs.type == SW_ARRAY && i < cs.n; i++)
		if (container.n && sw_str_eq(sw_value_getstr(sw_array_at(cs, i), "name"), container))
			one = sw_array_at(cs, i);
	struct sw_value ms = sw_object_gets(one, SW_STR("volumeMounts"));
	for (uint32_t i = 0; ms.type == SW_ARRAY && i < ms.n; i++) {
		struct sw_value m = sw_array_at(ms, i);
		for (uint32_t k = 0; vs.type == SW_ARRAY && k < vs.n && sh->node->n_view < SW_CIS_VIEW_MAX; k++) {
			struct sw_value v = sw_array_at(vs, k);
			struct sw_str host = sw_value_getstr(sw_object_gets(v, SW_STR("hostPath")), "path");
			if (!host.n || !sw_str_eq(sw_value_getstr(v, "name"), sw_value_getstr(m, "name")) ||
				sw_value_getstr(m, "subPath").n)
				continue;
			sh->node->view[sh->node->n_view++] =
				(struct sw_cis_view){sw_value_getstr(m, "mountPath"), host};
		}
	}
}

static int in_pod(struct sh *sh, struct sw_value pod, struct sw_str container, const struct sh_args *command,
	const struct sh_io *io)
{
	struct sw_value node = sw_value_path(pod, "spec", "nodeName", NULL);
	struct sw_str at = node.type == SW_STRING ? sw_value_str(node) : (struct sw_str){0};
	if (sh->node->viewed)
		return sh_unknown(sh, "exec within exec");
	if (!here(sh, at))
		return elsewhere(sh, io, sw_arena_printf(sh->arena, "the pod runs on the node %.*s, not on this one (%.*s)",
						 SW_STR_ARG(at), SW_STR_ARG(sh_node_name(sh))));
	mounts(sh, pod, container);
	sh->node->viewed = true;
	int rc = sh_run_args(sh, command, io);
	sh->node->viewed = false;
	sh->node->n_view = 0;
	return rc;
}

struct words {
	struct sw_str verb, target, ns, container;
	struct sh_args command;
};

/* exec [-n NS] [-c C] [-it] POD -- COMMAND; rsh POD COMMAND; debug node/NAME -- chroot /host COMMAND */
static int parse(struct sh *sh, const struct sh_args *args, struct words *w)
{
	uint32_t i = 1;
	for (; i < args->n; i++) {
		struct sw_str a = args->v[i], *to = NULL;
		size_t eq = sw_str_chr(a, '=', 0);
		struct sw_str name = sw_str_sub(a, 0, eq);
		if (sw_str_is(a, "--"))
			break;
		if (a.n < 2 || a.p[0] != '-') {
			if (!w->verb.n) {
				w->verb = a;
			} else {
				w->target = a;
				break;
			}
			continue;
		}
		if (sw_str_is(a, "-it") || sw_str_is(a, "-i") || sw_str_is(a, "-t") || sw_str_is(a, "-q") ||
			sw_str_is(a, "-T") || sw_str_is(a, "--quiet"))
			continue;
		if (sw_str_is(name, "-n") || sw_str_is(name, "--namespace"))
			to = &w->ns;
		else if (sw_str_is(name, "-c") || sw_str_is(name, "--container"))
			to = &w->container;
		if (!to || (eq == SW_NPOS && i + 1 >= args->n))
			return sh_unknown(sh, "%.*s %.*s", SW_STR_ARG(w->verb), SW_STR_ARG(a));
		*to = eq != SW_NPOS ? sw_str_sub(a, eq + 1, a.n) : args->v[++i];
	}
	for (i++; i < args->n; i++) {
		struct sw_str a = args->v[i];
		bool more = i + 1 < args->n;
		if (!w->command.n && (sw_str_is(a, "-c") || sw_str_is(a, "-n") || sw_str_is(a, "--container")) && more) {
			*(sw_str_is(a, "-n") ? &w->ns : &w->container) = args->v[++i];
			continue;
		}
		if (!w->command.n && (sw_str_is(a, "--") || sw_str_starts(a, SW_STR("--quiet"))))
			continue;
		if (sh_add_arg(sh, &w->command, a))
			return 127;
	}
	return 0;
}

static int debug_node(struct sh *sh, struct words *w, const struct sh_io *io)
{
	struct sw_str name = w->target;
	if (!sw_str_starts(name, SW_STR("node/")))
		return sh_unknown(sh, "oc debug of what is no node");
	name = sw_str_sub(name, 5, name.n);
	if (!here(sh, name))
		return elsewhere(sh, io, sw_arena_printf(sh->arena, "the node %.*s is not this one (%.*s)", SW_STR_ARG(name),
						 SW_STR_ARG(sh_node_name(sh))));
	if (w->command.n < 3 || !sw_str_is(w->command.v[0], "chroot") || !sw_str_is(w->command.v[1], "/host"))
		return sh_unknown(sh, "oc debug without chroot /host");
	struct sh_args rest = {w->command.v + 2, w->command.n - 2, 0};
	return sh_run_args(sh, &rest, io);
}

/* True: it was one of these, with its status in *ret. */
bool sh_kubectl_exec(struct sh *sh, const struct sh_args *args, const struct sh_io *io, int *ret)
{
	struct words w = {0};
	struct sw_value pod;
	bool debug = false, mine = false;
	for (uint32_t i = 1; i < args->n && !sw_str_is(args->v[i], "--"); i++) {
		debug |= sw_str_is(args->v[i], "debug");
		mine |= debug || sw_str_is(args->v[i], "exec") || sw_str_is(args->v[i], "rsh");
		if (sw_str_is(args->v[i], "get"))
			break;
	}
	if (!mine)
		return false;
	*ret = parse(sh, args, &w);
	if (*ret)
		return true;
	if (!w.target.n || !w.command.n) {
		*ret = sh->unseen.n ? 1 /* the name came from an answer that was not there */
				    : elsewhere(sh, io, SW_STR("no such pod was found on this node"));
	} else if (debug) {
		*ret = debug_node(sh, &w, io);
	} else {
		size_t slash = sw_str_chr(w.target, '/', 0);
		struct sw_str name = slash == SW_NPOS ? w.target : sw_str_sub(w.target, slash + 1, w.target.n);
		*ret = sh_kubectl_object(sh, SW_STR("pods"), w.ns.n ? w.ns : SW_STR("default"), name, &pod)
			       ? in_pod(sh, pod, w.container, &w.command, io)
			       : elsewhere(sh, io, sw_arena_printf(sh->arena, "the pod %.*s is not known", SW_STR_ARG(name)));
	}
	return true;
}

/* {"kubeletconfig": …} of this node */
static int configz(struct sh *sh, const struct sh_io *io)
{
	struct sw_str why = {0};
	struct sw_map m;
	struct sw_value v = sw_cis_running_kubelet(sh->node, sh_node_name(sh), &why);
	if (!sw_defined(v))
		return elsewhere(sh, io, why.n ? sw_arena_str(sh->arena, why)
					       : SW_STR("the kubelet's running configuration was not asked for (--kubelet, --live)"));
	sw_map_init(&m, sh->arena);
	sw_map_adds(&m, "kubeletconfig", v);
	sw_json_write(io->out, sw_map_object(&m), 0);
	sw_buf_addch(io->out, '\n');
	return 0;
}

int sh_kubectl_raw(struct sh *sh, struct sw_str path, const struct sh_io *io)
{
	struct sw_str prefix = SW_STR("/api/v1/nodes/"), tail = SW_STR("/proxy/configz");
	if (!sw_str_starts(path, prefix) || !sw_str_ends(path, tail) || path.n <= prefix.n + tail.n)
		return sh_unknown(sh, "kubectl get --raw %.*s", SW_STR_ARG(path));
	struct sw_str name = sw_str_sub(path, prefix.n, path.n - tail.n);
	if (!here(sh, name))
		return elsewhere(sh, io, sw_arena_printf(sh->arena, "the node %.*s is not this one (%.*s)", SW_STR_ARG(name),
						 SW_STR_ARG(sh_node_name(sh))));
	return configz(sh, io);
}

/* The one address that is answered: this node's kubelet, as sw_cis_running_kubelet() asks it. */
int sh_tool_curl(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	static const char *const hosts[] = {"https://127.0.0.1:", "https://localhost:", "https://[::1]:"};
	static const char *const valued[] = {"--cacert", "--cert", "--key", "-E", "-H", "--header", "-m", "--max-time",
		"--connect-timeout"};
	struct sw_str url = {0};
	for (uint32_t i = 1; i < args->n; i++) {
		struct sw_str a = args->v[i];
		bool value = false;
		for (size_t k = 0; k < SW_ARRAY_LEN(valued); k++)
			value |= sw_str_is(a, valued[k]);
		if (value) {
			i++;
			continue;
		}
		if (a.n > 1 && a.p[0] == '-') {
			bool plain = sw_str_is(a, "--silent") || sw_str_is(a, "--insecure") || sw_str_is(a, "--show-error");
			for (size_t k = 1; !plain && k < a.n; k++)
				if (!memchr("skSL", a.p[k], 4))
					return sh_unknown(sh, "curl %.*s", SW_STR_ARG(a));
			continue;
		}
		if (url.n)
			return sh_unknown(sh, "curl with several addresses");
		url = a;
	}
	for (size_t k = 0; k < SW_ARRAY_LEN(hosts); k++) {
		size_t slash = sw_str_chr(url, '/', strlen(hosts[k]));
		if (sw_str_starts(url, sw_str_from(hosts[k])) && slash != SW_NPOS &&
			sw_str_is(sw_str_sub(url, slash, url.n), "/configz"))
			return configz(sh, io);
	}
	return sh_unknown(sh, "curl to %.*s: no connection is made for an audit", SW_STR_ARG(url));
}
