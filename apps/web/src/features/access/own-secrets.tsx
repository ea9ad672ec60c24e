import { signedInRoutes } from '@carillon/contract/http/accounts.routes';
import { shortestPassword } from '@carillon/core/access/sign-in-rules';
import { Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../components/failure.js';
import { Section } from '../../components/section.js';
import { useFieldFaults } from '../../components/use-field-faults.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import { PasswordField } from './password-field.js';
import { SecondFactor } from './second-factor.js';

/** Password and second factor of a local account; each change asks for the present password. */
export function OwnSecrets({ hasSecondFactor }: { hasSecondFactor: boolean }) {
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Password />
      <SecondFactor isOn={hasSecondFactor} />
    </SimpleGrid>
  );
}

function Password() {
  const { t } = useWords();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const change = useOnce({
    mutationFn: () => call(signedInRoutes.changePassword, { body: { current, password } }),
    onSuccess: () => {
      setCurrent('');
      setPassword('');
    },
  });
  const faults = useFieldFaults(change.error, ['current', 'password']);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Section title={t('access.myPassword')}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {faults.rest !== null && <Failure error={faults.rest} />}
          {change.isSuccess && (
            <Text role="status" size="sm">
              {t('access.changed')}
            </Text>
          )}
          <PasswordField
            label={t('access.present')}
            value={current}
            error={faults.of('current')}
            onChange={setCurrent}
            autoComplete="current-password"
          />
          <PasswordField
            label={t('access.new')}
            hint={t('signIn.chooseHint')}
            value={password}
            error={faults.of('password')}
            onChange={setPassword}
            autoComplete="new-password"
          />
          <Group>
            <Button
              type="submit"
              loading={change.isPending}
              disabled={current === '' || password.length < shortestPassword}
            >
              {t('access.change')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
