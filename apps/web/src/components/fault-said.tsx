import { driftKinds } from '@carillon/core/state/states';
import { Text } from '@mantine/core';
import { useWords } from '../i18n/index.js';
import { useServerText } from '../i18n/use-server-text.js';
import { useTaskField } from '../i18n/use-task-field.js';

interface Props {
  readonly code: string | null;
  readonly message: string | null;
}

/** Why a definition is not on a host as it should be: in the reader's language, then what the host said; words of Windows stand as they are. */
export function FaultSaid({ code, message }: Props) {
  const { t } = useWords();
  const { faultText, saidText } = useServerText();
  const { differenceText } = useTaskField();
  const drift = driftKinds.find((kind) => kind === code);
  const said = drift ? undefined : faultText(code);
  const partText = (part: string) => differenceText(part) ?? saidText(part);
  const told = drift ? message?.split('; ').map(partText).join('; ') : message && saidText(message);
  const own = [drift ? t(`drift.${drift}`) : said ? null : code, told].filter(Boolean).join(': ');
  return (
    <>
      {said && <Text size="xs">{said}</Text>}
      {own !== '' && (
        <Text
          size="xs"
          {...(said ? { c: 'dimmed' } : {})}
          lineClamp={2}
          title={own}
          style={{ overflowWrap: 'anywhere' }}
        >
          {own}
        </Text>
      )}
    </>
  );
}
