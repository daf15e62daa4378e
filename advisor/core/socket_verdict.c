#include "core/socket_verdict.h"
