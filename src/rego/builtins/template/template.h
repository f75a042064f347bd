/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Go's text/template over plain JSON data, as strings.render_template has it: the whole language with its
 * predefined functions, and the texts of its errors. Values have no methods.
 *
 * lex.c → parse.c → exec.c, which calls funcs.c; text.c writes nodes for error messages.
 * Source: Go's packages text/template and text/template/parse; OPA's copy without methods.
 *
 * Memory: nodes, texts and values live in the scratch arena of the call. Threads: no shared state.
 * Limits: TEMPLATE_NESTING of controls and parentheses, TEMPLATE_DEPTH of evaluation (Go allows 10,000 and
 * 100,000), one step of the evaluation's budget per node and item, the output as long as any string may be.
 */
#ifndef SW_REGO_BUILTINS_TEMPLATE_H
#define SW_REGO_BUILTINS_TEMPLATE_H

#include "base/cleanup.h"
#include "rego/builtin.h"
#include "base/go/gofmt.h"

enum { TEMPLATE_NESTING = 400, TEMPLATE_DEPTH = 1200, TEMPLATE_TEXT_MAX = 16 << 20 };

/* ---- tokens ---- */

enum token_type {
	TOK_ERROR,
	TOK_BOOL,
	TOK_CHAR,
	TOK_CHAR_CONSTANT,
	TOK_COMPLEX,
	TOK_ASSIGN,
	TOK_DECLARE,
	TOK_EOF,
	TOK_FIELD,
	TOK_IDENTIFIER,
	TOK_LEFT_DELIM,
	TOK_LEFT_PAREN,
	TOK_NUMBER,
	TOK_PIPE,
	TOK_RAW_STRING,
	TOK_RIGHT_DELIM,
	TOK_RIGHT_PAREN,
	TOK_SPACE,
	TOK_STRING,
	TOK_TEXT,
	TOK_VARIABLE,
	TOK_KEYWORD, /* never made: words of the language come behind it */
	TOK_BLOCK,
	TOK_BREAK,
	TOK_CONTINUE,
	TOK_DOT,
	TOK_DEFINE,
	TOK_ELSE,
	TOK_END,
	TOK_IF,
	TOK_NIL,
	TOK_RANGE,
	TOK_TEMPLATE,
	TOK_WITH,
};

struct token {
	enum token_type type;
	uint32_t pos, line;
	struct sw_str text;
};

struct lexer {
	struct sw_arena *arena;
	struct sw_str in;
	uint32_t pos, start, line, start_line;
	int parens;
	bool inside; /* of {{ }} */
};

void sw_template_lexer_init(struct lexer *l, struct sw_arena *a, struct sw_str in);
struct token sw_template_next(struct lexer *l);

/* ---- nodes ---- */

enum node_type {
	NODE_TEXT,
	NODE_ACTION,
	NODE_BOOL,
	NODE_BREAK,
	NODE_CHAIN,
	NODE_COMMAND,
	NODE_CONTINUE,
	NODE_DOT,
	NODE_ELSE,
	NODE_END,
	NODE_FIELD,
	NODE_IDENTIFIER,
	NODE_IF,
	NODE_LIST,
	NODE_NIL,
	NODE_NUMBER,
	NODE_PIPE,
	NODE_RANGE,
	NODE_STRING,
	NODE_TEMPLATE,
	NODE_VARIABLE,
	NODE_WITH,
};

struct node {
	enum node_type type;
	uint32_t pos;
	struct sw_str text;         /* as written; of a template its name */
	struct sw_str string;       /* value of a string */
	struct node *first, *last;  /* items of a list, commands of a pipe, arguments of a command */
	struct node *next;          /* in the list it is in */
	struct node *decl;          /* of a pipe: variables, linked by next */
	struct node *pipe, *other;  /* of a control; `first` is its list node. Of a chain: pipe is its head */
	const struct sw_str *names; /* of field, variable and chain */
	uint32_t n_names, n;
	bool assign, is_float, is_int; /* a number that is neither overflows an int */
	int64_t i;                     /* of a number; 0 or 1 of a bool */
	double d;
};

struct tree {
	struct sw_str name;
	struct node *root;
	struct tree *next;
};

/* What parsing and execution share. */
struct template {
	struct sw_builtin_ctx *ctx;
	struct sw_arena *arena; /* scratch */
	struct sw_str text;
	struct tree *trees;
};

/* 0, or the failure's code with ctx filled. */
int sw_template_parse(struct template *t);
int sw_template_run(struct template *t, struct sw_value data, struct sw_buf *out);
struct tree *sw_template_find(const struct template *t, struct sw_str name);

void sw_template_node_text(struct sw_buf *out, const struct node *n);

/* ---- values ---- */

enum slot_kind { SLOT_INVALID, SLOT_VALUE, SLOT_INT, SLOT_BYTE, SLOT_FLOAT, SLOT_MISSING };

/* What Go keeps in a reflect.Value. `boxed`: in an interface, whose own type shows in some errors. */
struct slot {
	enum slot_kind kind;
	bool boxed;
	struct sw_value v; /* of SLOT_VALUE; null only when boxed: a nil interface */
	int64_t i;
	double d;
};

/* The kind that Go's reflect would tell of what is in the interface. */
enum go_kind { GO_INVALID, GO_NIL, GO_BOOL, GO_INT, GO_UINT, GO_FLOAT, GO_STRING, GO_SLICE, GO_MAP };

enum go_kind sw_slot_kind(struct slot s);
struct slot sw_slot_unboxed(struct slot s);
struct slot sw_slot_value(struct sw_value v, bool boxed);
bool sw_slot_truth(struct slot s);
/* Of what is inside; "interface {}" for nil. */
const char *sw_slot_type(struct slot s);
/* The bytes of a string, or of a number's text; false: the arena is full. */
bool sw_slot_text(struct sw_arena *a, struct slot s, struct sw_str *ret);
/* For fmt; false: the arena is full. */
bool sw_slot_arg(struct sw_arena *a, struct slot s, struct sw_gofmt_arg *ret);

struct function {
	const char *name;
	int fixed;        /* parameters before the variadic one */
	bool variadic;
	bool any;         /* parameters are `any`, else reflect.Value */
	bool format;      /* the first is a string */
	/* 0 with *ret, or negative with a text in *err (none: ctx is filled). */
	int (*fn)(struct template *t, const struct slot *v, uint32_t n, struct slot *ret, struct sw_str *err);
};

const struct function *sw_template_function(struct sw_str name);

#endif
