/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of the Kubernetes API server: what is there, and all objects of a kind, over libcurl.
 *
 * It reads only: every request is a GET. An answer is taken apart as it comes in (split.h), so that
 * memory does not grow with the cluster. An answer that is no JSON by its own word is refused; an error
 * carries the address without its query, and what the server says; never a credential.
 *
 * Retried: 429 and 503 after what Retry-After says (30 s at most), connections that broke; a few times
 * each. 401 once, with fresh credentials. Nothing else. Redirections are not followed.
 *
 * Errors: -SW_ESECURITY for 401 and 403, -SW_ENOENT for 404 and 405, -SW_ECONFLICT for 410, -SW_EIO,
 * -SW_ESYNTAX, -SW_ELIMIT, -SW_ECANCELLED. The status is in sw_kube_client_status().
 *
 * Threads: one client, one thread. The access must outlive it.
 */
#ifndef SW_KUBE_CLIENT_CLIENT_H
#define SW_KUBE_CLIENT_CLIENT_H

#include "kube/client/access.h"

struct sw_kube_client;

struct sw_kube_client_opts {
	bool allow_exec;     /* start the access's credential plugin */
	int64_t timeout_ns;  /* of one request; 0: 60 s */
	size_t answer_max;   /* bytes of one answer, unpacked; 0: 1 GiB */
	size_t item_max;     /* bytes of one object; 0: 16 MiB */
	uint32_t page;	     /* objects asked for at once; 0: 500 */
	const volatile bool *cancel;
};

/*
 * -SW_EUNSUPPORTED: libcurl is not installed, or the credentials need a plugin that was not allowed. No
 * connection is made yet.
 */
int sw_kube_client_new(const struct sw_kube_access *x, const struct sw_kube_client_opts *o,
	struct sw_kube_client **ret, struct sw_error *err);
void sw_kube_client_free(struct sw_kube_client *c); /* takes NULL */
const struct sw_kube_access *sw_kube_client_access(const struct sw_kube_client *c);
long sw_kube_client_status(const struct sw_kube_client *c); /* of the last answer; 0: there was none */

/* One JSON document, into the arena. `path` begins with a slash; `max` 0: 4 MiB. */
int sw_kube_get(struct sw_kube_client *c, struct sw_arena *a, const char *path, const char *accept,
	size_t max, struct sw_value *ret, struct sw_error *err);

/* ---- what is there: discover.c ---- */

struct sw_kube_resource {
	struct sw_str group, version; /* "" is the core group */
	struct sw_str api_version;    /* "apps/v1" */
	struct sw_str resource, singular, kind;
	struct sw_str *shorts;
	uint32_t n_shorts;
	bool namespaced, list, watch;
	bool preferred; /* of the group's versions that have it, the one to use */
};

struct sw_kube_gap {
	struct sw_str what;   /* "metrics.k8s.io/v1beta1" */
	struct sw_str reason; /* one line */
};

struct sw_kube_discovery {
	struct sw_kube_resource *v; /* core group first, then as the server lists its groups */
	uint32_t n;
	struct sw_kube_gap *gaps; /* groups that did not answer */
	uint32_t n_gaps;
};

/*
 * Resources of all groups and versions without subresources, in two requests where the server can, else
 * in one for each version. A group that does not answer is a gap. Limit: 100,000 resources.
 */
int sw_kube_discover(struct sw_kube_client *c, struct sw_arena *a, struct sw_kube_discovery *ret,
	struct sw_error *err);
/* From texts: the answers of /api and /apis where they are of the aggregated form. For tests. */
int sw_kube_discover_text(struct sw_arena *a, struct sw_value v, struct sw_kube_discovery *ret,
	struct sw_error *err);
/*
 * As kubectl takes a word: "pods", "po", "Deployment", "deployments.apps", "deployments.v1.apps". The
 * first that fits, preferred versions and listable ones before others; NULL.
 */
const struct sw_kube_resource *sw_kube_discovery_find(
	const struct sw_kube_discovery *d, struct sw_str word);

/* ---- objects: list.c ---- */

/* "/apis/apps/v1/namespaces/NS/deployments/NAME" with what a path needs escaped. NULL: arena full. */
const char *sw_kube_path(struct sw_arena *a, const struct sw_kube_resource *r, struct sw_str ns,
	struct sw_str name);

struct sw_kube_list {
	const struct sw_kube_resource *resource;
	struct sw_str ns;			/* "": all */
	struct sw_str labels, fields;		/* selectors; "": everything */
	bool metadata_only;			/* PartialObjectMetadata; what else comes is cut off */
	uint64_t max;				/* objects; 0: 2 million */
	/*
	 * One object, with kind and apiVersion, in `a`, which is reset behind it. `text` is its JSON as it
	 * came. A negative code ends the list and is returned.
	 */
	int (*item)(void *arg, struct sw_arena *a, struct sw_value object, struct sw_str text,
		struct sw_error *err);
	void *arg;
	/* written */
	char version[64]; /* resourceVersion of the list: where a watch begins; "" when too long */
	uint64_t n;
};

/*
 * Page by page. When a page is too old to go on (410) the list goes on where the server lets it, or begins
 * again; what was handed on once is not handed on again, by namespace and name.
 */
int sw_kube_list(struct sw_kube_client *c, struct sw_kube_list *l, struct sw_error *err);
/* One object; -SW_ENOENT. */
int sw_kube_get_object(struct sw_kube_client *c, struct sw_arena *a, const struct sw_kube_resource *r,
	struct sw_str ns, struct sw_str name, struct sw_value *ret, struct sw_error *err);

#endif
