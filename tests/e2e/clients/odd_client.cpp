// SPDX-License-Identifier: Apache-2.0
// Sends one DNS query (for "." type NS) in a way that script languages have no call for, and exits the moment it has.
//   odd_client HOW ADDRESS ID      HOW: sendto, sendmmsg, io_uring
// Exit: 0 sent, 77 this kernel cannot, 1 failed.
#include <arpa/inet.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

constexpr int kCannot = 77;

int by_sendto(int fd, msghdr& message) { return ::sendmsg(fd, &message, 0) > 0 ? 0 : 1; }

int by_sendmmsg(int fd, msghdr& message) {
    mmsghdr one{};
    one.msg_hdr = message;
    return ::sendmmsg(fd, &one, 1, 0) == 1 ? 0 : 1;
}

/// One submission, given to a worker thread of the kernel (IOSQE_ASYNC) as busy rings do.
int by_io_uring(int fd, msghdr& message) {
    io_uring_params params{};
    const auto ring = static_cast<int>(::syscall(__NR_io_uring_setup, 4, &params));
    if (ring < 0) return kCannot;
    const auto map = [&](std::size_t bytes, off_t offset) {
        return static_cast<std::uint8_t*>(
            ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, offset));
    };
    auto* queue = map(params.sq_off.array + params.sq_entries * sizeof(std::uint32_t), IORING_OFF_SQ_RING);
    auto* entries = map(params.sq_entries * sizeof(io_uring_sqe), IORING_OFF_SQES);
    if (queue == MAP_FAILED || entries == MAP_FAILED) return kCannot;
    io_uring_sqe entry{};
    entry.opcode = IORING_OP_SENDMSG;
    entry.flags = IOSQE_ASYNC;
    entry.fd = fd;
    entry.addr = reinterpret_cast<std::uint64_t>(&message);
    entry.len = 1;
    std::memcpy(entries, &entry, sizeof(entry));
    const std::uint32_t first = 0;
    const std::uint32_t tail = 1;
    std::memcpy(queue + params.sq_off.array, &first, sizeof(first));
    std::atomic_thread_fence(std::memory_order_release);
    std::memcpy(queue + params.sq_off.tail, &tail, sizeof(tail));
    return ::syscall(__NR_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, nullptr, 0) == 1 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 1;
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(53);
    if (::inet_pton(AF_INET, argv[2], &server.sin_addr) != 1) return 1;
    const int id = std::atoi(argv[3]);
    std::uint8_t query[] = {static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id), 1, 0, 0, 1, 0, 0, 0, 0,
                            0, 0, 0, 0, 2, 0, 1};
    iovec data{query, sizeof(query)};
    msghdr message{};
    message.msg_name = &server;
    message.msg_namelen = sizeof(server);
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0) return 1;
    if (std::strcmp(argv[1], "sendto") == 0) return by_sendto(fd, message);
    if (std::strcmp(argv[1], "sendmmsg") == 0) return by_sendmmsg(fd, message);
    if (std::strcmp(argv[1], "io_uring") == 0) return by_io_uring(fd, message);
    return 1;
}
