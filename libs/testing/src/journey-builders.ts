import type { JourneyMoved, JourneyPublished, MessageRequested } from "@leadstream/schemas";
import { aSource, type Build, EPOCH_MS } from "./builders.ts";

export const aJourneyPublished: Build<JourneyPublished> = (change = {}) => ({
  name: "nurture",
  version: 1,
  fingerprint: "0123456789abcdef",
  document: "{}",
  touches: [],
  ...change,
});

export const aMessageRequested: Build<MessageRequested> = (change = {}) => ({
  source: aSource({ topic: "lead.signals" }),
  time: EPOCH_MS,
  leadId: "lead-1",
  journey: "nurture",
  journeyVersion: 1,
  entry: 1,
  messageId: "lead-1/nurture/1/thanks",
  step: "thanks",
  template: "thanks",
  channel: "e-mail",
  due: EPOCH_MS,
  ...change,
});

export const aJourneyMoved: Build<JourneyMoved> = (change = {}) => ({
  source: aSource({ topic: "lead.signals" }),
  time: EPOCH_MS,
  leadId: "lead-1",
  journey: "nurture",
  journeyVersion: 1,
  entry: 1,
  move: "entered",
  step: null,
  outcome: null,
  nextStep: "thanks",
  nextAt: EPOCH_MS,
  due: 0,
  ...change,
});
