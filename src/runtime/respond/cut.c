/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/respond/cut.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/bpf/lib.h"

extern const unsigned char sw_cut_object[];
extern const size_t sw_cut_object_n;

enum { PROGRAMS = 6 };

struct one {
	char *cgroup;
	struct bpf_link *links[PROGRAMS];
};

struct sw_cuts {
	struct sw_bpf_lib lib;
	struct bpf_object *obj;
	struct one cut[SW_CUTS_MAX];
	size_t n;
};

int sw_cuts_open(struct sw_cuts **ret, struct sw_error *err)
{
	struct sw_cuts *c = calloc(1, sizeof(*c));

	if (!c)
		return sw_error_set(err, SW_ELIMIT, "no memory");
	int rc = sw_bpf_lib_open(sw_cut_object_n, &c->lib, err);
	if (rc == 0)
		rc = sw_bpf_load(&c->lib, sw_cut_object, sw_cut_object_n, &c->obj, err);
	if (rc) {
		sw_cuts_close(c);
		return rc;
	}
	*ret = c;
	return 0;
}

static void undo(struct sw_cuts *c, struct one *o)
{
	for (size_t i = 0; i < PROGRAMS; i++)
		if (o->links[i])
			c->lib.link_destroy(o->links[i]);
	free(o->cgroup);
	*o = (struct one){0};
}

void sw_cuts_close(struct sw_cuts *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		undo(c, &c->cut[i]);
	if (c->obj)
		c->lib.close(c->obj);
	sw_bpf_lib_close(&c->lib);
	free(c);
}

static struct one *find(struct sw_cuts *c, const char *cgroup)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->cut[i].cgroup, cgroup) == 0)
			return &c->cut[i];
	return NULL;
}

int sw_cut(struct sw_cuts *c, const char *cgroup, struct sw_error *err)
{
	size_t i = 0;

	if (find(c, cgroup))
		return 0;
	if (c->n == SW_CUTS_MAX)
		return sw_error_set(err, SW_ELIMIT, "%d containers are cut already", SW_CUTS_MAX);
	sw_autoclose fd = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return sw_error_errno(err, SW_EIO, errno, "cannot open %s", cgroup);
	struct one *o = &c->cut[c->n];
	o->cgroup = strdup(cgroup);
	for (struct bpf_program *p = NULL;
		o->cgroup && i < PROGRAMS && (p = c->lib.next_program(c->obj, p)); i++) {
		o->links[i] = c->lib.attach_cgroup(p, fd);
		if (!o->links[i])
			break;
	}
	if (i < PROGRAMS) {
		int e = errno;
		undo(c, o);
		return sw_error_errno(err, SW_EIO, e, "cannot cut the network of %s", cgroup);
	}
	c->n++;
	return 0;
}

bool sw_cut_undo(struct sw_cuts *c, const char *cgroup)
{
	struct one *o = find(c, cgroup);

	if (!o)
		return false;
	undo(c, o);
	*o = c->cut[--c->n];
	c->cut[c->n] = (struct one){0};
	return true;
}
