# SPDX-License-Identifier: Apache-2.0
"""What the live tests share: verdicts as TAP lines, the rule that shows that the sensor is up, texts of alerts, patience."""
import time

from labs import why_not

# Watch.wait_ready() reads this file until the rule has fired.
READY = """
- rule: ready
  desc: the sensor runs
  condition: evt.type in (open, openat) and fd.name = /etc/shadow and proc.name = cat and container.id = host
  output: ready
  priority: INFO
"""


class Tap:
    """The verdicts of one program, each "live AREA: NAME"."""

    def __init__(self, area):
        self.area = area
        self.n = 0

    def ok(self, good, name, *notes):
        self.n += 1
        print(f"{'' if good else 'not '}ok {self.n} - live {self.area}: {name}", flush=True)
        for note in () if good else notes:
            print("# " + repr(note)[:900])
        return good

    def skip(self, name, reason):
        self.n += 1
        print(f"ok {self.n} - live {self.area}: {name} # skip {reason}", flush=True)

    def plan(self):
        print(f"1..{self.n}")

    def impossible(self, seawall, more=None):
        """Whether this machine cannot do it, or the caller has a reason: told as the whole result then."""
        reason = why_not(seawall) or more
        if reason:
            print(f"1..1\nok 1 - live {self.area} # skip {reason}")
        return bool(reason)


def until(test, seconds=8.0):
    """The answer of test() as soon as it is true, or the last one."""
    end = time.time() + seconds
    while True:
        answer = test()
        if answer or time.time() > end:
            return answer
        time.sleep(0.05)


def message(alert):
    """The rule's own words: without time and priority before them, and the fields of containers behind."""
    return alert["output"].split(" ", 2)[2].split(" container_id=")[0] if alert else None


def messages(alerts, rule):
    return [message(a) for a in alerts if a["rule"] == rule]


def rows(alerts, rule):
    """The columns of messages that are written "%field|%field|"."""
    return [m.split("|")[:-1] for m in messages(alerts, rule)]
