/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/state/oci.h"

static bool has_text(struct sw_value list, const char *what)
{
	if (sw_is(list, SW_ARRAY))
		sw_array_foreach (o, list)
			if (sw_is(*o, SW_STRING) && sw_str_is(sw_value_str(*o), what))
				return true;
	return false;
}

/* A name space that is not in the list is the host's. */
static bool has_namespace(struct sw_value list, const char *type)
{
	if (sw_is(list, SW_ARRAY))
		sw_array_foreach (n, list)
			if (sw_str_is(sw_value_getstr(*n, "type"), type))
				return true;
	return false;
}

struct sw_oci_rights sw_oci_rights(struct sw_value spec)
{
	struct sw_value lx = sw_object_gets(spec, SW_STR("linux"));
	struct sw_value caps = sw_value_path(spec, "process", "capabilities", "bounding", NULL);
	struct sw_value masked = sw_object_gets(lx, SW_STR("maskedPaths")), ns = sw_object_gets(lx, SW_STR("namespaces"));
	struct sw_oci_rights r = {0};

	r.known = sw_is(lx, SW_OBJECT) && sw_is(caps, SW_ARRAY);
	if (!r.known)
		return r;
	r.privileged = has_text(caps, "CAP_SYS_ADMIN") && has_text(caps, "CAP_SYS_MODULE") &&
		       !sw_defined(sw_object_gets(lx, SW_STR("seccomp"))) && !(sw_is(masked, SW_ARRAY) && masked.n);
	if (!sw_is(ns, SW_ARRAY))
		return r;
	r.host_pid = !has_namespace(ns, "pid");
	r.host_net = !has_namespace(ns, "network");
	r.host_ipc = !has_namespace(ns, "ipc");
	return r;
}

bool sw_oci_mount(struct sw_value mount, struct sw_oci_mount *ret)
{
	struct sw_value o = sw_object_gets(mount, SW_STR("options"));

	if (!sw_str_is(sw_value_getstr(mount, "type"), "bind") && !has_text(o, "bind") && !has_text(o, "rbind"))
		return false;
	*ret = (struct sw_oci_mount){.source = sw_value_getstr(mount, "source"),
		.dest = sw_value_getstr(mount, "destination"),
		.propagation = has_text(o, "rshared") ? SW_STR("rshared") : SW_STR("rprivate"),
		.writable = !has_text(o, "ro")};
	return true;
}
