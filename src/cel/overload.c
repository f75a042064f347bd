/* SPDX-License-Identifier: Apache-2.0 */
/* Which overloads of a function or operator its arguments' static types leave. */
#include "cel/check.h"

static const struct cel_row *const groups[] = {cel_rows_std, cel_rows_string, cel_rows_list,
	cel_rows_math, cel_rows_time, cel_rows_net, cel_rows_kube, cel_rows_regex,
	cel_rows_optional, cel_rows_authz, cel_rows_patch};

const struct cel_type *cel_type_new(struct cel_checker *k, enum cel_tkind kind,
	const struct cel_type *a, const struct cel_type *b)
{
	struct cel_type *t = sw_arena_new(k->k->a, struct cel_type);
	if (!t)
		return cel_simple(kind == T_OPTIONAL ? T_OPTIONAL : T_DYN);
	*t = (struct cel_type){.kind = (uint8_t)kind, .a = a, .b = b};
	return t;
}

void cel_type_issue(struct cel_checker *k, uint32_t at, const char *fmt, ...)
{
	if (k->k->cel->opts.unchecked)
		return;
	va_list ap;
	sw_autobuf b;
	sw_buf_init(&b, 4096);
	va_start(ap, fmt);
	sw_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	cel_issue(k->k, at, "%.*s", SW_STR_ARG(sw_buf_str(&b)));
}

/* ---- assignability ---- */

static bool nullable(uint8_t kind)
{
	return kind == T_NULL || kind == T_OBJECT || kind == T_TIMESTAMP || kind == T_DURATION;
}

static bool bind_param(const struct cel_type **slot, const struct cel_type *have)
{
	if (!*slot || cel_is_dyn(*slot)) {
		*slot = *slot ? *slot : have;
		return true;
	}
	if (cel_is_dyn(have)) {
		*slot = have;
		return true;
	}
	if (cel_assignable(*slot, have, NULL))
		return true;
	if (!cel_assignable(have, *slot, NULL))
		return false;
	*slot = have;
	return true;
}

bool cel_is_ordered(const struct cel_type *t)
{
	switch (t->kind) {
	case T_BOOL:
	case T_INT:
	case T_UINT:
	case T_DOUBLE:
	case T_STRING:
	case T_BYTES:
	case T_TIMESTAMP:
	case T_DURATION:
		return true;
	default:
		return cel_is_dyn(t);
	}
}

/* The parameter's place in what is bound; -1: it is no parameter. */
static int param_place(const struct cel_type *t)
{
	if (t->kind == T_PARAM_K)
		return 0;
	return t->kind >= T_PARAM_A && t->kind <= T_PARAM_C ? t->kind - T_PARAM_A : -1;
}

bool cel_assignable(
	const struct cel_type *want, const struct cel_type *have, const struct cel_type **bind)
{
	int place = param_place(want);
	if (want->kind == T_PARAM_K && !cel_is_ordered(have))
		return false;
	if (place >= 0)
		return bind ? bind_param(&bind[place], have) : true;
	if (cel_is_dyn(want) || cel_is_dyn(have))
		return true;
	if (have->kind == T_NULL)
		return nullable(want->kind);
	if (want->kind != have->kind)
		return false;
	if (want->kind == T_OBJECT)
		return want == have || (!want->fields && !have->fields && strcmp(want->name, have->name) == 0);
	if (want->kind == T_LIST || want->kind == T_OPTIONAL || want->kind == T_MAP) {
		if (!cel_assignable(cel_param(want->a), cel_param(have->a), bind))
			return false;
		return want->kind != T_MAP ||
		       cel_assignable(cel_param(want->b), cel_param(have->b), bind);
	}
	return true;
}

static const struct cel_type *substitute(
	struct cel_checker *k, const struct cel_type *t, const struct cel_type *const *bind)
{
	if (param_place(t) >= 0)
		return cel_param(bind[param_place(t)]);
	if (!t->a)
		return t;
	return cel_type_new(k, (enum cel_tkind)t->kind, substitute(k, t->a, bind),
		t->b ? substitute(k, t->b, bind) : NULL);
}

/* ---- signatures ---- */

static const struct cel_type *sig_type(struct cel_checker *k, const char **s)
{
	static const struct {
		char letter;
		uint8_t kind;
	} letters[] = {{'b', T_BOOL}, {'i', T_INT}, {'u', T_UINT}, {'d', T_DOUBLE}, {'s', T_STRING},
		{'y', T_BYTES}, {'n', T_NULL}, {'t', T_TIMESTAMP}, {'D', T_DURATION}, {'T', T_TYPE},
		{'U', T_URL}, {'I', T_IP}, {'N', T_CIDR}, {'Q', T_QUANTITY}, {'V', T_SEMVER},
		{'F', T_FORMAT}, {'Z', T_AUTHORIZER}, {'?', T_DYN}, {'A', T_PARAM_A},
		{'B', T_PARAM_B}, {'C', T_PARAM_C}, {'K', T_PARAM_K}};
	char c = *(*s)++;
	if (c == 'l' || c == 'o') {
		const struct cel_type *a = sig_type(k, s);
		return cel_type_new(k, c == 'l' ? T_LIST : T_OPTIONAL, a, NULL);
	}
	if (c == 'm') {
		const struct cel_type *a = sig_type(k, s);
		return cel_type_new(k, T_MAP, a, sig_type(k, s));
	}
	for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++)
		if (letters[i].letter == c)
			return cel_simple((enum cel_tkind)letters[i].kind);
	return cel_simple(T_DYN);
}

struct sig {
	const struct cel_type *args[6];
	uint32_t n;
	bool method, variadic;
	const struct cel_type *result;
};

static void sig_read(struct cel_checker *k, const char *s, struct sig *ret)
{
	*ret = (struct sig){0};
	while (*s && *s != ':') {
		if (*s == '.' || *s == '*') {
			ret->method = ret->method || *s == '.';
			ret->variadic = ret->variadic || *s == '*';
			s++;
			continue;
		}
		if (ret->n == 6)
			break;
		ret->args[ret->n++] = sig_type(k, &s);
	}
	if (*s == ':')
		s++;
	ret->result = sig_type(k, &s);
}

static bool sig_fits(
	const struct sig *s, struct cel_node *const *args, uint32_t n, const struct cel_type **bind)
{
	if (s->variadic ? n < s->n : n != s->n)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!cel_assignable(s->args[i < s->n ? i : s->n - 1], args[i]->type, bind))
			return false;
	return true;
}

static bool same(const struct cel_type *a, const struct cel_type *b)
{
	if (a->kind != b->kind || (a->kind == T_OBJECT && !cel_assignable(a, b, NULL)))
		return false;
	if (a->a || b->a)
		if (!same(cel_param(a->a), cel_param(b->a)))
			return false;
	return !(a->b || b->b) || same(cel_param(a->b), cel_param(b->b));
}

static void no_match(
	struct cel_checker *k, const struct cel_node *n, const char *name, size_t name_n)
{
	sw_autobuf b;
	sw_buf_init(&b, 2048);
	uint32_t from = 0;
	if (n->op == OP_CALL && n->method && n->n) {
		cel_type_write(&b, n->args[0]->type);
		sw_buf_addch(&b, '.');
		from = 1;
	}
	sw_buf_addch(&b, '(');
	for (uint32_t i = from; i < n->n; i++) {
		if (i > from)
			sw_buf_addz(&b, ", ");
		cel_type_write(&b, n->args[i]->type);
	}
	sw_buf_addch(&b, ')');
	cel_type_issue(k, n->at, "found no matching overload for '%.*s' applied to '%.*s'",
		(int)name_n, name, SW_STR_ARG(sw_buf_str(&b)));
}

/* ---- operators ---- */

#define ORDER                                                                                      \
	"bb:b", "ii:b", "iu:b", "id:b", "ui:b", "uu:b", "ud:b", "di:b", "du:b", "dd:b", "ss:b",    \
		"yy:b", "tt:b", "DD:b", NULL

static const char *const *operator_sigs(uint8_t op, const char **ret_name)
{
	static const char *const add[] = {
		"ii:i", "uu:u", "dd:d", "ss:s", "yy:y", "lAlA:lA", "DD:D", "tD:t", "Dt:t", NULL};
	static const char *const sub[] = {"ii:i", "uu:u", "dd:d", "DD:D", "tD:t", "tt:D", NULL};
	static const char *const mul[] = {"ii:i", "uu:u", "dd:d", NULL};
	static const char *const mod[] = {"ii:i", "uu:u", NULL};
	static const char *const eq[] = {"AA:b", NULL};
	static const char *const order[] = {ORDER};
	static const char *const in[] = {"AlA:b", "AmAB:b", NULL};
	static const char *const logic[] = {"b*:b", NULL};
	static const char *const cond[] = {"bAA:A", NULL};
	static const char *const not [] = {"b:b", NULL};
	static const char *const neg[] = {"i:i", "d:d", NULL};
	static const char *const index[] = {"lAi:A", "mABA:B", "olAi:oA", "omABA:oB", NULL};
	static const char *const opt_index[] = {"lAi:oA", "mABA:oB", "olAi:oA", "omABA:oB", NULL};
	static const struct {
		enum cel_op op;
		const char *name;
		const char *const *sigs;
	} table[] = {{OP_ADD, "_+_", add}, {OP_SUB, "_-_", sub}, {OP_MUL, "_*_", mul},
		{OP_DIV, "_/_", mul}, {OP_MOD, "_%_", mod}, {OP_EQ, "_==_", eq},
		{OP_NE, "_!=_", eq}, {OP_LT, "_<_", order}, {OP_LE, "_<=_", order},
		{OP_GT, "_>_", order}, {OP_GE, "_>=_", order}, {OP_IN, "@in", in},
		{OP_AND, "_&&_", logic}, {OP_OR, "_||_", logic}, {OP_COND, "_?_:_", cond},
		{OP_NOT, "!_", not }, {OP_NEG, "-_", neg}, {OP_INDEX, "_[_]", index},
		{OP_OPT_INDEX, "_[?_]", opt_index}};
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i].op == op) {
			*ret_name = table[i].name;
			return table[i].sigs;
		}
	return NULL;
}

const struct cel_type *cel_operator_type(struct cel_checker *k, const struct cel_node *n)
{
	const char *name = "";
	const struct cel_type *found = NULL;
	const char *const *sigs = operator_sigs(n->op, &name);
	for (; sigs && *sigs; sigs++) {
		struct sig s;
		const struct cel_type *bind[3] = {0};
		sig_read(k, *sigs, &s);
		if (!sig_fits(&s, n->args, n->n, bind))
			continue;
		const struct cel_type *t = substitute(k, s.result, bind);
		found = !found || same(found, t) ? t : cel_simple(T_DYN);
	}
	if (found)
		return found;
	no_match(k, n, name, strlen(name));
	return cel_simple(T_ERROR);
}

/* ---- calls ---- */

/* Is the row there in this environment? */
static bool offered(const struct cel_checker *k, const struct cel_row *r, size_t group)
{
	const struct sw_cel *cel = k->k->cel;
	return (!r->spec || cel->opts.spec) && (groups[group] != cel_rows_patch || cel->mutations);
}

bool cel_function_known(const struct cel_checker *k, struct sw_str name)
{
	for (size_t g = 0; g < sizeof(groups) / sizeof(*groups); g++)
		for (const struct cel_row *r = groups[g]; r->name; r++)
			if (sw_str_is(name, r->name) && offered(k, r, g))
				return true;
	return false;
}

static void candidate(struct cel_candidate *f, const struct cel_row *r, const struct sig *s)
{
	*f = (struct cel_candidate){
		.fn = r->fn, .n = (uint8_t)s->n, .variadic = s->variadic, .cost = r->cost};
	for (uint32_t i = 0; i < s->n; i++)
		f->types[i] = cel_runtime_type(s->args[i]->kind);
}

void cel_call_resolve(struct cel_checker *k, struct cel_node *n)
{
	struct sw_str name = sw_value_str(n->value);
	struct cel_candidate *all =
		sw_arena_new_array(k->k->a, CEL_CANDIDATES_MAX * 2, struct cel_candidate);
	const struct cel_type *found = NULL;
	bool known = false;
	if (!all) {
		n->type = cel_simple(T_ERROR);
		return cel_issue(k->k, n->at, "the expression is too large");
	}
	for (size_t g = 0; g < sizeof(groups) / sizeof(*groups); g++)
		for (const struct cel_row *r = groups[g]; r->name; r++) {
			struct sig s;
			const struct cel_type *bind[3] = {0};
			if (!sw_str_is(name, r->name) || !offered(k, r, g))
				continue;
			known = true;
			sig_read(k, r->sig, &s);
			if (s.method != n->method || !sig_fits(&s, n->args, n->n, bind) ||
				n->n_candidates == CEL_CANDIDATES_MAX * 2)
				continue;
			const struct cel_type *t = substitute(k, s.result, bind);
			found = !found || same(found, t) ? t : cel_simple(T_DYN);
			candidate(&all[n->n_candidates++], r, &s);
		}
	n->candidates = all;
	n->type = found ? found : cel_simple(T_ERROR);
	if (!known)
		cel_type_issue(k, n->at, "undeclared reference to '%.*s' (in container '')",
			SW_STR_ARG(name));
	else if (!found)
		no_match(k, n, name.p, name.n);
}
