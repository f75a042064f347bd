/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of the Container Runtime Interface. */
#include "base/cleanup.h"
#include "doc/json.h"
#include "runtime/ask/answer.h"
#include "runtime/ask/pb.h"
#include "runtime/state/container.h"

enum { MOUNT_PRIVATE = 0, MOUNT_FROM_HOST = 1, MOUNT_BOTH = 2, NAMESPACE_NODE = 2 };

/* ContainerStatus or PodSandboxStatus, as far as they are of use. */
struct facts {
	struct sw_str id, name, image, image_ref, image_id, ip, pod_uid, pod_ns;
	int64_t created;
	struct sw_map labels;
	struct sw_list mounts;
	struct sw_value info; /* the verbose part */
	bool host_net, host_pid, host_ipc;
};

void sw_answer_label(struct sw_map *m, struct sw_str entry)
{
	struct sw_str key = sw_pb_inner(entry, 1), v = sw_pb_inner(entry, 2);

	if (key.n && v.n <= SW_ANSWER_LABEL && m->n < SW_CONTAINER_LIST_MAX)
		sw_map_add(m, sw_string(key), sw_string(v));
}

static void add_mount(struct facts *f, struct sw_str message)
{
	uint64_t propagation = sw_pb_number(message, 5);

	sw_answer_mount(&f->mounts, sw_pb_inner(message, 2), sw_pb_inner(message, 1), SW_STR(""),
		!sw_pb_number(message, 3),
		propagation == MOUNT_PRIVATE	 ? SW_STR("private")
		: propagation == MOUNT_FROM_HOST ? SW_STR("rslave")
		: propagation == MOUNT_BOTH	 ? SW_STR("rshared")
						 : SW_STR("unknown"));
}

static void take_container(struct facts *f, struct sw_arena *a, struct sw_str status)
{
	struct sw_pb p = sw_pb(status);

	for (struct sw_pb_field x; sw_pb_next(&p, &x);) {
		switch (x.number) {
		case 1:
			f->id = x.text;
			break;
		case 2:
			f->name = sw_pb_inner(x.text, 1);
			break;
		case 4:
			f->created = (int64_t)x.v;
			break;
		case 8:
			f->image = sw_pb_inner(x.text, 1);
			break;
		case 9:
			f->image_ref = x.text;
			break;
		case 12:
			sw_answer_label(&f->labels, x.text);
			break;
		case 14:
			add_mount(f, x.text);
			break;
		case 17:
			f->image_id = x.text;
			break;
		default:
			break;
		}
	}
}

static void take_sandbox(struct facts *f, struct sw_str status)
{
	struct sw_pb p = sw_pb(status);

	for (struct sw_pb_field x; sw_pb_next(&p, &x);) {
		struct sw_str options;
		switch (x.number) {
		case 1:
			f->id = x.text;
			break;
		case 2:
			f->name = sw_pb_inner(x.text, 1);
			f->pod_uid = sw_pb_inner(x.text, 2);
			f->pod_ns = sw_pb_inner(x.text, 3);
			break;
		case 4:
			f->created = (int64_t)x.v;
			break;
		case 5:
			f->ip = sw_pb_inner(x.text, 1);
			break;
		case 6:
			options = sw_pb_inner(sw_pb_inner(x.text, 1), 2);
			f->host_net = sw_pb_number(options, 1) == NAMESPACE_NODE;
			f->host_pid = sw_pb_number(options, 2) == NAMESPACE_NODE;
			f->host_ipc = sw_pb_number(options, 3) == NAMESPACE_NODE;
			break;
		case 7:
			sw_answer_label(&f->labels, x.text);
			break;
		default:
			break;
		}
	}
}

/* info["info"]: JSON of the runtime's own. */
static struct sw_value take_info(struct sw_arena *a, struct sw_str response)
{
	struct sw_pb p = sw_pb(response);
	struct sw_value v = sw_undef();

	for (struct sw_pb_field f; sw_pb_next(&p, &f);) {
		bool info = f.number == 2 && f.wire == SW_PB_BYTES && sw_str_is(sw_pb_inner(f.text, 1), "info");
		struct sw_str text = info ? sw_pb_inner(f.text, 2) : (struct sw_str){NULL, 0};
		if (text.n)
			v = sw_answer_json(a, text);
	}
	return v;
}

static void init(struct facts *f, struct sw_arena *a)
{
	*f = (struct facts){0};
	sw_map_init(&f->labels, a);
	sw_list_init(&f->mounts, a);
}

bool sw_answer_cri_sandbox(struct sw_str list, struct sw_str id, struct sw_str *ret)
{
	struct sw_pb p = sw_pb(list);

	for (struct sw_pb_field f; sw_pb_next(&p, &f);) {
		if (f.number != 1 || f.wire != SW_PB_BYTES || !sw_str_eq(sw_pb_inner(f.text, 1), id))
			continue;
		*ret = sw_pb_inner(f.text, 2);
		return true;
	}
	return false;
}

uint8_t sw_answer_cri_type(struct sw_str version)
{
	struct sw_str name = sw_pb_inner(version, 2);

	return sw_str_is(name, "containerd") ? SW_CT_CONTAINERD : sw_str_is(name, "cri-o") ? SW_CT_CRIO : SW_CT_CRI;
}

/* "host/image@sha256:digest" or "sha256:digest" is where the image came from; what the pod asked for is `image`. */
static void put_image(struct sw_map *m, const struct facts *f)
{
	struct sw_value ann = sw_value_path(f->info, "runtimeSpec", "annotations", NULL);
	struct sw_str image = f->image, sha = SW_STR("sha256:");
	size_t at = sw_str_find(f->image_ref, sha, 0);

	if (!image.n || sw_str_starts(image, sha)) {
		static const char *const names[] = {"io.kubernetes.cri.image-name", "io.kubernetes.cri-o.ImageName"};
		for (size_t i = 0; i < SW_ARRAY_LEN(names); i++)
			if (sw_value_getstr(ann, names[i]).n)
				image = sw_value_getstr(ann, names[i]);
	}
	if (at != SW_NPOS && at > 1 && f->image_ref.p[at - 1] == '@' && (!image.n || sw_str_starts(image, sha)))
		image = sw_str_sub(f->image_ref, 0, at - 1);
	sw_answer_image(m, image);
	if (at != SW_NPOS)
		sw_answer_text(m, "imagedigest", sw_str_sub(f->image_ref, at, f->image_ref.n));
	struct sw_str own = sw_value_getstr(sw_value_path(f->info, "config", "image", NULL), "image");
	size_t colon = sw_str_rfind(own, SW_STR(":"));
	if (sw_str_starts(own, sha))
		own = sw_str_sub(own, colon + 1, own.n);
	else if (!f->image_id.n && at == 0) /* before CRI had a field for it */
		own = sw_str_sub(f->image_ref, sha.n, f->image_ref.n);
	else
		own = sw_str_starts(f->image_id, sha) ? sw_str_sub(f->image_id, sha.n, f->image_id.n) : f->image_id;
	sw_answer_text(m, "imageid", own);
}

static struct sw_value privileged(struct sw_value info)
{
	struct sw_value v = sw_value_path(info, "config", "linux", "security_context", "privileged", NULL);

	return sw_is(v, SW_BOOL) ? v : sw_object_gets(info, SW_STR("privileged"));
}

/* What the network plugin said: CRI-O keeps it as a text, containerd by interface. */
static void put_cni(struct sw_map *m, struct sw_value info)
{
	enum { CNI_MAX = 4096 };
	struct sw_value ann = sw_value_path(info, "runtimeSpec", "annotations", NULL),
			links = sw_value_path(info, "cniResult", "Interfaces", NULL);
	sw_autobuf text = {0};
	struct sw_map kept;

	sw_answer_text(m, "cni_json", sw_value_getstr(ann, "io.kubernetes.cri-o.CNIResult"));
	if (!sw_is(links, SW_OBJECT))
		return;
	sw_map_init(&kept, m->arena);
	sw_object_foreach(x, links)
		if (!sw_str_is(sw_value_str(x->k), "lo") && !sw_str_starts(sw_value_str(x->k), SW_STR("veth")))
			sw_map_add(&kept, x->k, x->v);
	sw_buf_init(&text, CNI_MAX);
	sw_json_write(&text, sw_map_object(&kept), 0);
	if (!text.overflow)
		sw_answer_text(m, "cni_json", sw_arena_str(m->arena, sw_buf_str(&text)));
}

static void put_pod(struct sw_map *m, struct facts *pod, struct sw_map *labels)
{
	sw_map_adds(labels, "io.kubernetes.sandbox.id", sw_string(pod->id));
	sw_map_adds(labels, "io.kubernetes.pod.name", sw_string(pod->name));
	sw_map_adds(labels, "io.kubernetes.pod.uid", sw_string(pod->pod_uid));
	sw_map_adds(labels, "io.kubernetes.pod.namespace", sw_string(pod->pod_ns));
	sw_map_adds(m, "pod_sandbox_labels", sw_map_object(&pod->labels));
	sw_answer_text(m, "pod_sandbox_id", pod->id);
	sw_answer_text(m, "ip", pod->ip);
	sw_map_adds(m, "host_network", sw_bool(pod->host_net));
	sw_map_adds(m, "host_pid", sw_bool(pod->host_pid));
	sw_map_adds(m, "host_ipc", sw_bool(pod->host_ipc));
	put_cni(m, pod->info);
}

bool sw_answer_cri(struct sw_arena *a, uint8_t type, struct sw_str id, struct sw_str status, struct sw_str sandbox,
	struct sw_value *ret)
{
	struct facts c, pod;
	struct sw_map m;

	init(&c, a);
	init(&pod, a);
	sw_map_init(&m, a);
	take_container(&c, a, sw_pb_inner(status, 1));
	take_sandbox(&pod, sw_pb_inner(sandbox, 1));
	c.info = take_info(a, status);
	pod.info = take_info(a, sandbox);
	bool is_pod = !c.id.n;
	if (!sw_str_eq(is_pod ? pod.id : c.id, id))
		return false;
	/* As Falco has it the sandbox is named like its pod's containers are: by its metadata. */
	sw_answer_text(&m, "name", is_pod ? pod.name : c.name);
	sw_map_adds(&m, "is_pod_sandbox", sw_bool(is_pod));
	put_image(&m, &c);
	struct sw_value p = privileged(is_pod ? pod.info : c.info);
	if (sw_is(p, SW_BOOL))
		sw_map_adds(&m, "privileged", p);
	struct sw_map labels = is_pod ? (struct sw_map){.arena = a} : c.labels;
	if (is_pod)
		for (uint32_t i = 0; i < pod.labels.n; i++)
			sw_map_add(&labels, pod.labels.m[i].k, pod.labels.m[i].v);
	if (pod.id.n)
		put_pod(&m, &pod, &labels);
	sw_map_adds(&m, "labels", sw_map_object(&labels));
	sw_map_adds(&m, "Mounts", sw_list_array(&c.mounts));
	sw_map_adds(&m, "created_time", sw_int((is_pod ? pod.created : c.created) / 1000000000));
	*ret = sw_answer_event(&m, type, id);
	return sw_defined(*ret);
}
