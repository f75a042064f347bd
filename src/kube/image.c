/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/image.h"

#include "base/cleanup.h"

#define NAME_MAX_BYTES 255

static bool lower(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool alnum(char c)
{
	return lower(c) || (c >= 'A' && c <= 'Z');
}

static bool hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool digits(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

static bool host_label(struct sw_str s)
{
	if (!s.n || !alnum(s.p[0]) || !alnum(s.p[s.n - 1]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

/* host[:port] or [IPv6][:port] */
static bool valid_domain(struct sw_str s)
{
	if (s.n && s.p[0] == '[') {
		size_t close = sw_str_chr(s, ']', 0);
		if (close == SW_NPOS || close < 2)
			return false;
		for (size_t i = 1; i < close; i++)
			if (!hex(s.p[i] | 0x20) && s.p[i] != ':')
				return false;
		s = sw_str_sub(s, close + 1, s.n);
		return !s.n || (s.p[0] == ':' && digits(sw_str_sub(s, 1, s.n)));
	}
	size_t colon = sw_str_chr(s, ':', 0);
	if (colon != SW_NPOS && !digits(sw_str_sub(s, colon + 1, s.n)))
		return false;
	struct sw_str host = sw_str_sub(s, 0, colon), label;
	if (!host.n || host.p[host.n - 1] == '.')
		return false;
	while (sw_str_split(&host, '.', &label))
		if (!host_label(label))
			return false;
	return true;
}

/* Runs of [a-z0-9] with one '.', '_', "__" or any number of '-' between them. */
static bool valid_component(struct sw_str s)
{
	if (!s.n || !lower(s.p[0]) || !lower(s.p[s.n - 1]))
		return false;
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		char c = s.p[i];
		if (lower(c)) {
			i++;
			continue;
		}
		if (c != '.' && c != '_' && c != '-')
			return false;
		while (i < s.n && s.p[i] == c)
			i++;
		size_t run = i - from;
		if ((c == '.' && run > 1) || (c == '_' && run > 2) || !lower(s.p[i]))
			return false;
	}
	return true;
}

static bool valid_path(struct sw_str s)
{
	struct sw_str part;
	if (!s.n || s.p[s.n - 1] == '/')
		return false;
	while (sw_str_split(&s, '/', &part))
		if (!valid_component(part))
			return false;
	return true;
}

static bool valid_tag(struct sw_str s)
{
	if (!s.n || s.n > 128)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!alnum(c) && c != '_' && (i == 0 || (c != '.' && c != '-')))
			return false;
	}
	return true;
}

static bool valid_digest(struct sw_str s)
{
	static const struct {
		const char *name;
		size_t n;
	} algorithms[] = {{"sha256:", 64}, {"sha384:", 96}, {"sha512:", 128}};
	for (size_t i = 0; i < SW_ARRAY_LEN(algorithms); i++) {
		struct sw_str prefix = sw_str_from(algorithms[i].name);
		if (!sw_str_starts(s, prefix) || s.n != prefix.n + algorithms[i].n)
			continue;
		for (size_t k = prefix.n; k < s.n; k++)
			if (!hex(s.p[k]))
				return false;
		return true;
	}
	return false;
}

static int bad(struct sw_error *err, const char *text)
{
	return sw_error_set(err, SW_ESYNTAX, "%s", text);
}

static bool has_upper(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 'A' && s.p[i] <= 'Z')
			return true;
	return false;
}

static bool is_identifier(struct sw_str s)
{
	size_t i = 0;
	while (i < s.n && hex(s.p[i]))
		i++;
	return s.n == 64 && i == 64;
}

/* Docker's rule: the first part is a registry when it has a dot, a colon or capitals, or is
 * localhost. */
static struct sw_str split_domain(struct sw_str s, struct sw_image_ref *ref)
{
	size_t slash = sw_str_chr(s, '/', 0);
	struct sw_str head = sw_str_sub(s, 0, slash);
	struct sw_str rest = s;
	ref->registry = SW_STR("docker.io");
	if (slash != SW_NPOS &&
		(sw_str_chr(head, '.', 0) != SW_NPOS || sw_str_chr(head, ':', 0) != SW_NPOS ||
			sw_str_is(head, "localhost") || has_upper(head))) {
		ref->explicit_registry = true;
		if (!sw_str_is(head, "index.docker.io"))
			ref->registry = head;
		rest = sw_str_sub(s, slash + 1, s.n);
	}
	ref->prefix = SW_STR("");
	if (sw_str_is(ref->registry, "docker.io") && sw_str_chr(rest, '/', 0) == SW_NPOS)
		ref->prefix = SW_STR("library/");
	return rest;
}

int sw_image_parse(struct sw_str text, struct sw_image_ref *ret, struct sw_error *err)
{
	struct sw_image_ref ref = {.tag = SW_STR(""), .digest = SW_STR("")};
	if (is_identifier(text))
		return sw_error_set(err, SW_ESYNTAX,
			"invalid repository name (%.*s), cannot specify 64-byte hexadecimal "
			"strings",
			SW_STR_ARG(text));
	struct sw_str rest = split_domain(text, &ref);
	size_t at = sw_str_chr(rest, '@', 0);
	struct sw_str name = sw_str_sub(rest, 0, at);
	size_t colon = sw_str_chr(name, ':', 0);
	/* What stands before the first colon, a digest included. */
	if (has_upper(sw_str_sub(rest, 0, sw_str_chr(rest, ':', 0))))
		return bad(err, "invalid reference format: repository name must be lowercase");
	ref.repository = sw_str_sub(name, 0, colon);
	bool ok = valid_domain(ref.registry) && valid_path(ref.repository);
	if (ok && colon != SW_NPOS) {
		ref.tag = sw_str_sub(name, colon + 1, name.n);
		ok = valid_tag(ref.tag);
	}
	if (!ok)
		return bad(err, "invalid reference format");
	if (ref.prefix.n + ref.repository.n > NAME_MAX_BYTES)
		return bad(err, "repository name must not be more than 255 characters");
	if (at != SW_NPOS) {
		ref.digest = sw_str_sub(rest, at + 1, rest.n);
		if (!valid_digest(ref.digest))
			return bad(err, "invalid reference format: invalid digest");
	}
	*ret = ref;
	return 0;
}
