export interface CodeRow {
  name?: string;
  text: string;
}

type Row = [code: number, name: string, text: string];

function table(rows: Row[]): Map<number, CodeRow> {
  return new Map(rows.map(([code, name, text]) => [code, name === '' ? { text } : { name, text }]));
}

/** Codes of Task Scheduler itself. Source: MS-TSCH 2.3.15, Task Scheduler error and success constants. */
export const SCHEDULER_CODES = table([
  [0x00041300, 'SCHED_S_TASK_READY', 'The task is ready to run at its next scheduled time.'],
  [0x00041301, 'SCHED_S_TASK_RUNNING', 'The task is running.'],
  [0x00041302, 'SCHED_S_TASK_DISABLED', 'The task is disabled.'],
  [0x00041303, 'SCHED_S_TASK_HAS_NOT_RUN', 'The task has not run yet.'],
  [0x00041304, 'SCHED_S_TASK_NO_MORE_RUNS', 'No more runs are scheduled for this task.'],
  [0x00041305, 'SCHED_S_TASK_NOT_SCHEDULED', 'Properties needed to schedule the task are not set.'],
  [0x00041306, 'SCHED_S_TASK_TERMINATED', 'The last run was terminated by a user, a time limit or a re-registration.'],
  [0x00041307, 'SCHED_S_TASK_NO_VALID_TRIGGERS', 'The task has no triggers, or they are disabled or not set.'],
  [0x00041308, 'SCHED_S_EVENT_TRIGGER', 'Event triggers have no set run times.'],
  [0x0004131b, 'SCHED_S_SOME_TRIGGERS_FAILED', 'The task is registered, but not all its triggers will start it.'],
  [
    0x0004131c,
    'SCHED_S_BATCH_LOGON_PROBLEM',
    'The task is registered, but its account may lack the batch logon right.',
  ],
  [0x00041325, 'SCHED_S_TASK_QUEUED', 'The task is queued to run.'],
  [0x80041309, 'SCHED_E_TRIGGER_NOT_FOUND', 'A trigger of the task was not found.'],
  [0x8004130a, 'SCHED_E_TASK_NOT_READY', 'The task is not ready to run: properties are not set.'],
  [0x8004130b, 'SCHED_E_TASK_NOT_RUNNING', 'There is no running instance of the task.'],
  [0x8004130c, 'SCHED_E_SERVICE_NOT_INSTALLED', 'The Task Scheduler service is not installed.'],
  [0x8004130d, 'SCHED_E_CANNOT_OPEN_TASK', 'The task could not be opened.'],
  [0x8004130e, 'SCHED_E_INVALID_TASK', 'The task is invalid, or not of the expected kind.'],
  [0x8004130f, 'SCHED_E_ACCOUNT_INFORMATION_NOT_SET', 'No account information for the task could be found.'],
  [0x80041310, 'SCHED_E_ACCOUNT_NAME_NOT_FOUND', 'The account of the task does not exist.'],
  [0x80041311, 'SCHED_E_ACCOUNT_DBASE_CORRUPT', 'The credential store of Task Scheduler is damaged.'],
  [0x80041312, 'SCHED_E_NO_SECURITY_SERVICES', 'Security services for Task Scheduler are not available.'],
  [0x80041313, 'SCHED_E_UNKNOWN_OBJECT_VERSION', 'The version of the task is not supported on this host.'],
  [0x80041314, 'SCHED_E_UNSUPPORTED_ACCOUNT_OPTION', 'The account and the kind of logon do not fit together.'],
  [0x80041315, 'SCHED_E_SERVICE_NOT_RUNNING', 'The Task Scheduler service is not running.'],
  [0x80041316, 'SCHED_E_UNEXPECTEDNODE', 'The task XML contains an unexpected element.'],
  [0x80041317, 'SCHED_E_NAMESPACE', 'The task XML contains an element from an unexpected namespace.'],
  [0x80041318, 'SCHED_E_INVALIDVALUE', 'The task XML contains a value that is malformed or out of range.'],
  [0x80041319, 'SCHED_E_MISSINGNODE', 'The task XML lacks a required element or attribute.'],
  [0x8004131a, 'SCHED_E_MALFORMEDXML', 'The task XML is malformed.'],
  [0x8004131d, 'SCHED_E_TOO_MANY_NODES', 'The task XML has too many elements of one kind.'],
  [0x8004131e, 'SCHED_E_PAST_END_BOUNDARY', 'The task cannot start after the end boundary of its trigger.'],
  [0x8004131f, 'SCHED_E_ALREADY_RUNNING', 'An instance of the task is already running.'],
  [0x80041320, 'SCHED_E_USER_NOT_LOGGED_ON', 'The task did not run because the user is not logged on.'],
  [0x80041321, 'SCHED_E_INVALID_TASK_HASH', 'The task file was changed without Task Scheduler, or is damaged.'],
  [0x80041322, 'SCHED_E_SERVICE_NOT_AVAILABLE', 'The Task Scheduler service is not available.'],
  [0x80041323, 'SCHED_E_SERVICE_TOO_BUSY', 'The Task Scheduler service is too busy; try again later.'],
  [0x80041324, 'SCHED_E_TASK_ATTEMPTED', 'Task Scheduler tried to run the task, but a condition was not met.'],
  [0x80041326, 'SCHED_E_TASK_DISABLED', 'The task is disabled.'],
  [0x80041327, 'SCHED_E_TASK_NOT_V1_COMPAT', 'The task uses properties that earlier versions do not have.'],
  [0x80041328, 'SCHED_E_START_ON_DEMAND', 'The task does not allow being started on demand.'],
  [0x80041329, 'SCHED_E_TASK_NOT_UBPM_COMPAT', 'The combination of task properties is not supported.'],
  [0x80041330, 'SCHED_E_DEPRECATED_FEATURE_USED', 'The task uses a feature that this version of Windows refuses.'],
]);

/** HRESULT, NTSTATUS and other values often seen as a task's last result. */
export const COMMON_CODES = table([
  [0x80004005, 'E_FAIL', 'Unspecified failure; schtasks uses it for wrong arguments.'],
  [0x80070002, 'ERROR_FILE_NOT_FOUND', 'The program was not found.'],
  [0x80070003, 'ERROR_PATH_NOT_FOUND', 'The path of the program was not found.'],
  [0x80070005, 'ERROR_ACCESS_DENIED', 'Access was denied.'],
  [
    0x800700c1,
    'ERROR_BAD_EXE_FORMAT',
    'The command is not a Windows program, for example a script or an unquoted path.',
  ],
  [0x8007010b, 'ERROR_DIRECTORY', 'The working directory is invalid; it must exist and must not be quoted.'],
  [0x800702e4, 'ERROR_ELEVATION_REQUIRED', 'The program needs elevation: run with the highest privileges.'],
  [0x800704dd, 'ERROR_NOT_LOGGED_ON', 'The task needs a logged-on user and nobody is logged on.'],
  [0x8007052e, 'ERROR_LOGON_FAILURE', 'The account name or its password is wrong.'],
  [0x80070533, 'ERROR_ACCOUNT_DISABLED', 'The account is disabled.'],
  [0x80070569, 'ERROR_LOGON_TYPE_NOT_GRANTED', 'The account lacks the right to log on as a batch job.'],
  [
    0x800710e0,
    'ERROR_REQUEST_REFUSED',
    'The request was refused: a condition is not met, or the task is already running.',
  ],
  [0x40010004, 'DBG_TERMINATE_PROCESS', 'The process was ended by logoff or shutdown.'],
  [0xc000013a, 'STATUS_CONTROL_C_EXIT', 'The program was ended by Ctrl+C or because its console closed.'],
  [0xc0000005, 'STATUS_ACCESS_VIOLATION', 'The program crashed with an access violation.'],
  [0xc000001d, 'STATUS_ILLEGAL_INSTRUCTION', 'The program crashed on an illegal instruction.'],
  [0xc00000fd, 'STATUS_STACK_OVERFLOW', 'The program crashed with a stack overflow.'],
  [0xc0000135, 'STATUS_DLL_NOT_FOUND', 'A DLL the program needs was not found.'],
  [0xc0000139, 'STATUS_ENTRYPOINT_NOT_FOUND', 'A DLL lacks a function the program needs.'],
  [
    0xc0000142,
    'STATUS_DLL_INIT_FAILED',
    'A DLL failed to start, often for lack of desktop memory in the service session.',
  ],
  [0xc0000374, 'STATUS_HEAP_CORRUPTION', 'The program crashed with a damaged heap.'],
  [0xc0000409, 'STATUS_STACK_BUFFER_OVERRUN', 'The program stopped itself after a fatal error.'],
  [0xe0434352, 'CLR_EXCEPTION', 'The program ended with an unhandled .NET exception.'],
  [0xfffd0000, '', 'powershell.exe -File was given a script that does not exist.'],
]);

/** Plain exit codes with a conventional meaning. */
export const EXIT_CODES = table([
  [0, '', 'Success.'],
  [1, '', 'Runtime error.'],
  [2, '', 'Usage error; as a Windows error, file not found.'],
  [126, '', 'The command was found but may not be executed.'],
  [127, '', 'The command was not found.'],
  [128, '', 'Wrong exit value; from taskkill, process not found.'],
  [130, '', 'Interrupted.'],
  [259, 'STILL_ACTIVE', 'The process was still running when asked; ambiguous as an exit code.'],
  [9009, '', 'cmd did not recognise the command.'],
]);

/** POSIX signal numbers behind exit codes 128 + n. */
export const SIGNAL_NAMES = new Map([
  [1, 'HUP'],
  [2, 'INT'],
  [3, 'QUIT'],
  [6, 'ABRT'],
  [9, 'KILL'],
  [11, 'SEGV'],
  [13, 'PIPE'],
  [14, 'ALRM'],
  [15, 'TERM'],
]);
