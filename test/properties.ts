/**
 * Property tests draw the same cases in every run, so that a rare one fails when it is written and not in somebody else's
 * change. `NABLAB_ALL_SEEDS=1` draws new ones.
 */
import fc from "fast-check";

if (process.env.NABLAB_ALL_SEEDS !== "1") fc.configureGlobal({ seed: 1 });
