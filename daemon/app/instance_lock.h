// SPDX-License-Identifier: Apache-2.0
// One service a host: a second `dnsmon run` with the host's own configuration would write every event twice into the
// same places. Held from make() to destruction; the kernel releases it with the process, however that ends.
#pragma once

#include "util/fd.h"
#include "util/result.h"

#include <string>

namespace dnsmon {

class InstanceLock {
  public:
    /// Makes `directory` when it is not there. Error with EALREADY: who holds it stands in the message.
    [[nodiscard]] static Result<InstanceLock> take(const std::string& directory);

  private:
    explicit InstanceLock(Fd file) : file_(std::move(file)) {}
    Fd file_;
};

/// The unit's RuntimeDirectory=, else /run/dnsmon.
[[nodiscard]] std::string runtime_directory();

} // namespace dnsmon
