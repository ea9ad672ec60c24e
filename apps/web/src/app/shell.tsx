import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { AppShell, Badge, Burger, Group, NavLink, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAlertTriangle,
  IconBell,
  IconCalendarClock,
  IconGauge,
  IconGridDots,
  IconSend,
  IconServer,
  IconTimeline,
  IconTransferIn,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { Logo } from '../components/logo.js';
import { useWords } from '../i18n/index.js';
import { query } from '../lib/api.js';
import { useLive } from '../live/use-live.js';
import { LiveBadge } from './live-badge.js';
import { UserMenu } from './user-menu.js';

const pages = [
  { to: '/', word: 'nav.overview', Icon: IconGauge },
  { to: '/incidents', word: 'nav.incidents', Icon: IconAlertTriangle },
  { to: '/deliveries', word: 'nav.deliveries', Icon: IconSend },
  { to: '/timeline', word: 'nav.timeline', Icon: IconTimeline },
  { to: '/heatmap', word: 'nav.heatmap', Icon: IconGridDots },
  { to: '/adoption', word: 'nav.adoption', Icon: IconTransferIn },
  { to: '/hosts', word: 'nav.hosts', Icon: IconServer },
  { to: '/jobs', word: 'nav.jobs', Icon: IconCalendarClock },
  { to: '/runs', word: 'nav.runs', Icon: IconBell },
] as const;

/** The frame around every page of somebody who is signed in. */
export function Shell() {
  const [opened, { toggle, close }] = useDisclosure();
  useLive();
  const { t } = useWords();
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 190, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t('nav.menu')} />
            <a className="skip" href="#main">
              {t('nav.skip')}
            </a>
            <Logo size={26} />
            <Text fw={700} fz="lg" visibleFrom="xs">
              Carillon
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <LiveBadge />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label={t('nav.menu')}>
        <Pages onNavigate={close} />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function Pages({ onNavigate }: { onNavigate: () => void }) {
  const { t } = useWords();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return pages.map(({ to, word, Icon }) => {
    const active = to === '/' ? path === '/' : path.startsWith(to);
    return (
      <NavLink
        key={to}
        component={Link}
        to={to}
        label={t(word)}
        leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
        rightSection={to === '/incidents' && <WaitingIncidents />}
        active={active}
        {...(active ? { 'aria-current': 'page' as const } : {})}
        onClick={onNavigate}
      />
    );
  });
}

/** How many incidents wait for a person. */
function WaitingIncidents() {
  const { t } = useWords();
  const counts = useQuery(query(incidentRoutes.counts, {}, 10_000));
  if (!counts.data?.waiting) return null;
  return (
    <Badge color="red" size="sm" variant="filled" aria-label={t('nav.waiting', { n: counts.data.waiting })}>
      {counts.data.waiting}
    </Badge>
  );
}
