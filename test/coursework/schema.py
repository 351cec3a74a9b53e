"""Prints the version of its tables that a gradebook is marked with, and the one that nbgrader gives a new one."""
import os
import sqlite3
import sys

from nbgrader.api import get_alembic_version

# The program that nbgrader asks lies beside Python.
os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
with sqlite3.connect(sys.argv[1]) as gradebook:
    print(gradebook.execute("select version_num from alembic_version").fetchone()[0])
print(get_alembic_version())
