// SPDX-License-Identifier: Apache-2.0
#include "probe/proc_net.h"

#include "probe/netns.h"
#include "process/proc_files.h"
#include "util/to_number.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cstring>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>

namespace dnsmon {
namespace {

constexpr std::size_t kMaxRoutingBytes = 1U << 20;

std::string net_file(const std::string& proc_root, std::uint32_t pid, const char* name) {
    return proc_root + "/" + std::to_string(pid) + "/net/" + name;
}

/// "0100007F:0035": each 32 bits of the address as a number of this host's byte order, the port as it is.
std::optional<Endpoint> parse_end(std::string_view text) {
    constexpr std::size_t kWordDigits = 8;
    const auto colon = text.find(':');
    if (colon != kWordDigits && colon != 4 * kWordDigits) return std::nullopt;
    std::array<std::uint32_t, 4> words{};
    for (std::size_t i = 0; i * kWordDigits < colon; ++i) {
        const auto word = to_number<std::uint32_t>(text.substr(i * kWordDigits, kWordDigits), 16);
        if (!word) return std::nullopt;
        words[i] = *word;
    }
    const auto port = to_number<std::uint16_t>(text.substr(colon + 1), 16);
    if (!port) return std::nullopt;
    return Endpoint{socket_address(colon == kWordDigits, words.data()), *port};
}

/// A line of /proc/net/{udp,tcp}[6] (proc_pid_net(5)).
std::optional<OpenSocket> parse_socket(const std::string& line, std::uint8_t protocol) {
    constexpr std::size_t kFields = 10; // slot, local, remote, state, queues, timer, retransmits, user, timeout, inode
    std::istringstream words(line);
    std::array<std::string, kFields> field;
    for (auto& word : field)
        if (!(words >> word)) return std::nullopt;
    const auto local = parse_end(field[1]);
    const auto remote = parse_end(field[2]);
    const auto state = to_number<int>(field[3], 16);
    const auto inode = to_number<std::uint32_t>(field[9]);
    if (!local || !remote || !state || !inode || *inode == 0 || local->port == 0) return std::nullopt;
    if (*state == TCP_TIME_WAIT || *state == TCP_SYN_RECV) return std::nullopt;
    return OpenSocket{protocol, *local, remote->port != 0 ? *remote : Endpoint{}, *inode, 0};
}

void append_v4(std::ifstream& trie, std::vector<Address>& out) {
    // "  |-- 192.0.2.1" and below it "     /32 host LOCAL"; without policy rules the table stands there twice.
    std::string address;
    std::size_t bytes = 0;
    for (std::string line; bytes < kMaxRoutingBytes && std::getline(trie, line); bytes += line.size()) {
        if (const auto at = line.find("|-- "); at != line.npos) address = line.substr(at + 4);
        in_addr v4{};
        if (line.find("/32 host LOCAL") == line.npos || ::inet_pton(AF_INET, address.c_str(), &v4) != 1) continue;
        const Address mapped = Address::v4(reinterpret_cast<const std::uint8_t*>(&v4));
        if (!mapped.is_loopback()) out.push_back(mapped);
    }
}

void append_v6(std::ifstream& interfaces, std::vector<Address>& out) {
    constexpr std::size_t kDigits = 32;
    for (std::string line; std::getline(interfaces, line);) {
        if (line.size() < kDigits) continue;
        Address address;
        bool whole = true;
        for (std::size_t i = 0; i < address.bytes.size(); ++i) {
            const auto byte = to_number<std::uint8_t>(std::string_view(line).substr(2 * i, 2), 16);
            whole = whole && byte;
            address.bytes[i] = byte.value_or(0);
        }
        if (whole && !address.is_loopback()) out.push_back(address);
    }
}

} // namespace

ProcNamespaces list_proc_namespaces(std::uint32_t own, std::size_t limit, const std::string& proc_root) {
    ProcNamespaces out;
    std::set<std::uint32_t> known{own, 0}; // 0: gone, or not to be looked at
    for (const std::uint32_t pid : list_pids(proc_root)) {
        const std::uint32_t inode = netns_inode(proc_root + "/" + std::to_string(pid) + "/ns/net");
        if (!known.insert(inode).second) continue;
        if (out.found.size() < limit)
            out.found.push_back({inode, pid});
        else
            ++out.left_out;
    }
    return out;
}

std::vector<OpenSocket> proc_net_sockets(std::uint32_t pid, std::uint8_t protocol, std::size_t limit,
                                         const std::string& proc_root) {
    std::vector<OpenSocket> sockets;
    const bool udp = protocol == IPPROTO_UDP;
    for (const char* name : {udp ? "udp" : "tcp", udp ? "udp6" : "tcp6"}) {
        std::ifstream file(net_file(proc_root, pid, name));
        for (std::string line; sockets.size() < limit && std::getline(file, line);)
            if (const auto socket = parse_socket(line, protocol)) sockets.push_back(*socket);
    }
    return sockets;
}

std::vector<Address> proc_net_addresses(std::uint32_t pid, const std::string& proc_root) {
    std::vector<Address> out;
    std::ifstream trie(net_file(proc_root, pid, "fib_trie"));
    append_v4(trie, out);
    std::ifstream interfaces(net_file(proc_root, pid, "if_inet6"));
    append_v6(interfaces, out);
    return out;
}

} // namespace dnsmon
