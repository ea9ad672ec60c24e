import { takesReports } from '@carillon/core/alert/documents/channel.schema';
import type { Document } from '@carillon/core/document/read-document';
import { unknownGroups } from '@carillon/core/host/target';
import type { JobSpec } from '@carillon/core/job/job-spec';
import { makeProblem, type Problem } from '@carillon/core/problem';
import type { WarningText } from '@carillon/core/text/host-fault-texts';
import type { ApplyFacts, ApplyWarning, DocumentProblem } from '../../store/apply.store.js';

/** A report to a channel that is not there, or that takes none, would reach nobody; channels and groups may come in the same request. */
export function unknownReportEnds(
  documents: readonly Document[],
  { channelTypes, knownGroups }: Pick<ApplyFacts, 'channelTypes' | 'knownGroups'>,
): DocumentProblem[] {
  const types = new Map(channelTypes);
  const groups = knownGroups.map((name) => ({ name }));
  for (const { kind, spec } of documents) {
    if (kind === 'Channel') types.set(spec.name.toLowerCase(), spec.type);
    if (kind === 'HostGroup') groups.push({ name: spec.name });
  }
  return documents.flatMap((document, index) =>
    document.kind === 'Job'
      ? problemsOf(document.spec, types, groups).map((problem) => ({ ...problem, document: index }))
      : [],
  );
}

function problemsOf(
  { run }: JobSpec,
  types: ApplyFacts['channelTypes'],
  groups: readonly { readonly name: string }[],
): Problem[] {
  if (run.kind !== 'report') return [];
  const { to, hosts } = run.action;
  const ofChannels = to.flatMap((name) => {
    const type = types.get(name.toLowerCase());
    if (type !== undefined && takesReports(type)) return [];
    return type === undefined
      ? [makeProblem('run.report.to', 'unknown_reference', 'the name of a saved Channel', name)]
      : [makeProblem('run.report.to', 'wrong_value', `a channel for mail, chat, SMS or a webhook, not ${type}`, name)];
  });
  const missing = hosts === null || hosts === 'this' ? [] : unknownGroups(hosts, groups);
  return [
    ...ofChannels,
    ...missing.map((name) =>
      makeProblem('run.report.hosts', 'unknown_reference', 'the name of a saved HostGroup', name),
    ),
  ];
}

/** The same told by each of many hosts is most likely not meant. */
export function reportWarnings(document: Document | undefined, hosts: number | null): ApplyWarning[] {
  if (document?.kind !== 'Job' || document.spec.run.kind !== 'report' || hosts === null || hosts < 2) return [];
  if (document.spec.run.action.hosts === 'this') return [];
  const message: WarningText = `each of its ${hosts} hosts asks for the same report; let it run on one, or say hosts: this`;
  return [{ code: 'report_from_each_host', message, count: hosts, hosts: [] }];
}
