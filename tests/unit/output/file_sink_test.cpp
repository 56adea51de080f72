// SPDX-License-Identifier: Apache-2.0
#include "batches.h"
#include "catch.h"
#include "output/file_sink.h"
#include "temp_dir.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

using namespace dnsmon;
using namespace dnsmon::test;
namespace fs = std::filesystem;

namespace {

FileConfig config_for(const std::string& path, std::uint64_t max_size_bytes = 0, std::uint32_t max_files = 3) {
    FileConfig config;
    config.enabled = true;
    config.path = path;
    config.max_size_bytes = max_size_bytes;
    config.max_files = max_files;
    return config;
}

std::unique_ptr<FileSink> open_sink(const FileConfig& config, UnixClock clock = unix_now_s) {
    auto sink = FileSink::open(config, std::move(clock));
    if (!sink) FAIL(sink.error().message);
    return std::move(sink).value();
}

mode_t mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

/// A file system of a few pages; not mounted: we may not.
class SmallDisk {
  public:
    explicit SmallDisk(const std::string& path) : path_(path) {
        fs::create_directory(path_);
        mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=64k") == 0;
    }
    ~SmallDisk() {
        if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    [[nodiscard]] bool mounted() const { return mounted_; }

  private:
    std::string path_;
    bool mounted_ = false;
};

} // namespace

TEST_CASE("events are appended, with the file's mode and directory as configured") {
    TempDir dir;
    const std::string path = dir / "log/events.json";
    const mode_t old_mask = ::umask(077);
    {
        auto sink = open_sink(config_for(path));
        const auto outcome = sink->write(numbered(0, 10));
        CHECK(outcome.written == 10);
        CHECK(outcome.dropped == 0);
    }
    ::umask(old_mask);
    CHECK(mode_of(path) == 0640);
    CHECK(mode_of(dir / "log") == 0700); // 0750 less the umask
    auto sink = open_sink(config_for(path));
    (void)sink->write(numbered(10, 5));
    CHECK(numbers(read_file(path)).size() == 15);
}

TEST_CASE("what cannot be a log file is refused with its reason") {
    TempDir dir;
    CHECK_FALSE(FileSink::open(config_for(dir.path().string())).has_value());
    CHECK_FALSE(FileSink::open(config_for(dir / "a/b/c.json")).has_value()); // one level of directory is made, no more
    REQUIRE(::mkfifo((dir / "pipe").c_str(), 0600) == 0);
    const auto opened = FileSink::open(config_for(dir / "pipe"));
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().message == dir / "pipe" + ": not a regular file");
}

TEST_CASE("a partial last line left by a crash is cut") {
    TempDir dir;
    const std::string path = dir / "events.json";
    write_file(path, "{\"whole\":1}\n{\"part\":");
    auto sink = open_sink(config_for(path));
    Batch batch;
    add_line(batch, "{\"next\":1}\n");
    CHECK(sink->write(batch).written == 1);
    CHECK(read_file(path) == "{\"whole\":1}\n{\"next\":1}\n");

    const std::string long_path = dir / "long.json";
    write_file(long_path, "first\n" + std::string(50'000, 'p'));
    CHECK(open_sink(config_for(long_path))->write(batch).written == 1);
    CHECK(read_file(long_path) == "first\n{\"next\":1}\n");
}

TEST_CASE("a file that holds no line at all is ended, not emptied") {
    TempDir dir;
    const std::string path = dir / "foreign";
    write_file(path, "somebody's text");
    Batch batch;
    add_line(batch, "event\n");
    CHECK(open_sink(config_for(path))->write(batch).written == 1);
    CHECK(read_file(path) == "somebody's text\nevent\n");
}

TEST_CASE("rotation by size: no file too long, no line torn, none lost, the oldest gone") {
    TempDir dir;
    const std::string path = dir / "events.json";
    auto sink = open_sink(config_for(path, 32 * 100, 50));
    for (std::size_t i = 0; i < 100; ++i) {
        const auto outcome = sink->write(numbered(i * 37, 37));
        CHECK(outcome.written == 37);
        CHECK(outcome.detail.empty());
    }
    std::multiset<std::size_t> all;
    for (const auto& entry : fs::directory_iterator(dir.path())) {
        CHECK(entry.file_size() <= 32 * 100);
        all.merge(numbers(read_file(entry.path().string())));
    }
    CHECK(all.size() == 3700);
    CHECK(*all.rbegin() == 3699);
    CHECK(std::set<std::size_t>(all.begin(), all.end()).size() == 3700);
    CHECK(numbers(read_file(path + ".1")).count(3599) == 1);

    auto strict = open_sink(config_for(path, 32 * 100, 2));
    for (std::size_t i = 0; i < 10; ++i) CHECK(strict->write(numbered(0, 100)).written == 100);
    CHECK(fs::exists(path + ".2"));
}

TEST_CASE("no more rotated files than configured") {
    TempDir dir;
    for (const std::uint32_t keep : {0U, 1U, 2U}) {
        const std::string path = dir / ("keep" + std::to_string(keep));
        auto sink = open_sink(config_for(path, 320, keep));
        for (std::size_t i = 0; i < 10; ++i) CHECK(sink->write(numbered(i * 10, 10)).written == 10);
        CHECK(numbers(read_file(path)).count(99) == 1);
        CHECK(fs::exists(path + "." + std::to_string(keep + 1)) == false);
        if (keep > 0) CHECK(numbers(read_file(path + "." + std::to_string(keep))).size() == 10);
    }
}

TEST_CASE("max_files lowered: what is beyond it is removed, at the opening and at a rotation, and nothing else") {
    TempDir dir;
    const std::string path = dir / "events.json";
    const auto fill = [&] {
        for (const char* end : {"", ".1", ".2", ".3.gz", ".4", ".4.gz", ".5.gz"}) write_file(path + end, "{}\n");
    };
    const auto left = [&](const char* end) { return fs::exists(path + end); };
    const char* const others[] = {".7", ".3.bak", ".gz.tmp", ".20260101", ".03", ".x"}; // 6 is free: 7 is somebody else's
    for (const char* end : others) write_file(path + end, "kept\n");
    SECTION("at the opening") {
        fill();
        auto sink = open_sink(config_for(path, 320, 2));
        for (const char* end : {".3.gz", ".4", ".4.gz", ".5.gz"}) CHECK_FALSE(left(end));
        for (const char* end : {"", ".1", ".2"}) CHECK(left(end));
    }
    SECTION("at a rotation") {
        auto sink = open_sink(config_for(path, 320, 2));
        fill();
        CHECK(sink->write(numbered(0, 20)).detail.empty());
        for (const char* end : {".3", ".3.gz", ".4", ".4.gz", ".5.gz"}) CHECK_FALSE(left(end));
        for (const char* end : {"", ".1", ".2"}) CHECK(left(end));
    }
    SECTION("not while logrotate rotates") {
        fill();
        auto sink = open_sink(config_for(path, 0, 2));
        for (const char* end : {".3.gz", ".4", ".4.gz", ".5.gz"}) CHECK(left(end));
    }
    SECTION("a directory of such a name stays") {
        fill();
        fs::create_directory(path + ".3");
        auto sink = open_sink(config_for(path, 320, 2));
        CHECK(left(".3"));
        CHECK_FALSE(left(".4"));
    }
    for (const char* end : others) CHECK(left(end));
}

TEST_CASE("an event longer than a whole file is written all the same") {
    TempDir dir;
    auto sink = open_sink(config_for(dir / "events.json", 100));
    CHECK(sink->write(numbered(0, 3, 500)).written == 3);
    CHECK(numbers(read_file(dir / "events.json"), 500).count(2) == 1);
}

TEST_CASE("rotation by time: with the first event of the next period, also after a restart") {
    TempDir dir;
    const std::string path = dir / "events.json";
    FileConfig config = config_for(path);
    config.rotate_every = std::chrono::seconds(3600);
    std::int64_t now = unix_now_s();
    now -= now % 3600;
    const auto clock = [&now] { return now; };
    {
        auto sink = open_sink(config, clock);
        (void)sink->write(numbered(0, 1));
        now += 3599;
        (void)sink->write(numbered(1, 1));
        CHECK_FALSE(fs::exists(path + ".1"));
        now += 1;
        (void)sink->write(numbered(2, 1));
        CHECK(numbers(read_file(path + ".1")) == std::multiset<std::size_t>{0, 1});
    }
    now += 7200; // not running meanwhile
    auto sink = open_sink(config, clock);
    (void)sink->write(numbered(3, 1));
    CHECK(numbers(read_file(path + ".1")) == std::multiset<std::size_t>{2});
    CHECK(numbers(read_file(path)) == std::multiset<std::size_t>{3});
}

TEST_CASE("an outside logrotate: renamed, removed, truncated, with and without a signal") {
    TempDir dir;
    const std::string path = dir / "events.json";
    auto sink = open_sink(config_for(path));
    (void)sink->write(numbered(0, 1));
    SECTION("renamed, then reopen") {
        fs::rename(path, path + ".old");
        CHECK(sink->reopen().has_value());
        (void)sink->write(numbered(1, 1));
        CHECK(numbers(read_file(path + ".old")) == std::multiset<std::size_t>{0});
    }
    SECTION("renamed without a word") {
        fs::rename(path, path + ".old");
        (void)sink->write(numbered(1, 1));
    }
    SECTION("removed") {
        fs::remove(path);
        (void)sink->write(numbered(1, 1));
    }
    SECTION("its directory removed") {
        auto inner = open_sink(config_for(dir / "log/events.json"));
        fs::remove_all(dir / "log");
        CHECK(inner->write(numbered(1, 1)).written == 1);
        CHECK(numbers(read_file(dir / "log/events.json")) == std::multiset<std::size_t>{1});
        (void)sink->write(numbered(1, 1));
        fs::resize_file(path, 0);
        (void)sink->write(numbered(1, 1));
    }
    SECTION("copied and truncated") {
        fs::copy_file(path, path + ".old");
        fs::resize_file(path, 0);
        (void)sink->write(numbered(1, 1));
    }
    CHECK(numbers(read_file(path)) == std::multiset<std::size_t>{1});
}

TEST_CASE("a directory that goes and stays away costs events until it is back") {
    TempDir dir;
    auto sink = open_sink(config_for(dir / "log/events.json"));
    fs::remove_all(dir / "log");
    write_file(dir / "log", "in the way");
    auto outcome = sink->write(numbered(0, 5));
    CHECK(outcome.dropped == 5);
    CHECK(outcome.reason == DropReason::kUnavailable);
    CHECK(outcome.detail.find(dir / "log/events.json") != std::string::npos);
    fs::remove(dir / "log");
    CHECK(sink->write(numbered(5, 5)).written == 5);
    CHECK(numbers(read_file(dir / "log/events.json")).size() == 5);
}

TEST_CASE("a full disk: whole lines only, exact counts, on again when there is room") {
    TempDir dir;
    SmallDisk disk(dir / "disk");
    if (!disk.mounted()) {
        WARN("skipped: mounting a tmpfs is not permitted");
        return;
    }
    const std::string path = dir / "disk/events.json";
    auto sink = open_sink(config_for(path));
    std::size_t written = 0;
    std::size_t dropped = 0;
    for (std::size_t i = 0; i < 40; ++i) {
        const auto outcome = sink->write(numbered(i * 100, 100, 33)); // 33: lines do not end where pages do
        CHECK(outcome.written + outcome.dropped == 100);
        if (outcome.dropped > 0) CHECK(outcome.reason == DropReason::kDiskFull);
        written += outcome.written;
        dropped += outcome.dropped;
    }
    CHECK(dropped > 1000);
    const auto kept = numbers(read_file(path), 33);
    CHECK(kept.size() == written);
    CHECK(kept.count(std::string::npos) == 0);
    fs::resize_file(path, 0); // the administrator makes room
    CHECK(sink->write(numbered(0, 100, 33)).written == 100);
    CHECK(numbers(read_file(path), 33).size() == 100);
}

TEST_CASE("a rotation that fails loses nothing") {
    TempDir dir;
    const std::string path = dir / "events.json";
    fs::create_directories(path + ".1/in the way");
    auto sink = open_sink(config_for(path, 320, 1));
    std::size_t troubles = 0;
    for (std::size_t i = 0; i < 20; ++i) {
        const auto outcome = sink->write(numbered(i * 5, 5));
        CHECK(outcome.written == 5);
        if (!outcome.detail.empty()) ++troubles;
    }
    CHECK(troubles > 0);
    CHECK(troubles < 20); // not with every event
    CHECK(numbers(read_file(path)).size() == 100);
}

TEST_CASE("opened later, a file that another sink still writes is left alone") {
    TempDir dir;
    FileConfig config;
    config.path = dir / "events.json";
    {
        std::ofstream file(config.path);
        file << "a line that is being wri";
    }
    auto sink = FileSink::open_later(config);
    REQUIRE(sink.has_value());
    CHECK(std::filesystem::file_size(config.path) == 24);
    CHECK((*sink)->write(numbered(0, 2)).written == 2);
    config.path = dir / "missing/deeper/events.json";
    CHECK_FALSE(FileSink::open_later(config).has_value());
}

TEST_CASE("blocks are reserved behind the end while the file is written, and given back") {
    TempDir dir;
    const std::string path = dir / "events.json";
    const auto status_of = [&] {
        struct stat status {};
        REQUIRE(::stat(path.c_str(), &status) == 0);
        return status;
    };
    constexpr off_t kBlock = 512; // of st_blocks, stat(2)
    auto sink = open_sink(config_for(path));
    sink->write(numbered(0, 100));
    const auto size = static_cast<off_t>(fs::file_size(path));
    CHECK(size == 3200);
    if (status_of().st_blocks * kBlock < size + 4096) WARN("this file system reserves nothing");
    sink.reset();
    CHECK(status_of().st_size == size);
    CHECK(status_of().st_blocks * kBlock <= 4096);
    CHECK(numbers(read_file(path)).size() == 100);
}

TEST_CASE("a file that someone else truncates is written on from its new end") {
    TempDir dir;
    const std::string path = dir / "events.json";
    auto sink = open_sink(config_for(path));
    sink->write(numbered(0, 5000));
    fs::resize_file(path, 0);
    sink->write(numbered(7000, 10));
    sink.reset();
    CHECK(numbers(read_file(path)) == std::multiset<std::size_t>{7000, 7001, 7002, 7003, 7004, 7005, 7006, 7007, 7008, 7009});
}
