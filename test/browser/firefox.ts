/**
 * A page in the machine's Firefox, without remote control: a server between Firefox and the site adds a program to the
 * site's pages, which asks it for work.
 *
 * With WebDriver BiDi, as with open developer tools, a worker that starts another one waits until the debugger knows that
 * one. Firefox 153 loses some of these wake-ups, 1 in 3 to 200 on a busy machine, and the worker hangs for ever.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { Driven } from "./live-page.js";

/** The path of a Firefox: that of NABLAB_FIREFOX, else the first in the usual places. Nothing is downloaded. */
export function findFirefox(): string | undefined {
  const named = process.env.NABLAB_FIREFOX;
  if (named) {
    if (!existsSync(named)) throw new Error(`NABLAB_FIREFOX names no file: ${named}`);
    return named;
  }
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const places =
    process.platform === "darwin"
      ? ["/Applications/Firefox.app/Contents/MacOS/firefox"]
      : ["firefox", "firefox-esr"].flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return places.find((file) => existsSync(file));
}

/** Reports what goes wrong in a page, and does what the server asks for, as modules: the page's policy allows no eval. */
const program = `(async () => {
  const post = (what, value) => {
    const body = JSON.stringify(value);
    return fetch("/drive/" + what, { method: "POST", body, keepalive: body.length < 50_000 }).catch(() => {});
  };
  const wrong = (text) => void post("wrong", String(text));
  const { error } = console;
  console.error = (...values) => { wrong(values.join(" ")); error(...values); };
  addEventListener("error", (event) => wrong(event.message));
  addEventListener("unhandledrejection", (event) => wrong(event.reason));
  addEventListener("securitypolicyviolation", (event) => wrong(event.violatedDirective + ": " + event.blockedURI));
  for (;;) {
    const asked = fetch("/drive/next?" + performance.timeOrigin, { cache: "no-store" });
    const id = await asked.then((response) => response.text()).catch(() => undefined);
    if (id === undefined) return; // the page is left
    if (id === "") continue;
    const done = import("/drive/work/" + id + ".js").then(async ({ default: work }) => ({ value: await work() }));
    await post("done/" + id, await done.catch((error) => ({ error: String(error) })));
  }
})();
`;

/** No first-run pages, no updates, no questions. */
const preferences = {
  "app.update.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "datareporting.policy.dataSubmissionEnabled": false,
  "network.captive-portal-service.enabled": false,
};

/** Milliseconds after which the page asks again. */
const patience = 20_000;

/** A page of a Firefox of its own. */
export interface FirefoxPage {
  page: Driven;
  /** Errors of the console and of the page's scripts, and violations of its policy. */
  wrong: string[];
  close(): Promise<void>;
}

interface Work {
  code: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * Opens a new Firefox with an empty profile, at the first `goto`.
 *
 * @param atStart run in each page before its own scripts
 */
export function openFirefox(atStart: () => void): FirefoxPage {
  const executable = findFirefox();
  if (!executable) throw new Error("no Firefox found: install one, or set NABLAB_FIREFOX");
  const wrong: string[] = [];
  const works = new Map<string, Work>();
  /** Work that no page has begun. */
  const queue: string[] = [];
  let waiting: ServerResponse | undefined;
  let loaded: string | undefined;
  let target = "";
  let firefox: ChildProcess | undefined;
  let count = 0;

  const give = (): void => {
    if (!waiting || queue.length === 0) return;
    waiting.end(queue.shift());
    waiting = undefined;
  };

  function next(page: string, response: ServerResponse): void {
    if (page !== loaded) {
      loaded = page;
      for (const [id, { reject }] of works) {
        if (queue.includes(id)) continue;
        works.delete(id);
        reject(new Error("the page was loaded again"));
      }
    }
    waiting = response;
    setTimeout(() => {
      if (waiting !== response) return;
      waiting = undefined;
      response.end();
    }, patience).unref();
    response.on("close", () => {
      if (waiting === response) waiting = undefined;
    });
    give();
  }

  async function drive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, what, id = ""] = /^\/drive\/(\w+)[/?]?(.*?)(?:\.js)?$/.exec(request.url!)!;
    if (what === "next") return next(id, response);
    if (what === "work") {
      response.writeHead(200, { "content-type": "text/javascript" }).end(works.get(id)?.code);
      return;
    }
    const body = JSON.parse(await text(request));
    response.end();
    if (what === "wrong") wrong.push(body);
    const work = works.get(id);
    works.delete(id);
    if (body.error === undefined) work?.resolve(body.value);
    else work?.reject(new Error(body.error));
  }

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await fetch(target + request.url, { redirect: "manual" });
    const isPage = request.url!.endsWith("/page.js");
    const body = Buffer.from(await answer.arrayBuffer());
    const headers = Object.fromEntries(answer.headers);
    for (const name of ["content-length", "transfer-encoding", "connection"]) delete headers[name];
    response.writeHead(answer.status, headers);
    response.end(isPage ? Buffer.concat([Buffer.from(`(${atStart})();\n${program}`), body]) : body);
  }

  const server = createServer((request, response) => {
    const isWork = request.url!.startsWith("/drive/");
    (isWork ? drive : pass)(request, response).catch(() => response.destroy());
  });
  const profile = mkdtempSync(path.join(tmpdir(), "nablab-firefox-"));
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`,
  );
  writeFileSync(path.join(profile, "user.js"), lines.join(""));
  const end = (): void => {
    try {
      if (firefox?.pid) process.kill(-firefox.pid, "SIGKILL"); // its processes too
    } catch {
      // it has ended
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  };
  process.on("exit", end);

  const evaluate = <T, A>(work: (argument: A) => T, argument: A): Promise<T> =>
    new Promise((resolve, reject) => {
      const id = String(count++);
      const code = `export default () => (${work})(${literal(argument)});`;
      works.set(id, { code, resolve: resolve as (value: unknown) => void, reject });
      queue.push(id);
      give();
    });

  return {
    wrong,
    page: {
      evaluate,
      async goto(address) {
        const { origin, pathname, search, hash } = new URL(address);
        target = origin;
        if (!server.listening) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const place = `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}${search}${hash}`;
        if (firefox) {
          await evaluate((place) => void setTimeout(() => location.assign(place)), place);
        } else {
          const args = ["--headless", "--no-remote", "--profile", profile, place];
          firefox = spawn(executable, args, { stdio: "ignore", detached: true });
        }
        await evaluate(() => document.readyState, undefined);
      },
    },
    async close() {
      process.off("exit", end);
      server.close();
      server.closeAllConnections();
      if (firefox && firefox.exitCode === null && firefox.signalCode === null) {
        const ended = once(firefox, "exit");
        end();
        await ended;
      }
      end(); // what it wrote last
    },
  };
}

/** A value as an expression; JSON has no undefined. */
function literal(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(literal)}]` : (JSON.stringify(value) ?? "undefined");
}
