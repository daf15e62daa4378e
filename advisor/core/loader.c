#include "core/loader.h"
