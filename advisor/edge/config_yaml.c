#include "edge/config_yaml.h"
