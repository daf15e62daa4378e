#include "edge/tree.h"
