/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of option tables that several commands about policies have: `f` is the row's flags, `g` its
 * group or NULL. A row says the same wherever it stands; what differs between commands is an
 * argument.
 */
#ifndef SW_CMD_ROWS_H
#define SW_CMD_ROWS_H

#include "base/opt.h"

/* What is judged, at the door (admit, replay) and in files (review, scan). */
#define SW_ROW_EXTERNAL_DATA(g, what)                                                              \
	{                                                                                          \
		.name = "allow-external-data", .type = SW_OPT_BOOL, .flags = SW_OPT_TRUSTED,       \
		.group = (g), .since = "0.1", .help = "let " what                                  \
	}
#define SW_ROW_DUAL(f, g)                                                                          \
	{                                                                                          \
		.name = "dual-templates", .type = SW_OPT_ENUM, .flags = (f), .group = (g),         \
		.choices = "sieve|cel|rego", .def = "sieve", .since = "0.1",                    \
		.help = "who judges by templates in CEL and Rego: the CEL, what the Rego's sieve " \
			"lets through (costs least); the CEL alone, as in Gatekeeper; the Rego"    \
	}
#define SW_ROW_INVENTORY(f, g)                                                                     \
	{                                                                                          \
		.name = "inventory", .metavar = "DIR", .type = SW_OPT_STRING,                      \
		.flags = (f) | SW_OPT_LIST, .group = (g), .since = "0.1",                          \
		.complete = SW_COMPLETE_DIR,                                                       \
		.help = "objects for data.inventory, and Namespaces with their labels"             \
	}
#define SW_ROW_NO_BUILTIN(f, g)                                                                    \
	{                                                                                          \
		.name = "no-builtin", .type = SW_OPT_BOOL, .flags = (f), .group = (g),             \
		.since = "0.1", .help = "leave all built-in checks out"                            \
	}
#define SW_ROW_ENFORCE_SEVERITY(f, g, what)                                                        \
	{                                                                                          \
		.name = "enforce-severity", .type = SW_OPT_ENUM,                                   \
		.choices = "never|info|low|medium|high|critical", .def = "never", .flags = (f),    \
		.group = (g), .since = "0.1", .help = what                                         \
	}
#define SW_ROW_DB                                                                                  \
	{                                                                                          \
		.name = "db", .metavar = "FILE", .type = SW_OPT_STRING, .flags = SW_OPT_TRUSTED,   \
		.group = "What is judged", .since = "0.2", .complete = SW_COMPLETE_FILE,           \
		.help = "advisory database; else the one that `seawall db` keeps"                  \
	}

/* As gator has them: review (-f), expand and mutate (-n). */
#define SW_ROW_FILENAME(l, what)                                                                   \
	{                                                                                          \
		.name = "filename", .letter = (l), .type = SW_OPT_STRING, .metavar = "PATH",       \
		.flags = SW_OPT_LIST | SW_OPT_FLAG_ONLY, .since = "0.1",                           \
		.complete = SW_COMPLETE_FILE,                                                      \
		.help = "a file or folder of " what "; - is standard input"                        \
	}
#define SW_ROW_IMAGE                                                                               \
	{                                                                                          \
		.name = "image", .letter = 'i', .type = SW_OPT_STRING, .metavar = "REF",           \
		.flags = SW_OPT_LIST | SW_OPT_FLAG_ONLY | SW_OPT_HIDDEN, .since = "0.1",           \
		.help = "refused: policies are read from files"                                    \
	}

/* As opa has them: check, eval, test; of the version of the language all that read policies. */
#define SW_ROW_V0(f)                                                                               \
	{                                                                                          \
		.name = "v0-compatible", .type = SW_OPT_BOOL, .flags = (f),                        \
		.help = "read policies as Rego v0"                                                 \
	}
#define SW_ROW_V1(f)                                                                               \
	{                                                                                          \
		.name = "v1-compatible", .type = SW_OPT_BOOL, .flags = (f),                        \
		.help = "read policies as Rego v1 (the default)"                                   \
	}
#define SW_ROW_CAPABILITIES(f, g)                                                                  \
	{                                                                                          \
		.name = "capabilities", .metavar = "FILE", .type = SW_OPT_STRING, .flags = (f),    \
		.group = (g),                                                                      \
		.help = "allow only the builtins and features of a capabilities file",             \
		.complete = SW_COMPLETE_FILE                                                       \
	}
#define SW_ROW_IGNORE(f)                                                                           \
	{                                                                                          \
		.name = "ignore", .metavar = "GLOB", .type = SW_OPT_STRING,                        \
		.flags = (f) | SW_OPT_LIST | SW_OPT_COMMA,                                         \
		.help = "names of files and folders to leave out"                                  \
	}

/* Signatures of bundles: sign, build. */
#define SW_ROW_CLAIMS(f)                                                                           \
	{                                                                                          \
		.name = "claims-file", .metavar = "FILE", .type = SW_OPT_STRING, .flags = (f),     \
		.help = "further claims of the signature, a JSON object",                          \
		.complete = SW_COMPLETE_FILE                                                       \
	}
#define SW_ROW_SIGNING_ALG(f)                                                                      \
	{                                                                                          \
		.name = "signing-alg", .metavar = "NAME", .type = SW_OPT_STRING, .def = "RS256",   \
		.flags = (f), .help = "algorithm of the signature: HS, RS, PS or ES, and 256, 384 or 512" \
	}
#define SW_ROW_SIGNING_KEY(f)                                                                      \
	{                                                                                          \
		.name = "signing-key", .metavar = "KEY", .type = SW_OPT_STRING, .flags = (f),      \
		.help = "secret (HMAC), or private key in PEM or its file",                        \
		.complete = SW_COMPLETE_FILE                                                       \
	}

#endif
