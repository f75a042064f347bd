# SPDX-License-Identifier: Apache-2.0
"""What the test programs in Python share: TAP lines, and where the data of others is."""
import os

SHARED = os.path.realpath(os.environ.get("SW_SHARED") or os.path.join(os.path.dirname(__file__), "../../shared"))


class Tap:
    """Counts and prints. `about` stands before every name."""

    def __init__(self, about=""):
        self.about = about + ": " if about else ""
        self.n = self.failed = 0

    def ok(self, good, name, *notes):
        """One test. The notes are for the reader of a failure: at most 25 lines of each."""
        self.n += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.n} - {self.about}{name}", flush=True)
        for note in () if good else notes:
            for line in str(note).splitlines()[:25]:
                print("# " + line[:1000], flush=True)
        return good

    def skip(self, name, why):
        self.n += 1
        print(f"ok {self.n} - {self.about}{name} # skip {why}", flush=True)

    def end(self):
        """The plan; what the program exits with."""
        print(f"1..{self.n}", flush=True)
        return 1 if self.failed else 0


def skip_all(name, why):
    """Nothing can be tested here. What the program exits with."""
    print(f"1..1\nok 1 - {name} # skip {why}")
    return 0
