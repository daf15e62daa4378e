#!/usr/bin/python3
"""inject.py PROGRAM [CASE...]: makes every system call that changes something fail in turn, then it and all
that follow, and then kills the program at each of them, during apply and rollback, on a host and on
an image. Whatever happens, after it (or, where the run could not put everything back, after the
next one) the values and the files are the old ones or the new ones, never a mix, and the journal is
readable; an image has none left."""

import os
import re
import sys

import host
import images

# strace counts each call by itself, so each is a round of its own. The leading '?' is for those
# that this machine does not have.
CALLS = ("openat", "?openat2", "write", "fsync", "?rename", "renameat", "renameat2", "?unlink",
         "unlinkat", "mkdirat")
MORE_CALLS = ("close", "read", "?mkdir", "fchmod", "flock", "fstat", "?newfstatat", "?statx",
              "getdents64", "socket", "?faccessat", "?faccessat2", "?readlinkat", "?pread64")
# What the program does most, more than a thousand times, to look at the files of a boot: of these
# some are taken, the closer the earlier. Between two of them nothing changes, so that it is killed at
# them would say nothing new.
LOOKING = ("openat", "?openat2", "close", "read", "fstat", "?newfstatat", "?statx", "getdents64",
           "?readlinkat", "?pread64")
FULL = os.environ.get("KA_FULL") == "1"
ERRORS = ("ENOSPC", "EIO")


class Case:
    """A command, the conditions before and after it, and what else may be run when it died."""

    def __init__(self, machine, name, before, words, others):
        self.machine, self.name, self.words, self.others = machine, name, words, others
        self.clear()
        for command in before:
            assert machine.run(*command).returncode == 0, command
        self.saved, self.old = self.save(), self.condition()
        assert machine.run(*words).returncode == 0, words
        self.new = self.condition()
        assert self.old != self.new

    def clear(self):
        self.machine.reset()

    def save(self):
        return self.machine.save()

    def restore(self):
        self.machine.restore(self.saved)

    def condition(self):
        return self.machine.condition()

    def check_rest(self, where, has_changed):
        """What a run leaves beside values and files."""
        unfinished = [e for e in self.machine.history() if e["state"] == "unfinished"]
        assert not unfinished, f"{where}: {unfinished}"
        # A run that changes nothing takes no lock, and so leaves the journal as it is.
        leftovers = self.machine.leftovers() if has_changed else []
        assert not leftovers, f"{where}: {leftovers}"

    def forgive(self, result):
        """Puts right what the result says was left."""

    def is_final(self):
        """Whether what was done can no longer be undone by another command."""
        return False

    def check_half(self, where):
        """Right after SIGKILL: each value and the file old or new, and a readable journal."""
        values, files = self.condition()
        for value, old, new in zip(values, self.old[0], self.new[0]):
            assert value in (old, new), f"{where}: {values}"
        found = files.get(host.DROP_IN)
        assert found in (self.old[1].get(host.DROP_IN), self.new[1].get(host.DROP_IN)), \
            f"{where}: {found!r}"
        self.machine.history()


class ImageCase(Case):
    """The same for an image: its condition is all that it holds."""

    def __init__(self, machine, name, directories, before, words, others):
        self.directories = directories
        super().__init__(machine, name, before, words, others)

    def clear(self):
        self.machine.reset()
        images.make_image(self.directories)

    def save(self):
        if not os.path.exists(images.DROP_IN):
            return None
        return host.read(images.DROP_IN)

    def restore(self):
        self.clear()
        if self.saved:
            host.write(images.DROP_IN, self.saved)
            os.chmod(images.DROP_IN, 0o644)

    def condition(self):
        return images.entries(images.IMAGE), self.machine.condition()

    def check_rest(self, where, has_changed):
        pass

    def forgive(self, result):
        """Removing the journal's empty directories may fail, and then says so."""
        if "the next run removes" in result.stderr:
            for path in ("/.kaadvise/journal", "/.kaadvise", "/var/lib/kaadvise/journal",
                         "/var/lib/kaadvise"):
                if os.path.isdir(images.IMAGE + path) and not os.listdir(images.IMAGE + path):
                    os.rmdir(images.IMAGE + path)

    def is_final(self):
        """Without a record the transaction is over, and nobody knows what was there before."""
        files = images.entries(images.IMAGE)
        has_record = any(path.endswith(".json") for path in files)
        return not has_record and \
            files.get(images.DROP_IN) == self.new[0].get(images.DROP_IN)

    def check_half(self, where):
        files, others = self.condition()
        assert others == self.old[1], f"{where}: the host has changed"
        found = files.get(images.DROP_IN)
        assert found in (self.old[0].get(images.DROP_IN), self.new[0].get(images.DROP_IN)), \
            f"{where}: {found!r}"
        for path in set(files) - set(self.old[0]) - set(self.new[0]):
            assert "kaadvise" in path, f"{where}: {path}"


def make_cases(machine):
    first = ("apply", "--set", "600,60,5")
    second = ("apply", "--set", "270,75,7")  # one value rises, one stays, one falls
    root = ("--root", images.IMAGE)
    plain = ("apply", "--set", "7200,75,9", *root)
    return (
        Case(machine, "first apply", (), first, (("rollback",),)),
        Case(machine, "second apply", (first,), second, (first,)),
        Case(machine, "rollback of all", (first,), ("rollback", "1"), (first,)),
        Case(machine, "rollback of one", (first, second), ("rollback", "2"), (second,)),
        ImageCase(machine, "bare image", (), (), (*first, *root), (plain,)),
        ImageCase(machine, "image with a drop-in", ("etc/sysctl.d", "var/lib"),
                  ((*first, *root),), (*second, *root), ((*first, *root),)),
    )


def points_of(calls):
    """Numbers of calls, ascending without end."""
    number = 1
    while True:
        yield number
        number += 1 + (number // (12 if FULL else 3) if calls in LOOKING else 0)


def run_injected(machine, words, calls, what, log):
    """Runs under strace; returns the result and the log's line of the call that was hit."""
    # The quick way, which stops at these calls alone, does not inject signals.
    quickly = () if what.startswith("signal") else ("--seccomp-bpf",)
    prefix = ("strace", "-f", *quickly, "-qq", "-o", log, "-e", f"trace={calls}",
              "-e", f"inject={calls}:{what}")
    result = machine.run(*words, prefix=prefix)
    with open(log) as file:
        text = file.read()
    hit = re.search(r".*\(INJECTED\).*", text)
    if not hit and "killed by SIGKILL" in text:
        hit = re.search(r".*(?=\n.*killed by SIGKILL)", text)
    return result, hit and hit.group(0).strip()


def check_condition(case, wanted, where, has_changed=True):
    found = case.condition()
    assert found == wanted, f"{where}:\n  found  {found}\n  wanted {wanted}"
    case.check_rest(where, has_changed)


def check_failed(case, result, hit, where):
    """After an error: all old and an exit code that says so, or all new."""
    code = result.returncode
    case.forgive(result)
    if code == 0:
        check_condition(case, case.new, where)
        return
    # 127: the dynamic loader could not start the program.
    assert code in (4, 127), f"{where}: exit code {code}"
    is_said = re.search(r"error: .* \[KA-[A-Z]\d{3}\]", result.stderr)
    assert code == 127 or is_said or "write(2," in hit, f"{where}: {result.stderr!r}"
    check_condition(case, case.old, where)
    again = case.machine.run(*case.words)
    assert again.returncode == 0, f"{where}, again: {again.stderr}"
    check_condition(case, case.new, f"{where}, again")


def finish(case, words, wanted, where):
    result = case.machine.run(*words)
    assert result.returncode == 0, f"{where}, then {words}: {result.stderr}"
    check_condition(case, wanted, f"{where}, then {words}",
                    not result.stdout.startswith("Nothing to "))


def fail_everywhere(case, calls, log):
    """Makes the n-th call fail until there is none left; returns how many points there were."""
    points = 0
    for number in points_of(calls):
        errors = ERRORS if FULL or calls not in LOOKING else (ERRORS[points % len(ERRORS)],)
        for error in errors:
            case.restore()
            result, hit = run_injected(case.machine, case.words, calls,
                                       f"error={error}:when={number}", log)
            where = f"{case.name}, {error} at {calls} {number} ({hit})"
            if not hit:
                assert result.returncode == 0, f"{where}: {result.stderr}"
                check_condition(case, case.new, where)
                return points
            check_failed(case, result, hit, where)
            points += 1


def fail_onwards(case, calls, log):
    """Makes the n-th call and all after it fail: then nothing can be put back either, and the next
    run does it."""
    count = 0
    for number in points_of(calls):
        for then, wanted in ((case.words, case.new), (case.others[0], case.old)):
            case.restore()
            result, hit = run_injected(case.machine, case.words, calls,
                                       f"error=EIO:when={number}+", log)
            where = f"{case.name}, EIO from {calls} {number} on ({hit})"
            if not hit:
                return count
            assert result.returncode in (0, 4, 127), f"{where}: {result}"
            case.forgive(result)
            if result.returncode == 0:
                check_condition(case, case.new, where)
            case.check_half(where)
            if then is case.words or not case.is_final():
                finish(case, then, wanted, where)
        count += 1


def kill_everywhere(case, calls, log):
    count = 0
    for number in points_of(calls):
        for then, wanted in ((case.words, case.new), (case.others[0], case.old)):
            case.restore()
            _, hit = run_injected(case.machine, case.words, calls,
                                  f"signal=SIGKILL:when={number}", log)
            where = f"{case.name}, SIGKILL at {calls} {number} ({hit})"
            if not hit:
                return count
            case.check_half(where)
            if then is case.words or not case.is_final():
                finish(case, then, wanted, where)
        count += 1


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program = os.path.abspath(sys.argv[1])
    if not os.access("/usr/bin/strace", os.X_OK):
        host.skip("needs strace")
    host.isolate()
    machine = host.Host(program)
    log = "/run/log"
    total = 0
    cases = [case for case in make_cases(machine)
             if not sys.argv[2:] or case.name in sys.argv[2:]]
    for case in cases:
        for calls in CALLS + (MORE_CALLS if FULL else ()):
            failed = fail_everywhere(case, calls, log)
            killed = onwards = 0
            if calls not in LOOKING:
                killed = kill_everywhere(case, calls, log)
                onwards = fail_onwards(case, calls, log)
            if failed + killed > 0:
                print(f"{case.name}: {calls.strip('?')}: failed at {failed} points, from "
                      f"{onwards} on, killed at {killed}", flush=True)
            total += failed + onwards + killed
    assert total > 100, total
    print(f"{total} points of failure, all survived")


if __name__ == "__main__":
    main()
