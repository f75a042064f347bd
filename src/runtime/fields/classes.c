/* SPDX-License-Identifier: Apache-2.0 */
/* The classes of the fields of system call events. */
#include "runtime/fields/classes.h"
#include "runtime/fields/impl.h"
#include "runtime/fields/names.h"

/* evt.arg and evt.rawarg name a parameter of some event; evt.arg[n] a place. */
static int evt_prepare(struct sw_fieldref *ref, struct sw_error *err)
{
	bool raw = ref->id == SW_FLD_EVT_RAWARG;
	if (ref->id == SW_FLD_EVT_ABSPATH && ref->has_arg &&
		(ref->arg.p[-1] != '.' || (!sw_str_is(ref->arg, "src") && !sw_str_is(ref->arg, "dst"))))
		return sw_error_set(err, SW_EINVALID, "filter_check called with nonexistent field evt.abspath.%.*s",
			SW_STR_ARG(ref->arg));
	if ((ref->id != SW_FLD_EVT_ARG && !raw) || (!raw && ref->arg_is_index))
		return 0;
	for (uint32_t i = 0; i < SW_EVENT_CODES; i++) {
		for (uint32_t k = 0; k < sw_event_table[i].n_params; k++) {
			const struct sw_event_param *p = &sw_event_table[i].params[k];
			if (!sw_str_is(ref->arg, p->name))
				continue;
			if (raw) {
				ref->type = p->type;
				ref->format = SW_FMT_DEC;
			}
			return 0;
		}
	}
	return sw_error_set(err, SW_EINVALID, "unknown event argument %.*s", SW_STR_ARG(ref->arg));
}

/* With an argument an ancestor is one value; without, and with -1, any of them will do. Below there is none. */
static int proc_prepare(struct sw_fieldref *ref, struct sw_error *err)
{
	int64_t index = (int64_t)ref->index;
	if (ref->arg_is_index && index < 0)
		ref->has_arg = index != -1 && ref->id != SW_FLD_PROC_ARGS;
	if (ref->has_arg)
		ref->flags &= ~(uint32_t)SW_FF_ALTS;
	return 0;
}

const struct sw_field_class sw_fields_evt = {
	.name = "evt",
	.title = "System calls",
	.sources = 1u << SW_SOURCE_SYSCALL,
	.native = true,
	.fields = sw_field_rows_evt,
	.n_fields = SW_FIELDS_EVT_N,
	.prepare = evt_prepare,
	.extract = sw_extract_evt,
	.shown = sw_shown_evt,
};

const struct sw_field_class sw_fields_proc = {
	.name = "process",
	.title = "Processes and threads",
	.sources = 1u << SW_SOURCE_SYSCALL,
	.native = true,
	.fields = sw_field_rows_proc,
	.n_fields = SW_FIELDS_PROC_N,
	.loose_args = true,
	.prepare = proc_prepare,
	.extract = sw_extract_proc,
};

const struct sw_field_class sw_fields_user = {
	.name = "user",
	.title = "User of the process",
	.sources = 1u << SW_SOURCE_SYSCALL,
	.native = true,
	.fields = sw_field_rows_user,
	.n_fields = SW_FIELDS_USER_N,
	.extract = sw_extract_user,
};

const struct sw_field_class sw_fields_group = {
	.name = "group",
	.title = "Group of the process",
	.sources = 1u << SW_SOURCE_SYSCALL,
	.native = true,
	.fields = sw_field_rows_group,
	.n_fields = SW_FIELDS_GROUP_N,
	.extract = sw_extract_group,
};

const struct sw_field_class sw_fields_fd = {
	.name = "fd",
	.title = "File descriptors and sockets",
	.sources = 1u << SW_SOURCE_SYSCALL,
	.native = true,
	.fields = sw_field_rows_fd,
	.n_fields = SW_FIELDS_FD_N,
	.extract = sw_extract_fd,
	.name_wanted = sw_names_wanted,
};

const struct sw_field_class sw_fields_fs = {
	.name = "fs.path",
	.title = "Paths of file system calls",
	.sources = 1u << SW_SOURCE_SYSCALL,
	.native = true,
	.fields = sw_field_rows_fs,
	.n_fields = SW_FIELDS_FS_N,
	.extract = sw_extract_fspath,
};

const struct sw_field_class sw_fields_util = {
	.name = "util",
	.title = "Internal",
	.sources = 1u << SW_SOURCE_SYSCALL,
	.native = true,
	.fields = sw_field_rows_util,
	.n_fields = SW_FIELDS_UTIL_N,
	.extract = sw_extract_util,
};

const struct sw_field_class sw_fields_fdlist = {
	.name = "fdlist",
	.title = "Descriptors of poll",
	.sources = 1u << SW_SOURCE_SYSCALL,
	.native = true,
	.fields = sw_field_rows_fdlist,
	.n_fields = SW_FIELDS_FDLIST_N,
	.extract = sw_extract_fdlist,
};

const struct sw_field_class sw_fields_container = {
	.name = "container",
	.title = "Containers and their pods",
	.sources = 1u << SW_SOURCE_SYSCALL,
	.fields = sw_field_rows_container,
	.n_fields = SW_FIELDS_CONTAINER_N,
	.extract = sw_extract_container,
};
