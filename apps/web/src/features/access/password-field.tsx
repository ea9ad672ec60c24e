import { PasswordInput } from '@mantine/core';
import { useWords } from '../../i18n/index.js';

interface PasswordFieldProps {
  readonly label: string;
  readonly value: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly onChange: (value: string) => void;
  readonly autoComplete: 'current-password' | 'new-password';
}

export function PasswordField({ label, value, hint, error, onChange, autoComplete }: PasswordFieldProps) {
  const { t } = useWords();
  return (
    <PasswordInput
      label={label}
      description={hint}
      error={error}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete={autoComplete}
      visibilityToggleButtonProps={{ 'aria-label': t('secrets.look') }}
    />
  );
}
