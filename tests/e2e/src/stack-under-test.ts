import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { apiKeyFileOf, isWanted, prepareStack, readDocuments, StackClients, type Workplace } from "@leadstream/ctl";
import {
  freePorts,
  loadStack,
  nodeArguments,
  type PortName,
  type Ports,
  type RunningStack,
  type Stack,
  stackEnvironment,
  startStack,
} from "@leadstream/infra-local";
import { eventually, temporaryFolder } from "@leadstream/testing";

export interface StackWish {
  /** Default: the demo policy, whose clocks are minutes. */
  readonly policy?: string;
  /** For every service, beside what the stack says. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly body: { readonly eventId?: string; readonly items?: readonly { readonly status: number; readonly eventId?: string }[] };
}

export interface SecondProcess {
  /** null when the limit ended it. */
  readonly code: number | null;
  readonly output: string;
}

const root = join(import.meta.dirname, "../../..");
const FAULT_POINT = "LEADSTREAM_FAULT_POINT";
const PROCESS_LIMIT_MS = 60_000;
const LINE_CHARACTERS = 400;
/** Tests kill more often than a stack in earnest may crash. */
const restart = { maximumRestarts: 200, initialBackoffMs: 100, maximumBackoffMs: 500 };

/** Everything that `npm start` starts, on free ports and a fresh folder, for one test file. Call stop() in the end. */
export class StackUnderTest {
  readonly workplace: Workplace;
  readonly clients: StackClients;
  /** What the supervisor said. */
  readonly lines: string[];
  private readonly running: RunningStack;
  private readonly environment: Record<string, string>;
  private readonly removeData: () => void;

  private constructor(
    workplace: Workplace,
    running: RunningStack,
    parts: { lines: string[]; environment: Record<string, string>; removeData: () => void },
  ) {
    this.workplace = workplace;
    this.running = running;
    this.lines = parts.lines;
    this.environment = parts.environment;
    this.removeData = parts.removeData;
    this.clients = new StackClients(running.addresses, workplace.dataDir);
  }

  static async start(wish: StackWish = {}): Promise<StackUnderTest> {
    const folder = temporaryFolder("stack");
    const loaded = loadStack(root);
    const stack: Stack = { ...loaded, restart: { ...loaded.restart, ...restart } };
    const workplace = { root, dataDir: folder.path, stack, ports: await portsFor(stack) };
    const lines: string[] = [];
    const log = (line: string): void => void lines.push(line);
    const environment = { ...wish.environment };
    const examples = join(root, "infra/examples");
    const paths = {
      usualModel: false,
      model: join(examples, "models/default.yaml"),
      policy: wish.policy ?? join(examples, "policies/demo.yaml"),
      roster: join(examples, "rosters/demo-team.yaml"),
      journey: join(examples, "journeys/demo.yaml"),
    };
    try {
      const running = await startStack({
        ...workplace,
        log,
        environment,
        wanted: (name) => isWanted(name, folder.path),
        prepare: async (addresses) => {
          await prepareStack(addresses, { root, dataDir: folder.path, documents: readDocuments(paths, Date.now()), log });
        },
      });
      return new StackUnderTest(workplace, running, { lines, environment, removeData: folder.remove });
    } catch (error) {
      folder.remove();
      throw new Error(`the stack did not start; it said:\n${lines.slice(-30).join("\n")}`, { cause: error });
    }
  }

  get addresses(): RunningStack["addresses"] {
    return this.running.addresses;
  }

  get collectorUrl(): string {
    return this.running.urls.collector!;
  }

  get apiKeyFile(): string {
    return apiKeyFileOf(this.workplace.dataDir);
  }

  /** Processes that were started again by the supervisor, since the stack came up. */
  restarts(name: string): number {
    return this.statusOf(name).restarts;
  }

  pid(name: string): number | null {
    return this.statusOf(name).pid;
  }

  /** Names of processes that the supervisor does not start any more. */
  gaveUp(): string[] {
    return this.running
      .statuses()
      .filter(({ state }) => state === "gave up")
      .map(({ name }) => name);
  }

  /** Takes a service or server away until up(). */
  down(name: string, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    return this.running.down(name, signal);
  }

  up(name: string): Promise<void> {
    return this.running.up(name);
  }

  /** SIGKILL; the supervisor starts the process again. Resolves when it is healthy. */
  async kill(name: string): Promise<void> {
    const before = await this.alive(name);
    const { restarts } = this.statusOf(name);
    process.kill(before, "SIGKILL");
    await this.alive(name, restarts + 1);
  }

  /**
   * Starts the service anew so that it kills itself at the named step, waits until it did and is back. One call at a time: the variable reaches every
   * process that starts meanwhile. Rejects when the step is never reached, or when the process ended for another reason.
   */
  async killAt(name: string, faultPoint: string): Promise<void> {
    const restarts = this.restarts(name);
    const logged = statSync(this.logFile(name)).size;
    this.environment[FAULT_POINT] = faultPoint;
    try {
      await this.down(name, "SIGKILL");
      // A step that is reached at once ends the process before it is healthy.
      const healthy = await this.up(name).then(
        () => true,
        () => false,
      );
      delete this.environment[FAULT_POINT];
      if (healthy) await this.alive(name, restarts + 1);
      else await this.up(name);
      if (readFileSync(this.logFile(name)).subarray(logged).includes('"level":"fatal"')) throw new Error(`${name} failed`);
    } catch (error) {
      throw new Error(`${name} was not killed at ${faultPoint}:\n${this.logTail(name)}`, { cause: error });
    } finally {
      delete this.environment[FAULT_POINT];
    }
  }

  /** A second process of a service on the same folder and in the same groups, on another port. Ended with SIGKILL when it runs longer than the limit. */
  async runSecond(name: string, limitMs: number): Promise<SecondProcess> {
    const { workplace, environment } = this;
    const service = workplace.stack.services.find((each) => each.name === name);
    if (service === undefined) throw new RangeError(`the stack has no service named ${name}`);
    const [port] = await freePorts(1);
    const variables = {
      ...stackEnvironment({ ...workplace, addresses: this.addresses }),
      ...environment,
      [service.portVariable]: String(port),
    };
    const child = spawn(process.execPath, [...nodeArguments(workplace.stack, service.heapMb), join(root, service.command)], {
      env: { ...process.env, ...variables },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: limitMs,
      killSignal: "SIGKILL",
    });
    let output = "";
    const keep = (data: Buffer): void => {
      output += data.toString();
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const [code] = (await once(child, "close")) as [number | null];
    return { code, output };
  }

  /** The end of what a process logged. */
  logTail(name: string, lines = 6): string {
    const all = readFileSync(this.logFile(name), "utf8").trimEnd().split("\n");
    return all
      .slice(-lines)
      .map((line) => line.slice(0, LINE_CHARACTERS))
      .join("\n");
  }

  /** Whether a process ever logged the text. */
  logged(name: string, text: string): boolean {
    return readFileSync(this.logFile(name), "utf8").includes(text);
  }

  logFile(name: string): string {
    return join(this.workplace.dataDir, `logs/${name}.log`);
  }

  async post(path: string, body: unknown): Promise<Answer> {
    const answer = await fetch(this.collectorUrl + path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": readFileSync(this.apiKeyFile, "utf8").trim() },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    return { status: answer.status, body: (await answer.json()) as Answer["body"] };
  }

  async stop(): Promise<void> {
    await this.clients.close();
    await this.running.stop();
    this.removeData();
  }

  private statusOf(name: string): ReturnType<RunningStack["statuses"]>[number] {
    const status = this.running.statuses().find((each) => each.name === name);
    if (status === undefined) throw new RangeError(`the stack has no process named ${name}`);
    return status;
  }

  /** Its pid, once it runs and was started again at least `restarts` times. */
  private alive(name: string, restarts = 0): Promise<number> {
    return eventually(
      () => {
        const status = this.statusOf(name);
        return status.restarts >= restarts && status.state === "running" && status.pid;
      },
      { what: `${name} to run`, timeoutMs: PROCESS_LIMIT_MS, everyMs: 50 },
    );
  }
}

async function portsFor(stack: Stack): Promise<Ports> {
  const names = Object.keys(stack.ports) as PortName[];
  const free = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, free[index]])) as Ports;
}
