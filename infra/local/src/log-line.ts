/** One line of progress for the person who waits; without line end. */
export type LogLine = (line: string) => void;

export const silent: LogLine = () => {};
