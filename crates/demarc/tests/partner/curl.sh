# Stands in for curl where a machine has none: the few flags that the guides use, over bash's own
# connections. Answers are read to their end, so the server is asked to close.
curl() {
  local method='' url='' body='' header='' line='' size=''
  local -a headers=()
  while [ $# -gt 0 ]; do
    case "$1" in
      -X) method=$2; shift ;;
      -H) headers+=("$2"); shift ;;
      -d) body=$2; shift ;;
      -s | -sS | -S | --fail-with-body) ;;
      *) url=$1 ;;
    esac
    shift
  done
  if [ -z "$method" ]; then
    if [ -n "$body" ]; then method=POST; else method=GET; fi
  fi
  local rest=${url#http://} path=/
  local host=${rest%%/*}
  if [ "$rest" != "$host" ]; then path=/${rest#*/}; fi
  exec 3<>"/dev/tcp/${host%%:*}/${host##*:}" || return 7
  {
    printf '%s %s HTTP/1.1\r\nhost: %s\r\nconnection: close\r\n' "$method" "$path" "$host"
    for header in "${headers[@]}"; do printf '%s\r\n' "$header"; done
    printf 'content-length: %s\r\n\r\n' "$(printf '%s' "$body" | LC_ALL=C wc -c | tr -d ' ')"
    printf '%s' "$body"
  } >&3
  while IFS= read -r line <&3; do
    line=${line%$'\r'}
    [ -n "$line" ] || break
  done
  cat <&3
  exec 3>&-
}
