//! PostgreSQL for who may not install: Debian's packages, fetched and unpacked into a folder of
//! the build, once. Not an installation: nothing outside of that folder changes.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Fetches with lists and cache of its own, unpacks the server and its client, and then the
/// libraries that they lack here, if any. `$1` is where it works, `$2` where that will be later.
const FETCH: &str = r#"
set -eu
mkdir -p "$1/lists/partial" "$1/cache/archives/partial" "$1/debs" "$1/root"
cd "$1/debs"
own="-q -o Dir::State::Lists=$1/lists -o Dir::Cache=$1/cache -o Debug::NoLocking=1"
apt-get $own update >&2
server=$(apt-cache $own depends postgresql | sed -n 's/.*Depends: \(postgresql-[0-9]*\)$/\1/p' | head -n 1)
version=${server#postgresql-}
apt-get $own download "$server" "postgresql-client-$version" libpq5 >&2
for deb in *.deb; do dpkg -x "$deb" "$1/root"; done
bin="$1/root/usr/lib/postgresql/$version/bin"
libraries=$(dirname "$(find "$1/root" -name 'libpq.so.5' | head -n 1)")
if LD_LIBRARY_PATH="$libraries" ldd "$bin/postgres" "$bin/psql" | grep -q 'not found'; then
  needed=$(apt-cache $own depends --recurse --no-recommends --no-suggests --no-conflicts \
    --no-breaks --no-replaces --no-enhances "$server" |
    grep -E '^lib' | grep -vE '^(libc6|libc-bin|libgcc-s1|libstdc)' | sort -u)
  apt-get $own download $needed >&2
  for deb in lib*.deb; do dpkg -x "$deb" "$1/root"; done
fi
mkdir -p "$1/bin"
for program in initdb pg_ctl postgres createdb pg_dump pg_restore psql pg_basebackup pg_rewind \
  pg_controldata pg_isready; do
  printf '#!/bin/sh\nLD_LIBRARY_PATH="%s" exec "%s/%s" "$@"\n' \
    "$2${libraries#"$1"}" "$2${bin#"$1"}" "$program" >"$1/bin/$program"
  chmod +x "$1/bin/$program"
done
"#;

/// The folder of `initdb` and its like, fetched now or by an earlier run.
pub(crate) fn programs() -> PathBuf {
    let needed = "these tests need PostgreSQL 14 or newer, and Debian's packages could not be \
                  fetched: install it (Debian: `apt-get install postgresql`), or put the folder \
                  of its `initdb` on the PATH";
    unpacked(&folder(), "postgresql", FETCH, needed).join("bin")
}

/// Where the build keeps what is unpacked.
pub(crate) fn folder() -> PathBuf {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(target, PathBuf::from);
    target.join("unpacked")
}

/// The folder `name` in `within`, filled by the script now or by an earlier run. The script is
/// told where it works and where that will be later.
pub(crate) fn unpacked(within: &Path, name: &str, script: &str, needed: &str) -> PathBuf {
    std::fs::create_dir_all(within).expect("a folder for what is unpacked");
    let within = within.canonicalize().expect("a folder for what is unpacked");
    let here = within.join(name);
    if here.exists() {
        return here;
    }
    // Two test programs may fetch at once: each in a folder of its own, the first that is done
    // gives it the name.
    let fresh = within.join(format!("{name}-{}", std::process::id()));
    let ended = Command::new("sh").args(["-c", script, "fetch"]).args([&fresh, &here]).status();
    assert!(ended.is_ok_and(|status| status.success()), "{needed}");
    if std::fs::rename(&fresh, &here).is_err() {
        let _ = std::fs::remove_dir_all(&fresh); // Somebody else was first; only space is lost.
    }
    here
}
