"""An nbgrader course in TypeScript: what nbgrader does not know of the language, and how graded notebooks run.

nbgrader takes this up when it is called in this folder, by `npx nablab course`, by hand, or from JupyterLab.
"""
import json
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import bleach
from dateutil.tz import gettz, tzlocal
from jinja2 import pass_context
from jupyter_client.kernelspec import KernelSpecManager
from nbconvert.exporters import HTMLExporter, NotebookExporter
from nbconvert.preprocessors import Preprocessor
from nbformat.v4 import new_markdown_cell
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from nbgrader.utils import parse_utc

c = get_config()  # noqa: F821: nbgrader brings it

# What a student finds in the place of the solution: a blank answer fails the tests that call it.
c.ClearSolutions.code_stub = {"typescript": '// your code here\nthrow new Error("not done yet");'}
c.ClearSolutions.text_stub = "*Your answer here.*"

# Each cell of a graded notebook may take so long, all of them together so long, and the notebook so much memory. Cells run in a process of their
# own, which reads and writes files in the folder of the submission only; what a cell does to it costs that cell.
seconds, notebook_seconds, megabytes = 60, 300, 2000
# One for the whole process, which may read this file several times.
mark = Execute.mark = getattr(Execute, "mark", None) or secrets.token_hex(16)
c.Execute.extra_arguments = [
    "--graded", f"--mark={mark}", f"--seconds={seconds}", f"--notebook-seconds={notebook_seconds}", f"--megabytes={megabytes}"]
# A tag by which cells are left out would leave out tests: none that a submission can name does.
c.Execute.skip_cells_with_tag = mark
# The kernel keeps the limits, by processor time: by the clock it may take five times as long. This is for a kernel that is lost altogether.
c.Execute.timeout = 5 * notebook_seconds + 60
# A cell that displays much, on a busy machine: nbgrader would give the notebook up after four seconds.
c.Execute.iopub_timeout = 60


def run_marked(self, cell, resources, index, run=getattr(Execute.preprocess_cell, "unmarked", Execute.preprocess_cell)):
    """Runs a cell, and tells the kernel by a first line that no submission knows whether it is the assignment's: what
    those declare no other cell can change."""
    about, source = cell.metadata.get("nbgrader", {}), cell.source
    if cell.cell_type == "code" and not about.get("solution") and (about.get("grade") or about.get("locked")):
        cell.source = f"//{mark} {'test' if about.get('grade') else 'data'}\n{source}"
    try:
        return run(self, cell, resources, index)
    finally:
        cell.source = source


run_marked.unmarked = getattr(Execute.preprocess_cell, "unmarked", Execute.preprocess_cell)
Execute.preprocess_cell = run_marked

# Whether a file timestamp.txt in a submission says when it was handed in. nbgrader's exchange writes such files; where
# students upload files of their own, one of them could write any time into it.
trust_timestamps = False


def time_in(folder):
    """The time in a timestamp.txt, in UTC. nbgrader takes a zone that it does not know (CEST, IST) for UTC, and the offset
    in "01:00:00 +0530" for 530 seconds."""
    file = Path(folder, "timestamp.txt")
    text = file.read_text("utf-8-sig").strip() if trust_timestamps and file.exists() else ""
    if not text:
        return None
    parts = re.fullmatch(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?) *([+-]\d\d(?::?\d\d)?|[A-Za-z][\w/+-]*)?", text)
    time, zone = parts.groups("UTC") if parts else ("", "UTC")
    zone = "UTC" if zone == "Z" else zone
    # gettz also takes the abbreviations of this machine's own zone.
    if zone[0] not in "+-" and isinstance(gettz(zone), (type(None), tzlocal)):
        raise ValueError(f"timestamp.txt: expected UTC, an offset (+05:30) or a time zone (Asia/Kolkata) after the time, got {zone}")
    try:
        return parse_utc(f"{time}{zone}" if zone[0] in "+-" else f"{time.replace('T', ' ')} {zone}")
    except ValueError:
        raise ValueError(f"timestamp.txt: expected a time such as 2026-03-29 01:00:00 UTC, got {text[:80]!r}") from None


def time_submitted(api, assignment, student):
    """What the Formgrader lists; grading reports a time that cannot be read."""
    try:
        return time_in(api.coursedir.format_path(api.coursedir.submitted_directory, student, assignment))
    except ValueError:
        return None


CourseDirectory.get_existing_timestamp = lambda course, folder: time_in(folder)
NbGraderAPI.get_submitted_timestamp = time_submitted


def failure_of(api, assignment, student):
    """Why a submission could not be graded when that was tried last: `npx nablab course autograde` keeps it."""
    try:
        return json.loads(Path(api.coursedir.root, ".nablab", "graded", assignment, f"{student}.json").read_text("utf-8")).get("failure")
    except (OSError, ValueError):
        return None


def with_standing(api, submission):
    """Adds to a submission that is not graded what the Formgrader's lists leave out: the reason, or that there is none."""
    if submission and not submission["autograded"]:
        failure = failure_of(api, submission["name"], submission["student"])
        if not submission["submitted"]:
            submission["standing"] = "not submitted"
        elif failure:
            submission["standing"] = f"not graded: {failure}"
    return submission


names = ["get_submission", "get_submissions", "get_student_submissions"]
plain = {name: getattr(getattr(NbGraderAPI, name), "plain", getattr(NbGraderAPI, name)) for name in names}


def submission_of(api, *about, **named):
    return with_standing(api, plain["get_submission"](api, *about, **named))


def submissions_of(api, assignment):
    """With those of students who submitted nothing."""
    found = plain["get_submissions"](api, assignment)
    there = {submission["student"] for submission in found}
    missing = [api.get_submission(assignment, student["id"]) for student in api.get_students() if student["id"] not in there]
    return sorted([*found, *filter(None, missing)], key=lambda submission: submission["student"])


def submissions_by(api, student):
    found = plain["get_student_submissions"](api, student)
    for submission in found:
        if submission.get("standing", "").startswith("not graded: "):
            submission["name"] += f": {submission['standing']}"
    return found


for name, function in zip(names, [submission_of, submissions_of, submissions_by]):
    function.plain = plain[name]
    setattr(NbGraderAPI, name, function)

# The page of an assignment's submissions shows them in the column of the status.
STANDINGS = """<script>
const { render } = SubmissionUI.prototype;
SubmissionUI.prototype.render = function () {
  render.call(this);
  const standing = this.model.get("standing");
  if (!standing) return;
  this.$status.attr("data-order", -1).empty().text(standing);
  if (!this.model.get("submitted")) for (const cell of [this.$autograde, this.$generate_feedback, this.$release_feedback]) cell.empty();
};
</script>
"""
formgrader = sys.modules.get("nbgrader.server_extensions.formgrader.base")
if formgrader:
    page_of = getattr(formgrader.BaseHandler.render, "plain", formgrader.BaseHandler.render)

    def page_with_standings(self, name, **values):
        page = page_of(self, name, **values)
        return page.replace("</head>", f"{STANDINGS}</head>", 1) if name == "manage_submissions.tpl" else page

    page_with_standings.plain = page_of
    formgrader.BaseHandler.render = page_with_standings


def nablab():
    """The Node that runs nablab's kernel, and nablab's folder."""
    argv = KernelSpecManager().get_kernel_spec("nablab").argv
    kernel = next((Path(part) for part in argv if Path(part).name == "main.js"), None)
    if kernel is None:
        raise ValueError(f"the kernelspec nablab must start nablab's main.js (nablab kernel install makes it); got {argv}")
    return argv[0], kernel.parents[2]


class PreparedExporter(NotebookExporter):
    """Reads submissions put right: `npx nablab course autograde` has them prepared; the Formgrader and `nbgrader
    autograde` have it done here, by the same program."""

    def from_filename(self, filename, resources=None, **options):
        if getattr(self.parent, "_sanitizing", False) and PREPARED not in filename:
            filename = self.prepared(filename)
        return super().from_filename(filename, resources=resources, **options)

    def prepared(self, filename):
        course = self.parent.coursedir
        node, root = nablab()
        # For all students at once course.student_id is "*"; the file says whose it is: submitted/STUDENT/ASSIGNMENT/FILE.
        student, assignment = Path(filename).parts[-3:-1]
        done = subprocess.run(
            [node, str(root / "dist" / "cli" / "main.js"), "course", "prepare", assignment, student, "--course", course.root],
            capture_output=True, text=True)
        if done.returncode != 0:
            raise ValueError(done.stderr.strip())
        return os.path.join(course.root, PREPARED, student, assignment, os.path.basename(filename))


PREPARED = os.path.join(".nablab", "prepared")
c.Autograde.exporter_class = PreparedExporter


# What submissions say and display is shown in the Formgrader, beside its own scripts and with its rights: as text and
# pictures, from which nothing runs and nothing is loaded, and which link to addresses of the web alone.
TAGS = {*bleach.ALLOWED_TAGS, *(
    "h1 h2 h3 h4 h5 h6 p br hr div span pre kbd samp var del ins s u small sub sup dl dt dd img figure figcaption details summary "
    "table caption colgroup col thead tbody tfoot tr th td").split()}
EVERYWHERE = {"class", "id", "title", "align", "colspan", "rowspan", "start", "scope"}


def allows(tag, name, value):
    if tag == "a" and name == "href":
        return re.match(r"(https?:|mailto:|#)", value, re.I) is not None
    if tag == "img" and name == "src":
        return re.match(r"data:image/(png|jpeg|gif|webp|svg\+xml)[;,]", value, re.I) is not None
    return name in EVERYWHERE or (tag == "img" and name in {"alt", "width", "height"})


def clean(html):
    return bleach.clean(str(html), tags=TAGS, attributes=allows, protocols={"http", "https", "mailto", "data"}, strip=True)


to_html = getattr(HTMLExporter.markdown2html, "uncleaned", HTMLExporter.markdown2html)


@pass_context
def markdown_to_clean_html(self, context, source):
    return clean(to_html(self, context, source))


markdown_to_clean_html.uncleaned = to_html
HTMLExporter.markdown2html = markdown_to_clean_html  # nbgrader's pages clean what is displayed alone


class PlainFormulas(Preprocessor):
    """Takes from formulas what leads from them to somewhere else, or has more of TeX loaded."""

    def preprocess_cell(self, cell, resources, index):
        plain = re.compile(r"\\(href|require|html\w*|cssId|class|style|data)\b")
        if cell.cell_type != "code":
            cell.source = plain.sub(r"\\text", cell.source)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            for kind in {"text/latex", "text/markdown", "text/html"} & data.keys():
                data[kind] = plain.sub(r"\\text", "".join(data[kind]))
        return cell, resources


class ModelAnswers(Preprocessor):
    """Shows the model answer and the rubric below each written answer: in the Formgrader, not in the feedback."""

    def preprocess(self, notebook, resources):
        if "submission_id" not in resources:
            return notebook, resources
        file = Path(__file__).parent / "source" / resources["assignment_id"] / f"{resources['notebook_id']}.ipynb"
        cells = json.loads(file.read_text("utf-8"))["cells"] if file.exists() else []
        answers = {self.role(cell).get("grade_id"): "".join(cell["source"]) for cell in cells if self.is_written(cell)}
        shown = []
        for cell in notebook.cells:
            shown.append(cell)
            answer = answers.get(self.role(cell).get("grade_id")) if self.is_written(cell) else None
            if answer is not None:
                lines = [line for line in answer.splitlines() if not re.search("(BEGIN|END) SOLUTION", line)]
                shown.append(new_markdown_cell("\n".join(f"> {line}" for line in ["**Model answer**", "", *lines])))
        notebook.cells = shown
        return notebook, resources

    def role(self, cell):
        return cell["metadata"].get("nbgrader", {})

    def is_written(self, cell):
        return cell["cell_type"] == "markdown" and self.role(cell).get("grade") and self.role(cell).get("solution")


to_page = getattr(HTMLExporter.from_notebook_node, "unchanged", HTMLExporter.from_notebook_node)


def page_with_formulas(self, notebook, resources=None, **options):
    """nbgrader has formulas typeset by MathJax, which the browser loads from elsewhere: here by KaTeX, which nablab brings.
    (`npx nablab course feedback` does it in the page.)"""
    page, resources = to_page(self, notebook, resources, **options)
    if "submission_id" in resources:
        mathjax = re.compile("<!-- Load mathjax -->.*?<!-- End of mathjax configuration -->", re.S)
        page = mathjax.sub(lambda _: katex(), page)
    return page, resources


def katex():
    _, root = nablab()
    files = [folder / "node_modules" / "katex" / "dist" for folder in [root, *root.parents]]
    dist = next((folder for folder in files if folder.exists()), None)
    if dist is None:
        raise ValueError(f"KaTeX, which typesets formulas, is missing beside nablab; run npm install in {root}")
    code = [(dist / name).read_text("utf-8") for name in ("katex.min.js", "contrib/auto-render.min.js")]
    delimiters = [
        {"left": left, "right": right, "display": left != "$" and left != "\\("}
        for left, right in [("$$", "$$"), ("\\[", "\\]"), ("$", "$"), ("\\(", "\\)")]
    ]
    options = {"delimiters": delimiters, "output": "mathml", "throwOnError": False, "strict": "ignore", "maxSize": 20}
    code.append(f'addEventListener("load", () => renderMathInElement(document.body, {json.dumps(options)}))')
    return "\n".join(f"<script>{text}</script>" for text in code)


page_with_formulas.unchanged = to_page
HTMLExporter.from_notebook_node = page_with_formulas

c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {"clean_html": clean}
c.HTMLExporter.preprocessors = [PlainFormulas, ModelAnswers]
