// SPDX-License-Identifier: Apache-2.0
// Any bytes as a capture file: frames or an error that names the file, never both after each other; no frame is longer
// than what was on the wire, and none comes from nothing.
#include "capture_file/reader.h"
#include "expect.h"
#include "util/fd.h"

#include <sys/mman.h>

#include <string>

using namespace dnsmon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Fd file(::memfd_create("fuzz", MFD_CLOEXEC));
    FUZZ_EXPECT(file.valid());
    FUZZ_EXPECT(::write(file.get(), data, size) == static_cast<ssize_t>(size));
    const std::string path = "/proc/self/fd/" + std::to_string(file.get());
    FUZZ_EXPECT(::lseek(file.get(), 0, SEEK_SET) == 0);
    auto reader = CaptureReader::open(path);
    if (!reader) {
        FUZZ_EXPECT(reader.error().message.starts_with(path + ": "));
        return 0;
    }
    FUZZ_EXPECT(reader->file_bytes() == size);
    const std::size_t most = 1100 * size; // deflate's best: 1032 to one; a record has sixteen bytes
    for (std::size_t frames = 0;; ++frames) {
        FUZZ_EXPECT(frames <= most);
        auto frame = reader->next();
        if (!frame) {
            FUZZ_EXPECT(frame.error().message.starts_with(path + ": at byte "));
            if (reader->goes_on()) continue;
            return 0;
        }
        if (!*frame) return 0;
        FUZZ_EXPECT((*frame)->bytes.size() <= (*frame)->wire_bytes);
        FUZZ_EXPECT(reader->interface_name((*frame)->interface).size() <= 255);
        FUZZ_EXPECT(reader->bytes_read() <= size);
    }
}
