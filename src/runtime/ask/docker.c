/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of Docker's and Podman's HTTP interface; and what both kinds of answers have in common. */
#include "base/cleanup.h"
#include "doc/json.h"
#include "runtime/ask/answer.h"
#include "runtime/state/container.h"

void sw_answer_text(struct sw_map *m, const char *key, struct sw_str text)
{
	if (text.n)
		sw_map_adds(m, key, sw_string(text));
}

void sw_answer_image(struct sw_map *m, struct sw_str image)
{
	struct sw_str name = image;
	size_t at = sw_str_chr(image, '@', 0);

	sw_answer_text(m, "image", image);
	if (at != SW_NPOS) {
		sw_answer_text(m, "imagedigest", sw_str_sub(image, at + 1, image.n));
		name.n = at;
	}
	size_t colon = sw_str_rfind(name, SW_STR(":")), slash = sw_str_rfind(name, SW_STR("/"));
	if (colon != SW_NPOS && (slash == SW_NPOS || colon > slash)) {
		sw_answer_text(m, "imagetag", sw_str_sub(name, colon + 1, name.n));
		name.n = colon;
	}
	sw_answer_text(m, "imagerepo", name);
}

struct sw_value sw_answer_event(struct sw_map *m, uint8_t type, struct sw_str id)
{
	struct sw_map event;

	sw_map_adds(m, "type", sw_int(type));
	sw_map_adds(m, "id", sw_string(sw_str_sub(id, 0, 12)));
	sw_map_adds(m, "full_id", sw_string(id));
	sw_map_init(&event, m->arena);
	sw_map_adds(&event, "container", sw_map_object(m));
	return sw_map_object(&event);
}

struct sw_value sw_answer_json(struct sw_arena *a, struct sw_str text)
{
	const struct sw_json_limits limits = {.depth = 64, .nodes = 100000};
	struct sw_value v;

	return text.n && sw_json_parse(a, text, 0, &limits, &v, NULL, NULL) == 0 && sw_is(v, SW_OBJECT)
		       ? v
		       : sw_undef();
}

static struct sw_value labels_of(struct sw_arena *a, struct sw_value v)
{
	struct sw_map m;

	sw_map_init(&m, a);
	if (sw_is(v, SW_OBJECT))
		sw_object_foreach(x, v)
			if (sw_is(x->v, SW_STRING) && x->v.n <= SW_ANSWER_LABEL && m.n < SW_CONTAINER_LIST_MAX)
				sw_map_add(&m, x->k, x->v);
	return sw_map_object(&m);
}

void sw_answer_mount(struct sw_list *l, struct sw_str source, struct sw_str dest, struct sw_str mode, bool writable,
	struct sw_str propagation)
{
	struct sw_map m;

	if (l->n >= SW_CONTAINER_LIST_MAX)
		return;
	sw_map_init(&m, l->arena);
	sw_map_adds(&m, "Source", sw_string(source));
	sw_map_adds(&m, "Destination", sw_string(dest));
	sw_map_adds(&m, "Mode", sw_string(mode));
	sw_map_adds(&m, "RW", sw_bool(writable));
	sw_map_adds(&m, "Propagation", sw_string(propagation));
	sw_list_add(l, sw_map_object(&m));
}

static struct sw_value mounts_of(struct sw_arena *a, struct sw_value v)
{
	struct sw_list l;

	sw_list_init(&l, a);
	if (sw_is(v, SW_ARRAY))
		sw_array_foreach(x, v)
			sw_answer_mount(&l, sw_value_getstr(*x, "Source"), sw_value_getstr(*x, "Destination"),
				sw_value_getstr(*x, "Mode"), sw_is_true(sw_object_gets(*x, SW_STR("RW"))),
				sw_value_getstr(*x, "Propagation"));
	return sw_list_array(&l);
}

static struct sw_str ip_of(struct sw_value v)
{
	struct sw_value nets = sw_value_path(v, "NetworkSettings", "Networks", NULL);
	struct sw_str ip = sw_value_getstr(sw_object_gets(v, SW_STR("NetworkSettings")), "IPAddress");

	if (!ip.n && sw_is(nets, SW_OBJECT))
		sw_object_foreach(n, nets)
			if (!ip.n)
				ip = sw_value_getstr(n->v, "IPAddress");
	return ip;
}

static int digits(struct sw_str s, size_t at, size_t n)
{
	int v = 0;

	for (size_t i = at; i < at + n; i++) {
		if (i >= s.n || s.p[i] < '0' || s.p[i] > '9')
			return -1;
		v = v * 10 + (s.p[i] - '0');
	}
	return v;
}

/* "2024-05-01T10:00:00.123456789Z" or with "+02:00": seconds since the epoch; 0: no such time. */
static int64_t seconds(struct sw_str s)
{
	int y = digits(s, 0, 4), mo = digits(s, 5, 2), d = digits(s, 8, 2), h = digits(s, 11, 2), mi = digits(s, 14, 2),
	    sec = digits(s, 17, 2);

	if (y < 1970 || mo < 1 || mo > 12 || d < 1 || d > 31 || h < 0 || mi < 0 || sec < 0)
		return 0;
	/* Days since the epoch, years beginning in March. */
	int64_t year = mo > 2 ? y : y - 1, month = (mo + 9) % 12;
	int64_t days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + d - 1 - 719468;
	int64_t t = ((days * 24 + h) * 60 + mi) * 60 + sec;
	char sign = s.n > 6 ? s.p[s.n - 6] : 0;
	int zone_h = digits(s, s.n - 5, 2), zone_m = digits(s, s.n - 2, 2);
	if ((sign == '+' || sign == '-') && s.p[s.n - 3] == ':' && zone_h >= 0 && zone_m >= 0)
		t -= (sign == '+' ? 1 : -1) * (zone_h * 3600 + zone_m * 60);
	return t;
}

/* The digests that the registry gave: "repo@sha256:…". */
static void put_digest(struct sw_map *m, struct sw_value image)
{
	struct sw_value list = sw_object_gets(image, SW_STR("RepoDigests"));

	if (!sw_is(list, SW_ARRAY))
		return;
	sw_array_foreach(x, list) {
		struct sw_str s = sw_is(*x, SW_STRING) ? sw_value_str(*x) : SW_STR("");
		size_t at = sw_str_chr(s, '@', 0);
		if (at == SW_NPOS)
			continue;
		sw_answer_text(m, "imagedigest", sw_str_sub(s, at + 1, s.n));
		return;
	}
}

/* A container that was made from an id has the image's own names. */
static struct sw_str named(struct sw_str image, struct sw_value v)
{
	struct sw_value first = sw_array_at(sw_object_gets(v, SW_STR("RepoTags")), 0);

	return (!image.n || sw_str_starts(image, SW_STR("sha256:"))) && sw_is(first, SW_STRING) ? sw_value_str(first)
												: image;
}

struct sw_str sw_answer_docker_image(struct sw_arena *a, struct sw_str inspect)
{
	return sw_value_getstr(sw_answer_json(a, inspect), "Image");
}

bool sw_answer_docker(struct sw_arena *a, uint8_t type, struct sw_str id, struct sw_str inspect, struct sw_str image,
	struct sw_value *ret)
{
	struct sw_value v = sw_answer_json(a, inspect), img = sw_answer_json(a, image), config = sw_object_gets(v, SW_STR("Config")),
			host = sw_object_gets(v, SW_STR("HostConfig"));
	struct sw_str name = sw_value_getstr(v, "Name"), image_id = sw_value_getstr(v, "Image"), sha = SW_STR("sha256:");
	struct sw_map m;

	if (!sw_is(v, SW_OBJECT) || !sw_str_eq(sw_value_getstr(v, "Id"), id))
		return false;
	sw_map_init(&m, a);
	if (name.n && name.p[0] == '/')
		name = sw_str_sub(name, 1, name.n);
	sw_answer_text(&m, "name", name);
	/* Podman's own name of an image is in ImageName. */
	struct sw_str from = sw_value_getstr(config, "Image");
	sw_answer_image(&m, named(from.n ? from : sw_value_getstr(v, "ImageName"), img));
	put_digest(&m, img);
	sw_answer_text(&m, "imageid",
		sw_str_starts(image_id, sha) ? sw_str_sub(image_id, sha.n, image_id.n) : image_id);
	struct sw_value labels = sw_object_gets(config, SW_STR("Labels"));
	sw_map_adds(&m, "labels", labels_of(a, labels));
	bool pod = sw_str_has(name, SW_STR("k8s_POD")) ||
		   sw_str_is(sw_value_getstr(labels, "io.kubernetes.docker.type"), "podsandbox");
	sw_map_adds(&m, "is_pod_sandbox", sw_bool(pod));
	if (pod)
		sw_map_adds(&m, "pod_sandbox_labels", labels_of(a, labels));
	sw_map_adds(&m, "Mounts", mounts_of(a, sw_object_gets(v, SW_STR("Mounts"))));
	sw_answer_text(&m, "ip", ip_of(v));
	struct sw_value p = sw_object_gets(host, SW_STR("Privileged"));
	if (sw_is(p, SW_BOOL))
		sw_map_adds(&m, "privileged", p);
	sw_map_adds(&m, "host_pid", sw_bool(sw_str_is(sw_value_getstr(host, "PidMode"), "host")));
	sw_map_adds(&m, "host_network", sw_bool(sw_str_is(sw_value_getstr(host, "NetworkMode"), "host")));
	sw_map_adds(&m, "host_ipc", sw_bool(sw_str_is(sw_value_getstr(host, "IpcMode"), "host")));
	sw_map_adds(&m, "created_time", sw_int(seconds(sw_value_getstr(v, "Created"))));
	*ret = sw_answer_event(&m, type, id);
	return sw_defined(*ret);
}
