/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An expression, compiled and evaluated twice: by Kubernetes' rules and unchecked. Evaluations end,
 * give the same result again, and what is written of a value can be read. A result that has a form
 * in JSON is applied to a Pod and to a custom resource, which it changes once and not twice.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cel/cel.h"
#include "doc/json.h"
#include "kube/apply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char document[] =
	"{\"metadata\":{\"name\":\"web\",\"labels\":{\"app\":\"web\",\"a/b\":\"x\"}},"
	"\"spec\":{\"replicas\":3,\"ratio\":0.5,\"none\":null,\"list\":[10,20],\"containers\":[{"
	"\"name\":\"a\","
	"\"image\":\"nginx:1\"}],\"when\":\"2024-01-01T00:00:00Z\",\"cpu\":\"500m\"}}";

static void apply(struct sw_arena *a, struct sw_value object, struct sw_value result)
{
	static const char *const kinds[][3] = {{"", "v1", "Pod"}, {"example.org", "v1", "Thing"}};
	struct sw_value config, once, twice;
	if (sw_cel_plain(a, result, true, &config, NULL) < 0 || config.type != SW_OBJECT)
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct sw_kube_object o = {.group = sw_str_from(kinds[i][0]),
			.version = sw_str_from(kinds[i][1]),
			.kind = sw_str_from(kinds[i][2])};
		struct sw_kube_shape shape = sw_kube_shape_of(&o, sw_undef());
		if (sw_kube_apply(a, &shape, object, config, &once, NULL) < 0)
			continue;
		if (sw_kube_apply(a, &shape, once, config, &twice, NULL) < 0 ||
			!sw_value_eq(once, twice))
			abort();
	}
}

static int evaluate(struct sw_cel *cel, const struct sw_cel_program *p, struct sw_arena *a,
	uint32_t slot, struct sw_buf *out)
{
	struct sw_value object, v;
	struct sw_error err = {0};
	sw_json_parse(a, SW_STR(document), 0, NULL, &object, NULL, NULL);
	sw_cel_begin(cel, a, 20000, 0);
	sw_cel_set(cel, slot, object);
	int r = sw_cel_eval(cel, p, 0, &v, &err);
	if (r < 0 && !err.text[0])
		abort();
	if (r == 0) {
		sw_cel_write(out, v);
		apply(a, object, v);
	} else {
		sw_buf_addz(out, err.text);
	}
	return r;
}

static void run(struct sw_str text, const struct sw_cel_opts *opts)
{
	struct sw_cel *cel = sw_cel_new(opts);
	struct sw_cel_program *p;
	struct sw_cel_issues issues;
	struct sw_error err = {0};
	uint32_t slot, ns;
	sw_cel_declare(cel, SW_STR("object"), SW_CEL_DYN, &slot, NULL);
	sw_cel_declare(cel, SW_STR("namespaceObject"), SW_CEL_NAMESPACE, &ns, NULL);
	sw_cel_mutations(cel, true);
	int r = sw_cel_compile(cel, text, SW_CEL_WANT_ANY, &p, &issues, &err);
	if (r < 0 && !err.text[0])
		abort();
	if (r < 0 && issues.n == 0)
		abort();
	if (r == 0) {
		sw_autoarena a, b;
		sw_autobuf x, y;
		sw_arena_init(&a, 32 << 20);
		sw_arena_init(&b, 32 << 20);
		sw_buf_init(&x, 1 << 20);
		sw_buf_init(&y, 1 << 20);
		int once = evaluate(cel, p, &a, slot, &x), again = evaluate(cel, p, &b, slot, &y);
		if (once != again || strcmp(sw_buf_cstr(&x), sw_buf_cstr(&y)) != 0)
			abort();
	}
	sw_cel_free(cel);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sw_str text = sw_str_make((const char *)data, n);
	static const struct sw_cel_opts loose = {.loose = true, .spec = true, .unchecked = true};
	if (n > 4096)
		return 0;
	run(text, NULL);
	run(text, &loose);
	return 0;
}
