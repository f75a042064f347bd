/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first line picks operation and place, the rest is the text. A success must read back as what
 * the patch makes of the value: checked here again, with nothing of the splicer's own.
 */
#include <stdint.h>
#include <stdlib.h>

#include "doc/splice.h"
#include "doc/pointer.h"
#include "doc/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define must(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond))                                                                       \
			abort();                                                                   \
	} while (0)

/* Some place in the tree, by the bits of `pick`. */
static void pick_path(struct sw_buf *out, struct sw_value v, uint32_t pick, bool add)
{
	for (int depth = 0; depth < 8 && v.n && (v.type == SW_OBJECT || v.type == SW_ARRAY);
		depth++) {
		uint32_t i = pick % v.n;
		pick = pick / v.n + depth * 7;
		if (add && pick % 3 == 0)
			break;
		if (v.type == SW_OBJECT) {
			sw_pointer_add(out, sw_value_str(v.u.o->m[i].k));
			v = v.u.o->m[i].v;
		} else {
			sw_pointer_add_index(out, i);
			v = v.u.a->v[i];
		}
		if (pick % 5 == 0)
			return;
	}
	if (add && v.type == SW_OBJECT)
		sw_pointer_add(out, SW_STR("new"));
	else if (add && v.type == SW_ARRAY)
		sw_buf_addz(out, "/-");
}

static struct sw_value pick_value(struct sw_arena *a, uint32_t pick)
{
	static const char *const texts[] = {"true", "x", "{a: [1, {b: c}], d: |-\n  e\n  f\n}",
		"[]", "'yes'", "\"a\\n b: #c\\t\"", "[1, [2, {}]]", "null", "{k: v}", "-1.5",
		"\"\"", "a,b", "{\"x\\ny\": 1}"};
	struct sw_value v;
	const char *t = texts[pick % (sizeof(texts) / sizeof(*texts))];
	if (sw_yaml_parse(a, sw_str_from(t), 0, NULL, &v, NULL) < 0)
		v = sw_null();
	return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sw_value before, want, after;
	struct sw_error err;
	uint32_t pick;
	if (n < sizeof(pick) + 1)
		return 0;
	sw_autoarena a;
	sw_autobuf path, out;
	memcpy(&pick, data, sizeof(pick));
	struct sw_str text = {(const char *)data + sizeof(pick), n - sizeof(pick)};
	sw_arena_init(&a, 64 << 20);
	sw_buf_init(&path, 1 << 16);
	sw_buf_init(&out, 1 << 22);
	struct sw_yaml_limits limits = {.nodes = 5000};
	if (sw_yaml_parse(&a, text, 0, &limits, &before, &err) < 0)
		return 0;
	struct sw_patch_op op = {.kind = (enum sw_patch_kind)(pick % 3)};
	pick_path(&path, before, pick >> 8, op.kind == SW_PATCH_ADD);
	op.path = sw_buf_str(&path);
	if (!op.path.p)
		op.path = SW_STR("");
	op.value = pick_value(&a, pick >> 2 & 31);
	int rc = sw_splice(&a, text, SW_SPLICE_YAML, 0, &op, 1, &out, &err);
	if (rc < 0) {
		must(err.code == -rc && out.n == 0);
		return 0;
	}
	must(sw_patch_apply_ops(&a, before, &op, 1, &want, &err) == 0);
	must(sw_yaml_parse(&a, sw_buf_str(&out), 0, NULL, &after, &err) == 0);
	must(sw_value_eq(want, after));
	return 0;
}
