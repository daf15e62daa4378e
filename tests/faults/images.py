#!/usr/bin/python3
"""images.py PROGRAM: apply --root on images as they should be and on those that are made to harm:
links that lead outside, journals of others, read-only ones, and runs that died half-way. Nothing
outside of the image changes, and inside nothing but the drop-in stays."""

import fcntl
import itertools
import os
import shutil
import subprocess
import sys

import host
from host import expect, lines_for, read, set_words, write

IMAGE = "/run/image"
OUTSIDE = "/run/outside"
DROP_IN = f"{IMAGE}/etc/sysctl.d/90-kaadvise.conf"
STATE = f"{IMAGE}/var/lib/kaadvise"
DEFAULTS = (7200, 75, 9)
NEW = (270, 10, 7)
ROOT = ("--root", IMAGE)
SET = (*set_words(NEW), *ROOT)
SITUATIONS = []


def entries(directory):
    """Everything below the directory: kind, mode, and content or target."""
    found = {}
    for place, directories, names in os.walk(directory):
        for name in directories + names:
            path = os.path.join(place, name)
            status = os.lstat(path)
            content = None
            if os.path.islink(path):
                content = os.readlink(path)
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    content = file.read()
            found[path] = status.st_mode, content
    return found


def make_image(directories=("etc/sysctl.d", "var/lib"), values=None):
    """A Debian 12 root as far as it matters."""
    shutil.rmtree(IMAGE, ignore_errors=True)
    write(f"{IMAGE}/usr/lib/systemd/libsystemd-shared-252.so", "")
    write(f"{IMAGE}/usr/lib/systemd/system/systemd-sysctl.service", "[Unit]\n")
    write(f"{IMAGE}/usr/lib/os-release", 'ID=debian\nVERSION_ID="12"\n')
    for directory in directories:
        os.makedirs(f"{IMAGE}/{directory}", exist_ok=True)
    if values:
        write(f"{IMAGE}/usr/lib/sysctl.d/50-default.conf", lines_for(values))


def situation(function):
    """Each begins with a fresh image, and must leave the host and everything outside alone."""
    def run(machine):
        make_image()
        shutil.rmtree(OUTSIDE, ignore_errors=True)
        write(f"{OUTSIDE}/canary", "sings\n")
        write(f"{OUTSIDE}/90-kaadvise.conf", "mine\n")
        machine.set_values((7201, 76, 8))
        before = machine.save(), entries(OUTSIDE)
        function(machine)
        assert (machine.save(), entries(OUTSIDE)) == before, "something outside has changed"

    run.__name__ = function.__name__
    SITUATIONS.append(run)
    return run


def unchanged(machine, words, code, *texts, **more):
    before = entries(IMAGE)
    result = expect(machine, words, code, *texts, **more)
    assert entries(IMAGE) == before, f"{words} changed the image"
    return result


def only_adds(before, *paths):
    """The image is as before but for these paths."""
    after = entries(IMAGE)
    assert set(after) == set(before) | set(paths), set(after) ^ set(before)
    assert {path: after[path] for path in before if path not in paths} == \
        {path: before[path] for path in before if path not in paths}


# As it should be


@situation
def an_image_with_defaults(machine):
    before = entries(IMAGE)
    expect(machine, ("check", "-p", "aws-nlb", *ROOT), 1, "KA201")
    unchanged(machine, ("apply", "-p", "aws-nlb", *ROOT, "--dry-run"), 0,
              "--- /proc/sys (after boot)", "+net.ipv4.tcp_keepalive_time = 270",
              "+++ /etc/sysctl.d/90-kaadvise.conf")
    expect(machine, ("apply", "-p", "aws-nlb", *ROOT), 0, f"in the image {IMAGE}", "7200 -> 270",
           "75 -> 10", "9 -> 7", "To undo it: remove /etc/sysctl.d/90-kaadvise.conf")
    only_adds(before, DROP_IN)
    text = read(DROP_IN)
    assert text.endswith(lines_for(NEW)) and "# To undo: remove this file." in text, text
    assert os.stat(DROP_IN).st_mode & 0o7777 == 0o644
    expect(machine, ("check", "-p", "aws-nlb", *ROOT), 0)
    unchanged(machine, ("apply", "-p", "aws-nlb", *ROOT), 0, "Nothing to change",
              "/etc/sysctl.d/90-kaadvise.conf sets them")
    unchanged(machine, (*SET, "--persist-only"), 0, "Nothing to change")
    expect(machine, (*set_words((600, 60, 5)), *ROOT), 0, "270 -> 600", "replaced")
    os.unlink(DROP_IN)
    assert entries(IMAGE) == before


@situation
def the_file_does_not_depend_on_the_host(machine):
    texts = set()
    for values in ((7200, 75, 9), (270, 10, 7), (1, 1, 1)):
        machine.set_values(values)
        make_image()
        expect(machine, ("apply", "-p", "aws-nlb", *ROOT), 0)
        texts.add(read(DROP_IN))
    machine.set_values((7201, 76, 8))
    assert len(texts) == 1, texts


@situation
def good_values_are_kept(machine):
    make_image(values=(340, 10, 6))
    unchanged(machine, ("apply", "--hop", "idle=20m", *ROOT), 0, "Nothing to change",
              "/usr/lib/sysctl.d/50-default.conf sets them")
    expect(machine, ("apply", "-p", "aws-nlb", *ROOT), 0, "340 -> 270")


@situation
def directories_that_are_missing(machine):
    for directories, made in (((), ("etc", "etc/sysctl.d")), (("etc",), ("etc/sysctl.d",)),
                              (("etc", "var"), ("etc/sysctl.d",)),
                              (("etc/sysctl.d", "var/lib"), ())):
        make_image(directories)
        before = entries(IMAGE)
        expect(machine, SET, 0)
        only_adds(before, DROP_IN, *(f"{IMAGE}/{directory}" for directory in made))
        for directory in made:
            assert os.stat(f"{IMAGE}/{directory}").st_mode & 0o7777 == 0o755
        unchanged(machine, SET, 0, "Nothing to change")


@situation
def a_umask_is_not_asked(machine):
    before = os.umask(0o077)
    try:
        make_image(("etc", "var/lib"))
        os.umask(0o077)
        expect(machine, SET, 0)
    finally:
        os.umask(before)
    assert os.stat(DROP_IN).st_mode & 0o7777 == 0o644
    assert os.stat(os.path.dirname(DROP_IN)).st_mode & 0o7777 == 0o755


@situation
def another_line_would_win(machine):
    write(f"{IMAGE}/etc/sysctl.d/99-own.conf", "\nnet.ipv4.tcp_keepalive_intvl = 60\n")
    result = unchanged(machine, SET, 4, f"{IMAGE}/etc/sysctl.d/99-own.conf:2: error", "KA-A007",
                       "comment it out", "--drop-in 99-zz-kaadvise.conf")
    assert "--live-only" not in result.stderr
    expect(machine, (*SET, "--drop-in", "99-zz-kaadvise.conf"), 0)
    unchanged(machine, SET, 0, "99-zz-kaadvise.conf sets them")


@situation
def nothing_would_win(machine):
    write(f"{IMAGE}/etc/credstore/sysctl.extra", "net.ipv4.tcp_keepalive_time = 99\n")
    unchanged(machine, SET, 4, f"{IMAGE}/etc/credstore/sysctl.extra:1: error", "KA-A007",
              "credential", "no name of a drop-in would win")
    os.unlink(f"{IMAGE}/etc/credstore/sysctl.extra")
    write(f"{IMAGE}/etc/sysctl.conf", "net.ipv4.tcp_keepalive_time = 98\n")
    unchanged(machine, (*SET, "--loader", "procps"), 4, f"{IMAGE}/etc/sysctl.conf:1: error",
              "no name of a drop-in would win")


def enable_tuned(reapply):
    """tuned as an image has it, with a profile of its own."""
    write(f"{IMAGE}/etc/tuned/active_profile", "mine\n")
    write(f"{IMAGE}/etc/tuned/profile_mode", "manual\n")
    write(f"{IMAGE}/etc/tuned/tuned-main.conf", f"reapply_sysctl = {reapply}\n")
    write(f"{IMAGE}/etc/tuned/mine/tuned.conf",
          "[main]\nsummary=mine\n\n[sysctl]\nnet.ipv4.tcp_keepalive_time=44\n")
    write(f"{IMAGE}/usr/sbin/tuned", "#!/usr/bin/python3\n")
    write(f"{IMAGE}/usr/lib/systemd/system/tuned.service",
          "[Service]\nExecStart=/usr/sbin/tuned\n[Install]\nWantedBy=multi-user.target\n")
    os.makedirs(f"{IMAGE}/etc/systemd/system/multi-user.target.wants", exist_ok=True)
    os.symlink("/usr/lib/systemd/system/tuned.service",
               f"{IMAGE}/etc/systemd/system/multi-user.target.wants/tuned.service")


@situation
def tuned_decides(machine):
    enable_tuned(0)
    unchanged(machine, SET, 4, f"{IMAGE}/etc/tuned/mine/tuned.conf:5: error", "KA-A007",
              "tuned's profile mine", "change the profile", "no name of a drop-in would win")
    # It gives way to /etc/sysctl.d where it reapplies what stands there.
    make_image()
    enable_tuned(1)
    expect(machine, SET, 0)


@situation
def nothing_applies_files_at_boot(machine):
    os.makedirs(f"{IMAGE}/etc/systemd/system")
    os.symlink("/dev/null", f"{IMAGE}/etc/systemd/system/systemd-sysctl.service")
    result = unchanged(machine, SET, 4, "KA-A013", "systemd-sysctl.service", "--loader")
    assert "--live-only" not in result.stderr
    expect(machine, (*SET, "--loader", "systemd"), 0)
    shutil.rmtree(IMAGE)
    os.makedirs(f"{IMAGE}/etc")
    unchanged(machine, SET, 4, "KA-A013")
    unchanged(machine, (*set_words(DEFAULTS), *ROOT), 0, "Nothing to change")


@situation
def other_writers_are_named(machine):
    write(f"{IMAGE}/usr/lib/tmpfiles.d/x.conf",
          "\nw /proc/sys/net/ipv4/tcp_keepalive_time - - - - 999\n"
          "w /proc/sys/net/ipv4/tcp_keepalive_probes - - - - 7\n")
    result = expect(machine, SET, 0, "may set another value: /usr/lib/tmpfiles.d/x.conf:2")
    assert "x.conf:3" not in result.stdout


@situation
def the_host_is_no_image(machine):
    unchanged(machine, (*set_words(NEW), "--root", "/"), 2, "KA-U004", "this host")
    unchanged(machine, (*set_words(NEW), "--root", "/nowhere"), 4, "KA-S009")
    unchanged(machine, (*set_words(NEW), "--root", f"{OUTSIDE}/canary"), 4, "KA-S009")
    unchanged(machine, (*SET, "--root", OUTSIDE), 2, "KA-U004")
    unchanged(machine, (*SET, "--live-only"), 2, "KA-U004")
    unchanged(machine, (*SET, "--netns", "x"), 2, "KA-U004")


@situation
def a_container_that_becomes_an_image(machine):
    """There `/` is an image: a build in it changes its own files."""
    container = ("unshare", "--pid", "--fork")
    write("/.dockerenv", "")
    before = entries("/etc/sysctl.d"), entries("/var/lib"), machine.values()
    try:
        expect(machine, (*set_words(NEW), "--root", "/", "--loader", "systemd"), 0,
               "in the image /", prefix=container)
        assert read(host.DROP_IN).endswith(lines_for(NEW))
    finally:
        os.unlink("/.dockerenv")
    os.unlink(host.DROP_IN)
    assert (entries("/etc/sysctl.d"), entries("/var/lib"), machine.values()) == before


# Made to harm


LINKS = (
    ("etc", OUTSIDE), ("etc", "../outside"), ("etc/sysctl.d", OUTSIDE),
    ("etc/sysctl.d", "../../outside"), ("etc/sysctl.d", "../../../../../../../run/outside"),
    ("etc/sysctl.d", "/proc/self/cwd"), ("etc/sysctl.d", "/proc/1/root/run/outside"),
    ("var", OUTSIDE), ("var/lib", OUTSIDE), ("var/lib", "../../../outside"),
    ("var/lib/kaadvise", OUTSIDE), (".kaadvise", OUTSIDE),
)


# An older kernel, or a sandbox: paths are walked step by step.
WITHOUT_OPENAT2 = ("strace", "-f", "-qq", "-o", "/run/strace.log", "-e", "trace=openat2", "-e",
                   "inject=openat2:error=ENOSYS")


@situation
def directories_that_lead_outside(machine):
    """A link to nothing inside: refused, or not needed. Never followed to the host."""
    for (name, target), prefix in itertools.product(LINKS, ((), WITHOUT_OPENAT2)):
        make_image(("etc/sysctl.d", "var/lib"))
        path = f"{IMAGE}/{name}"
        if os.path.isdir(path):
            shutil.rmtree(path)
        os.symlink(target, path)
        before = entries(IMAGE)
        result = machine.run(*SET, prefix=prefix)
        assert result.returncode in (0, 4), (name, target, result)
        if result.returncode == 4:
            assert entries(IMAGE) == before and "KA-A00" in result.stderr, (name, result)
        else:
            only_adds(before, DROP_IN)
        assert result.returncode == 4 or not name.startswith("etc"), (name, result)


@situation
def directories_that_lead_elsewhere_inside(machine):
    """What is a link to a directory of the image is followed there."""
    links = (("etc", "/data"), ("etc/sysctl.d", "/data/x"), ("var", "/data/y"),
             ("etc/sysctl.d", "../../../../../data/x"), ("var/lib/kaadvise", "/data/z"))
    for (name, target), prefix in itertools.product(links, ((), WITHOUT_OPENAT2)):
        make_image(("etc/sysctl.d", "var/lib", "data/x", "data/y", "data/z"))
        path = f"{IMAGE}/{name}"
        if os.path.isdir(path):
            shutil.rmtree(path)
        os.symlink(target, path)
        before = entries(IMAGE)
        expect(machine, SET, 0, prefix=prefix)
        added = set(entries(IMAGE)) - set(before)
        added -= {f"{IMAGE}/data/sysctl.d"}
        (file,) = added
        assert read(file).endswith(lines_for(NEW)) and file.endswith("/90-kaadvise.conf"), file
        unchanged(machine, SET, 0, "Nothing to change")


@situation
def files_that_lead_outside(machine):
    target = f"{OUTSIDE}/90-kaadvise.conf"
    os.symlink(target, DROP_IN)
    unchanged(machine, SET, 4, "KA-A009")
    os.unlink(DROP_IN)
    # Temporary files are replaced, not written through.
    os.symlink(target, f"{IMAGE}/etc/sysctl.d/.kaadvise.tmp")
    os.makedirs(f"{STATE}/journal")
    os.symlink(target, f"{STATE}/journal/transaction.tmp")
    os.symlink(target, f"{STATE}/lock")
    expect(machine, SET, 0)
    assert read(DROP_IN).endswith(lines_for(NEW)) and not os.path.islink(DROP_IN)
    assert os.listdir(STATE) == ["lock"]
    make_image()
    os.makedirs(f"{STATE}/journal")
    os.symlink(target, f"{STATE}/journal/000001.json")
    unchanged(machine, SET, 4, "KA-A006")
    os.unlink(f"{STATE}/journal/000001.json")
    os.rmdir(f"{STATE}/journal")
    os.symlink(OUTSIDE, f"{STATE}/journal")
    unchanged(machine, SET, 4, "KA-A006")


@situation
def files_of_another_kind(machine):
    for make in (os.mkfifo, os.mkdir, lambda path: os.mknod(path, 0o20666, os.makedev(1, 5))):
        for path in (DROP_IN, STATE, f"{STATE}/journal/000001.json"):
            make_image()
            os.makedirs(os.path.dirname(path), exist_ok=True)
            make(path)
            result = machine.run(*SET)
            assert result.returncode == 4 or (make is os.mkdir and path == STATE), (path, result)


@situation
def a_journal_of_the_host_it_was_taken_from(machine):
    """Its records stay; only what was begun is undone, as far as it concerns files."""
    record = """{"schema": "kaadvise.journal/1", "id": %d, "kind": "apply", "of": 0, "state": "%s",
      "date_s": 1, "boot_id": "there", "netns": {"inode": 1, "cookie": 1, "is_initial": true},
      "live": true, "before": {"time_s": 7200, "intvl_s": 75, "probes": 9},
      "after": {"time_s": 600, "intvl_s": 60, "probes": 5}, "purpose": "x", "drop_in":
      {"path": "/etc/sysctl.d/90-kaadvise.conf", "before": null, "after": "# Written by kaadvise\\n"}}
      """
    write(f"{STATE}/lock", "")
    write(f"{STATE}/journal/000001.json", record % (1, "done"))
    before = entries(IMAGE)
    expect(machine, SET, 0)
    only_adds(before, DROP_IN)
    os.unlink(DROP_IN)
    write(f"{STATE}/journal/000002.json", record % (2, "begun"))
    write(DROP_IN, "# Written by kaadvise\n")
    expect(machine, (*set_words(DEFAULTS), *ROOT), 0, "Transaction 2 (apply) had died half-way: undone")
    assert not os.path.exists(DROP_IN)
    assert '"put-back"' in read(f"{STATE}/journal/000002.json")
    assert machine.values() == (7201, 76, 8)


@situation
def damaged_journals(machine):
    for text in ("", "{}", "[" * 100000, "x" * 2000000, '{"schema": "kaadvise.journal/1"}'):
        make_image()
        write(f"{STATE}/journal/000001.json", text)
        unchanged(machine, SET, 4, f"{IMAGE}/var/lib/kaadvise/journal/000001.json", "KA-A006")


# No space, no permission


@situation
def a_read_only_image(machine):
    host.mount("-t", "tmpfs", "-o", "mode=0755", "none", IMAGE)
    try:
        for directories in ((), ("etc",), ("etc/sysctl.d", "var/lib")):
            host.mount("-o", "remount,rw", IMAGE)
            for name in os.listdir(IMAGE):
                shutil.rmtree(f"{IMAGE}/{name}")
            os.makedirs(f"{IMAGE}/usr/lib/systemd/system")
            write(f"{IMAGE}/usr/lib/systemd/libsystemd-shared-252.so", "")
            write(f"{IMAGE}/usr/lib/systemd/system/systemd-sysctl.service", "")
            for directory in directories:
                os.makedirs(f"{IMAGE}/{directory}", exist_ok=True)
            host.mount("-o", "remount,ro", IMAGE)
            unchanged(machine, SET, 4, "KA-A008", "Read-only")
            unchanged(machine, (*SET, "--dry-run"), 0, "+net.ipv4.tcp_keepalive_time = 270")
            unchanged(machine, (*set_words(DEFAULTS), *ROOT), 0, "Nothing to change")
    finally:
        subprocess.run(["umount", IMAGE], check=True)


@situation
def no_space(machine):
    for where in ("/etc/sysctl.d", "/var/lib"):
        make_image()
        host.mount("-t", "tmpfs", "-o", "size=4k,nr_inodes=32", "none", IMAGE + where)
        try:
            write(f"{IMAGE}{where}/full", "#" * 4096)
            unchanged(machine, SET, 4, "No space left", IMAGE)
        finally:
            subprocess.run(["umount", IMAGE + where], check=True)


NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all",
          "--inh-caps=-all")


@situation
def no_privilege(machine):
    unchanged(machine, SET, 4, "KA-A008", prefix=NOBODY)
    unchanged(machine, (*SET, "--dry-run"), 0, "+net.ipv4.tcp_keepalive_time = 270", prefix=NOBODY)
    # An image of one's own needs none.
    for place, directories, names in os.walk(IMAGE):
        for name in (".", *directories, *names):
            os.chown(os.path.join(place, name), 65534, 65534)
    before = entries(IMAGE)
    expect(machine, SET, 0, prefix=NOBODY)
    only_adds(before, DROP_IN)


@situation
def one_run_at_a_time(machine):
    fd = os.open(IMAGE, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    unchanged(machine, SET, 4, "KA-A005")
    unchanged(machine, (*set_words(DEFAULTS), *ROOT), 0, "Nothing to change")
    os.close(fd)
    expect(machine, SET, 0)


@situation
def nowhere_to_say_it(machine):
    before = entries(IMAGE)
    with open("/dev/full", "w") as full:
        result = subprocess.run([machine.program, *SET], stdout=full, stderr=subprocess.PIPE,
                                text=True)
    assert result.returncode == 4 and "KA-S007" in result.stderr, result
    assert entries(IMAGE) == before


# Died half-way


def die_at(machine, words, call, when=1):
    prefix = ("strace", "-f", "-qq", "-o", "/run/strace.log", "-e", f"trace={call}", "-e",
              f"inject={call}:signal=SIGKILL:when={when}")
    machine.run(*words, prefix=prefix)
    assert "killed by SIGKILL" in read("/run/strace.log"), read("/run/strace.log")


@situation
def a_dead_run_is_undone(machine):
    for directories in (("etc/sysctl.d", "var/lib"), ("etc",), ()):
        for words in (SET, (*set_words(DEFAULTS), *ROOT), (*set_words((600, 60, 5)), *ROOT)):
            make_image(directories)
            before = entries(IMAGE)
            # The record stands, and the drop-in was renamed into place.
            die_at(machine, SET, "?rename,renameat,renameat2", 2)
            assert entries(IMAGE) != before
            unchanged(machine, (*words, "--dry-run"), 0, "is under way or has died")
            expect(machine, words, 0, "Transaction 1 (apply) had died half-way: undone")
            if "7200,75,9" in words:
                assert entries(IMAGE) == before, set(entries(IMAGE)) ^ set(before)
            else:
                left = {path for path in entries(IMAGE) if "kaadvise" in path}
                assert left == {DROP_IN}, left
    assert "600" in read(DROP_IN)


@situation
def somebody_used_what_a_dead_run_made(machine):
    make_image(("etc",))
    die_at(machine, SET, "?rename,renameat,renameat2", 2)
    write(f"{IMAGE}/etc/sysctl.d/10-own.conf", "# mine\n")
    expect(machine, (*set_words(DEFAULTS), *ROOT), 0, "undone")
    assert os.listdir(f"{IMAGE}/etc/sysctl.d") == ["10-own.conf"]


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    host.run_situations(SITUATIONS)
