/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Output of alerts, byte for byte as Falco writes it: the message with its %fields, the line with
 * time and priority, and the JSON object.
 *
 * In a message, %field, %field[arg] and %transformer(field) are replaced; a number behind the %
 * cuts or pads the value to so many bytes; the longest text that is a field is taken. A missing
 * value prints <NA>.
 */
#ifndef SW_RUNTIME_RULES_FORMAT_H
#define SW_RUNTIME_RULES_FORMAT_H

#include "runtime/rules/load.h"

struct sw_format;

/* -SW_EINVALID with Falco's text. The arena is the program's; the format goes with it. */
int sw_format_new(struct sw_prog *p, struct sw_arena *a, struct sw_str text, struct sw_format **ret,
	struct sw_error *err);
/*
 * One more member of output_fields, which the message does not have: `name` with the text of
 * `format`, or (raw) with the typed value of the field that `format` names. One of the same name is
 * replaced.
 */
int sw_format_extra(struct sw_prog *p, struct sw_arena *a, struct sw_format *f, struct sw_str name,
	struct sw_str format, bool raw, struct sw_error *err);
/* The message alone, not escaped. */
void sw_format_message(const struct sw_format *f, struct sw_eval *e, struct sw_buf *out);

struct sw_alert_style {
	bool iso_time;
	bool no_output, no_tags, no_fields; /* leave those members out of JSON */
	bool message;			    /* add the member message */
	struct sw_str hostname;		    /* empty: that of the machine */
};

void sw_alert_text(const struct sw_runtime_rule *r, const struct sw_format *f, struct sw_eval *e,
	const struct sw_alert_style *style, struct sw_buf *out);
void sw_alert_json(const struct sw_runtime_rule *r, const struct sw_format *f, struct sw_eval *e,
	const struct sw_alert_style *style, struct sw_buf *out);

#endif
