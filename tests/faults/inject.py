#!/usr/bin/python3
"""inject.py PROGRAM: makes every system call that changes something fail in turn, then it and all
that follow, and then kills the program at each of them, during apply and rollback. Whatever
happens, after it (or, where the run could not put everything back, after the next one) the values
and the files are the old ones or the new ones, never a mix, and the journal is readable."""

import itertools
import os
import re
import sys

import host

# strace counts each call by itself, so each is a round of its own. The leading '?' is for those
# that this machine does not have.
CALLS = ("openat", "write", "fsync", "?rename", "renameat", "renameat2", "?unlink", "unlinkat")
MORE_CALLS = ("close", "read", "?mkdir", "mkdirat", "fchmod", "flock", "fstat", "?newfstatat",
              "getdents64", "socket")
FULL = os.environ.get("KA_FULL") == "1"
ERRORS = ("ENOSPC", "EIO")


class Case:
    """A command, the conditions before and after it, and what else may be run when it died."""

    def __init__(self, machine, name, before, words, others):
        self.name, self.words, self.others = name, words, others
        machine.reset()
        for command in before:
            assert machine.run(*command).returncode == 0, command
        self.saved, self.old = machine.save(), machine.condition()
        assert machine.run(*words).returncode == 0, words
        self.new = machine.condition()
        assert self.old != self.new


def make_cases(machine):
    first = ("apply", "--set", "600,60,5")
    second = ("apply", "--set", "270,75,7")  # one value rises, one stays, one falls
    return (
        Case(machine, "first apply", (), first, (("rollback",),)),
        Case(machine, "second apply", (first,), second, (first,)),
        Case(machine, "rollback of all", (first,), ("rollback", "1"), (first,)),
        Case(machine, "rollback of one", (first, second), ("rollback", "2"), (second,)),
    )


def run_injected(machine, words, calls, what, log):
    """Runs under strace; returns the result and the log's line of the call that was hit."""
    prefix = ("strace", "-f", "-qq", "-o", log, "-e", f"trace={calls}",
              "-e", f"inject={calls}:{what}")
    result = machine.run(*words, prefix=prefix)
    with open(log) as file:
        text = file.read()
    hit = re.search(r".*\(INJECTED\).*", text)
    if not hit and "killed by SIGKILL" in text:
        hit = re.search(r".*(?=\n.*killed by SIGKILL)", text)
    return result, hit and hit.group(0).strip()


def check_condition(machine, wanted, where, has_changed=True):
    found = machine.condition()
    assert found == wanted, f"{where}:\n  found  {found}\n  wanted {wanted}"
    unfinished = [entry for entry in machine.history() if entry["state"] == "unfinished"]
    assert not unfinished, f"{where}: {unfinished}"
    # A run that changes nothing takes no lock, and so leaves the journal as it is.
    leftovers = machine.leftovers() if has_changed else []
    assert not leftovers, f"{where}: {leftovers}"


def check_failed(machine, case, result, hit, where):
    """After an error: all old and an exit code that says so, or all new."""
    code = result.returncode
    if code == 0:
        check_condition(machine, case.new, where)
        return
    # 127: the dynamic loader could not start the program.
    assert code in (4, 127), f"{where}: exit code {code}"
    is_said = re.search(r"error: .* \[KA-[A-Z]\d{3}\]", result.stderr)
    assert code == 127 or is_said or "write(2," in hit, f"{where}: {result.stderr!r}"
    check_condition(machine, case.old, where)
    again = machine.run(*case.words)
    assert again.returncode == 0, f"{where}, again: {again.stderr}"
    check_condition(machine, case.new, f"{where}, again")


def check_killed(machine, case, where):
    """Right after SIGKILL: each value and the file old or new, and a readable journal."""
    values, files = machine.condition()
    for value, old, new in zip(values, case.old[0], case.new[0]):
        assert value in (old, new), f"{where}: {values}"
    found = files.get(host.DROP_IN)
    assert found in (case.old[1].get(host.DROP_IN), case.new[1].get(host.DROP_IN)), \
        f"{where}: {found!r}"
    machine.history()


def finish(machine, case, words, wanted, where):
    result = machine.run(*words)
    assert result.returncode == 0, f"{where}, then {words}: {result.stderr}"
    check_condition(machine, wanted, f"{where}, then {words}",
                    not result.stdout.startswith("Nothing to "))


def fail_everywhere(machine, case, calls, log):
    """Makes the n-th call fail until there is none left; returns how many points there were."""
    points = 0
    for number in itertools.count(1):
        # Opening files is what the program does most: there the errors take turns.
        errors = ERRORS if FULL or calls != "openat" else (ERRORS[number % len(ERRORS)],)
        for error in errors:
            machine.restore(case.saved)
            result, hit = run_injected(machine, case.words, calls, f"error={error}:when={number}",
                                       log)
            where = f"{case.name}, {error} at {calls} {number} ({hit})"
            if not hit:
                assert result.returncode == 0, f"{where}: {result.stderr}"
                check_condition(machine, case.new, where)
                return points
            check_failed(machine, case, result, hit, where)
            points += 1


def fail_onwards(machine, case, calls, log):
    """Makes the n-th call and all after it fail: then nothing can be put back either, and the next
    run does it."""
    count = 0
    while True:
        for then, wanted in ((case.words, case.new), (case.others[0], case.old)):
            machine.restore(case.saved)
            result, hit = run_injected(machine, case.words, calls,
                                       f"error=EIO:when={count + 1}+", log)
            where = f"{case.name}, EIO from {calls} {count + 1} on ({hit})"
            if not hit:
                return count
            assert result.returncode in (0, 4, 127), f"{where}: {result}"
            if result.returncode == 0:
                check_condition(machine, case.new, where)
            check_killed(machine, case, where)
            finish(machine, case, then, wanted, where)
        count += 1


def kill_everywhere(machine, case, calls, log):
    count = 0
    while True:
        for then, wanted in ((case.words, case.new), (case.others[0], case.old)):
            machine.restore(case.saved)
            _, hit = run_injected(machine, case.words, calls, f"signal=SIGKILL:when={count + 1}",
                                  log)
            where = f"{case.name}, SIGKILL at {calls} {count + 1} ({hit})"
            if not hit:
                return count
            check_killed(machine, case, where)
            finish(machine, case, then, wanted, where)
        count += 1


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    program = os.path.abspath(sys.argv[1])
    if not os.access("/usr/bin/strace", os.X_OK):
        host.skip("needs strace")
    host.isolate()
    machine = host.Host(program)
    log = "/run/log"
    total = 0
    for case in make_cases(machine):
        for calls in CALLS + (MORE_CALLS if FULL else ()):
            failed = fail_everywhere(machine, case, calls, log)
            killed = kill_everywhere(machine, case, calls, log)
            onwards = 0
            if calls != "openat" or FULL:
                onwards = fail_onwards(machine, case, calls, log)
            if failed + killed > 0:
                print(f"{case.name}: {calls.strip('?')}: failed at {failed} points, from "
                      f"{onwards} on, killed at {killed}", flush=True)
            total += failed + onwards + killed
    assert total > 100, total
    print(f"{total} points of failure, all survived")


if __name__ == "__main__":
    main()
