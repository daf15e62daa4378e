#include "edge/digest.h"

#include <sha2.h>

const char *ka_sha256(char text[static KA_SHA256_TEXT], const void *bytes, size_t length)
{
	return SHA256Data(bytes, length, text);
}
