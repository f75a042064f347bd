/* SPDX-License-Identifier: Apache-2.0 */
#include "finding/fingerprint.h"

#include <stdio.h>

#include "base/sha256.h"

struct sw_str sw_image_repository(struct sw_str ref)
{
	size_t at = sw_str_chr(ref, '@', 0);
	if (at != SW_NPOS)
		ref = sw_str_sub(ref, 0, at);
	for (size_t i = ref.n; i-- > 0 && ref.p[i] != '/';)
		if (ref.p[i] == ':')
			return sw_str_sub(ref, 0, i);
	return ref;
}

struct sw_str sw_purl_name(struct sw_str purl)
{
	size_t end = purl.n;
	for (size_t i = 0; i < purl.n; i++)
		if (purl.p[i] == '?' || purl.p[i] == '#') {
			end = i;
			break;
		}
	purl = sw_str_sub(purl, 0, end);
	size_t at = sw_str_rfind(purl, SW_STR("@"));
	size_t slash = sw_str_rfind(purl, SW_STR("/"));
	if (at != SW_NPOS && at > 0 && (slash == SW_NPOS || at > slash))
		purl = sw_str_sub(purl, 0, at);
	return purl;
}

/* One step of a JSON Pointer with ~0 and ~1 undone; views without escapes stay views. */
static struct sw_str unescape(struct sw_arena *a, struct sw_str t)
{
	if (sw_str_chr(t, '~', 0) == SW_NPOS)
		return t;
	char *out = sw_arena_alloc(a, t.n);
	size_t n = 0;
	for (size_t i = 0; out && i < t.n; i++) {
		if (t.p[i] == '~' && i + 1 < t.n && (t.p[i + 1] == '0' || t.p[i + 1] == '1'))
			out[n++] = t.p[++i] == '0' ? '~' : '/';
		else
			out[n++] = t.p[i];
	}
	return sw_str_make(out, n);
}

/* What an element of a Kubernetes list is called by: its merge key, as the API says it. */
static struct sw_str element_name(struct sw_value v, const char **ret_field)
{
	static const char *const fields[] = {
		"name", "mountPath", "devicePath", "key", "topologyKey", "ip"};
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		struct sw_str s = sw_value_getstr(v, fields[i]);
		if (s.n) {
			*ret_field = fields[i];
			return s;
		}
	}
	return (struct sw_str){0};
}

/* Where the last step that may be an index ends; 0: there is none. */
static size_t last_index(struct sw_str path)
{
	size_t end = path.n;
	for (size_t i = path.n; i-- > 0;) {
		if (path.p[i] != '/')
			continue;
		char c = i + 1 < end ? path.p[i + 1] : 'x';
		if ((c >= '0' && c <= '9') || c == '-' || c == '+')
			return end;
		end = i;
	}
	return 0;
}

struct sw_str sw_fingerprint_key(struct sw_arena *a, struct sw_value root, struct sw_str path)
{
	size_t end = path.n && path.p[0] == '/' ? last_index(path) : 0;
	if (!end)
		return path;
	sw_autobuf out;
	sw_buf_init(&out, 64 << 10);
	bool changed = false;
	struct sw_str rest = sw_str_sub(path, 1, end), step;
	struct sw_value at = root;
	while (sw_str_split(&rest, '/', &step)) {
		int64_t index;
		const char *field = NULL;
		struct sw_str name = {0};
		if (sw_is(at, SW_ARRAY) && sw_str_to_i64(step, &index)) {
			at = sw_array_at(at, index);
			name = element_name(at, &field);
		} else {
			at = sw_object_gets(at, unescape(a, step));
		}
		if (name.n) {
			changed = true;
			sw_buf_addz(&out, "/[");
			sw_buf_addz(&out, field);
			sw_buf_addch(&out, '=');
			sw_buf_addstr(&out, name);
			sw_buf_addch(&out, ']');
		} else {
			sw_buf_addch(&out, '/');
			sw_buf_addstr(&out, step);
		}
	}
	sw_buf_addstr(&out, sw_str_sub(path, end, path.n));
	if (!changed || out.overflow)
		return path;
	struct sw_str copy = sw_arena_str(a, sw_buf_str(&out));
	return copy.p ? copy : path;
}

/* What is hashed, gathered: most findings have less than one buffer of it. */
struct parts {
	struct sw_sha256 sha;
	size_t n;
	unsigned char buf[1024];
};

static void flush(struct parts *h)
{
	sw_sha256_add(&h->sha, h->buf, h->n);
	h->n = 0;
}

/* Each part with its length in front: no two lists of parts hash the same bytes. */
static void part(struct parts *h, struct sw_str s)
{
	if (h->n + 8 + s.n > sizeof(h->buf))
		flush(h);
	for (int i = 0; i < 8; i++)
		h->buf[h->n++] = (unsigned char)((uint64_t)s.n >> (8 * i));
	if (s.n > sizeof(h->buf) - h->n) {
		flush(h);
		sw_sha256_add(&h->sha, s.p, s.n);
	} else if (s.n) {
		memcpy(h->buf + h->n, s.p, s.n);
		h->n += s.n;
	}
}

/* "apps/v1" -> "apps"; "v1" -> "" */
static struct sw_str api_group(struct sw_str api_version)
{
	size_t slash = sw_str_chr(api_version, '/', 0);
	return slash == SW_NPOS ? (struct sw_str){0} : sw_str_sub(api_version, 0, slash);
}

/* A path whose container index stands for the container that the subject names anyway. */
static void path_part(struct parts *h, const struct sw_finding *f)
{
	static const struct sw_str lists[] = {SW_STR_INIT("/containers/"),
		SW_STR_INIT("/initContainers/"), SW_STR_INIT("/ephemeralContainers/")};
	struct sw_str path = f->key.n	     ? f->key
			     : f->n_evidence ? f->evidence[0].path
					     : (struct sw_str){0};
	for (size_t i = 0; !f->key.n && f->subject.container.n && i < 3; i++) {
		size_t at = sw_str_find(path, lists[i], 0);
		if (at == SW_NPOS)
			continue;
		size_t from = at + lists[i].n, to = sw_str_chr(path, '/', from);
		part(h, sw_str_sub(path, 0, from));
		part(h, to == SW_NPOS ? (struct sw_str){0} : sw_str_sub(path, to, path.n));
		return;
	}
	part(h, path);
	part(h, (struct sw_str){0});
}

void sw_fingerprint(const struct sw_finding *f, uint8_t ret[16])
{
	const struct sw_subject *s = &f->subject;
	uint8_t digest[SW_SHA256_LEN];
	struct parts h;
	h.n = 0;
	sw_sha256_init(&h.sha);
	part(&h, SW_STR("seawall/1"));
	part(&h, f->rule->id);
	part(&h, s->cluster);
	part(&h, s->ns);
	part(&h, api_group(s->api_version));
	part(&h, s->kind);
	part(&h, s->name);
	part(&h, s->container);
	part(&h, sw_image_repository(s->image));
	part(&h, sw_purl_name(s->package));
	part(&h, s->node);
	part(&h, s->process);
	part(&h, !s->kind.n && f->n_evidence ? f->evidence[0].file : (struct sw_str){0});
	path_part(&h, f);
	flush(&h);
	sw_sha256_end(&h.sha, digest);
	memcpy(ret, digest, 16);
}

const char *sw_fingerprint_hex(const uint8_t fp[16], char out[SW_FINGERPRINT_HEX])
{
	static const char digits[] = "0123456789abcdef";
	for (int i = 0; i < 16; i++)
		memcpy(out + 2 * i, (char[2]){digits[fp[i] >> 4], digits[fp[i] & 15]}, 2);
	out[32] = '\0';
	return out;
}
