/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * From file names to libconfig's trees: the first file, its @includes, the include folder.
 *
 * Only regular files are handed to libconfig. What the trees mean is read in conf.c.
 */
#include "config.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "conf/room.h"

#define MOST_FILES ((size_t)256) /* a folder with more is not a configuration */

const char *
conf_folder(struct conf_reader *r, const char *file)
{
	const char *slash = strrchr(file, '/');

	if (slash == NULL)
		return ".";
	if (slash == file)
		return "/";
	const char *folder = arena_string(
	    r->arena, (struct octets){(const unsigned char *)file, (size_t)(slash - file)});
	r->nomem |= folder == NULL;
	return folder != NULL ? folder : ".";
}

const char *
conf_resolve(struct conf_reader *r, const char *folder, const char *path)
{
	if (path[0] == '/' || path[0] == '\0')
		return conf_copy(r, path);
	const char *joined = arena_printf(r->arena, "%s/%s", folder, path);
	r->nomem |= joined == NULL;
	return joined != NULL ? joined : "";
}

/* The name that libconfig holds of a file: main_file and those of include_dir as they were opened,
 * an @include as it was written, which is relative to the folder of main_file. */
static const char *
full_name(struct conf_reader *r, const char *name)
{
	for (size_t i = 0; i < r->file_count; i++)
		if (r->files[i].num_filenames > 0 && strcmp(name, r->files[i].filenames[0]) == 0)
			return conf_copy(r, name);
	return conf_resolve(r, r->folder, name);
}

struct conf_place
conf_place_of(struct conf_reader *r, const config_setting_t *s)
{
	const char *name = config_setting_source_file(s);

	return (struct conf_place){
	    name != NULL ? full_name(r, name) : r->main_file, (int)config_setting_source_line(s)};
}

static bool
is_regular(struct conf_reader *r, const char *file)
{
	struct stat st;

	if (stat(file, &st) != 0) {
		conf_mistake(r, (struct conf_place){file, 0}, "%s", strerror(errno));
		return false;
	}
	if (!S_ISREG(st.st_mode))
		conf_mistake(r, (struct conf_place){file, 0}, "is not a file");
	return S_ISREG(st.st_mode);
}

static void
read_file(struct conf_reader *r, const char *file)
{
	config_t *c = &r->files[r->file_count];

	if (!is_regular(r, file)) {
		r->broken = true;
		return;
	}
	config_init(c);
	config_set_include_dir(c, r->folder);
	r->file_count++;
	if (config_read_file(c, file) == CONFIG_TRUE)
		return;
	r->broken = true;
	const char *where = config_error_file(c);
	struct conf_place at = {
	    where == NULL || strcmp(where, file) == 0 ? file : conf_resolve(r, r->folder, where),
	    config_error_line(c)};
	conf_mistake(r, at, "%s", config_error_text(c));
}

static int
ends_in_conf(const struct dirent *entry)
{
	return fnmatch("*.conf", entry->d_name, FNM_PERIOD) == 0;
}

static void
read_folder(struct conf_reader *r, const config_setting_t *setting)
{
	const char *said = config_setting_get_string(setting);
	struct conf_place at = conf_place_of(r, setting);
	struct dirent **names = NULL;

	if (said == NULL || said[0] == '\0')
		return; /* a wrong type is told when the key is read */
	const char *folder = conf_resolve(r, conf_folder(r, at.file), said);
	int count = scandir(folder, &names, ends_in_conf, alphasort);
	if (count < 0)
		conf_mistake(r, at, "include_dir %s: %s", folder, strerror(errno));
	r->broken |= count < 0;
	for (int i = 0; i < count; i++) {
		if (r->file_count < MOST_FILES)
			read_file(r, conf_resolve(r, folder, names[i]->d_name));
		else if (r->file_count == MOST_FILES)
			conf_mistake(r, at, "include_dir holds more than %zu files", MOST_FILES);
		free(names[i]);
	}
	free((void *)names);
}

void
conf_read_files(struct conf_reader *r)
{
	r->files = calloc(MOST_FILES, sizeof(*r->files));
	if (r->files == NULL) {
		r->nomem = true;
		return;
	}
	read_file(r, r->main_file);
	if (r->file_count == 0)
		return;
	const config_setting_t *dir =
	    config_setting_get_member(config_root_setting(&r->files[0]), "include_dir");
	if (dir != NULL)
		read_folder(r, dir);
}

void
conf_forget_files(struct conf_reader *r)
{
	for (size_t i = 0; i < r->file_count; i++)
		config_destroy(&r->files[i]);
	free(r->files);
}
