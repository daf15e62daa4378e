"""Unpacks the small host images of rules/roots: a text file each, read as bytes.

    == /etc/sysctl.d/50-a.conf
    net.ipv4.tcp_keepalive_time = 300
    == /etc/sysctl.d/99-sysctl.conf -> ../sysctl.conf
    == /etc/rc.local executable
    sysctl -w net.ipv4.tcp_keepalive_time=300
    == /etc/sysctl.d/wait.conf fifo
    == /usr/lib/systemd/system/systemd-sysctl.service absent

A line that begins with == starts a file (the lines up to the next one are its content), or makes a
link or FIFO, or removes what was there. Every image starts as the one of the file debian-12.
"""
import os

START = "debian-12"


def _make(place, kind, content):
    os.makedirs(os.path.dirname(place), exist_ok=True)
    if os.path.lexists(place):
        os.unlink(place)
    if kind.startswith(b"-> "):
        os.symlink(kind[3:], place)
    elif kind == b"fifo":
        os.mkfifo(place)
    elif kind in (b"", b"executable"):
        with open(place, "wb") as file:
            file.write(content)
        os.chmod(place, 0o755 if kind else 0o644)
    elif kind != b"absent":
        raise ValueError(f"{place}: what is {kind}?")


def _unpack_one(path, directory):
    with open(path, "rb") as file:
        head, *parts = (b"\n" + file.read()).split(b"\n== ")
    if any(not line.startswith(b"#") for line in head.split(b"\n") if line):
        raise ValueError(f"{path}: what stands in front of the first == is no comment")
    for part in parts:
        title, _, content = part.partition(b"\n")
        name, _, kind = title.partition(b" ")
        content += b"\n" if content and not content.endswith(b"\n") else b""
        _make(os.path.join(directory.encode(), name.lstrip(b"/")), kind, content)


def unpack(roots, name, directory):
    """Makes the image roots/name below the directory, and returns its path."""
    root = os.path.join(directory, name)
    if not os.path.isdir(root):
        for part in (START, name):
            _unpack_one(os.path.join(roots, part), root)
    return root
