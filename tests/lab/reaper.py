#!/usr/bin/python3
"""usage: reaper.py COUNT PORT

Accepts COUNT connections with SO_KEEPALIVE, greets them, and prints how long after the last packet the
first and the last of them died, in milliseconds.
"""
import selectors
import socket
import sys
import time


def main(count, port):
    listener = socket.create_server(("", port), backlog=256)
    watched = selectors.DefaultSelector()
    greeted = {}
    for _ in range(count):
        connection, _ = listener.accept()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        greeted[connection] = time.monotonic()
        connection.sendall(b"A\n")
        watched.register(connection, selectors.EVENT_READ)
    took = []
    while len(took) < count:
        for key, _ in watched.select():
            now = time.monotonic()
            try:
                assert not key.fileobj.recv(16), "the client is to be silent"
                raise SystemExit("a connection was closed")
            except TimeoutError:
                took.append(now - greeted[key.fileobj])
            watched.unregister(key.fileobj)
    print(int(min(took) * 1000), int(max(took) * 1000 + 1))


main(int(sys.argv[1]), int(sys.argv[2]))
