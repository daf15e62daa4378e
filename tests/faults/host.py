"""A private host to break: its own network namespace, /etc/sysctl.d, /var/lib and /run, in which
kaadvise believes that it is in the initial namespace. Nothing of the real host is changed."""

import json
import os
import shutil
import subprocess
import sys
import time
import traceback

SKIP = 77
KEYS = ("time", "intvl", "probes")
DROP_IN = "/etc/sysctl.d/90-kaadvise.conf"
STATE = "/var/lib/kaadvise"
SYSCTL_DIRECTORIES = ("/etc/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d",
                      "/lib/sysctl.d")

sys.dont_write_bytecode = True


def skip(reason):
    print(f"SKIP: {reason}")
    sys.exit(SKIP)


def mount(*words):
    subprocess.run(["mount", *words], check=True, stdin=subprocess.DEVNULL)


def enter_namespaces():
    """Runs this program again in new network and mount namespaces."""
    if os.environ.get("KA_PRIVATE_HOST"):
        return
    words = ["unshare", "--net", "--mount", "--propagation", "private"]
    if subprocess.run(words + ["true"], stderr=subprocess.DEVNULL).returncode != 0:
        skip("needs CAP_SYS_ADMIN for a network and a mount namespace of its own")
    os.environ["KA_PRIVATE_HOST"] = "1"
    os.execvp(words[0], words + [sys.executable, *sys.argv])


def make_root():
    """A root directory of bind mounts: what marks a container on the real one is not in it. It is
    made over a directory that is there anyway, so that nothing is left behind."""
    mine = os.path.abspath(__file__), os.path.abspath(sys.argv[1])
    root = next(place for place in ("/media", "/srv", "/mnt", "/boot")
                if os.path.isdir(place) and not any(path.startswith(place) for path in mine))
    mount("-t", "tmpfs", "-o", "mode=0755", "none", root)
    for name in os.listdir("/"):
        source, target = f"/{name}", f"{root}/{name}"
        if os.path.islink(source):
            os.symlink(os.readlink(source), target)
        elif os.path.isdir(source) and source != root:
            os.mkdir(target)
            if name not in ("run", "var"):
                mount("--rbind", source, target)
            if name in ("etc", "lib", "usr"):
                mount("-o", "remount,ro,bind", target)
    for directory in ("run", "var/lib", "var/tmp"):
        os.makedirs(f"{root}/{directory}", exist_ok=True)
    return root


def isolate():
    """Enters the private host. Ends the program with SKIP where that is not permitted."""
    if not os.path.isdir("/etc/sysctl.d"):
        skip("needs /etc/sysctl.d (of procps or systemd)")
    enter_namespaces()
    root = make_root()
    os.chroot(root)
    os.chdir("/")
    for directory in SYSCTL_DIRECTORIES:
        if os.path.isdir(directory) and not os.path.ismount(directory):
            mount("-t", "tmpfs", "-o", "mode=0755", "none", directory)
    if os.path.exists("/etc/sysctl.conf"):
        mount("--bind", "/dev/null", "/etc/sysctl.conf")
    # net.core.netdev_budget exists in the initial namespace only.
    mount("-t", "tmpfs", "none", "/proc/sys/net/core")
    open("/proc/sys/net/core/netdev_budget", "w").close()
    # A sanitizer cannot look for leaks in a process that strace holds.
    os.environ["ASAN_OPTIONS"] = "detect_leaks=0"


def vendor_directory():
    """One besides /etc/sysctl.d that may be written here."""
    vendor = "/usr/lib/sysctl.d"
    return vendor if os.path.ismount(vendor) else "/run/sysctl.d"


class Host:
    def __init__(self, program):
        self.program = program

    def run(self, *words, prefix=(), **more):
        """What applies sysctl.d at boot is named, unless the words do: it depends on what is
        installed here."""
        if words[0] in ("apply", "check") and not {"--loader", "--root"} & set(words):
            words = (words[0], "--loader", "systemd-252", *words[1:])
        return subprocess.run([*prefix, self.program, *words], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60, **more)

    def values(self):
        found = []
        for key in KEYS:
            with open(f"/proc/sys/net/ipv4/tcp_keepalive_{key}") as file:
                found.append(int(file.read()))
        return tuple(found)

    def set_values(self, values):
        for key, value in zip(KEYS, values):
            with open(f"/proc/sys/net/ipv4/tcp_keepalive_{key}", "w") as file:
                file.write(f"{value}\n")

    def files(self, directory):
        """Every file below the directory, with its content."""
        found = {}
        for place, _, names in os.walk(directory):
            for name in names:
                path = os.path.join(place, name)
                with open(path) as file:
                    found[path] = file.read()
        return found

    def condition(self):
        """What a user cares about: the values and the files that are read at boot."""
        return self.values(), self.files("/etc/sysctl.d")

    def empty(self, directory):
        for name in os.listdir(directory):
            path = os.path.join(directory, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)

    def reset(self, values=(7200, 75, 9)):
        self.set_values(values)
        for directory in ("/etc/sysctl.d", "/var/lib", vendor_directory()):
            if os.path.isdir(directory):
                self.empty(directory)

    def save(self):
        return self.values(), self.files("/etc/sysctl.d"), self.files("/var/lib")

    def restore(self, saved):
        self.reset(saved[0])
        for files in saved[1:]:
            for path, content in files.items():
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w") as file:
                    file.write(content)

    def history(self):
        """The journal as the program reads it; a damaged one is a failure."""
        result = self.run("history", "-f", "json")
        assert result.returncode == 0, f"the journal is damaged: {result.stderr}"
        return [json.loads(line) for line in result.stdout.splitlines()]

    def leftovers(self):
        """Temporary files."""
        paths = [*self.files("/etc/sysctl.d"), *self.files("/var/lib")]
        return [path for path in paths if path.endswith("tmp")]


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def read(path):
    with open(path) as file:
        return file.read()


def lines_for(values):
    return "".join(f"net.ipv4.tcp_keepalive_{key} = {value}\n" for key, value in zip(KEYS, values))


def set_words(values):
    return ("apply", "--set", ",".join(str(value) for value in values))


def expect(machine, words, code, *texts, **more):
    """Runs and checks the exit code and that the texts occur in the output."""
    result = machine.run(*words, **more)
    output = result.stdout + result.stderr
    assert result.returncode == code, f"{words}: exit {result.returncode}, not {code}: {output}"
    for text in texts:
        assert text in output, f"{words}: no '{text}' in: {output}"
    return result


def run_situations(situations):
    """Runs all of them, or those that the command line names, on fresh private hosts."""
    for tool in ("strace", "setpriv", "nsenter"):
        if not shutil.which(tool):
            skip(f"needs {tool}")
    program = os.path.abspath(sys.argv[1])
    isolate()
    machine, failed = Host(program), []
    chosen = [one for one in situations if not sys.argv[2:] or one.__name__ in sys.argv[2:]]
    for one in chosen:
        start = time.monotonic()
        machine.reset()
        try:
            one(machine)
            verdict = "ok"
        except Exception:
            traceback.print_exc()
            failed.append(one.__name__)
            verdict = "FAILED"
        print(f"{verdict} {one.__name__} ({time.monotonic() - start:.1f} s)", flush=True)
    print(f"{len(chosen)} situations, {len(failed)} failed {' '.join(failed)}")
    sys.exit(1 if failed else 0)
