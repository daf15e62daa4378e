#!/usr/bin/python3
"""usage: measured_server.py MODE [SECONDS]

A server on a free port of 127.0.0.1, which it prints. What it does to connections that are idle:

  keep      nothing; it returns what it gets
  close     closes them after SECONDS, as HTTP servers do
  reset     resets them after SECONDS
  refuse    keeps them, and answers the next use after SECONDS with a reset
  mute      keeps them, and answers no use after SECONDS
  chatty    sends a byte each second
  probing   has keepalive probes of its own, one a second
  greeting  speaks first, then as "refuse"
  http      answers requests; closes after SECONDS
  once      answers one request and closes
  restart   as "keep"; all connections that are open SECONDS after its start are closed then
  deaf      answers nothing at all, and never reads
"""
import socket
import struct
import sys
import threading
import time

MODE = sys.argv[1]
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 0
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def end_with_reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def answer(connection, data, idle):
    """Returns whether the connection goes on."""
    if MODE in ("refuse", "greeting") and idle > SECONDS:
        end_with_reset(connection)
        return False
    if MODE == "mute" and idle > SECONDS:
        return True
    connection.sendall(ANSWER if MODE in ("http", "once") else data)
    return MODE != "once"


def restart():
    for connection in list(held):
        connection.shutdown(socket.SHUT_RDWR)


def serve(connection):
    held.add(connection)
    if MODE == "greeting":
        connection.sendall(b"220 hello\r\n")
    if MODE == "probing":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
    if MODE in ("close", "reset", "http"):
        connection.settimeout(SECONDS)
    if MODE == "chatty":
        connection.settimeout(1)
    while MODE == "deaf":
        time.sleep(100)
    since = time.monotonic()
    while True:
        try:
            data = connection.recv(4096)
            if not data or not answer(connection, data, time.monotonic() - since):
                break
            since = time.monotonic()
        except TimeoutError:
            if MODE == "chatty":
                connection.sendall(b".")
                continue
            if MODE == "reset":
                end_with_reset(connection)
            break
        except OSError:
            break
    held.discard(connection)
    connection.close()


listener = socket.create_server(("127.0.0.1", 0), backlog=256)
held = set()
if MODE == "restart":
    threading.Timer(SECONDS, restart).start()
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
