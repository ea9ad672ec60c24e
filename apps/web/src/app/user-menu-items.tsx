import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { Text, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import {
  IconCheck,
  IconClock,
  IconKey,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconRoute,
  IconSun,
  IconUsers,
} from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import { useTimes } from '../components/when.js';
import { startTour } from '../features/tour/tour-state.js';
import { useWords } from '../i18n/index.js';
import { call, query } from '../lib/api.js';
import { chooseZone, zoneChoices } from '../lib/time-zone.js';
import { useMay } from '../lib/use-may.js';

/** What somebody may choose. @param menuId of the popover that holds it */
export function UserMenuItems({ menuId }: { menuId: string }) {
  const { t } = useWords();
  const me = useQuery(query(sessionRoutes.me, {}));
  return (
    <>
      <Text size="xs" c="dimmed" px="sm" py={4}>
        {t('nav.signedInAs', { name: me.data?.name ?? '…' })}
      </Text>
      <Places />
      <TourAgain menuId={menuId} />
      <LanguageChoice />
      <SchemeChoice />
      <ClockChoice />
      <SignOut />
    </>
  );
}

function Places() {
  const { t } = useWords();
  const mayManage = useMay('access.manage');
  return (
    <>
      <Link to="/account">
        <IconKey size={16} aria-hidden />
        {t('nav.own')}
      </Link>
      {mayManage && (
        <Link to="/access">
          <IconUsers size={16} aria-hidden />
          {t('nav.access')}
        </Link>
      )}
    </>
  );
}

/** The focus comes back to the button of the menu, which is gone by then. */
function TourAgain({ menuId }: { menuId: string }) {
  const { t } = useWords();
  const start = () => startTour(document.querySelector(`[popovertarget=${menuId}]`));
  return (
    <button type="button" popoverTarget={menuId} popoverTargetAction="hide" onClick={start}>
      <IconRoute size={16} aria-hidden />
      {t('tour.take')}
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
