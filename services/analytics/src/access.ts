import type { ApiKeys } from "@leadstream/config";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { AnalyticsError } from "./errors.ts";

/** Who may read: on a loopback address every program of this machine; on any other whoever has an API key. */
export type Access = "this-machine" | ApiKeys;

const bearer = /^bearer +(\S+)$/i;
const basic = /^basic +([\w+/=-]+)$/i;
/** As at the collector, what watches a service needs no key; neither answer tells anything of a lead. */
const unguarded = new Set(["/health", "/metrics"]);

/** `host` as it is listened on or asked for: an address or a name, without a port. */
export const isLoopback = (host: string): boolean => /^(localhost|\[?::1\]?|127(\.\d{1,3}){3})$/i.test(host);

/**
 * Before anything is read. On a loopback address the name that was asked for must be this machine's: a page from elsewhere whose name was
 * pointed at 127.0.0.1 would otherwise read along in the user's browser. Elsewhere a key is asked for, in a way that browsers know.
 */
export function guardReaders(app: FastifyInstance, access: Access): void {
  app.addHook("onRequest", (request, reply, done) => {
    if (unguarded.has(request.routeOptions.url ?? "")) return done();
    if (access === "this-machine")
      return isLoopback(request.hostname)
        ? done()
        : done(
            new AnalyticsError(
              "HOST_REFUSED",
              "this address answers to the names of its own machine only",
              "Ask 127.0.0.1; a proxy sends that as Host.",
            ),
          );
    const key = keyOf(request);
    if (key !== undefined && access.find(key) !== null) return done();
    reply.header("www-authenticate", 'Basic realm="Leadstream", charset="UTF-8"');
    done(new AnalyticsError("UNAUTHORISED", "no valid API key", "Send the key in x-api-key, as Authorization: Bearer, or as a password."));
  });
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const { "x-api-key": header, authorization = "" } = headers;
  if (typeof header === "string") return header;
  const credentials = basic.exec(authorization)?.[1];
  if (credentials === undefined) return bearer.exec(authorization)?.[1];
  const text = Buffer.from(credentials, "base64").toString("utf8");
  return text.slice(text.indexOf(":") + 1);
}
