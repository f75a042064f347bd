/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lock files that are a short list each: Dart (pubspec.lock), Elixir (mix.lock), Conan
 * (conan.lock), conda (conda-meta/NAME.json), Julia (Manifest.toml), Swift (Package.resolved),
 * CocoaPods (Podfile.lock), R (renv.lock and installed DESCRIPTION files), Haskell
 * (cabal.project.freeze, stack.yaml.lock), Scala (build.sbt.lock).
 */
#include "image/readers/impl.h"

/* ---- Dart ---- */

static bool pub_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "pubspec.lock");
}

static int pub_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_yaml(&a, bom, f, &root);
	if (r <= 0)
		return r;
	r = 0;
	sw_object_foreach (m, rd_object(rd_get(root, "packages"))) {
		struct sw_str source = rd_str(m->v, "source");
		struct sw_package p = {.type = SW_PKG_PUB,
			.name = sw_value_str(m->k),
			.version = rd_str(m->v, "version"),
			.dev = rd_starts(rd_str(m->v, "dependency"), "direct dev")};
		if (sw_str_is(source, "sdk") || sw_str_is(source, "path"))
			continue;
		if ((r = rd_add(bom, f, &p)))
			break;
	}
	return r;
}

const struct sw_reader rd_pub = {
	.name = "pub",
	.about = "pubspec.lock of Dart and Flutter",
	.wants = pub_wants,
	.max_size = RD_MIB(8),
	.read = pub_read,
};

/* ---- Elixir ---- */

static bool hex_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "mix.lock");
}

/* A line each: "key": {:hex, :name, "1.0.0", "sum", …}. Repositories of git have no version. */
static int hex_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str rest = f->content, line, name;
	int r = 0;

	while (r == 0 && rd_line(&rest, &line)) {
		size_t at = sw_str_find(line, SW_STR("{:hex,"), 0);
		if (at == SW_NPOS)
			continue;
		struct sw_str args = sw_str_sub(line, at + 6, line.n);
		struct sw_package p = {.type = SW_PKG_HEX};
		name = rd_cut(&args, ',');
		if (name.n && name.p[0] == ':')
			p.name = rd_unquote(sw_str_sub(name, 1, name.n));
		p.version = rd_unquote(rd_cut(&args, ','));
		if (p.name.n && p.version.n)
			r = rd_add(bom, f, &p);
	}
	return r;
}

const struct sw_reader rd_hex = {
	.name = "hex",
	.about = "mix.lock of Elixir",
	.wants = hex_wants,
	.max_size = RD_MIB(8),
	.read = hex_read,
};

/* ---- Conan ---- */

static bool conan_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "conan.lock");
}

/* "name/1.0@user/channel#revision%time" */
static int conan_ref(struct sw_arena *a, struct sw_bom *bom, const struct sw_reader_file *f,
	struct sw_value ref, bool dev)
{
	struct sw_package p = {.type = SW_PKG_CONAN, .dev = dev};

	if (ref.type != SW_STRING)
		return 0;
	struct sw_str s = sw_value_str(ref);
	s = rd_cut(&s, '%');
	s = rd_cut(&s, '#');
	p.name = rd_cut(&s, '/');
	p.version = rd_cut(&s, '@');
	if (p.name.n == 0 || p.version.n == 0 || sw_str_chr(p.version, '/', 0) != SW_NPOS)
		return 0;
	struct sw_str channel = s, user = rd_cut(&channel, '/');
	if (user.n && channel.n && !sw_str_is(user, "_"))
		p.qualifiers = sw_arena_printf(
			a, "channel=%.*s&user=%.*s", SW_STR_ARG(channel), SW_STR_ARG(user));
	return rd_add(bom, f, &p);
}

static int conan_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	static const char *const lists[] = {"requires", "build_requires", "python_requires"};
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_json(&a, bom, f, &root);
	if (r <= 0)
		return r;
	r = 0;
	sw_object_foreach (m, rd_object(sw_value_path(root, "graph_lock", "nodes", NULL))) {
		if (sw_str_is(sw_value_str(m->k), "0")) /* the project */
			continue;
		if ((r = conan_ref(&a, bom, f, rd_get(m->v, "ref"), false)))
			return r;
	}
	for (size_t i = 0; i < 3; i++) {
		sw_array_foreach (v, rd_array(rd_get(root, lists[i])))
			if ((r = conan_ref(&a, bom, f, *v, i > 0)))
				return r;
	}
	return r;
}

const struct sw_reader rd_conan = {
	.name = "conan",
	.about = "conan.lock, versions 1 and 2",
	.wants = conan_wants,
	.max_size = RD_MIB(16),
	.read = conan_read,
};

/* ---- conda ---- */

static bool conda_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_ends(path, ".json") && rd_named(rd_dir(path), "conda-meta");
}

static void conda_put(struct sw_buf *out, const char *key, struct sw_str value)
{
	if (value.n && sw_str_chr(value, '&', 0) == SW_NPOS)
		sw_buf_printf(out, "%s%s=%.*s", out->n ? "&" : "", key, SW_STR_ARG(value));
}

/* "https://conda.anaconda.org/conda-forge/linux-64" and "pkgs/main/linux-64": the last but one. */
static struct sw_str conda_channel(struct sw_str channel, struct sw_str subdir)
{
	channel = rd_strip(channel, "/");
	if (subdir.n && sw_str_is(rd_base(channel), "noarch"))
		channel = rd_dir(channel);
	else if (subdir.n && sw_str_eq(rd_base(channel), subdir))
		channel = rd_dir(channel);
	return rd_base(channel);
}

static int conda_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_json(&a, bom, f, &root);
	if (r <= 0)
		return r;
	struct sw_package p = {.type = SW_PKG_CONDA,
		.name = rd_str(root, "name"),
		.version = rd_str(root, "version"),
		.license = rd_str(root, "license")};
	struct sw_str subdir = rd_str(root, "subdir"), file = rd_str(root, "fn");
	sw_autobuf own;
	sw_buf_init(&own, SW_BOM_TEXT);
	conda_put(&own, "build", rd_str(root, "build"));
	conda_put(&own, "channel", conda_channel(rd_str(root, "channel"), subdir));
	conda_put(&own, "subdir", subdir);
	conda_put(&own, "type", rd_ends(file, ".conda") ? SW_STR("conda")
				: rd_ends(file, ".tar.bz2") ? SW_STR("tar.bz2") : SW_STR(""));
	if (!own.overflow)
		p.qualifiers = sw_buf_str(&own);
	return rd_add(bom, f, &p);
}

const struct sw_reader rd_conda = {
	.name = "conda",
	.about = "installed packages of conda: conda-meta/NAME.json",
	.wants = conda_wants,
	.max_size = RD_MIB(64),
	.read = conda_read,
};

/* ---- Julia ---- */

static bool julia_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	struct sw_str base = rd_base(path);
	return sw_str_is(base, "Manifest.toml") || sw_str_is(base, "JuliaManifest.toml") ||
	       (rd_starts(base, "Manifest-v") && rd_ends(base, ".toml"));
}

/* [[deps.Name]], before version 2 [[Name]]. The standard library has no version. */
static int julia_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_toml(&a, bom, f, &root);
	if (r <= 0)
		return r;
	struct sw_value deps = rd_get(root, "deps");
	sw_object_foreach (m, rd_object(deps.type == SW_OBJECT ? deps : root)) {
		sw_array_foreach (v, rd_array(m->v)) {
			struct sw_package p = {.type = SW_PKG_JULIA,
				.name = sw_value_str(m->k),
				.version = rd_str(*v, "version")};
			struct sw_str uuid = rd_str(*v, "uuid");
			if (p.version.n == 0)
				continue;
			if (uuid.n && uuid.n <= 64)
				p.qualifiers = sw_arena_printf(&a, "uuid=%.*s", SW_STR_ARG(uuid));
			r = rd_add(bom, f, &p);
			if (r)
				return r;
		}
	}
	return 0;
}

const struct sw_reader rd_julia = {
	.name = "julia",
	.about = "Manifest.toml of Julia",
	.wants = julia_wants,
	.max_size = RD_MIB(16),
	.read = julia_read,
};

/* ---- Swift ---- */

static bool swift_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "Package.resolved") || rd_named(path, ".package.resolved");
}

/*
 * "https://github.com/apple/swift-nio.git" and "git@github.com:apple/swift-nio" are
 * github.com/apple, swift-nio.
 */
static void swift_name(struct sw_arena *a, struct sw_str url, struct sw_package *p)
{
	size_t scheme = sw_str_find(url, SW_STR("://"), 0);

	if (scheme != SW_NPOS)
		url = sw_str_sub(url, scheme + 3, url.n);
	size_t user = sw_str_chr(url, '@', 0);
	if (user != SW_NPOS)
		url = sw_str_sub(url, user + 1, url.n);
	size_t colon = scheme == SW_NPOS ? sw_str_chr(url, ':', 0) : SW_NPOS;
	if (colon != SW_NPOS && url.n <= RD_NAME_MAX)
		url = sw_arena_printf(a, "%.*s/%.*s", (int)colon, url.p,
			SW_STR_ARG(sw_str_sub(url, colon + 1, url.n)));
	rd_split_last(rd_strip(rd_strip(url, "/"), ".git"), '/', &p->ns, &p->name);
}

static int swift_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_json(&a, bom, f, &root);
	if (r <= 0)
		return r;
	r = 0;
	struct sw_value pins = rd_get(root, "pins");
	if (pins.type != SW_ARRAY)
		pins = sw_value_path(root, "object", "pins", NULL);
	sw_array_foreach (v, rd_array(pins)) {
		struct sw_str url = rd_str(*v, "location");
		struct sw_package p = {
			.type = SW_PKG_SWIFT, .version = rd_str(rd_get(*v, "state"), "version")};
		swift_name(&a, url.n ? url : rd_str(*v, "repositoryURL"), &p);
		if (p.version.n == 0)
			p.version = rd_str(rd_get(*v, "state"), "branch");
		if ((r = rd_add(bom, f, &p)))
			break;
	}
	return r;
}

const struct sw_reader rd_swift = {
	.name = "swift",
	.about = "Package.resolved of Swift",
	.wants = swift_wants,
	.max_size = RD_MIB(8),
	.read = swift_read,
};

/* ---- CocoaPods ---- */

static bool pods_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "Podfile.lock");
}

/* PODS: lines "  - Name/Part (1.0)" with or without a colon. A part is of its pod's version. */
static int pods_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str rest = f->content, line;
	bool pods = false;
	int r = 0;

	while (r == 0 && rd_line(&rest, &line)) {
		if (line.n && line.p[0] != ' ')
			pods = rd_starts(line, "PODS:");
		if (!pods || !rd_starts(line, "  - "))
			continue;
		struct sw_package p = {.type = SW_PKG_COCOAPODS};
		struct sw_str item = sw_str_sub(line, 4, line.n);
		if (item.n && item.p[0] == '"')
			item = sw_str_sub(item, 1, item.n);
		struct sw_str version = item, name = rd_cut(&version, '(');
		p.name = rd_cut(&name, '/');
		p.version = rd_cut(&version, ')');
		if (p.name.n && p.version.n)
			r = rd_add(bom, f, &p);
	}
	return r;
}

const struct sw_reader rd_cocoapods = {
	.name = "cocoapods",
	.about = "Podfile.lock",
	.wants = pods_wants,
	.max_size = RD_MIB(8),
	.read = pods_read,
};

/* ---- R ---- */

static bool renv_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "renv.lock");
}

static int renv_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_json(&a, bom, f, &root);
	if (r <= 0)
		return r;
	r = 0;
	sw_object_foreach (m, rd_object(rd_get(root, "Packages"))) {
		struct sw_package p = {.type = SW_PKG_CRAN,
			.name = rd_str(m->v, "Package"),
			.version = rd_str(m->v, "Version")};
		if ((r = rd_add(bom, f, &p)))
			break;
	}
	return r;
}

const struct sw_reader rd_renv = {
	.name = "renv",
	.about = "renv.lock of R",
	.wants = renv_wants,
	.max_size = RD_MIB(16),
	.read = renv_read,
};

/* lib/R/library/NAME/DESCRIPTION, site-library/NAME/DESCRIPTION */
static bool cran_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	struct sw_str up = rd_dir(rd_dir(path));
	return rd_named(path, "DESCRIPTION") &&
	       (rd_named(up, "library") || rd_named(up, "site-library"));
}

static int cran_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_package p = {.type = SW_PKG_CRAN};
	struct sw_str rest = f->content, line;

	while (rd_line(&rest, &line)) {
		rd_field(line, "Package:", &p.name);
		rd_field(line, "Version:", &p.version);
		rd_field(line, "License:", &p.license);
		rd_field(line, "Maintainer:", &p.supplier);
	}
	return p.name.n && p.version.n ? rd_add(bom, f, &p) : 0;
}

const struct sw_reader rd_cran = {
	.name = "cran",
	.about = "installed packages of R: library/NAME/DESCRIPTION",
	.wants = cran_wants,
	.max_size = RD_MIB(4),
	.read = cran_read,
};

/* ---- Haskell ---- */

static bool hackage_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "cabal.project.freeze") || rd_named(path, "stack.yaml.lock");
}

/* "constraints: any.aeson ==2.1.0.0,": flags of packages have no "==". */
static int freeze_line(struct sw_bom *bom, const struct sw_reader_file *f, struct sw_str line)
{
	struct sw_package p = {.type = SW_PKG_HACKAGE};
	size_t any = sw_str_find(line, SW_STR("any."), 0);
	size_t eq = sw_str_find(line, SW_STR("=="), 0);

	if (any == SW_NPOS || eq == SW_NPOS || eq < any)
		return 0;
	struct sw_str version = sw_str_sub(line, eq + 2, line.n);
	p.name = sw_str_trim(sw_str_sub(line, any + 4, eq));
	p.version = rd_cut(&version, ',');
	return p.name.n ? rd_add(bom, f, &p) : 0;
}

/* "    hackage: aeson-2.1.0.0@sha256:…,123" of what was completed */
static int stack_line(struct sw_bom *bom, const struct sw_reader_file *f, struct sw_str line)
{
	struct sw_package p = {.type = SW_PKG_HACKAGE};
	size_t at = sw_str_find(line, SW_STR("hackage: "), 0);

	if (at == SW_NPOS)
		return 0;
	struct sw_str id = sw_str_sub(line, at + 9, line.n);
	id = rd_cut(&id, '@');
	rd_split_last(id, '-', &p.name, &p.version);
	return p.name.n ? rd_add(bom, f, &p) : 0;
}

static int hackage_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	bool stack = rd_named(f->path, "stack.yaml.lock");
	struct sw_str rest = f->content, line;
	int r = 0;

	while (r == 0 && rd_line(&rest, &line))
		r = stack ? stack_line(bom, f, line) : freeze_line(bom, f, line);
	return r;
}

const struct sw_reader rd_hackage = {
	.name = "hackage",
	.about = "cabal.project.freeze and stack.yaml.lock of Haskell",
	.wants = hackage_wants,
	.max_size = RD_MIB(8),
	.read = hackage_read,
};

/* ---- Scala ---- */

static bool sbt_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "build.sbt.lock");
}

/* Only in configurations of tests? */
static bool sbt_dev(struct sw_value configurations)
{
	bool any = false;

	sw_array_foreach (v, rd_array(configurations)) {
		if (v->type != SW_STRING || !rd_starts(sw_value_str(*v), "test"))
			return false;
		any = true;
	}
	return any;
}

static int sbt_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_json(&a, bom, f, &root);
	if (r <= 0)
		return r;
	r = 0;
	sw_array_foreach (v, rd_array(rd_get(root, "dependencies"))) {
		struct sw_package p = {.type = SW_PKG_MAVEN,
			.ns = rd_str(*v, "org"),
			.name = rd_str(*v, "name"),
			.version = rd_str(*v, "version"),
			.dev = sbt_dev(rd_get(*v, "configurations"))};
		if ((r = rd_add(bom, f, &p)))
			break;
	}
	return r;
}

const struct sw_reader rd_sbt = {
	.name = "sbt",
	.about = "build.sbt.lock of Scala",
	.wants = sbt_wants,
	.max_size = RD_MIB(16),
	.read = sbt_read,
};
