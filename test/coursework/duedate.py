"""Sets when an assignment is due: DATABASE ASSIGNMENT TIME."""
import sys

from nbgrader.api import Gradebook

database, assignment, time = sys.argv[1:]
with Gradebook(f"sqlite:///{database}") as gradebook:
    gradebook.update_or_create_assignment(assignment, duedate=time)
