// SPDX-License-Identifier: Apache-2.0
#include "app/check_config.h"
#include "app/doctor.h"
#include "app/read.h"
#include "app/run.h"
#include "app/standard_streams.h"
#include "cli/command_line.h"

#include <cstdio>
#include <iostream>
#include <variant>

namespace {

template <typename... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

} // namespace

int main(int argc, char** argv) {
    using namespace dnsmon;
    hold_closed_streams();
    const auto parsed = parse_command_line(argc, argv);
    if (const auto* print = std::get_if<PrintAndExit>(&parsed)) {
        std::fputs(print->text.c_str(), print->exit_code == 0 ? stdout : stderr);
        return flush_output(print->exit_code);
    }
    const int exit_code =
        std::visit(Overloaded{[](const RunCommand& command) { return run(command); },
                              [](const ReadCommand& command) { return read(command); },
                              [](const CheckConfigCommand& command) { return check_config(command, std::cout, std::cerr); },
                              [](const DoctorCommand& command) { return doctor(command); }},
                   std::get<Command>(parsed));
    return flush_output(exit_code);
}
