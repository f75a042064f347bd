/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of ka.* and jevt.*. Every field is a recipe: a way of reading and a path of keys. What looks odd is
 * what the plugin does (see audit.h).
 */
#include "base/cleanup.h"
#include "doc/json.h"
#include "runtime/audit/audit.h"
#include "runtime/audit/rows.h"

#define PATH_MAX_KEYS 6

enum how {
	STRING,        /* the value at the path */
	STRINGS,       /* each element of the array at the path */
	SPREAD,        /* the values at the path through all arrays, missing ones left out */
	SPREAD_STRICT, /* the same; nothing at all when one is missing */
	REPOSITORY,    /* SPREAD_STRICT, cut at ':' and '@' */
	WORDS,         /* SPREAD of arrays of strings, each joined by blanks */
	LISTS,         /* SPREAD of arrays, their elements in one list */
	PORTS,         /* host ports */
	EFFECTIVE,     /* SPREAD with the pod's value where it is missing */
	FIRST_IMAGE,
	FIRST_REPOSITORY,
	ANY_PRIVILEGED,
	SUBJECTS, /* names of the subjects of the kind at path[0] */
	URI_PARAM,
	HOSTPATH_IS,
	VOLUME_TYPES,
	POD_NAME,
	ALWAYS_TRUE,
};

struct recipe {
	const char *name;
	enum how how;
	const char *path[PATH_MAX_KEYS];
};

#define ANN "annotations"
#define REQ "requestObject"
static const struct recipe recipes[] = {
	{"ka.auditid", STRING, {"auditID"}},
	{"ka.stage", STRING, {"stage"}},
	{"ka.auth.decision", STRING, {ANN, "authorization.k8s.io/decision"}},
	{"ka.auth.reason", STRING, {ANN, "authorization.k8s.io/reason"}},
	{"ka.auth.openshift.decision", STRING, {ANN, "authentication.openshift.io/decision"}},
	{"ka.auth.openshift.username", STRING, {ANN, "authentication.openshift.io/username"}},
	{"ka.validations.admission.policy.failure", STRING,
		{ANN, "validation.policy.admission.k8s.io/validation_failure"}},
	{"ka.security.pod.violations", STRING, {ANN, "pod-security.kubernetes.io/audit-violations"}},
	{"ka.user.name", STRING, {"user", "username"}},
	{"ka.user.groups", STRINGS, {"user", "groups"}},
	{"ka.impuser.name", STRING, {"impersonatedUser", "username"}},
	{"ka.verb", STRING, {"verb"}},
	{"ka.uri", STRING, {"requestURI"}},
	{"ka.uri.param", URI_PARAM, {"requestURI"}},
	{"ka.target.name", STRING, {"objectRef", "name"}},
	{"ka.target.namespace", STRING, {"objectRef", "namespace"}},
	{"ka.target.resource", STRING, {"objectRef", "resource"}},
	{"ka.target.subresource", STRING, {"objectRef", "subresource"}},
	{"ka.target.pod.name", POD_NAME, {"responseObject", "metadata", "name"}},
	{"ka.req.binding.subjects", STRINGS, {REQ, "subjects"}},
	{"ka.req.binding.subjects.user_names", SUBJECTS, {"User"}},
	{"ka.req.binding.subjects.serviceaccount_names", SUBJECTS, {"ServiceAccount"}},
	{"ka.req.binding.subjects.serviceaccount_ns_names", SUBJECTS, {"ServiceAccount", "namespace"}},
	{"ka.req.binding.subjects.group_names", SUBJECTS, {"Group"}},
	{"ka.req.binding.role", STRING, {REQ, "roleRef", "name"}},
	{"ka.req.binding.subject.has_name", ALWAYS_TRUE, {NULL}},
	{"ka.req.configmap.name", STRING, {"objectRef", "name"}},
	{"ka.req.configmap.obj", STRING, {REQ, "data"}},
	{"ka.req.container.image", FIRST_IMAGE, {REQ, "spec", "containers", "image"}},
	{"ka.req.container.image.repository", FIRST_REPOSITORY, {REQ, "spec", "containers", "image"}},
	{"ka.req.pod.host_ipc", STRING, {REQ, "spec", "hostIPC"}},
	{"ka.req.pod.host_network", STRING, {REQ, "spec", "hostNetwork"}},
	{"ka.req.container.host_network", STRING, {REQ, "spec", "hostNetwork"}},
	{"ka.req.pod.host_pid", STRING, {REQ, "spec", "hostPID"}},
	{"ka.req.container.privileged", ANY_PRIVILEGED,
		{REQ, "spec", "containers", "securityContext", "privileged"}},
	{"ka.req.pod.run_as_user", STRING, {REQ, "spec", "securityContext", "runAsUser"}},
	{"ka.req.pod.run_as_group", STRING, {REQ, "spec", "securityContext", "runAsGroup"}},
	{"ka.req.pod.fs_group", STRING, {REQ, "spec", "securityContext", "fsGroup"}},
	{"ka.req.pod.supplemental_groups", STRINGS, {REQ, "spec", "securityContext", "supplementalGroups"}},
	{"ka.req.role.rules", STRINGS, {REQ, "rules"}},
	{"ka.req.role.rules.apiGroups", LISTS, {REQ, "rules", "apiGroups"}},
	{"ka.req.role.rules.nonResourceURLs", LISTS, {REQ, "rules", "nonResourceURLs"}},
	{"ka.req.role.rules.verbs", LISTS, {REQ, "rules", "verbs"}},
	{"ka.req.role.rules.resources", LISTS, {REQ, "rules", "resources"}},
	{"ka.sourceips", LISTS, {REQ, "rules", "sourceIPs"}},
	{"ka.req.service.type", STRING, {REQ, "spec", "type"}},
	{"ka.req.service.ports", SPREAD, {REQ, "spec", "ports"}},
	{"ka.req.volume.hostpath", HOSTPATH_IS, {REQ, "spec", "volumes", "hostPath", "path"}},
	{"ka.req.pod.volumes.hostpath", SPREAD, {REQ, "spec", "volumes", "hostPath", "path"}},
	{"ka.req.pod.volumes.flexvolume_driver", SPREAD, {REQ, "spec", "volumes", "flexVolume", "driver"}},
	{"ka.req.pod.volumes.volume_type", VOLUME_TYPES, {REQ, "spec", "volumes", ""}},
	{"ka.resp.name", STRING, {"responseObject", "metadata", "name"}},
	{"ka.response.code", STRING, {"responseStatus", "code"}},
	{"ka.response.reason", STRING, {"responseStatus", "reason"}},
	{"ka.useragent", STRING, {"userAgent"}},
	{"ka.cluster.name", STRING, {ANN, "cluster_name"}},
};

/* What follows ka.req.pod.containers. (and its two siblings); the path goes on from the list. */
static const struct recipe container_recipes[] = {
	{"args", WORDS, {"args"}},
	{"command", WORDS, {"command"}},
	{"name", SPREAD_STRICT, {"name"}},
	{"image", SPREAD_STRICT, {"image"}},
	{"image.repository", REPOSITORY, {"image"}},
	{"host_port", PORTS, {"ports"}},
	{"privileged", SPREAD, {"securityContext", "privileged"}},
	{"allow_privilege_escalation", SPREAD, {"securityContext", "allowPrivilegeEscalation"}},
	{"read_only_fs", SPREAD, {"securityContext", "readOnlyRootFilesystem"}},
	{"run_as_user", SPREAD, {"securityContext", "runAsUser"}},
	{"eff_run_as_user", EFFECTIVE, {"runAsUser"}},
	{"run_as_group", SPREAD, {"securityContext", "runAsGroup"}},
	{"eff_run_as_group", EFFECTIVE, {"runAsGroup"}},
	{"proc_mount", SPREAD, {"securityContext", "procMount"}},
	{"add_capabilities", SPREAD, {"securityContext", "capabilities", "add"}},
};

static const char *const container_lists[] = {"containers", "initContainers", "ephemeralContainers"};

/* ---- values with their text ---- */

struct at {
	struct sw_value v;
	struct sw_span span;
};

static const struct at nowhere;

static bool is_there(struct at x)
{
	return x.v.type != SW_UNDEF;
}

static struct at member(struct at x, struct sw_str key)
{
	if (x.v.type == SW_OBJECT) {
		int64_t i = sw_object_index(x.v, sw_string(key));
		if (i >= 0)
			return (struct at){x.v.u.o->m[i].v, x.v.u.o->spans[2 * i + 1]};
	} else if (x.v.type == SW_ARRAY) {
		int64_t i;
		if (sw_str_to_i64(key, &i) && i >= 0 && i < x.v.n)
			return (struct at){x.v.u.a->v[i], x.v.u.a->spans[i]};
	}
	return nowhere;
}

static struct at element(struct at x, uint32_t i)
{
	return (struct at){x.v.u.a->v[i], x.v.u.a->spans[i]};
}

struct out {
	const struct sw_audit_event *e;
	struct sw_arena *arena;
	struct sw_fval *v;
	uint32_t n, cap;
	bool failed;
};

static void add_str(struct out *o, struct sw_str s)
{
	if (o->n == o->cap) {
		uint32_t cap = o->cap ? o->cap * 2 : 4;
		struct sw_fval *v = sw_arena_grow(o->arena, o->v, o->cap * sizeof(*v), cap * sizeof(*v));
		if (!v) {
			o->failed = true;
			return;
		}
		o->v = v;
		o->cap = cap;
	}
	const char *nul = s.n ? memchr(s.p, 0, s.n) : NULL;
	o->v[o->n++].s = sw_str_make(s.p ? s.p : "", nul ? (size_t)(nul - s.p) : s.n);
}

static struct sw_str text_of(const struct out *o, struct at x)
{
	if (x.v.type == SW_STRING)
		return sw_str_make(x.v.u.s, x.v.n);
	return sw_str_sub(o->e->line, x.span.start, x.span.end);
}

static void add(struct out *o, struct at x)
{
	add_str(o, text_of(o, x));
}

static struct at walk(struct at x, const char *const *path)
{
	for (; *path && is_there(x); path++)
		x = member(x, sw_str_from(*path));
	return x;
}

/* ---- through arrays ---- */

struct spread {
	struct at *v; /* nowhere: missing there */
	uint32_t n, cap;
	struct sw_arena *arena;
	int64_t index; /* of every array on the way; -1: all elements */
	bool failed;
};

static void spread_add(struct spread *s, struct at x)
{
	if (s->n == s->cap) {
		uint32_t cap = s->cap ? s->cap * 2 : 8;
		struct at *v = sw_arena_grow(s->arena, s->v, s->cap * sizeof(*v), cap * sizeof(*v));
		if (!v) {
			s->failed = true;
			return;
		}
		s->v = v;
		s->cap = cap;
	}
	s->v[s->n++] = x;
}

/* False: there is nothing at this path. The depth is that of the path. */
static bool spread_walk(struct spread *s, struct at x, const char *const *path)
{
	for (; *path; path++) {
		if (x.v.type == SW_ARRAY && s->index < 0) {
			for (uint32_t i = 0; i < x.v.n; i++) {
				/* An element that is an array again is looked through once more. */
				uint32_t before = s->n;
				struct at el = element(x, i);
				if (el.v.type == SW_ARRAY || !spread_walk(s, el, path)) {
					s->n = before;
					spread_add(s, nowhere);
				}
			}
			return true;
		}
		if (x.v.type == SW_ARRAY) {
			if (s->index >= x.v.n)
				return false;
			x = element(x, (uint32_t)s->index);
		}
		if (**path)
			x = member(x, sw_str_from(*path));
		if (!is_there(x))
			return false;
	}
	spread_add(s, x);
	return true;
}

/* ---- recipes ---- */

static void do_strings(struct out *o, struct at x)
{
	if (x.v.type != SW_ARRAY)
		return;
	for (uint32_t i = 0; i < x.v.n; i++)
		add(o, element(x, i));
}

static struct sw_str repository(struct sw_str image)
{
	size_t cut = sw_str_chr(image, ':', 0);
	image = sw_str_sub(image, 0, cut == SW_NPOS ? image.n : cut);
	cut = sw_str_chr(image, '@', 0);
	return sw_str_sub(image, 0, cut == SW_NPOS ? image.n : cut);
}

/* One value of WORDS: an array of strings joined. False: of another type. */
static bool add_words(struct out *o, struct at x)
{
	sw_autobuf b;
	sw_buf_init(&b, SW_AUDIT_EVENT_MAX);
	if (x.v.type != SW_ARRAY)
		return false;
	for (uint32_t i = 0; i < x.v.n; i++) {
		if (x.v.u.a->v[i].type != SW_STRING)
			return false;
		if (i)
			sw_buf_addch(&b, ' ');
		sw_buf_addstr(&b, text_of(o, element(x, i)));
	}
	struct sw_str s = sw_arena_str(o->arena, sw_buf_str(&b));
	if (!s.p && b.n)
		return false;
	add_str(o, s);
	return true;
}

static void add_ports(struct out *o, struct at ports)
{
	for (uint32_t i = 0; i < ports.v.n; i++) {
		struct at port = element(ports, i);
		struct at p = member(port, SW_STR("hostPort"));
		if (!is_there(p))
			p = member(port, SW_STR("containerPort"));
		if (is_there(p))
			add(o, p);
	}
}

/* One value found on the way. False: the field has no value at all. */
static bool do_spread_one(struct out *o, enum how how, struct at x, struct sw_str fallback)
{
	switch (how) {
	case SPREAD_STRICT:
	case REPOSITORY:
		if (!is_there(x))
			return false;
		add_str(o, how == REPOSITORY ? repository(text_of(o, x)) : text_of(o, x));
		return true;
	case WORDS:
		return !is_there(x) || add_words(o, x);
	case PORTS:
		if (is_there(x) && x.v.type != SW_ARRAY)
			return false;
		if (is_there(x))
			add_ports(o, x);
		return true;
	case LISTS:
		do_strings(o, x);
		return true;
	case EFFECTIVE:
		add_str(o, is_there(x) ? text_of(o, x) : fallback);
		return true;
	case VOLUME_TYPES:
		for (uint32_t i = 0; x.v.type == SW_OBJECT && i < x.v.n; i++) {
			struct sw_value k = x.v.u.o->m[i].k;
			if (!sw_str_is(sw_str_make(k.u.s, k.n), "name"))
				add_str(o, sw_str_make(k.u.s, k.n));
		}
		return true;
	default:
		if (is_there(x))
			add(o, x);
		return true;
	}
}

static void do_spread(struct out *o, enum how how, struct at root, const char *const *path, int64_t index)
{
	struct spread s = {.arena = o->arena, .index = index};
	struct sw_str fallback = SW_STR("0");
	if (how == EFFECTIVE) {
		const char *pod[] = {REQ, "spec", path[3], NULL};
		struct at x = walk(root, pod);
		if (is_there(x))
			fallback = text_of(o, x);
	}
	if (!spread_walk(&s, root, path) || s.failed)
		return;
	for (uint32_t i = 0; i < s.n; i++) {
		if (!do_spread_one(o, how, s.v[i], fallback)) {
			o->n = 0;
			return;
		}
	}
}

static void do_any_privileged(struct out *o, struct at root, const char *const *path)
{
	struct spread s = {.arena = o->arena, .index = -1};
	if (!spread_walk(&s, root, path))
		return;
	bool any = false;
	for (uint32_t i = 0; i < s.n; i++)
		any |= sw_is_true(s.v[i].v);
	add_str(o, any ? SW_STR("true") : SW_STR("false"));
}

static void do_hostpath_is(struct out *o, struct at root, const char *const *path, struct sw_str want)
{
	struct spread s = {.arena = o->arena, .index = -1};
	if (want.n == 0 || !spread_walk(&s, root, path))
		return;
	bool prefix = want.p[want.n - 1] == '*';
	struct sw_str head = sw_str_sub(want, 0, want.n - 1);
	bool any = false;
	for (uint32_t i = 0; i < s.n; i++) {
		if (!is_there(s.v[i]))
			continue;
		struct sw_str p = text_of(o, s.v[i]);
		any |= (prefix && sw_str_starts(p, head)) || sw_str_eq(p, want);
	}
	add_str(o, any ? SW_STR("true") : SW_STR("false"));
}

static void do_subjects(struct out *o, struct at root, const char *kind, bool with_namespace)
{
	const char *path[] = {REQ, "subjects", NULL};
	struct at list = walk(root, path);
	if (list.v.type != SW_ARRAY)
		return;
	for (uint32_t i = 0; i < list.v.n; i++) {
		struct at s = element(list, i);
		struct at k = member(s, SW_STR("kind")), n = member(s, SW_STR("name"));
		struct at ns = member(s, SW_STR("namespace"));
		if (!is_there(k) || !is_there(n) || !sw_str_is(text_of(o, k), kind) ||
			(with_namespace && !is_there(ns)))
			continue;
		if (with_namespace) {
			struct sw_str a = text_of(o, ns), b = text_of(o, n);
			add_str(o, sw_arena_printf(o->arena, "%.*s:%.*s", SW_STR_ARG(a), SW_STR_ARG(b)));
		} else {
			add(o, n);
		}
	}
}

/* ---- the query of a URI ---- */

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool unescape(struct sw_buf *out, struct sw_str s, bool plus)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%') {
			if (i + 2 >= s.n || hex(s.p[i + 1]) < 0 || hex(s.p[i + 2]) < 0)
				return false;
			sw_buf_addch(out, (char)(hex(s.p[i + 1]) * 16 + hex(s.p[i + 2])));
			i += 2;
		} else {
			sw_buf_addch(out, plus && s.p[i] == '+' ? ' ' : s.p[i]);
		}
	}
	return true;
}

static bool uri_query(struct sw_str uri, struct sw_str *ret)
{
	for (size_t i = 0; i < uri.n; i++)
		if ((unsigned char)uri.p[i] < 0x20 || uri.p[i] == 0x7f)
			return false;
	sw_autobuf b;
	sw_buf_init(&b, SW_AUDIT_EVENT_MAX);
	size_t hash = sw_str_chr(uri, '#', 0);
	if (hash != SW_NPOS && !unescape(&b, sw_str_sub(uri, hash + 1, uri.n), false))
		return false;
	uri = sw_str_sub(uri, 0, hash == SW_NPOS ? uri.n : hash);
	size_t q = sw_str_chr(uri, '?', 0);
	if (!unescape(&b, sw_str_sub(uri, 0, q == SW_NPOS ? uri.n : q), false))
		return false;
	*ret = q == SW_NPOS ? SW_STR("") : sw_str_sub(uri, q + 1, uri.n);
	return true;
}

static void do_uri_param(struct out *o, struct at uri, struct sw_str want)
{
	struct sw_str query, pair, found = {NULL, 0};
	if (!is_there(uri) || !uri_query(text_of(o, uri), &query))
		return;
	sw_autobuf k, v;
	sw_buf_init(&k, SW_AUDIT_EVENT_MAX);
	sw_buf_init(&v, SW_AUDIT_EVENT_MAX);
	while (sw_str_split(&query, '&', &pair)) {
		if (pair.n == 0)
			continue;
		size_t eq = sw_str_chr(pair, '=', 0);
		sw_buf_clear(&k);
		sw_buf_clear(&v);
		if (sw_str_chr(pair, ';', 0) != SW_NPOS ||
			!unescape(&k, sw_str_sub(pair, 0, eq == SW_NPOS ? pair.n : eq), true) ||
			!unescape(&v, eq == SW_NPOS ? SW_STR("") : sw_str_sub(pair, eq + 1, pair.n), true))
			return;
		if (!found.p && sw_str_eq(sw_buf_str(&k), want)) {
			struct sw_str s = sw_buf_str(&v);
			found = sw_arena_str(o->arena, s.p ? s : SW_STR(""));
		}
	}
	if (found.p)
		add_str(o, found);
}

static void do_pod_name(struct out *o, struct at root, const char *const *path)
{
	struct at ref = member(root, SW_STR("objectRef"));
	if (sw_str_is(sw_value_getstr(ref.v, "resource"), "pods") &&
		sw_value_getstr(ref.v, "subresource").n == 0) {
		struct at x = walk(root, path);
		if (is_there(x))
			add(o, x);
	}
}

static void do_first(struct out *o, enum how how, struct at root, const char *const *path)
{
	struct spread s = {.arena = o->arena, .index = 0};
	if (!spread_walk(&s, root, path) || s.n == 0 || !is_there(s.v[0]))
		return;
	struct sw_str image = text_of(o, s.v[0]);
	add_str(o, how == FIRST_REPOSITORY ? repository(image) : image);
}

static void run(struct out *o, const struct sw_fieldref *ref, const struct recipe *r, const char *const *path)
{
	struct at root = {o->e->root, o->e->span};
	int64_t index = ref->arg_is_index ? (int64_t)ref->index : -1;
	struct at x;
	switch (r->how) {
	case STRING:
		x = walk(root, path);
		if (is_there(x))
			add(o, x);
		return;
	case STRINGS:
		do_strings(o, walk(root, path));
		return;
	case ANY_PRIVILEGED:
		do_any_privileged(o, root, path);
		return;
	case SUBJECTS:
		do_subjects(o, root, path[0], path[1] != NULL);
		return;
	case URI_PARAM:
		do_uri_param(o, walk(root, path), ref->arg);
		return;
	case HOSTPATH_IS:
		do_hostpath_is(o, root, path, ref->arg);
		return;
	case POD_NAME:
		do_pod_name(o, root, path);
		return;
	case ALWAYS_TRUE:
		add_str(o, SW_STR("true"));
		return;
	case FIRST_IMAGE:
	case FIRST_REPOSITORY:
		do_first(o, r->how, root, path);
		return;
	default:
		do_spread(o, r->how, root, path, index);
	}
}

static int finish(const struct out *o, struct sw_fvals *ret)
{
	if (o->failed || o->n == 0)
		return 0;
	*ret = (struct sw_fvals){o->v, o->n};
	return (int)o->n;
}

/* priv: 1 + index of a plain recipe, or (list + 1) << 8 | index of a container's. */
static int ka_prepare(struct sw_fieldref *ref, struct sw_error *err)
{
	struct sw_str name = sw_str_from(ref->field->name);
	for (uint32_t l = 0; l < SW_ARRAY_LEN(container_lists); l++) {
		char prefix[64];
		int n = snprintf(prefix, sizeof(prefix), "ka.req.pod.%s.", container_lists[l]);
		if (!sw_str_starts(name, sw_str_make(prefix, (size_t)n)))
			continue;
		for (uint32_t i = 0; i < SW_ARRAY_LEN(container_recipes); i++)
			if (sw_str_is(sw_str_sub(name, (size_t)n, name.n), container_recipes[i].name))
				ref->priv = (uint64_t)(l + 1) << 8 | i;
		return 0;
	}
	for (uint32_t i = 0; i < SW_ARRAY_LEN(recipes); i++)
		if (sw_str_is(name, recipes[i].name))
			ref->priv = 1 + i;
	return 0;
}

static int ka_extract(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_audit_event *e = ev->data;
	if (ev->source != SW_SOURCE_K8S_AUDIT ||
		sw_object_gets(e->root, SW_STR("auditID")).type == SW_UNDEF || ref->priv == 0)
		return 0;
	struct out o = {.e = e, .arena = ev->arena};
	if (ref->priv >> 8) {
		const struct recipe *r = &container_recipes[ref->priv & 255];
		const char *path[PATH_MAX_KEYS + 4] = {REQ, "spec", container_lists[(ref->priv >> 8) - 1]};
		for (uint32_t i = 0; i < PATH_MAX_KEYS && r->path[i]; i++)
			path[3 + i] = r->path[i];
		run(&o, ref, r, path);
	} else {
		const struct recipe *r = &recipes[ref->priv - 1];
		const char *path[PATH_MAX_KEYS + 1] = {NULL};
		memcpy(path, r->path, sizeof(r->path));
		run(&o, ref, r, path);
	}
	return finish(&o, ret);
}

const struct sw_field_class sw_fields_ka = {
	.name = "ka",
	.title = "Kubernetes audit events",
	.sources = 1u << SW_SOURCE_K8S_AUDIT,
	.fields = sw_field_rows_ka,
	.n_fields = SW_KA_ROWS,
	.prepare = ka_prepare,
	.extract = ka_extract,
};

/* ---- jevt ---- */

enum { VALUE, OBJ, RAWTIME };

#define J(name_, flags_, desc_) \
	{.name = (name_), .type = SW_FT_CHARBUF, .flags = (flags_), .desc = (desc_)}
#define KEY (SW_FF_ARG_REQUIRED | SW_FF_ARG_KEY)
static const struct sw_field jevt_rows[] = {
	J("json.value", KEY, "the value at a JSON pointer"),
	J("json.obj", 0, "the whole event, indented"),
	J("json.rawtime", 0, "the time of the event in nanoseconds"),
	J("jevt.value", KEY, "the value at a JSON pointer"),
	J("jevt.obj", 0, "the whole event, indented"),
	J("jevt.rawtime", 0, "the time of the event in nanoseconds"),
};

static struct at pointer(struct sw_arena *arena, struct at x, struct sw_str p)
{
	struct sw_str token;
	if (p.n && p.p[0] == '/')
		p = sw_str_sub(p, 1, p.n);
	bool more = true;
	while (more && is_there(x)) {
		size_t slash = sw_str_chr(p, '/', 0);
		more = slash != SW_NPOS;
		token = sw_str_sub(p, 0, more ? slash : p.n);
		p = more ? sw_str_sub(p, slash + 1, p.n) : p;
		if (sw_str_chr(token, '~', 0) != SW_NPOS) {
			sw_autobuf b;
			sw_buf_init(&b, 0);
			for (size_t i = 0; i < token.n; i++) {
				char next = i + 1 < token.n ? token.p[i + 1] : 0;
				bool esc = token.p[i] == '~' && (next == '0' || next == '1');
				sw_buf_addch(&b, !esc ? token.p[i] : next == '0' ? '~' : '/');
				i += esc;
			}
			token = sw_arena_str(arena, sw_buf_str(&b));
		}
		x = member(x, token);
	}
	return x;
}

static int jevt_extract(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	if (ev->source != SW_SOURCE_K8S_AUDIT)
		return 0;
	const struct sw_audit_event *e = ev->data;
	struct out o = {.e = e, .arena = ev->arena};
	struct at root = {e->root, e->span};
	switch (ref->id % 3) {
	case VALUE: {
		struct at x = ref->arg.n ? pointer(ev->arena, root, ref->arg) : root;
		if (is_there(x))
			add(&o, x);
		break;
	}
	case OBJ: {
		sw_autobuf b;
		sw_buf_init(&b, (size_t)8 << 20);
		sw_audit_indent(&b, sw_audit_text(ev));
		struct sw_str s = sw_arena_str(ev->arena, sw_buf_str(&b));
		if (s.p)
			add_str(&o, s);
		break;
	}
	default:
		add_str(&o, sw_arena_printf(ev->arena, "%llu", (unsigned long long)ev->ts));
	}
	return finish(&o, ret);
}

const struct sw_field_class sw_fields_jevt = {
	.name = "jevt",
	.title = "JSON of the event",
	.sources = 1u << SW_SOURCE_K8S_AUDIT,
	.fields = jevt_rows,
	.n_fields = SW_ARRAY_LEN(jevt_rows),
	.extract = jevt_extract,
};

struct sw_str sw_audit_text(const struct sw_event *ev)
{
	const struct sw_audit_event *e = ev->data;
	return sw_str_sub(e->line, e->span.start, e->span.end);
}
