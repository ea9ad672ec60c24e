import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { AppShell, Badge, Burger, Group, NavLink, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconSettings } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from 'react';
import { Logo } from '../components/logo.js';
import { onTour, tourBegun } from '../features/tour/tour-state.js';
import { loadLateWords, useWords } from '../i18n/index.js';
import { query } from '../lib/api.js';
import { isSessionEnded, onSessionEnd } from '../lib/session-end.js';
import { useLive } from '../live/use-live.js';
import { LiveBadge } from './live-badge.js';
import { alertingPages, pages } from './nav-pages.js';
import { UserMenu } from './user-menu.js';

/** Finding things and keys: nothing that the first look waits for. */
const Finder = lazy(() =>
  Promise.all([import('./finder/finder.js'), loadLateWords()]).then(([{ Finder }]) => ({ default: Finder })),
);

const LeaveGuard = lazy(() =>
  Promise.all([import('../components/leave-guard.js'), loadLateWords()]).then(([{ LeaveGuard }]) => ({
    default: LeaveGuard,
  })),
);

const SessionEnded = lazy(() =>
  Promise.all([import('../features/session/session-ended.js'), loadLateWords()]).then(([{ SessionEnded }]) => ({
    default: SessionEnded,
  })),
);

const Tour = lazy(() =>
  Promise.all([import('../features/tour/tour.js'), loadLateWords()]).then(([{ Tour }]) => ({ default: Tour })),
);

/** The frame around every page of somebody who is signed in. */
export function Shell() {
  const [opened, { toggle, close }] = useDisclosure();
  useLive();
  const isEnded = useSyncExternalStore(onSessionEnd, isSessionEnded);
  const begun = useSyncExternalStore(onTour, tourBegun);
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
            <Burger
              data-tour="menu"
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t('nav.menu')}
            />
            <a className="skip" href="#main">
              {t('nav.skip')}
            </a>
            <Logo size={26} />
            <Text fw={700} fz="lg" visibleFrom="xs">
              Carillon
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Suspense>
              <Finder />
            </Suspense>
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
      <Suspense>
        <LeaveGuard />
      </Suspense>
      <Suspense>{isEnded && <SessionEnded />}</Suspense>
      <Suspense>{begun && !isEnded && <Tour begun={begun} onBegin={close} />}</Suspense>
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
