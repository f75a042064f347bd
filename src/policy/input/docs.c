/* SPDX-License-Identifier: Apache-2.0 */
/* From a text to documents, from documents to objects. */
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "doc/yaml.h"
#include "policy/input/impl.h"

/* JSON texts beyond this are read item by item where they are lists. */
#define STREAM_FROM ((size_t)256 << 10)
/* What was read of a list is given back in pieces of this many bytes. */
#define LET_GO_STEP ((size_t)1 << 20)

/* ---- objects ---- */

static void hand_on(
	struct sw_input_file *f, struct sw_value v, struct sw_str pointer, struct sw_span span)
{
	struct sw_input_doc doc = {.source = &f->source,
		.file_arena = &f->arena,
		.arena = &f->in->doc_arena,
		.index = f->index,
		.pointer = pointer,
		.span = span,
		.rendered = f->note != NULL};
	struct sw_error err = {0};
	if (sw_kube_object_init(v, &doc.object, &err)) {
		input_problem_at(f, SW_INPUT_NOT_KUBERNETES, span, pointer, "%s", err.text);
		return;
	}
	f->in->stats.objects++;
	int r = f->in->h->object(f->in->h->arg, &doc, f->in->err);
	if (r)
		f->in->rc = r;
}

/* The values of the last document go, unless somebody still needs them. */
static void next_document(struct input *in)
{
	if (in->h->document_end)
		in->h->document_end(in->h->arg, &in->doc_arena);
	sw_arena_reset(&in->doc_arena);
}

static struct sw_span item_span(struct sw_value list, uint32_t i)
{
	struct sw_value items = sw_object_gets(list, SW_STR("items"));
	return items.u.a->spans ? items.u.a->spans[i] : (struct sw_span){0, 0};
}

/* A value that may be an object or a list of them. */
static void expand(struct sw_input_file *f, struct sw_value v, struct sw_str pointer,
	struct sw_span span, int depth)
{
	if (!sw_kube_is_list(v)) {
		hand_on(f, v, pointer, span);
		return;
	}
	if (depth == SW_KUBE_LIST_DEPTH) {
		input_problem_at(
			f, SW_INPUT_LIMIT, span, pointer, "more than %d lists in lists", depth);
		return;
	}
	uint32_t n = sw_object_gets(v, SW_STR("items")).n;
	for (uint32_t i = 0; i < n && !input_cancelled(f->in); i++) {
		struct sw_str p =
			sw_arena_printf(&f->in->doc_arena, "%.*s/items/%u", SW_STR_ARG(pointer), i);
		struct sw_value item = sw_kube_list_item(&f->in->doc_arena, v, i);
		if (!p.p || !sw_defined(item)) {
			input_problem_at(f, SW_INPUT_LIMIT, item_span(v, i), pointer,
				"item %u needs more memory than a document may take", i);
			return;
		}
		expand(f, item, p, item_span(v, i), depth + 1);
	}
}

/* ---- JSON ---- */

static bool space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_space(struct sw_str s, size_t at)
{
	while (at < s.n && space(s.p[at]))
		at++;
	return at;
}

static size_t content_start(struct sw_str s)
{
	return skip_space(s, sw_str_starts(s, SW_STR("\xef\xbb\xbf")) ? 3 : 0);
}

/*
 * kind and apiVersion of a long object without reading the rest of it: skips nested values by
 * brackets. Broken text ends the search; the real reader will say what is wrong with it.
 */
static bool skip_string(struct sw_str s, size_t *at)
{
	for (size_t i = *at + 1; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"') {
			*at = i + 1;
			return true;
		}
	}
	return false;
}

struct peek {
	struct sw_str kind, api_version;
	bool items;
	bool cut; /* the text ends inside */
};

static void peek_member(struct peek *p, struct sw_str s, struct sw_str key, size_t at)
{
	struct sw_str *to = sw_str_is(key, "kind")	   ? &p->kind
			    : sw_str_is(key, "apiVersion") ? &p->api_version
							   : NULL;
	size_t end = at;
	if (to && at < s.n && s.p[at] == '"' && skip_string(s, &end))
		*to = sw_str_sub(s, at + 1, end - 1);
	if (sw_str_is(key, "items"))
		p->items = at < s.n && s.p[at] == '[';
}

#ifdef __SSE2__
static uint64_t equal_bytes(const char *p, char c, char with)
{
	uint64_t mask = 0;
	for (int i = 0; i < 4; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
		v = _mm_cmpeq_epi8(_mm_or_si128(v, _mm_set1_epi8(with)), _mm_set1_epi8(c));
		mask |= (uint64_t)(unsigned)_mm_movemask_epi8(v) << (16 * i);
	}
	return mask;
}

/* Bit i: an odd number of bits of x up to i. */
static uint64_t parity(uint64_t x)
{
	for (int i = 1; i < 64; i *= 2)
		x ^= x << i;
	return x;
}

/*
 * Goes on from `at`, outside strings, by 64 bytes at a time as long as they cannot close the values
 * around: nothing of them is of interest. Ends before bytes that can, before a backslash and inside
 * no string.
 */
static size_t skip_deep(struct sw_str s, size_t at, int *depth)
{
	size_t outside = at;
	int outside_depth = *depth, d = *depth;
	uint64_t in = 0; /* all bits when the block begins in a string */
	for (; at + 64 <= s.n; at += 64) {
		const char *p = s.p + at;
		uint64_t quoted = parity(equal_bytes(p, '"', 0)) ^ in;
		int closed = __builtin_popcountll(equal_bytes(p, '}', 0x20) & ~quoted);
		if (d - closed < 2 || equal_bytes(p, '\\', 0))
			break;
		d += __builtin_popcountll(equal_bytes(p, '{', 0x20) & ~quoted) - closed;
		in = quoted >> 63 ? UINT64_MAX : 0;
		if (!in) {
			outside = at + 64;
			outside_depth = d;
		}
	}
	*depth = outside_depth;
	return outside;
}
#else
static size_t skip_deep(struct sw_str s, size_t at, int *depth)
{
	return at;
}
#endif

static struct peek peek(struct sw_str s)
{
	struct peek p = {.cut = true};
	int depth = 0;
	size_t tried = 0; /* where blocks were no help */
	for (size_t at = content_start(s); at < s.n;) {
		if (depth > 2 && at >= tried) {
			at = skip_deep(s, at, &depth);
			tried = at + 64;
			if (at == s.n)
				break;
		}
		char c = s.p[at];
		if (c == '"') {
			size_t start = at;
			if (!skip_string(s, &at))
				break;
			size_t colon = depth == 1 ? skip_space(s, at) : s.n;
			if (colon < s.n && s.p[colon] == ':')
				peek_member(&p, s, sw_str_sub(s, start + 1, at - 1),
					skip_space(s, colon + 1));
			continue;
		}
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0) {
			p.cut = false;
			break;
		}
		at++;
	}
	return p;
}

static enum sw_input_problem_kind kind_of(const struct sw_error *err)
{
	return err->code == SW_ELIMIT ? SW_INPUT_LIMIT : SW_INPUT_BROKEN;
}

static struct sw_json_limits json_limits(const struct input *in)
{
	return (struct sw_json_limits){.depth = in->opts->max_depth};
}

/*
 * A long text is most of what a scan holds in memory, and what was read of it is not looked at
 * again: places are told from the table of lines. Gives the pages before `end` back to the system;
 * they would read as zeros. The text is a buffer of our own (input_read).
 */
static void let_go(struct sw_input_file *f, size_t end)
{
	if (end < f->let_go + LET_GO_STEP)
		return;
	size_t needed = f->in->h->needed_from ? f->in->h->needed_from(f->in->h->arg) : SIZE_MAX;
	end = end < needed ? end : needed;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = (uintptr_t)f->source.text.p + f->let_go;
	uintptr_t to = ((uintptr_t)f->source.text.p + end) & ~(uintptr_t)(page - 1);
	from = (from + page - 1) & ~(uintptr_t)(page - 1);
	if (to < from + LET_GO_STEP)
		return;
	madvise((void *)from, to - from, MADV_DONTNEED);
	f->let_go = (size_t)(to - (uintptr_t)f->source.text.p);
}

/* The reader counts lines in a text that may be gone. */
static void place_error(struct sw_input_file *f, struct sw_error *err)
{
	if (!f->let_go || !err->line || err->byte > f->source.text.n)
		return;
	struct sw_pos pos = sw_source_pos(&f->source, &f->arena, (uint32_t)err->byte);
	err->line = pos.line;
	err->col = pos.col;
}

/* A long List, item by item. False when it is none. */
static bool stream_list(struct sw_input_file *f)
{
	struct sw_str text = f->source.text;
	struct peek p = peek(text);
	if (p.cut && !p.kind.n &&
		p.items) /* kubectl writes the kind last; what is whole shall not be lost */
		p.kind = SW_STR("List");
	if (!p.items || !sw_str_ends(p.kind, SW_STR("List")) || !p.api_version.n)
		return false;
	struct sw_json_limits limits = json_limits(f->in);
	struct sw_json_items it;
	struct sw_error err = {0};
	struct sw_map m;
	sw_map_init(&m, &f->arena);
	sw_map_adds(&m, "kind", sw_string(p.kind));
	sw_map_adds(&m, "apiVersion", sw_string(p.api_version));
	struct sw_value head = sw_map_object(&m);
	sw_source_pos(&f->source, &f->arena, 0); /* makes the table of lines */
	sw_source_inner(&f->source, &f->arena);
	int r = sw_json_items_init(
		&it, &f->in->doc_arena, text, SW_JSON_SPANS, &limits, "items", NULL, &err);
	for (uint32_t i = 0; !r && !input_cancelled(f->in); i++) {
		struct sw_value item;
		next_document(f->in);
		r = sw_json_items_next(&it, &f->in->doc_arena, &item, &err);
		if (r <= 0)
			break;
		r = 0;
		struct sw_str pointer = sw_arena_printf(&f->in->doc_arena, "/items/%u", i);
		item = sw_kube_list_adopt(&f->in->doc_arena, head, item);
		if (!pointer.p || !sw_defined(item)) {
			input_problem_at(f, SW_INPUT_LIMIT, it.span, SW_STR(""),
				"item %u needs more memory than a document may take", i);
			continue;
		}
		expand(f, item, pointer, it.span, 1);
		let_go(f, it.span.end);
	}
	if (r < 0) {
		place_error(f, &err);
		input_problem_error(f, kind_of(&err), &err);
	}
	return true;
}

/*
 * Values one behind the other: one JSON document, or several (`kubectl get -o json` twice, one a
 * line). Each is read in place, as an item of an array without brackets, so that its spans count
 * from the file's start.
 */
static bool json_values(struct sw_input_file *f, struct sw_error *err)
{
	struct sw_str text = f->source.text;
	struct sw_json_items it = {.text = text,
		.at = content_start(text),
		.flags = SW_JSON_SPANS,
		.limits = json_limits(f->in)};
	while (it.at < text.n && !input_cancelled(f->in)) {
		struct sw_value v;
		next_document(f->in);
		it.started = false;
		if (sw_json_items_next(&it, &f->in->doc_arena, &v, err) < 0)
			return false;
		f->in->stats.documents++;
		expand(f, v, SW_STR(""), it.span, 0);
		f->index++;
		it.at = skip_space(text, it.at);
		if (it.at < text.n && text.p[it.at] != '{' && text.p[it.at] != '[')
			break;
	}
	if (it.at >= text.n || f->in->rc)
		return true;
	struct sw_pos pos = sw_source_pos(&f->source, &f->arena, (uint32_t)it.at);
	sw_error_set(err, SW_ESYNTAX, "text behind the end of the document");
	sw_error_at(err, f->source.name, pos.line, pos.col, it.at);
	return false;
}

/* ---- YAML ---- */

/* The part of the text between the document marks around `byte`. */
static struct sw_str document_around(struct sw_str text, uint64_t byte, size_t *ret_start)
{
	size_t start = 0, end = text.n;
	for (size_t at = 0; (at = sw_str_find(text, SW_STR("---"), at)) != SW_NPOS; at += 3) {
		if (at && text.p[at - 1] != '\n')
			continue;
		if (at <= byte) {
			start = at;
		} else {
			end = at;
			break;
		}
	}
	*ret_start = start;
	return sw_str_sub(text, start, end);
}

static void broken_yaml(struct sw_input_file *f, struct sw_error *err)
{
	size_t start;
	struct sw_str part = document_around(f->source.text, err->line ? err->byte : 0, &start);
	size_t brace = sw_str_find(part, SW_STR("{{"), 0);
	if (brace == SW_NPOS || err->code == SW_ELIMIT) {
		input_problem_error(f, kind_of(err), err);
		return;
	}
	struct sw_span span = {(uint32_t)(start + brace), (uint32_t)(start + brace + 2)};
	input_problem_at(f, SW_INPUT_TEMPLATE, span, SW_STR(""),
		"a template that was not rendered (%s)", err->text);
}

static void yaml_document(struct sw_input_file *f, const struct sw_yaml_doc *d)
{
	if (d->root.type == SW_NULL)
		return; /* nothing between two marks */
	f->in->stats.documents++;
	f->index = d->index;
	expand(f, d->root, SW_STR(""), d->span, 0);
}

static void yaml_documents(struct sw_input_file *f)
{
	struct sw_yaml_limits limits = {.depth = f->in->opts->max_depth};
	struct sw_yaml_stream *stream;
	struct sw_error err = {0};
	uint64_t before = f->in->stats.documents;
	bool any = false;
	int r = sw_yaml_open(
		&f->arena, f->source.text, SW_YAML_SPANS, &limits, &stream, &err);
	if (r) {
		input_problem_error(f, kind_of(&err), &err);
		return;
	}
	while (!input_cancelled(f->in)) {
		struct sw_yaml_doc d;
		next_document(f->in);
		err = (struct sw_error){0};
		r = sw_yaml_next(stream, &f->in->doc_arena, &d, &err);
		if (r == 0)
			break;
		any = true;
		if (r < 0) {
			f->in->stats.documents++;
			broken_yaml(f, &err);
		} else {
			yaml_document(f, &d);
		}
		f->index++;
	}
	if (!f->in->rc && (!any || f->in->stats.documents == before))
		input_problem(f->in, SW_INPUT_EMPTY, f->source.name, "no document in it");
}

/* ---- texts ---- */

/* NUL or other control bytes that no text has, in the first bytes. UTF-16 is left to the YAML
 * reader. */
static bool is_binary(struct sw_str s, size_t *ret_at)
{
	if (s.n >= 2 &&
		((s.p[0] == '\xff' && s.p[1] == '\xfe') || (s.p[0] == '\xfe' && s.p[1] == '\xff')))
		return false;
	for (size_t i = 0; i < s.n && i < 8192; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < 32 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b) {
			*ret_at = i;
			return true;
		}
	}
	return false;
}

/* JSON that is meant for people: comments, as in tsconfig.json. */
static bool has_comment(struct sw_str s, const struct sw_error *err)
{
	return err->line && err->byte + 1 < s.n && s.p[err->byte] == '/' &&
	       (s.p[err->byte + 1] == '/' || s.p[err->byte + 1] == '*');
}

static void json_text(struct sw_input_file *f, bool json)
{
	struct sw_str text = f->source.text;
	struct sw_error err = {0};
	uint64_t objects = f->in->stats.objects, documents = f->in->stats.documents;
	if (text.n >= STREAM_FROM && text.p[content_start(text)] == '{' && stream_list(f)) {
		f->in->stats.documents++;
		return;
	}
	if (json_values(f, &err) || f->in->rc)
		return;
	/* YAML's flow style looks like JSON and is more lenient; a name that promises JSON is taken
	 * at its word. */
	if (!json && f->in->stats.objects == objects && f->in->stats.documents == documents &&
		err.code != SW_ELIMIT) {
		yaml_documents(f);
		return;
	}
	f->in->stats.documents++;
	if (has_comment(text, &err))
		input_problem_error(f, SW_INPUT_NOT_KUBERNETES,
			&(struct sw_error){.line = err.line,
				.col = err.col,
				.byte = err.byte,
				.text = "JSON with comments, which Kubernetes does not read"});
	else if (sw_str_has(text, SW_STR("{{")) && err.code != SW_ELIMIT)
		input_problem_error(f, SW_INPUT_TEMPLATE, &err);
	else
		input_problem_error(f, kind_of(&err), &err);
}

static void all_documents(struct sw_input_file *f, bool json)
{
	struct sw_str text = f->source.text;
	size_t at;
	if (is_binary(text, &at)) {
		struct sw_span span = {(uint32_t)at, (uint32_t)at + 1};
		f->in->stats.documents++;
		input_problem_at(f, SW_INPUT_BINARY, span, SW_STR(""),
			"not a text: byte 0x%02x at offset %zu", (unsigned char)text.p[at], at);
		return;
	}
	at = content_start(text);
	if (at == text.n)
		input_problem(f->in, SW_INPUT_EMPTY, f->source.name, "the file is empty");
	else if (text.p[at] == '{' || (text.p[at] == '[' && json))
		json_text(f, json);
	else
		yaml_documents(f);
}

void sw_input_file_free(struct sw_input_file *f)
{
	if (!f)
		return;
	sw_arena_release(&f->arena);
	sw_buf_release(&f->text);
	g_free(f->name);
	g_free(f);
}

void input_text(
	struct input *in, struct sw_str name, struct sw_buf *text, bool json, const char *note)
{
	struct sw_input_file *f = in->file ? SW_TAKE(in->file) : g_new0(struct sw_input_file, 1);
	struct sw_arena arena = f->arena;
	g_free(f->name);
	if (f->in)
		sw_arena_reset(&arena);
	else
		sw_arena_init(&arena, in->opts->max_memory);
	*f = (struct sw_input_file){.in = in, .arena = arena, .note = note};
	f->source = (struct sw_source){.name = name, .text = sw_buf_str(text)};
	if (in->h->file_end) { /* the name must last as long as the file */
		f->name = g_strndup(name.p, name.n);
		f->source.name.p = f->name;
	}
	all_documents(f, json);
	next_document(in);
	if (in->h->file_end && in->h->file_end(in->h->arg, f)) {
		f->text = *text;
		sw_buf_init(text, 0);
	} else {
		in->file = f;
	}
}
