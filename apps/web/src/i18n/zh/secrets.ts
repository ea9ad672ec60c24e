import type { secrets as english } from '../en/secrets.js';
import type { Same } from '../same.js';

export const secrets: Same<typeof english> = {
  'secrets.text': '渠道和订阅用于登录和签名的密钥。值用不在数据库中的密钥加密；只能写入，从不显示。',
  'secrets.new': '新建密钥',
  'secrets.name': '名称',
  'secrets.nameMeans': '渠道以此引用：{ secret: NAME }',
  'secrets.badName': '字母、数字、点、连字符和下划线，最多 64 个',
  'secrets.usedBy': '使用者',
  'secrets.unused': '无',
  'secrets.changed': '上次更改',
  'secrets.set': '设置新值',
  'secrets.setNamed': '设置 {{name}} 的新值',
  'secrets.forget': '删除',
  'secrets.forgetMeans': '其值无法读取，也无法恢复。',
  'secrets.missing': '已引用但尚未提交',
  'secrets.done': '{{name}} 已保存；使用它的渠道即刻改用新值。',
  'secrets.none': '还没有密钥。需要密钥的渠道会提示。',
  'secrets.look': '显示输入的内容',
};
