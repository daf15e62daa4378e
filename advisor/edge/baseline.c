#include "edge/baseline.h"
