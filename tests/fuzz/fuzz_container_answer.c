/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as what a container runtime answers: the first byte tells which runtime, a NUL NUL NUL parts two
 * answers. What is made of them is a container event that the state can read.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "doc/json.h"
#include "runtime/ask/answer.h"
#include "runtime/state/container.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void join(struct sw_value event)
{
	sw_autobuf json = {0};
	struct sw_state *st = sw_state_new(4);

	sw_buf_init(&json, 16 << 20);
	sw_json_write(&json, event, 0);
	for (int live = 0; live < 2; live++) {
		st->live = live;
		sw_state_container_json(st, sw_buf_str(&json));
		if (!json.overflow && sw_containers_count(st->containers) != 1)
			abort();
	}
	sw_autoarena a;
	const struct sw_container *c = sw_containers_get(st->containers, SW_STR("abcdefabcdef"));
	sw_arena_init(&a, (size_t)64 << 20);
	if (c)
		sw_container_tell(&a, c);
	sw_state_free(st);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sw_str all = {(const char *)data + 1, n ? n - 1 : 0}, first = all, second = {NULL, 0},
		      id = SW_STR("abcdefabcdef0123");
	sw_autoarena a;
	struct sw_value v;

	sw_arena_init(&a, (size_t)64 << 20);
	if (n < 1 || n > 65536)
		return 0;
	size_t at = sw_str_find(all, sw_str_make("\0\0\0", 3), 0);
	if (at != SW_NPOS) {
		first = sw_str_sub(all, 0, at);
		second = sw_str_sub(all, at + 3, all.n);
	}
	if (data[0] == 'd') {
		sw_answer_docker_image(&a, first);
		if (sw_answer_docker(&a, SW_CT_DOCKER, id, first, second, &v))
			join(v);
	} else if (data[0] == 'l') {
		struct sw_str sandbox;
		sw_answer_cri_type(first);
		sw_answer_cri_sandbox(first, id, &sandbox);
	} else if (data[0] == 'n') {
		struct sw_pb list = sw_pb(first);
		struct sw_str ns;
		while (sw_answer_namespace(&list, &ns))
			if (sw_str_chr(ns, '\n', 0) != SW_NPOS || ns.n > 127)
				abort();
	} else if (data[0] == 'k') {
		struct sw_str image, sandbox;
		sw_answer_containerd_others(&a, first, &image, &sandbox);
		if (sw_answer_containerd(&a, SW_CT_CONTAINERD, id, first, second, first, &v))
			join(v);
	} else if (data[0] == 'j') {
		struct sw_state *st = sw_state_new(4);
		sw_state_container_json(st, first);
		sw_state_free(st);
	} else if (sw_answer_cri(&a, SW_CT_CRI, id, first, second, &v)) {
		join(v);
	}
	return 0;
}
