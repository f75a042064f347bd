/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `seawall watch` is told, by options and by Falco's own configuration file (--falco-config
 * falco.yaml, with
 * --set KEY=VALUE for what `falco -o` does). Options win over the file.
 *
 * Of the file are taken: config_files (append, override and add-only are read as: later values
 * win), rules_files, rules (enable, disable by name with * or tag), rule_matching, priority,
 * json_*, time_format_iso_8601, append_output, stdout_output, file_output, syslog_output,
 * program_output, http_output, output_timeout, outputs_queue is not needed; engine.kind replay,
 * webserver (metrics and health), syscall_event_drops, plugins (of "container": init_config.engines), static_fields, capture. ${NAME} in a value is the variable of the
 * environment. What else the file has is kept in `unused`, to be told.
 */
#ifndef SW_CMD_WATCH_CONFIG_H
#define SW_CMD_WATCH_CONFIG_H

#include "cmd/rules.h"
#include "cmd/watch_capture.h"
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
	struct sw_str *unused; /* keys of the file that mean nothing here */
	uint32_t n_unused;
};

/* Everything lives in the arena of the command. */
int sw_watch_config(struct sw_cmd_ctx *ctx, struct sw_watch_config *ret, struct sw_error *err);
/* The choices, on a rule set; -SW_EUSAGE when one of the command line finds no rule. */
int sw_watch_choose(const struct sw_watch_config *c, struct sw_ruleset *rs, struct sw_error *err);

#endif
