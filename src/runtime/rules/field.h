/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields: what a rule can ask an event ("proc.name", "fd.sip", "ka.target.resource", "evt.arg.flags").
 *
 * A class is a group of fields that one piece of code extracts ("proc", "fd", "ka"). Each folder that knows how
 * to extract something defines its classes; catalogue.c lists them all. The rules parse names, look a field up
 * once at load time (sw_field_find gives a reference with the argument checked), and ask for its values with
 * extract(). They remember the answer per event and reference: extract() is called at most once per event for
 * one field and argument, so it need not remember anything itself.
 *
 * Values: extract() gives zero or more values. Zero means the field does not exist for this event: every
 * comparison is then false and output prints <NA>. A field that is not a list gives one value, except for the
 * flags ALTS below. Values live in ev->arena or in the event.
 */
#ifndef SW_RUNTIME_RULES_FIELD_H
#define SW_RUNTIME_RULES_FIELD_H

#include "base/buf.h"
#include "runtime/event.h"

enum sw_field_flag {
	SW_FF_FILTER_ONLY = 1 << 0,  /* not in output */
	SW_FF_PRINT_ONLY = 1 << 1,   /* not in conditions' listings */
	SW_FF_ARG_REQUIRED = 1 << 2, /* field[arg] or field.arg (where DOTARG says so) */
	SW_FF_TABLE_ONLY = 1 << 3,   /* not in listings */
	SW_FF_LIST = 1 << 6,         /* zero or more values: only in, intersects and exists */
	SW_FF_ARG_ALLOWED = 1 << 7,
	SW_FF_ARG_INDEX = 1 << 8, /* the argument is a number */
	SW_FF_ARG_KEY = 1 << 9,   /* the argument is a string */
	SW_FF_DEPRECATED = 1 << 10,
	SW_FF_NO_TRANSFORMER = 1 << 11,
	SW_FF_NO_RHS = 1 << 12, /* no val(): neither compared with a field nor compared to */
	SW_FF_UNSTABLE = 1 << 13,
	SW_FF_SUGGESTED = 1 << 14, /* appended to every output by default */
	/*
	 * Several values of which one is enough: fd.ip (either end), proc.aname without an index (any ancestor).
	 * A comparison is true when it is true for one value; with ALTS_NE_ALL "!=" must hold for all of them.
	 */
	SW_FF_ALTS = 1 << 16,
	SW_FF_ALTS_NE_ALL = 1 << 17,
	SW_FF_DOTARG = 1 << 18, /* the argument may follow a dot: evt.arg.flags */
	/*
	 * The constants that a rule compares it with are names that the class resolves (fd.sip.name): each is
	 * given to class->name() at load time.
	 */
	SW_FF_NAMES = 1 << 19,
	SW_FF_JSON_NUMBER = 1 << 20, /* printed padded, but a number in JSON */
	/*
	 * May be there without a value, which extract() says by 0 and a `v` that is not NULL: an empty list (all of
	 * it is in any set), an address that no wanted name has (it is != all of them), no end of a descriptor.
	 */
	SW_FF_EMPTY = 1 << 21,
};

enum sw_field_format { /* how a number is printed */
	SW_FMT_NA = 0,
	SW_FMT_DEC = 1,
	SW_FMT_HEX = 2,
	SW_FMT_PADDED = 3, /* nine digits */
	SW_FMT_ID = 4,
	SW_FMT_DIR = 5,
	SW_FMT_OCT = 6,
};

/* One row of the catalogue. */
struct sw_field {
	const char *name;
	uint8_t type;   /* enum sw_ftype; SW_FT_DYN: the reference says */
	uint8_t format; /* enum sw_field_format */
	uint32_t flags;
	const char *desc;
};

/* A field as a rule uses it. */
struct sw_fieldref {
	const struct sw_field_class *cls;
	const struct sw_field *field;
	uint32_t id;    /* index of the field in its class */
	uint8_t type;   /* as in the row, or what prepare() found for SW_FT_DYN */
	uint8_t format;
	uint32_t flags; /* as in the row; prepare() may change LIST and ALTS (proc.aname[2] is a plain field) */
	bool has_arg, arg_is_index;
	struct sw_str arg; /* without brackets or the dot */
	uint64_t index;    /* when arg_is_index */
	uint64_t priv;     /* prepare()'s own */
};

/*
 * One value. Which member is valid follows from the type of the reference:
 *   i   INT8…INT64, ERRNO, FD, PID
 *   u   UINT*, FLAGS*, ENUMFLAGS*, MODE, PORT, L4PROTO, SIGTYPE, UID, GID, BOOL (0/1), RELTIME, ABSTIME
 *   d   DOUBLE
 *   s   CHARBUF, FSPATH, FSRELPATH, BYTEBUF, and the addresses: IPV4ADDR (4 bytes, network order), IPV6ADDR
 *       (16), IPADDR and IPNET (4 or 16)
 * The bytes of a string end at its first NUL, as the system call saw them: the class cuts there.
 */
struct sw_fval {
	union {
		int64_t i;
		uint64_t u;
		double d;
		struct sw_str s;
	};
};

struct sw_fvals {
	const struct sw_fval *v;
	uint32_t n;
};

/* Its address as `v`, with n 0: there, and every comparison is false; another `v` with n 0: as SW_FF_EMPTY says. */
extern const struct sw_fval sw_fval_mute;

struct sw_field_class {
	const char *name, *title; /* "proc", "Process" */
	uint32_t sources;         /* bits 1 << enum sw_event_source */
	const struct sw_field *fields;
	uint32_t n_fields;
	/* Of the libraries, not of a plugin: numbers in brackets are what C's scanf() takes ("01", "+1", "-2"). */
	bool native;
	/* What is no argument in brackets belongs to the text behind the field; else it is an error. */
	bool loose_args;
	/*
	 * Checks the argument and fills type, format, flags and priv of a reference that is otherwise
	 * complete (index parsed as ARG_INDEX and ARG_KEY say). May be NULL. The error text is Falco's.
	 */
	int (*prepare)(struct sw_fieldref *ref, struct sw_error *err);
	/* The number of values (0: none); *ret is written when it is not 0. -SW_ELIMIT counts as 0. */
	int (*extract)(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret);
	/*
	 * How a value is shown whose type shows only in the event (evt.rawarg.*): it, its type and format. False:
	 * there is none. May be NULL.
	 */
	bool (*shown)(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fval *ret,
		uint8_t *ret_type, uint8_t *ret_format);
	/*
	 * JSON of a value whose type shows only in the event (evt.arg.*): true and the text of one JSON value in
	 * *out. May be NULL or say false: the value is then printed by its type.
	 */
	bool (*json)(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_buf *out);
	/* SW_FF_NAMES: a rule compares this field with that name. May be NULL. */
	void (*name_wanted)(const struct sw_fieldref *ref, struct sw_str name);
};

/* The classes that a source has, in the order in which names are searched; catalogue.c. */
const struct sw_field_class *const *sw_field_classes(enum sw_event_source source, size_t *ret_n);

/*
 * The longest field name that `text` begins with, with its argument: "proc.aname[2]", "evt.arg.flags". *ret_len
 * is how much of the text belongs to it. -SW_ENOENT: no field begins like this; -SW_EINVALID: its argument is
 * missing, not allowed or malformed (*err in Falco's words). The reference points into `text`.
 */
int sw_field_find(enum sw_event_source source, struct sw_str text, struct sw_fieldref *ret, size_t *ret_len,
	struct sw_error *err);

#endif
