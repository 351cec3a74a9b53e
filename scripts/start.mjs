// Runs the set-up, then opens JupyterLab on the notebooks. Options are passed to JupyterLab: `npm start -- --port 9999`
import { spawn } from "node:child_process";
import path from "node:path";
import { runMain } from "./lib/report.mjs";
import { root, setup, venvPython } from "./setup.mjs";

const options = [
  `--ServerApp.root_dir=${path.join(root, "notebooks")}`,
  "--LabApp.default_url=/lab/tree/lectures/00-welcome.ipynb",
  // Accepts connections from this machine only, with the token that JupyterLab prints.
  "--ServerApp.ip=127.0.0.1",
  // No requests to other machines: no news, no update check, no extension catalogue.
  "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
  "--LabApp.news_url=",
  "--LabApp.extension_manager=readonly",
  // A kernel that dies early restarts on the same ports; on new ones JupyterLab would not find it for a minute.
  "--KernelRestarter.random_ports_until_alive=False",
];

await runMain(async () => {
  await setup();
  const lab = spawn(venvPython, ["-m", "jupyterlab", ...options, ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  // Ctrl-C in the terminal also reaches JupyterLab, which asks for confirmation; this process waits for the answer.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => lab.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    lab.on("error", reject);
    lab.on("close", (status) => resolve(status ?? 0));
  });
});
