import type { tour as english } from '../en/tour.js';
import type { Same } from '../same.js';

export const tour: Same<typeof english> = {
  'tour.take': '功能导览',
  'tour.start': '带我看看',
  'tour.offer.title': '第一次来？',
  'tour.offer.text': '两分钟了解先看哪里、答案在哪里。',
  'tour.offer.no': '不用了',
  'tour.step': '第 {{n}} 步，共 {{count}} 步',
  'tour.back': '上一步',
  'tour.next': '下一步',
  'tour.done': '完成',
  'tour.leave': '退出导览',
  'tour.now.title': '先看这里',
  'tour.now.text':
    '需要有人处理的事件都在这里，未响应的和严重的排在最前。这里是空的，就没有人需要动手；页面其余部分只是说明今天的情况。',
  'tour.now.narrow.title': '先看这里',
  'tour.now.narrow.text':
    '需要有人处理的事件都在这里，未响应的和严重的排在最前。这里是空的，就没有人需要动手。所有页面都在左上角的菜单里。',
  'tour.hosts.title': '主机独立工作',
  'tour.hosts.text':
    '作业是每台主机“任务计划程序”里真实的任务。即使主机断网或本服务器停机，作业也会准时启动，每次运行事后都会补报，一次不丢。',
  'tour.hosts.none.title': '从一台主机开始',
  'tour.hosts.none.text': '在 Windows 机器上粘贴一行命令即可安装代理。代理主动连接本服务器，主机上不需要开放任何端口。',
  'tour.jobs.title': '作业近况一目了然',
  'tour.jobs.text':
    '每个小条是一次运行，最新的在右边，红色表示失败。旁边是下次启动时间，以及作业实际在多少台主机上就绪：在别人打电话来之前就能发现问题。',
  'tour.jobs.none.title': '在这里编写第一个作业',
  'tour.jobs.none.text': '从模板开始。保存之前就能看到它会到达哪些主机、何时启动，不会在凌晨两点出现意外。',
  'tour.why.title': '“为什么没有运行？”',
  'tour.why.text':
    '每天早上都会问的问题，在这里可以按任意主机和时间得到答案：主机关机、条件不满足、任务被人停用，并给出判断依据。',
  'tour.run.title': '一次运行输出了什么',
  'tour.run.text': '程序的输出在运行时实时显示，错误有标记；上方用文字解释退出码。不必登录主机就能知道为什么失败。',
  'tour.incident.title': '告诉大家由你处理',
  'tour.incident.text':
    '点“确认”后其他人就会知道，不再呼叫下一位值班人员。四十台主机同样的失败只是一个事件，而不是四十条消息；恢复正常后事件自动结束。',
  'tour.incident.reader.title': '一个事件，而不是四十条消息',
  'tour.incident.reader.text':
    '同样失败的主机归在一起，并列出它们的共同点，往往就是原因。下方是全部处理过程：通知了谁、何时通知、谁做了响应。',
  'tour.incident.none.title': '问题会出现在这里',
  'tour.incident.none.text':
    '什么算问题由策略决定，例如连续失败三次。四十台主机同样的失败只是一个事件，而不是四十条消息；恢复正常后事件自动结束。',
  'tour.find.title': '输入几个字就能找到一切',
  'tour.find.text':
    '{{key}} 可以转到任何页面、作业、主机或事件，也能直接操作：运行、编辑、静默。本导览也在里面，还在您姓名下的菜单里。',
  'tour.find.narrow.title': '输入几个字就能找到一切',
  'tour.find.narrow.text':
    '“查找”可以转到任何页面、作业、主机或事件，也能直接操作：运行、编辑、静默。本导览也在里面，还在您姓名下的菜单里。',
};
