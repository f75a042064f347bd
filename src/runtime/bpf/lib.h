/* SPDX-License-Identifier: Apache-2.0 */
/* libbpf, opened when it is needed: the product starts without it. */
#ifndef SW_RUNTIME_BPF_LIB_H
#define SW_RUNTIME_BPF_LIB_H

#include <bpf/libbpf.h>

#include "base/error.h"

struct sw_bpf_lib {
	void *dl;
	struct bpf_object *(*open_mem)(const void *, size_t, const struct bpf_object_open_opts *);
	int (*load)(struct bpf_object *);
	void (*close)(struct bpf_object *);
	struct bpf_program *(*next_program)(const struct bpf_object *, struct bpf_program *);
	struct bpf_link *(*attach)(const struct bpf_program *);
	struct bpf_link *(*attach_cgroup)(const struct bpf_program *, int);
	const char *(*program_name)(const struct bpf_program *);
	int (*program_fd)(const struct bpf_program *);
	int (*link_destroy)(struct bpf_link *);
	int (*link_fd)(const struct bpf_link *);
	int (*map_fd)(const struct bpf_object *, const char *);
	int (*update)(int, const void *, const void *, __u64);
	int (*lookup)(int, const void *, void *);
	int (*remove)(int, const void *);
	int (*iter_create)(int);
	libbpf_print_fn_t (*set_print)(libbpf_print_fn_t);
};

/* -SW_EUNSUPPORTED with the reason where eBPF cannot be used: not root, no BTF, no libbpf, a build
 * without clang. */
int sw_bpf_lib_open(size_t object_bytes, struct sw_bpf_lib *ret, struct sw_error *err);
void sw_bpf_lib_close(struct sw_bpf_lib *l);
/* Opens and loads an object that is carried in the binary. */
int sw_bpf_load(const struct sw_bpf_lib *l, const void *object, size_t n, struct bpf_object **ret,
	struct sw_error *err);

#endif
