// SPDX-License-Identifier: Apache-2.0
// Sends datagrams to a socket of its own on loopback, for a while or until there were so many (0: no limit), one thread
// sending and one receiving, and prints how many went out, for how long, and the CPU time of both threads:
// "SENT SECONDS CPU_SECONDS".   usage: udp_flood PORT SECONDS MESSAGES PAYLOAD_IN_HEX
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
#include <string>
#include <thread>
#include <vector>

namespace {

std::vector<char> from_hex(const std::string& text) {
    std::vector<char> bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes.push_back(static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16)));
    return bytes;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 5) return 64;
    const unsigned long messages = std::strtoul(argv[3], nullptr, 10);
    const std::vector<char> payload = from_hex(argv[4]);
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
    std::thread receiving([&] {
        std::array<char, 512> buffer{};
        while (true) {
            if (::recv(receiver, buffer.data(), buffer.size(), 0) <= 0 && over) return;
        }
    });
    unsigned long sent = 0;
    const auto start = std::chrono::steady_clock::now();
    std::chrono::duration<double> took{};
    do {
        for (int i = 0; i < 64; ++i)
            if (::send(sender, payload.data(), payload.size(), 0) > 0) ++sent;
        took = std::chrono::steady_clock::now() - start;
    } while (took.count() < std::atof(argv[2]) && (messages == 0 || sent < messages));
    over = true;
    receiving.join();
    timespec cpu{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    std::printf("%lu %.6f %.6f\n", sent, took.count(), static_cast<double>(cpu.tv_sec) + 1e-9 * static_cast<double>(cpu.tv_nsec));
    return 0;
}
