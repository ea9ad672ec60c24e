import { approvalRoutes } from '@carillon/contract/http/approvals.routes';
import { Code, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Section } from '../../components/section.js';
import { SignWithKey } from '../../components/sign-with-key.js';
import { useWords } from '../../i18n/index.js';
import { call, query } from '../../lib/api.js';
import { useMay } from '../../lib/use-may.js';

/** For hosts that refuse the current version unsigned: says so, and signs it for who may. */
export function SignJob({ job }: { job: string }) {
  const { t } = useWords();
  const client = useQueryClient();
  const may = useMay('approve');
  const found = useQuery(query(approvalRoutes.toSign, { name: job }));
  if (!found.data?.text || found.data.refusedBy.length === 0) return null;
  const { text, manifest, refusedBy, approvals } = found.data;
  return (
    <Section title={t('securityKeys.signed')}>
      <Text size="sm" className="wrap">
        {t('securityKeys.refusedBy', { hosts: refusedBy.join(', ') })}
      </Text>
      {approvals.length > 0 && (
        <Text size="sm" className="wrap">
          {t('securityKeys.signedBy', { names: approvals.map(({ signedBy }) => signedBy).join(', ') })}
        </Text>
      )}
      <details className="whole">
        <summary>{t('securityKeys.whole')}</summary>
        <Code block>{JSON.stringify(JSON.parse(manifest), null, 2)}</Code>
      </details>
      {may && (
        <SignWithKey
          texts={[text]}
          label={t('securityKeys.sign')}
          onSigned={async ([body]) => body && call(approvalRoutes.sign, { name: job, body })}
          onSuccess={() => client.invalidateQueries()}
        />
      )}
    </Section>
  );
}
