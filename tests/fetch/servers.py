#!/usr/bin/python3
"""What nginx does not do: certificates, servers that misbehave, a proxy. Usage: servers.py DIRECTORY

Writes DIRECTORY/places, to be sourced by a shell, once all listen; what is asked is appended to
DIRECTORY/asked. The certificates and the server are those of the tests of the helper."""
import ctypes
import gzip
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import ssl
import sys
import threading
import time

DIRECTORY = pathlib.Path(sys.argv[1])
# Whatever becomes of the test that started this.
ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "helper"))
import helper  # noqa: E402

LIMIT = 64 * 1024
PROFILE = """kaadvise: 1
id: site
title: Site
hops:
  - {name: firewall, layer: 4, idle_timeout: 350s, keepalive: refreshes, on_expiry: drop}
sources:
  - {url: "https://site.example/", checked: 2026-11-22, confirmed: vendor, says: 350 s}
"""
write_lock = threading.Lock()


def sized(length):
    """The profile, made longer by a comment."""
    head = PROFILE + "# "
    return (head + "x" * (length - len(head) - 1) + "\n").encode()


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def chunked(body):
    head = helper.response(Content_Length=None, Transfer_Encoding="chunked")
    return head + chunk(body) + chunk(b"")


def endless(connection):
    connection.sendall(helper.response(Content_Length=None, Transfer_Encoding="chunked"))
    while True:
        connection.sendall(chunk(b"# and so on\n" * 300))


def headers(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-And: so on\r\n" * 300)


def hold(connection, first=b""):
    """Until the other side is gone."""
    connection.sendall(first)
    connection.recv(1)
    tell({"gone": True})


def drip(connection):
    connection.sendall(helper.response(Content_Length=LIMIT))
    while True:
        connection.sendall(b"#")
        time.sleep(0.2)


def slow_headers(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-And: so on\r\n")
        time.sleep(0.2)


ANSWERS = {
    "/endless": endless,
    "/headers": headers,
    "/drip": drip,
    "/slow-headers": slow_headers,
    "/hold": hold,
    "/hold-body": lambda connection: hold(connection, helper.response(PROFILE[:40].encode(),
                                                                      Content_Length=LIMIT)),
    "/exact": helper.response(sized(LIMIT)),
    "/over": helper.response(sized(LIMIT + 1)),
    "/exact-chunked": chunked(sized(LIMIT)),
    "/over-chunked": chunked(sized(LIMIT + 1)),
    "/short": helper.response(PROFILE.encode(), Content_Length=len(PROFILE) + 1),
    "/compressed": helper.response(gzip.compress(PROFILE.encode()), Content_Encoding="gzip"),
    "/long-header": helper.response(PROFILE.encode(), X_Long="x" * 300000),
    "/open": lambda connection: hold(connection, helper.response(PROFILE.encode(), Connection=None)),
    "/no-http": b"220 mail.example ESMTP\r\n",
    "/nothing": b"",
    "/etag-only": helper.response(PROFILE.encode(), ETag='"only"'),
    "/empty": helper.response(b""),
}


def tell(what):
    with write_lock, open(DIRECTORY / "asked", "a", encoding="utf-8") as file:
        file.write(json.dumps(what) + "\n")


def answer(asked, connection):
    path = asked.path.partition("?")[0]
    tell({"path": asked.path, "headers": asked.headers})
    if path == "/etag-only" and asked.headers.get("if-none-match") == '"only"':
        return helper.response(status="304 Not Modified", Content_Length=None)
    reply = ANSWERS.get(path, helper.response(b"", "404 Not Found"))
    return reply(connection) if callable(reply) else reply


def pump(source, target):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
    except OSError:
        pass


def tunnel(asked, connection):
    tell({"method": asked.method, "proxy": asked.path, "headers": asked.headers})
    host, port = asked.path.split(":")
    with socket.create_connection((host, int(port))) as other:
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        threading.Thread(target=pump, args=(connection, other), daemon=True).start()
        pump(other, connection)


def hang_up(listener, most):
    """Ends each connection in its handshake. What was sent and not read makes that a reset."""
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.recv(most)


def hanging_up(most):
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=hang_up, args=(listener, most), daemon=True).start()
    return listener


def black_hole():
    """A listener whose queue is full: the kernel drops what else comes. And those who queue."""
    deaf = socket.create_server(("127.0.0.1", 0), backlog=0)
    waiting = [socket.socket() for _ in range(3)]
    for client in waiting:
        client.setblocking(False)
        client.connect_ex(deaf.getsockname())
    return deaf, waiting


def taken_port():
    """A socket without a listener, at a port that no client gets of the system."""
    while True:
        taken = socket.socket()
        try:
            taken.bind(("127.0.0.1", random.randrange(10000, 32000)))
            return taken
        except OSError:
            taken.close()


def url_of(taken):
    return f"https://127.0.0.1:{taken.getsockname()[1]}"


def main():
    here = "DNS:localhost,IP:127.0.0.1"
    helper.make_authority("other")  # signs itself, and nobody trusts it
    helper.make_certificate("expired", here, last="20200101000000Z")
    helper.make_certificate("elsewhere", "DNS:elsewhere.example")
    helper.make_authority("selfsigned")
    for made in helper.WORK.iterdir():
        if made.suffix in (".pem", ".key"):
            shutil.move(made, DIRECTORY / made.name)
    helper.WORK.rmdir() if not any(helper.WORK.iterdir()) else shutil.rmtree(helper.WORK)
    helper.WORK = DIRECTORY
    (DIRECTORY / "asked").touch()
    (DIRECTORY / "profile").write_text(PROFILE)
    old = helper.Server(answer, newest=ssl.TLSVersion.TLSv1)
    proxy = helper.Server(tunnel, certificate=None)
    silent = socket.create_server(("127.0.0.1", 0))  # the kernel accepts, and nobody answers
    deaf, waiting = black_hole()
    closed, reset, ended = taken_port(), hanging_up(1), hanging_up(65536)
    names = {"ODD": helper.Server(answer).url, "OLD": old.url, "PROXY": proxy.url,
             "CLOSED": url_of(closed), "SILENT": url_of(silent), "DEAF": url_of(deaf), "RESET": url_of(reset),
             "ENDED": url_of(ended)}
    taken = {name: taken_port() for name in ("GOOD_PORT", "AWAY_PORT", "EXPIRED_PORT",
                                             "SELFSIGNED_PORT", "ELSEWHERE_PORT", "PLAIN_PORT")}
    ports = {name: port.getsockname()[1] for name, port in taken.items()}
    for port in taken.values():
        port.close()
    (DIRECTORY / "places.new").write_text(
        "".join(f"{name}={value}\n" for name, value in {**names, **ports}.items()))
    os.rename(DIRECTORY / "places.new", DIRECTORY / "places")
    signal.pause()
    del waiting  # in use until here


main()
