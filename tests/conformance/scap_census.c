/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Captures of others: blocks and events of each file counted, against the census that was made with another
 * reader. Then the same file through the source, which must take every event. One TAP line per file.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "doc/json.h"
#include "runtime/capture/source.h"

struct census {
	uint64_t events, old_version, managed, unknown, mismatch;
	uint64_t types[SW_EVENT_CODES];
	struct {
		const char *name;
		uint64_t n;
	} blocks[64];
	size_t n_blocks;
};

static void count_block(struct census *c, const char *name)
{
	for (size_t i = 0; i < c->n_blocks; i++) {
		if (strcmp(c->blocks[i].name, name) == 0) {
			c->blocks[i].n++;
			return;
		}
	}
	if (c->n_blocks < 64) {
		c->blocks[c->n_blocks].name = name;
		c->blocks[c->n_blocks++].n = 1;
	}
}

static int take(const char *path, struct census *c, uint16_t version[2], char why[256])
{
	struct sw_scap *s;
	struct sw_scap_block b;
	struct sw_error err = {0};
	struct sw_raw r;
	int rc = sw_scap_open(path, &s, &err);

	while (rc == 0 && (rc = sw_scap_next(s, &b, &err)) == 1) {
		rc = 0;
		count_block(c, b.type->name);
		if (b.type->kind != SW_SCAP_EVENT)
			continue;
		int got = sw_scap_event(&b, &r, &err);
		if (got < 0) {
			rc = got;
			break;
		}
		c->events++;
		if (!got) {
			c->unknown++;
			continue;
		}
		const struct sw_event_info *info = &sw_event_table[r.code];
		c->types[r.code]++;
		c->old_version += (info->flags & SW_EF_OLD_VERSION) != 0;
		c->managed += (info->flags & SW_EF_CONVERTER_MANAGED) != 0;
		c->mismatch += b.type->version > 1 && r.n != info->n_params;
	}
	if (rc < 0) {
		snprintf(why, 256, "%.200s", err.text);
		return rc;
	}
	sw_scap_version(s, &version[0], &version[1]);
	sw_scap_close(s);
	return 0;
}

static bool want_int(struct sw_value entry, const char *key, uint64_t got, char why[256])
{
	int64_t want = -1;

	sw_value_int(sw_object_gets(entry, sw_str_from(key)), &want);
	if ((uint64_t)want == got)
		return true;
	snprintf(why, 256, "%s: got %llu, want %lld", key, (unsigned long long)got, (long long)want);
	return false;
}

static bool same_blocks(struct sw_value want, const struct census *c, char why[256])
{
	if (want.n != c->n_blocks) {
		snprintf(why, 256, "%zu kinds of block, want %u", c->n_blocks, want.n);
		return false;
	}
	for (size_t i = 0; i < c->n_blocks; i++)
		if (!want_int(want, c->blocks[i].name, c->blocks[i].n, why))
			return false;
	return true;
}

static bool same_types(struct sw_value want, const struct census *c, char why[256])
{
	uint32_t kinds = 0;

	for (unsigned i = 0; i < SW_EVENT_CODES; i++) {
		char key[80];
		if (!c->types[i])
			continue;
		kinds++;
		snprintf(key, sizeof(key), "%s%c#%u", sw_event_table[i].name, i & 1 ? '<' : '>', i);
		if (!want_int(want, key, c->types[i], why))
			return false;
	}
	if (kinds != want.n)
		snprintf(why, 256, "%u kinds of event, want %u", kinds, want.n);
	return kinds == want.n;
}

/* Everything is read, converted and taken into the state. */
static bool through_source(const char *path, uint64_t events, char why[256])
{
	struct sw_stream *s;
	struct sw_error err = {0};
	struct sw_event ev;
	int rc = sw_capture_open(path, &s, &err);

	if (rc == 0)
		while ((rc = sw_stream_next(s, &ev, &err)) == 1 || rc == -SW_EINVALID)
			;
	if (rc) {
		snprintf(why, 256, "source: %.200s", err.text);
		return false;
	}
	const struct sw_capture_stats *st = sw_capture_stats(s);
	bool ok = st->events == events && !st->damaged && !st->lists_damaged;
	if (!ok)
		snprintf(why, 256, "source: %llu events, %llu damaged, %llu lists damaged",
			(unsigned long long)st->events, (unsigned long long)st->damaged,
			(unsigned long long)st->lists_damaged);
	sw_stream_close(s);
	return ok;
}

static bool check(const char *dir, struct sw_value e, char why[256])
{
	static struct census c;
	char path[1024];
	uint16_t version[2];
	struct sw_str file = sw_value_getstr(e, "file");
	int64_t major = 0, minor = 0;

	memset(&c, 0, sizeof(c));
	snprintf(path, sizeof(path), "%s/scap/%.*s", dir, SW_STR_ARG(file));
	if (take(path, &c, version, why) < 0)
		return false;
	struct sw_value v = sw_object_gets(e, SW_STR("version"));
	sw_value_int(sw_array_at(v, 0), &major);
	sw_value_int(sw_array_at(v, 1), &minor);
	if (major != version[0] || minor != version[1]) {
		snprintf(why, 256, "version %u.%u", version[0], version[1]);
		return false;
	}
	return want_int(e, "events", c.events, why) && want_int(e, "old_version_events", c.old_version, why) &&
	       want_int(e, "converter_managed", c.managed, why) &&
	       want_int(e, "unknown_types", c.unknown, why) &&
	       want_int(e, "nparams_mismatch", c.mismatch, why) &&
	       same_blocks(sw_object_gets(e, SW_STR("blocks")), &c, why) &&
	       same_types(sw_object_gets(e, SW_STR("types")), &c, why) && through_source(path, c.events, why);
}

int main(void)
{
	const char *shared = getenv("SW_SHARED");
	char dir[768], path[1024], why[256];
	struct sw_arena a;
	struct sw_str text;
	struct sw_value list;
	uint32_t n = 0;

	snprintf(dir, sizeof(dir), "%s/conformance/falco", shared ? shared : "../shared");
	snprintf(path, sizeof(path), "%s/scap_census.json", dir);
	sw_arena_init(&a, 0);
	if (sw_io_read(&a, path, 0, 0, &text, NULL) != 0) {
		printf("1..1\nok 1 - scap census # skip no %s\n", path);
		return 0;
	}
	if (sw_json_parse(&a, text, 0, NULL, &list, NULL, NULL) != 0 || !sw_is(list, SW_ARRAY))
		return 1;
	sw_array_foreach(e, list) {
		why[0] = 0;
		bool ok = check(dir, *e, why);
		printf("%sok %u - scap census %.*s\n", ok ? "" : "not ", ++n,
			SW_STR_ARG(sw_value_getstr(*e, "file")));
		if (!ok)
			printf("# %s\n", why);
	}
	printf("1..%u\n", n);
	sw_arena_release(&a);
	return 0;
}
