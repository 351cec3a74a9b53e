"""What nbgrader does not know of TypeScript. Taken up when nbgrader is called in this folder."""
c = get_config()  # noqa: F821: nbgrader brings it

# What a student finds in the place of the solution: a blank answer fails the tests that call it.
c.ClearSolutions.code_stub = {"typescript": '// your code here\nthrow new Error("not done yet");'}
