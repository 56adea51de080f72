// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "process/proc_files.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

using namespace dnsmon;

TEST_CASE("this process reads itself") {
    const auto files = ProcFiles::open("/proc", static_cast<std::uint32_t>(::getpid()));
    REQUIRE(files);
    const auto stat = files->stat();
    REQUIRE(stat);
    CHECK(stat->name == std::string("unit_process_proc_files").substr(0, 15));
    CHECK(stat->parent_pid == static_cast<std::uint32_t>(::getppid()));
    CHECK(stat->start_ticks > 0);
    CHECK(files->executable().ends_with("/unit_process_proc_files"));
    CHECK(files->command_line().find("unit_process_proc_files") != std::string::npos);
    CHECK(!files->cgroup().empty());
}

TEST_CASE("a deleted executable has its path, one that is called so its name") {
    namespace fs = std::filesystem;
    const fs::path copy = fs::temp_directory_path() / ("dnsmon-test-" + std::to_string(::getpid()) + " (deleted)");
    fs::copy_file("/bin/sleep", copy, fs::copy_options::overwrite_existing);
    int started[2];
    REQUIRE(::pipe2(started, O_CLOEXEC) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::execl(copy.c_str(), "sleep", "60", nullptr);
        ::_exit(127);
    }
    ::close(started[1]);
    char none = 0;
    CHECK(::read(started[0], &none, 1) == 0); // closed by exec()
    ::close(started[0]);
    const auto files = ProcFiles::open("/proc", static_cast<std::uint32_t>(child));
    REQUIRE(files);
    CHECK(files->executable() == copy);
    fs::remove(copy);
    CHECK(files->executable() == copy);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

TEST_CASE("a pid that nobody has gives nothing") { CHECK(!ProcFiles::open("/proc", 0x7fffffff)); }

TEST_CASE("a process may name itself anything") {
    std::string tail = "S 41 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 777 0\n";
    for (const std::string name : {"a b", ") R 9 (", "(", ")", "x) (y"}) {
        const auto stat = parse_proc_stat("42 (" + name + ") " + tail);
        REQUIRE(stat);
        CHECK(stat->name == name);
        CHECK(stat->parent_pid == 41);
        CHECK(stat->start_ticks == 777);
    }
}

TEST_CASE("a damaged stat line is refused") {
    for (const char* text : {"", "1", "1 (", "1 (a", "1 (a)", "1 (a) S", "1 (a) S x", ") ("}) CHECK(!parse_proc_stat(text));
}
