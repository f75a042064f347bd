/* SPDX-License-Identifier: Apache-2.0 */
/* A capture from anybody: blocks, lists, events, the conversion, the state, and every field of every event. */
#include "runtime/capture/source.h"
#include "runtime/rules/field.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { EVENTS_MAX = 20000 };

static void extract_all(const struct sw_event *ev)
{
	size_t n_classes;
	const struct sw_field_class *const *c = sw_field_classes(SW_SOURCE_SYSCALL, &n_classes);

	for (size_t i = 0; i < n_classes; i++) {
		for (uint32_t f = 0; f < c[i]->n_fields; f++) {
			struct sw_fieldref ref = {.cls = c[i], .field = &c[i]->fields[f], .id = f,
				.type = c[i]->fields[f].type, .flags = c[i]->fields[f].flags};
			struct sw_fvals v;
			if (ref.flags & SW_FF_ARG_INDEX && f & 1) {
				ref.has_arg = ref.arg_is_index = true;
				ref.index = f % 5;
			} else if (ref.flags & SW_FF_ARG_REQUIRED) {
				ref.has_arg = true;
				ref.arg = SW_STR("name");
			}
			c[i]->extract(&ref, ev, &v);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sw_stream *s;
	struct sw_event ev;
	int rc = sw_capture_open_bytes(sw_str_make((const char *)data, n), &s, NULL);

	if (rc)
		return 0;
	for (int i = 0; i < EVENTS_MAX && ((rc = sw_stream_next(s, &ev, NULL)) == 1 || rc == -SW_EINVALID); i++)
		if (rc == 1)
			extract_all(&ev);
	sw_stream_close(s);
	return 0;
}
