/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte says as what the rest is read: a text to search, or a file of rules. */
#include <stdint.h>
#include <stdlib.h>

#include "secret/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct sw_secret_scanner *scanner;
	const struct sw_secret_rules *builtin;
	const struct sw_secret_hit *h;
	struct sw_secret_rules *own;
	struct sw_error err = {0};
	uint32_t hits;
	bool more;
	if (!scanner && (sw_secret_rules_builtin(&builtin, &err) ||
				sw_secret_scanner_new(builtin, &scanner, &err)))
		abort();
	if (!n)
		return 0;
	struct sw_str text = sw_str_make((const char *)data + 1, n - 1);
	if (data[0] == 'r') {
		if (!sw_secret_rules_parse(SW_STR("fuzz.yaml"), text, &own, &err))
			sw_secret_rules_free(own);
		return 0;
	}
	if (sw_secret_scan(scanner, text, &h, &hits, &more, &err))
		abort();
	for (uint32_t i = 0; i < hits; i++)
		if (h[i].start >= h[i].end || h[i].end > text.n)
			abort();
	return 0;
}
