/** What Task Scheduler assumes for settings that are left out. Source: MS-TSCH 2.5.4, task.xsd. */
export const SETTINGS_DEFAULTS = {
  multipleInstancesPolicy: 'IgnoreNew',
  disallowStartIfOnBatteries: true,
  stopIfGoingOnBatteries: true,
  allowHardTerminate: true,
  startWhenAvailable: false,
  runOnlyIfNetworkAvailable: false,
  allowStartOnDemand: true,
  enabled: true,
  hidden: false,
  runOnlyIfIdle: false,
  disallowStartOnRemoteAppSession: false,
  volatile: false,
  wakeToRun: false,
  executionTimeLimit: 'PT72H',
  priority: 7,
} as const;
