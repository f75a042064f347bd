/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that rules compare addresses with (fd.sip.name = example.com). They are asked forward, never backward.
 *
 * Loading rules only notes the names: nothing is asked before sw_names_ask(), or before an event is to be compared
 * with one. Then a thread of its own asks for all of them, and again after 10 seconds, doubling up to 320 while
 * answers stay the same (Falco's intervals). Without sw_names_ask() the first comparison waits for the first answers,
 * at most two seconds in all, so that a recording is judged alike each time; later ones never wait.
 * SEAWALL_NO_DNS=1: nothing is ever asked.
 *
 * Any thread may call them. Limits: 256 names of 255 bytes, 32 addresses each.
 */
#ifndef SW_RUNTIME_FIELDS_NAMES_H
#define SW_RUNTIME_FIELDS_NAMES_H

#include "runtime/rules/field.h"

void sw_names_wanted(const struct sw_fieldref *ref, struct sw_str name);
/* Begin to ask. Who reads events as they happen calls it before the first one, and never waits. */
void sw_names_ask(void);
/* The noted name that has the address (4 or 16 bytes, network order); p is NULL when there is none. */
struct sw_str sw_names_of(const uint8_t *ip, bool v6);

#endif
