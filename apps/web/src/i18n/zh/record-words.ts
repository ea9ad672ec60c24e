import type { ApiErrorCode } from '@carillon/contract/http/error';
import type { HostTextCode, RecordTextCode, RequestTitleCode } from '@carillon/core/text/record-texts';

/** What a change request is called. */
export const requestTitleWords: Readonly<Record<RequestTitleCode, string>> = {
  adopt: '采纳任务更改 {{change}}',
  apply: '应用 {{documentsMeans}}',
  labels: '设置主机 {{host}} 的标签',
  remove: '删除作业 {{job}}',
  roll_back: '回滚作业 {{job}}',
  undo: '撤销采纳任务更改 {{change}}',
};

/** What the server writes down in a sentence alone. */
export const recordWords: Readonly<Record<RecordTextCode, string>> = {
  adopted_lost: '在主机上修改并被采纳的内容不在此定义中，将被撤销',
  adopted_taken_back: '撤销了从 {{host}} 采纳的内容',
  attempts_too_many: '登录尝试次数过多',
  calendar_days: '日历 {{calendar}} 的日期有变',
  change_gone: '{{whatMeans}}：不再需要更改',
  change_new: '{{whatMeans}}：现在会被更改，申请时不会',
  change_other: '{{whatMeans}}：原为 {{was}}，现为 {{now}}',
  change_upon: '所针对的内容此后已被更改，或已不再需要批准',
  code_wrong: '密码正确，验证码错误',
  copy_refused: '它看起来是一台已连接主机的副本',
  edited: '{{task}} 在 {{host}} 上被修改',
  edited_at: '{{task}} 于 {{at}} 在 {{host}} 上被修改',
  edited_by: '{{task}} 在 {{host}} 上被 {{by}} 修改',
  edited_by_at: '{{task}} 于 {{at}} 在 {{host}} 上被 {{by}} 修改',
  endpoint_failing: '其地址已连续失败 {{days}} 天；恢复后请重新启用。最后一次：{{said}}',
  endpoint_gone: '其地址表示已不存在（HTTP 410）；恢复后请重新启用',
  failed_after: '未完成：{{codeMeans}}',
  host_forced: '其密钥已被拒绝；没有等待持有该密钥的代理',
  host_is: '此主机的状态为：{{hostStateMeans}}',
  host_left: '其代理已移除我们的内容，并上报了尚未上报的内容',
  join_address: '地址应在 {{addresses}} 之中，实为 {{address}}',
  join_expired: '加入令牌的有效期至 {{until}}',
  join_late: '加入令牌已被他人抢先用完',
  join_name: '主机名应符合 {{names}}，实为 {{name}}',
  join_revoked: '加入令牌已被吊销',
  join_unknown: '没有该加入令牌',
  join_used_up: '加入令牌可用 {{uses}} 次，已全部用完',
  key_not_its: '它没有此主机的密钥',
  more_than_told: '来源过多，未逐一区分',
  not_in_time: '未在期限内获得批准',
  often: '{{whyMeans}}，共 {{count}} 次',
  other_by_now: '现在执行的结果已不同：{{changesMeans}}',
  password_again: '已登录，但再次要求的密码错误',
  password_not_for: '该账户不得用密码登录',
  password_wrong: '密码错误',
  problem: '{{path}}：应为 {{expectedMeans}}，实为 {{got}}',
  rolled_back: '从版本 {{version}} 回滚到版本 {{before}} 的内容：{{said}}',
  set_without: '其所属的作业集 {{set}} 已不包含它',
  step_all: '全部 {{hosts}} 台主机已有此版本',
  step_failures: '{{results}} 个结果中有 {{bad}} 个异常',
  step_frozen: '被 {{freeze}} 冻结至 {{until}}',
  step_halted: '已停止：{{said}}',
  step_no_run: '尚无此版本的运行',
  step_one_run: '此版本运行了 {{runs}} 次',
  step_runs: '此版本运行了 {{runs}} 次',
  step_soaked: '观察结束',
  step_soaking: '观察至 {{until}}',
  step_stopped: '已停止',
  step_unreached: '{{hosts}} 台主机无法连接',
  step_waiting: '等待注册：{{hosts}} 台主机中还有 {{waiting}} 台',
  switched_off: '{{task}} 在 {{host}} 上被停用',
  switched_off_at: '{{task}} 于 {{at}} 在 {{host}} 上被停用',
  switched_off_by: '{{task}} 在 {{host}} 上被 {{by}} 停用',
  switched_off_by_at: '{{task}} 于 {{at}} 在 {{host}} 上被 {{by}} 停用',
  token_other: '令牌的值不符、来自未获准的地址，或其所有者已停用',
  token_over: '已过有效期',
  token_revoked: '已被吊销',
  upgrade_halted: '{{hosts}} 台主机已从该版本回退：不再提供给其他主机',
  withdrawn: '由 {{by}} 撤回',
};

/** Why an agent started a run that nobody asked for, and what only the centre or a demo says of hosts. */
export const hostWords: Readonly<Record<HostTextCode, string>> = {
  file_arrived: '{{file}} 到达',
  files_arrived: '{{file}} 及另外 {{more}} 个文件到达',
  made_up: '补上 {{at}} 的启动：{{pauseMeans}}',
  measured: '{{metricMeans}} 为 {{percent}} %，高于 {{limit}} % 已有 {{seconds}} 秒',
  no_dry_run: '代理 {{version}} 不支持试运行，请升级',
  run_after: '{{job}} 的运行 {{run}}：{{stateMeans}}',
  upgrades_not_allowed: '此主机的 policy.json 写明 upgrades: false',
};

/** Faults that only orders, upgrades and secrets have; others are those of definitions. */
export const orderFaults: Readonly<Record<string, string>> = {
  bad_command: '命令不完整',
  cannot_open: '不是为此主机或该作业密封的',
  bad_hash: '下载的文件不正确',
  does_not_start: '新版本无法启动',
  no_space: '磁盘空间不足',
  policy: '主机策略不允许',
  reverted: '已回退到先前的版本',
  too_early: '时间未到',
};

/** What several documents are, `Job a, Channel b and 2 more`. */
export const andMore = '{{names}} 等，另有 {{more}} 个';

/** A task of the audit, `nightly on DB-01`. */
export const taskOnHost = '{{host}} 上的 {{job}}';

/** By what somebody signed in. */
export const signInWays: Readonly<Record<string, string>> = {
  invitation: '凭邀请链接',
  link: '凭一次性链接',
  password: '凭密码',
  provider: '通过身份提供商',
  token: '凭服务器令牌',
};

/** What stands where a name would. */
export const auditNames: Readonly<Record<string, string>> = {
  '(no such account)': '（没有该账户）',
  '(others)': '（其他）',
  unknown: '未知',
};

/** What a condition measures; a disk is called by its letter or folder. */
export const metricNames: Readonly<Record<string, string>> = { cpu: 'CPU 使用率', memory: '内存使用率' };

/** How a request failed after it had changed something. */
export const failureNames: Readonly<Record<ApiErrorCode, string>> = {
  invalid: '内容无效',
  not_signed_in: '尚未登录',
  forbidden: '没有权限',
  not_found: '不存在',
  conflict: '与现状冲突',
  gone: '已不存在',
  too_large: '内容过大',
  unprocessable: '无法按此请求执行',
  too_many_requests: '请求过多',
  unavailable: '服务暂时不可用',
  internal: '服务器内部出错',
};
