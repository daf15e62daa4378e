"""What the tests of kaadvise-fetch share: talking to it as advisor/helper/wire.h says, and a server
that answers whatever a test wants. The cases of a file run side by side; TAP on standard output."""
import concurrent.futures
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import traceback

PROGRAM = sys.argv[1]
IS_ROOT = os.geteuid() == 0
WORK = pathlib.Path(tempfile.mkdtemp(prefix="ka-helper-"))
BODY_MAX, SIGNATURE_MAX, LINE_MAX = 64 * 1024, 4 * 1024, 2 * 1024

cases = []


class Skip(Exception):
    """A case that cannot run here, and why."""


def case(function):
    cases.append(function)
    return function


def run_case(function):
    try:
        function()
        return "ok", ""
    except Skip as reason:
        return "ok", f" # skip {reason}"
    except BaseException:  # a failed case must not hide the others
        return "not ok", "\n" + re.sub("^", "# ", traceback.format_exc(), flags=re.M)


def main(workers=6):
    failed = 0
    print(f"1..{len(cases)}")
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for number, (function, (word, more)) in enumerate(
                zip(cases, pool.map(run_case, cases)), 1):
            name = function.__name__.replace("_", " ")
            print(f"{word} {number} {name}{more}", flush=True)
            failed += word != "ok"
    shutil.rmtree(WORK)
    os._exit(1 if failed else 0)  # servers may still hold a connection


def equal(actual, expected):
    if actual != expected:
        raise AssertionError(f"{actual!r} is not {expected!r}")


def contains(text, part):
    if part not in text:
        raise AssertionError(f"{text!r} does not contain {part!r}")


def lacks(text, part):
    if part in text:
        raise AssertionError(f"{text!r} contains {part!r}")


def until(condition, seconds=8):
    """The first true value of condition()."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("did not come true in time")
        time.sleep(0.01)


# --- talking to the program


def request(url, *lines):
    return "".join(f"{line}\n" for line in (f"url {url}", *lines, "")).encode()


def verify_request(key, signature, content):
    head = f"key-length {len(key)}\nsignature-length {len(signature)}\nlength {len(content)}\n\n"
    return head.encode() + key + signature + content


def environment(**more):
    # Where the sanitizers' own words should go; nothing else of ours.
    kept = {name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}
    return {**kept, "CURL_CA_BUNDLE": str(WORK / "ca.pem"), **more}


def talk(bytes_in, *words, env=None, prefix=(), timeout=20):
    done = subprocess.run([*prefix, PROGRAM, *words], input=bytes_in, capture_output=True,
                          timeout=timeout, check=False, env=environment() if env is None else env)
    equal(done.stderr, b"")
    return done


class Answer:
    """An answer, taken apart as strictly as it is described."""

    def __init__(self, done):
        head, _, rest = done.stdout.partition(b"\n\n")
        self.fields = dict(line.split(" ", 1) for line in head.decode("ascii").splitlines())
        assert set(self.fields) <= {"status", "etag", "last-modified", "length",
                                    "signature-length"}, done.stdout
        self.status = self.fields["status"]
        length = int(self.fields["length"])
        self.body, self.signature = rest[:length], rest[length:]
        equal(len(self.body), length)
        equal(len(self.signature), int(self.fields.get("signature-length", 0)))
        equal(done.returncode, 0)


def failure(done):
    """(step, message) of an error answer: one printable line and nothing else."""
    text = done.stdout.decode()
    assert re.fullmatch(r"error [^\x00-\x1f\x7f]*\n", text), text
    assert len(text) <= LINE_MAX, text
    equal(done.returncode, 1)
    _, step, message = text.rstrip("\n").split(" ", 2)
    return step, message


def get(url, *lines, **more):
    return Answer(talk(request(url, *lines), **more))


def refused(url, *lines, **more):
    return failure(talk(request(url, *lines), **more))


# --- certificates


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, cwd=WORK, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def make_key(name):
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")


def make_authority(name):
    make_key(name)
    openssl("req", "-x509", "-new", "-key", f"{name}.key", "-subj", f"/CN=test {name}", "-days", 2,
            "-out", f"{name}.pem")


def make_certificate(name, names, first="20000101000000Z", last="21000101000000Z"):
    """Signed by the authority ca, valid for names between two times."""
    make_key(name)
    (WORK / f"{name}.db").touch()
    (WORK / f"{name}.cnf").write_text(
        f"[ca]\ndefault_ca=us\n[us]\ndatabase={WORK}/{name}.db\nnew_certs_dir={WORK}\n"
        f"policy=any\ndefault_md=sha256\nrand_serial=yes\nx509_extensions=x\n[any]\n"
        f"commonName=supplied\n[x]\nsubjectAltName={names}\n")
    openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", "-out", f"{name}.csr")
    openssl("ca", "-batch", "-config", f"{name}.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-in",
            f"{name}.csr", "-startdate", first, "-enddate", last, "-notext", "-out", f"{name}.pem")


make_authority("ca")
make_certificate("good", "DNS:localhost,IP:127.0.0.1")


# --- a server


class Request:
    def __init__(self, raw):
        lines = raw.decode("latin-1").split("\r\n")
        self.method, self.path, _ = lines[0].split(" ")
        self.headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)


def response(body=b"", status="200 OK", **headers):
    lines = [f"HTTP/1.1 {status}"]
    headers.setdefault("Content_Length", len(body))
    headers.setdefault("Connection", "close")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()
              if value is not None]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def redirect(where, status="302 Found"):
    return response(status=status, Location=where)


class Server:
    """Answers by handler(request, connection): bytes, or None where it did so by itself. What was
    asked is in .requests. Without a certificate it speaks plain HTTP."""

    def __init__(self, handler, certificate="good", address="127.0.0.1", newest=None):
        self.handler, self.requests = handler, []
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(WORK / f"{certificate}.pem", WORK / f"{certificate}.key")
            if newest:
                self.context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
                self.context.maximum_version = newest
                self.context.set_ciphers("ALL:@SECLEVEL=0")
        self.listener = socket.create_server((address, 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"{'https' if certificate else 'http'}://{address}:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection:
                self.answer(connection)
        except OSError:
            pass  # the other side went away, as many tests want it

    def answer(self, connection):
        raw = b""
        while not raw.endswith(b"\r\n\r\n"):
            piece = connection.recv(65536)
            if not piece:
                return
            raw += piece
        asked = Request(raw)
        self.requests.append(asked)
        reply = self.handler(asked, connection)
        if reply is not None:
            connection.sendall(reply)
            if self.context:
                connection.unwrap()


def serve(reply, **more):
    """A server that always answers with the same bytes."""
    return Server(lambda asked, connection: reply, **more)


class Slow:
    """A handler that sends some bytes and then waits until the other side is gone."""

    def __init__(self, first=b""):
        self.first, self.is_held = first, threading.Event()

    def __call__(self, asked, connection):
        connection.sendall(self.first)
        self.is_held.set()
        connection.recv(1)
