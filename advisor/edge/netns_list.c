#include "edge/netns_list.h"
