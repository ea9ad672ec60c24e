/**
 * What comments and descriptions of the files that the editors begin with say in Chinese, by what they say in English. What
 * is not here is no prose but YAML, a command or a name.
 */
export const templateWords: Readonly<Record<string, string>> = {
  'on which jobs start, or do not: calendar: holidays, or calendar: -holidays':
    '作业仅在这些日期启动（calendar: holidays），或避开它们（calendar: -holidays）',
  'of every year': '每年',
  // Descriptions and reasons.
  'Copies D:\\data to the backup share every night': '每晚将 D:\\data 复制到备份共享',
  'Saves D:\\data every night, everything on Sundays': '每晚备份 D:\\data，星期日做完整备份',
  'Reports disks that fill up': '磁盘即将写满时报告',
  'CPU, memory, disks and what matters here, a row every five minutes': 'CPU、内存、磁盘等关键指标，每五分钟一行',
  'Prices of the day, into a file for the shop': '将当日价格写入商店使用的文件',
  'Deletes log files older than three days': '删除三天以前的日志文件',
  'The shop answers, in time, and says that it is well': '商店按时应答，且状态正常',
  "Last day's runs, by mail": '用邮件发送最近一天的运行情况',
  'work on it': '正在处理',
  'Windows updates': 'Windows 更新',
  'closing of the year': '年终关账',
  // Jobs.
  'Copies a folder every night. Robocopy comes with Windows; its exit codes below 8 mean that nothing failed.':
    '每晚复制一个文件夹。Robocopy 是 Windows 自带的；退出码小于 8 表示没有失败。',
  "each night at two, on the host's clock": '每晚两点，以主机时钟为准',
  'the host was off at two: as soon as it is on again': '两点时主机关机：开机后立即补上',
  'then robocopy is ended, with whatever it started': '到时结束 robocopy 及其启动的一切',
  '0 to 7 in words of success and warning, 8 and more failed': '0 到 7 为成功或警告，8 及以上为失败',
  'Everything on Sundays, what has changed on the other nights. The agent does it itself; on a host,':
    '星期日备份全部内容，其他晚上只备份变化的内容。由代理自己执行；在主机上可使用：',
  'carillon-agent action --dry-run nightly-backup            what would be saved':
    'carillon-agent action --dry-run nightly-backup            查看将备份哪些内容',
  'carillon-agent backup list nightly-backup                 the sets that there are':
    'carillon-agent backup list nightly-backup                 列出已有的备份集',
  'or hosts: [...], group: ..., all: true': '或 hosts: [...]、group: ...、all: true',
  'or a list of folders and files': '也可以是文件夹和文件的列表',
  'or \\\\nas\\share; sets are in E:\\backup\\HOST\\nightly-backup':
    '或 \\\\nas\\share；备份集位于 E:\\backup\\HOST\\nightly-backup',
  'or full, or incremental': '或 full，或 incremental',
  'never the last good full one, nor what a kept set needs':
    '不会删除最近一个完好的完整备份，也不会删除保留的备份集所需的内容',
  'read every file instead of looking at size and time of change': '读取每个文件，而不是只看大小和修改时间',
  'do not read back what was written': '不读回已写入的内容',
  'Fails, and so tells whoever is on duty, where a disk has less than a tenth free.':
    '磁盘剩余空间不足十分之一时失败，从而通知值班人员。',
  'every two hours': '每两小时',
  'The load of a host every five minutes, a row each in a file that other tools may read. The agent does it itself; on a host,':
    '每五分钟将主机负载写成一行，供其他工具读取。由代理自己执行；在主机上，',
  'carillon-agent action --dry-run metrics-to-log says what it would write.':
    'carillon-agent action --dry-run metrics-to-log 会显示将写入的内容。',
  'its folder must be there': '其文件夹必须已存在',
  'a JSON object a line instead of CSV': '每行一个 JSON 对象，代替 CSV',
  'the one of the system without it': '不写则为系统盘',
  'how many, their CPU and memory': '进程个数及其 CPU 和内存',
  'running, stopped, missing': '运行中、已停止、不存在',
  'a slow run is not joined by a second one': '运行较慢时不会再启动第二个',
  'Fetches a list from an API every hour, page by page, into one file. The agent does it itself; on a host,':
    '每小时从 API 逐页获取列表，写入一个文件。由代理自己执行；在主机上，',
  'carillon-agent action --dry-run price-sync says what would be asked.':
    'carillon-agent action --dry-run price-sync 会显示将发出的请求。',
  'at a fixed rate; after: 1h counts from the end of the run before; cron: "0 6 * * 1-5" is a timetable':
    '固定频率；after: 1h 从上次运行结束算起；cron: "0 6 * * 1-5" 则按时间表',
  'or text, or { secret: NAME }': '或文本，或 { secret: NAME }',
  'or 2xx, which it is without it': '或 2xx（不写时的默认值）',
  'or exists, matches, atLeast, atMost': '或 exists、matches、atLeast、atMost',
  'or next: $.next, or { json: $.cursor, parameter: cursor }':
    '或 next: $.next，或 { json: $.cursor, parameter: cursor }',
  'whole or not at all': '要么完整写入，要么不写',
  'after 429, 5xx and failures of the network': '在 429、5xx 和网络故障之后重试',
  'five failed runs in a row: nothing is asked for ten minutes': '连续失败五次后，十分钟内不再请求',
  'of one request': '单个请求的时限',
  'of all pages': '所有页合计',
  'a run that takes longer than an hour is not joined by a second one': '运行超过一小时也不会再启动第二个',
  'of the whole run': '整个运行的时限',
  'Deletes old log files. The agent does it itself; on a host, carillon-agent action --dry-run clean-up says what would go.':
    '删除旧的日志文件。由代理自己执行；在主机上，carillon-agent action --dry-run clean-up 会显示将删除的内容。',
  'nothing outside it is touched, and no link is followed': '不触及其外的任何内容，也不跟随链接',
  'or a list; *.log alone is in the folder itself': '也可以是列表；单写 *.log 只匹配该文件夹本身',
  'however old': '无论多旧都保留',
  'the oldest first, until the disk has so much room': '从最旧的开始删除，直到磁盘有这么多空间',
  'folders that this leaves empty go too': '因此变空的文件夹也一并删除',
  'copied there first': '先复制到那里',
  'Asks a service every minute whether it is well. The agent does it itself.':
    '每分钟检查服务是否正常。由代理自己执行。',
  'How jobs went over a day, by mail: runs, failures, missed and late ones, times, open incidents, hosts that cannot be reached.':
    '用邮件报告一天的作业情况：运行、失败、错过和延迟、用时、未解决的事件、无法连接的主机。',
  'The host only says when; the server makes it of what it knows. Let it run on one host: each asks for a report of its own.':
    '主机只决定时间，报告由服务器根据已知信息生成。请只在一台主机上运行：每台主机会各自请求一份报告。',
  "tells of this team's jobs; without it of all, for who may see all":
    '只报告该团队的作业；不写则为全部，收件人须有权查看全部',
  'or hosts: [...]': '或 hosts: [...]',
  'a channel of yours, or a list; carillon channels names them': '您的一个渠道，或列表；carillon channels 会列出渠道',
  'or 7d, or since-last': '或 7d，或 since-last',
  'all without it': '不写则为全部',
  'or { group: ... }, or this: the host that it runs on': '或 { group: ... }，或 this（运行它的主机）',
  // Documents of alerting.
  'low, medium, high: routes may go by it': 'low、medium、high：路由可据此区分',
  'any of these': '满足其一即可',
  'failureRate: 5%       with window: 15m, minimumRuns: 20':
    'failureRate: 5%       与 window: 15m、minimumRuns: 20 一起使用',
  'missed: true          an expected run did not come': 'missed: true          预期的运行没有发生',
  'longerThan: 3x        or a time such as 2h': 'longerThan: 3x        或时长，例如 2h',
  'for: 5m                 how long it has to hold before anybody is told':
    'for: 5m                 持续多久之后才通知',
  'appliesTo: { labels: { env: prod } }   beside the jobs that name it':
    'appliesTo: { labels: { env: prod } }   除引用它的作业之外还适用于这些',
  'without routes: low goes to email, medium to email and sms, high to email and phone':
    '没有路由时：low 发往 email，medium 发往 email 和 sms，high 发往 email 和 phone',
  'username: alerts        with a password that is handed over apart from this file:':
    'username: alerts        密码不写在此文件中，另行提供：',
  'fallback: sms           where it goes when this one cannot deliver': 'fallback: sms           无法送达时改用的渠道',
  'by severity; one list for all would do too': '按严重程度；也可以用同一个列表',
  'while nobody acknowledges': '无人确认时',
  'routes:                 the first that fits is asked; what it does not say is as above':
    'routes:                 先符合者生效；未写明的与上面相同',
  "each person, and where they are reached; true: the channel's own address":
    '每个人及其联系方式；true 表示渠道自身的地址',
  'in turns': '轮流',
  'the first hand-over': '第一次交接',
  'all have to fit: labels, and host, job, policy, severity; =, !=, =~, !~':
    '须全部符合：标签，以及 host、job、policy、severity；可用 =、!=、=~、!~',
  'none: everything': '不写则为全部',
  'Saturdays at two': '每星期六两点',
  'Once instead of again and again: from and until without cron and for. By the week:':
    '只有一次时：写 from 和 until，不写 cron 和 for。按星期：',
  'changes of any of these: definitions, deletions, groups, further rings of rollouts':
    '以下任一类变更：定义、删除、主机组、分批发布的后续批次',
  'labels: { env: prod }   jobs on hosts that have all these labels':
    'labels: { env: prod }   具有全部这些标签的主机上的作业',
  'Again and again instead: cron with for, or by the week:': '周期性：用 cron 加 for，或按星期：',
};

const commentStart = /(?<=^|\s)#\s+/;

/** A template with its comments and descriptions in Chinese; everything else stays as it is. */
export function templateIn(text: string): string {
  return text.split('\n').map(lineIn).join('\n');
}

function lineIn(line: string): string {
  const [yaml = '', ...comments] = line.split(commentStart);
  const gaps = [...line.matchAll(new RegExp(commentStart, 'g'))].map(([gap]) => gap);
  const field = /^(description|reason): (.*?)(\s*)$/.exec(yaml);
  const own = field ? `${field[1]}: ${wordsFor(field[2] ?? '')}${field[3]}` : yaml;
  return own + comments.map((comment, at) => gaps[at] + withGap(comment)).join('');
}

/** What stands between two comments stays. */
function withGap(comment: string): string {
  const words = comment.trimEnd();
  return wordsFor(words) + comment.slice(words.length);
}

const wordsFor = (text: string): string => (Object.hasOwn(templateWords, text) ? (templateWords[text] ?? text) : text);
