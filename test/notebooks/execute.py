"""Executes a notebook by nbclient with the kernel nablab: SOURCE TARGET. What failed is written too."""

import os
import sys

import nbformat
from nbclient import NotebookClient

source, target = sys.argv[1:]
notebook = nbformat.read(source, 4)
client = NotebookClient(
    notebook,
    timeout=900,
    kernel_name="nablab",
    record_timing=False,
    resources={"metadata": {"path": os.path.dirname(os.path.abspath(source))}},
)
try:
    client.execute()
finally:
    notebook.metadata.pop("widgets", None)
    nbformat.validate(notebook)
    nbformat.write(notebook, target)
