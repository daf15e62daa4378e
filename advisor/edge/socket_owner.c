#include "edge/socket_owner.h"
