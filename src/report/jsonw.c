/* SPDX-License-Identifier: Apache-2.0 */
#include "report/jsonw.h"

#include <stdlib.h>

#include "doc/json.h"

void sw_jsonw_init(struct sw_jsonw *w, struct sw_buf *out)
{
	*w = (struct sw_jsonw){.out = out};
}

static void line(struct sw_jsonw *w)
{
	if (w->compact)
		return;
	sw_buf_addch(w->out, '\n');
	sw_buf_pad(w->out, ' ', 2 * w->depth);
}

static void begin(struct sw_jsonw *w, const char *key)
{
	if (w->depth) {
		if (w->any[w->depth])
			sw_buf_addch(w->out, ',');
		line(w);
		w->any[w->depth] = true;
	}
	if (key) {
		sw_json_write_str(w->out, sw_str_from(key), w->html ? SW_JSON_HTML_ESCAPE : 0);
		sw_buf_addz(w->out, w->compact ? ":" : ": ");
	}
}

static void open(struct sw_jsonw *w, const char *key, bool list)
{
	begin(w, key);
	if (w->depth == 32)
		abort();
	sw_buf_addch(w->out, list ? '[' : '{');
	w->depth++;
	w->any[w->depth] = false;
	w->list[w->depth] = list;
}

void sw_jsonw_object(struct sw_jsonw *w, const char *key)
{
	open(w, key, false);
}

void sw_jsonw_array(struct sw_jsonw *w, const char *key)
{
	open(w, key, true);
}

void sw_jsonw_end(struct sw_jsonw *w)
{
	if (!w->depth)
		abort();
	bool any = w->any[w->depth], list = w->list[w->depth];
	w->depth--;
	if (any)
		line(w);
	sw_buf_addch(w->out, list ? ']' : '}');
	if (!w->depth && !w->compact)
		sw_buf_addch(w->out, '\n');
}

void sw_jsonw_str(struct sw_jsonw *w, const char *key, struct sw_str s)
{
	begin(w, key);
	sw_json_write_str(w->out, s, w->html ? SW_JSON_HTML_ESCAPE : 0);
}

void sw_jsonw_z(struct sw_jsonw *w, const char *key, const char *cstr)
{
	sw_jsonw_str(w, key, sw_str_from(cstr));
}

void sw_jsonw_str_if(struct sw_jsonw *w, const char *key, struct sw_str s)
{
	if (s.n)
		sw_jsonw_str(w, key, s);
}

void sw_jsonw_int(struct sw_jsonw *w, const char *key, int64_t i)
{
	begin(w, key);
	sw_buf_printf(w->out, "%lld", (long long)i);
}

void sw_jsonw_bool(struct sw_jsonw *w, const char *key, bool b)
{
	begin(w, key);
	sw_buf_addz(w->out, b ? "true" : "false");
}

void sw_jsonw_null(struct sw_jsonw *w, const char *key)
{
	begin(w, key);
	sw_buf_addz(w->out, "null");
}

void sw_jsonw_value(struct sw_jsonw *w, const char *key, struct sw_value v)
{
	begin(w, key);
	sw_json_write(w->out, v, w->html ? SW_JSON_HTML_ESCAPE : 0);
}
