/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall scan image` and `seawall scan rootfs`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/db/db.h"
#include "cmd/scan/image_list.h"
#include "cmd/scan/image_secrets.h"
#include "cmd/registry.h"
#include "cmd/rows.h"
#include "cmd/scan/scanning.h"
#include "image/judge.h"
#include "vuln/match.h"
#include "vuln/vex.h"

enum { NOTES_MAX = 2 }; /* the cage's, and the store's */

struct run {
	struct sw_scanning s;
	struct sw_image img;
	struct sw_vuln_db *db;
	struct sw_match_report matches;
	struct sw_report_note notes[NOTES_MAX];
	struct sw_image_secrets secrets;
	struct sw_vex vex;	   /* what is attached says */
	struct sw_str secrets_why; /* why nobody looked for them; "" */
	bool rootfs, open, with_secrets;
};

/* ---- progress, on a terminal only ---- */

static bool shown;

static void progress(void *arg, uint32_t done, uint32_t layers, uint64_t bytes)
{
	static struct timespec last;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec - last.tv_sec < 1 && now.tv_nsec / 200000000 == last.tv_nsec / 200000000)
		return;
	last = now;
	shown = true;
	fprintf(stderr, "\r\033[Klayer %u of %u, %.1f MB read", done < layers ? done + 1 : layers, layers,
		(double)bytes / 1e6);
	fflush(stderr);
}

static void progress_end(void)
{
	if (shown)
		fputs("\r\033[K", stderr);
	shown = false;
}

/* ---- options ---- */

static int options(struct run *r, struct sw_image_opts *o, struct sw_error *err)
{
	const struct sw_opts *v = &r->s.ctx->opts;
	const char *term = getenv("TERM");
	*o = (struct sw_image_opts){.rootfs = r->rootfs, .cancel = &sw_scanning_cancel};
	o->deadline_ms = (uint32_t)(sw_opts_int(v, "layer-timeout") / 1000000);
	if (isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0 && !sw_opts_bool(v, "quiet"))
		o->progress = progress;
	if (r->rootfs)
		return 0;
	o->platform = sw_opts_str(v, "platform");
	o->storage = sw_opts_str(v, "storage");
	o->cache_dir = sw_opts_str(v, "cache-dir");
	o->no_cache = sw_opts_bool(v, "no-cache");
	int64_t parallel = sw_opts_int(v, "parallel");
	if (parallel < 0 || parallel > 16)
		return sw_error_set(err, SW_EUSAGE, "--parallel: 0 to 16");
	o->parallel = (uint32_t)parallel;
	return sw_cmd_registry_options(r->s.ctx, o, err);
}

/* Secrets are looked for unless nothing is judged, or --no-secrets says so. */
static int secrets(struct run *r, struct sw_image_opts *o, struct sw_error *err)
{
	struct sw_cmd_ctx *ctx = r->s.ctx;
	const char *file = sw_opts_str(&ctx->opts, "secret-rules");
	struct sw_error why = {0};
	if (sw_opts_bool(&ctx->opts, "no-secrets") || sw_opts_str(&ctx->opts, "sbom") ||
		sw_opts_bool(&ctx->opts, "list-packages"))
		return 0;
	int rc = sw_image_secrets_load(&r->secrets, ctx->arena, file, &why);
	if (rc && (file || rc != -SW_EUNSUPPORTED)) {
		*err = why;
		return rc;
	}
	if (rc) {
		r->secrets_why = sw_arena_printf(ctx->arena, "no secrets were looked for: %s", why.text);
		return 0;
	}
	r->with_secrets = true;
	o->look = &r->secrets.look;
	return 0;
}

/* ---- judging ---- */

static void match_options(struct run *r, struct sw_match_options *m)
{
	const struct sw_image *img = &r->img;
	struct sw_str *by = sw_arena_new_array(r->s.ctx->arena, img->n_layers + 1, struct sw_str);
	*m = (struct sw_match_options){.now = sw_today() * 86400,
		.image = img->name.n ? img->name : img->reference,
		.digest = img->digest};
	if (r->rootfs) {
		m->file = img->reference;
		m->image = SW_STR("");
	}
	for (uint32_t i = 0; by && i < img->n_layers; i++)
		by[i] = img->layers[i].created_by;
	if (r->vex.n)
		m->vex = &r->vex;
	m->layers = by;
	m->n_layers = by ? img->n_layers : 0;
}

/* Vulnerabilities. When they cannot be looked for, that is a finding, and *ret_why says it. */
static int match(struct run *r, struct sw_str *ret_why, struct sw_error *err)
{
	struct sw_cmd_ctx *ctx = r->s.ctx;
	const char *path = sw_opts_str(&ctx->opts, "db");
	struct sw_match_options m;
	struct sw_error why = {0};
	path = path ? path : sw_vuln_db_default(ctx->arena);
	match_options(r, &m);
	int rc = sw_cmd_match_options(ctx, &m, err);
	if (rc)
		return rc;
	rc = r->db ? 0 : sw_vuln_db_open(path, &r->db, &why);
	if (!rc)
		rc = sw_match_bom(r->db, &r->img.bom, &m, &r->matches, &why);
	if (rc && sw_opts_given(&ctx->opts, "db")) {
		*err = why; /* the one that was asked for must be read */
		return rc;
	}
	if (rc) {
		char text[1200];
		*ret_why = sw_arena_printf(ctx->arena, "no advisories: %s",
			sw_error_format(&why, text, sizeof(text)));
		return 0;
	}
	rc = sw_match_findings(&r->matches, &r->img.bom, &m, &r->s.findings, err);
	return rc ? rc : sw_cmd_match_done(ctx, &r->matches, &r->img.bom, &m, err);
}

/* A warning of the report, once. `text` lives as long as that. */
static void warn(struct run *r, struct sw_str text)
{
	for (uint32_t i = 0; i < r->s.n_notes; i++)
		if (sw_str_eq(r->notes[i].text, text))
			return;
	if (r->s.n_notes == NOTES_MAX)
		return;
	r->notes[r->s.n_notes++] = (struct sw_report_note){SW_NOTE_WARNING, .text = text};
	r->s.notes = r->notes;
	sw_log(SW_LOG_WARNING, "%.*s", SW_STR_ARG(text));
}

static int judge(struct run *r, struct sw_error *err)
{
	struct sw_image_judge_opts o = {0};
	int rc = match(r, &o.why, err);
	if (rc)
		return rc;
	o.unmatched = o.problems = o.why.n > 0;
	o.secrets_why = r->secrets_why;
	rc = sw_image_judge(&r->img, &o, &r->s.findings, err);
	if (!rc && r->with_secrets)
		rc = sw_image_secrets_findings(&r->secrets, &r->img, &r->s.findings, err);
	r->s.findings.coverage.files += r->img.n_layers;
	if (r->img.cage.n)
		warn(r, r->img.cage);
	return rc;
}

static struct sw_str next(struct sw_cmd_ctx *ctx, const struct sw_findings *fs)
{
	for (uint32_t i = 0; i < fs->n; i++)
		if (sw_finding_open(fs->v[i]) && fs->v[i]->is_new)
			return sw_arena_printf(
				ctx->arena, "seawall explain %.*s", SW_STR_ARG(fs->v[i]->rule->id));
	return (struct sw_str){0};
}

static const char *list_form(const struct sw_cmd_ctx *ctx)
{
	const struct sw_optval *out = sw_opts_get(&ctx->opts, "output");
	return out->n ? out->v[out->n - 1] : "table";
}

static int list(struct run *r, struct sw_error *err)
{
	struct sw_cmd_ctx *ctx = r->s.ctx;
	const char *form = list_form(ctx);
	if (strcmp(form, "json") == 0)
		sw_image_list_json(ctx, &r->img);
	else if (strcmp(form, "table") == 0)
		sw_image_list_table(ctx, &r->img);
	else
		return sw_error_set(err, SW_EUSAGE, "--list-packages: -o table or -o json");
	return 0;
}

static int attached(struct run *r, const struct sw_image_opts *o, struct sw_error *err)
{
	struct sw_cmd_ctx *ctx = r->s.ctx;
	/* Nothing is attached in a store, whatever a configuration file asks for. */
	bool none = r->rootfs || sw_opts_bool(&ctx->opts, "all");
	const char *what = none ? "none" : sw_opts_str(&ctx->opts, "attached");
	return strcmp(what, "none") == 0 ? 0 : sw_image_use_attached(ctx, o, &r->img, what, &r->vex, err);
}

static int read_image(struct run *r, const char *reference, const struct sw_image_opts *o, struct sw_error *err)
{
	r->open = true;
	int rc = sw_image_scan(reference, o, &r->img, err);
	progress_end();
	if (rc == -SW_ECANCELLED)
		r->s.code = SW_EXIT_INTERRUPTED;
	return rc ? rc : attached(r, o, err);
}

static void close_image(struct run *r)
{
	if (r->open)
		sw_image_close(&r->img);
	r->open = false;
	sw_match_report_release(&r->matches);
	sw_match_report_init(&r->matches);
}

static int report(struct run *r, struct sw_error *err)
{
	int rc = sw_scanning_accept(&r->s, true, err);
	return rc ? rc : sw_scanning_report(&r->s, next, err);
}

static int scan_one(struct run *r, const struct sw_image_opts *o, struct sw_error *err)
{
	struct sw_cmd_ctx *ctx = r->s.ctx;
	int rc = read_image(r, ctx->opts.args[0], o, err);
	if (rc)
		return rc;
	if (sw_opts_str(&ctx->opts, "sbom")) {
		sw_image_list_sbom(ctx, &r->img, sw_opts_str(&ctx->opts, "sbom"));
		return 0;
	}
	if (sw_opts_bool(&ctx->opts, "list-packages"))
		return list(r, err);
	rc = judge(r, err);
	return rc ? rc : report(r, err);
}

/* ---- all images of a store ---- */

/* One that cannot be read is not evaluated, and the others are. */
static int judge_entry(struct run *r, const struct sw_image_entry *e, const struct sw_image_opts *opts,
	struct sw_error *err)
{
	struct sw_error why = {0};
	int rc = read_image(r, sw_arena_cstr(r->s.ctx->arena, e->reference), opts, &why);
	if (rc == -SW_ECANCELLED) {
		*err = why;
		return rc;
	}
	if (rc) {
		struct sw_image_judge_opts o = {.unread = sw_str_from(why.text)};
		sw_log(SW_LOG_WARNING, "%s", why.text);
		r->img.name = sw_arena_str(&r->img.arena, e->name.n ? e->name : e->digest);
		rc = sw_image_judge(&r->img, &o, &r->s.findings, err);
	} else {
		rc = judge(r, err);
	}
	close_image(r);
	return rc;
}

static bool on_command_line(const struct sw_cmd_ctx *ctx, const char *option)
{
	return sw_opts_get(&ctx->opts, option)->origin == SW_FROM_FLAG;
}

/* What is meant for one image is refused, and without --all what is meant for a verdict. */
static int only_judged(const struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	static const char *const verdict[] = {"fail-on", "strict-coverage"};
	static const char *const one[] = {"sbom", "vex-output"};
	for (size_t i = 0; i < SW_ARRAY_LEN(one); i++)
		if (sw_opts_str(&ctx->opts, one[i]))
			return sw_error_set(err, SW_EUSAGE, "--%s is about one image: name it", one[i]);
	if (sw_opts_bool(&ctx->opts, "list-packages") || sw_opts_bool(&ctx->opts, "list-attached"))
		return sw_error_set(err, SW_EUSAGE, "--list-packages and --list-attached are about one image: name it");
	if (on_command_line(ctx, "attached") && strcmp(sw_opts_str(&ctx->opts, "attached"), "none") != 0)
		return sw_error_set(err, SW_EUSAGE, "--attached is about what a registry or a layout keeps beside one image, and a store keeps none");
	for (size_t i = 0; !sw_opts_bool(&ctx->opts, "all") && i < SW_ARRAY_LEN(verdict); i++)
		if (on_command_line(ctx, verdict[i]))
			return sw_error_set(err, SW_EUSAGE, "--%s: the images of a store are listed, and judged with --all only", verdict[i]);
	return 0;
}

static const struct sw_str store_damaged = SW_STR_INIT("part of the store could not be read: there may be more images");

/* Images that nobody knows of are not evaluated, either. */
static int judge_damaged(struct run *r, struct sw_error *err)
{
	struct sw_image store = {.name = sw_str_from(r->s.ctx->opts.args[0])};
	struct sw_image_judge_opts o = {.unread = store_damaged};
	warn(r, store_damaged);
	return sw_image_judge(&store, &o, &r->s.findings, err);
}

static int scan_all(struct run *r, const struct sw_image_entries *all, const struct sw_image_opts *o, struct sw_error *err)
{
	int rc = 0;
	for (uint32_t i = 0; !rc && i < all->n; i++)
		if (!all->v[i].again)
			rc = judge_entry(r, &all->v[i], o, err);
	if (!rc && all->damaged)
		rc = judge_damaged(r, err);
	return rc ? rc : report(r, err);
}

/* "containerd:" without a name. */
static int scan_store(struct run *r, const struct sw_image_opts *o, struct sw_error *err)
{
	struct sw_cmd_ctx *ctx = r->s.ctx;
	struct sw_image_entries all;
	int rc = only_judged(ctx, err);
	if (!rc)
		rc = sw_image_store_list(ctx->opts.args[0], o, ctx->arena, &all, err);
	if (rc)
		return rc;
	if (sw_opts_bool(&ctx->opts, "all"))
		return scan_all(r, &all, o, err);
	const char *form = list_form(ctx);
	if (strcmp(form, "json") != 0 && strcmp(form, "table") != 0)
		return sw_error_set(err, SW_EUSAGE, "a list of images: -o table or -o json; or judge them with --all");
	sw_image_list_store(ctx, &all, strcmp(form, "json") == 0);
	if (all.damaged)
		sw_log(SW_LOG_WARNING, "%.*s", SW_STR_ARG(store_damaged));
	return 0;
}

static int work(struct run *r, struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	struct sw_image_opts o;
	bool store = !r->rootfs && sw_image_is_store(ctx->opts.args[0]);
	int rc = sw_scanning_begin(&r->s, ctx, err);
	if (!rc)
		rc = options(r, &o, err);
	if (!rc && !r->rootfs && !store && sw_opts_bool(&ctx->opts, "all"))
		rc = sw_error_set(err, SW_EUSAGE, "--all is for the images of a store, such as containerd:");
	if (!rc)
		rc = secrets(r, &o, err);
	if (rc)
		return rc;
	if (!r->rootfs && !store && sw_opts_bool(&ctx->opts, "list-attached"))
		return sw_image_list_attached(ctx, &o, err);
	sw_scanning_watch_signals();
	return store ? scan_store(r, &o, err) : scan_one(r, &o, err);
}

static int scan(struct sw_cmd_ctx *ctx, bool rootfs)
{
	struct run r = {.rootfs = rootfs};
	struct sw_error err = {0};
	sw_match_report_init(&r.matches);
	int rc = work(&r, ctx, &err);
	int code = rc ? sw_cmd_fail(&err) : r.s.code;
	if (rc && r.s.code)
		code = r.s.code;
	sw_scanning_release(&r.s);
	close_image(&r);
	sw_vuln_db_close(r.db);
	sw_image_secrets_release(&r.secrets);
	return code;
}

static int run_image(struct sw_cmd_ctx *ctx)
{
	return scan(ctx, false);
}

static int run_rootfs(struct sw_cmd_ctx *ctx)
{
	return scan(ctx, true);
}

#define COMMON_OPTS                                                                                \
	SW_REPORTING_OPTS, SW_ACCEPTING_OPTS,                                                      \
		{.name = "list-packages",                                                          \
			.type = SW_OPT_BOOL,                                                       \
			.flags = SW_OPT_FLAG_ONLY,                                                 \
			.group = "What is reported",                                               \
			.since = "0.2",                                                            \
			.help = "list what is installed, and judge nothing; -o table or json"},    \
		{.name = "sbom",                                                                   \
			.type = SW_OPT_ENUM,                                                       \
			.choices = "cyclonedx|spdx|spdx3",                                         \
			.flags = SW_OPT_FLAG_ONLY,                                                 \
			.group = "What is reported",                                               \
			.since = "0.2",                                                            \
			.help = "write the bill of materials (CycloneDX 1.6, SPDX 2.3 or 3.0), "   \
				"and judge nothing"},                                              \
		SW_ROW_DB,        \
		SW_MATCH_OPTS,                                                                     \
		{.name = "no-secrets",                                                             \
			.type = SW_OPT_BOOL,                                                       \
			.group = "What is judged",                                                 \
			.since = "0.2",                                                            \
			.help = "do not look for keys, tokens and passwords in files"},            \
		{.name = "secret-rules",                                                           \
			.metavar = "FILE",                                                         \
			.type = SW_OPT_STRING,                                                     \
			.flags = SW_OPT_TRUSTED,                                                   \
			.group = "What is judged",                                                 \
			.since = "0.2",                                                            \
			.complete = SW_COMPLETE_FILE,                                              \
			.help = "rules for secrets in place of the built-in ones"}

#define TIMEOUT_OPT(DEFAULT)                                                                       \
	{                                                                                          \
		.name = "layer-timeout", .type = SW_OPT_DURATION, .def = (DEFAULT),                \
		.group = "What is read", .since = "0.2",                                           \
		.help = "leave out what is not read of a layer by then; the layer counts as not "  \
			"evaluated"                                                                \
	}

static const struct sw_opt image_opts[] = {
	COMMON_OPTS,
	TIMEOUT_OPT("10m"),
	{.name = "platform",
		.metavar = "OS/ARCH[/VARIANT]",
		.type = SW_OPT_STRING,
		.group = "What is read",
		.since = "0.2",
		.help = "of an image for several platforms, this one; else linux and this "
			"machine's"},
	{.name = "all",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY,
		.group = "What is read",
		.since = "0.2",
		.help = "of a store without the name of an image, such as containerd:, judge every image, and not list them"},
	{.name = "storage",
		.metavar = "PATH",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_TRUSTED,
		.group = "What is read",
		.since = "0.2",
		.complete = SW_COMPLETE_FILE,
		.help = "where the local store is, such as /var/lib/containerd, or the socket of docker or podman; "
			"else where it usually is"},
	{.name = "list-attached",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY,
		.group = "What is reported",
		.since = "0.2",
		.help = "list signatures, attestations and SBOMs that are attached to the image, "
			"and judge nothing; -o table or json"},
	{.name = "attached",
		.type = SW_OPT_ENUM,
		.choices = "none|sbom|vex|all",
		.def = "none",
		.group = "What is judged",
		.since = "0.2",
		.help = "use bills of materials (their packages) and VEX documents (what they say of "
			"flaws) that are attached to the image, as referrers, by cosign or by "
			"BuildKit; nobody verifies who made them"},
	{.name = "parallel",
		.type = SW_OPT_INT,
		.def = "0",
		.group = "What is read",
		.since = "0.2",
		.help = "layers read at once; 0: one for each processor, four at most"},
	{.name = "cache-dir",
		.metavar = "DIR",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_TRUSTED,
		.group = "What is read",
		.since = "0.2",
		.complete = SW_COMPLETE_DIR,
		.help = "keep the results of layers here; else in $XDG_CACHE_HOME/seawall"},
	{.name = "no-cache",
		.type = SW_OPT_BOOL,
		.group = "What is read",
		.since = "0.2",
		.help = "read every layer, and keep nothing"},
	SW_REGISTRY_OPTS,
};

static const struct sw_opt rootfs_opts[] = {COMMON_OPTS, TIMEOUT_OPT("1h")};

const struct sw_cmd sw_cmd_scan_image = {
	.name = "scan image",
	.summary = "judge a container image",
	.args = "REFERENCE|PATH|-",
	.description =
		"Reads an OCI layout (folder or tar), a docker archive (also compressed), the tar of a "
		"root file system,\n"
		"standard input for -, or an image of a registry by its name, and judges what is in it: "
		"packages with\n"
		"known vulnerabilities, its configuration and its history.\n"
		"\n"
		"oci:DIR:TAG, oci-archive:FILE:TAG and docker-archive:FILE:NAME:TAG choose one image of "
		"several; docker://NAME\n"
		"is a registry whatever lies in the folder.\n"
		"\n"
		"containerd:[NAMESPACE/]NAME, containers-storage:NAME (podman, CRI-O), docker-daemon:NAME and podman:NAME are "
		"images that\n"
		"this machine has already. Without a name a store's images are listed, and with --all judged.\n"
		"\n"
		"All bytes of the image are parsed by processes that can open, connect and execute "
		"nothing. A layer that\n"
		"cannot be read is reported as not evaluated, and the scan goes on. Results are kept per "
		"layer, so that a\n"
		"second scan is quick. Only the name of a registry's image opens a connection, and only "
		"to that registry;\n"
		"docker and podman are asked over their sockets.",
	.examples = "  seawall scan image registry.example/shop/web:1.27\n"
		    "  docker save shop/web | seawall scan image -\n"
		    "  seawall scan image oci:build/layout:web -o table -o sarif=web.sarif\n"
		    "  seawall scan image web.tar --list-packages -o json\n"
		    "  seawall scan image containerd: --all --fail-on high\n"
		    "  seawall scan image registry.example/shop/web:1.27 --list-attached\n",
	.group = "Judge",
	.since = "0.2",
	.opts = image_opts,
	.n_opts = SW_ARRAY_LEN(image_opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = 1,
	.run = run_image,
};

const struct sw_cmd sw_cmd_scan_rootfs = {
	.name = "scan rootfs",
	.summary = "judge a root file system",
	.args = "DIR",
	.description = "Reads a folder as the root of a file system and judges the packages in it. "
		       "Symbolic links are not followed;\n"
		       "/proc, /sys and their like are left out. Seawall opens no connection to do "
		       "this.",
	.examples = "  seawall scan rootfs /\n"
		    "  seawall scan rootfs build/rootfs --list-packages\n",
	.group = "Judge",
	.since = "0.2",
	.opts = rootfs_opts,
	.n_opts = SW_ARRAY_LEN(rootfs_opts),
	.complete = SW_COMPLETE_DIR,
	.min_args = 1,
	.max_args = 1,
	.run = run_rootfs,
};
