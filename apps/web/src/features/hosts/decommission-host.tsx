import { admissionRoutes } from '@carillon/contract/http/admission.routes';
import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Response } from '@carillon/contract/http/route';
import { Button, Checkbox, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../components/failure.js';
import { FormDialog } from '../../components/form-dialog.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useMay } from '../../lib/use-may.js';
import { useOnce } from '../../lib/use-once.js';

type Host = Response<typeof hostRoutes.get>;

/** Takes a host out, after saying what that does. */
export function DecommissionHost({ host }: { host: Host }) {
  const { t } = useWords();
  const may = useMay('host.enrol');
  if (!may) return null;
  if (host.state !== 'active' && host.state !== 'decommissioning') return null;
  return (
    <FormDialog
      title={t('admission.decommissionTitle', { name: host.name })}
      button={(open) => (
        <Button variant="default" size="sm" color="red" onClick={open}>
          {t('admission.decommission')}
        </Button>
      )}
    >
      {(done) => <Confirm host={host} onDone={done} />}
    </FormDialog>
  );
}

function Confirm({ host: { name, state, assignments }, onDone }: { host: Host; onDone: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  // It was asked already: only the harder way is left.
  const [force, setForce] = useState(state === 'decommissioning');
  const decommission = useOnce({
    mutationFn: () => call(admissionRoutes.decommission, { name, body: { force } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [hostRoutes.get.path] });
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    decommission.mutate();
  };
  return (
    <Stack component="form" onSubmit={submit}>
      <Text size="sm">{t('admission.decommissionMeans', { count: assignments.total })}</Text>
      <Checkbox
        label={t('admission.force')}
        description={t('admission.forceMeans')}
        checked={force}
        onChange={(event) => setForce(event.currentTarget.checked)}
      />
      {decommission.isError && <Failure error={decommission.error} />}
      <Button type="submit" color="red" loading={decommission.isPending}>
        {t('admission.decommission')}
      </Button>
    </Stack>
  );
}
