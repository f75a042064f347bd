/* SPDX-License-Identifier: Apache-2.0 */
/* Values and static types as text. */
#include <math.h>

#include "base/go/gofmt.h"
#include "cel/internal.h"

void cel_write_double(struct sw_buf *out, double d, char verb)
{
	sw_gofmt_float(out, d, verb, -1);
}

void cel_write_duration(struct sw_buf *out, struct sw_value d)
{
	cel_write_double(
		out, (double)(d.u.i / 1000000000) + (double)(d.u.i % 1000000000) / 1e9, 'f');
	sw_buf_addch(out, 's');
}

static void write_bytes(struct sw_buf *out, struct sw_str s)
{
	sw_buf_addz(out, "b\"");
	for (size_t i = 0; i < s.n; i++) {
		unsigned char b = (unsigned char)s.p[i];
		if (b == '"' || b == '\\')
			sw_buf_printf(out, "\\%c", b);
		else if (b >= 32 && b < 127)
			sw_buf_addch(out, (char)b);
		else
			sw_buf_printf(out, "\\%03o", b);
	}
	sw_buf_addch(out, '"');
}

static void write_number(struct sw_buf *out, struct sw_value v)
{
	if (cel_is_int(v)) {
		sw_buf_printf(out, "%lld", (long long)v.u.i);
	} else if (isnan(v.u.d)) {
		sw_buf_addz(out, "double(\"NaN\")");
	} else if (isinf(v.u.d)) {
		sw_buf_addz(out, v.u.d > 0 ? "double(\"Infinity\")" : "double(\"-Infinity\")");
	} else {
		size_t from = out->n;
		cel_write_double(out, v.u.d, 'g');
		for (size_t i = from; i < out->n; i++)
			if (out->p[i] == '.' || out->p[i] == 'e')
				return;
		sw_buf_addz(out, ".0");
	}
}

static void write_list(struct sw_buf *out, struct sw_value v)
{
	sw_buf_addch(out, '[');
	for (uint32_t i = 0; i < v.n; i++) {
		if (i)
			sw_buf_addz(out, ", ");
		sw_cel_write(out, v.u.a->v[i]);
	}
	sw_buf_addch(out, ']');
}

static void write_map(struct sw_buf *out, struct sw_value v)
{
	sw_buf_addch(out, '{');
	for (uint32_t i = 0; i < v.n; i++) {
		if (i)
			sw_buf_addz(out, ", ");
		sw_cel_write(out, v.u.o->m[i].k);
		sw_buf_addz(out, ": ");
		sw_cel_write(out, v.u.o->m[i].v);
	}
	sw_buf_addch(out, '}');
}

static void write_opaque(struct sw_buf *out, struct sw_value v)
{
	sw_autobuf text;
	sw_buf_init(&text, 1 << 16);
	const char *fn = "";
	switch (v.type) {
	case SW_CEL_TIMESTAMP:
		fn = "timestamp";
		cel_write_time(&text, v);
		break;
	case SW_CEL_DURATION:
		fn = "duration";
		cel_write_duration(&text, v);
		break;
	case SW_CEL_URL:
		fn = "url";
		cel_write_url(&text, v);
		break;
	case SW_CEL_IP:
		fn = "ip";
		cel_write_ip(&text, cel_ptr(v));
		break;
	case SW_CEL_CIDR: {
		const struct cel_cidr *c = cel_ptr(v);
		fn = "cidr";
		cel_write_ip(&text, &c->ip);
		sw_buf_printf(&text, "/%d", c->bits);
		break;
	}
	case SW_CEL_QUANTITY:
		fn = "quantity";
		sw_quantity_write(&text, *(const struct sw_quantity *)cel_ptr(v));
		break;
	case SW_CEL_SEMVER:
		fn = "semver";
		cel_write_semver(&text, cel_ptr(v));
		break;
	default:
		fn = sw_cel_type_name(v);
		break;
	}
	sw_buf_printf(out, "%s(\"%.*s\")", fn, SW_STR_ARG(sw_buf_str(&text)));
}

void sw_cel_write(struct sw_buf *out, struct sw_value v)
{
	v = cel_norm(v);
	switch (v.type) {
	case SW_UNDEF:
		return sw_buf_addz(out, "undefined");
	case SW_NULL:
		return sw_buf_addz(out, "null");
	case SW_BOOL:
		return sw_buf_addz(out, v.u.b ? "true" : "false");
	case SW_NUMBER:
		return write_number(out, v);
	case SW_CEL_UINT:
		return sw_buf_printf(out, "%lluu", (unsigned long long)cel_as_uint(v));
	case SW_STRING:
		return sw_gofmt_quote(out, sw_value_str(v), false);
	case SW_CEL_BYTES:
		return write_bytes(out, sw_value_str(v));
	case SW_CEL_TYPE:
		return sw_buf_addstr(out, sw_value_str(v));
	case SW_ARRAY:
	case SW_SET:
		return write_list(out, v);
	case SW_OBJECT:
		return write_map(out, v);
	case SW_CEL_MESSAGE:
		sw_buf_addz(out, cel_message(v)->type);
		return write_map(out, cel_message(v)->fields);
	case SW_CEL_OPTIONAL:
		if (!cel_optional(v))
			return sw_buf_addz(out, "optional.none()");
		sw_buf_addz(out, "optional.of(");
		sw_cel_write(out, *cel_optional(v));
		return sw_buf_addch(out, ')');
	default:
		return write_opaque(out, v);
	}
}

/* ---- types ---- */

static const char *const kind_names[T_KIND__COUNT] = {"dyn", "error", "null", "bool", "int", "uint",
	"double", "string", "bytes", "timestamp", "duration", "type", "list", "map",
	"optional_type", "kubernetes.URL", "net.IP", "net.CIDR", "kubernetes.Quantity",
	"kubernetes.Semver", "kubernetes.NamedFormat", "object",
	"kubernetes.authorization.Authorizer", "A", "B", "C"};

void cel_type_write(struct sw_buf *out, const struct cel_type *t)
{
	sw_buf_addz(out, t->name ? t->name : kind_names[t->kind]);
	if (t->kind != T_LIST && t->kind != T_MAP && t->kind != T_OPTIONAL)
		return;
	sw_buf_addch(out, '(');
	cel_type_write(out, t->a ? t->a : &cel_types[T_DYN]);
	if (t->kind == T_MAP) {
		sw_buf_addz(out, ", ");
		cel_type_write(out, t->b ? t->b : &cel_types[T_DYN]);
	}
	sw_buf_addch(out, ')');
}
