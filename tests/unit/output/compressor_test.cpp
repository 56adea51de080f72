// SPDX-License-Identifier: Apache-2.0
#include "batches.h"
#include "catch.h"
#include "output/compressor.h"
#include "output/file_sink.h"
#include "output/rotation.h"
#include "temp_dir.h"

#include <sys/stat.h>
#include <zlib.h>

#include <chrono>
#include <thread>

using namespace dnsmon;
using namespace dnsmon::test;
namespace fs = std::filesystem;

namespace {

/// Compressed or not.
std::string content(const std::string& path) {
    gzFile file = ::gzopen(path.c_str(), "rb");
    REQUIRE(file != nullptr);
    std::string text(1U << 22, '\0');
    const int bytes = ::gzread(file, text.data(), static_cast<unsigned>(text.size()));
    REQUIRE(::gzclose(file) == Z_OK);
    REQUIRE(bytes >= 0);
    text.resize(static_cast<std::size_t>(bytes));
    return text;
}

template <typename Condition>
bool wait_for(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    return condition();
}

} // namespace

TEST_CASE("rotated files are compressed, but for the newest, with their mode and time") {
    TempDir dir;
    const std::string path = dir / "events.json";
    for (int number = 0; number <= 4; ++number) write_file(rotated_name(path, number), std::to_string(number) + "\n");
    REQUIRE(::chmod((path + ".3").c_str(), 0604) == 0);
    const auto time = fs::last_write_time(path + ".3");
    Compressor compressor(path, 10);
    CHECK(wait_for([&] { return fs::exists(path + ".4.gz") && !fs::exists(path + ".4"); }));
    for (const auto* plain : {"", ".1"}) CHECK(fs::exists(path + plain));
    for (const auto* gone : {".2", ".3", ".gz", ".1.gz", ".gz.tmp"}) CHECK_FALSE(fs::exists(path + gone));
    CHECK(content(path + ".2.gz") == "2\n");
    CHECK(content(path + ".3.gz") == "3\n");
    CHECK(fs::last_write_time(path + ".3.gz") == time);
    CHECK((fs::status(path + ".3.gz").permissions() & fs::perms::mask) == fs::perms(0604));
    CHECK(compressor.take_problem().empty());
}

TEST_CASE("what a crash left is put right") {
    TempDir dir;
    const std::string path = dir / "events.json";
    write_file(path + ".gz.tmp", "half a fi");
    write_file(path + ".2", "second\n");
    write_file(path + ".2.gz", "whole: written before the plain one could be removed\n");
    write_file(path + ".3", "third\n");
    const Compressor compressor(path, 10);
    CHECK(wait_for([&] { return fs::exists(path + ".3.gz") && !fs::exists(path + ".3"); }));
    CHECK_FALSE(fs::exists(path + ".2"));
    CHECK(content(path + ".2.gz") == "whole: written before the plain one could be removed\n");
    CHECK(content(path + ".3.gz") == "third\n");
    CHECK_FALSE(fs::exists(path + ".gz.tmp"));
}

TEST_CASE("a file that cannot be compressed stays, and the reason is told") {
    TempDir dir;
    const std::string path = dir / "events.json";
    write_file(path + ".2", "second\n");
    fs::create_directory(path + ".gz.tmp");
    Compressor compressor(path, 10);
    std::string problem;
    CHECK(wait_for([&] { return !(problem += compressor.take_problem()).empty(); }));
    CHECK(problem.find("compressing " + path + ".2: opening") == 0);
    CHECK(fs::exists(path + ".2"));
}

TEST_CASE("names move on with their numbers, compressed or not") {
    TempDir dir;
    const std::string path = dir / "events.json";
    write_file(path, "0");
    write_file(path + ".1", "1");
    write_file(path + ".2.gz", "2");
    write_file(path + ".3.gz", "3");
    REQUIRE(rotate_names(path, 3).has_value());
    CHECK_FALSE(fs::exists(path));
    CHECK(content(path + ".1") == "0");
    CHECK(content(path + ".2") == "1");
    CHECK(content(path + ".3.gz") == "2");
    CHECK_FALSE(fs::exists(path + ".4.gz"));
    CHECK_FALSE(fs::exists(path + ".2.gz"));
}

TEST_CASE("rotation while files are compressed loses and doubles nothing") {
    TempDir dir;
    FileConfig config;
    config.path = dir / "events.json";
    config.max_size_bytes = 64U << 10;
    config.max_files = 1000;
    config.compress = true;
    constexpr std::size_t kLines = 40000;
    constexpr std::size_t kStep = 500;
    {
        auto sink = FileSink::open(config);
        REQUIRE(sink.has_value());
        for (std::size_t first = 0; first < kLines; first += kStep) {
            const auto outcome = (*sink)->write(numbered(first, kStep));
            REQUIRE(outcome.written == kStep);
            REQUIRE(outcome.detail.empty());
        }
    }
    const Compressor rest(config.path, config.max_files);
    // All but the file that is written and the newest rotated one; until then names change.
    CHECK(wait_for([&] {
        std::size_t plain = 0;
        for (const auto& entry : fs::directory_iterator(dir / "")) plain += entry.path().extension() != ".gz" ? 1 : 0;
        return plain == 2;
    }));
    std::multiset<std::size_t> all;
    for (const auto& entry : fs::directory_iterator(dir / "")) {
        all.merge(numbers(content(entry.path().string())));
    }
    REQUIRE(all.size() == kLines);
    CHECK(*all.begin() == 0);
    CHECK(*all.rbegin() == kLines - 1);
    CHECK(std::set<std::size_t>(all.begin(), all.end()).size() == kLines);
}
