"""Runs points of a sweep on a Dask cluster: nablab starts this program and exchanges lines of JSON with it.

A worker of the cluster holds one long-lived Node process for each of its threads; this program hands points on, and results
back. What workers run travels from here by value: nothing of this file is installed there.
"""
import collections
import itertools
import json
import logging
import os
import queue
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid

import psutil
from distributed import Client, LocalCluster, WorkerPlugin, as_completed, get_worker
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

PROGRAM = os.path.join("dist", "cli", "sweep", "worker.js")
#: Seconds that a point has to end by itself after its time limit.
PATIENCE = 1
#: Seconds to wait for a scheduler or its file.
CONNECTING = 10
#: Seconds between checks of a process's memory.
LOOK = 0.1
#: The most bytes kept of a point's printed output.
KEPT = 4000
#: The result of a stopped point.
STOPPED = json.dumps({"is": "stopped"})


def signal_name(number):
    """SIGKILL for 9; real-time signals have numbers only."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


class Ended(Exception):
    """The process of a point ended by itself, was killed (`lost`), or exceeded a limit (`time`, `memory`)."""

    def __init__(self, reason, how="", killed=False):
        self.reason = reason
        self.how = how
        self.killed = killed


#: The required fields of each message besides its kind.
PARTS = {
    "started": {"host": str},
    "prepared": {"code": dict},
    "loaded": {},
    "refused": {"problem": str},
    "crashed": {"error": dict},
    "report": {"index": int, "values": dict},
    "done": {"index": int, "values": dict, "seconds": (int, float)},
    "failed": {"index": int, "error": dict, "seconds": (int, float)},
}


def message_in(line):
    """Parses a message; None for any other line, such as one that a point printed directly to stdout (compare fromLine in
    src/sweep/job.ts)."""
    if not line.startswith('{"is":"'):
        return None
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    parts = PARTS.get(str(message["is"]))
    if parts is None or not all(isinstance(message.get(name), kind) for name, kind in parts.items()):
        return None
    return message


class Node:
    """A Node process that runs one point at a time, in a worker of the cluster (compare src/sweep/worker-process.ts)."""

    def __init__(self, command, folder, cores):
        self.log, name = tempfile.mkstemp()
        os.close(self.log)
        self.log = os.open(name, os.O_RDWR | os.O_APPEND)
        os.unlink(name)
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={"NABLAB_CORES": cores, **os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
        )
        self.output = self.process.stdout.fileno()
        #: Complete lines, and the parts of an incomplete one.
        self.waiting = collections.deque()
        self.parts = []
        self.host = socket.gethostname()
        self.points = 0
        self.crash = None

    def send(self, line):
        try:
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            pass  # it has ended, which reading shows

    def lines(self, deadline=None, megabytes=None):
        """Its next output; raises Ended."""
        statistics = psutil.Process(self.process.pid) if megabytes else None
        while True:
            while self.waiting:
                yield self.waiting.popleft().decode(errors="replace")
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise Ended("time")
            waits = [wait for wait in (left, LOOK if megabytes else None) if wait is not None]
            if not select.select([self.output], [], [], min(waits) if waits else None)[0]:
                try:
                    if statistics and statistics.memory_info().rss > megabytes * 1e6:
                        raise Ended("memory")
                except psutil.Error:
                    pass  # it has ended, which reading shows
                continue
            data = os.read(self.output, 1 << 16)
            if not data:
                status = self.process.wait()
                how = f"by {signal_name(-status)}" if status < 0 else f"with exit code {status}"
                raise Ended("lost", how, status < 0)
            *lines, rest = data.split(b"\n")
            for line in lines:
                self.waiting.append(b"".join([*self.parts, line]))
                self.parts = []
            self.parts.append(rest)

    def answer(self, kinds, deadline=None, megabytes=None, index=None, report=None):
        """The next line that is a message of one of these kinds; of a point, the one with this index."""
        for line in self.lines(deadline, megabytes):
            message = message_in(line)
            if message is None or ("index" in message and message["index"] != index):
                continue
            kind = message["is"]
            if kind in kinds:
                return message, line
            if kind == "report" and report:
                report(line)
            elif kind == "crashed":
                self.crash = message["error"]
            elif kind == "started":
                self.host = message["host"]

    def printed(self):
        size = os.fstat(self.log).st_size
        return os.pread(self.log, KEPT, max(0, size - KEPT)).decode(errors="replace").strip()

    def forget(self):
        os.ftruncate(self.log, 0)

    def kill(self):
        self.process.kill()

    def close(self):
        self.kill()
        self.process.wait()
        os.close(self.log)


class Points(WorkerPlugin):
    """In a worker of the cluster: runs points in Node (compare src/sweep/local.ts)."""

    def __init__(self, name, code, limits, home, node):
        self.name = name
        self.code = code
        self.limits = limits
        self.home = home
        self.node = node

    def setup(self, worker):
        self.worker = worker
        self.idle = []
        self.busy = set()
        self.lock = threading.Lock()
        self.stopped = False

    def teardown(self, worker):
        self.stop()

    def stop(self):
        """Ends all processes; running points have no result."""
        with self.lock:
            self.stopped = True
            processes = [*self.idle, *self.busy]
            self.idle = []
        for process in processes:
            process.kill()

    def find(self):
        """Node and nablab on this machine; raises LookupError with the fix if one is missing."""
        host = socket.gethostname()
        nodes = (os.environ.get("NABLAB_NODE"), self.node, shutil.which("node"))
        node = next((one for one in nodes if one and os.path.exists(one)), None)
        if node is None:
            raise LookupError(f"sweep: {host} has no node; install Node there, or set NABLAB_NODE to it")
        homes = [os.environ.get("NABLAB_HOME"), self.home, os.path.join(os.getcwd(), "node_modules", "nablab")]
        npm = shutil.which("npm")
        home = next((one for one in homes if one and os.path.exists(os.path.join(one, PROGRAM))), None)
        if home is None and npm:
            packages = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False).stdout.strip()
            home = os.path.join(packages, "nablab")
        if home is None or not os.path.exists(os.path.join(home, PROGRAM)):
            version = self.code["versions"]["nablab"]
            raise LookupError(
                f"sweep: {host} has no nablab; npm install -g nablab@{version} there, or set NABLAB_HOME to its folder"
            )
        return node, os.path.join(home, PROGRAM)

    def take(self, fresh):
        """
        A process with the experiment loaded; raises LookupError with the line that says why there is none, and Ended where
        somebody killed it meanwhile.
        """
        with self.lock:
            if self.idle and not fresh:
                node = self.idle.pop()
                self.busy.add(node)
                return node
        command = [*self.find()]
        folder = self.code["folder"]
        node = Node(
            [command[0], "--enable-source-maps", command[1]],
            folder if os.path.isdir(folder) else self.worker.local_directory,
            "1",
        )
        with self.lock:
            self.busy.add(node)
        seconds = self.limits.get("seconds")
        node.send(json.dumps({"do": "load", "code": self.code, "limits": self.limits}))
        try:
            message, _ = node.answer(("loaded", "refused"), seconds and time.monotonic() + seconds + 30)
        except Ended as ended:
            printed = node.printed()
            self.drop(node)
            if ended.killed:
                raise
            raise LookupError(f"sweep: on {node.host} the experiment could not be loaded: {ended.how}\n{printed}")
        if message["is"] == "refused":
            self.drop(node)
            raise LookupError(message["problem"])
        return node

    def drop(self, node):
        with self.lock:
            self.busy.discard(node)
        node.close()

    def run(self, line):
        """The host, and the message with a point's outcome."""
        began = time.monotonic()
        index = json.loads(line)["index"]
        how = error = None
        for tries in range(2):
            if self.stopped:
                break
            try:
                node = self.take(fresh=tries > 0)
            except LookupError as problem:
                return "", json.dumps({"is": "refused", "problem": str(problem)})
            except Ended as ended:
                how, host, error = ended, socket.gethostname(), self.ended_twice(ended)
                continue
            node.points += 1
            node.forget()
            try:
                host, answer = node.host, self.run_in(node, index, line)
            except Ended as ended:
                printed = node.printed()
                first = node.points == 1
                host, crash = node.host, node.crash
                self.drop(node)
                if self.stopped:
                    break
                how = ended
                if ended.reason == "lost":
                    error = crash or self.ended_twice(ended)
                    error = {**error, **({"printed": printed} if printed else {})}
                    continue
                error = self.limit_error(ended.reason)
                if printed:
                    error["printed"] = printed
                # Earlier points may have left memory in use.
                if ended.reason == "memory" and not first:
                    continue
                break
            with self.lock:
                self.busy.discard(node)
                if self.stopped:
                    node.kill()
                else:
                    self.idle.append(node)
            return host, answer
        if self.stopped:
            return "", STOPPED
        seconds = 0 if how.reason == "lost" else time.monotonic() - began
        return host, json.dumps({"is": "failed", "index": index, "error": error, "seconds": seconds})

    def run_in(self, node, index, line):
        seconds, megabytes = self.limits.get("seconds"), self.limits.get("megabytes")
        report = lambda text: self.worker.log_event(self.name, text)  # noqa: E731
        ends = ("done", "failed")
        node.send(line)
        try:
            message, answer = node.answer(ends, seconds and time.monotonic() + seconds, megabytes, index, report)
        except Ended as ended:
            if ended.reason == "time":
                node.send('{"do":"stop"}')
                try:
                    node.answer(ends, time.monotonic() + PATIENCE, index=index)
                except Ended:
                    pass
            raise
        if message["is"] == "failed" and (printed := node.printed()):
            message["error"].setdefault("printed", printed)
            return json.dumps(message)
        return answer

    def ended_twice(self, ended):
        return {"name": "ProcessEnded", "message": f"the point's process ended twice, {ended.how}"}

    def limit_error(self, reason):
        if reason == "time":
            return {"name": "TimeoutError", "message": f"the point took longer than {self.limits['seconds']} s"}
        return {
            "name": "MemoryLimitError",
            "message": f"the point took more than {self.limits['megabytes']} MB of memory",
        }


def run_point(name, line):
    return get_worker().plugins[name].run(line)


def stop_points(name, dask_worker):
    if name in dask_worker.plugins:
        dask_worker.plugins[name].stop()


class Driver:
    """Submits points to the cluster, and writes results to standard output."""

    def __init__(self, client):
        self.client = client
        self.futures = as_completed(with_results=True, raise_errors=False)
        self.lines = {}
        self.submitted = itertools.count()
        self.some = threading.Event()
        self.lock = threading.Lock()
        self.stopping = False
        self.ended = False
        self.plugin = None

    def say(self, text):
        with self.lock:
            answers.write(text + "\n")
            answers.flush()

    def load(self, message, home, node):
        code = message["code"]
        # This name identifies the points, results and reports of this sweep. The experiment and the process id would not do:
        # in two containers both may be equal.
        self.plugin = Points(f"nablab-{uuid.uuid4().hex}", code, message["limits"], home, node)
        self.client.register_plugin(self.plugin, name=self.plugin.name)
        self.client.subscribe_topic(self.plugin.name, lambda event: self.say(wrapped("", event[1])))
        threading.Thread(target=self.watch_workers, daemon=True).start()

    def watch_workers(self):
        """Reports how many points the cluster takes: several per thread, since some are in transit."""
        reported = 0
        connection = self.client.scheduler_comm
        while not self.ended:
            if self.client.status == "running" and self.client.scheduler_comm is not connection:
                connection = self.client.scheduler_comm
                self.recover(connection)
            try:
                count = sum(self.client.nthreads().values())
            except Exception:  # noqa: BLE001: the scheduler is away, which the futures report
                count = 0
            capacity = max(16, 4 * count)
            if capacity > reported:
                reported = capacity
                self.say(json.dumps({"host": "", "message": {"is": "capacity", "count": capacity, "workers": count}}))
            time.sleep(1)

    def submit(self, index, line):
        connection = self.client.scheduler_comm
        # With the same key, Dask would return the lost future.
        key = f"{self.plugin.name}-{index}-{next(self.submitted)}"
        future = self.client.submit(run_point, self.plugin.name, line, key=key, pure=False)
        self.lines[key] = (index, line, connection)
        self.futures.add(future)
        self.some.set()

    def collect(self):
        while not self.ended:
            self.some.wait()
            self.some.clear()
            for batch in self.futures.batches():
                for future, result in batch:
                    self.receive(future, result)

    def receive(self, future, result):
        index, line, _ = self.lines.pop(future.key, (None, None, None))
        if index is None:
            return  # it was submitted again
        if future.status == "finished" and result[1] == STOPPED and not self.stopping:
            # Its plugin was replaced meanwhile: workers get it again from a new scheduler.
            self.submit(index, line)
            return
        if future.status == "finished":
            self.say(wrapped(*result))
            return
        if self.stopping:
            self.say(wrapped("", json.dumps({"is": "stopped", "index": index})))
            return
        if future.status in ("cancelled", "lost"):
            # The scheduler ended, and its state is lost.
            self.wait_for_scheduler()
            self.submit(index, line)
            return
        error = future.exception()
        name, message = type(error).__name__, str(error)
        if isinstance(error, KilledWorker):
            name, message = "ProcessEnded", "the worker of the cluster ended each time that it ran the point"
        failed = {"is": "failed", "index": index, "error": {"name": name, "message": message}, "seconds": 0}
        self.say(wrapped("", json.dumps(failed)))

    def recover(self, connection):
        """After a reconnection: resubmits everything from the old connection. Not all of it is cancelled: messages in transit are
        lost silently, and Dask would wait for ever for a result on a lost worker."""
        self.client.register_plugin(self.plugin, name=self.plugin.name)
        for key, (index, line, by) in list(self.lines.items()):
            if by is not connection and self.lines.pop(key, None):
                self.submit(index, line)

    def wait_for_scheduler(self):
        while self.client.status in ("connecting", "newly-created"):
            time.sleep(0.1)
        if self.client.status != "running":
            self.say(wrapped("", json.dumps({"is": "refused", "problem": GONE})))
            os._exit(1)
        self.client.register_plugin(self.plugin, name=self.plugin.name)

    def stop(self):
        self.stopping = True
        self.client.run(stop_points, self.plugin.name, on_error="ignore")
        self.client.cancel([future for future in self.futures.futures])


GONE = "sweep: the connection to the scheduler was lost and did not come back; the same command continues from here"


def wrapped(host, line):
    return f'{{"host":{json.dumps(host)},"message":{line}}}'


def wait_for_file(name):
    deadline = time.monotonic() + CONNECTING
    while not os.path.exists(name):
        if time.monotonic() > deadline:
            raise FileNotFoundError(f"there is no such file after {CONNECTING} s")
        time.sleep(0.1)


def connect(address, jobs):
    if address == "local":
        cluster = LocalCluster(
            n_workers=jobs, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=logging.CRITICAL
        )
        return Client(cluster)
    if address.endswith(".json"):
        # Dask would wait for it for ever.
        wait_for_file(address)
        client = Client(scheduler_file=address, timeout=f"{CONNECTING}s")
    else:
        client = Client(address, timeout=f"{CONNECTING}s")
    client._timeout = 300
    return client


def main():
    node, jobs, address = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    home = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    try:
        client = connect(address, jobs)
    except Exception as error:  # noqa: BLE001: reported in one line
        what = "Dask could not start a cluster here" if address == "local" else "no Dask scheduler answers there"
        problem = f"sweep: {what} ({type(error).__name__}: {error}), got {address}"
        print(wrapped("", json.dumps({"is": "refused", "problem": problem.replace(chr(10), " ")})), file=answers, flush=True)
        return
    driver = Driver(client)
    threading.Thread(target=driver.collect, daemon=True).start()
    for line in sys.stdin:
        kind = line[7 : line.find('"', 7)]
        if kind == "run":
            index = int(line[line.index('"index":') + 8 :].split(",", 1)[0])
            driver.submit(index, line.rstrip("\n"))
        elif kind == "load":
            driver.load(json.loads(line), home, node)
            driver.say(wrapped("", '{"is":"loaded"}'))
        elif kind == "stop":
            driver.stop()
    driver.ended = True
    if driver.plugin:
        client.run(stop_points, driver.plugin.name, on_error="ignore")
        client.unregister_worker_plugin(driver.plugin.name)
    client.shutdown() if address == "local" else client.close()


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    logging.disable(logging.CRITICAL)
    main()
