#!/usr/bin/env python3
"""include_lint.py TOP: checks the tree below TOP against the layers and the rules that a compiler does not know.

Prints one line per finding, as a compiler does, and exits 1 if there is any.
"""

import re
import sys
from pathlib import Path

MAX_LINES = 500
CODE = {".cpp", ".hpp", ".c", ".h"}
TEXT = CODE | {".py", ".js", ".mjs", ".css", ".html"}
SKIPPED_FOLDERS = {"node_modules", "__pycache__"}

# (what, the only place in src/ and plugins/ where it may stand, why)
CALLS = [
    (re.compile(r"\bgst_element_set_state\s*\("), "src/pipeline/",
     "only src/pipeline/ changes the state of an element, on the source's control thread"),
    (re.compile(r"\bg_object_set\s*\("), "src/glib/",
     "use SetProperty: it checks the type of the property"),
    (re.compile(r"\bgst_parse_(launch|bin_from_description)\w*\s*\("), None,
     "build elements by name: no text becomes a pipeline"),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def read_layers(text):
    """{folder: the set of folders that it may use}; raises ValueError for a row that cannot be right."""
    layers = {}
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        folder, _, below = line.partition(":")
        layers[folder.strip()] = set(below.split())
    for folder, below in layers.items():
        for other in below:
            if other not in layers:
                raise ValueError(f"row '{folder}' names '{other}', which has no row")
            if folder in layers[other]:
                raise ValueError(f"'{folder}' and '{other}' use each other")
    return layers


def blank(match):
    """Comments and strings without their text, on as many lines."""
    return re.sub(r"[^\n]", " ", match.group())


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


class Lint:
    def __init__(self, top, layers):
        self.top = top
        self.layers = layers
        self.findings = []

    def report(self, path, line, message):
        self.findings.append(f"{path.relative_to(self.top)}:{line}: {message}")

    def run(self):
        for folder in ("src", "plugins", "tests", "web", "tools"):
            for path in sorted((self.top / folder).rglob("*")):
                if path.is_file() and not SKIPPED_FOLDERS.intersection(path.parts):
                    self.check_file(path, in_program=folder in ("src", "plugins"))
        return self.findings

    def check_file(self, path, in_program):
        if path.suffix in TEXT:
            lines = path.read_text().count("\n")
            if lines > MAX_LINES:
                self.report(path, MAX_LINES + 1, f"{lines} lines; a file stops at {MAX_LINES}")
        if path.suffix in (".hpp", ".h"):
            self.check_guard(path)
        if not in_program:
            return
        if path.suffix in CODE:
            self.check_includes(path)
            self.check_calls(path)
        elif path.name == "meson.build":
            self.check_meson(path)

    def folder_of(self, path):
        """The row of the table for a file of src/ or plugins/."""
        parts = path.relative_to(self.top).parts
        if parts[0] == "plugins":
            return "plugins"
        return parts[1] if len(parts) > 2 else "main"

    def check_guard(self, path):
        directives = re.findall(r"^\s*#.*$", COMMENT_OR_STRING.sub(blank, path.read_text()), re.MULTILINE)
        if not directives or directives[0].split() != ["#pragma", "once"]:
            self.report(path, 1, "a header begins with #pragma once")

    def check_includes(self, path):
        text = path.read_text()
        folder = self.folder_of(path)
        if folder not in self.layers:
            self.report(path, 1, f"folder '{folder}' has no row in tests/lint/layers")
            return
        includes = list(INCLUDE.finditer(text))
        for match in includes:
            kind, name = match.groups()
            if kind == "<":
                continue
            line = line_of(text, match.start(1))
            other = name.split("/")[0] if "/" in name else None
            if other is None:
                if folder not in ("plugins", "main"):
                    self.report(path, line, f'"{name}": write the folder, "{folder}/{name}"')
            elif other not in self.layers:
                self.report(path, line, f'"{name}": folder \'{other}\' has no row in tests/lint/layers')
            elif other != folder and other not in self.layers[folder]:
                self.report(path, line, f"{folder} may not include {other}")
        self.check_own_header(path, includes)

    def check_own_header(self, path, includes):
        header = path.with_suffix(".hpp")
        if path.suffix != ".cpp" or not header.exists():
            return
        first = includes[0].group(2) if includes else None
        if first is None or Path(first).name != header.name:
            self.report(path, 1, f'the first include of a .cpp is its own header, "{header.name}"')

    def check_calls(self, path):
        place = str(path.relative_to(self.top))
        text = COMMENT_OR_STRING.sub(blank, path.read_text())
        for pattern, allowed, why in CALLS:
            if allowed is not None and place.startswith(allowed):
                continue
            for match in pattern.finditer(text):
                self.report(path, line_of(text, match.start()), why)

    def check_meson(self, path):
        """Every other folder's library that a folder's meson.build names must be in its row."""
        folder = self.folder_of(path)
        if folder not in self.layers or folder == "main":
            return
        text = re.sub(r"#[^\n]*|'[^'\n]*'", blank, path.read_text())
        for match in re.finditer(r"(?<![\w.])([a-z]\w*)\b(?!\s*[:(=])", text):
            other = match.group(1)
            if other in self.layers and other != folder and other not in self.layers[folder]:
                self.report(path, line_of(text, match.start()), f"{folder} may not depend on {other}")


def main():
    top = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    layers = read_layers((Path(__file__).parent / "layers").read_text())
    findings = Lint(top, layers).run()
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
