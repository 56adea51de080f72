// SPDX-License-Identifier: Apache-2.0
// Which events are written: the filter section of the configuration, compiled once. One for each worker, used on its
// thread only. It judges and changes nothing: what it keeps out was decoded and paired as all others, unless neither
// end is in a network that is wanted.
#pragma once

#include "config/config.h"
#include "event/event.h"
#include "pipeline/name_patterns.h"
#include "pipeline/process_patterns.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dnsmon {

class Filter {
  public:
    explicit Filter(const FilterConfig& config);
    /// What is known before a message is decoded: false when nothing of this flow is kept, in either direction.
    [[nodiscard]] bool may_keep(const Flow& flow) const;
    /// The cheapest questions first; names are read only where the configuration asks for them. Asks all, also those of
    /// may_keep().
    [[nodiscard]] bool keeps(const Event& event);

  private:
    /// Numbers as a sorted list: they are few.
    template <typename Number>
    class NumberSet {
      public:
        explicit NumberSet(std::vector<Number> numbers) : numbers_(std::move(numbers)) {
            std::sort(numbers_.begin(), numbers_.end());
        }
        [[nodiscard]] bool empty() const { return numbers_.empty(); }
        [[nodiscard]] bool contains(Number number) const {
            return std::binary_search(numbers_.begin(), numbers_.end(), number);
        }

      private:
        std::vector<Number> numbers_;
    };

    [[nodiscard]] bool wants_action(Action action) const;
    [[nodiscard]] bool wants_direction(Direction direction) const;
    [[nodiscard]] bool wants_response_code(const Event& event) const;
    [[nodiscard]] bool wants_process(const std::optional<LocalProcess>& process) const;
    [[nodiscard]] bool wants_types(const dns::Message& message) const;
    [[nodiscard]] bool wants_names(const dns::Message& message);

    bool queries_;
    bool responses_;
    bool unattributed_;
    WantedDirection direction_;
    IncludeExclude<Network> networks_;
    NumberSet<std::uint16_t> types_;
    std::vector<CodeRange> response_codes_;
    NumberSet<std::uint32_t> uids_in_;
    NumberSet<std::uint32_t> uids_out_;
    ProcessPatterns processes_in_;
    ProcessPatterns processes_out_;
    NamePatterns names_in_;
    NamePatterns names_out_;
    std::string name_; ///< reused from event to event
};

} // namespace dnsmon
