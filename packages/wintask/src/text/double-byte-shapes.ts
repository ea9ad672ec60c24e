/** A block of double-byte characters and the share of a text's characters that fall into it. */
interface Block {
  leads: readonly [number, number];
  trails: readonly [number, number];
  /** Of a text in this page's language, estimated from the order of the page: frequent characters come first. */
  share: number;
}

export interface DoubleByteShape {
  codePage: number;
  isLead(byte: number): boolean;
  isTrail(byte: number): boolean;
  /** The first that holds a pair counts. */
  blocks: readonly Block[];
  /** The commonest characters of the language, about half of a text; empty where the blocks tell enough. */
  frequent: string;
  /** Share of the characters above ASCII that take one byte only; 0 where there are none. */
  singles: number;
}

const within = (byte: number, low: number, high: number) => byte >= low && byte <= high;
const ANY = [0x40, 0xfe] as const;
const KS = [0xa1, 0xfe] as const;

/** Source: layout of JIS X 0208, GB 2312, KS X 1001 and Big5 in Windows' pages; the shares are estimates. */
export const DOUBLE_BYTE_SHAPES: readonly DoubleByteShape[] = [
  {
    codePage: 932,
    isLead: (byte) => within(byte, 0x81, 0x9f) || within(byte, 0xe0, 0xfc),
    isTrail: (byte) => within(byte, 0x40, 0x7e) || within(byte, 0x80, 0xfc),
    blocks: [
      { leads: [0x82, 0x82], trails: [0x9f, 0xf1], share: 0.25 },
      { leads: [0x83, 0x83], trails: [0x40, 0x96], share: 0.2 },
      { leads: [0x81, 0x82], trails: ANY, share: 0.07 },
      { leads: [0x88, 0x97], trails: ANY, share: 0.44 },
      { leads: [0x98, 0xea], trails: ANY, share: 0.01 },
      { leads: [0x81, 0xfc], trails: ANY, share: 0.001 },
    ],
    frequent: '',
    singles: 0.02,
  },
  {
    codePage: 936,
    isLead: (byte) => within(byte, 0x81, 0xfe),
    isTrail: (byte) => within(byte, 0x40, 0x7e) || within(byte, 0x80, 0xfe),
    blocks: [
      { leads: [0xa1, 0xa1], trails: KS, share: 0.05 },
      { leads: [0xa3, 0xa3], trails: KS, share: 0.03 },
      // Sorted by sound, so that both halves of the frequent characters are equally frequent.
      { leads: [0xb0, 0xc8], trails: KS, share: 0.51 },
      { leads: [0xc9, 0xd7], trails: KS, share: 0.38 },
      { leads: [0xd8, 0xf7], trails: KS, share: 0.02 },
      { leads: [0xa1, 0xfe], trails: KS, share: 0.001 },
      { leads: [0x81, 0xfe], trails: ANY, share: 0.009 },
    ],
    frequent:
      '的一是不了在有人中大为上个以要时来用到作地于出就分对成会可发年动同工也能下过后多定行法所得经进等部度家电力如自理起小现实加量都制机当使点从业本去应开合还因由其前外天日事全表间关重新线内数明原或第向条只没结解问建月无系最代已通提程果位入常文总次式设及管件长路级图统接知将组计期运指区被做必先任取据处保规口导器受收证改再转更单安务每目达示报完类名确信空元集传记需段算低持验连断备办支除构值号维划选标写存效查型按格置状识包调启禁错误拒绝找访问权限名称',
    singles: 0,
  },
  {
    codePage: 949,
    isLead: (byte) => within(byte, 0x81, 0xfe),
    isTrail: (byte) => within(byte, 0x41, 0x5a) || within(byte, 0x61, 0x7a) || within(byte, 0x81, 0xfe),
    blocks: [
      { leads: [0xb0, 0xc8], trails: KS, share: 0.93 },
      { leads: [0xa1, 0xa3], trails: KS, share: 0.03 },
      { leads: [0xca, 0xfd], trails: KS, share: 0.01 },
      { leads: [0xa4, 0xac], trails: KS, share: 0.003 },
      { leads: [0x81, 0xc6], trails: ANY, share: 0.02 },
    ],
    frequent:
      '이다는을를의에가하고지사니스로기한인어자시리으정대해아일서전도수보그라부제상과나들여진용구원주성경장동유오위선생신중실거작업행결안음간없있된할습류액세예약태마백파습찾',
    singles: 0,
  },
  {
    codePage: 950,
    isLead: (byte) => within(byte, 0xa1, 0xf9),
    isTrail: (byte) => within(byte, 0x40, 0x7e) || within(byte, 0xa1, 0xfe),
    blocks: [
      { leads: [0xa4, 0xc6], trails: ANY, share: 0.91 },
      { leads: [0xa1, 0xa3], trails: ANY, share: 0.06 },
      { leads: [0xc9, 0xf9], trails: ANY, share: 0.02 },
    ],
    frequent: '',
    singles: 0,
  },
];
