#!/usr/bin/python3
"""usage: make_images.py DIRECTORY [COUNT]

Makes COUNT (1,000) roots of 20 files each below DIRECTORY, the same ones every time: a host image as
far as sysctl.d goes. One in ten sets keepalive values; the others hold what packages ship.
"""
import os
import random
import sys

FILES = [
    "usr/lib/os-release",
    "usr/lib/systemd/libsystemd-shared-252.so",
    "usr/lib/systemd/system/systemd-sysctl.service",
    "usr/lib/sysctl.d/50-default.conf", "usr/lib/sysctl.d/50-coredump.conf",
    "usr/lib/sysctl.d/50-pid-max.conf", "usr/lib/sysctl.d/10-map-count.conf",
    "usr/lib/sysctl.d/50-bubblewrap.conf", "usr/lib/sysctl.d/99-protect-links.conf",
    "usr/local/lib/sysctl.d/20-site.conf",
    "etc/sysctl.conf",
    "etc/sysctl.d/10-console-messages.conf", "etc/sysctl.d/10-ipv6-privacy.conf",
    "etc/sysctl.d/10-kernel-hardening.conf", "etc/sysctl.d/10-network-security.conf",
    "etc/sysctl.d/10-ptrace.conf", "etc/sysctl.d/10-zeropage.conf", "etc/sysctl.d/30-site.conf",
    "etc/sysctl.d/60-limits.conf", "etc/sysctl.d/70-monitoring.conf",
]
OTHERS = ["kernel.sysrq = 16", "kernel.core_uses_pid = 1", "net.ipv4.conf.default.rp_filter = 2",
          "-net.ipv4.conf.all.rp_filter", "net.ipv4.tcp_syncookies = 1", "fs.protected_fifos = 1",
          "net.ipv6.conf.all.use_tempaddr = 2", "vm.max_map_count = 262144",
          "net.core.somaxconn = 4096", "net.ipv4.ip_local_port_range = 1024 65000"]
KEEPALIVE = ["net.ipv4.tcp_keepalive_time = 300", "net.ipv4.tcp_keepalive_intvl = 10",
             "net.ipv4.tcp_keepalive_probes = 6"]


def text_of(path, chance):
    if path.endswith("os-release"):
        return 'ID=debian\nVERSION_ID="12"\n'
    if "systemd" in path.split("/")[2:3]:
        return ""
    lines = []
    for _ in range(chance.randint(2, 8)):
        lines += ["# " + "what this line is for, in a few words " * chance.randint(1, 2),
                  chance.choice(OTHERS), ""]
    return "\n".join(lines)


def make_root(directory, number):
    chance = random.Random(number)
    for path in FILES:
        name = os.path.join(directory, path)
        os.makedirs(os.path.dirname(name), exist_ok=True)
        text = text_of(path, chance)
        if path == "etc/sysctl.d/60-limits.conf" and number % 10 == 0:
            text += "\n".join(KEEPALIVE) + "\n"
        with open(name, "w", encoding="ascii") as file:
            file.write(text)


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    for number in range(count):
        make_root(os.path.join(sys.argv[1], f"{number:04}"), number)


main()
