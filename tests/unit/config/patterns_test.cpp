// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "config/patterns.h"

using namespace dnsmon;

TEST_CASE("interface names are what the kernel takes") {
    for (const auto* name : {"eth0", "lo", "br-1a2b3c", "eth0.100", "wg0", "fifteen_bytes_x"})
        CHECK(parse_interface_name(name));
    for (const auto* name : {"", ".", "..", "eth/0", "eth 0", "eth0:1", "sixteen_bytes_xx", "et\nh"}) {
        INFO(name);
        CHECK_FALSE(parse_interface_name(name));
    }
}

TEST_CASE("file paths are absolute and name a file") {
    CHECK(parse_file_path("/var/log/dnsmon/events.json"));
    for (const auto& path : {std::string(), std::string("events.json"), std::string("/var/log/"),
                             std::string("/var/log/a\nb"), "/" + std::string(5000, 'x')}) {
        CHECK_FALSE(parse_file_path(path));
    }
}

TEST_CASE("name patterns are printable and have no empty label") {
    for (const auto* name :
         {"example.com", ".example.com", "*.example.com", "ad*.example.com.", ".", "_dmarc.a", "a\\.b.c"}) {
        INFO(name);
        CHECK(parse_name_pattern(name));
    }
    for (const auto& name : {std::string(), std::string("a..b"), std::string("a b"), std::string("m\xc3\xbcller.de"),
                             std::string(1021, 'a')}) {
        INFO(name);
        CHECK_FALSE(parse_name_pattern(name));
    }
}

TEST_CASE("process patterns are names or absolute paths") {
    for (const auto* name : {"dig", "python3*", "/usr/bin/*", "Web Content"}) CHECK(parse_process_pattern(name));
    for (const auto* name : {"", "bin/dig", "./dig"}) CHECK_FALSE(parse_process_pattern(name));
}

TEST_CASE("patterns that go by the public suffix list can match something") {
    for (const auto* pattern : {"registered:example.co.uk", "registered:example.*", "registered:*.org", "registered:a.lan.",
                                "suffix:co.uk", "suffix:com", "suffix:lan"}) {
        INFO(pattern);
        CHECK(parse_name_pattern(pattern));
    }
    const auto problem = [](const char* pattern) {
        const auto parsed = parse_name_pattern(pattern);
        return parsed ? std::string() : parsed.error().message;
    };
    CHECK(problem("registered:co.uk").find("but a public suffix") != std::string::npos);
    CHECK(problem("registered:www.example.co.uk").find("which is example.co.uk") != std::string::npos);
    CHECK(problem("suffix:example.co.uk").find("names no public suffix") != std::string::npos);
    for (const auto* pattern : {"registered:", "suffix:", "suffix:.", "registered:.example.com"})
        CHECK(problem(pattern).find("has no domain name behind its colon") != std::string::npos);
}
