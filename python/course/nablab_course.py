"""nbgrader for `nablab course`: reads requests, one JSON object per line, and replies to each with one.

Runs in the folder of a course, whose nbgrader_config.py it takes up. What nbgrader prints goes to standard error.
"""
import argparse
import contextlib
import glob
import hashlib
import json
import logging
import os
import shutil
import sys
import threading
import time
import warnings

answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
warnings.simplefilter("ignore")



def end_with_parent(parent=os.getppid()):
    """The client has gone; the next one repeats the work."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


threading.Thread(target=end_with_parent, daemon=True).start()

# jsonschema imports it for a format that no schema of notebooks uses; building its grammar is 1.0 s of a start of 1.9 s.
sys.modules["rfc3987_syntax"] = None

import nbgrader.api  # noqa: E402
from alembic.script import ScriptDirectory  # noqa: E402
from nbgrader.api import Gradebook, MissingEntry  # noqa: E402
from nbgrader.apps.api import NbGraderAPI  # noqa: E402
from nbgrader.apps.baseapp import NbGrader  # noqa: E402
from nbgrader.converters import Autograde  # noqa: E402
from nbgrader.dbutil import ALEMBIC_DIR  # noqa: E402


def schema_version():
    """The version of a new gradebook. nbgrader starts a program for it that loads all of nbgrader again,
    1.2 s for each new gradebook, and a release makes one for its trial; here it takes 0.1 s."""
    return ScriptDirectory(ALEMBIC_DIR).get_current_head()


nbgrader.api.get_alembic_version = schema_version


def read_config():
    """The application with the configuration of this folder, and with a gradebook that waits for other writers."""
    app = NbGrader()
    app.initialize([])
    app.log.setLevel(logging.WARNING)
    course = app.config.CourseDirectory
    if "db_url" not in course:
        course.db_url = f"sqlite:///{os.path.join(os.getcwd(), 'gradebook.db')}?timeout=120"
    return app


app = read_config()
api = NbGraderAPI(parent=app)
db_url = api.coursedir.db_url


@contextlib.contextmanager
def folders(**names):
    """Overrides folders of nbgrader's steps, such as `release_directory`."""
    usual = {name: getattr(api.coursedir, name) for name in names}
    for name, folder in names.items():
        setattr(api.coursedir, name, folder)
    try:
        yield
    finally:
        for name, folder in usual.items():
            setattr(api.coursedir, name, folder)


def release(assignment, into, trial=False, change_cells=False):
    """Creates the students' version in the folder `into`, which replaces `release` on success; a trial has a separate
    gradebook."""

    def generate():
        return api.generate_assignment(assignment, force=True, create=True)

    with folders(release_directory=into):
        if not trial:
            return with_changed_cells(assignment, generate) if change_cells else generate()
        path = os.path.abspath(os.path.join(into, "trial.db"))
        os.makedirs(into, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.remove(path)
        with folders(db_url=f"sqlite:///{path}"):
            try:
                return generate()
            finally:
                os.remove(path)


def with_changed_cells(assignment, release):
    """Releases an assignment whose cells differ from the graded one's: submissions are removed from the gradebook and added
    again with the marks of the remaining cells. Atomic, by a backup of the gradebook."""
    path = db_url.removeprefix("sqlite:///").split("?")[0]
    copy = f"{path}.{time.strftime('%Y%m%d-%H%M%S')}"
    shutil.copy2(path, copy)
    try:
        with Gradebook(db_url) as gradebook:
            kept = [submission_dict(submission) for submission in gradebook.assignment_submissions(assignment)]
            for submission in kept:
                gradebook.remove_submission(assignment, submission["student"])
        result = release()
        if not result["success"]:
            raise RuntimeError(result.get("error") or result.get("log"))
        with Gradebook(db_url) as gradebook:
            for submission in kept:
                restore_submission(gradebook, assignment, submission)
    except BaseException:
        shutil.copy2(copy, path)
        os.remove(copy)
        raise
    return {**result, "copy": copy}


def submission_dict(submission):
    grades = ("auto_score", "manual_score", "extra_credit", "needs_manual_grade")
    comments = ("auto_comment", "manual_comment")
    return {
        "student": submission.student.id,
        "timestamp": submission.timestamp,
        "extension": submission.extension,
        "grades": [
            (notebook.name, grade.name, {name: getattr(grade, name) for name in grades})
            for notebook in submission.notebooks
            for grade in notebook.grades
        ],
        "comments": [
            (notebook.name, comment.name, {name: getattr(comment, name) for name in comments})
            for notebook in submission.notebooks
            for comment in notebook.comments
        ],
    }


def restore_submission(gradebook, assignment, kept):
    student = kept["student"]
    gradebook.add_submission(assignment, student, timestamp=kept["timestamp"], extension=kept["extension"])
    for what, find in (("grades", gradebook.find_grade), ("comments", gradebook.find_comment)):
        for notebook, cell, values in kept[what]:
            with contextlib.suppress(MissingEntry):  # the cell was removed
                entry = find(cell, notebook, assignment, student)
                for name, value in values.items():
                    setattr(entry, name, value)
    gradebook.db.commit()


def written_answers(assignment, student):
    """The text of each answer that is graded manually, as it was graded last."""
    folder = api.coursedir.format_path(api.coursedir.autograded_directory, student, assignment)
    answers = {}
    for file in glob.glob(os.path.join(glob.escape(folder), "*.ipynb")):
        with contextlib.suppress(OSError, ValueError), open(file, encoding="utf-8") as text:
            for cell in json.load(text)["cells"]:
                about = cell["metadata"].get("nbgrader", {})
                if about.get("grade") and about.get("solution"):
                    name = os.path.splitext(os.path.basename(file))[0]
                    answers[name, about["grade_id"]] = "".join(cell["source"])
    return answers


@contextlib.contextmanager
def marks_of_unchanged_answers(assignment, student):
    """nbgrader has every mark given by hand confirmed after each autograde; here only where the answer has changed."""

    def marked():
        with contextlib.suppress(MissingEntry):
            for notebook in gradebook.find_submission(assignment, student).notebooks:
                for grade in notebook.grades:
                    if grade.manual_score is not None:
                        yield (notebook.name, grade.name), grade

    before = written_answers(assignment, student)
    with Gradebook(db_url) as gradebook:
        done = {key for key, grade in marked() if not grade.needs_manual_grade}
    yield
    after = written_answers(assignment, student)
    with Gradebook(db_url) as gradebook:
        for key, grade in marked():
            if key in done and key in before and before[key] == after.get(key):
                grade.needs_manual_grade = False
        gradebook.db.commit()


def autograde(assignment, student, submitted="submitted", force=True):
    """Grades the submissions in the folder `submitted`."""
    with folders(submitted_directory=submitted), marks_of_unchanged_answers(assignment, student):
        result = api.autograde(assignment, student, force=force, create=True)
        # Ports are chosen before a kernel binds them, so two of many kernels may choose the same: once in a few hundred
        # submissions. No cell has run by then.
        if not result["success"] and "Kernel died before replying to kernel_info" in str(result):
            result = api.autograde(assignment, student, force=True, create=True)
    if result["success"]:
        result.update(scores(assignment, student)["scores"][0])
    return result


@contextlib.contextmanager
def preprocessors(**lists):
    """Overrides the preprocessors of nbgrader's autograde."""
    usual = dict(api.config.Autograde)
    api.config.Autograde.update(lists)
    try:
        yield
    finally:
        api.config.Autograde.clear()
        api.config.Autograde.update(usual)


def around_execution():
    """What the course's configuration does to a notebook with its tests restored before it is executed, and afterwards."""
    usual = api.config.Autograde.get("autograde_preprocessors", Autograde.autograde_preprocessors.default())
    names = [str(getattr(one, "__name__", one)).rsplit(".", 1)[-1] for one in usual]
    at = names.index("Execute")
    return usual[:at], usual[at + 1 :]


def sanitize(assignment, student, submitted, into):
    """Restores tests, as autograde does before it executes notebooks: in the folder `into`."""
    before, _ = around_execution()
    with folders(submitted_directory=submitted, autograded_directory=into):
        with preprocessors(autograde_preprocessors=before):
            return api.autograde(assignment, student, force=True, create=True)


def save(assignment, student, submitted):
    """Saves the points of executed notebooks, as autograde does."""
    _, after = around_execution()
    with folders(submitted_directory=submitted), marks_of_unchanged_answers(assignment, student):
        with preprocessors(sanitize_preprocessors=[], autograde_preprocessors=after):
            result = api.autograde(assignment, student, force=True, create=True)
    if result["success"]:
        result.update(scores(assignment, student)["scores"][0])
    return result


def limits():
    """The limits of a notebook in the configuration; empty if notebooks are not confined."""
    arguments = list(api.config.Execute.get("extra_arguments", []))
    if "--graded" not in arguments:
        return {"success": True}
    names = {"seconds": "seconds", "notebook-seconds": "notebookSeconds", "megabytes": "megabytes"}
    parser = argparse.ArgumentParser(exit_on_error=False, allow_abbrev=False)
    for name in names:
        parser.add_argument(f"--{name}", type=float)
    try:
        given = vars(parser.parse_known_args(arguments)[0])
    except argparse.ArgumentError as error:
        raise ValueError(f"c.Execute.extra_arguments: {error}") from None
    return {
        "success": True,
        "limits": {to: value for name, to in names.items() if (value := given[name.replace("-", "_")]) is not None},
    }


def forget(assignment, student):
    """Removes the points of a submission that cannot be graded from the gradebook, which would count it as 0. Manual marks
    stay."""
    with Gradebook(db_url) as gradebook, contextlib.suppress(MissingEntry):
        submission = gradebook.find_submission(assignment, student)
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        comments = [comment for notebook in submission.notebooks for comment in notebook.comments]
        by_hand = any(grade.manual_score is not None or grade.extra_credit for grade in grades)
        if not by_hand and not any(comment.manual_comment for comment in comments):
            gradebook.remove_submission(assignment, student)
    return {"success": True}


def feedback(assignment, student):
    return api.generate_feedback(assignment, student, force=True)


def score_dict(submission):
    """The score of a submission, less the late penalty and at least 0."""
    penalty = submission.late_submission_penalty or 0
    return {
        "assignment": submission.assignment.name,
        "student": submission.student.id,
        "raw": submission.score,
        "score": max(0, submission.score - penalty),
        "max": submission.max_score,
        "manual": bool(submission.needs_manual_grade),
        "late": submission.total_seconds_late,
        "penalty": penalty,
        "timestamp": submission.timestamp and submission.timestamp.isoformat(" "),
    }


def scores(assignment, student=None):
    """The records of the gradebook, one for each submission."""
    with Gradebook(db_url) as gradebook:
        try:
            found = gradebook.assignment_submissions(assignment)
        except MissingEntry:
            found = []
        chosen = [submission for submission in found if student is None or submission.student.id == student]
        return {"success": True, "scores": [score_dict(submission) for submission in chosen]}


def digest_of(notebooks):
    """A hash of an assignment's tests and points."""
    cells = sorted(
        (notebook.name, cell.name, cell.checksum or "", str(points.get(cell.name, "")))
        for notebook in notebooks
        for points in [{cell.name: cell.max_score for cell in [*notebook.grade_cells, *notebook.task_cells]}]
        for cell in notebook.source_cells
        if cell.locked or cell.name in points
    )
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def tests():
    """The hash of each assignment's current tests."""
    with Gradebook(db_url) as gradebook:
        found = {assignment.name: digest_of(assignment.notebooks) for assignment in gradebook.assignments}
        return {"success": True, "tests": found}


def gradebook():
    """Everything: assignments, the roster, a record for each submission."""
    with Gradebook(db_url) as book:
        return {
            "success": True,
            "assignments": [
                {
                    "name": assignment.name,
                    "max": assignment.max_score,
                    "tests": digest_of(assignment.notebooks),
                    "duedate": assignment.duedate and assignment.duedate.isoformat(" "),
                }
                for assignment in sorted(book.assignments, key=lambda assignment: assignment.name)
            ],
            "students": [
                {name: getattr(student, name) for name in ("id", "first_name", "last_name", "email", "lms_user_id")}
                for student in book.students
            ],
            "scores": [
                score_dict(submission) for assignment in book.assignments for submission in assignment.submissions
            ],
        }


def roster(students):
    """Adds students, or updates their entries."""
    with Gradebook(db_url) as book:
        for student in students:
            known = {name: value for name, value in student.items() if name != "id" and value}
            book.update_or_create_student(student["id"], **known)
    return {"success": True}


commands = {
    command.__name__: command
    for command in (release, autograde, sanitize, save, limits, forget, feedback, scores, tests, gradebook, roster)
}
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = commands[request.pop("do")](**request)
    except BaseException as error:  # one submission must not end the others
        answer = {"success": False, "error": f"{type(error).__name__}: {error}"}
    answers.write(json.dumps(answer, default=str) + "\n")
    answers.flush()
