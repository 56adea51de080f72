// SPDX-License-Identifier: Apache-2.0
// output.file.compress: rotated files from PATH.2 on become PATH.N.gz, on a thread of its own with the lowest priority.
// PATH.1 stays as it is: a shipper may still be reading it. A file is there whole, plain or compressed, at every
// moment; what a crash leaves is a PATH.gz.tmp that is written over. Owned by the file sink; never touches PATH itself.
#pragma once

#include "util/fd.h"
#include "util/result.h"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace dnsmon {

class Compressor {
  public:
    /// Begins with what an earlier run has left plain.
    Compressor(std::string path, std::uint32_t keep);
    ~Compressor(); ///< gives up the file that it is at
    Compressor(const Compressor&) = delete;
    Compressor& operator=(const Compressor&) = delete;

    /// Rotated files may be renamed while this is held.
    [[nodiscard]] std::unique_lock<std::mutex> hold_names();
    /// There may be more to do.
    void wake();
    /// What went wrong since the last call; empty: nothing. Such a file stays plain until the next rotation.
    [[nodiscard]] std::string take_problem();

  private:
    void run();
    void compress_all();
    Result<void> compress(std::uint32_t number);
    Result<void> write_compressed(int from, int to);
    Result<void> put_in_place(int from, const std::string& written);
    [[nodiscard]] bool stopping();

    const std::string path_;
    const std::uint32_t keep_;
    std::mutex names_;
    std::mutex state_; ///< guards what follows
    std::condition_variable changed_;
    bool pending_ = true;
    bool stop_ = false;
    std::string problem_;
    std::thread thread_; ///< last: starts when all else is there
};

} // namespace dnsmon
