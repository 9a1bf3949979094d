import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where a command is on the PATH, undefined where it is not. */
export function findCommand(command: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, command))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
