import { StackClients } from "../stack/clients.ts";
import { RateMeter } from "../status/rate-meter.ts";
import { renderStatus } from "../status/render.ts";
import { runningStack, type Workplace } from "../workplace.ts";
import { takeFrame } from "./start.ts";

const RATE_WINDOW_MS = 1_000;

/** Prints the state of the running stack once, as text or as one JSON object. */
export async function printStatus(workplace: Workplace, json: boolean): Promise<void> {
  const { addresses } = runningStack(workplace);
  const clients = new StackClients(addresses, workplace.dataDir);
  const meter = new RateMeter();
  try {
    const first = await takeFrame(workplace, clients, meter, "");
    if (json) {
      console.log(JSON.stringify(first.status, null, 2));
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, RATE_WINDOW_MS));
    console.log(renderStatus(await takeFrame(workplace, clients, meter, "")).join("\n"));
  } finally {
    await clients.close();
  }
}
