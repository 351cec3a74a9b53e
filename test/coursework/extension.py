"""Gives a student more time: DATABASE ASSIGNMENT STUDENT MINUTES."""
import sys
from datetime import timedelta

from nbgrader.api import Gradebook

database, assignment, student, minutes = sys.argv[1:]
with Gradebook(f"sqlite:///{database}") as gradebook:
    gradebook.update_or_create_submission(assignment, student, extension=timedelta(minutes=float(minutes)))
