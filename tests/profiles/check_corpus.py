#!/usr/bin/python3
"""Compares what the loader says about good/*.yaml and bad/*.yaml of a directory (this one) with the
*.expected beside them.

usage: check_corpus.py VERDICT_PROGRAM [DIRECTORY] [--update]
"""
import difflib
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def verdicts(program, files):
    """The text that program prints about each file."""
    output = subprocess.run([program, *map(str, files)], check=False, capture_output=True)
    assert output.returncode in (0, 1), output
    assert not output.stderr, output.stderr.decode()
    parts = output.stdout.decode(errors="backslashreplace").split("== ")[1:]
    pairs = [part.split("\n", 1) for part in parts]
    assert [name for name, _ in pairs] == list(map(str, files)), "one verdict per file"
    return dict(zip(files, (text for _, text in pairs)))


def main():
    words = [word for word in sys.argv[1:] if word != "--update"]
    program, update = words[0], "--update" in sys.argv[1:]
    directory = pathlib.Path(words[1]) if len(words) > 1 else HERE
    files = [file for part in ("good", "bad")
             for file in sorted((directory / part).glob("*.yaml"))]
    expectations = {path.with_suffix(".expected") for path in files}
    failures = [f"{path}: no profile for it" for path in directory.glob("*/*.expected")
                if path not in expectations]
    for path, text in verdicts(program, files).items():
        expected = path.with_suffix(".expected")
        if (": error: " in text) != (path.parent.name == "bad"):
            failures.append(f"{path}: in the wrong directory\n{text}")
        elif update:
            expected.write_text(text)
        elif not expected.exists() or expected.read_text() != text:
            before = expected.read_text() if expected.exists() else ""
            failures.append("\n".join(difflib.unified_diff(
                before.split("\n"), text.split("\n"), str(expected), "the loader", lineterm="")))
    print("\n".join(failures))
    print(f"{len(files)} files, {len(failures)} differ")
    return 1 if failures or not files else 0


sys.exit(main())
