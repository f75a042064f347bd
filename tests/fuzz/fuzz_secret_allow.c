/* SPDX-License-Identifier: Apache-2.0 */
/* A list of what is allowed, and a text in which it is asked. */
#include <stdint.h>
#include <stdlib.h>

#include "secret/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Made of two parts, so that this file holds no secret. */
static const struct sw_str text = SW_STR_INIT("# seawall:ignore-none\nt = ghp_"
					      "016C7l0YbTqXvH3cKzWm9NdRf2sQ8jE5uAxP # seawall:ignore npm-token\n");

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct sw_secret_rules *rules;
	struct sw_secret_scanner *s;
	const struct sw_secret_hit *h;
	struct sw_error err = {0};
	uint32_t hits;
	bool more;
	struct sw_str list = sw_str_make((const char *)data, n);
	if (sw_secret_rules_builtin(&rules, &err) || sw_secret_scanner_new(rules, &s, &err))
		abort();
	sw_secret_scanner_file(s, SW_STR("src/app.py"));
	if (!sw_secret_scanner_allow(s, SW_STR("fuzz.yaml"), list, &err)) {
		if (sw_secret_scan(s, text, &h, &hits, &more, &err) || hits > 1)
			abort();
		/* Comments of any kind: those of the list. */
		if (sw_secret_scan(s, list, &h, &hits, &more, &err))
			abort();
	} else if (!err.text[0] || !err.file[0]) {
		abort(); /* what is wrong is said, and where */
	}
	sw_secret_scanner_free(s);
	return 0;
}
