/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an audit log: lines, lists of events, and every field of every event, with and without arguments. */
#include "base/buf.h"
#include "runtime/audit/audit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { EVENTS_MAX = 2000 };

static void extract_all(const struct sw_event *ev, struct sw_buf *out)
{
	static const char *const names[] = {"/objectRef/name", "0", "/a~1b/~0/3"};
	size_t n_classes;
	const struct sw_field_class *const *c = sw_field_classes(SW_SOURCE_K8S_AUDIT, &n_classes);

	for (size_t i = 0; i < n_classes; i++) {
		for (uint32_t f = 0; f < c[i]->n_fields; f++) {
			sw_buf_clear(out);
			sw_buf_addz(out, c[i]->fields[f].name);
			if (c[i]->fields[f].flags & (SW_FF_ARG_REQUIRED | SW_FF_ARG_ALLOWED))
				sw_buf_printf(out, "[%s]", names[(ev->num + f) % 3]);
			struct sw_fieldref ref;
			struct sw_fvals v;
			size_t len;
			if (sw_field_find(SW_SOURCE_K8S_AUDIT, sw_buf_str(out), &ref, &len, NULL) == 0)
				ref.cls->extract(&ref, ev, &v);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	sw_autobuf out;
	struct sw_stream *s;
	struct sw_event ev;
	int rc = sw_audit_open_text(sw_str_make((const char *)data, n), &s, NULL);

	sw_buf_init(&out, 4096);
	if (rc)
		return 0;
	for (int i = 0;
		i < EVENTS_MAX && ((rc = sw_stream_next(s, &ev, NULL)) == 1 || rc == -SW_EINVALID || rc == -SW_ESYNTAX);
		i++) {
		if (rc != 1)
			continue;
		extract_all(&ev, &out);
		sw_audit_text(&ev);
	}
	sw_stream_close(s);
	return 0;
}
