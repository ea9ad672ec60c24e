import { type CalendarSpec, calendarFileSchema } from '../../calendar/calendar.schema.js';
import { parseDocument } from '../../document/parse-document.js';
import { type FreezeSpec, freezeFileSchema } from '../../freeze/freeze.schema.js';
import type { Result } from '../../problem.js';
import type { AlertDocumentKind } from '../../state/states.js';
import { type AlertPolicySpec, alertPolicyFileSchema } from './alert-policy.schema.js';
import { type ChannelSpec, channelFileSchema } from './channel.schema.js';
import { type MaintenanceWindowSpec, maintenanceWindowFileSchema } from './maintenance-window.schema.js';
import { type OnCallSpec, onCallFileSchema } from './on-call.schema.js';
import { type RouteSpec, routeFileSchema } from './route.schema.js';
import { type SilenceSpec, silenceFileSchema } from './silence.schema.js';

/** What each kind of alert document holds once it is read, every default written out; stored as it is. */
export interface AlertDocumentSpecs {
  readonly Calendar: CalendarSpec;
  readonly AlertPolicy: AlertPolicySpec;
  readonly Channel: ChannelSpec;
  readonly OnCall: OnCallSpec;
  readonly Route: RouteSpec;
  readonly Silence: SilenceSpec;
  readonly MaintenanceWindow: MaintenanceWindowSpec;
  readonly Freeze: FreezeSpec;
}

export type AlertDocument = {
  readonly [K in AlertDocumentKind]: { readonly kind: K; readonly spec: AlertDocumentSpecs[K] };
}[AlertDocumentKind];

const readers = {
  Calendar: (raw) => parseDocument(calendarFileSchema, raw),
  AlertPolicy: (raw) => parseDocument(alertPolicyFileSchema, raw),
  Channel: (raw) => parseDocument(channelFileSchema, raw),
  OnCall: (raw) => parseDocument(onCallFileSchema, raw),
  Route: (raw) => parseDocument(routeFileSchema, raw),
  Silence: (raw) => parseDocument(silenceFileSchema, raw),
  MaintenanceWindow: (raw) => parseDocument(maintenanceWindowFileSchema, raw),
  Freeze: (raw) => parseDocument(freezeFileSchema, raw),
} satisfies { readonly [K in AlertDocumentKind]: (raw: object) => Result<AlertDocumentSpecs[K]> };

/** A parsed map whose `kind` is one of ours. */
export function readAlertDocument(kind: AlertDocumentKind, raw: object): Result<AlertDocument> {
  const result = readers[kind](raw);
  return result.ok ? { ok: true, value: { kind, spec: result.value } as AlertDocument } : result;
}
