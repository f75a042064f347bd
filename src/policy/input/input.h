/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The collector: from what the user names (files, folders, "-") to Kubernetes objects, one at a
 * time.
 *
 * Nothing is silently dropped: whatever was found and is not handed on as an object is told to
 * `problem`, with its place and reason. One file is in memory at a time, and of a JSON List one
 * item.
 *
 * What is read: YAML (.yaml, .yml) and JSON (.json; also one value a line) in folders, anything
 * that is named itself. Folders are walked in byte order of names, symbolic links followed, each
 * folder once; `.git` is left out. Lists are taken apart. Kustomize folders and Helm charts are
 * rendered with kubectl and helm when these are installed: started without a shell, with a timeout,
 * and without access to the network. Where they are not rendered that is a problem of its own, and
 * their plain files are read as they stand.
 *
 * Memory: `sw_input_doc` and all below it live until the callback returns. Threads: one per run.
 * Limits: see struct sw_input_opts; 64 folders deep, 4 GiB - 1 bytes a file, SW_KUBE_LIST_DEPTH
 * lists in lists.
 */
#ifndef SW_POLICY_INPUT_H
#define SW_POLICY_INPUT_H

#include "base/arena.h"
#include "base/error.h"
#include "doc/source.h"
#include "kube/object.h"

struct sw_kube_client;

/* A live cluster: all resources that can be listed, in their preferred version (kube/client/client.h). */
struct sw_input_live {
	struct sw_kube_client *client;
	const char *ns; /* only what is in this namespace; NULL: everything */
	bool secrets;	/* read Secrets whole; else their metadata only, which is told as a problem */
};

struct sw_input_opts {
	const char *const *paths;
	uint32_t n_paths;
	bool no_render;		   /* do not start kubectl and helm */
	size_t max_file;	   /* bytes; 0: 1 GiB */
	size_t max_memory;	   /* of the values of one document; 0: 1 GiB */
	uint32_t max_depth;	   /* nesting of a document; 0: the readers' own */
	uint32_t render_timeout_s; /* 0: 60 */
	const volatile bool *cancel;
	const struct sw_input_live *live; /* beside the paths, of which there may then be none; or NULL */
};

struct sw_input_doc {
	struct sw_source *source;
	struct sw_arena *file_arena; /* lives as long as the file: for sw_source_pos() */
	struct sw_arena *arena;	     /* lives as long as the document */
	uint32_t index;		     /* of the document in the file */
	struct sw_str pointer;	     /* where the object is in the document: "" or "/items/3" */
	struct sw_span span;	     /* of the object in the text; {0,0}: unknown */
	struct sw_kube_object object;
	bool rendered; /* the text is not what is on the disk */
};

enum sw_input_problem_kind {
	SW_INPUT_UNREADABLE,	 /* the system said no, or it is no file */
	SW_INPUT_BROKEN,	 /* not the format it should be */
	SW_INPUT_TEMPLATE,	 /* a template that was not rendered */
	SW_INPUT_NOT_KUBERNETES, /* well-formed, but no Kubernetes object */
	SW_INPUT_NOT_RENDERED,	 /* a kustomize folder or Helm chart */
	SW_INPUT_LIMIT,		 /* too large or too deep */
	SW_INPUT_BINARY,	 /* no text */
	SW_INPUT_EMPTY,		 /* a file without a document */
	SW_INPUT_PATCH,		 /* part of a kustomization, no object by itself */
	SW_INPUT_NOT_LISTED,	 /* a resource of the live cluster: forbidden, or it failed */
	SW_INPUT_PARTIAL,	 /* only part of an object was read */
	SW_INPUT__COUNT
};

struct sw_input_problem {
	enum sw_input_problem_kind kind;
	struct sw_str file;  /* as the user would name it */
	uint32_t line, col;  /* 0: unknown */
	struct sw_span span; /* {0,0}: unknown */
	uint32_t index;	     /* of the document in the file */
	struct sw_str pointer;
	struct sw_str reason; /* one line */
};

struct sw_input_stats {
	uint64_t files, documents, objects;
	uint64_t skipped_files; /* in folders, by name: neither YAML nor JSON */
	uint64_t rendered;	/* kustomize folders and charts */
	uint64_t named_unread;	/* of opts->paths: not there, or not to be opened */
	uint64_t by_problem[SW_INPUT__COUNT];
};

struct sw_input_file; /* a text, its name and its table of lines */

struct sw_input_handler {
	/* Non-zero ends the run and is returned. */
	int (*object)(void *arg, const struct sw_input_doc *doc, struct sw_error *err);
	void (*problem)(void *arg, const struct sw_input_problem *p);
	void *arg;
	/*
	 * For a handler that goes on with objects after the call; each may be NULL.
	 * document_end: all objects of a document were handed on. Whoever still needs its values moves the arena's
	 * content away and leaves an initialised arena.
	 * file_end: true takes the file, which sw_input_file_free() then ends; doc->source and doc->file_arena are of it.
	 * needed_from: the first byte of the file's text that is still needed, SIZE_MAX: none of what was handed on.
	 */
	void (*document_end)(void *arg, struct sw_arena *values);
	bool (*file_end)(void *arg, struct sw_input_file *file);
	size_t (*needed_from)(void *arg);
};

void sw_input_file_free(struct sw_input_file *file); /* takes NULL */

/*
 * 0 also when there were problems. Negative: a callback's code, -SW_ECANCELLED, or -SW_EUSAGE when
 * there is no path.
 */
int sw_input_run(const struct sw_input_opts *opts, const struct sw_input_handler *h,
	struct sw_input_stats *ret, struct sw_error *err);

#endif
