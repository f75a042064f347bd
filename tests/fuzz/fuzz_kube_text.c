/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The small languages of Kubernetes objects: a text that is taken must print to one that is taken
 * again and means the same. The first byte chooses the language.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "kube/image.h"
#include "kube/quantity.h"
#include "kube/selector.h"
#include "policy/pss/pss.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define must(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond))                                                                       \
			abort();                                                                   \
	} while (0)

static void quantity(struct sw_str s)
{
	struct sw_quantity q, again;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	if (sw_quantity_parse(s, &q, NULL))
		return;
	struct sw_quantity bare = q; /* the canonical form, not the text that was read */
	bare.text = (struct sw_str){NULL, 0};
	sw_quantity_write(&b, bare);
	/* Upstream writes 1000E as "1": there is no suffix behind E. */
	if (q.nano >= (__int128)1000000000 * 1000000000 * 1000000000 ||
		-q.nano >= (__int128)1000000000 * 1000000000 * 1000000000)
		return;
	must(sw_quantity_parse(sw_buf_str(&b), &again, NULL) == 0);
	must(sw_quantity_cmp(q, again) == 0);
}

/* A selector is an object: matching must take whatever was made. */
static void selector(struct sw_str s)
{
	struct sw_value v;
	struct sw_selector sel;
	sw_autoarena a;
	sw_arena_init(&a, 1 << 26);
	if (sw_json_parse(&a, s, 0, NULL, &v, NULL, NULL) || sw_selector_from(&a, v, &sel, NULL))
		return;
	must(!sw_selector_match(&sel, sw_undef()) || !sel.nothing);
	sw_selector_match(&sel, sw_object_gets(v, SW_STR("matchLabels")));
}

static void image(struct sw_str s)
{
	struct sw_image_ref ref, again;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	if (sw_image_parse(s, &ref, NULL))
		return;
	sw_buf_printf(&b, "%.*s/%.*s%.*s%s%.*s%s%.*s", SW_STR_ARG(ref.registry),
		SW_STR_ARG(ref.prefix), SW_STR_ARG(ref.repository), ref.tag.n ? ":" : "",
		SW_STR_ARG(ref.tag), ref.digest.n ? "@" : "", SW_STR_ARG(ref.digest));
	must(sw_image_parse(sw_buf_str(&b), &again, NULL) == 0);
	must(sw_str_eq(ref.registry, again.registry) && sw_str_eq(ref.tag, again.tag) &&
		sw_str_eq(ref.digest, again.digest));
}

static void policy(struct sw_str s)
{
	struct sw_pss_policy p, again;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	if (sw_pss_policy_parse(s, &p, NULL))
		return;
	sw_pss_policy_write(&b, p);
	must(sw_pss_policy_parse(sw_buf_str(&b), &again, NULL) == 0);
	must(p.level == again.level && p.minor == again.minor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static void (*const languages[])(struct sw_str) = {quantity, selector, image, policy};
	if (n)
		languages[data[0] % SW_ARRAY_LEN(languages)](
			sw_str_make((const char *)data + 1, n - 1));
	return 0;
}
