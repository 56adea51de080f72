// SPDX-License-Identifier: Apache-2.0
#include "capture_file/reader.h"

#include "capture_file/byte_source.h"
#include "capture_file/format.h"

namespace dnsmon {

struct CaptureReader::State {
    std::string path;
    ByteSource source;
    std::unique_ptr<CaptureFormat> format;

    Error damaged(const std::string& what) const {
        const std::string& why = source.failure().empty() ? what : source.failure();
        const char* unit = source.compressed() ? " of the uncompressed data: " : ": ";
        return Error{path + ": at byte " + std::to_string(source.offset()) + unit + why};
    }
};

Result<CaptureReader> CaptureReader::open(const std::string& path) {
    const std::string name = path == "-" ? "standard input" : path;
    auto source = ByteSource::open(path);
    if (!source) return std::move(source.error()).within(name);
    auto state = std::make_unique<State>(State{name, std::move(*source), nullptr});
    if (state->source.peek(1).empty()) {
        return state->source.failure().empty() ? Error{name + ": is empty"} : state->damaged("");
    }
    auto pcap = open_pcap(state->source);
    if (!pcap) return state->damaged(pcap.error().message);
    state->format = std::move(*pcap);
    if (!state->format) state->format = open_pcapng(state->source);
    if (!state->format) return Error{name + ": is not a capture file (pcap or pcapng)"};
    return CaptureReader(std::move(state));
}

CaptureReader::CaptureReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
CaptureReader::~CaptureReader() = default;
CaptureReader::CaptureReader(CaptureReader&&) noexcept = default;
CaptureReader& CaptureReader::operator=(CaptureReader&&) noexcept = default;

Result<std::optional<Frame>> CaptureReader::next() {
    auto frame = state_->format->next(state_->source);
    if (!frame) return state_->damaged(frame.error().message);
    // A read error between two records looks like the end of the data.
    if (!*frame && !state_->source.failure().empty()) return state_->damaged("");
    return frame;
}

bool CaptureReader::goes_on() const {
    return state_->format->goes_on();
}
std::string CaptureReader::interface_name(std::uint32_t interface) const {
    return state_->format->interface_name(interface);
}
std::uint64_t CaptureReader::bytes_read() const {
    return state_->source.bytes_read();
}
std::uint64_t CaptureReader::file_bytes() const {
    return state_->source.file_bytes();
}

} // namespace dnsmon
