/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTPS server behind `seawall admit`.
 *
 * One thread accepts connections, watches files and takes signals; each worker owns its
 * connections, its event loop (libevent) and its own door, and judges at once what can be judged in
 * a few milliseconds. What takes longer goes to the second line: threads with doors of their own
 * behind a bounded queue, so that a slow policy delays nobody else. Every review is answered before
 * its deadline, by the fail policy if need be.
 *
 * Routes: POST /validate, /mutate, /audit; GET /healthz, /livez, /readyz, /metrics. The last four
 * are also served without TLS on `health_listen`, if given: probes have no certificate.
 */
#ifndef SW_SERVE_SERVER_H
#define SW_SERVE_SERVER_H

#include "serve/policies.h"

struct sw_server_opts {
	const char *listen;	   /* "0.0.0.0:8443", "[::]:8443", ":8443" */
	const char *health_listen; /* without TLS; NULL: none */
	const char *cert, *key, *client_ca;
	struct sw_paths client_names; /* CN or DNS name; none: any certificate of the CA */
	bool client_required;	      /* for /validate, /mutate and /audit */
	bool allow_tls12;
	uint32_t workers, second_line; /* threads; 0: one per CPU, and 1 */
	uint32_t queue;		       /* reviews that wait for the second line */
	uint32_t max_connections;
	size_t max_body;	     /* of a review */
	int64_t deadline_ns;	     /* of a review, at most */
	int64_t inline_ns;	     /* what a worker may spend on it itself */
	int64_t idle_ns, request_ns; /* of a connection: between requests; for one request */
	int64_t drain_ns;	     /* after SIGTERM, while the Service forgets us */
	int64_t poll_ns;	     /* between looks at the files */
	const char *decision_log;    /* FILE or "-"; NULL: none */
	const char *audit_spool;     /* NULL: /audit is not there */
	uint64_t log_max_bytes;	     /* of one file of either */
	uint32_t log_keep;
	bool static_answers;   /* for measurements: /validate allows without judging */
	const char *port_file; /* the ports are written there: "8443 8081\n" */
	struct sw_door_opts door;
};

/* Runs until SIGTERM or SIGINT. 0 after an orderly end. Logs through base/log.h. */
int sw_server_run(const struct sw_server_opts *opts, struct sw_error *err);

#endif
