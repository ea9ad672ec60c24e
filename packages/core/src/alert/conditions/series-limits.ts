/** Results of a job on a host that are kept at most: what a condition can look back at. */
export const mostResults = 100;
