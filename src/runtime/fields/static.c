/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/fields/static.h"

#include <ctype.h>
#include <stdio.h>

#include "runtime/fields/impl.h"

enum { NAME_MAX_ = 48, VALUE_MAX = 4096 };

static struct sw_field rows[SW_STATIC_FIELDS];
static char names[SW_STATIC_FIELDS][NAME_MAX_ + 8], values[SW_STATIC_FIELDS][VALUE_MAX];
static size_t lengths[SW_STATIC_FIELDS];

static bool good_name(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isalnum((unsigned char)s.p[i]) && s.p[i] != '_' && s.p[i] != '.')
			return false;
	return s.n > 0 && s.n <= NAME_MAX_ && s.p[0] != '.' && s.p[s.n - 1] != '.';
}

int sw_static_fields_set(const struct sw_static_field *fields, uint32_t n, struct sw_error *err)
{
	if (n > SW_STATIC_FIELDS)
		return sw_error_set(err, SW_EUSAGE, "more than %d static fields", SW_STATIC_FIELDS);
	for (uint32_t i = 0; i < n; i++)
		if (!good_name(fields[i].name) || fields[i].value.n > VALUE_MAX)
			return sw_error_set(err, SW_EUSAGE, "static_fields: \"%.*s\" is not a name and a value",
				SW_STR_ARG(sw_str_sub(fields[i].name, 0, 100)));
	memset(rows, 0, sizeof(rows));
	for (uint32_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "static.%.*s", SW_STR_ARG(fields[i].name));
		memcpy(values[i], fields[i].value.p ? fields[i].value.p : "", fields[i].value.n);
		lengths[i] = fields[i].value.n;
		rows[i] = (struct sw_field){.name = names[i], .type = SW_FT_CHARBUF, .flags = SW_FF_SUGGESTED};
	}
	sw_fields_static.n_fields = n;
	return 0;
}

static int extract_static(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	return sw_ret_str(ev, ret, sw_str_make(values[ref->id], lengths[ref->id]));
}

struct sw_field_class sw_fields_static = {
	.name = "static",
	.title = "Set by the configuration",
	.sources = 1u << SW_SOURCE_SYSCALL | 1u << SW_SOURCE_K8S_AUDIT,
	.fields = rows,
	.extract = extract_static,
};
