/* SPDX-License-Identifier: Apache-2.0 */
/* Dockerfiles as BuildKit's parser reads them, in the shape that conftest gives to policies. */
#include <ctype.h>

#include "base/cleanup.h"
#include "doc/formats/impl.h"
#include "doc/json.h"

enum form {
	WORDS,	    /* split at white space */
	TEXT,	    /* one argument: the rest */
	MAYBE_JSON, /* exec form, else the rest */
	JSON_WORDS, /* exec form, else words */
	PAIRS,	    /* name=value …, or name value */
	NAMES,	    /* quoted words */
	HEALTH,	    /* a word, then MAYBE_JSON */
	SUB,	    /* another instruction */
};

static const struct instruction {
	const char *name;
	enum form form;
	uint8_t min, max; /* arguments; max 0: any */
	bool heredoc;
} instructions[] = {
	{"add", JSON_WORDS, 2, 0, true},
	{"arg", NAMES, 1, 0, false},
	{"cmd", MAYBE_JSON, 0, 0, false},
	{"copy", JSON_WORDS, 2, 0, true},
	{"entrypoint", MAYBE_JSON, 0, 0, false},
	{"env", PAIRS, 1, 0, false},
	{"expose", WORDS, 1, 0, false},
	{"from", WORDS, 1, 3, false},
	{"healthcheck", HEALTH, 1, 0, false},
	{"label", PAIRS, 1, 0, false},
	{"maintainer", TEXT, 1, 1, false},
	{"onbuild", SUB, 0, 0, false},
	{"run", MAYBE_JSON, 0, 0, true},
	{"shell", MAYBE_JSON, 1, 0, false},
	{"stopsignal", TEXT, 1, 1, false},
	{"user", TEXT, 1, 1, false},
	{"volume", JSON_WORDS, 1, 0, false},
	{"workdir", TEXT, 1, 1, false},
};

struct docker {
	struct fmt_cursor c;
	char escape;
	bool directives_over, seen[3];
	struct sw_list commands, comments;
	int64_t stages;
	size_t line_at; /* where the instruction begins */
};

static bool is_space(char ch)
{
	return ch == ' ' || (ch >= '\t' && ch <= '\r');
}

/* What splits words: reading ends lines before, so there is no newline here. */
static bool is_blank(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\v' || ch == '\f' || ch == '\r';
}

static struct sw_str trim_left(struct sw_str s)
{
	size_t i = 0;
	while (i < s.n && is_space(s.p[i]))
		i++;
	return sw_str_sub(s, i, s.n);
}

static int add_str(struct docker *d, struct sw_list *l, struct sw_str s)
{
	return sw_list_add(l, sw_string(s)) ? fmt_full(&d->c) : 0;
}

static int add_buf(struct docker *d, struct sw_list *l, struct sw_buf *b)
{
	struct sw_value v;
	int rc = fmt_string(&d->c, b, &v);
	sw_buf_clear(b);
	return rc ? rc : sw_list_add(l, v) ? fmt_full(&d->c) : 0;
}

/* ---- arguments ---- */

static int words(struct docker *d, struct sw_str s, struct sw_list *out)
{
	int rc = 0;
	for (size_t i = 0; s.n && !rc && i <= s.n;) {
		size_t end = i;
		while (end < s.n && !is_blank(s.p[end]))
			end++;
		rc = add_str(d, out, sw_str_sub(s, i, end));
		if (end == s.n)
			break;
		for (i = end; i < s.n && is_blank(s.p[i]);)
			i++;
	}
	return rc;
}

/* Words with their quotes kept; quotes hold words together, the escape character takes the next. */
static int quoted_words(struct docker *d, struct sw_str s, bool strip, struct sw_list *out)
{
	sw_autobuf b;
	char quote = 0;
	bool any = false;
	int rc = 0;
	sw_buf_init(&b, SW_FORMAT_MAX);
	for (size_t i = 0; !rc && i < s.n; i++) {
		char ch = s.p[i];
		if (!quote && is_space(ch)) {
			if (any)
				rc = add_buf(d, out, &b);
			any = false;
			continue;
		}
		any = true;
		if (quote ? ch == quote : ch == '\'' || ch == '"') {
			quote = quote ? 0 : ch;
			if (strip)
				continue;
		} else if (ch == d->escape && quote != '\'') {
			if (i + 1 == s.n)
				continue;
			if (!strip)
				sw_buf_addch(&b, ch);
			ch = s.p[++i];
		}
		sw_buf_addch(&b, ch);
	}
	return !rc && any ? add_buf(d, out, &b) : rc;
}

static int pairs(struct docker *d, const char *name, struct sw_str s, struct sw_list *out)
{
	struct sw_list l;
	sw_list_init(&l, d->c.a);
	int rc = quoted_words(d, s, false, &l);
	if (rc || !l.n)
		return rc;
	if (!sw_str_has(sw_value_str(l.v[0]), SW_STR("="))) {
		size_t at = 0, end;
		while (at < s.n && !is_blank(s.p[at]))
			at++;
		for (end = at; end < s.n && is_blank(s.p[end]);)
			end++;
		if (end == at)
			return fmt_fail_at(
				&d->c, d->line_at, SW_ESYNTAX, "%s must have two arguments", name);
		rc = add_str(d, out, sw_str_sub(s, 0, at));
		if (!rc)
			rc = add_str(d, out, sw_str_sub(s, end, s.n));
		return rc ? rc : add_str(d, out, SW_STR(""));
	}
	for (uint32_t i = 0; !rc && i < l.n; i++) {
		struct sw_str w = sw_value_str(l.v[i]);
		size_t eq = sw_str_chr(w, '=', 0);
		if (eq == SW_NPOS)
			return fmt_fail_at(&d->c, d->line_at, SW_ESYNTAX,
				"can't find = in \"%.*s\"; it must be of the form name=value",
				SW_STR_ARG(w));
		rc = add_str(d, out, sw_str_sub(w, 0, eq));
		if (!rc)
			rc = add_str(d, out, sw_str_sub(w, eq + 1, w.n));
		if (!rc)
			rc = add_str(d, out, SW_STR("="));
	}
	return rc;
}

/* 1: exec form; 0: it is not. */
static int exec_form(struct docker *d, struct sw_str s, struct sw_list *out)
{
	struct sw_value v;
	s = trim_left(s);
	if (!s.n || s.p[0] != '[' || sw_json_parse(d->c.a, s, SW_JSON_COPY, NULL, &v, NULL, NULL))
		return 0;
	sw_array_foreach (item, v) {
		if (!sw_is(*item, SW_STRING))
			return fmt_fail_at(&d->c, d->line_at, SW_ESYNTAX,
				"when using JSON array syntax, arrays must be comprised of strings "
				"only");
		if (sw_list_add(out, *item))
			return fmt_full(&d->c);
	}
	return 1;
}

static int health(struct docker *d, struct sw_str s, struct sw_list *out, bool *json)
{
	size_t end = 0, next;
	while (end < s.n && !is_space(s.p[end]))
		end++;
	for (next = end; next < s.n && is_space(s.p[next]);)
		next++;
	if (!end)
		return 0;
	int rc = add_str(d, out, sw_str_sub(s, 0, end));
	if (!rc && next < s.n)
		rc = exec_form(d, sw_str_sub(s, next, s.n), out);
	*json = rc > 0;
	return rc || next == s.n ? (rc > 0 ? 0 : rc) : add_str(d, out, sw_str_sub(s, next, s.n));
}

static int arguments(struct docker *d, const struct instruction *in, struct sw_str s,
	struct sw_list *out, bool *json)
{
	int rc = 0;
	if (in->form == MAYBE_JSON || in->form == JSON_WORDS) {
		rc = exec_form(d, s, out);
		*json = rc > 0;
		if (rc)
			return rc < 0 ? rc : 0;
	}
	switch (in->form) {
	case WORDS:
	case JSON_WORDS:
		return words(d, s, out);
	case TEXT:
	case MAYBE_JSON:
		return s.n ? add_str(d, out, s) : 0;
	case PAIRS:
		return pairs(d, in->name, s, out);
	case NAMES:
		return quoted_words(d, s, false, out);
	case HEALTH:
		return health(d, s, out, json);
	case SUB:
		break;
	}
	return 0;
}

/* Leading --flags; *rest is what follows them. */
static int flags(struct docker *d, struct sw_str *rest, struct sw_list *out)
{
	for (;;) {
		struct sw_str s = trim_left(*rest);
		size_t end = 0;
		char quote = 0;
		*rest = s;
		if (!sw_str_starts(s, SW_STR("--")))
			return 0;
		for (; end < s.n && (quote || !is_space(s.p[end])); end++) {
			if (s.p[end] == d->escape && end + 1 < s.n)
				end++;
			else if (quote ? s.p[end] == quote : s.p[end] == '\'' || s.p[end] == '"')
				quote = quote ? 0 : s.p[end];
		}
		*rest = sw_str_sub(s, end, s.n);
		if (end == 2)
			return 0;
		int rc = quoted_words(d, sw_str_sub(s, 0, end), true, out);
		if (rc)
			return rc;
	}
}

/* ---- instructions ---- */

static struct sw_value list_or_null(struct sw_list *l)
{
	return l->n ? sw_list_array(l) : sw_null();
}

static int put(struct docker *d, struct sw_value cmd, struct sw_value sub, bool json,
	struct sw_value flag_list, struct sw_value values)
{
	struct sw_map m;
	sw_map_init(&m, d->c.a);
	if (sw_map_adds(&m, "Cmd", cmd) || sw_map_adds(&m, "SubCmd", sub) ||
		sw_map_adds(&m, "JSON", sw_bool(json)) || sw_map_adds(&m, "Flags", flag_list) ||
		sw_map_adds(&m, "Value", values) ||
		sw_map_adds(&m, "Stage", sw_int(d->stages ? d->stages - 1 : 0)) ||
		sw_list_add(&d->commands, sw_map_object(&m)))
		return fmt_full(&d->c);
	return 0;
}

static const struct instruction *find(struct sw_str name)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(instructions); i++)
		if (sw_str_ieq(name, sw_str_from(instructions[i].name)))
			return &instructions[i];
	return NULL;
}

static void cut_name(struct sw_str line, struct sw_str *name, struct sw_str *rest, bool *any)
{
	size_t end = 0, next;
	line = sw_str_trim(line);
	while (end < line.n && !is_blank(line.p[end]))
		end++;
	for (next = end; next < line.n && is_blank(line.p[next]);)
		next++;
	*name = sw_str_sub(line, 0, end);
	*rest = sw_str_sub(line, next, line.n);
	*any = next > end;
}

static int flush_comments(struct docker *d)
{
	int rc = 0;
	for (uint32_t i = 0; !rc && i < d->comments.n; i++) {
		struct sw_list one;
		sw_list_init(&one, d->c.a);
		rc = sw_list_add(&one, d->comments.v[i])
			     ? fmt_full(&d->c)
			     : put(d, SW_VSTR("comment"), SW_VSTR(""), false, sw_null(),
				       sw_list_array(&one));
	}
	d->comments.n = 0;
	return rc;
}

static int check_count(struct docker *d, const struct instruction *in, uint32_t n, bool json)
{
	if (strcmp(in->name, "from") == 0 && n != 1 && n != 3)
		return fmt_fail_at(&d->c, d->line_at, SW_EINVALID,
			"FROM requires either one or three arguments");
	if (strcmp(in->name, "shell") == 0 && !json)
		return fmt_fail_at(&d->c, d->line_at, SW_EINVALID,
			"SHELL requires the arguments to be in JSON form");
	if (n < in->min || (in->max && n > in->max))
		return fmt_fail_at(&d->c, d->line_at, SW_EINVALID,
			"%s requires at least %u argument%s", in->name, in->min,
			in->min == 1 ? "" : "s");
	return 0;
}

static struct sw_value lowered(struct docker *d, struct sw_str s)
{
	char *p = sw_arena_memdup(d->c.a, s.p, s.n);
	for (size_t i = 0; p && i < s.n; i++)
		p[i] = (char)tolower((unsigned char)p[i]);
	return p ? sw_string(sw_str_make(p, s.n)) : SW_VSTR("");
}

static int instruction(struct docker *d, struct sw_str line, const struct instruction **ret)
{
	struct sw_list flag_list, values;
	struct sw_str name, rest, sub = SW_STR("");
	bool json = false, more;
	sw_list_init(&flag_list, d->c.a);
	sw_list_init(&values, d->c.a);
	cut_name(line, &name, &rest, &more);
	struct sw_value cmd = lowered(d, name);
	const struct instruction *in = find(name);
	if (!in)
		return fmt_fail_at(&d->c, d->line_at, SW_EINVALID, "unknown instruction: %.*s",
			SW_STR_ARG(name));
	int rc = flags(d, &rest, &flag_list);
	struct sw_value flag_value = more ? sw_list_array(&flag_list) : sw_null();
	rest = sw_str_trim(rest);
	if (!rc && in->form == SUB) {
		struct sw_list unused;
		bool sub_more;
		cut_name(rest, &sub, &rest, &sub_more);
		in = find(sub);
		sw_list_init(&unused, d->c.a);
		if (!in || in->form == SUB || sw_str_ieq(sub, SW_STR("from")))
			return fmt_fail_at(&d->c, d->line_at, SW_EINVALID,
				"ONBUILD cannot trigger \"%.*s\"", SW_STR_ARG(sub));
		rc = flags(d, &rest, &unused);
		rest = sw_str_trim(rest);
	}
	if (!rc)
		rc = arguments(d, in, rest, &values, &json);
	if (!rc)
		rc = check_count(d, in, values.n, json);
	if (rc)
		return rc;
	d->stages += strcmp(in->name, "from") == 0;
	rc = flush_comments(d);
	*ret = json ? NULL : in;
	return rc ? rc : put(d, cmd, sw_string(sub), json, flag_value, list_or_null(&values));
}

/* ---- lines ---- */

/* `# escape=…` and the like, before anything else. 1: the line was one. */
static int directive(struct docker *d, struct sw_str line)
{
	static const char *const names[] = {"escape", "syntax", "check"};
	size_t eq = sw_str_chr(line, '=', 0);
	if (d->directives_over)
		return 0;
	if (!line.n || line.p[0] != '#' || eq == SW_NPOS) {
		d->directives_over = true;
		return 0;
	}
	struct sw_str name = sw_str_trim(sw_str_sub(line, 1, eq)),
		      value = sw_str_trim(sw_str_sub(line, eq + 1, line.n));
	for (size_t i = 0; i < name.n; i++)
		if (!isalnum((unsigned char)name.p[i]) || !value.n) {
			d->directives_over = true;
			return 0;
		}
	for (size_t i = 0; i < SW_ARRAY_LEN(names); i++) {
		if (!sw_str_ieq(name, sw_str_from(names[i])))
			continue;
		if (d->seen[i])
			return fmt_fail_at(&d->c, d->line_at, SW_ESYNTAX,
				"only one %s parser directive can be used", names[i]);
		d->seen[i] = true;
		if (i == 0 && !sw_str_is(value, "\\") && !sw_str_is(value, "`"))
			return fmt_fail_at(&d->c, d->line_at, SW_ESYNTAX,
				"invalid escape token '%.*s' does not match ` or \\",
				SW_STR_ARG(value));
		if (i == 0)
			d->escape = value.p[0];
		return 1;
	}
	return 0;
}

/* Does the line go on? Then the escape character and what is behind it is cut off. */
static bool continues(const struct docker *d, struct sw_str *line)
{
	size_t n = line->n;
	while (n && (line->p[n - 1] == ' ' || line->p[n - 1] == '\t'))
		n--;
	if (!n || line->p[n - 1] != d->escape || (n > 1 && line->p[n - 2] == d->escape))
		return false;
	line->n = n - 1;
	return true;
}

static int comment(struct docker *d, struct sw_str line)
{
	int rc = directive(d, trim_left(line));
	if (rc)
		return rc < 0 ? rc : 0;
	struct sw_str text = sw_str_trim(sw_str_sub(line, 1, line.n));
	if (text.n)
		return add_str(d, &d->comments, text);
	d->comments.n = 0;
	return 0;
}

static bool is_comment(struct sw_str line)
{
	line = trim_left(line);
	return line.n && line.p[0] == '#';
}

/* "<<EOF" of a word: the name without quotes; p NULL: it is none. */
static struct sw_str heredoc_name(struct sw_str w, bool *tabs)
{
	size_t i = 0;
	while (i < w.n && isdigit((unsigned char)w.p[i]))
		i++;
	if (!sw_str_starts(sw_str_sub(w, i, w.n), SW_STR("<<")))
		return (struct sw_str){0};
	i += 2;
	*tabs = i < w.n && w.p[i] == '-';
	struct sw_str name = sw_str_sub(w, i + *tabs, w.n);
	if (name.n >= 2 && (name.p[0] == '"' || name.p[0] == '\'') &&
		name.p[name.n - 1] == name.p[0])
		name = sw_str_sub(name, 1, name.n - 1);
	return !name.n || sw_str_has(name, SW_STR("<")) ? (struct sw_str){0} : name;
}

/* The lines of here-documents are no instructions. */
static int skip_heredocs(struct docker *d, struct sw_str line)
{
	struct sw_list l;
	sw_list_init(&l, d->c.a);
	int rc = sw_str_has(line, SW_STR("<<")) ? quoted_words(d, line, false, &l) : 0;
	for (uint32_t i = 0; !rc && i < l.n; i++) {
		bool tabs = false, found = false;
		struct sw_str name = heredoc_name(sw_value_str(l.v[i]), &tabs), next;
		if (!name.p)
			continue;
		while (!found && fmt_line(&d->c, &next)) {
			while (tabs && next.n && next.p[0] == '\t')
				next = sw_str_sub(next, 1, next.n);
			found = sw_str_eq(next, name);
		}
		if (!found)
			return fmt_fail_at(&d->c, d->line_at, SW_ESYNTAX, "unterminated heredoc");
	}
	return rc;
}

/* The rest of a line that goes on below; comments and empty lines between are passed over. */
static int join(struct docker *d, struct sw_str first, struct sw_str *ret)
{
	sw_autobuf b;
	struct sw_str line;
	struct sw_value v;
	sw_buf_init(&b, SW_FORMAT_MAX);
	sw_buf_addstr(&b, first);
	while (fmt_line(&d->c, &line)) {
		if (is_comment(line) || !trim_left(line).n)
			continue;
		bool more = continues(d, &line);
		sw_buf_addstr(&b, line);
		if (!more)
			break;
	}
	int rc = fmt_string(&d->c, &b, &v);
	if (!rc)
		*ret = sw_value_str(v);
	return rc;
}

static int statement(struct docker *d, struct sw_str line)
{
	const struct instruction *in = NULL;
	int rc = 0;
	line = trim_left(line);
	d->line_at = (size_t)(line.p - d->c.t.p);
	if (continues(d, &line))
		rc = join(d, line, &line);
	else if (!line.n)
		return 0;
	if (!rc && !sw_str_trim(line).n)
		return 0;
	if (!rc)
		rc = instruction(d, line, &in);
	return rc || !in || !in->heredoc ? rc : skip_heredocs(d, line);
}

int sw_dockerfile_parse(
	struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	struct docker d = {.escape = '\\'};
	struct sw_str line;
	int rc = fmt_open(&d.c, a, text, err);
	sw_list_init(&d.commands, a);
	sw_list_init(&d.comments, a);
	while (!rc && fmt_line(&d.c, &line)) {
		d.line_at = (size_t)(line.p - text.p);
		if (is_comment(line)) {
			rc = comment(&d, line);
		} else {
			d.directives_over = true;
			rc = statement(&d, line);
		}
	}
	if (rc)
		return rc;
	if (!d.commands.n)
		return fmt_fail(&d.c, "file with no instructions");
	struct sw_list files;
	sw_list_init(&files, a);
	if (sw_list_add(&files, sw_list_array(&d.commands)))
		return fmt_full(&d.c);
	*ret = sw_list_array(&files);
	return sw_defined(*ret) ? 0 : fmt_full(&d.c);
}
