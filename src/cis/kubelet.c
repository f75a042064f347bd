/* SPDX-License-Identifier: Apache-2.0 */
#include "cis/kubelet.h"

#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "cis/discover.h"
#include "cis/live.h"
#include "cis/node_impl.h"
#include "doc/json.h"
#include "doc/yaml.h"
#include "kube/client/client.h"

#define CONFIGZ_MAX ((size_t)1 << 20)
#define KEY SW_STR("kubelet:configz") /* in a capture */
#define POD_TOKEN "/var/run/secrets/kubernetes.io/serviceaccount/token"

int sw_cis_kubelet_address(struct sw_str text, struct sw_error *err)
{
	static const char *const hosts[] = {"127.0.0.1:", "localhost:", "[::1]:"};
	int64_t port;
	for (size_t i = 0; i < SW_ARRAY_LEN(hosts); i++) {
		struct sw_str h = sw_str_from(hosts[i]);
		if (sw_str_starts(text, h) && sw_str_to_i64(sw_str_sub(text, h.n, text.n), &port) && port > 0 && port < 65536)
			return 0;
	}
	return sw_error_set(err, SW_EUSAGE, "--kubelet takes an address on this machine such as 127.0.0.1:10250, not \"%.*s\"",
		SW_STR_ARG(text));
}

/* Does root listen on the port? Lines of /proc/net/tcp: "sl local rem st tx:rx tr:when retrnsmt uid …". */
static bool root_listens(struct sw_arena *a, unsigned port, bool *ret_any)
{
	static const char *const files[] = {"/proc/net/tcp", "/proc/net/tcp6"};
	*ret_any = false;
	for (size_t f = 0; f < SW_ARRAY_LEN(files); f++) {
		struct sw_str text, line;
		if (sw_io_read(a, files[f], (size_t)16 << 20, SW_IO_COPY, &text, NULL))
			continue;
		while (sw_str_split(&text, '\n', &line)) {
			unsigned p, state, uid;
			char row[256], local[64];
			snprintf(row, sizeof(row), "%.*s", SW_STR_ARG(line));
			if (sscanf(row, " %*d: %63[0-9A-F]:%x %*s %x %*s %*s %*s %u", local, &p, &state, &uid) != 4 ||
				p != port || state != 10)
				continue;
			*ret_any = true;
			if (uid)
				return false;
		}
	}
	return *ret_any;
}

static struct sw_str node_file(struct sw_cis_node *n, struct sw_arena *a, struct sw_str path)
{
	struct sw_str text = {0};
	if (!path.n || sw_cis_read(n, a, path, &text))
		return (struct sw_str){0};
	return text;
}

/* The files of a client certificate and its key; the key is in the same file where there is none of its own. */
static bool pair(struct sw_cis_node *n, struct sw_arena *a, struct sw_str cert, struct sw_str key,
	struct sw_kube_access *x)
{
	x->cert = node_file(n, a, cert);
	x->key = key.n ? node_file(n, a, key) : x->cert;
	if (x->cert.n && x->key.n && sw_str_has(x->key, SW_STR("PRIVATE KEY")))
		return true;
	x->cert = x->key = (struct sw_str){0};
	return false;
}

static bool kubeconfig_pair(struct sw_cis_node *n, struct sw_arena *a, struct sw_str path, struct sw_kube_access *x)
{
	struct sw_yaml_stream *s;
	struct sw_yaml_doc doc = {0};
	struct sw_str text = node_file(n, a, path);
	if (!text.n || sw_yaml_open(a, text, SW_YAML_K8S, NULL, &s, NULL) || sw_yaml_next(s, a, &doc, NULL) < 0)
		return false;
	struct sw_value users = sw_object_gets(doc.root, SW_STR("users"));
	struct sw_value user = sw_object_gets(sw_array_at(users, 0), SW_STR("user"));
	return pair(n, a, sw_value_getstr(user, "client-certificate"), sw_value_getstr(user, "client-key"), x);
}

static bool find_pair(struct sw_cis_node *n, struct sw_arena *a, struct sw_kube_access *x)
{
	const struct sw_cis_proc *api = sw_cis_process(n, SW_STR("kube-apiserver"));
	const struct sw_cis_proc *kubelet = sw_cis_process(n, SW_STR("kubelet"));
	struct sw_str cert = {0}, key = {0}, path = {0};
	if (api && sw_cis_flag(api, SW_STR("kubelet-client-certificate"), &cert) &&
		sw_cis_flag(api, SW_STR("kubelet-client-key"), &key) && pair(n, a, cert, key, x))
		return true;
	if (kubelet && sw_cis_flag(kubelet, SW_STR("kubeconfig"), &path) && kubeconfig_pair(n, a, path, x))
		return true;
	return pair(n, a, SW_STR("/var/lib/kubelet/pki/kubelet-client-current.pem"), (struct sw_str){0}, x);
}

static void find_token(struct sw_cis_node *n, struct sw_arena *a, struct sw_str host, struct sw_kube_access *x)
{
	static const char *const certs[] = {"/var/lib/kubelet/pki/kubelet.crt",
		"/var/lib/kubelet/pki/kubelet-server-current.pem", "/etc/kubernetes/pki/ca.crt"};
	struct sw_str ca = {0}, told = {0}, file;
	const char *why;
	if (sw_io_read(a, POD_TOKEN, (size_t)1 << 20, SW_IO_COPY, &x->token, NULL))
		return;
	x->token = sw_str_trim(x->token);
	struct sw_value c = sw_cis_kubelet_config(n, a, SW_STR("kubelet"), &file, &why);
	told = node_file(n, a, sw_value_getstr(c, "tlsCertFile"));
	ca = sw_arena_printf(a, "%.*s", SW_STR_ARG(told));
	for (size_t i = 0; i < SW_ARRAY_LEN(certs); i++)
		ca = sw_arena_printf(a, "%.*s%.*s", SW_STR_ARG(ca), SW_STR_ARG(node_file(n, a, sw_str_from(certs[i]))));
	x->ca = ca;
	x->tls_name = host;
}

static int ask(struct sw_cis_node *n, struct sw_arena *a, struct sw_str host, struct sw_value *ret, struct sw_error *err)
{
	struct sw_kube_access x = {.where = SW_STR("the node"), .ns = SW_STR("default")};
	struct sw_kube_client_opts o = {.timeout_ns = 5000000000, .answer_max = CONFIGZ_MAX, .item_max = CONFIGZ_MAX};
	struct sw_kube_client *c = NULL;
	struct sw_value v;
	int64_t port = 0;
	bool any;
	size_t colon = sw_str_rfind(n->kubelet, SW_STR(":"));
	sw_str_to_i64(sw_str_sub(n->kubelet, colon + 1, n->kubelet.n), &port);
	if (!root_listens(a, (unsigned)port, &any))
		return sw_error_set(err, SW_ESECURITY, any ? "%.*s is not root's: it was not asked" : "nobody listens at %.*s",
			SW_STR_ARG(n->kubelet));
	x.server = sw_arena_printf(a, "https://%.*s", SW_STR_ARG(n->kubelet));
	if (find_pair(n, a, &x))
		x.insecure = true;
	else
		find_token(n, a, host, &x);
	if (!x.cert.n && !x.token.n)
		return sw_error_set(err, SW_ESECURITY, "the node has no certificate to ask its kubelet with");
	int rc = sw_kube_client_new(&x, &o, &c, err);
	if (!rc)
		rc = sw_kube_get(c, a, "/configz", NULL, CONFIGZ_MAX, &v, err);
	sw_kube_client_free(c);
	if (rc)
		return rc;
	*ret = sw_value_copy(a, sw_object_gets(v, SW_STR("kubeletconfig")));
	return ret->type == SW_OBJECT ? 0 : sw_error_set(err, SW_EINVALID, "configz: no kubelet's configuration");
}

/* What a capture kept. */
static void from_image(struct sw_cis_node *n)
{
	struct sw_str text;
	struct sw_value v;
	if (!sw_cis_read(n, &n->arena, KEY, &text) && !sw_json_parse(&n->arena, text, 0, NULL, &v, NULL, NULL) &&
		v.type == SW_OBJECT)
		n->running = v;
}

struct sw_value sw_cis_running_kubelet(struct sw_cis_node *n, struct sw_str host, struct sw_str *ret_why)
{
	struct sw_error err = {0};
	if (!n->running_asked) {
		n->running_asked = true;
		n->running = sw_undef();
		if (sw_defined(n->image))
			from_image(n);
		else if (n->kubelet.n && ask(n, &n->arena, host, &n->running, &err))
			n->running_why = sw_arena_str(&n->arena, sw_str_from(err.text));
		else if (!n->kubelet.n && n->live)
			n->running = sw_cis_live_kubelet(n->live, host, &n->running_why);
		if (n->record && sw_defined(n->running)) {
			sw_autobuf b = {0};
			sw_buf_init(&b, SW_CIS_FILE_MAX);
			sw_json_write(&b, n->running, 0);
			sw_cis_record_read(n, KEY, 0, sw_buf_str(&b));
		}
	}
	*ret_why = n->running_why;
	return n->running;
}

bool sw_cis_running_unseen(struct sw_cis_node *n, struct sw_str *ret_why)
{
	if (!n->running_asked || sw_defined(n->running) || !n->running_why.n)
		return false;
	*ret_why = n->running_why;
	return true;
}
