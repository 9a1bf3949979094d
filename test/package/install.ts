import { execFile } from "node:child_process";
import { lstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = fileURLToPath(new URL("../../", import.meta.url));

const execute = promisify(execFile);

/** Runs a command to its end, without a terminal. */
export async function run(folder: string, command: string, ...args: string[]): Promise<string> {
  const { FORCE_COLOR, ...env } = process.env;
  const { stdout } = await execute(command, args, { cwd: folder, env: { ...env, NO_COLOR: "1" } });
  return stdout;
}

/** A stranger's project in a temporary folder, with this package installed from its tarball. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "valuegrad-package-"));
  tarball = "";

  async install(): Promise<void> {
    this.write("package.json", `${JSON.stringify({ name: "stranger", private: true, type: "module" })}\n`);
    const packed = await run(root, "npm", "pack", "--ignore-scripts", "--silent", "--pack-destination", this.folder);
    this.tarball = join(this.folder, packed.trim());
    await run(this.folder, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", this.tarball);
  }

  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Every installed file with its size, by its path below node_modules. */
  installed(): Map<string, number> {
    const top = join(this.folder, "node_modules");
    const files = new Map<string, number>();
    for (const name of readdirSync(top, { recursive: true, encoding: "utf8" })) {
      const stats = lstatSync(join(top, name));
      if (stats.isFile()) files.set(name, stats.size);
    }
    return files;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
