/**
 * The resource usage of the kernel, the content of `usage_reply` for the monitors of front ends.
 */
import os from "node:os";

let last = { at: performance.now(), cpu: process.cpuUsage() };

/** Memory in bytes, CPU shares in percent since the last request; the kernel's as a share of one core. */
export function usage(): Record<string, unknown> {
  const at = performance.now();
  const cpu = process.cpuUsage();
  const spent = (cpu.user + cpu.system - last.cpu.user - last.cpu.system) / 1000;
  const kernel_cpu = at > last.at ? (100 * spent) / (at - last.at) : 0;
  last = { at, cpu };
  const [total, free] = [os.totalmem(), os.freemem()];
  const used = total - free;
  return {
    hostname: os.hostname(),
    pid: process.pid,
    kernel_cpu,
    kernel_memory: process.memoryUsage.rss(),
    cpu_count: os.availableParallelism(),
    host_cpu_percent: Math.min(100, (100 * os.loadavg()[0]!) / os.availableParallelism()),
    host_virtual_memory: { total, available: free, free, used, percent: (100 * used) / total },
  };
}
