/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX, JSON and XML, read. */
#include "image/sbom/impl.h"

/* Components that are not packages when they have no purl. */
static bool is_container(struct sw_str type)
{
	static const char *const kinds[] = {"operating-system", "container", "file", "device",
		"firmware", "platform", "machine-learning-model", "data", "cryptographic-asset",
		"device-driver"};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (sw_str_is(type, kinds[i]))
			return true;
	return false;
}

static void property(struct sbom_reader *r, struct sbom_item *item, bool system, struct sw_str name,
	struct sw_str value)
{
	sbom_property(item, name, value);
	/* So Trivy marks what lists packages: a lock file, a program. */
	item->silent = item->silent || sw_str_is(name, "aquasecurity:trivy:Class");
	if (system)
		sbom_distribution_property(&r->bom->distribution, &r->bom->arena, name, value);
}

static struct sw_str join(struct sbom_reader *r, struct sw_str group, struct sw_str name)
{
	return group.n ? sw_arena_printf(r->a, "%.*s/%.*s", SW_STR_ARG(group), SW_STR_ARG(name))
		       : name;
}

/* ---- JSON ---- */

static struct sw_str json_license(struct sbom_reader *r, struct sw_value component)
{
	struct sw_value list = sw_object_gets(component, SW_STR("licenses"));
	if (!sw_is(list, SW_ARRAY))
		return SW_STR("");
	sw_autobuf b;
	sw_buf_init(&b, SW_BOM_TEXT / 2);
	sw_array_foreach (l, list) {
		struct sw_value license = sw_object_gets(*l, SW_STR("license"));
		struct sw_str s = sw_value_getstr(*l, "expression");
		if (!s.n)
			s = sw_value_getstr(license, "id");
		if (!s.n)
			s = sw_value_getstr(license, "name");
		if (s.n && b.n)
			sw_buf_addz(&b, " AND ");
		sw_buf_addstr(&b, s);
	}
	return b.n ? sw_arena_str(r->a, sw_buf_str(&b)) : SW_STR("");
}

static int json_component(struct sbom_reader *r, struct sw_value c, unsigned depth);

static int json_components(struct sbom_reader *r, struct sw_value list, unsigned depth)
{
	int rc = 0;
	if (!sw_is(list, SW_ARRAY))
		return 0;
	for (uint32_t i = 0; i < list.n && rc == 0; i++)
		rc = json_component(r, sw_array_at(list, i), depth);
	return rc;
}

static int json_component(struct sbom_reader *r, struct sw_value c, unsigned depth)
{
	struct sw_str type = sw_value_getstr(c, "type"), name = sw_value_getstr(c, "name");
	struct sw_value properties = sw_object_gets(c, SW_STR("properties")),
			supplier = sw_object_gets(c, SW_STR("supplier"));
	struct sbom_item item = {.purl = sw_value_getstr(c, "purl"),
		.name = join(r, sw_value_getstr(c, "group"), name),
		.version = sw_value_getstr(c, "version"),
		.license = json_license(r, c),
		.supplier = sw_value_getstr(supplier, "name"),
		.where = sw_value_getstr(c, "bom-ref"),
		.silent = is_container(type)};
	if (depth > 64)
		return sw_error_set(r->err, SW_ELIMIT, "components nested more than 64 deep");
	if (!item.supplier.n)
		item.supplier = sw_value_getstr(c, "publisher");
	bool system = sw_str_is(type, "operating-system");
	sbom_cpe(r, &item, sw_value_getstr(c, "cpe"));
	if (system)
		sbom_set_distribution(r, name, item.version);
	if (sw_is(properties, SW_ARRAY))
		sw_array_foreach (p, properties)
			property(r, &item, system, sw_value_getstr(*p, "name"),
				sw_value_getstr(*p, "value"));
	int rc = sbom_add(r, &item);
	return rc < 0 ? rc : json_components(r, sw_object_gets(c, SW_STR("components")), depth + 1);
}

static struct sw_str json_tool(struct sw_value tools)
{
	struct sw_value list =
		sw_is(tools, SW_ARRAY) ? tools : sw_object_gets(tools, SW_STR("components"));
	struct sw_str name = sw_value_getstr(sw_array_at(list, 0), "name");
	return name.p ? name : SW_STR("");
}

int sbom_cyclonedx_json(struct sbom_reader *r, struct sw_value root)
{
	struct sw_value meta = sw_object_gets(root, SW_STR("metadata")),
			subject = sw_object_gets(meta, SW_STR("component"));
	struct sw_value properties = sw_object_gets(meta, SW_STR("properties"));
	if (sw_is(properties, SW_ARRAY))
		sw_array_foreach (p, properties)
			if (sw_str_is(sw_value_getstr(*p, "name"), "seawall:created-by"))
				sbom_layer(r, sw_value_getstr(*p, "value"));
	r->doc->serial = sw_value_getstr(root, "serialNumber");
	r->doc->created = sw_value_getstr(meta, "timestamp");
	r->doc->tool = json_tool(sw_object_gets(meta, SW_STR("tools")));
	r->doc->name = sw_value_getstr(subject, "name");
	r->doc->subject_version = sw_value_getstr(subject, "version");
	int rc = json_components(r, sw_object_gets(subject, SW_STR("components")), 1);
	return rc < 0 ? rc : json_components(r, sw_object_gets(root, SW_STR("components")), 0);
}

/* ---- XML ---- */

static struct sw_str xml_license(struct sbom_reader *r, const struct sw_xmltree *component)
{
	const struct sw_xmltree *list = sw_xmltree_child(component, "licenses");
	sw_autobuf b;
	sw_buf_init(&b, SW_BOM_TEXT / 2);
	for (const struct sw_xmltree *l = list ? list->first : NULL; l; l = l->next) {
		struct sw_str s = sw_str_is(l->name, "expression") ? sw_str_trim(l->text)
								   : sw_xmltree_text(l, "id");
		if (!s.n)
			s = sw_xmltree_text(l, "name");
		if (s.n && b.n)
			sw_buf_addz(&b, " AND ");
		sw_buf_addstr(&b, s);
	}
	return b.n ? sw_arena_str(r->a, sw_buf_str(&b)) : SW_STR("");
}

static int xml_component(struct sbom_reader *r, const struct sw_xmltree *c, unsigned depth);

static int xml_components(struct sbom_reader *r, const struct sw_xmltree *parent, unsigned depth)
{
	const struct sw_xmltree *list = sw_xmltree_child(parent, "components");
	int rc = 0;
	for (const struct sw_xmltree *c = sw_xmltree_child(list, "component"); c && rc == 0;
		c = sw_xmltree_next(c->next, "component"))
		rc = xml_component(r, c, depth);
	return rc;
}

static int xml_component(struct sbom_reader *r, const struct sw_xmltree *c, unsigned depth)
{
	struct sw_str type = sw_xmltree_attr(c, "type"), name = sw_xmltree_text(c, "name");
	const struct sw_xmltree *properties = sw_xmltree_child(c, "properties");
	struct sbom_item item = {.purl = sw_xmltree_text(c, "purl"),
		.name = join(r, sw_xmltree_text(c, "group"), name),
		.version = sw_xmltree_text(c, "version"),
		.license = xml_license(r, c),
		.supplier = sw_xmltree_text(sw_xmltree_child(c, "supplier"), "name"),
		.where = sw_xmltree_attr(c, "bom-ref"),
		.silent = is_container(type)};
	if (depth > 64)
		return sw_error_set(r->err, SW_ELIMIT, "components nested more than 64 deep");
	if (!item.supplier.n)
		item.supplier = sw_xmltree_text(c, "publisher");
	bool system = sw_str_is(type, "operating-system");
	sbom_cpe(r, &item, sw_xmltree_text(c, "cpe"));
	if (system)
		sbom_set_distribution(r, name, item.version);
	for (const struct sw_xmltree *p = sw_xmltree_child(properties, "property"); p;
		p = sw_xmltree_next(p->next, "property"))
		property(r, &item, system, sw_xmltree_attr(p, "name"), p->text);
	int rc = sbom_add(r, &item);
	return rc < 0 ? rc : xml_components(r, c, depth + 1);
}

int sbom_cyclonedx_xml(struct sbom_reader *r, const struct sw_xmltree *root)
{
	const struct sw_xmltree *meta = sw_xmltree_child(root, "metadata"),
				*subject = sw_xmltree_child(meta, "component"),
				*tools = sw_xmltree_child(meta, "tools");
	r->doc->serial = sw_xmltree_attr(root, "serialNumber");
	r->doc->created = sw_xmltree_text(meta, "timestamp");
	r->doc->tool = sw_xmltree_text(sw_xmltree_child(tools, "tool"), "name");
	r->doc->name = sw_xmltree_text(subject, "name");
	r->doc->subject_version = sw_xmltree_text(subject, "version");
	int rc = xml_components(r, subject, 1);
	return rc < 0 ? rc : xml_components(r, root, 0);
}
