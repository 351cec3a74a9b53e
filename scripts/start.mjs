// Sets up what is missing, then opens JupyterLab on the notebooks. Options go to JupyterLab: `npm start -- --port 9999`
import { spawn } from "node:child_process";
import path from "node:path";
import { runMain } from "./lib/report.mjs";
import { root, setup, venvPython } from "./setup.mjs";

const options = [
  `--ServerApp.root_dir=${path.join(root, "notebooks")}`,
  "--LabApp.default_url=/lab/tree/lectures/00-welcome.ipynb",
  // Only this machine can connect, and only with the token that JupyterLab prints.
  "--ServerApp.ip=127.0.0.1",
  // Nothing is asked of, or sent to, other machines: no news, no look for updates, no catalogue of extensions.
  "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
  "--LabApp.news_url=",
  "--LabApp.extension_manager=readonly",
  // A kernel that dies young comes back on its old ports; on new ones JupyterLab would not find it for a minute.
  "--KernelRestarter.random_ports_until_alive=False",
];

await runMain(async () => {
  await setup();
  const lab = spawn(venvPython, ["-m", "jupyterlab", ...options, ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  // The terminal's Ctrl-C reaches JupyterLab too, which asks whether it is meant; this waits for the answer.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => lab.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    lab.on("error", reject);
    lab.on("close", (status) => resolve(status ?? 0));
  });
});
