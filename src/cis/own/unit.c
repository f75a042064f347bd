/* SPDX-License-Identifier: Apache-2.0 */
#include "cis/own/unit.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"

#define DROPINS_MAX 16
#define ENV_MAX 256

static const char *const folders[] = {"/etc/systemd/system", "/run/systemd/system",
	"/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"};

struct env {
	struct sw_str name, value;
};

struct reading {
	struct sw_cis_node *n;
	struct sw_arena *a;
	struct sw_cis_unit *u;
	struct sw_str exec; /* text of the ExecStart that counts */
	struct env env[ENV_MAX];
	uint32_t n_env;
};

static void add_file(struct sw_cis_unit *u, struct sw_str file)
{
	if (u->n_files < SW_ARRAY_LEN(u->files))
		u->files[u->n_files++] = file;
}

static void set_env(struct reading *r, struct sw_str name, struct sw_str value)
{
	for (uint32_t i = 0; i < r->n_env; i++) {
		if (sw_str_eq(r->env[i].name, name)) {
			r->env[i].value = value;
			return;
		}
	}
	if (r->n_env < ENV_MAX)
		r->env[r->n_env++] = (struct env){name, value};
}

static struct sw_str env_of(const struct reading *r, struct sw_str name)
{
	for (uint32_t i = 0; i < r->n_env; i++)
		if (sw_str_eq(r->env[i].name, name))
			return r->env[i].value;
	return (struct sw_str){0};
}

/*
 * The next word of a line, its quotes taken off. False when nothing is left. *ret_plain: no quote
 * was in it, so that $NAME alone may become several words.
 */
static bool word(struct sw_arena *a, struct sw_str *rest, struct sw_str *ret, bool *ret_plain)
{
	size_t i = 0, n = 0;
	char quote = 0;
	while (i < rest->n && (unsigned char)rest->p[i] <= ' ')
		i++;
	if (i == rest->n)
		return false;
	char *p = sw_arena_alloc(a, rest->n - i + 1);
	*ret_plain = true;
	for (; p && i < rest->n; i++) {
		char c = rest->p[i];
		if (!quote && (unsigned char)c <= ' ')
			break;
		if (quote ? c == quote : (c == '"' || c == '\'')) {
			quote = quote ? 0 : c;
			*ret_plain = false;
			continue;
		}
		if (c == '\\' && quote != '\'' && i + 1 < rest->n)
			c = rest->p[++i];
		p[n++] = c;
	}
	*rest = sw_str_sub(*rest, i, rest->n);
	*ret = sw_str_make(p, n);
	return p != NULL;
}

static void assignment(struct reading *r, struct sw_str text)
{
	size_t eq = sw_str_chr(text, '=', 0);
	if (eq != SW_NPOS && eq)
		set_env(r, sw_str_sub(text, 0, eq), sw_str_sub(text, eq + 1, text.n));
}

static void env_file(struct reading *r, struct sw_str path)
{
	struct sw_str text, line, value;
	bool plain;
	if (path.n && path.p[0] == '-')
		path = sw_str_sub(path, 1, path.n);
	if (sw_cis_read(r->n, r->a, path, &text))
		return;
	add_file(r->u, path);
	while (sw_str_split(&text, '\n', &line)) {
		line = sw_str_trim(line);
		size_t eq = sw_str_chr(line, '=', 0);
		if (!line.n || line.p[0] == '#' || line.p[0] == ';' || eq == SW_NPOS)
			continue;
		value = sw_str_trim(sw_str_sub(line, eq + 1, line.n));
		/* One pair of quotes around all of it; what is not quoted goes to the line's end.
		 */
		if (value.n && (value.p[0] == '"' || value.p[0] == '\'')) {
			struct sw_str rest = value;
			if (word(r->a, &rest, &value, &plain))
				set_env(r, sw_str_sub(line, 0, eq), value);
		} else {
			set_env(r, sw_str_sub(line, 0, eq), value);
		}
	}
}

static void setting(struct reading *r, struct sw_str file, struct sw_str key, struct sw_str value)
{
	struct sw_str one;
	bool plain;
	if (sw_str_is(key, "ExecStart")) {
		r->exec = value; /* an empty one takes back what was said before */
		r->u->from = file;
	} else if (sw_str_is(key, "Environment")) {
		while (word(r->a, &value, &one, &plain))
			assignment(r, one);
	} else if (sw_str_is(key, "EnvironmentFile")) {
		env_file(r, value);
	}
}

/* Lines that end in a backslash go on in the next one. */
static struct sw_str joined(struct sw_arena *a, struct sw_str text)
{
	char *p = sw_arena_memdup(a, text.p, text.n);
	for (size_t i = 0; p && i + 1 < text.n; i++)
		if (p[i] == '\\' && p[i + 1] == '\n')
			p[i] = p[i + 1] = ' ';
	return sw_str_make(p, p ? text.n : 0);
}

static bool read_unit(struct reading *r, struct sw_str file)
{
	struct sw_str text, line;
	bool service = false;
	if (sw_cis_read(r->n, r->a, file, &text))
		return false;
	add_file(r->u, file);
	text = joined(r->a, text);
	while (sw_str_split(&text, '\n', &line)) {
		line = sw_str_trim(line);
		if (!line.n || line.p[0] == '#' || line.p[0] == ';')
			continue;
		if (line.p[0] == '[') {
			service = sw_str_is(line, "[Service]");
			continue;
		}
		size_t eq = sw_str_chr(line, '=', 0);
		if (service && eq != SW_NPOS)
			setting(r, file, sw_str_trim(sw_str_sub(line, 0, eq)),
				sw_str_trim(sw_str_sub(line, eq + 1, line.n)));
	}
	return true;
}

struct dropin {
	struct sw_str name, path;
};

static int by_name(const void *x, const void *y)
{
	return sw_str_cmp(((const struct dropin *)x)->name, ((const struct dropin *)y)->name);
}

static void read_dropins(struct reading *r, struct sw_str name)
{
	struct dropin v[DROPINS_MAX];
	uint32_t n = 0, count;
	struct sw_str *names;
	for (size_t f = 0; f < SW_ARRAY_LEN(folders); f++) {
		struct sw_str dir =
			sw_arena_printf(r->a, "%s/%.*s.d", folders[f], SW_STR_ARG(name));
		if (sw_cis_list(r->n, r->a, dir, &names, &count))
			continue;
		for (uint32_t i = 0; i < count && n < DROPINS_MAX; i++) {
			bool seen = !sw_str_ends(names[i], SW_STR(".conf"));
			for (uint32_t k = 0; k < n && !seen; k++)
				seen = sw_str_eq(v[k].name, names[i]);
			if (!seen)
				v[n++] = (struct dropin){
					names[i], sw_arena_printf(r->a, "%.*s/%.*s",
							  SW_STR_ARG(dir), SW_STR_ARG(names[i]))};
		}
	}
	if (n)
		qsort(v, n, sizeof(*v), by_name);
	for (uint32_t i = 0; i < n; i++)
		read_unit(r, v[i].path);
}

/* ${NAME} within a word; $NAME as a whole word is the caller's. */
static void expand(const struct reading *r, struct sw_str w, struct sw_buf *out)
{
	for (size_t i = 0; i < w.n; i++) {
		size_t end = w.p[i] == '$' && i + 1 < w.n && w.p[i + 1] == '{'
				     ? sw_str_chr(w, '}', i)
				     : SW_NPOS;
		if (end == SW_NPOS) {
			sw_buf_addch(out, w.p[i]);
			continue;
		}
		sw_buf_addstr(out, env_of(r, sw_str_sub(w, i + 2, end)));
		i = end;
	}
}

static struct sw_str command_line(const struct reading *r)
{
	sw_autobuf out = {0};
	struct sw_str rest = r->exec, w, one;
	bool plain, first = true;
	sw_buf_init(&out, (size_t)1 << 20);
	while (word(r->a, &rest, &w, &plain)) {
		while (first && w.n && strchr("@-:+!", w.p[0]))
			w = sw_str_sub(w, 1, w.n);
		first = false;
		if (plain && w.n > 1 && w.p[0] == '$' && w.p[1] != '{') {
			struct sw_str value = env_of(r, sw_str_sub(w, 1, w.n));
			while (word(r->a, &value, &one, &plain)) {
				sw_buf_addstr(&out, one);
				sw_buf_addch(&out, 0);
			}
			continue;
		}
		expand(r, w, &out);
		sw_buf_addch(&out, 0);
	}
	return sw_arena_str(r->a, sw_buf_str(&out));
}

bool sw_cis_unit(
	struct sw_cis_node *n, struct sw_arena *a, struct sw_str name, struct sw_cis_unit *ret)
{
	struct sw_cis_unit u = {0};
	struct reading *r = sw_arena_new(a, struct reading);
	if (!r)
		return false;
	*r = (struct reading){.n = n, .a = a, .u = &u};
	for (size_t f = 0; f < SW_ARRAY_LEN(folders) && !u.file.n; f++) {
		struct sw_str path = sw_arena_printf(a, "%s/%.*s", folders[f], SW_STR_ARG(name));
		if (read_unit(r, path))
			u.file = path;
	}
	if (!u.file.n)
		return false;
	read_dropins(r, name);
	u.args = command_line(r);
	*ret = u;
	return true;
}
