#!/usr/bin/python3
"""situations.py PROGRAM: apply, rollback and history in a private host, where things are as they
should be and where they are not: no space, no privilege, files of others, damaged journals."""

import fcntl
import json
import os
import re
import subprocess
import sys
import threading
import time

import host
from host import expect, lines_for, read, set_words, write

DEFAULTS = (7200, 75, 9)
SITUATIONS = []


def situation(function):
    SITUATIONS.append(function)
    return function


def unchanged(machine, words, code, *texts, **more):
    """The same, and neither values nor files nor journal have changed."""
    before = machine.save()
    result = expect(machine, words, code, *texts, **more)
    after = machine.save()
    before[2].pop(f"{host.STATE}/lock", None)
    after[2].pop(f"{host.STATE}/lock", None)
    assert before == after, f"{words} changed {before} to {after}"
    return result


NEW = (270, 10, 7)
SET = set_words(NEW)


# Apply


@situation
def apply_sets_values_and_file(machine):
    expect(machine, ("apply", "-p", "aws-nlb"), 0, "7200 -> 270", "75 -> 10", "9 -> 7",
           "Done: transaction 1", "kaadvise rollback", "Not helped yet", "kaadvise check --netns all")
    assert machine.values() == NEW
    text = read(host.DROP_IN)
    assert text.endswith(lines_for(NEW)), text
    for words in ("-p aws-nlb", "hop 1: ", "detect_within: ", "kaadvise rollback"):
        assert words in text, text
    assert os.stat(host.DROP_IN).st_mode & 0o7777 == 0o644
    (entry,) = machine.history()
    assert (entry["kind"], entry["state"], entry["netns"]) == ("apply", "done", "initial")
    assert (entry["before"], entry["after"]) == ("7200/75/9", "270/10/7")
    expect(machine, ("check", "-p", "aws-nlb"), 0)


@situation
def applying_twice_changes_nothing(machine):
    expect(machine, SET, 0)
    unchanged(machine, SET, 0, "Nothing to change", host.DROP_IN)
    unchanged(machine, ("apply", "-p", "aws-nlb"), 0, "Nothing to change")
    unchanged(machine, (*SET, "--dry-run"), 0, "Nothing to change")


def patched(text, diff):
    """What the one hunk of a unified diff makes of the text."""
    first, old_count = re.search(r"^@@ -(\d+),(\d+) ", diff, re.M).groups()
    start = int(first) - 1
    hunk = diff.split("@@\n", 1)[1].splitlines()
    lines = text.splitlines()
    old = [line[1:] for line in hunk if line[0] in " -"]
    assert lines[start:start + int(old_count)] == old, diff
    new = [line[1:] for line in hunk if line[0] in " +"]
    return "\n".join(lines[:start] + new + lines[start + len(old):]) + "\n"


@situation
def dry_run_shows_and_changes_nothing(machine):
    unchanged(machine, (*SET, "--dry-run"), 0, "-net.ipv4.tcp_keepalive_time = 7200",
              "+net.ipv4.tcp_keepalive_time = 270", "--- /dev/null", f"+++ {host.DROP_IN}")
    assert not os.path.exists(host.STATE)
    for before, after in (((600, 60, 5), NEW), (NEW, (270, 10, 9))):
        expect(machine, set_words(before), 0)
        result = unchanged(machine, (*set_words(after), "--dry-run"), 0)
        diff = result.stdout[result.stdout.index(f"--- {host.DROP_IN}"):]
        wanted = patched(read(host.DROP_IN), diff)
        expect(machine, set_words(after), 0)
        assert read(host.DROP_IN) == wanted


@situation
def values_kept_because_good_are_persisted(machine):
    machine.set_values(NEW)
    result = expect(machine, ("apply", "-p", "aws-nlb"), 0, "new file")
    assert "->" not in result.stdout
    assert machine.values() == NEW and read(host.DROP_IN).endswith(lines_for(NEW))
    expect(machine, ("rollback",), 0, "removed")
    assert machine.condition() == (NEW, {})


@situation
def defaults_need_no_file(machine):
    unchanged(machine, set_words(DEFAULTS), 0, "kernel's defaults")
    expect(machine, SET, 0)
    expect(machine, set_words(DEFAULTS), 0, "replaced")
    assert machine.values() == DEFAULTS and read(host.DROP_IN).endswith(lines_for(DEFAULTS))


@situation
def only_half(machine):
    expect(machine, (*SET, "--live-only"), 0, "--live-only")
    assert machine.condition() == (NEW, {})
    expect(machine, ("rollback",), 0)
    expect(machine, (*SET, "--persist-only"), 0)
    assert machine.values() == DEFAULTS and read(host.DROP_IN).endswith(lines_for(NEW))
    unchanged(machine, (*SET, "--persist-only"), 0, "are set already")
    expect(machine, ("rollback",), 0, "removed")
    assert machine.condition() == (DEFAULTS, {})


@situation
def another_drop_in_name(machine):
    expect(machine, (*SET, "--drop-in", "95-keepalive.conf"), 0)
    assert list(machine.files("/etc/sysctl.d")) == ["/etc/sysctl.d/95-keepalive.conf"]
    unchanged(machine, SET, 0, "/etc/sysctl.d/95-keepalive.conf sets them")
    unchanged(machine, set_words((600, 60, 5)), 4, "/etc/sysctl.d/95-keepalive.conf:", "KA-A007",
              "--drop-in 99-kaadvise.conf")
    expect(machine, ("rollback",), 0)
    assert machine.condition() == (DEFAULTS, {})


@situation
def unsatisfiable_and_nothing_to_do(machine):
    unchanged(machine, ("apply", "-p", "aws-nlb", "--detect-within", "3s"), 1, "No values")
    unchanged(machine, ("apply", "-p", "aws-alb"), 0, "nothing for TCP keepalive to do")
    unchanged(machine, ("apply",), 2, "KA-U006")
    unchanged(machine, ("apply", "--set", "0,10,7"), 2, "KA-U008")


# Files of others


# Each beats 90-kaadvise.conf under systemd-sysctl 252: file, text, line, the name that wins.
FOREIGN = (
    ("/etc/sysctl.d/99-own.conf", "# comment\nnet.ipv4.tcp_keepalive_time = 300\n", 2,
     "99-zz-kaadvise.conf"),
    ("/etc/sysctl.d/95-own.conf", "net/ipv4/tcp_keepalive_intvl=30", 1, "99-kaadvise.conf"),
    ("/etc/sysctl.d/own.conf", "\n  -net.ipv4.tcp_keepalive_probes =3\n", 2, "zz-kaadvise.conf"),
    ("/etc/sysctl.d/zz.conf", "net.ipv4.tcp_keepalive_time = 0270\n", 1, "zzz-kaadvise.conf"),
    ("/etc/sysctl.d/91-own.conf", "-net.ipv4.tcp_keepalive_time\n", 1, "99-kaadvise.conf"),
    ("/etc/sysctl.d/91-own.conf", "net.ipv4.tcp_keepalive_time = 5m\n", 1, "99-kaadvise.conf"),
    ("/etc/sysctl.d/91-own.conf", ".net..ipv4.tcp_keepalive_time = 5\n", 1, "99-kaadvise.conf"),
    ("/etc/sysctl.d/91-own.conf", "net.ipv4.tcp_keepalive_time = 300 # s\n", 1,
     "99-kaadvise.conf"),
    ("VENDOR/95-vendor.conf", "kernel.x = 1\nnet.ipv4.tcp_keepalive_time = 1\n", 2,
     "99-kaadvise.conf"),
)


@situation
def a_line_of_somebody_else_that_would_win(machine):
    for path, text, line, name in FOREIGN:
        machine.reset()
        path = path.replace("VENDOR", host.vendor_directory())
        write(path, text)
        unchanged(machine, SET, 4, f"{path}:{line}: error", "KA-A007", "comment it out",
                  f"--drop-in {name}", "--live-only")
        unchanged(machine, (*SET, "--dry-run"), 4, "KA-A007")
        expect(machine, (*SET, "--live-only"), 0)
        # What was suggested works.
        expect(machine, (*SET, "--drop-in", name), 0)
        unchanged(machine, SET, 0, f"/etc/sysctl.d/{name} sets them")


# And none of these: 90-kaadvise.conf has the last word.
HARMLESS = (
    ("/etc/sysctl.d/10-own.conf", lines_for((300, 30, 3))),
    ("/etc/sysctl.d/10-own.conf", "-net.ipv4.tcp_keepalive_time\n"),
    ("/etc/sysctl.d/10-own.conf", "net.ipv4.tcp_keepalive_time = 5m\n"),
    ("/etc/sysctl.d/99-own.conf", "net.ipv4.tcp_keepalive_* = 7\n"),
    ("/etc/sysctl.d/99-own.conf", "net.ipv4.tcp_[k]eepalive_time = 270\n"),
    ("/etc/sysctl.d/99-own.conf", "net.ipv4.tcp_{keepalive_time,mem}* = 7\n"),
    ("/etc/sysctl.d/99-own.conf", "/proc/sys/net/ipv4/tcp_keepalive_time = 300\n"),
    ("/etc/sysctl.d/99-own.conf", "net.ipv4.tcp_keepalive_time = 270\n"),
    ("VENDOR/90-kaadvise.conf", lines_for((1, 1, 1))),
)


@situation
def a_line_of_somebody_else_that_would_not(machine):
    for path, text in HARMLESS:
        machine.reset()
        path = path.replace("VENDOR", host.vendor_directory())
        write(path, text)
        expect(machine, SET, 0, "new file")
        assert machine.values() == NEW and read(host.DROP_IN).endswith(lines_for(NEW)), path
        assert read(path) == text
        unchanged(machine, SET, 0, "Nothing to change")


@situation
def several_lines_in_the_way(machine):
    write("/etc/sysctl.d/95-own.conf", "net.ipv4.tcp_keepalive_time = 300\n")
    write("/etc/sysctl.d/96-own.conf", "net.ipv4.tcp_keepalive_probes = 3\n")
    unchanged(machine, SET, 4, "/etc/sysctl.d/95-own.conf:1: error", "/etc/sysctl.d/96-own.conf:1",
              "--drop-in 99-kaadvise.conf")


@situation
def lines_about_other_things(machine):
    write("/etc/sysctl.d/10-own.conf",
          "#net.ipv4.tcp_keepalive_time = 1\n;net.ipv4.tcp_keepalive_time = 1\n\n"
          "net.ipv4.tcp_keepalive_time_x = 1\nnet.ipv4.conf.*.rp_filter = 2\n"
          "net.ipv4.tcp_retries2 = 8\n-kernel.* = 3\nnet.ipv6.* = 1\n= 5\n")
    write("/etc/sysctl.d/99-own.conf.bak", lines_for((1, 1, 1)))
    write("/etc/sysctl.d/.99-own.conf", lines_for((1, 1, 1)))
    os.symlink("/dev/null", "/etc/sysctl.d/11-masked.conf")
    os.symlink("/nowhere", "/etc/sysctl.d/12-dangling.conf")
    os.mkdir("/etc/sysctl.d/14-directory.conf")
    result = machine.run(*SET)
    assert result.returncode == 0, result.stderr
    assert machine.values() == NEW


@situation
def a_loader_that_would_wait_for_ever(machine):
    os.mkfifo("/etc/sysctl.d/13-fifo.conf")
    expect(machine, SET, 4, "KA-A007", "13-fifo.conf")
    assert machine.values() == DEFAULTS and not os.path.exists(host.DROP_IN)


@situation
def sysctl_conf_counts_where_it_is_read(machine):
    if not os.path.exists("/etc/sysctl.conf"):
        return
    write("/run/sysctl.conf", "\n\nnet.ipv4.tcp_keepalive_time = 300\n")
    host.mount("--bind", "/run/sysctl.conf", "/etc/sysctl.conf")
    try:
        unchanged(machine, (*SET, "--loader", "procps-4.0"), 4, "/etc/sysctl.conf:3: error",
                  "KA-A007", "no name of a drop-in would win")
        os.symlink("../sysctl.conf", "/etc/sysctl.d/99-sysctl.conf")
        unchanged(machine, SET, 4, "/etc/sysctl.d/99-sysctl.conf:3: error", "/etc/sysctl.conf",
                  "KA-A007", "--drop-in 99-zz-kaadvise.conf")
        os.unlink("/etc/sysctl.d/99-sysctl.conf")
        expect(machine, SET, 0, "procps-", "300/10/7", "KA402")
        machine.reset()
        os.symlink("../sysctl.conf", "/etc/sysctl.d/99-sysctl.conf")
        write("/run/sysctl.conf", lines_for(NEW))
        expect(machine, SET, 0, "99-sysctl.conf sets them")
        assert machine.values() == NEW and not os.path.exists(host.DROP_IN)
    finally:
        subprocess.run(["umount", "/etc/sysctl.conf"], check=True)


@situation
def somebody_else_sets_the_same(machine):
    path = "/etc/sysctl.d/10-own.conf"
    write(path, lines_for(NEW))
    expect(machine, SET, 0, f"{path} sets them")
    assert machine.values() == NEW and not os.path.exists(host.DROP_IN)
    unchanged(machine, SET, 0, f"{path} sets them")
    # Only two of the three; the third is the kernel's default in the target.
    write(path, lines_for((270, 10, 9)).rsplit("net", 1)[0])
    expect(machine, set_words((270, 10, 9)), 0, f"{path} sets them")
    expect(machine, SET, 0, "new file")


@situation
def a_namesake_hides_the_drop_in_from_an_old_procps(machine):
    namesake = "/run/sysctl.d/90-kaadvise.conf"
    old = ("--loader", "procps-3.3.16")
    write(namesake, "")
    write("/etc/sysctl.d/10-own.conf", lines_for((300, 30, 3)))
    try:
        unchanged(machine, (*SET, *old), 4, f"{host.DROP_IN}: error", namesake, "KA-A007",
                  "--drop-in 99-kaadvise.conf")
        expect(machine, (*SET, *old, "--drop-in", "99-kaadvise.conf"), 0)
    finally:
        os.unlink(namesake)


@situation
def nothing_applies_files_at_boot(machine):
    write("/run/systemd/system/x", "")
    unit = next((path for path in ("/usr/lib/systemd/system/systemd-sysctl.service",
                                   "/lib/systemd/system/systemd-sysctl.service")
                 if os.path.exists(path)), None)
    if not unit:
        print("no systemd-sysctl.service here to be masked")
        return
    host.mount("--bind", "/dev/null", unit)
    try:
        command = [machine.program, *SET]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 4 and "KA-A013" in result.stderr, result
        assert "--live-only" in result.stderr and machine.condition() == (DEFAULTS, {})
        result = subprocess.run([*command, "--live-only"], capture_output=True, text=True)
        assert result.returncode == 0 and machine.condition() == (NEW, {}), result
    finally:
        subprocess.run(["umount", unit], check=True)


@situation
def other_writers_are_named(machine):
    write("/run/tmpfiles.d/x.conf", "w /proc/sys/net/ipv4/tcp_keepalive_time - - - - 999\n")
    expect(machine, SET, 0, "may set another value: /run/tmpfiles.d/x.conf:1")
    unchanged(machine, SET, 0, "Nothing to change", "may set another value: /run/tmpfiles.d/x.conf:1")
    os.unlink("/run/tmpfiles.d/x.conf")
    assert "may set another" not in unchanged(machine, SET, 0).stdout


@situation
def the_drop_in_is_taken(machine):
    write(host.DROP_IN, lines_for((600, 60, 5)))
    unchanged(machine, SET, 4, f"{host.DROP_IN}:1: error", "KA-A009")
    expect(machine, (*SET, "--live-only"), 0)
    # The right values are welcome, whoever wrote them.
    write(host.DROP_IN, lines_for(NEW))
    unchanged(machine, SET, 0, f"{host.DROP_IN} sets them")
    machine.reset()
    expect(machine, SET, 0)
    ours = read(host.DROP_IN)
    write(host.DROP_IN, ours + "vm.swappiness = 10\n")
    unchanged(machine, set_words((600, 60, 5)), 4, "KA-A009",
              f"{host.DROP_IN}:{len(ours.splitlines()) + 1}")
    for make in (lambda: os.symlink("/dev/null", host.DROP_IN),
                 lambda: os.mkdir(host.DROP_IN),
                 lambda: write(host.DROP_IN, "#" * 70000),
                 lambda: write(host.DROP_IN, "# Written by kaadvise\n\0")):
        machine.reset()
        make()
        expect(machine, SET, 4, "KA-A009", host.DROP_IN)
        assert machine.values() == DEFAULTS and not os.path.exists(host.STATE)


@situation
def the_files_change_while_they_are_written(machine):
    """Somebody else's file comes to be between the look and the verification."""
    def interfere():
        deadline = time.monotonic() + 30
        while not os.path.exists(host.DROP_IN) and time.monotonic() < deadline:
            time.sleep(0.001)
        write("/etc/sysctl.d/99-other.conf", lines_for((1, 1, 1)))

    other = threading.Thread(target=interfere)
    other.start()
    # Held after the rename, until the other file is there.
    result = machine.run(*SET, prefix=("strace", "-f", "-qq", "-o", "/run/strace.log", "-P",
                                       "/etc/sysctl.d", "-e", "trace=fsync", "-e",
                                       "inject=fsync:delay_exit=1000000"))
    other.join()
    assert result.returncode == 4 and "KA-A004" in result.stderr, result
    assert "/etc/sysctl.d/99-other.conf:1" in result.stderr, result
    assert machine.condition() == (DEFAULTS, {"/etc/sysctl.d/99-other.conf": lines_for((1, 1, 1))})
    os.unlink("/etc/sysctl.d/99-other.conf")


# No space, no permission


@situation
def no_space_for_the_journal(machine):
    os.mkdir(host.STATE)
    host.mount("-t", "tmpfs", "-o", "size=8k,nr_inodes=64", "none", host.STATE)
    try:
        write(f"{host.STATE}/full", "x" * 8192)
        expect(machine, SET, 4, "KA-A006", "No space left")
        assert machine.condition() == (DEFAULTS, {})
        assert machine.history() == []
    finally:
        subprocess.run(["umount", host.STATE], check=True)


@situation
def no_space_for_the_drop_in(machine):
    host.mount("-t", "tmpfs", "-o", "size=4k", "none", "/etc/sysctl.d")
    try:
        write("/etc/sysctl.d/10-own.conf", "#" * 4096)
        before = machine.condition()
        expect(machine, SET, 4, "KA-A008", "No space left")
        assert machine.condition() == before
        (entry,) = machine.history()
        assert entry["state"] == "put-back"
        unchanged(machine, ("rollback",), 0, "Nothing to undo")
        unchanged(machine, ("rollback", "1"), 0, "changed nothing")
    finally:
        subprocess.run(["umount", "/etc/sysctl.d"], check=True)


@situation
def read_only_etc(machine):
    host.mount("-o", "remount,ro", "/etc/sysctl.d")
    try:
        unchanged(machine, SET, 4, "KA-A008", "Read-only")
        expect(machine, (*SET, "--live-only"), 0)
    finally:
        host.mount("-o", "remount,rw", "/etc/sysctl.d")


@situation
def read_only_state(machine):
    host.mount("-t", "tmpfs", "-o", "ro", "none", "/var/lib")
    try:
        expect(machine, SET, 4, "KA-A006", "Read-only")
        assert machine.condition() == (DEFAULTS, {})
    finally:
        subprocess.run(["umount", "/var/lib"], check=True)


@situation
def no_sysctl_d(machine):
    host.mount("-t", "tmpfs", "none", "/etc")
    try:
        expect(machine, SET, 4, "KA-A008", "/etc/sysctl.d")
        assert machine.values() == DEFAULTS
    finally:
        subprocess.run(["umount", "/etc"], check=True)


@situation
def read_only_proc_sys(machine):
    host.mount("--bind", "/proc/sys/net/ipv4", "/proc/sys/net/ipv4")
    host.mount("-o", "remount,ro,bind", "/proc/sys/net/ipv4")
    try:
        unchanged(machine, SET, 4, "KA-A002", "Read-only")
        unchanged(machine, (*set_words(DEFAULTS), "--live-only"), 0, "Nothing to change")
    finally:
        subprocess.run(["umount", "/proc/sys/net/ipv4"], check=True)
    machine.set_values(NEW)
    host.mount("--bind", "/proc/sys/net/ipv4", "/proc/sys/net/ipv4")
    host.mount("-o", "remount,ro,bind", "/proc/sys/net/ipv4")
    try:
        # The running values are as wanted: only the file is to be written.
        expect(machine, SET, 0, "new file")
        unchanged(machine, SET, 0, "Nothing to change")
    finally:
        subprocess.run(["umount", "/proc/sys/net/ipv4"], check=True)


@situation
def hidden_proc_sys(machine):
    host.mount("-t", "tmpfs", "none", "/proc/sys/net/ipv4")
    try:
        expect(machine, SET, 4, "KA-S001")
        expect(machine, (*set_words(DEFAULTS), "--live-only"), 0, "Nothing to change")
    finally:
        subprocess.run(["umount", "/proc/sys/net/ipv4"], check=True)
    assert machine.condition() == (DEFAULTS, {}) and not os.path.exists(host.STATE)


@situation
def nonsense_in_proc_sys(machine):
    for text in ("abc\n", "", "7200 75\n", "0x10\n", "99999999999999999999\n", "7200\0"):
        write("/run/value", text)
        host.mount("--bind", "/run/value", "/proc/sys/net/ipv4/tcp_keepalive_time")
        try:
            expect(machine, SET, 4, "KA-S003")
        finally:
            subprocess.run(["umount", "/proc/sys/net/ipv4/tcp_keepalive_time"], check=True)
    assert machine.condition() == (DEFAULTS, {}) and not os.path.exists(host.STATE)


def pretend(machine, result):
    """Runs with the first write of intvl not done, and this result reported."""
    return machine.run(*SET, prefix=("strace", "-qq", "-o", "/run/strace.log", "-P",
                                     "/proc/sys/net/ipv4/tcp_keepalive_intvl", "-e",
                                     "trace=write", "-e", f"inject=write:{result}:when=1"))


@situation
def a_value_that_does_not_stay(machine):
    for result, error, text in (("retval=3", "KA-A004", "10 was set, and it is 75"),
                                ("retval=2", "KA-A003", "only 2 of 3 bytes"),
                                ("error=EINVAL", "KA-A003", "Invalid argument"),
                                ("error=EPERM", "KA-A001", "not permitted")):
        machine.reset()
        found = pretend(machine, result)
        assert found.returncode == 4 and error in found.stderr and text in found.stderr, found
        assert machine.condition() == (DEFAULTS, {})
        assert [entry["state"] for entry in machine.history()] == ["put-back"]


NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all",
          "--inh-caps=-all")


@situation
def no_privilege(machine):
    unchanged(machine, SET, 4, "KA-A001", prefix=NOBODY)
    unchanged(machine, (*SET, "--live-only"), 4, "KA-A001", prefix=NOBODY)
    unchanged(machine, (*SET, "--persist-only"), 4, "KA-A008", prefix=NOBODY)
    unchanged(machine, (*SET, "--dry-run"), 0, "+net.ipv4.tcp_keepalive_time = 270", prefix=NOBODY)
    unchanged(machine, ("rollback",), 0, "Nothing to undo", prefix=NOBODY)
    expect(machine, SET, 0)
    unchanged(machine, SET, 0, "Nothing to change", prefix=NOBODY)
    unchanged(machine, ("rollback", "--dry-run"), 0, "Would undo transaction 1", prefix=NOBODY)
    unchanged(machine, ("rollback",), 4, "KA-A001", prefix=NOBODY)
    assert len(json.loads(machine.run("history", "-f", "json", prefix=NOBODY).stdout)) > 0


@situation
def nowhere_to_say_it(machine):
    with open("/dev/full", "w") as full:
        result = subprocess.run([machine.program, *SET], stdout=full, stderr=subprocess.PIPE,
                                text=True)
    assert result.returncode == 4 and "KA-S007" in result.stderr, result
    assert machine.condition() == (DEFAULTS, {}) and machine.history() == []


# More than one run


@situation
def another_run_holds_the_lock(machine):
    os.mkdir(host.STATE)
    with open(f"{host.STATE}/lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        unchanged(machine, SET, 4, "KA-A005")
        unchanged(machine, set_words(DEFAULTS), 0, "Nothing to change")
    expect(machine, SET, 0)


@situation
def many_runs_at_once(machine):
    targets = [(600 + i, 60 + i, 5 + i) for i in range(8)]
    runs = [subprocess.Popen([machine.program, *set_words(target)], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True) for target in targets]
    done = []
    for target, run in zip(targets, runs):
        _, stderr = run.communicate(timeout=60)
        assert run.returncode == 0 or "KA-A005" in stderr, stderr
        if run.returncode == 0:
            done.append(target)
    values, files = machine.condition()
    assert values in done and files[host.DROP_IN].endswith(lines_for(values))
    history = machine.history()
    assert len(history) == len(done) and all(e["state"] == "done" for e in history), history
    # Each began where the one before it ended.
    for one, next_one in zip(history, history[1:]):
        assert one["after"] == next_one["before"]


@situation
def signals_wait_for_the_end(machine):
    """SIGTERM at the first value written: the change is carried through, then the run ends."""
    for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"):
        machine.reset()
        prefix = ("strace", "-qq", "-o", "/run/strace.log", "-P",
                  "/proc/sys/net/ipv4/tcp_keepalive_intvl", "-e", "trace=write", "-e",
                  f"inject=write:signal={name}:when=1")
        machine.run(*SET, prefix=prefix)
        assert f"killed by {name}" in read("/run/strace.log"), read("/run/strace.log")
        assert machine.values() == NEW and read(host.DROP_IN).endswith(lines_for(NEW))
        assert [entry["state"] for entry in machine.history()] == ["done"]


def die_at(machine, words, key):
    """Kills the run right before it writes this value."""
    machine.run(*words, prefix=("strace", "-qq", "-o", "/run/strace.log", "-P",
                                f"/proc/sys/net/ipv4/tcp_keepalive_{key}", "-e", "trace=write",
                                "-e", "inject=write:signal=SIGKILL:when=1"))
    assert [entry["state"] for entry in machine.history()][-1] == "unfinished"


@situation
def what_cannot_be_put_back_now_is_put_back_later(machine):
    """The first value is written, and from then on no value can be."""
    paths = [word for key in host.KEYS for word in ("-P", f"/proc/sys/net/ipv4/tcp_keepalive_{key}")]
    expect(machine, SET, 4, "KA-A012", "Input/output error", prefix=(
        "strace", "-qq", "-o", "/run/strace.log", *paths, "-e", "trace=write", "-e",
        "inject=write:error=EIO:when=2+"))
    assert machine.values() == (7200, 10, 9) and not os.path.exists(host.DROP_IN)
    assert [entry["state"] for entry in machine.history()] == ["unfinished"]
    expect(machine, ("rollback",), 0, "Transaction 1 (apply) had died half-way: undone")
    assert machine.condition() == (DEFAULTS, {})


@situation
def long_words_are_cut(machine):
    name = "\u00e9\u4e2d" * 3000
    expect(machine, ("apply", "--hop", f"idle=350s,name={name}"), 0)
    assert machine.values() == NEW and len(read(host.DROP_IN)) < 4000
    expect(machine, ("rollback",), 0)
    assert machine.condition() == (DEFAULTS, {})


@situation
def a_dead_apply_is_undone(machine):
    for then in (("rollback",), set_words(DEFAULTS)):
        machine.reset()
        die_at(machine, SET, "probes")
        assert machine.condition() != (DEFAULTS, {})
        unchanged(machine, (*then, "--dry-run"), 0, "Transaction 1 (apply) is under way or has died")
        expect(machine, then, 0, "Transaction 1 (apply) had died half-way: undone")
        assert machine.condition() == (DEFAULTS, {})
        assert [entry["state"] for entry in machine.history()] == ["put-back"]
    machine.reset()
    die_at(machine, SET, "probes")
    expect(machine, set_words((600, 60, 5)), 0, "Transaction 1 (apply) had died half-way: undone",
           "7200 -> 600")
    assert machine.values() == (600, 60, 5)


@situation
def a_dead_rollback_is_finished(machine):
    for then, wanted in ((("rollback",), DEFAULTS), (set_words((600, 60, 5)), (600, 60, 5))):
        machine.reset()
        expect(machine, SET, 0)
        die_at(machine, ("rollback",), "time")
        expect(machine, then, 0, "Transaction 2 (rollback) had died half-way: finished")
        assert machine.values() == wanted
        assert [entry["state"] for entry in machine.history()][:2] == ["undone", "done"]


@situation
def a_plain_rollback_undoes_one_thing(machine):
    expect(machine, set_words((600, 60, 5)), 0)
    saved = machine.condition()
    die_at(machine, SET, "probes")
    expect(machine, ("rollback",), 0, "Transaction 2 (apply) had died half-way: undone",
           "Transaction 1 (--set 600,60,5) stays")
    assert machine.condition() == saved
    expect(machine, ("rollback",), 0)
    assert machine.condition() == (DEFAULTS, {})


@situation
def recovery_leaves_the_changes_of_others(machine):
    die_at(machine, SET, "probes")
    machine.set_values((333, machine.values()[1], machine.values()[2]))
    write(host.DROP_IN, "# my own\n")
    expect(machine, ("rollback",), 0, "net.ipv4.tcp_keepalive_time was changed by somebody else",
           f"{host.DROP_IN} was changed by somebody else")
    assert machine.condition() == ((333, 75, 9), {host.DROP_IN: "# my own\n"})
    unchanged(machine, ("rollback",), 0, "Nothing to undo")


@situation
def recovery_without_privilege(machine):
    die_at(machine, SET, "probes")
    unchanged(machine, set_words(DEFAULTS), 4, "KA-A001", prefix=NOBODY)
    unchanged(machine, ("rollback",), 4, "KA-A001", prefix=NOBODY)


# Rollback


@situation
def rollback_undoes_one_after_the_other(machine):
    conditions = [machine.condition()]
    for values in ((600, 60, 5), NEW, (300, 20, 9)):
        expect(machine, set_words(values), 0)
        conditions.append(machine.condition())
    for wanted in reversed(conditions[:-1]):
        unchanged(machine, ("rollback", "--dry-run"), 0, "Would undo")
        expect(machine, ("rollback",), 0)
        assert machine.condition() == wanted
    unchanged(machine, ("rollback",), 0, "Nothing to undo")
    assert [entry["state"] for entry in machine.history()] == ["undone"] * 3 + ["done"] * 3


@situation
def rollback_by_number(machine):
    expect(machine, SET, 0)
    unchanged(machine, ("rollback", "2"), 4, "KA-A011")
    unchanged(machine, ("rollback", "0"), 2, "KA-U005")
    unchanged(machine, ("rollback", "x"), 2, "KA-U005")
    expect(machine, ("rollback", "1"), 0)
    unchanged(machine, ("rollback", "1"), 0, "undone by 2")
    unchanged(machine, ("rollback", "2"), 4, "KA-A011", "is a rollback")


@situation
def an_older_transaction_is_not_undone_over_a_newer_one(machine):
    expect(machine, set_words((600, 60, 5)), 0)
    expect(machine, SET, 0)
    unchanged(machine, ("rollback", "1"), 4, "KA-A010", "600/60/5", "270/10/7")


@situation
def rollback_refuses_what_others_changed(machine):
    expect(machine, SET, 0)
    machine.set_values((333, 10, 7))
    unchanged(machine, ("rollback",), 4, "KA-A010", "333/10/7")
    unchanged(machine, ("rollback", "--dry-run"), 4, "KA-A010")
    expect(machine, ("rollback", "--force"), 0, "333 -> 7200")
    assert machine.condition() == (DEFAULTS, {})

    machine.reset()
    expect(machine, SET, 0)
    write(host.DROP_IN, "# my own\n")
    unchanged(machine, ("rollback",), 4, "KA-A010", host.DROP_IN)
    expect(machine, ("rollback", "--force"), 0)
    assert machine.condition() == (DEFAULTS, {})
    # What was there is not lost.
    assert "# my own" in read(f"{host.STATE}/journal/000002.json")


@situation
def rollback_of_what_is_back_already(machine):
    """After a boot the running values may be the old ones again."""
    expect(machine, (*SET, "--live-only"), 0)
    machine.set_values(DEFAULTS)
    expect(machine, ("rollback",), 0, "everything is so already")
    unchanged(machine, ("rollback",), 0, "Nothing to undo")


def edit_journal(number, change):
    path = f"{host.STATE}/journal/{number:06d}.json"
    record = json.loads(read(path))
    change(record)
    write(path, json.dumps(record))


@situation
def the_initial_namespace_outlives_a_boot(machine):
    expect(machine, SET, 0)

    def boot(record):
        record["boot_id"] = "another"
        record["netns"] = {"inode": 1, "cookie": 99, "is_initial": True}

    edit_journal(1, boot)
    expect(machine, ("rollback",), 0)
    assert machine.condition() == (DEFAULTS, {})


@situation
def other_namespaces_do_not(machine):
    expect(machine, SET, 0)

    def boot(record):
        record["boot_id"] = "another"
        record["netns"]["is_initial"] = False

    edit_journal(1, boot)
    assert machine.history()[0]["netns"] == "gone"
    unchanged(machine, ("rollback",), 0, "Nothing to undo")
    unchanged(machine, ("rollback", "1"), 4, "KA-A011", "another network namespace")


# The journal


DAMAGES = (
    lambda text: "",
    lambda text: text[:100],
    lambda text: text.replace('"id": 1', '"id": 2'),
    lambda text: text.replace('"id": 1', '"id": 1, "id": 1'),
    lambda text: text.replace('"id": 1', '"id": "1"'),
    lambda text: text.replace('"done"', '"finished"'),
    lambda text: text.replace('"apply"', '"rollback"'),
    lambda text: text.replace('"state"', '"status"'),
    lambda text: text.replace("journal/1", "journal/2"),
    lambda text: text.replace('"time_s": 7200', '"time_s": 99999999999'),
    lambda text: text.replace('"time_s": 7200', '"time_s": 1.5'),
    lambda text: text.replace(host.DROP_IN, "/etc/shadow"),
    lambda text: text.replace(host.DROP_IN, "/etc/sysctl.d/../x.conf"),
    lambda text: text.replace('"inode": ', '"inode": -'),
    lambda text: re.sub('"boot_id": "', '"boot_id": "' + "x" * 64, text),
    lambda text: text.rstrip().rstrip("}") + ', "more": 1}',
    lambda text: text.replace('"purpose": "', '"purpose": "\xff\\ud800'),
    lambda text: text + "x",
    lambda text: "[" * 100000,
    lambda text: text + " " * 2000000,
)


@situation
def a_damaged_record(machine):
    expect(machine, SET, 0)
    path = f"{host.STATE}/journal/000001.json"
    good = read(path)
    for i, damage in enumerate(DAMAGES):
        bad = damage(good)
        assert bad != good, i
        write(path, bad)
        for words in (("rollback",), set_words((600, 60, 5)), ("history",)):
            result = unchanged(machine, words, 4, "KA-A006")
            assert result.stderr.startswith(path), (i, result.stderr)
    write(path, good)
    expect(machine, ("rollback",), 0)


@situation
def strange_files_beside_the_journal(machine):
    expect(machine, SET, 0)
    for name in ("README", "000002.json~", "2.json", "0000002.json", "000000.json", "00002x.json"):
        write(f"{host.STATE}/journal/{name}", "not a record")
    write(f"{host.STATE}/journal/transaction.tmp", "half")
    expect(machine, set_words((600, 60, 5)), 0, "transaction 2")
    assert not os.path.exists(f"{host.STATE}/journal/transaction.tmp")
    os.symlink("000001.json", f"{host.STATE}/journal/000003.json")
    unchanged(machine, ("rollback",), 4, "000003.json", "KA-A006")


@situation
def dates_come_from_outside(machine):
    expect(machine, SET, 0, env={**os.environ, "SOURCE_DATE_EPOCH": "86399"})
    assert machine.history()[0]["date"] == "1970-01-01T23:59Z"
    result = machine.run("history")
    assert max(map(len, result.stdout.splitlines())) <= 80, result.stdout
    unchanged(machine, ("history",), 0, "1970-01-01T23:59Z", "apply", "7200/75/9", "270/10/7")


# Elsewhere


class Namespace:
    """A network namespace of its own, held by a process."""

    def __enter__(self):
        self.process = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo ready; exec cat"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"
        return str(self.process.pid)

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=30)


def values_inside(pid):
    output = subprocess.run(["nsenter", "-t", pid, "-n", "cat"] + [
        f"/proc/sys/net/ipv4/tcp_keepalive_{key}" for key in host.KEYS],
        capture_output=True, text=True, check=True)
    return tuple(map(int, output.stdout.split()))


@situation
def another_namespace(machine):
    # The marker of the initial namespace is a file here: it has to go.
    subprocess.run(["umount", "/proc/sys/net/core"], check=True)
    try:
        with Namespace() as pid, Namespace() as other:
            there, path = ("--netns", pid), ("--netns", f"/proc/{pid}/ns/net")
            expect(machine, ("apply", *there, "-p", "aws-nlb"), 0, "not the one that the machine",
                   "--sysctl net.ipv4.tcp_keepalive_time=270", "securityContext",
                   f"kaadvise rollback --netns {pid}", "Not helped yet")
            assert values_inside(pid) == NEW and values_inside(other) == DEFAULTS
            assert machine.condition() == (DEFAULTS, {})
            unchanged(machine, ("apply", *path, "-p", "aws-nlb"), 0, "Nothing to change")
            expect(machine, ("check", *there, "-p", "aws-nlb"), 0)
            unchanged(machine, ("rollback",), 0, "Nothing to undo")
            unchanged(machine, ("rollback", "--netns", other), 0, "Nothing to undo")
            unchanged(machine, ("rollback", "1"), 4, "KA-A011")
            result = unchanged(machine, ("apply", *there, "--persist-only", *SET[1:]), 2, "KA-U009")
            assert machine.run("history", "--netns", other, "-f", "json").stdout == ""
            expect(machine, ("rollback", *path), 0)
            assert values_inside(pid) == DEFAULTS
    finally:
        host.mount("-t", "tmpfs", "none", "/proc/sys/net/core")
        write("/proc/sys/net/core/netdev_budget", "")


@situation
def a_container_with_the_hosts_network(machine):
    container = ("unshare", "--pid", "--fork")
    for mark in ("/.dockerenv", "/run/.containerenv", "/run/systemd/container",
                 "/run/secrets/kubernetes.io"):
        machine.reset()
        write(mark, "")
        try:
            expect(machine, SET, 0, "This is a container", "docker run", prefix=container)
            assert machine.condition() == (NEW, {}), mark
            unchanged(machine, (*SET, "--persist-only"), 2, "KA-U009", prefix=container)
        finally:
            os.unlink(mark)


@situation
def namespaces_that_are_none(machine):
    for word in ("nowhere", "99999999", "/etc/passwd", "/nowhere/net", ".", "/proc/self/ns/mnt"):
        unchanged(machine, (*SET, "--netns", word), 4, "KA-S004")
    with Namespace() as pid:
        unchanged(machine, (*SET, "--netns", pid), 4, "KA-S005", prefix=NOBODY)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    host.run_situations(SITUATIONS)
