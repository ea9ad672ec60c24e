import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { type RouterHistory, RouterProvider } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { rememberPage } from '../features/session/take-ticket.js';
import { keyOf, whenSignedOut } from '../lib/api.js';
import { markSession } from '../lib/session-end.js';
import { styleNonce } from '../lib/style-nonce.js';
import { makeQueryClient } from './query-client.js';
import { makeRouter } from './router.js';
import { theme } from './theme.js';

const Notices = lazy(() => import('./notices.js').then(({ Notices }) => ({ default: Notices })));

/** The whole dashboard. */
export function App({ history }: { history?: RouterHistory }) {
  const [{ router, client }] = useState(() => start(history));
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => styleNonce ?? ''}>
      <Suspense>
        <Notices />
      </Suspense>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}

function start(history: RouterHistory | undefined) {
  const router = makeRouter(history);
  const client = makeQueryClient();
  whenSignedOut(() => {
    const { pathname, searchStr } = router.state.location;
    if (pathname === '/sign-in') return;
    // Somebody was signed in on this page: what he typed into it is not thrown away.
    if (client.getQueryData(keyOf(sessionRoutes.me, {})) !== undefined) return markSession(true);
    rememberPage(`${pathname}${searchStr}`);
    void router.navigate({ to: '/sign-in', replace: true });
  });
  return { router, client };
}
