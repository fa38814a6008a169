// Servers that stay while one works on tests: run this in one terminal, paste its line into another; jest then starts none.
import { errorText } from "./errors.ts";
import { encodeTestServers, startOwnServers, testServersVariable } from "./testing.ts";

try {
  const servers = await startOwnServers({ log: (line) => console.error(line) });
  console.log(`export ${testServersVariable}='${encodeTestServers(servers)}'`);
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void servers.dispose().then(() => process.exit(0));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
} catch (error) {
  console.error(errorText(error));
  process.exitCode = 1;
}
