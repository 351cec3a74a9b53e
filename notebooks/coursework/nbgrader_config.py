"""An nbgrader course in TypeScript: what nbgrader does not know of the language, and how graded notebooks run.

nbgrader takes this up when it is called in this folder, by `npx nablab course`, by hand, or from JupyterLab.
"""
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.preprocessors import (
    CheckCellMetadata, ClearOutput, DeduplicateIds, OverwriteCells, OverwriteKernelspec)

c = get_config()  # noqa: F821: nbgrader brings it

# What a student finds in the place of the solution: a blank answer fails the tests that call it.
c.ClearSolutions.code_stub = {"typescript": '// your code here\nthrow new Error("not done yet");'}
c.ClearSolutions.text_stub = "*Your answer here.*"

# Each cell of a graded notebook may take so long, all of them together so long, and the notebook so much memory. Cells run in a process of their
# own, which reads and writes files in the folder of the submission only; what a cell does to it costs that cell.
seconds, notebook_seconds, megabytes = 60, 300, 2000
c.Execute.extra_arguments = [
    "--graded", f"--seconds={seconds}", f"--notebook-seconds={notebook_seconds}", f"--megabytes={megabytes}"]
# The kernel keeps the limits, and may have to run earlier cells again; this is for a kernel that is lost altogether.
c.Execute.timeout = notebook_seconds + 60


class RestoreCells(OverwriteCells):
    """Puts back the cells that a student has deleted, each after the one that it stood behind."""

    def preprocess(self, nb, resources):
        self.add_missing_cells = False  # OverwriteCells puts them back with a comment in Python
        nb, resources = super().preprocess(nb, resources)
        with self.gradebook:
            notebook = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
            points = {cell.name: cell.max_score for cell in notebook.grade_cells}
            solutions = {cell.name for cell in notebook.solution_cells}
            place = 0
            for cell in notebook.source_cells:
                ids = [there.metadata.get("nbgrader", {}).get("grade_id") for there in nb.cells]
                if cell.name in ids:
                    place = ids.index(cell.name) + 1
                elif cell.locked or cell.name in points:
                    self.log.warning("Cell %s was deleted; it is put back", cell.name)
                    nb.cells.insert(place, self.restored(cell, points.get(cell.name), cell.name in solutions))
                    place += 1
        return nb, resources

    def restored(self, cell, points, is_solution):
        """A cell as it was released; a test says that it was gone."""
        about = {
            "schema_version": 3,
            "grade_id": cell.name,
            "grade": points is not None,
            "solution": is_solution,
            "locked": cell.locked,
            "task": False,
            "cell_type": cell.cell_type,
            "checksum": cell.checksum,
            **({} if points is None else {"points": points}),
        }
        new_cell = new_code_cell if cell.cell_type == "code" else new_markdown_cell
        is_test = cell.cell_type == "code" and points is not None and not is_solution
        note = "// This cell was deleted; it was put back for grading.\n" if is_test else ""
        return new_cell(note + cell.source, metadata={"nbgrader": about})


c.Autograde.sanitize_preprocessors = [ClearOutput, DeduplicateIds, OverwriteKernelspec, RestoreCells, CheckCellMetadata]
