/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of containerd's own interface: of containers that no kubelet started (ctr, nerdctl, buildkit), too. */
#include "base/cleanup.h"
#include "runtime/ask/answer.h"
#include "runtime/state/container.h"
#include "runtime/state/oci.h"

/* containers.v1.Container, as far as it is of use. */
struct facts {
	struct sw_str id, image, sandbox;
	int64_t created;
	struct sw_map labels;
	struct sw_value spec;
};

bool sw_answer_namespace(struct sw_pb *list, struct sw_str *ret)
{
	for (struct sw_pb_field f; sw_pb_next(list, &f);) {
		struct sw_str name = f.number == 1 && f.wire == SW_PB_BYTES ? sw_pb_inner(f.text, 1) : (struct sw_str){NULL, 0};
		if (!sw_container_safe_id(name))
			continue;
		*ret = name;
		return true;
	}
	return false;
}

static struct sw_str annotation(const struct facts *f, const char *name)
{
	return sw_value_getstr(sw_object_gets(f->spec, SW_STR("annotations")), name);
}

static void take(struct facts *f, struct sw_arena *a, struct sw_str response)
{
	struct sw_pb p = sw_pb(sw_pb_inner(response, 1));

	*f = (struct facts){.spec = sw_undef()};
	sw_map_init(&f->labels, a);
	for (struct sw_pb_field x; sw_pb_next(&p, &x);) {
		switch (x.number) {
		case 1:
			f->id = x.text;
			break;
		case 2:
			sw_answer_label(&f->labels, x.text);
			break;
		case 3:
			f->image = x.text;
			break;
		case 5:
			/* google.protobuf.Any, in which containerd has JSON. */
			f->spec = sw_answer_json(a, sw_pb_inner(x.text, 2));
			break;
		case 8:
			f->created = (int64_t)sw_pb_number(x.text, 1);
			break;
		case 11:
			f->sandbox = x.text;
			break;
		default:
			break;
		}
	}
	struct sw_str name = annotation(f, "io.kubernetes.cri.image-name");
	if (name.n && (!f->image.n || sw_str_starts(f->image, SW_STR("sha256:"))))
		f->image = name;
	if (!f->sandbox.n)
		f->sandbox = annotation(f, "io.kubernetes.cri.sandbox-id");
}

void sw_answer_containerd_others(struct sw_arena *a, struct sw_str container, struct sw_str *ret_image,
	struct sw_str *ret_sandbox)
{
	struct facts f;

	take(&f, a, container);
	*ret_image = f.image;
	*ret_sandbox = sw_str_eq(f.sandbox, f.id) || !sw_container_safe_id(f.sandbox) ? (struct sw_str){NULL, 0} : f.sandbox;
}

static struct sw_value mounts_of(struct sw_arena *a, struct sw_value mounts)
{
	struct sw_oci_mount x;
	struct sw_list l;

	sw_list_init(&l, a);
	if (!sw_is(mounts, SW_ARRAY))
		return sw_list_array(&l);
	sw_array_foreach (v, mounts)
		if (sw_oci_mount(*v, &x))
			sw_answer_mount(&l, x.source, x.dest, SW_STR(""), x.writable, x.propagation);
	return sw_list_array(&l);
}

static struct sw_str label(const struct facts *f, const char *key)
{
	for (uint32_t i = 0; i < f->labels.n; i++)
		if (sw_str_is(sw_value_str(f->labels.m[i].k), key))
			return sw_value_str(f->labels.m[i].v);
	return (struct sw_str){NULL, 0};
}

/* What who started it called it. An id of 64 digits is cut as Falco cuts it; another one is a name (ctr). */
static struct sw_str name_of(const struct facts *f)
{
	enum { DIGITS = 64, SHOWN = 12 };
	static const char *const keys[] = {"nerdctl/name", "io.kubernetes.container.name", "io.kubernetes.pod.name"};

	for (size_t i = 0; i < SW_ARRAY_LEN(keys); i++)
		if (label(f, keys[i]).n)
			return label(f, keys[i]);
	return sw_str_sub(f->id, 0, f->id.n == DIGITS ? SHOWN : f->id.n);
}

static void put_rights(struct sw_map *m, struct sw_value spec)
{
	struct sw_oci_rights r = sw_oci_rights(spec);

	if (!r.known)
		return;
	sw_map_adds(m, "privileged", sw_bool(r.privileged));
	sw_map_adds(m, "host_pid", sw_bool(r.host_pid));
	sw_map_adds(m, "host_network", sw_bool(r.host_net));
	sw_map_adds(m, "host_ipc", sw_bool(r.host_ipc));
}

bool sw_answer_containerd(struct sw_arena *a, uint8_t type, struct sw_str id, struct sw_str container,
	struct sw_str image, struct sw_str sandbox, struct sw_value *ret)
{
	struct facts f, pod;
	struct sw_map m;

	take(&f, a, container);
	take(&pod, a, sandbox);
	if (!sw_str_eq(f.id, id))
		return false;
	bool is_pod = sw_str_is(label(&f, "io.cri-containerd.kind"), "sandbox");
	sw_map_init(&m, a);
	sw_answer_text(&m, "name", name_of(&f));
	sw_answer_image(&m, f.image);
	sw_answer_text(&m, "imagedigest", sw_pb_inner(sw_pb_inner(sw_pb_inner(image, 1), 3), 2));
	sw_map_adds(&m, "is_pod_sandbox", sw_bool(is_pod));
	sw_answer_text(&m, "pod_sandbox_id", f.sandbox);
	sw_map_adds(&m, "labels", sw_map_object(&f.labels));
	struct sw_map *labels = is_pod ? &f.labels : &pod.labels;
	if (is_pod || (pod.id.n && sw_str_eq(pod.id, f.sandbox)))
		sw_map_adds(&m, "pod_sandbox_labels", sw_map_object(labels));
	put_rights(&m, f.spec);
	sw_map_adds(&m, "Mounts", mounts_of(a, sw_object_gets(f.spec, SW_STR("mounts"))));
	sw_map_adds(&m, "created_time", sw_int(f.created));
	*ret = sw_answer_event(&m, type, id);
	return sw_defined(*ret);
}
