#include "helper/minisign.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
	ALGORITHM_BYTES = 2,
	ID_BYTES = KA_MINISIGN_ID_LENGTH / 2,
	KEY_BYTES = ALGORITHM_BYTES + ID_BYTES + crypto_sign_PUBLICKEYBYTES,
	SIGNATURE_BYTES = ALGORITHM_BYTES + ID_BYTES + crypto_sign_BYTES,
	LINES_MAX = 4,
};

#define UNTRUSTED "untrusted comment:"
#define TRUSTED "trusted comment: "

struct key {
	unsigned char id[ID_BYTES];
	unsigned char ed25519[crypto_sign_PUBLICKEYBYTES];
};

struct signature {
	bool is_prehashed;
	unsigned char id[ID_BYTES];
	/* Of the content; the global one covers these bytes and the comment. */
	unsigned char content[crypto_sign_BYTES];
	unsigned char global[crypto_sign_BYTES];
	struct ka_bytes comment;
};

/* Splits a file into at most LINES_MAX lines, without their ends; the last end may be missing.
 * The number of lines, 0 for more of them or for what is not text. */
static size_t split(const struct ka_bytes *file, struct ka_bytes lines[LINES_MAX])
{
	const char *at = file->bytes, *end = file->bytes + file->length;
	size_t count = 0;

	if (memchr(at, '\0', file->length))
		return 0;
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((newline ? newline : end) - at);

		if (count == LINES_MAX)
			return 0;
		lines[count].bytes = at;
		lines[count++].length = length - (length > 0 && at[length - 1] == '\r');
		at = newline ? newline + 1 : end;
	}
	return count;
}

static bool begins_with(const struct ka_bytes *line, const char *prefix)
{
	return line->length >= strlen(prefix) && memcmp(line->bytes, prefix, strlen(prefix)) == 0;
}

/* Exactly size bytes, canonical, with padding. */
static bool decode(const struct ka_bytes *line, unsigned char *bytes, size_t size)
{
	size_t length;

	return sodium_base642bin(bytes, size, line->bytes, line->length, NULL, &length, NULL,
				 sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       length == size;
}

static int read_key(const struct ka_bytes *file, struct key *ret_key, struct ka_failure *retfailure)
{
	struct ka_bytes lines[LINES_MAX];
	unsigned char bytes[KEY_BYTES];
	size_t count = split(file, lines);
	size_t comments = count == 2 && begins_with(&lines[0], UNTRUSTED);

	if (count != comments + 1)
		return ka_refuse(retfailure, KA_STEP_KEY,
				 "not a minisign public key: a comment and one line of base64");
	if (!decode(&lines[comments], bytes, sizeof(bytes)))
		return ka_refuse(retfailure, KA_STEP_KEY,
				 "not a minisign public key: its base64 is not %d bytes",
				 KEY_BYTES);
	if (memcmp(bytes, "Ed", ALGORITHM_BYTES) != 0)
		return ka_refuse(retfailure, KA_STEP_KEY,
				 "not a minisign public key: another algorithm than Ed25519");
	memcpy(ret_key->id, bytes + ALGORITHM_BYTES, ID_BYTES);
	memcpy(ret_key->ed25519, bytes + ALGORITHM_BYTES + ID_BYTES, sizeof(ret_key->ed25519));
	return 0;
}

static int read_signature_bytes(const struct ka_bytes *line, struct signature *signature,
				struct ka_failure *retfailure)
{
	unsigned char bytes[SIGNATURE_BYTES];

	if (!decode(line, bytes, sizeof(bytes)))
		return ka_refuse(retfailure, KA_STEP_SIGNATURE,
				 "not a minisign signature: its base64 is not %d bytes",
				 SIGNATURE_BYTES);
	signature->is_prehashed = memcmp(bytes, "ED", ALGORITHM_BYTES) == 0;
	if (!signature->is_prehashed && memcmp(bytes, "Ed", ALGORITHM_BYTES) != 0)
		return ka_refuse(retfailure, KA_STEP_SIGNATURE,
				 "not a minisign signature: an unknown algorithm");
	memcpy(signature->id, bytes + ALGORITHM_BYTES, ID_BYTES);
	memcpy(signature->content, bytes + ALGORITHM_BYTES + ID_BYTES, sizeof(signature->content));
	return 0;
}

static int read_signature(const struct ka_bytes *file, struct signature *ret_signature,
			  struct ka_failure *retfailure)
{
	struct ka_bytes lines[LINES_MAX];

	if (split(file, lines) != LINES_MAX || !begins_with(&lines[0], UNTRUSTED) ||
	    !begins_with(&lines[2], TRUSTED))
		return ka_refuse(retfailure, KA_STEP_SIGNATURE,
				 "not a minisign signature: four lines, two of them comments");
	if (read_signature_bytes(&lines[1], ret_signature, retfailure) != 0)
		return -1;
	if (!decode(&lines[3], ret_signature->global, sizeof(ret_signature->global)))
		return ka_refuse(retfailure, KA_STEP_SIGNATURE,
				 "not a minisign signature: its last line is not %d bytes",
				 (int)sizeof(ret_signature->global));
	ret_signature->comment.bytes = lines[2].bytes + strlen(TRUSTED);
	ret_signature->comment.length = lines[2].length - strlen(TRUSTED);
	return 0;
}

/* As minisign prints it: the bytes are a little-endian number. */
static void print_id(const unsigned char id[ID_BYTES], char ret_text[KA_MINISIGN_ID_LENGTH + 1])
{
	for (size_t i = 0; i < ID_BYTES; i++)
		snprintf(ret_text + 2 * i, 3, "%02X", id[ID_BYTES - 1 - i]);
}

static bool is_content_signed(const struct key *key, const struct signature *signature,
			      const struct ka_bytes *content)
{
	unsigned char digest[crypto_generichash_BYTES_MAX];
	const unsigned char *message = (const unsigned char *)content->bytes;
	size_t length = content->length;

	if (signature->is_prehashed) {
		if (crypto_generichash(digest, sizeof(digest), message, length, NULL, 0) != 0)
			return false;
		message = digest;
		length = sizeof(digest);
	}
	return crypto_sign_verify_detached(signature->content, message, length, key->ed25519) == 0;
}

static bool is_comment_signed(const struct key *key, const struct signature *signature)
{
	unsigned char message[crypto_sign_BYTES + KA_WIRE_SIGNATURE_MAX];

	if (signature->comment.length > KA_WIRE_SIGNATURE_MAX)
		return false;
	memcpy(message, signature->content, crypto_sign_BYTES);
	memcpy(message + crypto_sign_BYTES, signature->comment.bytes, signature->comment.length);
	return crypto_sign_verify_detached(signature->global, message,
					   crypto_sign_BYTES + signature->comment.length,
					   key->ed25519) == 0;
}

static int check(const struct key *key, const struct signature *signature,
		 const struct ka_bytes *content, struct ka_failure *retfailure)
{
	char theirs[KA_MINISIGN_ID_LENGTH + 1], ours[KA_MINISIGN_ID_LENGTH + 1];

	if (memcmp(key->id, signature->id, ID_BYTES) != 0) {
		print_id(signature->id, theirs);
		print_id(key->id, ours);
		return ka_refuse(retfailure, KA_STEP_SIGNATURE, "made by the key %s, not by %s",
				 theirs, ours);
	}
	if (!is_content_signed(key, signature, content))
		return ka_refuse(retfailure, KA_STEP_SIGNATURE,
				 "the signature is not of this content");
	if (!is_comment_signed(key, signature))
		return ka_refuse(retfailure, KA_STEP_SIGNATURE,
				 "the trusted comment is not the one that was signed");
	return 0;
}

int ka_minisign_verify(struct ka_arena *arena, const struct ka_verify_request *request,
		       struct ka_signer *ret_signer, struct ka_failure *retfailure)
{
	struct signature signature;
	struct key key;

	if (sodium_init() < 0)
		return ka_refuse(retfailure, KA_STEP_SIGNATURE, "libsodium does not start");
	if (read_key(&request->key, &key, retfailure) != 0 ||
	    read_signature(&request->signature, &signature, retfailure) != 0 ||
	    check(&key, &signature, &request->content, retfailure) != 0)
		return -1;
	print_id(key.id, ret_signer->key_id);
	ret_signer->trusted_comment =
		ka_arena_copy(arena, signature.comment.bytes, signature.comment.length);
	return 0;
}
