// SPDX-License-Identifier: Apache-2.0
#include "process/exec_notices.h"

#include "process/proc_files.h"

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <thread>

namespace dnsmon {
namespace {

constexpr std::size_t kEventOffset = NLMSG_HDRLEN + sizeof(cn_msg);
constexpr std::uint32_t kExec = 0x00000002; // enum proc_cn_event: PROC_EVENT_EXEC, unscoped before Linux 6.6
constexpr int kReceiveBytes = 4 << 20;      // some 10 000 notices: a build's burst

/// The connector tells forks, exits and renames too: the kernel drops them here, before they wake anyone.
Result<void> keep_exec_only(int socket) {
    std::array<sock_filter, 4> program{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(kEventOffset + offsetof(proc_event, what))),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(kExec), 0, 1), // loads are big endian, the field is the host's
        BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    }};
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    if (::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) != 0)
        return system_error("filtering process notices", errno);
    return {};
}

Result<void> subscribe(int socket) {
    nlmsghdr header{};
    cn_msg message{};
    const proc_cn_mcast_op operation = PROC_CN_MCAST_LISTEN;
    header.nlmsg_len = sizeof(header) + sizeof(message) + sizeof(operation);
    header.nlmsg_type = NLMSG_DONE;
    message.id = {CN_IDX_PROC, CN_VAL_PROC};
    message.len = sizeof(operation);
    std::array<std::uint8_t, sizeof(header) + sizeof(message) + sizeof(operation)> request;
    std::memcpy(request.data(), &header, sizeof(header));
    std::memcpy(request.data() + sizeof(header), &message, sizeof(message));
    std::memcpy(request.data() + sizeof(header) + sizeof(message), &operation, sizeof(operation));
    if (::send(socket, request.data(), request.size(), 0) < 0) return system_error("asking for process notices", errno);
    return {};
}

Result<Fd> listen_here() {
    Fd socket(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR));
    if (!socket) return system_error("opening the process connector", errno);
    if (::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBytes, sizeof(kReceiveBytes)) != 0)
        ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &kReceiveBytes, sizeof(kReceiveBytes));
    if (auto done = keep_exec_only(socket.get()); !done) return std::move(done).error();
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = CN_IDX_PROC;
    if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
        return system_error("joining the process connector", errno);
    if (auto done = subscribe(socket.get()); !done) return std::move(done).error();
    return socket;
}

/// The connector answers in the first network namespace only, and a socket made there works on from here. Which
/// namespace is the first cannot be asked: init's, else that of a process we descend from. A thread of its own goes
/// there, so that this one never leaves; nullopt: nobody listens there, or the way is barred.
std::optional<Fd> listen_in_namespace_of(std::uint32_t pid) {
    std::optional<Fd> socket;
    std::thread([&] {
        const Fd there(::open(("/proc/" + std::to_string(pid) + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC));
        if (!there || ::setns(there.get(), CLONE_NEWNET) != 0) return;
        if (auto made = listen_here()) socket = std::move(*made);
    }).join();
    return socket;
}

} // namespace

Result<ExecNotices> ExecNotices::open() {
    auto here = listen_here();
    if (here) return ExecNotices(std::move(*here));
    constexpr std::uint32_t kInit = 1;
    constexpr int kMaxAncestors = 16;
    if (auto first = listen_in_namespace_of(kInit)) return ExecNotices(std::move(*first));
    auto ancestor = static_cast<std::uint32_t>(::getppid());
    for (int i = 0; i < kMaxAncestors && ancestor > kInit; ++i) {
        if (auto found = listen_in_namespace_of(ancestor)) return ExecNotices(std::move(*found));
        const auto files = ProcFiles::open("/proc", ancestor);
        const auto stat = files ? files->stat() : std::nullopt;
        ancestor = stat ? stat->parent_pid : 0;
    }
    return std::move(here).error();
}

void ExecNotices::drain(const std::function<void(std::uint32_t)>& on_exec) {
    alignas(nlmsghdr) std::array<std::uint8_t, 1024> buffer;
    while (true) {
        const ssize_t n = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (n < 0 && errno == ENOBUFS) {
            ++overruns_;
            continue;
        }
        if (n <= 0) return;
        if (static_cast<std::size_t>(n) < kEventOffset + sizeof(proc_event::what)) continue;
        proc_event event{};
        const std::size_t there = static_cast<std::size_t>(n) - kEventOffset;
        std::memcpy(&event, buffer.data() + kEventOffset, std::min(there, sizeof(event)));
        if (static_cast<std::uint32_t>(event.what) != kExec) continue;
        // A thread that calls exec() becomes the leader first: both ids are the process's.
        on_exec(static_cast<std::uint32_t>(event.event_data.exec.process_tgid));
    }
}

} // namespace dnsmon
