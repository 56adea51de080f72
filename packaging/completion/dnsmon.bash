# SPDX-License-Identifier: Apache-2.0
# bash completion for dnsmon(8).
_dnsmon() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
    COMPREPLY=()
    case $previous in
    -c | --config)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    --format)
        mapfile -t COMPREPLY < <(compgen -W "ecs flat text" -- "$current")
        return
        ;;
    --port) return ;;
    esac

    local words="--help"
    if ((COMP_CWORD == 1)); then
        words="run read check-config doctor --help --version"
    else
        case $command in
        run) words+=" --config --stdout" ;;
        check-config) words+=" --config" ;;
        doctor) words+=" --config --json" ;;
        read)
            words+=" --port --format"
            if [[ $current != -* ]]; then
                compopt -o filenames
                mapfile -t COMPREPLY < <(compgen -f -- "$current")
                return
            fi
            ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
} && complete -F _dnsmon dnsmon
