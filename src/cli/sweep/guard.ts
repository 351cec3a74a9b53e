/**
 * In a thread of a sweep's worker: ends the worker once its parent has ended, even while a point is in an endless loop.
 */
import { whenParentEnds } from "../../kernel/parent.js";

whenParentEnds(() => process.kill(process.pid, "SIGKILL"));
setInterval(() => {}, 2 ** 30);
