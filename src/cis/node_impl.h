/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of a node, shared by node.c, proc.c and capture.c. */
#ifndef SW_CIS_NODE_IMPL_H
#define SW_CIS_NODE_IMPL_H

#include "cis/node.h"

struct sw_cis_name {
	uint32_t id;
	struct sw_str name;
};

#define SW_CIS_VIEW_MAX 64

/* A folder of the node as a container sees it. */
struct sw_cis_view {
	struct sw_str there, host;
};

struct sw_cis_record; /* what a capture remembers */

struct sw_cis_node {
	struct sw_arena arena;
	int root, proc; /* descriptors of folders, or -1 */
	struct sw_cis_proc *procs;
	uint32_t n_procs;
	bool procs_loaded;
	const char *no_procs; /* why there are none */
	struct sw_cis_name *names[2]; /* users, groups */
	uint32_t n_names[2];
	bool names_loaded[2];
	struct sw_value objects;
	struct sw_cis_live *live;
	struct sw_value image; /* of a captured node: its document */
	struct sw_cis_record *record;
	struct sw_str name, kubelet; /* as in struct sw_cis_node_opts; empty: not told */
	struct sw_value running;     /* kubelet.c */
	struct sw_str running_why;
	bool running_asked;
	bool viewed; /* paths are those of a container: through `view`, or not seen */
	struct sw_cis_view view[SW_CIS_VIEW_MAX];
	uint32_t n_view;
};

struct sw_str sw_cis_proc_display(struct sw_arena *a, struct sw_str args, struct sw_str comm);
/*
 * What an O_PATH descriptor is of, opened for reading: a regular file only, so that no FIFO, device or socket is ever
 * opened. `max`: -EFBIG for a longer one, 0: any. Descriptor or -errno.
 */
int sw_cis_node_reopen(int path, size_t max);
/* A regular file for reading, `big`: beyond the ceiling of sw_cis_read() too. Descriptor or -errno. */
int sw_cis_node_open_file(struct sw_cis_node *n, struct sw_str path, bool big);
/* The content of an open regular file up to the ceiling. */
int sw_cis_slurp(struct sw_arena *a, int fd, size_t max, struct sw_str *ret);

int sw_cis_image_stat(struct sw_cis_node *n, struct sw_str path, bool follow, struct stat *ret);
int sw_cis_image_read(struct sw_cis_node *n, struct sw_str path, struct sw_str *ret);
int sw_cis_image_list(struct sw_cis_node *n, struct sw_arena *a, struct sw_str path,
	struct sw_str **ret, uint32_t *ret_n);
int sw_cis_image_link(struct sw_cis_node *n, struct sw_str path, struct sw_str *ret);
void sw_cis_image_procs(struct sw_cis_node *n);
int sw_cis_image_open(struct sw_cis_node *n, const char *file, struct sw_error *err);

void sw_cis_record_stat(struct sw_cis_node *n, struct sw_str path, bool follow, int rc,
	const struct stat *st);
void sw_cis_record_read(struct sw_cis_node *n, struct sw_str path, int rc, struct sw_str text);
void sw_cis_record_list(struct sw_cis_node *n, struct sw_str path, int rc,
	const struct sw_str *names, uint32_t n_names);
void sw_cis_record_link(struct sw_cis_node *n, struct sw_str path, int rc, struct sw_str target);
void sw_cis_record_free(struct sw_cis_node *n);

#endif
