/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets in an image: looked for in the cage, in the same pass as everything else, and kept in the
 * cache as redacted notes.
 *
 * Left out: files without text, what distributions' packages brought (their examples are no
 * secrets), documentation, and file types that hold no text.
 */
#ifndef SW_CMD_SCAN_IMAGE_SECRETS_H
#define SW_CMD_SCAN_IMAGE_SECRETS_H

#include "image/image.h"
#include "image/layer/layer.h"
#include "secret/secret.h"

struct sw_image_secrets {
	const struct sw_secret_rules *rules;
	struct sw_secret_rules *own;
	struct sw_secret_scanner *scanner;
	struct sw_layer_look look;
	/* Of the file that is looked at now, in the process that does. */
	uint64_t line;
	bool binary;
	enum sw_secret_letters letters;
};

/* `file`: rules instead of the built-in ones; NULL. Then s->look is ready. Release in any case. */
int sw_image_secrets_load(struct sw_image_secrets *s, struct sw_arena *a, const char *file,
	struct sw_error *err);
void sw_image_secrets_release(struct sw_image_secrets *s);
int sw_image_secrets_findings(const struct sw_image_secrets *s, const struct sw_image *img,
	struct sw_findings *fs, struct sw_error *err);

#endif
