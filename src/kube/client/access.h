/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a cluster's API server is and who asks it: a kubeconfig, or the service account of the pod.
 *
 * Source of the format: k8s.io/client-go/tools/clientcmd (api/v1). Looked for in this order:
 * - the file given; it must be there;
 * - the files of $KUBECONFIG, separated by `:`; those that are not there are passed over, of two that
 *   name the same entry the first one counts, and the first current-context;
 * - ~/.kube/config;
 * - in a pod: KUBERNETES_SERVICE_HOST and the files of the service account.
 * Paths in a kubeconfig count from its folder. The *-data member of a pair counts before the file.
 *
 * Reading opens files and nothing else: no connection is made, no program is started. Limits: 4 MiB a
 * file, 64 files, 1 MiB a certificate, key or token.
 *
 * Ownership: all in the arena given. Threads: pure but for the environment.
 */
#ifndef SW_KUBE_CLIENT_ACCESS_H
#define SW_KUBE_CLIENT_ACCESS_H

#include "base/arena.h"
#include "base/error.h"
#include "doc/value.h"

struct sw_kube_pair {
	struct sw_str key, value;
};

/* A program that makes credentials (`users[].user.exec`). */
struct sw_kube_exec {
	struct sw_str command; /* a path, or a name for PATH */
	struct sw_str *args;
	struct sw_kube_pair *env;
	uint32_t n_args, n_env;
	struct sw_str api_version, hint; /* hint: how to install it */
	bool cluster_info;		 /* it wants to be told about the cluster */
	bool terminal;			 /* it insists on one */
};

struct sw_kube_access {
	struct sw_str where; /* the file that has the context; "in-cluster" */
	struct sw_str context, cluster, user;
	struct sw_str ns;     /* of the context; "default" */
	struct sw_str server; /* https://host:port/prefix without a final slash */
	struct sw_str ca;     /* PEM; p NULL: the system's authorities */
	struct sw_str tls_name, proxy;
	bool insecure, no_compression;
	struct sw_str cert, key; /* PEM; p NULL: none */
	struct sw_str token;	 /* the token itself */
	const char *token_file;	 /* read again when it is used; before `token` */
	struct sw_str username, password;
	struct sw_str as, as_uid; /* impersonation */
	struct sw_str *as_groups;
	struct sw_kube_pair *as_extra;
	uint32_t n_as_groups, n_as_extra;
	struct sw_kube_exec *exec;  /* NULL: none */
	struct sw_value exec_config; /* `extensions` of the cluster for it, or SW_UNDEF */
};

struct sw_kube_access_opts {
	const char *kubeconfig; /* file; NULL: as above */
	const char *context;	/* NULL: the current one */
	const char *ns;		/* NULL: the context's */
	char *(*env)(const char *); /* NULL: getenv */
	const char *account;	/* folder of the service account; NULL: the usual one */
};

/*
 * -SW_ENOENT: there is no kubeconfig and this is no pod, or it has no such context. -SW_ESYNTAX,
 * -SW_EINVALID: what the file says makes no sense, with its path. -SW_ESECURITY: it would send
 * credentials in the clear.
 */
int sw_kube_access(struct sw_arena *a, const struct sw_kube_access_opts *o,
	struct sw_kube_access *ret, struct sw_error *err);

/* The same from one text, without any other file being looked at but those that it names below `dir`. */
int sw_kube_access_text(struct sw_arena *a, struct sw_str text, const char *dir,
	const struct sw_kube_access_opts *o, struct sw_kube_access *ret, struct sw_error *err);

/* ---- exec plugins: exec.c ---- */

struct sw_kube_credential {
	struct sw_str token, cert, key; /* p NULL: none */
	int64_t until;			/* seconds since 1970; 0: not said */
};

/*
 * Starts the program without a shell, nothing on its standard input, and reads its ExecCredential.
 * Limits: 60 s, 1 MiB. The program's messages go to standard error as it writes them.
 */
int sw_kube_exec_run(const struct sw_kube_access *x, struct sw_arena *a,
	struct sw_kube_credential *ret, struct sw_error *err);
/* The answer alone: an ExecCredential of that version. */
int sw_kube_exec_parse(struct sw_arena *a, struct sw_str text, struct sw_str api_version,
	struct sw_kube_credential *ret, struct sw_error *err);

#endif
