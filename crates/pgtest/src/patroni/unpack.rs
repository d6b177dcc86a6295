//! Patroni and etcd, from Debian's packages, unpacked into a folder of the build by whoever runs
//! the tests, root too: an installation would start services of the system. Nothing outside of
//! the folder changes.

use crate::{is_root, unpack::unpacked};
use std::path::PathBuf;

/// What is fetched: both programs, and of Patroni's dependencies those that it uses with etcd.
const FETCH: &str = r#"
set -eu
mkdir -p "$1/lists/partial" "$1/cache/archives/partial" "$1/debs" "$1/root/lib"
cd "$1/debs"
own="-q -o Dir::State::Lists=$1/lists -o Dir::Cache=$1/cache -o Debug::NoLocking=1"
apt-get $own update >&2
apt-get $own download etcd-server patroni python3-click python3-colorama python3-dateutil \
  python3-dnspython python3-etcd python3-pkg-resources python3-prettytable python3-psutil \
  python3-psycopg2 python3-six python3-urllib3 python3-wcwidth python3-yaml libpq5 libyaml-0-2 >&2
for deb in *.deb; do dpkg -x "$deb" "$1/root"; done
find "$1/root/usr/lib" -name 'lib*.so*' -not -path '*/python3/*' -exec cp -a {} "$1/root/lib" \;
/usr/bin/python3 -m compileall -q "$1/root/usr/lib/python3" >&2 || true
PYTHONPATH="$1/root/usr/lib/python3/dist-packages" \
  LD_LIBRARY_PATH="$1/root/lib" \
  /usr/bin/python3 -c 'import patroni.__main__, patroni.dcs.etcd3, psycopg2' >&2
"$1/root/usr/bin/etcd" --version >&2
rm -rf "$1/debs" "$1/lists" "$1/cache"
chmod -R a+rX "$1"
"#;

/// Where root keeps it: whoever the tests run as must be able to read it, which a folder of the
/// build may forbid.
const OF_ROOT: &str = "/var/cache/demarc-pgtest";

/// The folder that stands for `/`, fetched now or by an earlier run.
pub(super) fn programs() -> PathBuf {
    let needed = "these tests need Patroni and etcd, and Debian's packages of them could not be \
                  unpacked: they need apt-get, dpkg, Debian's own python3 and libpq5 (Debian 12: \
                  `apt-get install python3 libpq5`)";
    let within = if is_root() { PathBuf::from(OF_ROOT) } else { crate::unpack::folder() };
    unpacked(&within, "patroni", FETCH, needed).join("root")
}
