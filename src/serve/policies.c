/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/policies.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "base/io.h"
#include "doc/json.h"
#include "doc/yaml.h"
#include "kube/object.h"
#include "policy/gatekeeper/gatekeeper.h"
#include "rego/parse.h"
#include "serve/cluster.h"

/* Ceilings of one set. */
enum { OBJECTS_MAX = 1000000, FILE_MAX_BYTES = 64 << 20, DEPTH_MAX = 32, PARAMS_WAIT_MS = 10000 };
#define SET_MAX_BYTES ((size_t)1 << 30)

struct list {
	struct sw_value *v;
	uint32_t n, cap;
};

struct loader {
	struct sw_policies *p;
	struct list templates, constraints, others, data, params, namespaces;
	bool inventory; /* what is read now is no policy */
	struct sw_error *err;
};

static int push(struct loader *l, struct list *to, struct sw_value v)
{
	if (to->n == OBJECTS_MAX)
		return sw_error_set(l->err, SW_ELIMIT, "more than %d objects", OBJECTS_MAX);
	if (to->n == to->cap) {
		uint32_t cap = to->cap ? to->cap * 2 : 64;
		void *p = sw_arena_grow(
			&l->p->arena, to->v, to->n * sizeof(*to->v), cap * sizeof(*to->v));
		if (!p)
			return sw_error_set(l->err, SW_ELIMIT, "no memory left for policies");
		to->v = p;
		to->cap = cap;
	}
	to->v[to->n++] = v;
	return 0;
}

static int take_object(struct loader *l, struct sw_value v)
{
	struct sw_kube_object o;
	if (sw_kube_is_list(v)) {
		int rc = 0;
		for (uint32_t i = 0; !rc; i++) {
			struct sw_value item = sw_kube_list_item(&l->p->arena, v, i);
			if (!sw_defined(item))
				break;
			if (!sw_kube_is_list(item))
				rc = take_object(l, item);
		}
		return rc;
	}
	if (sw_kube_object_init(v, &o, NULL))
		return 0; /* a kustomization or values file: no policy */
	if (l->inventory) {
		int rc = sw_kube_is(&o, "", "Namespace") ? push(l, &l->namespaces, v) : 0;
		return rc ? rc : push(l, &l->data, v);
	}
	switch (sw_gk_kind_of(v)) {
	case SW_GK_TEMPLATE:
		return push(l, &l->templates, v);
	case SW_GK_CONSTRAINT:
		return push(l, &l->constraints, v);
	case SW_GK_CONFIG:
	case SW_GK_ADMISSION:
	case SW_GK_MUTATOR:
	case SW_GK_EXPANSION:
		return push(l, &l->others, v);
	default:
		return 0; /* samples lie beside policies */
	}
}

static bool has_suffix(const char *path, const char *const *suffixes)
{
	for (; *suffixes; suffixes++)
		if (sw_str_ends(sw_str_from(path), sw_str_from(*suffixes)))
			return true;
	return false;
}

struct walker {
	int (*file)(void *, const char *, const struct stat *);
	void *arg;
	struct sw_error why; /* the first thing that could not be read */
	bool failed;
};

static int walk_file(void *arg, const char *path, const struct stat *st)
{
	struct walker *w = arg;
	return w->failed ? -SW_EIO : w->file(w->arg, path, st);
}

static void walk_failed(void *arg, const struct sw_error *err)
{
	struct walker *w = arg;
	if (!w->failed)
		w->why = *err;
	w->failed = true;
}

/* A folder that cannot be read (no rights, no descriptors left) must not look like an empty one. */
static int walk_all(const struct sw_paths *paths,
	int (*file)(void *, const char *, const struct stat *), void *arg, struct sw_error *err)
{
	struct walker w = {.file = file, .arg = arg};
	struct sw_walk walk = {.depth_max = DEPTH_MAX,
		.entries_max = OBJECTS_MAX,
		.file = walk_file,
		.error = walk_failed,
		.arg = &w};
	int rc = 0;
	for (uint32_t i = 0; !rc && i < paths->n; i++) {
		rc = sw_io_walk(paths->v[i], &walk, err);
		if (w.failed && err)
			*err = w.why;
		rc = w.failed ? -SW_EIO : rc;
	}
	return rc;
}

static int read_yaml(void *arg, const char *path, const struct stat *st)
{
	static const char *const suffixes[] = {".yaml", ".yml", ".json", NULL};
	struct loader *l = arg;
	struct sw_arena *a = &l->p->arena;
	struct sw_str text;
	struct sw_yaml_stream *stream;
	struct sw_yaml_doc doc;
	if (!has_suffix(path, suffixes))
		return 0;
	int rc = sw_io_read(a, path, FILE_MAX_BYTES, SW_IO_COPY, &text, l->err);
	if (!rc)
		rc = sw_yaml_open(a, text, SW_YAML_K8S, NULL, &stream, l->err);
	while (!rc) {
		rc = sw_yaml_next(stream, a, &doc, l->err);
		if (rc == 0)
			return 0;
		rc = rc > 0 ? take_object(l, doc.root) : rc;
	}
	if (rc < 0 && l->err && !l->err->file[0])
		sw_error_at(l->err, sw_str_from(path), l->err->line, l->err->col, l->err->byte);
	return rc;
}

/* An object of the live cluster: a policy, or part of its inventory. */
static int take_live(void *arg, struct sw_str text, bool param)
{
	struct loader *l = arg;
	struct sw_value v;
	int rc = sw_json_parse(&l->p->arena, text, SW_JSON_COPY, NULL, &v, NULL, l->err);
	if (rc)
		return rc;
	if (param)
		return push(l, &l->params, v);
	l->inventory = sw_gk_kind_of(v) == SW_GK_NOTHING;
	return take_object(l, v);
}

/* The cluster's part: of what the files' admission policies name as their parameters, too. */
static int load_live(struct loader *l)
{
	struct sw_cluster *cluster = l->p->opts->cluster;
	struct list kinds = {0};
	int rc = 0;
	if (!cluster)
		return 0;
	for (uint32_t i = 0; !rc && i < l->others.n; i++) {
		struct sw_value kind = sw_value_path(l->others.v[i], "spec", "paramKind", NULL);
		if (sw_gk_kind_of(l->others.v[i]) == SW_GK_ADMISSION && kind.type == SW_OBJECT)
			rc = push(l, &kinds, kind);
	}
	if (!rc)
		rc = sw_cluster_params(cluster, kinds.v, kinds.n, PARAMS_WAIT_MS, l->err);
	return rc ? rc : sw_cluster_each(cluster, take_live, l);
}

/* ---- the user's Rego ---- */

static bool is_entry(struct sw_str name, bool *warn)
{
	static const char *const kinds[] = {"deny", "violation", "warn"};
	for (int i = 0; i < 3; i++) {
		struct sw_str k = sw_str_from(kinds[i]);
		if (sw_str_starts(name, k) && (name.n == k.n || name.p[k.n] == '_')) {
			*warn = i == 2;
			return true;
		}
	}
	return false;
}

static struct sw_str head_name(const struct sw_rego_rule *r)
{
	const struct sw_rego_terms *items = &r->head->ref->items;
	return items->n ? items->v[0]->name : SW_STR("");
}

static struct sw_str package_path(struct sw_arena *a, const struct sw_rego_module *m)
{
	sw_autobuf b;
	sw_buf_init(&b, 64 << 10);
	for (uint32_t i = 1; i < m->package->items.n; i++) {
		struct sw_value v = m->package->items.v[i]->value;
		if (v.type == SW_STRING)
			sw_buf_printf(&b, "%s%.*s", i > 1 ? "." : "", SW_STR_ARG(sw_value_str(v)));
	}
	return sw_arena_str(a, sw_buf_str(&b));
}

static int add_entry(
	struct loader *l, const struct sw_rego_module *m, struct sw_str rule, bool warn)
{
	struct sw_policies *p = l->p;
	struct sw_rego_entry e = {
		.package = package_path(&p->arena, m), .rule = rule, .warn = warn};
	for (uint32_t i = 0; i < p->n_entries; i++)
		if (sw_str_eq(p->entries[i].package, e.package) &&
			sw_str_eq(p->entries[i].rule, rule))
			return 0;
	void *v = sw_arena_grow(
		&p->arena, p->entries, p->n_entries * sizeof(e), (p->n_entries + 1) * sizeof(e));
	if (!v || !e.package.p)
		return sw_error_set(l->err, SW_ELIMIT, "no memory left for policies");
	p->entries = v;
	p->entries[p->n_entries++] = e;
	return 0;
}

static int parse_rego(struct loader *l, struct sw_source *source, struct sw_rego_module **ret)
{
	struct sw_arena *a = sw_rego_engine_arena(l->p->rego);
	struct sw_rego_parse_opts v1 = {.version = SW_REGO_V1}, v0 = {.version = SW_REGO_V0};
	struct sw_rego_diags d, old;
	sw_rego_diags_init(&d, a);
	sw_rego_diags_init(&old, a);
	/* Files of before OPA 1.0 are read as what they are; errors are told of the newer language.
	 */
	if (sw_rego_parse_module(a, source, &v1, ret, &d) == 0 ||
		sw_rego_parse_module(a, source, &v0, ret, &old) == 0)
		return 0;
	const struct sw_rego_diag *first = d.n ? &d.v[0] : NULL;
	sw_error_set(l->err, SW_ESYNTAX, "%.*s",
		SW_STR_ARG(first ? first->text : SW_STR("cannot be parsed")));
	return sw_error_at(
		l->err, source->name, first ? first->loc.row : 0, first ? first->loc.col : 0, 0);
}

static int read_rego(void *arg, const char *path, const struct stat *st)
{
	static const char *const suffixes[] = {".rego", NULL}, *const tests[] = {
								       "_test.rego", NULL};
	struct loader *l = arg;
	struct sw_policies *p = l->p;
	struct sw_source *source = sw_arena_new(&p->arena, struct sw_source);
	struct sw_rego_module *m;
	if (!has_suffix(path, suffixes) || has_suffix(path, tests))
		return 0;
	if (!source)
		return sw_error_set(l->err, SW_ELIMIT, "no memory left for policies");
	source->name = sw_arena_str(&p->arena, sw_str_from(path));
	int rc = sw_io_read(&p->arena, path, FILE_MAX_BYTES, SW_IO_COPY, &source->text, l->err);
	if (!rc)
		rc = parse_rego(l, source, &m);
	for (uint32_t i = 0; !rc && i < m->n_rules; i++) {
		bool warn;
		struct sw_str name = head_name(m->rules[i]);
		if (m->rules[i]->head->args.n == 0 && is_entry(name, &warn))
			rc = add_entry(l, m, name, warn);
	}
	return rc ? rc : sw_rego_engine_add_module(p->rego, m, l->err);
}

static int load_rego(struct loader *l)
{
	static const struct sw_str unsafe[] = {
		SW_STR_INIT("http.send"), SW_STR_INIT("opa.runtime")};
	struct sw_policies *p = l->p;
	if (!p->opts->rego.n)
		return 0;
	struct sw_rego_engine_opts opts = {.compile = {.unsafe = unsafe, .n_unsafe = 2}};
	p->rego = sw_rego_engine_new(&opts);
	int rc = walk_all(&p->opts->rego, read_rego, l, l->err);
	if (!rc)
		rc = sw_rego_engine_compile(p->rego, l->err);
	for (uint32_t i = 0; !rc && i < p->n_entries; i++) {
		struct sw_str path = sw_arena_printf(&p->arena, "data.%.*s.%.*s",
			SW_STR_ARG(p->entries[i].package), SW_STR_ARG(p->entries[i].rule));
		rc = sw_rego_engine_entrypoint(p->rego, path, &p->entries[i].query, l->err);
	}
	if (!rc && !p->n_entries)
		rc = sw_error_set(l->err, SW_EINVALID, "%s: no deny, violation or warn rule",
			p->opts->rego.v[0]);
	return rc;
}

/* ---- checks ---- */

static int known_ids(const struct sw_packs *packs, const struct sw_paths *ids, struct sw_error *err)
{
	for (uint32_t i = 0; i < ids->n; i++) {
		const struct sw_check *c = sw_packs_find(packs, sw_str_from(ids->v[i]));
		if (!c) {
			sw_error_set(err, SW_ENOENT, "there is no check %s", ids->v[i]);
			return sw_error_hint(err, "`seawall list checks` shows them");
		}
		if (c->input == SW_CHECK_CLUSTER)
			return sw_error_set(err, SW_EUSAGE,
				"the check %s looks at the whole cluster and cannot judge one "
				"request",
				ids->v[i]);
	}
	return 0;
}

/* The checks that can have a consequence; all of them where a severity decides. */
static int load_packs(struct loader *l)
{
	const struct sw_door_opts *o = l->p->opts;
	struct sw_packs_opts opts = {
		.dirs = o->packs.v, .n_dirs = o->packs.n, .no_builtin = o->no_builtin};
	uint32_t n = o->enforce.n + o->fixes.n;
	bool by_severity =
		o->enforce_severity != SW_SEV_UNKNOWN || o->warn_severity != SW_SEV_UNKNOWN;
	if ((o->no_builtin && !o->packs.n) || (!n && !by_severity))
		return n ? sw_error_set(
				   l->err, SW_EUSAGE, "--no-builtin leaves no check to enforce")
			 : 0;
	struct sw_str *only = sw_arena_new_array(&l->p->arena, n + 1, struct sw_str);
	if (!only)
		return sw_error_set(l->err, SW_ELIMIT, "no memory left for policies");
	for (uint32_t i = 0; i < n; i++)
		only[i] = sw_str_from(
			i < o->enforce.n ? o->enforce.v[i] : o->fixes.v[i - o->enforce.n]);
	opts.only = by_severity ? NULL : only;
	opts.n_only = by_severity ? 0 : n;
	int rc = sw_packs_load(&opts, &l->p->packs, l->err);
	if (!rc)
		rc = known_ids(l->p->packs, &o->enforce, l->err);
	return rc ? rc : known_ids(l->p->packs, &o->fixes, l->err);
}

/* ---- the whole ---- */

static struct sw_str name_of(struct sw_value object)
{
	return sw_value_getstr(sw_object_gets(object, SW_STR("metadata")), "name");
}

static int by_name(const void *a, const void *b)
{
	return sw_str_cmp(
		name_of(*(const struct sw_value *)a), name_of(*(const struct sw_value *)b));
}

static int load_all(struct loader *l)
{
	struct sw_policies *p = l->p;
	int rc = walk_all(&p->opts->policies, read_yaml, l, l->err);
	l->inventory = true;
	if (!rc)
		rc = walk_all(&p->opts->inventory, read_yaml, l, l->err);
	if (!rc)
		rc = load_live(l);
	if (!rc)
		rc = load_rego(l);
	if (!rc)
		rc = load_packs(l);
	if (l->namespaces.n > 1)
		qsort(l->namespaces.v, l->namespaces.n, sizeof(struct sw_value), by_name);
	p->templates = l->templates.v;
	p->n_templates = l->templates.n;
	p->constraints = l->constraints.v;
	p->n_constraints = l->constraints.n;
	p->others = l->others.v;
	p->n_others = l->others.n;
	p->data = l->data.v;
	p->n_data = l->data.n;
	p->params = l->params.v;
	p->n_params = l->params.n;
	p->namespaces = l->namespaces.v;
	p->n_namespaces = l->namespaces.n;
	return rc;
}

int sw_policies_load(
	const struct sw_door_opts *opts, struct sw_policies **ret, struct sw_error *err)
{
	struct sw_policies *p = calloc(1, sizeof(*p));
	struct sw_error own = {0};
	if (!p)
		return sw_error_set(err, SW_ELIMIT, "no memory left for policies");
	p->opts = opts;
	p->refs = 1;
	sw_arena_init(&p->arena, SET_MAX_BYTES);
	struct loader l = {.p = p, .err = err ? err : &own};
	int rc = load_all(&l);
	if (rc)
		sw_policies_unref(p);
	else
		*ret = p;
	return rc;
}

void sw_policies_ref(struct sw_policies *p)
{
	__atomic_add_fetch(&p->refs, 1, __ATOMIC_RELAXED);
}

void sw_policies_unref(struct sw_policies *p)
{
	if (!p || __atomic_sub_fetch(&p->refs, 1, __ATOMIC_ACQ_REL))
		return;
	sw_packs_free(p->packs);
	sw_rego_engine_free(p->rego);
	sw_arena_release(&p->arena);
	free(p);
}

struct sw_value sw_policies_namespace(const struct sw_policies *p, struct sw_str name)
{
	for (uint32_t lo = 0, hi = p->n_namespaces; lo < hi;) {
		uint32_t mid = lo + (hi - lo) / 2;
		int c = sw_str_cmp(name, name_of(p->namespaces[mid]));
		if (c == 0)
			return p->namespaces[mid];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return sw_undef();
}

bool sw_policies_excluded(const struct sw_policies *p, struct sw_str ns)
{
	for (uint32_t i = 0; ns.n && i < p->opts->exclude.n; i++)
		if (sw_gk_wildcard(sw_str_from(p->opts->exclude.v[i]), ns))
			return true;
	return false;
}

/* ---- changes ---- */

struct stamper {
	XXH64_hash_t sum;
};

static int stamp_file(void *arg, const char *path, const struct stat *st)
{
	struct stamper *s = arg;
	struct {
		uint64_t dev, ino, size, sec, nsec;
	} what = {st->st_dev, st->st_ino, (uint64_t)st->st_size, (uint64_t)st->st_mtim.tv_sec,
		(uint64_t)st->st_mtim.tv_nsec};
	s->sum = XXH64(path, strlen(path), s->sum);
	s->sum = XXH64(&what, sizeof(what), s->sum);
	return 0;
}

uint64_t sw_policies_stamp(const struct sw_door_opts *o)
{
	const struct sw_paths *all[] = {&o->policies, &o->inventory, &o->rego, &o->packs};
	struct stamper s = {0};
	for (size_t i = 0; i < 4; i++)
		if (walk_all(all[i], stamp_file, &s, NULL))
			s.sum++; /* what cannot be read is a state too */
	return s.sum;
}
