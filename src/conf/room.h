/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of this room share: the reader of one configuration and the telling of mistakes.
 *
 * Not for other rooms. libconfig's types stay behind this header.
 */
#ifndef CONF_ROOM_H
#define CONF_ROOM_H

#include <libconfig.h>

#include "base/arena.h"
#include "conf/conf.h"

enum conf_type {
	CONF_STRING,
	CONF_PATH,
	CONF_CHOICE,
	CONF_NUMBER,
	CONF_BOOL,
	CONF_STRINGS,
	CONF_PATHS
};

/* A row of conf_def.h, bound to its field. The count of a list follows its pointer. */
struct conf_row {
	struct conf_key key;
	enum conf_type type;
	size_t offset;
};
/* One octet a row, only to count them. */
enum {
	CONF_ROWS = sizeof((const char[]){
#define X(group, name, type, record, field, value, range, help) 0,
#include "conf/conf_def.h"
#undef X
	})
};
extern const struct conf_row conf_rows[CONF_ROWS];

struct conf_reader {
	struct arena *arena;
	conf_complain *complain;
	void *self;
	unsigned mistakes;
	bool nomem;
	bool broken; /* a file could not be read to its end */
	const char *main_file;
	const char *folder; /* of main_file */
	config_t *files;    /* the first is main_file */
	size_t file_count;
	struct conf *conf;
	/* by row: where it was set, of the element being read */
	const config_setting_t *seen[CONF_ROWS];
};

/* One mistake at a place. */
void conf_mistake(struct conf_reader *, struct conf_place, const char *format, ...) PRINTF(3, 4);

/* Copies; a failure sets nomem and gives "". */
const char *conf_copy(struct conf_reader *, const char *text);

/* Where a setting stands. libconfig names an included file without its folder. */
struct conf_place conf_place_of(struct conf_reader *, const config_setting_t *);

/* Where a key of a plain group was set, or otherwise. The key must be one of the table. */
struct conf_place conf_key_place(
    struct conf_reader *, const char *group, const char *name, struct conf_place otherwise);

/* path, or folder/path when it is relative; "" stays "". */
const char *conf_resolve(struct conf_reader *, const char *folder, const char *path);
const char *conf_folder(struct conf_reader *, const char *file);

/* Reads main_file and the folder of include_dir into files. */
void conf_read_files(struct conf_reader *);
void conf_forget_files(struct conf_reader *);

/* Writes the row's default into the struct at base, or a setting's value (value.c). */
void conf_put_default(struct conf_reader *, const struct conf_row *, void *base);
void conf_put_value(
    struct conf_reader *, const struct conf_row *, const config_setting_t *, void *base);

/* What one key cannot show: pairs, duplicates, names that must exist (check.c). */
void conf_check(struct conf_reader *);

/* The same of receivers and profiles (check_delivery.c); and, while its keys are still known, of
 * one profile: keys that are of the other direction. */
void conf_check_delivery(struct conf_reader *);
void conf_finish_profile(struct conf_reader *, void *profile);
bool conf_is_file_name(const char *text); /* letters, digits, . _ -, 64 at most */

#endif
