import { access } from './access.js';
import { actions } from './actions.js';
import { admission } from './admission.js';
import { adoption } from './adoption.js';
import { alerting } from './alerting.js';
import { alertingForms } from './alerting-forms.js';
import { audit } from './audit.js';
import { calendars } from './calendars.js';
import { editor } from './editor.js';
import { finder } from './finder.js';
import { first } from './first-steps.js';
import { heatmap } from './heatmap.js';
import { hostPage } from './host-page.js';
import { jobPage } from './job-page.js';
import { jobs } from './jobs.js';
import { repair } from './repair.js';
import { requests } from './requests.js';
import { rollouts } from './rollouts.js';
import { runPage } from './run-page.js';
import { secrets } from './secrets.js';
import { securityKeys } from './security-keys.js';
import { taskFields } from './task-fields.js';
import { timeline } from './timeline.js';
import { tour } from './tour.js';

/** Words that only pages behind the first one say: what is opened first is lighter without them. */
export const lateWords = {
  ...access,
  ...admission,
  ...actions,
  ...adoption,
  ...calendars,
  ...editor,
  ...finder,
  ...first,
  ...heatmap,
  ...hostPage,
  ...jobPage,
  ...repair,
  ...jobs,
  ...rollouts,
  ...requests,
  ...runPage,
  ...secrets,
  ...securityKeys,
  ...taskFields,
  ...timeline,
  ...tour,
  ...alerting,
  ...alertingForms,
  ...audit,
};
