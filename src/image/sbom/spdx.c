/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.2 and 2.3 (JSON or YAML, tag-value), read. */
#include "image/sbom/impl.h"

struct sw_str spdx_plain(struct sw_str s)
{
	static const char *const prefix[] = {"Organization:", "Person:", "Tool:"};
	s = sw_str_trim(s);
	for (size_t i = 0; i < sizeof(prefix) / sizeof(prefix[0]); i++)
		if (sw_str_starts(s, sw_str_from(prefix[i])))
			s = sw_str_trim(sw_str_sub(s, strlen(prefix[i]), s.n));
	return sw_str_is(s, "NOASSERTION") || sw_str_is(s, "NONE") ? SW_STR("") : s;
}

static bool is_silent(struct sw_str purpose)
{
	static const char *const kinds[] = {"OPERATING-SYSTEM", "OPERATING_SYSTEM", "CONTAINER",
		"DEVICE", "FIRMWARE", "SOURCE", "ARCHIVE", "FILE"};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (sw_str_is(purpose, kinds[i]))
			return true;
	return false;
}

/* "%0A" and "%25" of a comment's value. */
static struct sw_str unescape(struct sw_arena *a, struct sw_str s)
{
	if (sw_str_chr(s, '%', 0) == SW_NPOS)
		return s;
	sw_autobuf b;
	sw_buf_init(&b, s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		struct sw_str three = sw_str_sub(s, i, i + 3);
		bool line = sw_str_is(three, "%0A"), percent = sw_str_is(three, "%25");
		sw_buf_addch(&b, line ? '\n' : s.p[i]);
		i += line || percent ? 2 : 0;
	}
	return sw_arena_str(a, sw_buf_str(&b));
}

/* A comment of our own: lines "seawall:NAME=VALUE". */
void sbom_comment(struct sbom_item *item, struct sw_distribution *d, struct sw_arena *a,
	struct sw_str comment)
{
	struct sw_str line;
	while (sw_str_split(&comment, '\n', &line)) {
		size_t eq = sw_str_chr(line, '=', 0);
		if (eq == SW_NPOS || !sw_str_starts(line, SW_STR("seawall:")))
			continue;
		struct sw_str name = sw_str_sub(line, 0, eq),
			      value = unescape(a, sw_str_sub(line, eq + 1, line.n));
		sbom_property(item, name, value);
		if (d)
			sbom_distribution_property(d, a, name, value);
	}
}

void sbom_subject_comment(struct sbom_reader *r, struct sw_str comment)
{
	struct sw_str line, head = SW_STR("seawall:created-by=");
	while (sw_str_split(&comment, '\n', &line))
		if (sw_str_starts(line, head))
			sbom_layer(r, unescape(r->a, sw_str_sub(line, head.n, line.n)));
}

void sbom_distribution_property(
	struct sw_distribution *d, struct sw_arena *a, struct sw_str name, struct sw_str value)
{
	const struct {
		const char *name;
		struct sw_str *to;
	} table[] = {
		{"seawall:codename", &d->codename},
		{"seawall:pretty-name", &d->pretty_name},
		{"seawall:id-like", &d->id_like},
		{"seawall:cpe", &d->cpe},
		{"seawall:streams", &d->streams},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (sw_str_is(name, table[i].name))
			*table[i].to = sw_arena_str(a, value);
}

/* An item whose purpose is to be the operating system. */
void sbom_set_distribution(struct sbom_reader *r, struct sw_str name, struct sw_str version)
{
	struct sw_distribution *d = &r->bom->distribution;
	if (!name.n || d->rank)
		return;
	d->id = sw_arena_str(&r->bom->arena, name);
	d->version = version.n ? sw_arena_str(&r->bom->arena, version) : SW_STR("");
	d->rank = 1; /* stronger than what a purl says */
}

static bool is_system(struct sw_str purpose, struct sw_str id)
{
	return sw_str_is(purpose, "OPERATING-SYSTEM") || sw_str_is(purpose, "OPERATING_SYSTEM") ||
	       sw_str_starts(id, SW_STR("SPDXRef-OperatingSystem-"));
}

/* What Trivy puts around packages, and tells by the identifier: the target, and lists in it. */
static bool is_around(const struct sbom_item *item)
{
	static const char *const heads[] = {"SPDXRef-OperatingSystem-", "SPDXRef-ContainerImage-",
		"SPDXRef-Filesystem-", "SPDXRef-Repository-"};
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (sw_str_starts(item->where, sw_str_from(heads[i])))
			return true;
	return !item->version.n && sw_str_starts(item->where, SW_STR("SPDXRef-Application-"));
}

int spdx_add(struct sbom_reader *r, struct sbom_item *item, struct sw_str purpose,
	struct sw_str comment, bool described)
{
	if (described && !item->purl.n && !item->told_cpe.n) {
		r->doc->subject_version = item->version;
		sbom_subject_comment(r, comment);
		return 0;
	}
	bool system = is_system(purpose, item->where);
	if (system)
		sbom_set_distribution(r, item->name, item->version);
	sbom_comment(item, system ? &r->bom->distribution : NULL, &r->bom->arena, comment);
	item->silent = is_silent(purpose) || is_around(item);
	return sbom_add(r, item);
}

/* ---- JSON ---- */

static struct sw_str purl_of(struct sw_value package)
{
	struct sw_value refs = sw_object_gets(package, SW_STR("externalRefs"));
	if (sw_is(refs, SW_ARRAY))
		sw_array_foreach (ref, refs)
			if (sw_str_is(sw_value_getstr(*ref, "referenceType"), "purl"))
				return sw_value_getstr(*ref, "referenceLocator");
	return SW_STR("");
}

static int json_package(struct sbom_reader *r, struct sw_value p, bool described)
{
	struct sw_str purpose = sw_value_getstr(p, "primaryPackagePurpose");
	struct sbom_item item = {.purl = purl_of(p),
		.name = sw_value_getstr(p, "name"),
		.version = spdx_plain(sw_value_getstr(p, "versionInfo")),
		.license = spdx_plain(sw_value_getstr(p, "licenseDeclared")),
		.supplier = spdx_plain(sw_value_getstr(p, "supplier")),
		.where = sw_value_getstr(p, "SPDXID")};
	if (!item.license.n)
		item.license = spdx_plain(sw_value_getstr(p, "licenseConcluded"));
	struct sw_value refs = sw_object_gets(p, SW_STR("externalRefs"));
	if (sw_is(refs, SW_ARRAY))
		sw_array_foreach (ref, refs)
			if (sw_str_starts(sw_value_getstr(*ref, "referenceType"), SW_STR("cpe2")))
				sbom_cpe(r, &item, sw_value_getstr(*ref, "referenceLocator"));
	return spdx_add(r, &item, purpose, sw_value_getstr(p, "comment"), described);
}

/* The packages that the document says it describes are no packages of their own without a purl or a CPE. */
static bool is_described(struct sw_value root, struct sw_str id)
{
	struct sw_value list = sw_object_gets(root, SW_STR("documentDescribes")),
			rels = sw_object_gets(root, SW_STR("relationships"));
	if (sw_is(list, SW_ARRAY))
		sw_array_foreach (d, list)
			if (sw_is(*d, SW_STRING) && sw_str_eq(sw_value_str(*d), id))
				return true;
	if (sw_is(rels, SW_ARRAY))
		sw_array_foreach (rel, rels)
			if (sw_str_is(sw_value_getstr(*rel, "relationshipType"), "DESCRIBES") &&
				sw_str_eq(sw_value_getstr(*rel, "relatedSpdxElement"), id))
				return true;
	return false;
}

int sbom_spdx_json(struct sbom_reader *r, struct sw_value root)
{
	struct sw_value info = sw_object_gets(root, SW_STR("creationInfo")),
			list = sw_object_gets(root, SW_STR("packages"));
	r->doc->name = sw_value_getstr(root, "name");
	r->doc->serial = sw_value_getstr(root, "documentNamespace");
	r->doc->created = sw_value_getstr(info, "created");
	struct sw_value creator = sw_array_at(sw_object_gets(info, SW_STR("creators")), 0);
	r->doc->tool = sw_is(creator, SW_STRING) ? spdx_plain(sw_value_str(creator)) : SW_STR("");
	uint32_t looked = 0;
	if (!sw_is(list, SW_ARRAY))
		return 0;
	sw_array_foreach (p, list) {
		/* Looking is linear in the document, and there are few such packages. */
		bool described = !purl_of(*p).n && looked < 16 && ++looked &&
				 is_described(root, sw_value_getstr(*p, "SPDXID"));
		int rc = json_package(r, *p, described);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* ---- tag-value ---- */

struct tags {
	struct sbom_reader *r;
	struct sbom_item item;
	struct sw_str purpose, comment, described;
	bool open, in_file;
};

static int close_package(struct tags *t)
{
	if (!t->open)
		return 0;
	t->open = false;
	return spdx_add(t->r, &t->item, t->purpose, t->comment,
		t->described.n && sw_str_eq(t->described, t->item.where));
}

/* "PACKAGE-MANAGER purl pkg:…", "SECURITY cpe23Type cpe:2.3:…" */
static void external_ref(struct tags *t, struct sw_str value)
{
	struct sw_str part, rest = value;
	bool cpe = false;
	unsigned n = 0;
	while (sw_str_split(&rest, ' ', &part)) {
		if (!part.n)
			continue;
		if (n == 1)
			cpe = sw_str_starts(part, SW_STR("cpe2"));
		if (n == 1 && !cpe && !sw_str_is(part, "purl"))
			return;
		if (n++ == 2 && cpe) {
			sbom_cpe(t->r, &t->item, part);
			return;
		} else if (n == 3) {
			t->item.purl = part;
			return;
		}
	}
}

static void relationship(struct tags *t, struct sw_str value)
{
	static const char *const head = "SPDXRef-DOCUMENT DESCRIBES ";
	if (sw_str_starts(value, sw_str_from(head)))
		t->described = sw_str_trim(sw_str_sub(value, strlen(head), value.n));
}

static int tag(struct tags *t, struct sw_str name, struct sw_str value)
{
	struct sw_sbom *doc = t->r->doc;
	const struct {
		const char *name;
		struct sw_str *to;
		bool plain;
	} table[] = {
		{"PackageVersion", &t->item.version, true},
		{"PackageLicenseDeclared", &t->item.license, true},
		{"PackageSupplier", &t->item.supplier, true},
		{"PackageComment", &t->comment, false},
		{"PrimaryPackagePurpose", &t->purpose, false},
	};
	if (sw_str_is(name, "PackageName")) {
		int rc = close_package(t);
		t->item = (struct sbom_item){.name = value};
		t->purpose = t->comment = SW_STR("");
		t->open = true;
		return rc;
	}
	if (sw_str_is(name, "FileName") || sw_str_is(name, "SnippetSPDXID") ||
		sw_str_is(name, "LicenseID"))
		return close_package(t);
	if (sw_str_is(name, "Relationship"))
		relationship(t, value);
	else if (sw_str_is(name, "ExternalRef") && t->open)
		external_ref(t, value);
	else if (sw_str_is(name, "SPDXID") && t->open)
		t->item.where = value;
	else if (sw_str_is(name, "SPDXVersion"))
		doc->version = value;
	else if (sw_str_is(name, "DocumentName"))
		doc->name = value;
	else if (sw_str_is(name, "DocumentNamespace"))
		doc->serial = value;
	else if (sw_str_is(name, "Created"))
		doc->created = value;
	else if (sw_str_is(name, "Creator") && !doc->tool.n)
		doc->tool = spdx_plain(value);
	for (size_t i = 0; t->open && i < sizeof(table) / sizeof(table[0]); i++)
		if (sw_str_is(name, table[i].name))
			*table[i].to = table[i].plain ? spdx_plain(value) : value;
	return 0;
}

/* Which package the document describes is often said at its end, after the package. */
static void find_described(struct tags *t, struct sw_str text)
{
	struct sw_str line;
	while (sw_str_split(&text, '\n', &line))
		if (sw_str_starts(line, SW_STR("Relationship:")))
			relationship(t, sw_str_trim(sw_str_sub(line, 13, line.n)));
}

int sbom_spdx_tag(struct sbom_reader *r, struct sw_str text)
{
	struct tags t = {.r = r};
	uint32_t number = 0;
	int rc = 0;
	r->doc->format = SW_SBOM_SPDX_TAG;
	find_described(&t, text);
	while (rc == 0 && text.n) {
		size_t end = sw_str_chr(text, '\n', 0);
		struct sw_str line = sw_str_trim(sw_str_sub(text, 0, end));
		number++;
		size_t colon = sw_str_chr(line, ':', 0);
		if (!line.n || line.p[0] == '#' || colon == SW_NPOS) {
			if (line.n && line.p[0] != '#')
				rc = sbom_problem(r, SW_STR(""), "line %u has no tag", number);
			text = end == SW_NPOS ? SW_STR("") : sw_str_sub(text, end + 1, text.n);
			continue;
		}
		struct sw_str name = sw_str_sub(line, 0, colon),
			      value = sw_str_trim(sw_str_sub(line, colon + 1, line.n));
		if (sw_str_starts(value, SW_STR("<text>"))) {
			size_t from = sw_str_find(text, SW_STR("<text>"), 0) + 6,
			       to = sw_str_find(text, SW_STR("</text>"), from);
			if (to == SW_NPOS) {
				sw_error_set(r->err, SW_ESYNTAX, "a text that does not end");
				return sw_error_at(r->err, (struct sw_str){0}, number, 1, 0);
			}
			value = sw_str_sub(text, from, to);
			for (size_t i = from; i < to; i++)
				number += text.p[i] == '\n';
			end = sw_str_chr(text, '\n', to);
		}
		rc = tag(&t, name, value);
		text = end == SW_NPOS ? SW_STR("") : sw_str_sub(text, end + 1, text.n);
	}
	if (rc == 0 && !sw_str_starts(r->doc->version, SW_STR("SPDX-2.")))
		return sw_error_set(r->err, SW_EUNSUPPORTED,
			"version \"%.*s\" of SPDX is not known here",
			(int)(r->doc->version.n > 40 ? 40 : r->doc->version.n),
			r->doc->version.p ? r->doc->version.p : "");
	return rc < 0 ? rc : close_package(&t);
}
