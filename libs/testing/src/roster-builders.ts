import type { RosterChange, RosterDecided, RosterPublished } from "@leadstream/schemas";
import { aSource, type Build } from "./builders.ts";

export const aRosterPublished: Build<RosterPublished> = (change = {}) => ({
  version: 1,
  fingerprint: "0123456789abcdef",
  document: "{}",
  commandId: null,
  ...change,
});

export const aRosterChange: Build<RosterChange> = (change = {}) => ({
  commandId: "command-1",
  version: 2,
  teamId: "team-1",
  rep: "rep-1",
  fingerprint: "0123456789abcdef",
  document: "{}",
  ...change,
});

export const aRosterDecided: Build<RosterDecided> = (change = {}) => ({
  source: aSource({ topic: "team.requests" }),
  done: true,
  reason: null,
  ...aRosterChange(),
  ...change,
});
