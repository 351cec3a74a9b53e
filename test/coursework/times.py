"""Prints the time that a course reads in each of several timestamp.txt, or why it refuses it, as JSON: DATABASE TEXT…. A list for
each of three time zones of the machine."""
import json
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from traitlets.config import Config

course = Path(sys.argv[1]).parent
config = {"get_config": Config}
exec((course / "nbgrader_config.py").read_text(encoding="utf-8"), config)


def read(text):
    with TemporaryDirectory() as folder:
        Path(folder, "timestamp.txt").write_text(text, encoding="utf-8")
        try:
            return config["time_in"](folder).isoformat(" ")
        except ValueError as error:
            return str(error)


def read_all(zone):
    os.environ["TZ"] = zone
    time.tzset()
    return [read(text) for text in sys.argv[2:]]


print(json.dumps([read_all(zone) for zone in ("UTC", "Europe/Berlin", "Asia/Kolkata")]))
