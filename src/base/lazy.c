/* SPDX-License-Identifier: Apache-2.0 */
#include "base/lazy.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/lazy_list.h"

#ifdef SW_LAZY

static const char files[SW_LAZY_LIB__COUNT][20] = {"libcrypto.so.3", "libssl.so.3",
	"libglib-2.0.so.0", "libpcre2-8.so.0", "libgmp.so.10", "libm.so.6"};

/*
 * Names lie one after the other in the order of the slots, so that the table has no pointers, which
 * the loader would have to write at every start.
 */
#define NAME(f) #f "\0"
static const char names[] = SW_LAZY_ALL(NAME);

#define ONE(f) +1
static const unsigned counts[SW_LAZY_LIB__COUNT] = {0 SW_LAZY_CRYPTO(ONE), 0 SW_LAZY_SSL(ONE),
	0 SW_LAZY_GLIB(ONE), 0 SW_LAZY_PCRE2(ONE), 0 SW_LAZY_GMP(ONE), 0 SW_LAZY_MATH(ONE)};

#define N_SLOTS (0 SW_LAZY_ALL(ONE))

/* Made below, in assembly; used there only. */
extern void *sw_lazy_slots[N_SLOTS] __attribute__((visibility("hidden")));
void sw_lazy_first(void **slot) __attribute__((visibility("hidden"), used));

/*
 * A stub, and what all stubs do at the first call: keep every register an argument may be in, call
 * sw_lazy_first(slot), and jump to what it found. Nothing on the stack has moved by then.
 */
#define SLOT(f) "sw_lazy_slot_" #f ": .zero 8\n"
#define HEAD(f) "\t.globl " #f "\n\t.type " #f ", %function\n" #f ":\n"
#if defined(__x86_64__)
#define STUB(f)                                                                                    \
	HEAD(f)                                                                                    \
	"\tendbr64\n"                                                                              \
	"\tmovq sw_lazy_slot_" #f "(%rip), %r11\n"                                                 \
	"\ttestq %r11, %r11\n"                                                                     \
	"\tjz 1f\n"                                                                                \
	"\tjmp *%r11\n"                                                                            \
	"1:\tleaq sw_lazy_slot_" #f "(%rip), %r11\n"                                               \
	"\tjmp sw_lazy_enter\n"                                                                    \
	"\t.size " #f ", .-" #f "\n"
#define ENTER                                                                                      \
	"sw_lazy_enter:\n"                                                                         \
	"\t.cfi_startproc\n"                                                                       \
	"\tpushq %rbp\n\t.cfi_def_cfa_offset 16\n\t.cfi_offset %rbp, -16\n"                        \
	"\tmovq %rsp, %rbp\n\t.cfi_def_cfa_register %rbp\n"                                        \
	"\tpushq %rdi\n\tpushq %rsi\n\tpushq %rdx\n\tpushq %rcx\n"                                 \
	"\tpushq %r8\n\tpushq %r9\n\tpushq %rax\n\tpushq %r11\n"                                   \
	"\tsubq $128, %rsp\n"                                                                      \
	"\tmovups %xmm0, (%rsp)\n\tmovups %xmm1, 16(%rsp)\n"                                       \
	"\tmovups %xmm2, 32(%rsp)\n\tmovups %xmm3, 48(%rsp)\n"                                     \
	"\tmovups %xmm4, 64(%rsp)\n\tmovups %xmm5, 80(%rsp)\n"                                     \
	"\tmovups %xmm6, 96(%rsp)\n\tmovups %xmm7, 112(%rsp)\n"                                    \
	"\tmovq %r11, %rdi\n"                                                                      \
	"\tcall sw_lazy_first\n"                                                                   \
	"\tmovups (%rsp), %xmm0\n\tmovups 16(%rsp), %xmm1\n"                                       \
	"\tmovups 32(%rsp), %xmm2\n\tmovups 48(%rsp), %xmm3\n"                                     \
	"\tmovups 64(%rsp), %xmm4\n\tmovups 80(%rsp), %xmm5\n"                                     \
	"\tmovups 96(%rsp), %xmm6\n\tmovups 112(%rsp), %xmm7\n"                                    \
	"\taddq $128, %rsp\n"                                                                      \
	"\tpopq %r11\n\tpopq %rax\n\tpopq %r9\n\tpopq %r8\n"                                       \
	"\tpopq %rcx\n\tpopq %rdx\n\tpopq %rsi\n\tpopq %rdi\n"                                     \
	"\tpopq %rbp\n\t.cfi_def_cfa %rsp, 8\n"                                                    \
	"\tjmp *(%r11)\n"                                                                          \
	"\t.cfi_endproc\n"
#elif defined(__aarch64__)
#define STUB(f)                                                                                    \
	HEAD(f)                                                                                    \
	"\thint #34\n" /* bti c */                                                                 \
	"\tadrp x16, sw_lazy_slot_" #f "\n"                                                        \
	"\tldr x17, [x16, :lo12:sw_lazy_slot_" #f "]\n"                                            \
	"\tcbz x17, 1f\n"                                                                          \
	"\tbr x17\n"                                                                               \
	"1:\tadd x16, x16, :lo12:sw_lazy_slot_" #f "\n"                                            \
	"\tb sw_lazy_enter\n"                                                                      \
	"\t.size " #f ", .-" #f "\n"
#define ENTER                                                                                      \
	"sw_lazy_enter:\n"                                                                         \
	"\t.cfi_startproc\n"                                                                       \
	"\tstp x29, x30, [sp, #-224]!\n"                                                           \
	"\t.cfi_def_cfa_offset 224\n\t.cfi_offset x29, -224\n\t.cfi_offset x30, -216\n"            \
	"\tmov x29, sp\n"                                                                          \
	"\tstp x0, x1, [sp, #16]\n\tstp x2, x3, [sp, #32]\n"                                       \
	"\tstp x4, x5, [sp, #48]\n\tstp x6, x7, [sp, #64]\n"                                       \
	"\tstp x8, x16, [sp, #80]\n"                                                               \
	"\tstp q0, q1, [sp, #96]\n\tstp q2, q3, [sp, #128]\n"                                      \
	"\tstp q4, q5, [sp, #160]\n\tstp q6, q7, [sp, #192]\n"                                     \
	"\tmov x0, x16\n"                                                                          \
	"\tbl sw_lazy_first\n"                                                                     \
	"\tldp q0, q1, [sp, #96]\n\tldp q2, q3, [sp, #128]\n"                                      \
	"\tldp q4, q5, [sp, #160]\n\tldp q6, q7, [sp, #192]\n"                                     \
	"\tldp x0, x1, [sp, #16]\n\tldp x2, x3, [sp, #32]\n"                                       \
	"\tldp x4, x5, [sp, #48]\n\tldp x6, x7, [sp, #64]\n"                                       \
	"\tldp x8, x16, [sp, #80]\n"                                                               \
	"\tldp x29, x30, [sp], #224\n"                                                             \
	"\t.cfi_def_cfa_offset 0\n\t.cfi_restore x29\n\t.cfi_restore x30\n"                        \
	"\tldr x17, [x16]\n"                                                                       \
	"\tbr x17\n"                                                                               \
	"\t.cfi_endproc\n"
#endif

/* clang-format off */
__asm__("\t.pushsection .data.rel.ro,\"aw\",@progbits\n"
	"\t.balign 8\n"
	"\t.globl sw_lazy_slots\n"
	"\t.hidden sw_lazy_slots\n"
	"sw_lazy_slots:\n"
	SW_LAZY_ALL(SLOT)
	"\t.popsection\n"
	"\t.pushsection .text\n"
	ENTER
	SW_LAZY_ALL(STUB)
	"\t.popsection\n");
/* clang-format on */

static void *handles[SW_LAZY_LIB__COUNT];

/* No caller can go on without: say so and end, as the system's loader would have done at the start.
 */
static _Noreturn void missing(const char *why)
{
	fprintf(stderr, "seawall: error while loading a library: %s\n", why ? why : "unknown");
	_exit(127);
}

/*
 * Slots lie where the loader has made memory read-only, as the system's own are: whoever can write somewhere must
 * not find them. Other threads may go through them meanwhile.
 */
static void slots_writable(bool yes)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE) - 1;
	uintptr_t from = (uintptr_t)sw_lazy_slots & ~page;
	uintptr_t to = ((uintptr_t)(sw_lazy_slots + N_SLOTS) + page) & ~page;
	if (mprotect((void *)from, to - from, yes ? PROT_READ | PROT_WRITE : PROT_READ) && yes)
		missing("mprotect refused");
}

static void load(enum sw_lazy_lib lib)
{
	const char *name = names;
	unsigned i = 0, end = counts[0];
	for (unsigned l = 0; l < lib; l++) {
		i += counts[l];
		end += counts[l + 1];
	}
	for (unsigned k = 0; k < i; k++)
		name += strlen(name) + 1;
	void *so = dlopen(files[lib], RTLD_NOW | RTLD_LOCAL);
	if (!so)
		missing(dlerror());
	slots_writable(true);
	for (; i < end; i++, name += strlen(name) + 1) {
		void *found = dlsym(so, name);
		if (!found)
			missing(dlerror());
		/* Other threads call through a slot as soon as it is not 0. */
		__atomic_store_n(&sw_lazy_slots[i], found, __ATOMIC_RELEASE);
	}
	slots_writable(false);
	handles[lib] = so;
}

void sw_lazy_load(enum sw_lazy_lib lib)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_mutex_lock(&lock);
	if (!handles[lib])
		load(lib);
	pthread_mutex_unlock(&lock);
}

void sw_lazy_first(void **slot)
{
	size_t at = (size_t)(slot - sw_lazy_slots);
	unsigned lib = 0;
	for (size_t end = counts[0]; at >= end; end += counts[lib])
		lib++;
	int saved = errno;
	sw_lazy_load(lib);
	errno = saved;
}

const void *sw_lazy_data(enum sw_lazy_lib lib, const char *name)
{
	sw_lazy_load(lib);
	return dlsym(handles[lib], name);
}

#else

void sw_lazy_load(enum sw_lazy_lib lib)
{
	(void)lib;
}

const void *sw_lazy_data(enum sw_lazy_lib lib, const char *name)
{
	(void)lib;
	return dlsym(RTLD_DEFAULT, name);
}

#endif
