/* SPDX-License-Identifier: Apache-2.0 */
#include "image/judge.h"

#include <stdlib.h>

#include "base/cleanup.h"

#define S(text) SW_STR_INIT(text)
#define RULE(id_, sev, title_, why, fix)                                                           \
	{                                                                                          \
		.id = S(id_), .title = S(title_), .description = S(why), .remediation = S(fix),    \
		.category = S("image"), .engine = S("image"), .source = S("builtin"),              \
		.severity = sev                                                                    \
	}

enum rule_index { ROOT, NO_USER, ENV_SECRET, PORT, LATEST, HISTORY_SECRET, PIPE_SHELL, REMOTE_ADD, TLS_OFF,
	UNREAD, FILE_UNREAD, NOTHING_FOUND, NO_DATABASE, NO_SECRETS, RULES };

static const struct sw_rule rules[RULES] = {
	[ROOT] = RULE("SW-IMG-101", SW_SEV_MEDIUM, "The image runs as root",
		"The image's configuration names root as its user. Whoever takes over the program is "
		"root in the container, and one flaw of the kernel or the runtime away from being it on "
		"the node.",
		"End the Dockerfile with USER and a numeric id above 0, and give the files it needs to "
		"that id."),
	[NO_USER] = RULE("SW-IMG-102", SW_SEV_MEDIUM, "The image names no user, and so runs as root",
		"Without USER a container runs as root unless the pod says otherwise.",
		"End the Dockerfile with USER and a numeric id above 0; runAsNonRoot in the pod then "
		"holds, too."),
	[ENV_SECRET] = RULE("SW-IMG-103", SW_SEV_HIGH, "A secret in the image's environment",
		"Everybody who may pull the image reads its configuration; a value in ENV is in every "
		"copy and every process.",
		"Take it out, change the secret, and give it to the container as a Secret mounted as a "
		"file."),
	[PORT] = RULE("SW-IMG-104", SW_SEV_MEDIUM, "The image exposes a port of remote administration",
		"Shells, desktops and control sockets (SSH, Telnet, FTP, RDP, VNC, Docker's API) do not "
		"belong into a container: kubectl exec is there, checked and logged.",
		"Leave the service out of the image."),
	[LATEST] = RULE("SW-IMG-105", SW_SEV_LOW, "The image was asked for by a tag that moves",
		"What `latest` is differs from one day to the next: what was scanned is not what will run.",
		"Use a tag of a version, or better a digest."),
	[HISTORY_SECRET] = RULE("SW-IMG-106", SW_SEV_HIGH, "A secret in the history of the build",
		"Arguments and commands of the build are kept in the image's configuration, in the open.",
		"Change the secret, and give it to the build by RUN --mount=type=secret."),
	[PIPE_SHELL] = RULE("SW-IMG-107", SW_SEV_LOW, "The build runs a download without looking at it",
		"A command such as curl … | sh runs whatever the other side sends that day, as root, at "
		"build time.",
		"Download, compare with a checksum that is written down, then run; or use a package."),
	[REMOTE_ADD] = RULE("SW-IMG-108", SW_SEV_LOW, "ADD with an address on the network",
		"ADD takes what is at the address that day, and says nothing when it changes.",
		"Use ADD --checksum, or a download that is compared with a checksum."),
	[TLS_OFF] = RULE("SW-IMG-109", SW_SEV_MEDIUM, "The environment switches the checking of certificates off",
		"Variables such as NODE_TLS_REJECT_UNAUTHORIZED=0 make every connection of the program "
		"open to whoever is on the way.",
		"Take the variable out, and add the certificate authority that was missing."),
	[UNREAD] = RULE("SW-IMG-121", SW_SEV_MEDIUM, "A layer of the image could not be read",
		"What is in this layer is not known: nothing that it adds was judged, and what it removes "
		"may still be reported.",
		"Look at the reason. A digest that does not hold means that the image was damaged or "
		"tampered with; pull it again."),
	[FILE_UNREAD] = RULE("SW-IMG-122", SW_SEV_LOW, "A file that tells of packages could not be read",
		"Packages that this file tells of are missing from the inventory.",
		"Look at the reason; a damaged package database is a flaw of the image."),
	[NOTHING_FOUND] = RULE("SW-IMG-123", SW_SEV_LOW, "Nothing in the image is known to any reader",
		"Neither a distribution nor a package was found. That may be right (one static program in "
		"an empty image), but it is no proof that nothing is vulnerable.",
		"Build with buildinfo (Go) or cargo auditable (Rust), or keep an SBOM beside the image."),
	[NO_DATABASE] = RULE("SW-IMG-124", SW_SEV_MEDIUM, "Nobody looked for known vulnerabilities",
		"There is no advisory database that could be read, so that no package was judged.",
		"Get one: `seawall db update`, or `seawall db build` from feeds."),
	[NO_SECRETS] = RULE("SW-IMG-125", SW_SEV_LOW, "Nobody looked for secrets in the image's files",
		"The library that looks for all patterns at once is not there.",
		"Install libhyperscan5 or libvectorscan5, or say --no-secrets."),
};

const struct sw_rule *sw_image_rules(uint32_t *ret_n)
{
	*ret_n = RULES;
	return rules;
}

struct judge {
	const struct sw_image *img;
	struct sw_findings *fs;
	struct sw_arena arena; /* of the texts until they are copied */
	int rc;
};

static void add(struct judge *j, enum rule_index r, enum sw_verdict v, struct sw_str message,
	struct sw_str path, struct sw_str value, struct sw_str key)
{
	struct sw_evidence e = {.path = path, .value = sw_str_sub(value, 0, 200)};
	struct sw_finding f = {.rule = &rules[r],
		.verdict = v,
		.severity = rules[r].severity,
		.subject = {.image = j->img->name.n ? j->img->name : j->img->reference,
			.digest = j->img->digest},
		.message = message,
		.evidence = &e,
		.n_evidence = 1,
		.key = key,
		.is_new = true};
	if (v == SW_VERDICT_NOT_EVALUATED)
		f.reason = message;
	if (!j->rc)
		j->rc = sw_findings_add(j->fs, &f);
}

static void fail(struct judge *j, enum rule_index r, struct sw_str message, struct sw_str path,
	struct sw_str value, struct sw_str key)
{
	add(j, r, SW_VERDICT_FAIL, message, path, value, key);
}

static void pass(struct judge *j, enum rule_index r)
{
	sw_findings_pass_rule(j->fs, &rules[r], rules[r].severity);
}

static struct sw_str text(struct judge *j, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static struct sw_str text(struct judge *j, const char *fmt, ...)
{
	va_list ap;
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	va_start(ap, fmt);
	sw_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	struct sw_str s = sw_arena_str(&j->arena, sw_buf_str(&b));
	return s.p ? s : SW_STR("");
}

/* ---- user, ports, tag ---- */

/* "root", "0", "0:0", "root:root", "00" */
static bool is_root(struct sw_str user)
{
	size_t colon = sw_str_chr(user, ':', 0);
	user = sw_str_trim(colon == SW_NPOS ? user : sw_str_sub(user, 0, colon));
	if (sw_str_is(user, "root"))
		return true;
	for (size_t i = 0; i < user.n; i++)
		if (user.p[i] != '0')
			return false;
	return user.n > 0;
}

static void user(struct judge *j)
{
	struct sw_str u = j->img->config.user;
	if (!u.n) {
		fail(j, NO_USER, SW_STR("no USER is set"), SW_STR("/config/User"), SW_STR(""), SW_STR(""));
		return;
	}
	pass(j, NO_USER);
	if (is_root(u))
		fail(j, ROOT, text(j, "the user is %.*s", SW_STR_ARG(u)), SW_STR("/config/User"), u,
			SW_STR(""));
	else
		pass(j, ROOT);
}

static void ports(struct judge *j)
{
	static const struct {
		const char *port, *what;
	} bad[] = {{"21", "FTP"}, {"22", "SSH"}, {"23", "Telnet"}, {"512", "rexec"}, {"513", "rlogin"},
		{"514", "rsh"}, {"2375", "Docker's API without TLS"}, {"2376", "Docker's API"},
		{"3389", "RDP"}, {"5900", "VNC"}, {"5901", "VNC"}, {"10250", "the kubelet's API"}};
	const struct sw_image_texts *p = &j->img->config.ports;
	bool any = false;
	for (uint32_t i = 0; i < p->n; i++) {
		size_t slash = sw_str_chr(p->v[i], '/', 0);
		struct sw_str port = slash == SW_NPOS ? p->v[i] : sw_str_sub(p->v[i], 0, slash);
		for (size_t k = 0; k < SW_ARRAY_LEN(bad); k++) {
			if (!sw_str_is(port, bad[k].port))
				continue;
			fail(j, PORT, text(j, "port %.*s is exposed: %s", SW_STR_ARG(p->v[i]), bad[k].what),
				SW_STR("/config/ExposedPorts"), p->v[i], p->v[i]);
			any = true;
		}
	}
	if (!any)
		pass(j, PORT);
}

static void tag(struct judge *j)
{
	struct sw_str ref = j->img->reference;
	if (!sw_str_is(j->img->kind, "registry"))
		return;
	struct sw_str last = sw_str_base(ref);
	size_t colon = sw_str_chr(last, ':', 0);
	bool digest = sw_str_chr(ref, '@', 0) != SW_NPOS;
	if (digest || (colon != SW_NPOS && !sw_str_ends(last, SW_STR(":latest"))))
		pass(j, LATEST);
	else
		fail(j, LATEST,
			text(j, "the tag is latest; what it was today is %.*s", SW_STR_ARG(j->img->digest)),
			SW_STR(""), SW_STR(""), SW_STR("tag"));
}

/* ---- secrets by the names of variables ---- */

static bool has(struct sw_str s, const char *what)
{
	struct sw_str w = sw_str_from(what);
	for (size_t i = 0; i + w.n <= s.n; i++)
		if (sw_str_ieq(sw_str_sub(s, i, i + w.n), w))
			return true;
	return false;
}

/* A name of something secret; not of a file that holds it, nor of a number about it. */
static bool secret_name(struct sw_str name)
{
	static const char *const yes[] = {"PASSWORD", "PASSWD", "SECRET", "TOKEN", "API_KEY", "APIKEY",
		"ACCESS_KEY", "PRIVATE_KEY", "CREDENTIAL", "PASSPHRASE", "CONNECTION_STRING", "AUTH_KEY",
		"ENCRYPTION_KEY", "SIGNING_KEY"};
	static const char *const no[] = {"_FILE", "_PATH", "_DIR", "_URL", "_URI", "_NAME", "_LENGTH",
		"_LEN", "_TTL", "_EXPIRY", "_EXPIRATION", "_TIMEOUT", "_ID", "_TYPE", "_POLICY", "_HEADER",
		"_ENDPOINT", "_ENABLED", "_REQUIRED", "_SIZE", "_VERSION", "TOKENIZER", "_LIMIT", "_COUNT",
		"PUBLIC_KEY", "_ALGORITHM", "_ISSUER", "MAX_TOKENS"};
	bool found = false;
	for (size_t i = 0; i < SW_ARRAY_LEN(yes); i++)
		found |= has(name, yes[i]);
	for (size_t i = 0; found && i < SW_ARRAY_LEN(no); i++) {
		struct sw_str w = sw_str_from(no[i]);
		if (no[i][0] == '_' ? name.n >= w.n && sw_str_ieq(sw_str_sub(name, name.n - w.n, name.n), w)
				    : has(name, no[i]))
			found = false;
	}
	return found;
}

/* A value that says nothing: empty, a reference, a word of emptiness, a path. */
static bool secret_value(struct sw_str v)
{
	static const char *const no[] = {"true", "false", "yes", "no", "none", "null", "nil", "***",
		"xxx", "<none>", "todo", "redacted", "[redacted]"};
	v = sw_str_trim(v);
	if (v.n >= 2 && (v.p[0] == '"' || v.p[0] == '\'') && v.p[v.n - 1] == v.p[0])
		v = sw_str_sub(v, 1, v.n - 1);
	if (v.n < 3 || v.p[0] == '$' || v.p[0] == '/' || sw_str_starts(v, SW_STR("file:")))
		return false;
	for (size_t i = 0; i < SW_ARRAY_LEN(no); i++)
		if (sw_str_ieq(v, sw_str_from(no[i])))
			return false;
	return true;
}

static bool tls_off(struct sw_str name, struct sw_str value)
{
	static const struct {
		const char *name, *value;
	} off[] = {{"NODE_TLS_REJECT_UNAUTHORIZED", "0"}, {"PYTHONHTTPSVERIFY", "0"},
		{"GIT_SSL_NO_VERIFY", "1"}, {"GIT_SSL_NO_VERIFY", "true"}, {"NPM_CONFIG_STRICT_SSL", "false"},
		{"YARN_STRICT_SSL", "false"}, {"GOINSECURE", "*"}, {"CURL_INSECURE", "1"}};
	for (size_t i = 0; i < SW_ARRAY_LEN(off); i++)
		if (sw_str_ieq(name, sw_str_from(off[i].name)) && sw_str_ieq(value, sw_str_from(off[i].value)))
			return true;
	return false;
}

static void environment(struct judge *j)
{
	const struct sw_image_texts *e = &j->img->config.env;
	bool secret = false, off = false;
	for (uint32_t i = 0; i < e->n; i++) {
		size_t eq = sw_str_chr(e->v[i], '=', 0);
		struct sw_str name = sw_str_sub(e->v[i], 0, eq == SW_NPOS ? e->v[i].n : eq);
		struct sw_str value = eq == SW_NPOS ? SW_STR("") : sw_str_sub(e->v[i], eq + 1, e->v[i].n);
		struct sw_str path = text(j, "/config/Env/%u", i);
		if (secret_name(name) && secret_value(value)) {
			fail(j, ENV_SECRET, text(j, "%.*s is set to a value of %zu bytes", SW_STR_ARG(name), value.n),
				path, text(j, "%.*s=[redacted]", SW_STR_ARG(name)), name);
			secret = true;
		}
		if (tls_off(name, value)) {
			fail(j, TLS_OFF, text(j, "%.*s", SW_STR_ARG(e->v[i])), path, e->v[i], name);
			off = true;
		}
	}
	if (!secret)
		pass(j, ENV_SECRET);
	if (!off)
		pass(j, TLS_OFF);
}

/* ---- the history ---- */

static bool name_byte(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* NAME=VALUE anywhere in an instruction: ENV, ARG, `|1 NAME=VALUE /bin/sh -c`, export. The name. */
static struct sw_str assigned_secret(struct sw_str s)
{
	for (size_t eq = sw_str_chr(s, '=', 0); eq != SW_NPOS; eq = sw_str_chr(s, '=', eq + 1)) {
		size_t from = eq, to = eq + 1;
		while (from && name_byte(s.p[from - 1]))
			from--;
		bool quoted = to < s.n && (s.p[to] == '"' || s.p[to] == '\'');
		char end = quoted ? s.p[to] : ' ';
		to += quoted;
		size_t start = to;
		while (to < s.n && s.p[to] != end && (quoted || s.p[to] != ';'))
			to++;
		/* A command line's own option (--token=…) begins with dashes and counts as well. */
		if (from < eq && secret_name(sw_str_sub(s, from, eq)) &&
			secret_value(sw_str_sub(s, start, to)))
			return sw_str_sub(s, from, eq);
	}
	return SW_STR("");
}

/* https://user:password@host */
static bool url_password(struct sw_str s)
{
	for (size_t at = sw_str_find(s, SW_STR("://"), 0); at != SW_NPOS; at = sw_str_find(s, SW_STR("://"), at + 3)) {
		size_t colon = 0;
		for (size_t i = at + 3; i < s.n && s.p[i] != '/' && s.p[i] != ' ' && s.p[i] != '"'; i++) {
			if (s.p[i] == ':' && !colon)
				colon = i;
			if (s.p[i] == '@' && colon && i > colon + 1 && s.p[colon + 1] != '$')
				return true;
		}
	}
	return false;
}

static bool pipes_to_shell(struct sw_str s)
{
	static const char *const shells[] = {"sh", "bash", "ash", "zsh", "python", "python3", "perl", "node",
		"ruby", "sudo"};
	if (!has(s, "curl ") && !has(s, "wget "))
		return false;
	for (size_t bar = sw_str_chr(s, '|', 0); bar != SW_NPOS; bar = sw_str_chr(s, '|', bar + 1)) {
		size_t from = bar + 1;
		while (from < s.n && s.p[from] == ' ')
			from++;
		size_t to = from;
		while (to < s.n && s.p[to] != ' ' && s.p[to] != ';' && s.p[to] != '&' && s.p[to] != '|')
			to++;
		struct sw_str word = sw_str_base(sw_str_sub(s, from, to));
		for (size_t i = 0; bar && i < SW_ARRAY_LEN(shells); i++)
			if (sw_str_is(word, shells[i]))
				return true;
	}
	return false;
}

static bool remote_add(struct sw_str s)
{
	size_t at = sw_str_find(s, SW_STR("ADD "), 0);
	if (at == SW_NPOS || (at && s.p[at - 1] != ' ') || has(s, "--checksum"))
		return false;
	struct sw_str rest = sw_str_sub(s, at + 4, s.n);
	return sw_str_starts(rest, SW_STR("http://")) || sw_str_starts(rest, SW_STR("https://"));
}

static void history(struct judge *j)
{
	const struct sw_image_config *c = &j->img->config;
	bool secret = false, shell = false, add_ = false;
	for (uint32_t i = 0; i < c->n_history; i++) {
		struct sw_str by = c->history[i].created_by, name = assigned_secret(by);
		struct sw_str path = text(j, "/history/%u/created_by", i);
		if (name.n || url_password(by)) {
			struct sw_str what = name.n ? name : SW_STR("an address with a password");
			fail(j, HISTORY_SECRET, text(j, "instruction %u tells %.*s", i + 1, SW_STR_ARG(what)),
				path, SW_STR("[redacted]"), what);
			secret = true;
		}
		if (pipes_to_shell(by)) {
			fail(j, PIPE_SHELL, text(j, "instruction %u pipes a download into a shell", i + 1), path,
				secret ? SW_STR("") : by, sw_str_sub(by, 0, 100));
			shell = true;
		}
		if (remote_add(by)) {
			fail(j, REMOTE_ADD, text(j, "instruction %u adds from the network", i + 1), path, by,
				sw_str_sub(by, 0, 100));
			add_ = true;
		}
	}
	if (!secret)
		pass(j, HISTORY_SECRET);
	if (!shell)
		pass(j, PIPE_SHELL);
	if (!add_)
		pass(j, REMOTE_ADD);
}

/* ---- what is not known ---- */

static void unread(struct judge *j, const struct sw_image_judge_opts *o)
{
	const struct sw_image *img = j->img;
	for (uint32_t i = 0; i < img->n_layers; i++) {
		const struct sw_image_layer *l = &img->layers[i];
		if (l->problem.n)
			add(j, UNREAD, SW_VERDICT_NOT_EVALUATED,
				text(j, "layer %u of %u: %.*s", i + 1, img->n_layers, SW_STR_ARG(l->problem)),
				text(j, "/layers/%u", i), l->digest, text(j, "layer/%u", i));
		else
			sw_findings_pass_rule(j->fs, &rules[UNREAD], rules[UNREAD].severity);
	}
	for (uint32_t i = 0; o->problems && i < img->bom.n_problems; i++) {
		const struct sw_bom_problem *p = &img->bom.problems[i];
		if (p->path.n)
			add(j, FILE_UNREAD, SW_VERDICT_NOT_EVALUATED,
				text(j, "%.*s: %.*s", SW_STR_ARG(p->path), SW_STR_ARG(p->reason)), SW_STR(""),
				p->path, text(j, "file/%.*s", SW_STR_ARG(p->path)));
	}
	if (!img->bom.n && !img->bom.distribution.id.n)
		add(j, NOTHING_FOUND, SW_VERDICT_NOT_EVALUATED,
			SW_STR("no distribution and no package was found"), SW_STR(""), SW_STR(""),
			SW_STR("nothing"));
	if (o->secrets_why.n)
		add(j, NO_SECRETS, SW_VERDICT_NOT_EVALUATED, o->secrets_why, SW_STR(""), SW_STR(""),
			SW_STR("secrets"));
	if (o->unmatched)
		add(j, NO_DATABASE, SW_VERDICT_NOT_EVALUATED, o->why, SW_STR(""), SW_STR(""),
			SW_STR("database"));
}

int sw_image_judge(const struct sw_image *img, const struct sw_image_judge_opts *opts,
	struct sw_findings *fs, struct sw_error *err)
{
	struct judge j = {.img = img, .fs = fs};
	sw_arena_init(&j.arena, 0);
	if (!opts->unread.n && !sw_str_starts(img->kind, SW_STR("rootfs"))) {
		user(&j);
		ports(&j);
		tag(&j);
		environment(&j);
		history(&j);
	}
	if (opts->unread.n)
		add(&j, UNREAD, SW_VERDICT_NOT_EVALUATED, opts->unread, SW_STR(""), SW_STR(""), SW_STR("image"));
	else
		unread(&j, opts);
	sw_arena_release(&j.arena);
	return j.rc ? sw_error_set(err, SW_ELIMIT, "the findings take too much memory") : 0;
}
