import { Text } from '@mantine/core';
import { useFailureText } from '../../components/failure-text.js';
import { useWords } from '../../i18n/index.js';
import type { Figures } from '../../i18n/server-text.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { duration } from '../../lib/times.js';

interface Check {
  readonly what: string;
  readonly ok: boolean;
  readonly text: string;
  readonly says?: { readonly code: string; readonly figures?: Figures | undefined } | undefined;
}

interface Props {
  readonly test: {
    readonly data:
      | {
          sent: boolean;
          code: string;
          message: string;
          figures?: Figures | undefined;
          tookMs: number;
          checks?: readonly Check[] | undefined;
        }
      | undefined;
    readonly error: unknown;
  };
}

/** What an endpoint said to a test, in its own words. */
export function TestOutcome({ test: { data, error } }: Props) {
  const { t } = useWords();
  const failureText = useFailureText();
  const { checkText, outcomeText, saidText } = useServerText();
  if (error)
    return (
      <Text size="xs" c="red" role="alert">
        {failureText(error)}
      </Text>
    );
  if (!data) return null;
  const { sent, code, tookMs, checks = [], figures } = data;
  const wrong = checks.filter(({ ok }) => !ok);
  const message = sent
    ? saidText(data.message)
    : wrong.length > 0
      ? wrong.map(checkText).join('; ')
      : outcomeText({ code, text: data.message, figures });
  return (
    <Text size="xs" c={sent ? 'teal' : 'red'} role="status" style={{ overflowWrap: 'anywhere' }}>
      {t(sent ? 'alerting.tested' : 'alerting.testFailed', { code, message, took: duration(tookMs) })}
    </Text>
  );
}
