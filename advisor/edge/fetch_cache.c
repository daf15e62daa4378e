#include "edge/fetch_cache.h"
