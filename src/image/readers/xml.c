/* SPDX-License-Identifier: Apache-2.0 */
#include "image/readers/xml.h"

#include <stdarg.h>

void xml_init(struct xml *x, struct sw_arena *a, struct sw_str text)
{
	*x = (struct xml){.name = SW_STR(""), .text = SW_STR("")};
	sw_xml_init(&x->x, a, text);
}

enum xml_event xml_next(struct xml *x)
{
	for (;;) {
		int k = sw_xml_next(&x->x, NULL);
		x->name = x->x.name;
		x->depth = x->x.depth;
		switch (k) {
		case SW_XML_END:
			return XML_END_OF_TEXT;
		case SW_XML_OPEN:
			if (x->depth > XML_DEPTH)
				return XML_BROKEN;
			x->path[x->depth - 1] = x->name;
			return XML_OPEN;
		case SW_XML_CLOSE:
			return XML_CLOSE;
		case SW_XML_TEXT:
			x->text = sw_str_trim(x->x.content);
			if (x->text.n)
				return XML_TEXT;
			break;
		default:
			return XML_BROKEN;
		}
	}
}

struct sw_str xml_attribute(const struct xml *x, const char *name)
{
	for (uint32_t i = 0; i < x->x.n_attributes; i++)
		if (sw_str_ieq(x->x.attributes[i].name, sw_str_from(name)))
			return sw_str_trim(x->x.attributes[i].value);
	return SW_STR("");
}

bool xml_at(const struct xml *x, ...)
{
	const char *names[XML_DEPTH];
	uint32_t n = 0;
	va_list ap;

	va_start(ap, x);
	while (n < XML_DEPTH && (names[n] = va_arg(ap, const char *)))
		n++;
	va_end(ap);
	if (n > x->depth)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!sw_str_is(x->path[x->depth - n + i], names[i]))
			return false;
	return true;
}
