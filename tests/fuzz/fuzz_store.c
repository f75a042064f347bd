/* SPDX-License-Identifier: Apache-2.0 */
/* What stores of images say in JSON: docker's list, images.json and layers.json of containers-storage. */
#include <stdint.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "image/source/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool leads_up(struct sw_str id)
{
	return sw_str_chr(id, '/', 0) != SW_NPOS || sw_str_chr(id, '.', 0) != SW_NPOS;
}

static void told(struct sw_value root, void (*tell)(struct sw_value root, struct sw_store_told *t))
{
	struct sw_store_told t;
	struct sw_store_images all;
	struct sw_error err;
	struct sw_image_opts o = {0};
	sw_autobuf out;
	sw_buf_init(&out, 0);
	sw_store_told_init(&t);
	tell(root, &t);
	sw_store_told_put(&out, &t);
	struct sw_source *s = sw_source_new(&o);
	if (sw_store_unpack(s, sw_buf_str(&out), &all, &err))
		abort();
	for (uint32_t i = 0; i < all.n; i++)
		if ((all.v[i].digest.n && !sw_digest_valid(all.v[i].digest)) || leads_up(all.v[i].id) || leads_up(all.v[i].top))
			abort();
	sw_source_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sw_value root;
	sw_autoarena a;
	sw_arena_init(&a, 0);
	if (sw_json_parse(&a, sw_str_make((const char *)data, n), 0, NULL, &root, NULL, NULL) || root.type != SW_ARRAY)
		return 0;
	told(root, sw_engine_tell);
	told(root, sw_storage_tell_images);
	told(root, sw_storage_tell_layers);
	return 0;
}
