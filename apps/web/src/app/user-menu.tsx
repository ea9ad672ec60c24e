import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { Button, Text, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import {
  IconCheck,
  IconClock,
  IconKey,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconRoute,
  IconSun,
  IconUser,
  IconUsers,
} from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTimes } from '../components/when.js';
import { startTour } from '../features/tour/tour-state.js';
import { useWords } from '../i18n/index.js';
import { call, query } from '../lib/api.js';
import { chooseZone, openZoneChoice, zoneChoices } from '../lib/time-zone.js';

const menuId = 'user-menu';

/** Who is signed in, and what they may choose. The browser's own popover: it closes on Escape and on a click beside it. */
export function UserMenu() {
  const { t } = useWords();
  const me = useQuery(query(sessionRoutes.me, {}));
  const name = me.data?.name;
  useEffect(() => {
    if (name !== undefined) openZoneChoice(name);
  }, [name]);
  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        popoverTarget={menuId}
        leftSection={<IconUser size={16} aria-hidden />}
      >
        {me.data?.name ?? '…'}
      </Button>
      <div id={menuId} popover="auto" className="menu">
        <Text size="xs" c="dimmed" px="sm" py={4}>
          {t('nav.signedInAs', { name: me.data?.name ?? '…' })}
        </Text>
        <Places mayManage={mayManage(me.data?.grants)} />
        <TourAgain />
        <LanguageChoice />
        <SchemeChoice />
        <ClockChoice />
        <SignOut />
      </div>
    </>
  );
}

/** The server decides; this only leaves away what would be refused. */
function mayManage(grants: readonly string[] | undefined): boolean {
  return grants?.includes('admin@all') ?? false;
}

function Places({ mayManage: manages }: { mayManage: boolean }) {
  const { t } = useWords();
  return (
    <>
      <Link to="/account">
        <IconKey size={16} aria-hidden />
        {t('nav.own')}
      </Link>
      {manages && (
        <Link to="/access">
          <IconUsers size={16} aria-hidden />
          {t('nav.access')}
        </Link>
      )}
    </>
  );
}

/** The focus comes back to the button of the menu, which is gone by then. */
function TourAgain() {
  const { t } = useWords();
  const start = () => startTour(document.querySelector(`[popovertarget=${menuId}]`));
  return (
    <button type="button" popoverTarget={menuId} popoverTargetAction="hide" onClick={start}>
      <IconRoute size={16} aria-hidden />
      {t('nav.tour')}
    </button>
  );
}

function LanguageChoice() {
  const { t, toggleLanguage } = useWords();
  return (
    <button type="button" onClick={toggleLanguage}>
      <IconLanguage size={16} aria-hidden />
      {t('nav.language')}
    </button>
  );
}

function SchemeChoice() {
  const { t } = useWords();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const next = scheme === 'dark' ? 'light' : 'dark';
  return (
    <button type="button" onClick={() => setColorScheme(next)}>
      {scheme === 'dark' ? <IconSun size={16} aria-hidden /> : <IconMoon size={16} aria-hidden />}
      {t(`nav.${next}`)}
    </button>
  );
}

/** By which clock the pages tell times. */
function ClockChoice() {
  const { t } = useWords();
  const { choice } = useTimes();
  return (
    <fieldset className="menu-group">
      <legend>{t('times.clock')}</legend>
      {zoneChoices.map((each) => (
        <button type="button" key={each} aria-pressed={each === choice} onClick={() => chooseZone(each)}>
          {each === choice ? <IconCheck size={16} aria-hidden /> : <IconClock size={16} aria-hidden />}
          {t(`times.${each}`)}
        </button>
      ))}
    </fieldset>
  );
}

function SignOut() {
  const { t } = useWords();
  const client = useQueryClient();
  const router = useRouter();
  const signOut = async () => {
    const answer = await call(sessionRoutes.signOut, {}).catch(() => undefined);
    client.clear();
    // The session here is over; the one at the provider ends there.
    if (answer?.provider !== undefined) return window.location.assign(answer.provider);
    await router.navigate({ to: '/sign-in' });
  };
  return (
    <button type="button" onClick={() => void signOut()}>
      <IconLogout size={16} aria-hidden />
      {t('nav.signOut')}
    </button>
  );
}
