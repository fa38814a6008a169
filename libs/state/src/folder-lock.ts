import { join, resolve } from "node:path";
import { StreamError } from "@leadstream/stream";
import { type Environment, openDatabase, openEnvironment } from "./environment.ts";
import { claim, disown, releaseFolder, reserveFolder } from "./ownership.ts";

const LOCK_BYTES = 1 << 20;

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Makes this process the only one that works in a folder, until it releases it or ends. Take it before joining a group under a member id that is kept
 * in the folder: a second process would answer in the first one's name. Throws STORE_LOCKED while a living process holds it.
 */
export async function lockFolder(directory: string): Promise<FolderLock> {
  const folder = resolve(join(directory, "owner"));
  const here = reserveFolder(folder);
  if (here !== null) throw locked(directory, here.pid);
  let environment: Environment | null = null;
  try {
    const opened = openEnvironment(folder, LOCK_BYTES);
    environment = opened;
    const meta = openDatabase(opened, "meta");
    const owner = opened.transactionSync(() => claim(meta));
    if (owner !== null) throw locked(directory, owner.pid);
    return {
      release: async () => {
        opened.transactionSync(() => disown(meta));
        await opened.close();
        releaseFolder(folder);
      },
    };
  } catch (error) {
    await environment?.close();
    releaseFolder(folder);
    throw error;
  }
}

function locked(directory: string, pid: number): StreamError {
  return new StreamError(
    "STORE_LOCKED",
    `the folder ${directory} is held by process ${pid}`,
    "Stop that process, or give this one its own state directory",
  );
}
