"""The documents of the tree and their fenced blocks."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\S*) ?(.*)$")


class Block:
    """A fenced block: its language, the words after it, its lines and where it stands."""

    def __init__(self, path, line, language, words):
        self.path, self.line = path, line
        self.language, self.words = language, words
        self.lines = []

    @property
    def place(self):
        return f"{self.path.relative_to(ROOT)}:{self.line}"

    @property
    def text(self):
        return "".join(line + "\n" for line in self.lines)


def documents():
    """Every Markdown file that belongs to the tree."""
    paths = list(ROOT.glob("*.md"))
    for directory in ("docs", "tests", "profiles", "rules", "advisor"):
        paths += (ROOT / directory).rglob("*.md")
    return sorted(paths)


def blocks(path):
    """The fenced blocks of a document."""
    found, block = [], None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        fence = FENCE.match(line)
        if block is None and fence:
            block = Block(path, number, fence[1], fence[2].split())
        elif block is not None and line == "```":
            found.append(block)
            block = None
        elif block is not None:
            block.lines.append(line)
    assert block is None, f"{block.place}: the block is not closed"
    return found


def prose(path):
    """(line number, line) outside of fenced blocks."""
    inside = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if FENCE.match(line):
            inside = not inside
        elif not inside:
            yield number, line
