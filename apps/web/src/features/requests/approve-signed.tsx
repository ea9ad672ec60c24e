import { requestRoutes } from '@carillon/contract/http/requests.routes';
import type { Response } from '@carillon/contract/http/route';
import { Title } from '@mantine/core';
import { SignWithKey } from '../../components/sign-with-key.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';

interface ApproveSignedProps {
  readonly detail: Response<typeof requestRoutes.get>;
  readonly onSuccess: () => Promise<void>;
}

/** Approves with signatures of a security key over all that the request writes. */
export function ApproveSigned({ detail, onSuccess }: ApproveSignedProps) {
  const { t } = useWords();
  const { number, planHash, toSign = [] } = detail;
  if (toSign.length === 0) return null;
  return (
    <div>
      <Title order={2} size="h4" mb="xs">
        {t('securityKeys.signed')}
      </Title>
      <SignWithKey
        texts={toSign}
        label={t('securityKeys.approve')}
        onSigned={(signatures) =>
          call(requestRoutes.approve, { number, body: { planHash, signatures: [...signatures] } })
        }
        onSuccess={onSuccess}
      />
    </div>
  );
}
