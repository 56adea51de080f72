// SPDX-License-Identifier: Apache-2.0
#include "sandbox.h"

#include "probe/skeletons.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace dnsmon::test {

void skip(const std::string& why) {
    std::printf("skipped: %s\n", why.c_str());
    std::fflush(stdout);
    std::_Exit(77);
}

void bring_up(const char* interface) {
    const Fd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    if (::ioctl(fd.get(), SIOCSIFFLAGS, &request) != 0) skip(system_error(interface, errno).message);
}

void enter_network_namespace() {
    if (::unshare(CLONE_NEWNET) != 0) skip(system_error("making a network namespace", errno).message);
    bring_up("lo");
}

Fd make_tap(const char* name, unsigned int& ifindex) {
    Fd fd(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
    if (!fd) skip(system_error("/dev/net/tun", errno).message);
    ifreq request{};
    std::strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (::ioctl(fd.get(), TUNSETIFF, &request) != 0) skip(system_error("making a TAP device", errno).message);
    bring_up(name);
    ifindex = ::if_nametoindex(name);
    return fd;
}

Probe attach_or_skip(OwnerFlavour flavour, const CaptureConfig& capture) {
    auto probe = Probe::attach_flavour(capture, {}, flavour);
    if (!probe) skip(probe.error().message);
    return std::move(probe).value();
}

OwnerFlavour flavour_under_test() {
    const char* name = std::getenv("DNSMON_TEST_FLAVOUR");
    const std::string_view flavour = name != nullptr ? name : "cgroup";
    if (flavour == "fentry") return OwnerFlavour::kFentry;
    if (flavour == "kprobe") return OwnerFlavour::kKprobe;
    if (flavour == "cookie") return OwnerFlavour::kCookie;
    return OwnerFlavour::kCgroup;
}

} // namespace dnsmon::test
