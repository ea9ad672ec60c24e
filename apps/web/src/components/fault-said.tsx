import { Text } from '@mantine/core';
import { useServerText } from '../i18n/use-server-text.js';

interface Props {
  readonly code: string | null;
  readonly message: string | null;
}

/** Why a definition is not on a host as it should be: in the reader's language, then what the host said; words of Windows stand as they are. */
export function FaultSaid({ code, message }: Props) {
  const { faultText, saidText } = useServerText();
  const said = faultText(code);
  const own = [said ? null : code, message && saidText(message)].filter(Boolean).join(': ');
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
