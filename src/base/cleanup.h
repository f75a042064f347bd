/* SPDX-License-Identifier: Apache-2.0 */
/* Cleanup by attribute: what a scope opened, the scope closes. */
#ifndef SW_BASE_CLEANUP_H
#define SW_BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void sw_cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void sw_cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void sw_cleanup_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define sw_autofree __attribute__((cleanup(sw_cleanup_free)))
#define sw_autoclose __attribute__((cleanup(sw_cleanup_close))) int
#define sw_autofclose __attribute__((cleanup(sw_cleanup_fclose))) FILE

#define SW_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Hands ownership of a pointer to the expression's user and leaves NULL behind. */
#define SW_TAKE(ptr)                                                                               \
	({                                                                                         \
		__typeof__(ptr) taken_ = (ptr);                                                    \
		(ptr) = NULL;                                                                      \
		taken_;                                                                            \
	})

#endif
