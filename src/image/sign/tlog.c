/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sign/tlog.h"

#include <inttypes.h>

#include "base/base64.h"
#include "doc/json.h"

static void hash2(uint8_t prefix, struct sw_str a, struct sw_str b, uint8_t out[32])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	if (!md || !EVP_DigestInit_ex(md, EVP_sha256(), NULL) ||
		!EVP_DigestUpdate(md, &prefix, 1) || !EVP_DigestUpdate(md, a.p, a.n) ||
		!EVP_DigestUpdate(md, b.p, b.n) || !EVP_DigestFinal_ex(md, out, NULL))
		abort(); /* out of memory */
	EVP_MD_CTX_free(md);
}

void sw_merkle_leaf(struct sw_str body, uint8_t out[32])
{
	hash2(0, body, SW_STR(""), out);
}

bool sw_merkle_verify(const uint8_t leaf[32], uint64_t index, uint64_t size,
	const struct sw_str *hashes, uint32_t n, struct sw_str root)
{
	uint8_t r[32];
	uint64_t fn = index, sn = size - 1;
	if (index >= size || root.n != 32)
		return false;
	memcpy(r, leaf, 32);
	for (uint32_t i = 0; i < n; i++) {
		struct sw_str self = {(const char *)r, 32};
		if (sn == 0 || hashes[i].n != 32)
			return false;
		if ((fn & 1) || fn == sn) {
			hash2(1, hashes[i], self, r);
			while (!(fn & 1) && fn) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			hash2(1, self, hashes[i], r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(r, root.p, 32) == 0;
}

/* A line with its newline cut off; false at a text that does not end in one. */
static bool take_line(struct sw_str *rest, struct sw_str *ret)
{
	size_t end = sw_str_chr(*rest, '\n', 0);
	if (end == SW_NPOS)
		return false;
	*ret = sw_str_sub(*rest, 0, end);
	*rest = sw_str_sub(*rest, end + 1, rest->n);
	return true;
}

int sw_checkpoint_parse(
	struct sw_arena *a, struct sw_str note, struct sw_checkpoint *ret, struct sw_error *err)
{
	struct sw_checkpoint cp = {0};
	struct sw_str size, root;
	int64_t n;
	size_t blank = sw_str_find(note, SW_STR("\n\n"), 0);
	if (note.n > 1 << 20 || blank == SW_NPOS)
		return sw_error_set(err, SW_EINVALID, "the checkpoint is not a signed note");
	cp.text = sw_str_sub(note, 0, blank + 1);
	cp.signatures = sw_str_sub(note, blank + 2, note.n);
	struct sw_str rest = cp.text;
	if (!take_line(&rest, &cp.origin) || !cp.origin.n)
		return sw_error_set(err, SW_EINVALID, "the checkpoint has no origin");
	if (!take_line(&rest, &size) || !size.n || (size.p[0] == '0' && size.n > 1) ||
		size.p[0] == '-' || size.p[0] == '+' || !sw_str_to_i64(size, &n) || n < 0)
		return sw_error_set(
			err, SW_EINVALID, "the checkpoint has no tree size in its second line");
	cp.size = (uint64_t)n;
	if (!take_line(&rest, &root) || !sw_base64_decode(a, root, &cp.root) || cp.root.n != 32)
		return sw_error_set(
			err, SW_EINVALID, "the checkpoint has no root hash in its third line");
	*ret = cp;
	return 0;
}

/* "— name base64": the em dash is three bytes. */
static bool parse_signature(
	struct sw_arena *a, struct sw_str line, struct sw_str *name, struct sw_str *blob)
{
	if (!sw_str_starts(line, SW_STR("\xe2\x80\x94 ")))
		return false;
	line = sw_str_sub(line, 4, line.n);
	size_t space = sw_str_rfind(line, SW_STR(" "));
	if (space == SW_NPOS || space == 0)
		return false;
	*name = sw_str_sub(line, 0, space);
	return sw_base64_decode(a, sw_str_sub(line, space + 1, line.n), blob) && blob->n > 4;
}

/* The signer is the log: it goes by its origin ("name - tree id" in Rekor v1) or its host. */
static bool is_log(
	struct sw_str name, const struct sw_checkpoint *cp, const struct sw_trust_log *log)
{
	struct sw_str origin = cp->origin;
	size_t dash = sw_str_rfind(origin, SW_STR(" - "));
	if (dash != SW_NPOS)
		origin = sw_str_sub(origin, 0, dash);
	return sw_str_eq(name, origin) || sw_str_eq(name, cp->origin) || sw_str_eq(name, log->host);
}

static bool has_hint(const struct sw_trust_log *log, struct sw_str hint)
{
	return (log->id.n >= 4 && sw_str_starts(log->id, hint)) ||
	       (log->checkpoint_id.n >= 4 && sw_str_starts(log->checkpoint_id, hint));
}

/* Every line must be well-formed; those of witnesses and of keys that are not known are passed
 * over. */
int sw_checkpoint_verify(struct sw_arena *a, const struct sw_checkpoint *cp,
	const struct sw_trust_log *log, struct sw_error *err)
{
	struct sw_str rest = cp->signatures, line, name, blob;
	unsigned lines = 0;
	bool hinted = false, good = false;
	struct sw_message m = {.bytes = cp->text};
	while (rest.n) {
		if (!take_line(&rest, &line))
			return sw_error_set(
				err, SW_EINVALID, "the checkpoint does not end in a newline");
		if (++lines > 64)
			return sw_error_set(
				err, SW_ELIMIT, "a checkpoint with more than 64 signatures");
		if (!parse_signature(a, line, &name, &blob))
			return sw_error_set(
				err, SW_EINVALID, "a malformed signature line in the checkpoint");
		if (good || !has_hint(log, sw_str_sub(blob, 0, 4)) || !is_log(name, cp, log))
			continue;
		hinted = true;
		good = sw_key_verify(&log->key, log->alg, &m, sw_str_sub(blob, 4, blob.n));
	}
	if (good)
		return 0;
	return sw_error_set(err, SW_ESECURITY, "the checkpoint is not signed by the log: %s",
		hinted ? "the signature is wrong" : "no signature with its name and key");
}

const struct sw_trust_log *sw_log_find(
	const struct sw_trust *trust, const struct sw_log_entry *e, int64_t t)
{
	const struct sw_trust_log *found = NULL;
	for (uint32_t i = 0; i < trust->n_logs; i++) {
		const struct sw_trust_log *log = &trust->logs[i];
		if (!log->usable || !sw_str_eq(log->id, e->log_id))
			continue;
		if (sw_trust_covers(log->valid, t))
			return log;
		found = found ? found : log;
	}
	return found;
}

int sw_log_promise(
	const struct sw_trust_log *log, const struct sw_log_entry *e, struct sw_error *err)
{
	sw_autobuf text;
	sw_buf_init(&text, e->body.n * 2 + 4096);
	sw_buf_addz(&text, "{\"body\":\"");
	sw_base64_encode(&text, e->body);
	sw_buf_printf(&text, "\",\"integratedTime\":%" PRId64 ",\"logID\":\"", e->integrated_time);
	sw_hex_encode(&text, e->log_id);
	sw_buf_printf(&text, "\",\"logIndex\":%" PRId64 "}", e->log_index);
	struct sw_message m = {.bytes = sw_buf_str(&text)};
	if (text.overflow || !sw_key_verify(&log->key, log->alg, &m, e->promise))
		return sw_error_set(err, SW_ESECURITY,
			"the log's promise (signed entry timestamp) has a wrong signature");
	if (!sw_trust_covers(log->valid, e->integrated_time))
		return sw_error_set(
			err, SW_ESECURITY, "the log did not hold when it took the entry");
	return 0;
}

int sw_log_inclusion(struct sw_arena *a, const struct sw_trust_log *log,
	const struct sw_log_entry *e, struct sw_error *err)
{
	struct sw_checkpoint cp;
	uint8_t leaf[32];
	int rc = sw_checkpoint_parse(a, e->checkpoint, &cp, err);
	if (rc < 0 || (rc = sw_checkpoint_verify(a, &cp, log, err)) < 0)
		return rc;
	if (cp.size != (uint64_t)e->tree_size || !sw_str_eq(cp.root, e->root_hash))
		return sw_error_set(err, SW_ESECURITY,
			"the checkpoint is of another tree than the inclusion proof");
	sw_merkle_leaf(e->body, leaf);
	if (!sw_merkle_verify(leaf, (uint64_t)e->proof_index, (uint64_t)e->tree_size, e->hashes,
		    e->n_hashes, e->root_hash))
		return sw_error_set(
			err, SW_ESECURITY, "the inclusion proof does not lead to the tree's root");
	return 0;
}
