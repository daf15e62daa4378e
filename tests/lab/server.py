#!/usr/bin/python3
"""usage: server.py [keepalive] NAME PORT

Greets every connection with its name and returns what it gets; with SO_KEEPALIVE if asked for.
"""
import selectors
import socket
import sys


def serve(keepalive, name, port):
    listener = socket.create_server(("", port), backlog=256)
    watched = selectors.DefaultSelector()
    watched.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in watched.select():
            if key.fileobj is listener:
                connection, _ = listener.accept()
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, keepalive)
                connection.sendall(f"{name}\n".encode())
                watched.register(connection, selectors.EVENT_READ)
            else:
                answer(watched, key.fileobj)


def answer(watched, connection):
    try:
        data = connection.recv(4096)
        connection.sendall(data)
    except OSError:
        data = b""
    if not data:
        watched.unregister(connection)
        connection.close()


serve("keepalive" in sys.argv, sys.argv[-2], int(sys.argv[-1]))
