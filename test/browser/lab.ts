/**
 * JupyterLab for a test: the real server, with the kernel and the renderer that were just built, on a folder,
 * settings and a port of its own.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { jupyterEnvironment, python } from "../kernel/jupyter.js";
import { until } from "./until.js";

const root = path.resolve(import.meta.dirname, "../..");

/** A running JupyterLab. */
export interface Lab {
  /** The folder that it shows. */
  folder: string;
  /** An address of it, with the token that lets one in. */
  url(page: string, query?: Record<string, string>): string;
  /** Ends it as Ctrl-C would, with its kernels, and removes what it wrote. */
  stop(): Promise<void>;
}

/** Starts JupyterLab and waits until it answers. */
export async function startLab(): Promise<Lab> {
  const home = mkdtempSync(path.join(tmpdir(), "nablab-lab-"));
  const folder = path.join(home, "notebooks");
  mkdirSync(folder);
  const env = jupyterEnvironment();
  cpSync(
    path.join(root, "dist", "labextension"),
    path.join(env.JUPYTER_PATH!, "labextensions", "@nablab", "plotly"),
    { recursive: true },
  );
  const settings = path.join(home, "settings");
  askForNoNews(settings);
  const token = randomUUID();
  const server = spawn(
    python(),
    [
      ...["-m", "jupyterlab", "--no-browser", "--expose-app-in-browser"],
      ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
      "--ServerApp.ip=127.0.0.1",
      "--ServerApp.port=0", // any that is free
      `--ServerApp.root_dir=${folder}`,
      `--IdentityProvider.token=${token}`,
      // A kernel that dies in its first ten seconds would come back on other ports, where Jupyter Server 2.21 does
      // not look for it: of whatever kernel, the page then waits for ever.
      "--KernelRestarter.random_ports_until_alive=False",
    ],
    {
      env: {
        ...env,
        JUPYTER_CONFIG_DIR: path.join(home, "config"),
        JUPYTERLAB_SETTINGS_DIR: settings,
        JUPYTERLAB_WORKSPACES_DIR: path.join(home, "workspaces"),
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let log = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (text) => void (log += text));
  const ended = new Promise<void>((resolve) => server.once("close", () => resolve()));

  const runtime = env.JUPYTER_RUNTIME_DIR!;
  const base = await until("JupyterLab answers", 300_000, async () => {
    if (server.exitCode !== null) throw new Error(`JupyterLab ended at once:\n${log}`);
    return address(runtime, token);
  }).catch((error) => {
    server.kill("SIGKILL");
    throw new Error(`${error}\n${log}`);
  });

  return {
    folder,
    url: (page, query = {}) => `${base}${page}?${new URLSearchParams({ ...query, token })}`,
    async stop() {
      await stop(server, ended);
      for (const created of [home, path.resolve(env.JUPYTER_PATH!, "../..")]) {
        rmSync(created, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}

/** JupyterLab asks the reader whether it may look for news on the internet, unless that is settled. */
function askForNoNews(settings: string): void {
  const folder = path.join(settings, "@jupyterlab", "apputils-extension");
  mkdirSync(folder, { recursive: true });
  const answers = { fetchNews: "false", checkForUpdates: false };
  writeFileSync(path.join(folder, "notification.jupyterlab-settings"), JSON.stringify(answers));
}

/** Where the server listens, by the file that it leaves for its clients, once it answers there. */
async function address(runtime: string, token: string): Promise<string | undefined> {
  try {
    const file = readdirSync(runtime).find((name) => /^jpserver-\d+\.json$/.test(name));
    const { port } = JSON.parse(readFileSync(path.join(runtime, file!), "utf8"));
    const base = `http://127.0.0.1:${port}/`;
    const { ok } = await fetch(`${base}api/status?token=${token}`);
    return ok ? base : undefined;
  } catch {
    return undefined; // not yet
  }
}

async function stop(server: ChildProcess, ended: Promise<void>): Promise<void> {
  server.kill("SIGTERM");
  const patience = setTimeout(() => server.kill("SIGKILL"), 20_000);
  await ended;
  clearTimeout(patience);
  if (server.signalCode === "SIGKILL") throw new Error("JupyterLab did not end within 20 s of SIGTERM");
}
