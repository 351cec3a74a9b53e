"""One column of the table that `bench.mjs` makes: a kernel, as a client sees it. Prints JSON, figures in ms and MB."""
import json
import queue
import statistics
import sys
import time

import psutil
from jupyter_client.manager import KernelManager

kernel = sys.argv[1]
languages = {
    "ipykernel": {
        "trivial": "{0} + 1",
        "declares": "v{0} = {0}; v{0}",
        "rich": "class A{0}:\n    x = {0}\n    def m(self): return self.x\ndef f{0}(a): return a.m()",
        "complete": ("v1", 2),
        "inspect": ("v1", 1),
        "lines": "for i in range(200000): print(i)",
    }
}
typescript = {
    "trivial": "{0} + 1",
    "declares": "let v{0} = {0}; v{0}",
    "rich": "class A{0} {{ x = {0}; m(): B{0} {{ return {{ y: this.x }} }} }}\n"
    "interface B{0} {{ y: number }}\nfunction f{0}(a: A{0}) {{ return a.m().y }}",
    "complete": ("v1", 2),
    "inspect": ("v1", 1),
    "lines": "for (let i = 0; i < 200000; i++) console.log(i)",
}
code = languages.get(kernel, typescript)

began = time.time()
manager = KernelManager(kernel_name=kernel)
manager.start_kernel()
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=120)
ready = time.time()


def reply_to(message):
    while True:
        reply = client.get_shell_msg(timeout=30)
        if reply["parent_header"].get("msg_id") == message:
            return reply["content"]


process = psutil.Process(manager.provisioner.process.pid)
megabytes = lambda: round(process.memory_info().rss / 1e6)
peak = 0


def run(text, watch=False):
    """Milliseconds from the request to idle (to the last that came, where that is lost), and what was printed."""
    started = last = time.time()
    message = client.execute(text)
    printed, idle = 0, False
    global peak
    while not idle:
        try:
            output = client.get_iopub_msg(timeout=3)
        except queue.Empty:
            break
        if output["parent_header"].get("msg_id") != message:
            continue
        last = time.time()
        if watch:
            peak = max(peak, megabytes())
        if output["msg_type"] == "stream":
            printed += len(output["content"]["text"])
        idle = output["msg_type"] == "status" and output["content"]["execution_state"] == "idle"
    if reply_to(message)["status"] != "ok":
        raise RuntimeError(f"{kernel}: {text} failed")
    return (last - started) * 1000, printed if idle else f"{printed} (then idle is lost)"


def ask(request, *arguments):
    started = time.time()
    reply_to(request(*arguments))
    return (time.time() - started) * 1000


def median(times):
    return round(statistics.median(times), 1)


run(code["trivial"].format(0))
figures = {"start to ready": round((ready - began) * 1000), "start to the end of the first cell": round((time.time() - began) * 1000)}
if kernel == "nablab":
    run('import { tensor } from "nablab";')
figures["trivial cell"] = median([run(code["trivial"].format(i))[0] for i in range(30)])
figures["cell that declares a variable, 200 of them"] = median([run(code["declares"].format(i))[0] for i in range(200)])
figures["memory then"] = megabytes()
figures["trivial cell after them"] = median([run(code["trivial"].format(i))[0] for i in range(30)])
for i in range(100):
    run(code["rich"].format(i))
figures["trivial cell after 100 that declare classes and functions"] = median(
    [run(code["trivial"].format(i))[0] for i in range(30)]
)
figures["completion"] = median([ask(client.complete, *code["complete"]) for _ in range(30)])
figures["inspection"] = median([ask(client.inspect, *code["inspect"]) for _ in range(30)])
took, printed = run(code["lines"], watch=True)
length = sum(len(f"{i}\n") for i in range(200000))
figures["200,000 printed lines"] = round(took) if printed == length else f"{printed} of {length} characters"
figures["most memory meanwhile"] = peak
if kernel == "nablab":
    # MNIST by both threads, in a cell that runs meanwhile.
    run('import { adam, dense, mnist, relu, sequential, train } from "nablab"; const images = (await mnist()).train')
    network = "sequential([dense(784, 512), relu(), dense(512, 384), relu(), dense(384, 10)])"
    def train():
        return client.execute(f"await train({network}, images, {{ rule: adam(), epochs: 100 }})")

    def stop(training):
        began = time.time()
        manager.interrupt_kernel()
        reply_to(training)
        return (time.time() - began) * 1000

    training = train()
    began_training = time.time()
    time.sleep(2)
    times = [ask(client.complete, *code["complete"]) for _ in range(200)]
    figures["completion while MNIST trains"] = f"{median(times)} (at most {max(times):.0f})"
    charts = 0
    while True:
        try:
            charts += client.get_iopub_msg(timeout=0)["msg_type"] == "update_display_data"
        except queue.Empty:
            break
    figures["versions of its chart a second"] = round(charts / (time.time() - began_training), 1)
    stops = [stop(training)]
    for i in range(20):
        training = train()
        time.sleep(1 + i / 50)
        stops.append(stop(training))
    figures["stop of that training"] = f"{median(stops)} (at most {max(stops):.0f})"
print(json.dumps(figures))
manager.shutdown_kernel(now=True)
client.stop_channels()
