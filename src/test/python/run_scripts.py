"""Runs export scripts one after another in one Python, which saves the time of importing torch.

Usage: run_scripts.py "export_NAME ARGUMENTS" ...; one line for each: exit code, tab, what was on standard error.
"""

import contextlib
import importlib
import io
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, p) for p in ("../../main/python", "standins", "standins/hub")]
import exporting

for line in sys.argv[1:]:
    name, *arguments = line.split(" ")
    sys.argv = [name] + arguments
    err, code = io.StringIO(), 0
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(err):
        try:
            exporting.run(name, importlib.import_module(name).main)
        except SystemExit as e:
            code = e.code
    print("%d\t%s" % (code, err.getvalue().rstrip("\n").replace("\n", " // ")))
