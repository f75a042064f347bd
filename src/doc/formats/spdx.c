/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SPDX documents in tag-value form (2.1 to 2.3), in the shape that tools-golang gives them as JSON:
 * of version 2.3, files below the package that they follow. Snippets and reviews are checked and
 * left out, as they are there. A line is `Tag: value`; a value in <text> … </text> may go over
 * several lines.
 */
#include "base/cleanup.h"
#include "doc/formats/impl.h"

enum state {
	START = 1 << 0,
	CREATION = 1 << 1,
	PACKAGE = 1 << 2,
	FILE_ = 1 << 3,
	SNIPPET = 1 << 4,
	LICENSE = 1 << 5,
	REVIEW = 1 << 6,
	ANYWHERE = CREATION | PACKAGE | FILE_ | SNIPPET | LICENSE | REVIEW,
};

struct spdx {
	struct fmt_cursor c;
	size_t from; /* of the line that is read */
	enum state state;
	bool old;		    /* before version 2.3 */
	bool pkg_known, file_known; /* they have an identifier */
	struct fmt_node *doc, *creation, *pkg, *file, *license, *rel, *note, *ext_ref, *project;
};

struct row {
	const char *tag;
	unsigned states;
	int (*fn)(struct spdx *s, const struct row *r, struct sw_str v);
	const char *key; /* in the JSON */
};

#define bad(s, ...) fmt_fail_at(&(s)->c, (s)->from, SW_ESYNTAX, __VA_ARGS__)

/* ---- filling ---- */

static int set(struct spdx *s, struct fmt_node *t, const char *key, struct sw_value v)
{
	struct fmt_node *n = fmt_table_get(t, sw_str_from(key));
	if (n) {
		n->value = v;
		return 0;
	}
	n = fmt_node_new(&s->c, FMT_VALUE);
	if (!n)
		return fmt_full(&s->c);
	n->value = v;
	return fmt_add(&s->c, t, sw_str_from(key), n);
}

static int set_str(struct spdx *s, struct fmt_node *t, const char *key, struct sw_str v)
{
	return set(s, t, key, sw_string(v));
}

static int set_pair(
	struct spdx *s, struct fmt_node *t, const char *key, struct sw_str a, struct sw_str b)
{
	struct sw_str v = sw_arena_printf(s->c.a, "%.*s: %.*s", SW_STR_ARG(a), SW_STR_ARG(b));
	return v.p ? set_str(s, t, key, v) : fmt_full(&s->c);
}

static struct fmt_node *list_of(struct spdx *s, struct fmt_node *t, const char *key)
{
	struct fmt_node *l = fmt_table_get(t, sw_str_from(key));
	if (l && l->kind == FMT_LIST)
		return l;
	struct fmt_node *fresh = fmt_node_new(&s->c, FMT_LIST);
	if (!fresh)
		return NULL;
	if (l) { /* null until now */
		*l = *fresh;
		return l;
	}
	return fmt_add(&s->c, t, sw_str_from(key), fresh) ? NULL : fresh;
}

static int append(struct spdx *s, struct fmt_node *t, const char *key, struct fmt_node *n)
{
	struct fmt_node *l = n ? list_of(s, t, key) : NULL;
	return l ? fmt_add(&s->c, l, SW_STR(""), n) : fmt_full(&s->c);
}

static int append_str(struct spdx *s, struct fmt_node *t, const char *key, struct sw_str v)
{
	struct fmt_node *n = fmt_node_new(&s->c, FMT_VALUE);
	if (n)
		n->value = sw_string(v);
	return append(s, t, key, n);
}

/* ---- parts of values ---- */

static int split_sub(
	struct spdx *s, struct sw_str v, struct sw_str *ret_key, struct sw_str *ret_rest)
{
	size_t colon = sw_str_chr(v, ':', 0);
	if (colon == SW_NPOS)
		return bad(s, "invalid subvalue format for %.*s (no colon found)", SW_STR_ARG(v));
	*ret_key = sw_str_trim(sw_str_sub(v, 0, colon));
	*ret_rest = sw_str_trim(sw_str_sub(v, colon + 1, v.n));
	return 0;
}

static uint32_t words(struct sw_str v, struct sw_str *ret, uint32_t max)
{
	uint32_t n = 0;
	for (struct sw_str one; sw_str_split(&v, ' ', &one);) {
		one = sw_str_trim(one);
		if (!one.n)
			continue;
		if (n < max)
			ret[n] = one;
		n++;
	}
	return n;
}

/* SPDXRef-x */
static int element(struct spdx *s, struct sw_str v)
{
	if (!sw_str_starts(v, SW_STR("SPDXRef-")))
		return bad(s, "missing SPDXRef- prefix for element identifier");
	if (sw_str_chr(v, ':', 0) != SW_NPOS)
		return bad(s, "invalid colon in element identifier");
	return v.n > 8 ? 0 : bad(s, "element identifier has nothing after prefix");
}

/* The same, of another document too: DocumentRef-d:SPDXRef-x */
static int doc_element(struct spdx *s, struct sw_str v)
{
	if (!sw_str_starts(v, SW_STR("DocumentRef-")))
		return element(s, v);
	size_t colon = sw_str_chr(v, ':', 0);
	if (colon == SW_NPOS)
		return bad(s, "no colon found although DocumentRef- prefix present");
	if (sw_str_chr(v, ':', colon + 1) != SW_NPOS)
		return bad(s, "more than one colon found");
	if (colon == 12)
		return bad(s, "document identifier has nothing after prefix");
	return element(s, sw_str_sub(v, colon + 1, v.n));
}

static int checksum(struct spdx *s, struct fmt_node *t, struct sw_str alg, struct sw_str sum)
{
	int rc = set_str(s, t, "algorithm", alg);
	return rc ? rc : set_str(s, t, "checksumValue", sum);
}

/* ---- what tags do ---- */

static struct fmt_node *current(struct spdx *s)
{
	switch (s->state) {
	case START:
		return s->doc;
	case CREATION:
		return s->creation;
	case PACKAGE:
		return s->pkg;
	case FILE_:
		return s->file;
	case LICENSE:
		return s->license;
	default:
		return NULL;
	}
}

static int text(struct spdx *s, const struct row *r, struct sw_str v)
{
	struct fmt_node *t = current(s);
	bool absent = t && !fmt_table_get(t, sw_str_from(r->key));
	return !t || (absent && !v.n) ? 0 : set_str(s, t, r->key, v);
}

static int many(struct spdx *s, const struct row *r, struct sw_str v)
{
	return append_str(s, current(s), r->key, v);
}

static int ignored(struct spdx *s, const struct row *r, struct sw_str v)
{
	(void)s, (void)r, (void)v;
	return 0;
}

static int doc_id(struct spdx *s, const struct row *r, struct sw_str v)
{
	int rc = element(s, v);
	return rc ? rc : set_str(s, s->doc, r->key, v);
}

static int external_doc(struct spdx *s, const struct row *r, struct sw_str v)
{
	struct sw_str w[4], alg, sum;
	uint32_t n = words(v, w, 4);
	int rc;
	if (n != 3 && n != 4)
		return bad(s, "expected 4 elements, got %u", n);
	if (n == 4 && w[2].p[w[2].n - 1] != ':')
		return bad(s, "algorithm does not end with colon");
	size_t colon = sw_str_chr(w[2], ':', 0);
	if (colon == SW_NPOS)
		return bad(s, "missing colon separator between algorithm and checksum");
	alg = n == 4 ? sw_str_sub(w[2], 0, w[2].n - 1) : sw_str_sub(w[2], 0, colon);
	sum = n == 4 ? w[3] : sw_str_sub(w[2], colon + 1, w[2].n);
	if (!sw_str_starts(w[0], SW_STR("DocumentRef-")))
		return bad(s, "expected first element to have DocumentRef- prefix");
	if (w[0].n == 12)
		return bad(s, "document identifier has nothing after prefix");
	struct fmt_node *t = fmt_node_new(&s->c, FMT_TABLE), *c = fmt_node_new(&s->c, FMT_TABLE);
	if (!t || !c)
		return fmt_full(&s->c);
	if ((rc = set_str(s, t, "externalDocumentId", w[0])) ||
		(rc = set_str(s, t, "spdxDocument", w[1])) || (rc = checksum(s, c, alg, sum)) ||
		(rc = fmt_add(&s->c, t, SW_STR("checksum"), c)))
		return rc;
	return append(s, s->doc, r->key, t);
}

static int creator(struct spdx *s, const struct row *r, struct sw_str v)
{
	struct sw_str kind = {0}, name = {0};
	int rc = split_sub(s, v, &kind, &name);
	if (rc)
		return rc;
	if (!sw_str_is(kind, "Person") && !sw_str_is(kind, "Organization") &&
		!sw_str_is(kind, "Tool"))
		return bad(s, "unrecognized Creator type %.*s", SW_STR_ARG(kind));
	struct sw_str both =
		sw_arena_printf(s->c.a, "%.*s: %.*s", SW_STR_ARG(kind), SW_STR_ARG(name));
	return both.p ? append_str(s, s->creation, r->key, both) : fmt_full(&s->c);
}

/* The last package or file must have told its identifier before another comes. */
static int package_known(struct spdx *s)
{
	return !s->pkg || s->pkg_known ? 0 : bad(s, "a package does not have SPDX identifier");
}

static int file_known(struct spdx *s)
{
	return !s->file || s->file_known ? 0 : bad(s, "a file does not have SPDX identifier");
}

static int package(struct spdx *s, const struct row *r, struct sw_str v)
{
	int rc = package_known(s);
	struct fmt_node *code;
	if (rc || (rc = file_known(s)))
		return rc;
	s->state = PACKAGE;
	s->file = NULL;
	s->pkg = fmt_node_new(&s->c, FMT_TABLE);
	s->pkg_known = false;
	if (!s->pkg)
		return fmt_full(&s->c);
	if ((rc = set_str(s, s->pkg, r->key, v)) ||
		(rc = set_str(s, s->pkg, "downloadLocation", SW_STR(""))) ||
		(rc = set(s, s->pkg, "filesAnalyzed", sw_bool(true))) || !s->old)
		return rc;
	code = fmt_node_new(&s->c, FMT_TABLE); /* older versions always have one */
	if (!code)
		return fmt_full(&s->c);
	rc = set_str(s, code, "packageVerificationCodeValue", SW_STR(""));
	return rc ? rc : fmt_add(&s->c, s->pkg, SW_STR("packageVerificationCode"), code);
}

static int package_id(struct spdx *s, const struct row *r, struct sw_str v)
{
	int rc = element(s, v);
	if (rc || (rc = set_str(s, s->pkg, r->key, v)))
		return rc;
	s->pkg_known = true;
	return append(s, s->doc, "packages", s->pkg);
}

static int supplier(struct spdx *s, const struct row *r, struct sw_str v)
{
	struct sw_str kind = {0}, name = {0};
	if (sw_str_is(v, "NOASSERTION"))
		return set_str(s, s->pkg, r->key, v);
	int rc = split_sub(s, v, &kind, &name);
	if (rc)
		return rc;
	if (!sw_str_is(kind, "Person") && !sw_str_is(kind, "Organization"))
		return bad(s, "unrecognized %s type %.*s", r->tag, SW_STR_ARG(kind));
	return set_pair(s, s->pkg, r->key, kind, name);
}

static int analyzed(struct spdx *s, const struct row *r, struct sw_str v)
{
	if (!sw_str_is(v, "true") && !sw_str_is(v, "false"))
		return 0;
	return set(s, s->pkg, r->key, sw_bool(sw_str_is(v, "true")));
}

static int verification(struct spdx *s, const struct row *r, struct sw_str v)
{
	struct fmt_node *t = fmt_table_get(s->pkg, sw_str_from(r->key));
	size_t cut = sw_str_find(v, SW_STR("(excludes:"), 0);
	struct sw_str code = cut == SW_NPOS ? v : sw_str_trim(sw_str_sub(v, 0, cut));
	int rc = 0;
	if (!t) {
		t = fmt_node_new(&s->c, FMT_TABLE);
		rc = t ? fmt_add(&s->c, s->pkg, sw_str_from(r->key), t) : fmt_full(&s->c);
	}
	if (rc || (rc = set_str(s, t, "packageVerificationCodeValue", code)) || cut == SW_NPOS)
		return rc;
	struct sw_str rest = sw_str_sub(v, cut + 10, v.n);
	rest = sw_str_trim(sw_str_sub(rest, 0, sw_str_chr(rest, ')', 0)));
	return append_str(s, t, "packageVerificationCodeExcludedFiles", rest);
}

static int sums(struct spdx *s, const struct row *r, struct sw_str v)
{
	static const char *const known[] = {"SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "MD2",
		"MD4", "MD5", "MD6", "SHA3-256", "SHA3-384", "SHA3-512", "BLAKE2b-256",
		"BLAKE2b-384", "BLAKE2b-512", "BLAKE3", "ADLER32"};
	struct sw_str alg = {0}, sum = {0};
	size_t i = 0;
	int rc = split_sub(s, v, &alg, &sum);
	if (rc)
		return rc;
	while (i < SW_ARRAY_LEN(known) && !sw_str_is(alg, known[i]))
		i++;
	if (i == SW_ARRAY_LEN(known))
		return bad(s, "got unknown checksum type %.*s", SW_STR_ARG(alg));
	struct fmt_node *t = fmt_node_new(&s->c, FMT_TABLE);
	rc = t ? checksum(s, t, alg, sum) : fmt_full(&s->c);
	return rc ? rc : append(s, current(s), r->key, t);
}

static int external_ref(struct spdx *s, const struct row *r, struct sw_str v)
{
	struct sw_str w[3];
	uint32_t n = words(v, w, 3);
	int rc;
	if (n != 3)
		return bad(s, "expected 3 elements, got %u", n);
	s->ext_ref = fmt_node_new(&s->c, FMT_TABLE);
	if (!s->ext_ref)
		return fmt_full(&s->c);
	if ((rc = set_str(s, s->ext_ref, "referenceCategory", w[0])) ||
		(rc = set_str(s, s->ext_ref, "referenceType", w[1])) ||
		(rc = set_str(s, s->ext_ref, "referenceLocator", w[2])))
		return rc;
	return append(s, s->pkg, r->key, s->ext_ref);
}

static int external_comment(struct spdx *s, const struct row *r, struct sw_str v)
{
	struct fmt_node *t = s->ext_ref;
	s->ext_ref = NULL;
	if (!t)
		return bad(s, "no current ExternalRef found");
	return v.n ? set_str(s, t, r->key, v) : 0;
}

static int file(struct spdx *s, const struct row *r, struct sw_str v)
{
	int rc = file_known(s);
	if (rc)
		return rc;
	if (s->state == CREATION)
		s->pkg = NULL; /* of no package */
	s->state = FILE_;
	s->file = fmt_node_new(&s->c, FMT_TABLE);
	s->file_known = false;
	if (!s->file)
		return fmt_full(&s->c);
	if ((rc = set_str(s, s->file, r->key, v)) || (rc = set(s, s->file, "checksums", sw_null())))
		return rc;
	return set_str(s, s->file, "copyrightText", SW_STR(""));
}

static int file_id(struct spdx *s, const struct row *r, struct sw_str v)
{
	int rc = element(s, v);
	if (rc || (rc = set_str(s, s->file, r->key, v)))
		return rc;
	s->file_known = true;
	return append(s, s->pkg ? s->pkg : s->doc, "files", s->file);
}

static int project(struct spdx *s, const struct row *r, struct sw_str v)
{
	int rc;
	s->project = fmt_node_new(&s->c, FMT_TABLE);
	if (!s->project)
		return fmt_full(&s->c);
	if ((rc = set_str(s, s->project, "name", v)) ||
		(rc = set_str(s, s->project, "homePage", SW_STR(""))) ||
		(rc = set_str(s, s->project, "URI", SW_STR(""))))
		return rc;
	return append(s, s->file, r->key, s->project);
}

static int project_part(struct spdx *s, const struct row *r, struct sw_str v)
{
	return s->project ? set_str(s, s->project, r->key, v)
			  : bad(s, "no current ArtifactOfProject found");
}

static int snippet(struct spdx *s, const struct row *r, struct sw_str v)
{
	(void)r;
	int rc = file_known(s);
	s->state = SNIPPET;
	return rc ? rc : element(s, v);
}

static int license(struct spdx *s, const struct row *r, struct sw_str v)
{
	s->state = LICENSE;
	s->license = fmt_node_new(&s->c, FMT_TABLE);
	if (!s->license)
		return fmt_full(&s->c);
	int rc = set_str(s, s->license, r->key, v);
	if (rc || (rc = set_str(s, s->license, "extractedText", SW_STR(""))))
		return rc;
	return append(s, s->doc, "hasExtractedLicensingInfos", s->license);
}

static int review(struct spdx *s, const struct row *r, struct sw_str v)
{
	struct sw_str kind = {0}, name = {0};
	(void)r;
	s->state = REVIEW;
	int rc = split_sub(s, v, &kind, &name);
	if (rc)
		return rc;
	if (!sw_str_is(kind, "Person") && !sw_str_is(kind, "Organization") &&
		!sw_str_is(kind, "Tool"))
		return bad(s, "unrecognized Reviewer type %.*s", SW_STR_ARG(kind));
	return 0;
}

static int relationship(struct spdx *s, const struct row *r, struct sw_str v)
{
	struct sw_str w[3];
	int rc;
	if (words(v, w, 3) != 3)
		return bad(s, "invalid relationship format for %.*s", SW_STR_ARG(v));
	if ((rc = doc_element(s, w[0])))
		return rc;
	if (!sw_str_is(w[2], "NONE") && !sw_str_is(w[2], "NOASSERTION") &&
		(rc = doc_element(s, w[2])))
		return rc;
	s->rel = fmt_node_new(&s->c, FMT_TABLE);
	if (!s->rel)
		return fmt_full(&s->c);
	if ((rc = set_str(s, s->rel, "spdxElementId", w[0])) ||
		(rc = set_str(s, s->rel, "relationshipType", w[1])) ||
		(rc = set_str(s, s->rel, "relatedSpdxElement", w[2])))
		return rc;
	return append(s, s->doc, r->key, s->rel);
}

static int relationship_comment(struct spdx *s, const struct row *r, struct sw_str v)
{
	if (!s->rel)
		return bad(s, "no relationship struct created in parser rln pointer");
	return v.n ? set_str(s, s->rel, r->key, v) : 0;
}

static int annotator(struct spdx *s, const struct row *r, struct sw_str v)
{
	struct sw_str kind = {0}, name = {0};
	int rc = split_sub(s, v, &kind, &name);
	if (rc)
		return rc;
	if (!sw_str_is(kind, "Person") && !sw_str_is(kind, "Organization") &&
		!sw_str_is(kind, "Tool"))
		return bad(s, "unrecognized Annotator type %.*s", SW_STR_ARG(kind));
	s->note = fmt_node_new(&s->c, FMT_TABLE);
	if (!s->note)
		return fmt_full(&s->c);
	if ((rc = set_pair(s, s->note, r->key, kind, name)) ||
		(rc = set_str(s, s->note, "annotationDate", SW_STR(""))) ||
		(rc = set_str(s, s->note, "annotationType", SW_STR(""))) ||
		(rc = set_str(s, s->note, "comment", SW_STR(""))))
		return rc;
	return append(s, s->doc, "annotations", s->note);
}

static int annotation(struct spdx *s, const struct row *r, struct sw_str v)
{
	if (!s->note)
		return bad(s, "no annotation struct created in parser ann pointer");
	return r->key ? set_str(s, s->note, r->key, v) : doc_element(s, v);
}

/* ---- the tags ---- */

static const struct row rows[] = {
	{"SPDXVersion", START, text, "spdxVersion"},
	{"DataLicense", START, text, "dataLicense"},
	{"SPDXID", START, doc_id, "SPDXID"},
	{"DocumentName", START, text, "name"},
	{"DocumentNamespace", START, text, "documentNamespace"},
	{"DocumentComment", START, text, "comment"},
	{"ExternalDocumentRef", START, external_doc, "externalDocumentRefs"},
	{"LicenseListVersion", CREATION, text, "licenseListVersion"},
	{"Creator", CREATION, creator, "creators"},
	{"Created", CREATION, text, "created"},
	{"CreatorComment", CREATION, text, "comment"},
	{"PackageName", CREATION | PACKAGE | FILE_ | SNIPPET, package, "name"},
	{"SPDXID", PACKAGE, package_id, "SPDXID"},
	{"PackageVersion", PACKAGE, text, "versionInfo"},
	{"PackageFileName", PACKAGE, text, "packageFileName"},
	{"PackageSupplier", PACKAGE, supplier, "supplier"},
	{"PackageOriginator", PACKAGE, supplier, "originator"},
	{"PackageDownloadLocation", PACKAGE, text, "downloadLocation"},
	{"FilesAnalyzed", PACKAGE, analyzed, "filesAnalyzed"},
	{"PackageVerificationCode", PACKAGE, verification, "packageVerificationCode"},
	{"PackageChecksum", PACKAGE, sums, "checksums"},
	{"PackageHomePage", PACKAGE, text, "homepage"},
	{"PackageSourceInfo", PACKAGE, text, "sourceInfo"},
	{"PackageLicenseConcluded", PACKAGE, text, "licenseConcluded"},
	{"PackageLicenseInfoFromFiles", PACKAGE, many, "licenseInfoFromFiles"},
	{"PackageLicenseDeclared", PACKAGE, text, "licenseDeclared"},
	{"PackageLicenseComments", PACKAGE, text, "licenseComments"},
	{"PackageCopyrightText", PACKAGE, text, "copyrightText"},
	{"PackageSummary", PACKAGE, text, "summary"},
	{"PackageDescription", PACKAGE, text, "description"},
	{"PackageComment", PACKAGE, text, "comment"},
	{"PrimaryPackagePurpose", PACKAGE, text, "primaryPackagePurpose"},
	{"ReleaseDate", PACKAGE, text, "releaseDate"},
	{"BuiltDate", PACKAGE, text, "builtDate"},
	{"ValidUntilDate", PACKAGE, text, "validUntilDate"},
	{"PackageAttributionText", PACKAGE, many, "attributionTexts"},
	{"ExternalRef", PACKAGE, external_ref, "externalRefs"},
	{"ExternalRefComment", PACKAGE, external_comment, "comment"},
	{"FileName", CREATION | PACKAGE | FILE_ | SNIPPET, file, "fileName"},
	{"SPDXID", FILE_, file_id, "SPDXID"},
	{"FileType", FILE_, many, "fileTypes"},
	{"FileChecksum", FILE_, sums, "checksums"},
	{"LicenseConcluded", FILE_, text, "licenseConcluded"},
	{"LicenseInfoInFile", FILE_, many, "licenseInfoInFiles"},
	{"LicenseComments", FILE_, text, "licenseComments"},
	{"FileCopyrightText", FILE_, text, "copyrightText"},
	{"ArtifactOfProjectName", FILE_, project, "artifactOfs"},
	{"ArtifactOfProjectHomePage", FILE_, project_part, "homePage"},
	{"ArtifactOfProjectURI", FILE_, project_part, "URI"},
	{"FileComment", FILE_, text, "comment"},
	{"FileNotice", FILE_, text, "noticeText"},
	{"FileContributor", FILE_, many, "fileContributors"},
	{"FileDependency", FILE_, many, "fileDependencies"},
	{"FileAttributionText", FILE_, many, "attributionTexts"},
	{"SnippetSPDXID", FILE_ | SNIPPET, snippet, NULL},
	{"SnippetFromFileSPDXID", SNIPPET, ignored, NULL},
	{"SnippetByteRange", SNIPPET, ignored, NULL},
	{"SnippetLineRange", SNIPPET, ignored, NULL},
	{"SnippetLicenseConcluded", SNIPPET, ignored, NULL},
	{"LicenseInfoInSnippet", SNIPPET, ignored, NULL},
	{"SnippetLicenseComments", SNIPPET, ignored, NULL},
	{"SnippetCopyrightText", SNIPPET, ignored, NULL},
	{"SnippetComment", SNIPPET, ignored, NULL},
	{"SnippetName", SNIPPET, ignored, NULL},
	{"SnippetAttributionText", SNIPPET, ignored, NULL},
	{"LicenseID", ANYWHERE & ~REVIEW, license, "licenseId"},
	{"ExtractedText", LICENSE, text, "extractedText"},
	{"LicenseName", LICENSE, text, "name"},
	{"LicenseCrossReference", LICENSE, many, "seeAlsos"},
	{"LicenseComment", LICENSE, text, "comment"},
	{"Reviewer", ANYWHERE, review, NULL},
	{"ReviewDate", REVIEW, ignored, NULL},
	{"ReviewComment", REVIEW, ignored, NULL},
	{"Relationship", ANYWHERE, relationship, "relationships"},
	{"RelationshipComment", ANYWHERE, relationship_comment, "comment"},
	{"Annotator", ANYWHERE, annotator, "annotator"},
	{"AnnotationDate", ANYWHERE, annotation, "annotationDate"},
	{"AnnotationType", ANYWHERE, annotation, "annotationType"},
	{"SPDXREF", ANYWHERE, annotation, NULL},
	{"AnnotationComment", ANYWHERE, annotation, "comment"},
};

static const struct row *find_row(enum state state, struct sw_str tag)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(rows); i++)
		if ((rows[i].states & state) && sw_str_is(tag, rows[i].tag))
			return &rows[i];
	return NULL;
}

static int begin_creation(struct spdx *s)
{
	int rc;
	s->state = CREATION;
	if (s->creation)
		return 0;
	s->creation = fmt_table_get(s->doc, SW_STR("creationInfo")); /* null until now */
	struct fmt_node *t = fmt_node_new(&s->c, FMT_TABLE);
	if (!t)
		return fmt_full(&s->c);
	*s->creation = *t;
	if ((rc = set(s, s->creation, "creators", sw_null())))
		return rc;
	return set_str(s, s->creation, "created", SW_STR(""));
}

static int pair(struct spdx *s, struct sw_str tag, struct sw_str v)
{
	static const char *const sections[] = {
		"Start", "CreationInfo", "Package", "File", "Snippet", "OtherLicense", "Review"};
	int rc;
	if (!sw_str_is(tag, "ExternalRefComment"))
		s->ext_ref = NULL;
	if (!sw_str_is(tag, "ArtifactOfProjectHomePage") && !sw_str_is(tag, "ArtifactOfProjectURI"))
		s->project = NULL;
	if (s->state == START && !find_row(START, tag) && (rc = begin_creation(s)))
		return rc;
	if (s->state == CREATION && sw_str_is(tag, "DocumentComment"))
		s->state = START;
	const struct row *r = find_row(s->state, tag);
	if (!r)
		return bad(s, "received unknown tag %.*s in %s section", SW_STR_ARG(tag),
			sections[__builtin_ctz(s->state)]);
	return r->fn(s, r, v);
}

/* ---- lines ---- */

/* The value behind the colon; over several lines where it is in <text>. */
static int value_of(struct spdx *s, struct sw_str rest, struct sw_str *ret)
{
	static const struct sw_str open = SW_STR_INIT("<text>"), close = SW_STR_INIT("</text>");
	size_t at = sw_str_find(rest, open, 0), end;
	struct sw_str line;
	sw_autobuf out;
	sw_buf_init(&out, SW_FORMAT_MAX);
	if (at == SW_NPOS) {
		*ret = sw_str_trim(rest);
		return 0;
	}
	line = sw_str_sub(rest, at + open.n, rest.n);
	while ((end = sw_str_find(line, close, 0)) == SW_NPOS) {
		sw_buf_addstr(&out, line);
		sw_buf_addch(&out, '\n');
		if (!fmt_line(&s->c, &line))
			return bad(s, "the text ends in <text>");
	}
	sw_buf_addstr(&out, sw_str_sub(line, 0, end));
	struct sw_value v;
	int rc = fmt_string(&s->c, &out, &v);
	if (!rc)
		*ret = sw_value_str(v);
	return rc;
}

static int read_lines(struct spdx *s)
{
	struct sw_str line, value;
	int rc = 0;
	for (s->from = s->c.at; !rc && fmt_line(&s->c, &line); s->from = s->c.at) {
		struct sw_str own = sw_str_trim(line); /* behind <text>, white space counts */
		if (!own.n || own.p[0] == '#')
			continue;
		size_t colon = sw_str_chr(line, ':', 0);
		if (colon == SW_NPOS)
			return bad(s, "no colon found in '%.*s'", SW_STR_ARG(own));
		if ((rc = value_of(s, sw_str_sub(line, colon + 1, line.n), &value)))
			return rc;
		struct sw_str tag = sw_str_trim(sw_str_sub(line, 0, colon));
		if (sw_str_is(tag, "SPDXVersion"))
			s->old = !sw_str_is(value, "SPDX-2.3");
		rc = pair(s, tag, value);
	}
	return rc;
}

static int begin(struct spdx *s)
{
	static const char *const must[] = {
		"spdxVersion", "dataLicense", "name", "documentNamespace"};
	int rc = 0;
	s->state = START;
	s->doc = fmt_node_new(&s->c, FMT_TABLE);
	if (!s->doc)
		return fmt_full(&s->c);
	for (size_t i = 0; !rc && i < SW_ARRAY_LEN(must); i++)
		rc = set_str(s, s->doc, must[i], SW_STR(""));
	rc = rc ? rc : set_str(s, s->doc, "SPDXID", SW_STR("SPDXRef-"));
	return rc ? rc : set(s, s->doc, "creationInfo", sw_null());
}

int sw_spdx_parse(
	struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	static const char *const versions[] = {"SPDX-2.1", "SPDX-2.2", "SPDX-2.3"};
	struct spdx s = {0};
	size_t i = 0;
	int rc = fmt_open(&s.c, a, text, err);
	if (rc || (rc = begin(&s)) || (rc = read_lines(&s)) || (rc = file_known(&s)) ||
		(rc = package_known(&s)))
		return rc;
	struct fmt_node *version = fmt_table_get(s.doc, SW_STR("spdxVersion"));
	while (i < SW_ARRAY_LEN(versions) && !sw_str_is(sw_value_str(version->value), versions[i]))
		i++;
	if (i == SW_ARRAY_LEN(versions))
		return fmt_fail_at(&s.c, 0, SW_EINVALID, "unsupported SPDX version: '%.*s'",
			SW_STR_ARG(sw_value_str(version->value)));
	version->value = SW_VSTR("SPDX-2.3");
	return fmt_seal(&s.c, s.doc, ret);
}
