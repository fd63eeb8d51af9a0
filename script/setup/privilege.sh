# shellcheck shell=bash
# How bootstrap speaks, and how it gets the few things done that need root.

say() { printf 'bootstrap: %s\n' "$*" >&2; }

# Ends bootstrap with one line of what is wrong and, indented, the exact commands that put it right.
stop() {
  say "$1"
  shift
  if [ "$#" -gt 0 ]; then
    say 'run this, then start again:'
    printf '  %s\n' "$@" >&2
  fi
  exit 1
}

# Runs a command as root: directly, or through sudo where sudo asks for no password.
# Where neither works, prints the command for the user and ends.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo -n -- "$@"
  else
    stop 'this step needs root.' "sudo $(quoted "$@")"
  fi
}

quoted() {
  local word text=''
  for word in "$@"; do
    case $word in
      *[!A-Za-z0-9_./:=+@,-]* | '') word="'${word//\'/\'\\\'\'}'" ;;
    esac
    text+="$word "
  done
  printf '%s' "${text% }"
}
