// SPDX-License-Identifier: Apache-2.0
#include "app/read.h"

#include "app/progress.h"
#include "capture_file/reader.h"
#include "cli/exit_code.h"
#include "loop/wakeup.h"
#include "output/stdout_sink.h"
#include "output/writer.h"
#include "packet/link.h"
#include "pipeline/pipeline.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <set>

namespace dnsmon {
namespace {

constexpr std::size_t kPacketsPerFlush = 256;
constexpr std::int64_t kExpiryStepNs = 1'000'000'000; // of the capture's time
constexpr std::int64_t kNothingIsDue = 0;              // 1970: before all that waits
constexpr std::size_t kMostLinkTypes = 16;             // that are told; a file may claim thousands
constexpr std::chrono::hours kPatience{24 * 365}; // a pager may be read slowly: nothing is thrown away

/// Nobody reads any more, or the disk is full: what follows would be lost as well.
bool gave_up(const Writer& writer) {
    const DroppedByReason dropped = writer.status().dropped;
    return std::any_of(dropped.begin(), dropped.end(), [](std::uint64_t events) { return events != 0; });
}

/// Why events are missing from the output; empty: none is, or their reader has gone and wants no more.
std::string output_problem(Writer& writer) {
    for (const SinkNews& news : writer.take_news())
        if (!news.detail.empty() && news.reason != DropReason::kClosed) return news.detail;
    return {};
}

/// One file's way through a pipeline of its own: its connections have nothing to do with those of the next file.
class FileRun {
  public:
    FileRun(const PipelineOptions& options, std::string path, CaptureReader reader, Writer& writer,
            std::atomic<std::uint64_t>& sequence, const Wakeup& room)
        : path_(std::move(path)), reader_(std::move(reader)), writer_(writer), room_(room),
          pipeline_(
              options, sequence,
              [this](std::uint32_t interface) {
                  name_ = reader_.interface_name(interface);
                  return std::string_view(name_);
              },
              [this](Batch batch) { return writer_.deliver(std::move(batch)); }, [this] { room_.signal(); }) {}

    /// What is damaged in the file: the first and the last of it, for what is between could be a million packets. A file of
    /// which nothing can be read is damaged, too; link types that are passed over beside others are only told.
    std::vector<Error> run() {
        read_all();
        pipeline_.finish(last_ns_);
        for (const int linktype : unread_) {
            Error error{path_ + ": packets of link type " + std::to_string(linktype) + " are not read"};
            if (any_read_)
                std::fprintf(stderr, "dnsmon: %s\n", error.message.c_str());
            else
                note(std::move(error));
        }
        return std::move(damage_);
    }

  private:
    void read_all() {
        // A live pipe shows its events as they come; a file goes in larger steps.
        const std::size_t step = reader_.file_bytes() == 0 ? 1 : kPacketsPerFlush;
        Progress progress(reader_.file_bytes());
        for (std::size_t n = 1; !gave_up(writer_); ++n) {
            auto frame = reader_.next();
            if (!frame) {
                note(std::move(frame).error());
                if (!reader_.goes_on()) break;
                continue;
            }
            if (!frame->has_value()) break;
            expire_until(frame->value().time_ns);
            submit(**frame);
            if (n % step != 0) continue;
            flush(kNothingIsDue);
            progress.reached(reader_.bytes_read());
        }
    }

    void note(Error error) {
        if (damage_.size() > 1) damage_.pop_back();
        damage_.push_back(std::move(error));
    }

    /// What is due goes before the packet that comes later: by the capture's time alone, however the packets are handed on.
    void expire_until(std::int64_t time_ns) {
        last_ns_ = std::max(last_ns_, time_ns);
        if (last_ns_ - expired_ns_ < kExpiryStepNs) return;
        expired_ns_ = last_ns_;
        flush(expired_ns_);
    }

    void submit(const Frame& frame) {
        if (!link_supported(frame.linktype)) {
            if (unread_.size() < kMostLinkTypes) unread_.insert(frame.linktype);
            return;
        }
        any_read_ = true;
        const auto payload = parse_link(frame.linktype, frame.bytes);
        if (!payload) return;
        Packet packet;
        packet.time_ns = frame.time_ns;
        packet.interface = frame.interface;
        packet.direction = payload->direction != Direction::kUnknown ? payload->direction : frame.direction;
        packet.ethertype = payload->ethertype;
        packet.bytes = payload->bytes;
        packet.wire_bytes = frame.wire_bytes - static_cast<std::uint32_t>(frame.bytes.size() - payload->bytes.size());
        pipeline_.submit(packet);
    }

    void flush(std::int64_t due_ns) {
        while (!pipeline_.flush(due_ns)) {
            pollfd ready{room_.fd(), POLLIN, 0};
            ::poll(&ready, 1, -1);
            room_.acknowledge();
        }
    }

    std::string path_;
    CaptureReader reader_;
    Writer& writer_;
    const Wakeup& room_;
    std::string name_;
    std::vector<Error> damage_;
    std::set<int> unread_; ///< link types
    bool any_read_ = false;
    std::int64_t last_ns_ = 0;    ///< the latest so far
    std::int64_t expired_ns_ = 0; ///< what was due by then is a timeout; never later than last_ns_
    Pipeline pipeline_;
};

PipelineOptions pipeline_options(const ReadCommand& command) {
    PipelineOptions options;
    options.tracker.format = command.format;
    options.tracker.user_names = false;
    options.ports = command.ports;
    options.any_port = true; // who gives a file wants what is in it
    options.tunnels = true; // a capture may come from the middle of a network, where tunnels are what passes
    return options; // one worker: events in the order of the file
}

} // namespace

int read(const ReadCommand& command) {
    ::signal(SIGPIPE, SIG_IGN); // a reader that has seen enough is told by EPIPE
    ::signal(SIGXFSZ, SIG_IGN); // and a file that may not grow by EFBIG
    auto room = Wakeup::make();
    if (!room) {
        std::fprintf(stderr, "dnsmon: %s\n", room.error().message.c_str());
        return kExitFailed;
    }
    std::vector<std::unique_ptr<Sink>> sinks;
    sinks.push_back(std::make_unique<StdoutSink>(STDOUT_FILENO, kPatience));
    Writer writer(std::move(sinks));
    std::atomic<std::uint64_t> sequence{1};
    int code = kExitOk;
    for (const std::string& path : command.files) {
        auto reader = CaptureReader::open(path);
        std::vector<Error> damage;
        if (reader)
            damage = FileRun(pipeline_options(command), path, std::move(*reader), writer, sequence, *room).run();
        else
            damage.push_back(std::move(reader).error());
        for (const Error& error : damage) std::fprintf(stderr, "dnsmon: %s\n", error.message.c_str());
        if (!damage.empty()) code = kExitFailed;
    }
    writer.stop();
    if (const std::string problem = output_problem(writer); !problem.empty()) {
        std::fprintf(stderr, "dnsmon: %s\n", problem.c_str());
        code = kExitFailed;
    }
    return code;
}

} // namespace dnsmon
