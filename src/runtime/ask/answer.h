/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What container runtimes answer about one container, as the event "container" that Falco's container plugin
 * makes of it: an object with the member "container" (state/container.h reads it). Nothing here asks.
 *
 * The bytes are the runtime's, which names and labels let anybody fill: whatever they are, each function ends,
 * uses no more than its arena has, and gives true only for an answer that is about `id`. Labels, mounts: at
 * most SW_CONTAINER_LIST_MAX; a label's value at most SW_ANSWER_LABEL bytes, longer ones are left out.
 *
 * Sources: cri-api pkg/apis/runtime/v1/api.proto; Docker Engine API 1.41, ContainerInspect and ImageInspect,
 * which Podman answers too; containerd api/services/{containers,images,namespaces}/v1 and api/types.
 */
#ifndef SW_RUNTIME_ASK_ANSWER_H
#define SW_RUNTIME_ASK_ANSWER_H

#include "base/arena.h"
#include "doc/value.h"
#include "runtime/ask/pb.h"

#define SW_ANSWER_LABEL 4096

/* ListContainersResponse: the sandbox of this container. False: no such container. */
bool sw_answer_cri_sandbox(struct sw_str list, struct sw_str id, struct sw_str *ret);
/*
 * ContainerStatusResponse (empty: `id` is the sandbox itself) and PodSandboxStatusResponse (empty: not known),
 * both verbose. `type`: enum sw_container_type.
 */
bool sw_answer_cri(struct sw_arena *a, uint8_t type, struct sw_str id, struct sw_str status, struct sw_str sandbox,
	struct sw_value *ret);
/* VersionResponse: the type that the runtime's name stands for. */
uint8_t sw_answer_cri_type(struct sw_str version);

/* GET /containers/ID/json; and GET /images/IMAGE/json, empty when that is not known. */
bool sw_answer_docker(struct sw_arena *a, uint8_t type, struct sw_str id, struct sw_str inspect, struct sw_str image,
	struct sw_value *ret);
/* The image to inspect for it; empty: none. */
struct sw_str sw_answer_docker_image(struct sw_arena *a, struct sw_str inspect);

/* ListNamespacesResponse, with a cursor at its start: the next name that may be sent back. False: no more. */
bool sw_answer_namespace(struct sw_pb *list, struct sw_str *ret);
/* GetContainerResponse: what to ask for besides, the image and the sandbox by its id; empty: nothing. */
void sw_answer_containerd_others(struct sw_arena *a, struct sw_str container, struct sw_str *ret_image,
	struct sw_str *ret_sandbox);
/* GetContainerResponse, and, empty where not known, GetImageResponse and the GetContainerResponse of the sandbox. */
bool sw_answer_containerd(struct sw_arena *a, uint8_t type, struct sw_str id, struct sw_str container,
	struct sw_str image, struct sw_str sandbox, struct sw_value *ret);

/* An entry of a map of texts in protocol buffers. */
void sw_answer_label(struct sw_map *m, struct sw_str entry);
/* Shared by all: text of a runtime as an object, SW_UNDEF when it is none. */
struct sw_value sw_answer_json(struct sw_arena *a, struct sw_str text);
/* As Docker tells a mount; at most SW_CONTAINER_LIST_MAX of them. */
void sw_answer_mount(struct sw_list *l, struct sw_str source, struct sw_str dest, struct sw_str mode, bool writable,
	struct sw_str propagation);
/* Adds image, imagerepo and imagetag as Falco splits them. */
void sw_answer_image(struct sw_map *m, struct sw_str image);
void sw_answer_text(struct sw_map *m, const char *key, struct sw_str text); /* left out when empty */
struct sw_value sw_answer_event(struct sw_map *m, uint8_t type, struct sw_str id);

#endif
