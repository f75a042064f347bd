/* SPDX-License-Identifier: Apache-2.0 */
/* Static types: those without parameters, and the objects that Kubernetes declares. */
#include "cel/internal.h"

const struct cel_type cel_types[T_KIND__COUNT] = {
	[T_DYN] = {.kind = T_DYN},
	[T_ERROR] = {.kind = T_ERROR},
	[T_NULL] = {.kind = T_NULL},
	[T_BOOL] = {.kind = T_BOOL},
	[T_INT] = {.kind = T_INT},
	[T_UINT] = {.kind = T_UINT},
	[T_DOUBLE] = {.kind = T_DOUBLE},
	[T_STRING] = {.kind = T_STRING},
	[T_BYTES] = {.kind = T_BYTES},
	[T_TIMESTAMP] = {.kind = T_TIMESTAMP},
	[T_DURATION] = {.kind = T_DURATION},
	[T_TYPE] = {.kind = T_TYPE},
	[T_LIST] = {.kind = T_LIST},
	[T_MAP] = {.kind = T_MAP},
	[T_OPTIONAL] = {.kind = T_OPTIONAL},
	[T_URL] = {.kind = T_URL},
	[T_IP] = {.kind = T_IP},
	[T_CIDR] = {.kind = T_CIDR},
	[T_QUANTITY] = {.kind = T_QUANTITY},
	[T_SEMVER] = {.kind = T_SEMVER},
	[T_FORMAT] = {.kind = T_FORMAT},
	[T_OBJECT] = {.kind = T_OBJECT},
	[T_AUTHORIZER] = {.kind = T_AUTHORIZER},
	[T_PARAM_A] = {.kind = T_PARAM_A},
	[T_PARAM_B] = {.kind = T_PARAM_B},
	[T_PARAM_C] = {.kind = T_PARAM_C},
	[T_PARAM_K] = {.kind = T_PARAM_K},
};

#define STRING &cel_types[T_STRING]
#define INT &cel_types[T_INT]
#define TIMESTAMP &cel_types[T_TIMESTAMP]

const struct cel_type cel_list_string = {.kind = T_LIST, .a = STRING};
static const struct cel_type string_map = {.kind = T_MAP, .a = STRING, .b = STRING};
static const struct cel_type strings_map = {.kind = T_MAP, .a = STRING, .b = &cel_list_string};

static const struct cel_field gvk_fields[] = {
	{"group", STRING}, {"version", STRING}, {"kind", STRING}, {NULL, NULL}};
static const struct cel_type gvk = {
	.kind = T_OBJECT, .fields = gvk_fields, .name = "kubernetes.GroupVersionKind"};
static const struct cel_field gvr_fields[] = {
	{"group", STRING}, {"version", STRING}, {"resource", STRING}, {NULL, NULL}};
static const struct cel_type gvr = {
	.kind = T_OBJECT, .fields = gvr_fields, .name = "kubernetes.GroupVersionResource"};
static const struct cel_field user_fields[] = {{"username", STRING}, {"uid", STRING},
	{"groups", &cel_list_string}, {"extra", &strings_map}, {NULL, NULL}};
static const struct cel_type user = {
	.kind = T_OBJECT, .fields = user_fields, .name = "kubernetes.UserInfo"};
static const struct cel_field request_fields[] = {
	{"kind", &gvk},
	{"resource", &gvr},
	{"subResource", STRING},
	{"requestKind", &gvk},
	{"requestResource", &gvr},
	{"requestSubResource", STRING},
	{"name", STRING},
	{"namespace", STRING},
	{"operation", STRING},
	{"userInfo", &user},
	{"dryRun", &cel_types[T_BOOL]},
	{"options", &cel_types[T_DYN]},
	{NULL, NULL},
};
const struct cel_type cel_request_type = {
	.kind = T_OBJECT, .fields = request_fields, .name = "kubernetes.AdmissionRequest"};

static const struct cel_field jsonpatch_fields[] = {{"op", STRING}, {"path", STRING},
	{"from", STRING}, {"value", &cel_types[T_DYN]}, {NULL, NULL}};
const struct cel_type cel_jsonpatch_type = {
	.kind = T_OBJECT, .fields = jsonpatch_fields, .name = "JSONPatch"};

static const struct cel_field spec_fields[] = {{"finalizers", &cel_list_string}, {NULL, NULL}};
static const struct cel_type ns_spec = {
	.kind = T_OBJECT, .fields = spec_fields, .name = "kubernetes.NamespaceSpec"};
static const struct cel_field condition_fields[] = {{"status", STRING}, {"type", STRING},
	{"lastTransitionTime", TIMESTAMP}, {"message", STRING}, {"reason", STRING}, {NULL, NULL}};
static const struct cel_type condition = {
	.kind = T_OBJECT, .fields = condition_fields, .name = "kubernetes.NamespaceCondition"};
static const struct cel_type conditions = {.kind = T_LIST, .a = &condition};
static const struct cel_field status_fields[] = {
	{"conditions", &conditions}, {"phase", STRING}, {NULL, NULL}};
static const struct cel_type ns_status = {
	.kind = T_OBJECT, .fields = status_fields, .name = "kubernetes.NamespaceStatus"};
static const struct cel_field meta_fields[] = {
	{"name", STRING},
	{"generateName", STRING},
	{"namespace", STRING},
	{"labels", &string_map},
	{"annotations", &string_map},
	{"UID", STRING},
	{"creationTimestamp", TIMESTAMP},
	{"deletionGracePeriodSeconds", INT},
	{"deletionTimestamp", TIMESTAMP},
	{"generation", INT},
	{"resourceVersion", STRING},
	{"finalizers", &cel_list_string},
	{NULL, NULL},
};
static const struct cel_type ns_meta = {
	.kind = T_OBJECT, .fields = meta_fields, .name = "kubernetes.NamespaceMetadata"};
static const struct cel_field ns_fields[] = {
	{"metadata", &ns_meta}, {"spec", &ns_spec}, {"status", &ns_status}, {NULL, NULL}};
const struct cel_type cel_namespace_type = {
	.kind = T_OBJECT, .fields = ns_fields, .name = "kubernetes.Namespace"};
