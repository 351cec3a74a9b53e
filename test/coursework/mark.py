"""Marks an answer by hand, as the Formgrader does: DATABASE ASSIGNMENT STUDENT CELL POINTS."""
import sys

from nbgrader.api import Gradebook

database, assignment, student, cell, points = sys.argv[1:]
with Gradebook(f"sqlite:///{database}") as gradebook:
    grade = gradebook.find_grade(cell, assignment, assignment, student)
    grade.manual_score = float(points)
    grade.needs_manual_grade = False
    gradebook.db.commit()
