// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "dns/public_suffix.h"

#include <libpsl.h>

#include <random>
#include <string>

using namespace dnsmon;

namespace {

void check(PublicSuffix& list, std::string_view name, std::string_view registered, std::string_view top,
           std::string_view sub) {
    const DomainParts parts = list.split(name);
    CAPTURE(std::string(name));
    CHECK(parts.registered_domain == registered);
    CHECK(parts.top_level_domain == top);
    CHECK(parts.subdomain == sub);
}

} // namespace

TEST_CASE("names are cut at their public suffix") {
    PublicSuffix list;
    for (int again = 0; again < 2; ++again) { // the second time from the cache
        check(list, "google.com", "google.com", "com", "");
        check(list, "a.b.www.example.co.uk", "example.co.uk", "co.uk", "a.b.www");
        check(list, "co.uk", "", "co.uk", "");
        check(list, "com", "", "com", "");
        check(list, "WwW.eXample.COM", "example.com", "com", "www");
        check(list, "foo.bar.ck", "foo.bar.ck", "bar.ck", ""); // *.ck
        check(list, "a.www.ck", "www.ck", "ck", "a");          // !www.ck
        check(list, "printer.lan", "printer.lan", "lan", "");  // no rule: the last label
        check(list, "_dmarc.example.com", "example.com", "com", "_dmarc");
    }
}

TEST_CASE("names that no registry has are left alone") {
    PublicSuffix list;
    check(list, "", "", "", "");
    check(list, ".", "", "", "");
    check(list, "a\\.b.com", "", "com", "");
    check(list, "\\001.com", "", "com", "");
    check(list, "com\\255", "", "", "");
    check(list, "\\255.example.com", "example.com", "com", "\\255");
    check(list, "A\\032b._ipp.x\\.y.example.co.uk", "example.co.uk", "co.uk", "a\\032b._ipp.x\\.y");
    check(list, "x\\.example.com", "", "com", "");
    check(list, std::string(254, 'a'), "", "", "");
    std::string deep;
    for (int i = 0; i < 120; ++i) deep += "a.";
    CHECK(list.split(deep + "example.com").registered_domain == "example.com");
}

TEST_CASE("the registered domain is libpsl's") {
    PublicSuffix list;
    psl_ctx_t* reference = psl_latest(nullptr);
    REQUIRE(reference != nullptr);
    std::mt19937 random(4);
    const char* labels[] = {"a",    "www",      "com",     "co",   "uk",  "amazonaws", "s3", "compute-1", "github",
                            "io",   "jp",       "kobe",    "city", "k12", "ca",        "us", "xn--p1ai",  "in-addr",
                            "arpa", "blogspot", "appspot", "elb",  "cn",  "nom",       "br"};
    for (int i = 0; i < 50'000; ++i) {
        std::string name = labels[random() % std::size(labels)];
        for (std::size_t more = random() % 6; more > 0; --more)
            name = std::string(labels[random() % std::size(labels)]) + "." + name;
        const char* expected = psl_registrable_domain(reference, name.c_str());
        REQUIRE(list.split(name).registered_domain == std::string_view(expected != nullptr ? expected : ""));
    }
    psl_free(reference);
}
