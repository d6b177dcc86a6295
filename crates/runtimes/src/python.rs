//! Where Python is, or how it comes here.

use crate::{file, is_root, name, once, run, works};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// What a usable Python has.
const NEW: &str = "import sys, ssl, zlib, hashlib; sys.exit(sys.version_info < (3, 9))";

/// Fetches Python, the libraries it needs and pip with lists and cache of its own, and unpacks them
/// into `$1`. `$2` is where that will be later.
const FETCH: &str = r#"
set -eu
mkdir -p "$1/lists/partial" "$1/cache/archives/partial" "$1/debs" "$1/root" "$1/bin"
cd "$1/debs"
own="-q -o Dir::State::Lists=$1/lists -o Dir::Cache=$1/cache -o Debug::NoLocking=1"
apt-get $own update >&2
python=$(apt-cache $own depends python3 |
  sed -n 's/.*Depends: \(python3\.[0-9]*\)$/\1/p' | head -n 1)
needed=$(apt-cache $own depends --recurse --no-recommends --no-suggests --no-conflicts \
  --no-breaks --no-replaces --no-enhances "$python" |
  grep -E '^(lib|python3|zlib1g)' |
  grep -vE '^(libc6|libc-bin|libgcc-s1|libstdc|libdebconf)' | sort -u)
apt-get $own download $needed python3-pip-whl >&2
for deb in *.deb; do dpkg -x "$deb" "$1/root"; done
libraries=$(find "$1/root" -name 'lib*.so.*' |
  sed "s|/[^/]*$||; s|^$1|$2|" | sort -u | tr '\n' ':')
printf '#!/bin/sh\nPYTHONHOME="%s" LD_LIBRARY_PATH="%s" exec "%s" "$@"\n' \
  "$2/root/usr" "${libraries%:}" "$2/root/usr/bin/$python" >"$1/bin/python3"
chmod +x "$1/bin/python3"
rm -rf "$1/lists" "$1/cache" "$1/debs"
"#;

/// A Python and its pip.
#[derive(Debug, Clone)]
pub(crate) struct Python {
    program: PathBuf,
    /// `-m pip`, or pip's own file.
    pip: Vec<OsString>,
}

impl Python {
    /// The one Python of this test program.
    pub(crate) fn find() -> Self {
        static FOUND: Mutex<Option<Python>> = Mutex::new(None);
        let mut found = FOUND.lock().expect("no test broke off while it looked");
        found.get_or_insert_with(Self::look).clone()
    }

    fn look() -> Self {
        let pip = vec!["-m".into(), "pip".into()];
        let here = Self { program: "python3".into(), pip };
        if works(here.command().args(["-c", NEW])) && works(here.pip().arg("--version")) {
            return here;
        }
        if is_root() {
            apt(&["update"]);
            let packages = ["python3", "python3-pip-whl", "ca-certificates"];
            apt(&[&["install", "--no-install-recommends"], &packages[..]].concat());
            return Self::beside_wheel("/usr/bin/python3".into(), Path::new("/"));
        }
        let folder = once("python", |fresh, here| {
            let mut fetch = Command::new("sh");
            fetch.args(["-c", FETCH, "fetch"]).args([fresh, here]);
            run(
                &mut fetch,
                "these tests need Python 3.9 or newer with pip, and Debian's packages could not be \
                 fetched: install it (Debian: `apt-get install python3 python3-pip`)",
            );
        });
        Self::beside_wheel(folder.join("bin/python3"), &folder.join("root"))
    }

    /// Debian has pip as a file for making environments; it can be run as it is.
    fn beside_wheel(program: PathBuf, root: &Path) -> Self {
        let wheel = file(&root.join("usr/share/python-wheels"), "pip-", ".whl");
        let wheel = wheel.expect("pip in Debian's python3-pip-whl");
        Self { program, pip: vec![wheel.join("pip").into()] }
    }

    pub(crate) fn command(&self) -> Command {
        Command::new(&self.program)
    }

    fn pip(&self) -> Command {
        let mut command = self.command();
        command.args(&self.pip);
        command
    }

    /// The folder that has the packages, for Python's path.
    pub(crate) fn with(&self, packages: &[&str]) -> PathBuf {
        once(&name("python", packages), |fresh, _| {
            let mut pip = self.pip();
            pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-cache-dir"]);
            pip.args(["--root-user-action=ignore", "--target"]).arg(fresh).args(packages);
            run(&mut pip, "pip could not install packages for these tests");
        })
    }
}

fn apt(arguments: &[&str]) {
    let mut apt = Command::new("apt-get");
    apt.args(["-q", "-y", "-o", "DPkg::Lock::Timeout=300"]).args(arguments);
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    run(&mut apt, "these tests need Python 3.9 or newer, and it could not be installed");
}
