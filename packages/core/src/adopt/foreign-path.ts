/** Whether a task belongs to the host's people: neither Windows' own nor ours. */
export function isForeignPath(path: string): boolean {
  return !/^\\(microsoft|carillon)(\\|$)/i.test(path);
}
