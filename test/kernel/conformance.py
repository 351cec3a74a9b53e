"""The official conformance suite of Jupyter, with code samples for every feature that it can try."""
import unittest

import jupyter_kernel_test


class NablabTests(jupyter_kernel_test.KernelTests):
    kernel_name = "nablab"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = 'console.log("hello, world")'
    code_stderr = 'console.error("oh no")'
    completion_samples = [
        {"text": "consol", "matches": {"console"}},
        {"text": "[1, 2].ma", "matches": {"map", "flatMap"}},
    ]
    complete_code_samples = ["1 + 1", "await Promise.resolve(1)", "class A { x = 1 }", "`a\n${1}`"]
    incomplete_code_samples = ["function f() {", "const a = [1,", "`abc ", "/* and so on"]
    invalid_code_samples = ["const = 5 5 )", '"abc', "}"]
    code_generate_error = 'throw new Error("deliberate")'
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "[1, 2].map((x) => x * 2)", "result": "[ 2, 4 ]"},
    ]
    code_display_data = [
        {
            "code": 'import { display, html } from "nablab"; await display(html("<b>bold</b>")); undefined',
            "mime": "text/html",
        },
    ]
    code_history_pattern = "6 * ?"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "console.log"
    code_page_something = "console.log?"
    code_clear_output = 'import { clearOutput } from "nablab"; clearOutput()'


if __name__ == "__main__":
    unittest.main(verbosity=2)
