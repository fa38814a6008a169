import { encodeTestServers, startOwnServers, testServersVariable } from "./testing.ts";

/** Starts one set of servers for all suites of the run, unless the caller brought some. Suites keep apart by unique names. */
export default async function startSharedServers(): Promise<void> {
  if (process.env[testServersVariable]) return;
  const servers = await startOwnServers({ log: (line) => console.error(`servers: ${line}`) });
  process.env[testServersVariable] = encodeTestServers(servers);
  Object.assign(globalThis, { leadstreamDisposeServers: servers.dispose });
}
