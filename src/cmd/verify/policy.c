/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall verify --policy`: a statement judged by Rego, in the manner of cosign's policies. */
#include "cmd/policy/rego_load.h"
#include "rego/parse.h"
#include "cmd/verify/verify.h"
#include "doc/json.h"

#define MAX_PACKAGES 256

struct sw_verify_rego {
	struct sw_rego_load load;
	struct sw_rego_engine *engine;
	struct sw_rego_eval *eval;
	struct sw_str packages[MAX_PACKAGES]; /* "data.signature" */
	uint32_t queries[MAX_PACKAGES], n;
};

static const struct {
	const char *name, *uri;
	bool prefix;
} types[] = {
	{"custom", "https://cosign.sigstore.dev/attestation/v1", false},
	{"cyclonedx", "https://cyclonedx.org/bom", true},
	{"link", "https://in-toto.io/Link/v1", false},
	{"openvex", "https://openvex.dev/ns", true},
	{"slsaprovenance", "https://slsa.dev/provenance/", true},
	{"slsaprovenance02", "https://slsa.dev/provenance/v0.2", false},
	{"slsaprovenance1", "https://slsa.dev/provenance/v1", false},
	{"spdx", "https://spdx.dev/Document", true},
	{"spdxjson", "https://spdx.dev/Document", true},
	{"vuln", "https://cosign.sigstore.dev/attestation/vuln/v1", false},
};

bool sw_verify_is_type(const char *want, struct sw_str type)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(types); i++)
		if (strcmp(types[i].name, want) == 0)
			return types[i].prefix ? sw_str_starts(type, sw_str_from(types[i].uri))
					       : sw_str_is(type, types[i].uri);
	return sw_str_is(type, want);
}

static int add_package(struct sw_verify *v, const struct sw_rego_module *m)
{
	struct sw_verify_rego *g = v->rego;
	sw_autobuf b;
	sw_buf_init(&b, 64 << 10);
	sw_rego_term_print(&b, m->package);
	struct sw_str name = sw_arena_str(v->ctx->arena, sw_buf_str(&b));
	for (uint32_t i = 0; i < g->n; i++)
		if (sw_str_eq(g->packages[i], name))
			return 0;
	if (g->n == MAX_PACKAGES)
		return sw_error_set(&v->err, SW_ELIMIT, "more than %d packages", MAX_PACKAGES);
	g->packages[g->n] = name;
	return sw_rego_engine_entrypoint(g->engine, name, &g->queries[g->n++], &v->err);
}

static int compile(struct sw_verify *v)
{
	struct sw_verify_rego *g = v->rego;
	g->engine = sw_rego_engine_new(NULL);
	int rc = sw_rego_load_modules(&g->load, g->engine, &v->err);
	sw_rego_engine_data(g->engine, g->load.data);
	if (rc < 0 || (rc = sw_rego_engine_compile(g->engine, &v->err)) < 0)
		return rc;
	const struct sw_rego_program *p = sw_rego_engine_program(g->engine);
	for (uint32_t i = 0; i < p->n_modules; i++)
		if ((rc = add_package(v, p->modules[i])) < 0)
			return rc;
	g->eval = sw_rego_eval_new(g->engine, NULL);
	return 0;
}

int sw_verify_policy_load(struct sw_verify *v)
{
	const struct sw_optval *paths = sw_opts_get(&v->ctx->opts, "policy");
	int rc = 0;
	if (!paths->n)
		return 0;
	v->rego = sw_arena_new(v->ctx->arena, struct sw_verify_rego);
	sw_rego_load_init(&v->rego->load, v->ctx->arena);
	if (strcmp(sw_opts_str(&v->ctx->opts, "rego-version"), "v0") == 0)
		v->rego->load.version = SW_REGO_V0;
	for (uint32_t i = 0; i < paths->n && rc == 0; i++)
		rc = sw_rego_load_path(&v->rego->load, paths->v[i], &v->err);
	if (rc == 0 && !v->rego->load.n_modules)
		rc = sw_error_set(&v->err, SW_ENOENT, "--policy: no Rego in %s", paths->v[0]);
	return rc < 0 ? rc : compile(v);
}

void sw_verify_policy_free(struct sw_verify *v)
{
	if (!v->rego)
		return;
	sw_rego_eval_free(v->rego->eval);
	sw_rego_engine_free(v->rego->engine);
	v->rego = NULL;
}

static struct sw_value signer_value(struct sw_arena *a, const struct sw_sign_result *r)
{
	struct sw_map m, claims;
	struct sw_list names, times;
	sw_map_init(&m, a);
	sw_map_init(&claims, a);
	sw_list_init(&names, a);
	sw_list_init(&times, a);
	for (uint32_t i = 0; i < r->identity.n_names; i++)
		sw_list_add(&names, sw_string(r->identity.names[i]));
	for (uint32_t i = 0; i < r->identity.n_claims; i++)
		sw_map_adds(&claims, r->identity.claims[i].name,
			sw_string(r->identity.claims[i].value));
	for (uint32_t i = 0; i < r->n_times; i++)
		sw_list_add(&times, sw_int(r->times[i].t));
	sw_map_adds(&m, "kind", r->keyless ? SW_VSTR("identity") : SW_VSTR("key"));
	sw_map_adds(&m, "identities", sw_list_array(&names));
	sw_map_adds(
		&m, "issuer", sw_string(r->identity.issuer.p ? r->identity.issuer : SW_STR("")));
	sw_map_adds(&m, "claims", sw_map_object(&claims));
	sw_map_adds(&m, "times", sw_list_array(&times));
	return sw_map_object(&m);
}

/* The statement's members, and `signer`. */
static struct sw_value input_of(struct sw_arena *a, const struct sw_sign_result *r)
{
	struct sw_map m;
	sw_map_init(&m, a);
	sw_object_foreach (it, r->statement)
		sw_map_add(&m, it->k, it->v);
	sw_map_adds(&m, "signer", signer_value(a, r));
	return sw_map_object(&m);
}

static bool is_empty(struct sw_value v)
{
	return !sw_defined(v) || sw_is_false(v) ||
	       ((sw_is(v, SW_SET) || sw_is(v, SW_ARRAY) || sw_is(v, SW_OBJECT)) && v.n == 0);
}

static int denied(struct sw_verify *v, struct sw_str package, const char *what, struct sw_value why)
{
	sw_autobuf b;
	sw_buf_init(&b, 64 << 10);
	if (sw_defined(why))
		sw_json_write(&b, why, SW_JSON_SPACED);
	return sw_error_set(&v->err, SW_ESECURITY, "the policy %.*s %s%s%.*s",
		(int)(package.n > 200 ? 200 : package.n), package.p, what, b.n ? ": " : "",
		(int)(b.n > 400 ? 400 : b.n), b.p ? b.p : "");
}

/* A package's rules of these names; *asked counts them. */
static bool declares(const struct sw_rego_program *p, struct sw_str package, const char *name)
{
	for (uint32_t i = 0; i < p->n_modules; i++) {
		sw_autobuf b;
		sw_buf_init(&b, 64 << 10);
		sw_rego_term_print(&b, p->modules[i]->package);
		if (!sw_str_eq(sw_buf_str(&b), package))
			continue;
		for (uint32_t k = 0; k < p->modules[i]->n_rules; k++) {
			const struct sw_rego_term *ref = p->modules[i]->rules[k]->head->ref;
			const struct sw_rego_term *first = ref->items.n ? ref->items.v[0] : NULL;
			struct sw_str s = !first		       ? (struct sw_str){0}
					  : first->kind == SW_REGO_VAR ? first->name
					  : sw_is(first->value, SW_STRING)
						  ? sw_value_str(first->value)
						  : (struct sw_str){0};
			if (sw_str_is(s, name))
				return true;
		}
	}
	return false;
}

int sw_verify_policy(struct sw_verify *v, const struct sw_sign_result *r)
{
	struct sw_verify_rego *g = v->rego;
	const struct sw_rego_program *p = sw_rego_engine_program(g->engine);
	struct sw_rego_eval_input in = {.input = input_of(v->ctx->arena, r)};
	uint32_t asked = 0;
	int rc = 0;
	sw_rego_eval_begin(g->eval, &in);
	for (uint32_t i = 0; i < g->n && rc == 0; i++) {
		struct sw_rego_result res;
		bool has_allow = declares(p, g->packages[i], "allow"),
		     has_deny = declares(p, g->packages[i], "deny");
		if (!has_allow && !has_deny)
			continue;
		asked++;
		if ((rc = sw_rego_eval_run(g->eval, g->queries[i], &res, &v->err)) < 0)
			break;
		struct sw_value deny = sw_object_gets(res.value, SW_STR("deny"));
		if (has_deny && !is_empty(deny))
			rc = denied(v, g->packages[i], "denies it", deny);
		else if (has_allow && !sw_is_true(sw_object_gets(res.value, SW_STR("allow"))))
			rc = denied(v, g->packages[i], "does not allow it",
				sw_object_gets(res.value, SW_STR("errors")));
	}
	sw_rego_eval_end(g->eval);
	if (rc == 0 && !asked)
		return sw_error_set(&v->err, SW_EINVALID,
			"--policy: no package has a rule named allow or deny");
	return rc;
}
