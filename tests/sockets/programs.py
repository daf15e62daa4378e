#!/usr/bin/python3
"""usage: programs.py SPECIFICATION...

Opens connections from 10.9.0.2 to a listener of its own at 10.9.0.1 port 8080, and keeps them until
standard input ends. Prints "ready". A specification is a word for each connection:

  bare          no keepalive at the client
  alive         SO_KEEPALIVE
  pinned=N      SO_KEEPALIVE and TCP_KEEPIDLE N
  timeout=N     SO_KEEPALIVE and TCP_USER_TIMEOUT N ms
  answering     SO_KEEPALIVE at the server's side only
  six           over IPv6, ::1, bare
  full          SO_KEEPALIVE, and so much sent that the server's window is closed
"""
import resource
import socket
import sys

resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
kept = []


def listener(family, address):
    server = socket.socket(family)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, 8080))
    server.listen(512)
    kept.append(server)
    return server


four = listener(socket.AF_INET, "10.9.0.1")
six = listener(socket.AF_INET6, "::1")
for word in sys.argv[1:]:
    name, _, value = word.partition("=")
    client = socket.socket(socket.AF_INET6 if name == "six" else socket.AF_INET)
    if name in ("alive", "pinned", "timeout", "full"):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if name == "pinned":
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, int(value))
    if name == "timeout":
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(value))
    if name == "six":
        client.connect(("::1", 8080))
        kept.append((client, six.accept()))
        continue
    client.bind(("10.9.0.2", 0))
    client.connect(("10.9.0.1", 8080))
    accepted = four.accept()[0]
    if name == "answering":
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    kept.append((client, accepted))
    if name == "full":
        client.setblocking(False)
        try:
            while True:
                client.send(bytes(65536))
        except BlockingIOError:
            pass
print("ready", flush=True)
sys.stdin.read()
