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
  IconSettings,
  IconTimeline,
  IconTransferIn,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
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

/** What alerting is configured with, under one heading. */
const alertingPages = [
  { to: '/alerting/policies', word: 'nav.policies' },
  { to: '/alerting/channels', word: 'nav.channels' },
  { to: '/alerting/routes', word: 'nav.routes' },
  { to: '/alerting/on-call', word: 'nav.onCall' },
  { to: '/alerting/silences', word: 'nav.silences' },
  { to: '/alerting/maintenance', word: 'nav.maintenance' },
  { to: '/alerting/pauses', word: 'nav.pauses' },
  { to: '/alerting/subscriptions', word: 'nav.subscriptions' },
  { to: '/alerting/secrets', word: 'nav.secrets' },
  { to: '/alerting/audit', word: 'nav.audit' },
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
      <AppShell.Navbar p="xs" component="nav" style={{ overflowY: 'auto' }} aria-label={t('nav.menu')}>
        <Pages onNavigate={close} />
        <AlertingPages onNavigate={close} />
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

/** Open while one of its pages is shown. */
function AlertingPages({ onNavigate }: { onNavigate: () => void }) {
  const { t } = useWords();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const isInside = path.startsWith('/alerting/');
  const [opened, setOpened] = useState(isInside);
  useEffect(() => {
    if (isInside) setOpened(true);
  }, [isInside]);
  return (
    <NavLink
      component="button"
      label={t('nav.alerting')}
      leftSection={<IconSettings size={18} stroke={1.6} aria-hidden />}
      childrenOffset={28}
      opened={opened}
      aria-expanded={opened}
      onChange={setOpened}
    >
      {alertingPages.map(({ to, word }) => {
        const active = path.startsWith(to);
        return (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={t(word)}
            py={5}
            active={active}
            {...(active ? { 'aria-current': 'page' as const } : {})}
            onClick={onNavigate}
          />
        );
      })}
    </NavLink>
  );
}

/** How many incidents wait for a person. */
function WaitingIncidents() {
  const { t } = useWords();
  const counts = useQuery(query(incidentRoutes.counts, {}, 10_000));
  if (!counts.data?.waiting) return null;
  return (
    <Badge color="red" size="sm" variant="filled" aria-label={t('nav.waiting', { count: counts.data.waiting })}>
      {counts.data.waiting}
    </Badge>
  );
}
