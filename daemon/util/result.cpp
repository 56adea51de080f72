// SPDX-License-Identifier: Apache-2.0
#include "util/result.h"

#include <system_error>

namespace dnsmon {

Error system_error(std::string_view context, int code) {
    // std::generic_category is the thread-safe strerror.
    return Error{std::string(context) + ": " + std::generic_category().message(code), code};
}

} // namespace dnsmon
