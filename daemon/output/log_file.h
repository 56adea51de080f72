// SPDX-License-Identifier: Apache-2.0
// One open log file that ends with a whole line, always: a partial line left by a crash is cut off when it is opened,
// one left by a full disk when that happens. Writer thread only; knows nothing of events and rotation.
#pragma once

#include "util/fd.h"
#include "util/result.h"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace dnsmon {

class LogFile {
  public:
    LogFile() = default; ///< closed
    LogFile(LogFile&& other) noexcept { *this = std::move(other); }
    LogFile& operator=(LogFile&& other) noexcept;
    ~LogFile();

    /// Appends to `path`, created with `mode` exactly (whatever the umask) where it is not there, and so is its
    /// directory (one level, 0750). A path that names anything but a regular file is an Error.
    [[nodiscard]] static Result<LogFile> open(const std::string& path, mode_t mode);

    /// As open(), but leaves what is in the file alone and closes it again. Any thread.
    [[nodiscard]] static Result<void> try_open(const std::string& path, mode_t mode);

    [[nodiscard]] bool is_open() const { return fd_.valid(); }
    /// False once `path` names another file, or none. Also learns the size: an outside copytruncate changes it.
    [[nodiscard]] bool still_at(const std::string& path);
    [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }
    [[nodiscard]] std::int64_t modified_at_s() const { return modified_at_s_; } ///< when it was opened

    struct Appended {
        std::size_t bytes = 0;
        int error = 0; ///< errno of what kept the rest out
    };
    Appended append(std::string_view bytes);
    /// Takes the last `bytes` back.
    void cut_last(std::size_t bytes);

  private:
    Result<void> repair_end();
    void reserve(std::size_t bytes);
    void give_back();

    Fd fd_;
    std::uint64_t size_bytes_ = 0;
    std::uint64_t reserved_until_ = 0; ///< offset up to which blocks were asked for
    bool holds_reserve_ = false;       ///< some may lie behind the file's end
    std::int64_t modified_at_s_ = 0;
    bool torn_ = false; ///< a partial line could not be cut: the next append ends it first
};

} // namespace dnsmon
