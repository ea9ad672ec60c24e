import { describePause } from '../desired/pause.js';
import { answer, type Evidence, type Judge } from './why-facts.js';

/** From a pause of the host: it was not to start then, whether or not the host was there to leave it out. */
export const fromPause: Judge = ({ atMs }, { pauses }) => {
  const pause = pauses.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
  if (!pause) return null;
  const { fromMs, untilMs, by, reason } = pause;
  const evidence: Evidence[] = [
    { atMs: fromMs, code: 'paused', text: `the host was paused by ${by}`, figures: { by } },
  ];
  const figures = { by, until: new Date(untilMs).toISOString(), note: reason };
  return answer('paused', 'certain', { text: `the host was ${describePause(pause)}`, figures }, evidence);
};

/** From whether the host had the job at all. */
export const fromMembership: Judge = ({ atMs }, { host, assignment }) => {
  if (host.enrolledMs > atMs)
    return answer('host_newer', 'certain', 'the host had not joined yet', [
      { atMs: host.enrolledMs, code: 'joined', text: 'it joined' },
    ]);
  if (host.state !== 'active')
    return answer('host_not_active', 'certain', {
      text: `the host is ${host.state}`,
      figures: { hostState: host.state },
    });
  if (!assignment) return answer('not_assigned', 'certain', 'the job does not select this host');
  return null;
};

/** From times in which the host was not heard from. */
export const fromAbsence: Judge = ({ atMs, version }, { absences, runs }) => {
  const absence = absences.find(({ fromMs, toMs }) => fromMs <= atMs && (toMs === null || toMs >= atMs));
  if (!absence) return null;
  const { fromMs, toMs, bootedMs } = absence;
  const evidence: Evidence[] = [{ atMs: fromMs, code: 'last_heard', text: 'the host was last heard from' }];
  if (toMs === null) {
    const text =
      'the host has not been heard from since before that: whether it is off or only out of reach is not known, and a run would be told when it comes back';
    return answer('host_unknown', 'unknown', text, evidence);
  }
  evidence.push({ atMs: toMs, code: 'heard_again', text: 'it was heard from again' });
  const late = version.onMissed === 'run-once' ? runs.find(({ startedMs }) => startedMs >= atMs) : undefined;
  if (late) {
    const text = `one run made up for what was missed: ${late.id}`;
    evidence.push({ atMs: late.startedMs, code: 'made_up', text, figures: { run: late.id } });
  }
  if (bootedMs !== null && bootedMs > atMs)
    return answer('host_off', 'certain', 'the host was off', [
      ...evidence,
      { atMs: bootedMs, code: 'started', text: 'it started' },
    ]);
  // Whatever ran has been told since: nothing did.
  const text = 'the host was not heard from and nothing ran: it was asleep, or without Task Scheduler';
  return answer('host_absent', 'likely', text, evidence);
};

/** What was seen there may not have arrived yet. */
export const fromBacklog: Judge = (_, { host }) => {
  if (host.waiting === 0 || (host.presence !== 'online' && host.presence !== 'lagging')) return null;
  const text = `${host.waiting} events of the host have not arrived yet; its run may be among them`;
  return answer('unreported', 'unknown', { text, figures: { waiting: host.waiting } });
};
