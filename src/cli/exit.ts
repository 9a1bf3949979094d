/** Exit codes: 0 done, 1 something failed that is not the user's doing, 2 the user can put it right. */
export const FAILED = 1;
export const USAGE = 2;
/** What was asked to end before it was done and can go on: schedulers take it as "run me again". */
export const UNFINISHED = 75;
