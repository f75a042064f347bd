/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads beside the main one. Signals are for the main thread: all are blocked in these, so that a handler runs
 * where its program expects it, and a call of the main thread that waits is interrupted.
 */
#ifndef SW_BASE_THREAD_H
#define SW_BASE_THREAD_H

#include <pthread.h>

/* As pthread_create(): 0, or an errno, *ret untouched. To be joined or detached. */
int sw_thread_new(pthread_t *ret, void *(*run)(void *arg), void *arg);

#endif
