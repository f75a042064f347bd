/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sieve: tells of many rules at once that an input cannot make them true.
 *
 * Most reviews break no policy, and most of what a policy computes is its message. A sieve is made of rules
 * when they are loaded: one member of the input (a constraint's parameters) is a constant and is folded into
 * them; functions and helper rules are put in their place; loops over constants are unrolled, branches that
 * cannot be taken left out; and the rules of all policies become one tree in which whatever they look at in
 * the same order is looked at once. What it finds is not a verdict but the rules that have to be evaluated.
 *
 * Sound by construction: a rule is passed over only when each of its bodies has failed at an expression that
 * was evaluated exactly. What the sieve does not know (`with`, data, builtins that ask the world …), what runs
 * into an error and what takes too long counts as "may hold".
 *
 *	struct sw_rego_sieve *s = sw_rego_sieve_new();
 *	const struct sw_rego_sieve_part *p = sw_rego_sieve_part(s, engine, SW_STR("template"), SW_STR("violation"), in);
 *	struct sw_rego_screen *screen = sw_rego_sieve_screen(s, parts, n);
 *	sw_rego_sieve_run(screen, review, bits); // bit i: part i may hold
 *
 * Ownership: a sieve owns its parts and screens; the engines must outlive it. Threads: one, for running too (it
 * remembers what pure functions answered).
 * Limits: SW_SIEVE_NODES of a part; a larger one is never passed over.
 */
#ifndef SW_REGO_SIEVE_H
#define SW_REGO_SIEVE_H

#include "rego/rego.h"

enum { SW_SIEVE_NODES = 4096 };

struct sw_rego_sieve;
struct sw_rego_sieve_part;
struct sw_rego_screen;

/* The input of a rule: an object of two members, one of them a constant. */
struct sw_rego_sieve_input {
	struct sw_str known, open; /* names of the members */
	struct sw_value value;     /* of the known one; must outlive the sieve */
};

struct sw_rego_sieve *sw_rego_sieve_new(void);
void sw_rego_sieve_free(struct sw_rego_sieve *s); /* takes NULL */

/* Of data.<package>.<rule>. NULL: nothing can be told about it, it always may hold. */
const struct sw_rego_sieve_part *sw_rego_sieve_part(struct sw_rego_sieve *s, const struct sw_rego_engine *e,
	struct sw_str package, struct sw_str rule, const struct sw_rego_sieve_input *in);
/* Parts that are NULL have their bit set by every run. NULL: too many, or no memory. */
struct sw_rego_screen *sw_rego_sieve_screen(
	struct sw_rego_sieve *s, const struct sw_rego_sieve_part *const *parts, uint32_t n);
/* `open`: the value of the open member. bits: (n + 63) / 64 words. */
void sw_rego_sieve_run(struct sw_rego_screen *screen, struct sw_value open, uint64_t *bits);

#endif
