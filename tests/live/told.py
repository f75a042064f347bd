# SPDX-License-Identifier: Apache-2.0
"""What the live tests share: verdicts as TAP lines, the rule that shows that the sensor is up, texts of alerts, patience."""
import os
import sys
import time

from labs import why_not
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness  # noqa: E402

# Watch.wait_ready() reads this file until the rule has fired.
READY = """
- rule: ready
  desc: the sensor runs
  condition: evt.type in (open, openat) and fd.name = /etc/shadow and proc.name = cat and proc.pname startswith python
  output: ready
  priority: INFO
"""


class Tap(harness.Tap):
    """The verdicts of one program, each "live AREA: NAME"."""

    def __init__(self, area):
        super().__init__("live " + area)

    def impossible(self, seawall, more=None):
        """Whether this machine cannot do it, or the caller has a reason: told as the whole result then."""
        reason = why_not(seawall) or more
        if reason:
            harness.skip_all(self.about.rstrip(": "), reason)
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
