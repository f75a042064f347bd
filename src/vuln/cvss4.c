/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The score of CVSS 4.0 (FIRST's specification 1.2, section 8): a vector belongs to one of 270
 * macro vectors, each with a score that experts gave it; within one, the score falls towards that
 * of the next lower ones as far as the vector lies below the most severe vector of its own.
 */
#include <math.h>

#include "base/cleanup.h"
#include "vuln/cvss_impl.h"

enum metric {
	AV,
	AC,
	AT,
	PR,
	UI,
	VC,
	VI,
	VA,
	SC,
	SI,
	SA,
	CR,
	IR,
	AR,
	E,
	METRICS,
};

/* In steps of severity, 0 the worst; of S (safety) one above high. */
static const struct row {
	const char *name, *modified;
	const char *values; /* from the worst on */
	char unsaid;	    /* what X, or nothing, stands for; 0: must be said */
} rows[METRICS] = {{"AV", "MAV", "NALP", 0}, {"AC", "MAC", "LH", 0}, {"AT", "MAT", "NP", 0},
	{"PR", "MPR", "NLH", 0}, {"UI", "MUI", "NPA", 0}, {"VC", "MVC", "HLN", 0},
	{"VI", "MVI", "HLN", 0}, {"VA", "MVA", "HLN", 0}, {"SC", "MSC", "-HLN", 0},
	{"SI", "MSI", "SHLN", 0}, {"SA", "MSA", "SHLN", 0}, {"CR", NULL, "HML", 'H'},
	{"IR", NULL, "HML", 'H'}, {"AR", NULL, "HML", 'H'}, {"E", NULL, "APU", 'A'}};

/* Scores by EQ1, EQ2, EQ3 with EQ6 (00, 01, 10, 11, 21), EQ4 and EQ5; tenths. */
static const uint8_t scores[3][2][5][9] = {
	{
		{
			{100, 98, 95, 100, 93, 91, 93, 89, 81},
			{99, 95, 92, 96, 87, 81, 90, 80, 68},
			{98, 95, 90, 93, 89, 81, 88, 78, 69},
			{95, 92, 84, 92, 81, 65, 80, 70, 48},
			{92, 82, 72, 79, 69, 50, 69, 55, 27},
		},
		{
			{99, 95, 92, 95, 90, 84, 92, 82, 72},
			{97, 92, 85, 91, 83, 71, 81, 71, 53},
			{95, 92, 85, 92, 80, 70, 84, 71, 50},
			{93, 85, 73, 82, 72, 59, 70, 52, 30},
			{86, 75, 52, 71, 52, 29, 63, 29, 17},
		},
	},
	{
		{
			{98, 94, 91, 94, 86, 77, 87, 74, 63},
			{95, 87, 81, 89, 74, 64, 75, 63, 49},
			{94, 88, 76, 86, 74, 59, 72, 57, 52},
			{89, 77, 67, 76, 58, 50, 57, 52, 25},
			{83, 70, 54, 65, 58, 26, 53, 21, 13},
		},
		{
			{95, 88, 76, 90, 75, 61, 77, 68, 52},
			{90, 76, 70, 77, 62, 53, 66, 59, 30},
			{89, 76, 62, 74, 57, 47, 61, 57, 24},
			{78, 67, 58, 59, 57, 23, 52, 29, 16},
			{71, 59, 30, 58, 26, 15, 23, 13, 6},
		},
	},
	{
		{
			{93, 86, 75, 86, 74, 56, 70, 52, 40},
			{87, 72, 58, 74, 61, 34, 54, 40, 22},
			{85, 74, 62, 72, 55, 46, 53, 34, 19},
			{75, 55, 51, 57, 41, 19, 36, 19, 8},
			{64, 51, 20, 47, 21, 11, 24, 9, 4},
		},
		{
			{88, 73, 60, 73, 59, 41, 54, 45, 20},
			{75, 53, 50, 55, 40, 20, 43, 22, 11},
			{75, 58, 40, 61, 48, 20, 46, 17, 8},
			{55, 45, 21, 51, 18, 9, 18, 7, 2},
			{53, 24, 14, 24, 12, 5, 10, 3, 1},
		},
	},
};

struct macro {
	int eq1, eq2, eq36, eq4, eq5;
};

/* -1: there is no such macro vector. */
static int score_at(int eq1, int eq2, int eq36, int eq4, int eq5)
{
	if (eq1 > 2 || eq2 > 1 || eq36 < 0 || eq4 > 2 || eq5 > 2)
		return -1;
	return scores[eq1][eq2][eq36][eq4 * 3 + eq5];
}

/* ---- the vector ---- */

/* The step of a value; -1: none of the metric's. */
static int step_of(const struct row *r, char value)
{
	const char *at = value && value != '-' ? strchr(r->values, value) : NULL;
	return at ? (int)(at - r->values) : -1;
}

static bool read_vector(struct sw_str v, int step[METRICS])
{
	for (int i = 0; i < METRICS; i++) {
		const struct row *r = &rows[i];
		char base = cvss_metric(v, r->name),
		     changed = r->modified ? cvss_metric(v, r->modified) : 0;
		bool safety = changed == 'S';
		if (!r->unsaid && (step_of(r, base) < 0 || base == 'S'))
			return false; /* safety is a modified metric's value only */
		if (changed && changed != 'X')
			base = changed;
		if (r->unsaid && (!base || base == 'X'))
			base = r->unsaid;
		step[i] = step_of(r, base);
		if (step[i] < 0 || (safety && i != SI && i != SA))
			return false;
	}
	return true;
}

static struct macro macro_of(const int s[METRICS])
{
	bool net = s[AV] == 0, none = s[PR] == 0, quiet = s[UI] == 0;
	bool vc = s[VC] == 0, vi = s[VI] == 0, va = s[VA] == 0;
	int eq3 = vc && vi ? 0 : vc || vi || va ? 1 : 2;
	bool wanted = (s[CR] == 0 && vc) || (s[IR] == 0 && vi) || (s[AR] == 0 && va);
	struct macro m = {.eq2 = s[AC] || s[AT], .eq5 = s[E]};
	m.eq1 = net && none && quiet ? 0 : s[AV] != 3 && (net || none || quiet) ? 1 : 2;
	m.eq36 = eq3 == 2 ? 4 : 2 * eq3 + !wanted;
	m.eq4 = s[SI] == 0 || s[SA] == 0 ? 0 : s[SC] == 1 || s[SI] == 1 || s[SA] == 1 ? 1 : 2;
	return m;
}

/* ---- the most severe vectors of a macro vector ---- */

/* By the steps of their metrics; n of them, the first that is nowhere below the vector counts. */
struct tops {
	int n;
	int steps[5][6];
};

static const enum metric of1[] = {AV, PR, UI}, of2[] = {AC, AT}, of36[] = {VC, VI, VA, CR, IR, AR},
			 of4[] = {SC, SI, SA};

static const struct tops tops1[3] = {
	{1, {{0, 0, 0}}}, {3, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}, {2, {{3, 0, 0}, {1, 1, 1}}}};
static const struct tops tops2[2] = {{1, {{0, 0}}}, {2, {{1, 0}, {0, 1}}}};
static const struct tops tops36[5] = {{1, {{0, 0, 0, 0, 0, 0}}},
	{2, {{0, 0, 1, 1, 1, 0}, {0, 0, 0, 1, 1, 1}}},
	{2, {{1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}}},
	{5, {{1, 0, 1, 0, 1, 0}, {1, 0, 0, 0, 1, 1}, {0, 1, 0, 1, 0, 1}, {0, 1, 1, 1, 0, 0},
		    {1, 1, 0, 0, 0, 1}}},
	{1, {{1, 1, 1, 0, 0, 0}}}};
static const struct tops tops4[3] = {{1, {{1, 0, 0}}}, {1, {{1, 1, 1}}}, {1, {{2, 2, 2}}}};

/* How many steps the vector lies below; `size` metrics. */
static int distance(const struct tops *t, const enum metric *of, int size, const int s[METRICS])
{
	for (int i = 0; i < t->n; i++) {
		int sum = 0, k;
		for (k = 0; k < size && s[of[k]] >= t->steps[i][k]; k++)
			sum += s[of[k]] - t->steps[i][k];
		if (k == size)
			return sum;
	}
	return 0;
}

/* ---- the next lower macro vectors ---- */

/* Of EQ3 and EQ6 together; the higher of two. -1: there is none. */
static int lower36(struct macro m)
{
	static const int next[5][2] = {{1, 2}, {3, 3}, {3, 3}, {4, 4}, {-1, -1}};
	int a = score_at(m.eq1, m.eq2, next[m.eq36][0], m.eq4, m.eq5),
	    b = score_at(m.eq1, m.eq2, next[m.eq36][1], m.eq4, m.eq5);
	return a > b ? a : b;
}

double cvss_v4(struct sw_str v)
{
	static const int deep1[3] = {1, 4, 5}, deep2[2] = {1, 2}, deep36[5] = {7, 6, 8, 8, 10},
			 deep4[3] = {6, 5, 4};
	int s[METRICS], n = 0;
	double sum = 0;
	if (!read_vector(v, s))
		return -1;
	if (s[VC] == 2 && s[VI] == 2 && s[VA] == 2 && s[SC] == 3 && s[SI] == 3 && s[SA] == 3)
		return 0;
	struct macro m = macro_of(s);
	int own = score_at(m.eq1, m.eq2, m.eq36, m.eq4, m.eq5);
	const struct {
		int below, steps, deep;
	} parts[] = {{score_at(m.eq1 + 1, m.eq2, m.eq36, m.eq4, m.eq5),
			     distance(&tops1[m.eq1], of1, 3, s), deep1[m.eq1]},
		{score_at(m.eq1, m.eq2 + 1, m.eq36, m.eq4, m.eq5),
			distance(&tops2[m.eq2], of2, 2, s), deep2[m.eq2]},
		{lower36(m), distance(&tops36[m.eq36], of36, 6, s), deep36[m.eq36]},
		{score_at(m.eq1, m.eq2, m.eq36, m.eq4 + 1, m.eq5),
			distance(&tops4[m.eq4], of4, 3, s), deep4[m.eq4]},
		{score_at(m.eq1, m.eq2, m.eq36, m.eq4, m.eq5 + 1), 0, 1}};
	for (size_t i = 0; i < SW_ARRAY_LEN(parts); i++) {
		if (parts[i].below < 0)
			continue;
		sum += (double)(own - parts[i].below) * parts[i].steps / parts[i].deep;
		n++;
	}
	double score = (own - (n ? sum / n : 0)) / 10;
	score = score < 0 ? 0 : score > 10 ? 10 : score;
	return floor(score * 10 + 0.5 + 1e-6) / 10;
}
