#!/usr/bin/python3
"""usage: client.py ADDRESS PORT OWN_PORT COUNT [bare] [http|redis]

Opens COUNT connections with SO_KEEPALIVE (bare: without) from OWN_PORT upwards and does what standard input says, one
answer a line:

  idle SECONDS   sends nothing for so long              answer: lost N
  ask            a request on each, newest first        answer: answered N reset N killed N silent N
  reopen         opens those anew that are not usable   answer: connected N

Killed are those that the kernel itself gave up (ETIMEDOUT). Newest first, because the balancer takes turns: after an even number of connections it sends the
newest, if it has forgotten it, to the server that the newest does not belong to, and so on down.

No port of its own is used twice: a server may still hold the connection that had it, and would answer to that one.
The kernel's choice repeats itself, because it begins at another place every 10 s (secure_ipv4_port_ephemeral).
"""
import errno
import itertools
import selectors
import socket
import sys
import time

ANSWER_WITHIN_S = 3
REQUESTS = {
    "lines": lambda connection: f"{connection.getsockname()[1]}\n".encode(),
    "http": lambda connection: b"GET / HTTP/1.1\r\nHost: lab\r\n\r\n",
    "redis": lambda connection: b"PING\r\n",
}
ANSWERS = {
    "lines": lambda question, data: data == question,
    "http": lambda question, data: data.startswith(b"HTTP/1.1 200 "),
    "redis": lambda question, data: data == b"+PONG\r\n",
}


def connect(address, port, own_ports, keepalive, kind):
    connection = socket.create_connection((address, port), timeout=5, source_address=("", next(own_ports)))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, keepalive)
    if kind == "lines":
        greeting = connection.recv(16)
        assert greeting in (b"A\n", b"B\n"), greeting
    else:
        assert ask(connection, kind) == "answered"
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


def ask(connection, kind):
    question = REQUESTS[kind](connection)
    try:
        connection.sendall(question)
        return "answered" if ANSWERS[kind](question, connection.recv(4096)) else "reset"
    except TimeoutError as error:
        return "killed" if error.errno == errno.ETIMEDOUT else "silent"
    except OSError:
        return "reset"


def ask_all(connections, kind):
    """Newest first; a silent one is waited for together with the others."""
    outcomes = {}
    for connection in reversed(connections):
        connection.settimeout(ANSWER_WITHIN_S if "silent" not in outcomes.values() else 0.05)
        outcomes[connection] = ask(connection, kind)
    return outcomes


def main(address, port, own_port, count, keepalive, kind):
    own_ports = itertools.count(own_port)
    connections = [connect(address, port, own_ports, keepalive, kind) for _ in range(count)]
    outcomes = {}
    print("connected", count, flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "quit":
            return
        if words[0] == "idle":
            print("lost", idle(connections, float(words[1])), flush=True)
        elif words[0] == "reopen":
            usable = [one for one in connections if outcomes.get(one) == "answered"]
            for one in set(connections) - set(usable):
                one.close()
            connections = usable + [connect(address, port, own_ports, keepalive, kind)
                                    for _ in range(count - len(usable))]
            print("connected", count, flush=True)
        else:
            outcomes = ask_all(connections, kind)
            results = list(outcomes.values())
            print(*(f"{word} {results.count(word)}" for word in ("answered", "reset", "killed", "silent")),
                  flush=True)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), "bare" not in sys.argv,
     next((word for word in ("http", "redis") if word in sys.argv), "lines"))
