#include "edge/fetch.h"
