/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where alerts go besides standard output: files, syslog, HTTP, programs.
 *
 * Each sink has a thread and a queue of its own, so that a slow one delays neither the events nor
 * the others. A queue holds SW_NOTIFY_QUEUE bytes; when it is full the sender waits up to
 * `patience` and then the line is lost: counted, never silent. drain() gives all sinks together
 * SW_NOTIFY_DRAIN seconds to send what is queued; the rest counts as lost.
 *
 * A line is one alert without its line feed, at most SW_NOTIFY_LINE bytes. Levels are syslog's: 0
 * emergency ... 7 debug.
 *
 * Threads: send() and stats() from one thread each; stats() may be another. lost(): any.
 */
#ifndef SW_NOTIFY_NOTIFY_H
#define SW_NOTIFY_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

#define SW_NOTIFY_QUEUE ((size_t)32 << 20)
#define SW_NOTIFY_LINE ((size_t)8 << 20)
#define SW_NOTIFY_DRAIN 10
#define SW_NOTIFY_SINKS 16

struct sw_notify;

struct sw_notify_stats {
	const char *name;   /* "file", "syslog", "http", "program" */
	const char *target; /* secrets in a URL cut out */
	uint64_t sent, lost;
	struct sw_str error; /* the last one; "" when all went well */
};

/* max_lines: what may wait for each sink besides, beyond which a line is lost at once; 0: any number. NULL: no memory */
struct sw_notify *sw_notify_new(uint32_t patience_ms, uint32_t max_lines);
/* Waits for the sinks to send what is queued; nothing may be sent after that. Takes NULL. */
void sw_notify_drain(struct sw_notify *n);
/* Drains and frees. Takes NULL. */
void sw_notify_close(struct sw_notify *n);

/*
 * Appends lines to a file (mode 0600), opened anew when somebody moved it away (logrotate). With
 * max_bytes it is rotated here: FILE, FILE.1 ... FILE.keep. -SW_EIO when it cannot be opened now.
 */
int sw_notify_file(struct sw_notify *n, const char *path, uint64_t max_bytes, uint32_t keep,
	struct sw_error *err);
/*
 * "local" (/dev/log), the path of a datagram socket (RFC 3164 form, facility user), or
 * udp://HOST[:PORT] (RFC 5424). `tag` is the name of the program.
 */
int sw_notify_syslog(
	struct sw_notify *n, const char *target, const char *tag, struct sw_error *err);

struct sw_notify_http {
	const char *url, *user_agent; /* http or https only */
	bool json;		      /* the lines are JSON: content type */
	bool insecure;		      /* do not check the server's certificate */
	const char *ca_file, *ca_dir, *client_cert, *client_key;
	const char *const *headers; /* "Name: value" */
	uint32_t n_headers;
};

/*
 * One POST per line. Answers below 400 count as sent; 429, 5xx and broken connections are tried
 * three times in all. No redirects, no answer's body is kept, 10 seconds per try. The strings are
 * copied.
 */
int sw_notify_post(struct sw_notify *n, const struct sw_notify_http *o, struct sw_error *err);
/*
 * Lines to the standard input of `sh -c COMMAND`: of one that stays (keep), or a new one for each
 * line. It is ended when it does not read, or does not exit, for ten seconds; one that stays is
 * started again.
 */
int sw_notify_program(struct sw_notify *n, const char *command, bool keep, struct sw_error *err);

bool sw_notify_any(const struct sw_notify *n);
void sw_notify_send(struct sw_notify *n, unsigned level, struct sw_str line);
/* The i-th sink; false behind the last. The error text is valid until the next call. */
bool sw_notify_stats(struct sw_notify *n, uint32_t i, struct sw_notify_stats *ret);
uint64_t sw_notify_lost(struct sw_notify *n); /* of all sinks; takes NULL */

#endif
