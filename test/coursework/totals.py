"""Prints what the Formgrader shows of an assignment, as JSON: student, points and late penalty: DATABASE ASSIGNMENT."""
import json
import sys

from nbgrader.api import Gradebook

database, assignment = sys.argv[1:]
with Gradebook(f"sqlite:///{database}") as gradebook:
    print(
        json.dumps(
            {
                submission.student.id: [submission.score, submission.late_submission_penalty or 0]
                for submission in gradebook.assignment_submissions(assignment)
            }
        )
    )
