/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of lock files and of installed packages of languages: exact results of small texts. */
#include "listing.h"

#define IS(path, text, expected) listing_is(path, SW_STR(text), 0100644, expected)

static void npm_locks(void **state)
{
	(void)state;
	IS("app/package-lock.json",
		"{\"lockfileVersion\":3,\"packages\":{\"\":{\"name\":\"app\",\"version\":\"1.0.0\"}"
		","
		"\"node_modules/a\":{\"version\":\"1.2.3\"},"
		"\"node_modules/a/node_modules/@s/b\":{\"version\":\"2.0.0\",\"dev\":true},"
		"\"node_modules/alias\":{\"name\":\"real\",\"version\":\"3.0.0\"},"
		"\"node_modules/"
		"w\":{\"resolved\":\"w\",\"link\":true},\"w\":{\"version\":\"9.9.9\"},"
		"\"node_modules/opt\":{\"version\":\"4.0.0\",\"devOptional\":true}},"
		"\"dependencies\":{\"old\":{\"version\":\"1.0.0\"}}}",
		"npm a 1.2.3\nnpm opt 4.0.0\nnpm real 3.0.0\nnpm @s/b 2.0.0 dev\n");
	IS("npm-shrinkwrap.json",
		"{\"lockfileVersion\":1,\"dependencies\":{\"a\":{\"version\":\"1.0.0\","
		"\"dependencies\":{"
		"\"b\":{\"version\":\"2.0.0\",\"dev\":true},\"a\":{\"version\":\"1.0.0\"}}},"
		"\"al\":{\"version\":\"npm:@r/eal@3.0.0\"},\"f\":{\"version\":\"file:../f\"}}}",
		"npm a 1.0.0\nnpm b 2.0.0 dev\nnpm @r/eal 3.0.0\n");
	IS("package-lock.json", "{\"packages\":{\"node_modules/a\":7,\"node_modules/\":{}}}",
		"npm a -\n");
	IS("package-lock.json", "{\"packages\"",
		"! cannot be read as JSON: line 1: the text ends "
		"where ':' should be\n");
	IS("package-lock.json", "[]", "");
	listing_ignored("node_modules/a/package-lock.json");
}

static void node_modules(void **state)
{
	(void)state;
	IS("app/node_modules/@s/a/package.json",
		"{\"name\":\"@s/a\",\"version\":\"1.0.0\",\"license\":{\"type\":\"MIT\"}}",
		"npm @s/a 1.0.0\n");
	IS("usr/share/nodejs/b/package.json", "\xef\xbb\xbf{\"name\":\"b\",\"version\":\"2.0.0\"}",
		"npm b 2.0.0\n");
	IS("node_modules/c/package.json", "{\"type\":\"module\"}", "");
	IS("node_modules/d/package.json", "{\"name\":[],\"version\":{}}", "");
	listing_ignored("app/package.json");
	listing_ignored("node_modules/c/lib/package.json");
	listing_ignored("node_modules/@s/package.json");
	listing_ignored("not_node_modules/c/package.json");
}

static void yarn(void **state)
{
	(void)state;
	IS("yarn.lock",
		"# yarn lockfile v1\n\n\"@b/core@^7.0.0\", \"@b/core@^7.1.0\":\n  version "
		"\"7.2.0\"\n"
		"  resolved \"https://r/core\"\n  dependencies:\n    version \"^9\"\n\n"
		"a@1, a@2:\r\n  version \"1.0.0\"\r\n\nal@npm:real@^1.0:\n  version \"1.5.0\"\n"
		"\nlocal@file:./x:\n  version \"0.0.1\"\n\"q@^1\":\n  \"version\" \"1.9.0\"",
		"npm a 1.0.0\nnpm q 1.9.0\nnpm real 1.5.0\nnpm @b/core 7.2.0\n");
	IS("yarn.lock",
		"__metadata:\n  version: 6\n  cacheKey: 8\n\n\"@b/core@npm:^7.0.0, "
		"@b/core@npm:^7.1.0\":\n"
		"  version: 7.2.0\n  resolution: \"@b/core@npm:7.2.0\"\n  dependencies:\n    x: "
		"^1\n"
		"  linkType: hard\n\n\"al@npm:real@^1.0\":\n  version: 1.5.0\n"
		"  resolution: \"real@npm:1.5.0\"\n\n\"app@workspace:.\":\n  version: "
		"0.0.0-use.local\n"
		"  resolution: \"app@workspace:.\"\n\n\"t@patch:t@^4#~builtin\":\n  version: "
		"4.9.5\n"
		"  resolution: \"t@patch:t@npm%3A4.9.5#~builtin::version=4.9.5\"\n",
		"npm real 1.5.0\nnpm t 4.9.5\nnpm @b/core 7.2.0\n");
}

static void pnpm(void **state)
{
	(void)state;
	IS("pnpm-lock.yaml",
		"lockfileVersion: 5.4\npackages:\n  /@a/b/1.2.0_peer@1.0.0:\n    dev: true\n"
		"  /c/2.0.0:\n    dev: false\n  reg.example/d/3.0.0:\n    dev: false\n"
		"  github.com/x/y/abc:\n    name: y\n    version: 0.1.0\n  file:../z:\n    name: "
		"z\n",
		"npm c 2.0.0\nnpm d 3.0.0\nnpm y 0.1.0\nnpm @a/b 1.2.0 dev\n");
	IS("pnpm-lock.yaml",
		"lockfileVersion: '6.0'\npackages:\n  /@a/b@1.2.0(peer@1.0.0)(q@1):\n    dev: "
		"true\n"
		"  /c@2.0.0-rc.1:\n    dev: false\n",
		"npm c 2.0.0-rc.1\nnpm @a/b 1.2.0 dev\n");
	IS("pnpm-lock.yaml",
		"lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n"
		"        specifier: ^1\n        version: 1.0.0(p@1.0.0)\n      al:\n"
		"        specifier: npm:real@1\n        version: real@1.1.0\n    "
		"devDependencies:\n      d:\n"
		"        specifier: ^1\n        version: 1.0.0\npackages:\n  a@1.0.0: {}\n  "
		"b@2.0.0: {}\n"
		"  d@1.0.0: {}\n  p@1.0.0: {}\n  real@1.1.0: {}\n  e@5.0.0: {}\nsnapshots:\n"
		"  a@1.0.0(p@1.0.0):\n    dependencies:\n      b: 2.0.0\n      p: 1.0.0\n  "
		"b@2.0.0:\n"
		"    optionalDependencies:\n      a: 1.0.0(p@1.0.0)\n  d@1.0.0:\n    "
		"dependencies:\n"
		"      e: 5.0.0\n  p@1.0.0: {}\n  real@1.1.0: {}\n  e@5.0.0: {}\n",
		"npm a 1.0.0\nnpm b 2.0.0\nnpm d 1.0.0 dev\nnpm e 5.0.0 dev\nnpm p 1.0.0\n"
		"npm real 1.1.0\n");
	IS("pnpm-lock.yaml", "lockfileVersion: 9\n---\n- x\n", "");
}

static void bun(void **state)
{
	(void)state;
	IS("bun.lock",
		"{\n  // comment\n  \"lockfileVersion\": 1,\n  \"packages\": {\n"
		"    \"a\": [\"a@1.0.0\", \"\", {\"x\": \",]\",}, \"sha512-\"],\n"
		"    \"al\": [\"@r/eal@2.0.0\", \"\"],\n    \"w\": [\"w@workspace:w\"],\n  },\n}\n",
		"npm a 1.0.0\nnpm @r/eal 2.0.0\n");
}

static void bun_knows_what_is_for_development(void **state)
{
	(void)state;
	IS("bun.lock",
		"{\"lockfileVersion\": 1, \"workspaces\": {\"\": {\"name\": \"app\", "
		"\"dependencies\": "
		"{\"a\": \"^1\"}, \"devDependencies\": {\"@d/ev\": \"1\"}}}, \"packages\": {"
		"\"a\": [\"a@1.0.0\", \"\", {\"dependencies\": {\"b\": \"2\"}}, \"\"],"
		"\"a/b\": [\"b@2.0.0\", \"\", {}, \"\"], \"b\": [\"b@3.0.0\", \"\", {}, \"\"],"
		"\"@d/ev\": [\"@d/ev@1.0.0\", \"\", {\"dependencies\": {\"b\": \"3\"}}, \"\"],"
		"}}",
		"npm a 1.0.0\nnpm b 2.0.0\nnpm b 3.0.0 dev\nnpm @d/ev 1.0.0 dev\n");
}

static void python_installed(void **state)
{
	(void)state;
	IS("usr/lib/python3/site-packages/A.b_c-1.0.dist-info/METADATA",
		"Metadata-Version: 2.1\r\nName: A.b_c\r\nVersion: 1.0.post1\r\nLicense: UNKNOWN\r\n"
		"Classifier: License :: OSI Approved :: MIT License\r\nAuthor: x\r\n  more\r\n\r\n"
		"Name: body\n",
		"pypi A.b_c 1.0.post1\n");
	IS("x/b.egg-info/PKG-INFO", "Name: b\nVersion: 2\n", "pypi b 2\n");
	IS("x/c-3.egg-info", "Name: c\nVersion: 3\n", "pypi c 3\n");
	IS("x/d.egg/EGG-INFO/PKG-INFO", "Name: d\nVersion: 4\n", "pypi d 4\n");
	listing_ignored("x/e.dist-info/RECORD");
	listing_ignored("x/PKG-INFO");
}

static void python_locks(void **state)
{
	(void)state;
	IS("requirements.txt",
		"# c\n-r other.txt\nDjango[argon2]==4.2.1 ; python_version > '3'  # why\n"
		"a === 1.0\nb==2.0 \\\n    --hash=sha256:aa==9 \\\n    "
		"--hash=sha256:bb\nc>=1.0\nd==1.*\n"
		"e==1.0,!=1.1\nhttps://h/f==1.zip\n{{ g }}==1\ni==1!2.0+local#x\r\n",
		"pypi Django 4.2.1\npypi a 1.0\npypi b 2.0\npypi i 1!2.0+local\n");
	listing_is("requirements/dev.txt",
		sw_str_make("\xff\xfe"
			    "a\0=\0=\0"
			    "1\0",
			10),
		0100644, "pypi a 1\n");
	IS("poetry.lock",
		"[[package]]\nname = \"a\"\nversion = \"1.0\"\ncategory = \"dev\"\n[[package]]\n"
		"name = \"b\"\nversion = \"2.0\"\n[[package]]\nname = \"c\"\nversion = \"3.0\"\n"
		"groups = [\"dev\", \"main\"]\n[[package]]\nname = \"d\"\nversion = \"4.0\"\n"
		"groups = [\"test\"]\n[[package]]\nname = \"me\"\nversion = \"0\"\n"
		"[package.source]\ntype = \"directory\"\nurl = \".\"\n",
		"pypi a 1.0 dev\npypi b 2.0\npypi c 3.0\npypi d 4.0 dev\n");
	IS("pdm.lock",
		"[[package]]\nname = \"a\"\nversion = \"1\"\ngroups = [\"default\", \"dev\"]\n"
		"[[package]]\nname = \"b\"\nversion = \"2\"\ngroups = [\"dev\"]\n",
		"pypi a 1\npypi b 2 dev\n");
	IS("Pipfile.lock",
		"{\"_meta\":{},\"default\":{\"a\":{\"version\":\"==1.0\"},\"g\":{\"git\":\"u\"}},"
		"\"develop\":{\"b\":{\"version\":\"==2.0\"}}}",
		"pypi a 1.0\npypi b 2.0 dev\n");
	IS("uv.lock",
		"version = 1\n[[package]]\nname = \"a\"\nversion = \"1\"\ndependencies = [{ name = "
		"\"b\" }]\n[[package]]\nname = \"app\"\nversion = \"0\"\nsource = { virtual = "
		"\".\" }\n"
		"dependencies = [{ name = \"a\" }]\n[package.optional-dependencies]\n"
		"x = [{ name = \"o\" }]\n[package.dev-dependencies]\ndev = [{ name = \"d\" }]\n"
		"[[package]]\nname = \"b\"\nversion = \"2\"\n[[package]]\nname = \"b\"\nversion = "
		"\"3\"\n"
		"[[package]]\nname = \"d\"\nversion = \"4\"\n[[package]]\nname = \"o\"\nversion = "
		"\"5\"\n",
		"pypi a 1\npypi b 2\npypi b 3\npypi d 4 dev\npypi o 5\n");
	IS("pylock.web.toml",
		"lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = "
		"\"1\"\n[[packages]]\n"
		"name = \"t\"\nversion = \"2\"\nmarker = \"'test' in dependency_groups\"\n"
		"[[packages]]\nname = \"me\"\ndirectory = { path = \".\" }\n",
		"pypi a 1\npypi t 2 dev\n");
}

static void go_mod(void **state)
{
	(void)state;
	IS("go.mod",
		"module example.com/me\n\ngo 1.21\ntoolchain go1.22.1\n\nrequire github.com/a/b "
		"v1.0.0\n"
		"require (\n\tgithub.com/c/d/v2 v2.3.4 // indirect\n\t\"e.org/f\" v0.0.0-2021-abc\n"
		"\tg.org/local v1.0.0\n)\n"
		"replace (\n\tgithub.com/a/b => github.com/x/b v1.0.1 // fork\n"
		"\te.org/f v9.9.9 => e.org/g v1.0.0\n\tg.org/local => ../local\n)\n"
		"exclude github.com/a/b v0.9.0\n",
		"golang e.org/f v0.0.0-2021-abc\ngolang g.org/local -\n"
		"golang github.com/c/d/v2 v2.3.4\ngolang github.com/x/b v1.0.1\n");
	IS("go.mod", "module m\ngo 1.16\nrequire a.b/c v1.0.0\n",
		"golang a.b/c v1.0.0\n! of before Go 1.17, without go.sum: modules that are "
		"required indirectly are not named\n");
	IS("go.mod", "module m\n", "");
	IS("go.mod", "module m\ngo 1.23rc1\nrequire a.b/c v1.0.0\n", "golang a.b/c v1.0.0\n");
	/* What a merge left, what was cut off: told with its line, and the rest counts. */
	IS("go.mod",
		"module m\ngo 1.21\nrequire (\n<<<<<<< HEAD\n\ta.b/c v1.0.0\n=======\n\ta.b/c v1.1.0\n"
		">>>>>>> other\n\td.e/f\n)\n",
		"golang a.b/c v1.0.0\ngolang a.b/c v1.1.0\n"
		"! line 4 says nothing that go.mod can say (lines like it: 4)\n");
	IS("go.mod", "module m\ngo 1.21\nrequire (\n\ta.b/c v1.0.0\n",
		"golang a.b/c v1.0.0\n! line 5 says nothing that go.mod can say (lines like it: 1)\n");
	IS("go.mod", "module m\nrequired a.b/c v1.0.0\n",
		"! line 2 says nothing that go.mod can say (lines like it: 1)\n");
	listing_ignored("root/go/pkg/mod/a.b/c@v1.0.0/go.mod");
	listing_ignored("root/go/pkg/mod/a.b/c@v1.0.0/go.sum");
}

#define PAIR(mod, sum, expected) \
	listing_pair_is("go-mod", "src/go.mod", SW_STR(mod), SW_STR(sum), expected)

static void go_sum(void **state)
{
	(void)state;
	const char sum[] = "a.b/c v1.0.0 h1:x=\na.b/c v1.0.0/go.mod h1:y=\n"
			   "a.b/c v1.9.0 h1:stale=\n"
			   "d.e/f v1.9.0 h1:x=\nd.e/f v1.10.0 h1:x=\nd.e/f v1.10.0-rc.2 h1:x=\n"
			   "g.h/only v3.0.0/go.mod h1:never taken in=\n"
			   "i.j/k v0.0.0-20200101000000-abcdefabcdef h1:x=\n"
			   "i.j/k v0.0.0-20210101000000-abcdefabcdef h1:x=\n"
			   "l.m/n v2.0.0+incompatible h1:x=\nl.m/n v2.0.0-beta+incompatible h1:x=\n"
			   "old.o/p v1.0.0 h1:x=\nfork.q/r v1.2.3 h1:x=\n"
			   "broken\nbroken v1\nbroken v1 sha:x\n";
	/* Indirect ones at their greatest version; what go.mod names stays as it says. */
	PAIR("module m\ngo 1.16\nrequire a.b/c v1.0.0\nrequire old.o/p v1.0.0\n"
	     "replace old.o/p => fork.q/r v1.2.3\n",
		sum,
		"golang a.b/c v1.0.0\ngolang d.e/f v1.10.0\ngolang fork.q/r v1.2.3\n"
		"golang i.j/k v0.0.0-20210101000000-abcdefabcdef\n"
		"golang l.m/n v2.0.0+incompatible\n");
	PAIR("module m\ngo 1.17\nrequire a.b/c v1.0.0\n", sum, "golang a.b/c v1.0.0\n");
	PAIR("module m\nrequire a.b/c v1.0.0\n", "", "golang a.b/c v1.0.0\n");
	PAIR("module m\n", sum, "");
	IS("src/go.sum", "a.b/c v1.0.0 h1:x=\n", "");
}

static void ignored_ones(void **state)
{
	(void)state;
	listing_ignored("usr/lib/python3/dist-packages/x/requirements.txt");
	listing_ignored("root/.cargo/registry/src/index/a-1.0.0/Cargo.lock");
	listing_ignored("var/lib/ruby/gems/3.1.0/gems/a-1/Gemfile.lock");
	listing_ignored("app/vendor/a/b/composer.lock");
}

static void cargo(void **state)
{
	(void)state;
	IS("Cargo.lock",
		"version = 3\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n"
		" \"libc 0.2.1\",\n]\n[[package]]\nname = \"libc\"\nversion = \"0.2.1\"\n"
		"source = \"registry+https://github.com/rust-lang/crates.io-index\"\n",
		"cargo app 0.1.0\ncargo libc 0.2.1\n");
	IS("Cargo.lock", "[[package]\n",
		"! cannot be read as TOML: line 1: expected ] behind the name of the table\n");
}

static void java_builds(void **state)
{
	(void)state;
	IS("pom.xml",
		"<?xml version=\"1.0\"?><!DOCTYPE x><project "
		"xmlns=\"m\"><parent><groupId>p.g</groupId>"
		"<version>7</version></parent><!-- <dependency> --><artifactId>me</artifactId>"
		"<properties><v.a>1.${minor}</v.a><minor>5</minor><loop>${loop}</loop></properties>"
		"<dependencyManagement><dependencies><dependency><groupId>m</"
		"groupId><artifactId>managed"
		"</artifactId><version>3</version><scope>test</scope></dependency></dependencies>"
		"</dependencyManagement><dependencies>"
		"<dependency><groupId>g</groupId><artifactId>a</artifactId><version>${v.a}</"
		"version>"
		"<exclusions><exclusion><groupId>no</groupId><artifactId>no</artifactId></"
		"exclusion>"
		"</exclusions></dependency>"
		"<dependency><groupId>${project.groupId}</groupId><artifactId>b</artifactId>"
		"<version>${project.version}</version></dependency>"
		"<dependency><groupId>m</groupId><artifactId>managed</artifactId></dependency>"
		"<dependency><groupId>l</groupId><artifactId>loop</artifactId><version>${loop}</"
		"version>"
		"</dependency><dependency><groupId>r</groupId><artifactId>range</artifactId>"
		"<version>[1,2)</version></dependency></dependencies>"
		"<build><plugins><plugin><dependencies><dependency><groupId>pl</groupId>"
		"<artifactId>ug</artifactId><version>1</version></dependency></dependencies></"
		"plugin>"
		"</plugins></build></project>",
		"maven g/a 1.5\nmaven l/loop -\nmaven m/managed 3 dev\nmaven p.g/b 7\nmaven "
		"r/range -\n");
	IS("pom.xml",
		"<project><dependencies><dependency><artifactId>a</artifactId></dependency>"
		"</wrong></project>",
		"maven a -\n! cannot be read as XML to its end\n");
	IS("buildscript-gradle.lockfile",
		"# comment\ng.h:a:1.0=compileClasspath,testRuntimeClasspath\n"
		"g.h:t:2.0=testCompileClasspath, testRuntimeClasspath\n # "
		"x:y:1=a\nempty=annotation\n",
		"maven g.h/a 1.0\nmaven g.h/t 2.0 dev\n");
}

static void ruby(void **state)
{
	(void)state;
	IS("Gemfile.lock",
		"GIT\n  remote: u\n  specs:\n    forked (0.1)\n\nPATH\n  remote: .\n  specs:\n    "
		"me (1.0)\n"
		"\nGEM\n  remote: https://rubygems.org/\n  specs:\n    nokogiri "
		"(1.15.4-x86_64-linux)\n"
		"      racc (~> 1.4)\n    racc (1.7.1)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  "
		"nokogiri\n"
		"    no (1)\n",
		"gem forked 0.1\ngem nokogiri 1.15.4\ngem racc 1.7.1\n");
	IS("var/lib/gems/specifications/rake-13.0.6.gemspec",
		"# stub: rake 13.0.6 ruby lib\nGem::Specification.new do |s|\n  s.name = "
		"\"rake\".freeze\n"
		"  s.version = Gem::Version.new(\"13.0.6\")\n  s.licenses = [\"MIT\".freeze]\n"
		"  s.required_ruby_version = \"9\"\n  s.add_dependency(%q<x>, [\"= 1\"])\n  s.name "
		"= "
		"\"other\"\nend\n",
		"gem rake 13.0.6\n");
	IS("specifications/x.gemspec", "s.name = NAME\n",
		"! a gem whose name or version is not a plain text\n");
	listing_ignored("src/x.gemspec");
}

static void php(void **state)
{
	(void)state;
	IS("composer.lock",
		"{\"packages\":[{\"name\":\"a/b\",\"version\":\"v1.0.0\",\"license\":[\"MIT\"]}],"
		"\"packages-dev\":[{\"name\":\"c/d\",\"version\":\"2.0.0\"}]}",
		"composer a/b v1.0.0\ncomposer c/d 2.0.0 dev\n");
	IS("vendor/composer/installed.json",
		"{\"packages\":[{\"name\":\"a/b\",\"version\":\"1\"},{\"name\":\"c/"
		"d\",\"version\":\"2\"}],"
		"\"dev-package-names\":[\"c/d\"]}",
		"composer a/b 1\ncomposer c/d 2 dev\n");
	IS("vendor/composer/installed.json", "[{\"name\":\"a/b\",\"version\":\"1\"}]",
		"composer a/b 1\n");
	listing_ignored("installed.json");
}

static void dotnet(void **state)
{
	(void)state;
	IS("app.deps.json",
		"{\"libraries\":{\"App/1.0.0\":{\"type\":\"project\"},\"A.B/"
		"1.2.3\":{\"type\":\"package\"},"
		"\"runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/"
		"8.0.0\":{\"type\":\"runtimepack\"}}}",
		"nuget A.B 1.2.3\nnuget Microsoft.NETCore.App.Runtime.linux-x64 8.0.0\n");
	/* B gathers others, the runtime has what C was for; E is in no target. */
	IS("app.deps.json",
		"{\"runtimeTarget\":{\"name\":\"net8\"},\"targets\":{\"net8\":{\"A/1\":{\"runtime\":{"
		"\"a.dll\":{}}},\"B/1\":{\"dependencies\":{\"A\":\"1\"}},\"C/1\":{},\"D/1\":{"
		"\"native\":{\"d.so\":{}}}},\"other\":{\"C/1\":{\"runtime\":{}}}},\"libraries\":{"
		"\"A/1\":{\"type\":\"package\"},\"B/1\":{\"type\":\"package\"},\"C/1\":{\"type\":"
		"\"package\"},\"D/1\":{\"type\":\"package\"},\"E/1\":{\"type\":\"package\"}}}",
		"nuget A 1\nnuget D 1\nnuget E 1\n");
	IS("packages.lock.json",
		"{\"version\":1,\"dependencies\":{\"net6.0\":{\"A\":{\"type\":\"Direct\","
		"\"resolved\":"
		"\"1.0.0\"},\"p\":{\"type\":\"Project\"}},\"net7.0\":{\"A\":{\"type\":"
		"\"Transitive\","
		"\"resolved\":\"1.0.0\"}}}}",
		"nuget A 1.0.0\n");
	IS("packages.config",
		"<?xml version='1.0'?>\n<packages>\n <package id=\"A\" version = '1.0' />\n "
		"<package "
		"developmentDependency=\"true\" version=\"2.0\" id=\"B>\"></package></packages>",
		"nuget A 1.0\nnuget B> 2.0 dev\n");
	IS("x.csproj",
		"\xef\xbb\xbf<Project><ItemGroup><PackageReference Include=\"A\" Version=\"1.0\" />"
		"<PackageReference "
		"Include=\"B\"><Version>2.0</Version><PrivateAssets>all</PrivateAssets>"
		"</PackageReference><PackageReference Include=\"C\" /><PackageReference "
		"Include=\"D\" "
		"Version=\"$(V)\" /><PackageReference Include=\"E\" Version=\"1.*\"/></ItemGroup>"
		"</Project>",
		"nuget A 1.0\nnuget B 2.0 dev\n");
	IS("Directory.Packages.props",
		"<Project><ItemGroup><PackageVersion Include=\"A\" Version=\"1.0\"/>"
		"<GlobalPackageReference Include=\"B\" Version=\"2.0\"/></ItemGroup></Project>",
		"nuget A 1.0\nnuget B 2.0\n");
}

static void others(void **state)
{
	(void)state;
	IS("pubspec.lock",
		"packages:\n  a:\n    dependency: \"direct main\"\n    source: hosted\n"
		"    version: \"1.0.0\"\n  b:\n    dependency: \"direct dev\"\n    source: hosted\n"
		"    version: \"2.0.0\"\n  flutter:\n    source: sdk\n    version: \"0.0.0\"\n",
		"pub a 1.0.0\npub b 2.0.0 dev\n");
	IS("mix.lock",
		"%{\n  \"a\": {:hex, :a_real, \"1.0.0\", \"aa\", [:mix], [{:b, \"~> 2\", [hex: "
		":b]}], "
		"\"hexpm\"},\n  \"g\": {:git, \"https://x\", \"ref\", []},\n}\n",
		"hex a_real 1.0.0\n");
	IS("conan.lock",
		"{\"version\":\"0.5\",\"requires\":[\"zlib/1.2.13#rev%1.0\",\"b/1.0@u/c#r\"],"
		"\"build_requires\":[\"cmake/3.25#r\"]}",
		"conan b 1.0 qualifiers=channel=c&user=u\nconan cmake 3.25 dev\nconan zlib 1.2.13\n");
	IS("conan.lock",
		"{\"graph_lock\":{\"nodes\":{\"0\":{\"ref\":\"me/1\"},\"1\":{\"ref\":\"z/2#r\"}}}}",
		"conan z 2\n");
	IS("opt/conda/conda-meta/a-1.0-0.json", "{\"name\":\"a\",\"version\":\"1.0\"}",
		"conda a 1.0\n");
	IS("Manifest.toml",
		"julia_version = \"1.9.0\"\nmanifest_format = \"2.0\"\n[[deps.A]]\nversion = "
		"\"1.0\"\n"
		"uuid = \"u\"\n[[deps.Dates]]\nuuid = \"v\"\n",
		"julia A 1.0 qualifiers=uuid=u\n");
	IS("Manifest.toml", "[[A]]\nversion = \"1.0\"\n", "julia A 1.0\n");
	IS("Package.resolved",
		"{\"pins\":[{\"identity\":\"nio\",\"location\":\"https://github.com/apple/"
		"nio.git\","
		"\"state\":{\"version\":\"2.0.0\"}},{\"location\":\"git@github.com:x/y\","
		"\"state\":{\"branch\":\"main\"}}],\"version\":2}",
		"swift github.com/apple/nio 2.0.0\nswift github.com/x/y main\n");
	IS("Package.resolved",
		"{\"object\":{\"pins\":[{\"package\":\"nio\",\"repositoryURL\":"
		"\"https://github.com/apple/"
		"nio\",\"state\":{\"version\":\"1.0.0\"}}]},\"version\":1}",
		"swift github.com/apple/nio 1.0.0\n");
	IS("Podfile.lock",
		"PODS:\n  - A/Core (1.0)\n  - A/Rest (1.0):\n    - A/Core\n  - \"B+x (2.0)\"\n"
		"DEPENDENCIES:\n  - A (~> 1)\n",
		"cocoapods A 1.0\ncocoapods B+x 2.0\n");
	IS("cabal.project.freeze",
		"active-repositories: hackage.haskell.org:merge\nconstraints: any.aeson "
		"==2.1.0.0,\n"
		"             aeson -cffi,\n             any.text ==2.0\nindex-state: x\n",
		"hackage aeson 2.1.0.0\nhackage text 2.0\n");
	IS("stack.yaml.lock",
		"packages:\n- completed:\n    hackage: acme-box-0.0.0.0@sha256:aa,123\n  "
		"original:\n"
		"    hackage: acme-box-0.0.0.0@sha256:aa,123\n",
		"hackage acme-box 0.0.0.0\n");
	IS("build.sbt.lock",
		"{\"lockVersion\":1,\"dependencies\":[{\"org\":\"o.g\",\"name\":\"a\",\"version\":"
		"\"1\","
		"\"configurations\":[\"compile\",\"test\"]},{\"org\":\"o.g\",\"name\":\"t\","
		"\"version\":"
		"\"2\",\"configurations\":[\"test\"]}]}",
		"maven o.g/a 1\nmaven o.g/t 2 dev\n");
	IS("opt/bitnami/redis/.spdx-redis.spdx",
		"{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[{\"name\":\"redis\",\"licenseDeclared\":\"BSD-3-Clause\","
		"\"externalRefs\":["
		"{\"referenceLocator\":\"cpe:2.3:x\"},{\"referenceLocator\":"
		"\"pkg:bitnami/redis@7.2.4-0?arch=amd64\"}]},{\"name\":\"other\"}]}",
		"bitnami redis 7.2.4-0\n");
	IS("renv.lock", "{\"Packages\":{\"a\":{\"Package\":\"a\",\"Version\":\"1.0-2\"}}}",
		"cran a 1.0-2\n");
	IS("usr/lib/R/site-library/b/DESCRIPTION", "Package: b\nVersion: 3\nLicense: GPL\n",
		"cran b 3\n");
}

/* Every text that is no such format ends in a note or in nothing, never in a package. */
static void rubbish(void **state)
{
	(void)state;
	static const char *const paths[] = {"package-lock.json", "yarn.lock", "pnpm-lock.yaml",
		"bun.lock", "poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "Pipfile.lock",
		"go.mod", "Cargo.lock", "pom.xml", "gradle.lockfile", "Gemfile.lock",
		"composer.lock", "a.deps.json", "packages.lock.json", "packages.config",
		"pubspec.lock", "mix.lock", "conan.lock", "Manifest.toml", "Package.resolved",
		"Podfile.lock", "renv.lock", "a.jar", "requirements.txt"};
	static const char *const texts[] = {"", "\n", "null", "[]", "{}", "\xff\xfe\x00\x01",
		"[[[[", "{\"packages\":[1,[2],{\"name\":3}],\"dependencies\":[{}],\"pins\":[0]}",
		"packages: [a, {b: c}]\nimporters: 1\nsnapshots: []\n", "<a><b", "a: &x [*x]\n",
		"\0\0"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
			sw_autobom bom;
			sw_bom_init(&bom, 0);
			struct sw_str t = sw_str_from(texts[k]);
			listing_read(&bom, sw_str_from(paths[i]), t.n ? t : sw_str_make("\0", 1),
				0100644);
			sw_bom_finish(&bom);
			if (bom.n)
				fail_msg("%s: text %zu gave %.*s", paths[i], k,
					SW_STR_ARG(bom.packages[0].name));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(npm_locks),
		cmocka_unit_test(node_modules),
		cmocka_unit_test(yarn),
		cmocka_unit_test(pnpm),
		cmocka_unit_test(bun),
		cmocka_unit_test(bun_knows_what_is_for_development),
		cmocka_unit_test(python_installed),
		cmocka_unit_test(python_locks),
		cmocka_unit_test(go_mod),
		cmocka_unit_test(go_sum),
		cmocka_unit_test(ignored_ones),
		cmocka_unit_test(cargo),
		cmocka_unit_test(java_builds),
		cmocka_unit_test(ruby),
		cmocka_unit_test(php),
		cmocka_unit_test(dotnet),
		cmocka_unit_test(others),
		cmocka_unit_test(rubbish),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
