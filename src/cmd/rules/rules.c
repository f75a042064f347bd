/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/rules/rules.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/embed.h"
#include "runtime/audit/audit.h"
#include "runtime/capture/source.h"

extern const struct sw_embed sw_embed_rules[];
extern const unsigned sw_embed_rules_n;

void sw_rules_notes(struct sw_buf *out, const struct sw_load_result *r, bool warnings)
{
	uint32_t line, col;
	for (uint32_t i = 0; i < r->n_errors; i++) {
		sw_load_place(&r->errors[i], &line, &col);
		sw_buf_printf(out, "%.*s:%u:%u: error %s: %.*s\n", SW_STR_ARG(r->name), line, col,
			sw_load_error_name((enum sw_load_error)r->errors[i].code), SW_STR_ARG(r->errors[i].text));
	}
	for (uint32_t i = 0; warnings && i < r->n_warnings; i++) {
		const struct sw_load_note *n = &r->warnings[i];
		sw_load_place(n, &line, &col);
		sw_buf_printf(out, "%.*s:%u:%u: warning %s: ", SW_STR_ARG(r->name), line, col,
			sw_load_warning_name((enum sw_load_warning)n->code));
		if (n->deprecated_field)
			sw_buf_printf(out, "field '%s': ", n->deprecated_field);
		sw_buf_addstr(out, n->text.n ? n->text :
					       sw_str_from(sw_load_warning_text((enum sw_load_warning)n->code)));
		sw_buf_addch(out, '\n');
	}
}

static bool tell(const struct sw_load_result *r, bool quiet)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_rules_notes(&b, r, !quiet);
	if (b.n)
		fwrite(b.p, 1, b.n, stderr);
	return r->ok;
}

int sw_rules_find(const struct sw_ruleset *rs, struct sw_str name, const struct sw_runtime_rule **ret, struct sw_error *err)
{
	const struct sw_runtime_rule *r = sw_ruleset_find(rs, name);
	if (r) {
		*ret = r;
		return 0;
	}
	struct sw_nearest near;
	sw_autoarena a;
	sw_arena_init(&a, 0);
	sw_nearest_init(&near, name);
	for (uint32_t i = 0; i < sw_ruleset_n(rs); i++) {
		const char *other = sw_arena_cstr(&a, sw_ruleset_rule(rs, i)->name);
		if (other)
			sw_nearest_try(&near, other);
	}
	sw_error_set(err, SW_ENOENT, "there is no rule \"%.*s\"", SW_STR_ARG(name));
	return near.best ? sw_error_hint(err, "did you mean \"%s\"?", near.best) :
			   sw_error_hint(err, "`seawall rules list` shows the rules");
}

static int is_rules(const struct dirent *e)
{
	struct sw_str name = sw_str_from(e->d_name);

	return name.p[0] != '.' && (sw_str_ends(name, SW_STR(".yaml")) || sw_str_ends(name, SW_STR(".yml")));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

uint32_t sw_rules_each(const char *path, void (*fn)(void *arg, const char *file), void *arg)
{
	uint32_t n_files = 0;
	char file[PATH_MAX];
	struct dirent **list;
	struct stat sb;

	if (stat(path, &sb) != 0 || !S_ISDIR(sb.st_mode)) {
		fn(arg, path);
		return 1;
	}
	int n = scandir(path, &list, is_rules, by_name);
	for (int i = 0; i < n; i++) {
		int len = snprintf(file, sizeof(file), "%s/%s", path, list[i]->d_name);
		if (len > 0 && (size_t)len < sizeof(file) && stat(file, &sb) == 0 && S_ISREG(sb.st_mode)) {
			fn(arg, file);
			n_files++;
		}
		free(list[i]);
	}
	if (n >= 0) {
		free(list);
		return n_files;
	}
	fn(arg, path); /* who reads it tells why it cannot be read */
	return 1;
}

struct loading {
	struct sw_ruleset *rs;
	bool ok, quiet;
};

static void load_one(void *arg, const char *file)
{
	struct loading *l = arg;

	l->ok &= tell(sw_ruleset_add_file(l->rs, file), l->quiet);
}

struct sw_ruleset *sw_rules_load(const char *const *files, uint32_t n, bool own, bool quiet, bool *ret_ok)
{
	struct sw_ruleset *rs = sw_ruleset_new(NULL);
	struct loading l = {.rs = rs, .ok = rs != NULL, .quiet = quiet};
	for (unsigned i = 0; rs && (own || n == 0) && i < sw_embed_rules_n; i++)
		l.ok &= tell(sw_ruleset_add(rs, sw_embed_rules[i].name, sw_embed_rules[i].text), true);
	for (uint32_t i = 0; rs && i < n; i++)
		sw_rules_each(files[i], load_one, &l);
	*ret_ok = l.ok;
	return rs;
}

int sw_rules_open(const char *path, struct sw_stream **ret, struct sw_error *err)
{
	if (sw_capture_is(path))
		return sw_capture_open(path, ret, err);
	return sw_audit_open(path, 0, NULL, ret, err);
}

int sw_rules_run(struct sw_stream *s, int (*fn)(void *arg, const struct sw_event *ev), void *arg, uint64_t *ret_broken,
	struct sw_error *err)
{
	struct sw_event ev;
	*ret_broken = 0;
	for (;;) {
		struct sw_error e = {0};
		int rc = sw_stream_next(s, &ev, &e);
		if (rc == 0)
			return 0;
		if (rc == -SW_EINVALID || rc == -SW_ESYNTAX) {
			char text[1600];
			if (++*ret_broken <= 10)
				sw_log(SW_LOG_WARNING, "%s", sw_error_format(&e, text, sizeof(text)));
			continue;
		}
		if (rc < 0) {
			*err = e;
			return rc;
		}
		rc = fn(arg, &ev);
		if (rc)
			return rc;
	}
}
