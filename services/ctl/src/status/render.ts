import type { Decision, Quantiles, Status } from "./status.ts";

const number = (value: number): string => Math.round(value).toLocaleString("en-US");
const quantiles = ({ p50Ms, p99Ms, count }: Quantiles): string =>
  count === 0 ? "no sample yet" : `p50 ${Math.round(p50Ms ?? 0)} ms, p99 ${Math.round(p99Ms ?? 0)} ms`;

export interface Frame {
  readonly status: Status;
  readonly eventsPerSecond: number;
  readonly decisions: readonly Decision[];
  /** Where the stack keeps its data. */
  readonly dataDir: string;
  /** A line about the simulation, if one runs. */
  readonly note: string;
}

/** The status screen as plain lines: the terminal adds nothing but "home" and "clear". */
export function renderStatus(frame: Frame): string[] {
  const { status, eventsPerSecond, decisions, note } = frame;
  const { counts, lag, latency } = status;
  const lines = [
    `Leadstream   ${status.ready ? "ready" : "starting"}${status.readyMs === null ? "" : ` in ${(status.readyMs / 1000).toFixed(1)} s`}   memory ${number(status.rssTotalMb)} MB`,
    "",
    `  events      ${number(counts.events ?? 0).padStart(10)}   ${eventsPerSecond.toFixed(1)}/s`,
    `  leads       ${number(counts.leads ?? 0).padStart(10)}   scored ${number(counts.scores ?? 0)}   crossings ${number(counts.crossings ?? 0)}`,
    `  assignments ${number(counts.assignments ?? 0).padStart(10)}   reminders ${number(counts.reminders ?? 0)}   recycled ${number(counts.recycled ?? 0)}   won ${number(counts.won ?? 0)}`,
    `  dead letters ${number(counts.deadLetters ?? 0).padStart(9)}`,
    "",
    `  lag         ${Object.entries(lag)
      .map(([stage, behind]) => `${stage} ${number(behind)}`)
      .join("   ")}`,
    `  capture → score  ${quantiles(latency.captureToScore)}      capture → owner  ${quantiles(latency.captureToOwner)}      crossing → owner  ${quantiles(latency.crossingToOwner)}`,
    `  processes   ${status.processes.map(({ name, state, restarts }) => `${name}${state === "running" ? "" : ` ${state}`}${restarts > 0 ? ` (${restarts} restarts)` : ""}`).join("  ")}`,
    "",
    "  recent decisions",
    ...(decisions.length === 0 ? ["    none yet"] : decisions.map(decisionLine)),
    "",
    ...Object.entries(status.urls).map(([name, url]) => `  ${name.padEnd(11)} ${url}${hintOf(name, url, frame.dataDir)}`),
    "",
    ...(note === "" ? [] : [`  ${note}`]),
    "  ./leadstream explain <lead> says why a lead has its score.",
  ];
  return lines;
}

/** What a person needs beside the address. */
function hintOf(name: string, url: string, dataDir: string): string {
  if (name === "collector" || name === "analytics") return `   (API: ${url}/docs)`;
  return name === "clickhouse" ? `   (user leadstream, password in ${dataDir}/run/clickhouse-password)` : "";
}

function decisionLine({ at, leadId, change, rep, score, reason }: Decision): string {
  const time = new Date(at).toISOString().slice(11, 19);
  return `    ${time}  ${leadId.padEnd(20)} ${change.padEnd(12)} ${(rep ?? "").padEnd(18)} ${(score / 1000).toFixed(1).padStart(6)}  ${reason ?? ""}`;
}

/** One line for outputs that are no terminal. */
export function renderLine({ status, eventsPerSecond, note }: Frame): string {
  const { counts, lag } = status;
  const behind = Object.entries(lag).map(([stage, records]) => `${stage}=${records}`);
  return `events=${counts.events ?? 0} rate=${eventsPerSecond.toFixed(1)}/s leads=${counts.leads ?? 0} crossings=${counts.crossings ?? 0} assignments=${counts.assignments ?? 0} lag ${behind.join(" ")}${note === "" ? "" : ` | ${note}`}`;
}
