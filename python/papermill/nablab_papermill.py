"""Parameters of notebooks in TypeScript for papermill: `papermill in.ipynb out.ipynb -p eta 0.1`.

papermill imports what is registered as one of its engines, and takes up translators by no other way; so this is
registered as an engine, though it is none. `npm run setup` puts the folder on the path of the project's Python.
"""
import json
import re

from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators


class TypeScriptTranslator(Translator):
    """Values as JSON, of which TypeScript is a superset; `NaN` and `Infinity` are written as Python writes them."""

    @classmethod
    def translate(cls, val):
        return json.dumps(val, ensure_ascii=False, default=str)

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val):
        # `let`, whose type is number; that of a `const` would be the literal.
        return f"let {name} = {str_val};"

    DECLARATION = re.compile(
        r"^\s*(?:const|let|var)\s+(?P<name>[\w$]+)\s*(?::\s*(?P<type>[^=]+?)\s*)?=\s*(?P<value>.*?)\s*;?\s*(?://\s*(?P<help>.*))?$"
    )

    @classmethod
    def inspect(cls, parameters_cell):
        """The declarations in the cell, one a line, for `papermill --help-notebook`."""
        found = map(cls.DECLARATION.match, parameters_cell["source"].splitlines())
        return [
            Parameter(
                name=one["name"],
                inferred_type_name=one["type"] or "None",
                default=one["value"],
                help=(one["help"] or "").strip(),
            )
            for one in found
            if one
        ]


papermill_translators.register("typescript", TypeScriptTranslator)
