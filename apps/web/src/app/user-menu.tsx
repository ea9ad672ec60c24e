import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { Button } from '@mantine/core';
import { IconUser } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { loadLateWords } from '../i18n/index.js';
import { query } from '../lib/api.js';
import { openZoneChoice } from '../lib/time-zone.js';

/** What nobody sees before the menu is opened. */
const Items = lazy(() =>
  Promise.all([import('./user-menu-items.js'), loadLateWords()]).then(([{ UserMenuItems }]) => ({
    default: UserMenuItems,
  })),
);

const menuId = 'user-menu';

/** Who is signed in, and what they may choose. The browser's own popover: it closes on Escape and on a click beside it. */
export function UserMenu() {
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
        {name ?? '…'}
      </Button>
      <div id={menuId} popover="auto" className="menu">
        <Suspense>
          <Items menuId={menuId} />
        </Suspense>
      </div>
    </>
  );
}
