// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.h"

#include "cli/exit_code.h"

#include <CLI/CLI.hpp>
#include <map>

namespace dnsmon {
namespace {

constexpr std::size_t kMaxPorts = 64; // as capture.ports

// By hand and not CLI11's, which spreads the four commands over several screens.
constexpr const char* kHelp = R"(dnsmon - logs every DNS message on this host with the process that owns it

Usage: dnsmon COMMAND [OPTION]...

  run [-c FILE] [--stdout]  monitor this host until SIGTERM or SIGINT
  read FILE... [--port N]... [--format F]
                            decode capture files (pcap, pcapng; - is standard
                            input), one event a line on standard output
  check-config [-c FILE]    say what is wrong in a configuration file
  doctor [-c FILE] [--json] say what this kernel offers, what run would use

Options
  -c, --config FILE   configuration; without it /etc/dnsmon.yaml if it exists,
                      else the built-in defaults
  --stdout            events on standard output, whatever the file says
  --port N            a port to take DNS from, may be repeated (53)
  --format F          ecs, flat or text (ecs)
  --json              the report as one JSON object
  -V, --version       version with git revision
  -h, --help          this text; "dnsmon COMMAND --help" for one command

Manual pages: dnsmon(8), dnsmon.yaml(5)
)";

const std::map<std::string, Format> kFormats{{"ecs", Format::kEcs}, {"flat", Format::kFlat}, {"text", Format::kText}};

/// In the shape of a CLI11 validator: empty when fine. CLI11's own CheckedTransformer also takes the enum's numbers.
std::string known_format(const std::string& word) {
    return kFormats.contains(word) ? std::string() : "\"" + word + "\" is not one of ecs, flat, text";
}

/// CLI11's view of the command line, and the values that it fills.
class Parser {
  public:
    Parser() : app_("logs every DNS message on this host with the process that owns it", "dnsmon") {
        app_.set_help_flag("-h,--help", "Print this text");
        app_.set_version_flag("-V,--version", std::string("dnsmon ") + version_string());
        app_.require_subcommand(1);
        add_run();
        add_read();
        add_check_config();
        add_doctor();
    }

    /// Throws CLI::ParseError: for help and version as well.
    Command parse(int argc, const char* const* argv) {
        app_.parse(argc, argv);
        if (*run_) return run_command_;
        if (*read_) {
            read_command_.format = kFormats.at(format_);
            return read_command_;
        }
        if (*check_config_) return check_config_command_;
        return doctor_command_;
    }

    [[nodiscard]] PrintAndExit explain(const CLI::ParseError& reason) const {
        if (dynamic_cast<const CLI::CallForVersion*>(&reason) != nullptr)
            return {std::string(reason.what()) + "\n", kExitOk};
        if (dynamic_cast<const CLI::CallForHelp*>(&reason) != nullptr) return {help(), kExitOk};
        return {"dnsmon: " + problem(reason) + "\nTry \"dnsmon --help\".\n", kExitUsage};
    }

  private:
    void add_run() {
        run_ = app_.add_subcommand("run", "Monitor this host until SIGTERM or SIGINT");
        add_config_option(run_, run_command_.config_path);
        run_->add_flag("--stdout", run_command_.to_stdout, "Events on standard output, whatever the file says");
    }

    void add_read() {
        read_ = app_.add_subcommand("read", "Decode capture files, one event a line on standard output");
        read_->add_option("FILE", read_command_.files, "pcap or pcapng file; - is standard input")->required();
        read_->add_option("--port", read_command_.ports, "A port to take DNS from, may be repeated (53)")
            ->type_name("N")
            ->allow_extra_args(false) // "--port 5353 FILE": one number an option
            ->check(CLI::Range(1, 65535));
        read_->add_option("--format", format_, "ecs, flat or text (ecs)")->type_name("F")->check(known_format);
    }

    void add_check_config() {
        check_config_ = app_.add_subcommand("check-config", "Say what is wrong in a configuration file");
        add_config_option(check_config_, check_config_command_.config_path);
    }

    void add_doctor() {
        doctor_ = app_.add_subcommand("doctor", "Say what this kernel offers and what run would use");
        add_config_option(doctor_, doctor_command_.config_path);
        doctor_->add_flag("--json", doctor_command_.json, "The report as one JSON object");
    }

    static void add_config_option(CLI::App* command, std::optional<std::string>& path) {
        command->add_option("-c,--config", path, "Configuration instead of /etc/dnsmon.yaml")->type_name("FILE");
    }

    [[nodiscard]] std::string help() const {
        for (const auto* command : app_.get_subcommands()) return command->help("dnsmon");
        return kHelp;
    }

    [[nodiscard]] std::string problem(const CLI::ParseError& reason) const {
        if (app_.get_subcommands().empty() && dynamic_cast<const CLI::RequiredError*>(&reason) != nullptr) {
            const auto unknown = app_.remaining();
            if (!unknown.empty()) return "unknown command or option \"" + unknown.front() + "\"";
            return "a command is needed: run, read, check-config or doctor";
        }
        if (dynamic_cast<const CLI::ExtrasError*>(&reason) != nullptr) {
            std::string surplus; // CLI11 names them from the last on
            for (const auto& word : app_.remaining(true)) surplus.append(surplus.empty() ? "" : " ").append(word);
            return "surplus on the command line: " + surplus;
        }
        return reason.what();
    }

    CLI::App app_;
    CLI::App* run_ = nullptr;
    CLI::App* read_ = nullptr;
    CLI::App* check_config_ = nullptr;
    CLI::App* doctor_ = nullptr;
    RunCommand run_command_;
    ReadCommand read_command_;
    std::string format_ = "ecs";
    CheckConfigCommand check_config_command_;
    DoctorCommand doctor_command_;
};

} // namespace

std::variant<Command, PrintAndExit> parse_command_line(int argc, const char* const* argv) {
    Parser parser;
    try {
        auto command = parser.parse(argc, argv);
        if (const auto* read = std::get_if<ReadCommand>(&command); read != nullptr && read->ports.size() > kMaxPorts) {
            return PrintAndExit{"dnsmon: --port: at most " + std::to_string(kMaxPorts) + " ports\n", kExitUsage};
        }
        return command;
    } catch (const CLI::ParseError& reason) {
        return parser.explain(reason);
    }
}

const char* version_string() {
    return DNSMON_VERSION;
}

} // namespace dnsmon
