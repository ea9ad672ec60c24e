import type { Response } from '@carillon/contract/http/route';
import type { runRoutes } from '@carillon/contract/http/runs.routes';
import { whyRoutes } from '@carillon/contract/http/why.routes';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../components/loaded.js';
import { Section } from '../../components/section.js';
import { WhyAnswer } from '../../components/why-answer.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { duration } from '../../lib/times.js';
import { lateBy } from './usual.js';

type Run = Response<typeof runRoutes.get>;

/** For a run that was skipped or began late: why, and what that is known from. Nothing for others. */
export function RunWhy({ run }: { run: Run }) {
  const late = lateBy(run);
  return run.state === 'skipped' || late !== null ? <Why run={run} late={late} /> : null;
}

function Why({ run, late }: { run: Run; late: number | null }) {
  const { t } = useWords();
  const asked = { name: run.job, host: run.host, at: run.scheduledFor ?? run.startedAt, limit: 1 };
  const why = useQuery(query(whyRoutes.job, asked));
  const title =
    run.state === 'skipped' || late === null ? t('runs.whySkipped') : t('runs.whyLate', { by: duration(late) });
  return (
    <Section title={title}>
      <Loaded query={why}>
        {({ items }) =>
          items.map((answer) => <WhyAnswer key={answer.host} answer={answer} zone={run.timezone} onPageOf={run.id} />)
        }
      </Loaded>
    </Section>
  );
}
