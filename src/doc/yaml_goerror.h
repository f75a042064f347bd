/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What go.yaml.in/yaml v3 says about the syntax of a text's first document, which is all that its
 * Unmarshal reads. It is a port of libyaml that looks two tokens further ahead and counts lines in
 * a way of its own.
 */
#ifndef SW_DOC_YAML_GOERROR_H
#define SW_DOC_YAML_GOERROR_H

#include "base/buf.h"
#include "base/str.h"

/* True: there is an error, "line 3: did not find expected key" is appended; *ret_line is 0 where it
 * names none. */
bool sw_yaml_goerror(struct sw_str text, struct sw_buf *out, uint32_t *ret_line);

#endif
