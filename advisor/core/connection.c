#include "core/connection.h"
