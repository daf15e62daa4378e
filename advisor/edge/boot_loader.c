#include "edge/boot_loader.h"
