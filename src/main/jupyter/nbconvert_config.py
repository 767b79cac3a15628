"""Configuration of nbconvert for `./s4s notebooks`: how a notebook is run, and what its HTML needs."""
import base64
import glob
import gzip
import os
import re
import zipfile

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.preprocessors import ExecutePreprocessor
from traitlets import Bool

HOME = os.environ["S4S_HOME"]
CUT = re.compile(r"left out: the front end did not read in time\]|IOPub (message|data) rate exceeded")
TEMPLATES = os.path.join(HOME, "src", "main", "jupyter")


class Execute(ExecutePreprocessor):
    """Runs the cells up to the first failure and lets what was computed until then be written."""

    enabled = Bool(True)

    def preprocess(self, nb, resources=None, km=None):
        self.cell_count = len(nb.cells)
        self.running = 0
        name = (resources or {}).get("metadata", {}).get("name", "the notebook")
        faults = []
        try:
            nb, resources = super().preprocess(nb, resources, km)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as failure:
            faults.append(describe(failure, nb.cells[self.running], self.running + 1))
        faults += [f"  {name}, cell {number}: output is missing: {line}\n"
                   for number, cell in enumerate(nb.cells, 1) for line in cut(cell)]
        if faults:
            with open(os.environ["S4S_ERROR_FILE"], "w", encoding="utf-8") as file:
                file.write("".join(faults))
        return nb, resources

    def preprocess_cell(self, cell, resources, index):
        self.running = index
        if os.environ.get("S4S_PROGRESS"):
            name = resources["metadata"]["name"]
            os.write(3, f"\r\033[K{name}: cell {index + 1} of {self.cell_count}".encode())
        return super().preprocess_cell(cell, resources, index)


def cut(cell):
    """Lines with which the kernel or a server says that it left output out."""
    streams = [output for output in cell.get("outputs", []) if output.output_type == "stream"]
    text = "".join(output.text for output in streams if output.name == "stderr")
    return [line for line in text.splitlines() if CUT.search(line)]


def describe(failure, cell, number):
    """What failed, for a terminal: the first lines of the cell and the end of the traceback."""
    lines = [f"  cell {number} of the notebook:"]
    lines += ["    " + line for line in cell.source.splitlines()[:8]]
    errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
    for error in errors:
        text = "\n".join(error.traceback) or f"{error.ename}: {error.evalue}"
        lines += ["  " + line for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()[-25:]]
    if isinstance(failure, CellTimeoutError) and "IOPub" in str(failure):
        lines.append("  output is missing: the kernel never said that the cell has ended")
    elif isinstance(failure, CellTimeoutError):
        lines.append(f"  took longer than {c.Execute.timeout} s; S4S_CELL_TIMEOUT sets another limit")
    elif isinstance(failure, DeadKernelError):
        lines.append("  the kernel died: out of memory, or the cell ended the process; see the .log file")
    return "\n".join(lines) + "\n"


def read(library, path):
    """A file of one of the webjars that the build put into target/lib; empty where the jar is missing."""
    for jar in glob.glob(os.path.join(glob.escape(HOME), "target", "lib", library + "-*.jar")):
        with zipfile.ZipFile(jar) as archive:
            for name in archive.namelist():
                if name.startswith(f"META-INF/resources/webjars/{library}/") and name.endswith("/" + path):
                    return archive.read(name)
    return b""


def script(path, library):
    """A script of a webjar, compressed, as base64: a third of its size, and no character that HTML minds."""
    code = read(library, path)
    return base64.b64encode(gzip.compress(code, mtime=0)).decode() if code else ""


def styles(path, library):
    """A style sheet of a webjar with its fonts inside."""
    folder = path.rpartition("/")[0]

    def font(match):
        data = base64.b64encode(read(library, f"{folder}/{match[1]}.woff2")).decode()
        return f'src:url(data:font/woff2;base64,{data}) format("woff2")'

    return re.sub(r"src:url\(([^)]+)\.woff2\)[^;}]*", font, read(library, path).decode())


c = get_config()  # noqa: F821 (traitlets defines it)
c.NotebookExporter.preprocessors = [Execute]
c.Execute.kernel_name = "java"
c.Execute.timeout = int(os.environ.get("S4S_CELL_TIMEOUT") or 3600)
# a busy machine; a kernel that dies is noticed at once
c.Execute.startup_timeout = 600
# a cell whose end is not announced has lost output; without this it would be saved as it is
c.Execute.raise_on_iopub_timeout = True
c.Execute.iopub_timeout = 60
# times of execution would change every committed notebook at every run
c.Execute.record_timing = False

c.HTMLExporter.extra_template_basedirs = [TEMPLATES]
c.HTMLExporter.template_name = "s4s"
c.HTMLExporter.filters = {"webjar_script": script, "webjar_styles": styles}
c.NbConvertBase.display_data_priority = [
    "application/vnd.plotly.v1+json",
    "text/html",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "text/markdown",
    "text/latex",
    "text/plain",
]
