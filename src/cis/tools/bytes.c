/* SPDX-License-Identifier: Apache-2.0 */
/* comm, base64 -d, and what audits ask openssl: subject, issuer and dates of a certificate, a request as text. */
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/cleanup.h"
#include "cis/sh/impl.h"

int sh_tool_comm(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	bool hide[3] = {false, false, false};
	struct sw_str v[2], line[2];
	uint32_t i = 1;
	for (; i < args->n && args->v[i].n > 1 && args->v[i].p[0] == '-'; i++)
		for (size_t k = 1; k < args->v[i].n; k++) {
			if (args->v[i].p[k] < '1' || args->v[i].p[k] > '3')
				return sh_unknown(sh, "comm %.*s", SW_STR_ARG(args->v[i]));
			hide[args->v[i].p[k] - '1'] = true;
		}
	if (args->n - i != 2)
		return sh_unknown(sh, "comm without two files");
	if (sh_input(sh, io, &args->v[i], "comm", &v[0]) || sh_input(sh, io, &args->v[i + 1], "comm", &v[1]))
		return 1;
	bool more[2] = {sh_line(&v[0], &line[0]), sh_line(&v[1], &line[1])};
	while ((more[0] || more[1]) && sh_step(sh)) {
		int c = !more[0] ? 1 : !more[1] ? -1 : sw_str_cmp(line[0], line[1]);
		int column = c < 0 ? 0 : c > 0 ? 1 : 2;
		if (!hide[column]) {
			for (int k = 0; k < column; k++)
				sw_buf_addz(io->out, hide[k] ? "" : "\t");
			sw_buf_addstr(io->out, line[column == 1]);
			sw_buf_addch(io->out, '\n');
		}
		if (c <= 0)
			more[0] = sh_line(&v[0], &line[0]);
		if (c >= 0)
			more[1] = sh_line(&v[1], &line[1]);
	}
	return 0;
}

static int digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

int sh_tool_base64(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct sw_str text;
	uint32_t acc = 0, bits = 0;
	bool end = false;
	if (args->n < 2 || args->n > 3 || !(sw_str_is(args->v[1], "-d") || sw_str_is(args->v[1], "--decode")))
		return sh_unknown(sh, "base64 but with -d");
	if (sh_input(sh, io, args->n == 3 ? &args->v[2] : NULL, "base64", &text))
		return 1;
	for (size_t i = 0; i < text.n; i++) {
		int d = digit(text.p[i]);
		if (text.p[i] == '\n')
			continue;
		end |= text.p[i] == '=';
		if (end && text.p[i] == '=')
			continue;
		if (d < 0 || end) {
			sw_buf_addz(io->err, "base64: invalid input\n");
			return 1;
		}
		acc = acc << 6 | (uint32_t)d;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			sw_buf_addch(io->out, (char)(acc >> bits));
		}
	}
	return 0;
}

/*
 * kube-bench's own helper: "true" when a folder and what is in it belong to root:root, and etcd's .pem files to that
 * or etcd:etcd.
 */
int sh_tool_owners(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct sw_str dir = args->n > 1 ? args->v[1] : (struct sw_str){0}, *names;
	struct stat st;
	uint32_t n;
	int rc = dir.n ? sw_cis_stat(sh->node, dir, true, &st) : 0;
	bool good = dir.n && !rc && !st.st_uid && !st.st_gid;
	if (!rc && good)
		rc = sw_cis_list(sh->node, sh->arena, dir, &names, &n);
	for (uint32_t i = 0; !rc && good && i < n && sh_step(sh); i++) {
		struct sw_str file = sw_arena_printf(sh->arena, "%.*s/%.*s", SW_STR_ARG(dir), SW_STR_ARG(names[i]));
		bool etcd = sw_str_starts(names[i], SW_STR("kube-etcd-"));
		if (names[i].n && names[i].p[0] == '.') /* what a star passes over */
			continue;
		rc = sw_cis_stat(sh->node, file, true, &st);
		good = !rc && ((!st.st_uid && !st.st_gid) ||
				      (etcd && sw_str_is(sw_cis_user(sh->node, st.st_uid), "etcd") &&
					      sw_str_is(sw_cis_group(sh->node, st.st_gid), "etcd")));
	}
	if (rc)
		sh_file_error(sh, dir, -rc);
	sh_touch(sh, dir);
	sw_buf_addz(io->out, good && !rc ? "true\n" : "false\n");
	return 0;
}

/* ---- openssl ---- */

struct ssl_ask {
	struct sw_str what[8]; /* -subject, -issuer, -enddate …, in their order */
	uint32_t n;
	struct sw_str file;
	bool text;
};

static int ssl_options(struct sh *sh, const struct sh_args *args, struct ssl_ask *q)
{
	static const char *const shown[] = {"-subject", "-issuer", "-enddate", "-startdate", "-dates"};
	for (uint32_t i = 2; i < args->n; i++) {
		struct sw_str a = args->v[i];
		bool known = sw_str_is(a, "-noout");
		for (size_t k = 0; k < SW_ARRAY_LEN(shown) && !known; k++)
			if (sw_str_is(a, shown[k]) && q->n < SW_ARRAY_LEN(q->what)) {
				q->what[q->n++] = a;
				known = true;
			}
		if (sw_str_is(a, "-text"))
			known = q->text = true;
		if (sw_str_is(a, "-in") && i + 1 < args->n) {
			q->file = args->v[++i];
			known = true;
		}
		if (!known)
			return sh_unknown(sh, "openssl %.*s %.*s", SW_STR_ARG(args->v[1]), SW_STR_ARG(a));
	}
	return 0;
}

static void ssl_time(BIO *b, const char *name, const ASN1_TIME *t)
{
	BIO_printf(b, "%s=", name);
	ASN1_TIME_print(b, t);
	BIO_puts(b, "\n");
}

static void ssl_show(BIO *b, const struct ssl_ask *q, X509 *x)
{
	for (uint32_t i = 0; i < q->n; i++) {
		struct sw_str w = q->what[i];
		if (sw_str_is(w, "-subject") || sw_str_is(w, "-issuer")) {
			bool subject = sw_str_is(w, "-subject");
			BIO_puts(b, subject ? "subject=" : "issuer=");
			X509_NAME_print_ex(b, subject ? X509_get_subject_name(x) : X509_get_issuer_name(x), 0,
				XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
			BIO_puts(b, "\n");
			continue;
		}
		if (!sw_str_is(w, "-enddate"))
			ssl_time(b, "notBefore", X509_get0_notBefore(x));
		if (!sw_str_is(w, "-startdate"))
			ssl_time(b, "notAfter", X509_get0_notAfter(x));
	}
	if (q->text)
		X509_print(b, x);
}

int sh_tool_openssl(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct ssl_ask q = {0};
	struct sw_str text;
	bool req = args->n > 1 && sw_str_is(args->v[1], "req");
	if (!req && !(args->n > 1 && sw_str_is(args->v[1], "x509")))
		return sh_unknown(sh, "openssl but x509 and req");
	int rc = ssl_options(sh, args, &q);
	if (rc)
		return rc;
	if (req && (q.n || !q.text))
		return sh_unknown(sh, "openssl req without -text");
	if (sh_input(sh, io, q.file.n ? &q.file : NULL, "openssl", &text))
		return 1;
	BIO *in = BIO_new_mem_buf(text.p ? text.p : "", (int)text.n), *out = BIO_new(BIO_s_mem());
	X509 *x = in && !req ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
	X509_REQ *r = in && req ? PEM_read_bio_X509_REQ(in, NULL, NULL, NULL) : NULL;
	char *p;
	if (x && out)
		ssl_show(out, &q, x);
	if (r && out)
		X509_REQ_print(out, r);
	if (x || r)
	{
		long n = BIO_get_mem_data(out, &p);
		sw_buf_add(io->out, p, (size_t)n);
	}
	else
		sw_buf_printf(io->err, "Could not read %s\n", req ? "certificate request" : "certificate");
	rc = x || r ? 0 : 1;
	X509_free(x);
	X509_REQ_free(r);
	BIO_free(in);
	BIO_free(out);
	return rc;
}
