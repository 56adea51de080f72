// SPDX-License-Identifier: Apache-2.0
// What was last written for a question, by its bytes on the wire: an answer repeats its query's, and most queries repeat
// others'. Owned by one DnsObject. Bounded: long questions are not kept, and a place is taken by whoever came last.
#pragma once

#include "dns/message.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dnsmon {

class QuestionJson {
  public:
    struct Text {
        std::string_view json;
        std::size_t name_offset = 0; ///< of the name and its quotes, in json
        std::size_t name_bytes = 0;
    };

    QuestionJson() : places_(kPlaces) {}
    /// Empty: not known. Valid until the next keep(), which is about the same question.
    [[nodiscard]] Text find(const dns::Message& message, const dns::Question& question);
    /// What was written for the question that find() did not know.
    void keep(const Text& text);

  private:
    static constexpr std::size_t kPlaces = 512; // a power of two; some 300 bytes each when used
    static constexpr std::size_t kMaxWireBytes = 128;
    static constexpr std::size_t kMaxJsonBytes = 512;
    struct Place {
        std::string wire; ///< name, type and class
        std::string json;
        std::size_t name_offset = 0;
        std::size_t name_bytes = 0;
    };

    std::vector<Place> places_;
    Place* asked_ = nullptr; ///< of the last find(); null: its question is not to be kept
    std::span<const std::uint8_t> asked_wire_;
};

} // namespace dnsmon
