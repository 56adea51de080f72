// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "process/cgroup_path.h"

using dnsmon::cgroup_facts;
using dnsmon::session_facts;

static const std::string kId(64, 'a');

TEST_CASE("a service's unit is the first component below the slices") {
    CHECK(cgroup_facts("0::/system.slice/ssh.service\n").unit == "ssh.service");
    CHECK(cgroup_facts("0::/system.slice/system-getty.slice/getty@tty1.service\n").unit == "getty@tty1.service");
    CHECK(cgroup_facts("0::/user.slice/user-1000.slice/session-3.scope\n").unit == "session-3.scope");
    CHECK(cgroup_facts("0::/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service\n").unit ==
          "user@1000.service");
}

TEST_CASE("an escaped unit name is unescaped") {
    CHECK(cgroup_facts("0::/system.slice/_cpu.service\n").unit == "cpu.service");
}

TEST_CASE("on a hybrid host systemd's hierarchy tells the unit") {
    const char* text = "5:memory:/somewhere\n1:name=systemd:/system.slice/cron.service\n0::/system.slice/other.service\n";
    CHECK(cgroup_facts(text).unit == "cron.service");
}

TEST_CASE("outside every unit nothing is known") {
    for (const char* text : {"", "0::/\n", "garbage", "0::/mygroup/child\n", ":::\n", "0:"}) {
        CHECK(cgroup_facts(text).unit.empty());
        CHECK(cgroup_facts(text).container_id.empty());
    }
}

TEST_CASE("container runtimes are told by their paths") {
    const auto check = [](const std::string& path, const std::string& id, const std::string& runtime) {
        const auto facts = cgroup_facts("0::" + path + "\n");
        CHECK(facts.container_id == id);
        CHECK(facts.container_runtime == runtime);
    };
    check("/system.slice/docker-" + kId + ".scope", kId, "docker");
    check("/docker/" + kId, kId, "docker");
    check("/machine.slice/libpod-" + kId + ".scope", kId, "podman");
    check("/machine.slice/libpod-" + kId + ".scope/container", kId, "podman");
    check("/kubepods.slice/kubepods-pod1.slice/cri-containerd-" + kId + ".scope", kId, "containerd");
    check("/kubepods.slice/kubepods-pod1.slice/crio-" + kId + ".scope", kId, "cri-o");
    check("/kubepods/besteffort/pod1234/" + kId, kId, "");
    check("/lxc.payload.web", "web", "lxc");
    check("/lxc/web", "web", "lxc");
    check("/machine.slice/machine-buster.scope", "buster", "systemd-nspawn");
    check("/machine.slice/systemd-nspawn@buster.service/payload", "buster", "systemd-nspawn");
    check("/machine.slice/machine-my\\x2dbox.scope", "my-box", "systemd-nspawn");
    check("/machine.slice/systemd-nspawn@my\\x2dbox.service", "my-box", "systemd-nspawn");
    check("/machine.slice/machine-lxc\\x2d1\\x2dweb.scope", "lxc-1-web", "lxc");
    check("/libpod_parent/libpod_pod_" + std::string(64, 'b') + "/libpod-" + kId, kId, "podman");
}

TEST_CASE("what only looks like a container id is none") {
    CHECK(cgroup_facts("0::/machine.slice/machine-qemu\\x2d1\\x2dvm1.scope\n").container_id.empty());
    CHECK(cgroup_facts("0::/machine.slice/libpod-conmon-" + kId + ".scope\n").container_id.empty());
    CHECK(cgroup_facts("0::/machine.slice/machine-a\\x2.scope\n").container_id == "a\\x2");
    CHECK(cgroup_facts("0::/system.slice/docker-" + std::string(63, 'a') + ".scope\n").container_id.empty());
    CHECK(cgroup_facts("0::/system.slice/docker-" + std::string(64, 'g') + ".scope\n").container_id.empty());
}

TEST_CASE("a login session has an id and an owner") {
    const auto session = [](const char* path) { return session_facts(std::string("0::") + path + "\n"); };
    CHECK(session("/user.slice/user-1000.slice/session-c7.scope").id == "c7");
    CHECK(session("/user.slice/user-1000.slice/session-c7.scope").user_id == "1000");
    for (const char* path : {"/user.slice/user-1000.slice/user@1000.service/app.slice/a.scope", "/system.slice/session-3.scope",
                             "/user.slice/user-1000.slice/session-.scope", "/"})
        CHECK(session(path).id.empty());
}
