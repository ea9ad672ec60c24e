import type { securityKeys as english } from '../en/security-keys.js';
import type { Same } from '../same.js';

export const securityKeys: Same<typeof english> = {
  'securityKeys.title': '批准用的密钥',
  'securityKeys.text':
    '若主机自身的策略有此要求，则只接受批准人签名过的定义。安全密钥在此浏览器中签名；策略中列有其指纹的主机才承认它。',
  'securityKeys.name': '新密钥的名称',
  'securityKeys.nameHint': '例如“蓝色的那把”，或此计算机的名称',
  'securityKeys.make': '登记安全密钥',
  'securityKeys.made': '已登记。主机上的人员将其指纹写入策略后，主机才承认它；请立即记下指纹并核对：',
  'securityKeys.fingerprint': '指纹',
  'securityKeys.kind': '类型',
  'securityKeys.ofBrowser': '安全密钥',
  'securityKeys.ofCommandLine': '命令行',
  'securityKeys.remove': '移除',
  'securityKeys.removeNamed': '移除 {{name}}',
  'securityKeys.signed': '签名内容',
  'securityKeys.hosts': '主机',
  'securityKeys.hash': '哈希',
  'securityKeys.compare': '策略中列有该密钥指纹的主机承认此签名：',
  'securityKeys.approve': '批准并用安全密钥签名',
  'securityKeys.refusedBy': '因缺少批准人签名而拒绝的主机：{{hosts}}',
  'securityKeys.signedBy': '已签名：{{names}}',
  'securityKeys.whole': '完整定义',
  'securityKeys.sign': '用安全密钥签名',
  'securityKeys.noneYet': '要为有此要求的主机签名，请先为此地址登记安全密钥：',
  'securityKeys.tooMany': '一次触碰最多签名 {{n}} 个作业；请使用“carillon requests approve”。',
  'securityKeys.no.insecure': '浏览器仅在通过 https 或 localhost 打开的页面上提供安全密钥。',
  'securityKeys.no.unsupported': '此浏览器不支持安全密钥（WebAuthn）。',
  'securityKeys.no.address':
    '安全密钥与名称绑定，而此页面是用 IP 地址打开的：请用名称打开（用 localhost 代替 127.0.0.1）。',
  'securityKeys.cancelled': '未签名：操作被取消、超时，或密钥无法通过 PIN、指纹或面部验证您的身份。',
  'securityKeys.alreadyMade': '此安全密钥已登记。',
  'securityKeys.otherKind': '此安全密钥生成的密钥不是主机能够验证的类型（ES256、Ed25519、RS256）。',
  'securityKeys.askRemove': '移除 {{name}}？',
  'securityKeys.removeMeans': '此后不能再用它在此处批准。列有其指纹的主机仍会承认其已有签名，直到从主机策略中删除。',
};
