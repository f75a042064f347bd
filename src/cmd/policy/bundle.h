/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bundles that are made (`policy build`), signed (`policy sign`, `policy build`) and whose signatures are held to
 * their files. Formats and errors are those of OPA 1.22: a gzipped tar of /data.json, modules, /.signatures.json
 * and /.manifest; a signature is a JSON Web Token over names and SHA-256 sums.
 *
 * Memory: everything lives in the arena given. Threads: one. Limits: SW_REGO_BUNDLE_BYTES of one bundle's files.
 */
#ifndef SW_CMD_POLICY_BUNDLE_H
#define SW_CMD_POLICY_BUNDLE_H

#include "cmd/cmd.h"
#include "cmd/policy/rego_load.h"

struct sw_bundle_file {
	struct sw_str name, bytes; /* cleaned, from archives perhaps with a slash in front */
};

struct sw_bundle_files {
	struct sw_arena *arena;
	struct sw_bundle_file *v;
	uint32_t n, cap;
	uint64_t bytes;
	bool folder; /* what was read last: names begin with its path */
};

/* What signatures call it. */
static inline struct sw_str sw_bundle_signed_name(const struct sw_bundle_file *f)
{
	return sw_str_sub(f->name, sw_str_starts(f->name, SW_STR("/")), f->name.n);
}

int sw_bundle_files_add(
	struct sw_bundle_files *f, struct sw_str name, struct sw_str bytes, struct sw_error *err);
/*
 * Every regular file of a folder, named by the path given and its path below it ("a/x.rego"), in the order of names, or
 * of an archive, in its order. Links to files are followed, those to folders are not.
 */
int sw_bundle_files_read(struct sw_bundle_files *f, const char *path, struct sw_error *err);

/* A gzipped tar of the files, as they are. */
int sw_bundle_pack(const struct sw_bundle_files *f, struct sw_buf *out, struct sw_error *err);

/* ---- signatures (bundle_sign.c) ---- */

struct sw_bundle_key {
	const char *key;    /* PEM, its file, or an HMAC secret; NULL: none */
	const char *alg;    /* RS256 … */
	const char *id;     /* "": none is named */
	const char *scope;  /* "": none */
	const char *claims; /* signing: file of further claims; NULL */
	const char *const *exclude; /* verification: files to leave out (base/go/path.h) */
	uint32_t n_exclude;
};

/* The token over all files but the signatures. */
int sw_bundle_sign(const struct sw_bundle_files *f, const struct sw_bundle_key *k, struct sw_str *ret_token,
	struct sw_error *err);
/* The text of a .signatures.json. `plugin` "": not named. */
void sw_bundle_signatures(struct sw_buf *out, struct sw_str token, struct sw_str plugin);
/* Are they signed with this key, and is none missing or changed? Without signatures only a key is missed. */
int sw_bundle_verify(const struct sw_bundle_files *f, const struct sw_bundle_key *k, struct sw_error *err);

#endif
