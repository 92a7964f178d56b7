# Free ports on 127.0.0.1. Sourced by scripts that have a `die`.
# shellcheck shell=bash

# Whether nobody listens on this port of 127.0.0.1.
port_is_free() {
    ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# A port below the kernel's ephemeral range, so that no outgoing connection can take it between our look and the bind.
free_port() {
    local port
    for _ in $(seq 100); do
        port=$((20000 + RANDOM % 10000))
        if port_is_free "$port"; then
            printf '%s\n' "$port"
            return
        fi
    done
    die 'found no free port on 127.0.0.1'
}
