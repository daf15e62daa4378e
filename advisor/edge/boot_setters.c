#include "edge/boot_setters.h"
