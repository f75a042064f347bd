/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AssignImage: an image is [domain/]path[:tag|@digest]. The first component is a domain when it has a dot or
 * colon or is "localhost". Parts are checked so that a mutated image is taken apart again in the same way.
 */
#include "base/re2.h"
#include "policy/gatekeeper/mutator.h"
#include "base/go/gofmt.h"

#define DOMAIN_RE "(^\\w[\\w\\-_]*\\.[\\w\\-_\\.]*[\\w](:\\d+)?$)|(^localhost(:\\d+)?$)"
#define PATH_RE "^[a-z0-9]+(?:(?:(?:[._/]|__|[-]*)[a-z0-9]+)+)?"
#define TAG_RE                                                                                                 \
	"(^:[\\w][\\w.-]{0,127}$)|(^@[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*[:][0-9A-Fa-f]{32,}$)"

struct parts {
	struct sw_str domain, path, tag;
};

static void split_domain(struct sw_str image, struct sw_str *domain, struct sw_str *rest)
{
	size_t slash = sw_str_chr(image, '/', 0);
	struct sw_str first = sw_str_sub(image, 0, slash == SW_NPOS ? 0 : slash);
	*domain = (struct sw_str){0};
	*rest = image;
	if (slash == SW_NPOS || (sw_str_chr(first, '.', 0) == SW_NPOS && sw_str_chr(first, ':', 0) == SW_NPOS &&
					!sw_str_is(first, "localhost")))
		return;
	*domain = first;
	*rest = sw_str_sub(image, slash + 1, image.n);
}

static struct parts split(struct sw_str image)
{
	struct parts p;
	split_domain(image, &p.domain, &p.path);
	size_t at = 0;
	while (at < p.path.n && p.path.p[at] != ':' && p.path.p[at] != '@')
		at++;
	p.tag = sw_str_sub(p.path, at, p.path.n);
	p.path = sw_str_sub(p.path, 0, at);
	return p;
}

struct sw_str gk_image_mutate(struct sw_arena *a, const struct gk_mutator *m, struct sw_str image)
{
	struct parts p = split(image);
	p.domain = m->domain.n ? m->domain : p.domain;
	p.path = m->image_path.n ? m->image_path : p.path;
	p.tag = m->tag.n ? m->tag : p.tag;
	return sw_arena_printf(a, "%.*s%s%.*s%.*s", SW_STR_ARG(p.domain), p.domain.n ? "/" : "", SW_STR_ARG(p.path),
		SW_STR_ARG(p.tag));
}

/* Does the pattern match the whole text? */
static bool fits(const char *pattern, struct sw_str text)
{
	struct sw_re2 *re;
	size_t caps[2] = {0, 0};
	if (sw_re2_compile(sw_str_from(pattern), &re, NULL) < 0)
		return false;
	bool ok = sw_re2_find(re, text, 0, caps, 1, NULL) == 1 && caps[0] == 0 && caps[1] == text.n;
	sw_re2_free(re);
	return ok;
}

static int refuse(struct sw_error *err, const char *before, struct sw_str part, const char *after)
{
	sw_autobuf b;
	sw_buf_init(&b, 600);
	sw_gofmt_quote(&b, part, false);
	return sw_error_set(err, SW_EINVALID, "%s %.*s %s", before, SW_STR_ARG(sw_buf_str(&b)), after);
}

int gk_image_check(const struct gk_mutator *m, struct sw_error *err)
{
	struct sw_str domain, rest;
	if (!m->domain.n && !m->image_path.n && !m->tag.n)
		return sw_error_set(err, SW_EINVALID,
			"at least one of [assignDomain, assignPath, assignTag] must be set");
	if (m->domain.n && !fits(DOMAIN_RE, m->domain))
		return refuse(err, "assignDomain", m->domain,
			"must be a fully-qualified domain name or localhost");
	if (m->image_path.n && !fits(PATH_RE, m->image_path))
		return refuse(err, "assignPath", m->image_path, "must be a valid docker image path");
	if (m->tag.n && !fits(TAG_RE, m->tag))
		return refuse(err, "assignTag", m->tag,
			"must be a valid docker image tag or digest starting with ':' or '@'");
	split_domain(m->image_path, &domain, &rest);
	if (!m->domain.n && domain.n)
		return refuse(err, "assignDomain must be set if the first part of assignPath", m->image_path,
			"can be interpreted as part of a domain");
	return 0;
}
