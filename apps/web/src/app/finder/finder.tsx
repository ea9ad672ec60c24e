import { Button, Kbd } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { useWords } from '../../i18n/index.js';
import { watchFocus } from '../../lib/keep-focus.js';
import './finder.css';
import { findKey } from './find-key.js';
import { ReadOnly } from './read-only.js';
import { rememberRecent } from './recent.js';
import { waitForField } from './typed-ahead.js';
import { useKeys } from './use-keys.js';

const Palette = lazy(() => import('./palette.js').then(({ Palette }) => ({ default: Palette })));
const KeyHelp = lazy(() => import('./key-help.js').then(({ KeyHelp }) => ({ default: KeyHelp })));

type Shown = 'palette' | 'help' | null;

/** Finding by name and by key, on every page; the button is for those who do not know the keys yet. */
export function Finder() {
  const { t } = useWords();
  const [shown, setShown] = useState<Shown>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => rememberRecent(path), [path]);
  const find = useCallback(() => {
    waitForField();
    setShown('palette');
  }, []);
  const help = useCallback(() => setShown('help'), []);
  // What was opened may have shown something else meanwhile.
  const closed = (from: Shown) => () => setShown((now) => (now === from ? null : now));
  useEffect(() => watchFocus(document), []);
  useKeys({ onFind: find, onHelp: help });
  return (
    <>
      <ReadOnly />
      <Button
        variant="default"
        size="compact-sm"
        leftSection={<IconSearch size={15} aria-hidden />}
        onClick={find}
        aria-keyshortcuts="Control+K Meta+K"
        className="finder-button"
        data-tour="find"
      >
        <span className="finder-word">{t('finder.open')}</span>
        <Kbd size="xs" className="finder-word">
          {findKey}
        </Kbd>
      </Button>
      <Suspense>
        {shown === 'palette' && <Palette opened onClose={closed('palette')} onHelp={help} />}
        {shown === 'help' && <KeyHelp opened onClose={closed('help')} />}
      </Suspense>
    </>
  );
}
