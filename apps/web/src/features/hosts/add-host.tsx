import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Response } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import {
  agentInstallerFile,
  agentProgramFile,
  type InstallerLineKind,
  installerLine,
  installerLineKinds,
  isThisComputerOnly,
} from '@carillon/core/install/installer-line';
import {
  Alert,
  Button,
  Checkbox,
  Code,
  Group,
  NumberInput,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { CopyButton } from '../../components/copy-button.js';
import { Dialog } from '../../components/dialog.js';
import { Empty } from '../../components/empty.js';
import { Failure } from '../../components/failure.js';
import { Loaded } from '../../components/loaded.js';
import { useFieldFaults } from '../../components/use-field-faults.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { call, query } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import { labelsIn, wrongLabel } from './labels-text.js';

type AgentFiles = Response<typeof hostRoutes.agentFiles>;
type Token = Response<typeof hostRoutes.createToken>;

const most = limits.enrolmentTokenUses;
const fileOf: Record<InstallerLineKind, string> = { powershell: agentProgramFile, msi: agentInstallerFile };

/** Makes a join token and shows the line that brings the agent to Windows hosts with it. */
export function AddHost() {
  const { t } = useWords();
  const { ask } = useSearch({ from: '/signed-in/hosts' });
  const navigate = useNavigate({ from: '/hosts' });
  const opened = ask === 'add';
  const turn = (next: 'add' | undefined) => void navigate({ search: (before) => ({ ...before, ask: next }) });
  const open = () => turn('add');
  const close = () => turn(undefined);
  return (
    <>
      <Button variant="light" onClick={open} data-tour="add-host">
        {t('addHost.open')}
      </Button>
      <Dialog
        opened={opened}
        onClose={close}
        // The line is shown once: a click beside it must not take it away.
        closeOnClickOutside={false}
        size="lg"
        title={t('addHost.title')}
      >
        {opened && <Steps />}
      </Dialog>
    </>
  );
}

/** Lives as long as the window is open: the token of an earlier time is not shown again. */
function Steps() {
  const { t } = useWords();
  const files = useQuery(query(hostRoutes.agentFiles, {}));
  return (
    <Loaded query={files}>
      {(offer) =>
        offer.files.length === 0 ? (
          <Empty text={t('addHost.notBuilt')} command="npm run build:agent" />
        ) : (
          <TokenForm offer={offer} />
        )
      }
    </Loaded>
  );
}

function TokenForm({ offer }: { offer: AgentFiles }) {
  const { t } = useWords();
  const kinds = installerLineKinds.filter((kind) => offer.files.some(({ name }) => name === fileOf[kind]));
  const [kind, setKind] = useState<InstallerLineKind>(kinds[0] ?? 'powershell');
  const [uses, setUses] = useState<number | string>(1);
  const [labels, setLabels] = useState('');
  const [addresses, setAddresses] = useState('');
  const [hostNames, setHostNames] = useState('');
  const [needsApproval, setNeedsApproval] = useState(false);
  const make = useOnce({
    mutationFn: () =>
      call(hostRoutes.createToken, {
        body: {
          uses: Number(uses),
          expiresInMinutes: 60,
          labels: labelsIn(labels),
          ...(addresses.trim() === '' ? {} : { addresses: addresses.split(/[\s,]+/).filter(Boolean) }),
          ...(hostNames.trim() === '' ? {} : { hostNames: hostNames.trim() }),
          ...(needsApproval ? { needsApproval } : {}),
        },
      }),
  });
  const faults = useFieldFaults(make.error, ['uses', 'labels', 'addresses', 'hostNames']);
  const wrong = wrongLabel(labels);
  const isCount = Number(uses) >= 1 && Number(uses) <= most;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // Hosts with half a label would get the jobs of others.
    if (wrong === undefined && isCount) make.mutate();
  };
  return (
    <Stack component="form" onSubmit={submit}>
      <Group align="start" grow>
        <NumberInput
          label={t('addHost.uses')}
          min={1}
          max={most}
          allowDecimal={false}
          // What is too much is said, and not silently made less.
          clampBehavior="none"
          value={uses}
          error={Number(uses) > most ? t('addHost.most', { n: most }) : faults.of('uses')}
          onChange={setUses}
        />
        <TextInput
          label={t('hosts.labels')}
          placeholder="role=db env=prod"
          error={wrong === undefined ? faults.of('labels') : t('hosts.badLabel', { text: wrong })}
          value={labels}
          onChange={(event) => setLabels(event.currentTarget.value)}
        />
      </Group>
      <Group align="start" grow>
        <TextInput
          label={t('admission.addresses')}
          placeholder="10.1.0.0/16"
          error={faults.of('addresses')}
          value={addresses}
          onChange={(event) => setAddresses(event.currentTarget.value)}
        />
        <TextInput
          label={t('admission.hostNames')}
          placeholder="web-*"
          error={faults.of('hostNames')}
          value={hostNames}
          onChange={(event) => setHostNames(event.currentTarget.value)}
        />
      </Group>
      <Checkbox
        label={t('admission.needsApproval')}
        checked={needsApproval}
        onChange={(event) => setNeedsApproval(event.currentTarget.checked)}
      />
      <Group justify="space-between">
        <SegmentedControl
          aria-label={t('addHost.way')}
          data={kinds.map((value) => ({ value, label: t(`addHost.${value}`) }))}
          value={kind}
          onChange={(value) => setKind(value as InstallerLineKind)}
        />
        <Button type="submit" loading={make.isPending} disabled={!isCount || wrong !== undefined}>
          {t('addHost.make')}
        </Button>
      </Group>
      {faults.rest !== null && <Failure error={faults.rest} />}
      {isThisComputerOnly(offer.origin) && (
        <Alert color="yellow" variant="light">
          {t('addHost.localOnly', { origin: offer.origin })}
        </Alert>
      )}
      {make.data && <Line line={installerLine(kind, offer.origin, make.data.token)} token={make.data} />}
    </Stack>
  );
}

function Line({ line, token }: { line: string; token: Token }) {
  const { t } = useWords();
  return (
    <Stack gap="xs">
      <Text size="sm">{t('addHost.how')}</Text>
      <Code block style={{ whiteSpace: 'pre-wrap', wordBreak: 'break-all' }}>
        {line}
      </Code>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('addHost.goodFor', { n: token.uses })} <When at={token.expiresAt} />
        </Text>
        <CopyButton text={line} size="compact-sm" />
      </Group>
    </Stack>
  );
}
