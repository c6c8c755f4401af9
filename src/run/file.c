/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See file.h. Reads without stdio's buffers, which nobody would wipe after a secret.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run/file.h"

#define SECRET_MOST ((size_t)4096)
#define FIRST_ROOM ((size_t)4096)

static int
fail(struct err *e, const char *path)
{
	return err_set(e, ERR_CONFIG, "%s: %s", path, strerror(errno));
}

/* Grows by doubling; what was outgrown is wiped with the arena. */
static unsigned char *
grow(struct arena *a, unsigned char *data, size_t used, size_t *room)
{
	unsigned char *bigger = arena_alloc(a, *room * 2 + 1);

	if (bigger == NULL)
		return NULL;
	memcpy(bigger, data, used);
	*room *= 2;
	return bigger;
}

static int
read_all(int fd, const char *path, size_t most, struct arena *a, struct octets *out, struct err *e)
{
	size_t room = FIRST_ROOM, used = 0;
	unsigned char *data = arena_alloc(a, room + 1);
	ssize_t n = 1;

	while (data != NULL && n != 0) {
		if (used == room && (data = grow(a, data, used, &room)) == NULL)
			break;
		n = read(fd, data + used, room - used);
		if (n < 0 && errno != EINTR)
			return fail(e, path);
		used += n > 0 ? (size_t)n : 0;
		if (used > most)
			return err_set(e, ERR_CONFIG, "%s: longer than %zu octets", path, most);
	}
	if (data == NULL)
		return err_set(e, ERR_NOMEM, "%s", path);
	*out = (struct octets){data, used};
	return 0;
}

int
run_file_read(const char *path, size_t most, struct arena *a, struct octets *out, struct err *e)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	*out = (struct octets){NULL, 0};
	if (fd < 0)
		return fail(e, path);
	int rc = read_all(fd, path, most, a, out, e);
	if (!standard)
		close(fd);
	return rc;
}

int
run_file_secret(const char *path, struct arena *a, const char **out, struct err *e)
{
	struct octets text;

	*out = NULL;
	if (run_file_read(path, SECRET_MOST, a, &text, e) != 0)
		return -1;
	char *line = arena_string(a, text);
	if (line == NULL)
		return err_set(e, ERR_NOMEM, "%s", path);
	line[strcspn(line, "\r\n")] = '\0';
	if (line[0] == '\0')
		return err_set(e, ERR_CONFIG, "%s: the first line is empty", path);
	*out = line;
	return 0;
}

static bool
write_all(int fd, struct octets o)
{
	size_t done = 0;
	ssize_t n = 0;

	while (done < o.len && (n = write(fd, o.data + done, o.len - done)) > 0)
		done += (size_t)n;
	return done == o.len;
}

int
run_file_write(const char *path, struct octets o, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	bool good;

	if (fd < 0)
		return fail(e, path);
	good = write_all(fd, o);
	return close(fd) == 0 && good ? 0 : fail(e, path);
}

int
run_file_replace(const char *path, struct octets o, struct err *e)
{
	char temporary[4200];
	int fd, rc = 0;

	if (snprintf(temporary, sizeof(temporary), "%s.%d.new", path, (int)getpid()) >=
	    (int)sizeof(temporary))
		return err_set(e, ERR_CONFIG, "%s: the name is too long", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return fail(e, temporary);
	if (!write_all(fd, o) || fsync(fd) != 0)
		rc = fail(e, temporary);
	close(fd);
	if (rc == 0 && rename(temporary, path) != 0)
		rc = fail(e, path);
	if (rc != 0)
		unlink(temporary);
	return rc;
}
