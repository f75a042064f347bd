/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that are answered without a shell. */
#include "base/cleanup.h"
#include "cis/sh/impl.h"

static const struct sh_tool tools[] = {
	{"[", sh_tool_test},
	{"awk", sh_tool_awk},
	{"base64", sh_tool_base64},
	{"basename", sh_tool_basename},
	{"cat", sh_tool_cat},
	{"check_files_owner_in_dir.sh", sh_tool_owners},
	{"comm", sh_tool_comm},
	{"curl", sh_tool_curl},
	{"cut", sh_tool_cut},
	{"dirname", sh_tool_dirname},
	{"echo", sh_tool_echo},
	{"egrep", sh_tool_grep},
	{"fgrep", sh_tool_grep},
	{"find", sh_tool_find},
	{"gawk", sh_tool_awk},
	{"grep", sh_tool_grep},
	{"head", sh_tool_head},
	{"journalctl", sh_tool_journalctl},
	{"jq", sh_tool_jq},
	{"kubectl", sh_tool_kubectl},
	{"ls", sh_tool_ls},
	{"more", sh_tool_cat},
	{"oc", sh_tool_kubectl},
	{"openssl", sh_tool_openssl},
	{"paste", sh_tool_paste},
	{"pgrep", sh_tool_pgrep},
	{"printf", sh_tool_printf},
	{"ps", sh_tool_ps},
	{"sed", sh_tool_sed},
	{"sort", sh_tool_sort},
	{"stat", sh_tool_stat},
	{"sysctl", sh_tool_sysctl},
	{"systemctl", sh_tool_systemctl},
	{"tail", sh_tool_tail},
	{"test", sh_tool_test},
	{"tr", sh_tool_tr},
	{"uniq", sh_tool_uniq},
	{"wc", sh_tool_wc},
	{"xargs", sh_tool_xargs},
	{"yq", sh_tool_yq},
};

const struct sh_tool *sh_tool_named(struct sw_str name)
{
	uint32_t lo = 0, hi = SW_ARRAY_LEN(tools);
	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;
		int c = sw_str_cmp(name, sw_str_from(tools[mid].name));
		if (c == 0)
			return &tools[mid];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}
