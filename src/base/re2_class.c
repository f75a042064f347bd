/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of code points: ranges, case folding, Unicode categories and scripts (tables of GLib). */
#include "base/re2_impl.h"

#include <pthread.h>
#include <stdlib.h>

#include <glib.h>

#include "base/cleanup.h"

/* ---- case folding ---- */

struct fold {
	uint32_t key, cp;
};

enum { FOLD_FIRST = 0x41, FOLD_LAST = 0x1e943, FOLD_MAX = 4096 };

static struct fold folds[FOLD_MAX]; /* sorted by cp; key is one member of the circle */
static struct fold by_key[FOLD_MAX];
static size_t n_folds;
static pthread_once_t folds_once = PTHREAD_ONCE_INIT;

static uint32_t fold_key(uint32_t cp)
{
	if (cp == 0x130 || cp == 0x131) /* the Turkish i's fold with nothing */
		return cp;
	if (cp == 0x1e9e) /* the capital sharp s, which is the upper case of nothing */
		return 0xdf;
	return g_unichar_tolower(g_unichar_toupper(cp));
}

static int order_key(const void *x, const void *y)
{
	const struct fold *a = x, *b = y;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->cp < b->cp ? -1 : a->cp > b->cp;
}

static int order_cp(const void *x, const void *y)
{
	const struct fold *a = x, *b = y;
	return a->cp < b->cp ? -1 : a->cp > b->cp;
}

/* Where no letter has a case: ideographs, Hangul and private use, old scripts and symbols. */
static uint32_t skip_caseless(uint32_t cp)
{
	switch (cp) {
	case 0x3400:
		return 0xa000;
	case 0xac00:
		return 0xfb00;
	case 0x11a00:
		return 0x16e00;
	case 0x17000:
		return 0x1df00;
	default:
		return cp;
	}
}

static void build_folds(void)
{
	for (uint32_t i = FOLD_FIRST; i <= FOLD_LAST && n_folds < FOLD_MAX; i++) {
		uint32_t cp = i = skip_caseless(i);
		uint32_t key = fold_key(cp);
		bool mapped =
			key != cp || g_unichar_toupper(cp) != cp || g_unichar_tolower(cp) != cp || cp == 0xdf;
		if (mapped && cp != 0x130 && cp != 0x131)
			by_key[n_folds++] = (struct fold){key, cp};
	}
	qsort(by_key, n_folds, sizeof(by_key[0]), order_key);
	memcpy(folds, by_key, sizeof(folds));
	qsort(folds, n_folds, sizeof(folds[0]), order_cp);
}

static uint32_t next_in_circle(struct fold f)
{
	const struct fold *at = bsearch(&f, by_key, n_folds, sizeof(f), order_key);
	const struct fold *end = by_key + n_folds;
	if (!at)
		return f.cp;
	if (at + 1 < end && at[1].key == f.key)
		return at[1].cp;
	while (at > by_key && at[-1].key == f.key)
		at--;
	return at->cp;
}

uint32_t re2_fold_next(uint32_t cp)
{
	if (cp < FOLD_FIRST || cp > FOLD_LAST)
		return cp;
	if (cp < 0x80) { /* no table for the usual case */
		if (cp == 'k')
			return 0x212a;
		if (cp == 's')
			return 0x17f;
		return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp >= 'a' && cp <= 'z' ? cp - 32 : cp;
	}
	pthread_once(&folds_once, build_folds);
	struct fold want = {.cp = cp};
	const struct fold *at = bsearch(&want, folds, n_folds, sizeof(want), order_cp);
	return at ? next_in_circle(*at) : cp;
}

/* ---- ranges ---- */

void re2_ranges_add(struct re2_ranges *r, uint32_t lo, uint32_t hi)
{
	for (uint32_t i = 1; i <= 2 && i <= r->n; i++) { /* grow one of the last two where it can */
		struct re2_range *last = &r->v[r->n - i];
		if (lo <= last->hi + 1 && last->lo <= hi + 1) {
			last->lo = lo < last->lo ? lo : last->lo;
			last->hi = hi > last->hi ? hi : last->hi;
			return;
		}
	}
	if (r->n == r->cap) {
		uint32_t cap = r->cap ? r->cap * 2 : 8;
		void *p =
			sw_arena_grow(r->arena, r->v, r->cap * sizeof(*r->v), cap * sizeof(*r->v));
		if (!p) {
			r->full = true;
			return;
		}
		r->v = p;
		r->cap = cap;
	}
	r->v[r->n++] = (struct re2_range){lo, hi};
}

void re2_ranges_add_fold(struct re2_ranges *r, uint32_t lo, uint32_t hi)
{
	if (hi < FOLD_FIRST || lo > FOLD_LAST || (lo <= FOLD_FIRST && hi >= FOLD_LAST)) {
		re2_ranges_add(r, lo, hi);
		return;
	}
	re2_ranges_add(r, lo, hi);
	uint32_t from = lo < FOLD_FIRST ? FOLD_FIRST : lo, to = hi > FOLD_LAST ? FOLD_LAST : hi;
	for (uint32_t cp = from; cp <= to; cp++)
		for (uint32_t f = re2_fold_next(cp); f != cp; f = re2_fold_next(f))
			if (f < lo || f > hi)
				re2_ranges_add(r, f, f);
}

static int order_ranges(const void *x, const void *y)
{
	const struct re2_range *a = x, *b = y;
	if (a->lo != b->lo)
		return a->lo < b->lo ? -1 : 1;
	return a->hi > b->hi ? -1 : a->hi < b->hi;
}

static void clean(struct re2_ranges *r)
{
	if (r->n < 2)
		return;
	qsort(r->v, r->n, sizeof(*r->v), order_ranges);
	uint32_t w = 0;
	for (uint32_t i = 1; i < r->n; i++) {
		if (r->v[i].lo <= r->v[w].hi + 1) {
			if (r->v[i].hi > r->v[w].hi)
				r->v[w].hi = r->v[i].hi;
		} else {
			r->v[++w] = r->v[i];
		}
	}
	r->n = w + 1;
}

static void add_negated(struct re2_ranges *r, struct re2_class c)
{
	uint32_t next = 0;
	for (uint32_t i = 0; i < c.n; i++) {
		if (c.v[i].lo > next)
			re2_ranges_add(r, next, c.v[i].lo - 1);
		next = c.v[i].hi + 1;
	}
	if (next <= RE2_MAX_RUNE)
		re2_ranges_add(r, next, RE2_MAX_RUNE);
}

struct re2_class re2_ranges_class(struct re2_ranges *r, bool negate)
{
	clean(r);
	struct re2_class c = {r->v, r->n};
	if (!negate)
		return c;
	struct re2_ranges out = {.arena = r->arena};
	add_negated(&out, c);
	r->full = r->full || out.full;
	return (struct re2_class){out.v, out.n};
}

void re2_ranges_add_class(struct re2_ranges *r, struct re2_class c, bool negate, bool fold)
{
	struct re2_ranges tmp = {.arena = r->arena};
	if (fold) {
		for (uint32_t i = 0; i < c.n; i++)
			re2_ranges_add_fold(&tmp, c.v[i].lo, c.v[i].hi);
		c = re2_ranges_class(&tmp, false);
	}
	if (negate)
		add_negated(r, c);
	else
		for (uint32_t i = 0; i < c.n; i++)
			re2_ranges_add(r, c.v[i].lo, c.v[i].hi);
	r->full = r->full || tmp.full;
}

/* ---- categories ---- */

#define TYPE(t) (1u << G_UNICODE_##t)

struct category {
	const char *name, *alias; /* the alias without underscores and in lower case but for the
				     first letter */
	uint32_t types;		  /* GUnicodeType bits */
	bool folds;		  /* Go has further cases for it */
};

#define LETTERS_CASED (TYPE(UPPERCASE_LETTER) | TYPE(LOWERCASE_LETTER) | TYPE(TITLECASE_LETTER))
#define LETTERS (LETTERS_CASED | TYPE(MODIFIER_LETTER) | TYPE(OTHER_LETTER))
#define MARKS (TYPE(SPACING_MARK) | TYPE(ENCLOSING_MARK) | TYPE(NON_SPACING_MARK))
#define NUMBERS (TYPE(DECIMAL_NUMBER) | TYPE(LETTER_NUMBER) | TYPE(OTHER_NUMBER))
#define PUNCTUATION                                                                                \
	(TYPE(CONNECT_PUNCTUATION) | TYPE(DASH_PUNCTUATION) | TYPE(CLOSE_PUNCTUATION) |            \
		TYPE(FINAL_PUNCTUATION) | TYPE(INITIAL_PUNCTUATION) | TYPE(OTHER_PUNCTUATION) |    \
		TYPE(OPEN_PUNCTUATION))
#define SYMBOLS                                                                                    \
	(TYPE(CURRENCY_SYMBOL) | TYPE(MODIFIER_SYMBOL) | TYPE(MATH_SYMBOL) | TYPE(OTHER_SYMBOL))
#define SEPARATORS (TYPE(LINE_SEPARATOR) | TYPE(PARAGRAPH_SEPARATOR) | TYPE(SPACE_SEPARATOR))
#define OTHERS                                                                                     \
	(TYPE(CONTROL) | TYPE(FORMAT) | TYPE(UNASSIGNED) | TYPE(PRIVATE_USE) | TYPE(SURROGATE))

static const struct category categories[] = {
	{"C", "Other", OTHERS, false},
	{"Cc", "Control", TYPE(CONTROL), false},
	{"Cc", "Cntrl", TYPE(CONTROL), false},
	{"Cf", "Format", TYPE(FORMAT), false},
	{"Cn", "Unassigned", TYPE(UNASSIGNED), false},
	{"Co", "Privateuse", TYPE(PRIVATE_USE), false},
	{"Cs", "Surrogate", TYPE(SURROGATE), false},
	{"L", "Letter", LETTERS, true},
	{"Lc", "Casedletter", LETTERS_CASED, false},
	{"Ll", "Lowercaseletter", TYPE(LOWERCASE_LETTER), true},
	{"Lm", "Modifierletter", TYPE(MODIFIER_LETTER), false},
	{"Lo", "Otherletter", TYPE(OTHER_LETTER), false},
	{"Lt", "Titlecaseletter", TYPE(TITLECASE_LETTER), true},
	{"Lu", "Uppercaseletter", TYPE(UPPERCASE_LETTER), true},
	{"M", "Mark", MARKS, true},
	{"M", "Combiningmark", MARKS, true},
	{"Mc", "Spacingmark", TYPE(SPACING_MARK), false},
	{"Me", "Enclosingmark", TYPE(ENCLOSING_MARK), false},
	{"Mn", "Nonspacingmark", TYPE(NON_SPACING_MARK), true},
	{"N", "Number", NUMBERS, false},
	{"Nd", "Decimalnumber", TYPE(DECIMAL_NUMBER), false},
	{"Nd", "Digit", TYPE(DECIMAL_NUMBER), false},
	{"Nl", "Letternumber", TYPE(LETTER_NUMBER), false},
	{"No", "Othernumber", TYPE(OTHER_NUMBER), false},
	{"P", "Punctuation", PUNCTUATION, false},
	{"P", "Punct", PUNCTUATION, false},
	{"Pc", "Connectorpunctuation", TYPE(CONNECT_PUNCTUATION), false},
	{"Pd", "Dashpunctuation", TYPE(DASH_PUNCTUATION), false},
	{"Pe", "Closepunctuation", TYPE(CLOSE_PUNCTUATION), false},
	{"Pf", "Finalpunctuation", TYPE(FINAL_PUNCTUATION), false},
	{"Pi", "Initialpunctuation", TYPE(INITIAL_PUNCTUATION), false},
	{"Po", "Otherpunctuation", TYPE(OTHER_PUNCTUATION), false},
	{"Ps", "Openpunctuation", TYPE(OPEN_PUNCTUATION), false},
	{"S", "Symbol", SYMBOLS, false},
	{"Sc", "Currencysymbol", TYPE(CURRENCY_SYMBOL), false},
	{"Sk", "Modifiersymbol", TYPE(MODIFIER_SYMBOL), false},
	{"Sm", "Mathsymbol", TYPE(MATH_SYMBOL), false},
	{"So", "Othersymbol", TYPE(OTHER_SYMBOL), false},
	{"Z", "Separator", SEPARATORS, false},
	{"Zl", "Lineseparator", TYPE(LINE_SEPARATOR), false},
	{"Zp", "Paragraphseparator", TYPE(PARAGRAPH_SEPARATOR), false},
	{"Zs", "Spaceseparator", TYPE(SPACE_SEPARATOR), false},
};

/* In the order of GUnicodeScript; "" for what Go does not know by one canonical word. */
static const char *const scripts[] = {
	"Common",
	"Inherited",
	"Arabic",
	"Armenian",
	"Bengali",
	"Bopomofo",
	"Cherokee",
	"Coptic",
	"Cyrillic",
	"Deseret",
	"Devanagari",
	"Ethiopic",
	"Georgian",
	"Gothic",
	"Greek",
	"Gujarati",
	"Gurmukhi",
	"Han",
	"Hangul",
	"Hebrew",
	"Hiragana",
	"Kannada",
	"Katakana",
	"Khmer",
	"Lao",
	"Latin",
	"Malayalam",
	"Mongolian",
	"Myanmar",
	"Ogham",
	"",
	"Oriya",
	"Runic",
	"Sinhala",
	"Syriac",
	"Tamil",
	"Telugu",
	"Thaana",
	"Thai",
	"Tibetan",
	"",
	"Yi",
	"Tagalog",
	"Hanunoo",
	"Buhid",
	"Tagbanwa",
	"Braille",
	"Cypriot",
	"Limbu",
	"Osmanya",
	"Shavian",
	"",
	"",
	"Ugaritic",
	"",
	"Buginese",
	"Glagolitic",
	"Tifinagh",
	"",
	"",
	"Kharoshthi",
	"",
	"Balinese",
	"Cuneiform",
	"Phoenician",
	"",
	"Nko",
	"",
	"Lepcha",
	"Rejang",
	"Sundanese",
	"Saurashtra",
	"Cham",
	"",
	"Vai",
	"Carian",
	"Lycian",
	"Lydian",
	"Avestan",
	"Bamum",
	"",
	"",
	"",
	"",
	"Javanese",
	"Kaithi",
	"Lisu",
	"",
	"",
	"",
	"Samaritan",
	"",
	"",
	"Batak",
	"Brahmi",
	"Mandaic",
	"Chakma",
	"",
	"",
	"Miao",
	"Sharada",
	"",
	"Takri",
	"",
	"",
	"Duployan",
	"Elbasan",
	"Grantha",
	"Khojki",
	"Khudawadi",
	"",
	"Mahajani",
	"Manichaean",
	"",
	"Modi",
	"Mro",
	"Nabataean",
	"",
	"",
	"",
	"Palmyrene",
	"",
	"",
	"Siddham",
	"Tirhuta",
	"",
	"Ahom",
	"",
	"Hatran",
	"Multani",
	"",
	"",
	"Adlam",
	"Bhaiksuki",
	"Marchen",
	"Newa",
	"Osage",
	"Tangut",
	"",
	"Nushu",
	"Soyombo",
	"",
	"Dogra",
	"",
	"",
	"Makasar",
	"Medefaidrin",
	"",
	"Sogdian",
	"Elymaic",
	"Nandinagari",
	"",
	"Wancho",
	"Chorasmian",
	"",
	"",
	"Yezidi",
	"",
	"",
	"Tangsa",
	"Toto",
	"Vithkuqi",
	"",
	"Kawi",
	"",
};

/* First letter large, the rest small, without _ - and space. */
static bool canonical(struct sw_str name, char out[64])
{
	size_t n = 0;
	bool first = true;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (c == '_' || c == '-' || c == ' ')
			continue;
		if (first && c >= 'a' && c <= 'z')
			c = (char)(c - 32);
		else if (!first && c >= 'A' && c <= 'Z')
			c = (char)(c + 32);
		first = false;
		if (n == 63)
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return n > 0;
}

/*
 * Every table asked for is made once, by a walk over all code points, and kept until the process
 * ends: at most two for each name there is.
 */
struct table {
	bool (*has)(uint32_t cp, uint32_t arg);
	uint32_t arg;
	bool fold;
	struct re2_class cls;
	struct table *next;
};

static struct table *tables;
static pthread_mutex_t tables_lock = PTHREAD_MUTEX_INITIALIZER;

static struct table *make_table(bool (*has)(uint32_t cp, uint32_t arg), uint32_t arg, bool fold)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct re2_ranges r = {.arena = &a}, folded = {.arena = &a};
	uint32_t start = 0;
	bool in = false;
	for (uint32_t cp = 0; cp <= RE2_MAX_RUNE + 1; cp++) {
		bool now = cp <= RE2_MAX_RUNE && has(cp, arg);
		if (now && !in)
			start = cp;
		if (in && !now)
			re2_ranges_add(&r, start, cp - 1);
		in = now;
	}
	struct re2_class c = {r.v, r.n};
	if (fold) {
		re2_ranges_add_class(&folded, c, false, true);
		c = re2_ranges_class(&folded, false);
	}
	struct table *t = calloc(1, sizeof(*t));
	struct re2_range *v = calloc(c.n + 1, sizeof(*v));
	if (!t || !v)
		abort();
	if (c.n)
		memcpy(v, c.v, c.n * sizeof(*v));
	*t = (struct table){has, arg, fold, {v, c.n}, NULL};
	return t;
}

static struct re2_class collect(bool (*has)(uint32_t cp, uint32_t arg), uint32_t arg, bool fold)
{
	pthread_mutex_lock(&tables_lock);
	struct table *t = tables;
	while (t && (t->has != has || t->arg != arg || t->fold != fold))
		t = t->next;
	if (!t) {
		t = make_table(has, arg, fold);
		t->next = tables;
		tables = t;
	}
	pthread_mutex_unlock(&tables_lock);
	return t->cls;
}

static bool has_type(uint32_t cp, uint32_t types)
{
	return types >> g_unichar_type(cp) & 1;
}

static bool has_script(uint32_t cp, uint32_t script)
{
	return (uint32_t)g_unichar_get_script(cp) == script;
}

static bool is_one_of(uint32_t cp, uint32_t max)
{
	return cp <= max;
}

bool re2_unicode_class(struct sw_str name, bool fold, struct re2_class *ret, bool *ret_negated)
{
	char key[64];
	*ret_negated = false;
	if (!canonical(name, key))
		return false;
	if (strcmp(key, "Any") == 0 || strcmp(key, "Ascii") == 0) {
		*ret = collect(is_one_of, key[1] == 'n' ? RE2_MAX_RUNE : 0x7f, fold);
		return true;
	}
	if (strcmp(key, "Assigned") == 0) {
		*ret = collect(has_type, TYPE(UNASSIGNED), false);
		*ret_negated = true;
		return true;
	}
	for (size_t i = 0; i < SW_ARRAY_LEN(categories); i++) {
		const struct category *c = &categories[i];
		if (strcmp(c->name, key) && strcmp(c->alias, key))
			continue;
		*ret = collect(has_type, c->types, fold && c->folds);
		return true;
	}
	for (uint32_t i = 0; i < SW_ARRAY_LEN(scripts); i++) {
		if (!scripts[i][0] || strcmp(scripts[i], key))
			continue;
		bool more = !strcmp(key, "Common") || !strcmp(key, "Greek") ||
			    !strcmp(key, "Inherited");
		*ret = collect(has_script, i, fold && more);
		return true;
	}
	return false;
}
