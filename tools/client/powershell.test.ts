import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { allRoutes } from '@carillon/contract/http/api';
import type { Route } from '@carillon/contract/http/route';
import { silenceFileSchema } from '@carillon/core/alert/documents/silence.schema';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const folder = resolve(import.meta.dirname, '../../clients/powershell/Carillon');
const root = readFileSync(resolve(folder, 'Carillon.psm1'), 'latin1');
/** Its parts, as it names them. */
const parts = [...root.matchAll(/'((?:Private|Public)\/\w+)'/g)].map(([, part]) => `${part}.ps1`);
const texts = [root, ...parts.map((part) => readFileSync(resolve(folder, part), 'latin1'))];
const module_ = texts.join('\n');
const manifest = readFileSync(resolve(folder, 'Carillon.psd1'), 'latin1');
const functions = [...module_.matchAll(/^function ([\w-]+) \{\n([\s\S]*?)^\}$/gm)].map(([, name = '', body = '']) => ({
  name,
  body,
}));
const exported = functions.filter(({ body }) => body.includes('.SYNOPSIS'));
const routes = new Map(
  allRoutes().map(({ route }) => [`${route.method} ${route.path.replace(/:(\w+)/g, '{$1}')}`, route]),
);

/** Calls of the API as the head of the module says they are written. */
function callsOf(body: string) {
  return [...body.matchAll(/Invoke-Carillon(?:Api ([A-Z]+)|List) '([^']+)'(.*)/g)].map(
    ([text, method = 'GET', path = '', rest = '']) => ({
      text,
      isList: text.startsWith('Invoke-CarillonList'),
      route: routes.get(`${method} ${path}`),
      path,
      ...Object.fromEntries(['Values', 'Query', 'Body'].map((part) => [part, keysOf(rest, part)])),
    }),
  ) as unknown as ({ text: string; isList: boolean; route: Route | undefined; path: string } & Record<
    'Values' | 'Query' | 'Body',
    string[]
  >)[];
}
function keysOf(rest: string, part: string): string[] {
  const [, table = ''] = new RegExp(`-${part} @\\{([^{}]*)\\}`).exec(rest) ?? [];
  return [...table.matchAll(/(?:^|;)\s*(\w+) =/g)].map(([, key = '']) => key);
}
const fieldsOf = (schema: z.ZodType | undefined, io: 'input' | 'output') =>
  schema
    ? (
        z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as {
          properties?: Record<string, { items?: { properties?: object } }>;
        }
      ).properties
    : undefined;
/** Comments and strings taken out, so that only the program's own brackets are left. */
const bare = module_
  .replace(/<#[\s\S]*?#>/g, '')
  .replace(/'[^'\n]*'|"(?:\$\([^()\n]*(?:\([^()\n]*\))?[^()\n]*\)|[^"\n])*"/g, "''")
  .replace(/#[^\n]*/g, '');

/** As the module writes one. */
const silence = { match: ['host=DB-01'], until: '2027-01-01T00:00:00Z', reason: 'new disks' };

// No PowerShell runs here: what can be read is compared with what the server offers.
describe('clients/powershell', () => {
  it('exports what the manifest says, each with help', () => {
    const named = [...(/FunctionsToExport\s*=\s*@\(([^)]*)\)/.exec(manifest)?.[1] ?? '').matchAll(/'([\w-]+)'/g)].map(
      ([, name]) => name,
    );
    const told = [
      ...(/Export-ModuleMember -Function @\(([^)]*)\)/.exec(module_)?.[1] ?? '').matchAll(/'([\w-]+)'/g),
    ].map(([, name]) => name);
    expect(named).toHaveLength(12);
    expect(told).toEqual(named);
    expect(exported.map(({ name }) => name).sort()).toEqual([...named].sort());
    for (const { name, body } of exported) {
      const [, block = ''] = /\n {4}param\(([\s\S]*?)\)\n {4}\S/.exec(body) ?? [];
      const parameters = [...block.matchAll(/\]\$(\w+)/g)].map(([, parameter]) => parameter);
      expect(parameters.length, name).toBeGreaterThan(0);
      for (const parameter of parameters)
        expect(body, `${name} -${parameter}`).toMatch(new RegExp(`\\.PARAMETER ${parameter}\n`, 'i'));
      expect(body, name).toContain('.EXAMPLE');
      expect(body, name).toContain('[CmdletBinding(');
      if (!/^(Get|Connect|Test)-/.test(name)) expect(body, name).toContain('$PSCmdlet.ShouldProcess(');
    }
  });

  it('calls routes that there are, with parameters and fields that they take', () => {
    const calls = functions.flatMap(({ name, body }) => callsOf(body).map((call) => ({ name, ...call })));
    expect(calls).toHaveLength(22);
    for (const { name, text, route, path, isList, ...given } of calls) {
      expect(route, `${name}: ${text}`).toBeDefined();
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, each]) => each);
      expect(given.Values, `${name}: ${path}`).toEqual(inPath);
      const query = Object.keys(fieldsOf(route?.query, 'input') ?? {});
      expect(query, `${name}: ${path}`).toEqual(
        expect.arrayContaining([...given.Query, ...(isList ? ['cursor', 'limit'] : [])]),
      );
      // The catalog leaves this body open: it is a document.
      if (path === '/alert-documents/{kind}/{name}') expect(given.Body).toEqual(Object.keys(silence));
      else
        expect(Object.keys(fieldsOf(route?.body, 'input') ?? {}), `${name}: ${path}`).toEqual(
          expect.arrayContaining(given.Body),
        );
      expect(text.includes('-Cmdlet'), `${name}: ${text}`).toBe(true);
    }
  });

  it('writes silences that are read', () => {
    expect(module_).toContain("ToString('yyyy-MM-ddTHH:mm:ssZ'");
    expect(silenceFileSchema.parse({ kind: 'Silence', name: 'x', ...silence }).until).toBe('2027-01-01T00:00:00.000Z');
  });

  it('sends to apply, and reads of answers, what there is', () => {
    const apply = Object.keys(fieldsOf(routes.get('POST /apply')?.body, 'input') ?? {});
    const [, options = ''] = /\$options = @\{([^}]*)\}/.exec(module_) ?? [];
    const sent = ['documents', 'reason', ...[...options.matchAll(/(\w+) =/g)].map(([, key = '']) => key)];
    expect(sent).toHaveLength(5);
    expect(apply).toEqual(expect.arrayContaining(sent));
    for (const { name, body } of functions) {
      const answers = callsOf(body).map(({ route }) => fieldsOf(route?.response, 'output') ?? {});
      const fields = answers.flatMap((each) => Object.keys(each));
      for (const [, field] of body.matchAll(/\$answer\.(\w+)/g))
        expect(fields, `${name} reads ${field}`).toContain(field);
      const [items] = answers.flatMap((each) =>
        each.items?.items?.properties ? [Object.keys(each.items.items.properties)] : [],
      );
      for (const [, field] of body.matchAll(/\$item\.(\w+)/g)) expect(items, `${name} reads ${field}`).toContain(field);
    }
    const command = Object.keys(fieldsOf(routes.get('GET /commands/{id}')?.response, 'output') ?? {});
    for (const [, field = ''] of module_.matchAll(/\$command\.(\w+)/gi)) expect(command).toContain(field);
  });

  it('names states that there are', () => {
    for (const { name, body } of functions)
      for (const [, values = '', parameter = ''] of body.matchAll(/\[ValidateSet\(([^)]*)\)\]\[string\]\$(\w+)/g)) {
        const taken = callsOf(body).flatMap(({ route }) => {
          const field = Object.entries(fieldsOf(route?.query, 'input') ?? {}).find(
            ([key]) => key === parameter.toLowerCase(),
          );
          return field ? [(field[1] as { enum?: string[] }).enum ?? []] : [];
        });
        expect(taken, `${name} -${parameter}`).toContainEqual(values.replaceAll("'", '').split(', '));
      }
  });

  it('loads every file that is in its folder, none of them long', () => {
    const there = readdirSync(folder, { recursive: true }).map((name) => String(name).replaceAll('\\', '/'));
    expect(there.filter((name) => name.endsWith('.ps1')).sort()).toEqual([...parts].sort());
    for (const text of texts) expect(text.split('\n').length).toBeLessThan(250);
    // Only what is exported stands in a public part.
    const isPublic = new Set(
      parts.flatMap((part, index) =>
        part.startsWith('Public')
          ? [...(texts[index + 1] ?? '').matchAll(/^function ([\w-]+)/gm)].map(([, name]) => name)
          : [],
      ),
    );
    expect([...isPublic].sort()).toEqual(exported.map(({ name }) => name).sort());
  });

  it('is ASCII, and closes what it opens', () => {
    expect(module_.replace(/[\n\x20-\x7e]/g, '')).toBe('');
    for (const [open, close] of ['{}', '()', '[]']) {
      const count = (sign: string | undefined) => bare.split(sign ?? '').length;
      expect(count(open), `${open}${close}`).toBe(count(close));
    }
    expect(bare.split("'").length % 2).toBe(1);
    expect(module_).not.toMatch(/\?\?|\?\.|&&|\|\||\? [^\n]* : /);
  });
});
