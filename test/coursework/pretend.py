"""Puts scores into a gradebook as if they had been graded: DATABASE ASSIGNMENT, and {student: {cell: points}} as JSON."""
import json
import sys

from nbgrader.api import Gradebook

database, assignment, scores = sys.argv[1:]
with Gradebook(f"sqlite:///{database}") as gradebook:
    for student, cells in json.loads(scores).items():
        submission = gradebook.update_or_create_submission(assignment, student)
        for grade in (grade for notebook in submission.notebooks for grade in notebook.grades):
            points = cells.get(grade.name, 0)
            grade.needs_manual_grade = points is None
            grade.auto_score = points
    gradebook.db.commit()
