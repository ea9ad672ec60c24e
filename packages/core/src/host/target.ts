/** What selects hosts. A host is a target when it satisfies every part that is given. */
export interface Target {
  /** Every host. */
  readonly all?: true;
  /** Labels that must all be present with these values. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Host names, compared without case, as Windows does. */
  readonly hosts?: readonly string[];
  /** Saved groups; being in one of them is enough. */
  readonly groups?: readonly string[];
}

export interface TargetHost {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface HostGroup {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly hosts?: readonly string[];
  /** Its hosts are changed only by what so many others than the author approve; absent: by whoever may. */
  readonly approval?: { readonly required: number };
}

/** Does the target select the host? A group that is not among `groups` selects nothing. */
export function matchesTarget(target: Target, host: TargetHost, groups: readonly HostGroup[]): boolean {
  const parts = [target.all, target.labels, target.hosts, target.groups].filter((part) => part !== undefined);
  if (parts.length === 0) return false;
  return (
    (target.labels === undefined || hasLabels(host, target.labels)) &&
    (target.hosts === undefined || hasName(host, target.hosts)) &&
    (target.groups === undefined || target.groups.some((name) => inGroup(host, name, groups)))
  );
}

/** Names in `target.groups` that no saved group has. */
export function unknownGroups(target: Target, groups: readonly HostGroup[]): string[] {
  const known = new Set(groups.map((group) => group.name.toLowerCase()));
  return (target.groups ?? []).filter((name) => !known.has(name.toLowerCase()));
}

/** The target in words, for messages: `labels role=db, env=prod`. */
export function describeTarget(target: Target): string {
  const parts = [
    target.all && 'all hosts',
    target.labels &&
      `labels ${Object.entries(target.labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(', ')}`,
    target.hosts && `hosts ${target.hosts.join(', ')}`,
    target.groups && `groups ${target.groups.join(', ')}`,
  ];
  return parts.filter(Boolean).join(' and ') || 'nothing';
}

function inGroup(host: TargetHost, name: string, groups: readonly HostGroup[]): boolean {
  const group = groups.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (!group) return false;
  const byLabel = group.labels !== undefined && hasLabels(host, group.labels);
  return byLabel || (group.hosts !== undefined && hasName(host, group.hosts));
}

function hasLabels(host: TargetHost, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([key, value]) => host.labels[key] === value);
}

function hasName(host: TargetHost, names: readonly string[]): boolean {
  const own = host.name.toLowerCase();
  return names.some((name) => name.toLowerCase() === own);
}
