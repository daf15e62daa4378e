#include "cli/socket_look.h"
