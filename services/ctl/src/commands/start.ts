import { join } from "node:path";
import { errorText, LocalStackError, type RunningStack, readStackState, silent, startStack } from "@leadstream/infra-local";
import { Demo, defaultDemo } from "../demo/run-demo.ts";
import { CommandError } from "../errors.ts";
import { groupPrefix, StackClients } from "../stack/clients.ts";
import { prepareStack, readDocuments } from "../stack/prepare.ts";
import { collectStatus, recentDecisions } from "../status/collect-status.ts";
import { RateMeter } from "../status/rate-meter.ts";
import { type Frame, renderLine, renderStatus } from "../status/render.ts";
import { openScreen } from "../terminal-screen.ts";
import type { Workplace } from "../workplace.ts";
import { progressLog } from "./progress.ts";
import { isWanted } from "./publish.ts";

export interface StartWish {
  /** History, live traffic and the fast policy; otherwise an empty stack under the default policy. */
  readonly demo: boolean;
  /** Ends after this many seconds; for trials without a terminal. */
  readonly forSeconds?: number;
  readonly rate?: number;
  readonly model?: string;
  readonly policy?: string;
  readonly roster?: string;
  readonly journey?: string;
}

const SCREEN_EVERY_MS = 1_000;
const LINE_EVERY_MS = 5_000;
const DECISIONS = 8;

/** Starts everything, shows it until Ctrl-C, stops everything. Throws with one clear message when a part does not come up; nothing stays behind. */
export async function start(workplace: Workplace, wish: StartWish): Promise<void> {
  const { root, dataDir, stack, ports } = workplace;
  const log = progressLog();
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  const examples = join(root, "infra/examples");
  const rosterPath = wish.roster ?? join(examples, "rosters/demo-team.yaml");
  // A broken document is told before anything is started.
  const documents = readDocuments(
    {
      model: wish.model ?? join(examples, "models/default.yaml"),
      usualModel: wish.model === undefined,
      policy: wish.policy ?? join(examples, wish.demo ? "policies/demo.yaml" : "policies/default.yaml"),
      roster: rosterPath,
      journey: wish.journey ?? join(examples, wish.demo ? "journeys/demo.yaml" : "journeys/nurture.yaml"),
      usualJourney: wish.journey === undefined,
    },
    Date.now(),
  );
  const running = await startStack({
    root,
    dataDir,
    ports,
    stack,
    log,
    signal: stop.signal,
    wanted: (name) => isWanted(name, dataDir),
    prepare: async (addresses) => {
      await prepareStack(addresses, { root, dataDir, documents, log });
    },
  });
  log(
    `ready after ${(running.readyMs / 1000).toFixed(1)} s; ${Object.entries(running.urls)
      .map(([name, url]) => `${name} ${url}`)
      .join("  ")}`,
  );
  if (wish.forSeconds !== undefined) setTimeout(() => stop.abort(), wish.forSeconds * 1000).unref();
  const demo = wish.demo
    ? new Demo(workplace, {
        ...defaultDemo,
        rosterPath,
        ...(wish.rate === undefined ? {} : { eventsPerSecond: wish.rate }),
      })
    : null;
  let fault: unknown = null;
  try {
    const ended = [show(workplace, running, demo, stop.signal), watch(running, stop.signal)];
    if (demo !== null) ended.push(runDemo(demo, running, process.stdout.isTTY ? silent : log, stop.signal));
    await Promise.all(
      ended.map((part) =>
        part.catch((error: unknown) => {
          fault ??= error;
          stop.abort();
        }),
      ),
    );
  } finally {
    log("stopping");
    await running.stop();
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
    log("stopped; the data is kept");
  }
  if (fault !== null) throw fault;
}

async function runDemo(demo: Demo, running: RunningStack, log: (line: string) => void, stop: AbortSignal): Promise<void> {
  const collector = running.urls.collector!;
  await demo.loadHistory(collector, log, stop);
  if (!stop.aborted) await demo.live(collector, running.addresses, stop);
}

/** A service that crashes again and again ends the whole: a stack with a hole would look alive. */
async function watch(running: RunningStack, stop: AbortSignal): Promise<void> {
  const stopped = new Promise<null>((resolve) => {
    if (stop.aborted) resolve(null);
    stop.addEventListener("abort", () => resolve(null), { once: true });
  });
  const name = await Promise.race([running.gaveUp, stopped]);
  if (name !== null) throw new LocalStackError("SERVICE_GAVE_UP", `${name} crashed too often: see ./leadstream logs ${name}`);
}

async function show(workplace: Workplace, running: RunningStack, demo: Demo | null, stop: AbortSignal): Promise<void> {
  const clients = new StackClients(running.addresses, workplace.dataDir);
  const screen = process.stdout.isTTY ? openScreen() : null;
  const meter = new RateMeter();
  let lastFault = "";
  try {
    while (!stop.aborted) {
      try {
        const frame = await takeFrame(workplace, clients, meter, demo?.note ?? "");
        if (screen === null) process.stdout.write(`${renderLine(frame)}\n`);
        else screen.draw([...renderStatus(frame), "  Ctrl-C stops everything."]);
      } catch (error) {
        // A server that is being restarted must not end the screen.
        if (errorText(error) !== lastFault) process.stderr.write(`status: ${errorText(error)}\n`);
        lastFault = errorText(error);
      }
      await pause(screen === null ? LINE_EVERY_MS : SCREEN_EVERY_MS, stop);
    }
  } finally {
    screen?.close();
    await clients.close();
  }
}

export async function takeFrame(workplace: Workplace, clients: StackClients, meter: RateMeter, note: string): Promise<Frame> {
  const state = readStackState(workplace.dataDir);
  if (state === undefined) throw new CommandError("NOT_RUNNING", "the stack's state is gone: start it again");
  const clickhouse = clients.clickhouse();
  const [status, decisions] = await Promise.all([
    collectStatus({ state, kafka: await clients.kafka(), clickhouse, groupPrefix }),
    recentDecisions(clickhouse, DECISIONS),
  ]);
  const { dataDir } = workplace;
  return { status, decisions, note, dataDir, eventsPerSecond: meter.reading(status.counts.events ?? 0, Date.now()) };
}

function pause(durationMs: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, durationMs);
    stop.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
