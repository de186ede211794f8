# Completion for bash: /usr/share/bash-completion/completions/nginx-login
#
# The program itself is asked for its help, so what is offered is what the
# installed version knows.  The store is not opened for it: names of users
# are typed.

_nginx_login()
{
    local IFS=$' \t\n'
    local program=$1 cur=${COMP_WORDS[COMP_CWORD]} help word value i
    local words=()

    COMPREPLY=()
    value=
    help=$("$program" --help 2> /dev/null) || return

    # "value" becomes what the word at the cursor is a value for

    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}

        if [ -n "$value" ]; then
            [ "$word" = = ] || value=
            continue
        fi

        case $word in
            -*)
                if [[ $help =~ $'\n  '"$word"' '([A-Z]+)' ' ]]; then
                    value=${BASH_REMATCH[1]}
                fi ;;
            *)
                words+=("$word")
                help=$("$program" "${words[@]}" --help 2> /dev/null) ||
                    return ;;
        esac
    done

    [ "$cur" != = ] || cur=

    # the command's own argument is in its usage, ahead of the options

    if [[ $cur != -* &&
          $help =~ ^'Usage: nginx-login '[a-z\ ]+' '(FILE|DIR) ]]; then
        value=${value:-${BASH_REMATCH[1]}}
    fi

    case $value in
        FILE)
            compopt -o filenames 2> /dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
        DIR)
            compopt -o filenames 2> /dev/null
            mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
        NAME)
            mapfile -t COMPREPLY < <(compgen -u -- "$cur") ;;
        '')
            mapfile -t COMPREPLY < <(compgen -W \
                "$(_nginx_login_words "$cur" "${#words[@]}" <<< "$help")" \
                -- "$cur") ;;
    esac
}


# Reads help; prints the options, or the commands' words number "$2".

_nginx_login_words()
{
    local line

    while IFS= read -r line; do
        if [[ $1 == -* ]]; then
            [[ $line =~ ^'  '(--?[a-z-]+)' ' ]] && echo "${BASH_REMATCH[1]}"

        elif [[ $line =~ ^'  '([a-z]+)(' '([a-z]+))?' ' ]]; then
            [ "$2" -eq 0 ] && echo "${BASH_REMATCH[1]}"
            [ "$2" -eq 1 ] && echo "${BASH_REMATCH[3]}"
        fi
    done | sort -u
}


complete -F _nginx_login nginx-login
