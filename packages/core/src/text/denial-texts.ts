import type { DenyReason } from '../access/decide.js';

/** Why somebody may not do what he asks for; what decided it stands behind in brackets. */
export const denialTexts: Readonly<Record<DenyReason, string>> = {
  no_role: 'none of your roles includes it',
  outside_token: 'this token is kept to something else',
  fleet_only: 'it concerns everybody, so it needs a role whose scope is everything',
  not_visible: 'it is outside the scope of your roles',
  job_right: 'your role for it does not reach this job',
  host_right: 'your role for it does not reach this host',
  run_as: 'you may not let programs run as this kind of account',
  later_hosts:
    'its targets could come to select hosts that your role does not reach; name the labels of your scope, its group, or hosts that are there',
};
