/**
 * The environment in which Jupyter starts a kernel. By default glibc gives each of Node's threads its own malloc arena and keeps
 * freed memory in it; with two arenas a kernel uses about 15 MB less, and cells that allocate large arrays are as fast. Other
 * systems ignore the variable.
 */
export const environment = { MALLOC_ARENA_MAX: "2" };
