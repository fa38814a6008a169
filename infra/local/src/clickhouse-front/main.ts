import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { errorText, LocalStackError } from "../errors.ts";
import { tryLock } from "../file-lock.ts";
import { ClickHouseFront, type FrontOptions } from "./front.ts";
import { limits } from "./limits.ts";

const usage =
  "usage: node main.ts --port N --data <directory> --password <text> [--user leadstream] [--host 127.0.0.1] [--memory-limit-mb 1500] [--exit-with-parent]";

const optionsSchema = z.object({
  port: z.coerce.number().int().min(0).max(65_535),
  host: z.string().min(1).default("127.0.0.1"),
  data: z.string().min(1),
  user: z.string().min(1).default("leadstream"),
  password: z.string().min(1).optional(),
  "memory-limit-mb": z.coerce.number().int().min(256).max(1_000_000).default(1500),
});

const passwordVariable = "LEADSTREAM_CLICKHOUSE_PASSWORD";

/** Throws STACK_INVALID naming every wrong argument. */
const readOptions = (argv: string[], environment: NodeJS.ProcessEnv): FrontOptions & { exitWithParent: boolean } => {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: argv,
    options: {
      port: text,
      host: text,
      data: text,
      user: text,
      password: text,
      "memory-limit-mb": text,
      "exit-with-parent": { type: "boolean", default: false },
    },
  });
  const parsed = optionsSchema.safeParse(values);
  if (!parsed.success) throw new LocalStackError("STACK_INVALID", `${z.prettifyError(parsed.error)}\n${usage}`);
  const options = parsed.data;
  const password = options.password ?? environment[passwordVariable];
  if (password === undefined)
    throw new LocalStackError("STACK_INVALID", `--password is missing; give it, or set ${passwordVariable}\n${usage}`);
  return {
    port: options.port,
    host: options.host,
    dataDirectory: resolve(options.data),
    user: options.user,
    password,
    memoryLimitMb: options["memory-limit-mb"],
    exitWithParent: values["exit-with-parent"],
  };
};

/** Queries occupy threads of libuv's pool, whose size is read once at start: the process replaces itself with the size set. */
const ensureThreadPool = (): void => {
  if (Number(process.env.UV_THREADPOOL_SIZE) >= limits.threadPoolSize) return;
  const environment = { ...process.env, UV_THREADPOOL_SIZE: String(limits.threadPoolSize) };
  process.execve?.(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], environment);
};

const main = async (): Promise<void> => {
  const options = readOptions(process.argv.slice(2), process.env);
  const lockPath = join(options.dataDirectory, "front.lock");
  mkdirSync(options.dataDirectory, { recursive: true });
  const lock = tryLock(lockPath);
  if ("heldBy" in lock) {
    throw new LocalStackError(
      "LOCK_HELD",
      `data directory ${options.dataDirectory} is in use by process ${lock.heldBy.pid} (${lockPath}); stop that process or choose another directory`,
    );
  }
  const front = new ClickHouseFront(options);
  const port = await front.start();
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await front.stop();
    lock.release();
    process.exit(0);
  };
  const stopOrFail = () => stop().catch(fail);
  process.on("SIGTERM", stopOrFail);
  process.on("SIGINT", stopOrFail);
  if (options.exitWithParent) {
    process.stdin.on("end", stopOrFail).on("error", stopOrFail);
    process.stdin.resume();
  }
  console.log(JSON.stringify({ ready: true, port }));
};

const fail = (error: unknown): void => {
  const code = error instanceof LocalStackError ? error.code : "SERVER_EXITED";
  console.error(`clickhouse-front: ${code}: ${errorText(error)}`);
  process.exit(1);
};

ensureThreadPool();
main().catch(fail);
