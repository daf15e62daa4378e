#include "edge/socket_handle.h"
