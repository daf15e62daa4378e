#include "edge/sysctld.h"
