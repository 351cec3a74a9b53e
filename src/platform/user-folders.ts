/**
 * The user's folders, as set by the environment.
 */
import { homedir, userInfo } from "node:os";
import path from "node:path";

/** The home folder, absolute even if HOME is empty or relative. */
function homeFolder(): string {
  if (path.isAbsolute(homedir())) return homedir();
  try {
    return userInfo().homedir;
  } catch {
    return path.resolve("/"); // a user without a name
  }
}

/**
 * The folder that a variable names, else one in the home folder; an empty or relative value is ignored.
 * Source: XDG Base Directory Specification, "Environment variables".
 */
export function userFolder(variable: string, ...inHome: string[]): string {
  const named = process.env[variable];
  return named && path.isAbsolute(named) ? named : path.join(homeFolder(), ...inHome);
}
