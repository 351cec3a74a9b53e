"""What the conformance suite does not look at, asked by a real client. Prints one line per question: `ok NAME`."""
import json
import subprocess
import sys
import threading
import time

import psutil
import zmq
from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="nablab", startup_timeout=60)


def run(code, **options):
    """Runs a cell; returns its reply and what came on iopub for it before idle."""
    message = client.execute(code, **options)
    return reply_to(message), outputs_of(message)


def reply_to(message, timeout=60):
    while True:
        reply = client.get_shell_msg(timeout=timeout)
        if reply["parent_header"].get("msg_id") == message:
            return reply["content"]


def outputs_of(message, timeout=60):
    outputs = []
    while True:
        output = client.get_iopub_msg(timeout=timeout)
        if output["parent_header"].get("msg_id") != message:
            continue
        if output["msg_type"] == "status" and output["content"]["execution_state"] == "idle":
            return outputs
        outputs.append((output["msg_type"], output["content"]))


def runs(process):
    """Whether a process is there and no zombie (nobody may be left to reap it)."""
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def only(outputs, kind):
    return [content for name, content in outputs if name == kind]


def passed(name, holds, shown):
    print("ok" if holds else f"FAILED ({shown!r})", name, flush=True)


_, outputs = run("for (let i = 0; i < 200000; i++) console.log(i); 'done'")
printed = "".join(content["text"] for content in only(outputs, "stream"))
passed("200,000 printed lines arrive in order before idle", printed == "".join(f"{i}\n" for i in range(200000)), len(printed))

subscriber = zmq.Context.instance().socket(zmq.SUB)
subscriber.connect(f"tcp://{manager.ip}:{manager.iopub_port}")
subscriber.subscribe(b"")
frames = subscriber.recv_multipart() if subscriber.poll(10_000) else []
subscriber.close(linger=0)
passed("who subscribes to iopub is welcomed", any(b'"iopub_welcome"' in frame for frame in frames), frames)

reply, outputs = run("const n: number = 'no'")
error = only(outputs, "error")
same = error and all(error[0][key] == reply[key] for key in ("ename", "evalue", "traceback"))
passed("a type error is on iopub and in the reply", reply["ename"] == "TypeScriptError" and same, reply)

reply, _ = run("n")
passed("a cell with a type error has not run", reply["status"] == "error" and "TS2304" in reply["evalue"], reply)

reply, _ = run("const three = 3", user_expressions={"six": "2 * three", "none": "nowhere"})
six, none = (reply["user_expressions"][name] for name in ("six", "none"))
passed("user expressions are evaluated after the cell", six["data"]["text/plain"] == "6" and "TS2304" in none["evalue"], reply)

given = psutil.Process(manager.provisioner.process.pid).environ().get("MALLOC_ARENA_MAX")
_, outputs = run("console.log(process.env.MALLOC_ARENA_MAX)")
inherited = only(outputs, "stream")[0]["text"]
passed("the environment of the kernelspec is for the kernel, not for programs that cells start", (given, inherited) == ("2", "undefined\n"), (given, inherited))

message = client.execute("const answer = prompt('Who? ', { password: true }); `<${answer}>`", allow_stdin=True)
question = client.get_stdin_msg(timeout=20)
hidden = (question["content"]["prompt"], question["content"]["password"]) == ("Who? ", True)
client.input("Gauß")
reply, outputs = reply_to(message), outputs_of(message)
passed("prompt() asks and waits for the answer", hidden and only(outputs, "execute_result")[0]["data"]["text/plain"] == "'<Gauß>'", outputs)

reply, _ = run("prompt()", allow_stdin=False)
passed("prompt() where nobody may be asked is an error", "allow_stdin" in reply.get("evalue", ""), reply)

message = client.execute("prompt('Still there? ')", allow_stdin=True)
client.get_stdin_msg(timeout=20)
manager.interrupt_kernel()
reply = reply_to(message)
outputs_of(message)
passed("stop ends a prompt", reply.get("ename") == "KeyboardInterrupt", reply)

reply, _ = run("three?")
page = reply["payload"][0]
passed("a name and a question mark show what it is", (page["source"], page["data"]["text/plain"]) == ("page", "const three: 3"), reply)
reply, _ = run("thirteen?")
passed("also when there is no such thing", reply["payload"][0]["data"]["text/plain"] == "nothing is called thirteen", reply)
complete = reply_to(client.is_complete("three?"))
passed("and such a cell is complete", complete["status"] == "complete", complete)

run("let kept = 41")
endless = {
    "an await": "await new Promise(() => {})",
    "a loop": "while (true) {}",
    "a loop after an await": "await null; while (true) {}",
    "a sleep": "await new Promise((go) => setTimeout(go, 60_000))",
    "recursion after an await": "const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2)); await null; fib(80)",
    "promises that follow each other": "const spin = (): Promise<unknown> => Promise.resolve().then(spin); await spin()",
    "a program that a cell waits for": "require('node:child_process').execSync('sleep 60')",
    "such a program after an await": "await null; require('node:child_process').execSync('sleep 60')",
}
for name, code in endless.items():
    threading.Timer(0.5, manager.interrupt_kernel).start()
    began = time.time()
    reply, _ = run(code)
    passed(f"stop ends {name}", reply.get("ename") == "KeyboardInterrupt" and time.time() - began < 5, reply)
# Between compiling a cell and running it no listener is installed, and a signal would end the kernel.
ended = []
for i in range(80):
    threading.Timer(0.01 + i / 4000, manager.interrupt_kernel).start()
    ended.append(run("await new Promise(() => {})")[0].get("ename"))
passed("stops at the beginning of cells end the cells, not the kernel", ended == ["KeyboardInterrupt"] * 80, ended)
reply, outputs = run("kept + 1")
passed("names survive a stop", only(outputs, "execute_result")[0]["data"]["text/plain"] == "42", outputs)

for name, work in {"at once": "", "after work that nothing interrupts": "for (const end = Date.now() + 300; Date.now() < end; ) {}"}.items():
    cells = [client.execute(f"{work} throw new Error('first')"), *(client.execute("1") for _ in range(20))]
    states = [reply_to(cell)["status"] for cell in cells]
    passed(f"cells queued behind one that fails {name} are aborted", states == ["error"] + ["aborted"] * 20, states)
    outputs_of(cells[-1])

sleeping = client.execute("await new Promise((go) => setTimeout(go, 1500)); 'slept'")
asked = client.complete("kep", 3)
passed("completion answers while a cell awaits", reply_to(asked)["matches"] == ["kept"], None)
states = []
while ("idle", sleeping) not in states:
    status = client.get_iopub_msg(timeout=10)
    if status["msg_type"] == "status":
        states.append((status["content"]["execution_state"], status["parent_header"]["msg_id"]))
expected = [("busy", sleeping), ("busy", asked), ("idle", asked), ("busy", sleeping), ("idle", sleeping)]
passed("meanwhile the kernel's state stays busy", states == expected, states)
passed("and the cell goes on", reply_to(sleeping)["status"] == "ok", None)

def control(kind, content):
    message = client.session.msg(kind, content)
    client.control_channel.send(message)
    while True:
        reply = client.get_control_msg(timeout=20)
        if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
            return reply["msg_type"], reply["content"]


kind, reply = control("debug_request", {"type": "request", "command": "initialize", "seq": 7})
passed("a debugger is refused as its protocol asks", kind == "debug_reply" and (reply["success"], reply["request_seq"], reply["command"]) == (False, 7, "initialize"), reply)
kind, reply = control("usage_request", {})
passed("usage is reported", kind == "usage_reply" and reply["pid"] == manager.provisioner.process.pid and reply["kernel_memory"] > 20e6, reply)
kind, reply = control("create_subshell_request", {})
passed("an unknown request is answered", kind == "create_subshell_reply" and reply["status"] == "error" and all(isinstance(reply[key], str) for key in ("ename", "evalue")), reply)

message = client.session.msg("kernel_info_request")
key, client.session.key = client.session.key, b"somebody else's key"
client.shell_channel.send(message)
client.session.key = key
reply, _ = run("'still here'")
passed("a message with a wrong signature is ignored", reply["status"] == "ok", reply)

message = client.execute("setTimeout(() => console.log('late'), 300)")
reply_to(message)
outputs_of(message)
late = client.get_iopub_msg(timeout=10)
passed("late output belongs to the cell that started it", late["parent_header"]["msg_id"] == message and late["content"].get("text") == "late\n", late)

reply, outputs = run("Promise.reject(new Error('nobody caught me')); await new Promise((go) => setTimeout(go, 50))")
text = "".join(content["text"] for content in only(outputs, "stream"))
passed("an unhandled rejection is said and survived", reply["status"] == "ok" and "nobody caught me" in text, outputs)

_, outputs = run('import { display, html } from "nablab"; await display(html("x".repeat(20_000_000))); console.log("after")')
kinds = [name for name, _ in outputs if name in ("display_data", "stream")]
passed("a display of 20 MB arrives before idle, in order", kinds == ["display_data", "stream"] and len(only(outputs, "display_data")[0]["data"]["text/html"]) >= 20_000_000, kinds)

run('import { Worker } from "node:worker_threads"; new Worker("setInterval(() => {}, 10)", { eval: true }); setInterval(() => {}, 1000)')
process = manager.provisioner.process
began = time.time()
client.shutdown()
try:
    code = process.wait(timeout=10)
except Exception as error:  # the kernel did not end
    code = error
passed("shutdown ends the process within 1 s, without an abort, whatever timers and workers go on", code == 0 and time.time() - began < 1, (code, time.time() - began))
client.stop_channels()
manager.cleanup_resources()

manager, client = start_new_kernel(kernel_name="nablab", startup_timeout=60)
run("const once = 'more'")
history = reply_to(client.history(hist_access_type="search", pattern="*kept*", n=2))["history"]
passed("cells of an earlier session are found", len(history) == 2 and all("kept" in code for _, _, code in history), history)
history = reply_to(client.history(hist_access_type="range", session=-1, start=1, stop=2))["history"]
passed("and counted back", len(history) == 1 and "200000" in history[0][2], history)
reply, outputs = run("console.log('bye'); try { process.exit(3) } catch {} console.log('still here'); while (true) {}")
code = manager.provisioner.process.wait(timeout=10)
printed = "".join(content["text"] for content in only(outputs, "stream"))
passed("process.exit ends at once, with output, reply and its code", (reply["status"], printed, code) == ("ok", "bye\n", 3), (reply, printed, code))
client.stop_channels()
manager.cleanup_resources()

manager, client = start_new_kernel(kernel_name="nablab", startup_timeout=60)
run("1")
client.execute("process.kill(process.pid, 'SIGKILL')  // as V8 ends it where memory is full")
manager.provisioner.process.wait(timeout=60)
client.stop_channels()
manager.restart_kernel(now=True)
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=60)
said = ["".join(content["text"] for content in only(run("1 + 1")[1], "stream")) for _ in range(2)]
passed("after a process that died within a cell, the next one says which", "The kernel ended while cell [2] ran, process.kill" in said[0] and said[1] == "", said)
client.stop_channels()
manager.shutdown_kernel(now=True)
manager.cleanup_resources()

manager, client = start_new_kernel(kernel_name="nablab", startup_timeout=60)
run("1")  # the compiler is loaded, so what runs next is the loop
client.execute("console.log('looping'); while (true) {}")
while client.get_iopub_msg(timeout=30)["content"].get("text") != "looping\n":
    pass
client.shutdown()
code = manager.provisioner.process.wait(timeout=10)
passed("shutdown ends a loop, and the process by itself", code == 0, code)
client.stop_channels()
manager.cleanup_resources()

manager, client = start_new_kernel(kernel_name="nablab", startup_timeout=60)
threading.Timer(0.2, manager.interrupt_kernel).start()
reply, _ = run("await null; while (true) {}")
passed("stop ends the first cell, though it comes before the compiler is there", reply.get("ename") == "KeyboardInterrupt", reply)
message = client.execute("console.log('stuck'); await null; /(a+)+\\1b/.test('a'.repeat(40))")
while client.get_iopub_msg(timeout=30)["content"].get("text") != "stuck\n":
    pass
for _ in range(2):
    time.sleep(0.3)
    client.control_channel.send(client.session.msg("interrupt_request"))
try:
    said = client.get_iopub_msg(timeout=20)
    while said["msg_type"] != "stream":
        said = client.get_iopub_msg(timeout=20)
except Exception as error:  # nothing came
    said = {"parent_header": {}, "content": {"text": repr(error)}}
passed("what no stop reaches says so under its cell", said["parent_header"].get("msg_id") == message and "restarts the kernel" in said["content"]["text"], said)
client.control_channel.send(client.session.msg("interrupt_request"))
code = manager.provisioner.process.wait(timeout=10)
passed("and a third one ends the process, which Jupyter starts again", code == -9, code)
client.stop_channels()
manager.cleanup_resources()

# The stop button, while worker processes run the points of a sweep.
manager, client = start_new_kernel(kernel_name="nablab", startup_timeout=60)
run("""/** @module slow */
export const run = async ({ a }: { a: number }) => {
  await new Promise((resolve) => setTimeout(resolve, 30));
  if (a === 5) for (;;); // it ignores interrupts and occupies one of two workers
  return { a, worker: process.pid };
};""")
message = client.execute("""import { lastSweep, range, sweep } from "nablab";
const results = await sweep("./slow.ts", { a: range(1, 3000) }, { jobs: 2 });""")
done, began = 0, time.time()
while done < 20 and time.time() - began < 120:
    shown = client.get_iopub_msg(timeout=60)["content"].get("data", {}).get("text/plain", "")
    done = int(shown.split(" of 2999 done")[0].replace(",", "")) if " of 2999 done" in shown else done
manager.interrupt_kernel()
reply = reply_to(message)
passed("stop ends a sweep on worker processes", done >= 20 and reply.get("ename") == "KeyboardInterrupt", (done, reply))
_, outputs = run("console.log(JSON.stringify([lastSweep()!.records.map(({ values }) => values), lastSweep()!.stopped]))")
kept, stopped = json.loads(only(outputs, "stream")[0]["text"])
right = stopped == "interrupted" and 20 <= len(kept) < 2999 and all(5 != record["a"] for record in kept)
passed("what has ended by then is kept, and nothing else", right, (len(kept), stopped))
workers = {record["worker"] for record in kept}
began = time.time()
while any(map(runs, workers)) and time.time() - began < 10:
    time.sleep(0.1)
passed("and its workers have ended, also the one in a loop", workers and not any(map(runs, workers)), workers)
_, outputs = run('const again = await sweep("./slow.ts", { a: [1, 2] }, { jobs: 1 }); again.records.length')
passed("the next sweep runs", only(outputs, "execute_result")[0]["data"]["text/plain"] == "2", outputs)
client.stop_channels()
manager.shutdown_kernel(now=True)

# A client that dies without a word: prints the kernel's process id and is gone.
dying = """
import os
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="nablab", startup_timeout=60)
client.execute("while (true) {}")
print(manager.provisioner.process.pid, flush=True)
os._exit(0)
"""
orphan = int(subprocess.run([sys.executable, "-c", dying], capture_output=True, text=True).stdout)
began = time.time()
while runs(orphan) and time.time() - began < 10:
    time.sleep(0.1)
passed("a kernel ends when the process that started it has died, also in a loop", not runs(orphan), orphan)
sys.exit(0)
