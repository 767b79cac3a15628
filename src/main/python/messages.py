"""How the scripts say what is wrong: in one line on standard error, with exit code 2. Needs Python 3.8 and nothing else."""

import sys


class Refused(Exception):
    """What is wrong, in one line."""


def printable(text):
    """Text from a file for a terminal: one line, in which everything that is not printed is escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode()
                   for c in " ".join(text.split()))


def run(name, main):
    """Runs `main`; whatever is wrong with the input becomes one line on standard error and exit code 2."""
    try:
        main()
        return
    except Refused as e:
        line = str(e)
    except OSError as e:
        line = "%s: %s" % (e.filename, e.strerror) if e.filename else str(e)
    except Exception as e:                                 # a file that is not what a package takes it for may raise anything
        line = "what was given does not work here (%s)" % named(e)
    fail(name, line)


def fail(name, line):
    """Ends the script."""
    sys.stderr.write("%s: %s\n" % (name, printable(line)))
    sys.exit(2)


def named(error):
    """An error of Python or of a package: its kind, and the beginning of what it says."""
    text = " ".join(str(error).split())
    return "%s: %s" % (type(error).__name__, text[:200]) if text else type(error).__name__
