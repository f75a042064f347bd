/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/bpf/iter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/bpf/convert.h"
#include "runtime/state/live.h"

extern const unsigned char sw_iter_object[];
extern const size_t sw_iter_object_n;

enum { BUFFER = 256 << 10 };

struct sw_iter {
	const struct sw_bpf_lib *lib;
	struct bpf_object *obj;
	struct bpf_link *tasks, *files;
	struct sw_rec_room room;
	char buffer[BUFFER];
};

struct sw_iter *sw_iter_new(const struct sw_bpf_lib *lib)
{
	struct sw_iter *it = sw_iter_object_n ? calloc(1, sizeof(*it)) : NULL;

	if (!it)
		return NULL;
	it->lib = lib;
	if (sw_bpf_load(lib, sw_iter_object, sw_iter_object_n, &it->obj, NULL) == 0)
		for (struct bpf_program *p = NULL; (p = lib->next_program(it->obj, p));)
			*(strcmp(lib->program_name(p), "sw_tasks") == 0 ? &it->tasks : &it->files) =
				lib->attach(p);
	if (it->tasks && it->files)
		return it;
	sw_iter_free(it);
	return NULL;
}

void sw_iter_free(struct sw_iter *it)
{
	if (!it)
		return;
	if (it->tasks)
		it->lib->link_destroy(it->tasks);
	if (it->files)
		it->lib->link_destroy(it->files);
	if (it->obj)
		it->lib->close(it->obj);
	free(it);
}

/* Takes whole records off the buffer; returns how many bytes are left at its start. */
static size_t take(struct sw_iter *it, size_t have, struct sw_state *st, uint64_t offset)
{
	size_t at = 0;
	struct sw_rec r;

	while (have - at >= sizeof(r)) {
		memcpy(&r, it->buffer + at, sizeof(r));
		size_t n = sizeof(r) + r.len[0] + r.len[1] + r.len[2] + r.len[3];
		if (have - at < n)
			break;
		if (r.kind == SW_REC_TASK)
			sw_rec_take_task(st, &r, it->buffer + at + sizeof(r), offset, &it->room);
		else if (r.kind == SW_REC_FILE)
			sw_rec_take_file(st, &r, it->buffer + at + sizeof(r));
		at += n;
	}
	memmove(it->buffer, it->buffer + at, have - at);
	return have - at;
}

static int read_all(
	struct sw_iter *it, const struct bpf_link *link, struct sw_state *st, uint64_t offset)
{
	sw_autoclose fd = it->lib->iter_create(it->lib->link_fd(link));
	size_t have = 0;

	if (fd < 0)
		return -SW_EIO;
	for (;;) {
		ssize_t n = read(fd, it->buffer + have, sizeof(it->buffer) - have);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return n == 0 && have == 0 ? 0 : -SW_EIO;
		have = take(it, have + (size_t)n, st, offset);
		if (have == sizeof(it->buffer))
			return -SW_EIO;
	}
}

int sw_iter_scan(struct sw_iter *it, struct sw_state *st, uint64_t offset)
{
	sw_state_scan_begin(st);
	int rc = read_all(it, it->tasks, st, offset);

	if (rc == 0)
		rc = read_all(it, it->files, st, offset);
	sw_state_scan_end(st, rc == 0);
	return rc;
}
