/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Libraries that are loaded at their first use. A start that hashes, signs or matches nothing does
 * not pay for the libraries that do: together they would be half of a short run's time.
 *
 * Nothing changes for callers. For each function in base/lazy_list.h there is a stub of that name,
 * which jumps through a slot; the first call into a library loads it, fills the slots of all of its
 * functions and goes on with the arguments as they were. A library that is not there ends the
 * process with status 127, as the loader of the system does.
 *
 * What may open no files later (a cage) calls sw_lazy_load() before.
 *
 * Not for data of a library (`gmp_version`): sw_lazy_data() finds that. On processors without
 * stubs, and with -Dlazy_libs=false, the libraries are linked as usual and all of this does
 * nothing.
 *
 * Threads: any.
 */
#ifndef SW_BASE_LAZY_H
#define SW_BASE_LAZY_H

enum sw_lazy_lib {
	SW_LAZY_LIB_CRYPTO,
	SW_LAZY_LIB_SSL,
	SW_LAZY_LIB_GLIB,
	SW_LAZY_LIB_PCRE2,
	SW_LAZY_LIB_GMP,
	SW_LAZY_LIB_MATH,
	SW_LAZY_LIB__COUNT,
};

void sw_lazy_load(enum sw_lazy_lib lib);

/* A variable of the library, which is loaded for it; NULL: it has none of that name. */
const void *sw_lazy_data(enum sw_lazy_lib lib, const char *name);

#endif
