/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/bpf/lib.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

static int check_machine(size_t object_bytes, struct sw_error *err)
{
	if (!object_bytes)
		return sw_error_set(err, SW_EUNSUPPORTED,
			"this build has no live sensor: it was made without clang");
	if (access("/sys/kernel/btf/vmlinux", R_OK) != 0)
		return sw_error_set(err, SW_EUNSUPPORTED,
			"the live sensor needs a kernel with BTF (/sys/kernel/btf/vmlinux)");
	if (geteuid() != 0) {
		sw_error_set(err, SW_EUNSUPPORTED,
			"the live sensor needs root, or CAP_BPF and CAP_PERFMON");
		return sw_error_hint(err, "sudo seawall watch …");
	}
	return 0;
}

int sw_bpf_lib_open(size_t object_bytes, struct sw_bpf_lib *l, struct sw_error *err)
{
	const struct {
		const char *name;
		void **slot;
	} need[] = {
		{"bpf_object__open_mem", (void **)&l->open_mem},
		{"bpf_object__load", (void **)&l->load},
		{"bpf_object__close", (void **)&l->close},
		{"bpf_object__next_program", (void **)&l->next_program},
		{"bpf_program__attach", (void **)&l->attach},
		{"bpf_link__destroy", (void **)&l->link_destroy},
		{"bpf_program__attach_cgroup", (void **)&l->attach_cgroup},
		{"bpf_link__fd", (void **)&l->link_fd},
		{"bpf_program__name", (void **)&l->program_name},
		{"bpf_program__fd", (void **)&l->program_fd},
		{"bpf_object__find_map_fd_by_name", (void **)&l->map_fd},
		{"bpf_map_update_elem", (void **)&l->update},
		{"bpf_map_lookup_elem", (void **)&l->lookup},
		{"bpf_map_delete_elem", (void **)&l->remove},
		{"bpf_iter_create", (void **)&l->iter_create},
		{"libbpf_set_print", (void **)&l->set_print},
	};
	int rc = check_machine(object_bytes, err);

	if (rc)
		return rc;
	l->dl = dlopen("libbpf.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!l->dl) {
		sw_error_set(err, SW_EUNSUPPORTED,
			"the live sensor needs libbpf.so.1, which is not installed");
		return sw_error_hint(err, "apt-get install libbpf1");
	}
	for (size_t i = 0; i < SW_ARRAY_LEN(need); i++) {
		*need[i].slot = dlsym(l->dl, need[i].name);
		if (!*need[i].slot)
			return sw_error_set(err, SW_EUNSUPPORTED,
				"libbpf has no %s: a version before 1.0?", need[i].name);
	}
	l->set_print(quiet);
	return 0;
}

void sw_bpf_lib_close(struct sw_bpf_lib *l)
{
	if (l->dl)
		dlclose(l->dl);
	l->dl = NULL;
}

int sw_bpf_load(const struct sw_bpf_lib *l, const void *object, size_t n, struct bpf_object **ret,
	struct sw_error *err)
{
	struct bpf_object *o = l->open_mem(object, n, NULL);

	if (!o)
		return sw_error_errno(
			err, SW_EUNSUPPORTED, errno, "cannot open the programs of the sensor");
	if (l->load(o) != 0) {
		int e = errno;
		l->close(o);
		return sw_error_errno(
			err, SW_EUNSUPPORTED, e, "this kernel refuses the programs of the sensor");
	}
	*ret = o;
	return 0;
}
