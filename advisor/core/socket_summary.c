#include "core/socket_summary.h"
