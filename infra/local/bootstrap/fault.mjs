/** A failure whose message is all the user needs: printed without a stack trace. */
export class BootstrapFault extends Error {}

/** Progress goes to stderr, so that the output of `./leadstream status --json` stays one object. */
export const say = (line) => process.stderr.write(`leadstream: ${line}\n`);
