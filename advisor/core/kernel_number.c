#include "core/kernel_number.h"
