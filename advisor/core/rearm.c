#include "core/rearm.h"
