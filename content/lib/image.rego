# METADATA
# scope: package
# title: Image references
# description: Takes references apart by the rules of distribution/reference, as the container runtime does.
package seawall.lib.image

# parse("nginx") is {"registry": "docker.io", "repository": "library/nginx", "tag": "", "digest": "", ...}.
# Undefined when the text is no reference. "explicit_registry" says whether the registry was written.
parse(ref) := image if {
	is_string(ref)
	regex.match(_grammar, ref)
	at := split(ref, "@")
	digest := concat("@", array.slice(at, 1, count(at)))
	parts := split(at[0], "/")
	last := parts[count(parts) - 1]
	tag := _tag(last)
	path := array.concat(array.slice(parts, 0, count(parts) - 1), [trim_suffix(last, _colon(tag))])
	explicit := _has_registry(parts)
	image := {
		"registry": _registry(parts),
		"repository": _repository(path, explicit),
		"tag": tag,
		"digest": digest,
		"explicit_registry": explicit,
	}
}

_grammar := concat("", [
	`^(?:(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*`,
	`|\[(?:[a-fA-F0-9:]+)\])(?::[0-9]+)?/)?`,
	`[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*`,
	`(?::[\w][\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`,
])

_tag(last) := substring(last, indexof(last, ":") + 1, -1) if contains(last, ":")

_tag(last) := "" if not contains(last, ":")

_colon("") := ""

_colon(tag) := concat("", [":", tag]) if tag != ""

# The first part is a registry when it looks like a host: a dot, a port, localhost, or capitals.
_has_registry(parts) if {
	count(parts) > 1
	_is_host(parts[0])
} else := false

_is_host(x) if contains(x, ".")

_is_host(x) if contains(x, ":")

_is_host("localhost")

_is_host(x) if lower(x) != x

_registry(parts) := "docker.io" if {
	_has_registry(parts)
	parts[0] == "index.docker.io"
} else := parts[0] if {
	_has_registry(parts)
} else := "docker.io"

_repository(path, true) := concat("/", ["library", path[1]]) if {
	count(path) == 2
	path[0] in {"docker.io", "index.docker.io"}
} else := concat("/", array.slice(path, 1, count(path)))

_repository(path, false) := concat("/", ["library", path[0]]) if {
	count(path) == 1
} else := concat("/", path)
