/**
 * Whether this process may start threads. One that runs notebooks for points may not (kernel/isolation.ts): a thread started
 * with other flags than its process would not be confined.
 */
export const mayStartThreads: boolean =
  (process as { permission?: { has(scope: string): boolean } }).permission?.has("worker") ?? true;
