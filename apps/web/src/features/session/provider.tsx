import { type ProviderRefusal, providerRefusals, sessionRoutes } from '@carillon/contract/http/session.routes';
import { Alert, Button, Divider } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { takeSecret, takeWantedPage } from './take-ticket.js';

const words = {
  denied: 'signIn.denied',
  expired: 'signIn.expired',
  provider: 'signIn.providerFailed',
  name_taken: 'signIn.nameTaken',
  disabled: 'signIn.disabled',
  too_many: 'signIn.tooManyHere',
} as const satisfies Record<ProviderRefusal, string>;

interface Props {
  /** This page is to stay. */
  readonly inNewTab?: true;
}

/** The way by an identity provider, where there is one, and what it said when somebody came back. */
export function Provider({ inNewTab }: Props) {
  const { t } = useWords();
  const refused = useCameBack();
  const ways = useQuery({ ...query(sessionRoutes.ways, {}), retry: false });
  const provider = ways.data?.provider;
  return (
    <>
      {refused && (
        <Alert color="red" variant="light" role="alert">
          {t(words[refused])}
        </Alert>
      )}
      {provider && (
        <>
          {/* A link, since it leads away: forms may be sent to this site alone. */}
          <Button component="a" href={provider.url} {...(inNewTab ? { target: '_blank', rel: 'noopener' } : {})}>
            {t('signIn.with', { name: provider.name })}
          </Button>
          <Divider label={t('signIn.or')} />
        </>
      )}
    </>
  );
}

/** Goes on to where somebody wanted to be when he is signed in. @returns why he is not */
function useCameBack(): ProviderRefusal | undefined {
  const client = useQueryClient();
  const router = useRouter();
  const [refused, setRefused] = useState<ProviderRefusal>();
  useEffect(() => {
    const code = takeSecret('refused');
    setRefused((before) => providerRefusals.find((one) => one === code) ?? before);
    if (takeSecret('signed-in') === null) return;
    client.clear();
    router.history.replace(takeWantedPage());
  }, [client, router]);
  return refused;
}
