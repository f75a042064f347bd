/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node as facts: its files, its processes, its users, and the cluster's objects that were given.
 *
 * Two kinds of node:
 * - a live or mounted one: a root folder and a proc folder. Every path is resolved by openat2() with
 *   RESOLVE_IN_ROOT and without magic links, so that no link in the tree leads out of it. Only
 *   regular files are read; FIFOs, devices and sockets are looked at, never opened. What is read is
 *   cut off by a ceiling, not trusted to end.
 * - a captured one: a JSON document (capture.h) that says what a node answered. A path that it says
 *   nothing about is -ENODATA, which is not the same as "does not exist".
 *
 * Calls return 0 or a negative errno: -ENOENT and -ENOTDIR (not there), -EACCES (not allowed),
 * -EFBIG (beyond the ceiling), -ENXIO (not a regular file), -ENODATA (not captured).
 *
 * Nothing is ever written or started. One thread. Views live as long as the node or the arena given.
 */
#ifndef SW_CIS_NODE_H
#define SW_CIS_NODE_H

#include <sys/stat.h>

#include "base/arena.h"
#include "base/error.h"
#include "doc/value.h"

#define SW_CIS_FILE_MAX ((size_t)4 << 20) /* bytes of one file */
#define SW_CIS_PROC_MAX 65536		  /* processes looked at */
#define SW_CIS_LIST_MAX 100000		  /* entries of one folder */

struct sw_cis_proc {
	int64_t pid, ppid;
	uint32_t uid;
	struct sw_str comm; /* the kernel's name, at most 15 bytes */
	struct sw_str args; /* each argument followed by a NUL, as /proc has it */
	struct sw_str cmd;  /* what ps shows: joined by spaces, or [comm] */
};

struct sw_kube_client;

struct sw_cis_node_opts {
	const char *root;	 /* folder, or a captured node's file; NULL: "/" */
	const char *proc;	 /* NULL: /proc, or proc under the root when a root is given */
	struct sw_value objects; /* array of Kubernetes objects; SW_UNDEF: none were given */
	struct sw_kube_client *client; /* of its live cluster (live.h), before `objects`; NULL: none */
	const char *name;	       /* of the node in the cluster; NULL: its host name */
	const char *kubelet;	       /* its kubelet's own address, on this machine (kubelet.h); NULL: it is not asked */
};

struct sw_cis_node;

int sw_cis_node_open(
	const struct sw_cis_node_opts *o, struct sw_cis_node **ret, struct sw_error *err);
void sw_cis_node_free(struct sw_cis_node *n);

int sw_cis_stat(struct sw_cis_node *n, struct sw_str path, bool follow, struct stat *ret);
int sw_cis_read(struct sw_cis_node *n, struct sw_arena *a, struct sw_str path, struct sw_str *ret);
/* Names in a folder in byte order, without . and .. */
int sw_cis_list(struct sw_cis_node *n, struct sw_arena *a, struct sw_str path,
	struct sw_str **ret, uint32_t *ret_n);
int sw_cis_readlink(
	struct sw_cis_node *n, struct sw_arena *a, struct sw_str path, struct sw_str *ret);

/* By pid; loaded once. NULL when the node has no process list: *ret_why then says why. */
const struct sw_cis_proc *sw_cis_procs(
	struct sw_cis_node *n, uint32_t *ret_n, const char **ret_why);
/* Name of a user or group by the node's own files; empty when it has none. */
struct sw_str sw_cis_user(struct sw_cis_node *n, uint32_t uid);
struct sw_str sw_cis_group(struct sw_cis_node *n, uint32_t gid);
bool sw_cis_has_user(struct sw_cis_node *n, struct sw_str name);
struct sw_str sw_cis_hostname(struct sw_cis_node *n);
struct sw_value sw_cis_objects(const struct sw_cis_node *n);

/*
 * From now on, remember everything that is asked and answered (and the processes); then write it
 * as a captured node, secrets cut out (capture.c).
 */
int sw_cis_capture_begin(struct sw_cis_node *n);
int sw_cis_capture_write(struct sw_cis_node *n, struct sw_buf *out, struct sw_error *err);

#endif
