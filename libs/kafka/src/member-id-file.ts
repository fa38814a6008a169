/**
 * The member id that a process leaves on disk. A killed process cannot leave its group; its successor, who holds the same folder's lock, does it
 * for it and need not wait for the session to time out.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

export class MemberIdFile {
  private readonly path: string | null;

  constructor(path: string | undefined) {
    this.path = path ?? null;
  }

  read(): string | null {
    if (this.path === null) return null;
    try {
      return readFileSync(this.path, "utf8").trim() || null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  write(memberId: string): void {
    if (this.path === null) return;
    const whole = `${this.path}.new`;
    writeFileSync(whole, memberId);
    renameSync(whole, this.path);
  }

  remove(): void {
    if (this.path !== null) rmSync(this.path, { force: true });
  }
}
