import { approvalRoutes } from '@carillon/contract/http/approvals.routes';
import { approvalText, approverFingerprint } from '@carillon/core/approval/signed-approval';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import type { Command } from 'commander';
import { requireApproverKey } from '../lib/approver-key.js';
import { type Cli, handle } from '../lib/command.js';
import { CliError } from '../lib/errors.js';
import { positiveInteger } from '../lib/pages.js';
import { countOf } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { approvalOf, handInApproval } from '../lib/sign-definition.js';
import { localTime } from '../lib/times.js';

interface ApproveOptions {
  readonly expect?: string | undefined;
  readonly days?: number | undefined;
}

/** `carillon approve JOB`: shows what would be signed; with `--expect` it signs exactly that. */
export function addApprove(program: Command, cli: Cli): void {
  const command = program
    .command('approve')
    .description('sign the current version of a job with your approver key, for hosts whose own policies ask for it')
    .argument('<job>', 'whose definition')
    .option('--expect <hash>', 'sign what was shown with this hash, and nothing else; without it, it is only shown')
    .option('--days <n>', 'good for so many days; without it, it stays good', positiveInteger);
  handle(command, cli, async (session: Session, { expect, days }: ApproveOptions, name: string) => {
    const shown = await session.call(approvalRoutes.toSign, { name });
    const approval = approvalOf(shown);
    const hash = sha256Hex(approvalText(approval)).slice(0, 16);
    if (expect === undefined) {
      if (session.json) return session.printJson({ ...shown, hash });
      session.fields([
        ['job', `${shown.name} v${shown.version}, by ${shown.author}`],
        ['hosts', shown.hosts.map(safeText).join(', ') || 'none'],
        ['refused by', shown.refusedBy.map(safeText).join(', ') || '-'],
        ...shown.approvals.map(
          ({ key, signedBy, at, hosts }) =>
            ['signed', `${signedBy} ${approverFingerprint(key)}, ${localTime(at)}, ${countOf(hosts, 'host')}`] as const,
        ),
      ]);
      session.print(safeText(JSON.stringify(JSON.parse(shown.manifest), null, 2)));
      session.note(`sign exactly this with: carillon approve ${JSON.stringify(shown.name)} --expect ${hash}`);
      return undefined;
    }
    if (expect !== hash)
      throw new CliError(
        `--expect: expected ${expect}, got ${hash}: the definition or its hosts have changed; look again`,
        {
          code: 'conflict',
          params: { expected: expect, current: hash },
        },
      );
    const key = requireApproverKey(session.io);
    const expiresAt = days === undefined ? undefined : new Date(session.io.now() + days * 86_400_000).toISOString();
    const signed = await handInApproval(session, key, approval, expiresAt);
    if (session.json) return session.printJson(signed);
    session.print(`signed job ${safeText(signed.job)} v${signed.version} for ${countOf(signed.hosts, 'host')}`);
    return undefined;
  });
}
