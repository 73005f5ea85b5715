// The test framework.
#pragma once

#include <gmock/gmock.h>
