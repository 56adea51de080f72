// SPDX-License-Identifier: Apache-2.0
// Standard input: a DNS message in hex a line. Standard output: a line a message, "TYPE DATA" of each record in its
// answer section, tabs between records. What another decoder's text is compared with (rdata_vs_dnspython.py).
#include "dns/message.h"
#include "dns/text.h"

#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace dnsmon::dns;

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

bool from_hex(const std::string& line, std::vector<std::uint8_t>& out) {
    out.clear();
    if (line.size() % 2 != 0) return false;
    for (std::size_t i = 0; i < line.size(); i += 2) {
        const int high = digit(line[i]);
        const int low = digit(line[i + 1]);
        if (high < 0 || low < 0) return false;
        out.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return true;
}

} // namespace

int main() {
    std::ios::sync_with_stdio(false);
    std::string line;
    std::string out;
    std::vector<std::uint8_t> wire;
    Message message;
    while (std::getline(std::cin, line)) {
        if (!from_hex(line, wire)) {
            std::cerr << "not hex: " << line << '\n';
            return 1;
        }
        decode(wire, message);
        out.clear();
        for (const Record& record : message.records) {
            if (record.section != Section::kAnswer) continue;
            if (!out.empty()) out.push_back('\t');
            append_type(out, record.type);
            out.push_back(' ');
            append_rdata(out, message, record);
        }
        if (message.error != DecodeError::kNone) out.append("\terror ").append(to_string(message.error));
        std::cout << out << '\n';
    }
    return 0;
}
