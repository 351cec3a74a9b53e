"""One column of the conformance table that `bench.mjs` makes: Jupyter's official suite on a kernel. Prints JSON, an outcome for each test."""
import importlib.util
import json
import pathlib
import sys
import unittest

import jupyter_kernel_test

kernel = sys.argv[1]
ours = pathlib.Path(__file__).parents[2] / "kernel" / "conformance.py"
spec = importlib.util.spec_from_file_location("ours", ours)
samples = importlib.util.module_from_spec(spec)
spec.loader.exec_module(samples)


class TslabTests(samples.NablabTests):
    """The same questions; what shows HTML is tslab's own there."""

    kernel_name = "tslab"
    code_display_data = [{"code": 'import { display } from "tslab"; display.html("<b>bold</b>")', "mime": "text/html"}]
    code_clear_output = None


class IPythonTests(jupyter_kernel_test.KernelTests):
    kernel_name = "ipykernel"
    language_name = "python"
    file_extension = ".py"
    code_hello_world = 'print("hello, world")'
    code_stderr = 'import sys; print("oh no", file=sys.stderr)'
    completion_samples = [{"text": "zi", "matches": {"zip"}}]
    complete_code_samples = ["1 + 1", "await f()", "class A:\n    x = 1\n\n", "'''a\n'''"]
    incomplete_code_samples = ["def f():", "a = [1,", "'''abc "]
    invalid_code_samples = ["const = 5 5 )", '"abc', "}"]
    code_generate_error = "raise RuntimeError('deliberate')"
    code_execute_result = [{"code": "6 * 7", "result": "42"}, {"code": "[x * 2 for x in [1, 2]]", "result": "[2, 4]"}]
    code_display_data = [
        {"code": "from IPython.display import HTML, display; display(HTML('<b>bold</b>'))", "mime": "text/html"}
    ]
    code_page_something = "zip?"
    code_history_pattern = "6 * ?"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "zip"
    code_clear_output = "from IPython.display import clear_output; clear_output()"


class Outcomes(unittest.TestResult):
    """Of the parts of a test (subTest) the worst counts."""

    def __init__(self):
        super().__init__()
        self.outcomes = {}

    def note(self, test, outcome):
        name = getattr(test, "test_case", test)._testMethodName
        if self.outcomes.get(name) != "fails":
            self.outcomes[name] = outcome

    def startTest(self, test):
        super().startTest(test)
        self.note(test, "passes")

    def addFailure(self, test, _):
        self.note(test, "fails")

    def addError(self, test, _):
        self.note(test, "fails")

    def addSkip(self, test, _):
        if not hasattr(test, "test_case"):
            self.note(test, "–")

    def addSubTest(self, test, _, error):
        if error:
            self.note(test, "fails")


tests = {"nablab": samples.NablabTests, "tslab": TslabTests, "ipykernel": IPythonTests}
result = Outcomes()
unittest.defaultTestLoader.loadTestsFromTestCase(tests[kernel]).run(result)
print(json.dumps({name.removeprefix("test_").replace("_", " "): outcome for name, outcome in result.outcomes.items()}))
