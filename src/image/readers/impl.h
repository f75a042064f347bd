/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of this folder share; nobody outside includes this.
 *
 * Conventions of a reader: a field that is missing or wrong costs that one package and is noted; a
 * file that cannot be understood is noted once; only a full inventory is an error. Text of the file
 * is borrowed until rd_add() copies it.
 */
#ifndef SW_IMAGE_READERS_IMPL_H
#define SW_IMAGE_READERS_IMPL_H

#include "base/arena.h"
#include "base/buf.h"
#include "doc/value.h"
#include "image/reader.h"
#include "image/readers/readers.h"

#define RD_ARENA ((size_t)256 << 20) /* what one document may become in memory */
#define RD_KIB(n) ((uint64_t)(n) << 10)
#define RD_MIB(n) ((uint64_t)(n) << 20)
#define RD_NAME_MAX 1024 /* bytes of a name, namespace or version; real ones are below 300 */

/* ---- writing into the inventory; 0 or a negative code when it is full ---- */

/* "Not evaluated", with the reason. */
int rd_note(struct sw_bom *bom, const struct sw_reader_file *f, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * Adds p with the file's path (unless p has one) and layer. OS packages get their own name as
 * source where the database is silent. Without a name, or with control bytes or an endless text in
 * the name or version: noted instead.
 */
int rd_add(struct sw_bom *bom, const struct sw_reader_file *f, const struct sw_package *p);
/* A file of an OS package; where /lib is a link to usr/lib (merged /usr) the other name as well. */
int rd_own(struct sw_bom *bom, struct sw_str path);

/* ---- text ---- */

bool rd_line(struct sw_str *rest, struct sw_str *ret_line); /* without its line end */
/* The number of the line of the file that `at` lies in, from 1. */
uint32_t rd_line_of(const struct sw_reader_file *f, const char *at);
/* What is before the first `sep`, trimmed; *rest what is behind. The whole when there is none. */
struct sw_str rd_cut(struct sw_str *rest, char sep);
/* "key<sep>value": true with the trimmed value when the line begins so. */
bool rd_field(struct sw_str line, const char *key, struct sw_str *ret_value);
struct sw_str rd_unquote(struct sw_str s);  /* without a pair of " or ' around it */
struct sw_str rd_word(struct sw_str *rest); /* next of words parted by white space; n 0: none */
/* Without `suffix` when it ends so. */
struct sw_str rd_strip(struct sw_str s, const char *suffix);
/* "ns<sep>name" at the last sep. Without one: ns "". */
void rd_split_last(struct sw_str s, char sep, struct sw_str *ret_ns, struct sw_str *ret_name);
bool rd_is_digit(char c);
bool rd_has(struct sw_str s, const char *what);
bool rd_starts(struct sw_str s, const char *what);
bool rd_ends(struct sw_str s, const char *what);

/* Appends a text in UTF-16 that begins with a byte order mark as UTF-8. False: it is none. */
bool rd_utf16(struct sw_buf *out, struct sw_str s);

/* ---- paths ---- */

struct sw_str rd_base(struct sw_str path); /* behind the last slash */
struct sw_str rd_dir(struct sw_str path);  /* before the last slash; "" when none */
bool rd_named(struct sw_str path, const char *base);
bool rd_in(struct sw_str path, const char *dir); /* directly or deeper in "a/b/" */
/* The folder `dir` ("node_modules") is one of the path's parts. */
bool rd_within(struct sw_str path, const char *dir);
/*
 * Below a folder that a package manager fills (node_modules, site-packages, pkg/mod …): a lock file
 * there came with a package and tells of its author's machine, not of what is installed here.
 */
bool rd_in_package(struct sw_str path);

/* ---- documents: 1 read; 0 could not be read, noted; negative: the inventory is full ---- */

int rd_json(struct sw_arena *a, struct sw_bom *bom, const struct sw_reader_file *f,
	struct sw_value *ret);
/* With comments, and commas before closing brackets. */
int rd_jsonc(struct sw_arena *a, struct sw_bom *bom, const struct sw_reader_file *f,
	struct sw_value *ret);
int rd_yaml(struct sw_arena *a, struct sw_bom *bom, const struct sw_reader_file *f,
	struct sw_value *ret);
int rd_toml(struct sw_arena *a, struct sw_bom *bom, const struct sw_reader_file *f,
	struct sw_value *ret);

/* A string member; "" when it is missing or something else. */
struct sw_str rd_str(struct sw_value o, const char *key);
bool rd_true(struct sw_value o, const char *key);
/* Iterable also when it is not an array or object: then without elements. */
struct sw_value rd_array(struct sw_value v);
struct sw_value rd_object(struct sw_value v);
struct sw_value rd_get(struct sw_value o, const char *key);

/* ---- bytes ---- */

uint16_t rd_u16(const char *p, bool big);
uint32_t rd_u32(const char *p, bool big);
uint64_t rd_u64(const char *p, bool big);
/* n bytes at `at`; p NULL when they are not all there. */
struct sw_str rd_bytes(struct sw_str s, uint64_t at, uint64_t n);

#endif
