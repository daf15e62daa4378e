#include "edge/netlink.h"
