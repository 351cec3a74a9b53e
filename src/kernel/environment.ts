/**
 * The environment in which Jupyter starts a kernel. By default glibc gives each of Node's threads an area of its own, and keeps
 * what is freed there; with two areas a kernel takes some 15 MB less, and cells that allocate large arrays are as fast. Other
 * systems ignore it.
 */
export const environment = { MALLOC_ARENA_MAX: "2" };
