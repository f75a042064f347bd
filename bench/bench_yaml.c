/* SPDX-License-Identifier: Apache-2.0 */
/* YAML into the value tree with spans. Peer: libyaml's bare events of the same bytes; limit 0.5. */
#include "base/buf.h"
#include "bench.h"
#include "doc/yaml.h"
#include "yaml_events.h"

enum { DOCS = 1000, ROUNDS = 9 };

static const char doc[] =
	"---\n"
	"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-%d # the front\n"
	"  namespace: shop\n  labels: {app: web, tier: \"front\"}\nspec:\n  replicas: 3\n"
	"  selector:\n    matchLabels:\n      app: web\n  template:\n    metadata:\n"
	"      labels:\n        app: web\n    spec:\n      containers:\n      - name: main\n"
	"        image: registry.example.com/shop/web:1.%d\n        args: ['--listen', ':8080']\n"
	"        env:\n        - name: MESSAGE\n          value: \"caf\xc3\xa9 \\u20ac\"\n"
	"        resources:\n          limits:\n            cpu: 500m\n            memory: 512Mi\n"
	"        securityContext:\n          runAsUser: 1000\n          privileged: false\n"
	"        command:\n        - /bin/sh\n        - -c\n        - |\n          set -e\n"
	"          exec web --verbose\n";

static int ours(struct sw_str text)
{
	sw_autoarena a;
	struct sw_yaml_stream *s;
	struct sw_yaml_doc d;
	sw_arena_init(&a, 0);
	int n = 0, rc = sw_yaml_open(&a, text, SW_YAML_SPANS, NULL, &s, NULL);
	while (rc >= 0 && (rc = sw_yaml_next(s, &a, &d, NULL)) > 0)
		n++;
	return rc != 0 || n != DOCS;
}

int main(void)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	for (int i = 0; i < DOCS; i++)
		sw_buf_printf(&b, doc, i, i % 7);
	struct sw_str text = sw_buf_str(&b);
	int rc = 0;
	double mine = BENCH_BEST(ROUNDS, rc |= ours(text));
	double peer = BENCH_BEST(ROUNDS, rc |= bench_yaml_events(text));
	printf("yaml: %.0f MB/s, %.2f times the cost of libyaml's events (limit 0.5)\n",
		(double)text.n / mine / 1e6, mine / peer);
	return rc || mine / peer > 0.5;
}
