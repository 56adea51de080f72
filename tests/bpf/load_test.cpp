// SPDX-License-Identifier: Apache-2.0
// The verifier of this kernel takes every object; an owner flavour that the kernel itself forbids is named.
#include "catch.h"
#include "probe/features.h"
#include "sandbox.h"

#include "probe/skeletons.h"

#include <cerrno>

using namespace dnsmon;

TEST_CASE("the capture filter loads and attaches without owner hooks") {
    HooksConfig hooks;
    hooks.mode = HookMode::kNone;
    test::enter_network_namespace();
    auto probe = Probe::attach({}, hooks);
    if (!probe && probe.error().code == EPERM) test::skip(probe.error().message);
    REQUIRE(probe);
    CHECK(probe->plan().mode == HookMode::kNone);
    CHECK(probe->plan().hooks.empty());
}

TEST_CASE("each owner flavour that the features promise attaches whole") {
    const Features features = probe_features();
    struct Row {
        OwnerFlavour flavour;
        bool promised;
    };
    for (const Row row : {Row{OwnerFlavour::kFentry, features.fentry.available && features.kprobes.available},
                          Row{OwnerFlavour::kKprobe, features.kprobes.available},
                          Row{OwnerFlavour::kCgroup, features.cgroup2.available && features.egress_task.available},
                          Row{OwnerFlavour::kCookie, features.cgroup2.available}}) {
        auto probe = Probe::attach_flavour({}, {}, row.flavour);
        if (!probe) {
            INFO(probe.error().message);
            CHECK_FALSE(row.promised);
            WARN("not on this kernel: " << probe.error().message);
            continue;
        }
        INFO(probe->plan().summary());
        for (const HookStatus& hook : probe->plan().hooks)
            if (hook.name != "sock_diag") CHECK(hook.attached); // a module that may not be installed
        CHECK_FALSE(probe->plan().hooks.empty());
    }
}

TEST_CASE("a named interface that does not exist is an error that names it") {
    HooksConfig hooks;
    hooks.mode = HookMode::kNone;
    CaptureConfig capture;
    capture.interfaces = {"lo", "nosuch0"};
    auto probe = Probe::attach(capture, hooks);
    REQUIRE_FALSE(probe);
    CHECK(probe.error().code == ENODEV);
    CHECK(probe.error().message.find("nosuch0") != std::string::npos);
}
