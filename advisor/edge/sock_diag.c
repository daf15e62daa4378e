#include "edge/sock_diag.h"
