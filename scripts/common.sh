# What the scripts share.  Sourced from the project's root.

# what the core and the command line are built with
toolchain=(gcc make libc6-dev libcrypt-dev liblmdb-dev libargon2-dev
           libutf8proc-dev libidn2-dev libzxcvbn-dev libcurl4-openssl-dev
           liboath-dev libqrencode-dev libssl-dev libjansson-dev libyaml-dev
           gettext)


# Says why, and ends.
die() {
    echo "${0##*/}: $*" >&2
    exit 1
}


# need PACKAGE...: installs those of Debian's packages that are missing.
need() {
    local package missing=()

    command -v dpkg-query > /dev/null || return 0    # not Debian: on trust

    for package in "$@"; do
        case $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" \
               2> /dev/null) in
            ?i*) ;;
            *)   missing+=("$package") ;;
        esac
    done

    if [ ${#missing[@]} -gt 0 ]; then
        install_packages "${missing[@]}"
    fi
}


# need_command COMMAND PACKAGE...: the same where a command may also have
# come from elsewhere.
need_command() {
    local command=$1

    shift
    command -v "$command" > /dev/null || install_packages "$@"
}


install_packages() {
    [ "$(id -u)" -eq 0 ] || die "missing packages, run as root:" \
        "apt-get install $*"

    echo "installing $*"

    # the lists of a new machine are empty or old

    if [ -z "${LOGIN_APT_UPDATED-}" ]; then
        apt-get -q update > /dev/null || die "apt-get update failed"
        export LOGIN_APT_UPDATED=1
    fi

    DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -y --no-install-recommends install "$@" > /dev/null \
        || die "apt-get install failed: $*"
}


# The packages of npm in folder $1, anew only where their list changed.

install_npm() {
    need_command node nodejs
    need_command npm npm

    if ! cmp -s "$1/package-lock.json" "$1/node_modules/.installed.json"
    then
        (cd "$1" && npm ci --loglevel=error --no-audit --no-fund) \
            > /dev/null || die "npm ci failed"
        cp "$1/package-lock.json" "$1/node_modules/.installed.json"
    fi
}
