#include "edge/process.h"
