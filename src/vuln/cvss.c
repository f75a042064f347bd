/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "vuln/cvss_impl.h"

/* The value of a metric ("AV" -> 'N'), 0 when it is not there. */
char cvss_metric(struct sw_str v, const char *name)
{
	struct sw_str piece;
	size_t n = strlen(name);
	while (sw_str_split(&v, '/', &piece))
		if (piece.n > n + 1 && memcmp(piece.p, name, n) == 0 && piece.p[n] == ':')
			return piece.p[n + 1];
	return 0;
}

struct weight {
	char value;
	double w;
};

static double weigh(char value, const struct weight *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (w[i].value == value)
			return w[i].w;
	return -1;
}
#define WEIGH(v, name, ...)                                                                        \
	weigh(cvss_metric(v, name), (const struct weight[]){__VA_ARGS__},                          \
		sizeof((const struct weight[]){__VA_ARGS__}) / sizeof(struct weight))

/* Up to one decimal, as version 3.1 defines it without floating-point doubt. */
static double roundup(double x)
{
	long i = lround(x * 100000);
	return i % 10000 == 0 ? (double)i / 100000.0 : (double)(i / 10000 + 1) / 10.0;
}

static double v3(struct sw_str v)
{
	bool changed = cvss_metric(v, "S") == 'C';
	double av = WEIGH(v, "AV", {'N', 0.85}, {'A', 0.62}, {'L', 0.55}, {'P', 0.2});
	double ac = WEIGH(v, "AC", {'L', 0.77}, {'H', 0.44});
	double pr = WEIGH(v, "PR", {'N', 0.85}, {'L', 0.62}, {'H', 0.27});
	double ui = WEIGH(v, "UI", {'N', 0.85}, {'R', 0.62});
	double c = WEIGH(v, "C", {'H', 0.56}, {'L', 0.22}, {'N', 0});
	double i = WEIGH(v, "I", {'H', 0.56}, {'L', 0.22}, {'N', 0});
	double a = WEIGH(v, "A", {'H', 0.56}, {'L', 0.22}, {'N', 0});
	if (av < 0 || ac < 0 || pr < 0 || ui < 0 || c < 0 || i < 0 || a < 0)
		return 0;
	if (changed && cvss_metric(v, "PR") == 'L')
		pr = 0.68;
	if (changed && cvss_metric(v, "PR") == 'H')
		pr = 0.5;
	double iss = 1 - (1 - c) * (1 - i) * (1 - a);
	double impact = changed ? 7.52 * (iss - 0.029) - 3.25 * pow(iss - 0.02, 15) : 6.42 * iss;
	double reach = 8.22 * av * ac * pr * ui;
	if (impact <= 0)
		return 0;
	double sum = changed ? 1.08 * (impact + reach) : impact + reach;
	return roundup(sum < 10 ? sum : 10);
}

static double v2(struct sw_str v)
{
	double av = WEIGH(v, "AV", {'L', 0.395}, {'A', 0.646}, {'N', 1});
	double ac = WEIGH(v, "AC", {'H', 0.35}, {'M', 0.61}, {'L', 0.71});
	double au = WEIGH(v, "Au", {'M', 0.45}, {'S', 0.56}, {'N', 0.704});
	double c = WEIGH(v, "C", {'N', 0}, {'P', 0.275}, {'C', 0.66});
	double i = WEIGH(v, "I", {'N', 0}, {'P', 0.275}, {'C', 0.66});
	double a = WEIGH(v, "A", {'N', 0}, {'P', 0.275}, {'C', 0.66});
	if (av < 0 || ac < 0 || au < 0 || c < 0 || i < 0 || a < 0)
		return 0;
	double impact = 10.41 * (1 - (1 - c) * (1 - i) * (1 - a));
	double f = impact > 0 ? 1.176 : 0;
	return round((0.6 * impact + 0.4 * 20 * av * ac * au - 1.5) * f * 10) / 10;
}

double sw_cvss_score(struct sw_str v)
{
	if (v.n > 512)
		return 0;
	if (sw_str_starts(v, SW_STR("CVSS:4.0/"))) {
		double score = cvss_v4(v);
		return score > 0 ? score : 0;
	}
	if (sw_str_starts(v, SW_STR("CVSS:3")))
		return v3(v);
	return cvss_metric(v, "Au") ? v2(v) : 0;
}

enum sw_severity sw_cvss_severity(double score)
{
	if (score <= 0)
		return SW_SEV_UNKNOWN;
	return score < 4   ? SW_SEV_LOW
	       : score < 7 ? SW_SEV_MEDIUM
	       : score < 9 ? SW_SEV_HIGH
			   : SW_SEV_CRITICAL;
}

enum sw_severity sw_cvss_vector_severity(struct sw_str v)
{
	return sw_cvss_severity(sw_cvss_score(v));
}
