/* SPDX-License-Identifier: Apache-2.0 */
/* Syntax errors as go-yaml v3 words and places them. */
#include "doc/yaml_goerror.h"

#include <yaml.h>

#define LOOK_AHEAD 3 /* tokens that the scanner has ready when the parser looks at one */

static void start(yaml_parser_t *p, struct sw_str text)
{
	if (!yaml_parser_initialize(p))
		abort();
	yaml_parser_set_input_string(p, (const unsigned char *)(text.n ? text.p : ""), text.n);
}

/* Events of the first document; false when it is broken. *ret_tokens: taken from the scanner's
 * queue until then. */
static bool parse_first(yaml_parser_t *p, size_t *ret_tokens)
{
	for (bool more = true; more;) {
		yaml_event_t ev;
		if (!yaml_parser_parse(p, &ev)) {
			*ret_tokens = p->tokens_parsed;
			return false;
		}
		more = ev.type != YAML_DOCUMENT_END_EVENT && ev.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&ev);
	}
	*ret_tokens = p->tokens_parsed;
	return true;
}

/*
 * False when one of the first n tokens cannot be had. An error behind them is none: libyaml looks
 * further where a token may be the start of a key.
 */
static bool scan_some(yaml_parser_t *p, size_t n)
{
	bool more = true;
	for (size_t i = 0; more && i < n; i++) {
		yaml_token_t t;
		if (!yaml_parser_scan(p, &t))
			return p->tokens_parsed + (size_t)(p->tokens.tail - p->tokens.head) >= n;
		more = t.type != YAML_STREAM_END_TOKEN;
		yaml_token_delete(&t);
	}
	return true;
}

/* Lines count from 0 here; a 0 is no line to go-yaml, and only errors of the scanner are counted
 * from 1. */
static uint32_t line_of(const yaml_parser_t *p)
{
	size_t line = p->context_mark.line ? p->context_mark.line : p->problem_mark.line;
	return line ? (uint32_t)line + (p->error == YAML_SCANNER_ERROR) : 0;
}

static uint32_t tell(const yaml_parser_t *p, struct sw_buf *out)
{
	uint32_t line = p->error == YAML_READER_ERROR ? 0 : line_of(p);
	if (p->error == YAML_MEMORY_ERROR)
		abort();
	if (line)
		sw_buf_printf(out, "line %u: ", line);
	sw_buf_addz(out, p->problem ? p->problem : "unknown problem parsing YAML content");
	return line;
}

bool sw_yaml_goerror(struct sw_str text, struct sw_buf *out, uint32_t *ret_line)
{
	yaml_parser_t parser, scanner;
	size_t tokens = 0;

	start(&parser, text);
	start(&scanner, text);
	bool good = parse_first(&parser, &tokens);
	bool scanned = scan_some(&scanner, tokens + LOOK_AHEAD);
	if (!scanned)
		*ret_line = tell(&scanner, out);
	else if (!good)
		*ret_line = tell(&parser, out);
	yaml_parser_delete(&parser);
	yaml_parser_delete(&scanner);
	return !good || !scanned;
}
