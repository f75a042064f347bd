/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes captures in format 1.2: what sysdig -r, the Falco libraries and scap.h read. The lists of the state
 * first (machine, interfaces, users, processes, descriptors), then the events as they come, each with the enter
 * event that sysdig needs to know its descriptor. Descriptors of types that are newer than sysdig's are written as of
 * a type that is not supported. Plain; gzip where the name ends in .gz.
 *
 * One writer, one thread. A file that exists is replaced; it is created with mode 0600, since arguments and
 * environments of processes are in it.
 */
#ifndef SW_RUNTIME_CAPTURE_WRITER_H
#define SW_RUNTIME_CAPTURE_WRITER_H

#include "runtime/state/state.h"

struct sw_scap_writer;

int sw_scap_writer_open(const char *path, struct sw_scap_writer **ret, struct sw_error *err);
/* The same for a file that must not exist, whatever its name compressed or not. */
int sw_scap_writer_new(const char *path, bool gzip, struct sw_scap_writer **ret, struct sw_error *err);
uint64_t sw_scap_writer_bytes(const struct sw_scap_writer *w); /* in the file by now */
/* The lists are written with the first event, from the state as it is then. */
int sw_scap_write(struct sw_scap_writer *w, const struct sw_sysev *ev, struct sw_error *err);
int sw_scap_writer_close(struct sw_scap_writer *w, struct sw_error *err); /* takes NULL */

#endif
