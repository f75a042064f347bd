/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of a live cluster, one after the other, as if each was a file named by its API path. An
 * object has no lines: findings say where in it.
 */
#include "kube/client/client.h"
#include "policy/input/impl.h"

enum { DEAD_AFTER = 3 }; /* lists in a row without any answer */

struct live {
	struct input *in;
	const struct sw_input_live *opts;
	struct sw_kube_client *client;
	const struct sw_kube_resource *resource;
	struct sw_arena arena; /* of the discovery */
	struct sw_arena lines; /* of the object */
	uint64_t lists, failed;
	uint32_t dead;
	bool secrets; /* some were seen, without their content */
};

/* What passes or is another view of what is listed anyway. */
static bool left_out(const struct sw_kube_resource *r)
{
	static const char *const groups[] = {"metrics.k8s.io", "custom.metrics.k8s.io",
		"external.metrics.k8s.io", "extensions", "authorization.openshift.io",
		"project.openshift.io", "packages.operators.coreos.com"};
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		if (sw_str_is(r->group, groups[i]))
			return true;
	if (sw_str_is(r->resource, "events"))
		return !r->group.n || sw_str_is(r->group, "events.k8s.io");
	return !r->group.n && sw_str_is(r->resource, "componentstatuses");
}

static bool is_secret(const struct sw_kube_resource *r)
{
	return !r->group.n && sw_str_is(r->resource, "secrets");
}

static int on_item(void *arg, struct sw_arena *a, struct sw_value object, struct sw_str text,
	struct sw_error *err)
{
	struct live *l = arg;
	struct input *in = l->in;
	struct sw_value md = sw_object_gets(object, SW_STR("metadata"));
	struct sw_error e = {0};
	const char *path = sw_kube_path(
		a, l->resource, sw_value_getstr(md, "namespace"), sw_value_getstr(md, "name"));
	if (input_cancelled(in))
		return in->rc;
	sw_arena_reset(&l->lines);
	struct sw_source source = {.name = sw_str_from(path), .text = text};
	struct sw_input_doc doc = {.source = &source,
		.file_arena = &l->lines,
		.arena = a,
		.pointer = SW_STR(""),
		.rendered = true};
	in->stats.documents++;
	if (!path || sw_kube_object_init(object, &doc.object, &e)) {
		input_problem(in, SW_INPUT_BROKEN, source.name, "%s", path ? e.text : "its name is too long");
		return 0;
	}
	in->stats.objects++;
	l->secrets |= l->opts->secrets ? false : is_secret(l->resource);
	int rc = in->h->object(in->h->arg, &doc, in->err);
	if (rc)
		in->rc = rc;
	return rc;
}

static void one_kind(struct live *l, const struct sw_kube_resource *r)
{
	struct sw_error err = {0};
	struct sw_kube_list list = {.resource = r,
		.ns = sw_str_from(l->opts->ns),
		.metadata_only = is_secret(r) && !l->opts->secrets,
		.item = on_item,
		.arg = l};
	const char *path = sw_kube_path(&l->arena, r, list.ns, SW_STR(""));
	l->resource = r;
	l->lists++;
	int rc = sw_kube_list(l->client, &list, &err);
	if (!rc) {
		l->dead = 0;
		return;
	}
	l->failed++;
	l->dead = sw_kube_client_status(l->client) ? 0 : l->dead + 1;
	if (l->in->rc)
		return;
	if (rc == -SW_ECANCELLED) {
		l->in->rc = sw_error_set(l->in->err, SW_ECANCELLED, "interrupted");
		return;
	}
	input_problem(l->in, SW_INPUT_NOT_LISTED, sw_str_from(path), "not listed%s: %s",
		list.n ? " to its end" : "", err.text);
	if (l->failed == l->lists && l->in->err)
		*l->in->err = err; /* when nothing works at all, this is why */
}

static bool wanted(const struct live *l, const struct sw_kube_resource *r)
{
	return r->list && r->preferred && !left_out(r) && (!l->opts->ns || r->namespaced);
}

static void all_kinds(struct live *l, const struct sw_kube_discovery *d)
{
	for (uint32_t i = 0; i < d->n_gaps; i++)
		input_problem(l->in, SW_INPUT_NOT_LISTED, d->gaps[i].what, "not listed: %.*s",
			SW_STR_ARG(d->gaps[i].reason));
	for (uint32_t i = 0; i < d->n && !input_cancelled(l->in); i++) {
		if (!wanted(l, &d->v[i]))
			continue;
		if (l->dead < DEAD_AFTER) {
			one_kind(l, &d->v[i]);
			continue;
		}
		input_problem(l->in, SW_INPUT_NOT_LISTED,
			sw_str_from(sw_kube_path(&l->arena, &d->v[i], SW_STR(""), SW_STR(""))),
			"not listed: the server has stopped answering");
	}
	if (l->secrets)
		input_problem(l->in, SW_INPUT_PARTIAL, SW_STR("/api/v1/secrets"),
			"only the metadata of Secrets was read");
}

void input_live(struct input *in)
{
	const struct sw_input_live *o = in->opts->live;
	struct live l = {.in = in, .opts = o, .client = o->client};
	struct sw_kube_discovery d;
	sw_arena_init(&l.arena, (size_t)256 << 20);
	sw_arena_init(&l.lines, in->opts->max_memory);
	int rc = sw_kube_discover(l.client, &l.arena, &d, in->err);
	if (rc)
		in->rc = rc;
	else
		all_kinds(&l, &d);
	if (!in->rc && l.lists == l.failed)
		in->rc = l.lists ? -in->err->code
				 : sw_error_set(in->err, SW_ENOENT,
					   "the server has no resource that can be listed");
	sw_arena_release(&l.lines);
	sw_arena_release(&l.arena);
}
