/* SPDX-License-Identifier: Apache-2.0 */
/* Which classes of fields each source has, and how a name finds its field. */
#include <ctype.h>

#include "base/cleanup.h"
#include "runtime/audit/audit.h"
#include "runtime/fields/classes.h"
#include "runtime/fields/static.h"
#include "runtime/rules/generic.h"

static const struct sw_field_class *const syscall_classes[] = {
	&sw_fields_evt_any,
	&sw_fields_evt,
	&sw_fields_proc,
	&sw_fields_user,
	&sw_fields_group,
	&sw_fields_fd,
	&sw_fields_fs,
	&sw_fields_util,
	&sw_fields_fdlist,
	&sw_fields_container,
	&sw_fields_static,
};

static const struct sw_field_class *const audit_classes[] = {
	&sw_fields_evt_any,
	&sw_fields_ka,
	&sw_fields_jevt,
	&sw_fields_static,
};

const struct sw_field_class *const *sw_field_classes(enum sw_event_source source, size_t *ret_n)
{
	if (source == SW_SOURCE_K8S_AUDIT) {
		*ret_n = SW_ARRAY_LEN(audit_classes);
		return audit_classes;
	}
	*ret_n = SW_ARRAY_LEN(syscall_classes);
	return syscall_classes;
}

static const struct sw_field *longest_row(const struct sw_field_class *c, struct sw_str text)
{
	const struct sw_field *best = NULL;
	size_t best_n = 0;
	for (uint32_t i = 0; i < c->n_fields; i++) {
		struct sw_str name = sw_str_from(c->fields[i].name);
		if (name.n > best_n && sw_str_starts(text, name)) {
			best = &c->fields[i];
			best_n = name.n;
		}
	}
	return best;
}

static bool parse_index(struct sw_str s, uint64_t *ret)
{
	if (s.n == 0 || (s.n > 1 && s.p[0] == '0'))
		return false;
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++)
		if (!isdigit((unsigned char)s.p[i]) || __builtin_mul_overflow(v, 10, &v) ||
			__builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return false;
	*ret = v;
	return true;
}

/*
 * As the libraries read a number: sscanf("%d") of glibc, which takes the lower half of a long that keeps to its
 * range; evt.around and fd.types have all 64 bits. -1 is what no argument is.
 */
static bool scan_index(const struct sw_fieldref *ref, struct sw_str s, uint64_t *ret)
{
	bool wide = ref->type == SW_FT_UINT64 || ref->flags & SW_FF_LIST, is_unsigned = ref->type == SW_FT_UINT64;
	uint64_t v = 0, most = is_unsigned ? UINT64_MAX : INT64_MAX;
	size_t i = 0;

	while (i < s.n && isspace((unsigned char)s.p[i]))
		i++;
	bool minus = i < s.n && s.p[i] == '-';
	if (i < s.n && (minus || s.p[i] == '+'))
		i++;
	if (i == s.n)
		return false;
	for (; i < s.n && isdigit((unsigned char)s.p[i]); i++)
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v) || v > most)
			v = most;
	if (i < s.n)
		return false;
	v = minus ? -v : v;
	*ret = wide ? v : (uint64_t)(int64_t)(int32_t)(uint32_t)v;
	return true;
}

static bool index_of(const struct sw_fieldref *ref, struct sw_str s, uint64_t *ret)
{
	return ref->cls->native && !(ref->flags & SW_FF_ARG_KEY && ref->flags & SW_FF_ARG_ALLOWED) ?
		       scan_index(ref, s, ret) :
		       parse_index(s, ret);
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Brackets that hold no argument. */
static bool is_loose(const struct sw_fieldref *ref, struct sw_str text, size_t at)
{
	size_t end = sw_str_chr(text, ']', at);
	uint64_t n;

	if (ref->cls->native && !(ref->flags & (SW_FF_ARG_ALLOWED | SW_FF_ARG_REQUIRED)))
		return true;
	if (!ref->cls->loose_args || !(ref->flags & SW_FF_ARG_ALLOWED))
		return false;
	return end == SW_NPOS || (!(ref->flags & SW_FF_ARG_KEY) && !scan_index(ref, sw_str_sub(text, at + 1, end), &n));
}

/* The argument behind the name, in brackets or behind a dot. */
static int take_arg(struct sw_fieldref *ref, struct sw_str text, size_t *len, struct sw_error *err)
{
	size_t at = *len;
	const char *name = ref->field->name;
	if (at < text.n && text.p[at] == '[' && ref->flags & SW_FF_DOTARG && !(ref->flags & SW_FF_ARG_INDEX))
		return ref->type == SW_FT_DYN ?
			       sw_error_set(err, SW_EINVALID, "evt.arg fields must be expressed explicitly") :
			       sw_error_set(err, SW_EINVALID, "filter syntax error: %.*s", SW_STR_ARG(text));
	bool bracket = at < text.n && text.p[at] == '[';
	if (bracket && is_loose(ref, text, at))
		return 0;
	if (bracket) {
		size_t end = sw_str_chr(text, ']', at);
		if (end == SW_NPOS)
			return sw_error_set(err, SW_EINVALID,
				"the field '%s' requires an argument but ']' is not found", name);
		ref->arg = sw_str_sub(text, at + 1, end);
		*len = end + 1;
	} else if (at < text.n && text.p[at] == '.' && (ref->flags & SW_FF_DOTARG)) {
		size_t end = at + 1;
		while (end < text.n && is_word(text.p[end]))
			end++;
		ref->arg = sw_str_sub(text, at + 1, end);
		*len = end;
	} else {
		if (ref->flags & SW_FF_ARG_REQUIRED && ref->flags & SW_FF_DOTARG)
			return sw_error_set(err, SW_EINVALID, "filter syntax error: %.*s", SW_STR_ARG(text));
		if (ref->flags & SW_FF_ARG_REQUIRED)
			return sw_error_set(err, SW_EINVALID,
				"filter '%.*s': %s requires an argument but none provided",
				SW_STR_ARG(text), name);
		return 0;
	}
	ref->has_arg = true;
	if (!(ref->flags & (SW_FF_ARG_REQUIRED | SW_FF_ARG_ALLOWED)))
		return sw_error_set(err, SW_EINVALID,
			"filter '%.*s': %s does not allow nor require an argument but one is provided: %.*s",
			SW_STR_ARG(text), name, SW_STR_ARG(ref->arg));
	if (ref->flags & SW_FF_ARG_INDEX) {
		ref->arg_is_index = index_of(ref, ref->arg, &ref->index);
		if (!ref->arg_is_index && bracket && ref->cls->native && !(ref->flags & SW_FF_ARG_ALLOWED && ref->flags & SW_FF_ARG_KEY))
			return sw_error_set(err, SW_EINVALID, "%.*s is not a valid number", SW_STR_ARG(ref->arg));
		if (!ref->arg_is_index && !(ref->flags & SW_FF_ARG_KEY))
			return sw_error_set(err, SW_EINVALID,
				"filter %.*s %s has an invalid index argument not composed only by digits: %.*s",
				SW_STR_ARG(text), name, SW_STR_ARG(ref->arg));
	}
	return 0;
}

int sw_field_find(enum sw_event_source source, struct sw_str text, struct sw_fieldref *ret, size_t *ret_len,
	struct sw_error *err)
{
	size_t n;
	const struct sw_field_class *const *classes = sw_field_classes(source, &n);
	for (size_t i = 0; i < n; i++) {
		const struct sw_field *row = longest_row(classes[i], text);
		if (!row)
			continue;
		struct sw_fieldref ref = {
			.cls = classes[i],
			.field = row,
			.id = (uint32_t)(row - classes[i]->fields),
			.type = row->type,
			.format = row->format,
			.flags = row->flags,
		};
		size_t len = strlen(row->name);
		int rc = take_arg(&ref, text, &len, err);
		if (rc == 0 && classes[i]->prepare)
			rc = classes[i]->prepare(&ref, err);
		if (rc < 0)
			return rc;
		*ret = ref;
		*ret_len = len;
		return 0;
	}
	return sw_error_set(err, SW_ENOENT, "filter_check called with nonexistent field %.*s", SW_STR_ARG(text));
}
