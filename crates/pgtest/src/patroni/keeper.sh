# Runs etcd and three nodes of Patroni and obeys one line after the other, answering each with a
# line. It lives as long as its standard input; then it ends every process that it started, by the
# ids in its own folder, and removes the folder.
# Each node reaches etcd, and the others it, by a link of its own that may be cut: by the ports that
# come last.
# bin programs etcd-client etcd-peer postgres0 postgres1 postgres2 rest0 rest1 rest2
#   to-etcd0 to-etcd1 to-etcd2 to-postgres0 to-postgres1 to-postgres2 to-rest0 to-rest1 to-rest2
set -u
# Sent to all of us when the test program ends while a node is frozen; we still have to clean up.
trap '' HUP
bin="$1"; programs="$2"; client="$3"; peer="$4"; shift 4
dir=$(mktemp -d "${TMPDIR:-/tmp}/pgtest-ha.XXXXXX") || exit 1
cd "$dir"
export LC_ALL=C PYTHONPATH="$programs/usr/lib/python3/dist-packages"
export LD_LIBRARY_PATH="$programs/lib"

"$programs/usr/bin/etcd" --data-dir "$dir/etcd" --log-level error \
  --listen-client-urls "http://127.0.0.1:$client" --advertise-client-urls "http://127.0.0.1:$client" \
  --listen-peer-urls "http://127.0.0.1:$peer" --initial-advertise-peer-urls "http://127.0.0.1:$peer" \
  --initial-cluster "default=http://127.0.0.1:$peer" >"$dir/etcd.log" 2>&1 &
echo $! >"$dir/etcd.pid"

settings() {
  mkdir -p "$dir/n$1"
  cat >"$dir/n$1/patroni.yml" <<CONF
scope: demarc
name: n$1
etcd3: { hosts: ["127.0.0.1:$4"], use_proxies: true }
restapi: { listen: 127.0.0.1:$3, connect_address: 127.0.0.1:$6 }
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 1
    retry_timeout: 5
    maximum_lag_on_failover: 0
    synchronous_mode: true
    synchronous_mode_strict: true
    postgresql:
      use_pg_rewind: true
      use_slots: true
      parameters:
        max_connections: 100
        wal_keep_size: 128MB
        shared_buffers: 64MB
        fsync: on
        synchronous_commit: on
  initdb: [ { encoding: UTF8 }, { locale: C }, data-checksums ]
postgresql:
  listen: 127.0.0.1:$2
  connect_address: 127.0.0.1:$5
  data_dir: $dir/n$1/data
  bin_dir: $bin
  pgpass: $dir/n$1/pgpass
  authentication:
    superuser: { username: postgres }
    replication: { username: replicator }
  parameters: { unix_socket_directories: $dir/n$1 }
  pg_hba:
  - local all all trust
  - host all all 127.0.0.1/32 trust
  - host replication all 127.0.0.1/32 trust
CONF
}
# node postgres rest to-etcd to-postgres to-rest
settings 0 "$1" "$4" "$7" "${10}" "${13}"
settings 1 "$2" "$5" "$8" "${11}" "${14}"
settings 2 "$3" "$6" "$9" "${12}" "${15}"

start_node() {
  /usr/bin/python3 -m patroni "$dir/n$1/patroni.yml" </dev/null >>"$dir/n$1/log" 2>&1 &
  echo $! >"$dir/n$1/pid"
}
# Only what is still ours: the file of a server that was killed may name somebody else by now.
postmaster() {
  found=$(head -n 1 "$dir/n$1/data/postmaster.pid" 2>/dev/null) &&
    [ "$(readlink "/proc/$found/cwd")" = "$dir/n$1/data" ] && echo "$found"
}
patroni() { cat "$dir/n$1/pid" 2>/dev/null; }
# The first process of the server before its children, so that it does not replace them.
server() {
  first=$(postmaster "$1") && echo "$first" && cat "/proc/$first/task/$first/children"
}
end() {
  for node in 0 1 2; do
    kill -CONT $(patroni $node) $(server $node)
    kill -9 $(patroni $node) $(postmaster $node)
  done
  kill -9 $(cat "$dir/etcd.pid")
  wait
  rm -rf "$dir" || { sleep 1; rm -rf "$dir"; }
} >/dev/null 2>&1

# Where etcd has not yet agreed on its version, Patroni falls over the words that stand in its place.
/usr/bin/python3 - "http://127.0.0.1:$client/version" <<'WAIT'
import json, sys, time, urllib.request
for _ in range(600):
    try:
        told = json.load(urllib.request.urlopen(sys.argv[1], timeout=5))
        sys.exit(int(told["etcdcluster"].split(".")[0]) < 0)
    except (OSError, KeyError, ValueError):
        time.sleep(0.05)
WAIT
for node in 0 1 2; do start_node $node; done
echo "$dir"
while read -r word node; do
  case "$word" in
    crash-postgres) kill -9 $(postmaster $node) ;;
    crash-node) kill -9 $(patroni $node) $(postmaster $node) && rm "$dir/n$node/pid" ;;
    start-node) start_node $node ;;
    restart-patroni) kill -9 $(patroni $node) && start_node $node ;;
    freeze-patroni) kill -STOP $(patroni $node) ;;
    freeze-node) kill -STOP $(patroni $node) $(server $node) ;;
    thaw-node) kill -CONT $(patroni $node) $(server $node) ;;
    logs) tail -n 60 "$dir"/n?/log "$dir/etcd.log" >&2 ;;
  esac && echo done || echo failed
done
end
