/**
 * A language as its bytes look: the pages that Windows gives it and the letters beyond ASCII it is written with, the
 * frequent ones first. Small letters only; capitals follow from them.
 */
export interface Language {
  /** Page of consoles and pipes (OEM). */
  console: number;
  /** Page of files and windows (ANSI). */
  files: number;
  frequent: string;
  rare: string;
  /** How likely a text is in this language before it is seen; 1 unless told. */
  prior?: number;
}

/** Few hosts have it, while its letters are those of its neighbours in another place. */
const UNCOMMON = 0.1;
const RUSSIAN = { frequent: 'оеаинтсрвлкмдпузыя', rare: 'бгйчьжхшюцщэфъё№«»' };
const THAI = Array.from({ length: 0x4d }, (_, index) => String.fromCharCode(0xe01 + index)).join('');

/**
 * Languages whose system pages are single-byte. Pages are those of the language's default installation [K]; English
 * (437) is left out because its letters stand in 850 at the same places.
 */
export const LANGUAGES: readonly Language[] = [
  { console: 850, files: 1252, frequent: 'äöüß', rare: '' },
  { console: 850, files: 1252, frequent: 'éèàêç', rare: 'ôîûùâëïœæ«»’\u00a0' },
  { console: 850, files: 1252, frequent: 'óéíáñú', rare: 'ü¿¡ºª' },
  { console: 850, files: 1252, frequent: 'ãçéáíóê', rare: 'õúâôàºª' },
  { console: 850, files: 1252, frequent: 'àèéù', rare: 'ìò' },
  { console: 850, files: 1252, frequent: 'åäöøæ', rare: 'éü' },
  { console: 852, files: 1250, frequent: 'ąęłóśż', rare: 'ćźń' },
  { console: 852, files: 1250, frequent: 'íáéžěřčýšůú', rare: 'ťňďóľôĺŕä' },
  { console: 852, files: 1250, frequent: 'áéöóüőíúű', rare: '' },
  { console: 852, files: 1250, frequent: 'ăîâşţ', rare: '', prior: UNCOMMON },
  { console: 852, files: 1250, frequent: 'čćžšđ', rare: '', prior: UNCOMMON },
  { console: 866, files: 1251, ...RUSSIAN },
  { console: 866, files: 1251, frequent: 'оаинтвіреслкмдуз', rare: 'пяьбгчйхцжюєїшщфґ«»' },
  { console: 857, files: 1254, frequent: 'ışüğ', rare: 'öçİâî' },
  { console: 737, files: 1253, frequent: 'αοιετσνηυρπκμλάέίόήύς', rare: 'βγδζθξφχψωώϊϋ' },
  { console: 775, files: 1257, frequent: 'ėšįžųūčąę', rare: '', prior: UNCOMMON },
  { console: 775, files: 1257, frequent: 'āīēšņļūžķčģ', rare: '', prior: UNCOMMON },
  { console: 775, files: 1257, frequent: 'äõöü', rare: 'šž', prior: UNCOMMON },
  { console: 862, files: 1255, frequent: 'אבגדהוזחטיךכלםמןנסעףפץצקרשת', rare: '' },
  { console: 720, files: 1256, frequent: 'ابتدرسعفقلمنهويةأ', rare: 'ثجحخذزشصضطظغكىإآؤئءـ' },
  { console: 874, files: 874, frequent: THAI, rare: '' },
  {
    console: 1258,
    files: 1258,
    frequent: 'đăâêôơưàé\u0301\u0300\u0323\u0309\u0303',
    rare: 'áèíìóòúù',
    prior: UNCOMMON,
  },
];
