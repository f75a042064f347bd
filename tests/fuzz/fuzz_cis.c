/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What judges a node reads from others. The first byte says as what: an audit (over an empty node), a benchmark
 * file, its config.yaml, a jq program, a JSONPath, or a captured node, which our own benchmark then judges; N a file of
 * systemd's journal, R a file that a capture cuts the secrets out of, Z what a journal packed, after a byte that says how.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cis/bench.h"
#include "cis/journal/impl.h"
#include "cis/jq/jq.h"
#include "cis/jsonpath/jsonpath.h"
#include "cis/redact.h"
#include "cis/sh/sh.h"
#include "doc/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char document[] = "{\"a\":[1,2.5,\"x\",null,{\"b\":true}],\"c\":{\"d\":\"e,f\"},\"k8s.io/x\":[]}";

static void audit(struct sw_arena *a, struct sw_str text)
{
	static struct sw_cis_node *node;
	static char dir[] = "/tmp/fuzz-cis-XXXXXX";
	struct sw_cis_node_opts o = {.root = dir};
	struct sw_cis_answer answer;
	if (!node && (!mkdtemp(dir) || sw_cis_node_open(&o, &node, NULL) || rmdir(dir)))
		abort();
	sw_cis_audit_check(a, text);
	sw_cis_audit(node, a, text, &answer, NULL);
}

static void captured(struct sw_arena *a, struct sw_str text)
{
	char path[64];
	struct sw_cis_node_opts o = {.root = path};
	struct sw_cis_bench_opts bo = {.today = 1796083200};
	struct sw_cis_node *node;
	struct sw_cis_bench b;
	sw_autoclose fd = memfd_create("node.json", MFD_CLOEXEC);
	if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (sw_cis_node_open(&o, &node, NULL))
		return;
	sw_cis_bench_run(node, a, &bo, &b, NULL);
	sw_cis_node_free(node);
}

static void query(struct sw_arena *a, struct sw_str text, bool jq)
{
	struct sw_value root;
	struct sw_cis_jq *q;
	struct sw_list list;
	sw_autobuf out = {0};
	if (sw_json_parse(a, SW_STR(document), 0, NULL, &root, NULL, NULL))
		abort();
	sw_buf_init(&out, (size_t)1 << 24);
	sw_list_init(&list, a);
	if (!jq)
		sw_cis_jsonpath(a, text, root, SW_CIS_JSONPATH_DOUBLES, &out, NULL);
	else if (!sw_cis_jq_parse(a, text, &q, NULL))
		sw_cis_jq_run(q, a, root, &list, NULL);
}

static void journal(struct sw_arena *a, struct sw_str text)
{
	static char dir[] = "/tmp/fuzz-journal-XXXXXX", path[128];
	static struct sw_cis_node *node;
	struct sw_cis_node_opts o = {.root = dir};
	struct sw_str unit = SW_STR("k3s.service"), out, why;
	struct sw_cis_journal_query q = {.units = &unit, .n_units = 1, .merge = true, .last = -1}, every = {.merge = true, .last = 20};
	if (!node) {
		const char *const parts[] = {"/var", "/var/log", "/var/log/journal", "/var/log/journal/a"};
		if (!mkdtemp(dir))
			abort();
		for (size_t i = 0; i < SW_ARRAY_LEN(parts); i++) {
			snprintf(path, sizeof(path), "%s%s", dir, parts[i]);
			if (mkdir(path, 0700))
				abort();
		}
		snprintf(path, sizeof(path), "%s/var/log/journal/a/system.journal", dir);
		if (sw_cis_node_open(&o, &node, NULL))
			abort();
	}
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(text.p, 1, text.n, f) != text.n)
		abort();
	fclose(f);
	sw_cis_journal(node, a, &q, &out, &why);
	sw_cis_journal(node, a, &every, &out, &why);
}

static void packed(struct sw_arena *a, struct sw_str text)
{
	static const unsigned how[] = {JF_XZ, JF_LZ4, JF_ZSTD};
	struct sw_str out = {0};
	if (!text.n)
		return;
	jf_unpack(a, how[(unsigned char)text.p[0] % 3], (const unsigned char *)text.p + 1, text.n - 1, &out);
	if (out.n > JF_MESSAGE_MAX)
		abort();
}

static void bytes(struct sw_arena *a, char what, struct sw_str text)
{
	static struct sw_cis_redactor *r;
	sw_autobuf out = {0};
	if (what == 'N') {
		journal(a, text);
	} else if (what == 'Z') {
		packed(a, text);
	} else {
		if (!r && sw_cis_redactor_new(&r, NULL))
			abort();
		sw_buf_init(&out, 1 << 24);
		sw_cis_redact_file(r, SW_STR("/etc/x.yaml"), text, &out);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sw_cis_controls controls;
	struct sw_cis_config config;
	if (!n)
		return 0;
	sw_autoarena a;
	struct sw_str text = sw_str_make((const char *)data + 1, n - 1);
	sw_arena_init(&a, (size_t)256 << 20);
	if (data[0] == 'N' || data[0] == 'R' || data[0] == 'Z') {
		bytes(&a, (char)data[0], text);
		return 0;
	}
	switch (data[0] % 6) {
	case 0: audit(&a, text); break;
	case 1: sw_cis_controls_parse(&a, SW_STR("fuzz.yaml"), text, &controls, NULL); break;
	case 2:
		sw_cis_config_parse(&a, SW_STR("a"), text, SW_STR("b"), SW_STR(""), &config, NULL);
		break;
	case 3: query(&a, text, true); break;
	case 4: query(&a, text, false); break;
	default: captured(&a, text); break;
	}
	return 0;
}
