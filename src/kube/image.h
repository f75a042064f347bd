/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Image references by the grammar of github.com/distribution/reference: "nginx" is
 * docker.io/library/nginx. Views into the text, except where Docker's defaults are filled in
 * (literals).
 */
#ifndef SW_KUBE_IMAGE_H
#define SW_KUBE_IMAGE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

struct sw_image_ref {
	struct sw_str registry;	  /* "docker.io" when none is written */
	struct sw_str prefix;	  /* "library/" for Docker's own images, else "" */
	struct sw_str repository; /* without prefix */
	struct sw_str tag;	  /* "" when none */
	struct sw_str digest;	  /* "sha256:…"; "" when none */
	bool explicit_registry;	  /* was written */
};

/* As reference.ParseNormalizedNamed. -SW_ESYNTAX with that library's text. */
int sw_image_parse(struct sw_str text, struct sw_image_ref *ret, struct sw_error *err);

#endif
