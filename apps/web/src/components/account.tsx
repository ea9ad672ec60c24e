import { accountName } from '../lib/account-name.js';

/** An account as people call it; its number, where it came as one, on hover. */
export function Account({ name }: { name: string }) {
  const said = accountName(name);
  return said === name ? name : <span title={name}>{said}</span>;
}
