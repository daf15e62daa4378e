#include "helper/trust.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(int fd, struct ka_text *bundle)
{
	char piece[16 * 1024];
	ssize_t got;

	while ((got = read(fd, piece, sizeof(piece))) > 0) {
		ka_text_add_bytes(bundle, piece, (size_t)got);
		if (bundle->has_failed || bundle->length > KA_TRUST_MAX) {
			errno = EFBIG;
			return -1;
		}
	}
	/* The next certificate begins a line, whatever this file ends with. */
	ka_text_add(bundle, "\n");
	return (int)got;
}

/* -1 with errno. */
static int add_file(int directory, const char *name, struct ka_text *bundle)
{
	/* A FIFO or a device could keep us waiting. */
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;
	int result = -1, saved;

	if (fd < 0)
		return -1;
	if (fstat(fd, &status) == 0 && !S_ISREG(status.st_mode))
		errno = EINVAL;
	else
		result = read_all(fd, bundle);
	saved = errno;
	close(fd);
	errno = saved;
	return result;
}

/* "5ed36f99.0": the names by which OpenSSL finds certificates. Others are links to the same. */
static bool is_hashed(const char *name)
{
	size_t digits = strspn(name, "0123456789abcdef");

	return digits == 8 && name[digits] == '.' && strlen(name) > digits + 1 &&
	       strspn(name + digits + 1, "0123456789") == strlen(name) - digits - 1;
}

/* What is not there or cannot be read is passed over, as OpenSSL does it. */
static void add_directory(const char *path, struct ka_text *bundle)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory)) && bundle->length <= KA_TRUST_MAX)
		if (is_hashed(entry->d_name))
			add_file(dirfd(directory), entry->d_name, bundle);
	closedir(directory);
}

/* paths is separated by colons. */
static void add_directories(const char *paths, struct ka_text *bundle)
{
	char *copy = strdup(paths), *rest = copy;
	const char *path;

	while (rest && (path = strsep(&rest, ":")))
		add_directory(path, bundle);
	free(copy);
}

static int add_bundle(const char *variable, const char *path, struct ka_text *bundle,
		      struct ka_failure *retfailure)
{
	if (add_file(AT_FDCWD, path, bundle) != 0)
		return ka_refuse(retfailure, KA_STEP_TLS, "%s: %s: %s", variable, path,
				 strerror(errno));
	return 0;
}

/* NULL where it is empty, too. */
static const char *named(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value ? value : NULL;
}

static int read_named(struct ka_text *bundle, struct ka_failure *retfailure)
{
	const char *bundle_path = named("CURL_CA_BUNDLE"), *file = named("SSL_CERT_FILE"),
		   *directories = named("SSL_CERT_DIR");

	if (bundle_path)
		return add_bundle("CURL_CA_BUNDLE", bundle_path, bundle, retfailure);
	if (file && add_bundle("SSL_CERT_FILE", file, bundle, retfailure) != 0)
		return -1;
	if (directories)
		add_directories(directories, bundle);
	if (bundle->has_failed || bundle->length > KA_TRUST_MAX)
		return ka_refuse(retfailure, KA_STEP_TLS, "SSL_CERT_DIR: %s", strerror(EFBIG));
	/* The system's authorities instead would be more trust than was asked for. */
	if (directories && bundle->length == 0)
		return ka_refuse(retfailure, KA_STEP_TLS, "SSL_CERT_DIR: no certificate there");
	return 0;
}

int ka_trust_read(struct ka_trust *ret_trust, struct ka_failure *retfailure)
{
	struct ka_trust trust = {0};

	if (read_named(&trust.bundle, retfailure) != 0) {
		ka_text_clear(&trust.bundle);
		return -1;
	}
	trust.is_named = trust.bundle.length > 0;
	*ret_trust = trust;
	return 0;
}
