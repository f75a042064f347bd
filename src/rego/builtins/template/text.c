/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes as an error's "executing … at <…>" shows them. */
#include "rego/builtins/template/template.h"

static void put_in_parens(struct sw_buf *out, const struct node *n)
{
	if (n->type == NODE_PIPE)
		sw_buf_addch(out, '(');
	sw_template_node_text(out, n);
	if (n->type == NODE_PIPE)
		sw_buf_addch(out, ')');
}

static void put_pipe(struct sw_buf *out, const struct node *n)
{
	for (const struct node *d = n->decl; d; d = d->next) {
		sw_template_node_text(out, d);
		sw_buf_addz(out, d->next ? ", " : n->assign ? " = " : " := ");
	}
	for (const struct node *c = n->first; c; c = c->next) {
		if (c != n->first)
			sw_buf_addz(out, " | ");
		sw_template_node_text(out, c);
	}
}

static void put_names(struct sw_buf *out, const struct node *n)
{
	for (uint32_t i = 0; i < n->n_names; i++) {
		if (i || n->type != NODE_VARIABLE)
			sw_buf_addch(out, '.');
		sw_buf_addstr(out, n->names[i]);
	}
}

static void put_template(struct sw_buf *out, const struct node *n)
{
	sw_buf_addz(out, "{{template ");
	sw_gofmt_quote(out, n->text, false);
	if (n->pipe) {
		sw_buf_addch(out, ' ');
		put_pipe(out, n->pipe);
	}
	sw_buf_addz(out, "}}");
}

void sw_template_node_text(struct sw_buf *out, const struct node *n)
{
	switch (n->type) {
	case NODE_PIPE:
		put_pipe(out, n);
		break;
	case NODE_COMMAND:
		for (const struct node *a = n->first; a; a = a->next) {
			if (a != n->first)
				sw_buf_addch(out, ' ');
			put_in_parens(out, a);
		}
		break;
	case NODE_CHAIN:
		put_in_parens(out, n->pipe);
		put_names(out, n);
		break;
	case NODE_FIELD:
	case NODE_VARIABLE:
		put_names(out, n);
		break;
	case NODE_END:
		sw_buf_addz(out, "{{end}}");
		break;
	case NODE_ELSE:
		sw_buf_addz(out, "{{else}}");
		break;
	case NODE_TEMPLATE:
		put_template(out, n);
		break;
	default:
		sw_buf_addstr(out, n->text);
	}
}
