/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration formats beside JSON and YAML, read into values of the shapes that conftest gives to
 * policies: a policy written for conftest sees the same document here.
 *
 * Ownership: the text must outlive the value; strings that had to be changed are in the arena.
 * Threads: pure. Limits: 512 levels of nesting, texts below 256 MiB, the arena's budget.
 * Errors: -SW_ESYNTAX or -SW_EINVALID with line, column and byte; -SW_ELIMIT. No file name.
 *
 * Shapes, and where they were learnt:
 * - toml: TOML 1.0. Dates and times are strings in RFC 3339, local ones as if in UTC (BurntSushi).
 * - ini: {section: {key: value}}; numbers and booleans are typed; keys before the first section are
 *   left out (go-ini as conftest uses it).
 * - dotenv: {NAME: "value"}; variables are replaced by earlier ones of the file, never by the
 *   environment of this process (gotenv).
 * - dockerfile: [[{Cmd, SubCmd, JSON, Flags, Value, Stage}]], comments included (BuildKit).
 * - hcl2: blocks are lists of objects below their labels; expressions that are no literals stay
 *   source text in "${…}" (hcl2json).
 * - hcl1: objects are lists of objects but directly in a list (hashicorp/hcl).
 * - properties: {key: "value"} with \ escapes (magiconair/properties, not expanded).
 * - ignore: [[{Kind, Value, Original}]] of .gitignore and .dockerignore (go-ignore).
 * - xml: {root: …}; children by local name, attributes "-name", text "#content" (goxml2json).
 * - codeowners: {rules: [{pattern, owners: [{type, value}], comment, lineNumber}]} (hmarr/codeowners).
 * - edn: maps and vectors as objects and arrays, all but strings printed as %v does (olympos.io/edn).
 * - nginx: {directives: [{name, parameters, block: {directives}}]} (gonginx; any directive).
 * - cyclonedx: its JSON form.
 * - spdx: tag-value documents as the JSON of SPDX 2.3 (spdx/tools-golang).
 * - jsonc: JSON with //, # and block comments.
 * - yaml: several documents are a list.
 */
#ifndef SW_DOC_FORMATS_H
#define SW_DOC_FORMATS_H

#include "base/arena.h"
#include "base/error.h"
#include "doc/value.h"

#define SW_FORMAT_DEPTH 512
#define SW_FORMAT_MAX ((size_t)256 << 20)

typedef int sw_format_fn(
	struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err);

sw_format_fn sw_codeowners_parse, sw_dockerfile_parse, sw_edn_parse, sw_nginx_parse, sw_dotenv_parse, sw_hcl1_parse, sw_hcl2_parse, sw_ignore_parse,
	sw_ini_parse, sw_jsonc_parse, sw_properties_parse, sw_spdx_parse, sw_toml_parse, sw_xml_parse, sw_yaml_all_parse;

/* A row per name that conftest's --parser knows. */
struct sw_format {
	const char *name;
	sw_format_fn *parse; /* NULL: recognised, not read by this build */
};

/* By the name of a parser. -SW_EUSAGE when unknown, -SW_EUNSUPPORTED when it cannot be read. */
int sw_format_find(struct sw_str name, const struct sw_format **ret, struct sw_error *err);
/* By file name, as conftest chooses; "-" is YAML. NULL when no format has such files. */
const struct sw_format *sw_format_of_path(struct sw_str path);

#endif
