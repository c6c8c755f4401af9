/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What stands in which element, as data: one row a child, one table an element, one shape an
 * operation. form.c walks them.
 */
#ifndef CODEC_FORM_TABLE_H
#define CODEC_FORM_TABLE_H

#include "codec/form.h"

#define FORM_MOST 9 /* children that one element may have by name */

enum form_kind {
	FORM_TEXT,
	FORM_CHOICE,   /* a text out of a list */
	FORM_INSTANT,  /* a text that is a dateTime */
	FORM_COUNT,    /* a text that is a number from 0 on */
	FORM_GROUP,    /* elements of the same level */
	FORM_INFO,     /* such a group, of which the place is kept */
	FORM_ERROR,    /* elements of a level of their own */
	FORM_MESSAGE,  /* the same, one of many */
	FORM_PROPERTY, /* key and value */
	FORM_DATA      /* anything */
};

struct form {
	const char *name;
	enum form_kind kind;
	unsigned least, most;
	enum form_slot slot;	    /* of a text */
	size_t characters;	    /* of a text, at most; 0 = as many as the document may hold */
	const char *const *choices; /* of a choice */
	const struct form *inside;  /* of a group */
	size_t count;
	bool filled;	    /* a text that must not be empty */
	bool any_namespace; /* known deviation */
};

struct form_shape {
	const char *name;
	struct form inside; /* request or response, the only child */
};

struct form_operation {
	enum msg_operation operation;
	const char *ns;
	unsigned channels; /* 1u << enum msg_channel */
	struct form_shape request, answer;
	bool may_be_empty; /* the answer; known deviation */
};

extern const struct form_operation form_operations[];
extern const size_t form_operation_count;

#endif
