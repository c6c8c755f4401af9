/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See spool.h.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/file.h"
#include "sim/spool.h"

#define FILE_MOST ((size_t)512 * 1024 * 1024)

struct sim_spool {
	int folder; /* descriptors, shared by all processes */
	int lock;
	_Atomic uint64_t *next;
	char path[3800];
};

static const char *const folders[] = {
    "messages", "chains", "answers", "state", "queue", "pull", "events", "temporary"};

bool
sim_spool_is_name(const char *name)
{
	return name[0] != '\0' && name[0] != '.' && strlen(name) <= 128 &&
	       name[strspn(name,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] == '\0';
}

int
sim_spool_folder(struct sim_spool *s, const char *name, struct err *e)
{
	if (mkdirat(s->folder, name, 0700) != 0 && errno != EEXIST)
		return err_set(e, ERR_CONFIG, "%s/%s: %s", s->path, name, strerror(errno));
	return 0;
}

/* The largest number that a file's name in that folder begins with. */
static uint64_t
find_last(const struct sim_spool *s, const char *folder)
{
	int fd = openat(s->folder, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	uint64_t last = 0;

	if (d == NULL)
		return 0;
	for (const struct dirent *f; (f = readdir(d)) != NULL;) {
		uint64_t n = strtoull(f->d_name, NULL, 10);
		last = n > last ? n : last;
	}
	closedir(d);
	return last;
}

static int
open_in(struct sim_spool *s, const char *folder, struct err *e)
{
	if ((size_t)snprintf(s->path, sizeof(s->path), "%s", folder) >= sizeof(s->path))
		return err_set(e, ERR_CONFIG, "the spool's path is too long");
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return err_set(e, ERR_CONFIG, "%s: %s", folder, strerror(errno));
	s->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->folder < 0 ||
	    (s->lock = openat(s->folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0)
		return err_set(e, ERR_CONFIG, "%s: %s", folder, strerror(errno));
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (sim_spool_folder(s, folders[i], e) != 0)
			return -1;
	return 0;
}

static int
begin_count(struct sim_spool *s, struct err *e)
{
	uint64_t events = find_last(s, "events"), messages = find_last(s, "messages");
	void *shared =
	    mmap(NULL, sizeof(*s->next), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return err_set(e, ERR_NOMEM, "spool");
	s->next = shared;
	/* some numbers more: what was taken last may have left no file */
	atomic_store(s->next, (events > messages ? events : messages) + 16);
	return 0;
}

int
sim_spool_open(const char *folder, struct sim_spool **out, struct err *e)
{
	struct sim_spool *s = calloc(1, sizeof(*s));

	*out = NULL;
	if (s == NULL)
		return err_set(e, ERR_NOMEM, "spool");
	s->folder = s->lock = -1;
	if (open_in(s, folder, e) != 0 || begin_count(s, e) != 0) {
		sim_spool_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

void
sim_spool_close(struct sim_spool *s)
{
	if (s == NULL)
		return;
	if (s->folder >= 0)
		close(s->folder);
	if (s->lock >= 0)
		close(s->lock);
	if (s->next != NULL)
		munmap(s->next, sizeof(*s->next));
	free(s);
}

uint64_t
sim_spool_next(struct sim_spool *s)
{
	return atomic_fetch_add(s->next, 1) + 1;
}

static int
write_all(int fd, struct octets o)
{
	size_t done = 0;

	while (done < o.len) {
		ssize_t n = write(fd, o.data + done, o.len - done);
		if (n < 0)
			return -1;
		done += (size_t)n;
	}
	return 0;
}

/* No fsync: it outlives the process, and nobody's money is in it. */
int
sim_spool_put(struct sim_spool *s, const char *name, struct octets o, struct err *e)
{
	char temporary[64];
	int fd, rc = 0;

	snprintf(temporary, sizeof(temporary), "temporary/%d", (int)getpid());
	fd = openat(s->folder, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(e, ERR_CONFIG, "%s/%s: %s", s->path, temporary, strerror(errno));
	if (write_all(fd, o) != 0 || renameat(s->folder, temporary, s->folder, name) != 0)
		rc = err_set(e, ERR_CONFIG, "%s/%s: %s", s->path, name, strerror(errno));
	close(fd);
	return rc;
}

int
sim_spool_get(
    struct sim_spool *s, const char *name, struct arena *a, struct octets *out, struct err *e)
{
	const char *path = arena_printf(a, "%s/%s", s->path, name);

	*out = (struct octets){NULL, 0};
	if (path == NULL)
		return err_set(e, ERR_NOMEM, "%s", name);
	if (faccessat(s->folder, name, F_OK, 0) != 0)
		return 0;
	return run_file_read(path, FILE_MOST, a, out, e);
}

void
sim_spool_remove(struct sim_spool *s, const char *name)
{
	unlinkat(s->folder, name, 0);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
sim_spool_list(struct sim_spool *s, const char *folder, struct arena *a, char ***names,
    size_t *count, struct err *e)
{
	int fd = openat(s->folder, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	char **list = arena_alloc(a, 16 * sizeof(*list));
	size_t room = 16;

	*count = 0;
	*names = NULL;
	for (const struct dirent *f; d != NULL && list != NULL && (f = readdir(d)) != NULL;) {
		if (f->d_name[0] == '.')
			continue;
		if (*count + 1 == room) {
			char **more = arena_alloc(a, (room *= 2) * sizeof(*more));
			if (more != NULL)
				memcpy(more, list, *count * sizeof(*more));
			list = more;
		}
		if (list == NULL || (list[*count] = arena_strdup(a, f->d_name)) == NULL)
			break;
		++*count;
	}
	if (d != NULL)
		closedir(d);
	if (list == NULL)
		return err_set(e, ERR_NOMEM, "%s", folder);
	qsort(list, *count, sizeof(*list), compare);
	*names = list;
	return 0;
}

/* FNV-1a of the key says which octet of the lock file it is. */
static void
set_lock(struct sim_spool *s, const char *key, short type)
{
	uint32_t h = 2166136261u;
	struct flock f = {.l_type = type, .l_whence = SEEK_SET, .l_len = 1};

	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * 16777619u;
	f.l_start = (off_t)(h >> 1);
	while (fcntl(s->lock, F_SETLKW, &f) != 0 && errno == EINTR)
		;
}

void
sim_spool_lock(struct sim_spool *s, const char *key)
{
	set_lock(s, key, F_WRLCK);
}

void
sim_spool_unlock(struct sim_spool *s, const char *key)
{
	set_lock(s, key, F_UNLCK);
}
