/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `seawall watch` is told, by options and by Falco's own configuration file (--falco-config
 * falco.yaml, with
 * --set KEY=VALUE for what `falco -o` does). Options win over the file.
 *
 * Of the file is taken what has a meaning here; falco_keys.c names every key, and why the others mean nothing.
 */
#ifndef SW_CMD_WATCH_CONFIG_H
#define SW_CMD_WATCH_CONFIG_H

#include "cmd/rules/rules.h"
#include "cmd/watch/capture.h"
#include "cmd/watch/falco_keys.h"
#include "doc/value.h"
#include "notify/notify.h"

/* What happens when the kernel had to drop events (Falco's syscall_event_drops). */
struct sw_drop_policy {
	bool tell, alert, end; /* a warning; an alert; the end of the watch, with an error */
	bool simulate;	       /* as if one event were dropped each second */
	double threshold;      /* share of events that may be lost in a second */
	double rate, burst;    /* actions per second, and at once */
};

struct sw_rule_choice {
	struct sw_str what;
	bool tag, on;
	bool strict; /* finding no rule is an error */
};

/* Falco's metrics: an alert or a line of JSON, from time to time. */
struct sw_watch_snapshot_options {
	bool enabled, rule;
	const char *file; /* "": none */
	uint64_t interval_ns;
	bool rules, resources, state, kernel; /* which groups of numbers */
	bool megabytes, empty;
};

struct sw_watch_config {
	const char **rules;
	uint32_t n_rules;
	const char *replay;
	bool json, to_stdout;
	bool incidents, incidents_json, fold;
	const char *report; /* name of a format; NULL: alerts as they come */
	uint64_t quiet_ns;  /* after which an incident ends */
	struct sw_engine_options engine;
	bool follow_rules; /* read them again when a file changes */
	struct sw_rule_choice *choices; /* in this order */
	uint32_t n_choices;
	uint32_t patience_ms;
	const char *file, *syslog, *program, *http; /* NULL: not wanted */
	uint64_t file_bytes;
	uint32_t file_keep;
	bool program_keep;
	struct sw_notify_http post;
	const char *metrics; /* ADDRESS:PORT; NULL: none */
	const char *health;  /* path */
	struct sw_drop_policy drops;
	struct sw_watch_capture_options capture;
	const char **sockets; /* of container runtimes, as sw_ask_open takes them */
	uint32_t n_sockets;
	bool usual_sockets;
	const char *no_live;   /* why this machine is not to be watched; NULL: it may */
	bool health_only;      /* no metrics beside `health` */
	struct sw_watch_snapshot_options snapshot;
	struct sw_str *no_calls; /* system calls that are not looked at */
	uint32_t n_no_calls;
	uint32_t queue_lines; /* alerts that may wait for an output; 0: as many as memory allows */
	struct sw_falco_note *notes; /* keys of the file that mean nothing here */
	uint32_t n_notes;
};

/* Everything lives in the arena of the command. */
int sw_watch_config(struct sw_cmd_ctx *ctx, struct sw_watch_config *ret, struct sw_error *err);
/* The part of it that --falco-config and --set have. */
int sw_watch_from_falco(struct sw_cmd_ctx *ctx, struct sw_watch_config *c, struct sw_error *err);
/* One more choice of rules, behind the others. */
int sw_watch_choice(struct sw_cmd_ctx *ctx, struct sw_watch_config *c, struct sw_str what, bool tag, bool on, bool strict,
	struct sw_error *err);
/* The choices, on a rule set; -SW_EUSAGE when one of the command line finds no rule. */
int sw_watch_choose(const struct sw_watch_config *c, struct sw_ruleset *rs, struct sw_error *err);

#endif
