// SPDX-License-Identifier: Apache-2.0
#include "pipeline/filter.h"

#include "dns/text.h"

namespace dnsmon {

Filter::Filter(const FilterConfig& config)
    : queries_(config.queries), responses_(config.responses), unattributed_(config.unattributed == Unattributed::kKeep),
      direction_(config.direction), networks_(config.networks),
      types_(config.types), response_codes_(config.response_codes), uids_in_(config.uids.include),
      uids_out_(config.uids.exclude), processes_in_(config.processes.include), processes_out_(config.processes.exclude),
      names_in_(config.names.include), names_out_(config.names.exclude) {}

bool Filter::keeps(const Event& event) {
    return wants_action(event.action) && wants_direction(event.direction) && may_keep(event.flow) &&
           wants_response_code(event) && wants_process(event.process) && wants_types(*event.message) && wants_names(*event.message);
}

bool Filter::wants_action(Action action) const {
    return action == Action::kResponse ? responses_ : queries_; // a timeout is what became of a query
}

bool Filter::wants_direction(Direction direction) const {
    if (direction_ == WantedDirection::kIngress) return direction == Direction::kIngress;
    if (direction_ == WantedDirection::kEgress) return direction == Direction::kEgress;
    return true;
}

bool Filter::may_keep(const Flow& flow) const {
    const auto touches = [&](const Network& network) {
        return network.contains(flow.source.address.bytes) || network.contains(flow.destination.address.bytes);
    };
    const auto& [include, exclude] = networks_;
    if (std::any_of(exclude.begin(), exclude.end(), touches)) return false;
    return include.empty() || std::any_of(include.begin(), include.end(), touches);
}

bool Filter::wants_response_code(const Event& event) const {
    if (event.action != Action::kResponse || response_codes_.empty()) return true;
    const std::uint16_t code = event.message->full_rcode();
    return std::any_of(response_codes_.begin(), response_codes_.end(),
                       [&](const CodeRange& range) { return range.first <= code && code <= range.last; });
}

bool Filter::wants_process(const std::optional<LocalProcess>& process) const {
    if (!process) return unattributed_;
    const auto uid = process->owner->uid;
    if (uids_out_.contains(uid) || (!uids_in_.empty() && !uids_in_.contains(uid))) return false;
    if (processes_out_.match(*process)) return false;
    return processes_in_.empty() || processes_in_.match(*process);
}

bool Filter::wants_types(const dns::Message& message) const {
    if (types_.empty()) return true;
    return std::any_of(message.questions.begin(), message.questions.end(),
                       [&](const dns::Question& question) { return types_.contains(question.type); });
}

bool Filter::wants_names(const dns::Message& message) {
    if (names_in_.empty() && names_out_.empty()) return true;
    bool included = names_in_.empty();
    for (const auto& question : message.questions) {
        name_.clear();
        dns::append_name(name_, message.wire, question.name_offset);
        to_lower(name_);
        if (names_out_.match(name_)) return false;
        included = included || names_in_.match(name_);
    }
    return included;
}

} // namespace dnsmon
