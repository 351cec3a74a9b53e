"""Prints what a gradebook holds, as JSON: assignment, student, cell, points."""
import json
import sys

from nbgrader.api import Gradebook

with Gradebook(f"sqlite:///{sys.argv[1]}") as gradebook:
    print(
        json.dumps(
            {
                assignment.name: {
                    submission.student.id: {
                        grade.name: grade.score for notebook in submission.notebooks for grade in notebook.grades
                    }
                    for submission in gradebook.assignment_submissions(assignment.name)
                }
                for assignment in gradebook.assignments
            }
        )
    )
