import type { first as english } from '../en/first-steps.js';
import type { Same } from '../same.js';

export const first: Same<typeof english> = {
  'first.title': '第一步',
  'first.hide': '隐藏',
  'first.done': '已完成',
  'first.later': '用“查找”（Ctrl-K）可以再次打开这些步骤，也能找到其他一切。',
  'first.host': '主机',
  'first.host.text': '作业运行的地方：在 Windows 主机上执行一行命令即可安装代理。',
  'first.host.act': '添加主机',
  'first.job': '作业',
  'first.job.text': '运行什么、何时运行、在哪里运行，可从模板开始。保存之前可以看到它的影响。',
  'first.job.act': '新建作业',
  'first.run': '运行',
  'first.run.text': '手动启动作业并查看输出。之后主机会按计划自行启动，即使本服务器停机也不受影响。',
  'first.run.act': '选择作业',
  'first.channel': '渠道',
  'first.channel.text': '通知人员的途径：邮件、聊天、电话、工单。每个渠道都可以用真实消息测试。',
  'first.channel.act': '新建渠道',
  'first.policy': '告警策略',
  'first.policy.text': '什么值得通知，例如连续失败三次。',
  'first.policy.act': '新建策略',
};
