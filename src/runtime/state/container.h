/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers. Which one a thread is in follows from its cgroup paths (docker, containerd and CRI-O with both
 * cgroup drivers, podman, lxc); what is known of it comes from the container events of a capture (JSON of the
 * Falco libraries) or, live, from what the runtimes keep on disk and answer over their sockets (ask/ask.h).
 *
 * An id is shown by its first 12 characters, as docker does. The host is id "" here.
 */
#ifndef SW_RUNTIME_STATE_CONTAINER_H
#define SW_RUNTIME_STATE_CONTAINER_H

#include "base/buf.h"
#include "doc/value.h"
#include "runtime/state/state.h"

enum sw_container_type { /* the numbers of the container events */
	SW_CT_DOCKER = 0, SW_CT_LXC = 1, SW_CT_LIBVIRT_LXC = 2, SW_CT_MESOS = 3, SW_CT_RKT = 4,
	SW_CT_CUSTOM = 5, SW_CT_CRI = 6, SW_CT_CONTAINERD = 7, SW_CT_CRIO = 8, SW_CT_BPM = 9,
	SW_CT_STATIC = 10, SW_CT_PODMAN = 11, SW_CT_UNKNOWN = 255,
};

#define SW_CONTAINER_ID_MAX 128
#define SW_CONTAINER_LIST_MAX 512 /* labels or mounts of one container */

struct sw_container {
	struct sw_rstr *id; /* 12 characters */
	struct sw_rstr *full_id, *name, *image, *image_id, *repo, *tag, *digest, *ip, *cni;
	struct sw_rstr *labels; /* "key:value" ended by NUL each */
	struct sw_rstr *mounts; /* "source:dest:mode:rw:propagation" ended by NUL each */
	struct sw_rstr *pod_labels;
	struct sw_rstr *pod_name, *pod_ns, *pod_uid, *sandbox;
	struct sw_rstr *health, *liveness, *readiness; /* command lines of the probes */
	uint8_t type, tries; /* tries: how often it was looked for on this machine */
	bool privileged, has_privileged, is_sandbox, host_pid, host_net, host_ipc, complete;
	bool answered; /* by its runtime */
	bool untold;   /* found on disk, and no event has told of it yet */
	uint32_t asked;	/* when the runtimes were asked last, in seconds; 0: never */
	uint64_t created; /* nanoseconds since the epoch; 0: not known */
	uint64_t used;
	struct sw_container *next;
};

struct sw_containers;

struct sw_containers *sw_containers_new(void);
void sw_containers_free(struct sw_containers *c); /* takes NULL */
uint32_t sw_containers_count(const struct sw_containers *c);
/* All tasks of the machine are about to be read, or have been: between the two the disk is asked once per cgroup. */
void sw_containers_scan(struct sw_containers *c, bool on);

const char *sw_container_type_name(uint8_t type);
/* Letters, digits, "_", "+", "-" and, within, ".": what runtimes take as a name, and no way out of a folder. */
bool sw_container_safe_id(struct sw_str id);

/*
 * The id in a list of cgroup paths ("subsystem=path", NUL-ended each): its full length, or an empty string.
 * *ret_type: what the path tells.
 */
struct sw_str sw_cgroup_container(struct sw_str cgroups, uint8_t *ret_type);

void sw_thread_find_container(struct sw_state *st, struct sw_thread *t);
void sw_thread_resolve_container(struct sw_state *st, struct sw_thread *t);
/*
 * A container event. What is not JSON of the known shape is ignored. Live it adds to what is known, and is an
 * answer of the container's runtime.
 */
void sw_state_container_json(struct sw_state *st, struct sw_str json);
/* An entry to be filled in: emptied when there was one. NULL: no memory. */
struct sw_container *sw_containers_put(struct sw_state *st, struct sw_str id);
struct sw_container *sw_containers_get(struct sw_containers *c, struct sw_str id12);
/* "registry/repo:tag@digest" into its parts. */
void sw_container_set_image(struct sw_container *c, struct sw_str image);
/* {"key": "value"} as a list; and, as the next, what pods and runtimes put there. What is no object is passed over. */
void sw_container_take_labels(struct sw_container *c, struct sw_rstr **list, struct sw_value labels);
void sw_container_add_mount(struct sw_buf *list, struct sw_str source, struct sw_str dest, struct sw_str mode, bool rw,
	struct sw_str propagation);
/* What pods and runtimes put into labels or annotations. */
void sw_container_take_label(struct sw_container *c, struct sw_str key, struct sw_str value);

/* The event of a container, with its NUL; {NULL, 0}: no memory. */
struct sw_str sw_container_tell(struct sw_arena *a, const struct sw_container *c);
/* One that is untold, which it is then no longer; NULL: none. Cheap when there is none. */
const struct sw_container *sw_containers_untold(struct sw_state *st);

/* live.c: this machine. False: nothing known there. */
bool sw_state_look_up(struct sw_state *st, struct sw_thread *t);
bool sw_container_look_up(struct sw_state *st, struct sw_str full_id, uint8_t type);
/*
 * The container that a cgroup path is of, where it has a name rather than an id of 64 digits: one of plain runc, or a
 * task of containerd below its name space (ctr). The innermost counts; empty: none. *ret_type is set where it is known.
 */
struct sw_str sw_container_named(const struct sw_state *st, struct sw_str path, uint8_t *ret_type);

#endif
