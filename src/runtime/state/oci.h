/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an OCI configuration (opencontainers/runtime-spec config.md: config.json on disk, or the spec that containerd
 * keeps of a container) tells of a container. Any value may be given; what is of another shape tells nothing. Views
 * into the value, nothing allocated.
 */
#ifndef SW_RUNTIME_STATE_OCI_H
#define SW_RUNTIME_STATE_OCI_H

#include "doc/value.h"

struct sw_oci_rights {
	bool known;	 /* the configuration is one of Linux with capabilities */
	bool privileged; /* all rights, and neither a filter of calls nor hidden paths */
	bool host_pid, host_net, host_ipc;
};

struct sw_oci_mount {
	struct sw_str source, dest, propagation;
	bool writable;
};

struct sw_oci_rights sw_oci_rights(struct sw_value spec);
/* One of the list "mounts". False: none of a folder or file of the host. */
bool sw_oci_mount(struct sw_value mount, struct sw_oci_mount *ret);

#endif
