#include "core/cgroup_name.h"
