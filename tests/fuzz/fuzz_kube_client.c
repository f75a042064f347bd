/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a kubeconfig, a credential plugin and an API server say. The first byte chooses the reader, and where
 * answers are cut in two: the pieces must not matter.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "kube/client/client.h"
#include "kube/client/split.h"
#include "kube/object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define must(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond))                                                                       \
			abort();                                                                   \
	} while (0)

static char *no_env(const char *name)
{
	return NULL;
}

static void kubeconfig(struct sw_str s, size_t cut)
{
	sw_autoarena a;
	struct sw_error err = {0};
	struct sw_kube_access x;
	struct sw_kube_access_opts o = {.env = no_env};
	sw_arena_init(&a, 64 << 20);
	int rc = sw_kube_access_text(&a, s, "/nonexistent", &o, &x, &err);
	must(rc <= 0 && (rc == 0) == (err.code == 0));
	if (rc)
		return;
	must(x.server.n && x.ns.n && x.context.n && x.cluster.n);
	must(!x.cert.p == !x.key.p);
	must(!x.exec || x.exec->command.n);
	for (size_t i = 0; i < x.server.n; i++)
		must((unsigned char)x.server.p[i] > 0x20);
	for (size_t i = 0; i < x.token.n; i++)
		must((unsigned char)x.token.p[i] > 0x20);
}

static void credential(struct sw_str s, size_t cut)
{
	sw_autoarena a;
	struct sw_error err = {0};
	struct sw_kube_credential c;
	sw_arena_init(&a, 64 << 20);
	int rc = sw_kube_exec_parse(&a, s, SW_STR("client.authentication.k8s.io/v1"), &c, &err);
	must(rc || c.token.n || (c.cert.n && c.key.n));
	for (size_t i = 0; !rc && i < c.token.n; i++)
		must((unsigned char)c.token.p[i] > 0x20);
}

/* ---- answers ---- */

struct taken {
	uint64_t sum;
	uint32_t n;
};

static int take(void *arg, struct sw_str text, struct sw_error *err)
{
	struct taken *t = arg;
	sw_autoarena a;
	struct sw_value v;
	struct sw_kube_object o;
	sw_arena_init(&a, 64 << 20);
	for (size_t i = 0; i < text.n; i++)
		t->sum = t->sum * 31 + (unsigned char)text.p[i];
	t->n++;
	must(text.n);
	if (sw_json_parse(&a, text, 0, NULL, &v, NULL, err))
		return -SW_ESYNTAX;
	if (v.type == SW_OBJECT) {
		sw_kube_object_init(v, &o, NULL);
		sw_kube_object_init(sw_object_gets(v, SW_STR("object")), &o, NULL);
	}
	return 0;
}

static int cut_up(struct sw_str s, size_t cut, bool sequence, struct taken *t, struct sw_error *err)
{
	sw_autoarena a;
	struct sw_value head;
	struct sw_kube_split x = {.item = take, .arg = t, .sequence = sequence};
	sw_arena_init(&a, 64 << 20);
	sw_kube_split_init(&x, 1 << 16);
	int rc = sw_kube_split_feed(&x, sw_str_sub(s, 0, cut), err);
	if (!rc)
		rc = sw_kube_split_feed(&x, sw_str_sub(s, cut, s.n), err);
	if (!rc)
		rc = sw_kube_split_end(&x, &a, &head, err);
	if (!rc && !sequence)
		must(head.type == SW_OBJECT);
	sw_kube_split_release(&x);
	return rc;
}

static void both(struct sw_str s, size_t cut, bool sequence)
{
	struct taken whole = {0}, pieces = {0};
	struct sw_error e1 = {0}, e2 = {0};
	int x = cut_up(s, s.n, sequence, &whole, &e1), y = cut_up(s, cut, sequence, &pieces, &e2);
	must(x == y && whole.n == pieces.n && whole.sum == pieces.sum && e1.code == e2.code);
}

static void list(struct sw_str s, size_t cut)
{
	both(s, cut, false);
}

static void watch(struct sw_str s, size_t cut)
{
	both(s, cut, true);
}

static void discovery(struct sw_str s, size_t cut)
{
	sw_autoarena a;
	struct sw_value v;
	struct sw_kube_discovery d;
	sw_arena_init(&a, 64 << 20);
	if (sw_json_parse(&a, s, 0, NULL, &v, NULL, NULL) || sw_kube_discover_text(&a, v, &d, NULL))
		return;
	for (uint32_t i = 0; i < d.n; i++) {
		const struct sw_kube_resource *r = sw_kube_discovery_find(&d, d.v[i].resource);
		must(d.v[i].resource.n && d.v[i].version.n && d.v[i].kind.n);
		must(!r || r->preferred || sw_str_chr(d.v[i].resource, '.', 0) != SW_NPOS);
		const char *path = sw_kube_path(&a, &d.v[i], SW_STR("n"), SW_STR("x"));
		must(!path || (path[0] == '/' && !strchr(path, ' ') && !strchr(path, '?')));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static void (*const readers[])(struct sw_str, size_t) = {kubeconfig, credential, list, watch, discovery};
	if (!n)
		return 0;
	struct sw_str s = sw_str_make((const char *)data + 1, n - 1);
	readers[data[0] % SW_ARRAY_LEN(readers)](s, s.n ? data[0] * (size_t)7919 % (s.n + 1) : 0);
	return 0;
}
