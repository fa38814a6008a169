import { checkPolicy, namesOf, RoutingError, readPolicy, readTeam } from "@leadstream/domain-routing";
import type { History, PublishedJourney, PublishedTeam } from "./history.ts";
import { type JourneySummary, summariseJourneys } from "./journey-summary.ts";
import { type Simulation, simulate } from "./simulate.ts";
import { type Summary, summarise, type Window } from "./summary.ts";

export interface Comparison {
  readonly policy: string;
  readonly window: Window;
  readonly signals: number;
  readonly ticks: number;
  readonly simulatedMs: number;
  readonly happened: Summary;
  readonly whatIf: Summary;
  readonly journeys: { readonly happened: readonly JourneySummary[]; readonly whatIf: readonly JourneySummary[] };
}

export interface CompareWish {
  /** The policy as JSON, calendars resolved. */
  readonly policy: string;
  /** Rosters that hold from the beginning; null: the recorded ones, each from its time on. */
  readonly teams: readonly PublishedTeam[] | null;
  /** Journeys that hold from the beginning, as JSON; null: the recorded ones, each from its time on. */
  readonly journeys: readonly string[] | null;
  /** null: from the first signal, to the last. */
  readonly from: number | null;
  readonly to: number | null;
  /** With own times of imported history the recorded rosters came too late: the newest ones hold from the beginning. */
  readonly ownTimes: boolean;
}

/**
 * The past under another policy, beside what happened. The other policy holds from the first signal of the log, so that the window begins with a state that
 * it has made; only the window is counted. Throws RoutingError POLICY_INVALID when the policy names what the rosters lack.
 */
export function compare(history: History, wish: CompareWish, nowMs: () => number): Comparison {
  const newest = new Map(history.teams.map((team) => [team.teamId, team]));
  const teams = wish.teams ?? (wish.ownTimes ? [...newest.values()].map((team) => ({ ...team, publishedAt: 0 })) : history.teams);
  checkNames(wish.policy, teams);
  const { signals } = history;
  const window = { from: wish.from ?? signals[0]?.time ?? 0, to: wish.to ?? (signals.at(-1)?.time ?? 0) + 1 };
  // Sellers of imported history are those whom it names: the recorded rosters came after it.
  const sellers = wish.ownTimes ? new Map<string, string>() : repsOf([...newest.values()]);
  const began = nowMs();
  const simulation: Simulation = simulate(wish.policy, teams, journeysFor(history, wish), signals, window.to);
  const simulatedMs = Math.round(nowMs() - began);
  return {
    policy: readPolicy(wish.policy).name,
    window,
    signals: simulation.signals,
    ticks: simulation.ticks,
    simulatedMs,
    happened: summarise(history.assignments, history.alerts, sellers, window),
    whatIf: summarise(simulation.assignments, simulation.alerts, repsOf(teams), window),
    journeys: {
      happened: summariseJourneys(history.moves, history.messages, window),
      whatIf: summariseJourneys(simulation.moves, simulation.messages, window),
    },
  };
}

/** With own times of imported history the recorded journeys came too late as well. */
function journeysFor({ journeys }: History, wish: CompareWish): readonly PublishedJourney[] {
  if (wish.journeys !== null) return wish.journeys.map((document) => ({ document, publishedAt: 0 }));
  return wish.ownTimes ? journeys.map((journey) => ({ ...journey, publishedAt: 0 })) : journeys;
}

function checkNames(policy: string, teams: readonly PublishedTeam[]): void {
  const known = namesOf({ teams: teams.map(({ document }) => JSON.parse(document) as unknown) });
  const faults = checkPolicy(JSON.parse(policy), known);
  if (faults.length === 0) return;
  const shown = faults.slice(0, 5).map(({ path, problem, remedy }) => `${path} ${problem}: ${remedy}`);
  throw new RoutingError("POLICY_INVALID", `the policy does not fit the roster: ${shown.join("; ")}`);
}

/** Who could have been given leads: reps of each team's newest roster. */
function repsOf(teams: readonly PublishedTeam[]): Map<string, string> {
  const newest = new Map(teams.map((team) => [team.teamId, team]));
  return new Map([...newest.values()].flatMap(({ teamId, document }) => readTeam(document).reps.map(({ id }) => [id, teamId] as const)));
}
