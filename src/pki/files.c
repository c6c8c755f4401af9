/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Folders and files of certificates and CRLs: PEM or DER is told by content, never by name.
 *
 * A file that holds anything else is told with its name and the reading goes on, so that an
 * operator sees all mistakes at once. What the objects mean is the caller's.
 */
#include "config.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "pki/inner.h"

void
pki_tell(struct pki_told *told, const char *file, const char *what)
{
	if (told->wrong++ == 0)
		snprintf(told->first, sizeof(told->first), "%s: %s", file, what);
	if (told->complain != NULL)
		told->complain(told->self, file, what);
}

static int
read_stream(FILE *f, unsigned char **out, size_t *len, struct err *e)
{
	unsigned char *data;
	struct stat st;

	if (fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode))
		return err_set(e, ERR_CONFIG, "not a file");
	if (st.st_size > PKI_FILE_MAX)
		return err_set(e, ERR_CONFIG, "larger than %d octets", PKI_FILE_MAX);
	data = malloc((size_t)st.st_size + 1);
	if (data == NULL)
		return err_set(e, ERR_NOMEM, "no memory");
	if (fread(data, 1, (size_t)st.st_size, f) != (size_t)st.st_size) {
		free(data);
		return err_set(e, ERR_CONFIG, "cannot be read");
	}
	*len = (size_t)st.st_size;
	*out = data;
	return 0;
}

int
pki_read_file(const char *path, unsigned char **out, size_t *len, struct err *e)
{
	/* a pipe must not be waited for: it is refused as what it is */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "rb");
	int rc;

	*out = NULL;
	*len = 0;
	if (f == NULL) {
		err_set(e, ERR_CONFIG, "%s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	rc = read_stream(f, out, len, e);
	fclose(f);
	return rc;
}

static void
take(struct pki *p, struct octets der, pki_take *fn, const char *path, struct pki_told *told)
{
	struct err e = {0};

	if (fn(p, der, &e) != 0)
		pki_tell(told, path, e.detail);
	ERR_clear_error();
}

static void
each_pem(struct pki *p, BIO *text, const char *path, const char *label, pki_take *fn,
    struct pki_told *told)
{
	unsigned char *der = NULL;
	char *name = NULL, *header = NULL, what[120];
	long len = 0;
	unsigned found = 0;

	for (; PEM_read_bio(text, &name, &header, &der, &len) == 1; found++) {
		if (strcmp(name, label) == 0) {
			take(p, (struct octets){der, (size_t)len}, fn, path, told);
		} else {
			snprintf(
			    what, sizeof(what), "holds a %.40s where a %s belongs", name, label);
			pki_tell(told, path, what);
		}
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_clear_free(der, (size_t)len);
	}
	if (found == 0 || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
		snprintf(what, sizeof(what), "not a %s in PEM or DER", label);
		pki_tell(told, path, what);
	}
	ERR_clear_error();
}

void
pki_each_in_file(
    struct pki *p, const char *path, const char *pem, pki_take *fn, struct pki_told *told)
{
	struct err e = {0};
	unsigned char *data = NULL;
	size_t len = 0;
	BIO *text = NULL;

	if (pki_read_file(path, &data, &len, &e) != 0)
		pki_tell(told, path, e.detail);
	else if (data != NULL && len > 0 && data[0] == 0x30) /* SEQUENCE */
		take(p, (struct octets){data, len}, fn, path, told);
	else if ((text = BIO_new_mem_buf(data, (int)len)) == NULL)
		pki_tell(told, path, "no memory");
	else
		each_pem(p, text, path, pem, fn, told);
	BIO_free(text);
	free(data);
}

static int
not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

void
pki_each_in_folder(
    struct pki *p, const char *folder, const char *pem, pki_take *fn, struct pki_told *told)
{
	struct dirent **names = NULL;
	int n;

	if (folder == NULL)
		return;
	n = scandir(folder, &names, not_hidden, alphasort);
	if (n < 0)
		pki_tell(told, folder, strerror(errno));
	for (int i = 0; i < n; i++) {
		char *path = NULL;
		if (asprintf(&path, "%s/%s", folder, names[i]->d_name) >= 0)
			pki_each_in_file(p, path, pem, fn, told);
		else
			pki_tell(told, names[i]->d_name, "no memory");
		free(path);
		free(names[i]);
	}
	free(names);
}
