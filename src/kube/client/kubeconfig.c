/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "doc/yaml.h"
#include "kube/client/access.h"

enum { FILES_MAX = 64, LIST_MAX = 10000, ARGS_MAX = 1024 };
#define FILE_MAX_BYTES ((size_t)4 << 20)
#define PEM_MAX ((size_t)1 << 20)
#define ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"

struct file {
	struct sw_str path, dir;
	struct sw_value root;
};

struct reading {
	struct sw_arena *a;
	const struct sw_kube_access_opts *o;
	struct file files[FILES_MAX];
	uint32_t n;
	struct sw_kube_access *x;
	struct sw_error *err;
};

static char *env(const struct reading *r, const char *name)
{
	char *v = r->o->env ? r->o->env(name) : getenv(name);
	return v && *v ? v : NULL;
}

static int wrong(struct reading *r, const struct file *f, const char *what, struct sw_str name,
	const char *why)
{
	sw_error_set(r->err, SW_EINVALID, "%s \"%.*s\" %s", what, SW_STR_ARG(name), why);
	return sw_error_at(r->err, f->path, 0, 0, 0);
}

/* A member that must be a text where it is there. */
static int text_of(struct reading *r, const struct file *f, struct sw_value o, const char *key,
	struct sw_str *ret)
{
	struct sw_value v = sw_object_gets(o, sw_str_from(key));
	if (v.type == SW_UNDEF || v.type == SW_NULL)
		return 0;
	if (v.type != SW_STRING || memchr(v.u.s, 0, v.n))
		return wrong(r, f, "the member", sw_str_from(key), "is no text");
	if (v.n)
		*ret = sw_value_str(v);
	return 0;
}

/* ---- files ---- */

static struct sw_str folder_of(struct sw_str path)
{
	size_t slash = path.n;
	while (slash && path.p[slash - 1] != '/')
		slash--;
	return slash ? sw_str_sub(path, 0, slash) : SW_STR("./");
}

static int parse_file(struct reading *r, struct file *f, struct sw_str text)
{
	int rc = sw_yaml_parse(r->a, text, SW_YAML_K8S, NULL, &f->root, r->err);
	if (rc)
		return sw_error_at(r->err, f->path, r->err ? r->err->line : 0,
			r->err ? r->err->col : 0, r->err ? r->err->byte : 0);
	if (f->root.type == SW_NULL) {
		f->root = sw_empty_object(); /* an empty file is an empty configuration */
		return 0;
	}
	if (f->root.type != SW_OBJECT) {
		sw_error_set(r->err, SW_EINVALID, "is no kubeconfig");
		return sw_error_at(r->err, f->path, 0, 0, 0);
	}
	struct sw_str kind = sw_value_getstr(f->root, "kind");
	if (kind.n && !sw_str_is(kind, "Config")) {
		sw_error_set(r->err, SW_EINVALID, "is no kubeconfig but a %.*s", SW_STR_ARG(kind));
		return sw_error_at(r->err, f->path, 0, 0, 0);
	}
	return 0;
}

static int read_file(struct reading *r, struct sw_str path, bool must)
{
	struct sw_str text;
	struct file f = {.path = sw_arena_str(r->a, path)};
	const char *name = sw_arena_cstr(r->a, path);
	if (!name || r->n == FILES_MAX)
		return sw_error_set(r->err, SW_ELIMIT, "too many kubeconfig files");
	if (!must && access(name, F_OK))
		return 0;
	int rc = sw_io_read(r->a, name, FILE_MAX_BYTES, SW_IO_COPY, &text, r->err);
	f.dir = folder_of(f.path);
	if (!rc)
		rc = parse_file(r, &f, text);
	if (!rc)
		r->files[r->n++] = f;
	return rc;
}

static int read_files(struct reading *r)
{
	const char *list = env(r, "KUBECONFIG"), *home = env(r, "HOME");
	struct sw_str rest = sw_str_from(list), one;
	int rc = 0;
	if (r->o->kubeconfig)
		return read_file(r, sw_str_from(r->o->kubeconfig), true);
	while (list && !rc && sw_str_split(&rest, ':', &one))
		if (one.n)
			rc = read_file(r, one, false);
	if (!list && home) {
		struct sw_str path = sw_arena_printf(r->a, "%s/.kube/config", home);
		rc = path.p ? read_file(r, path, false)
			    : sw_error_set(r->err, SW_ELIMIT, "the path is too long");
	}
	return rc;
}

/* The path as the file means it. */
static const char *resolve(struct reading *r, const struct file *f, struct sw_str path)
{
	if (path.n && path.p[0] == '/')
		return sw_arena_cstr(r->a, path);
	struct sw_str s =
		sw_arena_printf(r->a, "%.*s%.*s", SW_STR_ARG(f->dir), SW_STR_ARG(path));
	return s.p ? sw_arena_cstr(r->a, s) : NULL;
}

/* ---- values ---- */

static int decode(struct reading *r, const struct file *f, const char *key, struct sw_str text,
	struct sw_str *ret)
{
	sw_autobuf b;
	sw_buf_init(&b, FILE_MAX_BYTES);
	for (size_t i = 0; i < text.n; i++) /* as Go has it: broken lines are whole */
		if (text.p[i] != '\n' && text.p[i] != '\r')
			sw_buf_addch(&b, text.p[i]);
	if (b.overflow || !sw_base64_decode(r->a, sw_buf_str(&b), ret) || ret->n > PEM_MAX)
		return wrong(r, f, "the member", sw_str_from(key), "is no base64");
	return 0;
}

/* KEY-data in base64, else the file that KEY names. */
static int pem(struct reading *r, const struct file *f, struct sw_value o, const char *key,
	struct sw_str *ret)
{
	struct sw_str data = {0}, path = {0};
	char data_key[64];
	snprintf(data_key, sizeof(data_key), "%s-data", key);
	int rc = text_of(r, f, o, data_key, &data);
	if (!rc)
		rc = text_of(r, f, o, key, &path);
	if (rc || (!data.n && !path.n))
		return rc;
	if (data.n)
		return decode(r, f, data_key, data, ret);
	const char *name = resolve(r, f, path);
	if (!name)
		return sw_error_set(r->err, SW_ELIMIT, "the path is too long");
	rc = sw_io_read(r->a, name, PEM_MAX, SW_IO_COPY, ret, r->err);
	return rc ? sw_error_prefix(r->err, "%s: ", key) : 0;
}

static bool printable(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20 || (unsigned char)s.p[i] >= 0x7f)
			return false;
	return true;
}

static int server_url(struct reading *r, const struct file *f, struct sw_str name, struct sw_str url)
{
	struct sw_str host;
	while (url.n && url.p[url.n - 1] == '/')
		url.n--;
	if (url.n && !sw_str_has(url, SW_STR("://")))
		url = sw_arena_printf(r->a, "https://%.*s", SW_STR_ARG(url));
	bool tls = sw_str_starts(url, SW_STR("https://"));
	host = sw_str_sub(url, tls ? 8 : 7, url.n);
	if (!url.n || (!tls && !sw_str_starts(url, SW_STR("http://"))) || url.n > 2048 ||
		!printable(url) || !host.n || host.p[0] == '/' ||
		sw_str_chr(url, '?', 0) != SW_NPOS || sw_str_chr(url, '#', 0) != SW_NPOS ||
		sw_str_chr(url, '@', 0) != SW_NPOS)
		return wrong(r, f, "cluster", name, "has a server that is no address");
	r->x->server = url;
	return 0;
}

/* ---- entries ---- */

static int entry_in(struct reading *r, const struct file *f, const char *list, const char *member,
	struct sw_str name, struct sw_value *ret)
{
	struct sw_value v = sw_object_gets(f->root, sw_str_from(list));
	if (v.type == SW_UNDEF || v.type == SW_NULL)
		return 0;
	if (v.type != SW_ARRAY || v.n > LIST_MAX)
		return wrong(r, f, "the member", sw_str_from(list), "is no list");
	sw_array_foreach(it, v) {
		if (!sw_str_eq(sw_value_getstr(*it, "name"), name))
			continue;
		if (sw_defined(*ret))
			return wrong(r, f, list, name, "is there twice");
		*ret = sw_object_gets(*it, sw_str_from(member));
		if (ret->type == SW_UNDEF || ret->type == SW_NULL)
			*ret = sw_empty_object();
		if (ret->type != SW_OBJECT)
			return wrong(r, f, list, name, "is no mapping");
	}
	return 0;
}

/* The first file that has it. */
static int entry(struct reading *r, const char *list, const char *member, struct sw_str name,
	struct sw_value *ret, const struct file **ret_file)
{
	*ret = sw_undef();
	for (uint32_t i = 0; i < r->n && !sw_defined(*ret); i++) {
		int rc = entry_in(r, &r->files[i], list, member, name, ret);
		if (rc)
			return rc;
		*ret_file = &r->files[i];
	}
	if (sw_defined(*ret))
		return 0;
	return sw_error_set(r->err, SW_ENOENT, "the kubeconfig has no %s \"%.*s\"", member,
		SW_STR_ARG(name));
}

static int read_cluster(struct reading *r)
{
	struct sw_kube_access *x = r->x;
	struct sw_value c, v;
	const struct file *f = NULL;
	struct sw_str url = {0};
	int rc = entry(r, "clusters", "cluster", x->cluster, &c, &f);
	if (!rc)
		rc = text_of(r, f, c, "server", &url);
	if (!rc)
		rc = server_url(r, f, x->cluster, url);
	if (!rc)
		rc = text_of(r, f, c, "tls-server-name", &x->tls_name);
	if (!rc)
		rc = text_of(r, f, c, "proxy-url", &x->proxy);
	if (!rc)
		rc = pem(r, f, c, "certificate-authority", &x->ca);
	if (rc)
		return rc;
	x->insecure = sw_is_true(sw_object_gets(c, SW_STR("insecure-skip-tls-verify")));
	x->no_compression = sw_is_true(sw_object_gets(c, SW_STR("disable-compression")));
	if (x->insecure && x->ca.p)
		return wrong(r, f, "cluster", x->cluster,
			"has a certificate-authority and insecure-skip-tls-verify");
	if ((x->tls_name.n && (!printable(x->tls_name) || sw_str_chr(x->tls_name, '/', 0) != SW_NPOS ||
				      sw_str_chr(x->tls_name, ':', 0) != SW_NPOS)) ||
		x->tls_name.n > 253)
		return wrong(r, f, "cluster", x->cluster, "has a tls-server-name that is no name");
	if (x->proxy.n && (!printable(x->proxy) || x->proxy.n > 2048 ||
				  (!sw_str_starts(x->proxy, SW_STR("http://")) &&
					  !sw_str_starts(x->proxy, SW_STR("https://")) &&
					  !sw_str_starts(x->proxy, SW_STR("socks5://")))))
		return wrong(r, f, "cluster", x->cluster,
			"has a proxy-url that is no http://, https:// or socks5:// address");
	v = sw_object_gets(c, SW_STR("extensions"));
	if (v.type == SW_ARRAY)
		sw_array_foreach(it, v)
			if (sw_str_is(sw_value_getstr(*it, "name"),
				    "client.authentication.k8s.io/exec"))
				x->exec_config = sw_object_gets(*it, SW_STR("extension"));
	return 0;
}

static int texts(struct reading *r, const struct file *f, struct sw_value o, const char *key,
	struct sw_str **ret, uint32_t *ret_n)
{
	struct sw_value v = sw_object_gets(o, sw_str_from(key));
	if (v.type == SW_UNDEF || v.type == SW_NULL)
		return 0;
	if (v.type != SW_ARRAY || v.n > ARGS_MAX)
		return wrong(r, f, "the member", sw_str_from(key), "is no list");
	*ret = sw_arena_new_array(r->a, v.n + 1, struct sw_str);
	if (!*ret)
		return sw_error_set(r->err, SW_ELIMIT, "the kubeconfig is too large");
	sw_array_foreach(it, v) {
		if (it->type != SW_STRING || memchr(it->u.s, 0, it->n))
			return wrong(r, f, "the member", sw_str_from(key), "is no list of texts");
		(*ret)[(*ret_n)++] = sw_value_str(*it);
	}
	return 0;
}

static int add_pair(struct reading *r, struct sw_kube_pair **v, uint32_t *n, struct sw_str key,
	struct sw_str value)
{
	void *p = sw_arena_grow(r->a, *v, *n * sizeof(**v), (*n + 1) * sizeof(**v));
	if (!p || *n >= ARGS_MAX)
		return sw_error_set(r->err, SW_ELIMIT, "the kubeconfig is too large");
	*v = p;
	(*v)[(*n)++] = (struct sw_kube_pair){key, value};
	return 0;
}

static int read_exec(struct reading *r, const struct file *f, struct sw_value e)
{
	struct sw_kube_exec *x = sw_arena_new(r->a, struct sw_kube_exec);
	struct sw_str mode = {0};
	struct sw_value envs = sw_object_gets(e, SW_STR("env"));
	if (!x)
		return sw_error_set(r->err, SW_ELIMIT, "the kubeconfig is too large");
	int rc = text_of(r, f, e, "command", &x->command);
	if (!rc)
		rc = text_of(r, f, e, "apiVersion", &x->api_version);
	if (!rc)
		rc = text_of(r, f, e, "installHint", &x->hint);
	if (!rc)
		rc = text_of(r, f, e, "interactiveMode", &mode);
	if (!rc)
		rc = texts(r, f, e, "args", &x->args, &x->n_args);
	if (!rc && envs.type == SW_ARRAY)
		sw_array_foreach(it, envs) {
			struct sw_str k = {0}, v = {0};
			rc = text_of(r, f, *it, "name", &k);
			if (!rc)
				rc = text_of(r, f, *it, "value", &v);
			if (!rc && (!k.n || sw_str_chr(k, '=', 0) != SW_NPOS))
				rc = wrong(r, f, "user", r->x->user, "has an exec.env without a name");
			if (!rc)
				rc = add_pair(r, &x->env, &x->n_env, k, v);
			if (rc)
				break;
		}
	if (rc)
		return rc;
	if (!x->command.n)
		return wrong(r, f, "user", r->x->user, "has an exec without a command");
	if (!sw_str_is(x->api_version, "client.authentication.k8s.io/v1") &&
		!sw_str_is(x->api_version, "client.authentication.k8s.io/v1beta1"))
		return wrong(r, f, "user", r->x->user,
			"has an exec.apiVersion that is neither client.authentication.k8s.io/v1 nor v1beta1");
	if (sw_str_chr(x->command, '/', 0) != SW_NPOS && x->command.p[0] != '/')
		x->command = sw_str_from(resolve(r, f, x->command));
	x->cluster_info = sw_is_true(sw_object_gets(e, SW_STR("provideClusterInfo")));
	x->terminal = sw_str_is(mode, "Always");
	r->x->exec = x;
	return 0;
}

static int read_as(struct reading *r, const struct file *f, struct sw_value u)
{
	struct sw_kube_access *x = r->x;
	struct sw_value extra = sw_object_gets(u, SW_STR("as-user-extra"));
	int rc = text_of(r, f, u, "as", &x->as);
	if (!rc)
		rc = text_of(r, f, u, "as-uid", &x->as_uid);
	if (!rc)
		rc = texts(r, f, u, "as-groups", &x->as_groups, &x->n_as_groups);
	if (rc || extra.type != SW_OBJECT)
		return rc;
	sw_object_foreach(m, extra) {
		struct sw_str *v = NULL;
		uint32_t n = 0;
		rc = texts(r, f, extra, sw_arena_cstr(r->a, sw_value_str(m->k)), &v, &n);
		for (uint32_t i = 0; !rc && i < n; i++)
			rc = add_pair(r, &x->as_extra, &x->n_as_extra, sw_value_str(m->k), v[i]);
		if (rc)
			return rc;
	}
	return 0;
}

static int read_user(struct reading *r)
{
	struct sw_kube_access *x = r->x;
	const struct file *f = NULL;
	struct sw_str token_file = {0};
	struct sw_value u;
	int rc = entry(r, "users", "user", x->user, &u, &f);
	if (!rc)
		rc = pem(r, f, u, "client-certificate", &x->cert);
	if (!rc)
		rc = pem(r, f, u, "client-key", &x->key);
	if (!rc)
		rc = text_of(r, f, u, "token", &x->token);
	if (!rc)
		rc = text_of(r, f, u, "tokenFile", &token_file);
	if (!rc)
		rc = text_of(r, f, u, "username", &x->username);
	if (!rc)
		rc = text_of(r, f, u, "password", &x->password);
	if (!rc)
		rc = read_as(r, f, u);
	if (rc)
		return rc;
	if (!x->cert.p != !x->key.p)
		return wrong(r, f, "user", x->user,
			"has only one of client-certificate and client-key");
	if (token_file.n && !(x->token_file = resolve(r, f, token_file)))
		return sw_error_set(r->err, SW_ELIMIT, "the path is too long");
	if (x->token.n && !printable(x->token))
		return wrong(r, f, "user", x->user, "has a token that is none");
	if (sw_object_gets(u, SW_STR("auth-provider")).type == SW_OBJECT) {
		wrong(r, f, "user", x->user, "has an auth-provider, which is gone from Kubernetes since 1.26");
		return sw_error_hint(r->err, "use an exec plugin");
	}
	struct sw_value e = sw_object_gets(u, SW_STR("exec"));
	return e.type == SW_OBJECT ? read_exec(r, f, e) : 0;
}

/* ---- the whole ---- */

static bool loopback(struct sw_str url)
{
	return sw_str_starts(url, SW_STR("http://127.0.0.1:")) ||
	       sw_str_starts(url, SW_STR("http://localhost:")) ||
	       sw_str_starts(url, SW_STR("http://[::1]:"));
}

static int check_clear(const struct reading *r)
{
	const struct sw_kube_access *x = r->x;
	bool secret = x->token.n || x->token_file || x->username.n || x->exec;
	if (!secret || sw_str_starts(x->server, SW_STR("https://")) || loopback(x->server))
		return 0;
	return sw_error_set(r->err, SW_ESECURITY, "%.*s: credentials are not sent without TLS",
		SW_STR_ARG(x->server));
}

static int read_context(struct reading *r)
{
	struct sw_kube_access *x = r->x;
	struct sw_value c;
	const struct file *f = NULL;
	x->context = sw_str_from(r->o->context);
	for (uint32_t i = 0; i < r->n && !x->context.n; i++) {
		int rc = text_of(r, &r->files[i], r->files[i].root, "current-context", &x->context);
		if (rc)
			return rc;
	}
	if (!x->context.n) {
		sw_error_set(r->err, SW_ENOENT, "the kubeconfig has no current-context");
		return sw_error_hint(r->err, "say which one: --context NAME");
	}
	int rc = entry(r, "contexts", "context", x->context, &c, &f);
	if (rc)
		return rc;
	x->where = f->path;
	rc = text_of(r, f, c, "cluster", &x->cluster);
	if (!rc)
		rc = text_of(r, f, c, "user", &x->user);
	if (!rc)
		rc = text_of(r, f, c, "namespace", &x->ns);
	if (!rc && !x->cluster.n)
		rc = wrong(r, f, "context", x->context, "names no cluster");
	if (!rc)
		rc = read_cluster(r);
	if (!rc && x->user.n)
		rc = read_user(r);
	return rc ? rc : check_clear(r);
}

static int in_cluster(struct reading *r)
{
	struct sw_kube_access *x = r->x;
	const char *host = env(r, "KUBERNETES_SERVICE_HOST"), *port = env(r, "KUBERNETES_SERVICE_PORT");
	const char *dir = r->o->account ? r->o->account : ACCOUNT;
	struct sw_str ca = sw_arena_printf(r->a, "%s/ca.crt", dir);
	struct sw_str token = sw_arena_printf(r->a, "%s/token", dir);
	struct sw_str ns = sw_arena_printf(r->a, "%s/namespace", dir), text;
	struct file f = {.path = SW_STR("in-cluster")};
	if (!host || !port || !ns.p) {
		sw_error_set(r->err, SW_ENOENT, "there is no kubeconfig, and this is no pod");
		return sw_error_hint(r->err, "give one: --kubeconfig FILE, or set KUBECONFIG");
	}
	int rc = server_url(r, &f, SW_STR("in-cluster"),
		sw_arena_printf(r->a, strchr(host, ':') && host[0] != '[' ? "https://[%s]:%s" : "https://%s:%s",
			host, port));
	if (!rc)
		rc = sw_io_read(r->a, sw_arena_cstr(r->a, ca), PEM_MAX, SW_IO_COPY, &x->ca, r->err);
	if (rc)
		return rc;
	x->where = x->context = x->cluster = x->user = SW_STR("in-cluster");
	x->token_file = sw_arena_cstr(r->a, token);
	if (sw_io_read(r->a, sw_arena_cstr(r->a, ns), 4096, SW_IO_COPY, &text, NULL) == 0)
		x->ns = sw_str_trim(text);
	return x->token_file ? 0 : sw_error_set(r->err, SW_ELIMIT, "the path is too long");
}

static int finish(struct reading *r, struct sw_kube_access *ret, int rc)
{
	if (rc)
		return rc;
	if (r->o->ns && *r->o->ns)
		r->x->ns = sw_str_from(r->o->ns);
	if (!r->x->ns.n)
		r->x->ns = SW_STR("default");
	*ret = *r->x;
	return 0;
}

int sw_kube_access(struct sw_arena *a, const struct sw_kube_access_opts *o,
	struct sw_kube_access *ret, struct sw_error *err)
{
	struct sw_kube_access x = {0};
	struct reading r = {.a = a, .o = o, .x = &x, .err = err};
	int rc = read_files(&r);
	if (!rc)
		rc = r.n ? read_context(&r) : in_cluster(&r);
	return finish(&r, ret, rc);
}

int sw_kube_access_text(struct sw_arena *a, struct sw_str text, const char *dir,
	const struct sw_kube_access_opts *o, struct sw_kube_access *ret, struct sw_error *err)
{
	struct sw_kube_access x = {0};
	struct reading r = {.a = a, .o = o, .n = 1, .x = &x, .err = err};
	r.files[0] = (struct file){.path = SW_STR("kubeconfig"),
		.dir = sw_arena_printf(a, "%s/", dir)};
	int rc = parse_file(&r, &r.files[0], text);
	if (!rc)
		rc = read_context(&r);
	return finish(&r, ret, rc);
}
