import { ApiFailure } from '@carillon/contract/http/client';
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
import { useEffect, useRef, useState } from 'react';
import { Ask } from '../components/ask.js';
import { useTimes } from '../components/when.js';
import { startTour } from '../features/tour/tour-state.js';
import { useWords } from '../i18n/index.js';
import { call, query } from '../lib/api.js';
import { chooseZone, zoneChoices } from '../lib/time-zone.js';
import { isAnythingUnsaved } from '../lib/unsaved.js';
import { useMay } from '../lib/use-may.js';
import { useOnce } from '../lib/use-once.js';

/** What somebody may choose. @param menuId of the popover that holds it */
export function UserMenuItems({ menuId }: { menuId: string }) {
  const { t } = useWords();
  const me = useQuery(query(sessionRoutes.me, {}));
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => (box.current ? closeBehind(box.current) : undefined), []);
  return (
    <div ref={box}>
      <Text size="xs" c="dimmed" px="sm" py={4}>
        {t('nav.signedInAs', { name: me.data?.name ?? '…' })}
      </Text>
      <Places />
      <TourAgain menuId={menuId} />
      <LanguageChoice />
      <SchemeChoice />
      <ClockChoice />
      <SignOut menuId={menuId} />
    </div>
  );
}

/**
 * The menu closes behind a link, and when the Tab key leads beyond its last choice: it would lie over what comes then.
 * @param box what is in it
 */
function closeBehind(box: HTMLElement): () => void {
  const menu = box.closest<HTMLElement>('[popover]');
  const onClick = ({ target }: MouseEvent) => {
    if ((target as Element).closest('a')) menu?.hidePopover?.();
  };
  const onFocusOut = ({ relatedTarget: next }: FocusEvent) => {
    const isAtButton = next instanceof Element && next.getAttribute('popovertarget') === menu?.id;
    if (next instanceof Node && !isAtButton && !box.contains(next)) menu?.hidePopover?.();
  };
  box.addEventListener('click', onClick);
  box.addEventListener('focusout', onFocusOut);
  return () => {
    box.removeEventListener('click', onClick);
    box.removeEventListener('focusout', onFocusOut);
  };
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

/** Asks first where something typed would be lost, and afterwards where the server did not hear it: one is signed in still. */
function SignOut({ menuId }: { menuId: string }) {
  const { t } = useWords();
  const client = useQueryClient();
  const router = useRouter();
  const [asked, setAsked] = useState(false);
  const signOut = useOnce({
    mutationFn: () =>
      call(sessionRoutes.signOut, {}).catch((error: unknown) => {
        // It was over already.
        if (error instanceof ApiFailure && error.status === 401) return undefined;
        throw error;
      }),
    onError: () => setAsked(true),
    onSuccess: async (answer) => {
      client.clear();
      // The session here is over; the one at the provider ends there.
      if (answer?.provider !== undefined) return window.location.assign(answer.provider);
      await router.navigate({ to: '/sign-in', ignoreBlocker: true });
    },
  });
  const begin = () => (isAnythingUnsaved() ? setAsked(true) : signOut.mutate());
  return (
    <>
      <button type="button" popoverTarget={menuId} popoverTargetAction="hide" onClick={begin}>
        <IconLogout size={16} aria-hidden />
        {t('nav.signOut')}
      </button>
      <Ask
        opened={asked}
        title={t('access.askSignOut')}
        act={t('nav.signOut')}
        pending={signOut.isPending}
        error={signOut.error}
        onAct={() => signOut.mutate()}
        onClose={() => setAsked(false)}
      >
        <Text size="sm">{t(signOut.isError ? 'access.stillIn' : 'leave.text')}</Text>
      </Ask>
    </>
  );
}
