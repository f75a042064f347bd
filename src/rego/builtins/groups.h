/* SPDX-License-Identifier: Apache-2.0 */
/* Every group of builtins, sorted: a file builtins/<group>.c that defines sw_builtins_<group>. */
/* A new group is one line here and one in meson.build. */
#define SW_BUILTIN_GROUPS(X)                                                                       \
	X(aggregates)                                                                              \
	X(arrays)                                                                                  \
	X(aws)                                                                                     \
	X(bits)                                                                                    \
	X(comparison)                                                                              \
	X(crypto)                                                                                  \
	X(encoding)                                                                                \
	X(engine)                                                                                  \
	X(globs)                                                                                   \
	X(graphql)                                                                                 \
	X(http)                                                                                    \
	X(json)                                                                                    \
	X(jsonpatch)                                                                               \
	X(jsonpath)                                                                                \
	X(jsonschema)                                                                              \
	X(module)                                                                                  \
	X(net)                                                                                     \
	X(numbers)                                                                                 \
	X(objects)                                                                                 \
	X(regex)                                                                                   \
	X(replace)                                                                                 \
	X(runtime)                                                                                 \
	X(semver)                                                                                  \
	X(sets)                                                                                    \
	X(sprintf)                                                                                 \
	X(strings)                                                                                 \
	X(template)                                                                                \
	X(time)                                                                                    \
	X(tokens)                                                                                  \
	X(types)                                                                                   \
	X(units)                                                                                   \
	X(uri)                                                                                     \
	X(uuid)                                                                                    \
	X(walk)
