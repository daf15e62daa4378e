#include "core/boot.h"
