"""unittest for Meson: prints the results as TAP, so that every test case counts."""

import sys
import time
import traceback
import unittest


class TapResult(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.number = 0
        self.began = time.monotonic()

    def line(self, ok, test, note=""):
        self.number += 1
        name = test.id().replace("__main__.", "").replace("#", "")
        print(f"{'ok' if ok else 'not ok'} {self.number} - {name}{note}", flush=True)
        now = time.monotonic()
        print(f"# {now - self.began:.1f} s", flush=True)  # since the test before it; the first one is of the class
        self.began = now

    def explain(self, error):
        text = "".join(traceback.format_exception(*error))
        print("\n".join("# " + row for row in text.splitlines()), flush=True)

    def addSuccess(self, test):
        self.line(True, test)

    def addError(self, test, err):
        super().addError(test, err)
        self.line(False, test)
        self.explain(err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.line(False, test)
        self.explain(err)

    def addSkip(self, test, reason):
        self.line(True, test, f" # SKIP {reason}")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.line(False, subtest)
            self.explain(err)


def main():
    """Runs the tests of the calling program, or only those whose names are its arguments."""
    module = sys.modules["__main__"]
    loader = unittest.defaultTestLoader
    names = sys.argv[1:]
    suite = loader.loadTestsFromNames(names, module) if names else loader.loadTestsFromModule(module)
    result = TapResult()
    print("TAP version 13")
    suite.run(result)
    print(f"1..{result.number}")
    sys.exit(0 if result.wasSuccessful() else 1)
