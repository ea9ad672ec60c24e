import type { Document } from '@carillon/core/document/read-document';
import type { JobSpec } from '@carillon/core/job/job-spec';
import { readRunAs } from '@carillon/core/job/run-as';
import { makeProblem } from '@carillon/core/problem';
import { accountsNeeded, isForJob, vaultKey } from '@carillon/core/secrets/secret-use';
import type { ExpectedText } from '@carillon/core/text/expected-texts';
import type { ApplyFacts, DocumentProblem } from '../../store/apply.store.js';

/**
 * A job that names a secret or an account of the centre which is not for it would never be given it. What the centre does not
 * know is the hosts' own, as before there was any.
 */
export function notTheirSecrets(documents: readonly Document[], { secretJobs }: ApplyFacts): DocumentProblem[] {
  return documents.flatMap((document, index) =>
    document.kind === 'Job'
      ? problemsOf(document.spec, secretJobs).map((problem) => ({ ...problem, document: index }))
      : [],
  );
}

function problemsOf(spec: JobSpec, known: ApplyFacts['secretJobs']) {
  const { environment = {}, stdin } = spec.run.secrets ?? {};
  const uses = [
    ...Object.entries(environment).map(([variable, name]) => ({ path: `run.environment.${variable}.secret`, name })),
    ...(stdin === undefined ? [] : [{ path: 'run.stdin.secret', name: stdin }]),
  ];
  const isOutside = (purpose: 'secret' | 'account', name: string) => {
    const jobs = known.get(vaultKey({ purpose, name: name.toLowerCase() }));
    return jobs !== undefined && !isForJob(jobs, spec.name);
  };
  const toDo = (command: string): ExpectedText =>
    `one that is for job ${spec.name}; somebody who manages secrets can say so: ${command}`;
  return [
    ...uses
      .filter(({ name }) => isOutside('secret', name))
      .map(({ path, name }) =>
        makeProblem(path, 'wrong_value', toDo(`carillon secret allow ${name} "${spec.name}"`), name),
      ),
    ...accountsNeeded(spec)
      .filter((name) => isOutside('account', name))
      .map((name) =>
        makeProblem(pathOf(spec, name), 'wrong_value', toDo(`carillon account allow "${name}" "${spec.name}"`), name),
      ),
  ];
}

function pathOf({ runAs, overrides = [] }: JobSpec, account: string): string {
  if (readRunAs(runAs)?.account.toLowerCase() === account) return 'runAs';
  const at = overrides.findIndex((own) => own.runAs && readRunAs(own.runAs)?.account.toLowerCase() === account);
  return `overrides[${at}].runAs`;
}
