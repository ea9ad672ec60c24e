import type { DemoHost, ForeignTask } from '@carillon/contract/fleet/demo-messages';
import { randomFrom } from '@carillon/core/random/random-from';
import { foreignTasksOf } from './foreign-tasks.js';

/** A host of the demo as the centre is to know it, and as the fleet plays it. */
export interface PlannedHost extends Omit<DemoHost, 'token' | 'goneSinceMs'> {
  readonly labels: Readonly<Record<string, string>>;
  /** Its site has lost its line. */
  readonly isGone: boolean;
}

interface Site {
  readonly name: string;
  readonly timezone: string;
  readonly region: string;
  /** Of all hosts, in percent. */
  readonly share: number;
}

const sites: readonly Site[] = [
  { name: 'berlin', timezone: 'Europe/Berlin', region: 'emea', share: 28 },
  { name: 'munich', timezone: 'Europe/Berlin', region: 'emea', share: 14 },
  { name: 'hamburg', timezone: 'Europe/Berlin', region: 'emea', share: 10 },
  { name: 'london', timezone: 'Europe/London', region: 'emea', share: 8 },
  { name: 'lyon', timezone: 'Europe/Paris', region: 'emea', share: 4 },
  { name: 'shanghai', timezone: 'Asia/Shanghai', region: 'apac', share: 16 },
  { name: 'shenzhen', timezone: 'Asia/Shanghai', region: 'apac', share: 6 },
  { name: 'singapore', timezone: 'Asia/Singapore', region: 'apac', share: 4 },
  { name: 'chicago', timezone: 'America/Chicago', region: 'amer', share: 10 },
];

/** In this order: a small fleet has one of each. */
const roles = [
  'web',
  'db',
  'file',
  'app',
  'erp',
  'web',
  'app',
  'mail',
  'web',
  'build',
  'db',
  'pos',
  'web',
  'app',
] as const;

/** One of each, of which job templates speak: who looks whether others are well, who mails reports, who prints. */
const helpers = ['probe', 'report', 'print'] as const;

type Role = (typeof roles)[number] | (typeof helpers)[number];

/** The site whose line is down. */
export const goneSite = 'lyon';

/** What hosts of a role look like: usual processor, memory and fullest disk, in percent. */
const usual: Readonly<Record<Role, readonly [number, number, number]>> = {
  web: [35, 55, 48],
  app: [42, 66, 52],
  db: [48, 82, 71],
  file: [12, 38, 83],
  erp: [38, 74, 63],
  mail: [22, 61, 69],
  build: [55, 58, 77],
  pos: [8, 44, 35],
  probe: [9, 35, 28],
  report: [11, 41, 37],
  print: [6, 39, 58],
};

const systems = [
  'Windows Server 2022 Datacenter',
  'Windows Server 2019 Standard',
  'Windows Server 2022 Standard',
] as const;

/** The hosts of a demo, the same ones for a seed. Each site has at least one. */
export function planHosts(count: number, seed: number): PlannedHost[] {
  const random = randomFrom(seed);
  const planned: PlannedHost[] = [];
  const ofSites = count - helpers.length;
  for (const [place, site] of sites.entries()) {
    const isLast = place === sites.length - 1;
    const size = isLast ? ofSites - planned.length : Math.max(1, Math.round((count * site.share) / 100));
    const numbers = new Map<string, number>();
    for (let index = 0; index < size && planned.length < ofSites; index += 1) {
      const role = roles[index % roles.length] ?? 'web';
      const number = (numbers.get(role) ?? 0) + 1;
      numbers.set(role, number);
      planned.push(planHost(site, role, number, random));
    }
  }
  const [main] = sites;
  return [...planned, ...helpers.flatMap((role) => (main ? [planHost(main, role, 1, random)] : []))];
}

function planHost(site: Site, role: Role, number: number, random: () => number): PlannedHost {
  const name = `${site.name}-${role}-${String(number).padStart(2, '0')}`;
  const env = number > 1 && random() < 0.25 ? 'test' : 'prod';
  const [cpu, memory, disk] = usual[role];
  const about = (value: number) => Math.round(value * (0.8 + random() * 0.35));
  return {
    name,
    os:
      role === 'pos'
        ? 'Windows 10 IoT Enterprise LTSC'
        : (systems[Math.floor(random() * systems.length)] ?? systems[0]),
    timezone: site.timezone,
    labels: { site: site.name, region: site.region, role, env },
    isGone: site.name === goneSite,
    load: { cpu: about(cpu), memory: Math.min(95, about(memory)), disk: Math.min(94, about(disk)) },
    tasks: foreignTasksOf(role, site.name, name, random) satisfies ForeignTask[],
    upgrade: { takesMs: 20_000 + Math.floor(random() * 900_000), allowed: random() > 0.04 },
  };
}
