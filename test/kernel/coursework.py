"""An exercise of five points is released, handed in by five students, and marked. Prints their points as JSON."""
import json
import pathlib
import subprocess
import sys

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

course = pathlib.Path(sys.argv[1])


def nbgrader(*arguments):
    done = subprocess.run([sys.executable, "-m", "nbgrader", *arguments], cwd=course, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)


def cell(name, source, points=None):
    """A cell for a solution, or with points for tests."""
    tests = points is not None
    about = {"schema_version": 3, "grade_id": name, "grade": tests, "solution": not tests, "locked": tests, "task": False}
    return new_code_cell(source, metadata={"nbgrader": {**about, **({"points": points} if tests else {})}})


def exercise(solution):
    source = f"function slope(x: number): number {{\n  // BEGIN SOLUTION\n  {solution}\n  // END SOLUTION\n}}"
    return new_notebook(
        metadata={"kernelspec": {"name": "nablab", "display_name": "TypeScript (nablab)", "language": "typescript"}},
        cells=[
            cell("slope", source),
            new_code_cell('import { tensor } from "nablab";\nconsole.log(slope(1)); await null; tensor([slope(1)])'),
            cell("above", 'if (slope(3) !== 6) throw new Error("at 3 the slope of x² is 6");', 3),
            cell("below", 'import { equal } from "node:assert/strict";\nequal(slope(-3), -6);', 2),
        ],
    )


answers = {
    "right": "return 2 * x;",
    "wrong": "return x;",
    "half": "return Math.abs(2 * x);",
    "mistyped": 'return "2" * x;',
    "blank": None,
}
source = course / "source" / "ps1" / "slope.ipynb"
source.parent.mkdir(parents=True)
nbformat.write(exercise(answers["right"]), source)
nbgrader("generate_assignment", "ps1", "--create")
released = nbformat.read(course / "release" / "ps1" / "slope.ipynb", 4)
stub = '// your code here\n  throw new Error("not done yet");'
if stub not in released.cells[0].source:
    sys.exit(f"the stub is not in what was released:\n{released.cells[0].source}")
for student, answer in answers.items():
    handed_in = nbformat.from_dict(json.loads(nbformat.writes(released)))
    if answer:
        handed_in.cells[0].source = released.cells[0].source.replace(stub, answer)
    file = course / "submitted" / student / "ps1" / "slope.ipynb"
    file.parent.mkdir(parents=True)
    nbformat.write(handed_in, file)
nbgrader("autograde", "ps1", "--create")

from nbgrader.api import Gradebook  # noqa: E402

with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
    print(json.dumps({student: gradebook.find_submission("ps1", student).score for student in answers}))
