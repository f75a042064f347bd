/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader found in a text, as lines that a test compares as a whole. */
#ifndef TEST_IMAGE_LISTING_H
#define TEST_IMAGE_LISTING_H

#include "../test.h"

#include "base/buf.h"
#include "image/reader.h"

/* The rows that want the file read it, in the order of the table. How many they are. */
static inline int listing_read(
	struct sw_bom *bom, struct sw_str path, struct sw_str content, uint32_t mode)
{
	struct sw_reader_file f = {.path = path, .content = content, .mode = mode};
	int wanted = 0;

	for (const struct sw_reader *const *r = sw_readers; *r; r++) {
		if (!(*r)->wants(path, mode, content.n))
			continue;
		wanted++;
		f.beside = (struct sw_str){NULL, 0};
		f.content = content;
		if ((*r)->beside && sw_str_ends(path, sw_str_from((*r)->beside))) {
			f.content = (struct sw_str){NULL, 0};
			f.beside = content;
		}
		if ((*r)->read(bom, &f))
			sw_bom_problem(bom, path, SW_STR("FULL"), 0);
	}
	return wanted;
}

static inline void listing_put(struct sw_buf *out, const char *label, struct sw_str s)
{
	if (s.n)
		sw_buf_printf(out, " %s=%.*s", label, SW_STR_ARG(s));
}

/*
 * "type ns/name version source=… sourceversion=… arch=… module=… license=… supplier=… path=… dev
 * os" a line, then the problems as "! reason". With `brief`: without license, supplier and path.
 */
static inline void listing_write(struct sw_buf *out, const struct sw_bom *bom, bool brief)
{
	for (uint32_t i = 0; i < bom->n; i++) {
		const struct sw_package *p = &bom->packages[i];
		sw_buf_printf(out, "%s %.*s%s%.*s %.*s", sw_package_type_name(p->type),
			SW_STR_ARG(p->ns), p->ns.n ? "/" : "", SW_STR_ARG(p->name),
			p->version.n ? (int)p->version.n : 1, p->version.n ? p->version.p : "-");
		if (!sw_str_eq(p->source, p->name))
			listing_put(out, "source", p->source);
		if (!sw_str_eq(p->source_version, p->version))
			listing_put(out, "sourceversion", p->source_version);
		listing_put(out, "arch", p->arch);
		listing_put(out, "module", p->module);
		listing_put(out, "qualifiers", p->qualifiers);
		listing_put(out, "cpe", p->cpe);
		if (!brief) {
			listing_put(out, "license", p->license);
			listing_put(out, "supplier", p->supplier);
			listing_put(out, "path", p->path);
		}
		sw_buf_printf(out, "%s%s\n", p->dev ? " dev" : "", p->owned_by_os ? " os" : "");
	}
	for (uint32_t i = 0; i < bom->n_problems; i++)
		sw_buf_printf(out, "! %.*s\n", SW_STR_ARG(bom->problems[i].reason));
}

/* Two files that are read as one give exactly these lines. */
static inline void listing_pair_is(const char *reader, const char *path, struct sw_str content,
	struct sw_str beside, const char *expected)
{
	struct sw_reader_file f = {.path = sw_str_from(path), .content = content, .beside = beside};
	sw_autobom bom;
	sw_autobuf out;

	sw_bom_init(&bom, 0);
	sw_buf_init(&out, 0);
	for (const struct sw_reader *const *r = sw_readers; *r; r++)
		if (strcmp((*r)->name, reader) == 0)
			assert_int_equal((*r)->read(&bom, &f), 0);
	sw_bom_finish(&bom);
	listing_write(&out, &bom, true);
	assert_string_equal(sw_buf_cstr(&out), expected);
}

/* One file alone gives exactly these lines. */
static inline void listing_is(
	const char *path, struct sw_str content, uint32_t mode, const char *expected)
{
	sw_autobom bom;
	sw_autobuf out;

	sw_bom_init(&bom, 0);
	sw_buf_init(&out, 0);
	assert_true(listing_read(&bom, sw_str_from(path), content, mode) > 0);
	sw_bom_finish(&bom);
	listing_write(&out, &bom, true);
	assert_string_equal(sw_buf_cstr(&out), expected);
}

/* No row wants it. */
static inline void listing_ignored(const char *path)
{
	sw_autobom bom;
	sw_bom_init(&bom, 0);
	assert_int_equal(listing_read(&bom, sw_str_from(path), SW_STR("{}"), 0100644), 0);
}

#endif
