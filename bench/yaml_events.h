/* SPDX-License-Identifier: Apache-2.0 */
/* The limit that YAML is measured against: libyaml's event parser over the same bytes, events thrown away. */
#ifndef SW_BENCH_YAML_EVENTS_H
#define SW_BENCH_YAML_EVENTS_H

#include <yaml.h>

#include "base/str.h"

/* 0, or 1 when the text is no YAML. */
static inline int bench_yaml_events(struct sw_str text)
{
	yaml_parser_t p;
	yaml_event_t e;
	yaml_event_type_t type = YAML_NO_EVENT;
	int rc = 0;
	if (!yaml_parser_initialize(&p))
		return 1;
	yaml_parser_set_input_string(&p, (const unsigned char *)text.p, text.n);
	while (type != YAML_STREAM_END_EVENT && rc == 0) {
		rc = !yaml_parser_parse(&p, &e);
		type = rc ? YAML_NO_EVENT : e.type;
		if (!rc)
			yaml_event_delete(&e);
	}
	yaml_parser_delete(&p);
	return rc;
}

#endif
