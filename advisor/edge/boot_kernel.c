#include "edge/boot_kernel.h"
