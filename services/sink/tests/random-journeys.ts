import type { JourneyMoved, MessageRequested } from "@leadstream/schemas";

/** How a stream takes what a journey writes and what a lead does. */
export interface JourneyHost {
  readonly random: () => number;
  message(value: Omit<MessageRequested, "source">): void;
  move(value: Omit<JourneyMoved, "source">): void;
  touch(kind: string, at: number): void;
}

const DAY_MS = 86_400_000;
const steps = ["thanks", "blog", "invitation"] as const;
const ends = ["assigned", "opted_out", "lost"] as const;

/** Some runs of one lead through a journey, with opens, clicks and other touches between the messages; a run may still be under way. */
export function randomJourneys(host: JourneyHost, leadId: string, from: number): void {
  const { random } = host;
  let at = from;
  for (let entry = 1; entry <= 2; entry++) {
    const common = { leadId, journey: random() < 0.8 ? "nurture" : "spring", journeyVersion: 1, entry };
    const move = (kind: JourneyMoved["move"], step: string | null, outcome: string | null, nextStep: string | null): void =>
      host.move({ ...common, time: at, move: kind, step, outcome, nextStep, nextAt: nextStep === null ? null : at + DAY_MS, due: 0 });
    move("entered", null, null, steps[0]);
    for (const [index, step] of steps.entries()) {
      at += DAY_MS;
      if (random() < 0.2) {
        move("left", step, ends[Math.floor(random() * ends.length)]!, null);
        break;
      }
      const next = steps[index + 1] ?? null;
      const sends = random() < 0.8;
      if (sends) {
        const messageId = `${leadId}/${common.journey}/${entry}/${step}`;
        host.message({ ...common, time: at, messageId, step, template: `about-${step}`, channel: "e-mail", due: at });
      }
      move("stepped", step, sends ? "sent" : "nothing", next);
      for (const kind of ["email-open", "page-view", "email-click"]) {
        if (random() < 0.4) host.touch(kind, at + Math.floor(random() * 2 * DAY_MS));
      }
      if (next === null) move("left", null, "finished", null);
      else if (random() < 0.1) return;
    }
    if (random() < 0.6) return;
    at += 30 * DAY_MS;
  }
}
