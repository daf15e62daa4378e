"""Images and commands whose reports are worth reading: every rule, hostile names, many of each."""
import os
import pathlib
import random
import shlex

FIXTURES = pathlib.Path(__file__).resolve().parents[1] / "golden/rules"
KEYS = ("net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes")
# What has a meaning in a URI, in XML, in a workflow command, in a SARIF message or on a terminal.
NASTY = [bytes([byte]) for byte in b" !\"#$%&'()*+,-.:;<=>?@[\\]^`{|}~\x01\t\n\r\x1b\x7f\x80\xff"]
NASTY += [b"::error::", b"%0A", b"]]>", b"&amp;", b"{0}", b"[x](y)", b"\xc3\xa4", b"\xe2\x80\xae",
          b"\xef\xbf\xbf", b"\xf0\x9f\x90\xa7", b"\xed\xa0\x80", b"\xc2\x9b", b"-->", b".."]
VALUES = [b"7200", b"600", b"200", b"20", b"9", b"4", b"0", b"-1", b"010", b"0x10", b"20s", b"",
          b"99999999999999999999", b"200 # soon", b"\xff", b"\xc3\xa4", b"7 # \xe2\x82\xac"]
BEFORE = [b"", b" ", b"\t", b"# x\n", b"\n\n", b"; \xc3\xa4\n", b"-", b"\r\n"]


# Some that hold, for each kind of finding and only for some files, and some that hold no more.
WAIVERS = """kaadvise: 1
path: [aws-nlb]
waivers:
  - {rule: KA201, reason: "it's <known> & %25 [x](y) {0} ]]>", file: /etc/*}
  - {rule: KA404, reason: refused on purpose}
  - {rule: KA403, reason: "twice, ä", until: 2999-12-31}
  - {rule: KA101, reason: expired, until: 2020-01-01}
"""


class Image:
    """An unpacked image: a Debian 12 as far as the boot's sysctls go."""

    def __init__(self, path):
        self.path = path
        self.write("usr/lib/os-release", b'ID=debian\nVERSION_ID="12"\n')
        self.write("usr/lib/systemd/libsystemd-shared-252.so", b"")
        self.write("usr/lib/systemd/system/systemd-sysctl.service", b"")
        os.makedirs(os.path.join(path, b"etc/sysctl.d"))

    def at(self, name):
        name = os.fsencode(name)
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def write(self, name, text):
        with open(self.at(name), "wb") as file:
            file.write(text)


def _nasty_name(source, length):
    return b"".join(source.choice(NASTY) for _ in range(length)).replace(b"/", b"")


def _lines(source):
    """Some lines about the three keys, more or less well written."""
    text = b""
    for _ in range(source.randint(1, 6)):
        key = source.choice(KEYS).encode()
        if source.random() < 0.2:
            key = key.replace(b".", b"/")
        text += source.choice(BEFORE) + key + source.choice((b"=", b" = ", b"\t=\t"))
        text += source.choice(VALUES) + b"\n"
    return text


def _named(directory):
    """Images that each show one thing."""
    def image_of(name):
        return Image(os.path.join(directory, name))

    image_of(b"plain")
    image = image_of(b"slow")
    image.write("etc/sysctl.d/60-slow.conf", b"net.ipv4.tcp_keepalive_time = 600\n")
    image = image_of(b"good")
    image.write("etc/sysctl.d/60-good.conf", b"net.ipv4.tcp_keepalive_time = 200\n"
                b"net.ipv4.tcp_keepalive_intvl = 20\nnet.ipv4.tcp_keepalive_probes = 5\n")
    image = image_of(b"refused")
    image.write("etc/sysctl.conf", b"# \xc3\xa4\nnet.ipv4.tcp_keepalive_intvl = 20s\n")
    os.symlink("../sysctl.conf", image.at("etc/sysctl.d/99-sysctl.conf"))
    image = image_of(b"twice")
    image.write("usr/lib/sysctl.d/50-a.conf", b"net.ipv4.tcp_keepalive_time = 1000\n" * 30)
    image.write("etc/rc.local", b"#!/bin/sh\nsysctl -w net.ipv4.tcp_keepalive_time=900\n")
    image = image_of(b"pipe")
    os.mkfifo(image.at("etc/sysctl.d/70-pipe.conf"))
    image.write("etc/sysctl.d/80-x.conf", b"net.ipv4.tcp_keepalive_probes = 1\n")
    image = image_of(b"zero")
    image.write("etc/sysctl.conf", b"net.ipv4.tcp_keepalive_probes = 0\n")
    image.write("etc/sysctl.d/a.conf", b"net.ipv4.tcp_keepalive_probes = 0\n")


def make_images(directory, count, seed):
    """Makes images below directory; returns their names, bytes, in a certain order."""
    directory = os.fsencode(directory)
    source = random.Random(seed)
    _named(directory)
    for number in range(count):
        name = b"%03d%s" % (number, _nasty_name(source, source.randint(0, 6)))
        image = Image(os.path.join(directory, name))
        for part in ("etc/sysctl.d/", "usr/lib/sysctl.d/", "run/sysctl.d/")[:source.randint(1, 3)]:
            file = b"%02d-%s.conf" % (source.randint(0, 99),
                                      _nasty_name(source, source.randint(0, 5)))
            image.write(os.path.join(part.encode(), file), _lines(source))
    return sorted(os.listdir(directory))


def fixture_commands():
    """The commands of the rules' fixtures that need nothing but the program."""
    for path in sorted(FIXTURES.glob("KA*.fires")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line or line.startswith("#"):
                continue
            words = shlex.split(line.split(": ", 1)[1])
            if words[0] == "check":
                yield words
