/* SPDX-License-Identifier: Apache-2.0 */
#include "package/package.h"

#include <stdlib.h>
#include <xxhash.h>

static const char *const type_names[SW_PKG__COUNT] = {
	[SW_PKG_ALPM] = "alpm",
	[SW_PKG_APK] = "apk",
	[SW_PKG_BITNAMI] = "bitnami",
	[SW_PKG_BREW] = "brew",
	[SW_PKG_CARGO] = "cargo",
	[SW_PKG_COCOAPODS] = "cocoapods",
	[SW_PKG_COMPOSER] = "composer",
	[SW_PKG_CONAN] = "conan",
	[SW_PKG_CONDA] = "conda",
	[SW_PKG_CPAN] = "cpan",
	[SW_PKG_CRAN] = "cran",
	[SW_PKG_DEB] = "deb",
	[SW_PKG_EBUILD] = "ebuild",
	[SW_PKG_GEM] = "gem",
	[SW_PKG_GENERIC] = "generic",
	[SW_PKG_GITHUB] = "github",
	[SW_PKG_GOLANG] = "golang",
	[SW_PKG_HACKAGE] = "hackage",
	[SW_PKG_HEX] = "hex",
	[SW_PKG_JULIA] = "julia",
	[SW_PKG_LUAROCKS] = "luarocks",
	[SW_PKG_MAVEN] = "maven",
	[SW_PKG_NPM] = "npm",
	[SW_PKG_NUGET] = "nuget",
	[SW_PKG_OPAM] = "opam",
	[SW_PKG_PEAR] = "pear",
	[SW_PKG_PUB] = "pub",
	[SW_PKG_PYPI] = "pypi",
	[SW_PKG_RPM] = "rpm",
	[SW_PKG_SWIFT] = "swift",
	[SW_PKG_TERRAFORM] = "terraform",
	[SW_PKG_VCPKG] = "vcpkg",
	[SW_PKG_K8S] = "k8s",
};

const char *sw_package_type_name(enum sw_package_type t)
{
	return t < SW_PKG__COUNT ? type_names[t] : "unknown";
}

int sw_package_type_find(struct sw_str name, enum sw_package_type *ret)
{
	for (int t = 0; t < SW_PKG__COUNT; t++) {
		if (sw_str_is(name, type_names[t])) {
			*ret = (enum sw_package_type)t;
			return 0;
		}
	}
	return -SW_ENOENT;
}

struct sw_str sw_package_stream(struct sw_str label)
{
	size_t colon = sw_str_chr(label, ':', 0);
	if (!colon || colon == SW_NPOS || colon + 1 == label.n)
		return SW_STR("");
	return sw_str_sub(label, 0, sw_str_chr(label, ':', colon + 1));
}

bool sw_package_type_is_os(enum sw_package_type t)
{
	return t == SW_PKG_ALPM || t == SW_PKG_APK || t == SW_PKG_DEB || t == SW_PKG_RPM;
}

void sw_package_texts(struct sw_package *p, struct sw_str *ret[SW_PACKAGE_TEXTS])
{
	struct sw_str *texts[SW_PACKAGE_TEXTS] = {&p->ns, &p->name, &p->version, &p->source,
		&p->source_version, &p->arch, &p->module, &p->license, &p->supplier, &p->path,
		&p->qualifiers, &p->cpe};
	memcpy(ret, texts, sizeof(texts));
}

void sw_distribution_texts(struct sw_distribution *d, struct sw_str *ret[SW_DISTRIBUTION_TEXTS])
{
	struct sw_str *texts[SW_DISTRIBUTION_TEXTS] = {&d->id, &d->version, &d->codename, &d->pretty_name,
		&d->id_like, &d->cpe, &d->streams};
	memcpy(ret, texts, sizeof(texts));
}

void sw_bom_init(struct sw_bom *bom, size_t budget)
{
	*bom = (struct sw_bom){0};
	sw_arena_init(&bom->arena, budget);
}

void sw_bom_release(struct sw_bom *bom)
{
	free(bom->packages);
	free(bom->problems);
	free(bom->owned);
	sw_arena_release(&bom->arena);
	*bom = (struct sw_bom){0};
}

/* Room for one more of `size` bytes each; doubling, never beyond SW_BOM_PACKAGES times `factor`. */
static int room(void **v, uint32_t n, uint32_t *cap, size_t size, uint32_t factor)
{
	if (n < *cap)
		return 0;
	if (n >= SW_BOM_PACKAGES * factor)
		return -SW_ELIMIT;
	uint32_t want = *cap ? *cap * 2 : 64;
	void *grown = reallocarray(*v, want, size);
	if (!grown)
		return -SW_ELIMIT;
	*v = grown;
	*cap = want;
	return 0;
}

/* The copy of one text; false: too long, or the budget is used up. */
static bool copy(struct sw_arena *a, struct sw_str *s)
{
	if (s->n > SW_BOM_TEXT)
		return false;
	if (s->n == 0) {
		*s = SW_STR("");
		return true;
	}
	*s = sw_arena_str(a, *s);
	return s->p != NULL;
}

int sw_bom_add(struct sw_bom *bom, const struct sw_package *p)
{
	if (p->name.n == 0)
		return -SW_EINVALID;
	int r = room((void **)&bom->packages, bom->n, &bom->cap, sizeof(*bom->packages), 1);
	if (r < 0)
		return r;
	struct sw_package made = *p;
	struct sw_str *texts[SW_PACKAGE_TEXTS];
	sw_package_texts(&made, texts);
	for (size_t i = 0; i < SW_PACKAGE_TEXTS; i++)
		if (!copy(&bom->arena, texts[i]))
			return -SW_ELIMIT;
	bom->packages[bom->n++] = made;
	return 0;
}

int sw_bom_problem(struct sw_bom *bom, struct sw_str path, struct sw_str reason, uint32_t layer)
{
	int r = room((void **)&bom->problems, bom->n_problems, &bom->cap_problems,
		sizeof(*bom->problems), 1);
	if (r < 0)
		return r;
	struct sw_bom_problem made = {
		sw_str_sub(path, 0, SW_BOM_TEXT), sw_str_sub(reason, 0, SW_BOM_TEXT), layer};
	if (!copy(&bom->arena, &made.path) || !copy(&bom->arena, &made.reason))
		return -SW_ELIMIT;
	bom->problems[bom->n_problems++] = made;
	return 0;
}

static uint64_t path_hash(struct sw_str path)
{
	while (path.n && path.p[0] == '/')
		path = sw_str_sub(path, 1, path.n);
	return XXH3_64bits(path.p ? path.p : "", path.n);
}

int sw_bom_own_hash(struct sw_bom *bom, uint64_t hash)
{
	/* A full distribution owns some 20 files a package. */
	int r = room((void **)&bom->owned, bom->n_owned, &bom->cap_owned, sizeof(*bom->owned), 16);
	if (r < 0)
		return r;
	bom->owned[bom->n_owned++] = hash;
	return 0;
}

int sw_bom_own(struct sw_bom *bom, struct sw_str path)
{
	return sw_bom_own_hash(bom, path_hash(path));
}

static int cmp_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

bool sw_bom_owns(const struct sw_bom *bom, struct sw_str path)
{
	uint64_t h = path_hash(path);
	return bom->n_owned && bsearch(&h, bom->owned, bom->n_owned, sizeof(h), cmp_u64);
}

static int cmp_package(const void *va, const void *vb)
{
	const struct sw_package *a = va, *b = vb;
	int r;

	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if ((r = sw_str_cmp(a->ns, b->ns)) || (r = sw_str_cmp(a->name, b->name)) ||
		(r = sw_str_cmp(a->version, b->version)) || (r = sw_str_cmp(a->arch, b->arch)) ||
		(r = sw_str_cmp(a->qualifiers, b->qualifiers)) ||
		(r = sw_str_cmp(a->path, b->path)))
		return r;
	if (a->layer != b->layer)
		return a->layer < b->layer ? -1 : 1;
	if (a->claimed != b->claimed)
		return (int)a->claimed - (int)b->claimed;
	/* Needed in production wins over needed for tests: it comes first and is the one kept. */
	return (int)a->dev - (int)b->dev;
}

static bool repeats(const struct sw_package *a, const struct sw_package *b)
{
	return a->type == b->type && sw_str_eq(a->ns, b->ns) && sw_str_eq(a->name, b->name) &&
	       sw_str_eq(a->version, b->version) && sw_str_eq(a->arch, b->arch) &&
	       sw_str_eq(a->qualifiers, b->qualifiers) && sw_str_eq(a->path, b->path) && a->layer == b->layer;
}

/* By bytes, lowest first: a distribution owns some hundred thousand files. */
static void sort_hashes(uint64_t *v, uint32_t n)
{
	uint64_t *to = n > 1024 ? malloc((size_t)n * sizeof(*to)) : NULL, *from = v;
	if (!to) {
		qsort(v, n, sizeof(*v), cmp_u64);
		return;
	}
	uint64_t *spare = to;
	for (unsigned shift = 0; shift < 64; shift += 8) { /* eight passes: it ends in v again */
		uint32_t at[257] = {0};
		for (uint32_t i = 0; i < n; i++)
			at[(from[i] >> shift & 0xff) + 1]++;
		for (int k = 0; k < 256; k++)
			at[k + 1] += at[k];
		for (uint32_t i = 0; i < n; i++)
			to[at[from[i] >> shift & 0xff]++] = from[i];
		uint64_t *swap = from;
		from = to;
		to = swap;
	}
	free(spare);
}

static bool same_package(const struct sw_package *a, const struct sw_package *b)
{
	return a->type == b->type && sw_str_eq(a->ns, b->ns) && sw_str_eq(a->name, b->name) &&
	       sw_str_eq(a->version, b->version);
}

/* Of packages that were read themselves nobody needs to be told; of others once is enough. */
static void drop_claims(struct sw_bom *bom)
{
	uint32_t kept = 0;

	for (uint32_t i = 0, end; i < bom->n; i = end) {
		bool read = false, told = false;
		for (end = i; end < bom->n && same_package(&bom->packages[i], &bom->packages[end]);
			end++)
			read = read || !bom->packages[end].claimed;
		for (uint32_t k = i; k < end; k++) {
			bool claimed = bom->packages[k].claimed;
			if (claimed && (read || told))
				continue;
			told = told || claimed;
			bom->packages[kept++] = bom->packages[k];
		}
	}
	bom->n = kept;
}

void sw_bom_finish(struct sw_bom *bom)
{
	if (bom->n_owned)
		sort_hashes(bom->owned, bom->n_owned);
	for (uint32_t i = 0; i < bom->n; i++)
		if (sw_package_type_is_os(bom->packages[i].type) && bom->packages[i].ns.n == 0 &&
			bom->distribution.id.n)
			bom->packages[i].ns = bom->distribution.id;
	if (bom->n)
		qsort(bom->packages, bom->n, sizeof(*bom->packages), cmp_package);
	uint32_t kept = 0;
	for (uint32_t i = 0; i < bom->n; i++) {
		struct sw_package *p = &bom->packages[i];
		if (kept && repeats(&bom->packages[kept - 1], p))
			continue;
		if (!sw_package_type_is_os(p->type) && p->path.n) /* a bill may have said so itself */
			p->owned_by_os |= sw_bom_owns(
				bom, sw_str_sub(p->path, 0, sw_str_find(p->path, SW_STR("!/"), 0)));
		bom->packages[kept++] = *p;
	}
	bom->n = kept;
	drop_claims(bom);
}
