"""The steps of tools/test: what is run, in which order, and how it is counted."""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
BUILD = TOP / "build"
BROWSER = TOP / "tests" / "browser"
CODE_FOLDERS = ["src", "plugins", "tests"]

# A finding of a sanitizer ends the test: nothing is only printed.
SANITIZERS = {
    "asan": {
        "build": ["-Db_sanitize=address,undefined"],
        "targets": ["all"],
        "suites": ["unit", "element", "fuzz"],
        "env": {
            "ASAN_OPTIONS": "halt_on_error=1:detect_leaks=1:detect_stack_use_after_return=1",
            "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
        },
    },
    "tsan": {
        "build": ["-Db_sanitize=thread"],
        "targets": ["threaded_tests"],
        "suites": ["threads"],
        "env": {"TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1"},
    },
}


class Report:
    """Counts per step."""

    def __init__(self):
        self.rows = []  # name, passed, failed, seconds

    def add(self, name, passed, failed, seconds):
        self.rows.append((name, passed, failed, seconds))

    def print(self):
        print("\n== counts")
        for name, passed, failed, seconds in self.rows:
            mark = "FAILED" if failed else ""
            print(f"{name:<16}{passed:>6} passed{failed:>6} failed{seconds:>8.1f} s  {mark}".rstrip())
        passed = sum(row[1] for row in self.rows)
        failed = sum(row[2] for row in self.rows)
        print(f"\n{passed} passed, {failed} failed")
        return 1 if failed else 0


def give_way():
    """Takes only the processor time that nothing else wants: in its session, and among sessions."""
    os.nice(19)
    autogroup = Path("/proc/self/autogroup")  # sched(7)
    if autogroup.exists():
        autogroup.write_text("19")


def run_check(report, name, command, env=None, cwd=TOP, readable=str, beside=False):
    """A step that is one check: silent when it passes; its output, made readable, when it fails.

    One that runs beside other steps gives way to them."""
    began = time.monotonic()
    result = subprocess.run(
        command, cwd=cwd, env=dict(os.environ, **(env or {})), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        start_new_session=beside, preexec_fn=give_way if beside else None)
    seconds = time.monotonic() - began
    failed = result.returncode != 0
    output = f"{readable(result.stdout)}\n" if failed else ""
    print(f"\n== {name}\n{output}{name}: {'FAILED' if failed else 'ok'} ({seconds:.1f} s)", flush=True)
    report.add(name, int(not failed), int(failed), seconds)
    return not failed


def source_files(*suffixes):
    return sorted(str(path.relative_to(TOP)) for folder in CODE_FOLDERS
                  for path in (TOP / folder).rglob("*")
                  if path.suffix in suffixes and "node_modules" not in path.parts)


def build(report, name, directory, options, targets=("all",), beside=False):
    """Configures and compiles. A directory that is there is used again: only what changed is compiled."""
    command = "configure" if (directory / "build.ninja").exists() else "setup"
    setup = ["meson", command, str(directory), *options]
    return run_check(report, name, [
        "sh", "-c", f'"$@" && exec ninja -C "$0" {" ".join(targets)}', str(directory), *setup], beside=beside)


def count_cases(entry):
    """(passed, failed) cases of one test program, from its entry in meson's log."""
    output = entry.get("stdout", "")
    passed = len(re.findall(r"^\[       OK \]|^ok\b(?!.*# SKIP)", output, re.MULTILINE))
    failed = len(re.findall(r"^\[  FAILED  \] .*\(\d+ ms\)$|^not ok\b", output, re.MULTILINE))
    good = entry["result"] in ("OK", "EXPECTEDFAIL")
    if passed + failed == 0 and entry["result"] != "SKIP":
        return int(good), int(not good)
    if not good and entry["result"] != "SKIP":
        failed = max(failed, 1)  # a crash, a leak at the end, a time-out
    return passed, failed


def run_suite(report, name, directory, suite, env=None, prefix=(), tests=(), at_once=os.cpu_count()):
    print(f"\n== {name}", flush=True)
    began = time.monotonic()
    log = directory / "meson-logs" / f"{name}.json"
    log.unlink(missing_ok=True)
    code = subprocess.run(
        [*prefix, "meson", "test", "-C", str(directory), "--no-rebuild", "--suite", suite,
         "--logbase", name, "--print-errorlogs", "--num-processes", str(at_once), *tests],
        env=dict(os.environ, **(env or {})), stdin=subprocess.DEVNULL).returncode
    entries = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    for entry in entries:
        # Meson shows the output of a failed test, but not when it has read TAP from it.
        if entry["result"] not in ("OK", "SKIP") and entry.get("stdout", "").startswith("TAP"):
            print(f"--- {entry['name']}\n{entry['stdout']}", flush=True)
    counts = [count_cases(entry) for entry in entries]
    passed = sum(count[0] for count in counts)
    failed = sum(count[1] for count in counts)
    if (code != 0 and failed == 0) or not entries:
        print(f"{name}: no tests were run" if not entries else f"{name}: meson test failed")
        failed = 1
    report.add(name, passed, failed, time.monotonic() - began)


def step_build(report):
    return build(report, "build", BUILD, ["-Dwerror=true", "-Dtests=true"])


def step_format(report):
    def files_to_format(output):
        names = sorted(set(re.findall(r"^(\S+?):\d+:\d+: ", output, re.MULTILINE)))
        return f"clang-format -i {' '.join(names)}" if names else output

    run_check(report, "format", readable=files_to_format, command=[
        "clang-format", "--dry-run", "-Werror", *source_files(".cpp", ".hpp", ".c", ".h")])


def step_include_lint(report):
    run_check(report, "include-lint", [sys.executable, "tests/lint/include_lint.py", str(TOP)])


def step_tidy(report):
    def findings(output):
        output = re.sub(r"\x1b\[[0-9;]*m", "", output)
        noise = r"^(clang-tidy\S* .*|\d+ warnings? .*generated\.|Suppressed .*|Use -header-filter.*)\n"
        return re.sub(noise, "", output, flags=re.MULTILINE)

    return run_check(report, "tidy", readable=findings, beside=True, command=[
        "run-clang-tidy", "-quiet", "-p", str(BUILD), "-j", str(os.cpu_count()),
        f"-header-filter={TOP}/(src|plugins)/.*", f"^{TOP}/(src|plugins|tests)/.*"])


def step_browser(report):
    # Installed into the tree once; the lock file says exactly what.
    stamp = BROWSER / "node_modules" / ".package-lock.json"
    lock = BROWSER / "package-lock.json"
    if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
        if not run_check(report, "npm", ["npm", "ci", "--no-audit", "--no-fund"],
                         env={"PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1"}, cwd=BROWSER):
            return
    run_suite(report, "browser", BUILD, "browser")


def sanitized_directory(kind):
    return TOP / f"build-{kind}"


def build_sanitized(report, kind):
    # Without optimization it compiles twice as fast. Sanitizers make g++ warn of paths that are not there.
    return build(report, f"{kind}-build", sanitized_directory(kind), [
        "-Dbuildtype=debug", "-Dwerror=false", *SANITIZERS[kind]["build"]],
        SANITIZERS[kind]["targets"], beside=True)


def step_sanitized(report, kind):
    prefix = ()
    if kind == "tsan" and subprocess.run(["setarch", "-R", "true"], check=False).returncode == 0:
        prefix = ("setarch", "-R")  # g++ 12's ThreadSanitizer dies of 32 bits of address randomness
    for suite in SANITIZERS[kind]["suites"]:
        run_suite(report, f"{kind}-{suite}", sanitized_directory(kind), suite, SANITIZERS[kind]["env"], prefix)
    if kind == "asan":
        # Besides it would find what libsoup forgets of requests that it does not understand, and that the daemon has
        # the elements which it also finds as a plugin.
        options = SANITIZERS[kind]["env"]["ASAN_OPTIONS"].replace("detect_leaks=1", "detect_leaks=0")
        run_suite(report, "asan-requests", sanitized_directory(kind), "e2e",
                  {**SANITIZERS[kind]["env"], "ASAN_OPTIONS": f"{options}:detect_odr_violation=0"},
                  tests=["e2e_http_robust"])


STEPS = {
    "format": step_format,
    "include-lint": step_include_lint,
    "lint": lambda report: run_suite(report, "lint", BUILD, "lint"),
    "unit": lambda report: run_suite(report, "unit", BUILD, "unit"),
    "element": lambda report: run_suite(report, "element", BUILD, "element"),
    "fuzz": lambda report: run_suite(report, "fuzz", BUILD, "fuzz"),
    # They mostly wait for sound.
    "e2e": lambda report: run_suite(report, "e2e", BUILD, "e2e", at_once=2 * os.cpu_count()),
    "browser": step_browser,
    "tidy": lambda report: None,
    "asan": partial(step_sanitized, kind="asan"),
    "tsan": partial(step_sanitized, kind="tsan"),
}
# What a step compiles first, one after the other beside the steps above it, which mostly wait for sound.
BESIDE = {
    "tidy": step_tidy,
    "asan": partial(build_sanitized, kind="asan"),
    "tsan": partial(build_sanitized, kind="tsan"),
}
NEEDS_BUILD = {"tidy", "lint", "unit", "element", "fuzz", "e2e", "browser"}


def main():
    parser = argparse.ArgumentParser(prog="tools/test")
    parser.add_argument("steps", nargs="*", metavar="STEP", help="run only these")
    parser.add_argument("--list", action="store_true", help="name the steps")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(STEPS))
        return 0
    chosen = arguments.steps or list(STEPS)
    for name in chosen:
        if name not in STEPS:
            parser.error(f"no step '{name}'; there are: {', '.join(STEPS)}")

    report = Report()
    built = not NEEDS_BUILD.intersection(chosen) or step_build(report)
    chosen = [name for name in chosen if built or name not in NEEDS_BUILD]
    with ThreadPoolExecutor(max_workers=1) as pool:
        compiled = {name: pool.submit(BESIDE[name], report) for name in chosen if name in BESIDE}
        for name in chosen:
            if name not in compiled or compiled[name].result():
                STEPS[name](report)
    return report.print()


if __name__ == "__main__":
    sys.exit(main())
