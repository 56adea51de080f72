// SPDX-License-Identifier: Apache-2.0
#include "batches.h"
#include "catch.h"
#include "output/stdout_sink.h"
#include "temp_dir.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <thread>

using namespace dnsmon;
using namespace dnsmon::test;

namespace {

struct Pipe {
    Fd reader, writer;
    Pipe() {
        int ends[2] = {-1, -1};
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        reader = Fd(ends[0]);
        writer = Fd(ends[1]);
    }
};

std::string read_to_end(int fd) {
    std::string all;
    char block[4096];
    for (ssize_t n = 0; (n = ::read(fd, block, sizeof block)) > 0;) all.append(block, static_cast<std::size_t>(n));
    return all;
}

std::string read_some(int fd, std::size_t bytes) {
    std::string all(bytes, '\0');
    std::size_t done = 0;
    for (ssize_t n = 0; done < bytes && (n = ::read(fd, all.data() + done, bytes - done)) > 0;)
        done += static_cast<std::size_t>(n);
    all.resize(done);
    return all;
}

} // namespace

TEST_CASE("a slow reader gets every line") {
    Pipe pipe;
    std::string got;
    std::thread reader([&] { got = read_to_end(pipe.reader.get()); });
    {
        StdoutSink sink(pipe.writer.get(), std::chrono::seconds(60));
        for (std::size_t i = 0; i < 50; ++i) CHECK(sink.write(numbered(i * 1000, 1000)).written == 1000);
    }
    pipe.writer.reset();
    reader.join();
    CHECK(numbers(got).size() == 50'000);
    CHECK(numbers(got).count(std::string::npos) == 0);
}

TEST_CASE("a reader that is gone closes the sink, counted") {
    ::signal(SIGPIPE, SIG_IGN);
    Pipe pipe;
    StdoutSink sink(pipe.writer.get());
    pipe.reader.reset();
    const auto outcome = sink.write(numbered(0, 10));
    CHECK(outcome.dropped == 10);
    CHECK(outcome.reason == DropReason::kClosed);
    CHECK(outcome.detail == "standard output: Broken pipe");
}

TEST_CASE("a reader that takes nothing costs events, never half of one") {
    Pipe pipe;
    StdoutSink sink(pipe.writer.get(), std::chrono::milliseconds(1));
    const auto first = sink.write(numbered(0, 10'000, 33)); // more than the pipe holds
    CHECK(first.written > 0);
    CHECK(first.dropped > 0);
    CHECK(first.reason == DropReason::kUnavailable);
    const auto second = sink.write(numbered(10'000, 10, 33));
    CHECK(second.dropped == 10);
    std::string got;
    std::thread reader([&] { got = read_to_end(pipe.reader.get()); });
    std::uint64_t later = 0;
    for (int i = 0; i < 1'000'000 && later == 0; ++i) later = sink.write(numbered(20'000, 1, 33)).written;
    pipe.writer.reset();
    { StdoutSink closed = std::move(sink); } // its own end of the pipe
    reader.join();
    CHECK(later == 1);
    CHECK(numbers(got, 33).size() == first.written + 1);
    CHECK(numbers(got, 33).count(std::string::npos) == 0);
}

TEST_CASE("a line that was begun is ended, also when the reader comes at the very end") {
    Pipe pipe;
    auto sink = std::make_unique<StdoutSink>(pipe.writer.get(), std::chrono::milliseconds(1));
    const auto outcome = sink->write(numbered(0, 10'000, 33)); // lines of 33 bytes: the pipe's end is within one
    REQUIRE(outcome.dropped > 0);
    pipe.writer.reset();
    std::string got = read_some(pipe.reader.get(), 4096); // room for the rest
    sink.reset();
    got += read_to_end(pipe.reader.get());
    CHECK(got.ends_with('\n'));
    CHECK(got.size() == outcome.written * 33);
}

TEST_CASE("the caller's descriptor is not made non-blocking") {
    Pipe pipe;
    StdoutSink sink(pipe.writer.get());
    CHECK((::fcntl(pipe.writer.get(), F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("sockets and files work, too") {
    int ends[2] = {-1, -1};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    Fd reader(ends[0]);
    Fd writer(ends[1]);
    CHECK(StdoutSink(writer.get()).write(numbered(0, 100)).written == 100);
    CHECK(numbers(read_some(reader.get(), 3200)).size() == 100);
    reader.reset();
    CHECK(StdoutSink(writer.get()).write(numbered(0, 1)).reason == DropReason::kClosed);

    TempDir dir;
    Fd file(::open((dir / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    REQUIRE(::write(file.get(), "before\n", 7) == 7);
    CHECK(StdoutSink(file.get()).write(numbered(0, 2)).written == 2);
    CHECK(read_file(dir / "out").size() == 7 + 64);
    Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    CHECK(StdoutSink(full.get()).write(numbered(0, 2)).reason == DropReason::kDiskFull);
}

TEST_CASE("events without a line count as written") {
    Pipe pipe;
    Batch batch;
    add_line(batch, "");
    add_line(batch, "a\n");
    add_line(batch, "");
    CHECK(StdoutSink(pipe.writer.get()).write(batch).written == 3);
    CHECK(read_some(pipe.reader.get(), 2) == "a\n");
}
