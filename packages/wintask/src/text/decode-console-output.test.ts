import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeConsoleOutput } from './decode-console-output.js';
import { encodeInPage } from './testing/encode-in-page.js';

const bytesOf = (text: string, encoding: 'utf8' | 'utf16le') => new Uint8Array(Buffer.from(text, encoding));
const swapped = (bytes: Uint8Array) => new Uint8Array(Buffer.from(bytes).swap16());

describe('Unicode', () => {
  const text = '"\\Prüfung","N/A","就绪"\r\n';
  it.each([
    ['UTF-8', bytesOf(text, 'utf8'), 'utf-8'],
    ['UTF-8 with mark', bytesOf(`\ufeff${text}`, 'utf8'), 'utf-8'],
    ['UTF-16LE with mark', bytesOf(`\ufeff${text}`, 'utf16le'), 'utf-16le'],
    ['UTF-16LE', bytesOf(text, 'utf16le'), 'utf-16le'],
    ['UTF-16BE with mark', swapped(bytesOf(`\ufeff${text}`, 'utf16le')), 'utf-16be'],
    ['UTF-16BE', swapped(bytesOf(text, 'utf16le')), 'utf-16be'],
  ])('%s is read without its mark', (_name, bytes, encoding) => {
    expect(decodeConsoleOutput(bytes)).toEqual({ text, encoding, replaced: 0 });
  });

  it('goes before the code page where it is unmistakable, and not where it is not', () => {
    expect(decodeConsoleOutput(bytesOf(text, 'utf16le'), { codePage: 850 }).text).toBe(text);
    expect(decodeConsoleOutput(bytesOf('ü', 'utf8'), { codePage: 850 })).toMatchObject({ text: '├╝' });
  });

  it('may be cut off within a character, but not consist of that alone', () => {
    expect(decodeConsoleOutput(bytesOf('für ü', 'utf8').subarray(0, -1))).toEqual({
      text: 'für \ufffd',
      encoding: 'utf-8',
      replaced: 1,
    });
    expect(decodeConsoleOutput(Uint8Array.of(0x61, 0xc3)).encoding).not.toBe('utf-8');
  });

  it('does not count a replacement character that was sent', () => {
    expect(decodeConsoleOutput(bytesOf('a\ufffd', 'utf8')).replaced).toBe(0);
    expect(decodeConsoleOutput(bytesOf('\ufeffa\ufffd', 'utf16le')).replaced).toBe(0);
    expect(decodeConsoleOutput(Uint8Array.of(0x61, 0xff), { codePage: 65001 }).replaced).toBe(1);
  });
});

describe('a few zero bytes', () => {
  it('on both sides are not UTF-16', () => {
    expect(decodeConsoleOutput(Uint8Array.of(0, 0, 0x61, 0, 0, 0x62, 0, 0)).encoding).toBe('utf-8');
  });
});

describe('a code page', () => {
  it('that is told is believed', () => {
    const bytes = encodeInPage('Täglich für Jörg', 850);
    expect(decodeConsoleOutput(bytes, { codePage: 850 })).toMatchObject({
      text: 'Täglich für Jörg',
      encoding: 'ibm850',
    });
    expect(decodeConsoleOutput(bytes, { codePage: 866 }).text).toBe('TДglich fБr JФrg');
  });

  it('that is unknown is as good as none', () => {
    const bytes = encodeInPage('Täglich für Jörg', 850);
    expect(decodeConsoleOutput(bytes, { codePage: 99_999 })).toEqual(decodeConsoleOutput(bytes));
    expect(decodeConsoleOutput(bytes, { codePage: Number.NaN }).text).toBe('Täglich für Jörg');
  });

  // What schtasks and cmd print: short, so the hardest to guess.
  it.each([
    [850, 'FEHLER: Ungültige Syntax.'],
    [850, 'ERREUR : Accès refusé.'],
    [850, 'ERREUR: Le fichier spécifié est introuvable.'],
    [850, 'ERROR: La tarea no existe en la ubicación.'],
    [850, 'ERRO: O sistema não pode encontrar o arquivo especificado.'],
    [850, 'FEJL: Adgang nægtet.'],
    [850, 'FEL: Åtkomst nekad.'],
    [936, '错误: 系统找不到指定的文件。'],
    [936, '错误: 拒绝访问。'],
    [936, '每日备份'],
    [932, 'エラー: 指定されたファイルが見つかりません。'],
    [932, 'エラー: アクセスが拒否されました。'],
    [949, '오류: 지정된 파일을 찾을 수 없습니다.'],
    [949, '오류: 액세스가 거부되었습니다.'],
    [950, '錯誤: 存取被拒。'],
    [866, 'ОШИБКА: Отказано в доступе.'],
    [866, 'ПОМИЛКА: Немає доступу.'],
    [852, 'BŁĄD: Nie można odnaleźć określonego pliku.'],
    [852, 'CHYBA: Přístup byl odepřen.'],
    [852, 'HIBA: A rendszer nem találja a megadott fájlt.'],
    [857, 'HATA: Sistem belirtilen dosyayı bulamıyor.'],
    [737, 'ΣΦΑΛΜΑ: Δεν επιτρέπεται η πρόσβαση.'],
    [775, 'KLAIDA: Sistema negali rasti nurodyto failo: trūksta prieigos, uždrausta.'],
    [862, 'שגיאה: הגישה נדחתה.'],
    [720, 'خطأ: تم رفض الوصول.'],
    [874, 'ข้อผิดพลาด: การเข้าถึงถูกปฏิเสธ'],
    [1252, 'Der Vorgang wird täglich für alle Benutzer ausgeführt.'],
    [1251, 'Резервное копирование'],
    [1251, 'Готово'],
    [866, 'Каждую ночь'],
    [737, '25/11/2026 2:00:00 πμ'],
    [857, 'Görev Adı'],
    [932, '日次バックアップ'],
    [932, '山田 太郎'],
    [950, '許可證檢查'],
    [852, 'Nazwa hosta: KSIĘGOWOŚĆ'],
    [1250, 'Przenieś pliki źródłowe, usuń kopię i wyślij łącze'],
  ])('%i is guessed from: %s', (codePage, text) => {
    expect(decodeConsoleOutput(encodeInPage(text, codePage))).toMatchObject({ text, replaced: 0 });
  });

  it('is guessed from words that come late, in a long text', () => {
    const text = `${'<Enabled>true</Enabled>\r\n'.repeat(20_000)}<URI>\\予定表の更新</URI>`;
    expect(decodeConsoleOutput(encodeInPage(text, 932)).text).toBe(text);
  });
});

describe('any bytes', () => {
  it('are read without an error, as text or with the count of what is not', () => {
    const codePage = fc.option(fc.oneof(fc.constantFrom(850, 932, 936, 949, 950, 1200, 65001), fc.integer()), {
      nil: undefined,
    });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), codePage, (bytes, page) => {
        const { text, replaced } = decodeConsoleOutput(bytes, { codePage: page });
        expect(text.length).toBeLessThanOrEqual(bytes.length);
        expect(replaced).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  it.each([0x00, 0x81, 0xff, 0xa4])(
    'are read in time when 4 MB are all %i',
    (byte) => {
      expect(decodeConsoleOutput(new Uint8Array(4 * 1024 * 1024).fill(byte)).text.length).toBeGreaterThan(0);
    },
    10_000,
  );
});
