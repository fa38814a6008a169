/** No time: nothing is due, nothing happened. */
export const NEVER = -1;
