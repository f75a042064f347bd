/* SPDX-License-Identifier: Apache-2.0 */
/* Trees of conditions to nodes of a program. */
#include <ctype.h>

#include "base/cleanup.h"
#include "runtime/rules/prog_int.h"

#define VALUES_MAX 1000000 /* constants of one comparison */

struct compile {
	struct sw_prog *p;
	sw_prog_warn warn;
	void *warn_arg;
	struct sw_cond_pos pos; /* of the node at hand */
	struct sw_error *err;
};

static int fail(struct compile *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int fail(struct compile *c, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return sw_error_set(c->err, SW_EINVALID, "%s", text);
}

static int no_memory(struct compile *c)
{
	return sw_error_set(c->err, SW_ELIMIT, "out of memory");
}

/* ---- index ---- */

static void **index_slot(struct sw_arena *a, struct sw_index *x, struct sw_str key)
{
	if (x->n * 2 >= x->cap) {
		uint32_t cap = x->cap ? x->cap * 2 : 256;
		struct sw_str *keys = sw_arena_zalloc(a, cap * sizeof(*keys));
		void **items = sw_arena_zalloc(a, cap * sizeof(*items));
		if (!keys || !items)
			return NULL;
		for (uint32_t i = 0; i < x->cap; i++) {
			if (!x->keys[i].p)
				continue;
			uint32_t at = (uint32_t)sw_text_hash(x->keys[i]) & (cap - 1);
			while (keys[at].p)
				at = (at + 1) & (cap - 1);
			keys[at] = x->keys[i];
			items[at] = x->items[i];
		}
		*x = (struct sw_index){keys, items, x->n, cap};
	}
	uint32_t at = (uint32_t)sw_text_hash(key) & (x->cap - 1);
	while (x->keys[at].p && !sw_str_eq(x->keys[at], key))
		at = (at + 1) & (x->cap - 1);
	if (!x->keys[at].p) {
		x->keys[at] = key;
		x->n++;
	}
	return &x->items[at];
}

static struct sw_str text_of(struct compile *c, const struct sw_cond *n)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_cond_print(&b, n);
	return sw_arena_str(c->p->a, sw_buf_str(&b));
}

/* ---- values ---- */

static int make_xt(struct compile *c, const struct sw_cond *n, struct sw_xt **ret);

static struct sw_xt *new_xt(struct compile *c, enum sw_xt_kind kind, uint8_t type)
{
	struct sw_xt *x = sw_arena_new(c->p->a, struct sw_xt);
	if (x) {
		x->kind = (uint8_t)kind;
		x->type = type;
		x->id = c->p->n_xts++;
	}
	return x;
}

static int make_field(struct compile *c, const struct sw_cond *n, struct sw_xt **ret)
{
	struct sw_str name = n->has_arg ? sw_arena_printf(c->p->a, "%.*s[%.*s]", SW_STR_ARG(n->text),
						  SW_STR_ARG(n->arg)) :
					  sw_arena_str(c->p->a, n->text);
	struct sw_fieldref ref;
	size_t len = 0;
	if (!name.p)
		return no_memory(c);
	int rc = sw_field_find(c->p->source, name, &ref, &len, c->err);
	if (rc < 0)
		return rc;
	if (len != name.n)
		return fail(c, "filter_check called with nonexistent field %.*s", SW_STR_ARG(name));
	struct sw_xt *x = new_xt(c, SW_XT_FIELD, ref.type);
	if (!x)
		return no_memory(c);
	x->ref = ref;
	x->format = ref.format;
	x->flags = ref.flags;
	x->list = ref.flags & SW_FF_LIST;
	*ret = x;
	return 0;
}

/* The field that a transformer is applied on; "NA" for what is made of several values. */
static const char *field_name(const struct sw_xt *x)
{
	while (x->kind >= SW_XT_TOLOWER && x->kind <= SW_XT_LEN)
		x = x->kids[0];
	return x->kind == SW_XT_FIELD ? x->ref.field->name : "NA";
}

static bool is_string(const struct sw_xt *x)
{
	return sw_type_class(x->type) == SW_TC_STR;
}

static int make_single(struct compile *c, const struct sw_cond *n, struct sw_xt *kid, struct sw_xt **ret)
{
	static const struct {
		const char *name;
		enum sw_xt_kind kind;
	} names[] = {{"tolower", SW_XT_TOLOWER}, {"toupper", SW_XT_TOUPPER}, {"b64", SW_XT_B64},
		{"basename", SW_XT_BASENAME}, {"len", SW_XT_LEN}};
	if (n->has_arg)
		return fail(c, "filter error: transformer '%.*s' does not support field arguments",
			SW_STR_ARG(n->text));
	for (size_t i = 0; i < SW_ARRAY_LEN(names); i++) {
		if (!sw_str_is(n->text, names[i].name))
			continue;
		enum sw_xt_kind kind = names[i].kind;
		bool bytes = kid->type == SW_FT_BYTEBUF;
		bool ok = kind == SW_XT_B64 ? kid->type == SW_FT_CHARBUF || bytes :
			  kind == SW_XT_LEN ? kid->list || bytes || is_string(kid) :
					      is_string(kid);
		const char *field = field_name(kid);
		if (kid->flags & SW_FF_NO_TRANSFORMER)
			return fail(c, "field '%s' does not support transformers", field);
		if (!ok)
			return fail(c,
				"can't add field transformer: type '%s' is not supported by '%s' transformer "
				"applied on %sfield '%s'",
				sw_ftype_name(kid->type), names[i].name, kid->list ? "list " : "", field);
		struct sw_xt *x = new_xt(c, kind, kind == SW_XT_LEN ? SW_FT_UINT64 : kid->type);
		if (!x)
			return no_memory(c);
		x->kids = sw_arena_new(c->p->a, struct sw_xt *);
		if (!x->kids)
			return no_memory(c);
		x->kids[0] = kid;
		x->n_kids = 1;
		x->list = kind != SW_XT_LEN && kid->list;
		x->format = kind == SW_XT_LEN ? SW_FMT_DEC : kid->format;
		x->flags = kid->flags & ~(uint32_t)SW_FF_NAMES;
		*ret = x;
		return 0;
	}
	/* Falco's own spelling */
	return fail(c, "unknown field transfomer '%.*s'", SW_STR_ARG(n->text));
}

static int make_join(struct compile *c, struct sw_xt *x)
{
	if (x->n_kids != 2)
		return fail(c, "join() requires exactly 2 arguments: separator and list");
	if (x->kids[0]->list)
		return fail(c, "join() first argument (separator) must be a single value, not a list");
	if (!x->kids[1]->list)
		return fail(c, "join() second argument must be a list");
	x->kind = SW_XT_JOIN;
	return 0;
}

static int make_concat(struct compile *c, struct sw_xt *x)
{
	for (uint32_t i = 0; i < x->n_kids; i++)
		if (x->kids[i]->type != SW_FT_CHARBUF || x->kids[i]->list)
			return fail(c, "concat() arguments must be strings");
	x->kind = SW_XT_CONCAT;
	return 0;
}

static int make_getopt(struct compile *c, const struct sw_cond *n, struct sw_xt *x)
{
	if (x->n_kids != 2)
		return fail(c, "getopt() requires exactly 2 arguments: args list and optstring");
	if (!x->kids[0]->list)
		return fail(c, "getopt() first argument must be a list");
	if (x->kids[1]->list)
		return fail(c, "getopt() second argument (optstring) must be a single value");
	if (x->kids[0]->type != SW_FT_CHARBUF || x->kids[1]->type != SW_FT_CHARBUF)
		return fail(c, "getopt() arguments must be strings");
	if (n->has_arg && n->arg.n != 1)
		return fail(c, "getopt() field argument must be a single option character");
	x->kind = SW_XT_GETOPT;
	x->has_opt = n->has_arg;
	x->opt = n->has_arg ? n->arg.p[0] : 0;
	x->list = !n->has_arg;
	return 0;
}

static int make_multi(struct compile *c, const struct sw_cond *n, struct sw_xt *x)
{
	if (sw_str_is(n->text, "getopt"))
		return make_getopt(c, n, x);
	if (n->has_arg)
		return fail(
			c, "transformer '%.*s' does not support field arguments", SW_STR_ARG(n->text));
	if (sw_str_is(n->text, "join"))
		return make_join(c, x);
	if (sw_str_is(n->text, "concat"))
		return make_concat(c, x);
	return fail(c, "unknown multivalue transformer '%.*s'", SW_STR_ARG(n->text));
}

static int make_kids(struct compile *c, const struct sw_cond *n, struct sw_xt *x)
{
	x->kids = sw_arena_new_array(c->p->a, n->n_kids, struct sw_xt *);
	if (!x->kids && n->n_kids)
		return no_memory(c);
	for (uint32_t i = 0; i < n->n_kids; i++) {
		int rc = make_xt(c, n->kids[i], &x->kids[i]);
		if (rc < 0)
			return rc;
	}
	x->n_kids = n->n_kids;
	return 0;
}

static int make_transformer(struct compile *c, const struct sw_cond *n, struct sw_xt **ret)
{
	struct sw_xt *kid;
	if (sw_str_is(n->text, "val")) {
		if (n->has_arg)
			return fail(c, "filter error: transformer 'val' does not support field arguments");
		return make_xt(c, n->kids[0], ret);
	}
	if (n->n_kids == 1) {
		int rc = make_xt(c, n->kids[0], &kid);
		return rc < 0 ? rc : make_single(c, n, kid, ret);
	}
	struct sw_xt *x = new_xt(c, SW_XT_CONCAT, SW_FT_CHARBUF);
	if (!x)
		return no_memory(c);
	int rc = make_kids(c, n, x);
	if (rc == 0)
		rc = make_multi(c, n, x);
	*ret = x;
	return rc;
}

/* The depth is that of the tree. */
static int make_xt_new(struct compile *c, const struct sw_cond *n, struct sw_xt **ret)
{
	switch (n->kind) {
	case SW_COND_FIELD:
		return make_field(c, n, ret);
	case SW_COND_TRANSFORMER:
		return make_transformer(c, n, ret);
	case SW_COND_VALUE:
	case SW_COND_TLIST: {
		struct sw_xt *x = new_xt(c, n->kind == SW_COND_VALUE ? SW_XT_CONST : SW_XT_LIST, SW_FT_CHARBUF);
		if (!x)
			return no_memory(c);
		x->value.s = sw_arena_str(c->p->a, n->text);
		x->list = n->kind == SW_COND_TLIST;
		*ret = x;
		return make_kids(c, n, x);
	}
	default:
		return fail(c, "filter error: missing field in left-hand of binary check");
	}
}

static int make_xt(struct compile *c, const struct sw_cond *n, struct sw_xt **ret)
{
	struct sw_str text = text_of(c, n);
	if (n->kind == SW_COND_VALUE) /* a constant never is a field of the same text */
		text = sw_arena_printf(c->p->a, "'%.*s", SW_STR_ARG(text));
	void **slot = text.p ? index_slot(c->p->a, &c->p->xts, text) : NULL;
	if (!slot)
		return no_memory(c);
	if (*slot) {
		*ret = *slot;
		return 0;
	}
	struct sw_xt *x = NULL;
	int rc = make_xt_new(c, n, &x);
	if (rc < 0)
		return rc;
	if (!x->text.p)
		x->text = text;
	/* The table may have grown. */
	slot = index_slot(c->p->a, &c->p->xts, text);
	if (!slot)
		return no_memory(c);
	*slot = *ret = x;
	return 0;
}

/* ---- warnings ---- */

static bool regex_is_plain(struct sw_str v)
{
	for (size_t i = 0; i < v.n; i++) {
		if ((i == 0 && v.p[i] == '^') || (i + 1 == v.n && v.p[i] == '$'))
			continue;
		if (((i == 0 && v.n > 1) || i + 2 == v.n) && v.p[i] == '.' && strchr("+*?", v.p[i + 1])) {
			i++;
			continue;
		}
		if (v.p[i] && strchr(".+*?^$()[]{}|\\", v.p[i]))
			return false;
	}
	return true;
}

static void warn(struct compile *c, struct sw_cond_pos pos, const char *fmt, struct sw_str v)
{
	sw_autobuf b;
	sw_buf_init(&b, 65536);
	sw_buf_addz(&b, sw_str_chr(sw_str_from(fmt), '@', 0) == 0 ? "regex check with '" : "'");
	sw_buf_addstr(&b, v);
	sw_buf_addz(&b, fmt[0] == '@' ? fmt + 1 : fmt);
	if (c->warn)
		c->warn(c->warn_arg, pos, sw_arena_str(c->p->a, sw_buf_str(&b)));
}

static void check_constant(struct compile *c, struct sw_cond_pos pos, enum sw_op op, struct sw_str v)
{
	static const char *const transformers[] = {
		"val", "tolower", "toupper", "b64", "basename", "len", "join", "concat", "getopt"};
	char plain[256];
	size_t n = 0;
	if (!c->warn)
		return;
	if (op == SW_OP_REGEX && regex_is_plain(v))
		warn(c, pos,
			"@' may be optimized with simpler operators such as '=', 'contains', 'startswith', 'endswith'",
			v);
	for (size_t i = 0; i < v.n && n < sizeof(plain); i++)
		if (!isspace((unsigned char)v.p[i]))
			plain[n++] = v.p[i];
	if (n == sizeof(plain))
		return;
	struct sw_str s = sw_str_make(plain, n);
	struct sw_fieldref ref;
	size_t len = 0;
	int rc = sw_field_find(c->p->source, s, &ref, &len, NULL);
	if (rc == 0 && len == s.n)
		warn(c, pos, "' may be a valid field misused as a const string value", v);
	if (rc == -SW_EINVALID)
		return;
	for (size_t i = 0; i < SW_ARRAY_LEN(transformers); i++) {
		size_t t = strlen(transformers[i]);
		if (s.n >= t + 2 && memcmp(s.p, transformers[i], t) == 0 && s.p[t] == '(' && s.p[s.n - 1] == ')')
			warn(c, pos, "' may be a valid field transformer misused as a const string value", v);
	}
}

/* ---- comparisons ---- */

static int right_field(struct compile *c, struct sw_rule_check *k)
{
	const struct sw_xt *l = k->left, *r = k->right;
	const char *ln = field_name(l), *rn = field_name(r);
	if (k->op == SW_OP_PMATCH || k->op == SW_OP_REGEX)
		return fail(c, "operator '%s' doesn't support right-hand side fields",
			k->op == SW_OP_PMATCH ? "PMATCH" : "REGEX");
	if (sw_type_class(l->type) == SW_TC_NET)
		return fail(c, "field type 'IPNET' doesn't support right-hand side fields");
	if (l->flags & SW_FF_NO_RHS)
		return fail(c, "field '%s' doesn't support right-hand side fields", ln);
	if (r->flags & SW_FF_NO_RHS)
		return fail(c, "field '%s' can't be used as a right-hand side field", rn);
	if (l->type != r->type || l->list != r->list)
		return fail(c,
			"field '%s' has type '%s'%s while the right-hand side field '%s' has incompatible type '%s'%s",
			ln, sw_ftype_name(l->type), l->list ? " (list)" : "", rn, sw_ftype_name(r->type),
			r->list ? " (list)" : "");
	return 0;
}

static bool is_field(const struct sw_xt *x, const char *name)
{
	return x->kind == SW_XT_FIELD && strcmp(x->ref.field->name, name) == 0;
}

/* evt.around[T]=D holds up to a distance of D. */
static int make_around(struct compile *c, struct sw_rule_check *k)
{
	if (k->op != SW_OP_EQ || k->mod != SW_MOD_NONE)
		return fail(c, "evt.around supports only '=' comparison operator");
	k->op = SW_OP_LE;
	return 0;
}

static bool is_event_type(const struct sw_xt *l)
{
	return strcmp(field_name(l), "evt.type") == 0;
}

static int constant(struct compile *c, struct sw_rule_check *k, struct sw_cond_pos pos, struct sw_str v, struct sw_rhs *ret)
{
	const struct sw_xt *l = k->left;
	check_constant(c, pos, (enum sw_op)k->op, v);
	int rc = sw_rhs_parse(c->p->a, v, l->type, (enum sw_op)k->op, ret, c->err);
	struct sw_codeset codes;
	if (rc == 0 && v.n && is_event_type(l) && !sw_event_codes_of(v, &codes) && !sw_str_is(v, "NA"))
		return fail(c, "unknown event type %.*s", SW_STR_ARG(v));
	if (rc == 0 && (l->flags & SW_FF_NAMES) && l->ref.cls->name_wanted)
		l->ref.cls->name_wanted(&l->ref, v);
	return rc;
}

static int constants(struct compile *c, struct sw_rule_check *k, const struct sw_cond *right)
{
	const struct sw_str *values = right->kind == SW_COND_LIST ? right->values : &right->text;
	uint32_t n = right->kind == SW_COND_LIST ? right->n_values : 1;
	if (n > VALUES_MAX)
		return fail(c, "too many values");
	struct sw_rhs *rhs = sw_arena_new_array(c->p->a, n ? n : 1, struct sw_rhs);
	if (!rhs)
		return no_memory(c);
	for (uint32_t i = 0; i < n; i++) {
		int rc = constant(c, k, right->pos, values[i], &rhs[i]);
		if (rc < 0)
			return rc;
	}
	k->rhs = rhs;
	k->n_rhs = n;
	enum sw_tclass t = sw_type_class(k->left->type);
	bool member = k->op == SW_OP_IN || k->op == SW_OP_INTERSECTS ||
		      (k->op == SW_OP_EQ && k->mod == SW_MOD_ANYOF) ||
		      (k->op == SW_OP_NE && k->mod == SW_MOD_ALLOF);
	if (member && n && (t == SW_TC_STR || t == SW_TC_BYTES || t == SW_TC_ADDR)) {
		k->set = sw_strset_new(c->p->a, rhs, n);
		if (!k->set)
			return no_memory(c);
	}
	if (k->op == SW_OP_PMATCH) {
		k->paths = sw_pathtree_new(c->p->a, rhs, n);
		if (!k->paths)
			return no_memory(c);
	}
	return 0;
}

static int make_check(struct compile *c, const struct sw_cond *n, struct sw_rule_check **ret)
{
	struct sw_rule_check *k = sw_arena_new(c->p->a, struct sw_rule_check);
	enum sw_op op;
	enum sw_mod mod;
	if (!k)
		return no_memory(c);
	int rc = make_xt(c, n->kids[0], &k->left);
	if (rc < 0)
		return rc;
	if (!sw_op_from(n->text, &op, &mod))
		return fail(c, "unrecognized filter comparison operator '%.*s'", SW_STR_ARG(n->text));
	k->op = (uint8_t)op;
	k->mod = (uint8_t)mod;
	rc = sw_type_check(op, mod, k->left->type, k->left->list, c->err);
	if (rc == 0 && n->kind != SW_COND_UNARY && is_field(k->left, "evt.around"))
		rc = make_around(c, k);
	if (rc < 0 || n->kind == SW_COND_UNARY) {
		*ret = k;
		return rc;
	}
	const struct sw_cond *right = n->kids[1];
	if (right->kind == SW_COND_VALUE || right->kind == SW_COND_LIST) {
		rc = constants(c, k, right);
	} else {
		rc = make_xt(c, right, &k->right);
		if (rc == 0)
			rc = right_field(c, k);
	}
	*ret = k;
	return rc;
}

static int make_node(struct compile *c, const struct sw_cond *n, struct sw_node **ret);

static int make_node_new(struct compile *c, const struct sw_cond *n, struct sw_node *d)
{
	static const uint8_t kinds[] = {
		[SW_COND_AND] = SW_NODE_AND, [SW_COND_OR] = SW_NODE_OR, [SW_COND_NOT] = SW_NODE_NOT};
	c->pos = n->pos;
	if (n->kind == SW_COND_UNARY || n->kind == SW_COND_BINARY) {
		d->kind = SW_NODE_CHECK;
		return make_check(c, n, &d->check);
	}
	if (n->kind == SW_COND_IDENT)
		return fail(c, "filter error: unexpected identifier '%.*s'", SW_STR_ARG(n->text));
	if (n->kind > SW_COND_NOT)
		return fail(c, "filter error: unexpected value expression");
	d->kind = kinds[n->kind];
	d->kids = sw_arena_new_array(c->p->a, n->n_kids, struct sw_node *);
	if (!d->kids)
		return no_memory(c);
	for (uint32_t i = 0; i < n->n_kids; i++) {
		int rc = make_node(c, n->kids[i], &d->kids[i]);
		if (rc < 0)
			return rc;
	}
	d->n_kids = n->n_kids;
	return 0;
}

/* The depth is that of the parser. */
static int make_node(struct compile *c, const struct sw_cond *n, struct sw_node **ret)
{
	struct sw_str text = text_of(c, n);
	void **slot = text.p ? index_slot(c->p->a, &c->p->checks, text) : NULL;
	if (!slot)
		return no_memory(c);
	if (*slot && !c->warn) {
		*ret = *slot;
		return 0;
	}
	struct sw_node *d = *slot ? *slot : sw_arena_new(c->p->a, struct sw_node), tmp = {0};
	if (!d)
		return no_memory(c);
	/* A node that is known is looked at again only for its warnings. */
	int rc = make_node_new(c, n, *slot ? &tmp : d);
	if (rc < 0)
		return rc;
	slot = index_slot(c->p->a, &c->p->checks, text);
	if (!slot)
		return no_memory(c);
	if (!*slot) {
		d->id = c->p->n_nodes++;
		d->text = text;
		*slot = d;
	}
	*ret = d;
	return 0;
}

/* ---- entry points ---- */

struct sw_prog *sw_prog_new(struct sw_arena *a, enum sw_event_source source)
{
	struct sw_prog *p = sw_arena_new(a, struct sw_prog);
	if (p) {
		p->a = a;
		p->source = source;
	}
	return p;
}

int sw_prog_add(struct sw_prog *p, const struct sw_cond *cond, sw_prog_warn warn_fn, void *warn_arg,
	struct sw_node **ret, struct sw_cond_pos *ret_pos, struct sw_error *err)
{
	struct compile c = {.p = p, .warn = warn_fn, .warn_arg = warn_arg, .pos = cond->pos, .err = err};
	int rc = make_node(&c, cond, ret);
	if (ret_pos)
		*ret_pos = c.pos;
	return rc;
}

int sw_prog_add_field(struct sw_prog *p, const struct sw_cond *cond, struct sw_xt **ret, struct sw_error *err)
{
	struct compile c = {.p = p, .err = err};
	return make_xt(&c, cond, ret);
}
