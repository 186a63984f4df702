// In a file of its own: the command line names it in its help, and loads workers only where they are asked for.

/** More processes than that are a slip. */
export const WORKERS_MAX = 1024;
