"""The notebook kernel as Jupyter's own programs meet it: jupyter_kernel_test, jupyter_client, nbclient, nbconvert.

./s4s test --python runs this; the kernelspec `java` is on JUPYTER_PATH then. Times are not tested, only what arrives.
"""
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import unittest

import jupyter_kernel_test
import nbformat
import zmq
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

KERNEL = "java"
HOME = pathlib.Path(__file__).resolve().parents[3]
PATIENCE = 120


class ConformanceTest(jupyter_kernel_test.KernelTests):
    """Jupyter's tests of the messaging protocol."""

    kernel_name = KERNEL
    language_name = "Java"
    file_extension = ".jshell"
    code_hello_world = 'System.out.println("hello, world");'
    code_stderr = 'System.err.println("test");'
    completion_samples = [
        {"text": "System.out.prin", "matches": ["print(", "println(", "printf("]},
        {"text": "String.val", "matches": ["valueOf("]},
    ]
    complete_code_samples = ["int x = 1;", "1 + 1", "void f() { }", 'System.out.println("a");', "class A { int b; }"]
    incomplete_code_samples = ["void f() {", "int x = (1 +", "for (int i = 0; i < 3; i++) {", "class A {"]
    invalid_code_samples = ["int 3x = ;", "class { )", ")))"]
    code_generate_error = 'throw new RuntimeException("boom");'
    code_execute_result = [
        {"code": "int i = 6; i * 7", "result": "42"},
        {"code": '"abc" + 1', "result": "abc1"},
        {"code": "List.of(1, 2)", "result": "[1, 2]"},
    ]
    code_inspect_sample = "String.valueOf"
    code_history_pattern = "int*"
    supported_history_operations = ("tail", "range", "search")
    code_clear_output = "clearOutput(false);"
    code_display_data = [
        {"code": "display(new java.awt.image.BufferedImage(2, 2, 1));", "mime": "image/png"},
        {"code": 'display("<b>bold</b>", "text/html");', "mime": "text/html"},
    ]


class Session:
    """A kernel and a client that reads all it publishes."""

    def __init__(self, **options):
        self.manager, self.client = start_new_kernel(kernel_name=KERNEL, startup_timeout=PATIENCE, **options)

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, code, **options):
        return self.outcome(self.client.execute(code, **options))

    def outcome(self, request):
        """All messages that came of a request, up to idle, and the reply."""
        messages = []
        while not messages or messages[-1]["content"].get("execution_state") != "idle":
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == request:
                messages.append(message)
        reply = self.client.get_shell_msg(timeout=PATIENCE)
        while reply["parent_header"].get("msg_id") != request:
            reply = self.client.get_shell_msg(timeout=PATIENCE)
        return messages, reply["content"]

    def await_stream(self, request):
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == request and message["msg_type"] == "stream":
                return message["content"]["text"]


def stream(messages, name="stdout"):
    return "".join(m["content"]["text"] for m in messages
                   if m["msg_type"] == "stream" and m["content"]["name"] == name)


def of_type(messages, kind):
    return [m["content"] for m in messages if m["msg_type"] == kind]


class KernelCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.session = Session()

    @classmethod
    def tearDownClass(cls):
        cls.session.close()

    def assertWorks(self, session=None):
        messages, reply = (session or self.session).run("20 + 22")
        self.assertEqual("ok", reply["status"], reply)
        self.assertEqual("42", of_type(messages, "execute_result")[0]["data"]["text/plain"])


class OutputTest(KernelCase):
    def test_many_lines_a_figure_and_the_result_arrive_in_order(self):
        messages, reply = self.session.run(
            'for (int i = 0; i < 100_000; i++) System.out.println("line " + i);\n'
            "display(new java.awt.image.BufferedImage(2, 2, 1));\n"
            'System.out.println("after");\n"RESULT"')
        self.assertEqual("ok", reply["status"])
        self.assertEqual([f"line {i}" for i in range(100_000)] + ["after"], stream(messages).splitlines())
        kinds = [m["msg_type"] for m in messages if m["msg_type"] != "stream"]
        self.assertEqual(["status", "execute_input", "display_data", "execute_result", "status"], kinds)
        # a server passes on 1,000 messages a second
        self.assertLess(len(messages), 1_000)

    def test_formatted_lines_are_whole(self):
        messages, _ = self.session.run(
            'for (int i = 0; i < 20_000; i++) System.out.printf("%d %s ä€😀%n", i, "é");')
        self.assertEqual([f"{i} é ä€😀" for i in range(20_000)], stream(messages).splitlines())
        self.assertLess(len(messages), 1_000)

    def test_output_and_errors_that_alternate(self):
        messages, _ = self.session.run(
            'for (int i = 0; i < 10_000; i++) { System.out.println("o" + i); System.err.println("e" + i); }')
        self.assertEqual([f"o{i}" for i in range(10_000)], stream(messages).splitlines())
        self.assertEqual([f"e{i}" for i in range(10_000)], stream(messages, "stderr").splitlines())
        self.assertLess(len(messages), 4_000)

    def test_parallel_threads(self):
        messages, _ = self.session.run(
            "java.util.stream.IntStream.range(0, 20_000).parallel().forEach(i -> System.out.println(\"p\" + i));")
        self.assertEqual(sorted(f"p{i}" for i in range(20_000)), sorted(stream(messages).splitlines()))

    def test_a_thread_that_goes_on_writes_to_the_last_cell(self):
        messages, _ = self.session.run(
            "var gate = new CountDownLatch(1);\n"
            "new Thread(() -> { try { gate.await(); } catch (InterruptedException e) { }"
            ' System.out.println("late"); }).start();')
        self.assertEqual("", stream(messages))
        request = self.session.client.execute("gate.countDown();")
        self.assertEqual("late\n", self.session.await_stream(request))

    def test_nbclient(self):
        notebook = nbformat.v4.new_notebook(cells=[
            nbformat.v4.new_code_cell('for (int i = 0; i < 100_000; i++) System.out.println("line " + i);\n"RESULT"'),
            nbformat.v4.new_code_cell("1 + 1")])
        NotebookClient(notebook, kernel_name=KERNEL, timeout=PATIENCE, startup_timeout=PATIENCE).execute()
        outputs = notebook.cells[0].outputs
        text = "".join(o.text for o in outputs if o.output_type == "stream")
        self.assertEqual([f"line {i}" for i in range(100_000)], text.splitlines())
        self.assertEqual("RESULT", outputs[-1].data["text/plain"])
        self.assertEqual("2", notebook.cells[1].outputs[0].data["text/plain"])

    def test_input(self):
        request = self.session.client.execute("new Scanner(System.in).nextLine()", allow_stdin=True)
        self.session.client.get_stdin_msg(timeout=PATIENCE)
        self.session.client.input("ä line")
        messages, _ = self.session.outcome(request)
        self.assertEqual("ä line", of_type(messages, "execute_result")[0]["data"]["text/plain"])

    def test_input_can_be_interrupted(self):
        request = self.session.client.execute("System.in.read()", allow_stdin=True)
        self.session.client.get_stdin_msg(timeout=PATIENCE)
        self.session.manager.interrupt_kernel()
        messages, reply = self.session.outcome(request)
        self.assertEqual("error", reply["status"])
        self.assertWorks()


class StoppedReaderTest(KernelCase):
    """A reader that does not read: a socket whose owner never takes a message, with the smallest buffers."""

    FLOOD = ('String row = "x".repeat(99);\n'
             "for (int i = 0; i < 1_500_000; i++) System.out.println(row);\n\"END\"")  # 150 MB

    def reader(self):
        connection = self.session.manager.get_connection_info()
        socket_ = zmq.Context.instance().socket(zmq.SUB)
        socket_.setsockopt(zmq.RCVHWM, 1)
        socket_.setsockopt(zmq.RCVBUF, 4096)
        socket_.setsockopt(zmq.SUBSCRIBE, b"")
        socket_.connect(f"tcp://{connection['ip']}:{connection['iopub_port']}")
        self.addCleanup(socket_.close, 0)
        while True:  # until it is subscribed
            self.session.client.kernel_info()
            if socket_.poll(200):
                socket_.recv_multipart()
                return socket_

    def test_others_get_everything_and_it_is_told_what_it_lacks(self):
        self.session.run('System.out.print("");')  # a print that was stopped may have left half a line
        stopped = self.reader()
        messages, reply = self.session.run(self.FLOOD)
        self.assertEqual("ok", reply["status"])
        self.assertEqual("END", of_type(messages, "execute_result")[0]["data"]["text/plain"])
        self.assertEqual(1_500_000, stream(messages).count("\n"))
        self.assertEqual("", stream(messages, "stderr"))
        # now it reads again
        lines, left_out, idle = 0, 0, False
        while not (idle and lines + left_out >= 1_500_000):
            self.assertTrue(stopped.poll(PATIENCE * 1000), "nothing comes any more")
            frames = stopped.recv_multipart()
            parts = frames[frames.index(b"<IDS|MSG>") + 2:]
            content = json.loads(parts[3])
            if json.loads(parts[0])["msg_type"] == "stream":
                if content["name"] == "stdout":
                    lines += content["text"].count("\n")
                else:
                    left_out += int(re.search(r"\[([\d,]+) lines left out", content["text"])[1].replace(",", ""))
            idle |= content.get("execution_state") == "idle"
        self.assertEqual(1_500_000, lines + left_out)
        self.assertGreater(left_out, 0)

    def test_an_interrupt_is_heard(self):
        self.reader()
        request = self.session.client.execute('while (true) System.out.println("for ever and ever and ever");')
        self.session.await_stream(request)
        self.session.manager.interrupt_kernel()
        _, reply = self.session.outcome(request)
        self.assertEqual("error", reply["status"])
        self.assertWorks()


class DamagedMessageTest(KernelCase):
    """What is no message is dropped, and the next one answered."""

    @classmethod
    def setUpClass(cls):
        cls.session = Session(stderr=subprocess.DEVNULL)  # a line for each that is dropped

    def frames(self, kind="kernel_info_request", content=None):
        message = self.session.client.session.msg(kind, content or {})
        return self.session.client.session.serialize(message)

    def sign(self, *parts):
        parts = [p if isinstance(p, bytes) else json.dumps(p).encode() for p in parts]
        return [b"<IDS|MSG>", self.session.client.session.sign(parts), *parts]

    def damaged(self):
        good = self.frames()
        header = json.loads(good[2])
        yield [b""]
        yield [b"nothing"]
        yield [b"a", b"b", b"c"]
        for count in range(1, len(good)):
            yield good[:count]
        yield good[1:]
        yield [good[0], b"0" * 64, *good[2:]]
        yield [good[0], b"", *good[2:]]
        yield [good[0], b"\xff\x00", *good[2:]]
        yield [good[0], good[1], good[2][:-1], *good[3:]]
        yield [*good, *[b""] * 5_000]
        for part in (b"", b"{", b"null", b"[]", b"3", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000):
            for place in range(4):
                parts = [header, {}, {}, {}]
                parts[place] = part
                yield self.sign(*parts)
        for field in ("msg_id", "msg_type"):
            yield self.sign({k: v for k, v in header.items() if k != field}, {}, {}, {})
        for field in header:
            yield self.sign({**header, field: {"a": []}}, {}, {}, {})
            yield self.sign({**header, field: None}, {}, {}, {})
        for kind in ("no_such_request", "", "status", "execute_reply", "x" * 1_000_000):
            yield self.sign({**header, "msg_type": kind}, {}, {}, {})
        for content in ({}, {"code": None}, {"code": []}, {"code": {}},
                        {"code": "1", "silent": "perhaps", "user_expressions": 3}):
            yield self.sign({**header, "msg_type": "execute_request"}, {}, {}, content)
        for kind in ("complete_request", "inspect_request"):
            for content in ({}, {"code": "Mat", "cursor_pos": -5}, {"code": "Mat", "cursor_pos": 10 ** 9},
                            {"code": "Mat", "cursor_pos": 1e300}, {"code": "Mat", "cursor_pos": "here"}):
                yield self.sign({**header, "msg_type": kind}, {}, {}, content)
        for content in ({}, {"hist_access_type": "all"}, {"hist_access_type": "search", "pattern": "[", "n": -1},
                        {"hist_access_type": "tail", "n": "many"}):
            yield self.sign({**header, "msg_type": "history_request"}, {}, {}, content)
        yield self.sign({**header, "msg_type": "comm_msg"}, {}, {}, {"comm_id": "none"})

    def test_on_every_channel(self):
        client = self.session.client
        for channel in (client.shell_channel, client.control_channel, client.stdin_channel):
            for frames in self.damaged():
                channel.socket.send_multipart(frames)
        self.assertWorks()
        asked = client.session.msg("kernel_info_request", {})
        client.control_channel.send(asked)
        answer = client.get_control_msg(timeout=PATIENCE)
        while answer["parent_header"].get("msg_id") != asked["header"]["msg_id"]:
            answer = client.get_control_msg(timeout=PATIENCE)
        self.assertEqual("kernel_info_reply", answer["msg_type"])

    def test_strangers_on_the_ports(self):
        info = self.session.manager.get_connection_info()
        huge = b"\xff\0\0\0\0\0\0\0\1\x7f\3\0NULL" + b"\0" * 48 + b"\x06" + (2 ** 62).to_bytes(8, "big")
        for port in ("shell_port", "control_port", "stdin_port", "iopub_port", "hb_port"):
            for text in (b"GET / HTTP/1.1\r\nHost: kernel\r\n\r\n", b"\0" * 4096, os.urandom(4096), huge, b""):
                with socket.create_connection((info["ip"], info[port])) as stranger:
                    stranger.sendall(text)
        self.assertWorks()
        self.assertTrue(self.session.client.hb_channel.is_beating())


class NotebooksCommandTest(unittest.TestCase):
    """The configuration with which ./s4s notebooks runs nbconvert: a notebook that lacks output has failed."""

    def convert(self, code):
        with tempfile.TemporaryDirectory() as folder:
            notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1"), nbformat.v4.new_code_cell(code)])
            nbformat.write(notebook, os.path.join(folder, "made.ipynb"))
            error = pathlib.Path(folder, "error")
            result = subprocess.run(
                [sys.executable, "-m", "nbconvert", "--config", str(HOME / "src/main/jupyter/nbconvert_config.py"),
                 "--to", "notebook", "--output-dir", os.path.join(folder, "out"), "made.ipynb"],
                cwd=folder, env={**os.environ, "S4S_HOME": str(HOME), "S4S_ERROR_FILE": str(error)},
                capture_output=True, text=True)
            self.assertEqual(0, result.returncode, result.stderr)
            return error.read_text(encoding="utf-8") if error.exists() else ""

    def test_whole_output(self):
        self.assertEqual("", self.convert('for (int i = 0; i < 30_000; i++) System.out.println("line " + i);'))

    def test_lines_left_out(self):
        self.assertEqual("  made, cell 2: output is missing: [12,345 lines left out: the front end did not read in time]\n",
                         self.convert('System.err.println("\\n[12,345 lines left out: the front end did not read in time]");'))

    def test_limit_of_a_server(self):
        self.assertIn("made, cell 2: output is missing: IOPub message rate exceeded.",
                      self.convert('System.err.println("IOPub message rate exceeded.\\nThe Jupyter server will");'))


if __name__ == "__main__":
    unittest.main(verbosity=2)
