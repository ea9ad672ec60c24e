import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import {
  IconAlertTriangle,
  IconBellOff,
  IconCalendarClock,
  IconKey,
  IconKeyboard,
  IconLanguage,
  IconListCheck,
  IconMoon,
  IconPencil,
  IconPlayerPlay,
  IconPlus,
  IconRoute,
  IconSend,
  IconServer,
  IconSettings,
  IconShieldCheck,
  IconSun,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { startTour } from '../../features/tour/tour-state.js';
import { useWords } from '../../i18n/index.js';
import { useMay } from '../../lib/use-may.js';
import { alertingPages, pages } from '../nav-pages.js';
import type { Entry, Mode } from './entries.js';
import { recents } from './recent.js';

const iconOf = { jobs: IconCalendarClock, hosts: IconServer, incidents: IconAlertTriangle } as const;

interface Tools {
  readonly onMode: (mode: Mode) => void;
  readonly onHelp: () => void;
}

/** What needs no question to the server: pages, what was looked at lately, and what can be done. */
export function useKnownEntries({ onMode, onHelp }: Tools): Entry[] {
  return [...useRecentEntries(), ...usePageEntries(), ...useActEntries({ onMode, onHelp })];
}

function useRecentEntries(): Entry[] {
  const { t } = useWords();
  const navigate = useNavigate();
  return recents().map(({ kind, name }) => ({
    id: `recent-${kind}-${name}`,
    group: 'recent',
    label: kind === 'incidents' ? `#${name}` : name,
    note: t(`nav.${kind}`),
    Icon: iconOf[kind],
    choose: () => void navigate({ to: `/${kind}/${encodeURIComponent(name)}` }),
  }));
}

function usePageEntries(): Entry[] {
  const { t } = useWords();
  const navigate = useNavigate();
  const own = [
    { to: '/account', word: 'nav.own', Icon: IconKey },
    ...(useMay('access.manage') ? [{ to: '/access', word: 'nav.access', Icon: IconShieldCheck } as const] : []),
  ] as const;
  const entry = ({ to, word, Icon = IconSettings }: (typeof all)[number], note?: string): Entry => ({
    id: `page-${to}`,
    group: 'pages',
    label: t(word),
    ...(note ? { note } : {}),
    // Its English name, whatever the language of the page.
    words: to,
    Icon,
    choose: () => void navigate({ to }),
  });
  const all = [...pages, ...alertingPages.map((page) => ({ ...page, Icon: IconSettings })), ...own];
  return all.map((page) => entry(page, page.to.startsWith('/alerting/') ? t('nav.alerting') : undefined));
}

const documents = [
  { kind: 'Silence', word: 'finder.newSilence', Icon: IconBellOff },
  { kind: 'AlertPolicy', word: 'finder.newPolicy', Icon: IconPlus },
  { kind: 'Channel', word: 'finder.newChannel', Icon: IconSend },
] as const;

function useActEntries({ onMode, onHelp }: Tools): Entry[] {
  const { t, toggleLanguage } = useWords();
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const next = scheme === 'dark' ? 'light' : 'dark';
  const act = (id: string, label: string, Icon: Entry['Icon'], choose: Entry['choose'], words = ''): Entry => ({
    id: `act-${id}`,
    group: 'acts',
    label,
    words: `${id} ${words}`,
    Icon,
    choose,
  });
  const ask = (mode: Mode) => () => {
    onMode(mode);
    return true as const;
  };
  return [
    ...(useMay('run') ? [act('run', t('finder.runJob'), IconPlayerPlay, ask('run'), 'start')] : []),
    ...(useMay('job.write')
      ? [
          act('edit', t('finder.editJob'), IconPencil, ask('edit'), 'change'),
          act('new-job', t('finder.newJob'), IconPlus, () => void navigate({ to: '/job-editor' })),
        ]
      : []),
    ...(useMay('host.enrol')
      ? [
          act(
            'add-host',
            t('finder.addHost'),
            IconServer,
            () => void navigate({ to: '/hosts', search: { ask: 'add' } }),
          ),
        ]
      : []),
    ...(useMay('alert.write') ? documents : []).map(({ kind, word, Icon }) =>
      act(`new-${kind}`, t(word), Icon, () => void navigate({ to: '/alerting/documents/$kind', params: { kind } })),
    ),
    act('first', t('first.title'), IconListCheck, () => void navigate({ to: '/', search: { first: true } }), 'help'),
    act('tour', t('tour.take'), IconRoute, () => void startTour(), 'help first steps'),
    act(
      'scheme',
      t(`finder.${next}`),
      next === 'dark' ? IconMoon : IconSun,
      () => void setColorScheme(next),
      'dark light',
    ),
    act('language', t('nav.language'), IconLanguage, () => void toggleLanguage(), 'language 语言 english chinese'),
    act('keys', t('finder.keys'), IconKeyboard, () => void onHelp(), 'help shortcuts'),
  ];
}
