/* SPDX-License-Identifier: Apache-2.0 */
/* XML as such, and OVAL as a feed. */
#include <stdlib.h>

#include "vuln/feed/feed.h"
#include "doc/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_str text = sw_str_make((const char *)data, size);
	struct sw_db_builder *b = sw_db_builder_new();
	struct sw_feeds f;
	struct sw_xml *x = malloc(sizeof(*x));
	sw_autoarena a;
	int k = 1;
	if (!b || !x)
		abort();
	sw_arena_init(&a, 64 << 20);
	sw_xml_init(x, &a, text);
	while (k > 0) {
		k = sw_xml_next(x, NULL);
		if (k > 0 && x->depth > SW_XML_DEPTH)
			abort();
	}
	sw_feeds_init(&f, b, 1787443200);
	sw_feeds_file(&f, SW_STR("f/x-1.0-oval.xml"), text, NULL);
	sw_feeds_release(&f);
	sw_db_builder_free(b);
	free(x);
	return 0;
}
