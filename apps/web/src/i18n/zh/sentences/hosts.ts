import type { SentenceTables } from '@carillon/core/text/said-sentences';
import type { WordsFor } from './words-for.js';

export const policies: WordsFor<SentenceTables['policies']> = {
  policy_account: '作业可以 {{accounts}} 的身份运行，不能以 {{account}} 运行',
  policy_command: '中心可以下达 {{commands}}，不能下达 {{command}}',
  policy_highest: '作业不能使用 {{account}} 的最高权限',
  policy_origin: '{{origin}} 不在允许的网址之中',
  policy_path: '{{path}} 不在允许的文件夹之中',
  policy_program: '{{program}} 不在允许的程序之中，也不在允许的文件夹中',
  policy_script: '作业不能自带 {{kind}} 脚本',
  policy_switch_off: '作业不能停用此主机的任务（{{tasks}}）',
  policy_upgrade: '此处的代理由人工升级',
};

export const hostFaults: WordsFor<SentenceTables['hostFaults']> = {
  fault_account_form: 'runAs：此代理不认识 {{account}} 这种账户写法',
  fault_account_unknown: 'Windows 不认识账户 {{account}}',
  fault_disk_full: '磁盘已满',
  fault_disk_reserve: '磁盘即将写满：运行结果正写入预留空间',
  fault_held_back: '主机的代理不支持 {{needs}}，请升级',
  fault_log_off: '开启方法：{{command}}',
  fault_log_silent: 'Windows 没有说明日志是否开启',
  fault_log_tool: 'wevtutil：{{said}}',
  fault_needs: '此代理不支持 {{needs}}',
  fault_no_replacing: '此主机不能替换任务',
  fault_no_schedule: '无法注册该计划',
  fault_original: '无法读取 {{path}}：{{xmlMeans}}',
  fault_original_changed: '期间任务已被更改：{{differencesMeans}}',
  fault_original_damaged: '任务已损坏，已重新注册',
  fault_original_deleted: '任务曾被删除，已重新注册',
  fault_password:
    'Windows 注册此任务需要 {{account}} 的密码；请在中心提供：carillon account set "{{same}}"，或在主机上提供：carillon-agent account set "{{again}}"',
  fault_password_rest: '{{quotedMeans}}；为避免账户被锁定，在 {{until}} 之前不再尝试；更换密码后立即重试',
  fault_password_seal: '{{path}}：{{name}} 的{{kindMeans}}是为另一个代理密封的，或已被更改；请重新提供',
  fault_policy: '主机策略不允许（规则 {{rule}}）：{{whyMeans}}',
  fault_policy_file: '主机策略无法采信，因此不允许任何操作：{{said}}',
  fault_read_back: '任务已注册，但无法读回：{{xmlMeans}}',
  fault_repaired_differs: '修复后仍有差异：{{differencesMeans}}',
  fault_replaced: '{{path}} 已由另一个作业（{{job}}）代替',
  fault_replaced_on: '被代替的任务 {{path}}：应为停用，实为启用',
  fault_schedule: '{{field}}：应为任务计划程序能容纳的计划（{{whyMeans}}），实为 {{got}}',
  fault_schtasks: 'schtasks 退出码 {{code}}：{{said}}',
  fault_schtasks_silent: 'schtasks 退出码 {{code}}，没有任何说明',
  fault_still_off: '{{path}} 应为启用，却未启用',
  fault_still_on: '{{path}} 应为停用，却未停用',
  fault_windows_silent: 'Windows 没有任何说明',
};

export const upgrades: WordsFor<SentenceTables['upgrades']> = {
  upgrade_does_not_start: '询问版本时，它答复 {{said}}',
  upgrade_expired: '该发布已于 {{at}} 过期',
  upgrade_file: '文件不是被签名的那一个',
  upgrade_file_ends: '文件在 {{bytes}} 字节后结束',
  upgrade_form: 'release.{{field}}：{{said}}',
  upgrade_no_key: '此主机没有固定发布者的密钥；请用 carillon-agent install --release-key 提供',
  upgrade_no_space: '除暂存区外还需要 {{needed}} 字节，可用 {{free}} 字节',
  upgrade_not_newer: '版本 {{version}} 不比正在运行的 {{current}} 新',
  upgrade_not_one_file: '此代理不是以单个文件运行，无从替换',
  upgrade_platform: '该发布用于 {{wanted}}，此主机为 {{platform}}',
  upgrade_reverted_dead: '版本 {{version}} 在 {{minutes}} 分钟内没有起来：它没有运行',
  upgrade_reverted_lost: '版本 {{version}} 在 {{minutes}} 分钟内没有起来：它在运行，但没有连接到服务器',
  upgrade_signature: '发布的签名不是来自已固定的密钥',
};

export const commands: WordsFor<SentenceTables['commands']> = {
  command_agent_ended: '代理在接受命令之后、得知结果之前结束了',
  command_dry_run_end: '试运行以退出码 {{code}} 结束',
  command_dry_run_late: '试运行没有在 {{seconds}} 秒内结束',
  command_dry_run_start: '试运行无法启动：{{said}}',
  command_early: '不早于 {{at}}',
  command_no_run: '该运行不在此主机上进行',
  command_not_started: '任务计划程序接受了启动，但没有在 {{seconds}} 秒内启动作业；它可能已在运行',
  command_runner_ended: '运行程序在接到命令之后、记录运行之前结束了',
  command_still: '运行没有在 {{seconds}} 秒内结束',
  command_unregistered: '该作业没有在此主机上注册',
  command_which_run: '停止：没有指明哪次运行',
};

export const warnings: WordsFor<SentenceTables['warnings']> = {
  warning_duty: '未来 14 天内有无人值班的时段，第一个从 {{from}} 到 {{until}}',
  warning_report: '它的 {{hosts}} 台主机各自请求同一份报告；请只在一台上运行，或写 hosts: this',
};

export const channelChecks: WordsFor<SentenceTables['channelChecks']> = {
  check_all_well: '一切正常',
  check_close_code: '工单以 {{code}} 解决',
  check_is_there: '{{name}} 存在',
  check_issue_type: '{{project}} 有事务类型 {{type}}',
  check_lacks: '缺少权限 {{rights}}',
  check_made: '已创建、评论并解决 {{ticket}}：{{url}}',
  check_made_open: '已创建 {{ticket}}，但它仍未关闭：{{said}}',
  check_may_read: '{{account}} 可读取 {{table}}',
  check_no_issue_type: '没有事务类型 {{name}}；现有：{{known}}',
  check_no_priority: '没有优先级 {{name}}；现有：{{known}}',
  check_no_project: '没有项目 {{project}}，或此账户看不到它',
  check_no_record: '{{table}} 中没有 {{field}} 为 {{name}} 的记录',
  check_no_transition: '没有转换 {{name}}；现有：{{known}}',
  check_secret_here: '机密已提供',
  check_secret_missing: '机密 {{names}} 尚未提供',
  check_silent: '{{ms}} 毫秒内没有答复',
  check_transitions: '{{ticket}} 可执行 {{known}}',
  check_transitions_unseen: '未检查：需要一个我们创建且未关闭的事务；channels test --create 会创建一个',
  check_webhooks: '不接收（没有 signing）；每分钟查询一次变更',
};

export const patterns: WordsFor<SentenceTables['patterns']> = {
  pattern_class: '正则表达式有误：字符类无效：{{piece}}',
  pattern_class_open: '正则表达式有误：缺少结尾的 ]：{{piece}}',
  pattern_deep: '正则表达式有误：嵌套过深：{{piece}}',
  pattern_duplicate: '正则表达式有误：捕获组名称重复：{{piece}}',
  pattern_escape: '正则表达式有误：转义无效：{{piece}}',
  pattern_group_name: '正则表达式有误：捕获组名称无效：{{piece}}',
  pattern_group_open: '正则表达式有误：缺少结尾的 )：{{piece}}',
  pattern_perl: '正则表达式有误：Perl 语法无效或不受支持：{{piece}}',
  pattern_range: '正则表达式有误：字符范围无效：{{piece}}',
  pattern_repeat_count: '正则表达式有误：重复次数无效：{{piece}}',
  pattern_repeat_nested: '正则表达式有误：重复运算符不能嵌套：{{piece}}',
  pattern_repeat_nothing: '正则表达式有误：重复运算符前没有内容：{{piece}}',
  pattern_stray_end: '正则表达式有误：多余的 )：{{piece}}',
  pattern_trailing: '正则表达式有误：以反斜杠结尾',
};

export const placeholders: WordsFor<SentenceTables['placeholders']> = {
  placeholder_form: '{{whole}}：格式应由 yyyy、MM、dd、HH、mm、ss 和单引号中的文字组成',
  placeholder_name: '{{whole}}：应为 {{names}} 之一；时间可带格式，例如 {{scheduledFor:yyyy-MM-dd}}',
};
