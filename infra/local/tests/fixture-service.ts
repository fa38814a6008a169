import { createServer } from "node:http";

/** A service that is healthy at once and says when it drains. */
export const serveFixture = (portVariable: string): void => {
  const server = createServer((_request, response) => response.end("ok"));
  server.listen(Number(process.env[portVariable]), "127.0.0.1");
  process.once("SIGTERM", () => {
    console.log(`drained at ${Date.now()}`);
    server.close();
    server.closeAllConnections();
  });
};
