/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of this folder. */
#ifndef SW_POLICY_INPUT_IMPL_H
#define SW_POLICY_INPUT_IMPL_H

#include <glib.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "policy/input/input.h"

#define INPUT_FOLDER_DEPTH 64
#define INPUT_ENTRIES_MAX 1000000u
#define INPUT_FILE_MAX_DEFAULT ((size_t)1 << 30)
#define INPUT_TIMEOUT_DEFAULT 60

struct input {
	const struct sw_input_opts *opts;
	const struct sw_input_handler *h;
	struct sw_input_stats stats;
	struct sw_arena doc_arena;
	struct sw_input_file *file; /* used again for the next, unless the handler took it */
	GHashTable *seen; /* folders, and files reached through links, by device and inode */
	struct sw_error *err;
	int rc; /* what ends the run */
};

/* A file that is being read, or that a handler still needs. */
struct sw_input_file {
	struct input *in;
	struct sw_arena arena;
	struct sw_buf text; /* of a file that a handler took */
	char *name;
	struct sw_source source;
	const char *note; /* "kustomize", "helm": rendered; else NULL */
	uint32_t index;	  /* of the document */
	size_t let_go;	  /* bytes of the text that were given back */
};

/* Tell a problem. The format is its reason. */
void input_problem(struct input *in, enum sw_input_problem_kind kind, struct sw_str file,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void input_problem_at(struct sw_input_file *f, enum sw_input_problem_kind kind, struct sw_span span,
	struct sw_str pointer, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void input_problem_error(
	struct sw_input_file *f, enum sw_input_problem_kind kind, const struct sw_error *e);

/*
 * docs.c: all documents of a text. `json` is what the name promises. The buffer is empty afterwards where the
 * handler took the file.
 */
void input_text(
	struct input *in, struct sw_str name, struct sw_buf *text, bool json, const char *note);

/* read.c: the whole file; false after telling the problem. `named`: the user named it, it may be a
 * pipe. */
bool input_read(struct input *in, int dir, const char *entry, const char *path, bool named,
	struct sw_buf *ret);
bool input_read_fd(struct input *in, int fd, const char *path, struct sw_buf *ret);
/* True the first time. */
bool input_first_time(struct input *in, const struct stat *st);

/*
 * render.c: run a program (argv[0] is looked up in PATH) and take its output. 0; -SW_ENOENT when it
 * is not installed; else an error that says what went wrong, the last line of its messages
 * included.
 */
bool input_installed(const char *name);
int input_run(struct input *in, const char *const *argv, struct sw_buf *out, struct sw_error *err);

/*
 * folder.c: kinds of folders. `rendered` and `patches` are names of files of this folder that are
 * covered by the rendering, or are only parts; newline-separated, with a newline at both ends.
 */
struct input_folder {
	const char *path;
	int fd;
	bool kustomize, chart;
	bool rendered;
	bool in_chart;	       /* below the `templates` of a chart that was rendered */
	struct sw_buf members; /* files named by the kustomization as resources */
	struct sw_buf parts;   /* files named by it as anything else */
};
void input_folder_open(struct input *in, struct input_folder *f, char *const *entries, uint32_t n);
void input_folder_close(struct input_folder *f);
/* Is this file of the folder dealt with already? Tells the problem where it is a patch. */
bool input_folder_covers(
	struct input *in, const struct input_folder *f, const char *entry, const char *path);

bool input_cancelled(struct input *in);

/* live.c: what opts->live names. */
void input_live(struct input *in);

#endif
