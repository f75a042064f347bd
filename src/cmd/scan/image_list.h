/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SW_CMD_SCAN_IMAGE_LIST_H
#define SW_CMD_SCAN_IMAGE_LIST_H

#include "cmd/cmd.h"
#include "image/image.h"

void sw_image_list_json(struct sw_cmd_ctx *ctx, const struct sw_image *img);
void sw_image_list_table(struct sw_cmd_ctx *ctx, const struct sw_image *img);
/* "cyclonedx", "spdx", "spdx3"; false for any other form. */
bool sw_image_list_sbom(struct sw_cmd_ctx *ctx, const struct sw_image *img, const char *form);
/* The images of a store, as a table or as JSON. */
void sw_image_list_store(struct sw_cmd_ctx *ctx, const struct sw_image_entries *all, bool json);
/* What is attached to the image of the command's argument (`--list-attached`). */
int sw_image_list_attached(
	struct sw_cmd_ctx *ctx, const struct sw_image_opts *opts, struct sw_error *err);
/*
 * `--attached sbom|vex|all`: packages that attached bills name are claimed by them (package.h), and
 * what attached VEX documents say goes into `vex` (initialised). One that cannot be understood is a
 * problem of the bill.
 */
struct sw_vex;
int sw_image_use_attached(struct sw_cmd_ctx *ctx, const struct sw_image_opts *opts,
	struct sw_image *img, const char *what, struct sw_vex *vex, struct sw_error *err);

#endif
