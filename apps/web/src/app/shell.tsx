import { sessionRoutes } from '@carillon/contract/http/session.routes';
import {
  ActionIcon,
  AppShell,
  Burger,
  Button,
  Group,
  Menu,
  NavLink,
  Text,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconBell,
  IconCalendarClock,
  IconGauge,
  IconLanguage,
  IconMoon,
  IconServer,
  IconSun,
  IconUser,
} from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useRouter, useRouterState } from '@tanstack/react-router';
import { Logo } from '../components/logo.js';
import { useWords } from '../i18n/index.js';
import { call, query } from '../lib/api.js';

const pages = [
  { to: '/', word: 'nav.overview', Icon: IconGauge },
  { to: '/hosts', word: 'nav.hosts', Icon: IconServer },
  { to: '/jobs', word: 'nav.jobs', Icon: IconCalendarClock },
  { to: '/runs', word: 'nav.runs', Icon: IconBell },
] as const;

/** The frame around every page of somebody who is signed in. */
export function Shell() {
  const [opened, { toggle, close }] = useDisclosure();
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
            <LanguageButton />
            <SchemeButton />
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
        active={active}
        {...(active ? { 'aria-current': 'page' as const } : {})}
        onClick={onNavigate}
      />
    );
  });
}

function SchemeButton() {
  const { t } = useWords();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const next = scheme === 'dark' ? 'light' : 'dark';
  return (
    <Tooltip label={t(`nav.${next}`)}>
      <ActionIcon variant="subtle" color="gray" aria-label={t(`nav.${next}`)} onClick={() => setColorScheme(next)}>
        {scheme === 'dark' ? <IconSun size={18} /> : <IconMoon size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}

function LanguageButton() {
  const { t, toggleLanguage } = useWords();
  return (
    <Button
      variant="subtle"
      color="gray"
      size="compact-sm"
      leftSection={<IconLanguage size={16} aria-hidden />}
      onClick={toggleLanguage}
    >
      {t('nav.language')}
    </Button>
  );
}

function UserMenu() {
  const { t } = useWords();
  const client = useQueryClient();
  const router = useRouter();
  const me = useQuery(query(sessionRoutes.me, {}));
  const signOut = async () => {
    await call(sessionRoutes.signOut, {}).catch(() => undefined);
    client.clear();
    await router.navigate({ to: '/sign-in' });
  };
  return (
    <Menu>
      <Menu.Target>
        <Button variant="subtle" color="gray" size="compact-sm" leftSection={<IconUser size={16} aria-hidden />}>
          {me.data?.name ?? '…'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void signOut()}>{t('nav.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
