import { readSecret, readSecretText } from '../lib/read-secret.js';
import { forgetPassword, listAccounts, setPassword } from '../programs/account.js';
import { forgetSecret, listSecrets, setSecret } from '../programs/secret.js';
import { type Call, print, UsageError } from './arguments.js';

/** Passwords of accounts that jobs run as. */
export async function account({ values, data, words: [act, name] }: Call): Promise<number> {
  if (act === 'list') {
    const known = listAccounts(data);
    print(
      values.json ? known : known.map(({ account, at, central }) => `${account}  ${whence(central)}${at}\n`).join(''),
    );
    return 0;
  }
  if ((act !== 'set' && act !== 'forget') || name === undefined)
    throw new UsageError('account: expected set ACCOUNT, forget ACCOUNT or list');
  if (act === 'set') setPassword(data, name, await readSecret(`Password of ${name}: `));
  else if (!forgetPassword(data, name)) throw new Error(`account: no password of ${name} was handed over here`);
  return 0;
}

/** What jobs of this host may name as a secret. */
export async function secret({ values, data, words: [act, name] }: Call): Promise<number> {
  if (act === 'list') {
    const known = listSecrets(data).map(({ account, ...rest }) => ({ name: account, ...rest }));
    print(values.json ? known : known.map(({ name, at, central }) => `${name}  ${whence(central)}${at}\n`).join(''));
    return 0;
  }
  if ((act !== 'set' && act !== 'forget') || name === undefined)
    throw new UsageError('secret: expected set NAME, forget NAME or list');
  if (act === 'set') setSecret(data, name, await readSecretText(`Secret ${name}: `));
  else if (!forgetSecret(data, name)) throw new Error(`secret: no ${name} was handed over here`);
  return 0;
}

function whence(central: number | undefined): string {
  return central === undefined ? 'since ' : `from the centre, version ${central}, since `;
}
