/** One thing that is wrong with the configuration: where, why, and what to do. Never holds the value itself, which may be a secret. */
export interface ConfigFault {
  /** Environment variable, or `file:line path` of a document. */
  readonly where: string;
  readonly reason: string;
  readonly remedy: string;
}

/** Thrown once with every fault of a configuration or document. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code = "CONFIG_INVALID";
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[], options?: ErrorOptions) {
    super(`CONFIG_INVALID: ${faults.length} fault${faults.length === 1 ? "" : "s"}\n${faults.map(faultLine).join("\n")}`, options);
    this.faults = faults;
  }
}

/** `VARIABLE: reason. remedy` */
export function faultLine(fault: ConfigFault): string {
  return `${fault.where}: ${fault.reason}. ${fault.remedy}`;
}

/** sysexits.h EX_CONFIG: a supervisor can tell a wrong configuration from a crash and need not restart. */
export const CONFIG_EXIT_CODE = 78;

export interface ExitHooks {
  readonly print?: (text: string) => void;
  readonly exit?: (code: number) => never;
}

/**
 * Runs the part of a main that reads configuration: a ConfigError is printed, one fault per line, and the process exits with 78.
 * Any other error passes through.
 */
export async function exitOnConfigError<T>(read: () => T | Promise<T>, hooks: ExitHooks = {}): Promise<T> {
  const print = hooks.print ?? ((text: string) => process.stderr.write(`${text}\n`));
  const exit = hooks.exit ?? ((code: number) => process.exit(code));
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const fault of error.faults) print(faultLine(fault));
    return exit(CONFIG_EXIT_CODE);
  }
}
