/** What was looked at lately in this tab, the last first; the address of one thing and its name. */
export interface Recent {
  readonly kind: 'jobs' | 'hosts' | 'incidents';
  readonly name: string;
}

const most = 6;
const one = /^\/(jobs|hosts|incidents)\/([^/]+)$/;
let kept: readonly Recent[] = [];

/** Keeps the page of one thing; others are passed over. */
export function rememberRecent(pathname: string): void {
  const [, kind, name] = one.exec(pathname) ?? [];
  if (kind === undefined || name === undefined) return;
  const decoded = decode(name);
  if (decoded === null) return;
  const seen = { kind: kind as Recent['kind'], name: decoded };
  kept = [seen, ...kept.filter((each) => each.kind !== seen.kind || each.name !== seen.name)].slice(0, most);
}

/** Null: somebody typed an address that names nothing. */
function decode(name: string): string | null {
  try {
    return decodeURIComponent(name);
  } catch {
    return null;
  }
}

export const recents = (): readonly Recent[] => kept;
