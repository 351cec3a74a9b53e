/**
 * In a thread of a sweep's worker: ends the worker once what started it has ended, also while a point loops for ever.
 */
import { whenParentEnds } from "../../kernel/parent.js";

whenParentEnds(() => process.kill(process.pid, "SIGKILL"));
setInterval(() => {}, 2 ** 30);
