#include "out/socket.h"
