/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds of every format that is not XML, as one file; then the database made of them is read. First
 * byte: the file's ending. */
#include <stdlib.h>

#include "vuln/db/db.h"
#include "vuln/feed/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {
		"f/x.json", "f/x.yaml", "f/x.md", "f/list", "f/x.csv", "f/x.tsv", "f/x.toml"};
	struct sw_db_builder *b = sw_db_builder_new();
	struct sw_feeds f;
	sw_autobuf out;
	struct sw_vuln_db *db = NULL;
	sw_buf_init(&out, 64 << 20);
	if (!b || !size)
		return sw_db_builder_free(b), 0;
	sw_feeds_init(&f, b, 1787443200);
	sw_feeds_file(&f, sw_str_from(names[data[0] % 7]),
		sw_str_make((const char *)data + 1, size - 1), NULL);
	if (sw_db_builder_write(b, 0, f.stats, f.n_stats, SW_STR(""), &out, NULL) == 0) {
		if (sw_vuln_db_open_bytes(sw_buf_str(&out), &db, NULL) ||
			sw_vuln_db_verify(db, NULL))
			abort();
		sw_vuln_db_close(db);
	}
	sw_feeds_release(&f);
	sw_db_builder_free(b);
	return 0;
}
