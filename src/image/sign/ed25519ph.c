/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ed25519ph of RFC 8032, verification only, over OpenSSL's big numbers. Everything here is public,
 * so nothing need be constant in time; one signature costs some milliseconds.
 */
#include <openssl/bn.h>
#include <openssl/err.h>

#include "image/sign/key.h"

/* A point in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z. */
struct point {
	BIGNUM *x, *y, *z, *t;
};

struct curve {
	BN_CTX *ctx;
	BIGNUM *p, *d, *order;
	struct point base;
	bool failed; /* out of memory, or an operation that cannot be done */
};

static BIGNUM *number(struct curve *c, const char *hex)
{
	BIGNUM *n = BN_CTX_get(c->ctx);
	if (!n || (hex && !BN_hex2bn(&n, hex)))
		c->failed = true;
	return n;
}

static void new_point(struct curve *c, struct point *pt)
{
	*pt = (struct point){number(c, NULL), number(c, NULL), number(c, NULL), number(c, NULL)};
}

static void mul(struct curve *c, BIGNUM *r, const BIGNUM *a, const BIGNUM *b)
{
	if (!c->failed && !BN_mod_mul(r, a, b, c->p, c->ctx))
		c->failed = true;
}

static void add(struct curve *c, BIGNUM *r, const BIGNUM *a, const BIGNUM *b)
{
	if (!c->failed && !BN_mod_add_quick(r, a, b, c->p))
		c->failed = true;
}

static void sub(struct curve *c, BIGNUM *r, const BIGNUM *a, const BIGNUM *b)
{
	if (!c->failed && !BN_mod_sub_quick(r, a, b, c->p))
		c->failed = true;
}

/* r += q, also for r == q (RFC 8032 5.1.4; the formula is complete). `w` holds nine numbers. */
static void point_add(struct curve *c, struct point *r, const struct point *q, BIGNUM **w)
{
	sub(c, w[0], r->y, r->x);
	sub(c, w[1], q->y, q->x);
	mul(c, w[2], w[0], w[1]); /* A */
	add(c, w[0], r->y, r->x);
	add(c, w[1], q->y, q->x);
	mul(c, w[3], w[0], w[1]); /* B */
	mul(c, w[0], r->t, q->t);
	mul(c, w[1], w[0], c->d);
	add(c, w[4], w[1], w[1]); /* C */
	mul(c, w[0], r->z, q->z);
	add(c, w[5], w[0], w[0]); /* D */
	sub(c, w[6], w[3], w[2]); /* E */
	sub(c, w[7], w[5], w[4]); /* F */
	add(c, w[8], w[5], w[4]); /* G */
	add(c, w[0], w[3], w[2]); /* H */
	mul(c, r->x, w[6], w[7]);
	mul(c, r->y, w[8], w[0]);
	mul(c, r->t, w[6], w[0]);
	mul(c, r->z, w[7], w[8]);
}

static void set_neutral(struct curve *c, struct point *r)
{
	if (c->failed)
		return;
	BN_zero(r->x);
	BN_zero(r->t);
	if (!BN_one(r->y) || !BN_one(r->z))
		c->failed = true;
}

/* r = a * A + b * B, both scalars below 2^256. */
static void double_multiply(struct curve *c, struct point *r, const BIGNUM *a,
	const struct point *pa, const BIGNUM *b, const struct point *pb)
{
	BIGNUM *w[9];
	for (int i = 0; i < 9; i++)
		w[i] = number(c, NULL);
	set_neutral(c, r);
	for (int bit = 255; bit >= 0 && !c->failed; bit--) {
		point_add(c, r, r, w);
		if (BN_is_bit_set(a, bit))
			point_add(c, r, pa, w);
		if (BN_is_bit_set(b, bit))
			point_add(c, r, pb, w);
	}
}

/* RFC 8032 5.1.3. */
static bool decode_point(struct curve *c, const uint8_t in[32], struct point *r)
{
	uint8_t raw[32];
	memcpy(raw, in, 32);
	bool odd = raw[31] >> 7;
	raw[31] &= 0x7f;
	BIGNUM *y2 = number(c, NULL), *num = number(c, NULL), *den = number(c, NULL);
	if (c->failed || !BN_lebin2bn(raw, 32, r->y) || BN_cmp(r->y, c->p) >= 0 || !BN_one(r->z))
		return false;
	mul(c, y2, r->y, r->y);
	sub(c, num, y2, r->z);
	mul(c, den, y2, c->d);
	add(c, den, den, r->z);
	if (c->failed || !BN_mod_inverse(den, den, c->p, c->ctx))
		return false;
	mul(c, num, num, den);
	if (c->failed || !BN_mod_sqrt(r->x, num, c->p, c->ctx))
		return false;
	if (BN_is_zero(r->x) && odd)
		return false;
	if (BN_is_odd(r->x) != odd && !BN_sub(r->x, c->p, r->x))
		return false;
	mul(c, r->t, r->x, r->y);
	return !c->failed;
}

static bool encode_point(struct curve *c, const struct point *pt, uint8_t out[32])
{
	BIGNUM *inv = number(c, NULL), *x = number(c, NULL), *y = number(c, NULL);
	if (c->failed || !BN_mod_inverse(inv, pt->z, c->p, c->ctx))
		return false;
	mul(c, x, pt->x, inv);
	mul(c, y, pt->y, inv);
	if (c->failed || BN_bn2lebinpad(y, out, 32) != 32)
		return false;
	out[31] |= BN_is_odd(x) ? 0x80 : 0;
	return true;
}

static bool hash_k(
	const uint8_t pub[32], const uint8_t digest[64], const uint8_t r[32], uint8_t out[64])
{
	static const char dom2[] =
		"SigEd25519 no Ed25519 collisions\1"; /* phflag 1, then a NUL: no context */
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool ok = md && EVP_DigestInit_ex(md, EVP_sha512(), NULL) &&
		  EVP_DigestUpdate(md, dom2, sizeof(dom2)) && EVP_DigestUpdate(md, r, 32) &&
		  EVP_DigestUpdate(md, pub, 32) && EVP_DigestUpdate(md, digest, 64) &&
		  EVP_DigestFinal_ex(md, out, NULL);
	EVP_MD_CTX_free(md);
	return ok;
}

static void curve_init(struct curve *c)
{
	c->p = number(c, "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFED");
	c->d = number(c, "52036CEE2B6FFE738CC740797779E89800700A4D4141D8AB75EB4DCA135978A3");
	c->order = number(c, "1000000000000000000000000000000014DEF9DEA2F79CD65812631A5CF5D3ED");
	new_point(c, &c->base);
	uint8_t by[32];
	memset(by, 0x66, sizeof(by));
	by[0] = 0x58;
	if (!c->failed && !decode_point(c, by, &c->base))
		c->failed = true;
}

bool sw_ed25519ph_verify(
	const uint8_t public_key[32], const uint8_t sha512[64], const uint8_t sig[64])
{
	struct curve c = {.ctx = BN_CTX_new()};
	uint8_t k[64], got[32];
	bool ok = false;
	if (!c.ctx)
		return false;
	BN_CTX_start(c.ctx);
	curve_init(&c);
	struct point a, r;
	new_point(&c, &a);
	new_point(&c, &r);
	BIGNUM *s = number(&c, NULL), *h = number(&c, NULL);
	if (!c.failed && BN_lebin2bn(sig + 32, 32, s) && BN_cmp(s, c.order) < 0 &&
		decode_point(&c, public_key, &a) && hash_k(public_key, sha512, sig, k) &&
		BN_lebin2bn(k, 64, h) && BN_mod(h, h, c.order, c.ctx)) {
		sub(&c, a.x, c.p, a.x); /* the negated key */
		sub(&c, a.t, c.p, a.t);
		double_multiply(&c, &r, s, &c.base, h, &a);
		ok = encode_point(&c, &r, got) && memcmp(got, sig, 32) == 0;
	}
	BN_CTX_end(c.ctx);
	BN_CTX_free(c.ctx);
	ERR_clear_error();
	return ok && !c.failed;
}
