"""nablab in a kernel that is not its own, asked by a real client. `foreign.py KERNEL` prints one line per question."""
import queue
import sys
import time

from jupyter_client.manager import start_new_kernel

name = sys.argv[1]
manager, client = start_new_kernel(kernel_name=name, startup_timeout=120)


def run(code, until=lambda outputs: True):
    """Runs a cell; what came for it before idle and until a condition holds, as pictures may come later."""
    message = client.execute(code)
    outputs = []
    idle = False
    end = time.time() + 90
    while time.time() < end and not (idle and until(outputs)):
        try:
            output = client.get_iopub_msg(timeout=1)
        except queue.Empty:
            continue
        if output["parent_header"].get("msg_id") != message:
            continue
        idle = idle or output["msg_type"] == "status" and output["content"]["execution_state"] == "idle"
        outputs.append((output["msg_type"], output["content"]))
    return outputs


def bundles(outputs):
    """What was shown, in the order of its first appearance, with the contents that came last."""
    shown = {}
    for i, (kind, content) in enumerate(outputs):
        if kind in ("display_data", "execute_result", "update_display_data"):
            shown[content.get("transient", {}).get("display_id") or f"-{i}"] = content["data"]
    return list(shown.values())


def shows(code, *types):
    def holds(outputs):
        return any(all(kind in data for kind in types) for data in bundles(outputs))

    outputs = run(code, until=holds)
    print("ok" if holds(outputs) else f"FAILED ({outputs!r})"[:2000], f"{types[0]}: {code[:60]}", flush=True)


imports = """import { descend, dense, display, lineChart, mnist, quadratic, relu, sequential, sgd, crossEntropy, table, train, slider } from "nablab";
const data = await mnist();"""
problems = [content for kind, content in run(imports) if kind == "error" or content.get("name") == "stderr"]
print("ok" if not problems else f"FAILED ({problems!r})"[:2000], "the import")
chart = 'lineChart({ title: "squares", x: { title: "x" }, y: { title: "y" }, series: [{ name: "x²", y: [0, 1, 4] }] })'
shows(chart, "application/vnd.plotly.v1+json", "image/svg+xml")
shows('table([{ a: 1, b: "x" }])', "text/html")
shows("data.train.take(4)", "text/html")
shows("descend(quadratic({ spectrum: [1, 10] }), { theta0: [1, 1], eta: 0.1, steps: 20 })", "application/vnd.plotly.v1+json")
shows(f"await display({chart}); 1", "application/vnd.plotly.v1+json", "image/svg+xml")

training = """const run = await train(sequential([dense(784, 16), relu(), dense(16, 10)], { seed: 1 }), data.train.take(3000),
  { rule: sgd({ eta: 0.1 }), loss: crossEntropy(), batchSize: 20, epochs: 6, threads: 2 }); undefined"""
outputs = run(training)
pictures = [content for kind, content in outputs if kind in ("display_data", "update_display_data")]
updates = [content for kind, content in outputs if kind == "update_display_data"]
good = len(pictures) > 1 and updates and "image/svg+xml" in updates[-1]["data"]
print("ok" if good else f"FAILED ({outputs!r})"[:2000], f"a live training ({len(pictures)} pictures)")
shows("run.table()", "text/html")
shows("run", "application/vnd.plotly.v1+json")
client.stop_channels()
manager.shutdown_kernel(now=True)
