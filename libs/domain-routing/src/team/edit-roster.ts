import type { Fault } from "../document/document-reader.ts";
import { checkRoster, rosterParts } from "./read-roster.ts";

type Fields = Readonly<Record<string, unknown>>;

export const rosterActions = ["add_rep", "change_rep", "remove_rep", "add_absence"] as const;

/** One change of a roster. */
export interface RosterEdit {
  readonly action: (typeof rosterActions)[number];
  readonly rep: string;
  /** add_rep: where. */
  readonly team: string | null;
  /** add_rep, change_rep: fields of the rep as in a roster document; null takes a field away. */
  readonly profile: Fields;
  /** add_absence: dates or instants. */
  readonly from: string | null;
  readonly until: string | null;
}

/** The one team that an edit changes, as the document of its next record. */
export interface EditedTeam {
  readonly teamId: string;
  readonly document: string;
}

interface TeamDocument {
  readonly id: string;
  readonly calendars?: Fields;
  readonly reps: readonly RepDocument[];
}
interface RepDocument extends Fields {
  readonly id: string;
  readonly absent?: readonly unknown[];
}

/** A rep as the published teams describe it; null: nobody of that name. */
export function findRep(documents: readonly string[], rep: string): { readonly team: string; readonly profile: Fields } | null {
  for (const { id, reps } of documents.map(parse)) {
    const profile = reps.find((each) => each.id === rep);
    if (profile !== undefined) return { team: id, profile };
  }
  return null;
}

/** The edit applied to the published teams, held to the rules of publishing; paths of faults are fields of the edit. */
export function editRoster(documents: readonly string[], edit: RosterEdit): EditedTeam | { readonly faults: readonly Fault[] } {
  const teams = documents.map(parse);
  const home = teams.findIndex(({ reps }) => reps.some(({ id }) => id === edit.rep));
  const at = edit.action === "add_rep" ? teams.findIndex(({ id }) => id === edit.team) : home;
  const faults = misplaced(teams, edit, home, at);
  if (faults.length > 0) return { faults };
  const edited = { ...teams[at]!, reps: editReps(teams[at]!.reps, edit) };
  const calendars = Object.assign({}, ...teams.map((team) => team.calendars ?? {})) as Fields;
  const document = { calendars, teams: teams.map((team, index) => (index === at ? edited : team)) };
  const found = checkRoster(document);
  if (found.length > 0) {
    const prefix = `teams[${at}].reps[${edited.reps.findIndex(({ id }) => id === edit.rep)}]`;
    return { faults: found.map((fault) => ({ ...fault, path: fieldOf(fault.path, prefix, edit) })) };
  }
  return rosterParts(document)[at]!;
}

function parse(text: string): TeamDocument {
  return JSON.parse(text) as TeamDocument;
}

function misplaced(teams: readonly TeamDocument[], edit: RosterEdit, home: number, at: number): Fault[] {
  const { action, team, profile, from, until } = edit;
  const faults: Fault[] = [];
  if (action === "add_rep" && home >= 0) {
    faults.push({ path: "rep", problem: `is in team ${teams[home]!.id} already`, remedy: "Change the rep, or remove it there first" });
  } else if (action === "add_rep" && at < 0) {
    const known = teams.map(({ id }) => id).join(", ");
    faults.push({ path: "team", problem: team === null ? "is missing" : "is no known team", remedy: `Use ${known}` });
  } else if (action !== "add_rep" && home < 0) {
    faults.push({ path: "rep", problem: "is in no team", remedy: "Look at GET /v1/roster; add the rep first" });
  }
  if ("id" in profile) faults.push({ path: "profile.id", problem: "follows from rep", remedy: "Leave it out" });
  if (action === "add_absence") {
    for (const [path, value] of Object.entries({ from, until })) {
      if (value === null) faults.push({ path, problem: "is missing", remedy: 'Give "2026-05-01" (UTC) or "2026-05-01T08:00:00+08:00"' });
    }
  }
  return faults;
}

function editReps(reps: readonly RepDocument[], { action, rep, profile, from, until }: RosterEdit): readonly RepDocument[] {
  if (action === "remove_rep") return reps.filter(({ id }) => id !== rep);
  if (action === "add_rep") return [...reps, withFields({ id: rep }, profile)];
  return reps.map((each) => {
    if (each.id !== rep) return each;
    return action === "change_rep" ? withFields(each, profile) : { ...each, absent: [...(each.absent ?? []), { from, until }] };
  });
}

function withFields(rep: RepDocument, profile: Fields): RepDocument {
  const fields = Object.entries({ ...rep, ...profile }).filter(([, value]) => value !== null);
  return Object.fromEntries(fields) as RepDocument;
}

/** `teams[1].reps[2].capacity` → `profile.capacity`; the newest absence is that of the edit. */
function fieldOf(path: string, prefix: string, { action }: RosterEdit): string {
  if (!path.startsWith(prefix)) return path;
  const field = path.slice(prefix.length);
  if (action === "add_absence" && field.startsWith(".absent[")) return field.split("].")[1] ?? "from";
  return `profile${field}`;
}
