/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that match packages against advisories have in common. */
#include "cmd/db/db.h"
#include "cmd/scan/scanning.h"
#include "vuln/vex.h"

int sw_cmd_match_options(struct sw_cmd_ctx *ctx, struct sw_match_options *m, struct sw_error *err)
{
	const struct sw_optval *files = sw_opts_get(&ctx->opts, "vex");
	int64_t age = sw_opts_int(&ctx->opts, "max-db-age");
	m->skip_dev = sw_opts_bool(&ctx->opts, "skip-dev");
	m->max_age = age < 1 ? 1 : age > 100000 ? 100000 : (uint32_t)age;
	if (!files->n)
		return 0;
	if (!m->vex) /* there may be statements of others already */
		m->vex = sw_arena_new(ctx->arena, struct sw_vex);
	if (!m->vex)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	for (uint32_t i = 0; i < files->n; i++) {
		int rc = sw_vex_load(m->vex, ctx->arena, files->v[i], err);
		if (rc)
			return rc;
	}
	return 0;
}

static int write_vex(struct sw_cmd_ctx *ctx, const char *spec, const struct sw_match_report *r,
	const struct sw_bom *bom, const struct sw_match_options *m, struct sw_error *err)
{
	const char *eq = strchr(spec, '=');
	struct sw_str form = eq ? sw_str_make(spec, (size_t)(eq - spec)) : sw_str_from(spec);
	sw_autobuf out;
	sw_buf_init(&out, 0);
	if (sw_str_is(form, "openvex"))
		sw_vex_write_openvex(&out, r, bom, m, sw_timestamp(ctx->arena));
	else if (sw_str_is(form, "cyclonedx"))
		sw_vex_write_cyclonedx(&out, r, bom, m, sw_timestamp(ctx->arena));
	else
		return sw_error_set(
			err, SW_EUSAGE, "--vex-output wants openvex=FILE or cyclonedx=FILE");
	if (!eq || !eq[1])
		return sw_error_set(err, SW_EUSAGE, "--vex-output %s: which file?", spec);
	return sw_cmd_write(eq + 1, sw_buf_str(&out), err);
}

int sw_cmd_match_done(struct sw_cmd_ctx *ctx, const struct sw_match_report *r,
	const struct sw_bom *bom, const struct sw_match_options *m, struct sw_error *err)
{
	const char *spec = sw_opts_str(&ctx->opts, "vex-output");
	for (uint32_t i = 0; i < r->n_upgrades && i < 3; i++) {
		const struct sw_upgrade *u = &r->upgrades[i];
		sw_log(SW_LOG_NOTE, "upgrading %.*s from %.*s to %.*s closes %u, the worst %s%s",
			SW_STR_ARG(u->name), SW_STR_ARG(u->from), SW_STR_ARG(u->to), u->closes,
			sw_severity_name(u->worst), u->kev ? ", exploited in the wild" : "");
	}
	if (r->n_upgrades > 3)
		sw_log(SW_LOG_NOTE, "%u more upgrades close something", r->n_upgrades - 3);
	return spec ? write_vex(ctx, spec, r, bom, m, err) : 0;
}
