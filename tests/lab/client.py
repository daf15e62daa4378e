#!/usr/bin/python3
"""usage: client.py ADDRESS PORT COUNT [bare]

Opens COUNT connections with SO_KEEPALIVE (bare: without) and does what standard input says, one answer a line:

  idle SECONDS   sends nothing for so long              answer: lost N
  ask            a request on each, newest first        answer: answered N reset N silent N

Newest first, because the balancer takes turns: after an even number of connections it sends the
newest, if it has forgotten it, to the server that the newest does not belong to, and so on down.
"""
import selectors
import socket
import sys
import time

ANSWER_WITHIN_S = 3


def connect(address, port, keepalive):
    connection = socket.create_connection((address, port), timeout=5)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, keepalive)
    greeting = connection.recv(16)
    assert greeting in (b"A\n", b"B\n"), greeting
    connection.settimeout(ANSWER_WITHIN_S)
    return connection


def idle(connections, seconds):
    """Returns how many connections ended meanwhile."""
    watched = selectors.DefaultSelector()
    for connection in connections:
        watched.register(connection, selectors.EVENT_READ)
    deadline = time.monotonic() + seconds
    lost = 0
    while (left := deadline - time.monotonic()) > 0:
        for key, _ in watched.select(left):
            watched.unregister(key.fileobj)
            lost += 1
    return lost


def ask(connection):
    question = f"{connection.getsockname()[1]}\n".encode()
    try:
        connection.sendall(question)
        return "answered" if connection.recv(64) == question else "reset"
    except TimeoutError:
        return "silent"
    except OSError:
        return "reset"


def main(address, port, count, keepalive):
    connections = [connect(address, port, keepalive) for _ in range(count)]
    print("connected", count, flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "quit":
            return
        if words[0] == "idle":
            print("lost", idle(connections, float(words[1])), flush=True)
        else:
            outcomes = [ask(connection) for connection in reversed(connections)]
            print(*(f"{word} {outcomes.count(word)}" for word in ("answered", "reset", "silent")),
                  flush=True)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), "bare" not in sys.argv)
