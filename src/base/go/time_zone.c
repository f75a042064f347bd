/* SPDX-License-Identifier: Apache-2.0 */
#include "base/go/time.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

#define MAX_FILE ((size_t)1 << 20)
#define ALPHA INT64_MIN
#define OMEGA INT64_MAX

struct zone_type {
	struct sw_str abbrev;
	int32_t offset;
	bool dst;
};

struct sw_gozone {
	char *name;
	char *data; /* the file; abbreviations and the rule point into it */
	struct zone_type *types;
	int64_t *when;
	uint8_t *index;
	uint32_t n_types, n_when;
	struct sw_str rule; /* POSIX TZ string for times behind the last transition */
};

struct reader {
	const unsigned char *p;
	size_t n;
	bool bad;
};

static const unsigned char *take(struct reader *r, size_t n)
{
	if (r->bad || n > r->n) {
		r->bad = true;
		return NULL;
	}
	const unsigned char *p = r->p;
	r->p += n;
	r->n -= n;
	return p;
}

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t be64(const unsigned char *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

enum { N_UTC, N_STD, N_LEAP, N_TIME, N_ZONE, N_CHAR, N_COUNT };

static bool read_counts(struct reader *r, size_t n[N_COUNT])
{
	const unsigned char *p = take(r, 4 * N_COUNT);

	if (!p)
		return false;
	for (int i = 0; i < N_COUNT; i++) {
		n[i] = be32(p + 4 * (size_t)i);
		if (n[i] > MAX_FILE)
			return false;
	}
	return true;
}

static bool read_types(struct sw_gozone *z, const unsigned char *p, size_t n, struct sw_str abbrevs)
{
	z->types = calloc(n, sizeof(*z->types));
	z->n_types = (uint32_t)n;
	for (size_t i = 0; z->types && i < n; i++, p += 6) {
		if (p[5] >= abbrevs.n)
			return false;
		struct sw_str tail = sw_str_sub(abbrevs, p[5], abbrevs.n);
		const char *nul = memchr(tail.p, 0, tail.n);
		z->types[i] = (struct zone_type){
			.offset = (int32_t)be32(p),
			.dst = p[4] != 0,
			.abbrev = {tail.p, nul ? (size_t)(nul - tail.p) : tail.n},
		};
	}
	return z->types != NULL;
}

static bool read_transitions(struct sw_gozone *z, const unsigned char *times,
	const unsigned char *types, size_t n, size_t size)
{
	size_t room = n ? n : 1;

	z->when = calloc(room, sizeof(*z->when));
	z->index = calloc(room, 1);
	if (!z->when || !z->index)
		return false;
	z->when[0] = ALPHA;
	z->n_when = (uint32_t)room;
	for (size_t i = 0; i < n; i++) {
		z->when[i] = size == 8 ? (int64_t)be64(times + 8 * i) : (int32_t)be32(times + 4 * i);
		z->index[i] = types[i];
		if (types[i] >= z->n_types)
			return false;
	}
	return true;
}

static bool parse_tzif(struct sw_gozone *z, size_t len)
{
	struct reader r = {(const unsigned char *)z->data, len, false};
	const unsigned char *head = take(&r, 20);
	size_t n[N_COUNT], size = 4;

	if (!head || memcmp(head, "TZif", 4) != 0)
		return false;
	if (head[4] != 0 && (head[4] < '2' || head[4] > '4'))
		return false;
	if (!read_counts(&r, n))
		return false;
	if (head[4]) {
		take(&r, n[N_TIME] * 5 + n[N_ZONE] * 6 + n[N_CHAR] + n[N_LEAP] * 8 + n[N_STD] +
				 n[N_UTC] + 20);
		size = 8;
		if (!read_counts(&r, n))
			return false;
	}
	const unsigned char *times = take(&r, n[N_TIME] * size);
	const unsigned char *types = take(&r, n[N_TIME]);
	const unsigned char *zones = take(&r, n[N_ZONE] * 6);
	const unsigned char *chars = take(&r, n[N_CHAR]);
	take(&r, n[N_LEAP] * (size + 4) + n[N_STD] + n[N_UTC]);
	if (r.bad || !n[N_ZONE])
		return false;
	if (r.n > 2 && r.p[0] == '\n' && r.p[r.n - 1] == '\n')
		z->rule = sw_str_make((const char *)r.p + 1, r.n - 2);
	return read_types(z, zones, n[N_ZONE], sw_str_make((const char *)chars, n[N_CHAR])) &&
	       read_transitions(z, times, types, n[N_TIME], size);
}

static void zone_free(struct sw_gozone *z)
{
	if (!z)
		return;
	free(z->name);
	free(z->data);
	free(z->types);
	free(z->when);
	free(z->index);
	free(z);
}

/* 0 or a positive errno. */
static int slurp(const char *path, char **ret, size_t *ret_n)
{
	sw_autoclose fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	if (!S_ISREG(st.st_mode) || (size_t)st.st_size > MAX_FILE)
		return EINVAL;
	sw_autofree char *data = malloc((size_t)st.st_size + 1);
	size_t n = 0;
	while (data && n < (size_t)st.st_size) {
		ssize_t got = read(fd, data + n, (size_t)st.st_size - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	*ret_n = n;
	*ret = SW_TAKE(data);
	return *ret ? 0 : ENOMEM;
}

/* 0, a positive errno, or -1: not of the format. */
static int load_file(const char *path, const char *name, struct sw_gozone **ret)
{
	size_t n = 0;
	struct sw_gozone *z = calloc(1, sizeof(*z));

	if (!z)
		return ENOMEM;
	int rc = slurp(path, &z->data, &n);
	if (rc == 0 && !parse_tzif(z, n))
		rc = -1;
	z->name = strdup(name);
	if (rc || !z->name) {
		zone_free(z);
		return rc ? rc : ENOMEM;
	}
	*ret = z;
	return 0;
}

static int load_named(const char *name, struct sw_gozone **ret)
{
	static const char *const dirs[] = {
		"/usr/share/zoneinfo/", "/usr/share/lib/zoneinfo/", "/usr/lib/locale/TZ/", "/etc/zoneinfo/"};
	int first = 0;

	for (size_t i = 0; i < SW_ARRAY_LEN(dirs); i++) {
		char path[512];
		int n = snprintf(path, sizeof(path), "%s%s", dirs[i], name);
		if (n < 0 || (size_t)n >= sizeof(path))
			return ENAMETOOLONG;
		int rc = load_file(path, name, ret);
		if (rc == 0)
			return 0;
		if (!first && rc != ENOENT)
			first = rc;
	}
	return first ? first : ENOENT;
}

static void load_local(struct sw_gozone **ret)
{
	const char *tz = getenv("TZ");

	if (!tz) {
		load_file("/etc/localtime", "Local", ret);
		return;
	}
	if (*tz == ':')
		tz++;
	if (*tz == '/')
		load_file(tz, tz, ret);
	else if (*tz && strcmp(tz, "UTC") != 0)
		load_named(tz, ret);
}

static struct {
	pthread_mutex_t lock;
	struct sw_gozone *v[SW_GOTIME_ZONES];
	uint32_t n;
	bool local_done;
	struct sw_gozone *local;
} cache = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* cache.lock is held. */
static int cached(const char *name, const struct sw_gozone **ret)
{
	struct sw_gozone *z = NULL;

	for (uint32_t i = 0; i < cache.n; i++) {
		if (strcmp(cache.v[i]->name, name) == 0) {
			*ret = cache.v[i];
			return 0;
		}
	}
	if (cache.n == SW_GOTIME_ZONES)
		return ENOSPC;
	int rc = load_named(name, &z);
	if (rc)
		return rc;
	cache.v[cache.n++] = z;
	*ret = z;
	return 0;
}

static int zone_error(struct sw_str name, int rc, struct sw_buf *why)
{
	if (rc == ENOENT)
		sw_buf_printf(why, "unknown time zone %.*s", SW_STR_ARG(name));
	else if (rc < 0)
		sw_buf_addz(why, "malformed time zone information");
	else if (rc == EISDIR)
		sw_buf_addz(why, "is a directory");
	else if (rc == ENOTDIR)
		sw_buf_addz(why, "not a directory");
	else if (rc == EINVAL)
		sw_buf_addz(why, "invalid argument");
	else if (rc == ENAMETOOLONG)
		sw_buf_addz(why, "file name too long");
	else
		sw_buf_printf(why, "time zone %.*s: error %d", SW_STR_ARG(name), rc);
	return -1;
}

int sw_gozone_load(struct sw_str name, const struct sw_gozone **ret, struct sw_buf *why)
{
	char cname[256];

	if (name.n == 0 || sw_str_is(name, "UTC")) {
		*ret = NULL;
		return 0;
	}
	if (sw_str_has(name, SW_STR("..")) || name.p[0] == '/' || name.p[0] == '\\') {
		sw_buf_addz(why, "time: invalid location name");
		return -1;
	}
	if (memchr(name.p, 0, name.n))
		return zone_error(name, EINVAL, why);
	if (name.n >= sizeof(cname))
		return zone_error(name, name.n > 255 ? ENAMETOOLONG : ENOENT, why);
	memcpy(cname, name.p, name.n);
	cname[name.n] = 0;

	int rc = 0;
	pthread_mutex_lock(&cache.lock);
	if (sw_str_is(name, "Local")) {
		if (!cache.local_done)
			load_local(&cache.local);
		cache.local_done = true;
		*ret = cache.local;
	} else {
		rc = cached(cname, ret);
	}
	pthread_mutex_unlock(&cache.lock);
	return rc ? zone_error(name, rc, why) : 0;
}

/* ---- the rule string behind the last transition ---- */

struct rule {
	char kind; /* 'J', 'M' or 0: zero-based day */
	int day, week, mon, time;
};

static bool rule_num(struct sw_str *s, int min, int max, int *ret)
{
	size_t i = 0;
	int v = 0;

	for (; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++) {
		v = v * 10 + (s->p[i] - '0');
		if (v > max)
			return false;
	}
	if (i == 0 || v < min)
		return false;
	*s = sw_str_sub(*s, i, s->n);
	*ret = v;
	return true;
}

static bool rule_name(struct sw_str *s, struct sw_str *ret)
{
	if (s->n && s->p[0] == '<') {
		size_t end = sw_str_chr(*s, '>', 0);
		if (end == SW_NPOS)
			return false;
		*ret = sw_str_sub(*s, 1, end);
		*s = sw_str_sub(*s, end + 1, s->n);
		return true;
	}
	size_t i = 0;
	while (i < s->n && !strchr("0123456789,-+", s->p[i]))
		i++;
	if (i < 3)
		return false;
	*ret = sw_str_sub(*s, 0, i);
	*s = sw_str_sub(*s, i, s->n);
	return true;
}

static bool rule_offset(struct sw_str *s, int *ret)
{
	int part, sum = 0;
	bool neg = s->n && s->p[0] == '-';

	if (s->n && (s->p[0] == '-' || s->p[0] == '+'))
		*s = sw_str_sub(*s, 1, s->n);
	for (int unit = 3600; unit; unit /= 60) {
		if (!rule_num(s, 0, unit == 3600 ? 24 * 7 : 59, &part))
			return false;
		sum += part * unit;
		if (s->n == 0 || s->p[0] != ':' || unit == 1)
			break;
		*s = sw_str_sub(*s, 1, s->n);
	}
	*ret = neg ? -sum : sum;
	return true;
}

static bool eat(struct sw_str *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = sw_str_sub(*s, 1, s->n);
	return true;
}

static bool rule_read(struct sw_str *s, struct rule *r)
{
	*r = (struct rule){.time = 7200};
	if (eat(s, 'J')) {
		r->kind = 'J';
		if (!rule_num(s, 1, 365, &r->day))
			return false;
	} else if (eat(s, 'M')) {
		r->kind = 'M';
		if (!rule_num(s, 1, 12, &r->mon) || !eat(s, '.') || !rule_num(s, 1, 5, &r->week) ||
			!eat(s, '.') || !rule_num(s, 0, 6, &r->day))
			return false;
	} else if (!rule_num(s, 0, 365, &r->day)) {
		return false;
	}
	return !eat(s, '/') || rule_offset(s, &r->time);
}

static bool leap(int64_t y)
{
	return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

/* Seconds since the start of the year at which the rule takes effect, in UTC. */
static int64_t rule_time(int64_t year, const struct rule *r, int off)
{
	int64_t day = r->day;

	if (r->kind == 'J') {
		day = r->day - 1 + (leap(year) && r->day >= 60);
	} else if (r->kind == 'M') {
		int64_t first = sw_gotime_days(year, r->mon, 1);
		int64_t dow = ((first + 4) % 7 + 7) % 7;
		int64_t d = r->day - dow;
		if (d < 0)
			d += 7;
		for (int i = 1; i < r->week && d + 7 < sw_gotime_days_in(r->mon, year); i++)
			d += 7;
		day = d + first - sw_gotime_days(year, 1, 1);
	}
	return day * 86400 + r->time - off;
}

struct half {
	struct sw_str abbrev;
	int offset;
	bool dst;
};

static void rule_pick(const struct rule *from, const struct rule *to, struct half std,
	struct half dst, int64_t sec, struct sw_gozone_span *ret)
{
	struct sw_gocivil c;
	sw_gotime_civil((struct sw_gotime){.sec = sec}, &c);
	int64_t ystart = sw_gotime_days(c.year, 1, 1) * 86400, ysec = sec - ystart;
	int64_t start = rule_time(c.year, from, std.offset), end = rule_time(c.year, to, dst.offset);

	if (end < start) {
		int64_t t = start;
		struct half h = std;
		start = end;
		end = t;
		std = dst;
		dst = h;
	}
	struct half now = ysec < start || ysec >= end ? std : dst;
	*ret = (struct sw_gozone_span){now.abbrev, now.offset, now.dst, start + ystart, end + ystart};
	if (ysec < start) {
		ret->start = ystart;
		ret->end = start + ystart;
	} else if (ysec >= end) {
		ret->start = end + ystart;
		ret->end = ystart + (int64_t)365 * 86400;
	}
}

static bool rule_lookup(struct sw_str s, int64_t last, int64_t sec, struct sw_gozone_span *ret)
{
	struct half std = {.dst = false}, dst = {.dst = true};
	struct rule from, to;

	if (!rule_name(&s, &std.abbrev) || !rule_offset(&s, &std.offset))
		return false;
	std.offset = -std.offset;
	if (s.n == 0 || s.p[0] == ',') {
		*ret = (struct sw_gozone_span){std.abbrev, std.offset, false, last, OMEGA};
		return true;
	}
	if (!rule_name(&s, &dst.abbrev))
		return false;
	dst.offset = std.offset + 3600;
	if (s.n && s.p[0] != ',') {
		if (!rule_offset(&s, &dst.offset))
			return false;
		dst.offset = -dst.offset;
	}
	if (s.n == 0)
		s = SW_STR(",M3.2.0,M11.1.0");
	if (!eat(&s, ',') && !eat(&s, ';'))
		return false;
	if (!rule_read(&s, &from) || !eat(&s, ',') || !rule_read(&s, &to) || s.n)
		return false;
	rule_pick(&from, &to, std, dst, sec, ret);
	return true;
}

/* ---- lookup ---- */

/* The type that holds before the first transition, as the reference implementation picks it. */
static const struct zone_type *first_type(const struct sw_gozone *z)
{
	bool used = false;

	for (uint32_t i = 0; i < z->n_when; i++)
		used |= z->index[i] == 0;
	if (!used)
		return &z->types[0];
	if (z->types[z->index[0]].dst)
		for (int i = z->index[0] - 1; i >= 0; i--)
			if (!z->types[i].dst)
				return &z->types[i];
	for (uint32_t i = 0; i < z->n_types; i++)
		if (!z->types[i].dst)
			return &z->types[i];
	return &z->types[0];
}

void sw_gozone_lookup(const struct sw_gozone *z, int64_t sec, struct sw_gozone_span *ret)
{
	if (!z) {
		*ret = (struct sw_gozone_span){SW_STR("UTC"), 0, false, ALPHA, OMEGA};
		return;
	}
	if (sec < z->when[0]) {
		const struct zone_type *t = first_type(z);
		*ret = (struct sw_gozone_span){t->abbrev, t->offset, t->dst, ALPHA, z->when[0]};
		return;
	}
	uint32_t lo = 0, hi = z->n_when;
	int64_t end = OMEGA;
	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (sec < z->when[mid]) {
			end = z->when[mid];
			hi = mid;
		} else {
			lo = mid;
		}
	}
	if (lo == z->n_when - 1 && z->rule.n && rule_lookup(z->rule, z->when[lo], sec, ret))
		return;
	const struct zone_type *t = &z->types[z->index[lo]];
	*ret = (struct sw_gozone_span){t->abbrev, t->offset, t->dst, z->when[lo], end};
}

bool sw_gozone_lookup_name(
	const struct sw_gozone *z, struct sw_str abbrev, int64_t unix_sec, int32_t *ret_offset)
{
	struct sw_gozone_span span;

	for (uint32_t i = 0; z && i < z->n_types; i++) {
		if (!sw_str_eq(z->types[i].abbrev, abbrev))
			continue;
		sw_gozone_lookup(z, unix_sec - z->types[i].offset, &span);
		if (sw_str_eq(span.abbrev, abbrev)) {
			*ret_offset = span.offset;
			return true;
		}
	}
	for (uint32_t i = 0; z && i < z->n_types; i++) {
		if (sw_str_eq(z->types[i].abbrev, abbrev)) {
			*ret_offset = z->types[i].offset;
			return true;
		}
	}
	return false;
}
