import type { CaptureInput, SpendInput, StatusInput, TouchInput } from "@leadstream/edge";
import { channels, lossReasons } from "./catalogue.ts";
import { dealOf, type SimulatedLead, simulateLead, simulateTouch, wins } from "./lead.ts";
import { type Draws, draws } from "./random.ts";

/** An event as a producer would emit it. */
export type SimulatedEvent =
  | { readonly type: "capture"; readonly input: CaptureInput }
  | { readonly type: "touch"; readonly input: TouchInput }
  | { readonly type: "status"; readonly input: StatusInput }
  | { readonly type: "spend"; readonly input: SpendInput };

export interface HistoryWish {
  readonly seed: number;
  readonly months: number;
  readonly leadsPerDay: number;
  /** History ends here, ms since epoch. */
  readonly endMs: number;
  readonly reps: readonly string[];
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const DAYS_PER_MONTH = 30;

/** Months of leads that came, acted, were called, won and lost, and what the channels cost: in order of time, all `imported`. */
export function simulateHistory(wish: HistoryWish): SimulatedEvent[] {
  const draw = draws(wish.seed);
  const days = Math.round(wish.months * DAYS_PER_MONTH);
  const startMs = Math.floor(wish.endMs / DAY_MS) * DAY_MS - days * DAY_MS;
  const events: SimulatedEvent[] = [];
  let number = 0;
  for (let day = 0; day < days; day++) {
    const dayMs = startMs + day * DAY_MS;
    events.push(...spendOf(draw, wish.seed, dayMs));
    const weekend = new Date(dayMs).getUTCDay() % 6 === 0;
    const leads = Math.round(wish.leadsPerDay * (weekend ? 0.4 : 1.2) * draw.between(0.8, 1.2) * (1 + day / days / 3));
    for (let index = 0; index < leads; index++) {
      const capturedMs = dayMs + Math.floor(draw.unit() * DAY_MS);
      const lead = simulateLead(draw, `h${wish.seed}-${String(++number).padStart(6, "0")}`, capturedMs);
      events.push(...lifeOf(draw, lead, capturedMs, wish));
    }
  }
  const timeOf = ({ input }: SimulatedEvent): number => Number(input.occurredAt);
  return events.filter((event) => timeOf(event) < wish.endMs).sort((a, b) => timeOf(a) - timeOf(b));
}

function lifeOf(draw: Draws, lead: SimulatedLead, capturedMs: number, wish: HistoryWish): SimulatedEvent[] {
  let number = 0;
  const eventId = (): string => `${lead.id}-${++number}`;
  const events: SimulatedEvent[] = [{ type: "capture", input: { ...lead.capture, eventId: eventId(), imported: true } }];
  let atMs = capturedMs;
  for (let count = Math.round(draw.wait(2 + lead.quality * 6)); count > 0; count--) {
    atMs += Math.round(draw.wait(DAY_MS * 1.5));
    events.push({ type: "touch", input: { ...simulateTouch(draw, lead, atMs), eventId: eventId(), imported: true } });
  }
  if (!draw.chance(0.1 + lead.quality * 0.6)) return events;
  const rep = draw.pick(wish.reps);
  const status = (input: Omit<StatusInput, "leadId" | "rep">): void => {
    events.push({ type: "status", input: { ...input, leadId: lead.id, rep, eventId: eventId(), imported: true } });
  };
  let salesMs = capturedMs + Math.round(draw.wait(draw.chance(0.6) ? 2 * HOUR_MS : 30 * HOUR_MS));
  status({ status: "contacted", occurredAt: salesMs });
  if (!draw.chance(lead.quality * 0.8)) return events;
  salesMs += Math.round(draw.wait(3 * DAY_MS));
  status({ status: "sql_accepted", occurredAt: salesMs });
  if (!draw.chance(lead.quality * 0.9)) return events;
  salesMs += Math.round(draw.wait(5 * DAY_MS));
  status({ status: "opportunity", occurredAt: salesMs });
  salesMs += Math.round(draw.wait(14 * DAY_MS));
  if (wins(draw, lead)) status({ status: "won", occurredAt: salesMs, currency: "EUR", ...dealOf(draw, lead) });
  else status({ status: "lost", occurredAt: salesMs, reason: draw.pick(lossReasons), quality: Math.ceil(lead.quality * 5) || 1 });
  return events;
}

function spendOf(draw: Draws, seed: number, dayMs: number): SimulatedEvent[] {
  return channels
    .filter((channel) => channel.spendPerDay > 0)
    .flatMap((channel) =>
      channel.campaigns.map((campaign): SimulatedEvent => {
        const amount = Math.round((channel.spendPerDay / channel.campaigns.length) * draw.between(0.8, 1.2) * 100) / 100;
        const clicks = Math.round(amount * draw.between(0.5, 1.5));
        return {
          type: "spend",
          input: {
            eventId: `spend-${seed}-${dayMs / DAY_MS}-${channel.name}-${campaign}`,
            occurredAt: dayMs,
            imported: true,
            channel: channel.name,
            campaign,
            amount,
            currency: "EUR",
            clicks,
            impressions: clicks * 40,
          },
        };
      }),
    );
}
