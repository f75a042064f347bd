/* SPDX-License-Identifier: Apache-2.0 */
/* JSON into the value tree: a list of pods as the API server gives it. Peer: copying the same
 * bytes. */
#include <string.h>

#include "bench.h"
#include "doc/json.h"

enum { PODS = 4000, ROUNDS = 15 };

static void make_pod(struct sw_buf *b, int i)
{
	sw_buf_printf(b,
		"{\"metadata\":{\"name\":\"web-%d-5c8d9f7b6d-x%05d\",\"namespace\":\"team-%d\","
		"\"uid\":"
		"\"8f2c1c1e-6a1b-4a56-9d53-%012d\",\"resourceVersion\":\"%d\","
		"\"creationTimestamp\":"
		"\"2026-01-02T03:04:05Z\",\"labels\":{\"app\":\"web\",\"pod-template-hash\":"
		"\"5c8d9f7b6d\"}},",
		i % 50, i, i % 20, i, 1000000 + i);
	sw_buf_printf(b,
		"\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"registry.example.com/web/"
		"app:1.%d\","
		"\"resources\":{\"limits\":{\"cpu\":\"500m\",\"memory\":\"512Mi\"}},\"ports\":[{"
		"\"containerPort\":"
		"8080,\"protocol\":\"TCP\"}],\"securityContext\":{\"runAsNonRoot\":true,"
		"\"runAsUser\":%d,"
		"\"allowPrivilegeEscalation\":false,\"capabilities\":{\"drop\":[\"ALL\"]}},"
		"\"args\":[\"--listen="
		":8080\",\"--message=it said \\\"hello\\\" and left\"]}],\"nodeName\":\"node-%d\","
		"\"terminationGracePeriodSeconds\":30},\"status\":{\"phase\":\"Running\",\"podIP\":"
		"\"10.1.%d.%d\"}}",
		i % 9, 1000 + i, i % 100, i / 250 % 250, i % 250);
}

int main(void)
{
	sw_autobuf b;
	sw_autoarena a;
	struct sw_value v;
	sw_buf_init(&b, 0);
	sw_arena_init(&a, 0);
	sw_buf_addz(&b, "{\"apiVersion\":\"v1\",\"items\":[");
	for (int i = 0; i < PODS; i++) {
		if (i)
			sw_buf_addch(&b, ',');
		make_pod(&b, i);
	}
	sw_buf_addz(&b, "],\"kind\":\"PodList\"}");
	struct sw_str text = sw_buf_str(&b);
	char *copy = malloc(text.n);
	if (!copy)
		return 1;
	int rc = 0;
	double parse = BENCH_BEST(ROUNDS,
		(sw_arena_reset(&a), rc |= sw_json_parse(&a, text, 0, NULL, &v, NULL, NULL)));
	double peer =
		BENCH_BEST(ROUNDS, memcpy(copy, text.p, text.n); __asm__ volatile(""
										  :
										  : "r"(copy)
										  : "memory"));
	free(copy);
	printf("json: %.0f MB/s (limit 400), %.1f times the cost of memcpy\n",
		(double)text.n / parse / 1e6, parse / peer);
	return rc != 0;
}
