/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as events that were written down (`seawall rules test`), judged by rules that ask for all kinds of fields. */
#include <stdlib.h>

#include "doc/yaml.h"
#include "runtime/rules/engine.h"
#include "runtime/rules/written.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char rules[] =
	"- rule: a\n  desc: d\n  priority: INFO\n"
	"  condition: (fd.name glob /*/x* or proc.aname in (bash, sh) or fd.sip = 10.0.0.1 or fd.snet in (10.0.0.0/8)\n"
	"    or proc.args icontains -c or evt.buffer bcontains ff or fd.name pmatch (/etc, /usr/*) or evt.rawres < 0\n"
	"    or proc.name regex '[a-z]+' or len(proc.args) > 3 or toupper(proc.name) = SH or basename(fd.name) = x\n"
	"    or b64(proc.args) contains x or container.id != host or proc.name = val(proc.pname)) and evt.num > 0\n"
	"  output: \"%proc.name %proc.aname[2] %fd.name %evt.args %container.name %evt.time %20proc.cmdline %evt.rawres\"\n";

static int on_alert(void *arg, const struct sw_alert *a)
{
	for (int json = 0; json < 2; json++) {
		sw_buf_clear(arg);
		sw_alert_print(a, json, arg);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct sw_engine *engine;
	sw_autobuf out;
	sw_autoarena a, values;
	struct sw_value v;

	if (!engine) {
		struct sw_ruleset *rs = sw_ruleset_new(NULL);
		const struct sw_engine_options o = {.suggested = true, .least = SW_PRIO_DEBUG};
		if (!sw_ruleset_add(rs, "r", sw_str_from(rules))->ok || sw_engine_new(rs, &o, &engine, NULL) != 0)
			abort();
	}
	sw_buf_init(&out, (size_t)16 << 20);
	sw_arena_init(&a, (size_t)64 << 20);
	sw_arena_init(&values, (size_t)16 << 20);
	if (n > 16384 ||
		sw_yaml_parse(&a, sw_str_make((const char *)data, n), SW_YAML_GOYAML3, NULL, &v, NULL) != 0 ||
		!sw_is(v, SW_ARRAY))
		return 0;
	uint64_t num = 0;
	sw_array_foreach(e, v) {
		struct sw_event ev;
		sw_arena_reset(&values);
		if (sw_written_event(*e, &values, ++num, &ev, NULL) == 0)
			sw_engine_event(engine, &ev, on_alert, &out);
	}
	return 0;
}
