import { createHash } from "node:crypto";
import { readYamlDocument } from "@leadstream/config";
import { checkJourney, checkPolicy, checkRoster, namesOf, rosterParts, touchesOf, withOpenHours } from "@leadstream/domain-routing";
import { checkModel } from "@leadstream/domain-scoring";
import type { ModelTerms } from "@leadstream/schemas";
import { z } from "zod";
import { wordFaultsOfModel } from "./written-words.ts";

/** A checked document, ready to be published: its text is what folds read. */
export interface PublishableDocument {
  readonly kind: "model" | "policy" | "journey" | "roster";
  readonly name: string;
  readonly document: string;
  readonly fingerprint: string;
  /** Of a model: for which leads, and how; absent: every lead, each with its next event. */
  readonly terms?: ModelTerms;
}

interface DocumentFault {
  readonly path: string;
  readonly problem: string;
  readonly remedy: string;
}

const named = z.looseObject({ name: z.string().min(1) });

type Judge = (document: unknown) => readonly DocumentFault[];

/** Any document, judged by a pure check whose faults keep their place, so that the reader shows file and line. */
const judgedBy = (faultsOf: Judge) =>
  named.superRefine((document, context) => {
    for (const { path, problem, remedy } of faultsOf(document)) {
      context.addIssue({
        code: "custom",
        path: path
          .split(/[.[\]]+/)
          .filter((part) => part !== "")
          .map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
        message: problem,
        params: { remedy },
      });
    }
  });

/** Judged as it is written and then as folds will read it: holidays may leave a calendar no day at all. */
const judgedOpen = (faultsOf: Judge, nowMs: number) =>
  judgedBy((document) => {
    const faults = faultsOf(document);
    return faults.length > 0 ? faults : faultsOf(withOpenHours(document as Readonly<Record<string, unknown>>, nowMs));
  });

/** `identity`: what makes it another document when it is published again. */
const publishable = (kind: PublishableDocument["kind"], name: string, value: unknown, identity = value): PublishableDocument => {
  const fingerprint = createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 16);
  return { kind, name, document: JSON.stringify(value), fingerprint };
};

/** Throws ConfigError with file, line, problem and remedy of every fault. */
export function readModel(path: string): PublishableDocument {
  const document = readYamlDocument(
    path,
    judgedBy((value) => {
      const check = checkModel(value);
      return "faults" in check ? check.faults : wordFaultsOfModel(value as Record<string, unknown>);
    }),
  );
  return publishable("model", document.name, document);
}

/** Checked against the roster's teams and reps, where one is given; working calendars are resolved into open intervals from yesterday on. */
export function readPolicyFile(path: string, roster: Pick<PublishableDocument, "document"> | null, nowMs: number): PublishableDocument {
  const known = roster === null ? undefined : namesOf(JSON.parse(roster.document));
  const document = readYamlDocument(
    path,
    judgedOpen((value) => checkPolicy(value, known), nowMs),
  );
  return publishable("policy", document.name, withOpenHours(document, nowMs));
}

/** Working calendars are resolved as in a policy. */
export function readJourneyFile(path: string, nowMs: number): PublishableDocument {
  const document = readYamlDocument(path, judgedOpen(checkJourney, nowMs));
  return publishable("journey", document.name, withOpenHours(document, nowMs), sameAllYear(document, nowMs));
}

/** What ends a journey: whoever is in it leaves, and nobody enters. */
export const endOfJourney = (name: string): PublishableDocument => publishable("journey", name, { name, ended: true });

/** Kinds of touch that the scorer tells the router of, for a checked journey. */
export const awaitedTouches = (journey: PublishableDocument): readonly string[] => touchesOf(JSON.parse(journey.document));

/** Working hours of reps are resolved like the calendars of policies. */
export function readRoster(path: string, nowMs: number): PublishableDocument {
  const document = readYamlDocument(path, judgedOpen(checkRoster, nowMs));
  return publishable("roster", document.name, withOpenHours(document, nowMs), sameAllYear(document, nowMs));
}

/** The same file is the same document for the rest of the year: a start of the stack on another day must not publish it again over what was changed since. */
const sameAllYear = (document: Readonly<Record<string, unknown>>, nowMs: number): object => ({
  document,
  year: document.calendars === undefined ? null : new Date(nowMs).getUTCFullYear(),
});

/** One record per team; a team that is no more gets an empty one, so that its leads are given back. */
export const rosterRecords = (roster: PublishableDocument, formerTeams: readonly string[]): { teamId: string; document: string }[] =>
  rosterParts(JSON.parse(roster.document), formerTeams);
