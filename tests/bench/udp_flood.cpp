// SPDX-License-Identifier: Apache-2.0
// Sends datagrams to a socket of its own on loopback for a while, one thread sending and one receiving, and prints how
// many went out and what one cost: "SENT RECEIVED CPU_SECONDS".   usage: udp_flood PORT SECONDS
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <thread>

int main(int argc, char** argv) {
    if (argc != 3) return 64;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[1])));
    const auto* where = reinterpret_cast<const sockaddr*>(&address);
    const int receiver = ::socket(AF_INET, SOCK_DGRAM, 0);
    const int sender = ::socket(AF_INET, SOCK_DGRAM, 0);
    const timeval patience{0, 100'000};
    if (::bind(receiver, where, sizeof address) != 0 || ::connect(sender, where, sizeof address) != 0 ||
        ::setsockopt(receiver, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
        return 1;

    std::atomic<bool> over{false};
    unsigned long received = 0;
    std::thread receiving([&] {
        std::array<char, 512> buffer{};
        while (true) {
            if (::recv(receiver, buffer.data(), buffer.size(), 0) > 0)
                ++received;
            else if (over)
                return;
        }
    });
    const std::array<char, 200> payload{};
    unsigned long sent = 0;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atoi(argv[2]));
    do {
        for (int i = 0; i < 64; ++i)
            if (::send(sender, payload.data(), payload.size(), 0) > 0) ++sent;
    } while (std::chrono::steady_clock::now() < end);
    over = true;
    receiving.join();
    timespec cpu{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    std::printf("%lu %lu %.6f\n", sent, received, static_cast<double>(cpu.tv_sec) + 1e-9 * static_cast<double>(cpu.tv_nsec));
    return 0;
}
